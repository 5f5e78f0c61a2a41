"""Hours of a week in a form, typed a day at a time, the way they stand on a door: 08:00–12:00, 14:00–20:00."""

import re
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.translation import gettext as _

_PERIOD = re.compile(r"(\d{1,2}(?::\d{2})?)\s*[-–—]\s*(\d{1,2}(?::\d{2})?)")


class WeekWidget(forms.MultiWidget):
    """Seven fields, Monday first."""

    template_name = "_parts/_week_widget.html"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        days = [forms.TextInput({"aria-label": str(WEEKDAYS[day]), "autocomplete": "off"}) for day in range(7)]
        super().__init__(days, attrs)

    def decompress(self, value: Any) -> list[str]:
        return write_week(value or [])

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        for day, field in enumerate(context["widget"]["subwidgets"]):
            field["day"] = WEEKDAYS[day]
        return context


class WeekField(forms.MultiValueField):
    """Opening hours of a week, as a list of periods. What cannot be read is told by the day."""

    widget = WeekWidget

    def __init__(self, **kwargs: Any) -> None:
        days = [forms.CharField(required=False, max_length=80) for _day in range(7)]
        super().__init__(fields=days, required=False, require_all_fields=False, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        # Django takes any list for the values of the seven fields; what is kept is a list of periods.
        return write_week(value) if isinstance(value, list) and all(isinstance(one, dict) for one in value) else value

    def compress(self, data_list: Any) -> list[dict[str, Any]]:
        return [period for day, typed in enumerate(data_list or []) for period in read_day(day, typed)]


def read_day(day: int, typed: str) -> list[dict[str, Any]]:
    """Read "08:00–12:00, 14:00–20:00" as periods of a day; blank is closed. Raises ValidationError naming the day."""
    periods = []
    for part in filter(None, (part.strip() for part in re.split(r"[,;]", typed))):
        found = _PERIOD.fullmatch(part)
        if found is None:
            words = _("%(day)s: “%(typed)s” is not a period like 08:00–20:00.")
            raise forms.ValidationError(words % {"day": WEEKDAYS[day], "typed": part[:20]})
        begins, ends = (clock if ":" in clock else f"{clock}:00" for clock in found.groups())
        periods.append({"day": day, "from": begins.zfill(5), "to": ends.zfill(5)})
    return periods


def write_week(hours: Sequence[dict[str, Any]]) -> list[str]:
    """Write a week of periods as seven lines."""
    return [
        ", ".join(f"{period['from']}–{period['to']}" for period in hours if period.get("day") == day)
        for day in range(7)
    ]


def say_week(hours: Sequence[dict[str, Any]]) -> str:
    """Say the hours of a week in one line, days that are alike together: "Mon–Fri 10:00–14:00, Sun 18:00–20:00".

    Hours that are no hours are said as none: nothing is shown as safe that cannot be read.
    """
    written = write_week([period for period in hours if {"from", "to"} <= set(period)])
    runs: list[tuple[int, int, str]] = []
    for day, words in enumerate(written):
        if runs and runs[-1][1] == day - 1 and runs[-1][2] == words:
            runs[-1] = (runs[-1][0], day, words)
        else:
            runs.append((day, day, words))
    return ", ".join(f"{_say_days(first, last)} {words}" for first, last, words in runs if words)


def _say_days(first: int, last: int) -> str:
    if (first, last) == (0, 6):
        return _("every day")
    return str(WEEKDAYS_ABBR[first]) if first == last else f"{WEEKDAYS_ABBR[first]}–{WEEKDAYS_ABBR[last]}"
