"""A counsellor asks a lawyer with one press, sees why whom, and follows what they say."""

import pytest

from cases.consenting import Receiver
from cases.models import Purpose
from cases.services import consent_keeping
from cases.services.consent_keeping import Answer
from referrals.models import Offer, Referral
from referrals.services import asking
from tests.factories import make_area, make_caller, make_case, make_person_of, make_provider

pytestmark = pytest.mark.django_db


@pytest.fixture
def rose(line, thandi, at):
    return make_case(line=line, owner=thandi, caller=make_caller(), at=at)


@pytest.fixture
def woodstock(db):
    return make_area()


@pytest.fixture
def two_lawyers(woodstock):
    near = make_provider("Ayanda Law", areas=[woodstock], number="+447700900121")
    far = make_provider("Zinzi Law", areas=[make_area("Durban")], number="+447700900122")
    return near, far


@pytest.fixture
def now(monkeypatch, at):
    monkeypatch.setattr("helpline.core.clock.now", lambda: at)


def form(woodstock, **changes):
    ordinary = {
        "need": "legal", "matter": "arrest", "area": woodstock.ref, "language": "", "way": "in_turn", "promised_minutes": "30",
        "consent": "", "may_be_told": "", "key": "one",
    }  # fmt: skip
    return {**ordinary, **changes}


def test_the_page_says_who_is_asked_first_and_why_and_who_is_not(rose, two_lawyers, woodstock, desk_of, thandi, now):
    make_person_of(make_provider("Gone bad", vetting="suspended"), number="+447700900123")
    page = desk_of(thandi).post(f"/cases/{rose.ref}/ask/who/", form(woodstock)).content.decode()
    assert page.index("Ayanda Law") < page.index("Zinzi Law")
    assert "first because:" in page
    assert "in this district" in page
    assert "suspended until somebody has looked" in page


def test_one_press_asks_and_a_second_press_asks_nobody_twice(rose, two_lawyers, woodstock, desk_of, thandi, now):
    desk = desk_of(thandi)
    for _ in range(2):
        assert desk.post(f"/cases/{rose.ref}/ask/", form(woodstock)).status_code == 302
    asked = Referral.objects.get()
    assert [offer.person.provider.name for offer in asked.offers.filter(state="open")] == ["Ayanda Law"]
    page = desk.get(f"/cases/{rose.ref}/referrals/{asked.ref}/").content.decode()
    assert "has until then; after that the next is asked" in page
    assert "Ask somebody" not in page or "promised" in page


def test_words_for_whoever_accepts_need_a_yes(rose, two_lawyers, woodstock, desk_of, thandi, now):
    answer = desk_of(thandi).post(f"/cases/{rose.ref}/ask/", form(woodstock, may_be_told="Rose, at the station"))
    assert answer.status_code == 422
    assert "ask them first" in answer.content.decode()
    assert not Referral.objects.exists()


def test_with_a_yes_the_words_are_kept(rose, two_lawyers, woodstock, desk_of, thandi, now, at):
    consent_keeping.record(case=rose, answers=[Answer("share", "given", Receiver("lawyer"))], by=thandi, at=at)
    yes = rose.consents.get(purpose=Purpose.SHARE)
    sent = form(woodstock, may_be_told="Rose, at the station", consent=yes.ref)
    desk_of(thandi).post(f"/cases/{rose.ref}/ask/", sent)
    assert Referral.objects.get().may_be_told == "Rose, at the station"


def test_a_no_to_sharing_stops_it_with_the_reason(rose, two_lawyers, woodstock, desk_of, thandi, now, at):
    consent_keeping.record(case=rose, answers=[Answer("share", "refused", Receiver("lawyer"))], by=thandi, at=at)
    answer = desk_of(thandi).post(f"/cases/{rose.ref}/ask/", form(woodstock))
    assert answer.status_code == 422
    assert "They said no to this" in answer.content.decode()
    assert not Referral.objects.exists()


def test_ringing_somebody_oneself_needs_somebody(rose, two_lawyers, woodstock, desk_of, thandi, now):
    desk, near = desk_of(thandi), two_lawyers[0]
    assert desk.post(f"/cases/{rose.ref}/ask/", form(woodstock, way="by_hand")).status_code == 422
    desk.post(f"/cases/{rose.ref}/ask/", form(woodstock, way="by_hand", first=near.people.get().ref))
    asked = Referral.objects.get()
    offer = asked.offers.get()
    assert (offer.by_text, offer.answer_by) == (False, None)
    address = f"/cases/{rose.ref}/referrals/{asked.ref}/"
    assert "You ring" in desk.get(address).content.decode()
    desk.post(f"{address}do/", {"verb": "accepted", "offer": offer.ref})
    assert Referral.objects.get().provider == near
    desk.post(f"{address}do/", {"verb": "reached"})
    assert desk.post(f"{address}do/", {"verb": "end", "outcome": ""}).status_code == 422
    desk.post(f"{address}do/", {"verb": "end", "outcome": "received", "words": ""})
    assert Referral.objects.get().outcome == "received"


def test_one_who_cannot_makes_room_for_the_next(rose, two_lawyers, woodstock, desk_of, thandi, now):
    desk = desk_of(thandi)
    desk.post(f"/cases/{rose.ref}/ask/", form(woodstock))
    asked = Referral.objects.get()
    address = f"/cases/{rose.ref}/referrals/{asked.ref}/"
    desk.post(f"{address}do/", {"verb": "declined", "offer": asked.offers.get(state="open").ref, "because": "busy"})
    assert asked.offers.get(state="open").person.provider.name == "Zinzi Law"
    page = desk.get(address).content.decode()
    assert "said no: no time now" in page


def test_the_caller_does_not_want_it(rose, two_lawyers, woodstock, desk_of, thandi, now):
    desk = desk_of(thandi)
    desk.post(f"/cases/{rose.ref}/ask/", form(woodstock))
    asked = Referral.objects.get()
    desk.post(f"/cases/{rose.ref}/referrals/{asked.ref}/do/", {"verb": "withdraw"})
    assert Referral.objects.get().state == "withdrawn"
    assert set(Offer.objects.values_list("state", flat=True)) <= {"withdrawn"}


def test_the_case_says_in_one_line_what_is_asked(rose, two_lawyers, woodstock, desk_of, thandi, at, now):
    asking.ask(case=rose, by=thandi, at=at, need="legal", matter="arrest", area=woodstock, language="", key="x")
    page = desk_of(thandi).get(f"/cases/{rose.ref}/").content.decode()
    assert "Asked for" in page
    assert "being asked" in page


def test_a_hidden_house_is_not_named_where_it_is_asked(rose, desk_of, thandi, now, woodstock):
    house = make_provider(
        "Khanya House", kind="safe_house", need="shelter", is_hidden=True, areas=[woodstock], number="+447700900127"
    )
    assert house.people.get().name == "Ayanda"
    desk = desk_of(thandi)
    page = desk.post(f"/cases/{rose.ref}/ask/who/", form(woodstock, need="shelter")).content.decode()
    desk.post(f"/cases/{rose.ref}/ask/", form(woodstock, need="shelter", matter="shelter"))
    asked = Referral.objects.get()
    page += desk.get(f"/cases/{rose.ref}/referrals/{asked.ref}/").content.decode()
    assert "Hidden: safe house" in page
    assert "Khanya" not in page
    assert "Ayanda" not in page


@pytest.mark.parametrize("verb", ["", "sell", "accepted"])
def test_what_there_is_no_word_for_changes_nothing(rose, two_lawyers, woodstock, desk_of, thandi, now, verb):
    desk = desk_of(thandi)
    desk.post(f"/cases/{rose.ref}/ask/", form(woodstock))
    asked = Referral.objects.get()
    answer = desk.post(f"/cases/{rose.ref}/referrals/{asked.ref}/do/", {"verb": verb, "offer": "X"})
    assert answer.status_code in {302, 404}
    assert Referral.objects.get().state == "asking"
