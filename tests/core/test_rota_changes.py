"""The rota as it is changed: who may be put on it, and what holds afterwards."""

from datetime import date, time, timedelta

import pytest

from helpline.core.audit.models import Entry
from helpline.core.errors import NotAllowed
from helpline.core.rota import services as rota
from helpline.core.rota.models import Override, Shift
from tests.factories import make_line, make_person, make_shift

HOUR = timedelta(hours=1)


def names(on_call):
    return [one.person.username for one in on_call]


def test_nomsa_is_first_and_sipho_second_tonight(line, on_call, at):
    assert names(rota.who_is_on(line, at)) == ["nomsa", "sipho"]


def test_who_is_on_is_read_in_two_statements_however_many_shifts_there_are(line, nomsa, at, django_assert_num_queries):
    for week in range(1, 30):
        make_shift(line, nomsa, since=at + week * timedelta(weeks=1), until=at + week * timedelta(weeks=1) + HOUR)
    with django_assert_num_queries(2):
        rota.who_is_on(line, at)


def test_nomsa_is_put_on_the_rota_and_it_is_written_down(line, nomsa, lerato, at):
    shift = rota.add_shift(line=line, person=nomsa, starts_at=at, ends_at=at + HOUR, by=lerato, at=at)
    assert names(rota.who_is_on(line, at)) == ["nomsa"]
    entry = Entry.objects.get(about=shift.ref)
    assert (entry.verb, entry.who, entry.detail) == ("shift.added", lerato, {"line": line.ref, "person": "nomsa"})


def test_nobody_without_a_verified_number_gets_on_the_rota(line, lerato, at):
    tumi = make_person("tumi", "paralegal", duty_phone="+447700900115", is_verified=False)
    with pytest.raises(NotAllowed, match="no verified duty number"):
        rota.add_shift(line=line, person=tumi, starts_at=at, ends_at=at + HOUR, by=lerato, at=at)
    with pytest.raises(NotAllowed, match="no verified duty number"):
        rota.override(line=line, person=tumi, replaces=None, starts_at=at, ends_at=at + HOUR, by=lerato, at=at)
    assert not Shift.objects.exists()


def test_somebody_who_has_left_does_not_get_on_the_rota(line, zola, lerato, at):
    with pytest.raises(NotAllowed, match="does not work here"):
        rota.add_shift(line=line, person=zola, starts_at=at, ends_at=at + HOUR, by=lerato, at=at)


def test_a_shift_of_somebody_who_has_left_counts_as_nobody(line, zola, at):
    make_shift(line, zola)
    assert rota.who_is_on(line, at) == ()


def test_nomsa_is_not_put_on_twice_at_the_same_time(line, nomsa, lerato, on_call, at):
    with pytest.raises(NotAllowed, match="is on this line already"):
        rota.add_shift(line=line, person=nomsa, starts_at=at, ends_at=at + HOUR, by=lerato, at=at)


def test_nomsa_may_be_on_two_lines_at_once(line, nomsa, lerato, on_call, at):
    silent = make_line(number="+18885550101", name="Silent")
    rota.add_shift(line=silent, person=nomsa, starts_at=at, ends_at=at + HOUR, by=lerato, at=at)
    assert names(rota.who_is_on(silent, at)) == ["nomsa"]


def test_an_end_before_the_beginning_is_refused(line, nomsa, lerato, at):
    with pytest.raises(NotAllowed, match="before the beginning"):
        rota.add_shift(line=line, person=nomsa, starts_at=at, ends_at=at - HOUR, by=lerato, at=at)


def test_a_shift_is_repeated_at_the_same_wall_time_through_the_change_of_clocks(nomsa, lerato, at):
    kyiv = make_line(time_zone="Europe/Kyiv")
    shifts = rota.repeat_shift(
        line=kyiv, person=nomsa, day=date(2026, 10, 18), from_time=time(22), to_time=time(6), weeks=3, by=lerato, at=at
    )
    assert [shift.starts_at.hour for shift in shifts] == [19, 20, 20], "22:00 in summer, then in winter"
    assert [(shift.ends_at - shift.starts_at) / HOUR for shift in shifts] == [8, 8, 8]
    sunday_before = rota.repeat_shift(
        line=kyiv, person=nomsa, day=date(2026, 10, 24), from_time=time(22), to_time=time(6), by=lerato, at=at
    )
    assert (sunday_before[0].ends_at - sunday_before[0].starts_at) / HOUR == 9, "the night with an hour more"


def test_where_one_of_the_weeks_cannot_be_none_of_them_is_kept(line, nomsa, lerato, at):
    make_shift(line, nomsa, since=at + timedelta(weeks=2), until=at + timedelta(weeks=2) + 8 * HOUR)
    before = Shift.objects.count()
    with pytest.raises(NotAllowed):
        rota.repeat_shift(
            line=line,
            person=nomsa,
            day=date(2026, 11, 23),
            from_time=time(0),
            to_time=time(8),
            weeks=4,
            by=lerato,
            at=at,
        )
    assert Shift.objects.count() == before


def test_a_shift_is_given_to_sipho(line, nomsa, sipho, lerato, at):
    shift = make_shift(line, nomsa)
    rota.change_shift(
        shift=shift, person=sipho, starts_at=shift.starts_at, ends_at=shift.ends_at, position=2, by=lerato, at=at
    )
    (now,) = rota.who_is_on(line, at)
    assert (now.person, now.position) == (sipho, 2)


def test_a_shift_may_be_moved_over_its_own_old_time(line, nomsa, lerato, at):
    shift = make_shift(line, nomsa)
    moved = shift.starts_at + HOUR
    rota.change_shift(
        shift=shift, person=nomsa, starts_at=moved, ends_at=shift.ends_at + HOUR, position=1, by=lerato, at=at
    )
    assert Shift.objects.get().starts_at == moved


def test_a_removed_shift_leaves_a_gap_that_is_told(line, nomsa, lerato, at):
    shift = make_shift(line, nomsa)
    rota.remove_shift(shift=shift, by=lerato, at=at)
    (gap,) = rota.find_gaps(line, at, at + 4 * HOUR)
    assert (gap.starts_at, gap.ends_at) == (at, at + 4 * HOUR)
    assert Entry.objects.filter(verb="shift.removed", about=shift.ref).exists()


def test_lerato_stands_in_for_nomsa_for_two_hours(line, nomsa, sipho, lerato, on_call, at):
    row = rota.override(line=line, person=lerato, replaces=nomsa, starts_at=at, ends_at=at + 2 * HOUR, by=lerato, at=at)
    assert names(rota.who_is_on(line, at)) == ["lerato", "sipho"]
    assert names(rota.who_is_on(line, at + 3 * HOUR)) == ["nomsa", "sipho"]
    rota.remove_override(row=row, by=lerato, at=at)
    assert names(rota.who_is_on(line, at)) == ["nomsa", "sipho"]


def test_nomsa_is_ill_and_sipho_is_all_there_is(line, nomsa, lerato, on_call, at):
    rota.override(line=line, person=None, replaces=nomsa, starts_at=at, ends_at=at + HOUR, by=lerato, at=at)
    assert names(rota.who_is_on(line, at)) == ["sipho"]


def test_a_change_that_changes_nobody_is_refused(line, nomsa, lerato, at):
    for person, replaces in ((None, None), (nomsa, nomsa)):
        with pytest.raises(NotAllowed):
            rota.override(
                line=line, person=person, replaces=replaces, starts_at=at, ends_at=at + HOUR, by=lerato, at=at
            )


def test_sipho_takes_over_now_until_nomsas_turn_ends(line, nomsa, sipho, on_call, at):
    rota.take_over_now(line=line, person=sipho, at=at)
    assert names(rota.who_is_on(line, at)) == ["sipho"]
    assert Override.objects.get().ends_at == on_call[0].ends_at


def test_where_nobody_is_on_whoever_takes_over_stays_until_the_next_one_comes(line, nomsa, sipho, at):
    make_shift(line, nomsa, since=at + 3 * HOUR, until=at + 9 * HOUR)
    rota.take_over_now(line=line, person=sipho, at=at)
    assert names(rota.who_is_on(line, at)) == ["sipho"]
    assert names(rota.who_is_on(line, at + 3 * HOUR)) == ["nomsa"]


def test_who_is_first_already_cannot_take_over(line, nomsa, on_call, at):
    with pytest.raises(NotAllowed, match="first on call already"):
        rota.take_over_now(line=line, person=nomsa, at=at)


def test_next_come_those_whose_shift_begins_when_tonights_ends(line, thandi, on_call, at):
    make_shift(line, thandi, since=on_call[0].ends_at, until=on_call[0].ends_at + 8 * HOUR)
    change = rota.next_change(line, at)
    assert (change.at, names(change.on_call)) == (on_call[0].ends_at, ["thandi"])


def test_somebody_who_leaves_is_off_every_rota_from_that_moment(line, nomsa, sipho, lerato, on_call, at):
    make_shift(line, nomsa, since=at + 24 * HOUR, until=at + 30 * HOUR)
    make_shift(line, nomsa, since=at - 30 * HOUR, until=at - 24 * HOUR)
    rota.override(line=line, person=nomsa, replaces=sipho, starts_at=at + HOUR, ends_at=at + 2 * HOUR, by=lerato, at=at)
    assert rota.take_off_rota(person=nomsa, by=lerato, at=at) == 3
    assert names(rota.who_is_on(line, at)) == ["sipho"]
    assert names(rota.who_is_on(line, at + HOUR)) == ["sipho"]
    assert Shift.objects.filter(person=nomsa).count() == 2, "what has been stays: the night so far, and yesterday's"


@pytest.mark.parametrize(
    ("zone", "first", "hours"),
    [
        ("Europe/Kyiv", date(2026, 10, 25), 25),
        ("Europe/Kyiv", date(2026, 3, 29), 23),
        ("America/Vancouver", date(2025, 11, 2), 25),
        ("America/Vancouver", date(2025, 3, 9), 23),
    ],
)
def test_every_minute_of_the_nights_when_clocks_change_has_somebody(zone, first, hours, nomsa, sipho, lerato, at):
    there = make_line(time_zone=zone)
    for days in (-1, 0, 1):
        day = first + timedelta(days=days)
        rota.repeat_shift(line=there, person=nomsa, day=day, from_time=time(6), to_time=time(22), by=lerato, at=at)
        rota.repeat_shift(line=there, person=sipho, day=day, from_time=time(22), to_time=time(6), by=lerato, at=at)
    shifts = Shift.objects.filter(line=there).order_by("starts_at")
    since = shifts[1].starts_at
    assert rota.find_gaps(there, since, since + timedelta(hours=hours)) == ()
    for minute in range(0, hours * 60, 7):
        assert len(rota.who_is_on(there, since + timedelta(minutes=minute))) == 1
