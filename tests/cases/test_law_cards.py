"""Under 18 or made to work: the law's card is read, a colleague is asked, and nobody is called by itself."""

from datetime import date, timedelta

import pytest

from cases.models import Consultation, FollowUp, LawCard
from cases.services import incidents, law_cards
from cases.services.incident_facts import Facts, Unfit
from helpline.core.audit.models import Entry
from helpline.core.errors import NotAllowed
from helpline.core.outbox.models import Message
from tests.dashboard.conftest import it_is_night as it_is_night
from tests.dashboard.conftest import sit_down as sit_down
from tests.dashboard.conftest import text_of
from tests.factories import make_case

CARD = {
    "country": "za", "topic": "under_18", "body": "Ask the duty lawyer first.", "source": "Children's Act 38 of 2005, s110",
    "confirmed_by": "a lawyer of ours", "confirmed_on": date(2026, 10, 1),
}  # fmt: skip


@pytest.fixture
def card(lerato, at):
    return law_cards.write_card(by=lerato, at=at, **CARD)


@pytest.fixture
def case(line, thandi, at):
    return make_case(line=line, owner=thandi, at=at)


def tell(case, thandi, at, **answers):
    return incidents.record(case=case, by=thandi, at=at, facts=Facts(narrative="x", **answers))


@pytest.mark.parametrize("answer", ["yes", "perhaps"])
def test_the_card_of_the_country_stands_beside_the_incident_with_its_source_and_who_confirmed_it(
    sit_down, case, thandi, card, at, answer
):
    told = tell(case, thandi, at, is_minor=answer)
    page = text_of(sit_down(thandi).get(f"/cases/{case.ref}/incidents/{told.ref}/"))
    for words in ("Ask the duty lawyer first.", "s110", "confirmed here by a lawyer of ours", "no colleague asked yet"):
        assert words in page
    assert "Nobody has been told and nothing is reported by itself." in page


@pytest.mark.parametrize("answer", ["", "no", "unknown", "declined"])
def test_without_a_yes_no_card_is_shown(sit_down, case, thandi, card, at, answer):
    told = tell(case, thandi, at, is_minor=answer, is_unwilling=answer)
    assert "What the law asks" not in text_of(sit_down(thandi).get(f"/cases/{case.ref}/incidents/{told.ref}/"))


def test_where_no_card_is_written_a_person_is_to_be_asked(sit_down, case, thandi, at):
    told = tell(case, thandi, at, is_unwilling="yes")
    page = text_of(sit_down(thandi).get(f"/cases/{case.ref}/incidents/{told.ref}/"))
    assert "No card has been written for this country. Ask the coordinator" in page


def test_which_card_is_shown_depends_on_those_two_answers_alone(line, thandi, card, at):
    words = "I am from Zimbabwe, I crossed the border without papers, an agent brought me, I am sixteen, they made me."
    case = make_case(line=line, owner=thandi, at=at)
    facts = Facts(narrative=words, settings=("BORDER_TRANSIT",), acts=("EMO_CONFINE", "SEX_UNPAID"))
    told = incidents.record(case=case, by=thandi, at=at, facts=facts)
    assert law_cards.cards_for(told) == []


def test_that_naledi_was_asked_is_kept_with_when_and_what_came_of_it(sit_down, case, thandi, naledi, card, at):
    told = tell(case, thandi, at, is_minor="yes")
    asked = {
        "consult-colleague": "naledi",
        "consult-asked_at": "2026-11-23T02:00",
        "consult-words": "lawyer in the morning",
    }
    sit_down(thandi).post(f"/cases/{case.ref}/incidents/{told.ref}/asked/", asked)
    kept = Consultation.objects.get()
    assert (kept.colleague, kept.asked_at, kept.recorded_by) == (naledi, at - timedelta(minutes=10), thandi)
    page = text_of(sit_down(thandi).get(f"/cases/{case.ref}/incidents/{told.ref}/"))
    assert "lawyer in the morning" in page
    assert "no colleague asked yet" not in page
    entry = Entry.objects.get(verb="colleague.asked")
    assert entry.detail == {"incident": told.ref, "person": "naledi"}
    assert (FollowUp.objects.count(), Message.objects.count()) == (0, 0)


@pytest.mark.parametrize("given", [{"colleague": "thandi"}, {"colleague": "zola"}, {"asked_at": "2026-11-24T02:00"}])
def test_oneself_somebody_who_has_left_and_tomorrow_are_refused(sit_down, case, thandi, zola, naledi, at, given):
    told = tell(case, thandi, at, is_minor="yes")
    asked = {"colleague": "naledi", "asked_at": "2026-11-23T02:00", **given}
    path = f"/cases/{case.ref}/incidents/{told.ref}/asked/"
    answer = sit_down(thandi).post(path, {f"consult-{name}": value for name, value in asked.items()})
    assert answer.status_code == 422
    assert not Consultation.objects.exists()


def test_lerato_writes_a_card_and_the_next_one_takes_its_place(sit_down, lerato, card):
    given = {**CARD, "body": "Ask two people.", "confirmed_on": "2026-11-01"}
    assert sit_down(lerato).post("/law-cards/new/", given).status_code == 302
    assert LawCard.objects.get().body == "Ask two people."
    assert sit_down(lerato).get(f"/law-cards/{card.ref}/").status_code == 200


def test_who_answers_callers_reads_cards_and_does_not_change_them(sit_down, thandi, card, at):
    desk = sit_down(thandi)
    page = text_of(desk.get("/law-cards/"))
    assert "Ask the duty lawyer first." in page
    assert "New card" not in page
    for address in ("/law-cards/new/", f"/law-cards/{card.ref}/"):
        assert desk.get(address).status_code == desk.post(address, CARD).status_code == 404
    with pytest.raises(NotAllowed):
        law_cards.write_card(by=thandi, at=at, **CARD)


def test_pieter_who_keeps_the_system_has_nothing_to_do_with_cards(sit_down, pieter, card):
    assert sit_down(pieter).get("/law-cards/").status_code == 404


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("country", "South Africa"), ("country", "Z1"), ("topic", "migration"), ("source", " "), ("confirmed_by", ""),
        ("body", "x" * 8001), ("body", "\x00"), ("confirmed_on", date(2027, 1, 1)),
    ],
)  # fmt: skip
def test_a_card_without_source_witness_or_country_is_refused(lerato, at, field, value):
    with pytest.raises(Unfit) as refusal:
        law_cards.write_card(by=lerato, at=at, **{**CARD, field: value})
    assert field in refusal.value.fields
    assert not LawCard.objects.exists()
