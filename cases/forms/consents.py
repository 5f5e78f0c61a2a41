"""What is filled in while a caller says what they agree to. Whether it can be is decided by the services."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.consenting import Receiver
from cases.models import ConsentHow, Purpose, ReceiverKind
from cases.models.consent import ConsentAnswer
from cases.services.consent_keeping import LONGEST_NAME, Answer
from cases.services.wordings import Wording
from helpline.core.http.forms import set_look

NOT_ASKED = ("", _("not asked"))
ANSWERS = (
    (ConsentAnswer.GIVEN, ConsentAnswer.GIVEN.label),
    (ConsentAnswer.REFUSED, ConsentAnswer.REFUSED.label),
    (ConsentAnswer.NOT_NOW, ConsentAnswer.NOT_NOW.label),
    NOT_ASKED,
)
FIRST = (Purpose.NOTES, Purpose.CONTACT, Purpose.STATISTICS)  # what every caller is asked; the rest when it comes up


def moment(label: Any, help_text: Any = "") -> forms.DateTimeField:
    """Return a field for a moment that may be left blank."""
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"})
    return forms.DateTimeField(label=label, required=False, widget=widget, help_text=help_text)


class ConsentForm(forms.Form):
    """One question for each purpose, none of them answered beforehand, and what holds for all that is answered now."""

    receiver_kind = forms.ChoiceField(label=_("With whom"), required=False, choices=[("", "—"), *ReceiverKind.choices])
    receiver_name = forms.CharField(
        label=_("Their name"),
        required=False,
        max_length=LONGEST_NAME,
        help_text=_("Left blank it is for all of this kind."),
    )
    how = forms.ChoiceField(label=_("How they said it"), choices=ConsentHow.choices)
    said_at = moment(_("When"), _("Left blank: now."))
    until = moment(_("A yes holds until"), _("Left blank: until they take it back."))
    ask_again_at = moment(_("Ask again"), _("You are reminded then."))
    limits = forms.CharField(
        label=_("What it does not cover, in their words"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
    )
    witness = forms.CharField(label=_("Who else heard it"), required=False, max_length=LONGEST_NAME)
    withdraw_by = forms.CharField(
        label=_("How we told them to take it back"),
        required=False,
        max_length=300,
        initial=_("Say so to any of us, by call or text."),
    )

    def __init__(self, *args: Any, wordings: dict[str, Wording], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.wordings = wordings
        for purpose in Purpose:
            self.fields[f"answer_{purpose}"] = forms.ChoiceField(
                label=purpose.label, required=False, choices=ANSWERS, widget=forms.RadioSelect, initial=""
            )
        set_look(self)
        for purpose in Purpose:
            self.fields[f"answer_{purpose}"].widget.attrs["class"] = "form-check-input"

    def questions(self) -> list[tuple[forms.BoundField, Wording | None, bool]]:
        """Return each purpose's field, the words to be said, and whether it is asked of everybody."""
        return [(self[f"answer_{one}"], self.wordings.get(one), one in FIRST) for one in Purpose]

    def details(self) -> list[forms.BoundField]:
        return [self[name] for name in ("how", "said_at", "until", "ask_again_at", "limits", "witness", "withdraw_by")]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        for purpose in Purpose:
            name = f"answer_{purpose}"
            said = set(self.data.getlist(name)) - {""} if hasattr(self.data, "getlist") else set()
            if len(said) > 1:
                self.add_error(name, _("Two different answers at once: ask which one counts."))
        if cleaned.get(f"answer_{Purpose.SHARE}") and not cleaned.get("receiver_kind"):
            self.add_error("receiver_kind", _("Say with whom it may be shared, or may not."))
        if cleaned.get("receiver_kind") and not cleaned.get(f"answer_{Purpose.SHARE}"):
            self.add_error(f"answer_{Purpose.SHARE}", _("A receiver is named: what did they say about sharing?"))
        return cleaned

    def answers(self) -> list[Answer]:
        """Return what was answered, in the words of the services."""
        said = self.cleaned_data
        found = []
        for purpose in Purpose:
            answer = said.get(f"answer_{purpose}")
            if answer:
                receiver = (
                    Receiver(said["receiver_kind"], said["receiver_name"]) if purpose == Purpose.SHARE else Receiver()
                )
                found.append(Answer(purpose, answer, receiver))
        return found

    def rest(self) -> dict[str, Any]:
        """Return what holds for all answers."""
        names = ("how", "said_at", "until", "ask_again_at", "limits", "witness", "withdraw_by")
        return {name: self.cleaned_data[name] for name in names}


class WordingForm(forms.Form):
    """Words in one language, to be said aloud."""

    language = forms.CharField(label=_("Language, by its code"), max_length=12, help_text=_("Such as en, zu, pt-br."))
    body = forms.CharField(
        label=_("What is said"), max_length=2000, widget=forms.Textarea(attrs={"rows": 6, "dir": "auto"})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_look(self)
