"""What is promised to programs: addresses, names, words and filters that are never taken away, asked of the API itself.

Each table says the least that must be there. Something new may come beside it; whatever fails here breaks a client of somebody.
"""

import pytest

ADDRESSES = [
    "lines", "staff", "shifts", "calls", "texts", "callers", "cases", "incidents", "consents", "follow-ups", "hearings", "check-ins",
    "providers", "referrals", "figures", "audit",
]  # fmt: skip

FIELDS = {
    "calls": "id sid direction line caller case state outcome answered_by started_at answered_at ended_at legs anomalies",
    "texts": "sid direction case caller body state at",
    "cases": "ref state opened_at owner line caller urgency next_due_at summary",
    "follow-ups": "id case kind due_at state owner tries why",
    "shifts": "line person position starts_at ends_at",
    "staff": "username roles duty_phone duty_phone_verified_at",
    "lines": "number name time_zone languages hours last_resort",
    "callers": "ref code_name pronouns language numbers ways",
    "incidents": "id case event narrative earliest_at latest_at acts primary_act perpetrators held is_minor is_unwilling version",
    "consents": "id case purpose receiver_kind receiver answer said_at until holds",
    "hearings": "id case at state court reason moved_to outcome_note",
    "check-ins": "id case state due_at grace_minutes acknowledged_by acknowledged_at danger contacts steps",
    "providers": "id kind name languages not_for alert closed_until most_open is_hidden is_open vetting renew_by areas services "
    "places hours phones people version",
    "referrals": "id case provider service state offered_at answer_by accepted_at outcome declined_because",
    "audit": "id at who verb what about detail",
}

FILTERS = {
    "calls": "sid case state outcome since until",
    "cases": "state owner",
    "follow-ups": "case state kind due_before",
    "consents": "case purpose answer",
    "incidents": "case act event",
    "hearings": "case state since until",
    "check-ins": "case state",
    "providers": "kind vetting need area language trusted open_now free takes_cases changed_since",
    "referrals": "case state",
    "audit": "about who verb since until",
}

WORDS = {
    ("calls", "state"): "ringing waiting connected voicemail ended",
    ("calls", "outcome"): "answered voicemail missed abandoned callback blocked silent",
    ("follow-ups", "kind"): "call_back safety window court check task",
    ("follow-ups", "state"): "due tried done given_up skipped",
    ("hearings", "state"): "planned held postponed could_not_come called_off",
    ("hearings", "reason"): "transport childcare fear work ill not_told other",
    ("consents", "answer"): "given refused not_now withdrawn",
    ("providers", "vetting"): "proposed interviewed peer_tested approved probation suspended removed",
    ("providers", "kind"): "lawyer clinic counselling safe_house peers livelihood companion family other",
    ("referrals", "state"): "asking accepted nobody reached ended withdrawn",
    ("referrals", "outcome"): "received by_us already declined unavailable not_applicable not_known",
    ("referrals", "declined_because"): "busy far language conflict not_mine other",
    ("check-ins", "state"): "running missed safe stopped",
}

LEG = ("accepted", "declined", "no-answer", "busy", "failed", "machine", "canceled")


@pytest.fixture
def description(asking, thandi):
    """Return what the API says of itself to a program."""
    return asking(thandi).get("/api/v1/schema/", HTTP_ACCEPT="application/vnd.oai.openapi+json").json()


def find(description, part):
    """Follow what a part of the description refers to."""
    while "$ref" in part:
        part = description["components"]["schemas"][part["$ref"].rsplit("/", 1)[-1]]
    return part


def record(description, kind):
    """Return the fields of one record of a list."""
    told = description["paths"][f"/api/v1/{kind}/"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    page = find(description, told)
    return find(description, page["properties"]["results"]["items"])["properties"]


def words(description, field):
    """Return the words that a field may have, blank and null left out."""
    parts = [find(description, part) for part in (field, *field.get("oneOf", ()), *field.get("allOf", ()))]
    return {word for part in parts for word in part.get("enum", ()) if word}


def test_every_address_that_was_promised_is_there(description):
    assert {f"/api/v1/{kind}/" for kind in ADDRESSES} <= set(description["paths"])


@pytest.mark.parametrize("kind", FIELDS)
def test_a_record_has_the_names_that_were_promised(description, kind):
    assert set(FIELDS[kind].split()) <= set(record(description, kind))


@pytest.mark.parametrize("kind", FILTERS)
def test_a_list_can_be_asked_for_what_was_promised(description, kind):
    asked = {parameter["name"] for parameter in description["paths"][f"/api/v1/{kind}/"]["get"]["parameters"]}
    assert set(FILTERS[kind].split()) <= asked


@pytest.mark.parametrize(("kind", "field"), WORDS)
def test_a_field_has_the_words_that_were_promised_and_no_others(description, kind, field):
    assert words(description, record(description, kind)[field]) == set(WORDS[kind, field].split())


def test_what_becomes_of_a_leg_is_one_of_the_words_that_were_promised(description):
    leg = find(description, record(description, "calls")["legs"]["items"])["properties"]
    assert words(description, leg["result"]) == set(LEG)


@pytest.mark.parametrize("kind", [kind for kind in ADDRESSES if kind not in ("audit", "figures")])
def test_every_list_is_a_page_with_the_three_names(asking, thandi, kind):
    assert set(asking(thandi).get(f"/api/v1/{kind}/").json()) == {"next", "previous", "results"}


def test_figures_are_a_page_with_the_same_three_names(asking, lerato):
    assert set(asking(lerato).get("/api/v1/figures/").json()) == {"next", "previous", "results"}


@pytest.mark.parametrize("kind", ADDRESSES)
def test_a_misspelt_filter_is_refused_by_its_name(asking, naledi, kind):
    answer = asking(naledi).get(f"/api/v1/{kind}/", {"no_such_filter": "x"})
    assert (answer.status_code, list(answer.json())) == (400, ["no_such_filter"])


def test_what_is_searched_for_never_stands_in_an_address(asking, thandi):
    assert asking(thandi).get("/api/v1/cases/search/", {"q": "Rose"}).status_code in (404, 405)
