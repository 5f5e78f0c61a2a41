"""Which records have a time of their own, when it is over, and what goes then."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.erasure.subjects import forget_cases
from cases.models import Case, CaseState, Complaint, HandOverState, IncidentDraft, Note, ShiftHandOver
from helpline.core import clock
from helpline.core.outbox.models import Message, MessageState
from helpline.core.privacy.erasure import Kind, Tally

LEFT = (MessageState.SENT, MessageState.DELIVERED, MessageState.FAILED, MessageState.REFUSED, MessageState.CANCELED,
        MessageState.EXPIRED)  # fmt: skip


def _not_on_hold(rows: "models.QuerySet[Any]", path: str, at: datetime) -> "models.QuerySet[Any]":
    return rows.exclude(**{f"{path}__in": Case.objects.on_hold(at).values("pk")})


def _drafts(before: datetime, at: datetime) -> "models.QuerySet[Any]":
    return _not_on_hold(Note.objects.filter(is_draft=True, changed_at__lt=before), "case", at)


def _incident_drafts(before: datetime, at: datetime) -> "models.QuerySet[Any]":
    return _not_on_hold(IncidentDraft.objects.filter(changed_at__lt=before), "case", at)


def _delete(rows: Sequence[Any]) -> Tally:
    type(rows[0])._default_manager.filter(pk__in=[row.pk for row in rows]).delete()
    return Counter()


def _shift_notes(before: datetime, at: datetime) -> "models.QuerySet[Any]":
    """Notes of hand-overs that are over, of none in which something is on hold."""
    rows = ShiftHandOver.objects.exclude(state=HandOverState.OFFERED).filter(answered_at__lt=before)
    return rows.exclude(note__isnull=True).exclude(items__case__in=Case.objects.on_hold(at).values("pk"))


def _forget_note(rows: Sequence[Any]) -> Tally:
    for row in rows:
        row.note = None
        row.save(update_fields=["note"])
    return Counter()


def _closed(before: datetime, at: datetime) -> "models.QuerySet[Any]":
    """Closed cases past their time: the last thing joined to them must be closed as long, and nothing be on hold."""
    rows = Case.objects.filter(state=CaseState.CLOSED, closed_at__lt=before)
    return _not_on_hold(rows, "pk", at)


def _settled_complaints(before: datetime, _at: datetime) -> "models.QuerySet[Any]":
    return Complaint.objects.filter(finished_at__lt=before)


def _sent_words(before: datetime, at: datetime) -> "models.QuerySet[Any]":
    held = Case.objects.on_hold(at).values("ref")
    rows = Message.objects.filter(state__in=LEFT, created_at__lt=before, words_gone_at=None)
    return rows.exclude(about__in=held)


def _forget_words(rows: Sequence[Any]) -> Tally:
    for row in rows:
        row.words, row.attempt, row.words_gone_at = {}, None, clock.now()
        row.save(update_fields=["words", "attempt", "words_gone_at"])
    return Counter()


KINDS: tuple[Kind, ...] = (
    Kind("complaint", _("Complaints about us that are settled"), _("the complaint with what was found out"), 1095, 180,
         _settled_complaints, _delete),
    Kind("draft", _("Notes that were begun and never finished"), _("the words"), 30, 7, _drafts, _delete),
    Kind("incident_draft", _("Incidents that were begun and never kept"), _("the words"), 30, 7, _incident_drafts, _delete),
    Kind("shift_note", _("Notes to the next person at the end of a shift"), _("the words; who accepted what stays known"),
         30, 2, _shift_notes, _forget_note),
    Kind("sent_words", _("Words of messages that have left"), _("the words; that a message left stays known"), 30, 2,
         _sent_words, _forget_words),
    Kind("closed_case", _("Closed cases"), _("the case with everything in it, and the caller where nothing else is left"),
         730, 90, _closed, forget_cases),
)  # fmt: skip
