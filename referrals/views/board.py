"""How the network goes, for its keepers: what waits, where help is missing, how fast it comes and how it was."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.dateformat import format as format_date
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from cases.models import NeedKind
from helpline.core import clock
from helpline.core.http.pages import says_why, worker
from referrals.access import check_keeps_network
from referrals.services import network_board, network_figures, network_gaps
from referrals.services.drawing import draw
from referrals.services.network_figures import FEWEST, Figures
from referrals.services.network_gaps import HOURS, Gaps, Hour
from referrals.services.tongues import name_of

_HOUR_WORDS = {
    "": _("at any hour"), "day": _("by day"), "night": _("at night"), "weekend": _("at the weekend"),
}  # fmt: skip
_RATED_WORDS = {
    "reached": _("were reached"), "respectful": _("were respectful"), "safe": _("felt safe"),
    "cost_as_told": _("cost what was said"),
}  # fmt: skip
_SHORT = {
    "legal": _("legal"), "health": _("medical"), "pep_ec": _("PEP, EC"), "psychosocial": _("counselling"),
    "shelter": _("shelter"), "police_liaison": _("police liaison"), "livelihood": _("money, work"),
    "harm_reduction": _("harm reduction"), "immigration": _("papers"),
}  # fmt: skip


@require_GET
@says_why
def board(request: HttpRequest) -> HttpResponse:
    """Show it. The language and the hour of the table stand in the address: they say nothing of anybody."""
    user, at = worker(request), clock.now()
    check_keeps_network(user, at)
    hour: Hour = next((one for one in HOURS if one == request.GET.get("hour")), "")
    language = request.GET.get("language", "")
    gaps = network_gaps.read_gaps(at=at, language=language, hour=hour)
    language = language if language in gaps.languages else ""
    figures = network_figures.read_figures(at=at)
    page = {
        "due": network_board.read_due(at=at), "suspended": network_board.read_suspended(),
        "reports": network_board.read_reports(), "talk": network_board.read_to_talk_to(at=at), "now": at,
        **_show_gaps(gaps, language, hour), **_show_figures(figures),
    }  # fmt: skip
    return render(request, "referrals/board/board.html", page)


def _show_gaps(gaps: Gaps, language: str, hour: Hour) -> dict[str, Any]:
    spoken = [(code, name_of(code) if code else str(_("any language"))) for code in gaps.languages]
    grid = [
        {
            "language": code,
            "words": words,
            "cells": [{"hour": one, "missing": gaps.missing[code][one], "is_chosen": (code, one) == (language, hour)} for one in HOURS],
        }
        for code, words in spoken
    ]  # fmt: skip
    return {
        "gaps": gaps, "grid": grid, "hours": [_HOUR_WORDS[one] for one in HOURS],
        "kinds": [(kind, _SHORT.get(kind, NeedKind(kind).label)) for kind in gaps.kinds],
        "language_words": dict(spoken)[language], "hour_words": _HOUR_WORDS[hour],
        "empty": gaps.missing[language][hour],
    }  # fmt: skip


def _show_figures(figures: Figures) -> dict[str, Any]:
    labels = [format_date(first, "M") for first in figures.months]
    by_month = figures.by_month
    unmet = [sum(counts[n] for counts in figures.unmet.values()) for n in range(len(labels))]
    return {
        "months": list(zip([format_date(first, "M Y") for first in figures.months], by_month, strict=True)),
        "month_names": [format_date(first, "M Y") for first in figures.months],
        "by_need": [(NeedKind(need).label, one) for need, one in figures.by_need.items() if need in NeedKind.values],
        "minutes_chart": draw(labels, [one.median for one in by_month], [one.p90 for one in by_month]),
        "share_chart": draw(labels, [one.share for one in by_month], most=100, unit="%"),
        "unmet_chart": draw(labels, unmet),
        "unmet": [(NeedKind(kind).label, counts, sum(counts)) for kind, counts in figures.unmet.items()],
        "ratings": [
            {"words": _RATED_WORDS[name], "rating": one, "is_shown": one.of >= FEWEST}
            for name, one in figures.ratings.items()
        ],
        "fewest": FEWEST,
    }
