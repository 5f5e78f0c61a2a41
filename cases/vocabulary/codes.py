"""The codes of an incident: what was done, by whom, in what setting. A coordinator may read this file aloud.

Compiled in our own words. Sources of the facts: the three types of violence and the contexts in which it happens, from
chapter 2 of the Sex Worker Implementation Tool (WHO, UNFPA, UNAIDS, NSWP, World Bank 2013) and NSWP's guide to combatting
violence (2017); the economic tag from surveys in which robbery and pay that was kept back are what clients do most often.

Sex work itself is no act here, and no code says so by another name. An incident keeps the `VERSION` under which it was
coded: a code is never renamed or used for something else. One that is no longer entered moves to `RETIRED` with its
words and its last version; what was coded with it is shown as it was, and nobody can choose it anew.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from helpline.core.opening import gettext_noop as _

VERSION: Final = "2026.1"


class Type(StrEnum):
    """The published axis: three types of violence."""

    PHYSICAL = "physical"
    SEXUAL = "sexual"
    EMOTIONAL = "emotional_psychological"


TYPES: Final[Mapping[Type, str]] = {
    Type.PHYSICAL: _("To the body"),
    Type.SEXUAL: _("Sexual"),
    Type.EMOTIONAL: _("Emotional, or of rights and freedom"),
}


class Flag(StrEnum):
    """What an act sets in motion: a clinical window, a limit of custody, a doctor now."""

    PEP_CLOCK = "pep_clock"
    CUSTODY_CLOCK = "custody_clock"
    URGENT_MEDICAL = "urgent_medical"


@dataclass(frozen=True)
class Act:
    """Something that was done to a person. `note` is for whoever codes it. `is_economic`: it took or kept back money."""

    code: str
    type: Type
    words: str
    flags: frozenset[Flag] = field(default=frozenset())
    is_economic: bool = False
    note: str = ""


@dataclass(frozen=True)
class Code:
    """Who did it, or where it was, with the group under which it is offered."""

    code: str
    group: str
    words: str


def _listed(*acts: Act) -> Mapping[str, Act]:
    return {act.code: act for act in acts}


_PEP = frozenset({Flag.PEP_CLOCK})
_CUSTODY = frozenset({Flag.CUSTODY_CLOCK})

ACTS: Final = _listed(
    Act("PHY_BEAT", Type.PHYSICAL, _("Beaten, kicked or slapped")),
    Act("PHY_WEAPON", Type.PHYSICAL, _("Attacked with a weapon")),
    Act(
        "PHY_CHOKE", Type.PHYSICAL, _("Choked or strangled"), frozenset({Flag.URGENT_MEDICAL}),
        note=_("Harm can show days later: a doctor today, also without marks."),
    ),
    Act("PHY_ROBBED", Type.PHYSICAL, _("Robbed"), is_economic=True),
    Act("PHY_KILLED", Type.PHYSICAL, _("Killed")),
    Act("PHY_THREAT", Type.PHYSICAL, _("Threatened with being hurt")),
    Act("SEX_RAPE", Type.SEXUAL, _("Raped"), _PEP, note=_("Any penetration that they did not agree to.")),
    Act("SEX_GANG", Type.SEXUAL, _("Raped by several people"), _PEP),
    Act("SEX_COERCED", Type.SEXUAL, _("Forced or pressed into a sexual act"), _PEP),
    Act(
        "SEX_CONDOM", Type.SEXUAL, _("Condom taken off or refused against their will"), _PEP,
        note=_("The law differs from country to country: ask them, do not conclude."),
    ),
    Act("SEX_ATTEMPT", Type.SEXUAL, _("Attempted rape, or touched against their will")),
    Act("SEX_UNPAID", Type.SEXUAL, _("Made to work without pay, or pay kept back by force"), is_economic=True),
    Act("EMO_EXTORT", Type.EMOTIONAL, _("Money, favours or information extorted"), is_economic=True),
    Act("EMO_THREAT", Type.EMOTIONAL, _("Threatened, also with telling others")),
    Act("EMO_HUMIL", Type.EMOTIONAL, _("Humiliated or insulted")),
    Act("EMO_DETAIN", Type.EMOTIONAL, _("Arrested or detained without cause"), _CUSTODY),
    Act("EMO_CONFINE", Type.EMOTIONAL, _("Locked in or kept from others, a raid or a “rescue” included"), _CUSTODY),
    Act("EMO_DENIAL", Type.EMOTIONAL, _("Refused a right or a service")),
    Act("EMO_ONLINE", Type.EMOTIONAL, _("Harassed or exposed online")),
)  # fmt: skip

GROUPS: Final[Mapping[str, str]] = {
    "interpersonal": _("People they know or meet"),
    "workplace": _("At work"),
    "power_holder": _("People with power over them"),
    "service": _("Services"),
    "state": _("The state"),
    "non_state_organised": _("Organised groups"),
    "public": _("The public"),
    "self_directed": _("Themselves"),
    "unknown": _("Not known"),
    "work": _("Where they work"),
    "home": _("At home"),
    "services": _("Services"),
    "held": _("In custody or before a court"),
    "elsewhere": _("Elsewhere"),
}


def _coded(*codes: Code) -> Mapping[str, Code]:
    return {code.code: code for code in codes}


PERPETRATORS: Final = _coded(
    Code("CLIENT", "interpersonal", _("a client")),
    Code("PARTNER", "interpersonal", _("a partner")),
    Code("FAMILY", "interpersonal", _("family")),
    Code("ACQUAINTANCE", "interpersonal", _("somebody they know")),
    Code("STRANGER", "interpersonal", _("a stranger")),
    Code("MANAGER", "workplace", _("a manager")),
    Code("CO_WORKER", "workplace", _("a colleague")),
    Code("VENUE_STAFF", "workplace", _("staff of the place")),
    Code("LANDLORD", "power_holder", _("a landlord")),
    Code("NGO_EMPLOYER", "power_holder", _("somebody of an organisation, or an employer")),
    Code("HEALTH_WORKER", "service", _("a health worker")),
    Code("SOCIAL_SERVICE", "service", _("a social service")),
    Code("POLICE", "state", _("police")),
    Code("MILITARY", "state", _("soldiers")),
    Code("BORDER_GUARD", "state", _("border guards")),
    Code("PRISON_GUARD", "state", _("prison guards")),
    Code("MUNICIPAL", "state", _("municipal officers")),
    Code("EXTORTION_GROUP", "non_state_organised", _("people who extort money")),
    Code("MILITIA", "non_state_organised", _("a militia")),
    Code("RELIGIOUS_EXTREMIST", "non_state_organised", _("religious extremists")),
    Code("RESCUE_GROUP", "non_state_organised", _("a “rescue” group")),
    Code("PUBLIC_VIGILANTE", "public", _("neighbours or a crowd")),
    Code("SELF", "self_directed", _("themselves")),
    Code("UNKNOWN", "unknown", _("they do not know who")),
    Code("DECLINED", "unknown", _("they chose not to say")),
)
STATE_POWER: Final = frozenset(code.code for code in PERPETRATORS.values() if code.group == "state")

SETTINGS: Final = _coded(
    Code("WORKPLACE_BROTHEL", "work", _("a brothel or work flat")),
    Code("WORKPLACE_BAR_HOTEL", "work", _("a bar or hotel")),
    Code("STREET_OUTDOOR", "work", _("the street, outdoors")),
    Code("VEHICLE", "work", _("a vehicle")),
    Code("CLIENT_HOME", "work", _("a client’s home")),
    Code("ONLINE", "work", _("online")),
    Code("OWN_HOME", "home", _("their own home")),
    Code("HEALTH_SERVICE", "services", _("a health service")),
    Code("SOCIAL_SERVICE", "services", _("a social service")),
    Code("POLICE_STATION", "held", _("a police station")),
    Code("DETENTION_PRISON", "held", _("detention or prison")),
    Code("COURT", "held", _("a court")),
    Code("BORDER_TRANSIT", "elsewhere", _("a border, or on the way")),
    Code("PUBLIC_SPACE", "elsewhere", _("a public place")),
    Code("OTHER", "elsewhere", _("somewhere else")),
    Code("UNKNOWN", "unknown", _("they do not know where")),
)

# What people with state power did, in the detail that a complaint or a meeting with a station needs.
DEEDS: Final[Mapping[str, str]] = {
    "STOPPED": _("stopped or followed them"),
    "RAIDED": _("raided the place"),
    "ARRESTED": _("arrested them"),
    "TOOK_MONEY": _("took or demanded money"),
    "DEMANDED_SEX": _("demanded sex"),
    "TOOK_CONDOMS": _("took condoms, or used them as evidence"),
    "TOOK_PHONE": _("took or searched a phone"),
    "TOOK_PAPERS": _("took papers or medicine"),
    "STRIPPED": _("stripped or searched the body"),
    "FORCED_TEST": _("forced a medical test"),
    "FORCED_STATEMENT": _("forced a statement or a signature"),
    "REFUSED_LAWYER": _("refused a lawyer or a call"),
    "REFUSED_DOCTOR": _("refused a doctor or medicine"),
    "REFUSED_REPORT": _("refused to take a report"),
    "SHOWED_PUBLIC": _("showed them to the press or in public"),
    "NO_BADGE": _("hid name or badge"),
    "OTHER_DEED": _("something else"),
}

# Codes of older versions: the words as they were, and the last version that had them. Shown, never offered.
RETIRED: Final[Mapping[str, tuple[str, str]]] = {}


def say(code: str) -> str:
    """Return the words of an act, a perpetrator or a deed, in English, to be translated; the bare code where it is none."""
    for listed in (ACTS, PERPETRATORS):
        if code in listed:
            return str(listed[code].words)
    if code in DEEDS:
        return DEEDS[code]
    return say_setting(code)


def say_setting(code: str) -> str:
    """Return the words of a setting; "unknown" is a setting and a perpetrator, each with words of its own."""
    if code in SETTINGS:
        return SETTINGS[code].words
    return RETIRED[code][0] if code in RETIRED else code


def is_current(code: str) -> bool:
    """Say whether a code can be entered today."""
    return any(code in listed for listed in (ACTS, PERPETRATORS, SETTINGS, DEEDS))


def flags_of(acts: Iterable[str]) -> frozenset[Flag]:
    """Return what these acts set in motion; codes that are not on the list set nothing."""
    return frozenset(flag for code in acts if code in ACTS for flag in ACTS[code].flags)


def in_groups(listed: Mapping[str, Code]) -> list[tuple[str, list[Code]]]:
    """Return the codes of a list under the words of their groups, in the order of the list."""
    groups: dict[str, list[Code]] = {}
    for code in listed.values():
        groups.setdefault(code.group, []).append(code)
    return [(GROUPS[group], codes) for group, codes in groups.items()]
