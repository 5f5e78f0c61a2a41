"""Hand a caller over with an introduction: begin it, ask for the next step, and say what goes on. A sweep moves the phones."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from cases.consenting import Receiver
from cases.models import Case
from cases.services import casework, consent_keeping, consents
from helpline.core.audit import services as audit
from helpline.core.errors import Conflict, NotAllowed, NotFound
from helpline.core.realtime import services as realtime
from helpline.core.staff.models import User
from referrals.models import TRUSTED, ProviderPerson, Referral, ReferralState
from telephony.models import Call, Leg, RoomEvent, Transfer, TransferState
from telephony.models.call import CallState
from telephony.models.out_call import OutCall, OutState
from telephony.services import addresses, room_words
from telephony.transferring import Decision, Facts, Heard, Presence, Rung, Wish, decide, may_wish, read_presence
from telephony.twiml_rooms import Door, enter_room

STAGE = "transfer"  # of the call, from here until somebody of us has the caller again
RING_SECONDS = 30
CALLER, COUNSELLOR, PROVIDER = "caller", "counsellor", "provider"


@transaction.atomic
def begin(
    *, case: Case, person_ref: str, by: User, at: datetime, said_yes_now: bool = False, referral: Referral | None = None
) -> Transfer:
    """Begin to connect the caller of a live call with somebody at a provider. `by` is who speaks with the caller.

    Needs the caller's yes to share with this provider; `said_yes_now` writes down that they have just given it. Raises NotAllowed
    where it is missing or where somebody else has the call, NotFound for a person that there is not, Conflict for one who cannot
    be rung or where another is being rung already.
    """
    case = casework.lock(case)
    call = (
        Call.objects.select_for_update(of=("self",)).live().filter(case=case, state=CallState.CONNECTED)
        .select_related("accepted_leg", "line").order_by("-started_at").first()
    )  # fmt: skip
    if call is None or call.line is None or call.accepted_leg is None:
        raise Conflict(_("The call is over."))
    if call.answered_by_id != by.pk or not call.accepted_leg.sid or call.accepted_leg.ended_at is not None:
        raise NotAllowed(_("Only who speaks with the caller can connect them."))
    person = ProviderPerson.objects.select_related("provider").filter(ref=person_ref, left_at=None).first()
    if person is None:
        raise NotFound(_("There is no such person in the network."))
    if person.provider.vetting not in TRUSTED:
        raise Conflict(_("This provider is not trusted now, so nobody is connected with them."))
    if not person.number:
        raise Conflict(_("There is no number at which this person can be rung."))
    before = call.transfers.live().first()
    if before is not None and before.state != TransferState.RETURNED:
        raise Conflict(_("Somebody is being connected already."))
    receiver = Receiver(person.provider.kind, person.provider.name)
    if said_yes_now and not consents.holds(case, "share", receiver, at=at):
        said = consent_keeping.Answer("share", "given", receiver)
        consent_keeping.record(case=case, answers=[said], by=by, at=at)
    consents.require(case, "share", receiver, at=at)
    made = Transfer(
        call=call, leg=call.accepted_leg, provider=person.provider, person=person, by=by, began_at=at, state_since=at,
        referral=referral or _referral_to(case, person), next_look_at=at,
    )  # fmt: skip
    if before is not None:  # the two are in the room already
        made.room, made.room_sid, made.leg_moved_at = before.room, before.room_sid, before.leg_moved_at
        made.held = before.held
        before.ended_at, before.next_look_at = at, None
        before.save()
    made.save()
    call.stage = STAGE
    call.save(update_fields=["stage"])
    audit.record(
        by=by, verb="transfer.begun", what="case", about=case.ref, at=at, provider=person.provider.ref, transfer=made.ref
    )  # fmt: skip
    publish(made)
    return made


def _referral_to(case: Case, person: ProviderPerson) -> Referral | None:
    asked = Referral.objects.filter(case=case, provider=person.provider, state=ReferralState.ACCEPTED)
    return asked.order_by("-accepted_at").first()


@transaction.atomic
def ask(*, transfer: Transfer, wish: Wish, by: User, at: datetime) -> Transfer:
    """Ask for the next step: bring the caller in, leave them to talk, or call it off. Raises Conflict where it makes no sense now."""
    now = lock(transfer.call, transfer.pk)
    if now.by_id != by.pk:
        raise NotAllowed(_("Only who speaks with the caller can connect them."))
    if now.wish == wish:
        return now
    if not may_wish(read_decision(now).state, wish):
        raise Conflict(_("This has changed meanwhile: look at what happens now."))
    now.wish, now.next_look_at = wish, at
    now.save(update_fields=["wish", "next_look_at"])
    audit.record(
        by=by, verb=f"transfer.{wish}", what="transfer", about=now.ref, at=at, provider=now.provider.ref
    )  # fmt: skip
    publish(now)
    return now


def lock(call: Call, pk: int) -> Transfer:
    """Lock the call, then its transfer, and return that as it is now."""
    Call.objects.select_for_update(of=("self",)).get(pk=call.pk)
    return (
        Transfer.objects.select_for_update(of=("self",)).select_related("call__line", "call__case", "leg", "provider", "out_call")
        .get(pk=pk)
    )  # fmt: skip


def latest(room: str) -> Transfer | None:
    """Return the last transfer of a room, without a lock."""
    found = Transfer.objects.filter(room=room).select_related("call__line", "call__case", "leg", "provider", "out_call")
    return found.order_by("-began_at", "-pk").first()


def read_facts(transfer: Transfer) -> Facts:
    """Gather what is known of the three: what the gateway told of the room, of each call, and what was done."""
    told = RoomEvent.objects.filter(room=transfer.room)
    heard = [Heard(row.what, row.who, row.order) for row in told]  # type: ignore[arg-type]
    leg = Leg.objects.get(pk=transfer.leg_id)
    call = Call.objects.get(pk=transfer.call_id)
    caller: Presence = "gone" if call.state == CallState.ENDED else read_presence(heard, CALLER)
    counsellor: Presence = "gone" if leg.ended_at is not None else read_presence(heard, COUNSELLOR)
    provider = _provider(transfer, heard)
    return Facts(transfer.wish, caller, counsellor, provider, transfer.held)  # type: ignore[arg-type]


def _provider(transfer: Transfer, heard: list[Heard]) -> Rung:
    if transfer.out_call_id is None:
        return "none"
    out = OutCall.objects.get(pk=transfer.out_call_id)
    if out.result != "accepted":
        return "refused" if out.result or out.state == OutState.OVER else "ringing"
    if out.state == OutState.OVER:
        return "left"
    there = read_presence(heard, label_of(transfer))
    return {"coming": "coming", "in": "in", "gone": "left"}[there]  # type: ignore[return-value]


def label_of(transfer: Transfer) -> str:
    """Return the label of this transfer's provider in the room: another person is tried under another."""
    return f"{PROVIDER}-{transfer.ref[:12]}"


def read_decision(transfer: Transfer) -> Decision:
    return decide(read_facts(transfer))


def look_soon(transfer: Transfer, at: datetime) -> None:
    """Let the sweep look at once, and open pages too."""
    Transfer.objects.filter(pk=transfer.pk, ended_at=None).update(next_look_at=at)
    publish(transfer)


def publish(transfer: Transfer) -> None:
    realtime.publish("call", transfer.call.ref)


def door(transfer: Transfer, who: str) -> Door:
    """Return how somebody comes into the room of a transfer. It ends with the caller, and with the counsellor until she has
    handed over: so whatever dies, the caller goes on at once to `room_left`, and is never alone in it.
    """
    label = label_of(transfer) if who == PROVIDER else who
    return Door(
        room=transfer.room, label=label, ends_room=who != PROVIDER, wait_url=addresses.room_wait(transfer.room),
        events_url=addresses.room_events(transfer.room), action_url=addresses.room_left(transfer.room, who),
    )  # fmt: skip


def enter(transfer: Transfer, who: str) -> str:
    """Return the document with which the counsellor, the caller or the provider comes into the room."""
    line = transfer.call.line
    words = {COUNSELLOR: "counsellor", CALLER: "joining", PROVIDER: "thanks"}[who]
    return enter_room(door(transfer, who), words=room_words.say(line, words), voice=room_words.voice_of(line))


def follow(call: Call, *, at: datetime) -> str | None:
    """The counsellor's phone has left the caller's <Dial> for the room: the caller follows. None where there is no room."""
    found = call.transfers.live().select_related("call__line").order_by("-began_at").first()
    if found is None:
        return None
    look_soon(found, at)
    return enter(found, CALLER)
