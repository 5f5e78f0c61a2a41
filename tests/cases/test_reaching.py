"""Whether a caller may be reached: the table that a coordinator can read, and that nothing but a fresh yes opens a way."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.reaching import Card, State, decide
from tests.core.test_opening import read_hours
from tests.tables import is_yes, read_table, split_list

ZONE = ZoneInfo("Africa/Johannesburg")
CHANNELS = ["text", "call", "voicemail", "voicemail_named", "letter", "visit"]


def wall(words):
    return datetime.fromisoformat(words).replace(tzinfo=ZONE).astimezone(UTC)


def read_card(row, at):
    if not row["days ago"]:
        return None
    return Card(
        may_text=is_yes(row["texts"]),
        may_call=is_yes(row["calls"]),
        voicemail=row["voicemail"],
        hours=[{"day": "?"}] if row["safe hours"] == "unreadable" else read_hours(row["safe hours"]),
        confirmed_at=at - timedelta(days=int(row["days ago"])),
        good_for=timedelta(days=int(row["good for"])),
        may_hear_who_we_are=row["whose"] == "own",
    )


@pytest.mark.parametrize("row", read_table("reaching.csv"))
def test_she_is_reached_only_where_the_table_says_so(row):
    at = wall(row["at"])
    against = {f"is_{word.replace(' ', '_')}": True for word in split_list(row["against"])}
    verdict = decide(card=read_card(row, at), channel=row["channel"], at=at, zone=ZONE, state=State(**against))
    assert verdict.because == row["answer"]
    assert bool(verdict) is (row["answer"] == "said_yes")
    told = wall(row["until or next"]) if row["until or next"] else None
    assert (verdict.until if verdict else verdict.next_at) == told


CLOCK = st.builds(lambda hour, minute: f"{hour:02}:{minute:02}", st.integers(0, 23), st.integers(0, 59))
PERIOD = st.fixed_dictionaries({"day": st.integers(0, 6), "from": CLOCK, "to": CLOCK})
NOW = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
ZONES = st.sampled_from(["Africa/Johannesburg", "Europe/Kyiv", "America/Vancouver", "Asia/Kathmandu", "Nowhere/Land"])


@st.composite
def preferences(draw):
    """Anything a caller may have said, at any time before or after now, together with what is known of the number."""
    at = draw(NOW)
    card = st.builds(
        Card,
        may_text=st.booleans(),
        may_call=st.booleans(),
        voicemail=st.sampled_from(["none", "vague", "named", "", "yes"]),
        hours=st.one_of(st.just([]), st.lists(PERIOD, min_size=1, max_size=5), st.just([{"day": 9}])),
        confirmed_at=st.timedeltas(timedelta(days=-3), timedelta(days=200)).map(lambda ago: at - ago),
        good_for=st.integers(1, 120).map(lambda days: timedelta(days=days)),
        may_hear_who_we_are=st.booleans(),
        by_letter=st.booleans(),
        by_visit=st.booleans(),
    )
    rarely = st.sampled_from([False, False, False, False, True])
    state = st.builds(State, rarely, rarely, rarely, rarely, rarely)
    return draw(st.none() | card), draw(state), draw(st.sampled_from(CHANNELS)), draw(ZONES), at


def is_in_her_hours(card, zone, at):
    """The wall clock, read the long way round: minute by minute, without the rule's own reading of hours."""
    if card.hours == []:
        return True
    wall_now = at.astimezone(ZoneInfo("UTC" if zone == "Nowhere/Land" else zone))
    minute = wall_now.hour * 60 + wall_now.minute
    for period in card.hours:
        if "from" not in period:
            continue
        begins, ends = (int(period[end][:2]) * 60 + int(period[end][3:]) for end in ("from", "to"))
        today, yesterday = period["day"] == wall_now.weekday(), period["day"] == (wall_now.weekday() - 1) % 7
        if ends > begins:
            if today and begins <= minute < ends:
                return True
        elif (today and minute >= begins) or (yesterday and minute < ends):
            return True
    return False


def clocks_change_nearby(zone, at):
    used = ZoneInfo("UTC" if zone == "Nowhere/Land" else zone)
    offsets = {(at + timedelta(hours=hours)).astimezone(used).utcoffset() for hours in range(-30, 31, 3)}
    return len(offsets) > 1


@settings(max_examples=10_000, deadline=None)
@given(preferences())
def test_of_ten_thousand_preferences_times_and_channels_none_is_overstepped(asked):
    card, state, channel, zone, at = asked
    verdict = decide(card=card, channel=channel, at=at, zone=zone, state=state)
    if not verdict:
        assert verdict.because != "said_yes"
        assert verdict.until is None
        return
    assert card is not None
    assert not state.is_ended
    assert not state.is_possibly_known
    assert at - card.good_for <= card.confirmed_at <= at + timedelta(minutes=10)
    if channel in {"letter", "visit"}:
        assert card.by_letter if channel == "letter" else card.by_visit
    else:
        assert not state.is_held
        assert not state.is_blocked
        assert card.may_text if channel == "text" else card.may_call
    if channel == "text":
        assert not state.is_opted_out
    if channel == "voicemail":
        assert card.voicemail in {"vague", "named"}
    if channel == "voicemail_named":
        assert card.voicemail == "named"
        assert card.may_hear_who_we_are
    if channel != "letter" and not clocks_change_nearby(zone, at):
        assert is_in_her_hours(card, zone, at)


@settings(max_examples=1_000, deadline=None)
@given(preferences())
def test_what_waits_for_a_safe_hour_is_allowed_when_that_hour_comes_and_not_a_moment_before(asked):
    card, state, channel, zone, at = asked
    verdict = decide(card=card, channel=channel, at=at, zone=zone, state=state)
    if verdict.next_at is not None:
        assert verdict.next_at > at
        assert decide(card=card, channel=channel, at=verdict.next_at, zone=zone, state=state)
        just_before = verdict.next_at - timedelta(seconds=1)
        assert not decide(card=card, channel=channel, at=max(at, just_before), zone=zone, state=state)
    if verdict.until is not None:
        assert verdict.until >= at
        just_after = verdict.until + timedelta(seconds=1)
        assert not decide(card=card, channel=channel, at=just_after, zone=zone, state=state)
