"""Messages that callers left: fetched as soon as they can be had, kept sealed, deleted at the gateway, listened to."""

import logging
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from cases.access import READ, get_case, may_read_story
from cases.models import FollowUpKind
from cases.services import followups
from helpline.core.alarms import services as alarms
from helpline.core.audit import services as audit
from helpline.core.errors import NotAllowed, NotFound
from helpline.core.realtime import services as realtime
from helpline.core.staff.models import User
from telephony.gateway.errors import GatewayError, NotThere, Refused, TooBig
from telephony.gateway.protocol import Gateway, Sound
from telephony.models import LeftBehind, Recording, RecordingState
from telephony.services import fetching

MOST_BYTES = 10_000_000  # three minutes of telephone sound are under three million
ALARM_AFTER_DELETE_TRIES = 5
log = logging.getLogger(__name__)


def fetch_waiting(*, at: datetime, gateway: Gateway, limit: int = fetching.MOST_AT_ONCE) -> int:
    """Fetch recordings that are due and delete, at the gateway, those that we have; return how many were fetched.

    One that is not there yet is asked for again after a pause that doubles. Any number of these may run at once.
    """
    fetched = 0
    for pk in list(Recording.objects.to_fetch(at).order_by("next_try_at").values_list("pk", flat=True)[:limit]):
        recording = _claim(pk, at, RecordingState.WAITING)
        if recording is not None:
            fetched += _fetch(recording, at=at, gateway=gateway)
    for pk in list(Recording.objects.to_delete_at_provider(at).values_list("pk", flat=True)[:limit]):
        recording = _claim(pk, at, RecordingState.KEPT)
        if recording is not None:
            _delete_at_gateway(recording, at=at, gateway=gateway)
    for pk in list(LeftBehind.objects.filter(next_try_at__lte=at).values_list("pk", flat=True)[:limit]):
        _delete_left_behind(pk, at=at, gateway=gateway)
    return fetched


def _delete_left_behind(pk: int, *, at: datetime, gateway: Gateway) -> None:
    """What we have forgotten nobody else keeps either. Tried until it works; from the fifth failure on a person knows."""
    if LeftBehind.objects.filter(pk=pk, next_try_at__lte=at).update(next_try_at=at + fetching.LEASE) != 1:
        return
    row = LeftBehind.objects.get(pk=pk)
    try:
        gateway.delete_recording(row.sid)
    except GatewayError as broken:
        log.warning("a forgotten recording is not deleted at the gateway yet: %s", type(broken).__name__)
        row.tries = min(row.tries + 1, 1000)
        row.next_try_at = fetching.next_try_at(at, row.tries)
        row.save()
        if row.tries >= ALARM_AFTER_DELETE_TRIES:
            alarms.raise_alarm(kind="recording_not_deleted", key=f"left-behind-{row.pk}", at=at)
        return
    row.delete()


def _claim(pk: int, at: datetime, state: RecordingState) -> Recording | None:
    """Take one recording for this worker until the lease ends; None where another was faster."""
    mine = Recording.objects.filter(pk=pk, state=state, next_try_at__lte=at)
    if mine.update(next_try_at=at + fetching.LEASE) != 1:
        return None
    return Recording.objects.select_related("call__case__owner").get(pk=pk)


def _fetch(recording: Recording, *, at: datetime, gateway: Gateway) -> bool:
    recording.tries += 1
    try:
        sound = gateway.fetch_recording(recording.url or recording.sid, most_bytes=MOST_BYTES)
    except GatewayError as broken:
        _could_not_fetch(recording, broken, at)
        return False
    if not fetching.is_sound(sound.mime):
        _lose(recording, at)
        return False
    _keep(recording, sound, at)
    return True


def _keep(recording: Recording, sound: Sound, at: datetime) -> None:
    with transaction.atomic():
        recording.sound, recording.mime, recording.fetched_at = sound.content, sound.mime[:40], at
        recording.state, recording.tries = RecordingState.KEPT, 0
        recording.next_try_at = at  # from here on: to be deleted at the gateway
        recording.save()
        _publish(recording)


def _could_not_fetch(recording: Recording, broken: GatewayError, at: datetime) -> None:
    is_late = at - recording.made_at > fetching.OUTAGE_LASTS_AT_MOST
    is_over = recording.tries >= fetching.MOST_TRIES_WHERE_ABSENT
    hopeless = isinstance(broken, TooBig) or (isinstance(broken, Refused) and not isinstance(broken, NotThere))
    if is_late or hopeless or (is_over and isinstance(broken, NotThere)):
        _lose(recording, at)
    else:
        recording.next_try_at = fetching.next_try_at(at, recording.tries)
        recording.save(update_fields=["tries", "next_try_at"])


@transaction.atomic
def _lose(recording: Recording, at: datetime) -> None:
    """It will not come: somebody must ring back without having heard it."""
    recording.state, recording.next_try_at = RecordingState.LOST, None
    recording.save(update_fields=["state", "next_try_at", "tries"])
    case = recording.call.case
    about = case.ref if case is not None else ""
    alarms.raise_alarm(kind="recording_lost", key=f"recording-lost-{recording.ref}", about=about, at=at)
    if case is not None:
        owner = case.owner if case.owner is not None and case.owner.is_active else None
        followups.add(
            case=case, kind=FollowUpKind.TASK, due_at=at, key=f"recording-lost-{recording.ref}",
            because="recording_lost", is_urgent=recording.call.in_danger, owner=owner, at=at,
        )  # fmt: skip
    _publish(recording)


def _delete_at_gateway(recording: Recording, *, at: datetime, gateway: Gateway) -> None:
    """What we have, nobody else keeps. Tried until it works; from the fifth failure on a person knows."""
    try:
        gateway.delete_recording(recording.sid)
    except GatewayError as broken:
        log.warning("recording %s is not deleted at the gateway yet: %s", recording.ref, type(broken).__name__)
        with transaction.atomic():
            recording.tries = min(recording.tries + 1, 1000)
            recording.next_try_at = fetching.next_try_at(at, recording.tries)
            recording.save(update_fields=["tries", "next_try_at"])
            if recording.tries >= ALARM_AFTER_DELETE_TRIES:
                about = recording.call.case.ref if recording.call.case is not None else ""
                key = f"recording-not-deleted-{recording.ref}"
                alarms.raise_alarm(kind="recording_not_deleted", key=key, about=about, at=at)
        return
    recording.deleted_at_provider_at, recording.next_try_at = at, None
    recording.save(update_fields=["deleted_at_provider_at", "next_try_at"])


def listen(*, user: User, ref: str, at: datetime) -> Sound:
    """Return the sound of a message, note in the audit that it was heard, and by whom it was first.

    Raises NotFound, alike, where there is no such recording, no sound, or the case is not this person's to know of;
    NotAllowed where she may know of the case and was not let into its story.
    """
    kept = Recording.objects.filter(sound__isnull=False, state=RecordingState.KEPT)
    recording = kept.select_related("call__case").defer("sound").filter(ref=ref).first()
    if recording is None or recording.call.case is None:
        raise NotFound(_("There is no such message, or it is not yours."))
    case = get_case(user, recording.call.case.ref, to=READ, at=at)
    if not may_read_story(user, case):
        audit.record(by=user, verb="recording.denied", what="case", about=case.ref, at=at, recording=recording.ref)
        raise NotAllowed(_("Take this case over first: until then its messages are shut."))
    with transaction.atomic():
        audit.record(by=user, verb="recording.heard", what="case", about=case.ref, at=at, recording=recording.ref)
        if Recording.objects.filter(pk=recording.pk, heard_at=None).update(heard_at=at, heard_by=user):
            _publish(recording)
    # Read and opened last: a refusal takes no longer where there are minutes of sound.
    return Sound(mime=recording.mime, content=recording.sound or b"")


def _publish(recording: Recording) -> None:
    realtime.publish("recording", recording.ref)
    realtime.publish("call", recording.call.ref)
