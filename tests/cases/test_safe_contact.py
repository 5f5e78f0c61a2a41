"""What may be sent to whom, asked of the rows as they are: numbers, routes, the promise to ring back, and the order of ways."""

from datetime import timedelta

import pytest

from cases.models import Case, ContactRoute, Number, RouteKind, SafeContact
from cases.services.safe_contact import may_call, may_call_back, may_leave_voicemail, may_reach_route, may_text
from cases.services.ways import choose_way, first_safe_way
from tests.factories import NIGHT, make_caller, make_case, make_follow_up, make_line, make_route, make_safe_contact

IN_THE_MORNING = [{"day": day, "from": "10:00", "to": "14:00"} for day in range(5)]
TEN_O_CLOCK = NIGHT + timedelta(hours=7, minutes=50)  # Monday in Johannesburg


@pytest.fixture
def rose(db):
    return make_caller()


@pytest.fixture
def case(rose, line):
    return make_case(caller=rose, line=line)


def test_rose_is_texted_where_she_said_so_and_nowhere_else(thandi, rose, at):
    number, other = rose.numbers.get(), make_caller().numbers.get()
    case = make_case(caller=rose, at=at)
    assert may_text(number=number, case=case, at=at).because == "not_known"
    make_safe_contact(rose, thandi, may_text=True)
    assert may_text(number=number, case=case, at=at)
    assert not may_call(number=number, case=case, at=at)
    assert may_text(number=other, case=case, at=at).because == "not_known"


def test_what_rose_said_does_not_hold_for_somebody_else_on_her_phone(thandi, rose, at):
    lily = make_caller(number="")
    make_safe_contact(rose, thandi, may_text=True)
    case = make_case(caller=lily, number=rose.numbers.get(), at=at)
    assert may_text(number=case.number, case=case, at=at).because == "not_known"


def test_stop_a_hold_and_a_possible_match_are_read_from_the_rows_as_they_are_now(thandi, rose, case, at):
    make_safe_contact(rose, thandi, may_text=True)
    Case.objects.filter(pk=case.pk).update(possibly_known=True)
    assert may_text(number=case.number, case=Case.objects.get(), at=at).because == "possibly_known"
    case.number.held_at = at
    assert may_text(number=case.number, case=case, at=at).because == "held"
    case.number.opted_out_at = at
    assert may_text(number=case.number, case=case, at=at).because == "opted_out"


def test_nothing_goes_to_a_number_that_is_no_longer_hers(thandi, rose, case, at):
    make_safe_contact(rose, thandi, may_text=True, may_call=True)
    SafeContact.objects.update(ended_at=at)
    assert may_text(number=case.number, case=case, at=at).because == "ended"
    assert may_call(number=case.number, case=case, at=at).because == "ended"


def test_a_block_ends_when_its_time_has_passed(thandi, rose, case, at):
    make_safe_contact(rose, thandi, may_text=True)
    case.number.blocked_until = at + timedelta(hours=1)
    assert may_text(number=case.number, case=case, at=at).because == "blocked"
    assert may_text(number=case.number, case=case, at=at + timedelta(hours=1))


def test_where_there_is_no_number_or_no_case_nothing_is_sent(at, db):
    assert may_text(number=None, case=make_case(at=at), at=at).because == "no_number"
    assert may_text(number=make_caller().numbers.get(), case=None, at=at).because == "no_number"


def test_her_hours_are_meant_in_the_time_of_the_line(thandi, rose, case, at):
    make_safe_contact(rose, thandi, may_text=True, hours=IN_THE_MORNING)
    tonight = may_text(number=case.number, case=case, at=at)
    assert (tonight.because, tonight.next_at) == ("not_now", TEN_O_CLOCK)
    assert "Monday 23 November, 10:00" in tonight.sentence
    morning = may_text(number=case.number, case=case, at=TEN_O_CLOCK)
    assert (morning.is_allowed, morning.until) == (True, TEN_O_CLOCK + timedelta(hours=4))
    in_kyiv = make_case(caller=rose, line=make_line(number="+18885550109", time_zone="Europe/Kyiv"))
    assert may_text(number=case.number, case=in_kyiv, at=TEN_O_CLOCK - timedelta(minutes=1)).because == "not_now"


def test_she_is_asked_again_after_the_days_that_she_named(thandi, rose, case, at):
    make_safe_contact(rose, thandi, may_text=True, good_for_days=7)
    assert may_text(number=case.number, case=case, at=at + timedelta(days=7))
    assert may_text(number=case.number, case=case, at=at + timedelta(days=7, seconds=1)).because == "too_old"


def test_a_message_is_left_as_she_said_and_never_with_our_name_on_a_phone_that_others_hear(thandi, rose, case, at):
    card = make_safe_contact(rose, thandi, may_call=True, voicemail="vague")
    assert may_leave_voicemail(number=case.number, case=case, at=at)
    assert may_leave_voicemail(number=case.number, case=case, named=True, at=at).because == "said_no"
    card.voicemail, card.whose = "named", "shared"
    card.save()
    assert may_leave_voicemail(number=case.number, case=case, at=at)
    assert may_leave_voicemail(number=case.number, case=case, named=True, at=at).because == "not_theirs"


def test_hours_that_are_no_list_are_never_safe(thandi, rose, case, at):
    make_safe_contact(rose, thandi, may_text=True, hours={"day": 0})
    assert may_text(number=case.number, case=case, at=at).because == "no_safe_hour"


class TestThePromiseToRingBack:
    def test_it_counts_for_the_number_they_rang_from_where_nobody_has_asked(self, case, at):
        make_follow_up(case, kind="call_back", due_at=at, key="call-abc-call-back")
        decision = may_call_back(number=case.number, case=case, at=at)
        assert (decision.is_allowed, decision.because) == (True, "promised")
        assert not may_text(number=case.number, case=case, at=at)
        assert not may_leave_voicemail(number=case.number, case=case, at=at)

    def test_it_counts_for_whoever_rang_just_now_also_on_a_phone_that_is_known(self, rose, thandi, line, at):
        make_safe_contact(rose, thandi, may_call=True)
        case = make_case(caller=rose, line=line, possibly_known=True)
        make_follow_up(case, kind="call_back", due_at=at, key="call-abc-call-back")
        assert may_call_back(number=case.number, case=case, at=at).because == "promised"

    def test_what_she_said_is_stronger(self, rose, case, thandi, at):
        make_safe_contact(rose, thandi, may_call=False)
        make_follow_up(case, kind="call_back", due_at=at, key="call-abc-call-back")
        assert may_call_back(number=case.number, case=case, at=at).because == "said_no"

    def test_a_held_number_is_not_rung_whatever_was_promised(self, case, at):
        make_follow_up(case, kind="call_back", due_at=at, key="call-abc-call-back")
        Number.objects.update(held_at=at)
        assert may_call_back(number=Number.objects.get(), case=case, at=at).because == "held"

    @pytest.mark.parametrize(
        "promise",
        [
            {"key": None},
            {"key": "text-abc"},
            {"key": "call-abc-call-back", "kind": "task"},
            {"key": "call-abc-call-back", "state": "done"},
            {"key": "call-abc-call-back", "due_at": NIGHT - timedelta(days=1)},
        ],
        ids=["a colleague's own", "a text's", "no call-back", "kept", "too long ago"],
    )
    def test_nothing_else_is_such_a_promise(self, case, at, promise):
        make_follow_up(case, **{"kind": "call_back", "due_at": at, **promise})
        assert may_call_back(number=case.number, case=case, at=at).because == "not_known"

    def test_it_does_not_count_for_another_number_of_theirs(self, rose, case, at):
        make_follow_up(case, kind="call_back", due_at=at, key="call-abc-call-back")
        other = Number.objects.create(caller=rose, number="+447700900250", created_at=at)
        assert may_call_back(number=other, case=case, at=at).because == "not_known"


class TestAlongARoute:
    def test_the_friend_is_texted_where_rose_said_so(self, rose, case, thandi, at):
        friend = make_route(rose, thandi, number="+447700900260", may_text=True)
        assert may_reach_route(route=friend, channel="text", at=at)
        assert may_reach_route(route=friend, channel="call", at=at).because == "said_no"

    def test_a_route_that_ended_is_no_way(self, rose, thandi, at):
        friend = make_route(rose, thandi, number="+447700900260", may_text=True, ended_at=at)
        assert may_reach_route(route=friend, channel="text", at=at).because == "ended"

    def test_a_route_of_another_caller_is_no_way_for_this_case(self, case, thandi, at):
        friend = make_route(make_caller(), thandi, number="+447700900260", may_text=True)
        assert may_reach_route(route=friend, channel="text", at=at, case=case).because == "not_of_this_case"

    def test_a_route_of_whom_the_case_is_about_is_one(self, thandi, line, at):
        sister, held = make_caller(), make_caller(number="")
        case = make_case(caller=sister, concerns=held, line=line)
        route = make_route(held, thandi, kind=RouteKind.PRISON_LETTER, place="Cell block C")
        assert may_reach_route(route=route, channel="letter", at=at, case=case)

    def test_while_rose_is_only_possibly_known_her_friend_is_not_asked(self, rose, thandi, line, at):
        case = make_case(caller=rose, line=line, possibly_known=True)
        friend = make_route(rose, thandi, number="+447700900260", may_text=True)
        assert may_reach_route(route=friend, channel="text", at=at, case=case).because == "possibly_known"

    def test_what_the_friend_stopped_is_stopped(self, rose, thandi, at):
        Number.objects.create(caller=make_caller(), number="+447700900260", created_at=at, opted_out_at=at)
        friend = make_route(rose, thandi, number="+447700900260", may_text=True)
        assert may_reach_route(route=friend, channel="text", at=at).because == "opted_out"

    def test_a_letter_needs_no_hour_and_no_number_and_a_drop_in_is_gone_to_in_its_hours(self, rose, case, thandi, at):
        letter = make_route(rose, thandi, kind=RouteKind.LETTER, place="Box 12", hours=IN_THE_MORNING)
        drop_in = make_route(rose, thandi, kind=RouteKind.DROP_IN, place="The red door", hours=IN_THE_MORNING)
        assert may_reach_route(route=letter, channel="letter", at=at, case=case)
        assert may_reach_route(route=letter, channel="text", at=at, case=case).because == "no_number"
        assert may_reach_route(route=letter, channel="visit", at=at, case=case).because == "said_no"
        assert may_reach_route(route=drop_in, channel="visit", at=at, case=case).because == "not_now"
        assert may_reach_route(route=drop_in, channel="visit", at=TEN_O_CLOCK, case=case)
        assert may_reach_route(route=drop_in, channel="letter", at=TEN_O_CLOCK, case=case).because == "said_no"

    def test_our_name_is_left_only_with_people_who_may_know_something(self, rose, thandi, at):
        friend = make_route(rose, thandi, number="+447700900260", may_call=True, voicemail="named")
        assert may_reach_route(route=friend, channel="voicemail_named", at=at).because == "not_theirs"
        friend.may_know = "That I ring a helpline."
        assert may_reach_route(route=friend, channel="voicemail_named", at=at)


class TestTheOrderOfWays:
    def test_texts_come_before_calls_her_own_phone_before_a_shared_one_and_routes_last(self, rose, case, thandi, at):
        shared = Number.objects.create(caller=rose, number="+447700900251", created_at=at)
        own = case.number
        make_safe_contact(rose, thandi, number=shared, whose="shared", may_text=True)
        make_safe_contact(rose, thandi, number=own, may_call=True, at=at - timedelta(days=9))
        second = make_route(rose, thandi, kind=RouteKind.LETTER, place="Box 12", position=2)
        first = make_route(rose, thandi, number="+447700900260", may_text=True, position=1)
        make_route(rose, thandi, number="+447700900261", may_text=True, ended_at=at)
        ways = choose_way(case=case, at=at)
        assert [(way.channel, way.ref, bool(way.decision)) for way in ways] == [
            ("text", own.ref, False),
            ("text", shared.ref, True),
            ("call", own.ref, True),
            ("call", shared.ref, False),
            ("text", first.ref, True),
            ("call", first.ref, False),
            ("visit", first.ref, True),
            ("letter", second.ref, True),
        ]
        assert first_safe_way(case=case, at=at) == ways[1]

    def test_where_nothing_is_safe_now_the_soonest_is_named(self, rose, case, thandi, at):
        make_safe_contact(rose, thandi, may_text=True, hours=[{"day": 1, "from": "10:00", "to": "14:00"}])
        make_route(rose, thandi, number="+447700900260", may_text=True, kind="peer", hours=IN_THE_MORNING)
        way = first_safe_way(case=case, at=at)
        assert way.route is not None
        assert way.decision.next_at == TEN_O_CLOCK

    def test_where_nothing_was_said_there_is_no_way(self, case, at):
        assert first_safe_way(case=case, at=at) is None
        assert {way.decision.because for way in choose_way(case=case, at=at)} == {"not_known"}

    def test_a_withheld_caller_has_none_at_all(self, db, at):
        assert choose_way(case=make_case(), at=at) == []

    def test_while_they_are_only_possibly_known_there_is_none(self, rose, thandi, line, at):
        make_safe_contact(rose, thandi, may_text=True)
        make_route(rose, thandi, kind=RouteKind.LETTER, place="Box 12")
        case = make_case(caller=rose, line=line, possibly_known=True)
        assert not any(way.decision for way in choose_way(case=case, at=at))

    def test_a_way_prints_no_number_and_no_name(self, rose, case, thandi, at):
        make_route(rose, thandi, number="+447700900260", name="Aunt Mandisa")
        printed = repr(choose_way(case=case, at=at))
        assert "Mandisa" not in printed
        assert "+4477" not in printed
        assert ContactRoute.objects.get().name == "Aunt Mandisa"
