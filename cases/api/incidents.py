"""The API of incidents: what happened, for programs of people who may read the case. Of stations and officers: nothing."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from cases.access import STORY, WRITE, get_case, get_incident
from cases.models import Answer, Detention, Incident, PartOfDay, Perpetrator, Said, Teller
from cases.services import incidents
from cases.services.incident_facts import LONGEST_NARRATIVE, LONGEST_WORDS, Facts, Held, Unfit, Who, facts_of
from cases.services.reading import note_readings
from helpline.core.api.fields import Fields, Filters, Moment, Person, Reference, Whole, Words
from helpline.core.api.records import Records
from helpline.core.api.refusals import blame
from helpline.core.errors import NotAllowed, NotFound
from helpline.core.staff.models import Role

ANSWERS_CALLERS = frozenset({Role.COUNSELLOR, Role.PARALEGAL, Role.SUPERVISOR})
LONGEST_CODE = 24


def code(**kwargs: Any) -> serializers.CharField:
    return serializers.CharField(max_length=LONGEST_CODE, **kwargs)


def codes(**kwargs: Any) -> serializers.ListField:
    return serializers.ListField(child=code(), max_length=60, **kwargs)


def choice(choices: Any, **kwargs: Any) -> serializers.ChoiceField:
    return serializers.ChoiceField(choices=choices.choices, allow_blank=True, **kwargs)


class PerpetratorFields(Fields[Perpetrator]):
    """Somebody who did it, as far as the teller knew. More of people in office stands on the page alone."""

    code = code()
    is_primary = serializers.BooleanField(default=False)
    how_many = Whole(required=False, allow_null=True, min_value=1, max_value=999)
    known = Words(required=False, allow_null=True, allow_blank=True, max_length=LONGEST_WORDS)
    vehicle = Words(required=False, allow_null=True, allow_blank=True, max_length=LONGEST_WORDS)
    plate = Words(required=False, allow_null=True, allow_blank=True, max_length=60)


class HeldFields(Fields[Detention]):
    """Since when somebody is held, between two moments; `country` is two letters, the line's where it is left out."""

    since_earliest = Moment()
    since_latest = Moment(required=False)
    released_at = Moment(required=False, allow_null=True)
    country = serializers.CharField(required=False, max_length=2, allow_blank=True)


class _Told(Fields[Incident]):
    narrative = Words(max_length=LONGEST_NARRATIVE, allow_null=True)
    when_said = choice(Said, required=False)
    earliest_at = Moment(allow_null=True, required=False)
    latest_at = Moment(allow_null=True, required=False)
    part_of_day = choice(PartOfDay, required=False)
    where_said = choice(Said, required=False)
    district = Words(required=False, allow_null=True, allow_blank=True, max_length=LONGEST_WORDS)
    place = Words(required=False, allow_null=True, allow_blank=True, max_length=LONGEST_WORDS)
    settings = codes(required=False)
    told_by = choice(Teller, required=False)
    told_elsewhere = choice(Answer, required=False)
    is_minor = choice(Answer, required=False)
    is_unwilling = choice(Answer, required=False)


class IncidentFields(_Told):
    """An incident. Codes are those of `vocabulary`; `event` is the same for people who went through one event."""

    id = serializers.CharField(source="ref", read_only=True)
    case = serializers.CharField(source="case.ref", read_only=True)
    event = serializers.CharField(read_only=True)
    vocabulary = serializers.CharField(read_only=True)
    version = serializers.IntegerField(read_only=True)
    recorded_at = Moment(read_only=True)
    recorded_by = Person(read_only=True)
    acts = serializers.SerializerMethodField()
    primary_act = serializers.SerializerMethodField()
    perpetrators = PerpetratorFields(many=True, read_only=True)
    held = serializers.SerializerMethodField()

    def get_acts(self, incident: Incident) -> list[str]:
        return [act.code for act in incident.acts.all()]

    def get_primary_act(self, incident: Incident) -> str | None:
        return next((act.code for act in incident.acts.all() if act.is_primary), None)

    @extend_schema_field(HeldFields(allow_null=True))
    def get_held(self, incident: Incident) -> Any:
        held = getattr(incident, "detention", None)
        return HeldFields(held).data if held is not None else None


class IncidentAdding(_Told):
    """What is written down: words, and whatever else was told. `key` of your own: the same again is one incident."""

    case = Reference()
    narrative = Words(max_length=LONGEST_NARRATIVE)
    acts = codes(required=False)
    primary_act = code(required=False, allow_blank=True)
    perpetrators = PerpetratorFields(many=True, required=False)
    held = HeldFields(required=False, allow_null=True)
    key = serializers.CharField(required=False, max_length=40)


class IncidentChanges(_Told):
    """What is changed, against the `version` that was read. Who did it, and who is held, are changed on the page."""

    version = Whole(min_value=1)
    narrative = Words(max_length=LONGEST_NARRATIVE)
    acts = codes()
    primary_act = code(allow_blank=True)


class IncidentFilters(Filters):
    case = Reference(required=False)
    event = Reference(required=False)
    act = code(required=False)


class Incidents(Records[Incident]):
    """What happened, in the cases whose story this person may read. Reading is written down."""

    queryset = Incident.objects.all()
    serializer_class = IncidentFields
    filters = IncidentFilters
    writers = ANSWERS_CALLERS

    def rows(self) -> QuerySet[Incident]:
        return Incident.objects.readable_by(self.person).whole().select_related("case")

    def narrow(self, rows: QuerySet[Incident], asked: dict[str, Any]) -> QuerySet[Incident]:
        words = {"case": "case__ref", "act": "acts__code"}
        return rows.filter(**{words.get(name, name): value for name, value in asked.items()})

    def get_object(self) -> Incident:
        found = get_incident(self.person, self.kwargs["ref"], to=STORY, at=self.at)
        return self.rows().get(pk=found.pk)

    def look_up(self, rows: Sequence[Incident]) -> dict[str, Any]:
        note_readings(by=self.person, what="case", refs=[row.case.ref for row in rows], at=self.at)
        return {}

    @extend_schema(request=IncidentAdding, responses={201: IncidentFields})
    def create(self, request: Request) -> Response:
        self.check_writer()
        given = self.read_input(IncidentAdding)
        try:
            case = get_case(self.person, given.pop("case"), to=WRITE, at=self.at)
        except (NotFound, NotAllowed) as refused:
            raise blame("case", refused) from None
        key = given.pop("key", None)
        held, people = given.pop("held", None), given.pop("perpetrators", [])
        facts = Facts(
            **_plain(given),
            held=Held(**held) if held else None,
            perpetrators=tuple(
                Who(**{name: value for name, value in who.items() if value is not None}) for who in people
            ),
        )
        own = f"api-{self.person.pk}-{key}" if key else None
        try:
            made = incidents.record(case=case, by=self.person, at=self.at, facts=facts, key=own)
        except Unfit as refused:
            raise serializers.ValidationError(_by_field(refused)) from None
        return self.answer(made, status.HTTP_201_CREATED)

    @extend_schema(request=IncidentChanges, responses=IncidentFields)
    def partial_update(self, request: Request, **named: str) -> Response:
        found = get_incident(self.person, self.kwargs["ref"], to=WRITE, at=self.at)
        given = self.read_input(IncidentChanges, partial=True)
        version = given.pop("version", None)
        if version is None:
            raise serializers.ValidationError({"version": [_("Say which version you read.")]})
        facts = replace(facts_of(found), **_plain(given))
        try:
            kept = incidents.change(incident=found, by=self.person, at=self.at, facts=facts, version=version)
        except Unfit as refused:
            raise serializers.ValidationError(_by_field(refused)) from None
        return self.answer(kept)


def _plain(given: dict[str, Any]) -> dict[str, Any]:
    """Return input in the words of the services: lists are tuples, and null texts are blank."""
    times = {"earliest_at", "latest_at"}
    return {
        name: tuple(value) if isinstance(value, list) else value if value is not None or name in times else ""
        for name, value in given.items()
    }


def _by_field(refused: Unfit) -> dict[str, list[str]]:
    within_held = {"since_earliest", "since_latest", "released_at", "country"}
    return {"held" if field in within_held else field: [sentence] for field, sentence in refused.fields.items()}
