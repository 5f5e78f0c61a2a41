"""What stands beside the story of a case, one short panel for each area of the work, in the order in which it is needed.

Clocks and safety come before what is merely to be known. An area that has nothing to show gives only its link to begin
with, so that the column of a new case is a short list of verbs.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases.models import Case
from cases.panels import choices, clocks, closing, consents, files, hearings, incidents, needs, plan, safety, together
from cases.panels.keeping import read as read_keeping
from helpline.core.staff.models import User
from referrals.panels import proceedings, referrals, repayment, team

Read = Callable[[Case, User, datetime], Mapping[str, Any] | None]


@dataclass(frozen=True)
class Area:
    """One area of the work on a case. `page` is the name of its address, `begin` what its link says, `key` opens it.

    A blank `begin` means that the area begins elsewhere and has no link of its own. Keys: one letter, none of the page's own
    (a b f g i l n p q s t u w).
    """

    name: str
    read: Read
    begin: str | Promise
    icon: str
    page: str
    key: str = ""

    @property
    def template(self) -> str:
        return f"cases/panels/{self.name}.html"


@dataclass(frozen=True)
class Panel:
    """An area that has something to show on one case."""

    area: Area
    content: Mapping[str, Any]


AREAS: tuple[Area, ...] = (
    Area("safety", safety.read, _("Safety, check-in"), "safe", "cases:safety", "y"),
    Area("clocks", clocks.read, _("Clock"), "due", "cases:clocks", "k"),
    Area("incidents", incidents.read, _("What happened"), "note", "cases:incident_new", "i"),
    Area("hearings", hearings.read, _("Day in court"), "rota", "cases:hearings", "h"),
    Area("referrals", referrals.read, _("Ask a lawyer, a clinic"), "hand", "referrals:ask", "r"),
    Area("team", team.read, _("Send the response team"), "out", "referrals:send_team"),
    Area("needs", needs.read, _("Needs"), "hand", "cases:needs"),
    Area("consents", consents.read, _("What they agree to"), "known", "cases:consents"),
    Area("choices", choices.read, _("Legal step"), "hand", "cases:choices"),
    Area("plan", plan.read, _("Plan"), "note", "cases:plan"),
    Area("files", files.read, _("Files"), "in", "cases:files"),
    Area("closing", closing.read, "", "done", "cases:closing"),
    Area("together", together.read, "", "hand", "cases:turn"),
    Area("proceedings", proceedings.read, _("Complaint, court case"), "note", "referrals:proceedings"),
    Area("repayment", repayment.read, _("Paying back"), "done", "referrals:repayment"),
    Area("keeping", read_keeping, _("Keep or forget"), "eye", "cases:keeping"),
)

# From the top of the column to its end. An area that is not named here stands at the end; "promises" are the page's own.
ORDER = (
    *(
        "clocks",
        "team",
        "referrals",
        "promises",
        "together",
        "closing",
        "safety",
        "check_ins",
        "court",
        "hearings",
        "consent",
        "consents",
        "choices",
    ),
    *(
        "incidents",
        "incident",
        "needs",
        "referrals",
        "plan",
        "attachments",
        "files",
        "transfer",
        "repayment",
        "keeping",
    ),
)


@dataclass(frozen=True)
class Beside:
    """What stands beside one story: panels with something in them (`first` above the promises, the others below), and
    areas that can be begun.
    """

    first: tuple[Panel, ...] = ()
    panels: tuple[Panel, ...] = ()
    to_begin: tuple[Area, ...] = ()


def read_beside(case: Case, user: User, at: datetime) -> Beside:
    """Read every area of a case whose story this person may read."""
    found = [(area, area.read(case, user, at)) for area in sorted(AREAS, key=place_of)]
    shown = [Panel(area, content) for area, content in found if content is not None]
    promises = ORDER.index("promises")
    return Beside(
        first=tuple(panel for panel in shown if place_of(panel.area) < promises),
        panels=tuple(panel for panel in shown if place_of(panel.area) > promises),
        to_begin=tuple(area for area, content in found if content is None and area.begin),
    )


def place_of(area: Area) -> int:
    """Return at which place of the column an area stands, wherever it is listed."""
    return ORDER.index(area.name) if area.name in ORDER else len(ORDER)
