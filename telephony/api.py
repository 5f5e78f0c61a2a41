"""The API of calls and texts: of the cases that the one who asks may know of."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Prefetch, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from cases.access import WRITE, get_case, with_story
from cases.models import Case
from cases.services.reading import note_readings
from helpline.core.api.fields import AskedMoment, Fields, Filters, LineNumber, Moment, Person, Reference, Words
from helpline.core.api.records import Records
from helpline.core.api.refusals import blame
from helpline.core.errors import NotAllowed, NotFound
from telephony.models import Call, Leg, Text
from telephony.models.call import CallKind, CallOutcome, CallState, LegResult
from telephony.models.text import Direction
from telephony.services.writing import write_text

LONGEST_SID = 64
LONGEST_TEXT = 1_600  # characters: what the gateway takes


class LegFields(Fields[Leg]):
    """One phone of ours that was rung. `result` is null while it rings or talks, `seconds` until it has ended."""

    to_staff = Person(source="person", read_only=True, allow_null=True)
    to_provider = serializers.SerializerMethodField()
    is_last_resort = serializers.BooleanField(read_only=True)
    result = serializers.ChoiceField(choices=LegResult.choices, read_only=True, allow_null=True)
    rang_at = Moment(read_only=True)
    seconds = serializers.IntegerField(read_only=True, allow_null=True)

    def get_to_provider(self, leg: Leg) -> str | None:
        """Lawyers on stand-by are rung from the day that referrals are here."""
        return None


class CallFields(Fields[Call]):
    """A call to a line of ours, with every phone that was rung for it. `caller` is null where the number was withheld."""

    id = serializers.CharField(source="ref", read_only=True)
    sid = serializers.CharField(read_only=True)
    direction = serializers.CharField(read_only=True)
    line = LineNumber(read_only=True, allow_null=True)
    caller = serializers.CharField(source="caller.ref", read_only=True, allow_null=True)
    case = serializers.CharField(source="case.ref", read_only=True, allow_null=True)
    state = serializers.ChoiceField(choices=CallState.choices, read_only=True)
    outcome = serializers.ChoiceField(choices=CallOutcome.choices, read_only=True, allow_null=True)
    kind = serializers.ChoiceField(
        choices=CallKind.choices, read_only=True, help_text="What it was about; blank: not said."
    )
    answered_by = Person(read_only=True, allow_null=True)
    started_at = Moment(read_only=True)
    answered_at = Moment(read_only=True, allow_null=True)
    ended_at = Moment(read_only=True, allow_null=True)
    legs = LegFields(many=True, read_only=True)
    anomalies = serializers.ListField(child=serializers.CharField(), read_only=True)


class CallFilters(Filters):
    sid = Words(max_length=LONGEST_SID, required=False)
    case = Reference(required=False)
    state = serializers.ChoiceField(choices=CallState.choices, required=False)
    outcome = serializers.ChoiceField(choices=CallOutcome.choices, required=False)
    since = AskedMoment(required=False, help_text="Calls that began then or later.")
    until = AskedMoment(required=False, help_text="Calls that began then or earlier.")


class Calls(Records[Call]):
    """Calls. They are made by telephones and changed by nobody."""

    queryset = Call.objects.all()
    serializer_class = CallFields
    filters = CallFilters

    def rows(self) -> QuerySet[Call]:
        legs = Prefetch("legs", Leg.objects.select_related("person"))
        with_people = Call.objects.visible_to(self.person).select_related("line", "caller", "case", "answered_by")
        return with_people.prefetch_related(legs)

    def narrow(self, rows: QuerySet[Call], asked: dict[str, Any]) -> QuerySet[Call]:
        words = {"case": "case__ref", "since": "started_at__gte", "until": "started_at__lte"}
        return rows.filter(**{words.get(name, name): value for name, value in asked.items()})


class TextFields(Fields[Text]):
    """A text, in or out. `body` is null for whoever may not read the case; `sid` until the gateway has taken it."""

    id = serializers.CharField(source="ref", read_only=True)
    sid = serializers.CharField(read_only=True, allow_null=True)
    direction = serializers.ChoiceField(choices=Direction.choices, read_only=True)
    line = LineNumber(read_only=True, allow_null=True)
    caller = serializers.CharField(source="caller.ref", read_only=True, allow_null=True)
    case = serializers.CharField(source="case.ref", read_only=True, allow_null=True)
    body = serializers.CharField(read_only=True, allow_null=True)
    state = serializers.CharField(read_only=True)
    at = Moment(read_only=True)

    def to_representation(self, instance: Text) -> dict[str, Any]:
        told: dict[str, Any] = super().to_representation(instance)
        if told["case"] not in self.context["stories"]:
            told["body"] = None
        return told


class TextWriting(Fields[Text]):
    """A text to whoever called. It leaves only where that was called safe. The same `key` again is the same text."""

    case = Reference()
    body = Words(max_length=LONGEST_TEXT)
    key = serializers.RegexField(r"^[A-Za-z0-9._-]+$", max_length=60, required=False)


class TextFilters(Filters):
    sid = Words(max_length=LONGEST_SID, required=False)
    case = Reference(required=False)
    direction = serializers.ChoiceField(choices=Direction.choices, required=False)
    since = AskedMoment(required=False)
    until = AskedMoment(required=False, help_text="Up to and with this moment.")


class Texts(Records[Text]):
    """Texts. Reading their words is reading the case, and is written down."""

    queryset = Text.objects.all()
    serializer_class = TextFields
    filters = TextFilters

    def rows(self) -> QuerySet[Text]:
        return Text.objects.visible_to(self.person).select_related("line", "caller", "case")

    def narrow(self, rows: QuerySet[Text], asked: dict[str, Any]) -> QuerySet[Text]:
        words = {"case": "case__ref", "since": "at__gte", "until": "at__lte"}
        return rows.filter(**{words.get(name, name): value for name, value in asked.items()})

    def look_up(self, rows: Sequence[Text]) -> dict[str, Any]:
        cases: list[Case] = [text.case for text in rows if text.case is not None]
        stories = with_story(self.person, cases)
        note_readings(by=self.person, what="case", refs=stories, at=self.at)
        return {"stories": stories}

    @extend_schema(request=TextWriting, responses={201: TextFields})
    def create(self, request: Request) -> Response:
        given = self.read_input(TextWriting)
        try:
            case = get_case(self.person, given["case"], to=WRITE, at=self.at)
        except (NotFound, NotAllowed) as refused:
            raise blame("case", refused) from None
        # Somebody else's key, or the same one on another case, must never lead to a text that is not meant.
        key = f"api-{self.person.ref}-{case.ref}-{given['key']}" if "key" in given else ""
        try:
            text = write_text(case=case, by=self.person, body=given["body"], at=self.at, key=key)
        except NotAllowed as refused:
            raise blame("body", refused) from None
        return self.answer(text, status.HTTP_201_CREATED)
