"""The rules behind clocks as they hold here: the table, and what somebody who knows the place said about it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache

from django.db import transaction
from django.utils.translation import gettext as _

from cases.clocks.custody import Court
from cases.clocks.rules import CLINICAL, CUSTODY, ClinicalRule, CustodyRule, Rule, custody_rules_of, find_rule
from cases.models import ConfirmedBy, LocalRule
from helpline.core import clock
from helpline.core.audit import services as audit
from helpline.core.errors import NotAllowed, NotFound
from helpline.core.lines.models import Line
from helpline.core.lines.services import public_holidays
from helpline.core.realtime import services as realtime
from helpline.core.staff.models import Role, User

KEEPS_RULES = frozenset({Role.COORDINATOR})
LONGEST_LIMIT_HOURS = 24 * 366
NO_PLACE = "UTC"


@dataclass(frozen=True)
class RuleHere:
    """A rule with the hours that count here, and who said so; `said` is None where nobody has confirmed it."""

    rule: Rule
    said: LocalRule | None = None

    @property
    def code(self) -> str:
        return self.rule.code

    @property
    def is_custody(self) -> bool:
        return isinstance(self.rule, CustodyRule)

    @property
    def country(self) -> str:
        return self.rule.country if isinstance(self.rule, CustodyRule) else ""

    @property
    def limit_hours(self) -> int | None:
        return None if self.rule.limit is None else int(self.rule.limit.total_seconds()) // 3600

    @property
    def length(self) -> str:
        """How long it is, in words: "48 h", "day 18 to 45"; blank where nobody has said it."""
        opens = self.rule.opens if isinstance(self.rule, ClinicalRule) else None
        if opens is not None and self.rule.limit is not None:
            return _("day {first} to {last}").format(first=opens.days, last=self.rule.limit.days)
        return _("{n} h").format(n=self.limit_hours) if self.limit_hours else ""

    @property
    def is_changed(self) -> bool:
        return self.said is not None and self.said.limit_hours is not None


def read_rules(codes: Sequence[str] | None = None) -> dict[str, RuleHere]:
    """Return rules as they hold here, by code: these, or all that there are for the lines that we have. At most two
    statements.
    """
    newest: dict[str, LocalRule] = {}
    rows = LocalRule.objects.all() if codes is None else LocalRule.objects.filter(rule__in=codes)
    for row in rows.select_related("added_by").order_by("added_at", "pk"):
        newest[row.rule] = row
    rules = _all_rules() if codes is None else [rule for code in codes if (rule := find_rule(code)) is not None]
    return {rule.code: _here(rule, newest.get(rule.code)) for rule in rules}


def our_countries() -> frozenset[str]:
    """Return the countries of the lines that are in use."""
    return frozenset(Line.objects.active().exclude(country="").values_list("country", flat=True))


def earlier(code: str) -> list[LocalRule]:
    """Return everything that was said about a rule, the newest first."""
    return list(LocalRule.objects.filter(rule=code).select_related("added_by"))


def _all_rules() -> list[Rule]:
    """The whole table, and a rule to be filled in for each country of a line that the table does not know."""
    own = [rule for country in sorted(our_countries()) for rule in custody_rules_of(country) if rule not in CUSTODY]
    return [*CLINICAL, *CUSTODY, *own]


def _here(rule: Rule, said: LocalRule | None) -> RuleHere:
    if said is None:
        return RuleHere(rule)
    if said.limit_hours is not None:
        rule = replace(rule, limit=timedelta(hours=said.limit_hours))
    return RuleHere(rule, said)


@transaction.atomic
def confirm(
    *,
    code: str,
    by: User,
    at: datetime,
    role: str,
    confirmed_by: str,
    confirmed_on: date,
    limit_hours: int | None = None,
    note: str = "",
) -> LocalRule:
    """Write down what somebody who knows the place said about a rule. Hours that are given replace the table's.

    Raises NotFound for a code that is none, NotAllowed for a role that does not keep rules or where something is missing.
    Clocks that run are reckoned anew by whoever calls this (`clocks.recount`).
    """
    if not by.holds(*KEEPS_RULES):
        raise NotAllowed(_("A coordinator confirms rules."))
    if find_rule(code) is None:
        raise NotFound(_("There is no such rule."))
    if role not in ConfirmedBy.values or not confirmed_by.strip():
        raise NotAllowed(_("Say who confirmed it."))
    if confirmed_on > at.astimezone(clock.find_zone(NO_PLACE)).date() + timedelta(days=1):
        raise NotAllowed(_("A day that lies ahead has confirmed nothing yet."))
    if limit_hours is not None and not 1 <= limit_hours <= LONGEST_LIMIT_HOURS:
        raise NotAllowed(_("Hours lie between 1 and a year."))
    said = LocalRule.objects.create(
        rule=code, role=role, confirmed_by=confirmed_by.strip(), confirmed_on=confirmed_on, limit_hours=limit_hours,
        note=note.strip() or None, added_by=by, added_at=at,
    )  # fmt: skip
    audit.record(by=by, verb="clock_rule.confirmed", what="clock_rule", about=code, at=at, role=role, hours=limit_hours)
    realtime.publish("rota", code)
    return said


def court_of(line: Line | None, at: datetime) -> Court:
    """Return the court of a line's place, as the coordinator typed its hours.

    Days without court are those on the line and the public holidays of its country, this year and the next two.
    """
    if line is None:
        return Court((), (), clock.find_zone(NO_PLACE))
    closed = {*line.holidays, *_holidays(line.country, at.year)}
    return Court(line.court_hours, closed, clock.find_zone(line.time_zone), line.court_lead)


@lru_cache(maxsize=64)
def _holidays(country: str, year: int) -> frozenset[str]:
    return frozenset(public_holidays(country, (year - 1, year, year + 1, year + 2))) if country else frozenset()


def place_of(line: Line | None) -> Line | None:
    """Return the line whose court and clock count for a case: its own, else the first that is in use."""
    return line if line is not None else Line.objects.active().first()


def rules_for(line: Line | None, *, besides: Iterable[str] = ()) -> tuple[list[RuleHere], list[RuleHere]]:
    """Return the clinical rules, and the custody rules of the line's country (all of them where that is not known) and of
    the countries `besides`, in which somebody of the case is held.
    """
    countries = [line.country] if line is not None and line.country else []
    custody = [rule for country in countries for rule in custody_rules_of(country)] or list(CUSTODY)
    held = [rule for country in besides for rule in custody_rules_of(country) if rule not in custody]
    codes = [rule.code for rule in CLINICAL] + [rule.code for rule in (*custody, *held)]
    found = read_rules(codes)
    clinical = [here for here in found.values() if isinstance(here.rule, ClinicalRule)]
    return clinical, [here for here in found.values() if here.is_custody]
