"""What is filled in about a member of the rapid response team."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from helpline.core.staff.models import User
from referrals.forms.directory import DeskForm, LanguagesField
from referrals.models import Area


class MemberForm(DeskForm):
    """Who they are and how they are asked. The number is never shown again: blank leaves it as it is."""

    name = forms.CharField(label=_("Name"), max_length=120, widget=forms.TextInput(attrs={"dir": "auto"}))
    number = forms.CharField(
        label=_("Number"), required=False, max_length=40, help_text=_("Blank: as it is. They are asked here by text."),
        widget=forms.TextInput(attrs={"inputmode": "tel"}),
    )  # fmt: skip
    languages = LanguagesField()
    user = forms.ModelChoiceField(
        label=_("Account here"), required=False, queryset=User.objects.none(), to_field_name="username",
        empty_label=_("none"),
    )  # fmt: skip
    areas = forms.ModelMultipleChoiceField(
        label=_("Areas"), required=False, queryset=Area.objects.none(), to_field_name="ref",
        widget=forms.CheckboxSelectMultiple(),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        user, areas = self.fields["user"], self.fields["areas"]
        assert isinstance(user, forms.ModelChoiceField)
        assert isinstance(areas, forms.ModelMultipleChoiceField)
        user.queryset = User.objects.active().order_by("username")
        areas.queryset = Area.objects.order_by("name")
