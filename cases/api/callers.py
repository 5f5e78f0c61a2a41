"""The API of the people who call: nameless until a case of theirs may be read, and what may be done now on each number."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from django.db.models import Prefetch, QuerySet
from rest_framework import serializers

from cases.access import with_story
from cases.models import Caller, Case, Number, Purpose, SafeContact
from cases.reaching import Channel, Verdict
from cases.services.consents import refusing
from cases.services.reading import note_readings
from cases.services.safe_contact import answer, decide_for
from helpline.core.api.fields import Fields
from helpline.core.api.records import Records
from helpline.core.privacy.numbers import mask_number

CHANNELS: tuple[Channel, ...] = ("text", "call")


class CallerFields(Fields[Caller]):
    """Somebody who calls. Names and numbers (their last three figures) only where a case of theirs may be read."""

    ref = serializers.CharField(read_only=True)
    code_name = serializers.CharField(read_only=True, allow_null=True)
    pronouns = serializers.CharField(read_only=True, allow_null=True)
    language = serializers.CharField(read_only=True)
    numbers = serializers.SerializerMethodField()
    ways = serializers.SerializerMethodField()

    def get_numbers(self, caller: Caller) -> list[str]:
        return [mask_number(str(held.number)) for held in caller.numbers.all()]

    def get_ways(self, caller: Caller) -> list[dict[str, Any]]:
        """What may be done now on each number of which they spoke: never what they said, who hears, or any word of theirs."""
        case, at = self.context["known"][caller.pk], self.context["at"]
        return [self._way(card, case, at) for card in caller.safe_contacts.all()]

    def _way(self, card: SafeContact, case: Case, at: datetime) -> dict[str, Any]:
        told: dict[str, Any] = {"number": mask_number(str(card.number.number)), "whose": card.whose}
        for channel in CHANNELS:
            decision = decide_for(channel=channel, said=card, number=card.number, case=case, at=at)
            if case.pk in self.context["refused"]:
                decision = answer(Verdict("no_contact"), case)
            told[channel] = {
                "now": decision.is_allowed, "because": decision.because, "next_at": _utc(decision.next_at),
                "until": _utc(decision.until),
            }  # fmt: skip
        return told

    def to_representation(self, instance: Caller) -> dict[str, Any]:
        if instance.pk not in self.context["known"]:
            nameless: dict[str, Any] = {
                "code_name": None,
                "pronouns": None,
                "language": None,
                "numbers": [],
                "ways": [],
            }
            return {"ref": instance.ref, **nameless}
        told: dict[str, Any] = super().to_representation(instance)
        return told


def _utc(moment: datetime | None) -> str | None:
    return None if moment is None else f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


class Callers(Records[Caller]):
    """People who call, of the cases that this person may know of.

    Somebody who is only possibly known on a case stays nameless there: the phone may be shared.
    """

    queryset = Caller.objects.all()
    serializer_class = CallerFields

    def rows(self) -> QuerySet[Caller]:
        cases = Case.objects.visible_to(self.person).exclude(caller=None)
        in_order = Prefetch("numbers", Number.objects.order_by("pk"))
        cards = Prefetch("safe_contacts", SafeContact.objects.select_related("number").order_by("number_id"))
        return Caller.objects.filter(pk__in=cases.values("caller_id")).prefetch_related(in_order, cards)

    def look_up(self, rows: Sequence[Caller]) -> dict[str, Any]:
        theirs = Case.objects.visible_to(self.person).filter(caller__in=rows, possibly_known=False)
        cases = list(theirs.select_related("line").order_by("pk"))
        stories = with_story(self.person, cases)
        known = {case.caller_id: case for case in cases if case.ref in stories}  # the newest of each
        told = [caller.ref for caller in rows if caller.pk in known]
        note_readings(by=self.person, what="caller", refs=told, at=self.at)
        refused = refusing(known.values(), Purpose.CONTACT, at=self.at)
        return {"known": known, "refused": refused, "at": self.at}
