"""Each page of the network by each role. What is not yours answers like what does not exist."""

import importlib
import pkgutil
import re

import pytest
from django.urls import URLPattern

from cases.models import ReceiverKind
from referrals.models import Provider
from referrals.urls import urlpatterns
from tests.factories import NIGHT, make_person
from tests.referrals import rules

pytestmark = pytest.mark.django_db
ROLES = ("counsellor", "paralegal", "coordinator", "supervisor", "administrator", "none")
AREAS = [
    importlib.import_module(f"tests.referrals.rules.{found.name}") for found in pkgutil.iter_modules(rules.__path__)
]
RULES = [rule for area in AREAS for rule in getattr(area, "RULES", ())]
WITHOUT_SIGN_IN = {name for area in AREAS for name in getattr(area, "WITHOUT_SIGN_IN", ())}
REFS = {place: find for area in AREAS for place, find in getattr(area, "REFS", {}).items()}
PATTERNS = [one for one in urlpatterns if isinstance(one, URLPattern) and not str(one.pattern).startswith("cases/")]


@pytest.fixture
def network(db, naledi):
    """A provider with one of everything."""
    provider = Provider.objects.create(
        kind=ReceiverKind.LAWYER, name="Ayanda Law", vetting="approved", vetting_since=NIGHT, created_at=NIGHT,
        changed_at=NIGHT,
    )  # fmt: skip
    for area in AREAS:
        if hasattr(area, "make"):
            area.make(provider, naledi)
    return provider


def address_of(name, provider):
    """Return an address of that name that exists."""
    (pattern,) = [one for one in PATTERNS if one.name == name]
    path = "/" + str(pattern.pattern)
    for place, find in {"<slug:ref>": lambda one: one.ref, **REFS}.items():
        if place in path:
            path = path.replace(place, find(provider))
    return path


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(("name", "method", "may"), RULES, ids=[f"{method} {name}" for name, method, _ in RULES])
def test_the_door_is_open_for_those_and_for_nobody_else(name, method, may, role, desk_of, network):
    somebody = make_person("somebody", *([] if role == "none" else [role]))
    answer = getattr(desk_of(somebody), method)(address_of(name, network))
    assert (answer.status_code in {200, 204, 302, 400, 422}) is (role in may), answer.status_code
    assert role in may or answer.status_code == 404


def test_no_address_of_the_network_is_without_a_rule():
    assert {one.name for one in PATTERNS} == {name for name, _, _ in RULES} | WITHOUT_SIGN_IN


@pytest.mark.parametrize("name", sorted({name for name, _, _ in RULES if "<slug:" in str(next(one for one in PATTERNS if one.name == name).pattern)}))  # fmt: skip
def test_what_is_not_there_looks_like_what_is_not_yours(name, desk_of, network):
    """For somebody who may see nothing of the network, whether there is such a thing or not."""
    method = next(method for one, method, _ in RULES if one == name)
    there = address_of(name, network)
    absent = re.sub(r"[A-Z0-9]{18}", "A" * 18, there)
    browser = desk_of(make_person("somebody"))
    denied, missing = (getattr(browser, method)(path) for path in (there, absent))
    assert (denied.status_code, missing.status_code) == (404, 404)
    assert denied.content == missing.content
