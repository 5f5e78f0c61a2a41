"""A file of past cases, and which of its columns is what."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.services.importing.columns import FIELDS
from helpline.core.http.forms import set_look

_SHOWN = 40  # characters of a heading in a choice


class ImportFileForm(forms.Form):
    file = forms.FileField(label=_("Spreadsheet (.xlsx or .csv)"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_look(self)
        self.fields["file"].widget.attrs["accept"] = ".xlsx,.csv,.txt"


class ColumnsForm(forms.Form):
    """For each thing that we keep of a past case the column that it stands in, or none."""

    day_first = forms.TypedChoiceField(
        label=_("A date like 03/04/2024 is"),
        choices=[("1", _("the third of April")), ("0", _("the fourth of March"))],
        coerce=lambda said: said == "1",
    )

    def __init__(self, *args: Any, heading: Sequence[object], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        columns = [(str(number), str(cell)[:_SHOWN] or f"({number + 1})") for number, cell in enumerate(heading)]
        for name, words, _headings in FIELDS:
            self.fields[name] = forms.ChoiceField(label=str(words), required=False, choices=[("", "–"), *columns])
        self.order_fields([name for name, _words, _headings in FIELDS] + ["day_first"])
        set_look(self)

    def columns(self) -> dict[str, int]:
        """Return what was chosen: our field to the number of a column."""
        chosen = {name: self.cleaned_data.get(name, "") for name, _words, _headings in FIELDS}
        return {name: int(number) for name, number in chosen.items() if number}
