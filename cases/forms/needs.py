"""What became of each kind of help, one choice for each."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.models import Need, NeedKind, NeedOutcome
from helpline.core.http.forms import set_look


class NeedsForm(forms.Form):
    """Every kind of help with its outcome; blank where it was not asked for."""

    def __init__(self, *args: Any, needs: Iterable[Need] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        there = {need.kind: need.outcome for need in needs}
        for kind, words in NeedKind.choices:
            self.fields[kind] = forms.ChoiceField(
                label=words,
                required=False,
                initial=there.get(kind, ""),
                choices=[("", _("not asked for")), *NeedOutcome.choices],
            )
        set_look(self)
