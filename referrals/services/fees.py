"""What lawyers are paid: grants with a ceiling, rates for stages, fees that a second person approves."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Q, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from helpline.core.audit import services as audit
from helpline.core.errors import Conflict, NotAllowed
from helpline.core.staff.models import User
from referrals import money
from referrals.models import Fee, FeeRate, FeeState, Grant, Provider, Referral

COUNTED = (FeeState.ENTERED, FeeState.APPROVED, FeeState.PAID)  # what has left a grant, or will


def spent_of(grants: Iterable[Grant]) -> dict[int, Decimal]:
    """Return what each of these grants has spent or promised, by its key: one statement."""
    keys = [grant.pk for grant in grants]
    rows = Fee.objects.filter(grant__in=keys, state__in=COUNTED).values_list("grant").annotate(Sum("amount"))
    return {key: Decimal(0) for key in keys} | dict(rows.order_by())


@transaction.atomic
def keep_grant(
    *, name: str, ceiling: Decimal, currency: str, starts_on: date, ends_on: date | None, by: User, at: datetime,
    grant: Grant | None = None,
) -> Grant:  # fmt: skip
    """Add a grant, or change one. Raises NotAllowed where the ceiling would lie below what was promised already."""
    if ends_on is not None and ends_on < starts_on:
        raise NotAllowed(_("It ends before it begins."))
    row = Grant(added_at=at) if grant is None else Grant.objects.select_for_update().get(pk=grant.pk)
    if row.pk is not None:
        spent = spent_of([row])[row.pk]
        if ceiling < spent:
            raise NotAllowed(
                _("More than that was promised already: %(spent)s.") % {"spent": money.say_amount(spent, row.currency)}
            )
        if currency != row.currency and spent:
            raise NotAllowed(_("Something was paid from it already: the currency stays."))
    row.name, row.ceiling, row.currency, row.starts_on, row.ends_on = name, ceiling, currency, starts_on, ends_on
    row.save()
    audit.record(by=by, verb="grant.kept", what="grant", about=row.ref, at=at)
    return row


@transaction.atomic
def set_rate(
    *, provider: Provider, stage: str, amount: Decimal, currency: str, from_day: date, by: User, at: datetime
) -> FeeRate:
    """Say what a provider gets for a stage from a day on. The same day again changes it; earlier fees stay as they were."""
    row, _made = FeeRate.objects.update_or_create(
        provider=provider, stage=stage, from_day=from_day, defaults={"amount": amount, "currency": currency}
    )
    audit.record(by=by, verb="rate.set", what="provider", about=provider.ref, at=at, stage=stage)
    return row


def rate_on(provider: Provider, stage: str, day: date) -> FeeRate | None:
    """Return what was agreed for a stage on that day; None where nothing was."""
    return FeeRate.objects.filter(provider=provider, stage=stage, from_day__lte=day).order_by("-from_day").first()


@transaction.atomic
def enter_fee(
    *, provider: Provider, grant: Grant, stage: str, done_on: date, by: User, at: datetime, amount: Decimal | None = None,
    referral: Referral | None = None, key: str | None = None,
) -> Fee:  # fmt: skip
    """Write down a stage that was done; the agreed rate where no amount is named. The same `key` again is the same fee.

    Raises NotAllowed where the grant does not run on that day, is in another currency than the rate, or would be
    overspent: two people who enter the last of a grant at once wait for each other.
    """
    if key and (known := Fee.objects.filter(key=key).first()) is not None:
        return known
    fund = Grant.objects.select_for_update().get(pk=grant.pk)
    rate = rate_on(provider, stage, done_on)
    if amount is None:
        if rate is None:
            raise NotAllowed(_("Nothing was agreed for this stage on that day: write the amount."))
        amount = rate.amount
        if rate.currency != fund.currency:
            raise NotAllowed(_("The rate is in another currency than the grant: write the amount."))
    if done_on > timezone.localdate(at):
        raise NotAllowed(_("That day is still to come."))
    if done_on < fund.starts_on or (fund.ends_on is not None and done_on > fund.ends_on):
        raise NotAllowed(_("The grant does not run on that day."))
    spent = spent_of([fund])[fund.pk]
    if not money.fits(fund.ceiling, spent, amount):
        left = money.say_amount(money.room_left(fund.ceiling, spent), fund.currency)
        raise NotAllowed(_("The grant holds only %(left)s.") % {"left": left})
    fee = Fee.objects.create(
        key=key, provider=provider, referral=referral, grant=fund, stage=stage, done_on=done_on, amount=amount,
        currency=fund.currency, entered_by=by, entered_at=at,
    )  # fmt: skip
    audit.record(by=by, verb="fee.entered", what="fee", about=fee.ref, at=at, stage=stage)
    return fee


def _lock(fee: Fee) -> Fee:
    return Fee.objects.select_for_update(of=("self",)).select_related("provider", "grant").get(pk=fee.pk)


@transaction.atomic
def approve_fee(*, fee: Fee, by: User, at: datetime) -> Fee:
    """A second person says that it is right. Raises NotAllowed for the one who entered it, Conflict where it is too late."""
    row = _lock(fee)
    if row.state == FeeState.APPROVED:
        return row
    if row.state != FeeState.ENTERED:
        raise Conflict(_("It is %(state)s already.") % {"state": row.get_state_display()})
    if row.entered_by_id == by.pk:
        raise NotAllowed(_("Whoever entered it does not approve it: ask somebody else."))
    row.state, row.approved_by, row.approved_at = FeeState.APPROVED, by, at
    row.save()
    audit.record(by=by, verb="fee.approved", what="fee", about=row.ref, at=at)
    return row


@transaction.atomic
def pay_fee(*, fee: Fee, on: date, by: User, at: datetime) -> Fee:
    """Note the day on which it was paid. Raises NotAllowed where nobody has approved it."""
    row = _lock(fee)
    if row.state == FeeState.PAID:
        return row
    if row.state != FeeState.APPROVED:
        raise NotAllowed(_("It has to be approved first."))
    if on > timezone.localdate(at) or on < row.done_on:
        raise NotAllowed(_("It cannot have been paid on that day."))
    row.state, row.paid_on = FeeState.PAID, on
    row.save()
    audit.record(by=by, verb="fee.paid", what="fee", about=row.ref, at=at)
    return row


@transaction.atomic
def cancel_fee(*, fee: Fee, by: User, at: datetime) -> Fee:
    """Take a fee back that is not paid: its money is in the grant again."""
    row = _lock(fee)
    if row.state == FeeState.CANCELED:
        return row
    if row.state == FeeState.PAID:
        raise Conflict(_("It is paid already."))
    row.state = FeeState.CANCELED
    row.save()
    audit.record(by=by, verb="fee.canceled", what="fee", about=row.ref, at=at)
    return row


def running_on(day: date) -> "list[Grant]":
    """Return the grants that run on a day, the one that ends first at the top."""
    open_end = Q(ends_on=None) | Q(ends_on__gte=day)
    return list(Grant.objects.filter(open_end, starts_on__lte=day).order_by("ends_on", "pk"))
