"""Keepers vet on a page, by keys and by forms; everybody who speaks with callers may report; the board says where nobody is there."""

import ast
from datetime import timedelta
from pathlib import Path

import pytest

from helpline.api.tokens import issue_token
from referrals.models import Conflict, Feedback, PeerTest, ProviderReport, Vetting, VettingScore
from referrals.services import conflicts, provider_reports, vetting
from tests.dashboard.conftest import text_of
from tests.factories import make_area, make_caller, make_case, make_person_of, make_provider
from tests.referrals.vetting_rows import begin_well, make_accepted

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _night(monkeypatch, at):
    monkeypatch.setattr("helpline.core.clock.now", lambda: at)


@pytest.fixture
def ayanda(db):
    return make_provider(vetting="proposed")


@pytest.fixture
def desk(desk_of, lerato):
    return desk_of(lerato)


def page_of(provider, part=""):
    return f"/network/{provider.ref}/vetting/{part}"


def points_form(provider, desk, **changes):
    """The form as the page sends it where nobody touched anything, with these changes."""
    form = desk.get(page_of(provider)).context["points_form"]
    sent = {}
    for field in form:
        sent[field.html_name] = field.value() or ""
        if field.field.show_hidden_initial:
            sent[field.html_initial_name] = field.value() or ""
    return {**sent, **changes}


def test_to_begin_and_to_score(ayanda, desk, lerato):
    desk.post(page_of(ayanda))
    desk.post(page_of(ayanda, "points/"), points_form(ayanda, desk, score_1="2", evidence_1="a peer heard it"))
    row = VettingScore.objects.get()
    assert (row.point, row.score, row.evidence, row.by) == (1, 2, "a peer heard it", lerato)


def test_only_what_was_changed_here_is_kept(ayanda, desk, lerato, naledi, at):
    """Lerato has the page open while Naledi scores another point, and one that Lerato did not touch."""
    desk.post(page_of(ayanda))
    vetting.score(provider=ayanda, point=2, score=1, evidence="", by=lerato, at=at)
    shown = points_form(ayanda, desk)
    vetting.score(provider=ayanda, point=2, score=0, evidence="they told", by=naledi, at=at + timedelta(minutes=1))
    desk.post(page_of(ayanda, "points/"), {**shown, "score_1": "2"})
    assert dict(VettingScore.objects.values_list("point", "score")) == {1: 2, 2: 0}


def test_two_who_score_one_point_nobodys_words_are_lost(ayanda, desk, naledi, at):
    desk.post(page_of(ayanda))
    shown = points_form(ayanda, desk)
    vetting.score(provider=ayanda, point=1, score=0, evidence="they told", by=naledi, at=at)
    answer = desk.post(page_of(ayanda, "points/"), {**shown, "score_1": "2", "evidence_1": "kind", "score_3": "1"})
    assert answer.status_code == 422
    assert "Somebody else has just scored this point" in text_of(answer)
    assert "kind" in answer.content.decode()
    assert dict(VettingScore.objects.values_list("point", "score")) == {1: 0}


def test_what_shows_it_needs_a_score(ayanda, desk):
    desk.post(page_of(ayanda))
    answer = desk.post(page_of(ayanda, "points/"), points_form(ayanda, desk, evidence_5="rang at three"))
    assert (answer.status_code, VettingScore.objects.count()) == (422, 0)
    assert "Give it a score too." in text_of(answer)


@pytest.mark.parametrize("bad", [{"score_1": "7"}, {"score_1": "x"}, {"score_1": "1", "evidence_1": "a\x00b"}])
def test_bad_points_are_refused_and_nothing_is_half_saved(bad, ayanda, desk):
    desk.post(page_of(ayanda))
    answer = desk.post(page_of(ayanda, "points/"), points_form(ayanda, desk, score_2="1", **bad))
    assert (answer.status_code, VettingScore.objects.count()) == (422, 0)


def test_points_before_anybody_has_begun_are_refused(ayanda, desk):
    answer = desk.post(page_of(ayanda, "points/"), {"score_1": "1", "initial-score_1": ""})
    assert answer.status_code == 422
    assert "Begin the vetting first." in text_of(answer) or not VettingScore.objects.exists()


def test_a_peer_test_is_written_down(ayanda, desk):
    desk.post(page_of(ayanda))
    sent = {"how": "visit", "tested_at": "2026-11-20T15:00", "reached": "yes", "respectful": "yes", "moralised": "no"}
    desk.post(page_of(ayanda, "tests/"), sent)
    row = PeerTest.objects.get()
    assert (row.reached, row.respectful, row.moralised, row.asked_for_papers) == (True, True, False, None)


@pytest.mark.parametrize(
    "bad", [{"tested_at": "soon"}, {"tested_at": "2031-01-01T10:00"}, {"how": "letter"}, {"reached": ""}]
)
def test_a_peer_test_that_cannot_be_is_refused_in_words(bad, ayanda, desk):
    desk.post(page_of(ayanda))
    sent = {"how": "call", "tested_at": "2026-11-20T15:00", "reached": "yes", **bad}
    answer = desk.post(page_of(ayanda, "tests/"), sent)
    assert (answer.status_code, PeerTest.objects.count()) == (422, 0)
    assert "field-error" in answer.content.decode()


def test_the_agreement_has_a_day(ayanda, desk):
    desk.post(page_of(ayanda))
    desk.post(page_of(ayanda, "signed/"), {"on": "2026-11-20"})
    assert str(Vetting.objects.get().agreement_on) == "2026-11-20"
    assert desk.post(page_of(ayanda, "signed/"), {"on": "2027-11-20"}).status_code == 422


def test_the_page_says_what_is_missing_for_the_next_step(ayanda, desk):
    said = text_of(desk.get(page_of(ayanda)))
    assert "Begin the vetting first." in said
    assert "The first four points have to be looked at." in said


def test_a_step_is_taken_and_stands_in_the_line(ayanda, desk, lerato, at):
    begin_well(ayanda, lerato, at=at)
    desk.post(page_of(ayanda, "move/"), {"verb": "interview", "why": "talked", "words": "in her office"})
    said = text_of(desk.get(page_of(ayanda)))
    assert "<strong>Interviewed</strong>: we talked with them" in said
    assert "in her office" in said


@pytest.mark.parametrize(
    "sent", [{}, {"verb": "bless"}, {"verb": "approve", "why": "all_known"}, {"verb": "suspend", "why": "mood"}]
)
def test_a_step_that_there_is_not_is_refused(sent, ayanda, desk):
    answer = desk.post(page_of(ayanda, "move/"), sent)
    ayanda.refresh_from_db()
    assert (answer.status_code in {302, 422}, ayanda.vetting) == (True, "proposed")


def test_a_conflict_is_kept_and_ended(ayanda, desk):
    person = make_person_of(ayanda)
    desk.post(page_of(ayanda, "conflicts/"), {"kind": "police_family", "person": person.ref, "words": "her brother"})
    row = Conflict.objects.get()
    assert (row.person, row.kind, row.case) == (person, "police_family", None)
    desk.post(page_of(ayanda, f"conflicts/{row.ref}/"))
    row.refresh_from_db()
    assert row.ended_at is not None


@pytest.mark.parametrize("bad", [{"kind": "weather"}, {"kind": "money", "person": "A" * 18}])
def test_a_conflict_that_cannot_be_is_refused(bad, ayanda, desk):
    assert desk.post(page_of(ayanda, "conflicts/"), bad).status_code == 422
    assert not Conflict.objects.exists()


def test_a_report_is_looked_at_by_somebody_else(ayanda, desk, thandi, at):
    row = provider_reports.report(provider=ayanda, kind="breach", words="told the police", by=thandi, at=at)
    assert desk.post(page_of(ayanda, f"reports/{row.ref}/"), {"state": "upheld"}).status_code == 422
    desk.post(page_of(ayanda, f"reports/{row.ref}/"), {"state": "upheld", "answer": "they said so"})
    row.refresh_from_db()
    assert (row.state, row.answer) == ("upheld", "they said so")


def test_whoever_wrote_a_report_has_no_form_for_it(ayanda, desk, lerato, at):
    row = provider_reports.report(provider=ayanda, kind="breach", words="told the police", by=lerato, at=at)
    assert "somebody else looks at it" in text_of(desk.get(page_of(ayanda)))
    answer = desk.post(page_of(ayanda, f"reports/{row.ref}/"), {"state": "not_so", "answer": "no"})
    row.refresh_from_db()
    assert (answer.status_code, row.state) == (422, "open")


def test_a_report_of_another_provider_is_not_there(ayanda, desk, thandi, at):
    row = provider_reports.report(provider=make_provider("Botha Law"), kind="poor", words="late", by=thandi, at=at)
    assert desk.post(page_of(ayanda, f"reports/{row.ref}/"), {"state": "upheld", "answer": "x"}).status_code == 404


def test_a_counsellor_reports_from_the_providers_page(ayanda, desk_of, thandi):
    desk = desk_of(thandi)
    assert "Report something about this provider" in text_of(desk.get(f"/network/{ayanda.ref}/"))
    desk.post(f"/network/{ayanda.ref}/report/", {"kind": "breach", "words": "rang her mother", "key": "K1"})
    desk.post(f"/network/{ayanda.ref}/report/", {"kind": "breach", "words": "rang her mother", "key": "K1"})
    assert ProviderReport.objects.get().recorded_by == thandi


@pytest.mark.parametrize(
    "bad", [{}, {"kind": "breach"}, {"kind": "breach", "words": "   "}, {"kind": "conflict", "words": "x"}]
)
def test_a_report_says_what_and_what_happened(bad, ayanda, desk):
    assert desk.post(f"/network/{ayanda.ref}/report/", bad).status_code == 422
    assert not ProviderReport.objects.exists()


def test_a_counsellor_reads_why_somebody_is_suspended_and_not_what_was_told(ayanda, desk_of, thandi, lerato, at):
    provider_reports.report(provider=ayanda, kind="breach", words="rang her mother", by=lerato, at=at)
    said = text_of(desk_of(thandi).get(f"/network/{ayanda.ref}/"))
    assert "Suspended: nobody is sent there" in said
    assert "trust was broken" in said
    assert "mother" not in said


@pytest.fixture
def given(ayanda, line, thandi):
    case = make_case(line=line, caller=make_caller(), owner=thandi)
    return make_accepted(case, ayanda, thandi, state="reached")


def test_a_report_from_a_referral_stays_with_its_case(given, desk_of, thandi):
    place = f"/cases/{given.case.ref}/referrals/{given.ref}/report/"
    desk_of(thandi).post(place, {"kind": "poor", "words": "never rang back"})
    assert ProviderReport.objects.get().case == given.case


def test_a_conflict_in_this_case_is_told_on_the_same_page(given, desk_of, thandi):
    place = f"/cases/{given.case.ref}/referrals/{given.ref}/report/"
    assert desk_of(thandi).post(place, {"kind": "conflict"}).status_code == 422
    desk_of(thandi).post(place, {"kind": "conflict", "conflict": "other_side"})
    row = Conflict.objects.get()
    assert (row.case, row.kind, ProviderReport.objects.count()) == (given.case, "other_side", 0)


def test_nobody_is_reported_where_nobody_accepted(given, desk_of, thandi):
    given.provider, given.state = None, "asking"
    given.save()
    answer = desk_of(thandi).get(f"/cases/{given.case.ref}/referrals/{given.ref}/report/")
    assert answer.status_code == 403


def test_somebody_has_looked_at_a_flagged_referral(given, desk_of, thandi, at):
    provider_reports.report(provider=given.provider, kind="breach", words="x", by=thandi, at=at)
    desk = desk_of(thandi)
    assert "I have looked at it" in text_of(desk.get(f"/cases/{given.case.ref}/referrals/{given.ref}/following/"))
    desk.post(f"/cases/{given.case.ref}/referrals/{given.ref}/looked-at/")
    given.refresh_from_db()
    assert given.flagged_at is None


def test_the_board_of_an_empty_network_says_so(desk, line):
    said = text_of(desk.get("/network/board/"))
    assert "No area is written down yet." in said
    assert "Nobody is suspended." in said


def test_the_board_shows_what_waits(desk, line, thandi, at):
    make_provider("Overdue Law", renew_by=vetting.today(at) - timedelta(days=3))
    make_provider("Soon Law", renew_by=vetting.today(at) + timedelta(days=10))
    make_provider("Later Law", renew_by=vetting.today(at) + timedelta(days=100))
    bad = make_provider("Bad Law")
    provider_reports.report(provider=bad, kind="breach", words="told the police", by=thandi, at=at)
    page = desk.get("/network/board/")
    said = text_of(page)
    assert [row["provider"].name for row in page.context["due"].rows] == ["Overdue Law", "Soon Law"]
    assert "3 days overdue" in said
    assert "told the police" not in said
    assert [row["provider"] for row in page.context["suspended"].rows] == [bad]
    assert page.context["reports"].many == 1


def test_a_hidden_provider_has_no_name_on_the_board(desk, line, at):
    make_provider("The House", is_hidden=True, renew_by=vetting.today(at))
    assert "The House" not in text_of(desk.get("/network/board/"))


def test_how_it_was_is_withheld_below_three(desk, line, ayanda, at):
    for told in range(2):
        Feedback.objects.create(provider=ayanda, respectful=True, reached=bool(told), told_at=at)
    assert "1 of 2" not in text_of(desk.get("/network/board/"))
    Feedback.objects.create(provider=ayanda, reached=False, told_at=at)
    said = text_of(desk.get("/network/board/"))
    assert "1 of 3" in said
    assert "2 of 2" not in said


def test_words_of_the_address_that_there_are_not_show_everything(desk, line):
    make_area()
    page = desk.get("/network/board/?language=%00xx&hour=noon")
    assert page.status_code == 200
    assert page.context["empty"] == page.context["gaps"].missing[""][""]


TOLD = "quokka"


@pytest.fixture
def full(line, lerato, naledi, thandi, at):
    """A provider of which everything is known, each word of it a word that must be nowhere else."""
    provider = make_provider(vetting="proposed", areas=[make_area()])
    begin_well(provider, lerato, at=at)
    vetting.score(provider=provider, point=1, score=2, evidence=f"{TOLD} evidence", by=naledi, at=at)
    vetting.record_test(
        provider=provider, how="call", tested_at=at, answers={"reached": True, "respectful": True}, words=f"{TOLD} peer",
        by=lerato, at=at,
    )  # fmt: skip
    for verb, why in (("interview", "talked"), ("peer_test", "peer"), ("approve", "all_known")):
        vetting.move(provider=provider, verb=verb, by=naledi, at=at, why=why, words=f"{TOLD} move")
    conflicts.add(provider=provider, kind="money", words=f"{TOLD} conflict", by=lerato, at=at)
    provider_reports.report(provider=provider, kind="poor", words=f"{TOLD} report", by=thandi, at=at)
    return provider


def test_nothing_of_vetting_is_in_the_api_but_the_state(full, client, at):
    for username in ("lerato", "thandi"):
        told = {"Authorization": f"Token {issue_token(username=username, at=at)}"}
        for path in ("/api/v1/providers/", f"/api/v1/providers/{full.ref}/"):
            answer = client.get(path, headers=told)
            assert answer.status_code == 200
            assert TOLD not in answer.content.decode()


def test_a_keepers_words_are_on_the_vetting_page_and_on_no_page_of_others(full, desk_of, lerato, thandi):
    counsellor = desk_of(thandi)
    for path in (f"/network/{full.ref}/", "/network/", "/network/sheet/", "/network/map/"):
        assert TOLD not in text_of(counsellor.get(path)), path
    assert text_of(desk_of(lerato).get(page_of(full))).count(TOLD) >= 6


def test_nothing_of_vetting_leaves_in_an_export(full):
    """Whatever writes the directory out: none of the modules that do knows a model of vetting."""
    services = Path(vetting.__file__).parent
    writers = [*services.glob("hsds_out*.py"), *services.glob("sheets.py"), *services.glob("mapping.py")]
    writers += [*services.parent.glob("hsds*.py"), *services.parent.glob("api/provider*.py")]
    assert writers
    private = {"Vetting", "VettingScore", "VettingMove", "PeerTest", "Conflict", "ProviderReport", "vetting_why"}
    for path in writers:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        named = {getattr(node, "id", getattr(node, "attr", getattr(node, "name", ""))) for node in ast.walk(tree)}
        assert not named & private, path.name
