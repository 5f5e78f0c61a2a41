"""The hidden directory of stations: for two roles, found by POST, and in nothing that leaves."""

import ast
import re
from datetime import date, timedelta

import pytest
from django.conf import settings

from cases.models import Incident, LiaisonOfficer, Station, StationMeeting, StationPromise
from cases.services import incidents, stations
from cases.services.incident_facts import Facts, Unfit, Who
from cases.tasks import remind_station_promises
from helpline.core.audit.models import Entry
from helpline.core.outbox.models import Message
from tests.dashboard.conftest import it_is_night as it_is_night
from tests.dashboard.conftest import sit_down as sit_down
from tests.dashboard.conftest import text_of
from tests.factories import make_case, make_person

MODELS = {"Station", "LiaisonOfficer", "StationMeeting", "StationPromise"}
# Who may know these models at all: the tables, the door, their service and page, and who hands on what a leaver had promised.
MAY_KNOW = {
    "cases/models/__init__.py", "cases/models/station.py", "cases/access.py", "cases/services/stations.py",
    "cases/views/stations.py", "cases/services/leaving.py",
}  # fmt: skip


@pytest.fixture
def hillbrow(lerato, at):
    return stations.add_station(by=lerato, at=at, name="Hillbrow SAPS", district="Johannesburg", notes="side door")


@pytest.fixture
def promised(hillbrow, lerato, at):
    stations.record_meeting(
        station=hillbrow, by=lerato, at=at, met_on=date(2026, 11, 20), present="Captain Mokoena and two of us",
        said="no arrests at the clinic", promised="a list of officers", by_whom="Captain Mokoena",
        due_at=at + timedelta(days=7),
    )  # fmt: skip
    return StationPromise.objects.get()


def test_lerato_writes_down_a_station_an_officer_and_what_was_promised(sit_down, lerato, at):
    desk = sit_down(lerato)
    page = desk.post("/stations/new/", {"name": "Hillbrow SAPS", "notes": "side door"}, follow=True)
    here = page.redirect_chain[-1][0]
    desk.post(
        f"{here}officers/", {"officer-name": "Mokoena", "officer-rank": "Captain", "officer-number": "0110000000"}
    )
    said = {
        "meeting-met_on": "2026-11-20", "meeting-said": "they listened", "meeting-promised": "a list",
        "meeting-by_whom": "Mokoena", "meeting-due_at": "2026-11-30T09:00",
    }  # fmt: skip
    desk.post(f"{here}meetings/", said)
    shown = text_of(desk.get(here))
    for words in ("Hillbrow SAPS", "side door", "Captain", "Mokoena", "they listened", "a list"):
        assert words in shown
    assert "a list" in text_of(desk.get("/stations/"))
    promise = StationPromise.objects.get()
    desk.post(f"{here}promises/", {"promise": promise.ref, "kept": "yes"})
    promise.refresh_from_db()
    assert promise.state == "kept"
    officer = LiaisonOfficer.objects.get()
    desk.post(f"{here}officers/ended/", {"officer": officer.ref})
    officer.refresh_from_db()
    assert officer.ended_at == at


ADDRESSES = [
    ("get", "/stations/"), ("post", "/stations/search/"), ("get", "/stations/new/"), ("post", "/stations/new/"),
    ("get", "/stations/{ref}/"), ("get", "/stations/{ref}/edit/"), ("post", "/stations/{ref}/edit/"),
    ("post", "/stations/{ref}/officers/"), ("post", "/stations/{ref}/officers/ended/"),
    ("post", "/stations/{ref}/meetings/"), ("post", "/stations/{ref}/promises/"),
]  # fmt: skip


@pytest.mark.parametrize("role", ["counsellor", "paralegal", "administrator", "none"])
@pytest.mark.parametrize(("method", "address"), ADDRESSES)
def test_for_everybody_else_there_is_nothing_here(sit_down, promised, hillbrow, role, method, address):
    desk = sit_down(make_person("somebody", *([] if role == "none" else [role])))
    given = {"name": "Mokoena", "q": "Hillbrow", "meeting-met_on": "2026-11-20", "meeting-said": "x"}
    there = getattr(desk, method)(address.format(ref=hillbrow.ref), given)
    absent = getattr(desk, method)(address.format(ref="A" * 18), given)
    assert (there.status_code, absent.status_code) == (404, 404)
    assert b"Hillbrow" not in there.content
    assert (Station.objects.count(), StationMeeting.objects.count()) == (1, 1)
    assert Entry.objects.filter(verb="station.denied").exists()


@pytest.mark.parametrize("role", ["counsellor", "paralegal", "administrator"])
def test_nobody_else_is_shown_the_way(sit_down, role):
    assert "/stations/" not in sit_down(make_person("somebody", role)).get("/").content.decode()


def test_naledi_who_supervises_reads_it_and_that_is_written_down_once(sit_down, hillbrow, naledi):
    desk = sit_down(naledi)
    for _ in range(2):
        assert desk.get(f"/stations/{hillbrow.ref}/").status_code == 200
    entry = Entry.objects.get(verb="station.read")
    assert (entry.who, entry.about) == (naledi, hillbrow.ref)


@pytest.mark.parametrize("typed", ["Hillbrow SAPS", "  hillbrow   saps. ", "HILLBROW-SAPS", "hillb"])
def test_a_station_is_found_in_any_writing_and_what_was_typed_stands_in_no_address(sit_down, hillbrow, lerato, typed):
    answer = sit_down(lerato).post("/stations/search/", {"q": typed})
    assert "Hillbrow SAPS" in text_of(answer)
    assert answer.wsgi_request.get_full_path() == "/stations/search/"


def test_the_same_station_in_another_writing_is_not_added_twice(hillbrow, lerato, at):
    with pytest.raises(Unfit) as refusal:
        stations.add_station(by=lerato, at=at, name="hillbrow  saps.")
    assert "name" in refusal.value.fields
    assert Station.objects.count() == 1


@pytest.mark.parametrize("name", ["", "   ", "…", "\x00", "x" * 2001])
def test_a_station_needs_a_name(lerato, at, name):
    with pytest.raises(Unfit):
        stations.add_station(by=lerato, at=at, name=name)
    assert not Station.objects.exists()


def test_the_slower_of_two_who_change_a_station_sees_both_texts(sit_down, hillbrow, lerato, naledi, at):
    stations.change_station(
        station=hillbrow, by=naledi, at=at, name="Hillbrow SAPS", district="", notes="the door is shut now", version=1
    )
    given = {"name": "Hillbrow SAPS", "notes": "ask for the night captain", "version": "1"}
    answer = sit_down(lerato).post(f"/stations/{hillbrow.ref}/edit/", given)
    assert answer.status_code == 409
    assert "the door is shut now" in text_of(answer)
    assert "ask for the night captain" in text_of(answer)
    assert Station.objects.get().notes == "the door is shut now"


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ("said", {}),
        ("met_on", {"met_on": date(2027, 1, 1), "said": "x"}),
        ("due_at", {"promised": "a list", "by_whom": "Mokoena"}),
        ("by_whom", {"promised": "a list", "due": True}),
        ("promised", {"said": "x", "due": True}),
    ],
)
def test_half_a_promise_is_refused_and_nothing_is_kept(hillbrow, lerato, at, field, said):
    due_at = at + timedelta(days=1) if said.pop("due", False) else None
    with pytest.raises(Unfit) as refusal:
        stations.record_meeting(
            station=hillbrow, by=lerato, at=at, due_at=due_at, **{"met_on": date(2026, 11, 20), **said}
        )
    assert field in refusal.value.fields
    assert not StationMeeting.objects.exists()


def test_lerato_is_told_once_when_a_promise_is_due_and_again_the_next_day_while_it_is_open(promised, lerato, at):
    assert stations.remind_due(at=promised.due_at - timedelta(minutes=1)) == 0
    assert [stations.remind_due(at=promised.due_at) for _ in range(2)] == [1, 0]
    assert stations.remind_due(at=promised.due_at + timedelta(days=1)) == 1
    assert (
        list(Message.objects.values_list("to_ref", "about", "template")) == [("lerato", "", "staff/follow_up_due")] * 2
    )


def test_a_promise_that_was_kept_is_told_no_more_and_the_first_answer_stands(promised, hillbrow, lerato, at):
    stations.finish_promise(station=hillbrow, promise_ref=promised.ref, by=lerato, at=at, is_kept=False)
    stations.finish_promise(station=hillbrow, promise_ref=promised.ref, by=lerato, at=at, is_kept=True)
    promised.refresh_from_db()
    assert promised.state == "broken"
    assert stations.remind_due(at=promised.due_at) == 0


def test_the_sweep_may_run_at_any_time(db):
    remind_station_promises()


def test_how_often_a_station_is_named_is_told_from_five_events_on(hillbrow, line, thandi, at):
    for number in range(4):
        case = make_case(line=line, owner=thandi, at=at)
        facts = Facts(narrative=f"{number}", perpetrators=(Who(code="POLICE", station="hillbrow saps"),))
        incidents.record(case=case, by=thandi, at=at, facts=facts)
    assert stations.count_named(hillbrow, at) is None
    case = make_case(line=line, owner=thandi, at=at)
    incidents.record(case=case, by=thandi, at=at, facts=facts)
    assert stations.count_named(hillbrow, at) == 5
    assert Incident.objects.count() == 5


def names_in(path):
    """Every name in a file of code, and every model that a text in it names."""
    tree = ast.parse(path.read_text())
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.alias):
            yield from node.name.split(".")
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from re.findall(r"\bcases\.(\w+)", node.value)  # how the application registry names a model


def test_no_api_no_export_no_figure_and_no_serializer_knows_the_directory():
    root = settings.BASE_DIR
    files = [path for app in ("cases", "helpline", "telephony", "referrals") for path in (root / app).rglob("*.py")]
    knowing = {
        str(path.relative_to(root)) for path in files
        if "migrations" not in path.parts and MODELS & set(names_in(path))
    }  # fmt: skip
    assert knowing == MAY_KNOW
    assert len(files) > 200


def test_no_answer_of_the_api_speaks_of_stations_or_officers(sit_down, lerato, promised):
    schema = sit_down(lerato).get("/api/v1/schema/").content.decode().lower()
    assert "incidents" in schema
    for word in ("/stations", "officer", "badge"):
        assert word not in schema
    assert sit_down(lerato).get("/api/v1/stations/").status_code == 404


def test_the_directory_is_no_part_of_what_a_backup_of_fixtures_would_say(promised):
    from django.core import serializers

    with pytest.raises(TypeError, match="sealed"):
        serializers.serialize("json", Station.objects.all())
