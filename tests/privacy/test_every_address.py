"""Every address of the product, read from the address book itself: each has a rule, and each refusal says nothing.

The rules stand where their pages are tested; here is asked that none is missing, and every address of a case is tried by
every role, with every method, on a case that is theirs and on one that is not. An address that is added without a rule
fails, wherever it is added.
"""

import re

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from cases.models import Incident
from helpline.api.urls import router
from telephony.gateway.signature import __name__ as signature  # the door that webhooks have instead of a sign-in
from tests.factories import make_caller, make_case, make_person
from tests.office import test_who_may as office
from tests.privacy import test_who_sees_what as desk
from tests.privacy.rules import STORY
from tests.privacy.test_who_sees_what import address_of, without_refs
from tests.referrals import test_who_may as network

pytestmark = pytest.mark.django_db
sipho_s, program_of = desk.sipho_s, desk.program_of  # the same case with one of everything in it
METHODS = ("get", "post", "put", "patch", "delete")
ROLES = ("paralegal", "coordinator", "administrator", "none")
NOT_THERE = (404, 405)

# Addresses that are no pages of the desk or the office, by app, and which door each has.
OTHERS = {
    "telephony": {
        "the gateway's signature": {
            "voice", "voice_fallback", "voice_status", "pressed", "prompt", "dialled", "whisper", "accept", "leg_status",
            "recorded", "recording_status", "sms", "sms_status", "text_status", "information_sound",
            "room_door", "room_left", "room_again", "room_wait", "room_events", "out_words", "out_key", "out_status",
        },
        "none: the same eight notes for everybody": {"music"},
        "a sign-in, on trial installations alone": {
            "practice_phone", "practice_screen", "practice_call", "practice_press", "practice_say", "practice_pick_up",
            "practice_hang_up", "practice_text",
        },
    },
    "reports": {"coordinator, supervisor, administrator: tests/reports": {"figures", "spreadsheet"}},
}  # fmt: skip
ACCOUNTS = "the library's own pages of signing in: tests/architecture/test_addresses.py tries each as a stranger"

# What the API serves. Of a case: the reference of a row in it. For the rest: who gets an answer with rows.
OF_A_CASE = {
    **{kind: (lambda case, kind=kind: desk.ref_in(kind, case)) for kind in desk.KINDS},
    "incidents": lambda case: Incident.objects.get(case=case).ref,
    "referrals": lambda case: case.referrals.order_by("pk").first().ref,
}
EVERYBODY = {"counsellor", "paralegal", "coordinator", "supervisor", "administrator", "none"}
API = {
    "lines": EVERYBODY,
    "shifts": EVERYBODY,
    "staff": EVERYBODY,
    "audit": {"supervisor", "administrator"},
    "figures": {"coordinator", "supervisor", "administrator"},
    "providers": {"counsellor", "paralegal", "coordinator", "supervisor"},
}


def leaves(resolver=None, namespace=""):
    """Every address with the names of its app and its own."""
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            yield from leaves(entry, entry.namespace or entry.app_name or namespace or str(entry.pattern))
        elif isinstance(entry, URLPattern):
            yield namespace, entry.name


def test_every_address_has_a_rule_in_one_of_the_books():
    books = {
        "office": {name for name, _method, _may in office.RULES} | office.WITHOUT_SIGN_IN,
        **{app: set().union(*doors.values()) for app, doors in OTHERS.items()},
    }
    of_cases = {*desk.READING, *desk.STORIES, *desk.VERBS, *desk.FILES, *desk.all_of("NOT_OF_A_CASE")}
    books["dashboard"] = books["cases"] = of_cases
    books["referrals"] = of_cases | {name for name, _, _ in network.RULES} | network.WITHOUT_SIGN_IN
    without = [
        (app, name)
        for app, name in leaves()
        if app not in {"api", "accounts/"} and not app.startswith("accounts") and name not in books.get(app, set())
    ]
    # allauth's pages are included below accounts/ under names of their own
    without = [(app, name) for app, name in without if not str(name).startswith(("account_", "mfa_"))]
    assert without == []
    assert signature


def test_everything_that_the_api_serves_has_a_rule():
    assert sorted(prefix for prefix, _view, _name in router.registry) == sorted([*OF_A_CASE, *API])


@pytest.mark.parametrize("name", [*desk.READING, *desk.STORIES, *desk.VERBS, *desk.FILES])
def test_with_no_method_does_somebody_learn_that_a_case_is_there(name, desk_of, sipho_s, line):
    """Whatever their role, and also where they have a case of their own."""
    there = address_of(name, sipho_s)
    absent = there.replace(sipho_s.ref, "HL-2222").replace(re.sub(r".*/(\w{18})/$", r"\1", there), "A" * 18)
    for role in ROLES:
        somebody = make_person(f"a-{role}", *([] if role == "none" else [role]))
        make_case(line=line, caller=make_caller(), owner=somebody)
        browser = desk_of(somebody)
        for method in METHODS:
            form = [desk.SENT[name]] if method == "post" and name in desk.SENT else []
            denied, missing = (getattr(browser, method)(path, *form) for path in (there, absent))
            assert denied.status_code == missing.status_code, (role, method)
            assert denied.status_code in NOT_THERE, (role, method)
            assert without_refs(denied.content) == without_refs(missing.content), (role, method)
            assert STORY not in denied.content.decode()


# Their forms name something else that is not there, or that is missing in what the rules send.
NAMES_ANOTHER = {"join", "caller_merge", "contact_readdress", "incident_kind"}


@pytest.mark.parametrize("name", sorted({*desk.READING, *desk.STORIES, *desk.VERBS, *desk.FILES} - NAMES_ANOTHER))
def test_whose_case_it_is_finds_the_same_address_there(name, desk_of, sipho_s, sipho):
    """So that the refusals above are refusals, and no wrong addresses."""
    answer = desk.ask(desk_of(sipho), name, address_of(name, sipho_s))
    assert answer.status_code not in NOT_THERE


@pytest.mark.parametrize("role", [*ROLES, "counsellor", "supervisor"])
@pytest.mark.parametrize("kind", sorted(OF_A_CASE))
def test_the_api_tells_of_a_case_only_who_may_know_of_it_with_any_method(kind, role, program_of, sipho_s):
    program = program_of(make_person("somebody", *([] if role == "none" else [role])))
    ref, absent = OF_A_CASE[kind](sipho_s), "HL-2222" if kind == "cases" else "A" * 18
    if role in {"counsellor", "supervisor"}:
        assert program.get(f"/api/v1/{kind}/{ref}/").status_code == 200
        return
    assert ref not in program.get(f"/api/v1/{kind}/").content.decode()
    for method in METHODS:
        denied, missing = (
            getattr(program, method)(f"/api/v1/{kind}/{one}/", {}, format="json") for one in (ref, absent)
        )
        assert (denied.status_code, denied.content) == (missing.status_code, missing.content), method
        assert denied.status_code in NOT_THERE or method == "options", method
        assert STORY not in denied.content.decode()


@pytest.mark.parametrize("role", sorted(EVERYBODY))
@pytest.mark.parametrize("kind", sorted(API))
def test_what_the_api_tells_of_the_house_only_those_are_told_who_may_see_it(kind, role, program_of):
    program = program_of(make_person("somebody", *([] if role == "none" else [role])))
    answer = program.get(f"/api/v1/{kind}/")
    assert (answer.status_code == 200) is (role in API[kind]), answer.status_code
    assert role in API[kind] or answer.status_code == 404
