"""Who gets to a case: every address of it by every role. What is not yours answers, to the letter, like what is not there."""

import importlib
import pkgutil
import re

import pytest
from django.urls import URLPattern
from rest_framework.test import APIClient

from cases import urls as cases_urls
from helpline.api.tokens import issue_token
from helpline.core.audit.models import Entry
from helpline.dashboard import urls as dashboard_urls
from referrals import urls as referrals_urls
from telephony.models import Call, Media, Recording, Text
from tests.factories import let_in, make_caller, make_case, make_follow_up, make_note, make_person
from tests.privacy import rules
from tests.privacy.rules import STORY

pytestmark = pytest.mark.django_db
NUMBER = "+447700900247"

AREAS = [importlib.import_module(f"tests.privacy.rules.{found.name}") for found in pkgutil.iter_modules(rules.__path__)]
OF_REFERRALS = [one for one in referrals_urls.urlpatterns if str(one.pattern).startswith("cases/")]
ALL_URLS = (*dashboard_urls.urlpatterns, *cases_urls.urlpatterns, *OF_REFERRALS)
PATTERNS = [one for one in ALL_URLS if isinstance(one, URLPattern)]


def all_of(name):
    """What the areas say under one name, together."""
    return [key for area in AREAS for key in getattr(area, name, ())]


READING, STORIES, VERBS, FILES = all_of("READING"), all_of("STORIES"), all_of("VERBS"), all_of("FILES")
SENT = {name: form for area in AREAS for name, form in getattr(area, "VERBS", {}).items()}
REFS = {place: find for area in AREAS for place, find in getattr(area, "REFS", {}).items()}


@pytest.fixture
def sipho_s(line, sipho, at):
    """A case that Sipho has, with one of everything in it."""
    caller = make_caller(number=NUMBER, code_name=f"{STORY} name")
    case = make_case(line=line, caller=caller, owner=sipho, at=at, summary=f"{STORY} summary")
    make_note(case, sipho, f"{STORY} note")
    make_follow_up(case, owner=sipho, why=f"{STORY} promise")
    common = {"line": line, "case": case, "number": caller.numbers.get(), "caller": caller}
    call = Call.objects.create(
        sid="CA1", started_at=at, heard_at=at, sent_from=NUMBER, sent_from_kind="number", **common
    )
    text = Text.objects.create(sid="SM1", at=at, direction="inbound", body=f"{STORY} text", **common)
    Recording.objects.create(call=call, sid="RE1", state="kept", sound=STORY.encode(), mime="audio/x-wav", made_at=at)
    Media.objects.create(
        text=text, position=0, url="https://api.example.org/1", state="kept", content=STORY.encode(), mime="image/png"
    )
    for area in AREAS:
        if hasattr(area, "make"):
            area.make(case, sipho)
    return case


def address_of(name, case):
    (pattern,) = [one for one in PATTERNS if one.name == name]
    refs = {
        "<slug:follow_up_ref>": case.follow_ups.get().ref,
        "<slug:number_ref>": case.number.ref,
        "<slug:ref>": {"sound": Recording.objects.get().ref, "file": Media.objects.get().ref}.get(name, case.ref),
    }
    path = "/" + str(pattern.pattern)
    for place, ref in refs.items():
        path = path.replace(place, ref)
    for place, find in REFS.items():
        if place in path:
            path = path.replace(place, find(case))
    return path


def ask(browser, name, path):
    return browser.post(path, SENT[name]) if name in SENT else browser.get(path)


def without_refs(content):
    """An answer without the references of what was asked for and without the keys of its forms."""
    plain = re.sub(rb"HL-[A-Z0-9]{4,8}|[A-Z0-9]{18}", b"REF", content)
    return re.sub(rb'(csrfmiddlewaretoken" value|nonce|X-CSRFToken.{1,12})="?[^">]*', b"KEY", plain)


def test_no_address_of_the_desk_is_without_a_rule():
    names = [one.name for one in PATTERNS]
    assert sorted(names) == sorted([*READING, *STORIES, *VERBS, *FILES, *all_of("NOT_OF_A_CASE")])


SHUT_OUT = ["paralegal", "coordinator", "administrator", "none"]


@pytest.mark.parametrize("role", SHUT_OUT)
@pytest.mark.parametrize("name", [*READING, *STORIES, *VERBS, *FILES])
def test_who_may_not_know_of_a_case_gets_the_answer_of_what_is_not_there(name, role, desk_of, sipho_s):
    browser = desk_of(make_person("somebody", *([] if role == "none" else [role])))
    there = address_of(name, sipho_s)
    absent = there.replace(sipho_s.ref, "HL-2222").replace(re.sub(r".*/(\w{18})/$", r"\1", there), "A" * 18)
    assert absent != there
    denied, missing = ask(browser, name, there), ask(browser, name, absent)
    assert (denied.status_code, missing.status_code) == (404, 404)
    assert dict(denied.headers).keys() == dict(missing.headers).keys()
    assert without_refs(denied.content) == without_refs(missing.content)
    assert STORY not in denied.content.decode()
    assert Entry.objects.filter(verb__endswith=".denied", about=sipho_s.ref).exists()


@pytest.mark.parametrize("name", [*READING, *STORIES, *VERBS, *FILES])
def test_zola_who_has_left_gets_nowhere(name, desk_of, sipho_s, zola):
    assert ask(desk_of(zola), name, address_of(name, sipho_s)).status_code == 302


@pytest.mark.parametrize("name", sorted(set(VERBS) - {"take"}) + sorted(FILES) + sorted(STORIES))
def test_nomsa_who_knows_of_a_case_that_nobody_has_does_nothing_in_it_before_she_takes_it(
    name, desk_of, sipho_s, nomsa
):
    sipho_s.owner = None
    sipho_s.save()
    browser = desk_of(nomsa)
    answer = ask(browser, name, address_of(name, sipho_s))
    assert answer.status_code in {302, 403}
    page = browser.get(f"/cases/{sipho_s.ref}/").content.decode()
    assert STORY not in page
    assert NUMBER not in page
    sipho_s.refresh_from_db()
    assert (sipho_s.state, sipho_s.notes.count(), sipho_s.follow_ups.get().state) == ("open", 1, "due")
    assert not Entry.objects.filter(verb__in=["recording.heard", "media.opened", "number.revealed"]).exists()


@pytest.mark.parametrize("role", ["counsellor", "supervisor", "owner", "let in"])
def test_who_may_read_a_case_reads_it_and_each_opening_is_written_down(role, desk_of, sipho_s, sipho, at):
    person = sipho if role == "owner" else make_person("somebody", *([] if role == "let in" else [role]))
    if role == "let in":
        let_in(sipho_s, person)
    browser = desk_of(person)
    page = browser.get(f"/cases/{sipho_s.ref}/")
    for words in ("name", "note", "text", "promise"):
        assert f"{STORY} {words}" in page.content.decode()
    assert NUMBER not in page.content.decode(), "a number is masked until somebody asks for it"
    for name, verb in (("sound", "recording.heard"), ("file", "media.opened"), ("number", "number.revealed")):
        assert ask(browser, name, address_of(name, sipho_s)).status_code == 200
        assert Entry.objects.get(verb=verb).who == person
    assert NUMBER in ask(browser, "number", address_of("number", sipho_s)).content.decode()
    assert Entry.objects.filter(verb="case.read", about=sipho_s.ref, who=person).count() == 1
    assert not [entry for entry in Entry.objects.all() if NUMBER[3:] in str(entry.detail) or STORY in str(entry.detail)]


@pytest.fixture
def program_of(at):
    def with_token(person):
        return APIClient(HTTP_AUTHORIZATION=f"Token {issue_token(username=person.username, at=at)}")

    return with_token


KINDS = ["cases", "follow-ups", "calls", "texts", "callers", "consents", "check-ins", "hearings"]


def ref_in(kind, case):
    return {
        "cases": case.ref,
        "follow-ups": case.follow_ups.get().ref,
        "calls": case.calls.get().ref,
        "texts": case.texts.get().ref,
        "callers": case.caller.ref,
        "consents": case.consents.get().ref,
        "check-ins": case.check_ins.get().ref,
        "hearings": case.hearings.get().ref,
    }[kind]


@pytest.mark.parametrize("role", SHUT_OUT)
@pytest.mark.parametrize("kind", KINDS)
def test_the_api_answers_who_is_shut_out_like_for_what_is_not_there(kind, role, program_of, sipho_s):
    program = program_of(make_person("somebody", *([] if role == "none" else [role])))
    ref = ref_in(kind, sipho_s)
    absent = "HL-2222" if kind == "cases" else "A" * 18
    assert program.get(f"/api/v1/{kind}/").json()["results"] == []
    for method in ("get", "patch", "delete", "put"):
        denied = getattr(program, method)(f"/api/v1/{kind}/{ref}/", {}, format="json")
        missing = getattr(program, method)(f"/api/v1/{kind}/{absent}/", {}, format="json")
        assert denied.status_code == missing.status_code >= 404 or denied.status_code == missing.status_code == 405
        assert denied.content == missing.content
        assert dict(denied.headers) == dict(missing.headers)


@pytest.mark.parametrize("role", SHUT_OUT)
def test_nothing_of_a_case_stands_on_any_other_page_of_who_is_shut_out(role, desk_of, sipho_s):
    browser = desk_of(make_person("somebody", *([] if role == "none" else [role])))
    for path in (
        "/",
        "/board/now/",
        "/board/due/",
        "/board/tonight/",
        "/cases/",
        "/cases/?show=due",
        "/calls/",
        "/texts/",
    ):
        page = browser.get(path).content.decode()
        for told in (sipho_s.ref, STORY, NUMBER, NUMBER[-3:] + "<"):
            assert told not in page, path
    found = browser.post("/cases/search/", {"q": sipho_s.ref})
    assert found.status_code == 200
    assert f"/cases/{sipho_s.ref}/" not in found.content.decode()


def test_pieter_runs_the_system_and_reads_no_case_in_any_way(desk_of, program_of, sipho_s, pieter):
    """Not through the audit either, which he reads: it has references and codes, and nothing of a story."""
    program = program_of(pieter)
    desk_of(sipho_s.owner).get(f"/cases/{sipho_s.ref}/")
    told = program.get("/api/v1/audit/").content.decode()
    assert "case.read" in told
    for words in (STORY, NUMBER, NUMBER[-6:]):
        assert words not in told
    for kind in KINDS:
        assert program.get(f"/api/v1/{kind}/").json()["results"] == []
