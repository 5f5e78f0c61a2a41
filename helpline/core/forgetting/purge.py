"""Clear out what is past its time, in small batches. Each batch is one transaction with its count: killed at any moment,
the next run goes on where this one stood, and nothing is counted twice.
"""

import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import models, transaction
from django.db.models import F

from helpline.core.alarms import services as alarms
from helpline.core.audit import services as audit
from helpline.core.forgetting.models import Forgotten, PurgeRun
from helpline.core.forgetting.retention import Rule, read_rules
from helpline.core.postgresql.away import is_away, is_busy
from helpline.core.privacy.erasure import Tally
from helpline.core.staff.models import Role

BATCH = 50  # rows; a whole case may hang on one of them
log = logging.getLogger(__name__)


def count_due(*, at: datetime) -> dict[str, int]:
    """Return how many rows of each kind would go now. Changes nothing."""
    return {rule.kind.code: rule.kind.due(at - timedelta(days=rule.days), at).count() for rule in read_rules()}


def purge(
    *,
    at: datetime,
    resume: bool = False,
    seconds: float | None = None,
    after_batch: Callable[[PurgeRun], None] = lambda _run: None,
) -> PurgeRun:
    """Remove what is due and return the run with its counts. `resume` goes on with one that was interrupted.

    With `seconds` it stops after that long, unfinished. `after_batch` is told of each batch, for a progress line.
    """
    ends_at = time.monotonic() + seconds if seconds is not None else None
    run = PurgeRun.objects.filter(finished_at=None).first() if resume else None
    run = run or PurgeRun.objects.create(started_at=at)
    for rule in read_rules():
        if rule.kind.code in run.done_kinds:
            continue
        last: int | None = 0
        while last is not None:
            if ends_at is not None and time.monotonic() > ends_at:
                return run
            last = _take_batch(run, rule, last, at)
            after_batch(run)
    with transaction.atomic():
        run.finished_at = at
        run.save(update_fields=["finished_at"])
        PurgeRun.objects.filter(finished_at=None, started_at__lte=run.started_at).update(finished_at=at)
        if any(run.stuck.values()):
            _tell_stuck(run, at)
        audit.record(by=None, verb="purge.finished", what="purge", about=run.ref, at=at, counts=run.counts)
    return run


def _take_batch(run: PurgeRun, rule: Rule, last: int, at: datetime) -> int | None:
    """Remove one batch behind the key `last`; return the key it came to, None where the kind is through."""
    code = rule.kind.code
    with transaction.atomic():
        now = PurgeRun.objects.select_for_update().get(pk=run.pk)  # two purges of one run come one after the other
        due = rule.kind.due(at - timedelta(days=rule.days), at).filter(pk__gt=last).order_by("pk")
        rows = list(due[:BATCH])
        if rows:
            gone, stuck, busy = _forget(rule, rows)
            add_up(gone)
            now.counts[code] = now.counts.get(code, 0) + len(rows) - stuck - busy
            if stuck:
                now.stuck[code] = now.stuck.get(code, 0) + stuck
        else:
            now.done_kinds = [*now.done_kinds, code]
        now.save(update_fields=["counts", "stuck", "done_kinds"])
    run.counts, run.stuck, run.done_kinds = now.counts, now.stuck, now.done_kinds
    return rows[-1].pk if rows else None


def _tell_stuck(run: PurgeRun, at: datetime) -> None:
    """What stays though its time is over is a promise that we break: whoever looks after the machine must see to it.

    Said again each week for as long as it is so.
    """
    alarms.raise_alarm(
        kind="purge_stuck", key=f"purge-stuck-{at:%G-%V}", about=run.ref, at=at, to=(Role.ADMINISTRATOR,)
    )


def _forget(rule: Rule, rows: list[models.Model]) -> tuple[Tally, int, int]:
    """Forget rows together; where something still holds one of them, one by one, so that the others go all the same.

    Returns what is still counted, how many could not go, and how many somebody only worked at: the next run takes those.
    """
    try:
        with transaction.atomic():
            return rule.kind.forget(rows), 0, 0
    except Exception as held:
        if is_away(held):
            raise  # the database is away: so is every other row
        log.exception("%s are forgotten one by one: %s", rule.kind.code, type(held).__name__)
    gone: Tally = Tally()
    stuck = busy = 0
    for row in rows:
        try:
            with transaction.atomic():
                gone += rule.kind.forget([row])
        except Exception as held:
            if is_away(held):
                raise
            busy += is_busy(held)
            stuck += not is_busy(held)
            log.exception("one %s could not be forgotten: %s", rule.kind.code, type(held).__name__)
    return gone, stuck, busy


def add_up(gone: Tally) -> None:
    """Add to what is still counted, in the transaction that removes it."""
    for (month, what, code), number in sorted(gone.items()):
        row, _is_new = Forgotten.objects.get_or_create(month=month, what=what, code=code)
        Forgotten.objects.filter(pk=row.pk).update(number=F("number") + number)
