"""“What do you hold about me?”: everything about one caller, for her to read, in one locked file that is taken once.

Made by a sweep, app by app, so that no page waits. The password is told by voice, never written beside the file.
"""

import json
import logging
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from django.apps import apps
from django.db import DatabaseError, models, transaction
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from cases.erasure import subject_of_person
from cases.models import Case, HowKnown, Package, PackageState
from cases.services.casework import lock
from helpline.core.audit import services as audit
from helpline.core.errors import NotAllowed, NotFound
from helpline.core.privacy.erasure import Section, Subject, all_erasers
from helpline.core.privacy.locked_zip import lock_files, new_password
from helpline.core.realtime import services as realtime
from helpline.core.staff.models import User

LEASE = timedelta(minutes=3)
MOST_TRIES = 3
KEPT_FOR = timedelta(hours=48)  # from when it is ready; nobody leaves it lying
MOST_BYTES = 60_000_000  # of sounds and pictures; what is beyond is named in the file and handed over another way
FILES = {"telephony.Recording": ("sound", "Sound"), "telephony.Media": ("content", "File")}
ENDINGS = {"audio/x-wav": "wav", "audio/wav": "wav", "audio/mpeg": "mp3", "image/png": "png", "image/jpeg": "jpg"}
log = logging.getLogger(__name__)


@transaction.atomic
def ask(*, case: Case, how: str, by: User, at: datetime) -> Package:
    """Ask for the file of the caller of this case; one that is being made or waits to be taken is returned as it is.

    Raises NotAllowed where the caller is withheld or only possibly known: it would be somebody else's life.
    """
    if how not in HowKnown.values:
        raise NotAllowed(_("Say how you know that the caller asks."))
    now = lock(case)
    if now.caller is None:
        raise NotAllowed(_("The number was withheld: we do not know who this is."))
    if now.possibly_known:
        raise NotAllowed(_("Somebody has used this number before: say first whether it is the same person."))
    there = Package.objects.filter(caller=now.caller, state__in=["waiting", "making", "ready"]).first()
    if there is not None:
        return there
    made = Package.objects.create(caller=now.caller, how=how, asked_by=by, asked_at=at)
    audit.record(by=by, verb="package.asked", what="case", about=now.ref, at=at, how=how, package=made.ref)
    return made


def make_waiting(*, at: datetime) -> int:
    """Make what waits, delete what nobody took, and return how many were made. Any number of these may run at once."""
    gone = Package.objects.filter(state=PackageState.READY, expires_at__lte=at)
    for row in gone:
        _empty(row, PackageState.EXPIRED)
    made = 0
    claimable = models.Q(state=PackageState.WAITING) | models.Q(state=PackageState.MAKING, claimed_until__lte=at)
    for pk in list(Package.objects.filter(claimable).values_list("pk", flat=True)):
        mine = Package.objects.filter(claimable, pk=pk)
        if mine.update(state=PackageState.MAKING, claimed_until=at + LEASE, tries=models.F("tries") + 1) != 1:
            continue
        made += _make(Package.objects.select_related("caller").get(pk=pk), at)
    return made


def _make(package: Package, at: datetime) -> bool:
    if package.tries > MOST_TRIES:
        _empty(package, PackageState.FAILED)
        return False
    try:
        sections = list(_collect(package))
        files, rows = _write(sections, at)
        password = new_password()
        content = lock_files(files, password)
    except DatabaseError:
        raise  # the next sweep tries again
    except Exception as broken:  # noqa: BLE001 - a row that does not open must not stop everybody's file
        log.error("a package could not be made: %s", type(broken).__name__)
        return False
    with transaction.atomic():
        now = Package.objects.select_for_update(of=("self",)).filter(pk=package.pk, state=PackageState.MAKING).first()
        if now is None:
            return False
        now.state, now.content, now.password, now.rows = PackageState.READY, content, password, rows
        now.ready_at, now.expires_at, now.claimed_until = at, at + KEPT_FOR, None
        now.save()
        audit.record(
            by=None, verb="package.made", what="caller", about=package.caller.ref, at=at, rows=rows, package=now.ref
        )
    return True


def _collect(package: Package) -> Iterator[Section]:
    subject = told_to(package.caller.pk)
    erasers = all_erasers()
    Package.objects.filter(pk=package.pk).update(parts=len(erasers), parts_done=0)
    for number, eraser in enumerate(erasers, start=1):
        yield from eraser.collect(subject)
        Package.objects.filter(pk=package.pk).update(parts_done=number)


def told_to(caller_pk: int) -> Subject:
    """Return what is told to a caller: her own, and her own part of cases in which she rang for somebody else."""
    caller = apps.get_model("cases.Caller").objects.get(pk=caller_pk)
    own = subject_of_person(caller)
    hers = dict(Case.objects.filter(caller=caller, possibly_known=False).values_list("pk", "ref"))
    of_her = dict(Case.objects.filter(concerns=caller).values_list("pk", "ref"))
    # A number that others use too is not told by itself: what they said about it is theirs.
    return Subject({**hers, **of_her}, {caller.pk: caller.ref}, own.numbers)


def _write(sections: list[Section], at: datetime) -> tuple[dict[str, bytes], int]:
    """Return the files: a page to read, the same for programs, and sounds and pictures beside them."""
    files: dict[str, bytes] = {}
    size = 0
    told = []
    for section in sections:
        rows = []
        for row in section.rows:
            said = dict(row)
            if section.name in FILES:
                size += _put_file(section.name, said, files, MOST_BYTES - size)
            rows.append({words: _plain(value) for words, value in said.items()})
        told.append(
            {"words": str(section.words), "rows": rows, "left_out": section.left_out, "because": str(section.because)}
        )
    page = render_to_string("cases/keeping/package.html", {"sections": told, "at": at})
    data = {"made_at": at.isoformat(), "sections": told}
    files = {
        "index.html": page.encode("utf-8", "replace"),
        "data.json": json.dumps(data, ensure_ascii=True, indent=1).encode(),
        **files,
    }
    return files, sum(len(section.rows) for section in sections)


def _put_file(model: str, said: dict[str, Any], files: dict[str, bytes], room: int) -> int:
    column, words = FILES[model]
    words = _(words)
    ref = said.get(words)
    row = apps.get_model(model).objects.filter(ref=ref).first() if ref else None
    content: bytes = getattr(row, column, None) or b""
    if not content:
        return 0
    if len(content) > room:
        said[words] = _("too big for this file: ask us for it")
        return 0
    name = f"files/{len(files) + 1}.{ENDINGS.get(row.mime, 'bin') if row else 'bin'}"
    files[name] = content
    said[words] = name
    return len(content)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M UTC")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list | tuple):
        return "; ".join(str(_plain(one)) for one in value)
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_plain(one)}" for key, one in value.items())
    return value if isinstance(value, int | float) else str(value)


def take(*, case: Case, ref: str, by: User, at: datetime) -> bytes:
    """Hand out the file, once: afterwards neither it nor its password is here. Raises NotFound for what is not there."""
    with transaction.atomic():
        # On a case whose caller is only possibly known it may be somebody else's life.
        caller = None if case.possibly_known else case.caller_id
        row = Package.objects.select_for_update(of=("self",)).filter(ref=ref, caller=caller).first()
        if row is None or row.state != PackageState.READY or row.content is None:
            raise NotFound(_("There is no such file, or it was taken already."))
        if row.expires_at is not None and row.expires_at <= at:
            raise NotFound(_("There is no such file, or it was taken already."))
        content: bytes = row.content
        row.taken_by, row.taken_at = by, at
        _empty(row, PackageState.TAKEN)
        audit.record(by=by, verb="package.taken", what="case", about=case.ref, at=at, rows=row.rows, package=row.ref)
        realtime.publish("case", case.ref)
    return content


def _empty(row: Package, state: PackageState) -> None:
    row.state, row.content, row.password, row.claimed_until = state, None, None, None
    row.save()
