"""What is written down can be found by its words, while the database holds none of them."""

import collections

import pytest
from django.db import connection

from cases.models import Case, SearchWord
from cases.search_words import words_of
from cases.services import casework, followups, identity, intake, word_index
from helpline.core.privacy.drawers import DRAWERS, file_words, look_for
from helpline.keyring import read_keys
from tests.factories import make_caller, make_case


def found_by(word):
    (cut,) = words_of([word])
    rows = SearchWord.objects.filter(word__in=look_for(cut))
    return set(rows.values_list("case__ref", "kind"))


@pytest.fixture
def case(line, thandi, at):
    return make_case(line=line, caller=make_caller(code_name="Rose"), owner=thandi)


def test_a_finished_note_is_found_and_a_draft_is_not(case, thandi, at):
    casework.save_draft(case=case, by=thandi, body="taken in a bakkie", at=at)
    assert found_by("bakkie") == set()
    casework.finish_note(case=case, by=thandi, at=at)
    assert found_by("bakkie") == {(case.ref, "note")}


def test_what_a_summary_no_longer_says_is_no_longer_found(case, thandi, at):
    casework.set_summary(case=case, by=thandi, summary="eviction", at=at)
    casework.set_summary(case=case, by=thandi, summary="raid", at=at)
    assert found_by("eviction") == set()
    assert found_by("raid") == {(case.ref, "summary")}
    casework.set_summary(case=case, by=thandi, summary="", at=at)
    assert not SearchWord.objects.exists()


def test_a_code_name_is_found_until_it_is_another(case, thandi, at):
    identity.describe(case=case, by=thandi, at=at, code_name="Marigold")
    assert found_by("marigold") == {(case.ref, "name")}
    identity.describe(case=case, by=thandi, at=at, pronouns="they")
    assert found_by("marigold") == {(case.ref, "name")}
    identity.describe(case=case, by=thandi, at=at, code_name="Zinnia")
    assert found_by("marigold") == set()


def test_why_a_promise_was_put_off_is_found_with_the_notes(case, thandi, at):
    promised = followups.add(case=case, by=thandi, kind="task", due_at=at, at=at)
    followups.skip(follow_up=promised, by=thandi, at=at, reason="hospital instead")
    assert found_by("hospital") == {(case.ref, "note")}


def test_a_case_without_a_call_is_found_by_names_and_note(line, thandi, at):
    opened = intake.open_without_call(
        by=thandi, source="outreach", line=line, at=at, code_name="Marigold", concerns_another=True,
        concerns_code_name="Zinnia", note="met at the taxi rank",
    )  # fmt: skip
    assert found_by("marigold") == found_by("zinnia") == {(opened.ref, "name")}
    assert found_by("taxi") == {(opened.ref, "note")}


def test_one_place_never_takes_away_what_another_says(case, at):
    word_index.put(case=case, kind="note", ref="A", texts=["bakkie"])
    word_index.put(case=case, kind="incident", ref="B", texts=["bakkie"])
    word_index.put(case=case, kind="note", ref="A", texts=[])
    assert found_by("bakkie") == {(case.ref, "incident")}
    word_index.remove(kind="incident", ref="B")
    assert not SearchWord.objects.exists()


def test_putting_twice_is_putting_once(case):
    for _ in range(2):
        word_index.put(case=case, kind="note", ref="A", texts=["bakkie", None, "BAKKIE"])
    assert SearchWord.objects.count() == 1


def test_a_kind_that_there_is_not_is_a_mistake_of_ours(case):
    with pytest.raises(ValueError):
        word_index.put(case=case, kind="gossip", ref="A", texts=["bakkie"])


def test_words_go_with_their_case(case, at):
    word_index.put(case=case, kind="note", ref="A", texts=["bakkie"])
    Case.objects.all().delete()
    assert not SearchWord.objects.exists()


def test_nothing_is_kept_where_the_note_is_not(case, thandi, at, monkeypatch):
    """The index is written in the transaction of the note: either both are there or none."""
    monkeypatch.setattr("helpline.core.audit.services.record", lambda **_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        casework.finish_note(case=case, by=thandi, body="bakkie", at=at)
    assert not SearchWord.objects.exists()


def test_the_table_holds_no_word_and_no_hash_that_can_be_tried_out_without_the_key(case):
    word_index.put(case=case, kind="note", ref="A", texts=["bakkie"])
    with connection.cursor() as cursor:
        cursor.execute("SELECT kind, source, word FROM cases_searchword")
        ((kind, source, word),) = cursor.fetchall()
    assert (kind, source) == ("note", "A")
    assert word not in guesses_without_the_key("bakkie")


def guesses_without_the_key(word):
    import hashlib
    import hmac

    for drawer in range(DRAWERS):
        for key in (b"", b"word", bytes(32)):
            said = f"word|{drawer}|{word}".encode()
            yield int.from_bytes(hmac.digest(key, said, "sha256")[:8], signed=True)
            yield int.from_bytes(hashlib.sha256(said).digest()[:8], signed=True)


def test_a_word_of_every_case_does_not_stand_out_in_the_table():
    """A thousand cases with one word in common: no index of it stands there more often than a few per cent of them."""
    filed = collections.Counter(file_words(f"HL-{n:04d}", ["bakkie"])[0] for n in range(1000))
    assert len(filed) > 200
    assert max(filed.values()) < 30


def test_two_cases_that_share_a_rare_word_do_not_show_it():
    shared = sum(file_words(f"HL-A{n:04d}", ["~1234"]) == file_words(f"HL-B{n:04d}", ["~1234"]) for n in range(1000))
    assert shared < 20  # one in 256 is expected


def test_rows_of_an_older_key_are_found_and_rows_of_a_foreign_key_are_not(case, settings):
    old = settings.INDEX_KEYS
    word_index.put(case=case, kind="note", ref="A", texts=["bakkie"])
    other = read_keys("k9:" + "A" * 43 + "=")
    settings.INDEX_KEYS = type(old)(keys=(*other.keys, *old.keys))
    assert found_by("bakkie") == {(case.ref, "note")}
    settings.INDEX_KEYS = other
    assert found_by("bakkie") == set()
