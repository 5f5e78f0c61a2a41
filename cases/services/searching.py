"""Find cases by what somebody says on the telephone, without leaving a trace of what was typed.

By reference those that this person may know of. By number, name, plate and words only those whose story she may read,
because a match tells what stands in them. How many were found is in the audit, never what was sought; and nobody goes
through the names of a town: after so many searches within an hour only references are found, and the supervisors hear
of it.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.models import Case, Number, SearchWord, WordKind
from cases.querysets import CaseQuerySet
from cases.search_words import Sought, read_search
from helpline.core.alarms import services as alarms
from helpline.core.audit import services as audit
from helpline.core.audit.models import Entry
from helpline.core.errors import NotAllowed
from helpline.core.privacy.drawers import look_for
from helpline.core.privacy.fields import all_indexes
from helpline.core.privacy.numbers import read_number
from helpline.core.privacy.references import ALPHABET
from helpline.core.staff.models import User

MOST_FOUND = 50  # more than that is not a search for one person
# A counsellor with a caller on the line needs two or three; a figure of ours.
MOST_SEARCHES = 60
WITHIN = timedelta(hours=1)
SEARCHES = ("case.searched", "number.searched")
_SPOKEN = re.compile(rf"(?:HL-?)?([{ALPHABET}]{{4,13}})")
_PART_OF_REFERENCE = re.compile(rf"(?:HL-?)?([{ALPHABET}]{{2,13}})")

WHERE: Mapping[str, str | Promise] = {
    "reference": gettext_lazy("the reference"),
    "number": gettext_lazy("the number"),
    "near": gettext_lazy("the number of somebody near them"),
    **{kind.value: kind.label for kind in WordKind},
}


@dataclass(frozen=True)
class Found:
    """A case that was found, and in what: codes of `WHERE`, never a text."""

    case: Case
    where: tuple[str, ...]


def search(*, by: User, typed: str, at: datetime, by_part_of_reference: bool = False) -> list[Found]:
    """Return the cases that are meant, at most fifty: those by reference, then the others, each newest first.

    Raises NotAllowed where nothing was found by reference and this person has searched too often within the hour.
    """
    cases = Case.objects.select_related("line", "caller", "concerns", "owner")
    said = "".join(typed.upper().split())
    found = _by_reference(cases.visible_to(by), said, by_part_of_reference)
    if said.startswith("HL-") or any(said in {one.case.ref, one.case.ref.removeprefix("HL-")} for one in found):
        return found
    number = read_number(typed) if typed.isprintable() else None
    sought = read_search(typed)
    if (number is None and not sought) or len(found) >= MOST_FOUND:
        return found[:MOST_FOUND]
    if not _may_search(by, at):
        if found:
            return found
        _refuse(by, at)
    others = cases.readable_by(by).exclude(pk__in=[one.case.pk for one in found])
    where: dict[Case, set[str]] = {}
    for case, kind in (*_by_number(by, number, others, at), *_by_words(by, sought, others, at)):
        where.setdefault(case, set()).add(kind)
    newest = sorted(where, key=lambda case: (case.opened_at, case.pk), reverse=True)
    found += [Found(case, tuple(kind for kind in WHERE if kind in where[case])) for case in newest]
    return found[:MOST_FOUND]


def _by_reference(cases: CaseQuerySet, said: str, by_part: bool) -> list[Found]:
    spoken, part = _SPOKEN.fullmatch(said), _PART_OF_REFERENCE.fullmatch(said)
    rows = list(cases.filter(ref=f"HL-{spoken[1]}")) if spoken else []
    if by_part and part and not rows:
        rows = list(cases.filter(ref__contains=part[1]).order_by("-opened_at", "-pk")[:MOST_FOUND])
    return [Found(case, ("reference",)) for case in rows]


def _may_search(by: User, at: datetime) -> bool:
    lately = Entry.objects.filter(who=by, verb__in=SEARCHES, at__gt=at - WITHIN, at__lte=at)
    return lately.count() < MOST_SEARCHES


def _refuse(by: User, at: datetime) -> None:
    audit.record(by=by, verb="case.search_refused", what="user", about=by.ref, at=at)
    alarms.raise_alarm(kind="many_searches", key=f"many-searches-{by.ref}-{at:%Y%m%d%H}", about=by.ref, at=at)
    raise NotAllowed(
        _(
            "You have searched %(count)d times within an hour, and the supervisors were told. A reference still finds "
            "its case; by anything else you can search again in a while."
        )
        % {"count": MOST_SEARCHES}
    )


def _by_number(by: User, number: str | None, cases: CaseQuerySet, at: datetime) -> list[tuple[Case, str]]:
    """Return cases that came from a number, or whose caller uses it, or gave it for somebody near them."""
    if number is None:
        return []
    indexes = all_indexes("number", number)
    known = Number.objects.filter(index__in=indexes).first()
    came_from_it = Q(number=known) | Q(possibly_known=False, caller__isnull=False, caller=known and known.caller_id)
    near = Q(possibly_known=False, caller__routes__index__in=indexes)
    found = [(case, "number") for case in _newest(cases.filter(came_from_it))] if known else []
    found += [(case, "near") for case in _newest(cases.filter(near).distinct())]
    about = known.ref if known is not None and found else ""
    audit.record(by=by, verb="number.searched", what="number", about=about, at=at, found=len({one for one, _ in found}))
    return found


def _by_words(by: User, sought: Sequence[Sought], cases: CaseQuerySet, at: datetime) -> list[tuple[Case, str]]:
    """Return the cases that have all that is sought, wherever in them each of it stands, with every place."""
    if not sought:
        return []
    filed = {word: look_for(word) for one in sought for way in one.ways for word in way}
    named = _people_named(filed)
    found = _newest(cases.filter(pk__in=_having(sought, filed, named)))
    audit.record(by=by, verb="case.searched", what="case", about="", at=at, found=len(found), words=len(sought))
    places = _places(found, filed)
    return [*places, *_named(found, {case.pk for case, _kind in places}, named)]


def _newest(cases: CaseQuerySet) -> list[Case]:
    return list(cases.order_by("-opened_at", "-pk")[:MOST_FOUND])


def _having(sought: Sequence[Sought], filed: Mapping[str, Sequence[int]], named: Mapping[str, Sequence[str]]) -> RawSQL:
    """Give the keys of all cases that have all that is sought, whoever may read them.

    The empty part at the end keeps the database from walking through all cases from the newest on and looking into each,
    which it likes where only the newest fifty are wanted and which takes seconds where few have the word.
    """
    every = _Rows.all_of(
        _Rows.one_of(_Rows.all_of(_has(filed[word], named[word]) for word in way) for way in one.ways) for one in sought
    )
    kept_apart = _Rows.one_of([every, _Rows.of(Case.objects.filter(ref="").values("pk"))])
    return RawSQL(kept_apart.sql, kept_apart.params)  # noqa: S611 - made of our own statements, all values beside it


def _has(filed: Sequence[int], people: Sequence[str]) -> "_Rows":
    has = [_Rows.of(SearchWord.objects.filter(word__one_of=filed).values("case_id"))]
    if people:
        caller = Q(caller__ref__in=people) | Q(caller__names__ref__in=people)
        is_called_so = caller & Q(possibly_known=False) | Q(concerns__ref__in=people)
        has.append(_Rows.of(Case.objects.filter(is_called_so).values("pk")))
    return _Rows.one_of(has)


@dataclass(frozen=True)
class _Rows:
    """A statement that gives keys of cases, and its parameters: Django nests no such statements on every database."""

    sql: str
    params: tuple[Any, ...]

    @classmethod
    def of(cls, rows: "QuerySet[Any, Any]") -> "_Rows":
        sql, params = rows.query.sql_with_params()
        return cls(sql, tuple(params))

    @classmethod
    def one_of(cls, parts: "Iterable[_Rows]") -> "_Rows":
        return cls._put_together(list(parts), "UNION")

    @classmethod
    def all_of(cls, parts: "Iterable[_Rows]") -> "_Rows":
        return cls._put_together(list(parts), "INTERSECT")

    @classmethod
    def _put_together(cls, parts: "list[_Rows]", how: str) -> "_Rows":
        if len(parts) == 1:
            return parts[0]
        sql = f" {how} ".join(f"SELECT * FROM ({part.sql}) AS part" for part in parts)  # noqa: S608 - no word of anybody's
        return cls(sql, tuple(param for part in parts for param in part.params))


def _people_named(filed: Mapping[str, Sequence[int]]) -> dict[str, list[str]]:
    """Return, for each word, the references of the people who are called so: their other cases are meant, too."""
    of_word = {value: word for word, values in filed.items() if word.isalnum() for value in values}
    named: dict[str, list[str]] = {word: [] for word in filed}
    names = SearchWord.objects.filter(word__one_of=list(of_word), kind=WordKind.NAME)
    for value, source in names.values_list("word", "source"):
        named[of_word[value]].append(source)
    return named


def _places(found: Sequence[Case], filed: Mapping[str, Sequence[int]]) -> list[tuple[Case, str]]:
    """Say in which kinds of places of these cases the words stand: all their words are read, which is less work than to
    look for hundreds of values in each.
    """
    of_pk = {case.pk: case for case in found}
    meant = {value for values in filed.values() for value in values}
    rows = SearchWord.objects.filter(case__in=found).values_list("case_id", "kind", "word")
    return [(of_pk[pk], kind) for pk, kind, word in rows if word in meant]


def _named(
    found: Sequence[Case], in_places: Collection[int], named: Mapping[str, Iterable[str]]
) -> list[tuple[Case, str]]:
    """Say which cases were found by what their people are called: also those in which nothing stands by itself."""
    people = {ref for refs in named.values() for ref in refs}
    return [
        (case, WordKind.NAME.value)
        for case in found
        if case.pk not in in_places
        or any(person is not None and person.ref in people for person in (case.caller, case.concerns))
    ]
