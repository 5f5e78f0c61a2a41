"""The page of the hand-over at the end of a shift: look at what is open, hand it over, have it."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from cases.models import Case, HandedItem, ShiftHandOver
from cases.services import shift_change
from helpline.core import clock
from helpline.core.errors import HelplineError
from helpline.core.http.forms import set_look
from helpline.core.http.pages import says_why, worker
from helpline.core.lines.models import Line
from helpline.core.rota.services import who_is_on
from helpline.core.staff.models import User
from helpline.dashboard.casefile import who_may_take
from helpline.dashboard.navigation import SPEAKS_WITH_CALLERS
from helpline.dashboard.sheet import gather, group, next_person


class SheetForm(forms.Form):
    """To whom, and what the next person should know besides."""

    prefix = "sheet"

    taker = forms.ModelChoiceField(label=gettext_lazy("To"), queryset=User.objects.none(), to_field_name="username")
    note = forms.CharField(
        label=gettext_lazy("To the next person"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3, "data-key": "n"}),
        help_text=gettext_lazy("Only they read it, and it is never printed."),
    )

    def __init__(self, *args: Any, takers: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["taker"].queryset = takers  # type: ignore[attr-defined]
        set_look(self)


def _only_who_answers(user: User) -> None:
    if not user.holds(*SPEAKS_WITH_CALLERS):
        raise Http404


def _find_line(user: User, asked: str, at: datetime) -> Line:
    """Return the line that was asked for, else one on which this person is on call, else the first."""
    lines = list(Line.objects.active())
    for line in lines:
        if line.ref == asked:
            return line
    for line in lines:
        if any(one.person.pk == user.pk for one in who_is_on(line, at)):
            return line
    if not lines:
        raise Http404
    return lines[0]


@require_http_methods(["GET", "POST"])
@says_why
def sheet(request: HttpRequest) -> HttpResponse:
    """Show the hand-over of a line that waits, or what would be on it; POST hands it over."""
    user, at = worker(request), clock.now()
    _only_who_answers(user)
    line = _find_line(user, request.POST.get("line", "") or request.GET.get("line", ""), at)
    takers = who_may_take(user)
    if request.method == "GET":
        coming = next_person(line, user, at)
        form = SheetForm(takers=takers, initial={"taker": coming.username if coming else ""})
        return _show(request, line, form, at)
    form = SheetForm(request.POST, takers=takers)
    if not form.is_valid():
        return _show(request, line, form, at, status=422)
    said = form.cleaned_data
    try:
        shift_change.offer(
            line=line, giver=user, taker=said["taker"], things=gather(line, at, seen_by=user), note=said["note"], at=at
        )
    except HelplineError as refused:
        form.add_error(None, str(refused))
        return _show(request, line, form, at, status=409)
    messages.success(request, _("Handed over. Until they have accepted, what falls due is told to you."))
    return redirect(f"{reverse('dashboard:sheet')}?line={line.ref}")


def _show(request: HttpRequest, line: Line, form: SheetForm, at: datetime, *, status: int = 200) -> HttpResponse:
    user = worker(request)
    waits = shift_change.waiting_on(line)
    may_take = waits is not None and shift_change.may_take(waits, user, at)
    is_party = waits is not None and (may_take or waits.giver_id == user.pk)
    items = _items(waits, user, sees_all=may_take) if waits is not None else []
    page = {
        "line": line,
        "lines": list(Line.objects.active()),
        "waits": waits,
        "may_take": may_take,
        "is_giver": waits is not None and waits.giver_id == user.pk,
        "note": waits.note if waits is not None and is_party else None,
        "groups": group(items) if waits is not None else group(gather(line, at, seen_by=user)),
        "left": sum(1 for one in items if not one.taken_at),
        "lately": shift_change.lately(line),
        "form": form,
        "now": at,
    }
    return render(request, "dashboard/sheet.html", page, status=status)


def _items(waits: ShiftHandOver, user: User, *, sees_all: bool) -> list[HandedItem]:
    """Return the items of a hand-over: all of them for who may take it, for others those of cases they may know of."""
    rows = list(HandedItem.objects.filter(hand_over=waits).select_related("case", "taken_by"))
    if sees_all:
        return rows
    known = set(Case.objects.visible_to(user).filter(handed__hand_over=waits).values_list("pk", flat=True))
    return [row for row in rows if row.case_id in known]


@require_POST
@says_why
def sheet_answer(request: HttpRequest, ref: str) -> HttpResponse:
    """Have one thing of a hand-over, or all of it; or take the offer back."""
    user, at = worker(request), clock.now()
    waits = shift_change.find(ref, user, at)
    if request.POST.get("answer") == "withdraw":
        shift_change.withdraw(hand_over=waits, by=user, at=at)
        messages.success(request, _("Taken back. It stays yours."))
    else:
        now = shift_change.take(hand_over=waits, by=user, at=at, item_ref=request.POST.get("item", ""))
        if now.state == "accepted":
            messages.success(request, _("You have it all. What falls due is told to you from now on."))
    return redirect(f"{reverse('dashboard:sheet')}?line={waits.line.ref}")
