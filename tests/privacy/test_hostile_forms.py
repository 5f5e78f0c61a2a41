"""Whatever is sent with the forms of a case, no page breaks: what cannot be taken is answered with a sentence.

The forms are read from the pages themselves, so that a field that is added is tried as well. Each is sent with every
field hostile, what the rules send with one hostile at a time, and what was saved is shown again.
"""

import re
from html.parser import HTMLParser

import pytest
from django.db import transaction

from tests.factories import make_person
from tests.privacy import test_who_sees_what as desk
from tests.referrals import test_who_may as network_rules

pytestmark = pytest.mark.django_db
sipho_s, network = desk.sipho_s, network_rules.network  # a case, and a provider, with one of everything

HOSTILE = {
    "NUL, bidi, and no letter at all": "a\x00b\u202e\u0301\ud7ff\uffff",
    "first moment": "0001-01-01T00:00",
    "last day": "9999-12-31",
    "superscript": "²",
    "huge number": "9" * 30,
    "long": "x" * 20_000,
}


class Forms(HTMLParser):
    """The forms of a page that are sent by POST: where each goes to, and what stands in its fields."""

    def __init__(self):
        super().__init__()
        self.found = []
        self._form = self._choice = self._area = None

    def handle_starttag(self, tag, attrs):
        its = dict(attrs)
        if tag == "form":
            self._form = (its.get("action") or "", {}) if its.get("method", "").lower() == "post" else None
            if self._form:
                self.found.append(self._form)
            return
        if self._form is None:
            return
        fields, name = self._form[1], its.get("name")
        if tag == "input" and name and its.get("type") in {"radio", "checkbox"}:
            if "checked" in its or (its["type"] == "radio" and name not in fields):
                fields[name] = its.get("value") or "on"
        elif tag in {"input", "button"} and name and its.get("type") != "file":
            fields.setdefault(name, its.get("value") or "")
        elif tag == "select" and name:
            self._choice = name
            fields.setdefault(name, "")
        elif tag == "option" and self._choice and ("selected" in its or not fields[self._choice]):
            fields[self._choice] = its.get("value") or ""
        elif tag == "textarea" and name:
            self._area = name
            fields[name] = ""

    def handle_data(self, data):
        if self._form and self._area:
            self._form[1][self._area] += data

    def handle_endtag(self, tag):
        if tag == "textarea":
            self._area = None
        elif tag == "select":
            self._choice = None
        elif tag == "form":
            self._form = None


def forms_of(page):
    reader = Forms()
    reader.feed(page)
    return reader.found


def send(browser, path, form):
    """Send a form and open the page that it leads to; then everything is as it was."""
    with transaction.atomic():
        answer = browser.post(path, form)
        if answer.status_code == 302:
            assert browser.get(answer["Location"], follow=True).status_code < 500
        transaction.set_rollback(True)
    return answer.status_code


PAGES = [*desk.READING, *desk.STORIES]
OF_NETWORK = sorted({name for name, method, _may in network_rules.RULES if method == "get"})
EVERY_ROLE = ("counsellor", "supervisor", "coordinator", "paralegal")


def try_forms(browser, path):
    """Send every form of a page, one for each thing that it does, with every field hostile."""
    tried = set()
    for action, fields in forms_of(browser.get(path).content.decode()):
        known = {field: value for field, value in fields.items() if field != "csrfmiddlewaretoken"}
        kind = (re.sub(r"[A-Z0-9]{18}", "", action), *sorted(known))
        if kind in tried:
            continue
        tried.add(kind)
        for label, value in HOSTILE.items():
            spoilt = {field: was if field.endswith("_FORMS") else value for field, was in known.items()}
            assert send(browser, action or path, spoilt) < 500, (action, label)


@pytest.mark.parametrize("name", sorted(PAGES))
def test_nothing_that_is_sent_with_a_form_of_a_page_breaks_it(name, desk_of, sipho_s):
    try_forms(desk_of(make_person("everything", *EVERY_ROLE)), desk.address_of(name, sipho_s))


@pytest.mark.parametrize("name", OF_NETWORK)
def test_nor_does_it_break_a_page_of_the_network(name, desk_of, network):
    try_forms(desk_of(make_person("everything", *EVERY_ROLE)), network_rules.address_of(name, network))


@pytest.mark.parametrize("name", sorted(desk.VERBS))
def test_nothing_that_is_sent_instead_of_one_answer_breaks_a_page(name, desk_of, sipho_s):
    browser = desk_of(make_person("everything", *EVERY_ROLE))
    path, form = desk.address_of(name, sipho_s), desk.SENT[name]
    for field in form:
        for label, value in HOSTILE.items():
            assert send(browser, path, {**form, field: value}) < 500, (field, label)


@pytest.mark.parametrize("label", sorted(HOSTILE))
def test_a_promise_given_to_nobody_who_can_be_named_is_refused_in_words(label, desk_of, sipho_s, sipho):
    path = desk.address_of("follow_up", sipho_s)
    assert send(desk_of(sipho), path, {"verb": "assign", "to": HOSTILE[label]}) < 500


@pytest.mark.parametrize("label", ["first moment", "last day"])
@pytest.mark.parametrize("field", ["earliest_at", "latest_at", "since_earliest", "since_latest", "released_at"])
def test_a_time_that_nobody_can_mean_is_said_by_its_field(field, label, desk_of, sipho_s, sipho):
    sent = {"narrative": "x", "earliest_at": "2026-11-20T10:00", "since_earliest": "2026-11-20T10:00"}
    path = desk.address_of("incident_new", sipho_s)
    assert send(desk_of(sipho), path, {**sent, field: HOSTILE[label]}) == 422


@pytest.mark.parametrize("label", ["NUL, bidi, and no letter at all", "long"])
def test_a_key_that_no_form_of_ours_sends_is_no_key(label, desk_of, sipho_s, sipho):
    """Everything else in the form is right: only then does its key get as far as the database."""
    browser, key = desk_of(sipho), HOSTILE[label]
    right = {
        "repayment": {
            "amount": "1",
            "instalment": "1",
            "currency": "ZAR",
            "every_days": "7",
            "starts_on": "2026-12-01",
        },
        "proceedings": {"kind": "oversight", "body": "x"},
        "following": {"day_at": "2027-01-04T09:00", "where": ""},
        "ask": {"need": "legal", "matter": "arrest", "way": "in_turn", "promised_minutes": "30"},
        "hearings": {"day_at": "2027-01-04T09:00"},
    }
    for name, form in right.items():
        assert send(browser, desk.address_of(name, sipho_s), {**form, "key": key}) < 500, name
