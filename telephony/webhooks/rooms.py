"""Rooms in which a caller meets somebody outside, and calls that we make. Parse, call one service, answer."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse

from helpline.core import clock
from telephony import twiml
from telephony.services import emergencies, music, rooms
from telephony.webhooks.door import Parameters, from_gateway


def _xml(document: str) -> HttpResponse:
    return HttpResponse(document, content_type="text/xml")


def _say_nothing(parameters: Parameters, **path: object) -> HttpResponse:
    return HttpResponse(status=204)


def _hang_up(parameters: Parameters, **path: object) -> HttpResponse:
    return _xml(twiml.hang_up())


def _ring_if_caller(parameters: Parameters, who: str = "caller", **path: object) -> HttpResponse:
    """While the database is away a caller is given to whoever the snapshot names; everybody else is let go."""
    if who != "caller" or parameters.get("CallStatus") == "completed":
        return _xml(twiml.hang_up())
    return _xml(emergencies.answer_without_database(parameters, at=clock.now()))


@from_gateway("room_door", when_broken=_ring_if_caller)
def come_in(request: HttpRequest, parameters: Parameters, room: str, who: str) -> HttpResponse:
    return _xml(rooms.come_in(parameters, room=room, who=who, at=clock.now()))


@from_gateway("room_left", when_broken=_ring_if_caller)
def leave(request: HttpRequest, parameters: Parameters, room: str, who: str) -> HttpResponse:
    return _xml(rooms.leave(parameters, room=room, who=who, at=clock.now()))


@from_gateway("room_again", when_broken=_ring_if_caller)
def ring_again(request: HttpRequest, parameters: Parameters, room: str) -> HttpResponse:
    return _xml(rooms.ring_again(parameters, at=clock.now()))


@from_gateway("room_wait", when_broken=_hang_up)
def wait(request: HttpRequest, parameters: Parameters, room: str) -> HttpResponse:
    return _xml(rooms.wait(room=room))


@from_gateway("room_event", when_broken=_say_nothing)
def hear_event(request: HttpRequest, parameters: Parameters, room: str) -> HttpResponse:
    rooms.hear_event(parameters, room=room, at=clock.now())
    return HttpResponse(status=204)


@from_gateway("out_words", when_broken=_hang_up)
def ask(request: HttpRequest, parameters: Parameters, out_ref: str) -> HttpResponse:
    return _xml(rooms.ask(parameters, out_ref=out_ref, at=clock.now()))


@from_gateway("out_key", when_broken=_hang_up)
def hear_key(request: HttpRequest, parameters: Parameters, out_ref: str) -> HttpResponse:
    return _xml(rooms.hear_key(parameters, out_ref=out_ref, at=clock.now()))


@from_gateway("out_status", when_broken=_say_nothing)
def hear_out_status(request: HttpRequest, parameters: Parameters, out_ref: str) -> HttpResponse:
    rooms.hear_out_status(parameters, out_ref=out_ref, at=clock.now())
    return HttpResponse(status=204)


@login_not_required
def play_music(request: HttpRequest) -> HttpResponse:
    """The sound for whoever waits: eight notes, the same for everybody."""
    return HttpResponse(music.play(), content_type="audio/wav")
