"""Voice: every address that the gateway asks during a call. Parse, call one service, answer."""

from django.http import HttpRequest, HttpResponse

from helpline.core import clock
from telephony import twiml
from telephony.lifecycle import ACCEPTING_KEY
from telephony.services import callbacks, emergencies, inbound_calls, legs, messages_left
from telephony.webhooks.door import Parameters, from_gateway


def _xml(document: str) -> HttpResponse:
    return HttpResponse(document, content_type="text/xml")


def _said() -> HttpResponse:
    return HttpResponse(status=204)


def _ring_somebody(parameters: Parameters, **path: object) -> HttpResponse:
    """The answer while the database is away: people are rung from the snapshot on disk."""
    return _xml(emergencies.answer_without_database(parameters, at=clock.now()))


def _ring_on(parameters: Parameters, step: int) -> HttpResponse:
    """After a step of ringing: whoever has spoken, or has gone, is not rung for again."""
    is_over = parameters.get("DialBridged") == "true" or parameters.get("CallStatus") == "completed"
    return _hang_up(parameters) if is_over else _ring_somebody(parameters)


def _say_nothing(parameters: Parameters, **path: object) -> HttpResponse:
    return _said()


def _hang_up(parameters: Parameters, **path: object) -> HttpResponse:
    return _xml(twiml.hang_up())


def _ask_for_key(parameters: Parameters, leg_ref: str) -> HttpResponse:
    return _xml(emergencies.whisper_without_database(leg_ref))


def _join(parameters: Parameters, leg_ref: str) -> HttpResponse:
    """The right key is good enough while the database is away: a person is there, and so is the caller."""
    return _xml(twiml.join_silently() if parameters.get("Digits") == ACCEPTING_KEY else twiml.hang_up())


@from_gateway("voice", when_broken=_ring_somebody)
def receive(request: HttpRequest, parameters: Parameters) -> HttpResponse:
    return _xml(inbound_calls.receive(parameters, at=clock.now()))


@from_gateway("fallback", when_broken=_ring_somebody)
def fall_back(request: HttpRequest, parameters: Parameters) -> HttpResponse:
    return _xml(emergencies.answer_fallback(parameters, at=clock.now()))


@from_gateway("status", when_broken=_say_nothing)
def hear_status(request: HttpRequest, parameters: Parameters) -> HttpResponse:
    callbacks.hear_status(parameters, at=clock.now())
    return _said()


@from_gateway("pressed", when_broken=_ring_somebody)
def press(request: HttpRequest, parameters: Parameters) -> HttpResponse:
    return _xml(inbound_calls.press(parameters, at=clock.now()))


@from_gateway("prompt", when_broken=_ring_somebody)
def reach_prompt(request: HttpRequest, parameters: Parameters) -> HttpResponse:
    return _xml(inbound_calls.reach_prompt(parameters, at=clock.now()))


@from_gateway("dialled", when_broken=_ring_on)
def hear_dialled(request: HttpRequest, parameters: Parameters, step: int) -> HttpResponse:
    return _xml(inbound_calls.hear_dialled(parameters, step=step, at=clock.now()))


@from_gateway("whisper", when_broken=_ask_for_key)
def whisper(request: HttpRequest, parameters: Parameters, leg_ref: str) -> HttpResponse:
    return _xml(legs.whisper(parameters, leg_ref=leg_ref, at=clock.now()))


@from_gateway("accept", when_broken=_join)
def accept(request: HttpRequest, parameters: Parameters, leg_ref: str) -> HttpResponse:
    return _xml(legs.accept(parameters, leg_ref=leg_ref, at=clock.now()))


@from_gateway("leg_status", when_broken=_say_nothing)
def hear_leg_status(request: HttpRequest, parameters: Parameters, leg_ref: str) -> HttpResponse:
    legs.hear_status(parameters, leg_ref=leg_ref, at=clock.now())
    return _said()


@from_gateway("recorded", when_broken=_hang_up)
def hear_recorded(request: HttpRequest, parameters: Parameters) -> HttpResponse:
    return _xml(messages_left.hear_recorded(parameters, at=clock.now()))


@from_gateway("recording_status", when_broken=_say_nothing)
def hear_recording_status(request: HttpRequest, parameters: Parameters) -> HttpResponse:
    messages_left.hear_recording_status(parameters, at=clock.now())
    return _said()
