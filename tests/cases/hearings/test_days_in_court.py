"""A day in court: what is promised for it, what became of it, and that nobody is marked for it."""

from datetime import timedelta

import pytest

from cases.models import Case, FollowUp, Hearing
from cases.services import hearings
from helpline.core.audit.models import Entry
from helpline.core.errors import Conflict, NotAllowed, NotFound
from tests.cases.clocks.conftest import local
from tests.cases.hearings.conftest import DAY, NOW
from tests.factories import make_caller, make_case

pytestmark = pytest.mark.django_db


def promised():
    rows = FollowUp.objects.unfinished().order_by("due_at", "pk")
    return [(row.kind, row.because, row.due_at) for row in rows]


BEFORE = ("court", "hearing_before", local("2026-11-30T09:00"))
AFTER = ("check", "hearing_after", local("2026-12-01T13:00"))


def test_a_day_in_court_promises_the_day_before_and_after(add):
    add()
    assert promised() == [BEFORE, AFTER]


def test_a_day_that_is_moved_by_correction_moves_what_was_promised_and_adds_nothing(add, thandi):
    hearings.change(hearing=add(), by=thandi, at=NOW, day_at=local("2026-12-03T11:00"))
    assert promised() == [
        ("court", "hearing_before", local("2026-12-02T09:00")), ("check", "hearing_after", local("2026-12-03T15:00")),
    ]  # fmt: skip


def test_a_form_that_is_sent_twice_is_one_day(add):
    assert add(key="form").pk == add(key="form").pk
    assert (Hearing.objects.count(), FollowUp.objects.count()) == (1, 2)


def test_a_second_change_from_the_same_page_is_told_so(add, thandi):
    hearing = add()
    seen_at = hearing.changed_at
    hearings.change(hearing=hearing, by=thandi, at=NOW + timedelta(minutes=1), seen_at=seen_at, transport="a lift")
    with pytest.raises(Conflict):
        hearings.change(hearing=hearing, by=thandi, at=NOW + timedelta(minutes=2), seen_at=seen_at, transport="a bus")
    assert Hearing.objects.get().transport == "a lift"


@pytest.mark.parametrize(
    "day", [NOW - timedelta(days=32), NOW + timedelta(days=6 * 366)], ids=["long past", "years ahead"]
)
def test_a_day_that_cannot_be_meant_is_refused(add, day):
    with pytest.raises(NotAllowed):
        add(day)
    assert not Hearing.objects.exists()


def test_a_number_that_is_none_and_a_companion_of_somebody_else_are_refused(add, thandi, friend):
    friend.caller = make_caller(number="+447700900239", at=NOW)
    friend.save()
    with pytest.raises(NotAllowed):
        add(goes_along=friend)
    with pytest.raises(NotAllowed):
        add(lawyer_number="no number")
    assert not Hearing.objects.exists()


def test_while_a_caller_is_only_possibly_known_nobody_near_her_is_offered(case, friend):
    assert list(hearings.who_may_go_along(case)) == [friend]
    case.possibly_known = True
    assert list(hearings.who_may_go_along(case)) == []


def test_nothing_is_written_down_on_a_case_that_is_not_open(add, case):
    Case.objects.update(state="closed")
    with pytest.raises(NotAllowed):
        add()


@pytest.mark.parametrize("end", [hearings.hold, hearings.call_off])
def test_a_day_that_was_held_or_called_off_promises_nothing_more(add, thandi, end):
    row = end(hearing=add(), by=thandi, at=DAY, note="the judge was kind")
    assert promised() == []
    assert (row.remind_at, Hearing.objects.get().outcome_note) == (None, "the judge was kind")
    with pytest.raises(NotAllowed):
        hearings.hold(hearing=row, by=thandi, at=DAY)


def test_another_day_takes_along_what_was_arranged(add, thandi, friend):
    first = add(
        court="the magistrate",
        transport="Sipho drives",
        goes_along=friend,
        lawyer_number="+447700900121",
        tell_lawyer=True,
    )
    second = hearings.postpone(hearing=first, by=thandi, at=DAY, day_at=DAY + timedelta(days=14))
    assert (second.court, second.transport, second.goes_along) == ("the magistrate", "Sipho drives", friend)
    assert (second.lawyer_number, second.tell_lawyer, second.follows) == ("+447700900121", True, first)
    assert [because for _kind, because, _due in promised()] == ["hearing_before", "hearing_after"]
    with pytest.raises(NotAllowed):
        hearings.postpone(hearing=second, by=thandi, at=DAY, day_at=DAY - timedelta(days=1))


@pytest.mark.parametrize("reason", ["transport", "childcare", "fear", "work", "ill", "not_told", "other"])
def test_who_could_not_come_is_offered_help_soon(add, thandi, reason):
    hearings.could_not_come(hearing=add(), by=thandi, at=local("2026-12-01T12:00"), reason=reason)
    assert promised() == [("check", "hearing_offer", local("2026-12-01T13:00"))]


def test_who_could_not_come_is_not_rung_at_night_about_it(add, thandi):
    hearings.could_not_come(hearing=add(), by=thandi, at=local("2026-12-01T22:00"), reason="fear")
    assert promised()[0][2] == local("2026-12-02T08:00")


def test_why_somebody_could_not_come_has_to_be_said(add, thandi):
    with pytest.raises(NotAllowed):
        hearings.could_not_come(hearing=add(), by=thandi, at=DAY, reason="")
    assert Hearing.objects.get().state == "planned"


def test_what_was_written_down_by_mistake_is_taken_back_with_its_promises(add, thandi):
    row = hearings.could_not_come(hearing=add(), by=thandi, at=NOW, reason="fear", note="a word")
    row = hearings.take_back(hearing=row, by=thandi, at=NOW)
    assert (row.state, row.reason, row.outcome_note) == ("planned", "", None)
    assert promised() == [BEFORE, AFTER]


def test_who_could_not_come_is_counted_nowhere():
    """No column of a caller, a case or a hearing holds a number of missed days: it could only be held against somebody."""
    for model in (Hearing, Case, Case._meta.get_field("caller").related_model):
        names = {field.name for field in model._meta.get_fields()}
        assert not {name for name in names if "missed" in name or "no_show" in name or "absen" in name}


def test_who_is_in_court_this_morning(add, thandi, line, sipho, nomsa):
    morning, next_day = local("2026-12-01T00:00"), local("2026-12-02T00:00")
    late = add(local("2026-12-01T14:00"))
    early = add(local("2026-12-01T09:00"))
    add(next_day)
    hearings.call_off(hearing=add(local("2026-12-01T11:00")), by=thandi, at=NOW)
    assert list(Hearing.objects.between(morning, next_day)) == [early, late]
    assert list(Hearing.objects.between(morning, next_day).visible_to(thandi)) == [early, late]
    assert list(Hearing.objects.between(morning, next_day).visible_to(nomsa)) == []


def test_a_day_of_another_case_is_not_there(add, line):
    row, other = add(), make_case(line=line, at=NOW)
    for ref in (row.ref, "A" * 18, "A" * 300):
        with pytest.raises(NotFound):
            hearings.find(other, ref)


def test_nothing_of_it_lies_open_in_the_table_or_the_audit(add, thandi):
    words = {name: f"quokka {name}" for name in hearings.WORDS if name != "lawyer_number"}
    row = add(**words, lawyer_number="+447700900121")
    hearings.could_not_come(hearing=row, by=thandi, at=NOW, reason="fear", note="quokka note")
    kept = [value for value in Hearing.objects.values().get(pk=row.pk).values() if not isinstance(value, bytes)]
    assert "quokka" not in str(kept)
    assert "447700900121" not in str(kept)
    assert "quokka" not in str(list(Entry.objects.values_list("detail", flat=True)))
    assert Hearing.objects.get().court == "quokka court"
