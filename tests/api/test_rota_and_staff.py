"""Shifts, staff, lines and the audit, as a program sees and changes them."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from helpline.core.audit.models import Entry
from helpline.core.audit.services import record
from helpline.core.lines.models import Line
from helpline.core.rota.models import Shift
from helpline.core.staff.models import User
from tests.factories import NIGHT, make_person, make_shift

SHIFTS, STAFF, LINES, AUDIT = (f"/api/v1/{kind}/" for kind in ("shifts", "staff", "lines", "audit"))
EVENING, MORNING = "2026-11-23T20:00:00+02:00", "2026-11-24T08:00:00+02:00"


@pytest.fixture
def night_shift(line, nomsa):
    return {"line": line.number, "person": "nomsa", "position": 1, "starts_at": EVENING, "ends_at": MORNING}


def test_lerato_puts_nomsa_on_the_night(asking, lerato, night_shift):
    answer = asking(lerato).post(SHIFTS, night_shift, format="json")
    assert answer.status_code == 201
    told = answer.json()
    shift = Shift.objects.get(ref=told.pop("id"))
    assert told == {**night_shift, "starts_at": "2026-11-23T18:00:00Z", "ends_at": "2026-11-24T06:00:00Z"}
    assert Entry.objects.get(verb="shift.added").about == shift.ref


def test_a_shift_without_a_position_is_rung_first(asking, lerato, night_shift):
    del night_shift["position"]
    assert asking(lerato).post(SHIFTS, night_shift, format="json").json()["position"] == 1


def test_nobody_comes_on_the_rota_without_a_verified_number(asking, lerato, night_shift):
    make_person("new", "paralegal", duty_phone="+447700900115", is_verified=False)
    answer = asking(lerato).post(SHIFTS, {**night_shift, "person": "new"}, format="json")
    assert (answer.status_code, list(answer.json())) == (400, ["person"])
    assert "verified" in answer.json()["person"][0]
    assert not Shift.objects.exists()


@pytest.mark.parametrize("who", ["nomsa", "thandi", "pieter"])
def test_only_who_keeps_the_rota_changes_it(asking, line, nomsa, night_shift, who, request):
    client = asking(nomsa if who == "nomsa" else request.getfixturevalue(who))
    shift = make_shift(line, nomsa)
    assert client.post(SHIFTS, night_shift, format="json").status_code == 403
    for ref in (shift.ref, "2" * 18):
        assert client.patch(f"{SHIFTS}{ref}/", {"position": 2}, format="json").status_code == 403
        assert client.delete(f"{SHIFTS}{ref}/").status_code == 403
    assert client.get(f"{SHIFTS}{shift.ref}/").json()["position"] == 1


def test_lerato_gives_a_shift_to_sipho_and_takes_it_off(asking, lerato, line, nomsa, sipho):
    shift = make_shift(line, nomsa)
    client = asking(lerato)
    told = client.patch(f"{SHIFTS}{shift.ref}/", {"person": "sipho", "position": 2}, format="json").json()
    assert (told["person"], told["position"], told["starts_at"]) == ("sipho", 2, "2026-11-22T18:10:00Z")
    assert client.delete(f"{SHIFTS}{shift.ref}/").status_code == 204
    assert client.delete(f"{SHIFTS}{shift.ref}/").status_code == 404
    assert list(Entry.objects.order_by("pk").values_list("verb", flat=True)) == ["shift.changed", "shift.removed"]


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({"line": "+18885550199"}, "line"),
        ({"line": None}, "line"),
        ({"line": "\x00"}, "line"),
        ({"person": "nobody"}, "person"),
        ({"person": "zola"}, "person"),
        ({"person": "nom\x00sa"}, "person"),
        ({"person": ["nomsa"]}, "person"),
        ({"position": 0}, "position"),
        ({"position": True}, "position"),
        ({"position": "1"}, "position"),
        ({"position": 1.5}, "position"),
        ({"position": 10**30}, "position"),
        ({"starts_at": "2026-11-23T20:00:00"}, "starts_at"),
        ({"starts_at": "tonight"}, "starts_at"),
        ({"ends_at": EVENING}, "ends_at"),
        ({"ends_at": "2026-13-45T99:00:00Z"}, "ends_at"),
        ({"ends_at": {"at": MORNING}}, "ends_at"),
        ({"id": "2" * 18}, "id"),
        ({"note": "swap"}, "note"),
    ],
)
def test_a_shift_that_is_not_right_is_refused_by_field(asking, lerato, zola, night_shift, given, wrong):
    answer = asking(lerato).post(SHIFTS, {**night_shift, **given}, format="json")
    assert (answer.status_code, list(answer.json())) == (400, [wrong])
    assert not Shift.objects.exists()


def test_a_shift_does_not_end_before_it_began_by_changing_one_end_of_it(asking, lerato, line, nomsa):
    shift = make_shift(line, nomsa)
    answer = asking(lerato).patch(f"{SHIFTS}{shift.ref}/", {"ends_at": "2026-11-20T00:00:00Z"}, format="json")
    assert (answer.status_code, list(answer.json())) == (400, ["ends_at"])


def test_the_rota_of_a_stretch_of_time_is_what_touches_it(asking, thandi, line, nomsa, sipho):
    tonight = make_shift(line, nomsa)
    later = make_shift(line, sipho, since=NIGHT + timedelta(days=1), until=NIGHT + timedelta(days=2))
    client = asking(thandi)

    def found(**asked):
        return [row["id"] for row in client.get(SHIFTS, asked).json()["results"]]

    assert found() == [later.ref, tonight.ref]
    assert found(until="2026-11-23T12:00:00Z") == [tonight.ref]
    assert found(since="2026-11-23T12:00:00Z") == [later.ref]
    assert found(person="sipho") == [later.ref]
    assert found(line=line.number) == [later.ref, tonight.ref]


def test_everybody_sees_who_works_here_but_only_coordinators_and_administrators_the_numbers(
    asking, thandi, lerato, pieter, naledi, zola
):
    def numbers(person):
        rows = asking(person).get(STAFF).json()["results"]
        assert [row["username"] for row in rows] == ["naledi", "pieter", "lerato", "thandi"]
        return {row["username"]: row["duty_phone"] for row in rows if row["duty_phone"]}

    everybody = {"thandi": "+447700900110", "lerato": "+447700900113", "naledi": "+447700900114"}
    assert numbers(lerato) == numbers(pieter) == everybody
    assert numbers(thandi) == {"thandi": "+447700900110"}
    assert numbers(naledi) == {"naledi": "+447700900114"}


def test_thandi_as_others_see_her(asking, naledi, thandi):
    assert asking(naledi).get(f"{STAFF}thandi/").json() == {
        "username": "thandi",
        "display_name": "Thandi",
        "roles": ["counsellor"],
        "duty_phone": None,
        "duty_phone_verified_at": "2026-10-24T00:10:00Z",
    }


@pytest.mark.parametrize("name", ["zola", "nobody", "nul%00", "%ed%a0%80", "x" * 65])
def test_somebody_who_left_and_somebody_who_never_was_are_the_same_answer(asking, lerato, zola, name):
    answer = asking(lerato).get(f"{STAFF}{name}/")
    assert (answer.status_code, answer.json()) == (404, {"detail": "Not found."})


def test_pieter_makes_an_account_without_a_password_and_gives_it_roles(asking, pieter):
    client = asking(pieter)
    answer = client.post(STAFF, {"username": "ayanda", "roles": ["paralegal"]}, format="json")
    assert (answer.status_code, answer.json()["roles"]) == (201, ["paralegal"])
    roles = ["counsellor", "paralegal"]
    assert client.patch(f"{STAFF}ayanda/", {"roles": roles[::-1]}, format="json").json()["roles"] == roles
    assert not User.objects.get(username="ayanda").has_usable_password()


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({"username": "pieter"}, "username"),
        ({"username": "two words"}, "username"),
        ({"username": "nul\x00"}, "username"),
        ({"roles": ["queen"]}, "roles"),
        ({"roles": "paralegal"}, "roles"),
        ({"roles": [["paralegal"]]}, "roles"),
        ({"duty_phone": "+447700900111"}, "duty_phone"),
        ({"password": "x"}, "password"),
    ],
)
def test_an_account_that_is_not_right_is_refused_by_field(asking, pieter, given, wrong):
    answer = asking(pieter).post(STAFF, {"username": "ayanda", "roles": ["paralegal"], **given}, format="json")
    assert (answer.status_code, list(answer.json())) == (400, [wrong])
    assert User.objects.count() == 1


def test_the_last_administrator_keeps_that_role(asking, pieter):
    answer = asking(pieter).patch(f"{STAFF}pieter/", {"roles": ["counsellor"]}, format="json")
    assert (answer.status_code, list(answer.json())) == (400, ["roles"])
    assert User.objects.get().holds("administrator")


def test_nobody_gives_herself_a_role(asking, naledi):
    assert asking(naledi).patch(f"{STAFF}naledi/", {"roles": ["administrator"]}, format="json").status_code == 403


@pytest.mark.parametrize(("kind", "most"), [("staff", 5), ("shifts", 5)])
def test_thirty_rows_cost_as_many_statements_as_three(asking, lerato, line, kind, most):
    client = asking(lerato)
    costs = []
    for upto in (3, 30):
        for number in range(User.objects.count(), upto):
            person = make_person(f"one{number}", "paralegal", duty_phone=f"+4477009{number:05d}")
            make_shift(line, person)
        with CaptureQueriesContext(connection) as asked:
            client.get(f"/api/v1/{kind}/")
        costs.append(len(asked))
    assert costs[0] == costs[1] <= most


def test_the_last_resort_number_is_seen_by_whoever_keeps_lines(asking, lerato, pieter, thandi, line):
    def told(person):
        return asking(person).get(f"{LINES}{line.number}/").json()["last_resort"]

    assert [told(lerato), told(pieter), told(thandi)] == ["+447700900113", "+447700900113", None]


def test_lerato_opens_a_second_line(asking, lerato, line):
    hours = [{"day": 0, "from": "08:00", "to": "12:00"}, {"day": 0, "from": "13:00", "to": "20:00"}]
    given = {
        "number": "+18885550101", "name": "Silent line", "time_zone": "Africa/Johannesburg", "languages": ["en", "zu"],
        "hours": hours, "last_resort": "+447700900113",
    }  # fmt: skip
    answer = asking(lerato).post(LINES, given, format="json")
    assert answer.status_code == 201
    assert {name: answer.json()[name] for name in given} == given


def test_lerato_changes_the_hours_and_nothing_else(asking, lerato, line):
    answer = asking(lerato).patch(f"{LINES}{line.number}/", {"hours": []}, format="json")
    assert (answer.status_code, answer.json()["hours"]) == (200, [])
    kept = Line.objects.get()
    assert (kept.name, kept.last_resort) == ("Umbrella Line", "+447700900113")
    assert Entry.objects.get(verb="line.changed").detail == {"fields": ["hours"]}


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({"number": "no number"}, "number"),
        ({"number": None}, "number"),
        ({"name": ""}, "name"),
        ({"name": "x" * 61}, "name"),
        ({"name": "nul\x00"}, "name"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"time_zone": ["UTC"]}, "time_zone"),
        ({"languages": []}, "languages"),
        ({"languages": "en"}, "languages"),
        ({"languages": [5]}, "languages"),
        ({"hours": "always"}, "hours"),
        ({"hours": None}, "hours"),
        ({"hours": [{"day": 9, "from": "08:00", "to": "20:00"}]}, "hours"),
        ({"hours": [{"day": 0, "from": "8", "to": "\x00"}]}, "hours"),
        ({"hours": [[]]}, "hours"),
        ({"holidays": ["Christmas"]}, "holidays"),
        ({"last_resort": "Lerato"}, "last_resort"),
        ({"ring_seconds": 900}, "ring_seconds"),
        ({"ring_seconds": False}, "ring_seconds"),
        ({"country": "Z\x00"}, "country"),
        ({"is_active": "perhaps"}, "is_active"),
        ({"ref": "2" * 18}, "ref"),
    ],
)
def test_a_line_that_is_not_right_is_refused_by_field(asking, lerato, line, given, wrong):
    answer = asking(lerato).patch(f"{LINES}{line.number}/", {"court_lead_minutes": 5, **given}, format="json")
    assert (answer.status_code, list(answer.json())) == (400, [wrong])
    assert Line.objects.get().court_lead_minutes == line.court_lead_minutes


@pytest.mark.parametrize("who", ["thandi", "nomsa", "naledi"])
def test_only_who_keeps_lines_changes_them(asking, line, who, request):
    client = asking(request.getfixturevalue(who))
    assert client.patch(f"{LINES}{line.number}/", {"name": "Mine"}, format="json").status_code == 403
    assert client.post(LINES, {}, format="json").status_code == 403


@pytest.mark.parametrize("number", ["+18885550199", "Umbrella Line", "%00", "1"])
def test_a_line_that_is_not_there(asking, lerato, line, number):
    assert asking(lerato).get(f"{LINES}{number}/").status_code == 404


def test_naledi_reads_who_did_what(asking, naledi, thandi, case):
    record(by=thandi, verb="case.read", what="case", about=case.ref, at=NIGHT)
    record(by=None, verb="case.swept", what="case", about="HL-2222", at=NIGHT + timedelta(hours=1), found=3)
    client = asking(naledi)
    swept, read = client.get(AUDIT).json()["results"]
    del swept["id"]
    assert swept == {
        "at": "2026-11-23T01:10:00Z", "who": None, "verb": "case.swept", "what": "case", "about": "HL-2222",
        "detail": {"found": 3},
    }  # fmt: skip
    for asked in (
        {"about": case.ref}, {"who": "thandi"}, {"verb": "case.read"}, {"until": "2026-11-23T00:10:00Z"},
    ):  # fmt: skip
        assert client.get(AUDIT, asked).json()["results"] == [read]
    assert client.get(f"{AUDIT}{read['id']}/").json() == read


@pytest.mark.parametrize("who", ["thandi", "nomsa", "lerato"])
def test_for_everybody_else_there_is_no_audit(asking, who, request):
    client = asking(request.getfixturevalue(who))
    audit, nothing = client.get(AUDIT), client.get("/api/v1/nothing/")
    assert (audit.status_code, audit.content) == (404, nothing.content)
