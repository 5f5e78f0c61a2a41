"""What happened each month, so counted that no figure points at one person."""

import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from cases.models import Act, Closing, Consent, Incident, Perpetrator, Purpose, Source
from cases.vocabulary.codes import VERSION
from helpline.core.audit.models import Entry
from helpline.core.forgetting.models import Forgotten
from helpline.reports.tables import read_tables
from tests.factories import make_caller, make_case

pytestmark = pytest.mark.django_db


def table_of(name, audience, at):
    (found,) = [table for table in read_tables(audience, at) if table.measure.name == name]
    return found


def row_of(table, name):
    (found,) = [row for row in table.rows if row.name == name]
    return found


def test_calls_are_counted_in_the_month_of_the_desk_s_own_calendar(count_up, at):
    count_up(7)
    count_up(9, days_ago=30)
    assert row_of(table_of("calls", "inside", at), "answered").figures[-2:] == (9, 7)


def test_a_call_of_the_last_minute_of_the_month_belongs_to_it_by_our_own_clocks(count_up, at):
    before_midnight = at.replace(day=1, hour=21, minute=50)  # 23:50 on the first in Johannesburg
    count_up(6, days_ago=(at - before_midnight).days)
    assert row_of(table_of("calls", "inside", at), "answered").figures[-1] == 6


def test_the_table_begins_with_the_first_month_of_the_line_and_leaves_no_month_out_after_it(count_up, at):
    count_up(9, days_ago=70)
    words = [period.words for period in table_of("calls", "inside", at).periods]
    assert words == ["Sep 2026", "Oct 2026", "Nov 2026"]


def test_fewer_than_five_are_not_shown(count_up, at):
    count_up(4)
    count_up(30, days_ago=30)
    answered = row_of(table_of("calls", "inside", at), "answered")
    assert answered.figures[-1] is None


def test_nor_do_they_follow_from_the_total(count_up, at):
    count_up(4)
    count_up(30, days_ago=30)
    table = table_of("calls", "inside", at)
    answered = row_of(table, "answered")
    assert answered.total is None or sum(figure or 0 for figure in answered.figures) < answered.total - 4


def test_what_they_did_not_want_and_what_there_was_not_are_two_figures(count_up, at):
    count_up(6, need="shelter", need_outcome="declined")
    count_up(8, need="shelter", need_outcome="unavailable")
    outcomes = table_of("need_outcomes", "inside", at)
    assert (row_of(outcomes, "declined").total, row_of(outcomes, "unavailable").total) == (6, 8)


def test_ends_are_counted_by_their_reason(line, thandi, at):
    for reason in ["done"] * 6 + ["lost_touch"] * 5:
        case = make_case(line=line, at=at, state="closed", closed_at=at)
        Closing.objects.create(case=case, reason=reason, may_resume=True, by=thandi, closed_at=at)
    endings = table_of("endings", "inside", at)
    assert (row_of(endings, "done").total, row_of(endings, "lost_touch").total) == (6, 5)


def test_those_outside_get_whole_quarters_and_nothing_under_ten(count_up, at):
    count_up(50)
    count_up(9, days_ago=100)
    count_up(12, days_ago=100, outcome="voicemail")
    calls = table_of("calls", "outside", at)
    assert [period.words for period in calls.periods] == ["Q3 2026"], "none is of a time before the line was there"
    assert row_of(calls, "answered").figures[-1] is None
    assert 50 not in row_of(calls, "answered").figures


def test_a_case_that_was_joined_to_another_counts_once(line, at):
    kept = [make_case(line=line, at=at, source=Source.WALK_IN) for _ in range(6)]
    make_case(line=line, at=at, source=Source.WALK_IN, state="joined", joined_into=kept[0])
    assert row_of(table_of("cases", "inside", at), "walk_in").total == 6


def test_a_month_keeps_its_figures_when_what_was_counted_is_forgotten(count_up, at):
    count_up(7)
    Forgotten.objects.create(month="2026-11", what="telephony.Call", code="answered", number=3)
    Forgotten.objects.create(month="2026-09", what="telephony.Call", code="answered", number=8)
    calls = table_of("calls", "inside", at)
    assert row_of(calls, "answered").figures == (8, 0, 10)


@pytest.fixture
def suffer(line, thandi, at):
    """Return a function that writes so many incidents down, of callers who said yes to statistics, or did not."""

    def make(many, *codes, agreed=True, by_whom="POLICE"):
        for _ in range(many):
            case = make_case(line=line, caller=make_caller(), owner=thandi, at=at)
            incident = Incident.objects.create(
                case=case, vocabulary=VERSION, recorded_by=thandi, recorded_at=at, changed_by=thandi, changed_at=at
            )
            Act.objects.bulk_create(Act(incident=incident, code=code) for code in codes)
            Perpetrator.objects.create(incident=incident, code=by_whom)
            if agreed:
                Consent.objects.create(
                    case=case,
                    purpose=Purpose.STATISTICS,
                    answer="given",
                    how="spoken",
                    said_at=at,
                    recorded_by=thandi,
                    recorded_at=at,
                )

    return make


def test_an_incident_with_two_acts_of_a_type_counts_once_under_it_and_once_under_each_act(suffer, at):
    suffer(6, "PHY_BEAT", "PHY_ROBBED", "EMO_EXTORT")
    assert row_of(table_of("violence", "inside", at), "physical").total == 6
    assert row_of(table_of("acts", "inside", at), "PHY_ROBBED").total == 6
    assert row_of(table_of("perpetrators", "inside", at), "POLICE").total == 6


def test_who_did_not_say_yes_to_statistics_is_in_no_figure_and_is_said_to_be_left_out(suffer, at):
    suffer(7, "SEX_RAPE")
    suffer(9, "SEX_RAPE", agreed=False)
    table = table_of("violence", "inside", at)
    assert (row_of(table, "sexual").total, table.left_out) == (7, 9)


def test_how_few_were_left_out_is_not_told(suffer, at):
    suffer(7, "SEX_RAPE")
    suffer(2, "SEX_RAPE", agreed=False)
    assert table_of("violence", "inside", at).left_out is None


def test_no_table_asks_more_often_for_much_than_for_little(count_up, suffer, at, django_assert_max_num_queries):
    count_up(6)
    suffer(6, "PHY_BEAT")
    with CaptureQueriesContext(connection) as little:
        read_tables("inside", at)
    count_up(20)
    suffer(20, "PHY_BEAT", "SEX_RAPE")
    with django_assert_max_num_queries(len(little)):
        read_tables("inside", at)


@pytest.fixture
def lerato_s_desk(client, lerato):
    client.force_login(lerato, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def test_lerato_reads_the_page_with_its_definitions(lerato_s_desk, count_up):
    count_up(7)
    page = lerato_s_desk.get("/figures/").content.decode()
    assert "somebody of ours pressed the key and talked" in page
    assert "<svg" in page


def test_a_withheld_figure_is_said_in_words_too(lerato_s_desk, count_up):
    count_up(2)
    assert "withheld</span>" in lerato_s_desk.get("/figures/").content.decode()


@pytest.mark.parametrize("name", ["thandi", "nomsa"])
def test_for_who_answers_callers_there_is_no_such_page(client, request, name):
    client.force_login(request.getfixturevalue(name), backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.get("/figures/").status_code == 404
    assert client.post("/figures/spreadsheet/").status_code == 404


def test_the_spreadsheet_says_what_the_page_says(lerato_s_desk, count_up):
    count_up(7)
    count_up(2, days_ago=30)
    answer = lerato_s_desk.post("/figures/spreadsheet/", {"for": "inside"})
    book = load_workbook(io.BytesIO(answer.content))
    rows = list(book["calls"].iter_rows(values_only=True))
    answered = next(row for row in rows if row[0] == "answered")
    assert answered[-3:-1] == ("–", "–")
    assert "figures.xlsx" in answer.headers["Content-Disposition"]


def test_no_cell_of_it_is_a_formula(lerato_s_desk, count_up):
    count_up(7)
    book = load_workbook(io.BytesIO(lerato_s_desk.post("/figures/spreadsheet/").content))
    kinds = {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row}
    assert "f" not in kinds


def test_taking_the_file_is_written_down(lerato_s_desk, lerato):
    lerato_s_desk.post("/figures/spreadsheet/", {"for": "outside"})
    entry = Entry.objects.get(verb="figures.exported")
    assert (entry.who, entry.detail) == (lerato, {"audience": "outside"})


def test_programs_get_the_same_with_null_for_what_is_withheld(lerato_s_desk, count_up):
    count_up(3)
    told = lerato_s_desk.get("/api/v1/figures/").json()
    (calls,) = [table for table in told["results"] if table["name"] == "calls"]
    assert calls["k"] == 5
    assert calls["periods"][-1] == "2026-11-01"
    assert next(row for row in calls["rows"] if row["name"] == "answered")["counts"][-1] is None


def test_for_thandi_s_program_there_are_no_figures(client, thandi):
    client.force_login(thandi, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.get("/api/v1/figures/").status_code == 404


def test_a_filter_that_there_is_not_is_refused(lerato_s_desk):
    assert lerato_s_desk.get("/api/v1/figures/?district=3").status_code == 400
