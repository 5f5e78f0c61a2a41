"""Files of a directory, which column is what, and what to do with those who may be here already."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from helpline.core.http.forms import set_look
from referrals.services.sheets_in import FIELDS

_SHOWN = 40  # characters of a heading in a choice


class _ManyFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class _FilesField(forms.FileField):
    def clean(self, data: Any, initial: Any = None) -> Any:
        listed = data if isinstance(data, (list, tuple)) else [data]
        return [super(_FilesField, self).clean(one, initial) for one in listed or [None]]


class DirectoryFilesForm(forms.Form):
    handed_in = _FilesField(
        label=_("File, or all the files of one directory"),
        widget=_ManyFiles(attrs={"accept": ".json,.zip,.csv,.txt,.xlsx"}),
        help_text=_(
            "HSDS as JSON or as a package (.zip, or its .csv files together), tables of Ohana, or any spreadsheet."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_look(self)

    def read(self) -> dict[str, bytes]:
        """Return the files by their names; where two have one name, the second is called otherwise."""
        found: dict[str, bytes] = {}
        listed: list[UploadedFile[bytes]] = self.cleaned_data["handed_in"]
        for number, file in enumerate(listed, start=1):
            name = str(file.name or number)[:120]
            found[name if name not in found else f"{number} {name}"] = file.read()
        return found


class SheetColumnsForm(forms.Form):
    """For each thing that we keep of a provider the column that it stands in, or none."""

    def __init__(self, *args: Any, heading: Sequence[object], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        columns = [(str(number), str(cell)[:_SHOWN] or f"({number + 1})") for number, cell in enumerate(heading)]
        for name, words, _headings in FIELDS:
            self.fields[name] = forms.ChoiceField(label=str(words), required=False, choices=[("", "–"), *columns])
        set_look(self)

    def columns(self) -> dict[str, int]:
        """Return what was chosen: our field to the number of a column."""
        return {name: int(number) for name, number in self.cleaned_data.items() if number}
