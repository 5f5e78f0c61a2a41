"""The information cards: written by the coordinator, shown beside the notes of a call, each version kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.models import Prefetch, Q, QuerySet
from django.utils.translation import gettext as _

from cases.models import InformationCard, InformationSound, InformationVersion, Topic
from cases.services.telephone_sound import to_telephone_sound
from helpline.core.audit import services as audit
from helpline.core.errors import Conflict, NotAllowed, NotFound
from helpline.core.lines.models import Line
from helpline.core.staff.models import Role, User

EDITORS = (Role.COORDINATOR, Role.SUPERVISOR)


@dataclass(frozen=True)
class OnTopic:
    """What there is on one topic: the nearest card in each language, the line's first language first."""

    topic: str
    words: str
    cards: Sequence[InformationCard]


def may_edit(user: User) -> bool:
    return user.is_active and user.holds(*EDITORS)


def read_for(line: Line | None) -> list[OnTopic]:
    """Return what can be said on calls of a line, by topic, in its languages first: two queries.

    A card of the line itself stands before one of its country, and that before one for everywhere.
    """
    here = Q(line=None, country="")
    if line is not None:
        here |= Q(line=line) | Q(line=None, country=line.country)
    cards = list(_shown().filter(here))
    languages = list(line.languages) if line is not None else []
    nearest: dict[tuple[str, str], InformationCard] = {}
    for card in sorted(cards, key=lambda one: (one.line_id is None, one.country == "")):
        nearest.setdefault((card.topic, card.language), card)
    return [
        OnTopic(topic, str(words), sorted(found, key=lambda one: _place_of(one.language, languages)))
        for topic, words in Topic.choices
        if (found := [card for (about, _language), card in nearest.items() if about == topic])
    ]


def _place_of(language: str, languages: Sequence[str]) -> tuple[int, str]:
    return (languages.index(language) if language in languages else len(languages), language)


def read_all() -> list[InformationCard]:
    """Return every card that is shown anywhere, by topic: two queries."""
    order = {topic: place for place, topic in enumerate(Topic.values)}
    return sorted(
        _shown(), key=lambda card: (order.get(card.topic, 99), card.country, card.line_id or 0, card.language)
    )


def _shown() -> QuerySet[InformationCard]:
    playing = InformationSound.objects.filter(ended_at=None).defer("wav").order_by("-made_at")
    cards = InformationCard.objects.filter(ended_at=None).exclude(current=None).select_related("current", "line")
    return cards.prefetch_related(Prefetch("sounds", playing, to_attr="playing"))


def get_card(ref: str) -> InformationCard:
    """Return one card with its line and its current version. Raises NotFound."""
    found = InformationCard.objects.select_related("current", "line").filter(ref=ref).first()
    if found is None:
        raise NotFound(_("There is no such card."))
    return found


@transaction.atomic
def write(
    *,
    by: User,
    at: datetime,
    words: str,
    source: str,
    card: InformationCard | None = None,
    topic: str = "",
    language: str = "",
    country: str = "",
    line: Line | None = None,
    confirmed_by: str = "",
    confirmed_on: date | None = None,
) -> InformationCard:
    """Write a card, or new words on one: the former version stays. The same words and facts again change nothing.

    Raises NotAllowed for somebody who is no coordinator, without a source, without words, for an unknown topic, or where a
    name is given without a day; Conflict where there is such a card already.
    """
    _check_may(by)
    words, source, confirmed_by = words.strip(), source.strip(), confirmed_by.strip()
    if not words:
        raise NotAllowed(_("Write what can be said."))
    if not source:
        raise NotAllowed(_("Say where this comes from: no legal or medical claim without its source."))
    if bool(confirmed_by) != (confirmed_on is not None):
        raise NotAllowed(_("Say both who confirmed it for here and on which day, or neither."))
    row = _new_card(topic, language, country, line) if card is None else _lock(card)
    now = row.current
    said = (words, source, confirmed_by or None, confirmed_on)
    if now is not None and (now.words, now.source, now.confirmed_by, now.confirmed_on) == said:
        return row
    row.current = InformationVersion.objects.create(
        card=row, number=now.number + 1 if now else 1, words=words, source=source, confirmed_by=confirmed_by or None,
        confirmed_on=confirmed_on, written_by=by, written_at=at,
    )  # fmt: skip
    row.save(update_fields=["current"])
    audit.record(by=by, verb="information.written", what="information", about=row.ref, at=at, number=row.current.number)
    return row


def _new_card(topic: str, language: str, country: str, line: Line | None) -> InformationCard:
    if topic not in Topic.values:
        raise NotAllowed(_("There is no such topic."))
    country = country.strip().upper()
    language = language.strip().lower()
    if not 2 <= len(language) <= 12 or not language.replace("-", "").isalnum():
        raise NotAllowed(_("Say in which language, such as en or zu."))
    place = "/".join((topic, line.ref if line else country, language))
    try:
        with transaction.atomic():
            return InformationCard.objects.create(
                topic=topic, language=language, country="" if line else country, line=line, place=place
            )
    except IntegrityError:
        raise Conflict(_("There is a card on this topic for this place and language: change that one.")) from None


@transaction.atomic
def end(*, card: InformationCard, by: User, at: datetime) -> None:
    """Show a card no longer. Its versions stay, its place is free."""
    _check_may(by)
    row = _lock(card)
    if row.ended_at is None:
        row.ended_at, row.place = at, None
        row.save(update_fields=["ended_at", "place"])
        audit.record(by=by, verb="information.ended", what="information", about=row.ref, at=at)


@transaction.atomic
def put_sound(*, card: InformationCard, content: bytes, by: User, at: datetime) -> InformationSound:
    """Let a card be heard: the recording is checked and kept as a telephone plays it; an older one is played no longer.

    Raises NotAllowed for somebody who is no coordinator, or a recording that cannot be read.
    """
    _check_may(by)
    row = _lock(card)
    if row.current is None:
        raise NotAllowed(_("Write the words first."))
    sound = to_telephone_sound(content)
    InformationSound.objects.filter(card=row, ended_at=None).update(ended_at=at)
    made = InformationSound.objects.create(
        card=row, version=row.current, wav=sound.wav, seconds=sound.seconds, made_by=by, made_at=at
    )
    audit.record(by=by, verb="information.sound", what="information", about=row.ref, at=at, seconds=sound.seconds)
    return made


def get_sound(ref: str) -> InformationSound:
    """Return one recording, also one that is played no longer. Raises NotFound."""
    found = InformationSound.objects.filter(ref=ref).first()
    if found is None:
        raise NotFound(_("There is no such recording."))
    return found


def _check_may(by: User) -> None:
    if not may_edit(by):
        raise NotAllowed(_("Information cards are written by a coordinator or a supervisor."))


def _lock(card: InformationCard) -> InformationCard:
    row = InformationCard.objects.select_for_update(of=("self",)).select_related("current").get(pk=card.pk)
    if row.ended_at is not None:
        raise NotAllowed(_("This card is not shown any more."))
    return row
