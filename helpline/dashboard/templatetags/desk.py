"""Tags of the desk: shapes, states, times, places."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import template
from django.template import Context
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cases.models import Case
from cases.promises import say_when as say_promised
from cases.services.check_in_reading import Shown, read_shown
from helpline.core import clock
from helpline.core.http import words
from helpline.core.staff.models import User
from helpline.dashboard import legs
from helpline.dashboard.board import KINDS_IN_PASSING, TASKS_IN_PASSING
from helpline.dashboard.navigation import Link, links_for
from helpline.dashboard.on_call import Watch, read_watches
from telephony.models import Call, Leg

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
    "team_danger": _("Somebody of the team is in trouble: ring them, then send help"),
    "team_missed": _("Somebody of the team was not heard from: ring them"),
    "team_still_held": _("The team says: still held. Ask a lawyer"),
    "team_outcome": _("The team is back: ask them what became of it"),
    "team_wrote": _("Somebody of the team wrote: read it"),
    "day_after": _("A day after the call"),
    "look_again": _("They could not speak: see how they are"),
    "in_a_week": _("Ask how it went there"),
    "call_back": _("Promised in the call"),
    "court": _("Before the court opens"),
    "morning": _("Promised for when the desk opens"),
    "cap": _("Promised to the caller"),
    "text_came": _("A text came"),
    "urgent_text": _("A text asks for help at once"),
    "call_not_safe": _("A call back was not safe"),
    "number_ended": _("A number is no longer theirs: find another way"),
    "held_impostor": _("Somebody else may have their phone"),
    "held_stop_word": _("They said the stop word: everything to this number stopped"),
    "held_wrong_word": _("A wrong code word came by text"),
    "somebody_asked": _("Somebody asked for them: ask how safe they are"),
    "text_not_safe": _("A text was not sent: it is not safe"),
    "text_not_delivered": _("A text was not delivered"),
    "text_too_late": _("A text was not sent in time"),
    "text_perhaps_sent": _("Not known whether a text was sent"),
    "recording_lost": _("A message could not be fetched: ring back"),
    "left": _("Whoever had this case has left: it is nobody's now"),
    "message_without_number": _("A message from a withheld number"),
    "nobody_on_duty": _("Somebody called while nobody was on call"),
    "custody_first": _("Held: the first court that can see them opens"),
    "custody_act": _("Held: the last court that can see them in time opens"),
    "custody_end": _("Held: the lawful time ends. Are they out?"),
    "custody_unknown": _("Held: ask a lawyer how long is lawful here"),
    "window_ends": _("A time in which something helps is ending"),
    "hearing_before": _("Tomorrow in court: can they get there, are the children minded?"),
    "hearing_after": _("After court: how did it go?"),
    "hearing_offer": _("They could not come to court: ask what would help, offer it again"),
    "hearing_caller": _("They could not be reminded of court by a text: find another way"),
    "hearing_companion": _("Who goes along to court could not be reminded by a text"),
    "hearing_lawyer": _("The lawyer could not be reminded of court by a text"),
    "appointment_after": _("After the appointment: how did it go?"),
    "appointment_offer": _("They could not come to the appointment: ask what would help, offer it again"),
    "appointment_caller": _("They could not be reminded of an appointment by a text: find another way"),
    "proceeding_answer": _("An answer is due: has it come?"),
    "lawyer_accepted": _("A lawyer accepted: tell the caller"),
    "help_accepted": _("Somebody accepted: tell the caller"),
    "team_accepted": _("Somebody of the team is going: tell the caller"),
    "ring_who_accepted": _("Ring who accepted. Before anything of the caller is told, ask the caller for a yes"),
    "nobody_accepted": _("Nobody could take it: look for somebody now"),
    "look_at_referral": _("Look at this referral: something is told of who has it"),
    "referral_lost": _("Who had accepted cannot after all. The next is being asked: tell the caller"),
    "report_back": _("Who helped has told how it went: read it"),
    "referral_how": _("Ask how it was with who helped them, if they want to tell"),
    "usual_day": _("The day after: how are they?"),
    "usual_week": _("A week after: how is it going?"),
    "usual_month": _("A month after: how is it going?"),
    "test_opens": _("A test can show something from now on"),
    "consent_again": _("Ask again what they agree to"),
    "check_in": _("A check-in: somebody has to act now"),
    "check_in_contact": _("A check-in: ring one of the caller’s people"),
    "safety_plan": _("Go through the safety plan again"),
    "ask_station": _("Speak with the station: they said yes"),
    "choice_again": _("Ask again about a legal step"),
    "plan_step": _("A step of the plan"),
    "review_returned": _("A supervisor gave it back"),
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
    "erasure_asked": _("A caller wants to be forgotten: a second person decides"),
    "purge_stuck": _("Something that should be forgotten by now could not be: see the log of the machine"),
    "work_left": _("Somebody has left, and nobody has their cases"),
    "no_last_resort": _("A line has no last resort any more"),
    "recording_not_deleted": _("A message still lies with the provider"),
    "text_perhaps_sent": _("Not known whether a text was sent"),
    "text_not_delivered": _("A text of ours did not arrive"),
    "text_not_written": _("A message could not be written"),
    "hand_over_waits": _("A hand-over that nobody has accepted"),
    "many_searches": _("Somebody searches unusually often"),
    "number_held": _("Everything to a caller's number was stopped"),
    "somebody_asked": _("Somebody asked for a caller"),
    "no_duty_phone": _("Somebody has no verified duty number"),
    "no_line": _("No line can send texts"),
    "put_aside": _("Something of a call or a text could not be taken in"),
    "check_in_missed": _("A check-in: act now"),
    "clock_jumped": _("The clock of a machine was wrong"),
    "check_in_team": _("A check-in: everybody is needed"),
    "asked_not_reached": _("Somebody who was asked for help could not be texted: check their number"),
    "team_danger": _("Somebody of the team is in trouble: act now"),
    "team_missed": _("Somebody of the team who is out was not heard from"),
    "referral_late": _("The time promised for a lawyer or other help is over, and nobody has accepted"),
    "referral_nobody": _("Everybody was asked for help, and nobody could take it"),
    "provider_suspended": _("A provider was suspended: look at who was sent there"),
    "provider_report": _("Something bad was told of a provider: look at it"),
    "vetting_renewals": _("Providers have to be vetted anew"),
    "referral_broken": _("Asking for help stands still: look at it"),
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
def check_in_of(case: Case) -> Shown | None:
    """Give the live check-in that whoever speaks with the caller of this case must know of."""
    return read_shown(case, clock.now())


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


REFUSALS: dict[str, str | Promise] = {
    "no_number": _("no number"),
    "not_known": _("nobody asked whether it is safe"),
    "possibly_known": _("it is not settled who uses this number"),
    "opted_out": _("texts were stopped"),
    "blocked": _("the number is blocked"),
    "said_no": _("the caller said that it is not safe"),
    "too_old": _("what was said is too old"),
    "not_now": _("not safe at this hour"),
    "held": _("somebody else may have this phone"),
    "ended": _("no longer a way to the caller"),
    "message_refused": _("it turned out not to be safe"),
    "message_failed": _("it was not delivered"),
    "message_expired": _("it could not be sent in time"),
    "message_waiting": _("it would have had to wait for a safe hour"),
    "message_canceled": _("it was taken back"),
}


@register.filter
def refusal(code: str) -> str:
    """Say why a step could not be taken; a code without words is said in general ones."""
    return str(REFUSALS.get(code, _("it is not safe")))


@register.filter
def in_passing(code: str) -> str:
    """Say what is to be done in words that may be read in passing; a plain one for a code that has none."""
    return str(TASKS_IN_PASSING.get(code) or KINDS_IN_PASSING.get(code) or KINDS_IN_PASSING["task"])


@register.filter
def alarm_words(kind: str) -> str:
    """Say what an alarm is about; one that has no words yet says its own name."""
    return str(ALARMS.get(kind, kind.replace("_", " ")))


@register.filter(name="words")
def split_words(text: str) -> list[str]:
    """Cut a text at its spaces, for short lists in a template."""
    return text.split()


@register.simple_tag
def said_to_caller(call: Call) -> str:
    """Say again the time that the caller was told when the message prompt was reached; blank where nothing was told."""
    if call.promise_due_at is None or call.prompted_at is None or call.line is None:
        return ""
    return say_promised(call.promise_due_at, at=call.prompted_at, zone=call.line.time_zone).say(gettext)


@register.filter
def legs_line(rung: Iterable[Leg]) -> str:
    """Say in one line what became of the phones that were rung for a call."""
    return legs.say_line([_plain(leg) for leg in rung])


@register.filter
def leg_place(leg: Leg) -> str:
    """Say at which place in the order a phone was rung."""
    return legs.say_place(leg.step, is_last_resort=leg.is_last_resort)


@register.filter
def leg_became(leg: Leg) -> str:
    """Say what became of one phone, with the name of whose it is."""
    whose = str(leg.person) if leg.person and not leg.is_last_resort else capfirst(leg_place(leg))
    return legs.say_became(whose, leg.result or "", leg.key_pressed)


@register.filter
def leg_rang(leg: Leg) -> str:
    """Say for how long a phone rang; blank while it rings."""
    seconds = legs.count_ringing_seconds(leg.rang_at, leg.picked_up_at, leg.ended_at)
    return "" if seconds is None else words.say_length(seconds)


@register.filter
def anomaly_words(code: str) -> str:
    """Say what was out of the ordinary about a call."""
    return legs.say_anomaly(code)


def _plain(leg: Leg) -> legs.Rung:
    return legs.Rung(leg.step, leg.result or "", leg.key_pressed, leg.is_last_resort)


@register.simple_tag(takes_context=True)
def on_call(context: Context) -> list[Watch]:
    """Give who is on call now and next, for staff who are signed in; nothing for anybody else."""
    request = context.get("request")
    user = getattr(request, "user", None)
    return read_watches(clock.now()) if isinstance(user, User) else []


@register.simple_tag(takes_context=True)
def nav_links(context: Context) -> list[Link]:
    """Give the places that the person who is signed in may go to."""
    request = context.get("request")
    return links_for(request.user, request.path) if request is not None and hasattr(request, "user") else []
