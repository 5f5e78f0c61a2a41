"""Somebody with the database's password touches the audit: the row is named. And an incoming call pays nothing for it."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from helpline.core.audit import chain
from helpline.core.audit import services as audit
from helpline.core.audit.models import Entry, Seal
from helpline.core.forgetting.purge import purge

pytestmark = pytest.mark.django_db


@pytest.fixture
def var(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    return tmp_path


@pytest.fixture
def deeds(thandi, var, at):
    """Nine deeds, sealed in three sweeps a minute apart."""
    for turn in range(3):
        when = at + timedelta(minutes=turn)
        for number in range(3):
            audit.record(by=thandi, verb="case.read", what="case", about=f"HL-{turn}{number}", at=when, reason="check")
        chain.seal_new(at=when)
    return list(Entry.objects.order_by("pk"))


def found(at, **how):
    return [(one.kind, one.words) for one in chain.verify(at=at + timedelta(hours=1), **how)]


def test_an_audit_that_nobody_touched_is_as_it_was_sealed(deeds, at):
    assert found(at) == []
    assert Seal.objects.count() == 9


@pytest.mark.parametrize(
    "change",
    [{"verb": "case.write"}, {"about": "HL-99"}, {"who": None}, {"detail": {}}, {"ref": "X" * 18}, {"what": "caller"}],
)
def test_a_changed_row_is_named_whatever_was_changed(deeds, at, change):
    Entry.objects.filter(pk=deeds[4].pk).update(**change)
    ((kind, words),) = found(at)
    assert kind == "changed"
    assert f"entry {deeds[4].pk} " in words


def test_a_time_that_was_moved_by_a_microsecond_is_named(deeds, at):
    Entry.objects.filter(pk=deeds[0].pk).update(at=deeds[0].at + timedelta(microseconds=1))
    assert [kind for kind, _words in found(at)] == ["changed"]


@pytest.mark.parametrize("which", [0, 4, 8])
def test_a_deleted_row_is_named(deeds, at, which):
    Entry.objects.filter(pk=deeds[which].pk).delete()
    assert found(at) == [("deleted", f"entry {deeds[which].pk} was deleted")]


def test_a_row_deleted_together_with_its_link_leaves_a_hole(deeds, at):
    Seal.objects.filter(entry=deeds[4].pk).delete()
    Entry.objects.filter(pk=deeds[4].pk).delete()
    assert "links 5 to 5 are missing" in [words for _kind, words in found(at)]


def test_what_is_cut_off_at_the_end_is_seen_by_the_end_that_was_kept_apart(deeds, at, var):
    head = chain.read_head(chain.path_of_head().read_text())
    Seal.objects.filter(entry=deeds[8].pk).delete()
    Entry.objects.filter(pk=deeds[8].pk).delete()
    assert found(at) == []
    assert found(at, heads=(head,)) == [("cut", "the chain once had 9 links and ends at 8")]


def test_a_row_slipped_in_with_an_older_time_is_named(deeds, thandi, at):
    late = at + timedelta(days=3)
    slipped = audit.record(by=thandi, verb="case.read", what="case", about="HL-66", at=at)
    assert [kind for kind, _words in found(at)] == ["inserted"], "before the sweep: it has no link"
    chain.seal_new(at=late)
    ((kind, words),) = [(one.kind, one.words) for one in chain.verify(at=late)]
    assert kind == "inserted"
    assert slipped.ref in words


def test_a_link_that_somebody_made_without_the_key_is_named(deeds, thandi, at):
    slipped = audit.record(by=thandi, verb="case.read", what="case", about="HL-66", at=at)
    last = Seal.objects.get(position=9)
    Seal.objects.create(
        position=10, entry=slipped.pk, digest=chain.digest_of(slipped), mac=last.mac, key=last.key, sealed_at=at
    )
    assert [kind for kind, _words in found(at)] == ["broken"]


def test_two_rows_that_changed_places_are_named(deeds, at):
    one, other = Seal.objects.get(position=2), Seal.objects.get(position=3)
    Seal.objects.filter(pk=one.pk).update(entry=0)
    Seal.objects.filter(pk=other.pk).update(entry=one.entry)
    Seal.objects.filter(pk=one.pk).update(entry=other.entry)
    assert {kind for kind, _words in found(at)} >= {"broken", "changed"}


def test_what_commits_late_is_linked_by_the_next_sweep_and_two_sweeps_link_once(deeds, thandi, at):
    audit.record(by=thandi, verb="case.read", what="case", about="HL-77", at=at + timedelta(minutes=2))
    assert chain.seal_new(at=at + timedelta(minutes=3)) == 1
    assert chain.seal_new(at=at + timedelta(minutes=3)) == 0
    assert found(at) == []


def test_an_old_audit_is_linked_at_once_and_nothing_of_it_is_called_late(thandi, var, at):
    for days in (900, 30, 2):
        audit.record(by=thandi, verb="case.read", what="case", about="HL-1", at=at - timedelta(days=days))
    chain.seal_new(at=at)
    assert found(at) == []


def test_what_was_cleared_out_by_its_time_is_no_finding_and_nobody_else_can_say_so(deeds, at):
    later = at + timedelta(days=3000)
    purge(at=later)
    chain.seal_new(at=later)
    assert not Entry.objects.filter(verb="case.read").exists()
    assert chain.verify(at=later) == []
    Seal.objects.filter(position=3).update(forgotten="f" * 64)
    assert [one.kind for one in chain.verify(at=later)] == ["broken"]


def test_a_key_that_is_not_listed_any_more_is_said_and_is_no_wrong_alarm(deeds, at, settings):
    from helpline.keyring import new_key, read_keys

    settings.INDEX_KEYS = read_keys(f"other:{new_key()}")
    assert {kind for kind, _words in found(at)} == {"broken"}
    assert "which is not listed" in found(at)[0][1]


def test_the_command_ends_with_one_and_names_the_row(deeds, at, capsys, monkeypatch):
    monkeypatch.setattr("helpline.core.clock.now", lambda: at + timedelta(minutes=3))
    call_command("verify_audit")
    assert "as it was sealed" in capsys.readouterr().out
    Entry.objects.filter(pk=deeds[4].pk).update(verb="case.write")
    with pytest.raises(SystemExit) as ended:
        call_command("verify_audit")
    assert ended.value.code == 1
    assert f"CHANGED   entry {deeds[4].pk} " in capsys.readouterr().out
    with pytest.raises(CommandError):
        call_command("verify_audit", "--head", "nonsense")


def test_writing_an_entry_is_one_statement_still(thandi, at):
    with CaptureQueriesContext(connection) as asked:
        audit.record(by=thandi, verb="case.read", what="case", about="HL-1", at=at)
    assert len(asked.captured_queries) == 1
