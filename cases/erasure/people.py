"""A caller: names, numbers, cards, other ways, and the person herself."""

from django.utils.translation import gettext_lazy as _

from cases.erasure.told import CARD
from helpline.core.privacy.erasure import Holding, Told

PEOPLE = (
    Holding(
        "cases.SpokenName", _("Your names, and where they may be said"), caller="caller", when="said_at",
        tells=(
            Told(_("Kind"), "kind"), Told(_("Name"), "name"), Told(_("Pronouns"), "pronouns"),
            Told(_("Where it may be said"), "say_in"), Told(_("Told us"), "said_at"),
        ),
    ),
    Holding(
        "cases.NumberChange", _("Numbers that you left"), caller="caller", related=("old",), when="at",
        tells=(Told(_("Number"), "old.number"), Told(_("Why"), "because"), Told(_("When"), "at")),
    ),
    Holding(
        "cases.CallerMerge", _("When we found that two people were you"), caller="kept", when="at",
        tells=(Told(_("When"), "at"), Told(_("Undone"), "undone_at")),
    ),
    Holding("cases.SafeContact", _("What is safe on which number"), caller="caller", number="number",
            tells=(Told(_("Number"), "number.number"), *CARD), related=("number",)),
    Holding(
        "cases.ContactRoute", _("Other ways to reach you"), caller="caller",
        tells=(
            Told(_("Kind"), "kind"), Told(_("How you call them"), "name"), Told(_("Number"), "number"),
            Told(_("Place"), "place"), Told(_("What they may know"), "may_know"), Told(_("No longer used"), "ended_at"),
            *CARD,
        ),
    ),
    Holding("cases.Number", _("Numbers"), number="pk",
            tells=(Told(_("Number"), "number"), Told(_("First used"), "created_at"), Told(_("Texts stopped"), "opted_out_at"))),
    Holding(
        "cases.Caller", _("Who you are to us"), caller="pk", when="created_at",
        tells=(
            Told(_("Code name"), "code_name"), Told(_("Pronouns"), "pronouns"), Told(_("Language"), "language"),
            Told(_("Known since"), "created_at"),
            Told(_("Code word"), lambda row: "•••" if row.code_word else None),
        ),
    ),
)  # fmt: skip
