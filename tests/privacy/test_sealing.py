"""A dump without its keys, a value in the wrong place, a key that is gone: never a number, never empty text."""

import hashlib
import hmac

import pytest
from django.db import connection, transaction
from django.db.utils import IntegrityError

from cases.models import Caller, Note, Number
from cases.services import intake
from helpline.core.privacy.fields import all_indexes
from helpline.core.privacy.sealing import CannotOpen, name_of_key, seal, unseal
from helpline.core.staff.services import shares_number
from helpline.keyring import KeyRing, new_key, read_keys
from tests.factories import make_caller, make_case, make_note

NUMBER = "+447700900211"
pytestmark = pytest.mark.django_db


@pytest.fixture
def k1():
    return f"k1:{new_key()}"


@pytest.fixture
def k2():
    return f"k2:{new_key()}"


@pytest.fixture
def use(settings):
    """Use these keys from now on, as after a restart with another environment."""

    def use_keys(*pairs):
        settings.FIELD_KEYS = settings.INDEX_KEYS = read_keys(",".join(pairs))

    return use_keys


def lies_as(model, column, row):
    """What is on the disk."""
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT "{column}" FROM {model._meta.db_table} WHERE id = %s', [row.pk])
        value = cursor.fetchone()[0]
    return bytes(value) if isinstance(value, memoryview) else value


def put(model, column, row, value):
    with connection.cursor() as cursor:
        cursor.execute(f'UPDATE {model._meta.db_table} SET "{column}" = %s WHERE id = %s', [value, row.pk])


def test_guessing_a_hundred_thousand_numbers_against_a_stolen_index_hits_nothing():
    """A thief has the dump, our source and every number of the range, but not the key."""
    make_caller(number=NUMBER)
    stolen = lies_as(Number, "index", Number.objects.get()).partition("$")[2]
    thiefs_key = b"\x00" * 32
    for last in range(100_000):
        number = f"+4477009{last:05d}"
        guess = f"number|{number}".encode()
        assert stolen not in (
            hmac.new(thiefs_key, guess, hashlib.sha256).hexdigest()[:32],
            hashlib.sha256(guess).hexdigest()[:32],
            hashlib.sha256(number.encode()).hexdigest()[:32],
        )
    assert NUMBER == "+4477009" + "00211", "the right one was among them"


def test_the_same_number_is_indexed_differently_for_another_purpose_and_key(use, k1, k2):
    use(k2, k1)
    number, other = all_indexes("number", NUMBER), all_indexes("name", NUMBER)
    assert len({*number, *other}) == 4
    assert [index.partition("$")[0] for index in number] == ["k2", "k1"]


@pytest.fixture
def notes(line, thandi, at):
    first, second = make_case(line=line, owner=thandi, at=at), make_case(line=line, owner=thandi, at=at)
    return make_note(first, thandi, "the first story"), make_note(second, thandi, "the second story")


def test_a_note_put_into_another_row_does_not_open(notes):
    first, second = notes
    put(Note, "body", second, lies_as(Note, "body", first))
    assert Note.objects.get(pk=first.pk).body == "the first story"
    with pytest.raises(CannotOpen):
        _ = Note.objects.get(pk=second.pk).body


def test_a_code_word_put_into_the_place_of_a_code_name_does_not_open():
    caller = make_caller(code_name="Rose", code_word="umbrella")
    put(Caller, "code_name", caller, lies_as(Caller, "code_word", caller))
    with pytest.raises(CannotOpen):
        _ = Caller.objects.get().code_name


def test_a_key_that_is_gone_is_a_refusal_and_never_empty_text(use, k1, k2, notes):
    use(k1)
    note = notes[0]
    note.body = "under the first key"
    note.save()
    use(k2)
    with pytest.raises(CannotOpen, match="key that is not listed") as refusal:
        _ = Note.objects.get(pk=note.pk).body
    assert "first" not in str(refusal.value)


def test_a_page_whose_words_do_not_open_says_so_and_shows_none(desk_of, thandi, notes, use, k2, client):
    use(k2)
    browser = desk_of(thandi)
    browser.raise_request_exception = False
    answer = browser.get(f"/cases/{notes[0].case.ref}/")
    assert answer.status_code == 500
    assert "story" not in answer.content.decode().lower().replace("/story/", "")


@pytest.mark.parametrize("length", range(60))
def test_a_value_that_was_cut_short_is_refused_at_every_length(length):
    ring = KeyRing((("abcdefgh12345678", bytes(range(32))),))
    whole = seal(ring, b"Rose", "here")
    assert unseal(ring, whole, "here") == b"Rose"
    with pytest.raises(CannotOpen):
        unseal(ring, whole[: min(length, len(whole) - 1)], "here")


@pytest.mark.parametrize("place", range(40))
def test_one_flipped_bit_anywhere_is_noticed(place):
    ring = KeyRing((("k1", bytes(range(32))),))
    damaged = bytearray(seal(ring, b"Rose", "here"))
    damaged[place % len(damaged)] ^= 0x01
    with pytest.raises(CannotOpen):
        unseal(ring, bytes(damaged), "here")


def test_equal_words_do_not_look_equal_on_the_disk(notes):
    first, second = notes
    second.body = first.body
    second.save()
    assert lies_as(Note, "body", first) != lies_as(Note, "body", second)


def test_after_a_new_key_what_was_there_still_opens_and_what_is_new_is_under_the_new_one(use, k1, k2):
    use(k1)
    old = make_caller(number=NUMBER, code_name="Rose")
    use(k2, k1)
    new = make_caller(number="+447700900212", code_name="Jasmine")
    assert (Caller.objects.get(pk=old.pk).code_name, Caller.objects.get(pk=new.pk).code_name) == ("Rose", "Jasmine")
    assert name_of_key(lies_as(Caller, "code_name", old)) == "k1"
    assert name_of_key(lies_as(Caller, "code_name", new)) == "k2"
    assert lies_as(Number, "index", new.numbers.get()).startswith("k2$")
    old.code_name = "Rosa"
    old.save()
    assert name_of_key(lies_as(Caller, "code_name", old)) == "k2"


def test_a_caller_is_known_again_across_both_index_keys_and_gets_no_second_row(use, k1, k2, line, at):
    use(k1)
    before = make_caller(number=NUMBER)
    use(k2, k1)
    known = intake.find_known(NUMBER)
    assert (known.number_id, known.caller_id) == (before.numbers.get().pk, before.pk)
    opened = intake.open_for_text(line_id=line.pk, number=NUMBER, known=known, at=at)
    assert opened.case.possibly_known
    assert Number.objects.count() == 1
    later = make_caller(number="+447700900212")
    assert intake.find_known("+447700900212").caller_id == later.pk


def test_one_number_cannot_be_kept_twice_under_one_key(use, k1):
    use(k1)
    make_caller(number=NUMBER)
    with pytest.raises(IntegrityError), transaction.atomic():
        make_caller(number=NUMBER)


def test_the_person_whose_duty_number_it_is_is_found_across_both_keys(use, k1, k2, nomsa, sipho):
    use(k1)
    nomsa.duty_phone = "+447700900111"
    nomsa.save()
    use(k2, k1)
    assert shares_number(sipho, "+447700900111")


def test_a_row_prints_and_refuses_to_be_written_out_without_its_words(notes):
    note = Note.objects.get(pk=notes[0].pk)
    assert repr(note.__dict__["body"]) == "<sealed>"
    with pytest.raises(TypeError, match="sealed"):
        Note._meta.get_field("body").value_to_string(note)
    for wrong in (lambda: Note.objects.filter(body="the first story"), lambda: Note.objects.update(body="x")):
        with pytest.raises(TypeError):
            wrong()
