"""What is filled in of a plan."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.forms.consents import moment
from cases.services.plan import LONGEST
from helpline.core.http.forms import set_look
from helpline.core.staff.models import Role, User

ANSWERS_CALLERS = (Role.COUNSELLOR, Role.PARALEGAL, Role.SUPERVISOR)


class GoalForm(forms.Form):
    """One thing that the caller wants."""

    prefix = "goal"
    words = forms.CharField(
        label=_("What they want, in their words"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_look(self)


class StepForm(forms.Form):
    """What, who, by when."""

    words = forms.CharField(label=_("Step"), max_length=LONGEST, widget=forms.TextInput(attrs={"dir": "auto"}))
    owner = forms.ChoiceField(label=_("Who of us"), required=False)
    who = forms.CharField(
        label=_("Or who else"), required=False, max_length=120, help_text=_("Such as: they themselves, their sister.")
    )
    due_at = moment(_("By when"), _("With a time it is promised, and you are reminded."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Read once for a form: a plan shows the same empty one under every step.
        self.people = {person.username: person for person in User.objects.active().holding(*ANSWERS_CALLERS)}
        owner = self.fields["owner"]
        assert isinstance(owner, forms.ChoiceField)
        owner.choices = [("", "—"), *((username, str(person)) for username, person in self.people.items())]
        set_look(self)

    def clean_owner(self) -> User | None:
        return self.people.get(self.cleaned_data["owner"])
