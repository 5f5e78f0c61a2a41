"""The tables as a spreadsheet: a sheet for each, and one that says what every figure means."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from helpline.reports.tables import Table

MIME = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WITHHELD = "–"
_LONGEST_NAME = 31  # characters that a sheet's name may have


def write_spreadsheet(tables: Sequence[Table], *, k: int) -> bytes:
    """Return an .xlsx file of the tables, their small counts withheld as on the page (under `k`)."""
    book = Workbook(write_only=True)
    about = book.create_sheet(_("About"))
    about.append(
        [_cell(about, _("A dash is a count under %(k)d, or one from which such a count would follow.") % {"k": k})]
    )
    for table in tables:
        about.append(
            [_cell(about, str(table.measure.title), is_bold=True), _cell(about, str(table.measure.definition))]
        )
        _write(book.create_sheet(table.measure.name[:_LONGEST_NAME]), table)
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def _write(sheet: Any, table: Table) -> None:
    sheet.append([_cell(sheet, str(table.measure.title), is_bold=True)])
    heads = ["", *(period.words for period in table.periods), _("Total")]
    sheet.append([_cell(sheet, head, is_bold=True) for head in heads])
    for row in table.rows:
        sheet.append([_cell(sheet, row.words), *(_figure(sheet, each) for each in (*row.figures, row.total))])
    totals = (_figure(sheet, each) for each in (*table.totals, table.total))
    sheet.append([_cell(sheet, _("Total"), is_bold=True), *totals])


def _figure(sheet: Any, figure: int | None) -> Any:
    return _cell(sheet, WITHHELD) if figure is None else figure


def _cell(sheet: Any, words: str, *, is_bold: bool = False) -> Any:
    """Make a cell that is text whatever it begins with: a spreadsheet must not reckon with words."""
    cell = WriteOnlyCell(sheet, value=words)
    cell.data_type = "s"
    if is_bold:
        cell.font = Font(bold=True)
    return cell
