"""How a clock is said and drawn: a word, a shape, two figures, what is left, and where now lies in it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from cases.clocks.clinical import Window
from cases.clocks.custody import Limit
from cases.services.clocks import Reckoned

# The state that a clock's word, shape and colour are those of, and the word itself.
_STATES: dict[str, tuple[str, str | Promise]] = {
    "ahead": ("waiting", gettext_lazy("too early for it yet")),
    "open": ("due", gettext_lazy("time is running")),
    "act_now": ("soon", gettext_lazy("time to act")),
    "weaker": ("soon", gettext_lazy("weaker now, go all the same")),
    "perhaps_over": ("overdue", gettext_lazy("perhaps over: go now")),
    "over": ("overdue", gettext_lazy("over by the clock: go anyway")),
    "certain": ("done", gettext_lazy("a test is certain now")),
    "unknown": ("soon", gettext_lazy("ask a lawyer how long is lawful here")),
    "stopped": ("done", gettext_lazy("stopped")),
}
_HELD_TOO_LONG = gettext_lazy("held longer than is lawful")
_MAY_SHOW = gettext_lazy("a test may show it now")
_PLACES = {"over": 1, "ahead": 1, "certain": 1, "stopped": 2}
WIDE = 200  # units of the picture, which is drawn as wide as its place


@dataclass(frozen=True)
class Bar:
    """A window as a picture: `done` and `act_by` are places on a line of `WIDE` units; `said` is it in words."""

    done: int
    act_by: int
    said: str
    wide: int = WIDE


@dataclass(frozen=True)
class Shown:
    """One clock as a page shows it."""

    told: Reckoned
    name: str
    state: str
    look: str
    word: str
    left: str
    note: str
    after: str
    bar: Bar | None

    @property
    def ref(self) -> str:
        return self.told.clock.ref


def show_all(read: Iterable[Reckoned], at: datetime) -> list[Shown]:
    """Put clocks into words: what can still be done first, then what is over or too early, then what was stopped."""
    shown = [show(told, at) for told in read]
    return sorted(
        shown, key=lambda one: _PLACES.get(one.state, 0) if not one.told.is_custody or one.state == "stopped" else 0
    )


def show(told: Reckoned, at: datetime) -> Shown:
    """Put a clock into words."""
    rule, stopped = told.here.rule, told.clock.stopped_at is not None
    state = "stopped" if stopped else told.state_at(at)
    look, word = _STATES[state]
    if state == "over" and told.is_custody:
        word = _HELD_TOO_LONG
    elif state == "open" and isinstance(told.told, Window) and told.told.is_certain_at_end:
        word = _MAY_SHOW
    is_past = state in {"weaker", "perhaps_over", "over"}
    return Shown(
        told=told,
        name=_(rule.name),
        state=state,
        look=look,
        word=str(told.clock.get_stopped_because_display()) if stopped else str(word),
        left="" if stopped else _say_left(told, at),
        note=_(rule.note) if rule.note else "",
        after=_(rule.after) if is_past and not isinstance(told.told, Limit) and not told.is_custody else "",  # type: ignore[union-attr]
        bar=None if stopped else draw(told, at),
    )


def _say_left(told: Reckoned, at: datetime) -> str:
    if isinstance(told.told, Window) and at < told.told.opens_at:
        return _("{time} to go").format(time=say_length(told.told.opens_at - at))
    if told.ends_at is None or (isinstance(told.told, Window) and told.told.is_certain_at_end):
        return ""
    if at <= told.ends_at:
        return _("{time} left").format(time=say_length(told.ends_at - at))
    return _("{time} ago").format(time=say_length(at - told.ends_at))


def say_length(length: timedelta) -> str:
    """Say how long something is, rounded down so that nobody is promised more: "2 days 4 h", "5 h 10 min", "8 min"."""
    minutes = int(length.total_seconds()) // 60
    days, hours = minutes // 1440, minutes // 60 % 24
    if days:
        said = ngettext("{days} day", "{days} days", days).format(days=days)
        return _("{days} {hours} h").format(days=said, hours=hours) if hours else said
    if hours:
        rest = minutes % 60
        return _("{hours} h {minutes} min").format(hours=hours, minutes=rest) if rest else _("{n} h").format(n=hours)
    return _("{minutes} min").format(minutes=minutes)


def draw(told: Reckoned, at: datetime) -> Bar | None:
    """Place now and "act by" on the line from what happened to its end; None where there is no end."""
    begins, ends = told.clock.earliest_at, told.ends_at
    if ends is None or told.told is None or ends <= begins:
        return None

    def place(moment: datetime) -> int:
        return round(min(max((moment - begins) / (ends - begins), 0.0), 1.0) * WIDE)

    percent = place(at) * 100 // WIDE
    said = _("{percent} % of the time has passed.").format(percent=percent)
    return Bar(done=place(at), act_by=place(told.told.act_by), said=said)
