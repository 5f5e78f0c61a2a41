"""The audit holds no content; it is kept long, and goes in the end all the same."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from helpline.core.audit import chain
from helpline.core.audit.models import Entry, Seal
from helpline.core.privacy.erasure import Eraser, Kind, Tally


def _old(before: datetime, _at: datetime) -> "QuerySet[Any]":
    """Entries past their time that have their link: without one, clearing out would look like deleting."""
    return Entry.objects.filter(Exists(Seal.objects.filter(entry=OuterRef("pk"), forgotten="")), at__lt=before)


def _forget(rows: Sequence[Any]) -> Tally:
    chain.forget(list(rows))
    return Counter()


class Audit(Eraser):
    name = "audit"
    kinds = (
        Kind(
            "audit",
            _("Who did what, by references"),
            _("the entry; its link in the chain stays"),
            2555,
            365,
            _old,
            _forget,
        ),
    )
