"""A member of staff writes a text on the case page. It leaves only where that was called safe, then and when it goes."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from cases.models import Case, Number, WordKind
from cases.services import safe_contact, word_index
from cases.services.check_in_reading import is_in_danger, must_stay_quiet
from helpline.core.audit import services as audit
from helpline.core.errors import NotAllowed
from helpline.core.outbox import services as outbox
from helpline.core.outbox.models import Route
from helpline.core.privacy.references import new_opaque
from helpline.core.realtime import services as realtime
from helpline.core.staff.models import User
from telephony.models import Text
from telephony.models.text import Direction
from telephony.services.outcomes import WAITS
from telephony.text_words import count_segments

TEMPLATE = "written"
VALID_FOR = timedelta(hours=12)  # an answer that comes a day later may fall into other hands


def find_number(case: Case, number_ref: str = "") -> Number | None:
    """Return the number to write to: the one named, else the one they last texted from, else their newest."""
    if case.caller is None:
        return None
    numbers = case.caller.numbers.all()
    if number_ref:
        return numbers.filter(ref=number_ref).first()
    last = Text.objects.filter(case=case, direction=Direction.IN, number__in=numbers).order_by("-at", "-pk").first()
    return last.number if last is not None else numbers.order_by("-created_at", "-pk").first()


def why_not(*, case: Case, at: datetime, number_ref: str = "") -> str:
    """Return the sentence that says why nothing can be texted on this case; blank where it can, now or in a safe hour
    before it is too old.
    """
    if case.state != "open":
        return _("This case is not open: reopen it first.")
    if is_in_danger(case):
        return _(
            "The caller gave their word for danger: whoever is beside them must see nothing of us. Nothing is written to them now."
        )
    if must_stay_quiet(case):
        return _("Not at the moment: this phone has to stay quiet. Try again later.")
    decision = safe_contact.may_text(number=find_number(case, number_ref), case=case, at=at)
    waits = decision.next_at is not None and decision.next_at < at + VALID_FOR
    return "" if decision.is_allowed or waits else decision.sentence


@transaction.atomic
def write_text(*, case: Case, by: User, body: str, at: datetime, number_ref: str = "", key: str = "") -> Text:
    """Put a text on the thread and into the outbox. The same `key` (of one opened form) again is the same text.

    Raises NotAllowed, with a sentence, where it is not safe, empty, or over 1600 characters.
    """
    body = body.replace("\r\n", "\n").strip()
    if not body:
        raise NotAllowed(_("There is nothing in this text yet."))
    length = count_segments(body)
    if length.is_too_long:
        raise NotAllowed(_("This text has %(count)d characters, and 1600 can be sent.") % {"count": length.characters})
    if because := why_not(case=case, at=at, number_ref=number_ref):
        raise NotAllowed(because)
    number = find_number(case, number_ref)
    assert number is not None  # why_not has looked
    message = outbox.put(
        key=f"written-{key or new_opaque()}"[:120], route=Route.CALLER, to=number.ref, template=TEMPLATE,
        words={"body": body}, about=case.ref, at=at, expires_at=at + VALID_FOR, is_urgent=case.urgency == "danger",
    )  # fmt: skip
    there = Text.objects.filter(message=message).first()
    if there is not None:
        return there
    text = Text.objects.create(
        direction=Direction.OUT, message=message, case=case, number=number, caller=case.caller, line=case.line,
        written_by=by, body=body, state=WAITS, at=at,
    )  # fmt: skip
    word_index.put(case=case, kind=WordKind.TEXT, ref=text.ref, texts=[body])
    audit.record(
        by=by, verb="text.written", what="case", about=case.ref, at=at, text=text.ref, segments=length.segments
    )
    realtime.publish("text", text.ref)
    realtime.publish("case", case.ref)
    return text
