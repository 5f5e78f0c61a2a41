"""Texts: one comes in, or the progress of one of ours is told. Parse, call one service, answer."""

from django.http import HttpRequest, HttpResponse

from helpline.core import clock
from telephony import twiml
from telephony.services import inbound_texts, text_status
from telephony.webhooks.door import Parameters, from_gateway


def _no_reply(parameters: Parameters, **path: object) -> HttpResponse:
    return HttpResponse(twiml.answer_text_with_nothing(), content_type="text/xml")


def _said(parameters: Parameters, **path: object) -> HttpResponse:
    return HttpResponse(status=204)


@from_gateway("text", when_broken=_no_reply)
def receive(request: HttpRequest, parameters: Parameters) -> HttpResponse:
    inbound_texts.receive(parameters, at=clock.now())
    return _no_reply(parameters)


@from_gateway("text_status", when_broken=_said)
def hear_status(request: HttpRequest, parameters: Parameters, message_ref: str = "") -> HttpResponse:
    text_status.hear(parameters, message_ref=message_ref, at=clock.now())
    return _said(parameters)
