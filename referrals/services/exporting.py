"""Hand the directory out: HSDS in JSON, HSDS as a package of tables, or a spreadsheet for people. Each time is written down."""

import json
import re
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from io import BytesIO
from typing import Any, Final, NamedTuple

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from helpline.core.audit import services as audit
from helpline.core.staff.models import User
from referrals.access import check_keeps_network
from referrals.hsds import nested, package
from referrals.hsds.tables import Row, Rows
from referrals.services import hsds_out

KINDS: Final = ("json", "package", "sheet")
TITLE: Final = "Directory of services"
_LONGEST_CELL: Final = 32_000  # characters that a spreadsheet holds
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


class Export(NamedTuple):
    content: bytes
    file_name: str
    mime: str


def export(*, kind: str, by: User, at: datetime) -> Export:
    """Return everything that may leave, in one of three forms. Who took it, when and in which form is in the audit."""
    check_keeps_network(by, at)
    rows = hsds_out.read_rows()
    audit.record(
        by=by, verb="network.exported", what="network", about="", at=at, kind=kind, providers=len(rows["organization"])
    )
    if kind == "json":
        content = json.dumps(nested.nest(rows), ensure_ascii=False, indent=1).encode()
        return Export(content, f"directory-{at:%Y-%m-%d}.json", "application/json")
    if kind == "package":
        return Export(package.write_package(rows, title=TITLE), f"directory-{at:%Y-%m-%d}.zip", "application/zip")
    mime = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return Export(write_workbook(rows), f"directory-{at:%Y-%m-%d}.xlsx", mime)


def write_workbook(rows: Rows) -> bytes:
    """Return one line for each organisation. Every cell is typed as text: what looks like a formula is never reckoned."""
    hanging: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for table in ("service", "location", "phone"):
        for row in rows[table].values():
            hanging[table, row.get("organization_id", "")].append(row)
    addresses = _by(rows, "address", "location_id")
    languages = _by(rows, "language", "service_id")
    areas = _by(rows, "service_area", "service_id")
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_("Directory"))
    heads = (
        _("Name"),
        _("Description"),
        _("Services"),
        _("Areas"),
        _("Languages"),
        _("Telephone"),
        _("Address"),
        _("Website"),
        _("E-mail"),
    )
    sheet.append([_cell(sheet, head, is_bold=True) for head in heads])
    for key, row in rows["organization"].items():
        services, places = hanging["service", key], hanging["location", key]
        cells = (
            row.get("name"), row.get("description"), _joined(one.get("name") for one in services),
            _joined(area.get("name") for one in services for area in areas[one["id"]]),
            _joined(said.get("name") for one in services for said in languages[one["id"]]),
            _joined(phone.get("number") for phone in hanging["phone", key]),
            _joined(
                ", ".join(str(said[name]) for name in ("address_1", "city", "postal_code") if said.get(name, "-") != "-")
                for one in places
                for said in addresses[one["id"]]
            ),
            row.get("website"), row.get("email"),
        )  # fmt: skip
        sheet.append([_cell(sheet, str(cell or "")) for cell in cells])
    written = BytesIO()
    book.save(written)
    return written.getvalue()


def _by(rows: Rows, table: str, link: str) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows[table].values():
        found[row.get(link, "")].append(row)
    return found


def _joined(said: Iterable[Any]) -> str:
    return "; ".join(dict.fromkeys(str(one) for one in said if one))


def _cell(sheet: Any, words: str, *, is_bold: bool = False) -> Any:
    cell = WriteOnlyCell(sheet, value=_UNPRINTABLE.sub(" ", words)[:_LONGEST_CELL])
    cell.data_type = "s"
    if is_bold:
        cell.font = Font(bold=True)
    return cell
