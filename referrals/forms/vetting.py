"""What is filled in to vet a provider, and to tell something of one."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from helpline.core.http.forms import MomentField, set_look
from referrals.checklist import NUMBERS
from referrals.models import ConflictKind, Provider, ProviderPerson, ReportKind, ReportState
from referrals.services.vetting import Scored
from referrals.services.vetting_reading import Point
from referrals.services.vetting_words import SCORE_WORDS

LONGEST = 4000
_YES_NO = [("", _("not found out")), ("yes", _("yes")), ("no", _("no"))]
_ANSWERS = {"yes": True, "no": False}


def _words(label: Any, *, required: bool = False, rows: int = 2, help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label, required=required, max_length=LONGEST, help_text=help_text,
        widget=forms.Textarea(attrs={"rows": rows, "dir": "auto"}),
    )  # fmt: skip


class PointsForm(forms.Form):
    """The fifteen points. Only what was changed on this page is kept, so that two people can fill it in side by side."""

    def __init__(self, *args: Any, points: list[Point], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.points = points
        for one in points:
            self.fields[f"score_{one.number}"] = forms.ChoiceField(
                label=one.name, required=False, choices=[(str(score), words) for score, words in SCORE_WORDS],
                widget=forms.RadioSelect, show_hidden_initial=True,
                initial="" if one.row is None else str(one.row.score),
            )  # fmt: skip
            self.fields[f"evidence_{one.number}"] = forms.CharField(
                label=_("What shows it"), required=False, max_length=LONGEST, show_hidden_initial=True,
                initial="" if one.row is None else one.row.evidence or "",
                widget=forms.Textarea(attrs={"rows": 1, "dir": "auto"}),
            )  # fmt: skip
            self.fields[f"was_{one.number}"] = forms.CharField(
                required=False, max_length=60, initial=one.mark, widget=forms.HiddenInput
            )
        set_look(self)
        for number in NUMBERS:
            self.fields[f"score_{number}"].widget.attrs["class"] = "form-check-input"

    def clean(self) -> dict[str, Any]:
        said = self.cleaned_data
        for number in NUMBERS:
            if said.get(f"evidence_{number}") and said.get(f"score_{number}") == "":
                self.add_error(f"score_{number}", _("Give it a score too."))
        return said

    def rows(self) -> list[dict[str, Any]]:
        """Return each point with its fields, for the page."""
        return [
            {
                "point": one,
                "score": self[f"score_{one.number}"],
                "evidence": self[f"evidence_{one.number}"],
                "was": self[f"was_{one.number}"],
                "shown": [self[f"{name}_{one.number}"].as_hidden(only_initial=True) for name in ("score", "evidence")],
            }
            for one in self.points
        ]

    def changed(self) -> list[Scored]:
        """Return the points that somebody changed here."""
        said = self.cleaned_data
        return [
            Scored(number, int(said[f"score_{number}"]), said[f"evidence_{number}"], said[f"was_{number}"])
            for number in NUMBERS
            if {f"score_{number}", f"evidence_{number}"} & set(self.changed_data) and said[f"score_{number}"]
        ]


class PeerTestForm(forms.Form):
    """What a peer told. Who they are is not asked."""

    how = forms.ChoiceField(
        label=_("How"), choices=[("call", _("rang")), ("visit", _("went there")), ("text", _("wrote"))]
    )
    tested_at = MomentField(label=_("When"))
    reached = forms.ChoiceField(label=_("Reached somebody?"), choices=[("yes", _("yes")), ("no", _("no"))])
    respectful = forms.ChoiceField(label=_("Were they respectful?"), required=False, choices=_YES_NO)
    asked_for_papers = forms.ChoiceField(label=_("Did they ask for papers?"), required=False, choices=_YES_NO)
    moralised = forms.ChoiceField(label=_("Did they moralise?"), required=False, choices=_YES_NO)
    would_send_a_friend = forms.ChoiceField(label=_("Would you send a friend?"), required=False, choices=_YES_NO)
    words = _words(_("In the peer’s words"), help_text=_("Nothing that says who the peer is."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_look(self)

    @property
    def answers(self) -> dict[str, bool | None]:
        names = ("reached", "respectful", "asked_for_papers", "moralised", "would_send_a_friend")
        return {name: _ANSWERS.get(self.cleaned_data.get(name, "")) for name in names}


class SignedForm(forms.Form):
    """When the agreement was signed; blank: it is not."""

    on = forms.DateField(
        label=_("Agreement signed on"), required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_look(self)


class PersonField(forms.ModelChoiceField):  # type: ignore[type-arg]  # Django has none at run time
    """Who there; of a hidden provider by their work alone."""

    def label_from_instance(self, obj: ProviderPerson) -> str:
        return str(obj.title or obj) if obj.provider.is_hidden else str(obj.name)


class ConflictForm(forms.Form):
    """What stands in the way, in every case."""

    kind = forms.ChoiceField(label=_("What stands in the way"), choices=ConflictKind.choices)
    person = PersonField(
        label=_("Who"), required=False, queryset=ProviderPerson.objects.none(), to_field_name="ref",
        empty_label=_("all of them"),
    )  # fmt: skip
    words = _words(_("More"))

    def __init__(self, *args: Any, provider: Provider, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["person"]
        assert isinstance(field, PersonField)
        field.queryset = provider.people.filter(left_at=None).select_related("provider")
        set_look(self)


class LookForm(forms.Form):
    """What was found about a report."""

    state = forms.ChoiceField(
        label=_("What was found"), choices=[choice for choice in ReportState.choices if choice[0] != ReportState.OPEN]
    )
    answer = _words(_("How you found it out"), required=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_look(self)


CONFLICT = "conflict"


class ReportForm(forms.Form):
    """Something is told of a provider. `with_conflict`: it can be a conflict of interest in the case that it is told in."""

    kind = forms.ChoiceField(label=_("What is it"), widget=forms.RadioSelect)
    conflict = forms.ChoiceField(
        label=_("Which conflict of interest"), required=False, choices=[("", _("none")), *ConflictKind.choices],
        help_text=_("Only for a conflict of interest in this case."),
    )  # fmt: skip
    words = _words(
        _("What was told"), rows=4, help_text=_("The provider never sees it, and never hears from whom it came.")
    )

    def __init__(self, *args: Any, with_conflict: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = [(value, str(words)[:1].upper() + str(words)[1:]) for value, words in ReportKind.choices]
        field = self.fields["kind"]
        assert isinstance(field, forms.ChoiceField)
        if with_conflict:
            field.choices = [*kinds, (CONFLICT, _("They have a conflict of interest in this case"))]
        else:
            field.choices = kinds
            self.fields["words"].required = True
            del self.fields["conflict"]
        set_look(self)
        field.widget.attrs["class"] = "form-check-input"

    def clean(self) -> dict[str, Any]:
        said = self.cleaned_data
        if said.get("kind") == CONFLICT and not said.get("conflict"):
            self.add_error("conflict", _("Say which."))
        if said.get("kind") not in {None, CONFLICT} and not (said.get("words") or "").strip():
            self.add_error("words", _("Say in a sentence what was told."))
        return said
