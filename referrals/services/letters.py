"""What people who were asked are texted, worked out when it leaves: to which number, in what words, and whether it still may.

Nothing of a caller stands in any of these: a question names what is needed, an area, a language, and by when; the answer
to an answer names its code. Questions to our own team name the area alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.models import NeedKind
from helpline.core import clock
from helpline.core.audit import services as audit
from helpline.core.outbox.models import Route
from referrals.models import Matter, Offer, OfferState, ProviderPerson, ReferralState, TeamMember
from referrals.services import links, offers, reports_back
from referrals.services.telling import what_may_be_told
from referrals.services.tongues import name_of

LOOKS_AGAIN_AFTER = timedelta(seconds=3)
LONGEST_PLACE = 28  # characters of the name of an area: with more the question would not fit into one text

WHAT: Final[Mapping[str, str | Promise]] = {
    NeedKind.LEGAL: gettext_lazy("A lawyer is needed"),
    NeedKind.IMMIGRATION: gettext_lazy("A lawyer is needed"),
    NeedKind.POLICE_LIAISON: gettext_lazy("A lawyer is needed"),
    NeedKind.SHELTER: gettext_lazy("A place to stay is needed"),
}
# Short, so that the whole fits into one text.
MATTERS: Final[Mapping[str, str | Promise]] = {
    Matter.ARREST: gettext_lazy("arrest"), Matter.COURT: gettext_lazy("court"), Matter.VIOLENCE: gettext_lazy("violence"),
    Matter.EXTORTION: gettext_lazy("extortion"), Matter.HEALTH: gettext_lazy("health"), Matter.SHELTER: "",
    Matter.PAPERS: gettext_lazy("papers"), Matter.FAMILY: gettext_lazy("family"), Matter.WORK: gettext_lazy("money, housing"),
    Matter.THERE_NOW: "", Matter.OTHER: "",
}  # fmt: skip


class NoLetter(Exception):
    """It must not leave. `because` is a word of ours, `sentence` for staff; neither names anybody."""

    def __init__(self, because: str, sentence: str) -> None:
        super().__init__(because)
        self.because = because
        self.sentence = sentence


class Later(NoLetter):
    """Somebody is deciding about it in this very moment: it is looked at again at `at`."""

    def __init__(self, at: datetime) -> None:
        super().__init__("offer_busy", _("Somebody is just deciding about this."))
        self.at = at


@dataclass(frozen=True)
class Addressed:
    """A text that may leave: the number, what its template needs, the languages of whoever reads it. Prints nothing."""

    number: str
    words: Mapping[str, str]
    languages: tuple[str, ...]
    until: datetime | None = None

    def __repr__(self) -> str:
        return "<addressed>"


def address(*, route: str, to_ref: str, template: str, offer_ref: str, at: datetime) -> Addressed:
    """Resolve one text to somebody who was asked, inside the claim that sends it. A question gets its one-time link here.

    Raises NoLetter where nobody is there, there is no number, or what it asks is not asked any more; Later where that is
    being decided just now. Whoever decides holds the offer and then wants the message; we have the message and must not
    wait for the offer, or each would wait for the other.
    """
    whom = _find(route, to_ref)
    offer = Offer.objects.select_related("referral__case__line", "referral__area", "provider", "person", "member").filter(
        ref=offer_ref
    ).first()  # fmt: skip
    if whom is None or offer is None or to_ref not in {_ref(offer.person), _ref(offer.member)}:
        raise NoLetter("offer_over", _("This person is not asked any more."))
    if not whom.number:
        raise NoLetter("no_provider_number", _("There is no number at which this person can be asked."))
    if template == offers.ASK:
        if not Offer.objects.select_for_update(skip_locked=True).filter(pk=offer.pk).exists():
            raise Later(at + LOOKS_AGAIN_AFTER)
        _check_is_still_asked(offer, at)
    words = _words_of(template, offer, at)
    languages = tuple(whom.languages or (offer.provider.languages if offer.provider is not None else ()))
    return Addressed(str(whom.number), words, languages, until=offer.answer_by if template == offers.ASK else None)


def stop_texts(*, route: str, to_ref: str, at: datetime) -> None:
    """Whoever was asked stopped texts at the gateway: from now on they are asked in another way, or not at all."""
    if route != Route.PROVIDER:
        return
    person = ProviderPerson.objects.filter(ref=to_ref, by_text=True).first()
    if person is not None:
        person.by_text = False
        person.save(update_fields=["by_text"])
        audit.record(by=None, verb="provider.opted_out", what="provider", about=person.provider.ref, at=at)


def say_what(offer: Offer) -> str:
    """Say what is needed in one sentence: "A lawyer is needed: arrest, Woodstock, isiZulu."; the team: "Can you go to …?"."""
    details = say_details(offer)
    if offer.referral.is_team:
        return _("Can you go to %(area)s now?") % {"area": details} if details else _("Can you go somewhere now?")
    what = str(WHAT.get(offer.referral.need) or _("You are asked for"))
    return f"{what}: {details}." if details else f"{what}."


def say_details(offer: Offer) -> str:
    """Say what somebody who is asked may know before they accept: "arrest, Woodstock, isiZulu". The team: the area alone."""
    referral = offer.referral
    area = _shorten(referral.area.name) if referral.area is not None else ""
    if referral.is_team:
        return area
    language = name_of(referral.language) if referral.language else ""
    return ", ".join(part for part in (str(MATTERS.get(referral.matter, "")), area, language) if part)


def say_until(offer: Offer) -> str:
    """Say by when an answer is wanted, on the clock of the line: "02:40"; blank where no time was given."""
    if offer.answer_by is None:
        return ""
    line = offer.referral.case.line
    zone = clock.find_zone(line.time_zone if line is not None else settings.TIME_ZONE)
    return f"{offer.answer_by.astimezone(zone):%H:%M}"


def _check_is_still_asked(offer: Offer, at: datetime) -> None:
    is_over = offer.answer_by is not None and offer.answer_by <= at
    is_asked = offer.state == OfferState.OPEN and offer.referral.state == ReferralState.ASKING
    if is_over or not is_asked or offers.is_refused_at_all(offer.referral, at) or offers.why_not_any_more(offer, at):
        raise NoLetter("offer_over", _("This is not asked any more."))
    if offer.person is not None and not offer.person.by_text:
        raise NoLetter("no_provider_number", _("This person does not want texts."))


def _words_of(template: str, offer: Offer, at: datetime) -> dict[str, str]:
    if template == offers.ASK:
        return _words(offer, at)
    if template == reports_back.HOW:
        path = reports_back.make_link(offer, at=at)
        if not path:
            raise NoLetter("offer_over", _("This is not asked any more."))
        return {"code": offer.code, "link": f"{settings.PUBLIC_URL}{path}"}
    return _words_after(offer, at)


def _words(offer: Offer, at: datetime) -> dict[str, str]:
    path, _token = links.make(offer)
    return {
        "what": say_what(offer), "code": offer.code, "until": say_until(offer), "link": f"{settings.PUBLIC_URL}{path}",
    }  # fmt: skip


def _words_after(offer: Offer, at: datetime) -> dict[str, str]:
    return {"code": offer.code, "more": "yes" if what_may_be_told(offer, at=at) else ""}


def _find(route: str, ref: str) -> ProviderPerson | TeamMember | None:
    if route == Route.MEMBER:
        return TeamMember.objects.filter(ref=ref, ended_at=None).first()
    return ProviderPerson.objects.select_related("provider").filter(ref=ref, left_at=None).first()


def _ref(whom: ProviderPerson | TeamMember | None) -> str:
    return whom.ref if whom is not None else ""


def _shorten(name: str) -> str:
    return name if len(name) <= LONGEST_PLACE else name[: LONGEST_PLACE - 1].rstrip(" ,-") + "."
