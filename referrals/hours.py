"""When somebody is there: weekdays and times of day, over midnight too, and days off. Plain rules, no framework.

The table is tests/data/hours.csv. All times are the wall clock of the line; a span begins with its first minute and ends
before its last.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta


@dataclass(frozen=True)
class Span:
    """On these weekdays (0 is Monday; none means every day) from `opens` until `closes`; both None: the whole day.

    `closes` at or before `opens` is on the next day. `is_closed`: on these days nobody is there, whatever else is said.
    """

    days: frozenset[int] = frozenset()
    opens: time | None = None
    closes: time | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    is_closed: bool = False


def is_there(spans: Iterable[Span], local: datetime) -> bool | None:
    """Say whether somebody is there at a moment of the wall clock; None where no hours are known at all."""
    spans = list(spans)
    opening = [span for span in spans if not span.is_closed]
    if any(_covers_day(span, local.date()) and _covers_time(span, local.time()) for span in spans if span.is_closed):
        return False
    if not opening:
        return None
    return any(_is_within(span, local) for span in opening)


def _is_within(span: Span, local: datetime) -> bool:
    now, today = local.time(), local.date()
    if span.opens is None or span.closes is None:
        return _covers_day(span, today)
    if span.opens < span.closes:
        return _covers_day(span, today) and span.opens <= now < span.closes
    begun_today = _covers_day(span, today) and now >= span.opens
    begun_yesterday = _covers_day(span, today - timedelta(days=1)) and now < span.closes
    return begun_today or begun_yesterday


def _covers_day(span: Span, day: date) -> bool:
    if span.valid_from is not None and day < span.valid_from:
        return False
    if span.valid_to is not None and day > span.valid_to:
        return False
    return not span.days or day.weekday() in span.days


def _covers_time(span: Span, now: time) -> bool:
    if span.opens is None or span.closes is None:
        return True
    if span.opens < span.closes:
        return span.opens <= now < span.closes
    return now >= span.opens or now < span.closes


def group_days(days: Iterable[int]) -> Sequence[tuple[int, int]]:
    """Return weekdays as stretches, first and last, for saying "Mon to Fri, Sun" instead of seven names."""
    stretches: list[tuple[int, int]] = []
    for day in sorted(set(days)):
        if stretches and stretches[-1][1] == day - 1:
            stretches[-1] = (stretches[-1][0], day)
        else:
            stretches.append((day, day))
    return stretches
