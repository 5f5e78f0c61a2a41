"""What was erased stays erased, also after an older copy of the database was put back.

A tombstone is a keyed hash of a reference: it says nothing without the index keys. They lie in the database and, because
a restored database has forgotten the newest, in a file of `VAR_DIR` that is copied away with the backups.
"""

import fcntl
import json
import os
import secrets
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction

from helpline.core.forgetting.models import Tombstone
from helpline.core.privacy.fields import all_indexes, newest_index

KINDS = ("case", "caller", "number")


def path_of_file() -> Path:
    path: Path = settings.VAR_DIR / "tombstones.jsonl"
    return path


def put(*, kind: str, refs: Iterable[str], at: datetime) -> None:
    """Set one for each reference, in the transaction that erases; the file follows once that is committed."""
    marks = [newest_index(f"tombstone {kind}", ref) for ref in refs]
    Tombstone.objects.bulk_create(
        [Tombstone(kind=kind, mark=mark, erased_at=at) for mark in marks], ignore_conflicts=True
    )
    transaction.on_commit(write_file, robust=True)


def stands_for(*, kind: str, ref: str) -> bool:
    """Say whether this reference was erased."""
    return Tombstone.objects.filter(kind=kind, mark__in=all_indexes(f"tombstone {kind}", ref)).exists()


def marks_of(kind: str) -> frozenset[str]:
    """Return all marks of a kind, for a walk through many references."""
    return frozenset(Tombstone.objects.filter(kind=kind).values_list("mark", flat=True))


def write_file() -> int:
    """Write all of them beside what the file has already, and return how many stand in it. The old file stays until then.

    One after the other on this machine: whoever has read less must not be the last to write.
    """
    path_of_file().parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with path_of_file().with_suffix(".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return _write_all()


def _write_all() -> int:
    rows = {row["mark"]: row for row in _read(path_of_file())}
    for row in Tombstone.objects.order_by("pk"):
        rows[row.mark] = {"kind": row.kind, "mark": row.mark, "erased_at": row.erased_at.isoformat()}
    path = path_of_file()
    fresh = path.with_suffix(f".{secrets.token_hex(8)}")  # two machines may share the folder
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows.values())
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    return len(rows)


def read_file(path: Path) -> int:
    """Take tombstones from a file into the database and return how many were new to it. Raises ValueError for another file."""
    rows = _read(path, strict=True)
    before = Tombstone.objects.count()
    Tombstone.objects.bulk_create(
        [
            Tombstone(kind=row["kind"], mark=row["mark"], erased_at=datetime.fromisoformat(row["erased_at"]))
            for row in rows
        ],
        ignore_conflicts=True,
    )
    return Tombstone.objects.count() - before


def _read(path: Path, *, strict: bool = False) -> list[dict[str, str]]:
    try:
        lines = path.read_text().splitlines()
    except FileNotFoundError:
        return []
    found = []
    for line in lines:
        try:
            row = json.loads(line)
            if row["kind"] not in KINDS or not isinstance(row["mark"], str):
                raise ValueError
            datetime.fromisoformat(row["erased_at"])
        except (ValueError, KeyError, TypeError):
            if strict:
                raise ValueError("this is not a file of tombstones, or it is damaged") from None
            continue
        found.append(row)
    return found
