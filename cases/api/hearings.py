"""The API of days in court. Nothing in it counts who could not come."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from cases.access import WRITE, get_case, with_story
from cases.models import Case, ContactRoute, CouldNotCome, Hearing, HearingState
from cases.services import hearings
from cases.services.reading import note_readings
from helpline.core.api.fields import AskedMoment, Fields, Filters, Moment, Reference, Words
from helpline.core.api.records import Records
from helpline.core.api.refusals import blame
from helpline.core.errors import NotAllowed, NotFound
from helpline.core.privacy.numbers import mask_number
from helpline.core.staff.models import Role

ANSWERS_CALLERS = frozenset({Role.COUNSELLOR, Role.PARALEGAL, Role.SUPERVISOR})
SHUT = (*hearings.WORDS, "outcome_note", "goes_along")  # null for whoever may not read the case
LONGEST = 200


class HearingFields(Fields[Hearing]):
    """A day in court. Everything but its time and state is null for whoever may not read the case; the lawyer's number
    shows its last three figures.
    """

    id = serializers.CharField(source="ref", read_only=True)
    case = serializers.CharField(source="case.ref", read_only=True)
    at = Moment()
    state = serializers.ChoiceField(choices=HearingState.choices)
    reason = serializers.ChoiceField(choices=CouldNotCome.choices, allow_null=True)
    court = Words(allow_null=True)
    place = Words(allow_null=True)
    matter = Words(allow_null=True)
    what_for = Words(allow_null=True)
    goes_along = serializers.CharField(source="goes_along.ref", allow_null=True, default=None)
    lawyer = Words(allow_null=True)
    lawyer_number = serializers.SerializerMethodField()
    transport = Words(allow_null=True)
    childcare = Words(allow_null=True)
    tell_caller = serializers.BooleanField()
    tell_companion = serializers.BooleanField()
    tell_lawyer = serializers.BooleanField()
    outcome_note = Words(allow_null=True)
    moved_to = serializers.CharField(source="moved_to.ref", read_only=True, allow_null=True, default=None)

    def get_lawyer_number(self, hearing: Hearing) -> str | None:
        return mask_number(hearing.lawyer_number) if hearing.lawyer_number else None

    def to_representation(self, instance: Hearing) -> dict[str, Any]:
        if instance.case.ref not in self.context["stories"]:
            shut = dict.fromkeys(self.fields)
            return {**shut, **{name: told for name, told in _plain(self, instance).items() if name not in SHUT}}
        told: dict[str, Any] = super().to_representation(instance)
        return {**told, "reason": told["reason"] or None}


def _plain(fields: HearingFields, row: Hearing) -> dict[str, Any]:
    """Return what may be told of a day without opening anything that is sealed."""
    moved_to = getattr(row, "moved_to", None)
    return {
        "id": row.ref, "case": row.case.ref, "at": fields.fields["at"].to_representation(row.at), "state": row.state,
        "tell_caller": row.tell_caller, "tell_companion": row.tell_companion, "tell_lawyer": row.tell_lawyer,
        "moved_to": moved_to.ref if moved_to is not None else None,
    }  # fmt: skip


class _Arranged(Fields[Hearing]):
    court = Words(required=False, allow_blank=True, allow_null=True, max_length=LONGEST)
    place = Words(required=False, allow_blank=True, allow_null=True, max_length=LONGEST)
    matter = Words(required=False, allow_blank=True, allow_null=True, max_length=LONGEST)
    what_for = Words(required=False, allow_blank=True, allow_null=True, max_length=LONGEST)
    goes_along = Reference(required=False, allow_null=True)
    lawyer = Words(required=False, allow_blank=True, allow_null=True, max_length=LONGEST)
    lawyer_number = Words(required=False, allow_blank=True, allow_null=True, max_length=40)
    transport = Words(required=False, allow_blank=True, allow_null=True, max_length=LONGEST)
    childcare = Words(required=False, allow_blank=True, allow_null=True, max_length=LONGEST)
    tell_caller = serializers.BooleanField(required=False)
    tell_companion = serializers.BooleanField(required=False)
    tell_lawyer = serializers.BooleanField(required=False)


class HearingAdding(_Arranged):
    """A day in court to come; only its case and its time are needed."""

    case = Reference()
    at = Moment()


class HearingChanges(_Arranged):
    """What is changed, or what became of it: `postponed` needs `at`, the other day; `could_not_come` a `reason`;
    `planned` takes back what was written down by mistake.
    """

    at = Moment(required=False)
    state = serializers.ChoiceField(choices=HearingState.choices, required=False)
    reason = serializers.ChoiceField(choices=CouldNotCome.choices, required=False)
    outcome_note = Words(required=False, allow_blank=True, max_length=2000)


class HearingFilters(Filters):
    case = Reference(required=False)
    state = serializers.ChoiceField(choices=HearingState.choices, required=False)
    since = AskedMoment(required=False)
    until = AskedMoment(required=False)


class Hearings(Records[Hearing]):
    """Days in court of cases that this person may know of."""

    queryset = Hearing.objects.all()
    serializer_class = HearingFields
    filters = HearingFilters
    writers = ANSWERS_CALLERS

    def rows(self) -> QuerySet[Hearing]:
        beside = ("case__line", "case__owner", "goes_along", "moved_to")
        return Hearing.objects.visible_to(self.person).select_related(*beside)

    def narrow(self, rows: QuerySet[Hearing], asked: dict[str, Any]) -> QuerySet[Hearing]:
        names = {"case": "case__ref", "since": "at__gte", "until": "at__lte"}
        return rows.filter(**{names.get(name, name): value for name, value in asked.items()})

    def look_up(self, rows: Sequence[Hearing]) -> dict[str, Any]:
        stories = with_story(self.person, [row.case for row in rows])
        told = [row.case.ref for row in rows if row.case.ref in stories]
        note_readings(by=self.person, what="case", refs=told, at=self.at)
        return {"stories": stories}

    @extend_schema(request=HearingAdding, responses={201: HearingFields})
    def create(self, request: Request) -> Response:
        given = self.read_input(HearingAdding)
        try:
            case = get_case(self.person, given.pop("case"), to=WRITE, at=self.at)
        except (NotFound, NotAllowed) as refused:
            raise blame("case", refused) from None
        day_at = given.pop("at")
        try:
            row = hearings.add(case=case, by=self.person, at=self.at, day_at=day_at, **_with_companion(case, given))
        except NotAllowed as refused:
            raise blame("at", refused) from None
        return self.answer(row, status.HTTP_201_CREATED)

    @extend_schema(request=HearingChanges, responses=HearingFields)
    def partial_update(self, request: Request, **named: str) -> Response:
        row = self.get_object()
        given = self.read_input(HearingChanges, partial=True)
        get_case(self.person, row.case.ref, to=WRITE, at=self.at)
        state, note = given.pop("state", row.state), given.pop("outcome_note", "")
        reason, day_at = given.pop("reason", ""), given.pop("at", None)
        if state == row.state and (note or reason):
            raise serializers.ValidationError({"state": [_("Say what became of it.")]})
        with transaction.atomic():
            if state == HearingState.POSTPONED != row.state and day_at is None:
                raise serializers.ValidationError({"at": [_("Say to which day it was moved.")]})
            is_moved = state == HearingState.POSTPONED != row.state
            if given or (day_at is not None and not is_moved):
                row = self._change(row, None if is_moved else day_at, given)
            if state != row.state:
                row = self._end(row, state, note, reason, day_at)
        return self.answer(row)

    def _change(self, row: Hearing, day_at: Any, given: dict[str, Any]) -> Hearing:
        try:
            arranged = _with_companion(row.case, given)
            return hearings.change(hearing=row, by=self.person, at=self.at, day_at=day_at, **arranged)
        except NotAllowed as refused:
            raise blame("at" if day_at is not None else "state", refused) from None

    def _end(self, row: Hearing, state: str, note: str, reason: str, day_at: Any) -> Hearing:
        common: dict[str, Any] = {"hearing": row, "by": self.person, "at": self.at}
        try:
            match state:
                case HearingState.HELD:
                    return hearings.hold(**common, note=note)
                case HearingState.CALLED_OFF:
                    return hearings.call_off(**common, note=note)
                case HearingState.COULD_NOT_COME:
                    return hearings.could_not_come(**common, note=note, reason=reason)
                case HearingState.POSTPONED:
                    hearings.postpone(**common, note=note, day_at=day_at)
                    return row
                case _planned:
                    return hearings.take_back(**common)
        except NotAllowed as refused:
            raise blame("reason" if state == HearingState.COULD_NOT_COME and not reason else "state", refused) from None


def _with_companion(case: Case, given: dict[str, Any]) -> dict[str, Any]:
    """Find who goes along by reference, among those near this caller: anybody else is refused like nobody."""
    if not given.get("goes_along"):
        return {**given, "goes_along": None} if "goes_along" in given else given
    found: ContactRoute | None = next(
        (route for route in hearings.who_may_go_along(case) if route.ref == given["goes_along"]), None
    )
    if found is None:
        raise serializers.ValidationError({"goes_along": [_("This is nobody near this caller.")]})
    return {**given, "goes_along": found}
