"""What the network holds of callers: whom they were sent to, who heard what, how it was for them, and what they pay back."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.erasure import ABOUT_ANOTHER, is_about_her
from helpline.core.privacy.erasure import Eraser, Holding, Kind, Subject, Tally, Told
from referrals.models import DirectoryImport, Feedback, ProviderReport


def _old_imports(before: datetime, _at: datetime) -> "models.QuerySet[Any]":
    return DirectoryImport.objects.filter(at__lt=before)


def _delete(rows: Sequence[Any]) -> Tally:
    type(rows[0])._default_manager.filter(pk__in=[row.pk for row in rows]).delete()
    return Counter()


def _of_referral(row: Any, subject: Subject) -> bool:
    return is_about_her(row.referral, subject)


class Referrals(Eraser):
    name = "referrals"
    holds = _(
        "Whom you were sent to, what they were told, appointments, how it was, court cases, and what you pay back."
    )
    removes = _("All of it. What you told of a provider stays with that provider, without you.")
    keeps = _("How many were sent on in a month, to what, and what became of it. What lawyers were paid.")
    holdings = (
        Holding("referrals.Code", _("Codes by which somebody could answer"), case="offer__referral__case"),
        Holding(
            "referrals.Going", _("People of ours who went to you"), case="referral__case", related=("referral__case",),
            is_hers=_of_referral, because=ABOUT_ANOTHER, when="left_at", code="outcome",
            tells=(Told(_("Left"), "left_at"), Told(_("Arrived"), "arrived_at"), Told(_("What became of it"), "outcome"),
                   Told(_("More"), "words")),
        ),
        Holding("referrals.ReferralStep", _("What happened when somebody was asked for you"), case="referral__case"),
        Holding(
            "referrals.Offer", _("Who was asked for you"), case="referral__case",
            related=("referral__case", "provider"), is_hers=_of_referral, because=ABOUT_ANOTHER,
            when="offered_at", code="state",
            tells=(Told(_("Asked"), "offered_at"), Told(_("Who"), "provider.name"), Told(_("Answer"), "state")),
        ),
        Holding(
            "referrals.Appointment", _("Appointments"), case="referral__case", related=("referral__case",),
            is_hers=_of_referral, because=ABOUT_ANOTHER,
            tells=(Told(_("When"), "at"), Told(_("Where"), "where"), Told(_("What became of it"), "state")),
        ),
        Holding(
            "referrals.ReportBack", _("What a provider told us"), case="referral__case", related=("referral__case",),
            is_hers=_of_referral, because=ABOUT_ANOTHER,
            tells=(Told(_("Asked"), "asked_at"), Told(_("Answered"), "answered_at"), Told(_("Words"), "words")),
        ),
        Holding(
            "referrals.ProceedingStep", _("Steps of a complaint or a court case"), case="proceeding__case",
            related=("proceeding__case",), because=ABOUT_ANOTHER,
            is_hers=lambda row, subject: is_about_her(row.proceeding, subject),
            tells=(Told(_("Day"), "on"), Told(_("Words"), "words")),
        ),
        Holding(
            "referrals.Proceeding", _("Complaints and court cases"), case="case", related=("case",), is_hers=is_about_her,
            because=ABOUT_ANOTHER, when="added_at", code="kind",
            tells=(Told(_("What"), "kind"), Told(_("Where"), "body"), Told(_("Their number"), "number"),
                   Told(_("How it stands"), "state"), Told(_("Filed"), "filed_on"), Told(_("Decided"), "decided_on"),
                   Told(_("Decision"), "decision_words"), Told(_("Damages"), "damages"), Told(_("Paid"), "damages_paid"),
                   Told(_("Currency"), "currency")),
        ),
        Holding("referrals.Payment", _("What you paid back"), case="repayment__case",
                tells=(Told(_("Day"), "on"), Told(_("Amount"), "amount"))),
        Holding(
            "referrals.Repayment", _("What you agreed to pay back"), case="case",
            tells=(Told(_("Amount"), "amount"), Told(_("Each time"), "instalment"), Told(_("Currency"), "currency"),
                   Told(_("How it stands"), "state"), Told(_("Agreed"), "agreed_at")),
        ),
        Holding("referrals.Conflict", _("Why somebody must not be asked in your case"), case="case"),
        Holding(
            "referrals.Referral", _("Help that was asked for you"), case="case", related=("case", "provider"),
            is_hers=is_about_her, because=ABOUT_ANOTHER, when="asked_at", code="need",
            tells=(Told(_("What"), "need"), Told(_("Asked"), "asked_at"), Told(_("Who accepted"), "provider.name"),
                   Told(_("What they may be told"), "may_be_told"), Told(_("How it stands"), "state"),
                   Told(_("What became of it"), "outcome"), Told(_("More"), "outcome_words")),
        ),
    )  # fmt: skip
    kinds = (
        Kind(
            "directory_import",
            _("Files from which the directory was filled"),
            _("the file"),
            1,
            1,
            _old_imports,
            _delete,
        ),
    )

    def let_go(self, subject: Subject) -> None:
        """What was told of a provider stays with the provider, and no longer leads to a case: its words go."""
        told = ProviderReport.objects.filter(case__in=list(subject.cases))
        for row in told:
            row.words, row.case = None, None
            row.save(update_fields=["words", "case"])
        for one in Feedback.objects.filter(referral__case__in=list(subject.cases)):
            one.words, one.referral = None, None
            one.save(update_fields=["words", "referral"])
