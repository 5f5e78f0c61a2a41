"""What every answer tells a browser: keep nothing, load nothing from elsewhere, let nobody frame or watch us."""

import re

import pytest
import requests

from helpline.env import read_env
from tests.factories import make_caller, make_case, make_note
from tests.live import ROOT, serving
from tests.telephony.conformance.signing import VOICE, Gateway, Wire

PAGES = [
    "/", "/board/now/", "/board/due/", "/board/tonight/", "/live/", "/cases/", "/cases/new/", "/calls/", "/texts/",
    "/rota/", "/lines/", "/lines/new/", "/staff/", "/staff/new/", "/me/", "/me/number/", "/here/", "/accounts/login/",
    "/accounts/logout/", "/accounts/2fa/", "/accounts/reauthenticate/", "/api/v1/cases/", "/api/v1/schema/",
    "/api/v1/nothing/", "/healthz", "/readyz", "/no/such/page", "/cases/HL-2222/", "/messages/AAAAAAAAAAAAAAAAAA/",
    "/files/AAAAAAAAAAAAAAAAAA/", "/telephony/practice/",
]  # fmt: skip


def check(headers):
    assert "no-store" in headers["Cache-Control"]
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    check_policy(headers["Content-Security-Policy"])


def check_policy(policy):
    said = dict(part.strip().split(" ", 1) for part in policy.split(";") if part.strip())
    assert said["default-src"] == "'none'"
    assert said["frame-ancestors"] == "'none'"
    assert said["base-uri"] == "'none'"
    assert said["form-action"] == "'self'"
    allowed = " ".join(said.values())
    assert not re.search(r"unsafe|\*|https?:|blob:|wss?:", allowed), allowed
    assert "data:" not in said["script-src"] + said["style-src"]


@pytest.fixture
def case(line, thandi, at):
    case = make_case(line=line, caller=make_caller(code_name="Rose"), owner=thandi, at=at)
    make_note(case, thandi, "a word")
    return case


@pytest.mark.django_db
@pytest.mark.parametrize("path", PAGES)
def test_every_page_keeps_to_itself_whoever_asks(path, desk_of, thandi, pieter, client):
    for browser in (desk_of(thandi), desk_of(pieter), client):
        answer = browser.get(path)
        assert answer.status_code < 500 or path == "/readyz"
        check(answer.headers)


@pytest.mark.django_db
def test_a_case_and_what_is_done_to_it_keep_to_themselves(desk_of, thandi, case):
    browser = desk_of(thandi)
    here = f"/cases/{case.ref}"
    number = case.caller.numbers.get().ref
    check(browser.get(f"{here}/").headers)
    check(browser.post(f"{here}/numbers/{number}/", {"reason": "call_back"}).headers)
    check(browser.post(f"{here}/draft/", {"body": "x"}).headers)
    check(browser.post(f"{here}/follow-ups/", {}).headers)
    check(browser.get(f"{here}/take/").headers)


@pytest.mark.django_db
def test_a_page_that_fails_keeps_to_itself_and_says_nothing(desk_of, thandi, case, monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError("Rose is at her sister's")

    monkeypatch.setattr("helpline.dashboard.case_views.read_promises", fail)
    browser = desk_of(thandi)
    browser.raise_request_exception = False
    answer = browser.get(f"/cases/{case.ref}/")
    assert answer.status_code == 500
    assert b"sister" not in answer.content
    check(answer.headers)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path", ["/", "/cases/", "/cases/new/", "/rota/", "/lines/new/", "/me/", "/accounts/login/", "case"]
)
def test_no_page_has_a_script_or_a_style_in_itself(path, desk_of, client, thandi, lerato, case):
    """What somebody managed to write into a page would not run: nothing that stands in a page does."""
    browser = client if "login" in path else desk_of(lerato if "lines" in path else thandi)
    page = browser.get(f"/cases/{case.ref}/" if path == "case" else path).content.decode()
    assert "<html" in page
    assert not re.findall(r"<script(?![^>]*(?:\bsrc=|application/json))[^>]*>", page)
    assert not re.findall(r"<[^>]+\s(?:on[a-z]+|style)=", page)
    sources = re.findall(r'(?:src|href)="(https?:|//)[^"]*"', page)
    assert not sources


@pytest.mark.django_db
def test_the_way_out_takes_everything_along(desk_of, thandi):
    answer = desk_of(thandi).post("/accounts/logout/")
    assert answer.headers["Clear-Site-Data"] == '"cache", "cookies", "storage"'


@pytest.mark.django_db
def test_cookies_are_out_of_reach_of_scripts_and_of_other_sites(client, thandi):
    thandi.set_password("an-ocelot-sleeps-here-42")
    thandi.save()
    client.get("/accounts/login/")
    answer = client.post("/accounts/login/", {"login": "thandi", "password": "an-ocelot-sleeps-here-42"})
    session, csrf = answer.cookies["desk"], client.cookies["desk-csrf"]
    assert (session["httponly"], session["samesite"], session["path"], session["domain"]) == (True, "Lax", "/", "")
    assert (csrf["samesite"], csrf["domain"]) == ("Lax", "")
    assert "max-age" not in answer.headers.get("Set-Cookie", "").lower() or session["max-age"] == ""


@pytest.fixture(scope="module")
def behind_a_proxy():
    """The real server as it stands behind a proxy that ends TLS on the same machine."""
    told = {"PUBLIC_URL": "https://desk.example.org", "ALLOWED_HOSTS": "desk.example.org,127.0.0.1"}
    with serving("web", **told, WEB_WORKERS="1") as line:
        yield line


def ask(line, path, *, is_https=True, method="get", **options):
    headers = {"Host": "desk.example.org", **({"X-Forwarded-Proto": "https"} if is_https else {})}
    return requests.request(
        method, line.address + path, headers=headers, allow_redirects=False, timeout=20, **options
    )  # fmt: skip


@pytest.mark.live
def test_over_plain_http_a_page_is_sent_to_https_and_nothing_is_set(behind_a_proxy):
    answer = ask(behind_a_proxy, "/accounts/login/", is_https=False)
    assert (answer.status_code, answer.headers["Location"]) == (301, "https://desk.example.org/accounts/login/")
    assert "Set-Cookie" not in answer.headers
    assert ask(behind_a_proxy, "/healthz", is_https=False).status_code == 200


@pytest.mark.live
def test_over_https_cookies_are_bound_to_this_host_and_browsers_stay_on_https(behind_a_proxy):
    answer = ask(behind_a_proxy, "/accounts/login/")
    check(answer.headers)
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains; preload"
    cookies = answer.headers["Set-Cookie"]
    assert cookies.startswith("__Host-desk-csrf=")
    assert "; Secure" in cookies
    assert "; Path=/" in cookies
    assert "Domain" not in cookies


@pytest.mark.live
def test_over_https_a_sign_in_has_a_cookie_of_this_host_alone(behind_a_proxy):
    behind_a_proxy.manage("demo_data", "--password", "an-ocelot-sleeps-here-42")
    csrf = ask(behind_a_proxy, "/accounts/login/").cookies["__Host-desk-csrf"]
    form = {"login": "counsellor", "password": "an-ocelot-sleeps-here-42", "csrfmiddlewaretoken": csrf}
    headers = {
        "Host": "desk.example.org", "X-Forwarded-Proto": "https", "Referer": "https://desk.example.org/accounts/login/",
        "Cookie": f"__Host-desk-csrf={csrf}",
    }  # fmt: skip
    address = f"{behind_a_proxy.address}/accounts/login/"
    answer = requests.post(address, data=form, headers=headers, allow_redirects=False, timeout=20)
    assert answer.status_code == 302
    session = next(said for said in answer.raw.headers.getlist("Set-Cookie") if said.startswith("__Host-desk="))
    assert {"HttpOnly", "Path=/", "SameSite=Lax", "Secure"} <= {part.strip() for part in session.split(";")}
    strange = requests.post(address, data=form, headers=headers | {"Referer": "https://elsewhere.example"}, timeout=20)
    assert strange.status_code == 403


@pytest.mark.live
def test_a_webhook_is_never_redirected(behind_a_proxy):
    """The gateway does not follow one with its form, and a caller would hear that the application failed."""
    env = read_env(behind_a_proxy.environment, ROOT)
    token = env.twilio_auth_tokens[0]
    gateway = Gateway(Wire(behind_a_proxy.address), env.public_url, env.twilio_account_sid, token)
    assert gateway.post(VOICE, gateway.said()).status_code == 200
    assert gateway.post(VOICE, gateway.said(), signature="wrong").status_code == 403
    assert gateway.post(VOICE, gateway.said(), host="elsewhere.example.org").status_code == 400
