"""Pictures and files that came with a text: handed over as a download, never shown, and written down."""

import pytest

from helpline.core.audit.models import Entry
from telephony.models import Media, Text
from tests.factories import make_caller, make_case


@pytest.fixture
def rose(line, thandi, at):
    return make_case(line=line, caller=make_caller(at=at), owner=thandi)


@pytest.fixture
def picture(rose, at):
    text = Text.objects.create(sid="SM1", direction="inbound", case=rose, body="look", at=at)
    return Media.objects.create(
        text=text, position=0, url="https://media.example/1", mime="image/png", state="kept", content=b"\x89PNG", size=4
    )


def test_a_picture_is_handed_over_as_a_download_and_who_opened_it_is_written_down(sit_down, thandi, rose, picture):
    answer = sit_down(thandi).get(f"/files/{picture.ref}/")
    assert answer.content == b"\x89PNG"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="file.png"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer.headers["Cache-Control"]
    assert Entry.objects.filter(verb="media.opened", about=rose.ref, who=thandi).exists()


def test_the_thread_offers_the_picture_and_says_what_could_not_be_kept(sit_down, thandi, rose, picture):
    Media.objects.create(text=picture.text, position=1, url="https://media.example/2", state="refused")
    page = sit_down(thandi).get(f"/cases/{rose.ref}/").content.decode()
    assert f"/files/{picture.ref}/" in page
    assert "not kept: kind or size" in page


def test_pieter_cannot_tell_a_picture_from_one_that_is_not_there(sit_down, pieter, picture):
    desk = sit_down(pieter)
    mine, none = desk.get(f"/files/{picture.ref}/"), desk.get("/files/NOTTHERE/")
    assert (mine.status_code, mine.content) == (none.status_code, none.content)
    assert mine.status_code == 404
