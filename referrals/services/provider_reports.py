"""Something bad is told of a provider. One breach suspends at once, two bad reports until somebody has looked.

A provider is never told from whom it came: nothing of a report leaves, and its words are read by the keepers of the network
alone. Whoever recorded a report does not judge it.
"""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from cases.models import Case
from helpline.core.alarms import services as alarms
from helpline.core.audit import services as audit
from helpline.core.errors import Conflict, NotAllowed
from helpline.core.realtime import services as realtime
from helpline.core.staff.models import User
from referrals import checklist
from referrals.models import Provider, ProviderReport, ReportKind, ReportState, VettingState
from referrals.services.vetting import hold, put, today

_OUTCOMES = (ReportState.UPHELD, ReportState.SETTLED, ReportState.NOT_SO)


@transaction.atomic
def report(
    *, provider: Provider, kind: str, words: str, by: User | None, at: datetime, case: Case | None = None,
    key: str | None = None,
) -> ProviderReport:  # fmt: skip
    """Keep what was told, and do what follows from it at once. The same `key` is one report.

    Raises NotAllowed for a kind that there is not, or where somebody on staff says nothing of what happened.
    """
    if kind not in ReportKind.values:
        raise NotAllowed(_("Say what happened: a breach, bad treatment, or other people there."))
    if by is not None and not words.strip():
        raise NotAllowed(_("Say in a sentence what was told. The provider never sees it."))
    row = hold(provider)
    if key and (there := ProviderReport.objects.filter(key=key).first()) is not None:
        return there
    made = ProviderReport.objects.create(
        provider=row, case=case, kind=kind, words=words.strip() or None, told_at=at, recorded_by=by, key=key or None
    )
    # Which case it came from is not written into the audit: whoever reads a provider's entries need not be let into the case.
    audit.record(by=by, verb="provider.reported", what="provider", about=row.ref, at=at, report=made.ref, kind=kind)
    if kind == ReportKind.CHANGE:
        _renew_now(row, at)
    elif row.vetting not in {VettingState.SUSPENDED, VettingState.REMOVED} and (why := _why_suspended(row, at)):
        put(row, "suspend", by=by if why == "breach" else None, at=at, why=why)
    else:
        # It waits on the board until the morning: what cannot wait suspended them above, and that is texted.
        alarms.raise_alarm(kind="provider_report", key=f"provider-report-{made.ref}", at=at, text=False)
    realtime.publish("provider", row.ref)
    return made


def _why_suspended(row: Provider, at: datetime) -> str:
    told = [
        checklist.Report(one.kind, one.state, today(one.told_at), str(one.case_id or ""))
        for one in ProviderReport.objects.filter(provider=row)
    ]
    return checklist.ends_trust(told, today(at))


def _renew_now(row: Provider, at: datetime) -> None:
    """Attitudes change with the people: what was found out does not count any longer, and has to be found out anew."""
    on = today(at)
    if row.vetting in {VettingState.APPROVED, VettingState.PROBATION} and (row.renew_by is None or row.renew_by > on):
        row.renew_by, row.renewal_told, row.changed_at = on, 0, at
        row.version += 1
        row.save(update_fields=["renew_by", "renewal_told", "changed_at", "version"])


@transaction.atomic
def look(*, report: ProviderReport, state: str, answer: str, by: User, at: datetime) -> ProviderReport:
    """Say what was found: it is so, it is settled, or it is not so. What follows for the provider is a step of its own.

    Raises NotAllowed for whoever recorded it, without words, and Conflict where somebody has looked since.
    """
    hold(report.provider)
    row = ProviderReport.objects.select_for_update(of=("self",)).select_related("provider").get(pk=report.pk)
    if row.recorded_by_id == by.pk:
        raise NotAllowed(_("Somebody else looks at it: you wrote it down."))
    if state not in _OUTCOMES or not answer.strip():
        raise NotAllowed(_("Say what was found, and how you found it out."))
    if row.state != ReportState.OPEN:
        raise Conflict(_("Somebody has looked at it already."))
    row.state, row.answer, row.looked_by, row.looked_at = ReportState(state), answer.strip(), by, at
    row.save()
    audit.record(
        by=by,
        verb="provider.report_looked_at",
        what="provider",
        about=row.provider.ref,
        at=at,
        report=row.ref,
        state=state,
    )
    realtime.publish("provider", row.provider.ref)
    return row
