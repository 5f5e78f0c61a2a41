"""The API of check-ins. Whether a word for danger was given is told to nobody who may not read the case."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from cases.access import WRITE, get_case, with_story
from cases.models import CheckIn, CheckInContact, CheckInState, CheckInStep
from cases.services import check_in_people, check_ins
from cases.services.check_in_answers import Heard, hear_on_phone
from cases.services.check_ins import Agreed, ContactAgreed, NotAgreed
from cases.services.reading import note_readings
from helpline.core.api.fields import Fields, Filters, Moment, Person, Reference, Whole, Words
from helpline.core.api.records import Records
from helpline.core.api.refusals import blame
from helpline.core.errors import NotAllowed, NotFound

LONGEST_WORD = 40  # characters
STORY_FIELDS = ("where", "danger", "police_yes", "contacts", "steps")


class ContactFields(Fields[CheckInContact]):
    """One of her people, by the reference of the route to them."""

    route = serializers.CharField(source="route.ref")
    position = serializers.IntegerField()


class StepFields(Fields[CheckInStep]):
    """One thing that was done."""

    kind = serializers.CharField()
    at = Moment()
    result = serializers.CharField()
    because = serializers.CharField()
    person = Person(allow_null=True)
    by = Person(allow_null=True)


class CheckInFields(Fields[CheckIn]):
    """A check-in. Her words are never answered. What belongs to the story is null for whoever may not read the case."""

    id = serializers.CharField(source="ref", read_only=True)
    case = serializers.CharField(source="case.ref", read_only=True)
    state = serializers.ChoiceField(choices=CheckInState.choices)
    due_at = Moment()
    grace_minutes = serializers.IntegerField()
    every_minutes = serializers.IntegerField(allow_null=True)
    ends_at = Moment(allow_null=True)
    set_by = Person()
    set_at = Moment()
    acknowledged_by = Person(allow_null=True)
    acknowledged_at = Moment(allow_null=True)
    finished_at = Moment(allow_null=True)
    where = serializers.CharField(allow_null=True)
    danger = serializers.BooleanField(source="is_danger", allow_null=True)
    police_yes = serializers.CharField(allow_null=True)
    contacts = ContactFields(many=True, allow_null=True)
    steps = StepFields(many=True, allow_null=True)

    def to_representation(self, instance: CheckIn) -> dict[str, Any]:
        told: dict[str, Any] = super().to_representation(instance)
        if instance.case.ref not in self.context["stories"]:
            told |= dict.fromkeys(STORY_FIELDS)
        return told


class ContactGiven(Fields[Any]):
    """One of her people: the route, the name they know her by, and what they are texted (nothing: to let her ring)."""

    route = Reference()
    knows_her_as = Words(max_length=60)
    tell = Words(max_length=160, required=False, allow_blank=True, default="")


class CheckInSetting(Fields[CheckIn]):
    """What was agreed with her. The people are told in the order in which they are given."""

    case = Reference()
    due_at = Moment()
    grace_minutes = Whole(required=False, default=10, min_value=0, max_value=60)
    every_minutes = Whole(required=False, allow_null=True, default=None)
    ends_at = Moment(required=False, allow_null=True, default=None)
    where = Words(required=False, allow_blank=True, default="", max_length=2000)
    contacts = ContactGiven(many=True)
    safe_word = Words(required=False, allow_blank=True, default="", max_length=LONGEST_WORD)
    danger_word = Words(required=False, allow_blank=True, default="", max_length=LONGEST_WORD)
    takes_plain_safe = serializers.BooleanField(required=False, default=False)
    contacts_in_danger = serializers.BooleanField(required=False, default=False)
    police_yes = Words(required=False, allow_blank=True, default="", max_length=500)


class CheckInChanges(Fields[CheckIn]):
    """What people do: `acknowledged` true (I am on it), `more_minutes`, `state` `missed` (begin now), `stopped` with `why`,
    or `safe` with the `word` that she said. One of them at a time.
    """

    acknowledged = serializers.BooleanField()
    more_minutes = Whole()
    state = serializers.ChoiceField(choices=[("missed", "missed"), ("safe", "safe"), ("stopped", "stopped")])
    why = Words(max_length=500)
    word = Words(max_length=LONGEST_WORD, allow_blank=True)


class CheckInFilters(Filters):
    case = Reference(required=False)
    state = serializers.ChoiceField(choices=CheckInState.choices, required=False)


class CheckIns(Records[CheckIn]):
    """Check-ins of the cases that this person may know of."""

    queryset = CheckIn.objects.all()
    serializer_class = CheckInFields
    filters = CheckInFilters

    def rows(self) -> QuerySet[CheckIn]:
        people = ("case", "set_by", "acknowledged_by")
        beside = ("contacts__route", "steps__person", "steps__by")
        return CheckIn.objects.visible_to(self.person).select_related(*people).prefetch_related(*beside)

    def narrow(self, rows: QuerySet[CheckIn], asked: dict[str, Any]) -> QuerySet[CheckIn]:
        words = {"case": "case__ref"}
        return rows.filter(**{words.get(name, name): value for name, value in asked.items()})

    def look_up(self, rows: Sequence[CheckIn]) -> dict[str, Any]:
        stories = with_story(self.person, [row.case for row in rows])
        told = [row.case.ref for row in rows if row.case.ref in stories]
        note_readings(by=self.person, what="case", refs=told, at=self.at)
        return {"stories": stories}

    @extend_schema(request=CheckInSetting, responses={201: CheckInFields})
    def create(self, request: Request) -> Response:
        given = self.read_input(CheckInSetting)
        try:
            case = get_case(self.person, given.pop("case"), to=WRITE, at=self.at)
        except (NotFound, NotAllowed) as refused:
            raise blame("case", refused) from None
        people = [ContactAgreed(one["route"], one["knows_her_as"], one["tell"]) for one in given.pop("contacts")]
        try:
            row = check_ins.start(case=case, by=self.person, agreed=Agreed(contacts=people, **given), at=self.at)
        except NotAgreed as refused:
            raise blame(refused.field, refused) from None
        return self.answer(row, status.HTTP_201_CREATED)

    @extend_schema(request=CheckInChanges, responses=CheckInFields)
    def partial_update(self, request: Request, **named: str) -> Response:
        row = self.get_object()
        given = self.read_input(CheckInChanges, partial=True)
        get_case(self.person, row.case.ref, to=WRITE, at=self.at)
        self._change(row, given)
        return self.answer(row)

    def _change(self, row: CheckIn, given: dict[str, Any]) -> None:
        """Do the one thing that is asked for."""
        asked = [name for name in ("acknowledged", "more_minutes", "state") if name in given]
        if len(asked) != 1:
            raise serializers.ValidationError({"state": [_("Ask for one thing at a time.")]})
        who: dict[str, Any] = {"check_in": row, "by": self.person, "at": self.at}
        try:
            if asked == ["more_minutes"]:
                check_in_people.extend(minutes=given["more_minutes"], **who)
            elif asked == ["acknowledged"]:
                self._acknowledge(who, is_true=given["acknowledged"])
            elif given["state"] == "missed":
                check_in_people.escalate(**who)
            elif given["state"] == "stopped":
                check_in_people.stop(reason=given.get("why", ""), **who)
            elif hear_on_phone(said=given.get("word", ""), is_over=True, **who) == Heard.WRONG:
                raise serializers.ValidationError(
                    {"word": [_("That is not their word. It goes on as if nothing had been said.")]}
                )
        except NotAllowed as refused:
            raise blame("why" if given.get("state") == "stopped" and row.is_live else asked[0], refused) from None

    def _acknowledge(self, who: dict[str, Any], *, is_true: bool) -> None:
        if not is_true:
            raise serializers.ValidationError(
                {"acknowledged": [_("This cannot be taken back: somebody else says so too.")]}
            )
        check_in_people.acknowledge(**who)
