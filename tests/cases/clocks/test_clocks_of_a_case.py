"""A clock on a case: what it promises, how a corrected time moves it, why it stops."""

from datetime import timedelta

import pytest

from cases.models import Case, Clock, FollowUp, LocalRule
from cases.services import clock_rules, clocks, followups
from helpline.core.audit.models import Entry
from helpline.core.errors import Conflict, NotAllowed, NotFound
from tests.cases.clocks.conftest import local
from tests.factories import make_case, make_line

pytestmark = pytest.mark.django_db
NOW = local("2026-11-25T20:00")  # a Wednesday evening


def promised(case):
    rows = FollowUp.objects.unfinished().filter(case=case).order_by("due_at", "pk")
    return [(row.kind, row.because, row.due_at) for row in rows]


def test_an_arrest_on_wednesday_evening_is_before_a_court_by_monday_at_four(start, case):
    clock = start("ZA", "2026-11-25T18:00", at=NOW, station="the station by the market")
    assert (clock.act_by, clock.ends_at) == (local("2026-11-30T08:00"), local("2026-11-30T16:00"))
    assert promised(case) == [
        ("court", "custody_first", local("2026-11-26T08:00")),
        ("court", "custody_act", local("2026-11-30T08:00")),
        ("window", "custody_end", local("2026-11-30T16:00")),
    ]


def test_a_public_holiday_that_nobody_typed_counts(start):
    assert start("ZA", "2026-12-14T18:00", at=local("2026-12-14T20:00")).ends_at == local(
        "2026-12-17T16:00"
    )  # 16 December


def test_a_corrected_time_moves_what_was_promised_and_promises_nothing_twice(start, case, thandi):
    clock = start("ZA", "2026-11-25T18:00", at=NOW)
    clocks.correct(clock=clock, by=thandi, at=NOW, earliest_at=local("2026-11-25T14:00"))
    clocks.correct(clock=clock, by=thandi, at=NOW, earliest_at=local("2026-11-25T14:00"))
    assert promised(case) == [
        ("court", "custody_first", local("2026-11-26T08:00")),
        ("court", "custody_act", local("2026-11-27T08:00")),
        ("window", "custody_end", local("2026-11-27T14:00")),
    ]
    assert FollowUp.objects.count() == 3
    assert Case.objects.get().next_due_at == local("2026-11-26T08:00")


def test_a_part_that_a_correction_makes_needless_is_let_go_and_may_come_back(start, case, thandi):
    clock = start("ZA", "2026-11-25T18:00", at=NOW)
    clocks.correct(clock=clock, by=thandi, at=NOW, earliest_at=local("2026-11-24T10:00"))
    assert [because for _kind, because, _due in promised(case)] == ["custody_act", "custody_end"]
    clocks.correct(clock=clock, by=thandi, at=NOW, earliest_at=local("2026-11-25T18:00"))
    assert [because for _kind, because, _due in promised(case)] == ["custody_first", "custody_act", "custody_end"]


def test_what_somebody_has_done_stays_done_when_the_time_is_corrected(start, case, thandi):
    clock = start("ZA", "2026-11-25T18:00", at=NOW)
    followups.finish(follow_up=FollowUp.objects.get(because="custody_first"), by=thandi, at=NOW)
    clocks.correct(clock=clock, by=thandi, at=NOW, earliest_at=local("2026-11-25T13:00"))
    assert [because for _kind, because, _due in promised(case)] == ["custody_act", "custody_end"]
    assert FollowUp.objects.get(because="custody_first").state == "done"


def test_a_second_correction_from_the_same_page_is_told_so(start, thandi):
    clock = start("ZA", "2026-11-25T18:00", at=NOW)
    seen = clocks.version(clock)
    clocks.correct(clock=clock, by=thandi, at=NOW, earliest_at=local("2026-11-25T14:00"), seen=seen)
    with pytest.raises(Conflict):
        clocks.correct(clock=clock, by=thandi, at=NOW, earliest_at=local("2026-11-25T15:00"), seen=seen)
    assert Clock.objects.get().earliest_at == local("2026-11-25T14:00")


def test_the_medicine_is_promised_a_day_after_and_in_hours_in_which_one_rings(start, case):
    start("PEP_HIV", "2026-11-25T03:00", at=local("2026-11-25T09:00"))
    assert promised(case) == [("window", "window_ends", local("2026-11-25T19:30"))]


def test_last_night_counts_from_its_earliest_moment(start):
    clock = start("PEP_HIV", "2026-11-24T20:00", latest="2026-11-25T06:00", at=local("2026-11-25T09:00"))
    assert clock.ends_at == local("2026-11-27T20:00")


def test_a_window_that_is_over_promises_nothing_and_still_says_go_anyway(start, case, at):
    start("PEP_HIV", "2026-11-20T03:00", at=NOW)
    assert promised(case) == []
    (told,) = clocks.read_clocks(case, NOW)
    assert told.state_at(NOW) == "over"
    assert "anyway" in told.here.rule.after


def test_a_test_is_promised_for_when_it_can_show_something(start, case):
    start("HIV_TEST_AGAB", "2026-11-25T03:00", at=NOW)
    assert promised(case) == [("check", "test_opens", local("2026-12-12T19:30"))]


@pytest.mark.parametrize("because", ["released", "court", "seen", "not_wanted", "mistake"])
def test_a_clock_stops_for_a_reason_and_its_promises_with_it(start, case, thandi, because):
    clock = start("ZA", "2026-11-25T18:00", at=NOW)
    clocks.stop(clock=clock, by=thandi, at=NOW, because=because)
    assert promised(case) == []
    assert set(FollowUp.objects.values_list("state", flat=True)) == {"skipped"}
    assert Case.objects.get().next_due_at is None
    assert Entry.objects.get(verb="clock.stopped").detail == {"clock": clock.ref, "because": because}


def test_a_clock_that_was_stopped_is_neither_stopped_again_nor_corrected(start, thandi):
    clock = start("ZA", "2026-11-25T18:00", at=NOW)
    with pytest.raises(NotAllowed):
        clocks.stop(clock=clock, by=thandi, at=NOW, because="")
    clocks.stop(clock=clock, by=thandi, at=NOW, because="released")
    with pytest.raises(NotAllowed):
        clocks.stop(clock=clock, by=thandi, at=NOW, because="court")
    with pytest.raises(NotAllowed):
        clocks.correct(clock=clock, by=thandi, at=NOW, earliest_at=local("2026-11-25T14:00"))


@pytest.mark.parametrize(
    ("earliest", "latest"),
    [
        ("2026-11-25T20:01", None),
        ("2026-11-25T18:00", "2026-11-25T17:59"),
        ("2026-11-25T18:00", "2026-11-25T20:01"),
        ("2025-11-20T18:00", None),
    ],
    ids=["ahead", "ends before it begins", "the end lies ahead", "a year that cannot be meant"],
)
def test_a_time_that_cannot_be_is_refused_and_nothing_is_kept(start, earliest, latest):
    with pytest.raises(NotAllowed):
        start("ZA", earliest, latest=latest, at=NOW)
    assert not Clock.objects.exists()


def test_no_clock_starts_for_a_rule_that_is_none_or_on_a_case_that_is_not_open(case, start, at):
    with pytest.raises(NotAllowed):
        start("ZZZ", "2026-11-25T18:00", at=NOW)
    Case.objects.update(state="closed")
    with pytest.raises(NotAllowed):
        start("ZA", "2026-11-25T18:00", at=NOW)
    assert not Clock.objects.exists()


def test_a_form_that_is_sent_twice_starts_one_clock(start, case):
    first = start("ZA", "2026-11-25T18:00", at=NOW, key="form")
    second = start("ZA", "2026-11-25T18:00", at=NOW, key="form")
    assert (first.pk, Clock.objects.count(), FollowUp.objects.count()) == (second.pk, 1, 3)


def test_four_women_of_one_raid_have_four_clocks(start, case):
    for name in ("Rose", "Lily", "Iris", "Daisy"):
        start("ZA", "2026-11-25T18:00", at=NOW, whom=name)
    assert [told.clock.whom for told in clocks.read_clocks(case, NOW)] == ["Rose", "Lily", "Iris", "Daisy"]


def test_a_day_off_that_the_coordinator_gives_the_court_moves_the_clocks_that_run(start, case, line):
    start("ZA", "2026-11-25T18:00", at=NOW)
    assert clocks.recount_custody(at=NOW) == 0
    line.holidays = ["2026-11-30"]
    line.save()
    assert [clocks.recount_custody(at=NOW) for _sweep in range(2)] == [1, 0]
    assert Clock.objects.get().ends_at == local("2026-12-01T16:00")
    assert promised(case)[-1] == ("window", "custody_end", local("2026-12-01T16:00"))


def test_a_clock_that_breaks_keeps_none_of_the_others_as_it_was(start, line, monkeypatch):
    first, second = (start("ZA", "2026-11-25T18:00", at=NOW, whom=name) for name in ("Rose", "Lily"))
    line.holidays = ["2026-11-30"]
    line.save()
    keep = clocks._keep

    def keep_or_break(clock, *more):
        if clock.pk == first.pk:
            raise ZeroDivisionError
        keep(clock, *more)

    monkeypatch.setattr(clocks, "_keep", keep_or_break)
    assert clocks.recount_custody(at=NOW) == 1
    assert Clock.objects.get(pk=second.pk).ends_at == local("2026-12-01T16:00")
    assert Clock.objects.get(pk=first.pk).ends_at == first.ends_at, "nothing of it is half kept"


def test_what_a_page_reads_is_what_was_promised_and_costs_two_questions(start, case, django_assert_num_queries):
    for rule in ("ZA", "PEP_HIV", "EC_LNG", "HIV_TEST_AGAB"):
        start(rule, "2026-11-25T18:00", at=NOW)
    with django_assert_num_queries(2):
        read = clocks.read_clocks(case, NOW)
    assert [told.here.code for told in read] == ["PEP_HIV", "EC_LNG", "ZA", "HIV_TEST_AGAB"]
    assert read[2].told.has_rolled
    assert read[2].told.first_act_by == local("2026-11-26T08:00")


def test_a_clock_of_another_case_is_not_there(start, line, at):
    clock = start("ZA", "2026-11-25T18:00", at=NOW)
    for ref in (clock.ref, "A" * 18, "A" * 300):
        with pytest.raises(NotFound):
            clocks.find(make_case(line=line, at=at), ref)


def test_a_country_without_a_rule_asks_for_a_lawyer_at_once(case, thandi):
    line = make_line(number="+18885550109", country="KG", time_zone="Asia/Bishkek")
    Case.objects.update(line=line)
    case.line = line
    clocks.start(case=case, rules=["KG"], by=thandi, at=NOW, earliest_at=local("2026-11-25T18:00"))
    assert promised(case) == [("court", "custody_unknown", NOW)]
    (told,) = clocks.read_clocks(case, NOW)
    assert (told.ends_at, told.state_at(NOW)) == (None, "unknown")


def test_hours_that_a_lawyer_confirmed_count_from_then_on_also_for_clocks_that_run(start, case, lerato, thandi):
    start("UG", "2026-11-25T18:00", at=NOW)
    said = {"role": "lawyer", "confirmed_by": "the bar's duty lawyer", "confirmed_on": NOW.date()}
    clock_rules.confirm(code="UG", by=lerato, at=NOW, limit_hours=24, **said)
    assert clocks.recount(rule="UG", by=lerato, at=NOW) == 1
    assert Clock.objects.get().ends_at == local("2026-11-26T18:00")
    assert FollowUp.objects.get(because="custody_end").due_at == local("2026-11-26T18:00")
    assert clock_rules.read_rules(["UG"])["UG"].said == LocalRule.objects.get()


@pytest.mark.parametrize(
    "wrong",
    [
        {"role": "nobody"},
        {"confirmed_by": " "},
        {"limit_hours": 0},
        {"limit_hours": 10_000},
        {"confirmed_on": NOW.date() + timedelta(days=2)},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_a_confirmation_that_cannot_be_meant_is_refused(lerato, wrong):
    said = {"role": "lawyer", "confirmed_by": "the duty lawyer", "confirmed_on": NOW.date(), **wrong}
    with pytest.raises(NotAllowed):
        clock_rules.confirm(code="UG", by=lerato, at=NOW, **said)
    assert not LocalRule.objects.exists()


def test_only_a_coordinator_confirms_and_only_rules_that_there_are(lerato, thandi):
    said = {"role": "lawyer", "confirmed_by": "the duty lawyer", "confirmed_on": NOW.date()}
    with pytest.raises(NotAllowed):
        clock_rules.confirm(code="UG", by=thandi, at=NOW, **said)
    with pytest.raises(NotFound):
        clock_rules.confirm(code="ZZZ", by=lerato, at=NOW, **said)


def test_neither_a_name_nor_a_station_lies_open_in_the_table_or_the_audit(start):
    clock = start("ZA", "2026-11-25T18:00", at=NOW, whom="quokka-name", station="quokka-station")
    kept = Clock.objects.values().get(pk=clock.pk)
    assert "quokka" not in str([value for value in kept.values() if not isinstance(value, bytes)])
    assert "quokka" not in str(list(Entry.objects.values_list("detail", flat=True)))
    assert Clock.objects.get().station == "quokka-station"
