"""What lawyers are paid: a ceiling that holds, a second pair of eyes, and a statement that names nobody."""

import re
import threading
import zlib
from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from django.db import connection
from openpyxl import load_workbook

from cases.models import ReceiverKind
from helpline.core.errors import Conflict, NotAllowed
from referrals.models import Fee, Provider, Referral
from referrals.services import fees, statements
from tests.factories import make_case

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 20)


@pytest.fixture
def ayanda(db, at):
    return Provider.objects.create(
        kind=ReceiverKind.LAWYER, name="Ayanda Law", vetting="approved", vetting_since=at, created_at=at, changed_at=at
    )


@pytest.fixture
def fund(lerato, at):
    return fees.keep_grant(
        name="Bail fund",
        ceiling=Decimal("1000.00"),
        currency="ZAR",
        starts_on=date(2026, 11, 1),
        ends_on=None,
        by=lerato,
        at=at,
    )


@pytest.fixture
def enter(ayanda, fund, lerato, at):
    def entered(**changes):
        ordinary = {
            "provider": ayanda,
            "grant": fund,
            "stage": "bail",
            "done_on": DAY,
            "amount": Decimal("400"),
            "by": lerato,
            "at": at,
        }
        return fees.enter_fee(**{**ordinary, **changes})

    return entered


def test_what_was_agreed_on_that_day_is_what_is_entered(enter, ayanda, lerato, at):
    for day, amount in ((date(2026, 11, 1), "300"), (date(2026, 11, 21), "350")):
        fees.set_rate(
            provider=ayanda, stage="bail", amount=Decimal(amount), currency="ZAR", from_day=day, by=lerato, at=at
        )
    assert enter(amount=None).amount == Decimal("300")
    assert enter(amount=None, done_on=date(2026, 11, 22)).amount == Decimal("350")


def test_without_an_agreement_and_without_an_amount_nothing_is_entered(enter):
    with pytest.raises(NotAllowed):
        enter(amount=None)
    assert not Fee.objects.exists()


def test_a_grant_is_never_overspent_and_what_is_taken_back_is_there_again(enter, lerato, at):
    first = enter(amount=Decimal("600"))
    enter(amount=Decimal("400"))
    with pytest.raises(NotAllowed, match="holds only"):
        enter(amount=Decimal("0.01"))
    fees.cancel_fee(fee=first, by=lerato, at=at)
    enter(amount=Decimal("600"))


@pytest.mark.parametrize("wrong", [{"done_on": date(2026, 10, 31)}, {"done_on": date(2027, 1, 1)}])
def test_a_day_outside_of_the_grant_or_still_to_come_is_refused(enter, wrong):
    with pytest.raises(NotAllowed):
        enter(**wrong)


def test_the_form_that_is_sent_twice_enters_one_fee(enter):
    assert enter(key="fee-a") == enter(key="fee-a")


def test_whoever_entered_it_does_not_approve_it_and_nothing_is_paid_before(enter, lerato, naledi, at):
    fee = enter()
    with pytest.raises(NotAllowed):
        fees.approve_fee(fee=fee, by=lerato, at=at)
    with pytest.raises(NotAllowed):
        fees.pay_fee(fee=fee, on=DAY, by=lerato, at=at)
    fees.approve_fee(fee=fee, by=naledi, at=at)
    assert fees.pay_fee(fee=fee, on=DAY, by=lerato, at=at).state == "paid"
    with pytest.raises(Conflict):
        fees.cancel_fee(fee=fee, by=lerato, at=at)


def test_a_ceiling_never_lies_below_what_was_promised(enter, fund, lerato, at):
    enter(amount=Decimal("600"))
    with pytest.raises(NotAllowed):
        fees.keep_grant(
            name="Bail fund", ceiling=Decimal("599.99"), currency="ZAR", starts_on=fund.starts_on, ends_on=None, by=lerato,
            at=at, grant=fund,
        )  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_two_people_who_spend_the_last_of_a_grant_at_once_do_not_both_get_it(enter):
    said = []

    def spend():
        try:
            enter(amount=Decimal("700"))
            said.append("entered")
        except NotAllowed:
            said.append("refused")
        finally:
            connection.close()

    both = [threading.Thread(target=spend) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert sorted(said) == ["entered", "refused"]


@pytest.fixture
def november(enter, line, thandi, naledi, ayanda, at):
    case = make_case(line=line, owner=thandi, at=at)
    asked = Referral.objects.create(
        case=case, need="legal", provider=ayanda, asked_at=at, asked_by=thandi, state="accepted"
    )
    for amount in ("400", "100.50"):
        fees.approve_fee(fee=enter(amount=Decimal(amount), referral=asked), by=naledi, at=at)
    enter(amount=Decimal("50"))  # not approved: not on it
    return statements.read_statement(ayanda, date(2026, 11, 1)), case, asked


def test_a_statement_adds_up_and_names_neither_case_nor_caller(november):
    statement, case, asked = november
    assert statement.totals == [("ZAR", Decimal("500.50"), Decimal(0))]
    assert {row.reference for row in statement.rows} == {asked.ref[:6]}
    assert case.ref not in repr(statement.rows)


def test_the_month_after_december_is_january():
    assert statements.next_month(date(2026, 12, 1)) == date(2027, 1, 1)


def test_the_spreadsheet_reckons_with_no_words(november, ayanda):
    ayanda.name = "=1+1"
    statement, case, _asked = november
    statement.provider.name = "=1+1"
    sheet = load_workbook(BytesIO(statements.write_spreadsheet(statement))).active
    cells = [cell for row in sheet.iter_rows() for cell in row]
    assert [cell.data_type for cell in cells if cell.value == "=1+1"] == ["s"]
    assert {cell.value for cell in cells} >= {400, 100.5, 500.5}
    assert not any(case.ref in str(cell.value) for cell in cells)


def test_the_pdf_is_one_that_people_and_screen_readers_can_read(november):
    made = statements.write_pdf(november[0])
    assert made.startswith(b"%PDF-")
    streams = [re.split(rb"\r?\nendstream", part)[0] for part in re.split(rb"stream\r?\n", made)[1:]]
    opened = b"".join(zlib.decompress(one) for one in streams if one.startswith(b"x"))
    assert b"/MarkInfo" in opened  # tagged: a screen reader knows what is a table
    assert b"/Lang" in opened


def test_money_stays_when_the_case_is_forgotten(november, ayanda):
    from cases.erasure import forget_cases

    _statement, case, _asked = november
    forget_cases([case])
    again = statements.read_statement(ayanda, date(2026, 11, 1))
    assert again.totals == [("ZAR", Decimal("500.50"), Decimal(0))]
    assert {row.reference for row in again.rows} == {""}


def test_a_keeper_sees_the_month_and_takes_it_along_and_that_is_written_down(november, desk_of, lerato, thandi, ayanda):
    address = f"/network/{ayanda.ref}/statements/2026-11/"
    page = desk_of(lerato).get(address)
    assert "500.50" in page.content.decode()
    taken = desk_of(lerato).post(address, {"as": "xlsx"})
    assert taken.headers["Content-Disposition"] == 'attachment; filename="statement-2026-11.xlsx"'
    assert desk_of(thandi).get(address).status_code == 404


def test_a_fee_from_the_page_finds_its_request_by_the_first_signs(november, desk_of, lerato, ayanda, fund):
    _statement, _case, asked = november
    form = {
        "provider": ayanda.ref, "stage": "travel", "done_on": "2026-11-21", "grant": fund.ref, "amount": "20,50",
        "reference": asked.ref[:6].lower(), "key": "one",
    }  # fmt: skip
    assert desk_of(lerato).post("/network/money/fees/new/", form).status_code == 302
    assert Fee.objects.get(stage="travel").referral == asked
    wrong = desk_of(lerato).post("/network/money/fees/new/", {**form, "reference": "ZZZZZZ", "key": "two"})
    assert wrong.status_code == 422
    assert Fee.objects.filter(stage="travel").count() == 1


def test_the_page_of_money_says_what_is_left(november, desk_of, lerato, thandi):
    page = desk_of(lerato).get("/network/money/").content.decode()
    assert "449.50" in page  # 1000 - 400 - 100.50 - 50
    assert desk_of(thandi).get("/network/money/").status_code == 404


def test_a_grant_is_added_and_a_nonsense_amount_is_said_by_the_field(desk_of, lerato):
    form = {"name": "Fund", "ceiling": "many", "currency": "zar", "starts_on": "2026-11-01"}
    assert "in figures" in desk_of(lerato).post("/network/money/grants/new/", form).content.decode()
    assert desk_of(lerato).post("/network/money/grants/new/", {**form, "ceiling": "10 000"}).status_code == 302
