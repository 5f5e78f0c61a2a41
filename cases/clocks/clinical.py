"""Until when something helps, counted from an uncertain time. `tests/data/clinical_windows.csv` is the table."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Literal

from cases.clocks.rules import ClinicalRule

WindowState = Literal["ahead", "open", "act_now", "weaker", "perhaps_over", "certain", "over"]
Bucket = Literal["0-3 days", "4-5 days", "6-14 days", "15-30 days", "over 30 days"]


@dataclass(frozen=True)
class Window:
    """One window as moments in UTC. `ends_at` is the last moment that still counts, itself included.

    `ends_at_latest` is the end counted from the latest moment at which it can have happened: between the two it is
    perhaps over, perhaps not.
    """

    opens_at: datetime
    act_by: datetime
    ends_at: datetime
    ends_at_latest: datetime
    best_before: datetime | None = None
    outer_ends_at: datetime | None = None
    is_certain_at_end: bool = False

    @property
    def last_moment(self) -> datetime:
        """The last moment of all at which going is still within the time, weaker or not."""
        return max(self.ends_at_latest, self.outer_ends_at or self.ends_at_latest)


def window_of(rule: ClinicalRule, *, earliest: datetime, latest: datetime | None = None) -> Window:
    """Return the window of what happened between `earliest` and `latest` (known exactly where that is None).

    Raises ValueError where it ends before it begins.
    """
    earliest = earliest.astimezone(UTC)
    latest = earliest if latest is None else latest.astimezone(UTC)
    if latest < earliest:
        raise ValueError("the latest moment lies before the earliest")
    if rule.to_means == "certain":
        opens_at = latest + (rule.opens or timedelta())
        certain_at = latest + rule.limit
        return Window(opens_at, opens_at, certain_at, certain_at, is_certain_at_end=True)
    ends_at = earliest + rule.limit
    opens_at = earliest if rule.opens is None else min(latest + rule.opens, ends_at)
    return Window(
        opens_at=opens_at,
        act_by=max(ends_at - rule.lead, opens_at),
        ends_at=ends_at,
        ends_at_latest=latest + rule.limit,
        best_before=None if rule.best is None else earliest + rule.best,
        outer_ends_at=None if rule.outer is None else earliest + rule.outer,
    )


def state_at(window: Window, at: datetime) -> WindowState:
    """Say how a window stands at a moment."""
    if at < window.opens_at:
        return "ahead"
    if window.is_certain_at_end:
        return "open" if at < window.ends_at else "certain"
    if at <= window.ends_at:
        return "open" if at < window.act_by else "act_now"
    if window.outer_ends_at is not None and at <= window.outer_ends_at:
        return "weaker"
    return "perhaps_over" if at <= window.ends_at_latest else "over"


_BUCKETS: Final[tuple[tuple[timedelta, Bucket], ...]] = (
    (timedelta(hours=72), "0-3 days"),
    (timedelta(hours=120), "4-5 days"),
    (timedelta(days=14), "6-14 days"),
    (timedelta(days=30), "15-30 days"),
)


def elapsed_bucket(*, earliest: datetime, told_at: datetime) -> Bucket:
    """Sort how long ago it was, for figures. Three days are 72 hours to the second: what is within them could still have
    had PEP, and nothing else may stand in that column. Raises ValueError where it lies ahead.
    """
    elapsed = told_at - earliest
    if elapsed < timedelta():
        raise ValueError("it has not happened yet")
    return next((bucket for upto, bucket in _BUCKETS if elapsed <= upto), "over 30 days")
