"""Who has a case, what is written in it, and when it ends. Who may do it was decided at the door (`cases.access`)."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.lifecycle import CaseVerb, move_case
from cases.models import Case, CaseState, CheckIn, FollowUp, LetIn, Note, ReviewedStep, Urgency, WordKind
from cases.services import approval, word_index
from helpline.core.audit import services as audit
from helpline.core.errors import Conflict, NotAllowed
from helpline.core.realtime import services as realtime
from helpline.core.staff.models import Role, User

ANSWERS_CALLERS = (Role.COUNSELLOR, Role.PARALEGAL, Role.SUPERVISOR)


TELL_OF_WRITING_EVERY = timedelta(seconds=15)  # a reference to open pages, so that they look who is writing


class Changed(Conflict):
    """Somebody else changed it since it was read. `theirs` is what stands there now, by the name of the field."""

    def __init__(self, theirs: Mapping[str, str]) -> None:
        super().__init__(_("Somebody else changed this while you were writing: look at both and decide."))
        self.theirs = theirs


SAME_PRESS = timedelta(minutes=1)  # the same words again within this time are the same press of a button


def lock(case: Case) -> Case:
    """Return the case as it is now, held until the transaction ends: whoever changes it comes one after the other."""
    return Case.objects.select_for_update(of=("self",)).select_related("owner", "joined_into").get(pk=case.pk)


@transaction.atomic
def give_to_whoever_answered(*, case: Case, person: User, at: datetime) -> bool:
    """Let the person who accepted a call into its case; it becomes hers where nobody has it. Says whether it did.

    Safe to repeat.
    """
    became_hers = Case.objects.filter(pk=case.pk, owner=None).update(owner=person) == 1
    if became_hers:
        case.owner = person
    _insert_let_in(case, person, "accepted_call", at)
    if became_hers:
        audit.record(by=person, verb="case.taken", what="case", about=case.ref, at=at, because="accepted_call")
        realtime.publish("case", case.ref)
    return became_hers


@transaction.atomic
def take_over(*, case: Case, by: User, at: datetime) -> Case:
    """Make a case this person's own, with its unfinished follow-ups that were nobody's or the former owner's.

    The former owner keeps reading it. Raises Conflict where somebody else took it since `case` was read, NotAllowed for
    a role that does not answer callers or a case that is not open.
    """
    if not by.holds(*ANSWERS_CALLERS):
        raise NotAllowed(_("Your role does not take cases over."))
    now = lock(case)
    if now.owner_id == by.pk:
        return now
    if now.owner_id != case.owner_id:
        raise Conflict(_("Somebody else took this case over first."))
    if now.state != CaseState.OPEN:
        raise NotAllowed(_("Only an open case can be taken over."))
    change_owner(case=now, to=by, why="took_over", at=at)
    audit.record(by=by, verb="case.taken", what="case", about=now.ref, at=at, because="took_over")
    realtime.publish("case", now.ref)
    return now


def change_owner(*, case: Case, to: User, why: str, at: datetime) -> None:
    """Change who has a locked case, inside the transaction that decided it. Unfinished follow-ups go along; the former
    owner and the new one may read it from now on.
    """
    former = case.owner
    FollowUp.objects.unfinished().filter(case=case, owner=former).update(owner=to)
    if former is not None:
        FollowUp.objects.unfinished().filter(case=case, owner=None).update(owner=to)
        _insert_let_in(case, former, "had_it", at)
    _insert_let_in(case, to, why, at)
    case.owner = to
    case.save(update_fields=["owner"])


@transaction.atomic
def let_in(*, case: Case, user: User, by: User, at: datetime, why: str = "asked") -> None:
    """Let one more person read and write a case. `why` is a code. Raises NotAllowed for somebody who has left."""
    if not user.is_active:
        raise NotAllowed(_("This person has left."))
    if _insert_let_in(case, user, why, at):
        audit.record(by=by, verb="case.let_in", what="case", about=case.ref, at=at, person=user.username, why=why)
        realtime.publish("case", case.ref)


@transaction.atomic
def shut_out(*, case: Case, user: User, by: User, at: datetime) -> None:
    """Take back that a person was let in. Raises NotAllowed for the owner, from whom somebody takes it over instead."""
    if case.owner_id == user.pk:
        raise NotAllowed(_("The case is theirs: take it over first."))
    if LetIn.objects.filter(case=case, user=user).delete()[0]:
        audit.record(by=by, verb="case.shut_out", what="case", about=case.ref, at=at, person=user.username)
        realtime.publish("case", case.ref)


def _insert_let_in(case: Case, user: User, why: str, at: datetime) -> bool:
    """Say whether the person was new; somebody who is in already stays in for the first reason."""
    if LetIn.objects.filter(case=case, user=user).exists():
        return False
    LetIn.objects.bulk_create([LetIn(case=case, user=user, why=why, since=at)], ignore_conflicts=True)
    return True


@transaction.atomic
def save_draft(*, case: Case, by: User, body: str, at: datetime) -> Note | None:
    """Keep what is being typed, as often as it changes; one draft for each case and author. Nothing typed: no draft.

    Only its author sees it, and only finishing it is written down in the audit.
    """
    draft = _draft_of(case, by)
    if not body:
        if draft is not None:
            draft.delete()
        return None
    if draft is None:
        try:
            with transaction.atomic():
                realtime.publish("draft", case.ref)
                return Note.objects.create(case=case, author=by, body=body, is_draft=True, written_at=at, changed_at=at)
        except IntegrityError:  # the same page, saved twice at the same moment
            draft = _draft_of(case, by)
            if draft is None:
                raise
    if draft.body != body:
        if at - draft.changed_at > TELL_OF_WRITING_EVERY:
            realtime.publish("draft", case.ref)
        draft.body = body
        draft.changed_at = at
        draft.save(update_fields=["body", "changed_at"])
    return draft


def _draft_of(case: Case, by: User) -> Note | None:
    return Note.objects.select_for_update().filter(case=case, author=by, is_draft=True).first()


@transaction.atomic
def finish_note(*, case: Case, by: User, at: datetime, body: str | None = None) -> Note:
    """Put a note into the story: `body`, or the draft as it was last kept. The draft becomes the note.

    The same words again within a minute give the note that is there. Raises NotAllowed where there is nothing to keep.
    """
    draft = _draft_of(case, by)
    words = body if body is not None else (draft.body if draft else "")
    if not words.strip():
        raise NotAllowed(_("There is nothing in this note yet."))
    if draft is None:
        last = Note.objects.filter(case=case, author=by, is_draft=False, written_at__gt=at - SAME_PRESS)
        for note in last.order_by("-written_at"):
            if note.body == words:
                return note
        note = Note(case=case, author=by)
    else:
        note = draft
    note.body, note.is_draft, note.written_at, note.changed_at = words, False, at, at
    note.save()
    word_index.put(case=case, kind=WordKind.NOTE, ref=note.ref, texts=[words])
    audit.record(by=by, verb="note.written", what="case", about=case.ref, at=at, note=note.ref)
    realtime.publish("case", case.ref)
    return note


def read_draft(*, case: Case, by: User) -> str:
    """Return what this person has typed on this case and not yet put into the story."""
    draft = Note.objects.filter(case=case, author=by, is_draft=True).first()
    return draft.body if draft else ""


@transaction.atomic
def take_note_back(*, note_id: int, case: Case, by: User, at: datetime) -> None:
    """Make a note that was put into the story a moment ago a draft again. Where its author has begun another, it stays."""
    note = Note.objects.select_for_update().filter(pk=note_id, case=case, author=by, is_draft=False).first()
    if note is None or _draft_of(case, by) is not None:
        return
    note.is_draft, note.changed_at = True, at
    note.save(update_fields=["is_draft", "changed_at"])
    word_index.remove(kind=WordKind.NOTE, ref=note.ref)
    audit.record(by=by, verb="note.taken_back", what="case", about=case.ref, at=at, note=note.ref)
    realtime.publish("case", case.ref)


@transaction.atomic
def set_summary(
    *, case: Case, by: User, summary: str, at: datetime, was: str | None = None, keep_theirs: bool = False
) -> Case:
    """Say in a few sentences what the case is about; blank takes it away.

    `was` is what the writer saw before: where something else stands there now, `Changed` is raised with it, so that both
    can be read. `keep_theirs` puts what is replaced into the story as a note.
    """
    now = lock(case)
    there, said = now.summary or "", summary.strip()
    if was is not None and there.split() not in (was.split(), said.split()):
        raise Changed({"summary": there})
    if keep_theirs and there and there != said:
        before = _("What it was about before: %(words)s") % {"words": there}
        note = Note.objects.create(case=now, author=by, body=before, written_at=at, changed_at=at)
        word_index.put(case=now, kind=WordKind.NOTE, ref=note.ref, texts=[note.body])
    case.summary = said or None
    case.save(update_fields=["summary"])
    word_index.put(case=case, kind=WordKind.SUMMARY, ref=case.ref, texts=[case.summary])
    audit.record(by=by, verb="case.summarised", what="case", about=case.ref, at=at)
    realtime.publish("case", case.ref)
    return case


@transaction.atomic
def set_urgency(*, case: Case, by: User, urgency: str, at: datetime) -> Case:
    """Say how urgent a case is. Raises NotAllowed for a word that is not one of `Urgency`."""
    if urgency not in Urgency.values:
        raise NotAllowed(_("A case is normal, or somebody is in danger or arrested."))
    case.urgency = urgency
    case.save(update_fields=["urgency"])
    audit.record(by=by, verb="case.urgency", what="case", about=case.ref, at=at, urgency=urgency)
    realtime.publish("case", case.ref)
    return case


@transaction.atomic
def close(*, case: Case, by: User, at: datetime) -> Case:
    """End a case. Raises NotAllowed while something is still promised on it, where it is not open, and where a supervisor
    must look at it first. `cases.services.closing` asks why, and how they come back.
    """
    now = lock(case)
    if CheckIn.objects.live().filter(case=now).exists():
        raise NotAllowed(_("A check-in runs on this case: wait for it, or stop it first."))
    promised = FollowUp.objects.unfinished().filter(case=now).count()
    if promised:
        raise NotAllowed(
            ngettext(
                "%(count)d promise is still open: finish it, or say why it is not needed.",
                "%(count)d promises are still open: finish them, or say why they are not needed.",
                promised,
            )
            % {"count": promised}
        )
    approval.check(now, ReviewedStep.CLOSING, by)
    approval.use(now, ReviewedStep.CLOSING, at)
    return _move(now, "close", by, at)


@transaction.atomic
def reopen(*, case: Case, by: User, at: datetime) -> Case:
    """Take a closed case up again. Raises NotAllowed where it is not closed."""
    return _move(lock(case), "reopen", by, at)


def _move(case: Case, verb: CaseVerb, by: User, at: datetime) -> Case:
    case.state = CaseState(move_case(case.state, verb))
    case.closed_at = at if case.state == CaseState.CLOSED else None
    case.save(update_fields=["state", "closed_at"])
    deed = "case.closed" if verb == "close" else "case.reopened"
    audit.record(by=by, verb=deed, what="case", about=case.ref, at=at)
    realtime.publish("case", case.ref)
    return case
