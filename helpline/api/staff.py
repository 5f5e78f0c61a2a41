"""`staff`: who works here, by username."""

from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from helpline.core.api.fields import LONGEST_USERNAME, Fields, Moment, Words
from helpline.core.api.records import Records
from helpline.core.api.refusals import blame
from helpline.core.errors import NotAllowed
from helpline.core.staff import services
from helpline.core.staff.models import Role, User

SEES_DUTY_NUMBERS = (Role.COORDINATOR, Role.ADMINISTRATOR)
KEEPS_STAFF = frozenset({Role.ADMINISTRATOR})


class Roles(serializers.MultipleChoiceField):
    """Roles, in a list that is always in the same order."""

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, list) or not all(isinstance(role, str) for role in data):
            self.fail("not_a_list", input_type=type(data).__name__)
        return sorted(super().to_internal_value(tuple(data)))

    def to_representation(self, value: Any) -> Any:
        return sorted(value)


class StaffFields(Fields[User]):
    """A person who works here. The duty number is shown to whoever keeps the rota's phones and to the person alone.

    It is set by nobody through here: a number counts once its code was typed back by whoever holds the phone.
    """

    username = Words(max_length=LONGEST_USERNAME)
    display_name = Words(max_length=60, required=False, allow_blank=True)
    roles = Roles(choices=Role.choices)
    duty_phone = serializers.CharField(read_only=True, allow_null=True)
    duty_phone_verified_at = Moment(read_only=True, allow_null=True)

    def to_representation(self, instance: User) -> dict[str, Any]:
        told: dict[str, Any] = super().to_representation(instance)
        asking: User = self.context["asking"]
        if instance != asking and not asking.holds(*SEES_DUTY_NUMBERS):
            told["duty_phone"] = None
        return told


class StaffChanges(Fields[User]):
    """What an administrator changes of an account that is there."""

    roles = Roles(choices=Role.choices)


class Staff(Records[User]):
    """Staff: everybody sees who works here; administrators make accounts (without a password) and give roles."""

    queryset = User.objects.all()
    serializer_class = StaffFields
    lookup_field = "username"
    writers = KEEPS_STAFF

    def rows(self) -> QuerySet[User]:
        rows: QuerySet[User] = User.objects.active().prefetch_related("held_roles")
        return rows

    def look_up(self, rows: Any) -> dict[str, Any]:
        return {"asking": self.person}

    @extend_schema(responses={201: StaffFields})
    def create(self, request: Request) -> Response:
        self.check_writer()
        given = self.read_input(StaffFields)
        try:
            made = services.make_account(by=self.person, at=self.at, **given)
        except NotAllowed as refused:
            raise blame("username", refused) from None
        return self.answer(made, status.HTTP_201_CREATED)

    @extend_schema(request=StaffChanges, responses=StaffFields)
    def partial_update(self, request: Request, **named: str) -> Response:
        self.check_writer()
        user = self.get_object()
        given = self.read_input(StaffChanges, partial=True)
        if "roles" in given:
            try:
                with transaction.atomic():
                    services.set_roles(user=user, roles=given["roles"], by=self.person, at=self.at)
            except NotAllowed as refused:
                raise blame("roles", refused) from None
        return self.answer(user)
