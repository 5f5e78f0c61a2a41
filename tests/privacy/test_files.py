"""What a caller sends along, and what a caller says: reached through the door of its case, and through nothing else."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from helpline.core.audit.models import Entry
from telephony.models import Call, Media, Recording, Text
from tests.dashboard.conftest import text_of
from tests.factories import make_caller, make_case

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(line, thandi, at):
    return make_case(line=line, caller=make_caller(), owner=thandi, at=at)


@pytest.fixture
def text(case, at):
    return Text.objects.create(sid="SM1", direction="inbound", case=case, line=case.line, body="look", at=at)


@pytest.fixture
def picture(text, at):
    kept = {"state": "kept", "content": b"\x89PNG...", "mime": "image/png", "size": 7}
    return Media.objects.create(text=text, position=0, url="https://api.example.org/1", **kept)


@pytest.fixture
def message(case, at):
    call = Call.objects.create(
        sid="CA1", case=case, line=case.line, sent_from_kind="number", started_at=at, heard_at=at
    )
    return Recording.objects.create(
        call=call, sid="RE1", state="kept", sound=b"RIFF" * 100, mime="audio/x-wav", made_at=at
    )


def test_thandi_gets_the_picture_as_a_file_and_that_is_written_down(desk_of, picture, case, thandi):
    browser = desk_of(thandi)
    assert f"/files/{picture.ref}/" in text_of(browser.get(f"/cases/{case.ref}/"))
    answer = browser.get(f"/files/{picture.ref}/")
    assert answer.content == b"\x89PNG..."
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert Entry.objects.get(verb="media.opened").about == case.ref


@pytest.mark.parametrize("state", ["waiting", "refused", "lost"])
def test_a_picture_that_is_not_kept_is_told_of_and_leads_nowhere(desk_of, picture, case, thandi, state):
    Media.objects.update(state=state)
    browser = desk_of(thandi)
    page = text_of(browser.get(f"/cases/{case.ref}/"))
    assert picture.ref not in page
    assert browser.get(f"/files/{picture.ref}/").status_code == 404


@pytest.mark.parametrize("kind", ["files", "messages"])
def test_who_may_not_know_of_the_case_gets_the_answer_of_what_is_not_there(
    desk_of, picture, message, kind, nomsa, lerato, pieter
):
    ref = {"files": picture.ref, "messages": message.ref}[kind]
    for person in (nomsa, lerato, pieter):
        browser = desk_of(person)
        denied, absent = browser.get(f"/{kind}/{ref}/"), browser.get(f"/{kind}/{'A' * 18}/")
        assert (denied.status_code, absent.status_code) == (404, 404)
        assert denied.content.replace(ref.encode(), b"") == absent.content.replace(b"A" * 18, b"")
    assert not Entry.objects.filter(verb__in=["media.opened", "recording.heard"]).exists()


@pytest.mark.parametrize(("kind", "column"), [("files", "content"), ("messages", "sound")])
def test_a_refusal_does_not_read_what_it_refuses(desk_of, picture, message, kind, column, lerato):
    """Opening minutes of sound takes time that an absent message would not take."""
    ref = {"files": picture.ref, "messages": message.ref}[kind]
    browser = desk_of(lerato)
    with CaptureQueriesContext(connection) as asked:
        browser.get(f"/{kind}/{ref}/")
    assert not [one["sql"] for one in asked if f'"{column}",' in one["sql"].partition(" FROM ")[0]]
