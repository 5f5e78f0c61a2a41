"""The page of safe contact: all of the truth in words, every field of a card, and buttons that block instead of warning."""

from datetime import timedelta

import pytest

from cases.models import CallerMerge, ContactRoute, FollowUp, NumberChange, SafeContact, SomebodyAsked, SpokenName
from cases.services import identity
from tests.dashboard.conftest import text_of
from tests.factories import make_caller, make_case, make_route, make_safe_contact

IN_THE_MORNING = [{"day": day, "from": "10:00", "to": "14:00"} for day in range(5)]
CARD = {"whose": "shared", "may_call": "on", "voicemail": "vague", "good_for_days": "30", "say": "the salon",
        "who_hears": "her mother", "voicemail_words": "your shoes are ready", "stop_word": "umbrella",
        "hours_0": "10-14, 18:00-20:00", "hours_4": "10:00–14:00"}  # fmt: skip
ROUTE = {"kind": "peer", "name": "Busi", "number": "+447700900260", "whose": "other", "may_text": "on", "voicemail": "none",
         "good_for_days": "90", "may_know": "that I dance"}  # fmt: skip


@pytest.fixture
def rose(line, thandi):
    return make_case(line=line, caller=make_caller(code_name="Rose", code_word="Lemon tree"), owner=thandi)


@pytest.fixture
def desk(sit_down, thandi):
    return sit_down(thandi)


def contact(case, *parts):
    return "".join([f"/cases/{case.ref}/contact/", *[f"{part}/" for part in parts]])


def test_every_field_of_a_card_is_kept_and_told_again(desk, rose, thandi, at):
    address = contact(rose, "numbers", rose.number.ref)
    assert desk.get(address).status_code == 200
    assert desk.post(address, CARD).status_code == 302
    card = SafeContact.objects.get()
    assert card.hours == [
        {"day": 0, "from": "10:00", "to": "14:00"}, {"day": 0, "from": "18:00", "to": "20:00"},
        {"day": 4, "from": "10:00", "to": "14:00"},
    ]  # fmt: skip
    assert (card.whose, card.may_text, card.may_call, card.good_for_days, card.stop_word) == (
        "shared",
        False,
        True,
        30,
        "umbrella",
    )
    for page in (text_of(desk.get(contact(rose))), text_of(desk.get(f"/cases/{rose.ref}/"))):
        for words in ("her mother", "the salon", "Mon 10:00–14:00, 18:00–20:00, Fri 10:00–14:00", "a shared phone"):
            assert words in page
        assert "umbrella" not in page
    form = text_of(desk.get(address))
    for words in ("your shoes are ready", "umbrella", "her mother"):
        assert words in form


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"hours_0": "ten to two"}, "is not a period"),
        ({"hours_0": "25:00-26:00"}, "a time like"),
        ({"voicemail": "named"}, "not theirs alone"),
        ({"may_call": ""}, "Before a message it rings"),
        ({"good_for_days": "0"}, "greater than or equal to 1"),
        ({"whose": ""}, "required"),
        ({"say": "x" * 501}, "at most 500"),
    ],
)
def test_what_cannot_be_is_told_by_the_field_and_nothing_is_kept(desk, rose, wrong, words):
    answer = desk.post(contact(rose, "numbers", rose.number.ref), {**CARD, **wrong})
    assert answer.status_code == 422
    assert words in text_of(answer)
    assert "your shoes are ready" in text_of(answer)
    assert not SafeContact.objects.exists()


def test_of_two_who_write_at_once_the_second_is_told(desk, rose, thandi, at):
    card = make_safe_contact(rose.caller, thandi, may_text=True, at=at)
    seen = card.confirmed_at.isoformat()
    SafeContact.objects.update(confirmed_at=at + timedelta(minutes=1))
    answer = desk.post(contact(rose, "numbers", rose.number.ref), {**CARD, "seen_at": seen}, follow=True)
    assert "Somebody else has written this down anew" in text_of(answer)
    assert SafeContact.objects.get().may_text is True


def test_the_strip_says_at_a_glance_what_holds_now_and_until_when(desk, rose, thandi, at):
    make_safe_contact(rose.caller, thandi, may_text=True, may_call=True, hours=IN_THE_MORNING, who_hears="her husband")
    page = text_of(desk.get(f"/cases/{rose.ref}/"))
    assert "text: not now" in page
    assert "call: not now" in page
    assert "her husband" in page
    assert "Mon–Fri 10:00–14:00" in page
    assert "/call/" not in page


def test_an_old_card_says_ask_again_and_has_no_button_that_would_reach_her(desk, rose, thandi, at):
    make_safe_contact(rose.caller, thandi, may_text=True, may_call=True, at=at - timedelta(days=91))
    page = text_of(desk.get(f"/cases/{rose.ref}/"))
    assert "too old: ask again" in page
    assert "/call/" not in page
    again = desk.post(contact(rose, "numbers", rose.number.ref, "do"), {"verb": "confirm"}, follow=True)
    assert "everything is still so" in text_of(again)
    assert "text: yes, now" in text_of(desk.get(f"/cases/{rose.ref}/"))


class TestCallingBack:
    def call(self, desk, rose):
        return desk.post(contact(rose, "numbers", rose.number.ref, "call"))

    def test_where_it_is_safe_the_number_stands_there_with_what_to_say(self, desk, rose, thandi, at):
        make_safe_contact(rose.caller, thandi, may_call=True, say="the salon", who_hears="her mother")
        answer = self.call(desk, rose)
        page = text_of(answer)
        assert answer.status_code == 200
        for words in (rose.number.number, "the salon", "her mother", "hang up, leave nothing", "Ask for the code word"):
            assert words in page

    def test_where_it_is_not_there_is_the_reason_and_a_task(self, desk, rose, thandi, at):
        make_safe_contact(rose.caller, thandi, may_call=False)
        answer = self.call(desk, rose)
        assert answer.status_code == 403
        assert "Do not call" in text_of(answer)
        assert rose.number.number not in text_of(answer)
        assert FollowUp.objects.get().because == "call_not_safe"

    def test_the_other_way_to_the_number_asks_the_same(self, desk, rose, thandi, at):
        make_safe_contact(rose.caller, thandi, may_call=False)
        address = f"/cases/{rose.ref}/numbers/{rose.number.ref}/"
        answer = desk.post(address, {"reason": "call_back"}, headers={"HX-Request": "true"})
        assert (answer.status_code, rose.number.number in text_of(answer)) == (403, False)
        make_safe_contact(rose.caller, thandi, number=make_caller().numbers.get())
        SafeContact.objects.update(may_call=True)
        answer = desk.post(address, {"reason": "call_back"}, headers={"HX-Request": "true"})
        assert rose.number.number in text_of(answer)


class TestNumbers:
    def test_another_number_is_added_and_asked_about(self, desk, rose):
        answer = desk.post(
            contact(rose, "numbers"), {"number-typed": "+44 7700 900270", "number-whose": "own"}, follow=True
        )
        assert "What is safe on ••• 270" in text_of(answer)
        assert SafeContact.objects.get().may_text is False

    def test_what_is_no_number_is_told_by_the_field(self, desk, rose):
        answer = desk.post(contact(rose, "numbers"), {"number-typed": "12", "number-whose": "own"})
        assert answer.status_code == 422
        assert "This is no telephone number." in text_of(answer)

    def test_a_number_that_she_left_stays_as_history_and_can_do_nothing(self, desk, rose, thandi):
        make_safe_contact(rose.caller, thandi, may_text=True, may_call=True)
        desk.post(contact(rose, "numbers", rose.number.ref, "do"), {"verb": "end", "because": "lost"})
        page = text_of(desk.get(contact(rose)))
        assert "the phone is lost, stolen or taken" in page
        assert "/call/" not in page
        assert "no longer theirs" in text_of(desk.get(f"/cases/{rose.ref}/"))
        assert NumberChange.objects.count() == 1

    def test_a_wrong_word_by_text_stops_everything_and_her_word_lets_it_go(self, desk, rose, thandi):
        make_safe_contact(rose.caller, thandi, may_text=True, may_call=True)
        do = contact(rose, "numbers", rose.number.ref, "do")
        desk.post(do, {"verb": "word", "word": "is it apple?"})
        page = text_of(desk.get(f"/cases/{rose.ref}/"))
        assert "Somebody else may have this phone. Nothing goes there." in page
        assert "/call/" not in page
        desk.post(do, {"verb": "release", "how": "code_word", "word": "lemon tree"})
        assert "text: yes, now" in text_of(desk.get(f"/cases/{rose.ref}/"))

    def test_it_can_be_stopped_by_hand(self, desk, rose):
        desk.post(contact(rose, "numbers", rose.number.ref, "do"), {"verb": "hold"})
        rose.number.refresh_from_db()
        assert rose.number.held_because == "impostor"

    def test_a_verb_that_there_is_not_does_nothing(self, desk, rose):
        answer = desk.post(contact(rose, "numbers", rose.number.ref, "do"), {"verb": "ring him"}, follow=True)
        assert "There is no such thing to do." in text_of(answer)


class TestOtherWays:
    def test_a_friend_is_added_and_what_she_may_know_stands_beside_her(self, desk, rose):
        assert desk.get(contact(rose, "routes")).status_code == 200
        assert desk.post(contact(rose, "routes"), ROUTE).status_code == 302
        page = text_of(desk.get(contact(rose)))
        assert "Busi" in page
        assert "that I dance" in page
        assert "+447700900260" not in page

    def test_a_way_is_changed_asked_again_moved_and_ended(self, desk, rose, thandi):
        make_route(rose.caller, thandi, name="First", number="+447700900261")
        desk.post(contact(rose, "routes"), ROUTE)
        busi = ContactRoute.objects.latest("pk")
        here = contact(rose, "routes", busi.ref)
        assert "Busi" in text_of(desk.get(here))
        seen = busi.confirmed_at.isoformat()
        assert desk.post(here, {**ROUTE, "name": "Busisiwe", "seen_at": seen}).status_code == 302
        for verb in ("confirm", "earlier", "end"):
            assert desk.post(here + "do/", {"verb": verb}).status_code == 302
        busi.refresh_from_db()
        assert (busi.name, busi.position, busi.ended_at is not None) == ("Busisiwe", 1, True)

    def test_a_way_that_cannot_be_is_told_by_the_field(self, desk, rose):
        answer = desk.post(contact(rose, "routes"), {**ROUTE, "number": ""})
        assert answer.status_code == 422
        assert "A number, or where to find them." in text_of(answer)

    def test_a_letter_to_a_prison_says_what_must_not_stand_in_it(self, desk, rose, thandi):
        make_route(rose.caller, thandi, kind="prison_letter", place="Block C")
        assert "Guards read it" in text_of(desk.get(contact(rose)))


def test_each_name_is_kept_with_where_it_may_be_said(desk, rose):
    desk.post(
        contact(rose, "names"),
        {"kind": "court", "court-name": "Richard M.", "court-pronouns": "he", "court-say_in": ["court", "lawyer"]},
    )
    page = text_of(desk.get(contact(rose)))
    assert "Richard M." in page
    assert "to their lawyer, in court" in page.replace("in court, to their lawyer", "to their lawyer, in court")
    assert "Nowhere else." in page
    assert "Richard" not in text_of(desk.get(f"/cases/{rose.ref}/"))
    desk.post(contact(rose, "language"), {"language": "zu"})
    rose.caller.refresh_from_db()
    assert rose.caller.language == "zu"
    assert SpokenName.objects.count() == 1


def test_somebody_asks_for_her_and_the_page_has_the_words(desk, rose):
    page = text_of(desk.get(contact(rose)))
    assert "We never say who calls here" in page
    desk.post(contact(rose, "asked"), {"said": "He says he is her brother."})
    assert "He says he is her brother." in text_of(desk.get(contact(rose)))
    assert SomebodyAsked.objects.count() == 1


def test_she_is_found_again_on_a_new_number_by_both(desk, rose, line, thandi):
    tonight = make_case(line=line, caller=make_caller(), owner=thandi)
    find = contact(tonight, "find")
    wrong = desk.post(find, {"reference": rose.ref, "word": "apple"}, follow=True)
    assert "do not belong together" in text_of(wrong)
    assert "Rose" not in text_of(wrong)
    right = desk.post(find, {"reference": rose.ref, "word": "lemon tree"}, follow=True)
    assert "This number is now one of theirs" in text_of(right)
    tonight.refresh_from_db()
    assert tonight.caller == rose.caller


def test_two_rows_of_one_person_are_hinted_at_merged_and_taken_apart(desk, rose, line, thandi, at):
    identity.describe(case=rose, by=thandi, at=at, code_name="Rose")  # as people do, so that the name is found
    other = make_case(line=line, caller=make_caller(code_word="lemon tree"), owner=thandi)
    identity.describe(case=other, by=thandi, at=at, code_name="rose")
    page = text_of(desk.get(contact(rose)))
    assert other.ref in page
    assert "same code name, same code word" in page
    merged = desk.post(
        contact(rose, "same"), {"other": other.ref, "how": "code_word", "word": "Lemon Tree"}, follow=True
    )
    assert "One person now" in text_of(merged)
    other.refresh_from_db()
    assert other.caller == rose.caller
    parted = desk.post(contact(rose, "same", CallerMerge.objects.get().ref), follow=True)
    assert "Two people again" in text_of(parted)
    other.refresh_from_db()
    assert other.caller != rose.caller


def test_while_nobody_knows_who_rings_nothing_from_before_stands_here(desk, line, thandi):
    caller = make_caller(code_name="Rose")
    make_safe_contact(caller, thandi, may_text=True, say="quokka", who_hears="quokka")
    make_route(caller, thandi, name="quokka", number="+447700900260")
    SpokenName.objects.create(caller=caller, kind="court", name="quokka", said_at=caller.created_at)
    case = make_case(line=line, caller=caller, possibly_known=True)
    page = text_of(desk.get(contact(case)))
    assert "quokka" not in page
    assert "Rose" not in page
    card = desk.get(contact(case, "numbers", case.number.ref))
    assert "quokka" not in text_of(card)
