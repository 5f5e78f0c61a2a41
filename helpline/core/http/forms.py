"""How a form looks at the desk."""

import re
from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

EARLIEST_YEAR, LATEST_YEAR = 2000, 2200
_DJANGOS_EMPTY = "---------"
_REFERENCE = re.compile(r"[A-Za-z0-9_-]{1,40}")


def sent_reference(request: HttpRequest, name: str) -> str:
    """Return a reference or a key that a form sent beside its fields; blank where what was sent can be none.

    So nothing else ever gets to the database by that way: no NUL, and no ten megabytes.
    """
    sent = request.POST.get(name, "")
    return sent if _REFERENCE.fullmatch(sent) else ""


def set_look(form: forms.BaseForm) -> None:
    """Give every field of a form the look of the desk, and say by which text its error and its help are found."""
    for bound in form:
        widget = bound.field.widget
        look = "form-select" if isinstance(widget, forms.Select) else "form-control"
        if not isinstance(widget, (forms.CheckboxInput, forms.HiddenInput)):
            widget.attrs.setdefault("class", look)
        widget.attrs.setdefault("autocomplete", "off")
        if isinstance(bound.field, forms.ModelChoiceField) and bound.field.empty_label == _DJANGOS_EMPTY:
            bound.field.empty_label = _("choose") if bound.field.required else _("none")


class MomentField(forms.DateTimeField):
    """A date and time as the browser's own field sends it, in the zone of the desk; no year that cannot be meant."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
        super().__init__(**{"widget": widget, **kwargs})

    def clean(self, value: Any) -> datetime | None:
        moment: datetime | None = super().clean(value)
        if moment is not None and not EARLIEST_YEAR <= moment.year <= LATEST_YEAR:
            raise forms.ValidationError(_("This year cannot be meant."))
        return moment
