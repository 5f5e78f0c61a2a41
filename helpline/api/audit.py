"""`audit`: who did what to what, and when. Codes and references, never content."""

from typing import Any

from django.db.models import Q, QuerySet
from rest_framework import exceptions, serializers
from rest_framework.request import Request

from cases.models import Complaint
from helpline.core.api.fields import AskedMoment, Fields, Filters, Moment, Person, Reference
from helpline.core.api.records import Records
from helpline.core.audit.models import Entry
from helpline.core.staff.models import Role

READS_AUDIT = (Role.SUPERVISOR, Role.ADMINISTRATOR)


class EntryFields(Fields[Entry]):
    """One deed. `verb` is dotted (`case.read`), `what` the kind and `about` the public reference of the thing."""

    id = serializers.CharField(source="ref", read_only=True)
    at = Moment(read_only=True)
    who = Person(read_only=True, allow_null=True)
    verb = serializers.CharField(read_only=True)
    what = serializers.CharField(read_only=True)
    about = serializers.CharField(read_only=True)
    detail = serializers.DictField(read_only=True)


class EntryFilters(Filters):
    about = Reference(required=False)
    who = Person(required=False)
    verb = serializers.RegexField(r"^[a-z_]+(\.[a-z_]+)*$", max_length=64, required=False)
    since = AskedMoment(required=False)
    until = AskedMoment(required=False, help_text="Up to and with this moment.")


class Audit(Records[Entry]):
    """The audit: supervisors and administrators read it. For all others there is nothing here."""

    queryset = Entry.objects.all()
    serializer_class = EntryFields
    filters = EntryFilters

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if not self.person.holds(*READS_AUDIT):
            raise exceptions.NotFound

    def rows(self) -> QuerySet[Entry]:
        # Whoever is named in a complaint learns from nothing here that there is one.
        shown = Complaint.objects.visible_to(self.person).values("ref")
        hidden = Q(what="complaint") & ~Q(about="") & ~Q(about__in=shown)
        return Entry.objects.select_related("who").exclude(hidden)

    def narrow(self, rows: QuerySet[Entry], asked: dict[str, Any]) -> QuerySet[Entry]:
        words = {"since": "at__gte", "until": "at__lte"}
        return rows.filter(**{words.get(name, name): value for name, value in asked.items()})
