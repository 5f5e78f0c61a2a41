"""Money: grants, what lawyers are paid, and their statements. For the keepers of the network alone."""

from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from helpline.core import clock
from helpline.core.audit import services as audit
from helpline.core.errors import NotAllowed, NotFound
from helpline.core.http.forms import sent_reference
from helpline.core.http.pages import says_why, worker
from helpline.core.privacy.references import new_opaque
from helpline.core.staff.models import User
from referrals import money as rules
from referrals.access import check_keeps_network, get_provider
from referrals.forms.money import FeeForm, GrantForm, RateForm, read_month
from referrals.models import Fee, FeeRate, Grant, Referral
from referrals.services import fees, statements

MONTHS_SHOWN = 12


def _keeper(request: HttpRequest) -> tuple[User, datetime]:
    user, at = worker(request), clock.now()
    check_keeps_network(user, at)
    return user, at


@require_GET
@says_why
def money(request: HttpRequest) -> HttpResponse:
    _keeper(request)
    grants = list(Grant.objects.all())
    spent = fees.spent_of(grants)
    rows = [
        {"grant": grant, "spent": spent[grant.pk], "left": rules.room_left(grant.ceiling, spent[grant.pk]),
         "share": min(round(100 * spent[grant.pk] / grant.ceiling), 100) if grant.ceiling else 100}
        for grant in grants
    ]  # fmt: skip
    waiting = Fee.objects.filter(state__in=["entered", "approved"]).select_related("provider", "grant", "entered_by")
    page = {"rows": rows, "waiting": waiting, "months": read_months(timezone.localdate())}
    return render(request, "referrals/money/money.html", page)


def read_months(today: date) -> list[dict[str, Any]]:
    """Return who is owed or was paid something in each of the last twelve months, the newest first: one statement."""
    since = date(today.year - 1, today.month, 1)
    done = Fee.objects.filter(done_on__gte=since, state__in=["approved", "paid"]).select_related("provider")
    months: dict[date, dict[str, Any]] = {}
    for fee in done.order_by("-done_on", "provider__name"):
        first = fee.done_on.replace(day=1)
        month = months.setdefault(first, {"first": first, "providers": {}})
        month["providers"][fee.provider.ref] = fee.provider
    return [{"first": one["first"], "providers": list(one["providers"].values())} for one in months.values()][
        :MONTHS_SHOWN
    ]


@require_http_methods(["GET", "POST"])
@says_why
def grant(request: HttpRequest, grant_ref: str = "") -> HttpResponse:
    """Add a grant, or change one."""
    user, at = _keeper(request)
    row = Grant.objects.filter(ref=grant_ref).first() if grant_ref else None
    if grant_ref and row is None:
        raise NotFound
    there = (
        {name: getattr(row, name) for name in ("name", "ceiling", "currency", "starts_on", "ends_on")} if row else {}
    )
    form = GrantForm(request.POST or None, initial=there)
    if request.method == "POST" and form.is_valid():
        try:
            fees.keep_grant(**form.cleaned_data, grant=row, by=user, at=at)
        except NotAllowed as refused:
            form.add_error(None, str(refused))
        else:
            return redirect("referrals:money")
    status = 422 if request.method == "POST" else 200
    return render(request, "referrals/money/form.html", {"form": form, "title": _("Grant")}, status=status)


@require_http_methods(["GET", "POST"])
@says_why
def rates(request: HttpRequest, ref: str) -> HttpResponse:
    user, at = _keeper(request)
    provider = get_provider(user, ref, to_keep=True, at=at)
    form = RateForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        fees.set_rate(provider=provider, **form.cleaned_data, by=user, at=at)
        return redirect("referrals:rates", provider.ref)
    page = {"form": form, "provider": provider, "rates": FeeRate.objects.filter(provider=provider)}
    return render(request, "referrals/money/rates.html", page, status=422 if request.method == "POST" else 200)


@require_http_methods(["GET", "POST"])
@says_why
def fee_new(request: HttpRequest) -> HttpResponse:
    user, at = _keeper(request)
    form = FeeForm(request.POST or None)
    key = sent_reference(request, "key") or new_opaque()
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        reference = data.pop("reference").strip().upper()
        try:
            referral = find_referral(reference, data["provider"].pk) if reference else None
            fees.enter_fee(
                **{**data, "amount": data["amount"] or None}, referral=referral, by=user, at=at, key=f"fee-{key}"
            )
        except NotAllowed as refused:
            form.add_error(None, str(refused))
        else:
            return redirect("referrals:money")
    page = {"form": form, "title": _("Enter a fee"), "key": key}
    return render(request, "referrals/money/form.html", page, status=422 if request.method == "POST" else 200)


def find_referral(reference: str, provider_key: int) -> Referral:
    """Return the request of this provider that begins so. Raises NotAllowed where there is none, or more than one."""
    found = (
        list(Referral.objects.filter(provider=provider_key, ref__startswith=reference)[:2])
        if len(reference) >= 4
        else []
    )
    if len(found) != 1:
        raise NotAllowed(_("There is no such request with them."))
    return found[0]


@require_POST
@says_why
def fee(request: HttpRequest, fee_ref: str) -> HttpResponse:
    """Approve, pay or take back one fee."""
    user, at = _keeper(request)
    row = Fee.objects.filter(ref=fee_ref).select_related("provider", "grant").first()
    if row is None:
        raise NotFound
    match request.POST.get("verb"):
        case "approve":
            fees.approve_fee(fee=row, by=user, at=at)
        case "pay":
            fees.pay_fee(fee=row, on=timezone.localdate(at), by=user, at=at)
        case "cancel":
            fees.cancel_fee(fee=row, by=user, at=at)
        case _:
            raise NotAllowed(_("There is nothing of that name to do."))
    messages.success(request, _("Noted."))
    return redirect("referrals:money")


@require_http_methods(["GET", "POST"])
@says_why
def statement(request: HttpRequest, ref: str, month: str) -> HttpResponse:
    """Show a month of one provider; by POST hand it over as a file, which is written down."""
    user, at = _keeper(request)
    provider = get_provider(user, ref, to_keep=True, at=at)
    first = read_month(month)
    if first is None:
        raise Http404
    read = statements.read_statement(provider, first)
    if request.method == "GET":
        return render(request, "referrals/money/statement.html", {"statement": read, "month": month})
    if request.POST.get("as") == "xlsx":
        content, kind, mime = statements.write_spreadsheet(read), "xlsx", statements.XLSX
    else:
        content, kind, mime = statements.write_pdf(read), "pdf", "application/pdf"
    audit.record(by=user, verb="statement.exported", what="provider", about=provider.ref, at=at, month=month, kind=kind)
    response = HttpResponse(content, content_type=mime)
    response.headers["Content-Disposition"] = f'attachment; filename="statement-{first:%Y-%m}.{kind}"'
    return response
