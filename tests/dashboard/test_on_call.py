"""The top bar: who is on call now, until when, and who then."""

from datetime import timedelta

import pytest

from helpline.core.rota.models import Override
from helpline.dashboard import live
from helpline.dashboard.on_call import Watch, read_watches
from tests.dashboard.conftest import text_of
from tests.factories import make_line, make_shift


@pytest.fixture
def rota(line, nomsa, sipho, thandi, at):
    """Nomsa first and Sipho second until eight; then Thandi."""
    make_shift(line, nomsa, until=at + timedelta(hours=6))
    make_shift(line, sipho, 2, until=at + timedelta(hours=3))
    make_shift(line, thandi, since=at + timedelta(hours=6), until=at + timedelta(hours=14))


def test_it_is_nomsa_until_eight_and_then_thandi_whoever_is_second(rota, at):
    assert read_watches(at) == [Watch(("Nomsa",), at + timedelta(hours=6), ("Thandi",))]


def test_it_is_one_query_for_any_number_of_lines_and_changes(
    rota, line, nomsa, sipho, thandi, at, django_assert_num_queries
):
    for _each in range(3):
        Override.objects.create(
            line=line, person=sipho, replaces=nomsa, starts_at=at - timedelta(hours=1), ends_at=at + timedelta(hours=2)
        )
    make_shift(make_line(number="+18885550101", name="Day Line"), thandi)
    with django_assert_num_queries(1):
        watches = read_watches(at)
    assert [(watch.line, watch.now) for watch in watches] == [("Umbrella Line", ("Sipho",)), ("Day Line", ("Thandi",))]


def test_lines_that_the_same_people_answer_are_said_once(line, nomsa, at):
    for one in (line, make_line(number="+18885550101", name="Day Line")):
        make_shift(one, nomsa, until=at + timedelta(hours=6))
    assert read_watches(at) == [Watch(("Nomsa",), at + timedelta(hours=6), ())]


def test_the_later_made_change_holds_and_a_line_at_rest_is_left_out(rota, line, nomsa, sipho, thandi, at):
    for person in (sipho, thandi):
        Override.objects.create(
            line=line, person=person, replaces=nomsa, starts_at=at - timedelta(hours=1), ends_at=at + timedelta(hours=2)
        )
    make_shift(make_line(number="+18885550101", name="Old Line", is_active=False), sipho)
    assert read_watches(at) == [Watch(("Thandi",), at + timedelta(hours=2), ("Nomsa",))]


def test_who_is_away_and_who_has_left_are_not_named(rota, line, nomsa, sipho, at):
    Override.objects.create(
        line=line, person=None, replaces=nomsa, starts_at=at - timedelta(hours=1), ends_at=at + timedelta(hours=1)
    )
    sipho.is_active = False
    sipho.save()
    assert read_watches(at) == [Watch((), at + timedelta(hours=1), ("Nomsa",))]


def test_every_page_says_it_and_nobody_is_said_to_be_nobody(line, rota, thandi, sit_down):
    desk = sit_down(thandi)
    for path in ("/", "/cases/", "/rota/"):
        page = text_of(desk.get(path))
        bar = page.split('id="on-call"')[1].split("</header>")[0]
        assert "<strong>Nomsa</strong> until" in bar
        assert ">08:10<" in bar
        assert "Thandi" in bar
    line.shifts.all().delete()
    assert "nobody" in text_of(desk.get("/board/on-call/"))


def test_a_stranger_is_not_told_who_is_on_call(client, rota):
    assert "Nomsa" not in text_of(client.get("/accounts/login/"))
    assert client.get("/board/on-call/").status_code == 302


def test_a_change_of_the_rota_makes_the_top_bar_stale_and_the_pages_listen(rota, thandi, sit_down):
    assert "event: rota" in live.tell("rota", "R2")
    assert "event: rota" not in live.tell("call", "C2")
    assert 'hx-trigger="sse:rota, every 60s" hx-target="#on-call"' in text_of(sit_down(thandi).get("/"))
