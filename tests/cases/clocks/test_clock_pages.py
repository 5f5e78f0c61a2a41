"""The pages on which clocks are started, corrected and stopped, and on which a coordinator keeps the rules."""

import pytest

from cases.models import Case, Clock, FollowUp, LocalRule
from cases.services import clocks
from helpline.core import clock as core_clock
from helpline.core.audit.models import Entry
from tests.cases.clocks.conftest import local
from tests.dashboard.conftest import sit_down, text_of  # noqa: F401

pytestmark = pytest.mark.django_db
NOW = local("2026-11-25T20:00")
ARREST = {"rules": ["ZA"], "earliest_at": "2026-11-25T18:00"}


@pytest.fixture(autouse=True)
def it_is_wednesday_evening(monkeypatch):
    monkeypatch.setattr(core_clock, "now", lambda: NOW)


@pytest.fixture
def desk(sit_down, thandi):  # noqa: F811
    return sit_down(thandi)


@pytest.fixture
def address(case):
    return f"/cases/{case.ref}/clocks/"


def test_thandi_starts_a_clock_and_reads_both_figures_in_words(desk, address):
    answer = desk.post(address, {**ARREST, "whom": "Lily", "station": "the station by the market"}, follow=True)
    said = text_of(answer)
    for words in ("Lily", "the station by the market", "time is running", "4 days 20 h left", "not confirmed here yet"):
        assert words in said
    assert "Monday 30 November 2026, 16:00" in said
    assert "Monday 30 November 2026, 08:00" in said
    assert "1 % of the time has passed." in said


def test_one_time_starts_several_clocks(desk, address):
    desk.post(address, {"rules": ["PEP_HIV", "EC_LNG", "FORENSIC_GENERAL"], "earliest_at": "2026-11-24T23:00"})
    assert set(Clock.objects.values_list("rule", flat=True)) == {"PEP_HIV", "EC_LNG", "FORENSIC_GENERAL"}


def test_only_the_custody_rules_of_the_country_of_the_line_are_offered(desk, address):
    said = text_of(desk.get(address))
    assert "South Africa" in said
    assert "Kenya" not in said


def test_a_form_that_is_sent_twice_starts_one_clock(desk, address):
    for _press in range(2):
        desk.post(address, {**ARREST, "key": "the-same-form"})
    assert (Clock.objects.count(), FollowUp.objects.count()) == (1, 3)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"earliest_at": "2026-11-25T20:30"}, "cannot have happened yet"),
        ({"latest_at": "2026-11-25T17:00"}, "lies before the earliest"),
        ({"earliest_at": "yesterday"}, "Enter a valid date/time."),
        ({"earliest_at": "0001-01-01T00:00"}, "This year cannot be meant."),
        ({"earliest_at": "9999-12-31T23:59"}, "This year cannot be meant."),
        ({"earliest_at": ""}, "This field is required."),
        ({"rules": []}, "Say which clock."),
        ({"rules": ["KE"]}, "There is no such clock."),
        ({"journey": "-5"}, "greater than or equal to 0"),
        ({"journey": "99999999999999999999"}, "less than or equal to"),
        ({"station": "x" * 501}, "at most 500 characters"),
        ({"whom": "a\x00b"}, "Null characters are not allowed."),
    ],
)
def test_what_cannot_be_is_said_by_the_field_and_nothing_is_kept(desk, address, typed, sentence):
    answer = desk.post(address, {**ARREST, **typed})
    assert answer.status_code == 422
    assert sentence in text_of(answer)
    assert not Clock.objects.exists()
    assert not FollowUp.objects.exists()


def test_what_a_stranger_typed_is_shown_and_does_nothing(desk, address):
    desk.post(address, {**ARREST, "whom": "<script>alert(1)</script>"})
    assert b"<script>alert" not in desk.get(address).content
    assert "&lt;script&gt;alert(1)" in desk.get(address).content.decode()


def test_a_corrected_time_is_kept_and_an_old_page_is_told_so(desk, address, start):
    clock = start("ZA", "2026-11-25T18:00", at=NOW)
    form = {"earliest_at": "2026-11-25T14:00", "seen": clocks.version(clock)}
    assert desk.post(f"{address}{clock.ref}/", form).status_code == 302
    answer = desk.post(f"{address}{clock.ref}/", {**form, "earliest_at": "2026-11-25T15:00"}, follow=True)
    assert "Somebody else has just corrected this time." in text_of(answer)
    assert Clock.objects.get().earliest_at == local("2026-11-25T14:00")


def test_the_form_of_a_correction_begins_with_what_is_known(desk, address, start):
    clock = start("ZA", "2026-11-25T18:00", latest="2026-11-25T19:00", at=NOW, station="by the market")
    said = text_of(desk.get(f"{address}{clock.ref}/"))
    for words in ('value="2026-11-25T18:00"', 'value="2026-11-25T19:00"', 'value="by the market"'):
        assert words in said


def test_a_clock_is_stopped_with_a_reason_and_not_without(desk, address, start):
    clock = start("ZA", "2026-11-25T18:00", at=NOW)
    answer = desk.post(f"{address}{clock.ref}/", {"verb": "stop"}, follow=True)
    assert "Say why it stops." in text_of(answer)
    answer = desk.post(
        f"{address}{clock.ref}/", {"verb": "stop", "because": "released", "note": "at noon"}, follow=True
    )
    assert "released" in text_of(answer)
    assert "at noon" in text_of(answer)
    assert not FollowUp.objects.unfinished().exists()


def panel_of(answer):
    """The clocks beside the story, which goes on saying what was promised for one that was stopped."""
    return answer.content.decode().partition('aria-labelledby="panel-clocks"')[2].partition("</section>")[0]


def test_the_case_page_shows_what_runs_and_not_what_was_stopped(desk, case, start, thandi):
    start("PEP_HIV", "2026-11-24T23:00", at=NOW)
    held = start("ZA", "2026-11-25T18:00", at=NOW, whom="Lily")
    said = panel_of(desk.get(f"/cases/{case.ref}/"))
    assert "Medicine against HIV (PEP)" in said
    assert "Lily" in said
    clocks.stop(clock=held, by=thandi, at=NOW, because="released")
    assert "Lily" not in panel_of(desk.get(f"/cases/{case.ref}/"))


def test_after_its_end_a_window_says_go_anyway(desk, address, start):
    start("PEP_HIV", "2026-11-20T23:00", at=NOW)
    said = text_of(desk.get(address))
    assert "over by the clock: go anyway" in said
    assert "Go anyway: whether it still helps is for the clinic to say" in said


def test_on_a_closed_case_nothing_is_started_and_nothing_offered(desk, address):
    Case.objects.update(state="closed")
    assert "Start a clock" not in text_of(desk.get(address))
    assert desk.post(address, ARREST).status_code == 422
    assert not Clock.objects.exists()


def test_who_may_not_write_starts_nothing(sit_down, address, nomsa, lerato, zola):  # noqa: F811
    for person, status in ((nomsa, 404), (lerato, 404), (zola, 302)):
        assert sit_down(person).post(address, ARREST).status_code == status
    assert not Clock.objects.exists()


def test_a_clock_of_another_case_is_not_there(desk, address, start, line, thandi, at):
    clock = start("ZA", "2026-11-25T18:00", at=NOW)
    other = Case.objects.create(ref="HL-ZZZZ", line=line, owner=thandi, source="call", opened_at=at)
    for verb in ({"verb": "stop", "because": "released"}, {"earliest_at": "2026-11-25T14:00"}):
        assert desk.post(f"/cases/{other.ref}/clocks/{clock.ref}/", verb).status_code == 404
    assert Clock.objects.get().stopped_at is None


class TestRules:
    SAID = {"role": "lawyer", "confirmed_by": "the duty lawyer", "confirmed_on": "2026-11-25", "limit_hours": "24"}

    def test_everybody_who_works_here_reads_them_with_their_source(self, desk):
        said = text_of(desk.get("/clocks/"))
        for words in ("Medicine against HIV (PEP)", "Criminal Procedure Act 51 of 1977", "not confirmed here yet"):
            assert words in said
        assert "/clocks/ZA/" not in said

    def test_lerato_writes_down_who_confirmed_a_rule_and_clocks_that_run_follow(self, sit_down, lerato, start):  # noqa: F811
        start("ZA", "2026-11-25T10:00", at=NOW)
        answer = sit_down(lerato).post("/clocks/ZA/", self.SAID, follow=True)
        assert "1 clock that runs says something else now" in text_of(answer)
        assert "a lawyer" in text_of(answer)
        assert Clock.objects.get().ends_at == local("2026-11-26T10:00")
        assert Entry.objects.get(verb="clock_rule.confirmed").detail == {"role": "lawyer", "hours": 24}
        assert "the duty lawyer" in text_of(sit_down(lerato).get("/clocks/ZA/"))

    @pytest.mark.parametrize(
        "wrong",
        [
            {"confirmed_by": ""},
            {"limit_hours": "0"},
            {"limit_hours": "x"},
            {"confirmed_on": "2027-01-01"},
            {"role": "x"},
        ],
        ids=str,
    )
    def test_what_cannot_be_meant_is_said_and_nothing_is_kept(self, sit_down, lerato, wrong):  # noqa: F811
        assert sit_down(lerato).post("/clocks/ZA/", {**self.SAID, **wrong}).status_code == 422
        assert not LocalRule.objects.exists()

    def test_nobody_but_a_coordinator_changes_a_rule_and_one_that_is_none_is_not_there(
        self, sit_down, lerato, thandi, naledi, pieter, zola  # noqa: F811
    ):  # fmt: skip
        for person, status in ((thandi, 404), (naledi, 404), (pieter, 404), (zola, 302)):
            for method in ("get", "post"):
                assert getattr(sit_down(person), method)("/clocks/ZA/", self.SAID).status_code == status
        assert sit_down(lerato).get("/clocks/ZZZ/").status_code == 404
        assert not LocalRule.objects.exists()

    def test_a_country_that_the_table_does_not_know_waits_for_its_hours(self, sit_down, lerato, line):  # noqa: F811
        line.country = "KG"
        line.save()
        assert "a lawyer has to say" in text_of(sit_down(lerato).get("/clocks/"))
        assert sit_down(lerato).post("/clocks/KG/", self.SAID).status_code == 302
        assert "24 h" in text_of(sit_down(lerato).get("/clocks/"))
