"""Who may be asked, as it is read from the database: the same facts that the rule is tested with, in a fixed number of statements."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases.consenting import Receiver
from cases.services import consent_keeping
from cases.services.consent_keeping import Answer as Said
from referrals.models import Area, Conflict, Feedback, Offer, OpenHours, Place, Provider, Service
from referrals.services import candidates, standing
from tests.factories import make_area, make_caller, make_case, make_referral
from tests.referrals.asking_rows import make_lawyer, put_on_stand_by
from tests.referrals.test_hours import ROWS, SAID, read_span

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(line, nomsa):
    return make_case(line=line, caller=make_caller(), owner=nomsa)


@pytest.fixture
def woodstock(db):
    return make_area("Woodstock", parent=make_area("Cape Town"))


@pytest.fixture
def find(case, woodstock, at):
    def found(**changes):
        ordinary = {"need": "legal", "area": woodstock, "language": "zu", "at": at}
        return candidates.find(case, **{**ordinary, **changes})

    return found


def names(found):
    providers = dict(Provider.objects.values_list("ref", "name"))
    return [providers[match.provider_ref] for match in found.matches]


def why_not(found, person):
    return next(one.because for one in found.left_out if one.ref == person.ref)


def test_in_the_district_before_the_wider_area_before_elsewhere(find, woodstock):
    make_lawyer("Elsewhere", area=make_area("Durban"))
    make_lawyer("Wider", area=Area.objects.get(name="Cape Town"))
    make_lawyer("Here", area=woodstock)
    assert names(find()) == ["Here", "Wider", "Elsewhere"]


@pytest.mark.parametrize("way", ["provider", "service", "place"])
def test_where_they_work_is_written_of_them_of_what_they_do_or_of_their_place(find, woodstock, way):
    make_lawyer("Not said")
    here = make_lawyer("Here").provider
    if way == "provider":
        here.areas.add(woodstock)
    elif way == "service":
        here.services.get().areas.add(woodstock)
    else:
        Place.objects.create(provider=here, area=woodstock)
    assert names(find()) == ["Here", "Not said"]


def test_a_lawyer_on_stand_by_is_first_and_in_their_order(find, woodstock, nomsa):
    make_lawyer("At home", area=woodstock)
    second, first = make_lawyer("Second", area=woodstock), make_lawyer("First", area=woodstock)
    put_on_stand_by(second, 2)
    put_on_stand_by(first, 1)
    assert names(find()) == ["First", "Second", "At home"]


def test_stand_by_for_another_area_is_none_here(find, woodstock, nomsa):
    there = make_lawyer("There", area=woodstock)
    make_lawyer("Here", area=woodstock)
    put_on_stand_by(there, 1, area=make_area("Durban"))
    assert "on_stand_by" not in [reason.code for match in find().matches for reason in match.reasons]


@pytest.mark.parametrize(
    ("vetting", "because"),
    [("suspended", "suspended"), ("removed", "removed"), ("proposed", "not_vetted"), ("interviewed", "not_vetted")],
)
def test_nobody_who_is_not_trusted(find, woodstock, vetting, because):
    person = make_lawyer("X", area=woodstock, vetting=vetting)
    assert not find().matches
    assert why_not(find(), person) == because


def test_nobody_with_a_conflict_in_this_case(find, woodstock, case, nomsa, at):
    person = make_lawyer("X", area=woodstock)
    Conflict.objects.create(provider=person.provider, case=case, kind="other_side", by=nomsa, at=at)
    assert why_not(find(), person) == "conflict"


def test_a_conflict_in_another_case_is_none_here(find, woodstock, line, nomsa, at):
    person = make_lawyer("X", area=woodstock)
    Conflict.objects.create(provider=person.provider, case=make_case(line=line), kind="other_side", by=nomsa, at=at)
    assert names(find()) == ["X"]


def test_nobody_to_whom_the_caller_said_no(find, woodstock, case, nomsa, at):
    person = make_lawyer("Botha Law", area=woodstock)
    make_lawyer("Cele Law", area=woodstock)
    said = Said("share", "refused", Receiver("lawyer", "Botha Law"))
    consent_keeping.record(case=case, answers=[said], by=nomsa, at=at)
    assert names(find()) == ["Cele Law"]
    assert why_not(find(), person) == "caller_said_no"


def test_nobody_who_takes_no_cases_until_later_or_has_as_many_as_they_take(find, woodstock, line, nomsa, at):
    away = make_lawyer("Away", area=woodstock, closed_until=date(2026, 11, 24))
    full = make_lawyer("Full", area=woodstock, most_open=1)
    make_referral(make_case(line=line), nomsa, state="accepted", provider=full.provider)
    assert (why_not(find(), away), why_not(find(), full)) == ("not_taking", "full")


def test_who_takes_cases_again_from_today_is_asked(find, woodstock):
    make_lawyer("Back", area=woodstock, closed_until=date(2026, 11, 23))
    assert names(find()) == ["Back"]


def test_nobody_is_woken_who_does_not_want_it_but_on_stand_by_they_are(find, woodstock, nomsa):
    asleep = make_lawyer("Asleep", area=woodstock, at_night=False)
    assert why_not(find(), asleep) == "asleep"
    put_on_stand_by(asleep, 1)
    assert names(find()) == ["Asleep"]


def test_who_has_left_is_nobody(find, woodstock, at):
    make_lawyer("Left", area=woodstock, left_at=at)
    assert find() == candidates.Found((), ())


def test_what_they_do_not_do_any_more_is_not_asked_of_them(find, woodstock):
    person = make_lawyer("Retired", area=woodstock)
    Service.objects.filter(provider=person.provider).update(status="inactive")
    assert not find().matches


def test_whom_they_do_not_help_is_told_to_the_person_who_asks(find, woodstock):
    make_lawyer("Choosy", area=woodstock, not_for="no migrants")
    assert find().matches[0].not_for == "no migrants"


def test_the_record_of_half_a_year_is_read(find, woodstock, case, nomsa, at):
    person = make_lawyer("X", area=woodstock)
    referral = make_referral(case, nomsa, at=at - timedelta(days=3))
    for place, (state, answered, days) in enumerate([("accepted", 1, 3), ("silent", 0, 5), ("silent", 0, 200)]):
        offered = at - timedelta(days=days)
        Offer.objects.create(
            key=f"k{place}", referral=referral, provider=person.provider, person=person, place=place, state=state,
            offered_at=offered, answered_at=offered if answered else None,
        )  # fmt: skip
    assert ("answered", (1, 2)) in [(reason.code, reason.figures) for reason in find().matches[0].reasons]


def test_callers_who_were_not_respected_are_heard(find, woodstock, at):
    person = make_lawyer("Rude", area=woodstock)
    for respectful in (False, False, True):
        Feedback.objects.create(provider=person.provider, respectful=respectful, told_at=at - timedelta(days=9))
    assert "rated_badly" in [reason.code for reason in find().matches[0].reasons]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["who"])
def test_open_now_is_what_the_rule_of_hours_says(row, line):
    person = make_lawyer("X")
    for said in row["spans"].split("|"):
        if said:
            span = read_span(said)
            OpenHours.objects.create(
                provider=person.provider, days=sorted(span.days), opens_at=span.opens, closes_at=span.closes,
                valid_from=span.valid_from, valid_to=span.valid_to, is_closed=span.is_closed,
            )  # fmt: skip
    found = candidates._read_open(Service.objects.all(), datetime.fromisoformat(row["moment"]).replace(tzinfo=UTC))
    assert found.get(person.provider_id) is SAID[row["there"]]


def test_more_providers_need_no_more_statements(find, woodstock):
    def count():
        with CaptureQueriesContext(
            connection,
        ) as queries:
            find()
        return len(queries)

    make_lawyer("One", area=woodstock)
    one = count()
    for number in range(5):
        make_lawyer(f"More {number}", area=woodstock)
    assert count() == one <= 11


def test_the_reasons_are_said_as_people_say_them(find, woodstock, nomsa):
    make_lawyer("X", area=woodstock, stand_by=1)
    said = candidates.say(find().matches[0].reasons, language="zu")
    assert said == "vetted, in this district, speaks isiZulu, on stand-by now, never asked before"


def test_reasons_come_back_from_an_offer_as_they_went_in(find, woodstock, nomsa):
    make_lawyer("X", area=woodstock, stand_by=2)
    reasons = find().matches[0].reasons
    assert candidates.unpack(candidates.pack(reasons)) == reasons


def test_what_is_counted_here_is_what_the_page_of_a_provider_says(find, woodstock, case, nomsa, at):
    person = make_lawyer("X", area=woodstock)
    referral = make_referral(case, nomsa, at=at - timedelta(days=3))
    for place, state in enumerate(["accepted", "silent", "declined", "withdrawn", "undelivered", "taken"]):
        offered = at - timedelta(days=3)
        Offer.objects.create(
            key=f"k{place}", referral=referral, provider=person.provider, person=person, place=place, state=state,
            offered_at=offered, answered_at=offered if state in {"accepted", "declined"} else None,
        )  # fmt: skip
    said = standing.read_standing([person.provider_id], at=at)[person.provider_id]
    here = next(reason.figures for reason in find().matches[0].reasons if reason.code == "answered")
    assert here == (said.answered, said.asked) == (2, 4)


def test_who_wants_calls_alone_may_be_asked_too(find, woodstock):
    person = make_lawyer("X", area=woodstock, by_text=False, by_call=True)
    assert [match.ref for match in find().matches] == [person.ref]


def test_who_wants_neither_calls_nor_texts_is_not_asked(find, woodstock):
    person = make_lawyer("X", area=woodstock, by_text=False, by_call=False)
    assert why_not(find(), person) == "no_way"
