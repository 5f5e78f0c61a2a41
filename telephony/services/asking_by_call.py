"""People who want to be asked by a call: they are rung, hear what is needed, and press a key. A mailbox accepts nothing.

The offer is made below the telephone; this sweeps what is open. Nothing of a caller is said: the matter, the area, the
language, as in the text.
"""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import override

from helpline.core.lines.models import Line
from helpline.core.outbox.models import Route
from referrals.models import Offer, OfferState
from referrals.services import answering, letters
from telephony.gateway.errors import GatewayError
from telephony.gateway.protocol import Gateway
from telephony.models import OutCall, OutPurpose, OutState
from telephony.services import addresses, calls_out, room_words
from telephony.twiml_rooms import ask_for_key, say_and_end

RUNG_WITHIN = timedelta(minutes=5)  # of being asked: later nobody is rung out of the blue
_PREFIX = "offer-"


def put_due(*, at: datetime) -> int:
    """Put a call for each open offer of somebody who wants calls; returns how many were new. Twice is once."""
    waiting = Offer.objects.filter(
        state=OfferState.OPEN, by_call=True, offered_at__gt=at - RUNG_WITHIN, offered_at__lte=at
    ).select_related("referral__case__line", "person")
    there = set(
        OutCall.objects.filter(key__in=[f"{_PREFIX}{one.ref}" for one in waiting]).values_list("key", flat=True)
    )
    made = 0
    for offer in waiting:
        line = offer.referral.case.line or Line.objects.active().first()
        key = f"{_PREFIX}{offer.ref}"
        if key in there or line is None or offer.person is None:
            continue
        calls_out.put(
            key=key, purpose=OutPurpose.OFFER, route=Route.PROVIDER, to_ref=offer.person.ref, line=line,
            about=offer.referral.case.ref, at=at,
        )  # fmt: skip
        made += 1
    return made


def stop_unwanted(*, at: datetime, gateway: Gateway) -> int:
    """Stop phones that still ring for something that is not asked any more; whoever has picked up hears so."""
    ringing = OutCall.objects.filter(purpose=OutPurpose.OFFER, ended_by_us=False).exclude(
        state__in=[OutState.OVER, OutState.PICKED_UP]
    )
    stopped = 0
    for call in ringing:
        offer = find_offer(call)
        if offer is not None and offer.state == OfferState.OPEN:
            continue
        try:
            calls_out.stop(call, at=at, gateway=gateway)
        except GatewayError:
            continue  # the next sweep asks again; whoever picks up hears that it is not needed
        stopped += 1
    return stopped


def find_offer(call: OutCall) -> Offer | None:
    """Return what a call asks about; None where it was forgotten since."""
    ref = call.key.removeprefix(_PREFIX)
    people = ("referral__case__line", "referral__area", "person", "provider", "member")
    return Offer.objects.select_related(*people).filter(ref=ref).first()


def ask(call: OutCall) -> str:
    """Somebody, or their mailbox, picked up: say what is needed and ask for the key."""
    voice, offer = room_words.voice_of(call.line), find_offer(call)
    if offer is None or offer.state != OfferState.OPEN:
        return say_and_end(words=room_words.say(call.line, "no_longer"), voice=voice)
    with override(voice.words):
        words = [_("This is the helpline."), letters.say_what(offer), _("Press 1 if you take it, or 2 if you cannot.")]
    return ask_for_key(words=words, voice=voice, key_url=addresses.out_key(call.ref))


def hear(call: OutCall, key: str, *, at: datetime) -> str:
    """The key that was pressed: say what came of it. The first yes gets it; whoever is late hears so."""
    voice, offer = room_words.voice_of(call.line), find_offer(call)
    result = ""
    if offer is not None and key in {"1", "2"}:
        answer = answering.accept if key == "1" else answering.decline
        result = answer(offer=offer, at=at, how="key").result
    with override(voice.words):
        said = {
            "accepted": _("Thank you. You have it. We ring you now."),
            "already": _("Thank you. You have it. We ring you now."),
            "taken": _("Thank you. Somebody else has it already. Goodbye."),
            "declined": _("Thank you. Somebody else is asked. Goodbye."),
        }
    return say_and_end(words=said.get(result) or room_words.say(call.line, "no_longer"), voice=voice)
