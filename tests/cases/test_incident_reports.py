"""The type of an incident for a report: by ordered questions, decided by a coordinator, and of no consequence for help."""

import ast

import pytest
from django.conf import settings

from cases.models import ReportKind
from cases.services import incident_reports, incidents
from cases.services.incident_facts import Facts, Unfit
from cases.vocabulary.gbvims import Answer, Kind, suggest_answers
from helpline.core.errors import NotAllowed
from tests.dashboard.conftest import it_is_night as it_is_night
from tests.dashboard.conftest import sit_down as sit_down
from tests.dashboard.conftest import text_of
from tests.factories import make_case

MAY_KNOW = {"cases/services/incident_reports.py", "cases/views/incident_reports.py"}
MAY_ASK = {"cases/views/incident_reports.py", "cases/views/incidents.py"}  # the second only for who may see the link


@pytest.fixture
def told(line, thandi, at):
    case = make_case(line=line, owner=thandi, at=at)
    facts = Facts(narrative="He was a client, he paid, and then he forced me.", acts=("SEX_COERCED", "EMO_EXTORT"))
    return incidents.record(case=case, by=thandi, at=at, facts=facts)


def importers(module, name):
    """Files of the product that import a module, by whatever way of writing it."""
    root = settings.BASE_DIR
    found = set()
    for app in ("cases", "helpline", "telephony", "referrals"):
        for path in (root / app).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                said = [alias.name for alias in node.names] if isinstance(node, (ast.Import, ast.ImportFrom)) else []
                where = (node.module or "") if isinstance(node, ast.ImportFrom) else ""
                is_it = where == f"{module}.{name}" or (where == module and name in said) or f"{module}.{name}" in said
                if is_it:
                    found.add(str(path.relative_to(root)))
    return found


def test_nothing_but_reports_knows_the_types_so_that_they_decide_no_help():
    assert {
        path for path in importers("cases.vocabulary", "gbvims") if not path.startswith("helpline/reports/")
    } == MAY_KNOW
    asking = importers("cases.services", "incident_reports")
    assert {path for path in asking if not path.startswith("helpline/reports/")} == MAY_ASK


def test_what_the_acts_leave_open_stays_open_until_naledi_answers(sit_down, told, naledi, at):
    assert incident_reports.kind_for_report(told) == ""
    path = f"/cases/{told.case.ref}/incidents/{told.ref}/report/"
    page = sit_down(naledi).get(path)
    given = {kind.value: answer.value for kind, answer in suggest_answers(["SEX_COERCED", "EMO_EXTORT"]).items()}
    assert sit_down(naledi).post(path, given).status_code == 422
    assert "Answer the questions up to the first yes" in text_of(sit_down(naledi).post(path, given))
    assert sit_down(naledi).post(path, {**given, "rape": "yes"}).status_code == 302
    assert incident_reports.kind_for_report(told) == "rape"
    assert "Was there penetration" in text_of(page)


def test_naledi_may_count_it_otherwise(told, naledi, at):
    answers = dict.fromkeys(Kind, Answer.YES)
    kept = incident_reports.decide_kind(incident=told, by=naledi, at=at, answers=answers, kind="physical_assault")
    assert kept.kind == incident_reports.kind_for_report(told) == "physical_assault"


def test_whether_goods_changed_hands_is_blank_unless_somebody_fills_it_in_and_warned_about(sit_down, told, naledi, at):
    kept = incident_reports.decide_kind(incident=told, by=naledi, at=at, answers={Kind.RAPE: Answer.YES})
    assert kept.goods_exchanged == ""
    page = text_of(sit_down(naledi).get(f"/cases/{told.case.ref}/incidents/{told.ref}/report/"))
    assert "Leave it blank." in page


def test_paid_or_not_and_by_a_client_the_type_is_the_same_and_nothing_else_is_worked_out(told, naledi, at):
    for goods in ("", "yes", "no"):
        kept = incident_reports.decide_kind(
            incident=told, by=naledi, at=at, answers={Kind.RAPE: Answer.YES}, goods_exchanged=goods
        )
        assert kept.kind == "rape"
    held = {field.name for field in ReportKind._meta.get_fields()}
    assert held == {"id", "incident", "kind", "goods_exchanged", "decided_by", "decided_at"}


@pytest.mark.parametrize(
    "given", [{"kind": "possible_sexual_exploitation"}, {"kind": "trafficking"}, {"goods_exchanged": "x"}]
)
def test_no_other_type_can_be_entered(told, naledi, at, given):
    with pytest.raises(Unfit):
        incident_reports.decide_kind(incident=told, by=naledi, at=at, answers={Kind.RAPE: Answer.YES}, **given)
    assert not ReportKind.objects.exists()


def test_thandi_who_listens_is_not_asked_for_it(sit_down, told, thandi, at):
    path = f"/cases/{told.case.ref}/incidents/{told.ref}/"
    assert sit_down(thandi).get(f"{path}report/").status_code == 404
    assert "Type for a report" not in text_of(sit_down(thandi).get(path))
    with pytest.raises(NotAllowed):
        incident_reports.decide_kind(incident=told, by=thandi, at=at, answers={Kind.RAPE: Answer.YES})


def test_lerato_without_a_case_decides_of_none(sit_down, told, lerato):
    assert sit_down(lerato).get(f"/cases/{told.case.ref}/incidents/{told.ref}/report/").status_code == 404
