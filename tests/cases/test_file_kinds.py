"""What a file is, is read from what stands in it; and a picture is cleaned of what its camera wrote."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.file_kinds import ENDINGS, fits, read_kind
from cases.picture_data import Broken, strip
from tests import samples

PLANTED = b"quokka street 12"


@pytest.mark.parametrize(("kind", "content"), samples.EVERY_KIND.items())
def test_each_kind_is_told_by_its_content(kind, content):
    assert read_kind(content) == kind


def test_a_sample_is_there_for_every_kind_that_is_taken():
    assert set(samples.EVERY_KIND) == set(ENDINGS)


def test_sound_with_a_tag_before_it_is_still_sound():
    assert read_kind(samples.MP3_TAGGED) == "mp3"


@pytest.mark.parametrize(
    "content",
    [
        b"", b"\0", samples.ZIP, samples.DOCX_WITH_MACROS, samples.FILM, b"MZ" + bytes(100), b"\x7fELF" + bytes(100),
        b"PK\x03\x04" + bytes(50), b"text with a \0 in it", b"\x1b[31mred", b"\xff\xfe\xfd",
        b"   \n ", b"RIFF\0\0\0\0AVI " + bytes(20), b"GIF89a" + bytes(20), b"\0\0\0\x18ftypavif" + bytes(20),
        b"OggS" + bytes(30) + b"theora", samples.zipped("content.xml", first="application/vnd.oasis.opendocument.text-x")[:40],
        samples.zipped("content.xml", "Basic/script.xml", first="application/vnd.oasis.opendocument.text"),
    ],
)  # fmt: skip
def test_everything_else_is_no_kind_of_ours(content):
    assert read_kind(content) == ""


@pytest.mark.parametrize(
    ("name", "kind", "does"),
    [
        ("paper.pdf", "pdf", True),
        ("PAPER.PDF", "pdf", True),
        ("paper", "pdf", True),
        ("paper.v2", "pdf", True),
        ("paper.pdf", "docx", False),
        ("paper.pdf.exe", "pdf", False),
        ("paper.exe", "text", False),
        ("page.html", "text", False),
        ("voice.3gp", "m4a", True),
        ("voice.mp3", "wav", False),
    ],
)
def test_a_name_that_says_something_else_does_not_fit(name, kind, does):
    assert fits(name, kind) is does


@pytest.mark.parametrize(("kind", "made"), [("jpeg", samples.jpeg), ("png", samples.png)])
def test_nothing_that_was_written_beside_a_picture_is_left(kind, made):
    assert PLANTED in made(PLANTED)
    cleaned = strip(made(PLANTED), kind)
    assert b"quokka" not in cleaned
    assert read_kind(cleaned) == kind


@pytest.mark.parametrize(("kind", "made"), [("jpeg", samples.jpeg), ("png", samples.png)])
def test_cleaning_twice_is_cleaning_once(kind, made):
    once = strip(made(PLANTED), kind)
    assert strip(once, kind) == once


def test_the_picture_itself_and_its_colours_stay_to_the_byte():
    cleaned = strip(samples.jpeg(PLANTED), "jpeg")
    assert samples.SCAN + samples.PIXELS + b"\xff\xd9" in cleaned
    assert b"ICC_PROFILE\0" in cleaned
    assert cleaned.endswith(b"\xff\xd9")
    assert samples.chunk(b"IEND", b"") in strip(samples.png(PLANTED), "png")


@pytest.mark.parametrize("upright", range(1, 9))
def test_which_way_is_up_stays_and_nothing_else_of_exif(upright):
    cleaned = strip(samples.jpeg(PLANTED, upright), "jpeg")
    written = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0" + bytes([upright])
    assert (written in cleaned) is (upright != 1)
    assert cleaned.count(b"Exif") == (0 if upright == 1 else 1)


@pytest.mark.parametrize("upright", [0, 9, 60_000])
def test_a_way_up_that_there_is_not_is_left_out(upright):
    assert b"Exif" not in strip(samples.jpeg(PLANTED, upright), "jpeg")


@pytest.mark.parametrize(("kind", "made"), [("jpeg", samples.jpeg), ("png", samples.png)])
def test_half_a_picture_is_broken_wherever_it_ends(kind, made):
    whole = made()
    for end in range(3, len(whole)):
        with pytest.raises(Broken):
            strip(whole[:end], kind)


@given(seed=st.integers(0, 10_000), kind=st.sampled_from(["jpeg", "png"]))
def test_a_damaged_picture_is_cleaned_or_broken_and_never_a_crash(seed, kind):
    dice = random.Random(seed)
    content = bytearray(samples.jpeg(PLANTED) if kind == "jpeg" else samples.png(PLANTED))
    for _damage in range(dice.randint(1, 6)):
        content[dice.randrange(2, len(content))] = dice.randrange(256)
    try:
        strip(bytes(content), kind)
    except Broken:
        return


@given(content=st.binary(max_size=400))
def test_whatever_is_sent_is_judged_without_a_crash(content):
    for begin in (b"", b"ID3\x04", b"\xff\xfb\x90", b"PK\x03\x04", b"\0\0\0\x18ftypM4A ", b"\x89PNG\r\n\x1a\n"):
        assert read_kind(begin + content) in {"", *ENDINGS}
