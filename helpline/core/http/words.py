"""How the desk says times, lengths and numbers. Plain values in, words for people out."""

from datetime import datetime, timedelta, tzinfo

from django.utils import timezone
from django.utils.dateformat import format as format_date
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

# Nearer than this a distance is said ("in 20 min"), farther away a clock time ("08:10").
SAY_DISTANCE_WITHIN = timedelta(minutes=90)
A_WEEK_OF_NAMES = timedelta(days=6)


def say_when(when: datetime, now: datetime, zone: tzinfo) -> str:
    """Say a moment as people do: "in 20 min", "08:10", "tomorrow 08:10", "Mon 16:00", "14 Mar". All times aware."""
    if abs(when - now) < SAY_DISTANCE_WITHIN:
        return _say_distance(when - now)
    local, today = when.astimezone(zone), now.astimezone(zone).date()
    clock = f"{local:%H:%M}"
    days = (local.date() - today).days
    if days == 0:
        return clock
    if days == 1:
        return _("tomorrow {time}").format(time=clock)
    if days == -1:
        return _("yesterday {time}").format(time=clock)
    if timedelta(0) < when - now < A_WEEK_OF_NAMES:
        return format_date(local, "D H:i")
    if local.year == today.year:
        return format_date(local, "j M H:i")
    return format_date(local, "j M Y")


def _say_distance(distance: timedelta) -> str:
    minutes = round(abs(distance).total_seconds() / 60)
    if minutes == 0:
        return _("now")
    if distance > timedelta(0):
        return _("in {minutes} min").format(minutes=minutes)
    return _("{minutes} min ago").format(minutes=minutes)


def say_late(due_at: datetime, now: datetime) -> str:
    """Say by how much a promise is late: "8 min late", "3 h late", "2 days late"; blank where it is not."""
    late = now - due_at
    if late <= timedelta(0):
        return ""
    minutes = int(late.total_seconds() // 60)
    if minutes < 60:
        return _("{minutes} min late").format(minutes=max(1, minutes))
    if minutes < 48 * 60:
        return _("{hours} h late").format(hours=minutes // 60)
    return ngettext("{days} day late", "{days} days late", minutes // 1440).format(days=minutes // 1440)


def say_exactly(when: datetime, zone: tzinfo) -> str:
    """Say a moment in full, for a pointer that rests on it and for screen readers: "Tuesday 24 November 2026, 02:10"."""
    return format_date(when.astimezone(zone), "l j F Y, H:i")


def say_length(seconds: int) -> str:
    """Say how long something took: "40 s", "12 min", "1 h 5 min"."""
    if seconds < 60:
        return _("{seconds} s").format(seconds=seconds)
    if seconds < 3600:
        return _("{minutes} min").format(minutes=round(seconds / 60))
    return _("{hours} h {minutes} min").format(hours=seconds // 3600, minutes=seconds % 3600 // 60)


def say_running(since: datetime, now: datetime) -> str:
    """Say a running clock: "0:07", "12:03", "1:02:45". The page goes on counting from here."""
    seconds = max(0, int((now - since).total_seconds()))
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def say_day(when: datetime, now: datetime, zone: tzinfo) -> str:
    """Say a day as the heading of what happened on it: "Today", "Yesterday", "Saturday 14 March"."""
    local, today = when.astimezone(zone), now.astimezone(zone).date()
    days = (today - local.date()).days
    if days == 0:
        return _("Today")
    if days == 1:
        return _("Yesterday")
    return format_date(local, "l j F" if local.year == today.year else "j F Y")


def here() -> tzinfo:
    """Return the zone that the desk reads its clocks in."""
    return timezone.get_current_timezone()
