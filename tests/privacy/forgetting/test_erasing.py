"""Rose wants to be forgotten. One writes it down, another one presses, and her words are in no table any more."""

import json
import os
import threading
from datetime import timedelta

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection

from cases.models import Caller, Case, ContactRoute, ErasureWish, HandOver, Note, Number, SafeContact
from cases.services import erasing, holds
from helpline.core.audit.models import Entry
from helpline.core.errors import Conflict, NotAllowed
from helpline.core.forgetting import tombstones
from helpline.core.forgetting.models import Forgotten, Tombstone
from helpline.core.outbox.models import Message
from helpline.core.privacy.fields import Sealed, SealedField
from telephony.models import Call, LeftBehind, Recording, Text
from tests.factories import make_caller, make_case, make_note, make_safe_contact
from tests.privacy.forgetting.conftest import CANARY

pytestmark = pytest.mark.django_db


@pytest.fixture
def forget(thandi, naledi, at):
    """Thandi writes the wish down, Naledi carries it out."""

    def done(case, scope="person"):
        wish = erasing.ask(case=case, scope=scope, how="code_word", by=thandi, at=at)
        return erasing.carry_out(wish=wish, by=naledi, at=at)

    return done


def everything_sealed():
    """Every sealed value of every table, opened."""
    for model in apps.get_models():
        fields = [field.attname for field in model._meta.get_fields() if isinstance(field, SealedField)]
        for row in model._default_manager.all() if fields else ():
            for name in fields:
                value = getattr(row, name)
                assert not isinstance(value, Sealed)
                yield f"{model._meta.label}.{name}", str(value)


def test_not_one_word_of_hers_is_left_in_any_table(rose, forget):
    assert any(CANARY in value for _name, value in everything_sealed())
    forget(Case.objects.latest("opened_at"))
    assert [name for name, value in everything_sealed() if CANARY in value] == []
    assert not Caller.objects.filter(pk=rose.pk).exists()
    assert not Number.objects.exists()


def test_no_row_that_names_her_by_a_reference_is_left_but_the_audit(rose, forget, at):
    refs = {rose.ref, rose.numbers.get().ref, *Case.objects.values_list("ref", flat=True)}
    forget(Case.objects.latest("opened_at"))
    with connection.cursor() as cursor:
        for model in apps.get_models():
            if model is Entry:
                continue
            cursor.execute(f'SELECT t::text FROM "{model._meta.db_table}" t')
            for (row,) in cursor.fetchall():
                assert not [ref for ref in refs if ref in row], model._meta.label


def test_counts_and_the_audit_stay(rose, thandi, naledi, forget, at):
    case = Case.objects.latest("opened_at")
    Entry.objects.create(at=at, who=thandi, verb="case.read", what="case", about=case.ref)
    wish = forget(case)
    assert (wish.state, wish.case_ref, wish.counts["cases.Case"]) == ("done", "", 2)
    assert Entry.objects.filter(verb="case.read", about=case.ref).exists()
    erased = Entry.objects.get(verb="case.erased", about=case.ref)
    assert (erased.who, erased.detail["asked_by"]) == (naledi, "thandi")
    assert sum(Forgotten.objects.filter(what="cases.Case").values_list("number", flat=True)) == 2
    assert sum(Forgotten.objects.filter(what="telephony.Call").values_list("number", flat=True)) == 2


def test_her_messages_at_the_provider_are_deleted_too(rose, forget):
    sids = set(Recording.objects.values_list("sid", flat=True))
    forget(Case.objects.latest("opened_at"))
    assert set(LeftBehind.objects.values_list("sid", flat=True)) == sids


def test_one_case_alone_leaves_her_other_one_and_her_name(rose, forget):
    old, new = Case.objects.order_by("opened_at")
    forget(new, scope="case")
    assert list(Case.objects.all()) == [old]
    assert Caller.objects.get().code_name == f"{CANARY} Rose"
    assert Note.objects.filter(case=old).exists()
    assert SafeContact.objects.exists()


def test_who_wrote_it_down_cannot_carry_it_out(rose, naledi, at):
    wish = erasing.ask(case=Case.objects.first(), scope="person", how="voice", by=naledi, at=at)
    with pytest.raises(NotAllowed):
        erasing.carry_out(wish=wish, by=naledi, at=at)
    assert Case.objects.count() == 2


@pytest.mark.parametrize("who", ["sipho", "pieter"])
def test_neither_a_paralegal_nor_an_administrator_decides(rose, thandi, request, who, at):
    wish = erasing.ask(case=Case.objects.first(), scope="person", how="voice", by=thandi, at=at)
    with pytest.raises(NotAllowed):
        erasing.carry_out(wish=wish, by=request.getfixturevalue(who), at=at)


def test_lerato_may_decide_though_she_reads_no_story(rose, thandi, lerato, at):
    wish = erasing.ask(case=Case.objects.first(), scope="case", how="in_person", by=thandi, at=at)
    erasing.carry_out(wish=wish, by=lerato, at=at)
    assert Case.objects.count() == 1


def test_a_hold_put_after_the_wish_forbids_it(rose, hold, thandi, naledi, at):
    wish = erasing.ask(case=Case.objects.latest("opened_at"), scope="person", how="voice", by=thandi, at=at)
    hold(Case.objects.earliest("opened_at"))
    with pytest.raises(NotAllowed, match="hold"):
        erasing.carry_out(wish=wish, by=naledi, at=at)
    assert Case.objects.count() == 2


def test_a_wish_on_a_held_case_is_not_even_written_down(rose, hold, thandi, at):
    case = Case.objects.latest("opened_at")
    hold(case)
    with pytest.raises(NotAllowed, match="hold"):
        erasing.ask(case=case, scope="case", how="voice", by=thandi, at=at)
    assert not ErasureWish.objects.exists()


def test_the_same_wish_twice_is_one(rose, thandi, at):
    case = Case.objects.first()
    first = erasing.ask(case=case, scope="case", how="voice", by=thandi, at=at)
    assert erasing.ask(case=case, scope="case", how="voice", by=thandi, at=at) == first


def test_two_who_decide_at_once_do_it_once(rose, thandi, naledi, lerato, at):
    wish = erasing.ask(case=Case.objects.first(), scope="case", how="voice", by=thandi, at=at)
    erasing.carry_out(wish=wish, by=naledi, at=at)
    with pytest.raises(Conflict):
        erasing.carry_out(wish=wish, by=lerato, at=at)


def test_nothing_goes_while_she_is_on_the_phone(rose, thandi, naledi, at):
    case = Case.objects.latest("opened_at")
    Call.objects.filter(case=case).update(state="connected")
    wish = erasing.ask(case=case, scope="case", how="voice", by=thandi, at=at)
    with pytest.raises(Conflict):
        erasing.carry_out(wish=wish, by=naledi, at=at)


def test_a_refused_wish_leaves_everything_and_says_why(rose, thandi, naledi, at):
    wish = erasing.ask(case=Case.objects.first(), scope="person", how="voice", by=thandi, at=at)
    erasing.refuse(wish=wish, why_not="not_her", by=naledi, at=at)
    assert Case.objects.count() == 2
    assert ErasureWish.objects.get().why_not == "not_her"


@pytest.fixture
def lily(rose, line, thandi, fill, at):
    """Lily, who uses Rose's phone: a case of her own with that number, and what she said about it."""
    number = rose.numbers.get()
    caller = Caller.objects.create(code_name="Lily", created_at=at)
    make_safe_contact(caller, thandi, number=number, may_text=True)
    case = make_case(line=line, caller=caller, number=number, owner=thandi, at=at + timedelta(minutes=1))
    make_note(case, thandi, "Lily's own words")
    Call.objects.create(
        sid="CAlily", line=line, case=case, number=number, caller=rose, sent_from_kind="number", state="ended",
        outcome="answered", started_at=at, heard_at=at,
    )  # fmt: skip
    return caller


def test_who_shares_the_phone_keeps_what_is_theirs(rose, lily, forget):
    number = rose.numbers.get()
    forget(Case.objects.filter(caller=rose).first())
    case = Case.objects.get()
    assert (case.caller, case.number, case.notes.get().body) == (lily, number, "Lily's own words")
    assert SafeContact.objects.get().caller == lily
    assert Call.objects.get().caller == lily, "the call was first thought to be Rose's"
    kept = Number.objects.get()
    assert kept.caller_id not in {rose.pk, None}
    assert not Caller.objects.filter(pk=rose.pk).exists()


def test_a_call_of_her_phone_that_nobody_confirmed_stays_and_is_told(rose, line, forget, at):
    number = rose.numbers.get()
    open_question = make_case(line=line, caller=rose, number=number, possibly_known=True, at=at + timedelta(hours=1))
    shown = erasing.preview(case=Case.objects.filter(possibly_known=False).first(), scope="person", at=at)
    assert (shown.unconfirmed, shown.shared_numbers) == (1, 1)
    forget(Case.objects.filter(possibly_known=False).first())
    open_question.refresh_from_db()
    assert open_question.caller.code_name is None
    assert open_question.number == number
    assert not Caller.objects.filter(pk=rose.pk).exists()


def test_a_case_in_which_she_rang_for_somebody_else_stays_without_her(rose, line, thandi, forget, fill, at):
    violet = make_caller(number="", code_name="Violet")
    case = make_case(line=line, caller=rose, concerns=violet, owner=thandi, at=at + timedelta(hours=1))
    make_note(case, thandi, "Violet's story")
    Call.objects.create(
        sid="CAv", line=line, case=case, number=case.number, caller=rose, sent_from_kind="number", state="ended",
        outcome="answered", started_at=at, heard_at=at,
    )  # fmt: skip
    forget(Case.objects.filter(concerns=None).first())
    case.refresh_from_db()
    assert (case.caller, case.number, case.concerns) == (None, None, violet)
    assert case.notes.get().body == "Violet's story"
    assert not Call.objects.exists()
    assert not Caller.objects.filter(pk=rose.pk).exists()


def test_the_note_of_a_hand_over_goes_and_the_offer_of_other_cases_stays(rose, line, thandi, forget):
    other = make_case(line=line, caller=make_caller(), owner=thandi)
    offered = HandOver.objects.first()
    offered.cases.add(other)
    forget(Case.objects.filter(caller=rose).first())
    offered.refresh_from_db()
    assert (offered.note, list(offered.cases.all())) == (None, [other])


def test_a_withheld_or_doubtful_caller_is_nobody_to_forget(line, thandi, rose, at):
    withheld = make_case(line=line)
    doubtful = make_case(line=line, caller=rose, possibly_known=True)
    for case in (withheld, doubtful):
        with pytest.raises(NotAllowed):
            erasing.ask(case=case, scope="person", how="voice", by=thandi, at=at)


def test_what_the_page_counts_is_what_goes(rose, thandi, naledi, at):
    case = Case.objects.latest("opened_at")
    shown = erasing.preview(case=case, scope="person", at=at)
    counted = sum(number for part in shown.parts for _words, number in part.rows)
    wish = erasing.ask(case=case, scope="person", how="voice", by=thandi, at=at)
    told = 2  # that somebody asked: an alarm, and a text about it to Naledi
    assert sum(erasing.carry_out(wish=wish, by=naledi, at=at).counts.values()) == counted + told


# --- after a restore


@pytest.fixture
def var(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    return tmp_path


def restore(caller_ref, number, case_ref, line, at):
    """What an older copy of the database brings back: the same references."""
    caller = Caller.objects.create(ref=caller_ref, code_name=f"{CANARY} Rose", created_at=at)
    row = Number.objects.create(ref=number.ref, caller=caller, number="+447700900291", created_at=at)
    return make_case(line=line, caller=caller, number=row, ref=case_ref)


def test_a_restored_copy_is_erased_again_by_the_file_that_was_kept(
    rose, line, thandi, forget, var, at, monkeypatch, django_capture_on_commit_callbacks
):
    monkeypatch.setattr("helpline.core.clock.now", lambda: at)
    number, case = rose.numbers.get(), Case.objects.latest("opened_at")
    with django_capture_on_commit_callbacks(execute=True):
        forget(case)
    kept = tombstones.path_of_file().read_text()
    assert rose.ref not in kept
    assert case.ref not in kept
    Tombstone.objects.all().delete()  # the copy is from before the wish
    back = restore(rose.ref, number, case.ref, line, at)
    make_note(back, thandi, f"{CANARY} note")
    others = make_case(line=line, caller=make_caller(code_name="Lily"))
    call_command("reapply_tombstones")
    assert list(Case.objects.all()) == [others]
    assert Caller.objects.get().code_name == "Lily"
    assert [name for name, value in everything_sealed() if CANARY in value] == []
    assert Entry.objects.get(verb="erasure.reapplied").detail["counts"]["cases.Case"] == 1


def test_doing_it_twice_does_nothing_more(rose, forget, var, at, monkeypatch, capsys):
    monkeypatch.setattr("helpline.core.clock.now", lambda: at)
    forget(Case.objects.latest("opened_at"))
    call_command("reapply_tombstones")
    assert "Done: 0 rows" in capsys.readouterr().out


def test_a_damaged_file_is_refused_and_nothing_is_erased(rose, var, tmp_path):
    damaged = tmp_path / "copy.jsonl"
    damaged.write_text('{"kind": "case", "mark"')
    with pytest.raises(CommandError):
        call_command("reapply_tombstones", "--file", str(damaged))
    with pytest.raises(CommandError):
        call_command("reapply_tombstones", "--file", str(tmp_path / "absent"))
    assert Case.objects.count() == 2


def test_the_file_keeps_what_a_restored_database_has_forgotten(var, at):
    tombstones.put(kind="case", refs=["HL-2345"], at=at)
    tombstones.write_file()
    Tombstone.objects.all().delete()
    tombstones.put(kind="case", refs=["HL-2346"], at=at)
    assert tombstones.write_file() == 2
    assert tombstones.read_file(tombstones.path_of_file()) == 1
    assert tombstones.stands_for(kind="case", ref="HL-2345")
    assert not tombstones.stands_for(kind="caller", ref="HL-2345")


# --- holds


def test_a_hold_is_put_changed_and_ended_each_in_the_audit(rose, thandi, at):
    case = Case.objects.first()
    holds.put(case=case, why="court", until=(at + timedelta(days=9)).date(), by=thandi, at=at)
    holds.put(case=case, why="police", until=(at + timedelta(days=90)).date(), by=thandi, at=at)
    assert holds.find(case, at).why == "police"
    holds.end(case=case, by=thandi, at=at)
    assert holds.find(case, at) is None
    assert list(Entry.objects.order_by("pk").values_list("verb", flat=True)) == ["hold.put", "hold.put", "hold.ended"]
    with pytest.raises(NotAllowed):
        holds.end(case=case, by=thandi, at=at)


@pytest.mark.parametrize("days", [-1, 0, 2000])
def test_a_hold_ends_on_a_day_to_come_within_five_years(rose, thandi, at, days):
    with pytest.raises(NotAllowed):
        holds.put(case=Case.objects.first(), why="court", until=(at + timedelta(days=days)).date(), by=thandi, at=at)


def test_texts_that_wait_do_not_leave_any_more(rose, forget):
    Message.objects.update(state="waiting")
    forget(Case.objects.latest("opened_at"))
    assert not Message.objects.filter(route="caller").exists()
    assert not Text.objects.exists()
    assert not ContactRoute.objects.exists()


# --- pages


@pytest.fixture
def now(monkeypatch, at):
    monkeypatch.setattr("helpline.core.clock.now", lambda: at)


def test_thandi_asks_on_the_case_s_page_and_naledi_decides_on_hers(now, rose, desk_of, thandi, naledi):
    case = Case.objects.latest("opened_at")
    desk = desk_of(thandi)
    page = desk.get(f"/cases/{case.ref}/keeping/").content.decode()
    assert "Names, numbers" not in page
    assert "All of it: names, numbers" in page
    assert CANARY not in page
    desk.post(f"/cases/{case.ref}/keeping/forget/", {"wish-scope": "person", "wish-how": "code_word"})
    wish = ErasureWish.objects.get()
    other = desk_of(naledi)
    page = other.get(f"/retention/wishes/{wish.ref}/").content.decode()
    assert CANARY not in page
    other.post(f"/retention/wishes/{wish.ref}/", {"verb": "erase"})
    assert Case.objects.count() == 0
    assert other.get(f"/retention/wishes/{wish.ref}/").status_code == 404
    assert case.ref not in other.get("/retention/wishes/").content.decode()
    assert desk.get(f"/cases/{case.ref}/").status_code == 404


def test_bad_input_is_told_by_the_field_and_keeps_nothing(now, rose, desk_of, thandi):
    case = Case.objects.latest("opened_at")
    desk = desk_of(thandi)
    for path, form in (
        ("forget", {"wish-scope": "everybody", "wish-how": "voice"}),
        ("hold", {"hold-why": "court", "hold-until": "2020-01-01"}),
        ("hold", {"hold-why": "court", "hold-until": "soon"}),
        ("package", {"package-how": "\x00"}),
    ):
        assert desk.post(f"/cases/{case.ref}/keeping/{path}/", form).status_code == 422, path
    assert not ErasureWish.objects.exists()
    assert holds.find(case, None or case.opened_at) is None


def test_lerato_keeps_other_times_and_nonsense_is_told(now, desk_of, lerato, naledi):
    desk = desk_of(lerato)
    assert "Closed cases" in desk.get("/retention/").content.decode()
    assert desk.post("/retention/", {"closed_case": "1500"}).status_code == 302
    page = desk.get("/retention/").content.decode()
    assert "decided by Lerato" in page
    assert 'value="1500"' in page
    for typed in ("5", "-1", "many", "99999999", "١٢٠"):
        assert desk.post("/retention/", {"closed_case": typed}).status_code == 422
    assert desk_of(naledi).post("/retention/", {"closed_case": "900"}).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_of_two_who_write_the_file_at_once_none_takes_away_what_the_other_wrote(var, at, monkeypatch):
    reached, may_go_on, written, sync = threading.Event(), threading.Event(), [], os.fsync

    def sync_slowly(file):
        if not reached.is_set():  # the first of them has read everything that there was, and stands still
            reached.set()
            assert may_go_on.wait(timeout=60)
        sync(file)

    def write():
        try:
            written.append(tombstones.write_file())
        finally:
            connection.close()

    Tombstone.objects.create(kind="case", mark="first", erased_at=at)
    monkeypatch.setattr(tombstones.os, "fsync", sync_slowly)
    slow, quick = threading.Thread(target=write), threading.Thread(target=write)
    slow.start()
    assert reached.wait(timeout=60)
    Tombstone.objects.create(kind="case", mark="second", erased_at=at)
    quick.start()
    quick.join(timeout=2)
    may_go_on.set()
    for thread in (slow, quick):
        thread.join(timeout=60)
    assert sorted(written) == [1, 2]
    rows = [json.loads(line)["mark"] for line in tombstones.path_of_file().read_text().splitlines()]
    assert rows == ["first", "second"]
    folder = tombstones.path_of_file().parent
    assert {path.name for path in folder.glob("tombstones.*")} == {"tombstones.jsonl", "tombstones.lock"}
