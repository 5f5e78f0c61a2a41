"""Every page, by day and by night, at a desk and on a telephone: nothing serious for axe, nothing wider than the screen."""

from datetime import timedelta
from decimal import Decimal

import pytest
from axe_playwright_python.sync_playwright import Axe

from cases.consenting import Receiver
from cases.services import (
    attachments,
    check_in_people,
    check_in_steps,
    choices,
    clocks,
    consent_keeping,
    followups,
    hearings,
    incidents,
    plan,
    reviews,
    safety_plans,
    stations,
)
from cases.services.consent_keeping import Answer
from cases.services.importing import taking_over
from cases.services.incident_facts import Facts, Held, Who
from helpline.dashboard.live import Places
from helpline.processes.demo_information import make_information
from referrals.services import (
    appointments,
    asking,
    conflicts,
    fees,
    imports,
    links,
    proceedings,
    provider_reports,
    repayments,
    team,
    vetting,
)
from tests import samples
from tests.browser.conftest import NARROW, WIDE, give_password, sign_in
from tests.cases.check_in_rows import make_rose, start
from tests.factories import (
    NIGHT,
    make_area,
    make_call,
    make_caller,
    make_case,
    make_note,
    make_person_of,
    make_provider,
    make_referral,
    make_route,
    make_safe_contact,
)
from tests.referrals.asking_rows import put_on_stand_by
from tests.referrals.vetting_rows import begin_well

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SERIOUS = {"serious", "critical"}
LOOKS = [(WIDE, "light"), (WIDE, "dark"), (NARROW, "light"), (NARROW, "dark")]


@pytest.fixture
def house(live_server, settings, monkeypatch, on_call, thandi, lerato, naledi, pieter):
    """A house with something on every page."""
    settings.REQUIRE_MFA = False
    # Pages that are left give their stream back only after a heartbeat, and here many are left quickly.
    monkeypatch.setattr("helpline.dashboard.live.places", Places(1000))
    monkeypatch.setattr("helpline.core.clock.now", lambda: NIGHT)
    case = make_case(line=on_call[0].line, caller=make_caller(code_name="Rose"), owner=thandi)
    make_call(case, state="connected", answered_by=thandi)
    make_note(case, thandi, "<script>alert(1)</script> she said \u202egnp.exe")
    followups.add(case=case, kind="call_back", due_at=NIGHT, at=NIGHT, by=thandi, owner=thandi)
    past = taking_over.keep_file(content=b"Date,Phone\n2024-03-14,+447700900291\nsoon,12\n", by=naledi, at=NIGHT)
    answers = [Answer("share", "given", Receiver("lawyer", "Lawyer N.")), Answer("police", "refused")]
    talk = choices.begin(case=case, step="police_report", by=thandi, at=NIGHT, language="en", companion="Lindiwe")
    choices.say_point(talk=talk, number=1, state="asked", note="who hears it?", by=thandi, at=NIGHT)
    attachments.add(case=case, name="charge sheet.pdf", content=samples.PDF, by=thandi, at=NIGHT)
    goal = plan.set_goal(case=case, words="my papers back, and never that station again", by=thandi, at=NIGHT)
    plan.add_step(goal=goal, words="ring the station", owner=thandi, due_at=NIGHT, by=thandi, at=NIGHT)
    plan.add_step(goal=goal, words="ask her sister", who="she herself", by=thandi, at=NIGHT)
    reviews.ask(case=case, step="closing", by=thandi, at=NIGHT, note="all done")
    consent_keeping.record(case=case, answers=answers, by=thandi, at=NIGHT, limits="not the child")
    (clock,) = clocks.start(case=case, rules=["ZA"], by=thandi, at=NIGHT, earliest_at=NIGHT, station="by the market")
    clocks.start(case=case, rules=["PEP_HIV"], by=thandi, at=NIGHT, earliest_at=NIGHT - timedelta(hours=80))
    day = hearings.add(case=case, by=thandi, at=NIGHT, day_at=NIGHT + timedelta(days=2), court="magistrate, court 4")
    make_information(at=NIGHT)
    for person in (thandi, lerato, naledi, pieter):
        give_password(person)
    line = on_call[0].line
    make_safe_contact(
        case.caller, thandi, may_call=True, voicemail="vague", say="the salon", who_hears="her mother after six",
        whose="shared", hours=[{"day": day, "from": "01:00", "to": "05:00"} for day in range(7)],
    )  # fmt: skip
    prison = make_route(case.caller, thandi, kind="prison_letter", name="Block C", place="PO Box 12")
    make_route(case.caller, thandi, number="+447700900260", may_text=True, may_know="that they dance")
    night = make_rose(line, thandi, number="+447700900284")
    check_in_people.escalate(check_in=start(night, thandi), by=thandi, at=NIGHT)
    check_in_steps.sweep(at=NIGHT)
    safety_plans.keep(
        case=night, by=thandi, sections={"people": "her sister"}, readers="team", wants_paper=True, version=0, at=NIGHT
    )
    safety = [f"/cases/{night.ref}/safety/{page}" for page in ("", "plan/", "paper/", "check-ins/new/")]
    here = f"/cases/{case.ref}/contact/"
    contact = [here, f"{here}numbers/{case.number.ref}/", f"{here}routes/", f"{here}routes/{prison.ref}/"]
    held = Held(since_earliest=NIGHT - timedelta(hours=3))
    facts = Facts(
        narrative="They came at night, <b>all</b> of them.", acts=("EMO_DETAIN", "PHY_BEAT"), is_minor="perhaps", held=held,
        perpetrators=(Who(code="POLICE", plate="ND123456", badge="0774", deeds=("ARRESTED",)),),
    )  # fmt: skip
    told = incidents.record(case=case, by=thandi, at=NIGHT, facts=facts)
    below = f"/cases/{case.ref}/incidents/"
    happened = [below, f"{below}new/", *(f"{below}{told.ref}/{more}" for more in ("", "edit/", "others/", "twin/"))]
    station = stations.add_station(by=lerato, at=NIGHT, name="Pichi Hill")
    lawyer = make_vetted(lerato, thandi)
    return {
        "address": live_server.url,
        "thandi": [
            "/",
            "/cases/",
            f"/cases/{case.ref}/",
            f"/cases/{case.ref}/call/",
            *contact,
            *safety,
            "/cases/new/",
            f"/cases/{case.ref}/needs/",
            f"/cases/{case.ref}/keeping/",
            f"/complaints/new/?case={case.ref}",
            *happened,
            "/law-cards/",
            f"/cases/{case.ref}/consents/",
            f"/cases/{case.ref}/choices/",
            f"/cases/{case.ref}/choices/{talk.ref}/",
            f"/cases/{case.ref}/plan/",
            f"/cases/{case.ref}/closing/",
            f"/cases/{case.ref}/files/",
            f"/cases/{case.ref}/clocks/",
            f"/cases/{case.ref}/clocks/{clock.ref}/",
            f"/cases/{case.ref}/hearings/",
            f"/cases/{case.ref}/hearings/{day.ref}/",
            "/clocks/",
            "/calls/",
            "/texts/",
            "/hand-over/",
            "/rota/",
            "/me/",
            f"/network/{lawyer.ref}/",
            f"/network/{lawyer.ref}/report/",
        ],
        "lerato": [
            "/network/board/",
            f"/network/{lawyer.ref}/vetting/",
            "/",
            "/retention/",
            "/retention/wishes/",
            "/complaints/",
            "/rota/",
            f"/rota/{line.ref}/shifts/new/",
            "/lines/",
            f"/lines/{line.ref}/",
            "/staff/",
            "/figures/",
            "/information/",
            "/information/new/",
            "/words/",
            "/words/story/",
            "/reviews/rules/",
            "/clocks/",
            "/clocks/ZA/",
            "/stations/",
            f"/stations/{station.ref}/",
            "/law-cards/new/",
        ],
        "naledi": ["/", "/calls/", "/reviews/", "/cases/import/", f"/cases/import/{past.ref}/"],
        "pieter": ["/", "/staff/", f"/staff/{thandi.ref}/", "/accounts/2fa/"],
    }


def make_vetted(keeper, teller):
    """A lawyer half way through vetting, of whom something was told."""
    lawyer = make_provider(areas=[make_area(parent=make_area("Cape Town"))], vetting="proposed")
    begin_well(lawyer, keeper, points=range(1, 9))
    vetting.move(provider=lawyer, verb="interview", by=keeper, at=NIGHT, why="talked")
    conflicts.add(provider=lawyer, kind="police_family", by=keeper, at=NIGHT, words="a brother")
    provider_reports.report(provider=lawyer, kind="poor", words="never rang back", by=teller, at=NIGHT)
    return lawyer


def look_at(page, path):
    """Return what is wrong with the page: what axe finds serious, and whether it is wider than its window."""
    found = Axe().run(page).response["violations"]
    wrong = [
        f"{path}: {violation['id']} at {violation['nodes'][0]['target']}"
        for violation in found
        if violation["impact"] in SERIOUS
    ]
    if page.evaluate("document.scrollingElement.scrollWidth > window.innerWidth"):
        wrong.append(f"{path}: wider than the window")
    return wrong


@pytest.mark.parametrize(
    ("size", "scheme"), LOOKS, ids=lambda value: value if isinstance(value, str) else value["width"]
)
def test_nothing_serious_on_any_page_of_anybody(house, windows, size, scheme):
    wrong = []
    for name in ("thandi", "lerato", "naledi", "pieter"):
        window = windows(house["address"], size=size, scheme=scheme)
        if name == "thandi":
            wrong += look_at(window.open("/accounts/login/"), "/accounts/login/")
        page = sign_in(window, name)
        for path in house[name]:
            answer = page.goto(f"{house['address']}{path}")
            if answer.status == 200:
                wrong += look_at(page, path)
            else:
                wrong.append(f"{name} {path}: {answer.status}")
        window.context.close()
    assert wrong == []


@pytest.fixture
def network(live_server, settings, monkeypatch, on_call, thandi, lerato):
    """A network with something on every page of it, and a case for which somebody is asked."""
    settings.REQUIRE_MFA = False
    monkeypatch.setattr("helpline.dashboard.live.places", Places(1000))
    monkeypatch.setattr("helpline.core.clock.now", lambda: NIGHT)
    for person in (thandi, lerato):
        give_password(person)
    woodstock = make_area(
        parent=make_area("Cape Town"), latitude=Decimal("-33.928"), longitude=Decimal("18.447"),
        outline=[[[18.43, -33.92], [18.46, -33.92], [18.46, -33.94], [18.43, -33.94]]],
    )  # fmt: skip
    lawyer = make_provider("Ayanda Mokoena, attorney", areas=[woodstock], languages=["en", "zu"], most_open=3)
    person = make_person_of(lawyer, "Ayanda Mokoena")
    lawyer.places.create(
        name="Office", area=woodstock, address="14 Lantern Street", latitude="-33.927", longitude="18.446"
    )
    lawyer.phones.create(number="+44 7700 900 130", description="office hours", kind="voice")
    hidden = make_provider("Protea House", kind="safe_house", need="shelter", areas=[woodstock], is_hidden=True)
    hidden.places.create(name="House", area=woodstock, address="41 Quiet Crescent", is_hidden=True)
    gone_bad = make_provider("Harbour Legal", vetting="suspended", vetting_why="breach", areas=[woodstock])
    turn = put_on_stand_by(person, by=lerato)
    member = team.keep_member(
        name="Busi", number="+447700900212", languages=["zu"], areas=[woodstock], user=None, by=lerato, at=NIGHT
    )
    told = asking.ask(
        case=(case := make_case(line=on_call[0].line, caller=make_caller(code_name="Rose"), owner=thandi)),
        by=thandi, at=NIGHT, need="legal", matter="arrest", area=woodstock, language="zu",
    )  # fmt: skip
    has = make_referral(case, thandi, need="legal", state="accepted", provider=lawyer, person=person, accepted_at=NIGHT)
    appointments.add(
        referral=has, day_at=NIGHT + timedelta(days=2), where="her office", tell_caller=False, by=thandi, at=NIGHT
    )
    proceedings.add(case=case, kind="oversight", body="Police watchdog", by=thandi, at=NIGHT)
    repayments.agree(
        case=case, amount=Decimal(600), instalment=Decimal(100), currency="ZAR", every_days=30, starts_on=NIGHT.date(),
        by=thandi, at=NIGHT,
    )  # fmt: skip
    grant = make_money(lawyer, lerato, thandi)
    taken = imports.keep(files={"list.csv": b"Name,Phone\nUmbrella Peers,+447700900136\n,12\n"}, by=lerato, at=NIGHT)
    here, asked = f"/cases/{case.ref}", f"/cases/{case.ref}/referrals/{has.ref}"
    at_lawyer = f"/network/{lawyer.ref}"
    return {
        "address": live_server.url,
        "thandi": [
            "/network/", "/network/map/", f"/network/map/?area={woodstock.ref}", "/network/sheet/", "/network/stand-by/", f"{at_lawyer}/",
            f"/network/{hidden.ref}/", f"/network/{gone_bad.ref}/", f"{here}/", f"{here}/ask/", f"{asked}/",
            f"{here}/referrals/{told.ref}/", f"{asked}/following/", f"{asked}/report/", f"{here}/proceedings/",
            f"{here}/repayment/",
        ],
        "lerato": [
            "/network/stand-by/new/", f"/network/stand-by/{turn.ref}/", "/network/team/", f"/network/team/{member.ref}/",
            "/network/areas/", f"/network/areas/{woodstock.ref}/", "/network/new/", f"{at_lawyer}/", f"{at_lawyer}/change/",
            *(f"{at_lawyer}/{kind}/new/" for kind in ("service", "cost", "place", "phone", "person", "hours")),
            "/network/money/", f"/network/money/grants/{grant.ref}/", "/network/money/fees/new/", f"{at_lawyer}/rates/",
            f"{at_lawyer}/statements/{NIGHT:%Y-%m}/", "/network/exchange/", f"/network/exchange/{taken.ref}/",
        ],
        "nobody": [links.make(told.offers.get(state="open"))[0], "/o/nothing/"],
    }  # fmt: skip


def make_money(lawyer, keeper, other):
    """A grant with one fee that waits and one that was approved."""
    day = NIGHT.date()
    grant = fees.keep_grant(
        name="Legal defence", ceiling=Decimal(5000), currency="ZAR", starts_on=day, ends_on=None, by=keeper, at=NIGHT
    )
    fees.set_rate(provider=lawyer, stage="bail", amount=Decimal(900), currency="ZAR", from_day=day, by=keeper, at=NIGHT)
    entered = [
        fees.enter_fee(provider=lawyer, grant=grant, stage="bail", done_on=day, by=other, at=NIGHT) for _ in range(2)
    ]
    fees.approve_fee(fee=entered[0], by=keeper, at=NIGHT)
    return grant


def test_nothing_serious_on_any_page_of_the_network(network, windows):
    """One look at each is enough here, the narrow and dark one: the parts that they are made of have had all four above."""
    wrong = []
    for name in ("thandi", "lerato", "nobody"):
        window = windows(network["address"], size=NARROW, scheme="dark")
        page = window.page if name == "nobody" else sign_in(window, name)
        for path in network[name]:
            answer = page.goto(f"{network['address']}{path}")
            if answer.status == 200 or path == "/o/nothing/":
                wrong += look_at(page, path)
            else:
                wrong.append(f"{name} {path}: {answer.status}")
        window.context.close()
    assert wrong == []
