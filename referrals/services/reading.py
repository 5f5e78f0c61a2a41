"""What pages show of who is asked for a case: who would be, who was, what happened, what happens next. Names of hidden
providers stay hidden."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.models import Case, Consent
from cases.services import consents
from helpline.core.staff.models import User
from referrals.models import (
    Area,
    Offer,
    OfferState,
    ProviderPerson,
    Referral,
    ReferralState,
    ReferralStep,
    TeamMember,
)
from referrals.services import candidates
from referrals.services.directory import say_name

SHOWN = 8
LEFT_OUT_SHOWN = 12

# What happened, as the page of a referral says it; {who} is whom an offer went to.
STEPS: dict[str, str | Promise] = {
    "asked": gettext_lazy("asked for"),
    "offered": gettext_lazy("asked {who}"),
    "accepted": gettext_lazy("{who} accepted"),
    "declined": gettext_lazy("{who} said no"),
    "silent": gettext_lazy("{who} did not answer in time"),
    "taken": gettext_lazy("{who} answered when somebody else had it"),
    "withdrawn": gettext_lazy("taken back"),
    "undelivered": gettext_lazy("{who} could not be reached"),
    "nobody": gettext_lazy("nobody is left to ask"),
    "late": gettext_lazy("the promised time passed; the coordinator was told"),
    "lost": gettext_lazy("{who} cannot after all"),
    "flagged": gettext_lazy("to be looked at: something was told of who has it"),
    "looked_at": gettext_lazy("somebody has looked at it"),
    "ask_again": gettext_lazy("asked for anew"),
    "reached": gettext_lazy("they are in touch"),
    "team_there": gettext_lazy("{who} is there"),
    "team_back": gettext_lazy("{who} is back, and well"),
    "team_cannot": gettext_lazy("{who} cannot go on"),
    "team_well": gettext_lazy("{who} is well"),
    "team_danger": gettext_lazy("{who} is in trouble; coordinators were told"),
    "team_missed": gettext_lazy("{who} did not answer; coordinators were told"),
    "team_unclear": gettext_lazy("{who} wrote something: read it in the story"),
    "team_released": gettext_lazy("{who}: they were let go"),
    "team_calmed": gettext_lazy("{who}: it is quiet now"),
    "team_taken_to_help": gettext_lazy("{who}: taken to a clinic or a safe place"),
    "team_still_held": gettext_lazy("{who}: still held, a lawyer is needed"),
    "team_not_found": gettext_lazy("{who}: nobody found there"),
    "team_not_wanted": gettext_lazy("{who}: they did not want it"),
    "ended": gettext_lazy("ended"),
}


@dataclass(frozen=True)
class Somebody:
    """One person who may be asked, or may not: who, and why in this place."""

    ref: str
    who: str
    title: str
    why: str
    not_for: str = ""


@dataclass(frozen=True)
class Preview:
    """Who would be asked, in order, and who would not. `more`: how many there are beyond those shown."""

    first: Sequence[Somebody]
    more: int
    left_out: Sequence[Somebody]


def preview(case: Case, *, need: str, area: Area | None, language: str, at: datetime, is_team: bool = False) -> Preview:
    """Return who would be asked now, with the reasons in words."""
    found = candidates.find(case, need=need, area=area, language=language, at=at, is_team=is_team, seed=case.ref)
    shown = found.matches[:SHOWN]
    out = [one for one in found.left_out if one.because not in {"no_such_need", "removed"}][:LEFT_OUT_SHOWN]
    names = _names([*(one.ref for one in shown), *(one.ref for one in out)], is_team=is_team)
    return Preview(
        first=[
            Somebody(
                one.ref, *names.get(one.ref, ("", "")), candidates.say(one.reasons, language=language), one.not_for
            )
            for one in shown
        ],
        more=len(found.matches) - len(shown),
        left_out=[Somebody(one.ref, *names.get(one.ref, ("", "")), candidates.say_why_not(one.because)) for one in out],
    )


def _names(refs: Iterable[str], *, is_team: bool) -> dict[str, tuple[str, str]]:
    if is_team:
        return {one.ref: (one.name, "") for one in TeamMember.objects.filter(ref__in=list(refs))}
    people = ProviderPerson.objects.filter(ref__in=list(refs)).select_related("provider")
    return {one.ref: say_person(one) for one in people}


def say_person(person: ProviderPerson) -> tuple[str, str]:
    """Return who somebody is and where, as a page may say it: of a hidden provider neither."""
    if person.provider.is_hidden:
        return _("Somebody there"), say_name(person.provider)
    return person.name or "", person.provider.name


def say_who(offer: Offer) -> str:
    """Say whom an offer went to, in a few words."""
    if offer.member is not None:
        return offer.member.name or ""
    if offer.person is None:
        return _("somebody")
    name, where = say_person(offer.person)
    return where if where.startswith(name) else f"{name} ({where})"


def read_open(case: Case) -> list[Referral]:
    """Return what is asked or followed on a case, the newest first, with their offers: two statements."""
    rows = Referral.objects.open().filter(case=case) | Referral.objects.filter(case=case, state=ReferralState.NOBODY)
    return list(rows.select_related("provider", "case").prefetch_related(_offers()).order_by("-asked_at", "-pk"))


def read_all(case: Case) -> list[Referral]:
    """Return everything that was ever asked on a case, the newest first."""
    rows = Referral.objects.filter(case=case).select_related("provider", "case")
    return list(rows.order_by("-asked_at", "-pk"))


def _offers() -> "Prefetch[str, QuerySet[Offer], str]":
    people = Offer.objects.select_related("person__provider", "member", "provider").order_by("place", "pk")
    return Prefetch("offers", people)


@dataclass(frozen=True)
class Told:
    """One line of what happened."""

    at: datetime
    words: str
    by: str


def read_steps(referral: Referral) -> list[Told]:
    """Return what happened in a referral, the first first: one statement."""
    rows = ReferralStep.objects.filter(referral=referral).select_related(
        "by", "offer__person__provider", "offer__member", "offer__provider"
    )
    return [Told(row.at, _say_step(row), str(row.by) if row.by is not None else "") for row in rows]


def _say_step(row: ReferralStep) -> str:
    words = str(STEPS.get(row.what, row.what.replace("_", " ")))
    who = say_who(row.offer) if row.offer is not None else ""
    said = words.format(who=who).strip()
    if row.what == "declined" and row.offer is not None and row.offer.declined_because:
        return f"{said}: {row.offer.get_declined_because_display()}"
    return said


@dataclass(frozen=True)
class Next:
    """What happens next in a referral, in a sentence, and until when it waits; `is_ours`: somebody here must act."""

    words: str
    until: datetime | None = None
    is_ours: bool = False


def say_next(referral: Referral, offers: Sequence[Offer]) -> Next:
    """Say what happens next, from the referral and its offers as they are."""
    asked = [one for one in offers if one.state == OfferState.OPEN]
    match referral.state:
        case ReferralState.ASKING if asked:
            ends = [one.answer_by for one in asked if one.answer_by is not None]
            who = ", ".join(say_who(one) for one in asked)
            if not ends:
                return Next(_("You ring %(who)s, and write down what they say.") % {"who": who}, is_ours=True)
            return Next(_("%(who)s has until then; after that the next is asked.") % {"who": who}, min(ends))
        case ReferralState.ASKING:
            return Next(_("The next is being asked."))
        case ReferralState.NOBODY:
            return Next(
                _("Nobody is left to ask. Ring somebody yourself, ask again, or tell the caller."), is_ours=True
            )
        case ReferralState.ACCEPTED:
            return Next(_("Put them in touch, and say here when they are."), is_ours=True)
        case ReferralState.REACHED:
            return Next(_("When it is over, say what became of it."))
    return Next("")


def may_share(case: Case, at: datetime) -> list[Consent]:
    """Return each yes to sharing that counts now: what a referral may rest on."""
    return [
        row
        for row in consents.read_standing(case, at)
        if row.purpose == "share" and row.answer == "given" and consents.holds(case, "share", row.receiver, at=at)
    ]


def read_waiting(user: User, at: datetime, *, limit: int = 12) -> list[Referral]:
    """Return what is being asked for in cases that this person may know of, the soonest promise first: one statement."""
    visible = Case.objects.visible_to(user)
    rows = Referral.objects.filter(Q(state=ReferralState.ASKING) | Q(state=ReferralState.NOBODY), case__in=visible)
    return list(rows.select_related("case").order_by("promised_by", "asked_at", "pk")[:limit])
