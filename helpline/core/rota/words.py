"""What the rota says in sentences."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from django.utils.dateformat import format as format_date
from django.utils.translation import gettext as _

from helpline.core.rota.coverage import Gap


def say_gap(gap: Gap, zone: ZoneInfo) -> str:
    """Say a gap as a sentence: "Nobody from 04:00 to 05:00 on Tuesday 24 November."."""
    starts, ends = gap.starts_at.astimezone(zone), gap.ends_at.astimezone(zone)
    last_day = (ends - timedelta(microseconds=1)).date()
    words = {
        "start": f"{starts:%H:%M}",
        "end": f"{ends:%H:%M}",
        "day": format_date(starts, "l j F"),
        "last_day": format_date(ends, "l j F"),
    }
    if starts.date() == last_day:
        return _("Nobody from %(start)s to %(end)s on %(day)s.") % words
    return _("Nobody from %(start)s on %(day)s to %(end)s on %(last_day)s.") % words
