"""What goes with a file."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from helpline.core.http.forms import set_look


class AttachmentForm(forms.Form):
    """One file, what it is, and whether a picture keeps what its camera wrote."""

    file = forms.FileField(label=_("File"), widget=forms.FileInput, allow_empty_file=True, max_length=1_000)
    note = forms.CharField(label=_("What it is"), required=False, max_length=500)
    keep_camera_data = forms.BooleanField(
        label=_("Keep where and when a picture was taken, and with what"),
        required=False,
        help_text=_("Only where it is evidence and they agree. Left blank, it is taken out of JPEG and PNG pictures."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_look(self)
        self.fields["keep_camera_data"].widget.attrs["class"] = "form-check-input"
