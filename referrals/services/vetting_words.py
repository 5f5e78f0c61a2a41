"""What is asked in vetting, and why somebody is trusted or not, in words for people."""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from referrals.checklist import POINTS
from referrals.lifecycle import VettingVerb

# Each point: what it is, what to ask, and what a full score looks like.
_POINTS: Final[dict[str, tuple[str | Promise, str | Promise]]] = {
    "no_judgement": (
        _("They judge nobody"),
        _("Sex workers, trans people, migrants, people who use drugs. Who was trained, by whom, when? What did a peer hear?"),
    ),
    "confidential": (
        _("They keep it to themselves"),
        _("A written rule. Nothing to police or immigration without the person’s own yes. Who sees the files?"),
    ),
    "no_condition": (
        _("No condition"),
        _("Help does not depend on leaving the work, on prayer, on a course, or on telling on somebody."),
    ),
    "no_police": (
        _("No police, no papers"),
        _("No officer sits there or is called, no identity document is demanded; or they say openly when it is."),
    ),
    "hours": (_("Hours, and a number at night"), _("When is somebody there? Ring the number for after hours, at that hour.")),
    "cost": (_("What it costs"), _("Free, by income, by case, or paid back later. What is never asked for in advance?")),
    "languages": (_("Languages"), _("Spoken by whoever answers, or an interpreter who keeps it to themselves.")),
    "place": (_("The place"), _("Can it be reached at night, entered unseen, by somebody in a wheelchair?")),
    "scope": (_("What they do, and do not"), _("Which matters they take, which they do not, how many at once.")),
    "promise": (_("How fast they answer"), _("A lawyer for an arrest: within 30 minutes. What do they promise, and to whom?")),
    "contact": (_("A named person and a deputy"), _("Who has agreed to be asked by us, and who when they are away?")),
    "conflict": (
        _("Conflicts of interest"),
        _("Do they work for the prosecution? Is there police in the family? Whom can they not act against?"),
    ),
    "complaints": (_("Where to complain"), _("To whom can a caller complain, and what happens then?")),
    "licence": (_("Licence"), _("The number of the practice or licence, and until when it holds.")),
    "agreement": (_("Agreement"), _("What we expect of each other stands on paper and is signed.")),
}  # fmt: skip


def point_words(number: int) -> tuple[str, str]:
    """Return the name of a point and what to look for."""
    name, ask = _POINTS[POINTS[number - 1]]
    return str(name), str(ask)


SCORE_WORDS: Final = ((0, _("no")), (1, _("partly")), (2, _("yes")))

# Why somebody is in the state they are in, by the word that is kept with it. Nothing of what was told.
WHY: Final[dict[str, str | Promise]] = {
    "talked": _("we talked with them"),
    "peer": _("a peer was there"),
    "all_known": _("everything was looked at"),
    "on_trial": _("to be tried before everything is known"),
    "breach": _("somebody's trust was broken there"),
    "two_reports": _("two callers were treated badly"),
    "overdue": _("the vetting is overdue"),
    "looked_into": _("it was looked into"),
    "staff_change": _("the people there have changed"),
    "asked_to": _("they asked for it"),
    "worry": _("something worries us"),
    "gone": _("they are no longer there"),
    "not_for_us": _("they are not for sex workers"),
    "anew": _("from the beginning"),
}

VERBS: Final[dict[VettingVerb, str | Promise]] = {
    "interview": _("The talk was held"),
    "peer_test": _("A peer has tested them"),
    "approve": _("Approve"),
    "put_on_probation": _("On probation"),
    "suspend": _("Suspend now"),
    "lift": _("Trust again, on probation"),
    "remove": _("Remove from the network"),
    "propose_again": _("Vet from the beginning"),
}

# Which reasons a person may give for a step; the first is offered first.
WHY_FOR: Final[dict[VettingVerb, tuple[str, ...]]] = {
    "interview": ("talked",),
    "peer_test": ("peer",),
    "approve": ("all_known",),
    "put_on_probation": ("on_trial", "worry", "staff_change", "overdue", "asked_to"),
    "suspend": ("worry", "breach", "two_reports", "staff_change", "asked_to"),
    "lift": ("looked_into",),
    "remove": ("not_for_us", "breach", "gone", "asked_to", "looked_into"),
    "propose_again": ("anew", "staff_change", "asked_to"),
}

MISSING: Final[dict[str, str | Promise]] = {
    "begun": _("Begin the vetting first."),
    "vital_unscored": _("The first four points have to be looked at."),
    "unscored": _("All fifteen points have to be looked at."),
    "vital_zero": _("One of the first four points is at 0: nobody is sent there."),
    "peer_test": _("A peer has to reach them and be treated with respect."),
    "peer_test_bad": _("The last peer who reached them was treated badly."),
    "agreement": _("The agreement has to be signed."),
    "second_person": _("Somebody who did not give all the scores has to do it."),
    "open_reports": _("What was told of them has to be looked at first."),
    "breach_upheld": _("A breach was found to be so: remove them, or vet them from the beginning."),
}


def say_why(code: str) -> str:
    """Say why in words; blank where nothing is known."""
    return str(WHY.get(code, ""))
