"""Naledi takes the old exercise book over: looked at first, every mistake by its line, all or nothing, and never twice."""

import io
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook

from cases.models import Caller, Case, ImportedCase, ImportFile, Need, Note, Number, SearchWord
from cases.services.importing import taking_over
from cases.services.importing.columns import guess_columns
from cases.services.importing.sheet import LARGEST_FILE, MOST_LINES, read_lines
from helpline.core.audit.models import Entry
from helpline.core.errors import NotAllowed
from tests.factories import make_caller

pytestmark = pytest.mark.django_db
JOBURG = ZoneInfo("Africa/Johannesburg")
BOOK = """No,Date,Closed,Code name,Phone,Notes,Needs,Owner
17,2024-03-14,2024-04-02,Rose,+447700900290,"Police took her phone, and her bag",legal,thandi
18,15/03/2024,,Pepper,+447700900291,Landlord,"shelter, legal",
"""


def take(book, by, at, line=None):
    content = book if isinstance(book, bytes) else book.encode()
    kept = taking_over.keep_file(content=content, by=by, at=at)
    return taking_over.take_over(kept=kept, by=by, at=at, zone=JOBURG, line=line)


def look(book, by, at):
    content = book if isinstance(book, bytes) else book.encode()
    return taking_over.preview(kept=taking_over.keep_file(content=content, by=by, at=at), at=at, zone=JOBURG)


def mistakes(book, by, at):
    return [(mistake.line, mistake.field) for mistake in look(book, by, at).mistakes]


def case_of(code_name):
    (found,) = [case for case in Case.objects.select_related("caller", "number") if case.caller.code_name == code_name]
    return found


def test_two_lines_of_the_book_become_two_cases(naledi, thandi, at):
    assert take(BOOK, naledi, at) == 2
    rose = case_of("Rose")
    assert (rose.state, rose.owner, rose.number.number) == ("closed", thandi, "+447700900290")
    assert rose.opened_at == datetime(2024, 3, 14, 10, tzinfo=UTC), "noon of that day in Johannesburg"
    assert Note.objects.get(case=rose).body == "Police took her phone, and her bag"
    assert {need.kind for need in Need.objects.filter(case=case_of("Pepper"))} == {"shelter", "legal"}


def test_a_case_without_a_closing_day_is_open(naledi, thandi, at):
    take(BOOK, naledi, at)
    assert case_of("Pepper").state == "open"


def test_the_same_book_again_makes_nothing_twice(naledi, thandi, at):
    take(BOOK, naledi, at)
    again = look(BOOK, naledi, at)
    assert (again.already_here, len(again.cases)) == (2, 0)
    assert not again.may_be_taken_over


def test_a_longer_book_adds_what_is_new(naledi, thandi, at):
    take(BOOK, naledi, at)
    assert take(BOOK + "19,2024-03-16,,Sage,,,,\n", naledi, at) == 1


def test_looking_changes_nothing(naledi, thandi, at):
    look(BOOK, naledi, at)
    assert not Case.objects.exists()
    assert not Caller.objects.exists()


def test_one_mistake_in_one_line_and_nothing_is_taken_over(naledi, thandi, at):
    kept = taking_over.keep_file(content=(BOOK + "19,soon,,Sage,,,,\n").encode(), by=naledi, at=at)
    with pytest.raises(NotAllowed, match="Nothing was taken over"):
        taking_over.take_over(kept=kept, by=naledi, at=at, zone=JOBURG, line=None)
    assert not Case.objects.exists()


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ("19,soon,,,,,,", "opened"),
        ("19,,,,,,,", "opened"),
        ("19,2024-02-31,,,,,,", "opened"),
        ("19,2031-01-01,,,,,,", "opened"),
        ("19,0014-03-14,,,,,,", "opened"),
        ("19,2024-03-14,2024-03-13,,,,,", "closed"),
        ("19,2024-03-14,,,12,,,", "number"),
        ("19,2024-03-14,,,=1+1,,,", "number"),
        ("19,2024-03-14,,,,,rescue,", "needs"),
        ("19,2024-03-14,,,,,,zola", "owner"),
        ("19,2024-03-14,,,,,,lerato", "owner"),
        (f"19,2024-03-14,,{'x' * 61},,,,", "code_name"),
        (f"19,2024-03-14,,,,{'x' * 20_001},,", "note"),
        ("17,2024-03-14,,,,,,", "old_reference"),
    ],
)
def test_what_cannot_be_read_is_told_by_its_line_and_column(naledi, thandi, lerato, zola, at, line, field):
    assert (4, field) in mistakes(BOOK + line + "\n", naledi, at)


def test_every_mistake_is_told_at_once(naledi, at):
    book = "Date,Phone\nsoon,12\nlater,13\n"
    assert mistakes(book, naledi, at) == [(2, "opened"), (2, "number"), (3, "opened"), (3, "number")]


def test_empty_lines_are_passed_over_and_the_numbers_stay_those_of_the_file(naledi, thandi, at):
    assert mistakes("Date\n\n2024-03-14\nsoon\n", naledi, at) == [(4, "opened")]


def test_a_date_is_read_as_naledi_says(naledi, at):
    kept = taking_over.keep_file(content=b"Date\n03/04/2024\n", by=naledi, at=at)
    taking_over.set_columns(kept=kept, columns={"opened": 0}, day_first=False)
    (past,) = taking_over.preview(kept=kept, at=at, zone=JOBURG).cases
    assert (past.opened_at.month, past.opened_at.day) == (3, 4)


def test_a_number_that_is_known_makes_nobody_one_person(naledi, at):
    known = make_caller(number="+447700900290", code_name="Somebody else")
    take("Date,Phone,Code name\n2024-03-14,+447700900290,Rose\n2024-03-15,0044 7700 900290,Lily\n", naledi, at)
    assert Number.objects.count() == 1
    assert len({known.pk, case_of("Rose").caller_id, case_of("Lily").caller_id}) == 3


def test_what_was_written_down_is_found_by_its_words(naledi, thandi, at):
    take(BOOK, naledi, at)
    assert SearchWord.objects.filter(case=case_of("Rose"), kind="note").exists()
    assert SearchWord.objects.filter(case=case_of("Rose"), kind="name").exists()


def workbook(*lines):
    book = Workbook()
    for line in lines:
        book.active.append(line)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def test_a_workbook_is_read_with_its_days_and_its_figures(naledi, at):
    content = workbook(["Date", "Phone", "Notes"], [datetime(2024, 3, 14, 23, 30), 447700900290.0, "hm"])  # noqa: DTZ001 - as a workbook keeps it
    (past,) = look(content, naledi, at).cases
    assert (past.opened_at, past.number) == (datetime(2024, 3, 14, 21, 30, tzinfo=UTC), "+447700900290")


def test_hostile_words_are_kept_as_they_are(naledi, at):
    words = "<script>alert(1)</script> \u202egnp.exe =cmd|' /C calc'!A0"
    take(workbook(["Date", "Code name", "Notes"], ["2024-03-14", "Rose", words]), naledi, at)
    assert Note.objects.get().body == words


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"Date\n",
        b"\xff\xfe\xfd",
        b"PK\x03\x04 not a workbook",
        b"\x89PNG\r\n\x1a\n\x00\x00\xff",
        b"x" * (LARGEST_FILE + 1),
    ],
    ids=["empty", "heading only", "no text", "broken workbook", "a picture", "too large"],
)
def test_what_is_no_spreadsheet_is_refused_with_a_sentence(naledi, at, content):
    with pytest.raises(NotAllowed):
        taking_over.keep_file(content=content, by=naledi, at=at)
    assert not ImportFile.objects.exists()


def test_more_lines_than_one_look_can_take_are_refused(naledi, at):
    with pytest.raises(NotAllowed, match="more than 2000 lines"):
        read_lines(b"Date\n" + b"2024-03-14\n" * (MOST_LINES + 1))


def test_without_the_day_nothing_can_be_read_and_the_page_says_so(naledi, at):
    seen = look("Something,Else\n1,2\n", naledi, at)
    assert seen.missing
    assert not seen.may_be_taken_over


def test_headings_are_known_however_they_are_written():
    assert guess_columns(["Case No.", "DATE", "Working_Name", "Phone Number", "?"]) == {
        "old_reference": 0, "opened": 1, "code_name": 2, "number": 3,
    }  # fmt: skip


@pytest.mark.parametrize("name", ["thandi", "nomsa", "lerato", "pieter"])
def test_only_who_reads_every_story_takes_cases_over(client, request, name, at):
    somebody = request.getfixturevalue(name)
    with pytest.raises(NotAllowed):
        taking_over.keep_file(content=BOOK.encode(), by=somebody, at=at)
    client.force_login(somebody, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.get("/cases/import/").status_code == 404


def test_a_file_is_nobody_s_but_of_who_handed_it_in(client, naledi, at, monkeypatch):
    monkeypatch.setattr("helpline.core.clock.now", lambda: at)
    kept = taking_over.keep_file(content=BOOK.encode(), by=naledi, at=at)
    assert taking_over.find_file(ref=kept.ref, by=naledi, at=at) == kept
    assert taking_over.find_file(ref=kept.ref, by=naledi, at=at + timedelta(hours=2)) is None


def test_a_file_that_nobody_took_over_is_forgotten(naledi, at):
    taking_over.keep_file(content=BOOK.encode(), by=naledi, at=at)
    assert taking_over.forget_old_files(at=at + timedelta(minutes=59)) == 0
    assert taking_over.forget_old_files(at=at + timedelta(minutes=61)) == 1


def test_the_audit_says_who_took_how_many_over_and_names_each_case(naledi, thandi, at):
    take(BOOK, naledi, at)
    assert Entry.objects.get(verb="import.taken_over").detail == {"cases": 2}
    assert Entry.objects.filter(verb="case.imported", who=naledi).count() == 2


def test_a_thousand_lines_take_no_more_questions_than_they_need(naledi, at, django_assert_max_num_queries):
    book = "No,Date,Code name,Phone,Notes\n" + "".join(
        f"{number},2024-03-14,Rose {number},+4477009{number:05},something happened in the street\n"
        for number in range(1000)
    )
    kept = taking_over.keep_file(content=book.encode(), by=naledi, at=at)
    with django_assert_max_num_queries(80):
        assert taking_over.take_over(kept=kept, by=naledi, at=at, zone=JOBURG, line=None) == 1000
    assert ImportedCase.objects.count() == 1000


@pytest.fixture
def naledi_s_desk(client, naledi, monkeypatch, at):
    monkeypatch.setattr("helpline.core.clock.now", lambda: at)
    client.force_login(naledi, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def hand_in(client, book, name="old book.csv"):
    return client.post("/cases/import/", {"file": SimpleUploadedFile(name, book.encode())})


def test_naledi_hands_the_book_in_corrects_a_column_and_takes_it_over(naledi_s_desk, thandi):
    book = BOOK.replace("Date,Closed", "When it was,Closed")
    page = hand_in(naledi_s_desk, book).headers["Location"]
    assert "Say below in which column the day stands" in naledi_s_desk.get(page).content.decode()
    chosen = {
        "opened": "1",
        "closed": "2",
        "code_name": "3",
        "number": "4",
        "note": "5",
        "owner": "7",
        "day_first": "1",
    }
    naledi_s_desk.post(page, chosen)
    shown = naledi_s_desk.get(page).content.decode()
    assert "Take all 2 cases over" in shown
    assert "+447700900290" not in shown
    naledi_s_desk.post(f"{page}take-over/")
    assert {case.caller.code_name for case in Case.objects.select_related("caller")} == {"Rose", "Pepper"}
    assert not ImportFile.objects.exists()


def test_pressed_twice_it_is_taken_over_once(naledi_s_desk, thandi):
    page = hand_in(naledi_s_desk, BOOK).headers["Location"]
    naledi_s_desk.post(f"{page}take-over/")
    assert naledi_s_desk.post(f"{page}take-over/").status_code == 404
    assert Case.objects.count() == 2


def test_mistakes_stand_on_the_page_by_their_lines(naledi_s_desk, thandi):
    page = hand_in(naledi_s_desk, BOOK + "19,soon,,,,,,\n").headers["Location"]
    shown = naledi_s_desk.get(page).content.decode()
    assert "line 4" in shown
    assert "Write it as 2024-03-14" in shown
    assert "Take all" not in shown


def test_a_file_that_is_none_is_refused_beside_the_field(naledi_s_desk):
    answer = hand_in(naledi_s_desk, "x", "holiday.jpg")
    assert answer.status_code == 422
    assert "nothing in this file below its first line" in answer.content.decode()


def test_naledi_forgets_the_file(naledi_s_desk, thandi):
    page = hand_in(naledi_s_desk, BOOK).headers["Location"]
    naledi_s_desk.post(f"{page}forget/")
    assert not ImportFile.objects.exists()
    assert not Case.objects.exists()
