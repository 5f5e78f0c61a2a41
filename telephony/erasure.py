"""What the phone holds of callers: calls, texts, what they said and sent, and what the gateway told of it."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import F, OuterRef, Subquery
from django.utils.translation import gettext_lazy as _

from cases.erasure import ABOUT_ANOTHER, forget_cases, is_about_her
from cases.models import Case, CaseState, FollowUp, Note, SearchWord
from helpline.core.privacy.erasure import Eraser, Holding, Kind, Subject, Tally, Told, tally
from telephony.models import Call, CallEvent, LeftBehind, Media, MediaState, Recording, RecordingState, Text, TextEvent

CONFIRMED = models.Q(case__possibly_known=False)
NOTHING_SAID = ("abandoned", "missed", "blocked", "silent")


def leave_to_sweep(rows: "models.QuerySet[Any] | Sequence[Any]") -> None:
    """Note recordings that still lie at the provider: they are deleted there although our own row is gone."""
    LeftBehind.objects.bulk_create(
        [
            LeftBehind(sid=row.sid, next_try_at=row.next_try_at or row.made_at)
            for row in rows
            if row.deleted_at_provider_at is None and row.state != RecordingState.ABSENT
        ],
        ignore_conflicts=True,
    )


def _kept(rows: "models.QuerySet[Any]", path: str, at: datetime) -> "models.QuerySet[Any]":
    return rows.exclude(**{f"{path}__in": Case.objects.on_hold(at).values("pk")})


def _heard_recordings(before: datetime, at: datetime) -> "models.QuerySet[Any]":
    """Messages past their time that somebody has heard, or whose case is closed: an unheard one is still a promise."""
    rows = Recording.objects.filter(made_at__lt=before)
    rows = rows.filter(models.Q(heard_at__isnull=False) | models.Q(call__case__state=CaseState.CLOSED))
    return _kept(rows, "call__case", at)


def _forget_recordings(rows: Sequence[Any]) -> Tally:
    leave_to_sweep(rows)
    gone = tally("telephony.Recording", rows, when="made_at")
    Recording.objects.filter(pk__in=[row.pk for row in rows]).delete()
    return gone


def _old_media(before: datetime, at: datetime) -> "models.QuerySet[Any]":
    return _kept(Media.objects.filter(text__at__lt=before).exclude(state=MediaState.WAITING), "text__case", at)


def _old_texts(before: datetime, at: datetime) -> "models.QuerySet[Any]":
    rows = Text.objects.filter(at__lt=before).filter(models.Q(case=None) | models.Q(case__state=CaseState.CLOSED))
    return _kept(rows, "case", at)


def _forget_texts(rows: Sequence[Any]) -> Tally:
    gone = tally("telephony.Text", rows, when="at", code="direction")
    TextEvent.objects.filter(sid__in=[row.sid for row in rows if row.sid]).delete()
    SearchWord.objects.filter(source__in=[row.ref for row in rows]).delete()
    Text.objects.filter(pk__in=[row.pk for row in rows]).delete()
    return gone


def _told_events(before: datetime, at: datetime) -> "models.QuerySet[Any]":
    return _kept(CallEvent.objects.filter(received_at__lt=before, call__state="ended"), "call__case", at)


def _raw_calls(before: datetime, at: datetime) -> "models.QuerySet[Any]":
    rows = Call.objects.filter(started_at__lt=before, state="ended").filter(sent_from__isnull=False)
    return _kept(rows, "case", at)


def _blank_calls(rows: Sequence[Any]) -> Tally:
    for row in rows:
        row.raw, row.sent_from = {}, None
        row.save(update_fields=["raw", "sent_from"])
    return Counter()


def _empty_cases(before: datetime, at: datetime) -> "models.QuerySet[Any]":
    """Cases that a call opened in which nothing was said, and to which nobody has added anything since."""
    case = OuterRef("pk")
    calls = Call.objects.filter(case=case)
    spoken = calls.filter(~models.Q(outcome__in=NOTHING_SAID) | models.Q(outcome=None) | models.Q(in_danger=True))
    rows = Case.objects.filter(opened_at__lt=before, owner=None, summary__isnull=True, concerns=None, source="call")
    rows = rows.exclude(state=CaseState.JOINED).exclude(urgency="danger")
    for written in (Note, Text, FollowUp):
        rows = rows.exclude(models.Exists(written._default_manager.filter(case=case)))
    rows = rows.exclude(models.Exists(Recording.objects.filter(call__case=case)))
    rows = rows.exclude(models.Exists(Case.objects.filter(joined_into=case)))
    return _kept(rows.filter(models.Exists(calls)).exclude(models.Exists(spoken)), "pk", at)


def _delete(rows: Sequence[Any]) -> Tally:
    type(rows[0])._default_manager.filter(pk__in=[row.pk for row in rows]).delete()
    return Counter()


KINDS: tuple[Kind, ...] = (
    Kind("recording", _("Messages that callers left, once heard"), _("the sound, here and at the provider"), 90, 7,
         _heard_recordings, _forget_recordings),
    Kind("media", _("Pictures and files that came with texts"), _("the file"), 90, 7, _old_media, _delete),
    Kind("gateway", _("What the provider told of a call, step by step"), _("the steps"), 30, 7, _told_events, _delete),
    Kind("raw_call", _("The request with which a call came in"), _("the request as it came, with the number in it"), 30, 7,
         _raw_calls, _blank_calls),
    Kind("text", _("Texts on closed cases"), _("the text"), 365, 30, _old_texts, _forget_texts),
    Kind("empty_case", _("Calls in which nothing was said"), _("the call and its empty case; it stays counted"), 90, 14,
         _empty_cases, forget_cases),
)  # fmt: skip


def _is_her_text(row: Any, subject: Subject) -> bool:
    """What a lawyer answered stands on her case and is not hers to take along."""
    if row.offer_id is not None:
        return False
    return row.direction == "inbound" or row.case is None or is_about_her(row, subject)


class Telephony(Eraser):
    name = "telephony"
    holds = _(
        "Calls and texts with their times, messages that were left, pictures, and what the provider told us of them."
    )
    removes = _("All of it, and the sound of messages at the provider too.")
    keeps = _("How many calls and texts there were in a month, and how they went.")
    holdings = (
        Holding("telephony.WrapUp", _("How a call was put down"), case="call__case", caller="call__caller",
                besides=models.Q(call__case__possibly_known=False), related=("call",),
                tells=(Told(_("When"), "at"), Told(_("What it was about"), "kind"))),
        Holding("telephony.Transfer", _("When you were connected with somebody outside"), case="call__case", caller="call__caller",
                besides=models.Q(call__case__possibly_known=False), related=("call", "provider"),
                tells=(Told(_("Began"), "began_at"), Told(_("With"), "provider.name"), Told(_("How it went"), "state"))),
        Holding("telephony.RoomEvent", _("What the provider told of the room of a call"), case="call__case",
                caller="call__caller", besides=models.Q(call__case__possibly_known=False)),
        Holding("telephony.OutCall", _("Calls that we made for you"), by_reference=lambda subject: models.Q(
                    about__in=list(subject.cases.values()))),
        Holding("telephony.CallEvent", _("What the provider told of calls"), case="call__case", caller="call__caller",
                besides=models.Q(call__case__possibly_known=False)),
        Holding("telephony.Leg", _("Phones of ours that rang"), case="call__case", caller="call__caller",
                besides=models.Q(call__case__possibly_known=False)),
        Holding(
            "telephony.Recording", _("Messages that you left"), case="call__case", caller="call__caller",
            besides=models.Q(call__case__possibly_known=False), when="made_at",
            tells=(Told(_("Left"), "made_at"), Told(_("Seconds"), "seconds"), Told(_("Heard"), "heard_at"),
                   Told(_("Sound"), lambda row: row.ref if row.sound else None)),
        ),
        Holding(
            "telephony.Call", _("Calls"), case="case", caller="caller", besides=CONFIRMED, when="started_at", code="outcome",
            related=("number",),
            tells=(Told(_("Began"), "started_at"), Told(_("How it went"), "outcome"), Told(_("Seconds"), "seconds"),
                   Told(_("From"), "number.number"), Told(_("Help key pressed"), "in_danger")),
        ),
        Holding(
            "telephony.Media", _("Pictures and files"), case="text__case", caller="text__caller",
            besides=models.Q(text__case__possibly_known=False), related=("text",),
            tells=(Told(_("Sent"), "text.at"), Told(_("Kind"), "mime"), Told(_("Bytes"), "size"),
                   Told(_("File"), lambda row: row.ref if row.content else None)),
        ),
        Holding(
            "telephony.Text", _("Texts"), case="case", caller="caller", besides=CONFIRMED, when="at", code="direction",
            related=("number", "case"), because=ABOUT_ANOTHER,
            is_hers=_is_her_text,
            tells=(Told(_("When"), "at"), Told(_("Who wrote"), "direction"), Told(_("Number"), "number.number"),
                   Told(_("Words"), "body")),
        ),
    )  # fmt: skip

    kinds = KINDS

    def let_go(self, subject: Subject) -> None:
        """Where a call or text stays, its caller is whoever its case has now."""
        theirs = Subquery(Case.objects.filter(pk=OuterRef("case")).values("caller")[:1])
        for model in (Call, Text):
            kept = model._default_manager.exclude(case__in=list(subject.cases))
            for caller, stand_in in subject.stand_ins.items():
                kept.filter(caller=caller, case__possibly_known=True).update(caller=stand_in)
            kept.filter(caller__in=list(subject.callers)).exclude(case__caller=F("caller")).update(caller=theirs)
            kept.filter(number__in=list(subject.numbers)).update(number=None)

    def remove(self, holding: Holding, rows: "models.QuerySet[Any]") -> None:
        if holding.model == "telephony.Recording":
            leave_to_sweep(rows)
        if holding.model == "telephony.Text":
            sids = [sid for sid in rows.values_list("sid", flat=True) if sid]
            TextEvent.objects.filter(sid__in=sids).delete()
        super().remove(holding, rows)
