"""When a caller is called back, and that what was said is never later than what was promised."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cases.promises import Hours, promise_call_back, say_when
from tests.tables import read_table, split_list

DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
MOMENTS = st.integers(0, 365 * 24 * 60).map(lambda minutes: moment(2025, 1, 1) + timedelta(minutes=minutes))
DEFAULT_ZONE = "Africa/Johannesburg"


def moment(*parts):
    return datetime(*parts, tzinfo=UTC)


def read_hours(words, holidays):
    if not words:
        return None
    days, _, times = words.partition(" ")
    first, last = (DAYS.index(day) for day in days.split("-"))
    begins, ends = times.split("-")
    return Hours([{"day": day, "from": begins, "to": ends} for day in range(first, last + 1)], holidays)


def find_zone(name):
    try:
        return ZoneInfo(name)
    except ZoneInfoNotFoundError:
        return ZoneInfo(DEFAULT_ZONE)


@pytest.mark.parametrize("row", read_table("promises.csv"))
def test_a_call_back_is_promised_and_said_as_the_table_says(row):
    zone, holidays = find_zone(row["zone"]), split_list(row["holidays"])
    at = datetime.fromisoformat(row["call"]).replace(tzinfo=zone).astimezone(UTC)
    promise = promise_call_back(
        at=at,
        cap=timedelta(hours=float(row["cap hours"])),
        zone=row["zone"],
        desk=read_hours(row["desk"], holidays) or Hours(),
        court=read_hours(row["court"], holidays),
        court_lead=timedelta(minutes=int(row["lead"])),
        default_zone=DEFAULT_ZONE,
    )
    due = promise.due_at.astimezone(zone).replace(tzinfo=None)
    assert (due, promise.because) == (datetime.fromisoformat(row["due"]), row["because"])
    assert say_when(promise.due_at, at=at, zone=row["zone"], default_zone=DEFAULT_ZONE).say() == row["said"]


def test_a_translator_gets_whole_sentences_and_the_names_of_days():
    at = datetime(2026, 11, 27, 20, tzinfo=UTC)
    spoken = say_when(datetime(2026, 11, 30, 6, tzinfo=UTC), at=at, zone=DEFAULT_ZONE)
    afrikaans = {"on %(weekday)s before %(hour)d in the morning": "%(weekday)s voor %(hour)d-uur", "Monday": "Maandag"}
    assert spoken.say(afrikaans.__getitem__) == "Maandag voor 8-uur"


def hear(words, at, zone):
    """Understand a spoken time as a caller would: the next time that it is so late. Every reading of it is returned."""
    if words == "as soon as anybody is free":
        return [at]
    if words.startswith("within"):
        minutes = 1 if words == "within a minute" else int(words.split()[1])
        return [at + timedelta(minutes=minutes)]
    parts = words.removeprefix("before ").replace("half past ", "+ ").split()
    if parts == ["noon"] or parts == ["midnight"]:
        hour, minute = (12, 0) if parts == ["noon"] else (0, 0)
    else:
        minute = 30 if parts[0] == "+" else 0
        hour = int(parts[1 if minute else 0]) % 12 + (12 if parts[-1] in {"afternoon", "evening"} else 0)
    local = at.astimezone(zone)
    for ahead in (0, 1):
        day = local.date() + timedelta(days=ahead)
        readings = [
            datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone, fold=fold).astimezone(UTC)
            for fold in (0, 1)
        ]
        if min(readings) > at:
            return readings
    raise AssertionError("nothing said lies ahead")


@given(
    MOMENTS,
    st.integers(0, 24 * 60 - 1),
    st.sampled_from(["Europe/Kyiv", "America/Vancouver", "Africa/Johannesburg", "Australia/Lord_Howe"]),
)
@example(moment(2025, 10, 25, 21, 30), 165, "Europe/Kyiv")
@example(moment(2025, 10, 25, 21, 30), 240, "Europe/Kyiv")
@example(moment(2025, 3, 29, 22, 30), 165, "Europe/Kyiv")
@example(moment(2025, 10, 25, 23, 45), 134, "Europe/Kyiv")
@example(moment(2025, 11, 2, 6, 0), 150, "America/Vancouver")
def test_what_was_said_is_never_later_than_what_is_due(at, minutes, zone):
    zone = ZoneInfo(zone)
    due_at = at + timedelta(minutes=minutes)
    heard = hear(say_when(due_at, at=at, zone=zone).say(), at, zone)
    assert max(heard) <= due_at
    assert due_at - min(heard) <= timedelta(hours=2, minutes=30)


@given(MOMENTS, st.integers(1, 5000), st.booleans(), st.booleans())
def test_no_promise_is_later_than_the_cap_or_earlier_than_the_call(at, minutes, has_desk, has_court):
    promise = promise_call_back(
        at=at,
        cap=timedelta(minutes=minutes),
        zone="Europe/Kyiv",
        desk=read_hours("mon-fri 08:00-20:00", []) if has_desk else Hours(),
        court=read_hours("mon-fri 09:00-16:00", []) if has_court else None,
    )
    assert at <= promise.due_at <= at + timedelta(minutes=minutes)
