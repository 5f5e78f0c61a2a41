"""The index of words is written anew after a new key: stopped, gone on with, and found by all the while."""

import pytest
from django.core.management import call_command

from cases.models import Incident, Perpetrator, SearchWord, SpokenName, WordKind
from cases.services import casework, identity, searching
from helpline.keyring import KeyRing, read_keys
from telephony.models import Text
from telephony.services import indexing
from tests.factories import make_caller, make_case


@pytest.fixture
def old(settings):
    return settings.INDEX_KEYS


@pytest.fixture
def new(settings, old):
    """Return a function that lists a new key before the old ones."""

    def list_new_key():
        settings.INDEX_KEYS = KeyRing(keys=(*read_keys("k9:" + "A" * 43 + "=").keys, *old.keys))

    return list_new_key


@pytest.fixture
def cases(line, thandi, at, old):
    made = [make_case(line=line, caller=make_caller(), owner=thandi, at=at) for _ in range(3)]
    for one in made:
        casework.finish_note(case=one, by=thandi, body="bakkie", at=at)
        casework.set_summary(case=one, by=thandi, summary="eviction", at=at)
        identity.describe(case=one, by=thandi, at=at, code_name="Marigold")
        text = Text.objects.create(case=one, sid=f"SM{one.pk}", direction="inbound", body="orchid", at=at)
        assert text.ref
        incident = Incident.objects.create(
            case=one,
            vocabulary="1",
            narrative="petunia",
            recorded_by=thandi,
            recorded_at=at,
            changed_by=thandi,
            changed_at=at,
        )
        Perpetrator.objects.create(incident=incident, code="police", plate="CA123456", known="tulip")
        SpokenName.objects.create(caller=one.caller, kind="chosen", name="Freesia", said_at=at)
    return made


def found(by, typed, at):
    return len(searching.search(by=by, typed=typed, at=at))


WORDS = ("bakkie", "eviction", "marigold", "orchid", "petunia", "tulip", "3456", "freesia")


def test_everything_is_found_under_the_new_key_alone(cases, new, settings, thandi, at):
    new()
    call_command("index_words")
    settings.INDEX_KEYS = KeyRing(keys=settings.INDEX_KEYS.keys[:1])
    assert [found(thandi, word, at) for word in WORDS] == [3] * len(WORDS)
    assert indexing.count_left() == 0


def test_nothing_is_lost_while_it_is_half_done_and_it_goes_on_where_it_was(cases, new, thandi, at):
    new()
    going = indexing.index_cases()
    assert next(going) == cases[0].ref
    going.close()
    assert [found(thandi, word, at) for word in WORDS[:3]] == [3, 3, 3]
    assert list(indexing.index_cases()) == [one.ref for one in cases[1:]]
    assert list(indexing.index_cases()) == []


def test_twice_leaves_no_row_twice(cases, new, thandi, at):
    call_command("index_words")
    once = SearchWord.objects.count()
    new()
    call_command("index_words")
    assert SearchWord.objects.count() == once


def test_a_draft_is_not_filed(cases, new, thandi, at):
    casework.save_draft(case=cases[0], by=thandi, body="zebra", at=at)
    call_command("index_words")
    assert found(thandi, "zebra", at) == 0


def test_a_rule_that_changed_is_a_reason_to_file_anew(cases, monkeypatch):
    call_command("index_words")
    monkeypatch.setattr("cases.search_words.VERSION", 99)
    assert indexing.count_left() == 3


def test_every_kind_of_words_is_written_anew(cases):
    given = {place.kind for source in indexing.SOURCES for place in source(cases[0])}
    assert given == set(WordKind.values)
