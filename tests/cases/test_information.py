"""What can be said on the phone: written by Lerato with its source, each version kept, nearest first, heard on a telephone."""

import io
import math
import struct
import wave
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.models import InformationCard, InformationVersion
from cases.services import information
from cases.services.telephone_sound import LONGEST_SECONDS, to_telephone_sound
from helpline.core.audit.models import Entry
from helpline.core.errors import Conflict, NotAllowed, NotFound
from helpline.processes.demo_information import make_information
from tests.factories import make_line

WORDS, SOURCE = "Ask for a lawyer.", "Own practice"


@pytest.fixture
def write(lerato, at):
    """Return a function by which Lerato writes a card."""

    def written(**said):
        ordinary = {"topic": "arrest", "language": "en", "words": WORDS, "source": SOURCE, "by": lerato, "at": at}
        return information.write(**{**ordinary, **said})

    return written


@pytest.mark.django_db
class TestCards:
    def test_a_new_version_leaves_the_old_one_as_it_was(self, write):
        card = write()
        write(card=card, words="Say: I want a lawyer.")
        assert [(one.number, one.words) for one in card.versions.all()] == [(2, "Say: I want a lawyer."), (1, WORDS)]
        card.refresh_from_db()
        assert card.current.number == 2

    def test_the_same_words_again_make_no_version(self, write):
        card = write(confirmed_by="Adv. M", confirmed_on=date(2026, 11, 1))
        write(card=card, confirmed_by="Adv. M", confirmed_on=date(2026, 11, 1))
        assert card.versions.count() == 1

    @pytest.mark.parametrize(
        "missing",
        [
            {"source": " "}, {"words": "\n"}, {"topic": "tea"}, {"language": "?"}, {"language": "e"},
            {"confirmed_by": "Adv. M"}, {"confirmed_on": date(2026, 11, 1)},
        ],
        ids=str,
    )  # fmt: skip
    def test_what_is_not_whole_is_refused_and_nothing_is_kept(self, write, missing):
        with pytest.raises(NotAllowed):
            write(**missing)
        assert not InformationCard.objects.exists()
        assert not InformationVersion.objects.exists()

    def test_one_card_for_a_topic_a_place_and_a_language(self, write, line):
        write(country="ZA")
        write(country="KE")
        write(country="ZA", language="zu")
        write(line=line)
        with pytest.raises(Conflict):
            write(country="za")
        with pytest.raises(Conflict):
            write(line=line)

    @pytest.mark.parametrize("who", ["thandi", "nomsa", "pieter"])
    def test_nobody_but_a_coordinator_or_a_supervisor_writes(self, write, who, request):
        with pytest.raises(NotAllowed):
            write(by=request.getfixturevalue(who))

    def test_a_supervisor_writes_too(self, write, naledi):
        assert write(by=naledi).current.written_by == naledi

    def test_an_ended_card_is_shown_no_more_keeps_its_versions_and_gives_its_place_up(self, write, line, lerato, at):
        card = write()
        information.end(card=card, by=lerato, at=at)
        assert information.read_for(line) == []
        assert card.versions.count() == 1
        assert write().ref != card.ref
        with pytest.raises(NotAllowed):
            write(card=information.get_card(card.ref), words="other")

    def test_the_nearest_card_is_shown_and_no_other_country_s(self, write, line):
        write(words="everywhere")
        write(words="Kenya", country="KE")
        assert [topic.cards[0].current.words for topic in information.read_for(line)] == ["everywhere"]
        write(words="South Africa", country="ZA")
        assert information.read_for(line)[0].cards[0].current.words == "South Africa"
        write(words="this line", line=line)
        assert information.read_for(line)[0].cards[0].current.words == "this line"
        assert information.read_for(None)[0].cards[0].current.words == "everywhere"

    def test_the_first_language_of_the_line_comes_first(self, write):
        line = make_line(number="+18885550150", languages=["zu", "en"])
        write(words="English")
        write(words="Zulu", language="zu")
        write(words="French", language="fr")
        assert [card.current.words for card in information.read_for(line)[0].cards] == ["Zulu", "English", "French"]

    def test_what_cannot_wait_is_listed_first(self, write, line):
        write(topic="eviction")
        write(topic="rape")
        assert [topic.topic for topic in information.read_for(line)] == ["rape", "eviction"]

    def test_who_confirmed_stands_sealed_on_the_disk(self, write):
        card = write(confirmed_by="Adv. Quokka", confirmed_on=date(2026, 11, 1))
        assert card.current.confirmed_by == "Adv. Quokka"
        assert "Quokka" not in str(InformationVersion.objects.values_list("confirmed_by", flat=True)[0])

    def test_the_examples_claim_nothing_as_confirmed_and_are_made_once(self, at, line):
        assert make_information(at=at) > 5
        assert make_information(at=at) == 0
        for version in InformationVersion.objects.all():
            assert version.source
            assert version.confirmed_on is None

    def test_what_was_written_is_in_the_audit_without_its_words(self, write):
        write()
        entry = Entry.objects.get(verb="information.written")
        assert entry.detail == {"number": 1}


def wav(seconds=1.0, *, rate=44100, channels=2, width=2, tone=440):
    """A tone, as a recorder saves it."""
    made = io.BytesIO()
    with wave.open(made, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(width)
        file.setframerate(rate)
        samples = (math.sin(2 * math.pi * tone * n / rate) for n in range(int(seconds * rate)))
        if width == 1:
            frames = b"".join(bytes([128 + int(100 * one)]) * channels for one in samples)
        else:
            frames = b"".join(struct.pack("<h", int(20000 * one)) * channels for one in samples)
        file.writeframes(frames)
    return made.getvalue()


def read(sound):
    with wave.open(io.BytesIO(sound.wav)) as file:
        return file.getnchannels(), file.getsampwidth(), file.getframerate(), file.getnframes()


@pytest.mark.parametrize(
    ("channels", "width", "rate"), [(2, 2, 44100), (1, 2, 48000), (1, 1, 22050), (2, 1, 8000), (1, 2, 8000)]
)
def test_every_recording_becomes_what_a_telephone_plays(channels, width, rate):
    sound = to_telephone_sound(wav(2, rate=rate, channels=channels, width=width))
    found = read(sound)
    assert found[:3] == (1, 2, 8000)
    assert abs(found[3] - 16000) <= 1
    assert sound.seconds == 2


def test_a_tone_is_still_the_same_tone():
    sound = to_telephone_sound(wav(1, tone=440))
    with wave.open(io.BytesIO(sound.wav)) as file:
        samples = struct.unpack(f"<{file.getnframes()}h", file.readframes(file.getnframes()))
    crossings = sum(1 for a, b in pairwise(samples) if a < 0 <= b)
    assert abs(crossings - 440) <= 2


def test_a_tone_that_no_line_carries_is_kept_down_instead_of_becoming_another():
    high = to_telephone_sound(wav(1, rate=48000, tone=12000))
    with wave.open(io.BytesIO(high.wav)) as file:
        samples = struct.unpack(f"<{file.getnframes()}h", file.readframes(file.getnframes()))
    assert max(abs(one) for one in samples) < 20000 / 5


@pytest.mark.parametrize(
    "content",
    [b"", b"RIFF", b"\x00" * 500, b"<script>alert(1)</script>", wav()[:30], wav(0.1), wav(1)[:44]],
    ids=["nothing", "four bytes", "zeros", "a script", "cut in the head", "too short to hear", "a head alone"],
)
def test_what_cannot_be_heard_is_refused_in_words(content):
    with pytest.raises(NotAllowed):
        to_telephone_sound(content)


def test_more_than_three_minutes_is_refused():
    with pytest.raises(NotAllowed, match="three minutes"):
        to_telephone_sound(wav(LONGEST_SECONDS + 1, rate=8000, channels=1, width=1))


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reading_of_a_recording(content):
    with pytest.raises(NotAllowed):
        to_telephone_sound(content)
    with pytest.raises(NotAllowed):
        to_telephone_sound(wav(0.01, rate=8000)[:40] + content)


@pytest.mark.django_db
class TestSounds:
    def test_a_new_recording_takes_the_place_of_the_old_which_is_kept(self, write, lerato, at):
        card = write()
        first = information.put_sound(card=card, content=wav(1, rate=8000), by=lerato, at=at)
        second = information.put_sound(card=card, content=wav(2, rate=8000), by=lerato, at=at)
        (shown,) = information.read_all()
        assert [sound.ref for sound in shown.playing] == [second.ref]
        assert information.get_sound(first.ref).ended_at == at

    def test_it_is_known_which_words_a_recording_reads(self, write, lerato, at):
        card = write()
        sound = information.put_sound(card=card, content=wav(1, rate=8000), by=lerato, at=at)
        write(card=card, words="other words")
        card.refresh_from_db()
        assert sound.version_id != card.current_id

    def test_thandi_does_not_put_one_there(self, write, thandi, at):
        with pytest.raises(NotAllowed):
            information.put_sound(card=write(), content=wav(1, rate=8000), by=thandi, at=at)

    def test_a_reference_that_is_none_is_not_found(self, db):
        with pytest.raises(NotFound):
            information.get_sound("NOTHERE")
