"""Incidents with everything that hangs on them."""

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cases.erasure.told import ABOUT_ANOTHER, is_about_her
from cases.vocabulary.codes import say, say_setting
from helpline.core.privacy.erasure import Holding, Told


def _of_incident(model: str, words: Any, *tells: Told) -> Holding:
    """A table of what belongs to an incident: hers where the incident is."""
    return Holding(
        model, words, case="incident__case", related=("incident__case",), because=ABOUT_ANOTHER, tells=tells,
        is_hers=lambda row, subject: is_about_her(row.incident, subject),
    )  # fmt: skip


INCIDENTS = (
    _of_incident("cases.Act", _("What was done to you"), Told(_("What"), lambda row: gettext(say(row.code)))),
    _of_incident(
        "cases.Perpetrator", _("Who did it"),
        Told(_("Who"), lambda row: gettext(say(row.code))), Told(_("How many"), "how_many"),
        Told(_("What is known of them"), "known"), Told(_("Vehicle"), "vehicle"), Told(_("Plate"), "plate"),
        Told(_("Station"), "station"), Told(_("Unit"), "unit"), Told(_("Badge"), "badge"), Told(_("Money"), "amount"),
        Told(_("What they did"), lambda row: ", ".join(gettext(say(code)) for code in row.deeds)),
    ),
    Holding(
        "cases.Detention", _("When you were held"), case="case", related=("case",), is_hers=is_about_her,
        because=ABOUT_ANOTHER,
        tells=(
            Told(_("Since, at the earliest"), "since_earliest"), Told(_("Since, at the latest"), "since_latest"),
            Told(_("Out since"), "released_at"), Told(_("Where"), "station"), Told(_("Country"), "country"),
            Told(_("What you were told"), "ground"),
        ),
    ),
    _of_incident(
        "cases.Consultation", _("That a colleague was asked"), Told(_("When"), "asked_at"), Told(_("In a few words"), "words")
    ),
    _of_incident("cases.AdvocacyText", _("A text for advocacy, which nobody was sent"), Told(_("Text"), "body")),
    _of_incident("cases.ReportKind", _("The type for a report"), Told(_("Type"), "kind")),
    Holding("cases.IncidentDraft", _("Words that were begun"), case="case", related=("case",), is_hers=is_about_her,
            because=ABOUT_ANOTHER, tells=(Told(_("Words"), "body"),)),
    Holding(
        "cases.Incident", _("What happened to you"), case="case", related=("case",), is_hers=is_about_her,
        because=ABOUT_ANOTHER, when="recorded_at", code="told_by",
        tells=(
            Told(_("Written down"), "recorded_at"), Told(_("Your words"), "narrative"),
            Told(_("At the earliest"), "earliest_at"), Told(_("At the latest"), "latest_at"),
            Told(_("Part of the day"), "part_of_day"), Told(_("Area"), "district"), Told(_("Place"), "place"),
            Told(_("Kind of place"), lambda row: ", ".join(gettext(say_setting(code)) for code in row.settings)),
            Told(_("Who told us"), "told_by"), Told(_("Under 18"), "is_minor"), Told(_("Made to work"), "is_unwilling"),
            Told(_("Told elsewhere"), "told_elsewhere"), Told(_("We may speak with the station"), "may_ask_station"),
        ),
    ),
)  # fmt: skip
