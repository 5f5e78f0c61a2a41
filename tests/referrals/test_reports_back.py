"""Whoever helped tells how it went, by a link some days later or by voice; a bad word of the caller counts as a report."""

from datetime import date, timedelta

import pytest
from django.test import Client

from cases.models import FollowUp, Need
from helpline.core.outbox.models import Message
from referrals.models import Offer, ProviderReport, Referral, ReportBack
from referrals.services import answering, appointments, asking, feedback, letters, reports_back
from tests.factories import make_area, make_caller, make_case, make_provider

pytestmark = pytest.mark.django_db


@pytest.fixture
def helped(line, thandi, at):
    """Ayanda accepted, and she and the caller are in touch."""
    woodstock = make_area()
    make_provider("Ayanda Law", areas=[woodstock], number="+447700900121")
    case = make_case(line=line, owner=thandi, caller=make_caller(code_name="Rose"), at=at)
    row = asking.ask(case=case, by=thandi, at=at, need="legal", matter="arrest", area=woodstock, language="")
    answering.accept(offer=row.offers.get(state="open"), at=at, how="desk", by=thandi)
    return asking.mark_reached(referral=Referral.objects.get(), by=thandi, at=at)


def link_of(at):
    message = Message.objects.get(template=reports_back.HOW)
    found = letters.address(
        route=message.route, to_ref=message.to_ref, template=message.template, offer_ref=message.words["offer"], at=at
    )
    return found.words["link"].split("/", 3)[3], found


def test_after_three_days_they_are_asked_once(helped, at):
    assert reports_back.ask_due(at=at + timedelta(days=2, hours=23)) == 0
    later = at + timedelta(days=3)
    assert [reports_back.ask_due(at=later) for _ in range(2)] == [1, 0]
    assert Message.objects.filter(template=reports_back.HOW).count() == 1


def test_where_nobody_said_that_they_are_in_touch_they_are_asked_after_a_week(helped, at):
    Referral.objects.update(state="accepted", reached_at=None)
    assert reports_back.ask_due(at=at + timedelta(days=6)) == 0
    assert reports_back.ask_due(at=at + timedelta(days=7)) == 1


def test_who_wants_no_texts_is_not_asked_by_one(helped, at):
    helped.person.by_text = False
    helped.person.save()
    assert reports_back.ask_due(at=at + timedelta(days=3)) == 0


def test_the_text_names_the_code_and_nothing_of_the_caller(helped, at):
    reports_back.ask_due(at=at + timedelta(days=3))
    _path, found = link_of(at + timedelta(days=3))
    assert found.words["code"] == Offer.objects.get(state="accepted").code
    assert not {"Rose", helped.case.ref, helped.ref} & set(" ".join(found.words.values()).split())


def test_behind_the_link_they_tell_once_and_whoever_has_the_case_reads_it(helped, at, monkeypatch, desk_of, thandi):
    later = at + timedelta(days=3)
    monkeypatch.setattr("helpline.core.clock.now", lambda: later)
    reports_back.ask_due(at=later)
    path, _found = link_of(later)
    outside = Client()
    for _ in range(3):
        page = outside.get(f"/{path}")
        assert page.status_code == 200
        assert "Rose" not in page.content.decode()
    assert outside.post(f"/{path}", {"met": ""}).status_code == 422
    outside.post(f"/{path}", {"met": "yes", "outcome": "", "next_step_on": "2026-12-01", "words": "Bail tomorrow"})
    told = ReportBack.objects.get()
    assert (told.met, told.answered_how, told.next_step_on) == ("yes", "link", date(2026, 12, 1))
    assert FollowUp.objects.unfinished().get(because="report_back").owner == thandi
    assert outside.get(f"/{path}").status_code == outside.post(f"/{path}", {"met": "no"}).status_code == 410
    page = desk_of(thandi).get(f"/cases/{helped.case.ref}/referrals/{helped.ref}/following/").content.decode()
    assert "Bail tomorrow" in page


def test_a_link_that_is_guessed_or_late_is_like_one_that_never_was(helped, at, monkeypatch):
    reports_back.ask_due(at=at + timedelta(days=3))
    path, _found = link_of(at + timedelta(days=3))
    monkeypatch.setattr("helpline.core.clock.now", lambda: at + timedelta(days=30))
    late, guessed = Client().get(f"/{path}"), Client().get("/r/" + "A" * 22 + "/")
    assert (late.status_code, late.content) == (guessed.status_code, guessed.content)
    assert late.status_code == 410


def test_what_was_told_by_voice_is_written_down(helped, desk_of, thandi):
    address = f"/cases/{helped.case.ref}/referrals/{helped.ref}/following/"
    assert desk_of(thandi).post(address, {"verb": "report", "met": "perhaps"}).status_code == 422
    desk_of(thandi).post(address, {"verb": "report", "met": "not_yet", "outcome": "", "words": "On Monday"})
    assert (ReportBack.objects.get().answered_how, ReportBack.objects.get().recorded_by) == ("voice", thandi)


def test_a_bad_word_of_the_caller_is_a_report_of_the_provider_once(helped, thandi, at):
    for _ in range(2):
        feedback.tell(referral=helped, answers={"respectful": False}, words="", by=thandi, at=at)
    assert ProviderReport.objects.get().kind == "poor"


def test_an_answer_that_is_not_known_is_no_bad_word(helped, thandi, at):
    feedback.tell(referral=helped, answers={"reached": False, "respectful": None}, words="", by=thandi, at=at)
    assert not ProviderReport.objects.exists()


@pytest.mark.parametrize(
    ("outcome", "need"),
    [("unavailable", "unavailable"), ("declined", "declined"), ("received", "referred"), ("not_known", None)],
)
def test_how_it_ended_stands_in_what_they_needed(helped, thandi, at, outcome, need):
    asking.end(referral=helped, by=thandi, at=at, outcome=outcome)
    assert list(Need.objects.values_list("outcome", flat=True)) == ([need] if need else [])


def test_in_touch_means_to_be_asked_how_it_was(helped):
    assert FollowUp.objects.unfinished().filter(because="referral_how").exists()


def test_what_is_withdrawn_calls_its_appointments_off(helped, thandi, at):
    appointments.add(referral=helped, day_at=at + timedelta(days=4), where="", tell_caller=False, by=thandi, at=at)
    asking.withdraw(referral=helped, by=thandi, at=at, why="caller_wants_not")
    assert helped.appointments.get().state == "called_off"
