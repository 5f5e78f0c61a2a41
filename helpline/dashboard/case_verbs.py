"""What people do on the case page: each parses, opens the door, calls one service, and goes back or redraws a part."""

from datetime import datetime, timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cases.access import READ, WRITE, Reason, get_case, get_follow_up, reveal_number
from cases.models import FollowUp
from cases.services import casework, followups, handover, identity
from cases.services.calling_back import call_back, keep_quiet
from helpline.core import clock
from helpline.core.errors import NotAllowed
from helpline.core.http.pages import says_why, worker
from helpline.core.http.words import here, say_when
from helpline.core.staff.models import User
from helpline.dashboard.case_views import promises_of, show_case
from helpline.dashboard.casefile import who_may_take
from helpline.dashboard.forms import CallerForm, FollowUpForm, HandOverForm, PostponeForm
from telephony.services import writing

LONGEST_SUMMARY = 1000  # characters; the field takes 300, what came by the API may be longer


def back(ref: str) -> HttpResponse:
    return redirect("dashboard:case", ref)


def back_to_call(request: HttpRequest, ref: str) -> HttpResponse:
    """Go back to the call screen where that was where it was done, else to the case."""
    return redirect("dashboard:call", ref) if request.POST.get("then") == "call" else back(ref)


@require_POST
@says_why
def take(request: HttpRequest, ref: str) -> HttpResponse:
    user, at = worker(request), clock.now()
    casework.take_over(case=get_case(user, ref, to=READ, at=at), by=user, at=at)
    return back_to_call(request, ref)


@require_POST
@says_why
def draft(request: HttpRequest, ref: str) -> HttpResponse:
    """Keep what is being typed. Answers 204: the page says itself that it was kept."""
    user, at = worker(request), clock.now()
    case = get_case(user, ref, to=WRITE, at=at)
    casework.save_draft(case=case, by=user, body=request.POST.get("body", ""), at=at)
    return HttpResponse(status=204)


@require_POST
@says_why
def note(request: HttpRequest, ref: str) -> HttpResponse:
    user, at = worker(request), clock.now()
    case = get_case(user, ref, to=WRITE, at=at)
    casework.finish_note(case=case, by=user, body=request.POST.get("body", ""), at=at)
    if not request.headers.get("HX-Request"):
        return back(ref)
    # The page takes out of its field what was sent, and leaves what was typed since; the story re-reads itself at once.
    return HttpResponse(status=204, headers={"HX-Trigger": "desk:poll"})


@require_POST
@says_why
def number(request: HttpRequest, ref: str, number_ref: str) -> HttpResponse:
    """Show one whole number, for the reason given, which is written down."""
    user, at = worker(request), clock.now()
    case = get_case(user, ref, to=WRITE, at=at)
    reason = request.POST.get("reason", "")
    if reason == Reason.CALL_BACK:
        found = call_back(case=case, by=user, at=at, number_ref=number_ref)
        if not found.decision:
            raise NotAllowed(found.decision.sentence)
        whole = found.number
    else:
        if reason != Reason.CHECK:  # to compare it with another is not to ring it
            keep_quiet(case)
        whole = reveal_number(user, case, reason=reason, number_ref=number_ref, at=at)
    return render(request, "cases/_number_shown.html", {"number": whole, "number_ref": number_ref})


@require_POST
@says_why
def known(request: HttpRequest, ref: str) -> HttpResponse:
    """Settle whether a caller who is possibly known is: by the code word, deliberately without it, or not at all."""
    user, at = worker(request), clock.now()
    case = get_case(user, ref, to=WRITE, at=at)
    answer = request.POST.get("answer", "")
    if answer == "somebody_else":
        identity.say_somebody_else(case=case, by=user, at=at)
        messages.success(request, _("A new person. What was before stays shut."))
    else:
        identity.confirm_known(case=case, by=user, how=answer, at=at, code_word=request.POST.get("word", ""))
        messages.success(request, _("Known. Earlier cases are open to you now."))
    return back_to_call(request, ref)


@require_POST
@says_why
def join(request: HttpRequest, ref: str) -> HttpResponse:
    user, at = worker(request), clock.now()
    case = get_case(user, ref, to=WRITE, at=at)
    into = get_case(user, request.POST.get("into", ""), to=WRITE, at=at)
    said = request.POST
    identity.join_cases(case=case, into=into, by=user, how=said.get("how", ""), code_word=said.get("word", ""), at=at)
    messages.success(request, _("Joined. It goes on here, and can be taken apart again."))
    return back(into.ref)


@require_POST
@says_why
def summarise(request: HttpRequest, ref: str) -> HttpResponse:
    """Keep in one line what the case is about; a blank one takes it away."""
    user, at = worker(request), clock.now()
    case = get_case(user, ref, to=WRITE, at=at)
    line = " ".join(request.POST.get("summary", "").split())
    if len(line) > LONGEST_SUMMARY:
        raise NotAllowed(_("One line is enough here: the rest belongs into a note. Nothing was changed."))
    said = request.POST
    try:
        casework.set_summary(
            case=case, by=user, summary=line, at=at, was=said.get("was"), keep_theirs="keep_theirs" in said
        )
    except casework.Changed as changed:
        both = {"case": case, "theirs": changed.theirs["summary"], "yours": line}
        return render(request, "cases/together/both.html", both, status=409)
    return back(ref)


@require_POST
@says_why
def urgency(request: HttpRequest, ref: str) -> HttpResponse:
    """Say that somebody is in danger or arrested, or not any longer."""
    user, at = worker(request), clock.now()
    case = get_case(user, ref, to=WRITE, at=at)
    casework.set_urgency(case=case, by=user, urgency=request.POST.get("urgency", ""), at=at)
    return back(ref)


@require_POST
@says_why
def part(request: HttpRequest, ref: str) -> HttpResponse:
    user, at = worker(request), clock.now()
    identity.part_cases(case=get_case(user, ref, to=WRITE, at=at), by=user, at=at)
    return back(ref)


@require_POST
@says_why
def close(request: HttpRequest, ref: str) -> HttpResponse:
    user, at = worker(request), clock.now()
    casework.close(case=get_case(user, ref, to=WRITE, at=at), by=user, at=at)
    return back(ref)


@require_POST
@says_why
def reopen(request: HttpRequest, ref: str) -> HttpResponse:
    user, at = worker(request), clock.now()
    casework.reopen(case=get_case(user, ref, to=WRITE, at=at), by=user, at=at)
    return back(ref)


@require_POST
@says_why
def describe(request: HttpRequest, ref: str) -> HttpResponse:
    """Keep a code name, pronouns and, where one was typed, a new code word (a blank one leaves the old)."""
    user, at = worker(request), clock.now()
    case = get_case(user, ref, to=WRITE, at=at)
    form = CallerForm(request.POST)
    if not form.is_valid():
        return show_case(request, case, at, status=422, caller_form=form)
    said = form.cleaned_data
    try:
        identity.describe(
            case=case,
            by=user,
            at=at,
            code_name=said["code_name"],
            pronouns=said["pronouns"],
            code_word=said["code_word"] or None,
            was=form.what_was_seen(),
        )
    except casework.Changed as changed:
        return show_case(request, case, at, status=409, caller_form=form.beside(changed.theirs))
    return back(ref)


@require_POST
@says_why
def promise(request: HttpRequest, ref: str) -> HttpResponse:
    user, at = worker(request), clock.now()
    case = get_case(user, ref, to=WRITE, at=at)
    form = FollowUpForm(request.POST, at=at)
    if not form.is_valid():
        return show_case(request, case, at, status=422, follow_up_form=form)
    said = form.cleaned_data
    followups.add(case=case, by=user, at=at, kind=said["kind"], due_at=said["due_at"], why=said["why"])
    return back(ref)


@require_POST
@says_why
def text(request: HttpRequest, ref: str) -> HttpResponse:
    """Text whoever rings in this case, where that was called safe. The key of the opened form makes a double press one."""
    user, at = worker(request), clock.now()
    case = get_case(user, ref, to=WRITE, at=at)
    said = request.POST
    writing.write_text(
        case=case, by=user, body=said.get("body", ""), number_ref=said.get("number", ""), key=said.get("key", ""), at=at
    )
    messages.success(request, _("On its way. The story shows when it has arrived."))
    return back(ref)


@require_POST
@says_why
def hand_over(request: HttpRequest, ref: str) -> HttpResponse:
    user, at = worker(request), clock.now()
    case = get_case(user, ref, to=WRITE, at=at)
    form = HandOverForm(request.POST, takers=who_may_take(user))
    if not form.is_valid():
        return show_case(request, case, at, status=422, hand_over_form=form)
    said = form.cleaned_data
    handover.offer(giver=user, taker=said["taker"], cases=[case], note=said["note"], at=at)
    messages.success(request, _("Offered. It stays yours until they accept."))
    return back(ref)


@require_POST
@says_why
def follow_up(request: HttpRequest, ref: str, follow_up_ref: str) -> HttpResponse:
    """Do one of the verbs of a follow-up, redraw the promises of the page it was done on, and offer to undo."""
    user, at = worker(request), clock.now()
    row = get_follow_up(user, follow_up_ref, to=WRITE, at=at)
    was_due_at = row.due_at
    told = act(row, request.POST.get("verb", ""), user, at, request.POST)
    if not request.headers.get("HX-Request"):
        messages.success(request, told)
        return back(ref)
    case = get_case(user, ref, to=READ, at=at)
    undo = ""
    if request.POST.get("verb") in UNDONE_BY_REOPENING:
        undo = reverse("dashboard:follow_up", args=[ref, row.ref])
    page = {**promises_of(case, user, at), "told": told, "undo": undo, "was_due_at": was_due_at}
    return render(request, "cases/_promises_told.html", page)


def _postpone(row: FollowUp, user: User, at: datetime, said: "dict[str, str]") -> str:
    form = PostponeForm(said)
    until = form.due_at(at)
    if until is None:
        raise NotAllowed(_("Say until when."))
    followups.snooze(follow_up=row, by=user, at=at, until=until, reason=form.cleaned_data["reason"])
    return _("Postponed: due {time}. Why stands in the story.").format(time=say_when(until, at, here()))


UNDONE_BY_REOPENING = frozenset({"finish", "skip", "give_up"})
MAY_STILL_BE_UNDONE = timedelta(minutes=1)  # a promise that was overdue when it was finished is due again in a minute


def act(row: FollowUp, verb: str, user: User, at: datetime, said: "dict[str, str]") -> str:
    """Do what the button says and return what happened, in words. Raises NotAllowed for a verb that there is not."""
    reason = said.get("reason", "")
    match verb:
        case "finish":
            followups.finish(follow_up=row, by=user, at=at)
            return _("Done.")
        case "try":
            after = followups.record_try(follow_up=row, by=user, at=at)
            return _("Tried. Next try at {time}.").format(time=f"{after.due_at.astimezone(here()):%H:%M}")
        case "take":
            followups.assign(follow_up=row, to=user, by=user, at=at)
            return _("Yours now.")
        case "snooze":
            return _postpone(row, user, at, said)
        case "assign":
            to = who_may_take(user).filter(username=said.get("to", "").replace("\0", "")).first()
            if to is None:
                raise NotAllowed(_("Say who does it."))
            followups.assign(follow_up=row, to=to, by=user, at=at)
            return _("Given to {name}.").format(name=to)
        case "skip":
            followups.skip(follow_up=row, by=user, at=at, reason=reason)
            return _("Not needed any more.")
        case "give_up":
            followups.give_up(follow_up=row, by=user, at=at, reason=reason)
            return _("Stopped trying.")
        case "reopen":
            followups.reopen(follow_up=row, by=user, at=at, due_at=max(row.due_at, at + MAY_STILL_BE_UNDONE))
            return _("Taken back: it is promised again.")
        case _other:
            raise NotAllowed(_("There is no such thing to do."))
