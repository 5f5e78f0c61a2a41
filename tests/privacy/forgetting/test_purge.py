"""Clearing out: what is past its time goes, what is on hold stays, figures stay right, and a stop in the middle does no harm."""

from datetime import timedelta

import pytest
from django.core.management import call_command

from cases.models import Caller, Case, FollowUp, Note, Number
from helpline.core.alarms.models import Alarm
from helpline.core.audit.models import Entry
from helpline.core.errors import NotAllowed
from helpline.core.forgetting.models import Forgotten, PurgeRun, RetentionRule
from helpline.core.forgetting.purge import BATCH, count_due, purge
from helpline.core.forgetting.retention import decide, read_rules
from helpline.core.outbox.models import Message
from helpline.dashboard.templatetags.desk import ALARMS
from telephony.models import Call, LeftBehind, Recording, Text
from tests.factories import make_caller, make_case, make_note, make_person
from tests.locked import held, little_patience

pytestmark = pytest.mark.django_db


def gone(month, what):
    return sum(Forgotten.objects.filter(month=month, what=what).values_list("number", flat=True))


def test_a_closed_case_past_its_time_goes_with_everything_and_rose_s_open_case_stays(rose, at):
    old, new = Case.objects.order_by("opened_at")
    purge(at=at)
    assert list(Case.objects.all()) == [new]
    assert set(Call.objects.values_list("case", flat=True)) == {new.pk}
    assert set(Note.objects.values_list("case", flat=True)) == {new.pk}
    assert not Message.objects.filter(about=old.ref).exists()
    assert Caller.objects.get().code_name == rose.code_name


def test_a_caller_who_is_left_with_nothing_goes_too(rose, at):
    Case.objects.update(state="closed", closed_at=at - timedelta(days=1000))
    purge(at=at)
    assert (Case.objects.count(), Caller.objects.count(), Number.objects.count()) == (0, 0, 0)


def test_counts_of_what_is_gone_survive_without_any_reference(rose, at):
    old = Case.objects.earliest("opened_at")
    month = f"{old.opened_at:%Y-%m}"
    purge(at=at)
    assert (gone(month, "cases.Case"), gone(month, "telephony.Call")) == (1, 1)
    assert gone(month, "telephony.Text") == 2
    assert Forgotten.objects.get(what="telephony.Call", month=month).code == "voicemail"
    kept = str(list(Forgotten.objects.values()))
    assert old.ref not in kept
    assert rose.ref not in kept


def test_a_hold_keeps_everything_of_its_case(rose, hold, at):
    old = Case.objects.earliest("opened_at")
    hold(old)
    before = (Note.objects.count(), Call.objects.count(), Recording.objects.count(), Text.objects.count())
    purge(at=at)
    assert Case.objects.filter(pk=old.pk).exists()
    assert (Note.objects.count(), Call.objects.count(), Recording.objects.count(), Text.objects.count()) == before
    assert Message.objects.get(about=old.ref).words == {"body": "quokka"}


def test_a_hold_that_is_over_keeps_nothing(rose, hold, at):
    hold(Case.objects.earliest("opened_at"), until=(at - timedelta(days=1)).date())
    purge(at=at)
    assert Case.objects.count() == 1


def test_a_hold_on_a_case_keeps_what_was_joined_to_it(rose, hold, line, fill, at):
    old, new = Case.objects.order_by("opened_at")
    hold(new)
    old.joined_into, old.state = new, "joined"
    old.save()
    Recording.objects.update(made_at=at - timedelta(days=400))
    purge(at=at)
    assert Recording.objects.count() == 2


def test_the_audit_is_as_it_was(rose, thandi, at):
    old = Case.objects.earliest("opened_at")
    Entry.objects.create(at=at, who=thandi, verb="case.read", what="case", about=old.ref)
    purge(at=at)
    assert Entry.objects.get(about=old.ref).verb == "case.read"
    finished = Entry.objects.get(verb="purge.finished")
    assert finished.detail["counts"]["closed_case"] == 1


def test_an_unheard_message_stays_and_a_heard_one_goes_at_the_provider_too(rose, at):
    Case.objects.update(state="open")
    Recording.objects.update(made_at=at - timedelta(days=400))
    unheard = Recording.objects.first()
    Recording.objects.filter(pk=unheard.pk).update(heard_at=None)
    purge(at=at)
    assert list(Recording.objects.all()) == [unheard]
    assert LeftBehind.objects.count() == 1


def test_a_call_in_which_nothing_was_said_goes_and_one_with_a_note_stays(line, thandi, at):
    old = at - timedelta(days=200)
    for outcome in ("abandoned", "missed", "answered", "abandoned"):
        case = make_case(line=line, caller=make_caller(), at=old)
        Call.objects.create(
            sid=case.ref, line=line, case=case, number=case.number, caller=case.caller, sent_from_kind="number",
            state="ended", outcome=outcome, started_at=old, heard_at=old,
        )  # fmt: skip
    make_note(case, thandi, "breathing, then nothing")
    purge(at=at)
    assert sorted(Call.objects.values_list("outcome", flat=True)) == ["abandoned", "answered"]
    assert gone(f"{old:%Y-%m}", "telephony.Call") == 2


def test_a_dry_run_tells_the_counts_and_changes_nothing(rose, at, capsys, monkeypatch):
    monkeypatch.setattr("helpline.core.clock.now", lambda: at)
    before = (Case.objects.count(), Note.objects.count(), Text.objects.count())
    call_command("purge", "--dry-run")
    told = capsys.readouterr().out
    assert "1  closed_case" in told
    assert (Case.objects.count(), Note.objects.count(), Text.objects.count()) == before
    assert not PurgeRun.objects.exists()
    assert not Entry.objects.filter(verb="purge.finished").exists()


def test_what_the_dry_run_counts_goes(rose, at):
    due = count_due(at=at)
    run = purge(at=at)
    assert run.counts["closed_case"] == due["closed_case"] == 1
    assert set(count_due(at=at).values()) == {0}


class Killed(BaseException):
    """The machine is switched off."""


def test_a_run_that_is_killed_between_batches_goes_on_and_counts_nothing_twice(line, thandi, at):
    case = make_case(line=line, caller=make_caller(), owner=thandi)
    old = at - timedelta(days=90)
    people = [f"a{number}" for number in range(BATCH + 20)]
    from tests.factories import make_person  # many authors: one draft each

    for name in people:
        make_note(case, make_person(name), "begun", at=old, is_draft=True)

    def stop(run):
        if run.counts.get("draft"):
            raise Killed

    with pytest.raises(Killed):
        purge(at=at, after_batch=stop)
    assert Note.objects.count() == 20
    run = purge(at=at, resume=True)
    assert PurgeRun.objects.count() == 1
    assert run.counts["draft"] == BATCH + 20
    assert Note.objects.count() == 0


def test_a_batch_that_is_killed_in_its_middle_leaves_rows_and_counts_as_they_were(rose, at, monkeypatch):
    def killed(*args, **kwargs):
        raise Killed

    monkeypatch.setattr("helpline.core.forgetting.purge.add_up", killed)
    before = (Note.objects.count(), Case.objects.count(), Recording.objects.count())
    with pytest.raises(Killed):
        purge(at=at)
    monkeypatch.undo()
    assert (Note.objects.count(), Case.objects.count(), Recording.objects.count()) == before
    assert purge(at=at, resume=True).counts["closed_case"] == 1


def test_one_row_that_something_holds_does_not_stop_the_others(rose, at, monkeypatch):
    from django.db.models import ProtectedError

    from helpline.core.forgetting import purge as module

    (rule,) = [one for one in read_rules() if one.kind.code == "draft"]
    stubborn = Note.objects.filter(is_draft=True).earliest("pk")
    Note.objects.filter(is_draft=True).update(changed_at=at - timedelta(days=90))
    forget = rule.kind.forget

    def sometimes(rows):
        if stubborn.pk in [row.pk for row in rows]:
            raise ProtectedError("held", set())
        return forget(rows)

    import dataclasses

    kind = dataclasses.replace(rule.kind, forget=sometimes)
    monkeypatch.setattr(module, "read_rules", lambda: [dataclasses.replace(rule, kind=kind)])
    administrator = make_person("admin", "administrator", duty_phone="+447700900119")
    for _run in range(2):  # it runs every hour
        run = purge(at=at)
    assert (PurgeRun.objects.earliest("pk").counts["draft"], run.stuck["draft"]) == (1, 1)
    assert list(Note.objects.filter(is_draft=True)) == [stubborn]
    told = Alarm.objects.filter(kind="purge_stuck")
    assert told.get().about == PurgeRun.objects.earliest("pk").ref
    assert Message.objects.get(template="staff/alarm").to_ref == administrator.username
    assert "could not be" in ALARMS["purge_stuck"]
    purge(at=at + timedelta(days=7))
    assert told.count() == 2, "it is said again while it is so"


@pytest.mark.django_db(transaction=True)
def test_a_row_that_somebody_works_at_stays_for_the_next_run_and_rings_no_alarm(rose, at):
    Note.objects.filter(is_draft=True).update(changed_at=at - timedelta(days=90))
    drafts = Note.objects.filter(is_draft=True)
    with held(drafts.earliest("pk")), little_patience():
        run = purge(at=at)
    assert run.finished_at == at
    assert (run.counts["draft"], run.stuck) == (1, {})
    assert not Alarm.objects.filter(kind="purge_stuck").exists()
    assert purge(at=at).counts["draft"] == 1
    assert not drafts.exists()


def test_a_follow_up_that_is_due_is_never_purged_with_a_case_that_is_open(rose, at):
    FollowUp.objects.update(state="due")
    purge(at=at + timedelta(days=3000))
    assert FollowUp.objects.filter(state="due").count() >= 1


def test_lerato_decides_and_her_decision_holds(rose, lerato, at):
    decide(days={"closed_case": 3000}, by=lerato, at=at)
    purge(at=at)
    assert Case.objects.count() == 2
    rule = RetentionRule.objects.get()
    assert (rule.days, rule.decided_by) == (3000, lerato)
    assert Entry.objects.get(verb="retention.decided").detail == {"before": 730, "after": 3000}


@pytest.mark.parametrize("days", [0, 1, 89, 40_000])
def test_a_time_that_is_too_short_or_endless_is_refused(lerato, at, days):
    with pytest.raises(NotAllowed):
        decide(days={"closed_case": days}, by=lerato, at=at)
    assert not RetentionRule.objects.exists()
