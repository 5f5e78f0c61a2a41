"""Ask somebody for a caller, and follow what they say."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cases.access import STORY, WRITE, get_case
from cases.models import Case, NeedKind
from helpline.core import clock
from helpline.core.errors import NotAllowed, NotFound
from helpline.core.http.forms import sent_reference
from helpline.core.http.pages import says_why, worker
from helpline.core.privacy.references import new_opaque
from referrals import going_words
from referrals.access import get_referral
from referrals.forms.asking import AnswerForm, AskForm, EndForm
from referrals.models import AskingWay, GoingOutcome, Matter, Offer, Referral
from referrals.services import answering, asking, going, reading

_ANSWERS = {
    "accepted": gettext_lazy("Accepted: the others are asked no more."),
    "already": gettext_lazy("They had it already."),
    "taken": gettext_lazy("Somebody else has it already."),
    "withdrawn": gettext_lazy("It is not asked any more."),
    "declined": gettext_lazy("Noted: the next is asked."),
    "too_late": gettext_lazy("It is too late for that."),
}
# Those that can be said by a word of theirs; "something else" is what was never said.
_OUTCOMES = [(value, words) for value, words in GoingOutcome.choices if value in going_words.OUTCOMES]


@require_http_methods(["GET", "POST"])
@says_why
def ask(request: HttpRequest, ref: str) -> HttpResponse:
    """Show who would be asked; a POST asks."""
    user, at = worker(request), clock.now()
    case = get_case(user, ref, to=WRITE if request.method == "POST" else STORY, at=at)
    given = reading.may_share(case, at)
    need = request.GET.get("need", "")
    known = case.caller.language if case.caller is not None and not case.possibly_known else ""
    initial = {"need": need if need in NeedKind.values else NeedKind.LEGAL, "language": known}
    if need == NeedKind.RAPID_RESPONSE:  # our own people: several at once, and the first yes closes it
        initial |= {"matter": Matter.THERE_NOW, "way": AskingWay.TOGETHER}
    if len(given) == 1:
        initial["consent"] = given[0].ref
    form = AskForm(request.POST or None, given=given, initial=initial)
    if request.method == "POST" and request.POST.get("verb") != "look" and form.is_valid():
        said = dict(form.cleaned_data)
        first = said.pop("first")
        try:
            row = asking.ask(
                case=case, by=user, at=at, consent_ref=said.pop("consent"), persons=[first] if first else None,
                only_chosen=said["way"] == AskingWay.BY_HAND, is_team=said["need"] == NeedKind.RAPID_RESPONSE,
                key=_key(case, sent_reference(request, "key")), **said,
            )  # fmt: skip
        except NotAllowed as refused:
            form.add_error(None, str(refused))
        else:
            return redirect("referrals:referral", case.ref, row.ref)
    page = {
        "case": case, "form": form, "given": given, "key": sent_reference(request, "key")[:24] or new_opaque(),
        "preview": _preview(case, form, at), "earlier": reading.read_all(case)[:6],
    }  # fmt: skip
    asked = request.method == "POST" and request.POST.get("verb") != "look"
    return render(request, "referrals/asking/ask.html", page, status=422 if asked else 200)


@require_POST
@says_why
def ask_who(request: HttpRequest, ref: str) -> HttpResponse:
    """Show who would be asked for what is filled in now: the part of the page below the form."""
    user, at = worker(request), clock.now()
    case = get_case(user, ref, to=WRITE, at=at)
    form = AskForm(request.POST, given=())
    return render(
        request, "referrals/asking/_who.html", {"case": case, "form": form, "preview": _preview(case, form, at)}
    )


def _key(case: Case, sent: str) -> str | None:
    return f"ask-{case.ref}-{sent[:24]}" if sent else None


def _preview(case: Case, form: AskForm, at: Any) -> reading.Preview:
    if form.is_bound:
        form.is_valid()
        said = form.cleaned_data
        need, area, language = said.get("need", NeedKind.LEGAL), said.get("area"), said.get("language", "")
    else:
        need, area, language = form.initial["need"], None, form.initial["language"]
    is_team = need == NeedKind.RAPID_RESPONSE
    return reading.preview(case, need=need, area=area, language=language, at=at, is_team=is_team)


def _find(request: HttpRequest, ref: str, referral_ref: str, *, to_write: bool) -> tuple[Referral, Any, Any]:
    user, at = worker(request), clock.now()
    row = get_referral(user, referral_ref, to=WRITE if to_write else STORY, at=at)
    if row.case.ref != ref.upper():
        raise NotFound
    return row, user, at


def _show(request: HttpRequest, row: Referral, at: Any, *, status: int = 200, **forms: Any) -> HttpResponse:
    made = list(row.offers.select_related("person__provider", "member", "provider").order_by("place", "pk"))
    page = {
        "case": row.case, "referral": row, "steps": reading.read_steps(row), "next": reading.say_next(row, made),
        "asked": [{"offer": one, "who": reading.say_who(one)} for one in made], "now": at,
        "open_offers": [{"offer": one, "who": reading.say_who(one)} for one in made if one.state in {"open", "silent"}],
        "goings": _read_goings(row), "end_form": EndForm(), "answer_form": AnswerForm(), **forms,
    }  # fmt: skip
    part = "referrals/asking/_referral.html" if request.headers.get("HX-Request") else "referrals/asking/referral.html"
    return render(request, part, page, status=status)


def _read_goings(row: Referral) -> list[dict[str, Any]]:
    if not row.is_team:
        return []
    went = going.read_out([row]).get(row.pk, [])
    return [{"row": one, "minutes": going.measure(one), "outcomes": _OUTCOMES} for one in went]


@require_GET
@says_why
def referral(request: HttpRequest, ref: str, referral_ref: str) -> HttpResponse:
    row, _user, at = _find(request, ref, referral_ref, to_write=False)
    return _show(request, row, at)


@require_POST
@says_why
def referral_do(request: HttpRequest, ref: str, referral_ref: str) -> HttpResponse:
    """Do one of the things that the page offers."""
    row, user, at = _find(request, ref, referral_ref, to_write=True)
    verb = request.POST.get("verb", "")
    match verb:
        case "accepted" | "declined":
            offer = Offer.objects.filter(referral=row, ref=sent_reference(request, "offer")).first()
            if offer is None:
                raise NotFound
            offer.referral = row
            if verb == "accepted":
                said = answering.accept(offer=offer, at=at, how="desk", by=user).result
            else:
                because = request.POST.get("because", "")
                said = answering.decline(offer=offer, at=at, how="desk", because=because, by=user).result
            messages.success(request, _ANSWERS.get(said, _("Noted.")))
        case "reached":
            asking.mark_reached(referral=row, by=user, at=at)
        case "again":
            asking.ask_again(referral=row, by=user, at=at)
        case "withdraw":
            asking.withdraw(referral=row, by=user, at=at, why="caller_wants_not")
        case "end":
            form = EndForm(request.POST)
            if not form.is_valid():
                return _show(request, row, at, status=422, end_form=form)
            asking.end(referral=row, by=user, at=at, why="", **form.cleaned_data)
            messages.success(request, _("Written down."))
        case _other:
            raise NotAllowed(_("There is no such thing to do."))
    return redirect("referrals:referral", row.case.ref, row.ref)
