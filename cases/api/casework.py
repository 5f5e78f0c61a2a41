"""The API of cases, of what is promised on them, and of the people who call."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from cases.access import READ, WRITE, get_case, get_follow_up, with_story
from cases.models import Case, CaseState, FollowUp, FollowUpKind, FollowUpState, Source, Urgency
from cases.services import casework, followups
from cases.services.giving import give_case
from cases.services.intake import open_without_call
from cases.services.reading import note_readings
from cases.services.searching import search
from helpline.core.api.fields import AskedMoment, Fields, Filters, LineNumber, Moment, Person, Reference, Words
from helpline.core.api.records import Records
from helpline.core.api.refusals import blame
from helpline.core.errors import NotAllowed, NotFound
from helpline.core.staff.models import Role

ANSWERS_CALLERS = frozenset({Role.COUNSELLOR, Role.PARALEGAL, Role.SUPERVISOR})
WITHOUT_CALL = [(source.value, source.label) for source in (Source.WALK_IN, Source.OUTREACH, Source.ELSEWHERE)]
LONGEST_REASON = 2_000  # characters


class CaseFields(Fields[Case]):
    """A case. `summary` is null for whoever may know of the case but not read it, and `caller` where it was withheld."""

    ref = serializers.CharField(read_only=True)
    state = serializers.ChoiceField(choices=CaseState.choices)
    source = serializers.ChoiceField(choices=Source.choices, read_only=True)  # type: ignore[assignment]  # DRF takes it out of the class
    opened_at = Moment(read_only=True)
    owner = Person(allow_null=True)
    line = LineNumber(read_only=True, allow_null=True)
    caller = serializers.CharField(source="caller.ref", read_only=True, allow_null=True)
    possibly_known = serializers.BooleanField(read_only=True)
    urgency = serializers.ChoiceField(choices=Urgency.choices)
    next_due_at = Moment(read_only=True, allow_null=True)
    summary = Words(allow_null=True)

    def to_representation(self, instance: Case) -> dict[str, Any]:
        told: dict[str, Any] = super().to_representation(instance)
        if instance.ref not in self.context["stories"]:
            told["summary"] = None
        return told


class CaseOpening(Fields[Case]):
    """What opens a case without a call: a visit, outreach, or a message elsewhere. It belongs to whoever opens it."""

    source = serializers.ChoiceField(choices=WITHOUT_CALL, default=Source.ELSEWHERE.value)  # type: ignore[assignment]
    line = LineNumber(required=False, allow_null=True)
    owner = Person(required=False)
    urgency = serializers.ChoiceField(choices=Urgency.choices, default=Urgency.NORMAL.value)
    summary = Words(required=False, allow_null=True, allow_blank=True)
    code_name = Words(required=False, allow_blank=True, max_length=60)
    pronouns = Words(required=False, allow_blank=True, max_length=60)


class CaseChanges(Fields[Case]):
    """What can be changed of a case. Cases are joined on their page, after the code word, and not here."""

    state = serializers.ChoiceField(choices=[("open", "open"), ("closed", "closed")])
    owner = Person()
    urgency = serializers.ChoiceField(choices=Urgency.choices)
    summary = Words(allow_null=True, allow_blank=True)


class CaseFilters(Filters):
    state = serializers.ChoiceField(choices=CaseState.choices, required=False)
    owner = Person(required=False)


class Asked(Fields[Any]):
    """A reference, in any writing, a whole telephone number, or words of names, notes and plates, all of which a case must
    have. It stands in no address and in no log.
    """

    q = Words(max_length=200, trim_whitespace=True)


class Cases(Records[Case]):
    """Cases that this person may know of. Reading one is written down."""

    queryset = Case.objects.all()
    serializer_class = CaseFields
    filters = CaseFilters
    writers = ANSWERS_CALLERS

    def rows(self) -> QuerySet[Case]:
        return Case.objects.visible_to(self.person).select_related("line", "caller", "owner")

    def get_object(self) -> Case:
        return get_case(self.person, self.kwargs["ref"], to=READ, at=self.at)

    def look_up(self, rows: Sequence[Case]) -> dict[str, Any]:
        stories = with_story(self.person, rows)
        told = [case.ref for case in rows if case.ref in stories and case.summary]
        note_readings(by=self.person, what="case", refs=told, at=self.at)
        return {"stories": stories}

    @extend_schema(request=CaseOpening, responses={201: CaseFields})
    def create(self, request: Request) -> Response:
        self.check_writer()
        given = self.read_input(CaseOpening)
        owner, summary = given.pop("owner", None), given.pop("summary", None)
        with transaction.atomic():
            case = open_without_call(by=self.person, at=self.at, **given)
            if summary:
                casework.set_summary(case=case, by=self.person, summary=summary, at=self.at)
            if owner is not None:
                case = self._give(case, owner)
        return self.answer(case, status.HTTP_201_CREATED)

    @extend_schema(request=CaseChanges, responses=CaseFields)
    def partial_update(self, request: Request, **named: str) -> Response:
        case = self.get_object()
        given = self.read_input(CaseChanges, partial=True)
        if given.get("owner") != self.person:  # taking it over is what opens its story
            get_case(self.person, case.ref, to=WRITE, at=self.at)
        with transaction.atomic():
            case = casework.lock(case) if "owner" not in given else case
            if given.get("state") == CaseState.OPEN != case.state:
                case = self._end_or_reopen(case, CaseState.OPEN)
            if "owner" in given:
                case = self._give(case, given["owner"])
            if "urgency" in given:
                casework.set_urgency(case=case, by=self.person, urgency=given["urgency"], at=self.at)
            if "summary" in given:
                casework.set_summary(case=case, by=self.person, summary=given["summary"] or "", at=self.at)
            if given.get("state") == CaseState.CLOSED != case.state:
                self._end_or_reopen(case, CaseState.CLOSED)
        return self.answer(case)

    @extend_schema(request=Asked, responses=CaseFields(many=True))
    @action(detail=False, methods=["post"])
    def search(self, request: Request) -> Response:
        """Find cases. What is sought is sent in the body; that there was a search is written down, without its words."""
        found = search(by=self.person, typed=self.read_input(Asked)["q"], at=self.at)
        return Response({"next": None, "previous": None, "results": self.show([one.case for one in found])})

    def _give(self, case: Case, to: Any) -> Case:
        try:
            if to == self.person:
                return casework.take_over(case=case, by=to, at=self.at)
            return give_case(case=case, to=to, by=self.person, at=self.at)
        except NotAllowed as refused:
            raise blame("owner", refused) from None

    def _end_or_reopen(self, case: Case, state: str) -> Case:
        move = casework.close if state == CaseState.CLOSED else casework.reopen
        try:
            return move(case=case, by=self.person, at=self.at)
        except NotAllowed as refused:
            raise blame("state", refused) from None


class FollowUpFields(Fields[FollowUp]):
    """Something promised by a time. `why` is null for whoever may not read the case."""

    id = serializers.CharField(source="ref", read_only=True)
    case = serializers.CharField(source="case.ref", read_only=True)
    kind = serializers.ChoiceField(choices=FollowUpKind.choices)
    due_at = Moment()
    state = serializers.ChoiceField(choices=FollowUpState.choices)
    owner = Person(allow_null=True)
    tries = serializers.IntegerField(read_only=True)
    why = Words(allow_null=True)

    def to_representation(self, instance: FollowUp) -> dict[str, Any]:
        told: dict[str, Any] = super().to_representation(instance)
        if instance.case.ref not in self.context["stories"]:
            told["why"] = None
        return told


class FollowUpAdding(Fields[FollowUp]):
    """What is promised: it belongs to whoever adds it, unless an owner is named."""

    case = Reference()
    kind = serializers.ChoiceField(choices=FollowUpKind.choices, default=FollowUpKind.TASK.value)
    due_at = Moment()
    owner = Person(required=False)
    why = Words(required=False, allow_blank=True, max_length=LONGEST_REASON)


class FollowUpChanges(Fields[FollowUp]):
    """What became of it. `why` says why it changed, goes into the case as a note, and is needed for `given_up`, for
    `skipped`, and for another `due_at`. `tried` makes it due again, at `due_at` where that is given.
    """

    state = serializers.ChoiceField(choices=FollowUpState.choices)
    due_at = Moment()
    owner = Person()
    why = Words(max_length=LONGEST_REASON)


class FollowUpFilters(Filters):
    case = Reference(required=False)
    state = serializers.ChoiceField(choices=FollowUpState.choices, required=False)
    kind = serializers.ChoiceField(choices=FollowUpKind.choices, required=False)
    owner = Person(required=False)
    due_before = AskedMoment(required=False)


class FollowUps(Records[FollowUp]):
    """What is promised on the cases that this person may know of."""

    queryset = FollowUp.objects.all()
    serializer_class = FollowUpFields
    filters = FollowUpFilters

    def rows(self) -> QuerySet[FollowUp]:
        return FollowUp.objects.visible_to(self.person).select_related("case", "owner")

    def narrow(self, rows: QuerySet[FollowUp], asked: dict[str, Any]) -> QuerySet[FollowUp]:
        words = {"case": "case__ref", "due_before": "due_at__lt"}
        return rows.filter(**{words.get(name, name): value for name, value in asked.items()})

    def get_object(self) -> FollowUp:
        return get_follow_up(self.person, self.kwargs["ref"], to=READ, at=self.at)

    def look_up(self, rows: Sequence[FollowUp]) -> dict[str, Any]:
        stories = with_story(self.person, [row.case for row in rows])
        told = [row.case.ref for row in rows if row.case.ref in stories and row.why]
        note_readings(by=self.person, what="case", refs=told, at=self.at)
        return {"stories": stories}

    @extend_schema(request=FollowUpAdding, responses={201: FollowUpFields})
    def create(self, request: Request) -> Response:
        given = self.read_input(FollowUpAdding)
        try:
            given["case"] = get_case(self.person, given["case"], to=WRITE, at=self.at)
        except (NotFound, NotAllowed) as refused:
            raise blame("case", refused) from None
        try:
            added = followups.add(by=self.person, at=self.at, **given)
        except NotAllowed as refused:
            raise blame("due_at" if given["due_at"] < self.at else "case", refused) from None
        return self.answer(added, status.HTTP_201_CREATED)

    @extend_schema(request=FollowUpChanges, responses=FollowUpFields)
    def partial_update(self, request: Request, **named: str) -> Response:
        row = self.get_object()
        given = self.read_input(FollowUpChanges, partial=True)
        get_follow_up(self.person, row.ref, to=WRITE, at=self.at)
        with transaction.atomic():
            for field, change in self._changes(row, given):
                try:
                    row = change(follow_up=row, by=self.person, at=self.at)
                except NotAllowed as refused:
                    raise blame(field, refused) from None
        return self.answer(row)

    def _changes(self, row: FollowUp, given: dict[str, Any]) -> list[tuple[str, partial[FollowUp]]]:
        """Return what is asked for, in the words of the services, each with the field that asks for it."""
        changes: list[tuple[str, partial[FollowUp]]] = []
        state, due_at, why = given.get("state", row.state), given.get("due_at"), given.get("why", "")
        is_try = given.get("state") == "tried"  # again and again: the one state that may follow itself
        is_put_off = due_at is not None and state == row.state and not is_try
        needs_reason = is_put_off or state in {"given_up", "skipped"} - {row.state}
        if needs_reason and not why.strip():
            raise serializers.ValidationError({"why": [_("Say why, so that the next person knows.")]})
        if "owner" in given:
            changes.append(("owner", partial(followups.assign, to=given["owner"])))
        if is_try:
            changes.append(("state", partial(followups.record_try, try_again_at=due_at, note=why)))
        elif is_put_off and due_at is not None:
            changes.append(("due_at", partial(followups.snooze, until=due_at, reason=why)))
        elif state == row.state:
            pass
        elif state == "due":
            if due_at is None:
                raise serializers.ValidationError({"due_at": [_("Say when it is due again.")]})
            changes.append(("state", partial(followups.reopen, due_at=due_at)))
        elif state == "done":
            changes.append(("state", partial(followups.finish, note=why)))
        else:
            end = followups.give_up if state == "given_up" else followups.skip
            changes.append(("state", partial(end, reason=why)))
        if why and not any("note" in change.keywords or "reason" in change.keywords for _field, change in changes):
            raise serializers.ValidationError({"why": [_("Say why together with what became of it.")]})
        return changes
