"""How long things are kept, and wishes to be forgotten that wait for a second person."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from cases.models import Case, ErasureWish, WhyNot, WishState
from cases.services import erasing
from helpline.core import clock
from helpline.core.errors import HelplineError, NotAllowed
from helpline.core.forgetting import retention
from helpline.core.forgetting.models import PurgeRun
from helpline.core.forgetting.purge import count_due
from helpline.office.access import DECIDES_ERASURE, KEEPS_RETENTION, SEES_RETENTION, only, signed_in

SHOWN = 50


@require_http_methods(["GET", "POST"])
@only(SEES_RETENTION)
def retention_page(request: HttpRequest) -> HttpResponse:
    """Show what is kept how long, what would go now, and what went; a coordinator decides."""
    user, at = signed_in(request), clock.now()
    keeps = user.holds(*KEEPS_RETENTION)
    rules = retention.read_rules()
    problem, typed = "", {}
    if request.method == "POST":
        if not keeps:
            return render(request, "404.html", status=404)
        typed = {rule.kind.code: request.POST.get(rule.kind.code, "").strip() for rule in rules}
        try:
            wanted = {code: _read_days(text) for code, text in typed.items() if text}
            changed = retention.decide(days=wanted, by=user, at=at)
        except NotAllowed as refused:
            problem = str(refused)
        else:
            words = ngettext("%(n)d time is kept anew.", "%(n)d times are kept anew.", len(changed))
            messages.success(request, words % {"n": len(changed)})
            return redirect("office:retention")
    due = count_due(at=at)
    shown = {
        "rows": [
            {"rule": rule, "due": due[rule.kind.code], "typed": typed.get(rule.kind.code, rule.days)} for rule in rules
        ],
        "run": PurgeRun.objects.exclude(finished_at=None).first(),
        "gone": _gone(),
        "keeps": keeps,
        "problem": problem,
        "waiting": ErasureWish.objects.filter(state=WishState.WAITING).count(),
    }
    return render(request, "office/retention.html", shown, status=422 if problem else 200)


def _read_days(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 6):
        raise NotAllowed(_("Times are whole numbers of days."))
    return int(text)


def _gone() -> list[tuple[str, int]]:
    run = PurgeRun.objects.exclude(finished_at=None).first()
    words = {rule.kind.code: str(rule.kind.words) for rule in retention.read_rules()}
    return [(words.get(code, code), number) for code, number in run.counts.items() if number] if run else []


@require_GET
@only(DECIDES_ERASURE)
def erasures(request: HttpRequest) -> HttpResponse:
    """List what waits, and what was decided lately: references and counts, no word of a story."""
    user = signed_in(request)
    rows = ErasureWish.objects.select_related("asked_by", "decided_by").order_by("-state", "-asked_at")[:SHOWN]
    shown = [{"wish": row, "is_mine": row.asked_by_id == user.pk, "number": sum(row.counts.values())} for row in rows]
    return render(request, "office/erasures.html", {"rows": shown})


@require_http_methods(["GET", "POST"])
@only(DECIDES_ERASURE)
def erasure(request: HttpRequest, ref: str) -> HttpResponse:
    """Show what one wish would remove, in counts, and let a second person decide."""
    user, at = signed_in(request), clock.now()
    wish = get_object_or_404(ErasureWish.objects.select_related("asked_by"), ref=ref, state=WishState.WAITING)
    if request.method == "POST":
        try:
            if request.POST.get("verb") == "refuse":
                erasing.refuse(wish=wish, why_not=request.POST.get("why_not", ""), by=user, at=at)
                messages.success(request, _("It stays as it is. Whoever asked sees the reason on the case."))
            else:
                done = erasing.carry_out(wish=wish, by=user, at=at)
                words = _("It is gone: %(n)d rows. Counts without a name, and the audit, are left.")
                messages.success(request, words % {"n": sum(done.counts.values())})
        except HelplineError as refused:
            messages.error(request, str(refused))
            return redirect("office:erasure", ref=ref)
        return redirect("office:erasures")
    case = Case.objects.filter(ref=wish.case_ref).first()
    try:
        preview = erasing.preview(case=case, scope=wish.scope, at=at) if case else None
    except HelplineError as refused:
        preview = None
        messages.error(request, str(refused))
    shown = {"wish": wish, "preview": preview, "is_mine": wish.asked_by_id == user.pk, "reasons": WhyNot.choices}
    return render(request, "office/erasure.html", shown)
