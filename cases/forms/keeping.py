"""What is typed on the page of what we keep: a hold, a wish to be forgotten, a wish to have a copy."""

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.models import HoldReason, HowKnown, WishScope
from helpline.core.http.forms import set_look


class HoldForm(forms.Form):
    why = forms.ChoiceField(label=_("Why it must be kept"), choices=HoldReason.choices)
    until = forms.DateField(label=_("Until"), widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, prefix="hold", **kwargs)  # type: ignore[arg-type, misc]
        set_look(self)


class WishForm(forms.Form):
    scope = forms.ChoiceField(label=_("What should go"), choices=WishScope.choices)
    how = forms.ChoiceField(label=_("How you know that it is the caller who asks"), choices=HowKnown.choices)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, prefix="wish", **kwargs)  # type: ignore[arg-type, misc]
        set_look(self)


class PackageForm(forms.Form):
    how = forms.ChoiceField(label=_("How you know that it is the caller who asks"), choices=HowKnown.choices)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, prefix="package", **kwargs)  # type: ignore[arg-type, misc]
        set_look(self)
