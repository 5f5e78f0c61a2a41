"""How long each kind of record is kept: the coordinator's decision, or a safe default."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from helpline.core.audit import services as audit
from helpline.core.errors import NotAllowed
from helpline.core.forgetting.models import RetentionRule
from helpline.core.privacy.erasure import Kind, all_kinds
from helpline.core.staff.models import User

LONGEST_DAYS = 36_500  # a hundred years: whoever wants for ever has not decided


@dataclass(frozen=True)
class Rule:
    """A kind with the days that hold for it, and who decided that (nobody: the default)."""

    kind: Kind
    days: int
    decided: RetentionRule | None


def read_rules() -> list[Rule]:
    """Return every kind with what holds for it."""
    decided = {row.kind: row for row in RetentionRule.objects.select_related("decided_by")}
    return [
        Rule(kind, decided[kind.code].days if kind.code in decided else kind.days, decided.get(kind.code))
        for kind in all_kinds()
    ]


@transaction.atomic
def decide(*, days: Mapping[str, int], by: User, at: datetime) -> list[str]:
    """Keep other times for some kinds and return which ones changed. Raises NotAllowed, naming the kind, where one is
    shorter than people need the record, or longer than a hundred years.
    """
    changed = []
    for rule in read_rules():
        wanted = days.get(rule.kind.code, rule.days)
        if wanted == rule.days:
            continue
        if not rule.kind.least <= wanted <= LONGEST_DAYS:
            words = _("%(kind)s: at least %(least)d days.")
            raise NotAllowed(words % {"kind": rule.kind.words, "least": rule.kind.least})
        RetentionRule.objects.update_or_create(
            kind=rule.kind.code, defaults={"days": wanted, "decided_by": by, "decided_at": at}
        )
        audit.record(
            by=by, verb="retention.decided", what="retention", about=rule.kind.code[:32], at=at, before=rule.days,
            after=wanted,
        )  # fmt: skip
        changed.append(rule.kind.code)
    return changed
