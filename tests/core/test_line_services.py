"""Lines, as a coordinator keeps them: everything is checked before anything is kept."""

import pytest

from helpline.core.audit.models import Entry
from helpline.core.lines.models import Line
from helpline.core.lines.services import BadLine, public_holidays, reveal_last_resort, save_line

GOOD = {
    "number": "+1 888 555 0102",
    "name": "Night Line",
    "languages": ["en", "zu"],
    "time_zone": "Africa/Johannesburg",
    "hours": [{"day": 0, "from": "08:00", "to": "12:00"}, {"day": 0, "from": "14:00", "to": "20:00"}],
    "holidays": ["2026-12-25"],
    "last_resort": "+44 7700 900113",
}


def save(by, at, line=None, **fields):
    return save_line(line=line, by=by, at=at, **fields)


def test_lerato_makes_a_line_and_its_numbers_are_kept_in_one_form(lerato, at):
    line = save(lerato, at, **GOOD)
    kept = Line.objects.get(ref=line.ref)
    assert (kept.number, kept.last_resort, kept.hours) == ("+18885550102", "+447700900113", GOOD["hours"])
    assert Entry.objects.get(verb="line.made").what == "line"


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("number", "call me", "not a telephone number"),
        ("number", "+18885550100", "Another line"),
        ("name", "  ", "needs a name"),
        ("name", "x" * 61, "needs a name"),
        ("languages", [], "at least one language"),
        ("languages", "en", "at least one language"),
        ("languages", [1], "at least one language"),
        ("time_zone", "Africa/Jozi", "time zone"),
        ("time_zone", ["UTC"], "time zone"),
        ("hours", "always", "list of periods"),
        ("hours", [{"day": 7, "from": "08:00", "to": "20:00"}], "from 0"),
        ("hours", [{"day": 0, "from": "8", "to": "20:00"}], "beginning"),
        ("hours", [{"day": 0, "from": "08:00", "to": "12:00"}, {"day": 0, "from": "11:00", "to": "20:00"}], "overlap"),
        ("court_hours", [{"day": 0, "from": "09:00", "to": "25:00"}], "end is a time"),
        ("holidays", ["2026-02-30"], "not a date"),
        ("holidays", ["2026-W01-1"], "not a date"),
        ("holidays", "2026-12-25", "list of dates"),
        ("last_resort", "the coordinator", "not a telephone number"),
        ("country", "South Africa", "two letters"),
        ("ring_seconds", 4, "from 5 to 60"),
        ("ring_seconds", True, "from 5 to 60"),
        ("longest_wait_seconds", 301, "from 10 to 300"),
        ("call_back_within_minutes", "480", "from 5 to 4320"),
    ],
)
def test_what_cannot_be_is_told_by_the_field_and_nothing_is_kept(field, value, words, line, lerato, at):
    with pytest.raises(BadLine) as bad:
        save(lerato, at, **{**GOOD, field: value})
    assert list(bad.value.problems) == [field]
    assert words in str(bad.value)
    assert Line.objects.count() == 1


def test_every_problem_is_told_at_once(lerato, at):
    with pytest.raises(BadLine) as bad:
        save(lerato, at, **{**GOOD, "number": "x", "name": "", "time_zone": "x", "hours": 1})
    assert set(bad.value.problems) == {"number", "name", "time_zone", "hours"}


def test_one_bad_field_keeps_the_good_ones_out_too(line, lerato, at):
    with pytest.raises(BadLine):
        save(lerato, at, line=line, name="New name", ring_seconds=1)
    assert Line.objects.get().name == "Umbrella Line"


def test_only_what_is_given_changes_and_the_names_of_the_fields_are_written_down(line, lerato, at):
    save(lerato, at, line=line, ring_seconds=25)
    kept = Line.objects.get()
    assert (kept.ring_seconds, kept.last_resort) == (25, "+447700900113")
    assert Entry.objects.get(verb="line.changed").detail == {"fields": ["ring_seconds"]}


def test_no_number_is_written_into_the_audit(line, lerato, at):
    save(lerato, at, line=line, last_resort="+447700900114")
    assert "9001" not in str(list(Entry.objects.values()))


def test_a_blank_last_resort_takes_it_away(line, lerato, at):
    save(lerato, at, line=line, last_resort="")
    assert Line.objects.get().last_resort is None


def test_a_field_that_nobody_knows_is_refused(line, lerato, at):
    with pytest.raises(BadLine, match="no such field"):
        save(lerato, at, line=line, ref="X")


def test_asking_for_the_last_resort_is_written_down(line, lerato, at):
    assert reveal_last_resort(line=line, by=lerato, at=at) == "+447700900113"
    assert Entry.objects.get(verb="line.last_resort_shown").who == lerato


def test_the_public_holidays_of_a_country_are_found_and_an_unknown_country_has_none():
    found = public_holidays("ZA", (2026, 2027))
    assert found["2026-08-10"], "Women's Day, which fell on a Sunday"
    assert "2027-04-27" in found
    assert public_holidays("XX", (2026,)) == {}
    assert public_holidays("", (2026,)) == {}
