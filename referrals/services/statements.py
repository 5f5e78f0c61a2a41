"""What one lawyer did and gets for one month: on a page, as PDF, and as a spreadsheet. Names no caller and no case."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from helpline.core.errors import NotAllowed
from referrals.models import Fee, FeeState, Provider

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
STYLE = settings.BASE_DIR / "helpline" / "static" / "helpline" / "css" / "statement.css"
# Of a referral's own reference: enough for two people to speak of the same thing, and it leads nowhere.
REFERENCE_LENGTH = 6


@dataclass(frozen=True)
class StatementRow:
    """One stage: `reference` is what both sides call it, blank where what it was for has been forgotten."""

    on: date
    stage: str
    reference: str
    amount: Decimal
    currency: str
    state: str
    fee: Fee


@dataclass(frozen=True)
class Statement:
    """The month of one provider. `totals`: what is owed and what is paid in each currency."""

    provider: Provider
    first: date
    rows: Sequence[StatementRow]
    totals: Sequence[tuple[str, Decimal, Decimal]]  # currency, together, of this paid


def next_month(first: date) -> date:
    """Return the first day of the month after that of `first`."""
    return date(first.year + first.month // 12, first.month % 12 + 1, 1)


def read_statement(provider: Provider, first: date) -> Statement:
    """Return the month that begins on `first`: what was approved or paid, by the day on which it was done."""
    fees = Fee.objects.filter(
        provider=provider,
        done_on__gte=first,
        done_on__lt=next_month(first),
        state__in=[FeeState.APPROVED, FeeState.PAID],
    ).select_related("referral")
    rows = [
        StatementRow(
            on=fee.done_on,
            stage=fee.get_stage_display(),
            reference=fee.referral.ref[:REFERENCE_LENGTH] if fee.referral is not None else "",
            amount=fee.amount,
            currency=fee.currency,
            state=fee.get_state_display(),
            fee=fee,
        )
        for fee in fees
    ]
    totals = [
        (
            currency,
            sum((row.amount for row in rows if row.currency == currency), Decimal(0)),
            sum(
                (row.amount for row in rows if row.currency == currency and row.fee.state == FeeState.PAID), Decimal(0)
            ),
        )
        for currency in sorted({row.currency for row in rows})
    ]
    return Statement(provider, first, rows, totals)


def write_pdf(statement: Statement) -> bytes:
    """Return the statement as PDF. Raises NotAllowed, with a sentence, where this machine has no Pango to draw with."""
    try:
        from weasyprint import CSS, HTML  # half a second and 30 MiB: only for whoever asks for a PDF
    except OSError:
        raise NotAllowed(
            _("This server cannot make a PDF: Pango is not installed. The spreadsheet is there.")
        ) from None
    written = HTML(string=render_to_string("referrals/money/statement_print.html", {"statement": statement}))
    return bytes(written.write_pdf(stylesheets=[CSS(filename=STYLE)], pdf_variant="pdf/ua-1"))


def write_spreadsheet(statement: Statement) -> bytes:
    """Return the statement as .xlsx: amounts are figures, everything else is text whatever it begins with."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_("Statement"))
    sheet.append([_text(sheet, statement.provider.name, is_bold=True), _text(sheet, f"{statement.first:%Y-%m}")])
    heads = (_("Day"), _("Stage"), _("Our reference"), _("Amount"), _("Currency"), _("How it stands"))
    sheet.append([_text(sheet, head, is_bold=True) for head in heads])
    for row in statement.rows:
        words = (_text(sheet, row.stage), _text(sheet, row.reference))
        sheet.append([row.on, *words, row.amount, _text(sheet, row.currency), _text(sheet, row.state)])
    for currency, together, paid in statement.totals:
        sheet.append([_text(sheet, _("Together"), is_bold=True), None, None, together, _text(sheet, currency)])
        sheet.append([_text(sheet, _("of this paid")), None, None, paid, _text(sheet, currency)])
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def _text(sheet: Any, words: str, *, is_bold: bool = False) -> Any:
    cell = WriteOnlyCell(sheet, value=words)
    cell.data_type = "s"
    if is_bold:
        cell.font = Font(bold=True)
    return cell
