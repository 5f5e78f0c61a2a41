"""Where somebody is under 18 or was made to work: the law's card is read, a colleague is asked, and people decide.

Nothing here refers, reports or tells anybody anything, and nothing is concluded from where a person comes from.
"""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from cases.models import Answer, Consultation, Incident, LawCard, LawTopic
from cases.services import casework
from cases.services.incident_facts import CLOCKS_DIFFER_BY, LONGEST_WORDS, Unfit
from helpline.core.audit import services as audit
from helpline.core.errors import NotAllowed
from helpline.core.lines.models import Line
from helpline.core.realtime import services as realtime
from helpline.core.staff.models import Role, User

KEEPS_LAW_CARDS = (Role.COORDINATOR,)
LONGEST = {"body": 8_000, "source": 300, "confirmed_by": 120}  # characters
ASKS = {LawTopic.UNDER_18: "is_minor", LawTopic.UNWILLING: "is_unwilling"}


def topics_of(incident: Incident) -> list[LawTopic]:
    """Return which cards belong beside an incident, by what was answered and by nothing else."""
    wanted = {Answer.YES, Answer.PERHAPS}
    return [topic for topic, answer in ASKS.items() if getattr(incident, answer) in wanted]


def country_of(incident: Incident) -> str:
    """Return the country whose law counts: that of the case's line, or of the first line that we have."""
    line = incident.case.line or Line.objects.active().first()
    return line.country if line is not None else ""


def cards_for(incident: Incident) -> Sequence[tuple[LawTopic, LawCard | None]]:
    """Return each topic with its card, None where the coordinator has written none yet."""
    topics = topics_of(incident)
    if not topics:
        return []
    there = {card.topic: card for card in LawCard.objects.filter(country=country_of(incident), topic__in=topics)}
    return [(topic, there.get(topic)) for topic in topics]


@transaction.atomic
def record_consultation(
    *, incident: Incident, colleague: User, by: User, asked_at: datetime, words: str = "", at: datetime
) -> Consultation:
    """Note that a colleague was asked. Raises Unfit for oneself, for somebody who has left, or for a time that cannot be."""
    wrong = {}
    if colleague.pk == by.pk:
        wrong["colleague"] = _("Somebody else than you: two look at it.")
    elif not colleague.is_active:
        wrong["colleague"] = _("This person has left.")
    if asked_at > at + CLOCKS_DIFFER_BY:
        wrong["asked_at"] = _("This lies in the future.")
    if len(words) > LONGEST_WORDS:
        wrong["words"] = _("A few words are enough here.")
    if wrong:
        raise Unfit(wrong)
    case = casework.lock(incident.case)
    row = Consultation.objects.create(
        incident=incident, colleague=colleague, asked_at=asked_at, words=words.strip() or None, recorded_by=by
    )
    audit.record(
        by=by,
        verb="colleague.asked",
        what="case",
        about=case.ref,
        at=at,
        incident=incident.ref,
        person=colleague.username,
    )
    realtime.publish("case", case.ref)
    return row


@transaction.atomic
def write_card(
    *, by: User, at: datetime, country: str, topic: str, body: str, source: str, confirmed_by: str, confirmed_on: date
) -> LawCard:
    """Keep what the law of a country says. Raises NotAllowed for who does not keep them, Unfit without source or witness."""
    if not by.holds(*KEEPS_LAW_CARDS):
        raise NotAllowed(_("Your role does not change this."))
    wrong = {}
    country = country.strip().upper()
    if len(country) != 2 or not country.isascii() or not country.isalpha():
        wrong["country"] = _("A country is two letters, such as ZA.")
    if topic not in LawTopic.values:
        wrong["topic"] = _("This is none of the topics.")
    needed = {"body": body, "source": source, "confirmed_by": confirmed_by}
    for name, text in needed.items():
        if not text.strip():
            wrong[name] = _("This is needed: colleagues act on it.")
        elif "\0" in text or len(text) > LONGEST[name]:
            wrong[name] = _("This cannot be kept: it is too long or has signs that are no text.")
    if confirmed_on > at.date():
        wrong["confirmed_on"] = _("This lies in the future.")
    if wrong:
        raise Unfit(wrong)
    card, _is_new = LawCard.objects.update_or_create(
        country=country, topic=topic,
        defaults={
            "body": body.strip(), "source": source.strip(), "confirmed_by": confirmed_by.strip(),
            "confirmed_on": confirmed_on, "changed_by": by, "changed_at": at,
        },
    )  # fmt: skip
    audit.record(by=by, verb="law_card.written", what="law_card", about=card.ref, at=at, country=country, topic=topic)
    return card
