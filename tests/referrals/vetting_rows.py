"""Providers on their way to being trusted: what a test does not name is ordinary."""

from datetime import timedelta

from referrals.checklist import NUMBERS
from referrals.models import Provider, Referral
from referrals.services import vetting
from tests.factories import NIGHT


def make_provider(name="Ayanda Law", *, state="proposed", kind="lawyer", at=NIGHT, **changes):
    return Provider.objects.create(
        kind=kind, name=name, vetting=state, vetting_since=at, created_at=at, changed_at=at, **changes
    )


def begin_well(provider, by, *, at=NIGHT, points=NUMBERS, signed=True, tested=True):
    """Begin, and find everything as one would wish."""
    vetting.begin(provider=provider, by=by, at=at)
    for point in points:
        vetting.score(provider=provider, point=point, score=2, evidence="seen", by=by, at=at)
    if signed:
        vetting.sign(provider=provider, on=vetting.today(at), by=by, at=at)
    if tested:
        vetting.record_test(
            provider=provider, how="call", tested_at=at - timedelta(hours=3), by=by, at=at, words="",
            answers={"reached": True, "respectful": True, "moralised": False, "would_send_a_friend": True},
        )  # fmt: skip


def make_accepted(case, provider, by, *, state="accepted", person=None, at=NIGHT, **changes):
    """A referral that this provider has."""
    return Referral.objects.create(
        case=case, need="legal", asked_at=at, asked_by=by, state=state, provider=provider, person=person,
        accepted_at=at, reached_at=at if state == "reached" else None, **changes,
    )  # fmt: skip
