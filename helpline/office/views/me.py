"""One's own page, the link that sets a password, and day or night."""

from typing import Any

from allauth.account.internal.flows.reauthentication import did_recently_reauthenticate
from allauth.core.exceptions import ReauthenticationRequired
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import PasswordResetConfirmView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from helpline.core import clock
from helpline.core.errors import HelplineError
from helpline.core.http.context import THEMES
from helpline.core.privacy.numbers import mask_number
from helpline.core.rota import services as rota
from helpline.core.staff import services as staff
from helpline.core.staff.models import User
from helpline.office.access import signed_in
from helpline.office.staff_forms import CodeForm, NumberForm, PersonForm

SHOWN_SHIFTS = 10


@require_http_methods(["GET", "POST"])
def me(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    initial = {"display_name": user.display_name, "languages": user.languages}
    form = PersonForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        staff.describe_person(user=user, by=user, at=clock.now(), **form.cleaned_data)
        messages.success(request, _("Kept."))
        return redirect("office:me")
    return _show(request, user, form=form)


@require_http_methods(["GET", "POST"])
def my_number(request: HttpRequest) -> HttpResponse:
    """Send a code to a new duty number. Asks for the password or the second factor again, where that was a while ago."""
    user = signed_in(request)
    if not did_recently_reauthenticate(request):
        if request.method == "POST":  # what was posted would be kept in the session, and a number is kept in no session
            return redirect("office:my_number")
        raise ReauthenticationRequired
    form = NumberForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            staff.send_number_check(user=user, number=form.cleaned_data["number"], by=user, at=clock.now())
        except HelplineError as refused:
            form.add_error("number", str(refused))
        else:
            return redirect("office:me")
    return render(request, "office/my_number.html", {"form": form}, status=400 if form.errors else 200)


@require_POST
@sensitive_post_parameters("code")
def my_code(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    form = CodeForm(request.POST)
    if form.is_valid():
        try:
            staff.confirm_number(user=user, code=form.cleaned_data["code"], at=clock.now())
        except HelplineError as refused:
            form.add_error("code", str(refused))
        else:
            messages.success(request, _("This number is verified: calls on your shifts ring it."))
            return redirect("office:me")
    return _show(request, user, code_form=form)


@require_GET
def here(request: HttpRequest) -> HttpResponse:
    """Say that somebody is still signed in, to a page that has lain there for long. Otherwise the middleware sends it away."""
    return HttpResponse(status=204)


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Keep the choice of day, night or as the device says, until the browser is closed."""
    response = redirect("office:me")
    chosen = request.POST.get("theme", "")
    if chosen in THEMES:
        response.set_cookie("theme", chosen, samesite="Lax", secure=settings.IS_HTTPS)
    else:
        response.delete_cookie("theme", samesite="Lax")
    return response


@method_decorator(login_not_required, name="dispatch")
class Welcome(PasswordResetConfirmView):
    """The link that an administrator hands over: sets a password, once. The key leaves the address at the first step."""

    template_name = "account/welcome.html"
    success_url = reverse_lazy("account_login")
    title = "Desk"

    def get_user(self, uidb64: str) -> Any:
        return User.objects.active().filter(ref=uidb64).first()

    def form_valid(self, form: Any) -> HttpResponse:
        messages.success(self.request, _("Your password is kept. Sign in with it now."))
        return super().form_valid(form)


def _show(
    request: HttpRequest,
    user: User,
    *,
    form: PersonForm | None = None,
    code_form: CodeForm | None = None,
) -> HttpResponse:
    at = clock.now()
    check = staff.open_number_check(user, at)
    said = form or code_form
    shown = {
        "form": form or PersonForm(initial={"display_name": user.display_name, "languages": user.languages}),
        "code_form": code_form or CodeForm(),
        "check": check,
        "check_number": mask_number(check.number) if check else "",
        "duty_number": mask_number(user.duty_phone) if user.duty_phone else "",
        "factors": staff.second_factors(user),
        "shifts": rota.coming_shifts(user, at)[:SHOWN_SHIFTS],
        "roles": [held.get_role_display() for held in user.held_roles.order_by("pk")],
    }
    return render(request, "office/me.html", shown, status=400 if said is not None and said.errors else 200)
