"""The rules themselves, each with its source. Defaults: whoever knows the place (a lawyer, a nurse) confirms or changes them.

Figures are those of the texts named with each; the words are ours. A figure without a local confirmation is shown as
"not confirmed here yet". `tests/data/clinical_windows.csv` and `custody_limits.csv` say what follows from them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal

from helpline.core.opening import gettext_noop as _

ToMeans = Literal["deadline", "certain"]
Roll = Literal["none", "court_day"]
Group = Literal["care", "traces", "tests"]

GO_ANYWAY: Final = _(
    "Go anyway: whether it still helps is for the clinic to say, and other care does not depend on it."
)
STILL_ASK: Final = _("Ask anyway: the place decides what it can still find, and care does not depend on it.")
TEST_ANYWAY: Final = _("Later is not too late for a test: go when it suits.")


@dataclass(frozen=True)
class ClinicalRule:
    """A window in which something helps, or shows something. Lengths count from what happened.

    `limit` is the last moment that still counts, itself included. `lead`: so long before that end somebody should have
    acted. `best`: sooner than this is best. `outer`: from `limit` to here it helps less, and is still worth going for.
    `opens`: before this nothing is to be seen. `to_means` "certain": at `limit` a test has become certain, and nothing
    ends there.
    """

    code: str
    name: str
    limit: timedelta
    source: str
    lead: timedelta = timedelta(hours=24)
    after: str = GO_ANYWAY
    best: timedelta | None = None
    outer: timedelta | None = None
    opens: timedelta | None = None
    to_means: ToMeans = "deadline"
    note: str = ""
    group: Group = "care"


@dataclass(frozen=True)
class CustodyRule:
    """How long somebody may be held before a court sees them.

    `roll` "court_day": an end outside court hours, or on a day without court, moves to the end of the first court day
    after it. `court_hours` are the law's own, used where a line has none. `limit` is None where nobody has said it yet.
    """

    code: str
    country: str
    name: str
    limit: timedelta | None
    source: str
    roll: Roll = "none"
    excludes_journey: bool = False
    court_hours: Sequence[Mapping[str, object]] = ()
    note: str = ""


Rule = ClinicalRule | CustodyRule


def _hours(count: int) -> timedelta:
    return timedelta(hours=count)


def _days(count: int) -> timedelta:
    return timedelta(days=count)


_FORENSIC: Final = (
    "End Violence Against Women International; NOW Legal Defense Fund; Texas evidence collection protocol"
)
_CDC: Final = "CDC testing windows; Queensland Positive People"

CLINICAL: Final[tuple[ClinicalRule, ...]] = (
    ClinicalRule(
        "PEP_HIV",
        _("Medicine against HIV (PEP)"),
        _hours(72),
        "WHO/UNHCR clinical management of rape; Intersexions; Queensland Positive People",
        lead=_hours(48),
        best=_hours(2),
        note=_(
            "As soon as possible, best within two hours; taken for 28 days. No report to the police is needed for it."
        ),
    ),
    ClinicalRule(
        "EC_LNG",
        _("Emergency contraception: tablet (levonorgestrel)"),
        _hours(72),
        "WHO fact sheet, 9 November 2021",
        lead=_hours(48),
        outer=_hours(120),
        note=_("The sooner the better. After three days it is weaker, and may still help until the fifth."),
    ),
    ClinicalRule(
        "EC_UPA",
        _("Emergency contraception: tablet (ulipristal)"),
        _hours(120),
        "WHO fact sheet, 9 November 2021; PMC10518277",
        lead=_hours(72),
        note=_("The sooner the better."),
    ),
    ClinicalRule(
        "EC_CU_IUD",
        _("Emergency contraception: copper coil"),
        _hours(120),
        "WHO fact sheet, 9 November 2021; PMC10518277",
        lead=_hours(48),
        note=_("It has to be fitted by somebody trained: ask early who does it."),
    ),
    ClinicalRule(
        "FORENSIC_GENERAL",
        _("Traces kept as evidence, if they want that"),
        _hours(120),
        _FORENSIC,
        lead=_hours(96),
        outer=_hours(168),
        after=STILL_ASK,
        note=_("The old rule was 72 hours, and some places still keep to it. Traces can be kept without the police."),
        group="traces",
    ),
    ClinicalRule(
        "FORENSIC_ORAL",
        _("Traces: mouth"),
        _hours(48),
        _FORENSIC,
        lead=_hours(36),
        after=STILL_ASK,
        group="traces",
    ),
    ClinicalRule(
        "FORENSIC_ANAL",
        _("Traces: anal"),
        _hours(72),
        _FORENSIC,
        lead=_hours(48),
        after=STILL_ASK,
        group="traces",
    ),
    ClinicalRule(
        "FORENSIC_VAGINAL",
        _("Traces: vaginal"),
        _hours(168),
        _FORENSIC,
        lead=_hours(96),
        after=STILL_ASK,
        group="traces",
    ),
    ClinicalRule(
        "FORENSIC_SKIN",
        _("Traces: skin"),
        _hours(48),
        _FORENSIC,
        lead=_hours(36),
        after=STILL_ASK,
        group="traces",
    ),
    ClinicalRule(
        "DFSA_URINE",
        _("Drugs given without their knowledge: urine"),
        _hours(120),
        "NOW Legal Defense Fund",
        lead=_hours(96),
        after=STILL_ASK,
        note=_("The first urine after it shows most."),
        group="traces",
    ),
    ClinicalRule(
        "HIV_TEST_AGAB",
        _("HIV test in a laboratory (antigen and antibody)"),
        _days(45),
        _CDC,
        opens=_days(18),
        to_means="certain",
        after=TEST_ANYWAY,
        group="tests",
    ),
    ClinicalRule(
        "HIV_TEST_RAPID_AB",
        _("HIV test: rapid or self-test"),
        _days(90),
        _CDC,
        opens=_days(23),
        to_means="certain",
        after=TEST_ANYWAY,
        group="tests",
    ),
    ClinicalRule(
        "HIV_FOLLOWUP_1",
        _("First test after PEP, at 4 to 6 weeks"),
        _days(42),
        _CDC,
        lead=_days(7),
        opens=_days(28),
        after=TEST_ANYWAY,
        group="tests",
    ),
    ClinicalRule(
        "HIV_FOLLOWUP_FINAL",
        _("Last test after PEP, at 12 weeks"),
        _days(90),
        _CDC,
        lead=_days(3),
        opens=_days(84),
        after=TEST_ANYWAY,
        group="tests",
    ),
)

_NINE_TO_FOUR: Final = tuple({"day": day, "from": "09:00", "to": "16:00"} for day in range(5))

CUSTODY: Final[tuple[CustodyRule, ...]] = (
    CustodyRule(
        "ZA",
        "ZA",
        _("South Africa: before a court within 48 hours"),
        _hours(48),
        "Constitution s 35(1)(d); Criminal Procedure Act 51 of 1977 s 50(1)(c)–(d)",
        roll="court_day",
        court_hours=_NINE_TO_FOUR,
        note=_(
            "Where the 48 hours end outside court hours or on a day without court, the end of the first court day counts."
            " Illness is an exception."
        ),
    ),
    CustodyRule(
        "KE",
        "KE",
        _("Kenya: before a court within 24 hours"),
        _hours(24),
        "Constitution 2010 art 49(1)(f)",
        roll="court_day",
        note=_("Where the 24 hours end outside court hours or on a day without court: the end of the next court day."),
    ),
    CustodyRule(
        "IN",
        "IN",
        _("India: before a magistrate within 24 hours"),
        _hours(24),
        "BNSS 2023 s 58 (formerly CrPC s 57); Constitution art 22(2)",
        excludes_journey=True,
        note=_("The journey to the court does not count."),
    ),
    CustodyRule(
        "BD",
        "BD",
        _("Bangladesh: before a magistrate within 24 hours"),
        _hours(24),
        "CrPC 1898 s 61; Constitution art 33(2)",
        excludes_journey=True,
        note=_("The journey to the court does not count."),
    ),
    CustodyRule(
        "UG",
        "UG",
        _("Uganda: before a court within 48 hours"),
        _hours(48),
        "Constitution art 23(4)(b)",
        note=_("Weekends count."),
    ),
    CustodyRule(
        "NG",
        "NG",
        _("Nigeria: before a court within a day"),
        _hours(24),
        "Constitution s 35(4)–(5)",
        note=_("Where there is a court within 40 kilometres."),
    ),
    CustodyRule(
        "NG_FAR",
        "NG",
        _("Nigeria, no court within 40 kilometres: two days"),
        _hours(48),
        "Constitution s 35(4)–(5)",
        note=_("Or longer where a court finds that reasonable."),
    ),
    CustodyRule("GM", "GM", _("Gambia: before a court within 72 hours"), _hours(72), "Constitution s 19"),
    CustodyRule(
        "SG",
        "SG",
        _("Singapore: before a magistrate within 48 hours"),
        _hours(48),
        "Secondary source (lawguidesingapore)",
        note=_("Longer only with leave of a court."),
    ),
    CustodyRule(
        "UA",
        "UA",
        _("Ukraine: a served court decision within 72 hours, or release"),
        _hours(72),
        "Constitution art 29; Criminal Procedure Code",
        note=_(
            "In martial law an amendment allows longer: see the other rule. A legal aid centre names a lawyer within an hour"
            " of being told."
        ),
    ),
    CustodyRule(
        "UA_CELL",
        "UA",
        _("Ukraine: moved out of a police cell within 24 hours"),
        _hours(24),
        "Practice described by KHPG",
    ),
    CustodyRule(
        "UA_ADMIN", "UA", _("Ukraine: administrative detention, 3 hours"), _hours(3), "Code of administrative offences"
    ),
    CustodyRule(
        "UA_MARTIAL",
        "UA",
        _("Ukraine in martial law: up to 216 hours"),
        _hours(216),
        "Criminal Procedure Code as amended from 1 May 2022",
        note=_("Check with a lawyer that it is still in force, and that it covers this arrest."),
    ),
)

ALL: Final[tuple[Rule, ...]] = CLINICAL + CUSTODY
_BY_CODE: Final[Mapping[str, Rule]] = {rule.code: rule for rule in ALL}
_UNKNOWN: Final = _("Held: how long is lawful here, a lawyer has to say")


def find_rule(code: str) -> Rule | None:
    """Return the rule with this code. A country without one has a custody rule whose hours nobody has said yet."""
    rule = _BY_CODE.get(code)
    if rule is None and len(code) == 2 and code.isascii() and code.isalpha() and code.isupper():
        return CustodyRule(code, code, _UNKNOWN, None, "")
    return rule


def custody_rules_of(country: str) -> tuple[CustodyRule, ...]:
    """Return the custody rules of a country, its ordinary one first; for an unknown country one to be filled in."""
    found = tuple(rule for rule in CUSTODY if rule.country == country)
    if found:
        return found
    own = find_rule(country)
    return (own,) if isinstance(own, CustodyRule) else ()
