"""When somebody leaves: one press. Everything that lets them in, or lets a call reach them, ends in one transaction."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from helpline.core.audit import services as audit
from helpline.core.audit.models import Entry
from helpline.core.errors import NotAllowed
from helpline.core.privacy.fields import all_indexes
from helpline.core.staff import services as staff
from helpline.core.staff.belongings import Moved, all_belongings
from helpline.core.staff.models import Leaving, User
from telephony.services.leaving import change_last_resorts, lines_of_number

LOOKS_BACK = timedelta(days=30)
# What somebody in anger may have taken along: readings and everything that left the house.
TELLING_VERBS = ("case.read", "number.revealed", "recording.heard", "media.opened", "package.taken", "figures.exported")

# What only people can do. `hostile`: asked for after a hostile leaving alone.
TO_DO: Mapping[str, str | Promise] = {
    "devices": gettext_lazy("Take back the phone, the computer and every key; note which is missing."),
    "rota": gettext_lazy("Fill the gaps that they leave on the rota."),
    "work": gettext_lazy("Give the cases that nobody has now to somebody, today."),
    "groups": gettext_lazy("Take them out of chat groups, shared mailboxes and calendars outside this system."),
    "callers": gettext_lazy("Tell callers who asked for them by name who speaks with them now, if that is safe."),
}
TO_DO_HOSTILE: Mapping[str, str | Promise] = {
    "door": gettext_lazy("Change the door code and the code of the safe."),
    "shared_phone": gettext_lazy(
        "A colleague has the same duty number: take it off them until you know who holds the phone."
    ),
    "gateway": gettext_lazy("If they knew it: change the gateway's password and token."),
    "keys": gettext_lazy(
        "If they could reach the server: change the signing key and the field keys (docs/run/key-change.md)."
    ),
    "passwords": gettext_lazy("Change passwords that several people knew, the wireless network's among them."),
    "readings": gettext_lazy("Go through what they opened in the last thirty days, with a second person."),
    "code_words": gettext_lazy("Agree new code words with callers whose word they knew, at the next safe contact."),
    "colleagues": gettext_lazy("Tell colleagues that they are not to be let in, and what to say if they ring."),
}


@dataclass(frozen=True)
class ToDo:
    """One thing for people, and who has done it."""

    code: str
    words: str | Promise
    done: Mapping[str, str] | None


@transaction.atomic
def let_go(*, user: User, by: User, at: datetime, to: User | None = None, is_hostile: bool = False) -> Leaving:
    """End every way in and every way to be rung, and hand everything on, at once. `to` None: nobody, which is told.

    Raises NotAllowed for oneself, the last administrator, or a colleague who has left.
    """
    if to is not None and (to.pk == user.pk or not to.is_active):
        raise NotAllowed(_("Their work goes to somebody else who works here."))
    shared, lines = _who_shares(user), lines_of_number(user.duty_phone)
    ended = staff.deactivate(user=user, by=by, at=at)
    moved = [
        Moved("sessions", ended.sessions), Moved("tokens", ended.tokens), Moved("factors", ended.factors),
        *[one for part in all_belongings() for one in part.hand_on(user=user, to=to, by=by, at=at)],
        *change_last_resorts(lines, to=to, by=by, at=at),
        *([Moved("shared_phone", len(shared), refs=shared)] if shared else []),
    ]  # fmt: skip
    leaving = Leaving.objects.create(
        person=user, pressed_by=by, at=at, is_hostile=is_hostile, heir=to, moved=[asdict(one) for one in moved],
        told=_readings(user, at),
    )  # fmt: skip
    audit.record(
        by=by, verb="staff.let_go", what="user", about=user.ref, at=at, hostile=is_hostile, leaving=leaving.ref,
        to=to.username if to else "",
    )  # fmt: skip
    return leaving


def _who_shares(user: User) -> list[str]:
    if not user.duty_phone:
        return []
    others = User.objects.active().exclude(pk=user.pk)
    return list(
        others.filter(duty_phone_index__in=all_indexes("number", user.duty_phone)).values_list("username", flat=True)
    )


def _readings(user: User, at: datetime) -> dict[str, int]:
    verbs = Entry.objects.filter(who=user, at__gt=at - LOOKS_BACK, verb__in=TELLING_VERBS).values_list(
        "verb", flat=True
    )
    return dict(sorted(Counter(verbs).items()))


def words_for(what: str) -> str:
    """Say for people what a code of `Moved` means."""
    ways = {
        "sessions": _("Sign-ins ended, on whatever machine"),
        "tokens": _("Tokens of programs deleted"),
        "factors": _("Second factors, passkeys and recovery codes deleted"),
        "shared_phone": _("Colleagues with the same duty number, which still rings for them"),
    }
    for part in all_belongings():
        ways |= {code: str(said) for code, said in part.words.items()}
    return ways.get(what, what)


def to_do(leaving: Leaving) -> list[ToDo]:
    """Return what people still have to do, the urgent first, with who did it."""
    has = {one["what"] for one in leaving.moved}
    left_over = any(not one["to"] for one in leaving.moved if one["what"] in {"cases", "follow_ups"})
    wanted = {**TO_DO_HOSTILE, **TO_DO} if leaving.is_hostile else dict(TO_DO)
    if "shared_phone" in has:
        wanted["shared_phone"] = TO_DO_HOSTILE["shared_phone"]
    else:
        wanted.pop("shared_phone", None)
    if not left_over:
        wanted.pop("work", None)
    return [ToDo(code, words, leaving.done.get(code)) for code, words in wanted.items()]


@transaction.atomic
def tick(*, leaving: Leaving, code: str, by: User, at: datetime) -> None:
    """Note that somebody has done one of these things. Raises NotAllowed for what is not on the list; twice is once."""
    now = Leaving.objects.select_for_update(of=("self",)).get(pk=leaving.pk)
    if code not in {one.code for one in to_do(now)}:
        raise NotAllowed(_("This is not on the list."))
    if code not in now.done:
        now.done[code] = {"by": by.username, "at": at.isoformat()}
        now.save(update_fields=["done"])
        audit.record(by=by, verb="staff.leaving_done", what="user", about=now.person.ref, at=at, item=code)
