"""The information cards: everybody on staff reads them, coordinators write them and have them read aloud."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cases.forms.information import CardForm, WordsForm
from cases.models import InformationCard, InformationSound
from cases.services import information
from cases.services.telephone_sound import LONGEST_SECONDS, MOST_BYTES
from helpline.core import clock
from helpline.core.errors import HelplineError, NotAllowed
from helpline.core.http.pages import says_why, worker
from helpline.core.http.sounds import send_sound


@require_GET
def listed(request: HttpRequest) -> HttpResponse:
    user = worker(request)
    page = {"cards": information.read_all(), "may_edit": information.may_edit(user)}
    return render(request, "cases/information/list.html", page)


@require_http_methods(["GET", "POST"])
@says_why
def new(request: HttpRequest) -> HttpResponse:
    user = worker(request)
    if not information.may_edit(user):
        raise NotAllowed(_("Information cards are written by a coordinator or a supervisor."))
    form = CardForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            card = information.write(by=user, at=clock.now(), **form.cleaned_data)
        except HelplineError as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("The card is there. It stands beside the notes of every call that it is for."))
            return redirect("cases:information_card", card.ref)
    status = 422 if request.method == "POST" else 200
    return render(request, "cases/information/new.html", {"form": form}, status=status)


@require_http_methods(["GET", "POST"])
@says_why
def card(request: HttpRequest, card_ref: str) -> HttpResponse:
    """Show one card with its versions; a POST writes the next one."""
    user, shown = worker(request), information.get_card(card_ref)
    if request.method == "GET":
        return _show(request, shown, _words_of(shown))
    form = WordsForm(request.POST)
    if form.is_valid():
        try:
            information.write(card=shown, by=user, at=clock.now(), **form.cleaned_data)
        except NotAllowed as refused:
            if not information.may_edit(user):
                raise
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Kept as a new version."))
            return redirect("cases:information_card", shown.ref)
    return _show(request, shown, form, status=422)


def _words_of(shown: InformationCard) -> WordsForm:
    now = shown.current
    names = ("words", "source", "confirmed_by", "confirmed_on")
    return WordsForm(initial={name: getattr(now, name) for name in names} if now else {})


def _show(
    request: HttpRequest, shown: InformationCard, form: WordsForm, *, status: int = 200, **more: Any
) -> HttpResponse:
    page = {
        "card": shown,
        "form": form,
        "versions": list(shown.versions.select_related("written_by")),
        "sound": _playing(shown),
        "may_edit": information.may_edit(worker(request)) and shown.ended_at is None,
        "longest_minutes": LONGEST_SECONDS // 60,
        **more,
    }
    return render(request, "cases/information/card.html", page, status=status)


def _playing(shown: InformationCard) -> InformationSound | None:
    return shown.sounds.filter(ended_at=None).defer("wav").select_related("version").order_by("-made_at").first()


@require_POST
@says_why
def end(request: HttpRequest, card_ref: str) -> HttpResponse:
    information.end(card=information.get_card(card_ref), by=worker(request), at=clock.now())
    messages.success(request, _("The card is not shown any more. Its versions are kept."))
    return redirect("cases:information")


@require_POST
@says_why
def sound_put(request: HttpRequest, card_ref: str) -> HttpResponse:
    """Take a recording in. What is wrong with it is said by its field."""
    user, shown = worker(request), information.get_card(card_ref)
    sent = request.FILES.get("sound")
    try:
        if sent is None or sent.size is None or sent.size > MOST_BYTES:
            raise NotAllowed(_("Choose a recording of at most three minutes."))
        information.put_sound(card=shown, content=sent.read(), by=user, at=clock.now())
    except NotAllowed as refused:
        if not information.may_edit(user):
            raise
        return _show(request, shown, _words_of(shown), status=422, sound_error=str(refused))
    messages.success(request, _("It can be heard beside the notes now."))
    return redirect("cases:information_card", shown.ref)


@require_GET
@says_why
def sound(request: HttpRequest, sound_ref: str) -> HttpResponse:
    worker(request)
    return send_sound(request, bytes(information.get_sound(sound_ref).wav), "audio/wav")
