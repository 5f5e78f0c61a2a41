"""What a caller agreed to pay back: it rests, it is forgiven, it never grows, and no help waits for it."""

import ast
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from helpline.core.audit.models import Entry
from helpline.core.errors import Conflict, NotAllowed
from referrals.models import Payment, Repayment
from referrals.services import repayments
from tests.factories import make_case

pytestmark = pytest.mark.django_db
HOUSE = Path(__file__).parent.parent.parent
READERS = {
    "referrals/models/fee.py", "referrals/models/__init__.py", "referrals/services/repayments.py",
    "referrals/views/repayment.py", "referrals/panels/repayment.py", "referrals/urls.py", "helpline/dashboard/panels.py",
}  # fmt: skip


@pytest.fixture
def rose(line, thandi, at):
    return make_case(line=line, owner=thandi, at=at)


@pytest.fixture
def agreed(rose, thandi, at):
    return repayments.agree(
        case=rose, amount=Decimal("300"), instalment=Decimal("100"), currency="ZAR", every_days=30,
        starts_on=date(2026, 12, 1), by=thandi, at=at,
    )  # fmt: skip


def left(case, on):
    return repayments.read_plans(case, on)[0].standing.left


def test_the_last_payment_ends_it(agreed, rose, thandi, at):
    for amount in ("100", "50", "150"):
        repayments.record_payment(repayment=agreed, amount=Decimal(amount), on=date(2026, 11, 23), by=thandi, at=at)
    assert Repayment.objects.get().state == "done"
    assert left(rose, date(2026, 11, 23)) == 0


def test_nobody_pays_more_than_was_agreed(agreed, thandi, at):
    with pytest.raises(NotAllowed, match="left"):
        repayments.record_payment(repayment=agreed, amount=Decimal("300.01"), on=date(2026, 11, 23), by=thandi, at=at)
    assert not Payment.objects.exists()


def test_the_form_that_is_sent_twice_is_one_payment(agreed, thandi, at):
    for _ in range(2):
        repayments.record_payment(
            repayment=agreed, amount=Decimal("10"), on=date(2026, 11, 23), by=thandi, at=at, key="paid-1"
        )
    assert Payment.objects.count() == 1


def test_while_it_rests_nothing_falls_due_and_afterwards_everything_is_later(agreed, rose, thandi, at):
    repayments.pause(repayment=agreed, until=None, why="no work in December", by=thandi, at=at)
    in_march = at + timedelta(days=100)
    assert repayments.read_plans(rose, in_march.date())[0].standing.behind == 0
    repayments.resume(repayment=agreed, by=thandi, at=in_march)
    standing = repayments.read_plans(rose, in_march.date())[0].standing
    assert (standing.behind, standing.left) == (0, 300)
    assert standing.next is not None
    assert standing.next.on == date(2026, 12, 1) + timedelta(days=100)


def test_a_rest_until_a_day_ends_by_itself_on_that_day(agreed, rose, thandi, at):
    repayments.pause(repayment=agreed, until=date(2026, 12, 3), why="", by=thandi, at=at)  # ten days
    assert repayments.read_plans(rose, date(2026, 12, 11))[0].standing.behind == 100
    repayments.resume(repayment=agreed, by=thandi, at=at + timedelta(days=50))
    assert Repayment.objects.get().paused_days == 10


def test_what_is_forgiven_is_over(agreed, thandi, at):
    repayments.forgive(repayment=agreed, why="", by=thandi, at=at)
    with pytest.raises(Conflict):
        repayments.record_payment(repayment=agreed, amount=Decimal("1"), on=date(2026, 11, 23), by=thandi, at=at)


def test_there_is_one_agreement_at_a_time(agreed, rose, thandi, at):
    with pytest.raises(NotAllowed):
        repayments.agree(
            case=rose, amount=Decimal("1"), instalment=Decimal("1"), currency="ZAR", every_days=7, starts_on=date(2026, 12, 1),
            by=thandi, at=at,
        )  # fmt: skip


def test_the_audit_knows_that_something_was_agreed_and_no_sum(agreed, rose):
    entry = Entry.objects.get(verb="repayment.agreed")
    assert (entry.about, entry.detail) == (rose.ref, {})


def test_from_the_page_it_is_agreed_paid_paused_and_forgiven(rose, desk_of, thandi):
    desk, address = desk_of(thandi), f"/cases/{rose.ref}/repayment/"
    form = {
        "amount": "300",
        "instalment": "100",
        "currency": "zar",
        "every_days": "30",
        "starts_on": "2026-12-01",
        "key": "a",
    }
    assert desk.post(address, {**form, "instalment": "400"}).status_code == 422
    assert desk.post(address, form).status_code == 302
    row = Repayment.objects.get()
    change = f"{address}{row.ref}/"
    assert desk.post(change, {"verb": "pay", "amount": "ten", "on": "2026-11-23"}).status_code == 422
    desk.post(change, {"verb": "pay", "amount": "50", "on": "2026-11-23", "key": "b"})
    desk.post(change, {"verb": "pause", "until": "", "why": "ill"})
    page = desk.get(address).content.decode()
    assert "Rests until somebody goes on with it." in page
    desk.post(change, {"verb": "resume"})
    desk.post(change, {"verb": "forgive", "why": ""})
    assert Repayment.objects.get().state == "forgiven"
    assert Payment.objects.get().amount == 50


def test_nothing_that_helps_anybody_reads_whether_they_pay_back():
    """No help waits for money: whoever else names these models would have to be argued for here."""
    found = set()
    for path in HOUSE.glob("*/**/*.py"):
        house = path.relative_to(HOUSE).as_posix()
        if not house.startswith(("cases/", "referrals/", "telephony/", "helpline/")) or "/migrations/" in house:
            continue
        names = {node.id for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Name)}
        imported = {
            alias.name
            for node in ast.walk(ast.parse(path.read_text()))
            if isinstance(node, ast.ImportFrom)
            for alias in node.names
        }
        if {"Repayment", "repayments", "repayment"} & (names | imported):
            found.add(house)
    assert found <= READERS
