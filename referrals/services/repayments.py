"""What a caller agreed to pay back: without interest, with pauses, and it may be forgiven.

Nothing else reads it: no help waits for it, no machine asks for it, and nobody is told that something has not come. A test
holds to that by looking at who imports these models.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.models import Case
from cases.services.casework import lock
from helpline.core.audit import services as audit
from helpline.core.errors import Conflict, NotAllowed
from helpline.core.realtime import services as realtime
from helpline.core.staff.models import User
from referrals import money
from referrals.models import Payment, Repayment, RepaymentState

UNFINISHED = (RepaymentState.RUNNING, RepaymentState.PAUSED)


@dataclass(frozen=True)
class Plan:
    """A repayment as a page shows it: the row, how it stands, and what came in."""

    row: Repayment
    standing: money.Standing
    payments: Sequence[Payment]


def read_plans(case: Case, today: date) -> list[Plan]:
    """Return what was agreed on a case, the newest first, each with how it stands: two statements."""
    rows = list(Repayment.objects.filter(case=case).prefetch_related("payments"))
    plans = []
    for row in rows:
        payments = list(row.payments.all())
        paid = sum((payment.amount for payment in payments), Decimal(0))
        plans.append(Plan(row, _stand(row, paid, today), payments))
    return plans


def _stand(row: Repayment, paid: Decimal, today: date) -> money.Standing:
    return money.stand(
        amount=row.amount, instalment=row.instalment, starts_on=row.starts_on, every_days=row.every_days, paid=paid,
        paused_days=row.paused_days + _rested(row, today), today=today,
    )  # fmt: skip


def _rested(row: Repayment, today: date) -> int:
    """Return for how many days it rests by now: until the day that was named, if one was."""
    if row.paused_on is None:
        return 0
    until = min(today, row.paused_until) if row.paused_until is not None else today
    return max((until - row.paused_on).days, 0)


@transaction.atomic
def agree(
    *, case: Case, amount: Decimal, instalment: Decimal, currency: str, every_days: int, starts_on: date, by: User,
    at: datetime, key: str | None = None,
) -> Repayment:  # fmt: skip
    """Write down what a caller agreed to. The same `key` again is the same agreement.

    Raises NotAllowed for an instalment above the whole, and while another one is unfinished.
    """
    now = lock(case)
    if key and (known := Repayment.objects.filter(key=key, case=now).first()) is not None:
        return known
    if not Decimal(0) < instalment <= amount:
        raise NotAllowed(_("An instalment is more than nothing and not more than the whole."))
    if not 1 <= every_days <= 366:
        raise NotAllowed(_("Choose a rhythm between a day and a year."))
    if Repayment.objects.filter(case=now, state__in=UNFINISHED).exists():
        raise NotAllowed(_("One is running already: change that one, or forgive it."))
    row = Repayment.objects.create(
        key=key, case=now, amount=amount, instalment=instalment, currency=currency, every_days=every_days,
        starts_on=starts_on, agreed_at=at, agreed_by=by,
    )  # fmt: skip
    _note(row, "agreed", by, at)
    return row


@transaction.atomic
def record_payment(
    *, repayment: Repayment, amount: Decimal, on: date, by: User, at: datetime, key: str | None = None
) -> Payment:
    """Write down what came in; what is paid back in full is done. Raises NotAllowed for more than is left."""
    row = _lock(repayment)
    if key and (known := Payment.objects.filter(key=key, repayment=row).first()) is not None:
        return known
    if row.state not in UNFINISHED:
        raise Conflict(_("It is %(state)s already.") % {"state": row.get_state_display()})
    if on > timezone.localdate(at):
        raise NotAllowed(_("That day is still to come."))
    paid = row.payments.aggregate(paid=Sum("amount"))["paid"] or Decimal(0)
    if not Decimal(0) < amount <= row.amount - paid:
        left = money.say_amount(row.amount - paid, row.currency)
        raise NotAllowed(_("Not more than is left: %(left)s.") % {"left": left})
    payment = Payment.objects.create(key=key, repayment=row, amount=amount, on=on, by=by, at=at)
    if paid + amount == row.amount:
        row.state, row.ended_at, row.paused_on, row.paused_until = RepaymentState.DONE, at, None, None
        row.save()
    _note(row, "paid", by, at)
    return payment


@transaction.atomic
def pause(*, repayment: Repayment, until: date | None, why: str, by: User, at: datetime) -> Repayment:
    """Let it rest, until a day or until somebody goes on with it. Everything after moves; nothing grows."""
    row = _lock(repayment)
    if row.state != RepaymentState.RUNNING:
        raise Conflict(_("It is %(state)s already.") % {"state": row.get_state_display()})
    if until is not None and until <= timezone.localdate(at):
        raise NotAllowed(_("That day is over."))
    row.state, row.paused_on, row.paused_until, row.why = (
        RepaymentState.PAUSED,
        timezone.localdate(at),
        until,
        why or row.why,
    )
    row.save()
    _note(row, "paused", by, at)
    return row


@transaction.atomic
def resume(*, repayment: Repayment, by: User, at: datetime) -> Repayment:
    """Go on where it stood: the days in between do not count."""
    row = _lock(repayment)
    if row.state != RepaymentState.PAUSED or row.paused_on is None:
        raise Conflict(_("It is %(state)s already.") % {"state": row.get_state_display()})
    row.paused_days += _rested(row, timezone.localdate(at))
    row.state, row.paused_on, row.paused_until = RepaymentState.RUNNING, None, None
    row.save()
    _note(row, "resumed", by, at)
    return row


@transaction.atomic
def forgive(*, repayment: Repayment, why: str, by: User, at: datetime) -> Repayment:
    """Nothing more is owed. What came in stays written down."""
    row = _lock(repayment)
    if row.state not in UNFINISHED:
        raise Conflict(_("It is %(state)s already.") % {"state": row.get_state_display()})
    row.state, row.why, row.ended_at, row.paused_on, row.paused_until = (
        RepaymentState.FORGIVEN,
        why or row.why,
        at,
        None,
        None,
    )
    row.save()
    _note(row, "forgiven", by, at)
    return row


def _lock(repayment: Repayment) -> Repayment:
    lock(repayment.case)
    return Repayment.objects.select_for_update(of=("self",)).select_related("case").get(pk=repayment.pk)


def _note(row: Repayment, what: str, by: User, at: datetime) -> None:
    audit.record(by=by, verb=f"repayment.{what}", what="case", about=row.case.ref, at=at)
    realtime.publish("case", row.case.ref)
