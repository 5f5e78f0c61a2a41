"""The API of what is asked for a case. Whoever may not read a case learns of none."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from cases.access import WRITE, get_case
from cases.models import Case, NeedKind
from cases.services.reading import note_readings
from helpline.core.api.fields import Fields, Filters, Moment, Reference, Words
from helpline.core.api.records import Records
from helpline.core.api.refusals import blame
from helpline.core.errors import NotAllowed, NotFound
from helpline.core.staff.models import Role
from referrals.access import get_referral
from referrals.api.provider_fields import AreaCode
from referrals.models import AskingWay, Declined, Matter, Offer, Referral, ReferralOutcome, ReferralState
from referrals.services import asking

ANSWERS_CALLERS = frozenset({Role.COUNSELLOR, Role.PARALEGAL, Role.SUPERVISOR})
LONGEST_WORDS = 2_000  # characters


class ReferralFields(Fields[Referral]):
    """Somebody is asked for a case. `provider`, `offered_at` and `answer_by` are of whoever accepted, else of whoever has the
    question now, else of whoever had it last; all are null where nobody was asked.
    """

    id = serializers.CharField(source="ref", read_only=True)
    case = serializers.CharField(source="case.ref", read_only=True)
    need = serializers.ChoiceField(choices=NeedKind.choices)
    provider = serializers.SerializerMethodField()
    service = serializers.CharField(source="service.ref", read_only=True, allow_null=True, default=None)
    state = serializers.ChoiceField(choices=ReferralState.choices)
    asked_at = Moment(read_only=True)
    promised_by = Moment(read_only=True, allow_null=True)
    offered_at = serializers.SerializerMethodField()
    answer_by = serializers.SerializerMethodField()
    accepted_at = Moment(read_only=True, allow_null=True)
    outcome = serializers.ChoiceField(choices=ReferralOutcome.choices, allow_null=True)
    declined_because = serializers.SerializerMethodField()

    def get_provider(self, row: Referral) -> str | None:
        offer = _speaking(row)
        return offer.provider.ref if offer is not None and offer.provider is not None else None

    @extend_schema_field(OpenApiTypes.DATETIME)
    def get_offered_at(self, row: Referral) -> str | None:
        offer = _speaking(row)
        return _say(offer.offered_at) if offer is not None else None

    @extend_schema_field(OpenApiTypes.DATETIME)
    def get_answer_by(self, row: Referral) -> str | None:
        offer = _speaking(row)
        return _say(offer.answer_by) if offer is not None else None

    @extend_schema_field(serializers.ChoiceField(choices=Declined.choices, allow_null=True))
    def get_declined_because(self, row: Referral) -> str | None:
        said = [offer for offer in row.offers.all() if offer.declined_because]
        return said[-1].declined_because if said else None

    def to_representation(self, instance: Referral) -> dict[str, Any]:
        told: dict[str, Any] = super().to_representation(instance)
        return {**told, "outcome": told["outcome"] or None}


class ReferralAsking(Fields[Referral]):
    """Whom to ask for. `area` is the code of an area. `may_be_told` is read by whoever accepts, and needs `consent`: the
    reference of a yes to sharing. A `key` of your own makes a repeated POST one referral.
    """

    case = Reference()
    need = serializers.ChoiceField(choices=NeedKind.choices, default=NeedKind.LEGAL.value)
    matter = serializers.ChoiceField(choices=Matter.choices, default=Matter.OTHER.value)
    area = AreaCode(required=False, allow_null=True)
    language = Words(required=False, allow_blank=True, max_length=12)
    way = serializers.ChoiceField(
        choices=[("in_turn", AskingWay.IN_TURN.label), ("together", AskingWay.TOGETHER.label)], default="in_turn"
    )
    promised_minutes = serializers.IntegerField(
        required=False, allow_null=True, min_value=1, max_value=asking.MOST_MINUTES, default=30
    )
    consent = Reference(required=False, allow_null=True)
    may_be_told = Words(required=False, allow_blank=True, max_length=1_000)
    key = Words(required=False, max_length=60)


class ReferralEnding(Fields[Referral]):
    """What became of it, and more in words."""

    outcome = serializers.ChoiceField(choices=ReferralOutcome.choices)
    words = Words(required=False, allow_blank=True, max_length=LONGEST_WORDS)


class ReferralFilters(Filters):
    case = Reference(required=False)
    state = serializers.ChoiceField(choices=ReferralState.choices, required=False)


class Referrals(Records[Referral]):
    """What is asked for the cases whose story this person may read. Reading it is written down."""

    queryset = Referral.objects.all()
    serializer_class = ReferralFields
    filters = ReferralFilters
    writers = ANSWERS_CALLERS

    def rows(self) -> QuerySet[Referral]:
        made = Offer.objects.select_related("provider").order_by("place", "pk")
        rows = Referral.objects.filter(case__in=Case.objects.readable_by(self.person))
        return rows.select_related("case", "service", "provider").prefetch_related(Prefetch("offers", made))

    def narrow(self, rows: QuerySet[Referral], asked: dict[str, Any]) -> QuerySet[Referral]:
        return rows.filter(**{"case__ref" if name == "case" else name: value for name, value in asked.items()})

    def look_up(self, rows: Sequence[Referral]) -> dict[str, Any]:
        note_readings(by=self.person, what="case", refs=[row.case.ref for row in rows], at=self.at)
        return {}

    @extend_schema(request=ReferralAsking, responses={201: ReferralFields})
    def create(self, request: Request) -> Response:
        self.check_writer()
        given = self.read_input(ReferralAsking)
        try:
            case = get_case(self.person, given.pop("case"), to=WRITE, at=self.at)
        except (NotFound, NotAllowed) as refused:
            raise blame("case", refused) from None
        told, consent, key = given.pop("may_be_told", ""), given.pop("consent", None), given.pop("key", "")
        if told.strip() and not consent:
            raise serializers.ValidationError({"consent": [_("Without a yes nothing is told.")]})
        try:
            row = asking.ask(
                case=case, by=self.person, at=self.at, area=given.pop("area", None), language=given.pop("language", ""), may_be_told=told,
                consent_ref=consent or "", is_team=given["need"] == NeedKind.RAPID_RESPONSE,
                key=f"api-{self.person.pk}-{case.ref}-{key}" if key else None, **given,
            )  # fmt: skip
        except NotFound as refused:
            raise blame("consent", refused) from None
        except NotAllowed as refused:
            raise blame("case", refused) from None
        return self.answer(row, status.HTTP_201_CREATED)

    @extend_schema(request=ReferralEnding, responses=ReferralFields)
    def partial_update(self, request: Request, **named: str) -> Response:
        row = self.get_object()  # first: what is not theirs is not there, whoever asks
        self.check_writer()
        given = self.read_input(ReferralEnding)
        row = get_referral(self.person, row.ref, to=WRITE, at=self.at)
        try:
            return self.answer(asking.end(referral=row, by=self.person, at=self.at, why="", **given))
        except NotAllowed as refused:
            raise blame("outcome", refused) from None


def _speaking(row: Referral) -> Offer | None:
    """Return the offer that stands for a referral now."""
    made = [offer for offer in row.offers.all() if offer.offered_at is not None]
    for state in ("accepted", "open"):
        found = next((offer for offer in made if offer.state == state), None)
        if found is not None:
            return found
    return made[-1] if made else None


def _say(moment: datetime | None) -> str | None:
    return Moment().to_representation(moment) if moment is not None else None
