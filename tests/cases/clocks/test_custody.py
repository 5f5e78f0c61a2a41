"""How long somebody may be held, by country: the table that a lawyer can read, and what holds for every arrest."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.clocks.custody import Court, limit_of, state_at
from cases.clocks.rules import CUSTODY, custody_rules_of, find_rule
from tests.tables import read_table, split_list

DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
JOHANNESBURG = ZoneInfo("Africa/Johannesburg")
MOMENTS = st.integers(0, 6 * 366 * 86400).map(
    lambda seconds: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)
ZONES = st.sampled_from(["Africa/Johannesburg", "Europe/Kyiv", "America/Vancouver", "Australia/Lord_Howe"]).map(
    ZoneInfo
)


def read_hours(words):
    days, *times = words.split() if words else ["mon-mon"]
    first, last = (DAYS.index(day) for day in days.split("-"))
    return [
        {"day": day, "from": stretch.split("-")[0], "to": stretch.split("-")[1]}
        for day in range(first, last + 1)
        for stretch in times
    ]


def court_of(words="mon-fri 09:00-16:00", *, holidays=(), zone=JOHANNESBURG, lead=60):
    return Court(read_hours(words), holidays, zone, timedelta(minutes=lead))


@pytest.mark.parametrize("row", read_table("custody_limits.csv"))
def test_somebody_may_be_held_as_long_as_the_table_says(row):
    zone = ZoneInfo(row["zone"])

    def read(words):
        return datetime.fromisoformat(words).replace(tzinfo=zone).astimezone(UTC)

    limit = limit_of(
        find_rule(row["rule"]),
        arrested_at=read(row["arrested"]),
        latest=read(row["or as late as"]) if row["or as late as"] else None,
        court=court_of(row["court"], holidays=split_list(row["holidays"]), zone=zone, lead=int(row["lead"])),
        journey=timedelta(minutes=int(row["journey"])),
    )
    told = [
        moment.astimezone(zone).replace(tzinfo=None)
        for moment in (limit.latest_lawful, limit.act_by, limit.first_act_by)
    ]
    assert told == [datetime.fromisoformat(row[name]) for name in ("latest lawful", "act by", "go first by")]


def test_the_table_speaks_of_every_rule():
    assert {row.values[0]["rule"] for row in read_table("custody_limits.csv")} == {rule.code for rule in CUSTODY}


@given(st.sampled_from(CUSTODY), MOMENTS, ZONES)
def test_nobody_is_told_to_act_before_the_arrest_or_after_the_end(rule, arrested_at, zone):
    limit = limit_of(rule, arrested_at=arrested_at, court=court_of(zone=zone))
    assert arrested_at <= limit.first_act_by <= limit.act_by <= limit.latest_lawful
    assert limit.latest_lawful >= arrested_at + rule.limit


@given(st.sampled_from([rule for rule in CUSTODY if rule.roll == "none"]), MOMENTS, ZONES)
def test_where_nothing_rolls_the_bare_hours_count(rule, arrested_at, zone):
    limit = limit_of(rule, arrested_at=arrested_at, court=court_of(zone=zone))
    assert limit.latest_lawful - arrested_at == rule.limit
    assert not limit.has_rolled


@given(st.sampled_from([rule for rule in CUSTODY if rule.roll == "court_day"]), MOMENTS, ZONES)
def test_where_it_rolls_the_end_lies_within_a_court_day_and_no_earlier_one_was_passed_over(rule, arrested_at, zone):
    limit = limit_of(rule, arrested_at=arrested_at, court=court_of(zone=zone))
    local = limit.latest_lawful.astimezone(zone)
    assert local.weekday() < 5
    assert (9, 0, 0) <= (local.hour, local.minute, local.second) <= (16, 0, 0)
    assert limit.has_rolled is (limit.latest_lawful > arrested_at + rule.limit)
    assert limit.latest_lawful - (arrested_at + rule.limit) <= timedelta(days=3)


@given(
    st.sampled_from(CUSTODY),
    MOMENTS,
    st.timedeltas(timedelta(), timedelta(days=2)),
    st.floats(0, 1),
    ZONES,
)
def test_an_uncertain_arrest_never_gives_more_time_than_any_moment_that_it_can_have_been(
    rule, earliest, unsure, part, zone
):
    court = court_of(zone=zone)
    uncertain = limit_of(rule, arrested_at=earliest, latest=earliest + unsure, court=court)
    in_truth = limit_of(rule, arrested_at=earliest + unsure * part, court=court)
    assert uncertain.latest_lawful <= in_truth.latest_lawful


def test_what_ends_before_it_begins_is_refused():
    with pytest.raises(ValueError, match="before the earliest"):
        limit_of(
            find_rule("ZA"),
            arrested_at=datetime(2026, 11, 25, tzinfo=UTC),
            latest=datetime(2026, 11, 24, tzinfo=UTC),
            court=court_of(),
        )


def test_the_state_turns_when_it_is_time_to_act_and_after_the_last_lawful_second():
    arrested_at = datetime(2026, 11, 25, 18, tzinfo=JOHANNESBURG)
    limit = limit_of(find_rule("ZA"), arrested_at=arrested_at, court=court_of())
    second = timedelta(seconds=1)
    assert state_at(limit, limit.act_by - second) == "open"
    assert state_at(limit, limit.act_by) == state_at(limit, limit.latest_lawful) == "act_now"
    assert state_at(limit, limit.latest_lawful + second) == "over"


def test_a_country_that_nobody_has_told_us_of_gives_no_figure_at_all():
    (rule,) = custody_rules_of("KG")
    assert (rule.code, rule.limit) == ("KG", None)
    assert limit_of(rule, arrested_at=datetime(2026, 11, 25, tzinfo=UTC), court=court_of()) is None
    assert state_at(None, datetime(2026, 11, 25, tzinfo=UTC)) == "unknown"


def test_a_country_has_its_ordinary_rule_first():
    assert [rule.code for rule in custody_rules_of("UA")] == ["UA", "UA_CELL", "UA_ADMIN", "UA_MARTIAL"]
    assert custody_rules_of("") == ()


@pytest.mark.parametrize("code", ["ZZZ", "za", "Z1", "", "PEP"])
def test_what_is_no_code_is_no_rule(code):
    assert find_rule(code) is None


@pytest.mark.parametrize("rule", CUSTODY, ids=lambda rule: rule.code)
def test_every_limit_has_a_source(rule):
    assert rule.source
