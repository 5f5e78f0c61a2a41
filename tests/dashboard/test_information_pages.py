"""The pages of the information cards, and the cards beside the notes of a call."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from cases.models import InformationCard, InformationSound
from cases.services import information
from tests.cases.test_information import wav
from tests.dashboard.conftest import text_of
from tests.factories import make_call, make_caller, make_case

pytestmark = pytest.mark.django_db
SAID = {"topic": "arrest", "language": "en", "country": "ZA", "words": "Ask for a lawyer.", "source": "Own practice"}


@pytest.fixture
def card(lerato, at):
    return information.write(by=lerato, at=at, **SAID)


@pytest.fixture
def office(sit_down, lerato):
    return sit_down(lerato)


def upload(content):
    return {"sound": SimpleUploadedFile("her voice.wav", content, content_type="text/html")}


def test_lerato_writes_a_card_and_it_stands_beside_the_notes_of_the_next_call(office, sit_down, thandi, line):
    answer = office.post("/information/new/", SAID)
    assert answer.url == f"/information/{InformationCard.objects.get().ref}/"
    case = make_case(line=line, caller=make_caller(), owner=thandi)
    make_call(case, state="connected")
    page = text_of(sit_down(thandi).get(f"/cases/{case.ref}/call/"))
    assert "Ask for a lawyer." in page
    assert "not confirmed here yet" in page


def test_without_a_source_the_page_says_so_and_keeps_what_was_typed(office):
    answer = office.post("/information/new/", {**SAID, "source": ""})
    assert answer.status_code == 422
    assert "Ask for a lawyer." in text_of(answer)
    assert not InformationCard.objects.exists()


def test_a_second_card_for_the_same_place_is_refused_in_words(office, card):
    answer = office.post("/information/new/", SAID)
    assert answer.status_code == 422
    assert "change that one" in text_of(answer)


def test_new_words_are_a_new_version_and_the_old_one_is_still_read(office, card):
    office.post(f"/information/{card.ref}/", {"words": "Say it calmly.", "source": "Own practice"})
    page = text_of(office.get(f"/information/{card.ref}/"))
    assert "Say it calmly." in page
    assert "Ask for a lawyer." in page


def test_a_name_without_a_day_is_refused_by_the_form(office, card):
    said = {"words": "x", "source": "y", "confirmed_by": "Adv. M"}
    answer = office.post(f"/information/{card.ref}/", said)
    assert answer.status_code == 422
    assert "on which day" in text_of(answer)


@pytest.mark.parametrize(
    "path", ["/information/new/", "/information/{ref}/", "/information/{ref}/end/", "/information/{ref}/sound/"]
)
@pytest.mark.parametrize("who", ["thandi", "nomsa", "pieter"])
def test_who_is_no_coordinator_reads_and_changes_nothing(sit_down, card, who, path, request):
    desk = sit_down(request.getfixturevalue(who))
    assert "Ask for a lawyer." in text_of(desk.get("/information/"))
    assert "Keep as a new version" not in text_of(desk.get(f"/information/{card.ref}/"))
    answer = desk.post(path.format(ref=card.ref), {**SAID, **upload(wav(1, rate=8000))})
    assert answer.status_code in {302, 403}
    card.refresh_from_db()
    assert (card.current.number, card.ended_at) == (1, None)
    assert not InformationSound.objects.exists()


def test_zola_who_has_left_reads_nothing(sit_down, zola, card):
    assert sit_down(zola).get("/information/").status_code == 302


def test_a_recording_is_checked_kept_for_the_telephone_and_played(office, card):
    office.post(f"/information/{card.ref}/sound/", upload(wav(1)))
    sound = InformationSound.objects.get()
    answer = office.get(f"/information/sounds/{sound.ref}/", headers={"Range": "bytes=0-3"})
    assert (answer.status_code, answer.content, answer.headers["Content-Type"]) == (206, b"RIFF", "audio/wav")
    assert sound.ref in text_of(office.get("/information/"))


@pytest.mark.parametrize("content", [b"", b"<script>alert(1)</script>", b"\x00" * 2000])
def test_what_is_no_recording_is_said_by_its_field(office, card, content):
    answer = office.post(f"/information/{card.ref}/sound/", upload(content) if content else {})
    assert answer.status_code == 422
    assert "field-error" in text_of(answer)
    assert not InformationSound.objects.exists()


def test_a_recording_of_older_words_says_so(office, card):
    office.post(f"/information/{card.ref}/sound/", upload(wav(1, rate=8000)))
    office.post(f"/information/{card.ref}/", {"words": "Say it calmly.", "source": "Own practice"})
    assert "reads an older version" in text_of(office.get(f"/information/{card.ref}/"))


def test_words_that_look_like_markup_stay_words(office, card):
    office.post(f"/information/{card.ref}/", {"words": "<script>alert(1)</script>", "source": "Own practice"})
    assert "<script>alert(1)" not in text_of(office.get("/information/"))


@pytest.mark.parametrize("words", ["\x00", "a" * 10_000, "\u202egnp.exe"])
def test_hostile_words_break_neither_page_nor_save(office, card, words):
    answer = office.post(f"/information/{card.ref}/", {"words": words, "source": "Own practice"})
    assert answer.status_code in {302, 422}
    assert office.get("/information/").status_code == 200


def test_a_card_that_is_not_there_is_not_found(office):
    assert office.get("/information/NOTHERE/").status_code == 404
    assert office.get("/information/sounds/NOTHERE/").status_code == 404


def test_a_card_that_ended_stands_beside_no_call(office, card):
    office.post(f"/information/{card.ref}/end/")
    assert "Ask for a lawyer." not in text_of(office.get("/information/"))
    assert "not shown any more" in text_of(office.get(f"/information/{card.ref}/"))
