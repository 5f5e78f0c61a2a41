"""The API of what callers agree to."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from cases.access import WRITE, get_case
from cases.consenting import Receiver
from cases.models import Consent, ConsentHow, Purpose, ReceiverKind
from cases.models.consent import ConsentAnswer
from cases.services import consent_keeping, consents
from cases.services.reading import note_readings
from helpline.core.api.fields import Fields, Filters, Moment, Person, Reference, Words
from helpline.core.api.records import Records
from helpline.core.api.refusals import blame
from helpline.core.errors import NotAllowed, NotFound

ANSWERS = [(one.value, one.label) for one in ConsentAnswer if one != ConsentAnswer.WITHDRAWN]
TAKE_BACK = [(ConsentAnswer.WITHDRAWN.value, ConsentAnswer.WITHDRAWN.label)]


class ConsentFields(Fields[Consent]):
    """One answer. It is never changed; the newest to the same purpose and receiver counts.

    `holds` says whether there is now a yes that covers this purpose and receiver, whatever this answer was.
    """

    id = serializers.CharField(source="ref", read_only=True)
    case = serializers.CharField(source="case.ref", read_only=True)
    purpose = serializers.ChoiceField(choices=Purpose.choices)
    receiver_kind = serializers.ChoiceField(choices=ReceiverKind.choices, allow_blank=True)
    receiver = serializers.CharField(source="receiver_name", read_only=True, allow_null=True)
    answer = serializers.ChoiceField(choices=ConsentAnswer.choices)
    how = serializers.ChoiceField(choices=ConsentHow.choices)
    said_at = Moment()
    until = Moment(allow_null=True)
    language = serializers.CharField(source="wording.language", default=None, read_only=True, allow_null=True)
    wording_version = serializers.IntegerField(source="wording.version", default=None, read_only=True, allow_null=True)
    limits = Words(allow_null=True)
    witness = Words(allow_null=True)
    recorded_by = Person(read_only=True)
    holds = serializers.SerializerMethodField()

    def get_holds(self, row: Consent) -> bool:
        return row.pk in self.context["holding"]


class ConsentAdding(Fields[Consent]):
    """What somebody said to one purpose. `receiver_kind` is needed for `share` and for nothing else."""

    case = Reference()
    purpose = serializers.ChoiceField(choices=Purpose.choices)
    answer = serializers.ChoiceField(choices=ANSWERS)
    receiver_kind = serializers.ChoiceField(choices=ReceiverKind.choices, required=False, allow_blank=True)
    receiver = Words(required=False, allow_blank=True, max_length=consent_keeping.LONGEST_NAME)
    how = serializers.ChoiceField(choices=ConsentHow.choices, default=ConsentHow.SPOKEN.value)
    said_at = Moment(required=False)
    until = Moment(required=False, allow_null=True)
    language = serializers.RegexField(r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})?$", required=False)
    limits = Words(required=False, allow_blank=True, max_length=2_000)
    witness = Words(required=False, allow_blank=True, max_length=consent_keeping.LONGEST_NAME)


class ConsentTakingBack(Fields[Consent]):
    """`withdrawn`: they take it back. This makes a new answer, which is what comes back."""

    answer = serializers.ChoiceField(choices=TAKE_BACK)


class ConsentFilters(Filters):
    case = Reference(required=False)
    purpose = serializers.ChoiceField(choices=Purpose.choices, required=False)
    answer = serializers.ChoiceField(choices=ConsentAnswer.choices, required=False)


class Consents(Records[Consent]):
    """What was answered in the cases whose story this person may read. Reading it is written down."""

    queryset = Consent.objects.all()
    serializer_class = ConsentFields
    filters = ConsentFilters

    def rows(self) -> QuerySet[Consent]:
        return Consent.objects.readable_by(self.person).select_related("case", "wording", "recorded_by")

    def narrow(self, rows: QuerySet[Consent], asked: dict[str, Any]) -> QuerySet[Consent]:
        return rows.filter(**{"case__ref" if name == "case" else name: value for name, value in asked.items()})

    def look_up(self, rows: Sequence[Consent]) -> dict[str, Any]:
        note_readings(by=self.person, what="case", refs=[row.case.ref for row in rows], at=self.at)
        return {"holding": consents.which_hold(rows, at=self.at)}

    @extend_schema(request=ConsentAdding, responses={201: ConsentFields})
    def create(self, request: Request) -> Response:
        given = self.read_input(ConsentAdding)
        try:
            case = get_case(self.person, given.pop("case"), to=WRITE, at=self.at)
        except (NotFound, NotAllowed) as refused:
            raise blame("case", refused) from None
        receiver = Receiver(given.pop("receiver_kind", ""), given.pop("receiver", ""))
        answer = consent_keeping.Answer(given.pop("purpose"), given.pop("answer"), receiver)
        try:
            (kept,) = consent_keeping.record(case=case, answers=[answer], by=self.person, at=self.at, **given)
        except NotAllowed as refused:
            raise blame("answer", refused) from None
        return self.answer(kept, status.HTTP_201_CREATED)

    @extend_schema(request=ConsentTakingBack, responses=ConsentFields)
    def partial_update(self, request: Request, **named: str) -> Response:
        row = self.get_object()
        self.read_input(ConsentTakingBack)
        get_case(self.person, row.case.ref, to=WRITE, at=self.at)
        try:
            return self.answer(consent_keeping.withdraw(consent=row, by=self.person, at=self.at))
        except NotAllowed as refused:
            raise blame("answer", refused) from None
