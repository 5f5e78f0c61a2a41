"""“What do you hold about me?”: Rose gets everything of hers, nothing of others', in a file that opens for her alone, once."""

import ctypes
import ctypes.util
import hashlib
import hmac
import json
import re
import struct
import zlib
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.models import Case, Package, PackageState
from cases.services import package
from helpline.core.audit.models import Entry
from helpline.core.errors import NotAllowed, NotFound
from helpline.core.privacy.locked_zip import lock_files, new_password
from telephony.models import Recording
from tests.factories import make_caller, make_case, make_note, make_safe_contact
from tests.privacy.forgetting.conftest import CANARY


def open_locked(archive: bytes, password: str) -> dict[str, bytes]:
    """Open a locked ZIP as its description says, from the directory at its end. Raises ValueError for a wrong password."""
    number, _all, size, offset = struct.unpack("<HHII", archive[-14:-2])
    files, here = {}, offset
    for _each in range(number):
        assert archive[here : here + 4] == b"PK\x01\x02"
        packed, plain, names, extras = struct.unpack("<IIHH", archive[here + 20 : here + 32])
        (start,) = struct.unpack("<I", archive[here + 42 : here + 46])
        name = archive[here + 46 : here + 46 + names].decode()
        extra = archive[here + 46 + names : here + 46 + names + extras]
        assert extra[:11] == b"\x01\x99\x07\x00\x02\x00AE\x03\x08\x00"
        here += 46 + names + extras
        body = start + 30 + names + extras
        files[name] = unlock(archive[body : body + packed], password)
        assert len(files[name]) == plain
    assert here == offset + size
    return files


def unlock(locked: bytes, password: str) -> bytes:
    salt, check, sealed, tag = locked[:16], locked[16:18], locked[18:-10], locked[-10:]
    made = hashlib.pbkdf2_hmac("sha1", password.encode(), salt, 1000, 66)
    if made[64:] != check or hmac.new(made[32:64], sealed, hashlib.sha1).digest()[:10] != tag:
        raise ValueError("wrong password")
    plain = bytearray()
    cipher = Cipher(algorithms.AES(made[:32]), modes.ECB()).encryptor()
    for number in range(-(-len(sealed) // 16)):
        stream = cipher.update((number + 1).to_bytes(16, "little"))
        plain += bytes(a ^ b for a, b in zip(sealed[number * 16 : number * 16 + 16], stream, strict=False))
    return zlib.decompress(bytes(plain), -15)


def open_with_libarchive(path, password: str) -> dict[str, bytes]:
    """Open it with a program that is not ours."""
    found = ctypes.util.find_library("archive")
    if found is None:
        pytest.skip("libarchive is not installed: only our own reading of the format is tested")
    lib = ctypes.CDLL(found)
    for name in ("archive_read_new",):
        getattr(lib, name).restype = ctypes.c_void_p
    lib.archive_entry_pathname.restype = ctypes.c_char_p
    lib.archive_read_data.restype = ctypes.c_ssize_t
    handle = ctypes.c_void_p(lib.archive_read_new())
    lib.archive_read_support_format_all(handle)
    lib.archive_read_add_passphrase(handle, password.encode())
    assert lib.archive_read_open_filename(handle, str(path).encode(), 10240) == 0
    entry, files = ctypes.c_void_p(), {}
    while lib.archive_read_next_header(handle, ctypes.byref(entry)) == 0:
        buffer, content = ctypes.create_string_buffer(65536), b""
        while (got := lib.archive_read_data(handle, buffer, 65536)) > 0:
            content += buffer.raw[:got]
        assert got == 0, "it does not open"
        files[lib.archive_entry_pathname(entry).decode()] = content
    return files


@given(st.dictionaries(st.text("abc.é/", min_size=1, max_size=9), st.binary(max_size=5000), max_size=4))
@settings(max_examples=60, deadline=None)
def test_what_is_locked_opens_with_its_password_and_with_no_other(files):
    password = new_password()
    archive = lock_files(files, password)
    assert open_locked(archive, password) == files
    if files:
        with pytest.raises(ValueError):
            open_locked(archive, new_password())


def test_a_program_that_is_not_ours_opens_it(tmp_path):
    files = {"index.html": b"<p>Rose</p>" * 9000, "files/1.wav": bytes(range(256)) * 300, "empty.txt": b""}
    password = new_password()
    (tmp_path / "papers.zip").write_bytes(lock_files(files, password))
    assert open_with_libarchive(tmp_path / "papers.zip", password) == files


def test_a_password_can_be_said_aloud_and_is_no_guess():
    assert re.fullmatch(r"([2-9A-HJKMNP-TV-Z]{4}-){4}[2-9A-HJKMNP-TV-Z]{4}", new_password())
    assert len({new_password() for _ in range(500)}) == 500


@pytest.fixture
def copy_of(thandi, at):
    """Ask for the file, let the sweep make it, and open it."""

    def opened(case):
        asked = package.ask(case=case, how="code_word", by=thandi, at=at)
        assert package.make_waiting(at=at) == 1
        asked.refresh_from_db()
        return open_locked(asked.content, asked.password)

    return opened


@pytest.mark.django_db
def test_everything_of_hers_is_in_it_to_read_and_for_programs(rose, copy_of):
    files = copy_of(Case.objects.latest("opened_at"))
    page, told = files["index.html"].decode(), json.loads(files["data.json"])
    for words in ("note", "promise", "text", "answer", "friend", "Rose"):
        assert f"{CANARY} {words}" in page, words
    assert page.count("voicemail") or "left a message" in page
    said = json.dumps(told)
    assert f"{CANARY} note" in said
    assert CANARY.encode() in files["files/1.wav"]
    assert len([name for name in files if name.startswith("files/")]) == 4, "two sounds and two pictures"
    assert f"{CANARY} word" not in page, "her code word is not written down for whoever finds the file"


@pytest.mark.django_db
def test_who_of_us_wrote_it_is_not_in_it(rose, copy_of):
    files = copy_of(Case.objects.latest("opened_at"))
    for name in (b"Thandi", b"thandi", b"Sipho", b"sipho"):
        assert not [path for path, content in files.items() if name in content]


@pytest.mark.django_db
def test_of_a_case_in_which_she_rang_for_violet_the_story_is_left_out_and_it_says_so(rose, line, thandi, copy_of, at):
    violet = make_caller(number="", code_name="Violet")
    case = make_case(line=line, caller=rose, concerns=violet, owner=thandi, at=at, summary="Violet's summary")
    make_note(case, thandi, "Violet's story")
    page = copy_of(case)["index.html"].decode()
    assert "Violet" not in page
    assert "1 entry is left out. This is about somebody else" in page


@pytest.mark.django_db
def test_nothing_of_who_shares_her_phone_is_in_it(rose, line, thandi, copy_of, at):
    number = rose.numbers.get()
    lily = make_caller(number="", code_name="Lily")
    said = make_safe_contact(lily, thandi, number=number)
    said.who_hears = "Lily's brother"
    said.save()
    case = make_case(line=line, caller=lily, number=number, at=at)
    make_note(case, thandi, "Lily's words")
    doubtful = make_case(line=line, caller=rose, number=number, possibly_known=True, at=at)
    make_note(doubtful, thandi, "nobody knows whose")
    page = copy_of(Case.objects.filter(caller=rose, possibly_known=False).first())["index.html"].decode()
    for words in ("Lily", "brother", "nobody knows whose"):
        assert words not in page


@pytest.mark.django_db
def test_it_is_not_handed_out_on_a_case_whose_caller_may_be_somebody_else(rose, line, thandi, copy_of, at):
    case = Case.objects.latest("opened_at")
    copy_of(case)
    doubtful = make_case(line=line, caller=rose, number=case.number, possibly_known=True, at=at)
    row = Package.objects.get()
    with pytest.raises(NotFound):
        package.take(case=doubtful, ref=row.ref, by=thandi, at=at)
    assert Package.objects.get().state == "ready"


@pytest.mark.django_db
def test_it_is_taken_once_and_then_neither_file_nor_password_is_here(rose, thandi, copy_of, at):
    case = Case.objects.latest("opened_at")
    copy_of(case)
    row = Package.objects.get()
    assert package.take(case=case, ref=row.ref, by=thandi, at=at)[:2] == b"PK"
    row.refresh_from_db()
    assert (row.state, row.content, row.password, row.taken_by) == ("taken", None, None, thandi)
    with pytest.raises(NotFound):
        package.take(case=case, ref=row.ref, by=thandi, at=at)
    taken = Entry.objects.get(verb="package.taken")
    assert (taken.about, taken.detail["rows"]) == (case.ref, row.rows)


@pytest.mark.django_db
def test_nobody_takes_it_after_two_days_and_the_sweep_empties_it(rose, thandi, copy_of, at):
    case = Case.objects.latest("opened_at")
    copy_of(case)
    later = at + timedelta(hours=48)
    with pytest.raises(NotFound):
        package.take(case=case, ref=Package.objects.get().ref, by=thandi, at=later)
    package.make_waiting(at=later)
    row = Package.objects.get()
    assert (row.state, row.content, row.password) == ("expired", None, None)


@pytest.mark.django_db
def test_a_worker_that_dies_while_making_it_is_followed_by_another(rose, thandi, at):
    row = package.ask(case=Case.objects.latest("opened_at"), how="voice", by=thandi, at=at)
    Package.objects.update(state=PackageState.MAKING, claimed_until=at + package.LEASE, tries=1)
    assert package.make_waiting(at=at) == 0
    assert package.make_waiting(at=at + package.LEASE) == 1
    row.refresh_from_db()
    assert row.state == "ready"


@pytest.mark.django_db
def test_what_cannot_be_made_is_tried_three_times_and_says_so(rose, thandi, at, monkeypatch):
    def broken(*args):
        raise ValueError(CANARY)

    monkeypatch.setattr(package, "lock_files", broken)
    package.ask(case=Case.objects.latest("opened_at"), how="voice", by=thandi, at=at)
    for turn in range(5):
        package.make_waiting(at=at + turn * package.LEASE)
    assert Package.objects.get().state == "failed"


@pytest.mark.django_db
def test_asking_twice_makes_one(rose, thandi, at):
    case = Case.objects.latest("opened_at")
    assert package.ask(case=case, how="voice", by=thandi, at=at) == package.ask(
        case=case, how="voice", by=thandi, at=at
    )


@pytest.mark.django_db
def test_for_a_withheld_or_doubtful_caller_there_is_none(rose, line, thandi, at):
    for case in (make_case(line=line), make_case(line=line, caller=rose, possibly_known=True)):
        with pytest.raises(NotAllowed):
            package.ask(case=case, how="voice", by=thandi, at=at)


@pytest.mark.django_db
def test_a_sound_that_is_too_big_is_named_and_the_rest_is_there(rose, copy_of, monkeypatch):
    monkeypatch.setattr(package, "MOST_BYTES", 3)
    files = copy_of(Case.objects.latest("opened_at"))
    assert "too big for this file" in files["index.html"].decode()
    assert f"{CANARY} note" in files["index.html"].decode()


@pytest.mark.django_db
def test_on_the_page_it_is_made_shown_with_its_password_and_taken(rose, desk_of, thandi, at, monkeypatch):
    monkeypatch.setattr("helpline.core.clock.now", lambda: at)
    Recording.objects.all().delete()
    case = Case.objects.latest("opened_at")
    desk = desk_of(thandi)
    desk.post(f"/cases/{case.ref}/keeping/package/", {"package-how": "code_word"})
    assert "It is being made" in desk.get(f"/cases/{case.ref}/keeping/").content.decode()
    package.make_waiting(at=at)
    row = Package.objects.get()
    assert row.password in desk.get(f"/cases/{case.ref}/keeping/").content.decode()
    here = f"/cases/{case.ref}/keeping/package/{row.ref}/"
    assert desk.get(here).status_code == 405, "a page that is loaded ahead spends nothing"
    answer = desk.post(here)
    assert answer.headers["Content-Disposition"] == 'attachment; filename="papers.zip"'
    assert "no-store" in answer.headers["Cache-Control"]
    assert "index.html" in open_locked(answer.content, row.password)
    assert desk.post(here).status_code == 404


@pytest.mark.django_db
def test_thousands_of_rows_take_seconds(rose, line, thandi, copy_of, at):
    from cases.models import Note

    case = Case.objects.latest("opened_at")
    Note.objects.bulk_create(
        Note(case=case, author=thandi, body=f"{CANARY} {number}", written_at=at, changed_at=at)
        for number in range(3000)
    )
    assert f"{CANARY} 2999" in copy_of(case)["index.html"].decode()
