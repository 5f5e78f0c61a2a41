"""A chain of keyed hashes over the audit: who changes, deletes or slips in a row with the database's password is named.

Entries are written where things happen, also while a caller waits, so nothing is hashed there. A sweep links what is new,
in the order of the keys, and writes down the end of the chain outside the database: rows cut off at the end are seen by it.
What this cannot tell: a row that somebody with the database's password slips in with the present time, before the sweep.
"""

import hashlib
import hmac
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import IntegrityError, models, transaction

from helpline.core.audit.models import Entry, Seal

BATCH = 1000
SWEPT_WITHIN = timedelta(minutes=10)  # an entry that old has its link, where the worker lives
LATEST = timedelta(hours=24)  # longer than any request was kept on disk while the database was away


@dataclass(frozen=True)
class Finding:
    """One thing that is not as it was sealed: changed, deleted, inserted, broken (a link itself), cut (at the end)."""

    kind: str
    position: int
    words: str


def digest_of(entry: Entry) -> str:
    """Return the hash of everything that an entry says."""
    said = [
        entry.pk, entry.ref, entry.at.astimezone(UTC).isoformat(), entry.who_id, entry.verb, entry.what, entry.about,
        entry.detail,
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(said, sort_keys=True, ensure_ascii=True).encode()).hexdigest()


def _key(name: str) -> bytes | None:
    """Return the key of the chain, made from an index key: never the same bytes that numbers are indexed with."""
    key = settings.INDEX_KEYS.find(name)
    return hmac.new(key, b"helpline.core.audit.chain", hashlib.sha256).digest() if key is not None else None


def _hash(key: bytes, *parts: object) -> str:
    return hmac.new(key, "|".join(map(str, parts)).encode(), hashlib.sha256).hexdigest()


def _mac(key: bytes, before: str, seal: Seal) -> str:
    at = seal.sealed_at.astimezone(UTC).isoformat()
    return _hash(key, seal.position, before, seal.entry, seal.digest, at)


def seal_new(*, at: datetime) -> int:
    """Link every entry that has none yet, and return how many that were. Two of these at once link each entry once."""
    number = 0
    while linked := _seal_batch(at):
        number += linked
    if number:
        write_head()
    return number


def _seal_batch(at: datetime) -> int:
    name, _raw = settings.INDEX_KEYS.newest
    key = _key(name)
    assert key is not None
    try:
        with transaction.atomic():
            last = Seal.objects.select_for_update().order_by("-position").first()
            linked = Seal.objects.filter(entry=models.OuterRef("pk"))
            new = list(Entry.objects.exclude(models.Exists(linked)).order_by("pk")[:BATCH])
            position, before = (last.position, last.mac) if last else (0, "")
            seals = []
            for entry in new:
                position += 1
                seal = Seal(position=position, entry=entry.pk, digest=digest_of(entry), key=name, sealed_at=at)
                seal.mac = before = _mac(key, before, seal)
                seals.append(seal)
            Seal.objects.bulk_create(seals)
            return len(seals)
    except IntegrityError:  # another sweep was faster
        return 0


def verify(*, at: datetime, heads: tuple[tuple[int, str], ...] = ()) -> list[Finding]:
    """Go through the whole chain and return everything that is not as it was sealed. `heads` are ends that were kept apart."""
    findings: list[Finding] = []
    before, position, ends = "", 0, dict(heads)
    first: datetime | None = None
    for seal, entry in _pairs():
        first = first or seal.sealed_at
        position += 1
        if seal.position != position:
            findings.append(Finding("broken", position, f"links {position} to {seal.position - 1} are missing"))
            position = seal.position
        findings += _check_link(seal, before)
        findings += _check_entry(seal, entry, first)
        if ends.get(seal.position, seal.mac) != seal.mac:
            findings.append(
                Finding("broken", seal.position, f"link {seal.position} is not the one that was kept apart")
            )
        before = seal.mac
    for kept in sorted(ends):
        if kept > position:
            findings.append(Finding("cut", kept, f"the chain once had {kept} links and ends at {position}"))
    return findings + _find_without_link(at)


def _pairs() -> Iterator[tuple[Seal, Entry | None]]:
    last = 0
    while seals := list(Seal.objects.filter(position__gt=last).order_by("position")[:BATCH]):
        entries = Entry.objects.in_bulk([seal.entry for seal in seals])
        for seal in seals:
            yield seal, entries.get(seal.entry)
        last = seals[-1].position


def _check_link(seal: Seal, before: str) -> list[Finding]:
    key = _key(seal.key)
    if key is None:
        return [
            Finding(
                "broken", seal.position, f"link {seal.position} needs the index key {seal.key}, which is not listed"
            )
        ]
    if not hmac.compare_digest(_mac(key, before, seal), seal.mac):
        return [Finding("broken", seal.position, f"link {seal.position} was changed, or the one before it")]
    if seal.forgotten and not hmac.compare_digest(_hash(key, "forgotten", seal.position, seal.mac), seal.forgotten):
        return [
            Finding(
                "broken", seal.position, f"link {seal.position} says that its entry was cleared out, which is not so"
            )
        ]
    return []


def _check_entry(seal: Seal, entry: Entry | None, first: datetime) -> list[Finding]:
    if entry is None:
        return [] if seal.forgotten else [Finding("deleted", seal.position, f"entry {seal.entry} was deleted")]
    named = f"entry {entry.pk} ({entry.ref}, {entry.verb} {entry.about}, {entry.at.astimezone(UTC):%Y-%m-%d %H:%M} UTC)"
    if digest_of(entry) != seal.digest:
        return [Finding("changed", seal.position, f"{named} was changed")]
    if seal.sealed_at != first and entry.at < seal.sealed_at - LATEST:
        return [
            Finding("inserted", seal.position, f"{named} was inserted later, on {seal.sealed_at:%Y-%m-%d %H:%M} UTC")
        ]
    return []


def _find_without_link(at: datetime) -> list[Finding]:
    linked = Seal.objects.filter(entry=models.OuterRef("pk"))
    loose = Entry.objects.exclude(models.Exists(linked)).filter(at__lt=at - SWEPT_WITHIN).order_by("pk")
    return [
        Finding("inserted", 0, f"entry {one.pk} ({one.ref}, {one.verb} {one.about}) has no link")
        for one in loose[:BATCH]
    ]


def forget(entries: list[Any]) -> int:
    """Clear out entries that are past their time: their links stay, and say so in a way that nobody else can write."""
    wanted = [entry.pk for entry in entries]
    number = 0
    for seal in Seal.objects.filter(entry__in=wanted):
        key = _key(seal.key)
        if key is None:
            continue
        seal.forgotten = _hash(key, "forgotten", seal.position, seal.mac)
        seal.save(update_fields=["forgotten"])
        number += Entry.objects.filter(pk=seal.entry).delete()[0]
    return number


def path_of_head() -> Path:
    path: Path = settings.VAR_DIR / "audit-head"
    return path


def write_head() -> None:
    """Write the end of the chain beside the database. Kept with the backups it shows what was cut off afterwards."""
    last = Seal.objects.order_by("-position").first()
    path = path_of_head()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = path.with_suffix(f".{os.getpid()}")
    fresh.write_text(f"{last.position}:{last.mac}\n" if last else "")
    fresh.replace(path)


def read_head(text: str) -> tuple[int, str]:
    """Read an end of the chain as it was written. Raises ValueError."""
    position, _colon, mac = text.strip().partition(":")
    if len(mac) != 64:
        raise ValueError("not an end of the chain")
    return int(position), mac
