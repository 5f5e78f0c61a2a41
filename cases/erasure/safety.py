"""Check-ins and the safety plan."""

from django.utils.translation import gettext_lazy as _

from helpline.core.privacy.erasure import Holding, Told

SAFETY = (
    Holding("cases.CheckInStep", _("What was done where you were not heard from"), case="check_in__case", caller="check_in__caller"),
    Holding("cases.CheckInContact", _("Your people, for a check-in"), case="check_in__case", caller="check_in__caller"),
    Holding(
        "cases.CheckIn", _("Check-ins"), case="case", caller="caller", when="set_at", code="state",
        tells=(
            Told(_("By when"), "due_at"), Told(_("Agreed"), "set_at"), Told(_("How it ended"), "state"),
            Told(_("Where you were"), "where"), Told(_("The police"), "police_yes"),
            Told(_("Word for safe"), lambda row: "•••" if row.safe_word else None),
            Told(_("Word for danger"), lambda row: "•••" if row.danger_word else None),
        ),
    ),
    Holding(
        "cases.SafetyPlan", _("Your safety plan"), caller="caller",
        tells=(
            Told(_("Signs of danger"), "warning_signs"), Told(_("Safer places"), "safer_places"),
            Told(_("People"), "people"), Told(_("To take along"), "to_take"),
            Told(_("Papers and money"), "papers_money"), Told(_("Phone"), "phone"), Told(_("Children"), "children"),
            Told(_("What we do"), "we_do"), Told(_("What we do not do"), "we_do_not"),
            Told(_("Gone through"), "reviewed_at"),
        ),
    ),
)  # fmt: skip
