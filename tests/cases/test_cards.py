"""What a caller says is safe is written down whole, on her numbers and on other ways to her; what contradicts itself is not."""

from datetime import timedelta

import pytest

from cases.models import ContactRoute, SafeContact
from cases.services import cards, routes
from cases.services.cards import Said, confirm_card, record_card
from cases.services.routes import confirm_route, end_route, save_route, try_earlier
from cases.services.safe_contact import may_call, may_text
from helpline.core.audit.models import Entry
from helpline.core.errors import Conflict, NotAllowed, NotFound
from tests.factories import make_caller, make_case, make_route, make_safe_contact

YES = Said(whose="own", may_text=True, may_call=True)


@pytest.fixture
def rose(db):
    return make_caller()


@pytest.fixture
def case(rose, line):
    return make_case(caller=rose, line=line)


def test_what_was_said_about_a_number_replaces_what_was_said_before(case, thandi, at):
    record_card(case=case, by=thandi, at=at, said=YES)
    record_card(
        case=case, by=thandi, at=at, said=Said(whose="shared", may_call=True, say="the salon", voicemail="vague")
    )
    said = SafeContact.objects.get()
    assert (said.whose, said.may_text, said.may_call, said.say, said.voicemail) == (
        "shared",
        False,
        True,
        "the salon",
        "vague",
    )
    assert (said.confirmed_at, said.confirmed_by) == (at, thandi)
    assert Entry.objects.filter(verb="safe_contact.recorded").count() == 2


def test_the_words_she_used_stand_in_no_audit(case, thandi, at):
    record_card(
        case=case, by=thandi, at=at, said=Said(whose="own", say="quokka", who_hears="quokka", stop_word="quokka")
    )
    assert "quokka" not in str(Entry.objects.get(verb="safe_contact.recorded").detail)


@pytest.mark.parametrize(
    ("said", "field"),
    [
        (Said(whose=""), "whose"),
        (Said(whose="his"), "whose"),
        (Said(whose="own", voicemail="loud", may_call=True), "voicemail"),
        (Said(whose="own", voicemail="vague"), "voicemail"),
        (Said(whose="shared", voicemail="named", may_call=True), "voicemail"),
        (Said(whose="other", voicemail="named", may_call=True), "voicemail"),
        (Said(whose="own", hours=[{"day": 7, "from": "10:00", "to": "11:00"}]), "hours"),
        (Said(whose="own", hours=[{"day": 0, "from": "10:00", "to": "14:00"}, {"day": 0, "from": "13:00", "to": "15:00"}]), "hours"),
        (Said(whose="own", good_for_days=0), "good_for_days"),
        (Said(whose="own", good_for_days=366), "good_for_days"),
    ],
)  # fmt: skip
def test_what_contradicts_itself_is_not_kept_and_the_field_is_named(case, thandi, at, said, field):
    assert list(cards.check_number_card(said)) == [field]
    with pytest.raises(NotAllowed):
        record_card(case=case, by=thandi, at=at, said=said)
    assert not SafeContact.objects.exists()


def test_nothing_is_recorded_about_a_number_that_is_another_cases_or_withheld_or_not_settled(
    case, line, rose, thandi, at
):
    stranger = make_caller().numbers.get()
    with pytest.raises(NotFound):
        record_card(case=case, by=thandi, at=at, said=YES, number_ref=stranger.ref)
    with pytest.raises(NotAllowed):
        record_card(case=make_case(at=at), by=thandi, at=at, said=YES)
    with pytest.raises(NotAllowed):
        record_card(case=make_case(line=line, caller=rose, possibly_known=True), by=thandi, at=at, said=YES)
    assert not SafeContact.objects.exists()


def test_of_two_who_change_one_card_the_second_is_told_and_nothing_of_the_first_is_lost(case, thandi, naledi, at):
    record_card(case=case, by=thandi, at=at, said=YES)
    later = at + timedelta(minutes=1)
    record_card(case=case, by=naledi, at=later, said=Said(whose="own"), seen_at=at)
    with pytest.raises(Conflict):
        record_card(case=case, by=thandi, at=later + timedelta(minutes=1), said=YES, seen_at=at)
    assert SafeContact.objects.get().may_text is False


def test_asked_again_makes_an_old_card_hold(case, rose, thandi, at):
    make_safe_contact(rose, thandi, may_text=True, at=at - timedelta(days=91))
    assert may_text(number=case.number, case=case, at=at).because == "too_old"
    confirm_card(case=case, by=thandi, at=at, number_ref=case.number.ref)
    assert may_text(number=case.number, case=case, at=at)


def test_nothing_can_be_asked_again_that_was_never_said(case, thandi, at):
    with pytest.raises(NotAllowed):
        confirm_card(case=case, by=thandi, at=at, number_ref=case.number.ref)


class TestOtherWays:
    def save(self, case, thandi, at, **given):
        ordinary = {
            "said": Said(whose="other", may_text=True),
            "kind": "peer",
            "name": "Busi",
            "number": "+44 7700 900260",
        }
        return save_route(case=case, by=thandi, at=at, **{**ordinary, **given})

    def test_a_friend_is_written_down_with_what_she_may_be_told(self, case, rose, thandi, at):
        route = self.save(case, thandi, at, may_know="That I dance.", language="zu")
        row = ContactRoute.objects.get()
        assert (row, row.caller, row.name, row.number, row.may_know, row.language) == (
            route, rose, "Busi", "+447700900260", "That I dance.", "zu",
        )  # fmt: skip
        assert "Busi" not in str(list(Entry.objects.values_list("detail", flat=True)))

    def test_a_way_is_written_anew_in_its_place(self, case, thandi, at):
        self.save(case, thandi, at)
        second = self.save(
            case, thandi, at, name="Drop-in", kind="drop_in", number="", place="Red door", said=Said(whose="other")
        )
        self.save(
            case,
            thandi,
            at,
            name="Red door",
            kind="drop_in",
            number="",
            place="x",
            said=Said(whose="other"),
            route_ref=second.ref,
        )
        assert [(row.name, row.position) for row in ContactRoute.objects.all()] == [("Busi", 1), ("Red door", 2)]

    @pytest.mark.parametrize(
        ("given", "field"),
        [
            ({"kind": "pigeon"}, "kind"),
            ({"name": " "}, "name"),
            ({"number": "12"}, "number"),
            ({"number": "", "said": Said(whose="other")}, "number"),
            ({"number": "", "place": "x"}, "number"),
            ({"kind": "letter", "place": "", "number": "", "said": Said(whose="other")}, "place"),
            ({"kind": "prison_letter", "place": "x", "said": Said(whose="other")}, "number"),
            ({"said": Said(whose="other", may_call=True, voicemail="named")}, "voicemail"),
        ],
    )
    def test_what_cannot_be_is_not_kept(self, case, thandi, at, given, field):
        ordinary = {
            "said": Said(whose="other", may_text=True),
            "kind": "peer",
            "name": "Busi",
            "number": "+447700900260",
        }
        wrong = routes.check_route(**{**ordinary, "place": "", "may_know": "", **given})
        assert list(wrong) == [field]
        with pytest.raises(NotAllowed):
            self.save(case, thandi, at, **given)
        assert not ContactRoute.objects.exists()

    def test_a_way_ends_for_good_and_is_kept(self, case, rose, thandi, at):
        route = make_route(rose, thandi, number="+447700900260", may_text=True)
        end_route(case=case, by=thandi, at=at, route_ref=route.ref)
        assert ContactRoute.objects.get().ended_at == at
        for change in (confirm_route, end_route, try_earlier):
            with pytest.raises(NotAllowed):
                change(case=case, by=thandi, at=at, route_ref=route.ref)

    def test_a_way_of_another_caller_is_not_there(self, case, thandi, at):
        route = make_route(make_caller(), thandi, number="+447700900260")
        for change in (confirm_route, end_route, try_earlier):
            with pytest.raises(NotFound):
                change(case=case, by=thandi, at=at, route_ref=route.ref)

    def test_her_order_can_be_changed(self, case, rose, thandi, at):
        first, second, third = (make_route(rose, thandi, name=name, position=1) for name in "ABC")
        try_earlier(case=case, by=thandi, at=at, route_ref=third.ref)
        try_earlier(case=case, by=thandi, at=at, route_ref=first.ref)
        assert [row.name for row in ContactRoute.objects.all()] == ["A", "C", "B"]
        assert second.ref == ContactRoute.objects.last().ref

    def test_asked_again_makes_it_fresh(self, case, rose, thandi, naledi, at):
        route = make_route(rose, thandi, number="+447700900260", at=at - timedelta(days=99))
        confirm_route(case=case, by=naledi, at=at, route_ref=route.ref)
        row = ContactRoute.objects.get()
        assert (row.confirmed_at, row.confirmed_by) == (at, naledi)


def test_calls_and_texts_are_two_questions(case, thandi, at):
    record_card(case=case, by=thandi, at=at, said=Said(whose="own", may_call=True))
    assert may_call(number=case.number, case=case, at=at)
    assert not may_text(number=case.number, case=case, at=at)
