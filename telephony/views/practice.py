"""The practice phone: a trainee plays the caller, with a keypad, and if they like the phones of the people on call too.

Everything goes through the control side of the practice network, so that what is practised is the real line. The session keeps
which practice number the trainee has and which call is theirs; no number stands in an address.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from http import HTTPStatus
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from helpline.core.lines.models import Line
from telephony.gateway.practice.control import (
    CallView,
    PracticeControl,
    PracticeRefused,
    PracticeUnavailable,
    TextView,
)
from telephony.gateway.practice.phones import Accepts, ByHand, Caller, Phone, RingsOut, Stage
from telephony.gateway.practice.scenarios import DUTY_PHONES

View = Callable[[HttpRequest], HttpResponse]

# Fictional numbers (contract of the demo organisation), and one that carriers show for a withheld one.
NUMBERS: Final = tuple(f"+4477009002{n:02}" for n in range(10, 20))
WITHHELD: Final = "+266696687"
LONGEST_TEXT: Final = 1600

# What the people on call do, and the phones that do it: first, second and so on in the order of DUTY_PHONES.
PEOPLE: Final[dict[str, tuple[str | Promise, Callable[[], dict[str, Phone]]]]] = {
    "second": (
        gettext_lazy("The first does not hear it, the second accepts"),
        lambda: _phones(RingsOut(), Accepts(after=4), RingsOut()),
    ),
    "first": (gettext_lazy("The first accepts"), lambda: _phones(Accepts(after=4), RingsOut(), RingsOut())),
    "nobody": (gettext_lazy("Nobody hears it"), lambda: _phones(RingsOut(), RingsOut(), RingsOut())),
    "me": (gettext_lazy("I answer their phones here"), lambda: _phones(ByHand(), ByHand(), ByHand())),
}

STAGES: Final[dict[str, tuple[str, str | Promise]]] = {
    Stage.DIALLING: ("waiting", gettext_lazy("You are calling")),
    Stage.GREETING: ("connected", gettext_lazy("The line speaks")),
    Stage.MENU: ("connected", gettext_lazy("The line waits for a key")),
    Stage.RINGING: ("ringing", gettext_lazy("Somebody's phone rings")),
    Stage.WHISPER: ("ringing", gettext_lazy("Somebody picked up and has not accepted yet")),
    Stage.TALKING: ("connected", gettext_lazy("You are talking")),
    Stage.MESSAGE: ("connected", gettext_lazy("The line speaks")),
    Stage.PROMPT: ("voicemail", gettext_lazy("The line asks for a message")),
    Stage.RECORDING: ("voicemail", gettext_lazy("You are being recorded")),
    Stage.OVER: ("done", gettext_lazy("The call is over")),
}


@dataclass(frozen=True)
class Screen:
    """What the practice phone shows. `seen` is the number of the network's last event: where it has not grown, nothing changed."""

    seen: int
    number: str
    call: CallView | None
    legs: tuple[CallView, ...]
    texts: tuple[TextView, ...]

    @property
    def state(self) -> tuple[str, str | Promise]:
        if self.call is None:
            return "waiting", _("No call yet")
        return STAGES.get(self.call.stage, ("waiting", self.call.stage))

    @property
    def is_live(self) -> bool:
        return self.call is not None and not self.call.over


def _phones(first: Phone, second: Phone, others: Phone) -> dict[str, Phone]:
    """Return the duty phones of the demo organisation: the paralegals' first and second, then everybody else's."""
    desk, paralegal_1, paralegal_2, *rest = DUTY_PHONES
    return {desk: others, paralegal_1: first, paralegal_2: second} | dict.fromkeys(rest, others)


def _network() -> PracticeControl:
    return PracticeControl(settings.TWILIO_API_URL, settings.TWILIO_AUTH_TOKENS[0])


def _read(request: HttpRequest) -> Screen:
    network = _network()
    seen = int(network.state()["events"])
    number = str(request.session.get("practice_number", NUMBERS[0]))
    call, legs = None, []
    if sid := request.session.get("practice_call"):
        try:
            call = network.look_at(str(sid))
            legs = [network.look_at(leg) for leg in call.legs]
        except PracticeRefused:  # the network was started anew and knows nothing of this call
            del request.session["practice_call"]
    mine = tuple(leg for leg in legs if leg.by_hand and not leg.over)
    return Screen(seen, number, call, mine, tuple(network.texts(number)))


def _acts(act: View) -> View:
    """Let a view act on the network, then show the screen; a network that is away or says no is told in words."""

    @require_POST
    @wraps(act)
    def acting(request: HttpRequest) -> HttpResponse:
        said = ""
        try:
            act(request)
        except PracticeUnavailable:
            said = _("The practice network does not answer.")
        except (PracticeRefused, LookupError):
            said = _("That is not possible now: the call may be over.")
        if request.headers.get("HX-Request") == "true":
            return _show(request, said=said)
        return redirect("telephony:practice_phone")

    return acting


def _show(request: HttpRequest, *, said: str = "") -> HttpResponse:
    try:
        screen = _read(request)
    except (PracticeUnavailable, PracticeRefused):
        return render(request, "telephony/_practice_screen.html", {"said": said, "is_away": True})
    return render(request, "telephony/_practice_screen.html", {"screen": screen, "said": said})


@require_GET
def practice_phone(request: HttpRequest) -> HttpResponse:
    shown: dict[str, object] = {
        "numbers": NUMBERS,
        "withheld": WITHHELD,
        "people": [(value, words) for value, (words, _phones) in PEOPLE.items()],
        "lines": Line.objects.active(),
        "keys": "123456789*0#",
        "longest": LONGEST_TEXT,
    }
    try:
        shown["screen"] = _read(request)
    except (PracticeUnavailable, PracticeRefused):
        shown["is_away"] = True
    return render(request, "telephony/practice_phone.html", shown)


@require_GET
def practice_screen(request: HttpRequest) -> HttpResponse:
    """Answer the screen's own look, once a second: 204 where nothing happened since."""
    try:
        screen = _read(request)
    except (PracticeUnavailable, PracticeRefused):
        return render(request, "telephony/_practice_screen.html", {"is_away": True})
    if request.GET.get("seen") == str(screen.seen):
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    return render(request, "telephony/_practice_screen.html", {"screen": screen})


@_acts
def practice_call(request: HttpRequest) -> HttpResponse:
    """Ring the line. What is not offered on the page is refused like a call that is over."""
    number, people = request.POST.get("number", ""), request.POST.get("people", "")
    line = Line.objects.active().filter(ref=request.POST.get("line", "")).first()
    if number not in {*NUMBERS, WITHHELD} or people not in PEOPLE or line is None:
        raise LookupError
    network = _network()
    network.add_line(line.number)
    network.set_phones(PEOPLE[people][1]())
    call = network.call(from_=number, to=line.number, caller=Caller(by_hand=True))
    request.session["practice_number"], request.session["practice_call"] = number, call.sid
    return HttpResponse()


@_acts
def practice_press(request: HttpRequest) -> HttpResponse:
    _network().press(_leg(request), request.POST.get("keys", ""))
    return HttpResponse()


@_acts
def practice_say(request: HttpRequest) -> HttpResponse:
    _network().say(_leg(request), request.POST.get("words", "")[:LONGEST_TEXT])
    return HttpResponse()


@_acts
def practice_pick_up(request: HttpRequest) -> HttpResponse:
    _network().pick_up(_leg(request))
    return HttpResponse()


@_acts
def practice_hang_up(request: HttpRequest) -> HttpResponse:
    _network().hang_up(_leg(request))
    return HttpResponse()


@_acts
def practice_text(request: HttpRequest) -> HttpResponse:
    number = request.POST.get("number", "")
    line = Line.objects.active().filter(ref=request.POST.get("line", "")).first()
    if number not in NUMBERS or line is None:
        raise LookupError
    network = _network()
    network.add_line(line.number)
    network.text(from_=number, to=line.number, body=request.POST.get("body", "")[:LONGEST_TEXT])
    request.session["practice_number"] = number
    return HttpResponse()


def _leg(request: HttpRequest) -> str:
    """Return the leg that is meant: the trainee's own call, or one of the phones that it rings. Raises LookupError."""
    own = str(request.session.get("practice_call", ""))
    meant = request.POST.get("leg") or own
    if not own or (meant != own and meant not in _network().look_at(own).legs):
        raise LookupError
    return meant
