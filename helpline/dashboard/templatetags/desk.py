"""Tags of the desk: shapes, states, times, places."""

from datetime import datetime
from typing import Any

from django import template
from django.template import Context
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from helpline.core import clock
from helpline.dashboard import words
from helpline.dashboard.navigation import Link, links_for

register = template.Library()

# The shape that goes with a state's word and colour. A state that is not here gets a plain dot of its own.
SHAPES = {
    "ringing": "ringing",
    "waiting": "waiting",
    "connected": "connected",
    "voicemail": "voicemail",
    "answered": "done",
    "accepted": "done",
    "delivered": "done",
    "done": "done",
    "due": "due",
    "soon": "due",
    "now": "due",
    "tried": "due",
    "overdue": "overdue",
    "failed": "overdue",
    "undelivered": "overdue",
    "sent": "out",
    "queued": "out",
    "not-allowed": "not-allowed",
    "missed": "missed",
    "abandoned": "missed",
    "no-answer": "missed",
    "declined": "missed",
    "busy": "missed",
    "machine": "voicemail",
    "canceled": "missed",
    "given_up": "missed",
    "skipped": "missed",
}

BECAUSE: dict[str, str | Promise] = {
    "write_up": _("Write up the call"),
    "day_after": _("A day after the call"),
    "court": _("Before the court opens"),
    "morning": _("Promised for when the desk opens"),
    "cap": _("Promised to the caller"),
    "text_came": _("A text came"),
    "urgent_text": _("A text asks for help at once"),
    "text_not_safe": _("A text was not sent: it is not safe"),
    "text_not_delivered": _("A text was not delivered"),
    "text_too_late": _("A text was not sent in time"),
    "text_perhaps_sent": _("Not known whether a text was sent"),
    "recording_lost": _("A message could not be fetched: ring back"),
    "message_without_number": _("A message from a withheld number"),
    "nobody_on_duty": _("Somebody called while nobody was on call"),
}
ALARMS: dict[str, str | Promise] = {
    "call_without_answer": _("A call that nobody answered"),
    "danger_not_answered": _("Somebody pressed for help and nobody answered"),
    "urgent_text": _("A text asks for help at once"),
    "nobody_on_duty": _("Nobody is on call"),
    "rota_gap": _("A gap in the rota"),
    "fallback": _("Calls come in by the fallback"),
    "refused_webhooks": _("Requests are refused at the door"),
    "foreign_account": _("Requests come from another account"),
    "gateway_refuses_us": _("The gateway refuses us"),
    "recording_lost": _("A message could not be fetched"),
    "recording_not_deleted": _("A message still lies with the provider"),
    "text_perhaps_sent": _("Not known whether a text was sent"),
    "text_not_delivered": _("A text of ours did not arrive"),
    "text_not_written": _("A message could not be written"),
    "no_duty_phone": _("Somebody has no verified duty number"),
    "no_line": _("No line can send texts"),
    "put_aside": _("Something of a call or a text could not be taken in"),
}


@register.simple_tag
def icon(name: str, size: str = "") -> SafeString:
    """Draw a shape out of ``_parts/_icons.html``. It is never the only carrier of a meaning: a word goes with it."""
    return format_html('<svg class="icon {}" aria-hidden="true"><use href="#i-{}"></use></svg>', size, name)


@register.simple_tag
def state(name: str, word: Any) -> SafeString:
    """Say a state by a word, a shape and a colour."""
    shape = icon(SHAPES.get(str(name), "waiting"))
    return format_html('<span class="state state-{}">{}<span>{}</span></span>', name, shape, word)


@register.simple_tag
def when(moment: datetime | None, how: str = "when") -> SafeString:
    """Say a moment as people do, with the exact time for a resting pointer and a screen reader; nothing for None.

    `how`: ``when`` ("in 20 min"), ``late`` ("1 h late", where it is), ``clock`` ("02:10").
    """
    if moment is None:
        return mark_safe("")
    now, zone = clock.now(), words.here()
    exact = words.say_exactly(moment, zone)
    said = words.say_late(moment, now) if how == "late" else ""
    if how == "clock":
        said = f"{moment.astimezone(zone):%H:%M}"
    return format_html(
        '<time datetime="{}" title="{}"><span aria-hidden="true">{}</span><span class="visually-hidden">{}</span></time>',
        moment.isoformat(),
        exact,
        said or words.say_when(moment, now, zone),
        exact,
    )


@register.simple_tag
def running(since: datetime) -> SafeString:
    """Show a clock that runs since a moment; the page counts on by itself."""
    return format_html(
        '<time class="call-time" data-since="{}">{}</time>', since.isoformat(), words.say_running(since, clock.now())
    )


@register.simple_tag
def server_now() -> str:
    """Give the server's present, by which the running clocks of the page are set."""
    return clock.now().isoformat()


@register.filter
def length_words(seconds: int | None) -> str:
    """Say a length of so many seconds; blank for None."""
    return "" if seconds is None else words.say_length(seconds)


@register.filter
def because(code: str) -> str:
    """Say why the system promised something; nothing for a code that has no words."""
    return str(BECAUSE.get(code, ""))


@register.filter
def alarm_words(kind: str) -> str:
    """Say what an alarm is about; one that has no words yet says its own name."""
    return str(ALARMS.get(kind, kind.replace("_", " ")))


@register.filter(name="words")
def split_words(text: str) -> list[str]:
    """Cut a text at its spaces, for short lists in a template."""
    return text.split()


@register.simple_tag(takes_context=True)
def nav_links(context: Context) -> list[Link]:
    """Give the places that the person who is signed in may go to."""
    request = context.get("request")
    return links_for(request.user, request.path) if request is not None and hasattr(request, "user") else []
