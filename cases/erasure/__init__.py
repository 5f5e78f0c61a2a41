"""What is held of callers and cases, and how it goes. What it means for people stands in the words of each table."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.erasure.incidents import INCIDENTS
from cases.erasure.kinds import KINDS
from cases.erasure.people import PEOPLE
from cases.erasure.safety import SAFETY
from cases.erasure.story import STORY
from cases.erasure.subjects import erase, forget_cases, subject_of_cases, subject_of_person, with_stand_ins
from cases.erasure.told import ABOUT_ANOTHER, is_about_her
from cases.models import Case, CaseState, HandOver, Number, SearchWord
from helpline.core.privacy.erasure import Eraser, Holding, Subject

__all__ = [
    "ABOUT_ANOTHER",
    "Cases",
    "erase",
    "forget_cases",
    "is_about_her",
    "subject_of_cases",
    "subject_of_person",
    "with_stand_ins",
]


class Cases(Eraser):
    name = "cases"
    holds = _("Names, numbers, what is safe, the story of each case, and what was promised.")
    removes = _("All of it: names, numbers, cards, notes, summaries, promises, and the case itself.")
    keeps = _("How many cases there were in a month. Who opened, changed and erased a case, by its reference alone.")
    holdings = (*SAFETY, *INCIDENTS, *STORY, *PEOPLE)  # in the order in which they are emptied
    kinds = KINDS

    def let_go(self, subject: Subject) -> None:
        """Take her out of what stays: cases about others, cases of her phone that nobody confirmed as hers."""
        kept = Case.objects.exclude(pk__in=list(subject.cases))
        kept.filter(joined_into__in=list(subject.cases)).update(joined_into=None, state=CaseState.OPEN)
        kept.filter(number__in=list(subject.numbers)).update(number=None)
        SearchWord.objects.filter(source__in=list(subject.callers.values())).delete()  # her name, wherever it stands
        for caller, stand_in in subject.stand_ins.items():
            kept.filter(caller=caller, possibly_known=True).update(caller=stand_in)
            Number.objects.filter(caller=caller).exclude(pk__in=list(subject.numbers)).update(caller=stand_in)
        kept.filter(caller__in=list(subject.callers)).update(caller=None, number=None, possibly_known=False)

    def remove(self, holding: Holding, rows: "models.QuerySet[Any]") -> None:
        if holding.model in {"cases.HandOver", "cases.ShiftHandOver"}:
            # The note of a hand-over speaks of all its cases at once, so it goes; the offer stays for the others.
            for row in rows:
                row.note = None
                row.save(update_fields=["note"])
            return
        if holding.model == "cases.Case":
            rows.update(joined_into=None)
            HandOver.cases.through.objects.filter(case__in=rows).delete()
        super().remove(holding, rows)
