"""What happened on a case, in one line of time: calls, texts, notes, promises kept or dropped. Newest first, by day."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from django.db.models import Prefetch, Q

from cases.models import Case, FollowUp, Note
from helpline.core.http.words import here, say_day
from telephony.models import Call, Leg, Media, Recording, Text

PAGE = 40  # entries; "earlier" reads the next ones by time, so a long story costs no more than a short one
MOST = 400  # entries that a page re-reads at once, however long it stays open


@dataclass(frozen=True)
class Entry:
    """One thing that happened. `kind` names its template (``cases/_entry_<kind>.html``), `thing` is the row."""

    kind: str
    at: datetime
    thing: Any

    @property
    def template(self) -> str:
        return f"cases/_entry_{self.kind}.html"


@dataclass(frozen=True)
class Day:
    """The entries of one day, newest first."""

    words: str
    entries: Sequence[Entry]


@dataclass(frozen=True)
class Story:
    """A page of the story. `since` is the time of its oldest entry (None where there is none), `earlier` the same where
    more happened before it.
    """

    days: Sequence[Day] = ()
    since: datetime | None = None
    earlier: datetime | None = None


def read_story(
    cases: Sequence[Case], at: datetime, *, before: datetime | None = None, since: datetime | None = None
) -> Story:
    """Read what happened on a case and those joined to it: the page before a time, or everything since one, or the newest.

    An open page re-reads what it shows by `since`, so that nothing falls between it and the earlier pages below it.
    Seven queries however long the story is. The reader must have been let through the door of each of the cases.
    """
    ours = Q(case__in=cases)
    page = _Page(MOST if since else PAGE, before, since)
    entries = sorted(
        [
            *page.read("call", _calls().filter(ours), "started_at"),
            *page.read("text", _texts().filter(ours), "at"),
            *page.read("note", Note.objects.filter(ours, is_draft=False).select_related("author"), "written_at"),
            *page.read("follow_up", _finished().filter(ours), "finished_at"),
        ],
        key=lambda entry: entry.at,
        reverse=True,
    )
    if not entries:
        return Story()
    shown = entries[: page.size]
    # What happened at the very moment of the last entry belongs to this page: the next one asks for what was before.
    shown += [entry for entry in entries[page.size :] if entry.at == shown[-1].at]
    oldest = shown[-1].at
    return Story(list(_by_day(shown, at)), oldest, oldest if len(shown) < len(entries) else None)


def _calls() -> Any:
    return Call.objects.select_related("line", "answered_by").prefetch_related(
        Prefetch("legs", Leg.objects.select_related("person")),
        Prefetch("recordings", Recording.objects.defer("sound").select_related("heard_by").order_by("made_at")),
    )


def _texts() -> Any:
    return Text.objects.select_related("written_by", "contact", "offer__provider", "offer__member").prefetch_related(
        Prefetch("media", Media.objects.defer("content", "url").order_by("position"))
    )


def _finished() -> Any:
    return FollowUp.objects.exclude(finished_at=None).select_related("owner")


@dataclass(frozen=True)
class _Page:
    """Which rows of each kind a page may need: as many as it shows and one, from the newest that counts."""

    size: int
    before: datetime | None
    since: datetime | None

    def read(self, kind: str, rows: Any, when: str) -> Iterator[Entry]:
        if self.before is not None:
            rows = rows.filter(**{f"{when}__lt": self.before})
        if self.since is not None:
            rows = rows.filter(**{f"{when}__gte": self.since})
        for row in rows.order_by(f"-{when}", "-pk")[: self.size + 1]:
            yield Entry(kind, getattr(row, when), row)


def _by_day(entries: Iterable[Entry], now: datetime) -> Iterator[Day]:
    zone = here()
    for _date, of_day in groupby(entries, key=lambda entry: entry.at.astimezone(zone).date()):
        day = list(of_day)
        yield Day(say_day(day[0].at, now, zone), day)
