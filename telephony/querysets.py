"""Questions to the tables of the phone, in the words of the desk."""

from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from django.db import models

from cases.models import Case

if TYPE_CHECKING:
    from telephony.models import Call, Leg, Media, Recording, Text  # noqa: F401


class CallQuerySet(models.QuerySet["Call"]):
    def live(self) -> Self:
        """Calls that have not ended."""
        return self.exclude(state="ended")

    def going_on(self) -> Self:
        """Live calls that nobody has wrapped up: whoever spoke may be done before the gateway tells that it is over."""
        return self.live().filter(wrapped_up_at=None)

    def silent_since(self, at: datetime) -> Self:
        """Live calls of which nothing was heard since a time: their last callback was lost."""
        return self.live().filter(heard_at__lt=at)

    def visible_to(self, user: Any) -> Self:
        """Calls of cases that this person may know of."""
        return self.filter(case__in=Case.objects.visible_to(user))


class LegQuerySet(models.QuerySet["Leg"]):
    def live(self) -> Self:
        return self.filter(result=None)


class RecordingQuerySet(models.QuerySet["Recording"]):
    def to_fetch(self, at: datetime) -> Self:
        return self.filter(state="waiting", next_try_at__lte=at)

    def to_delete_at_provider(self, at: datetime) -> Self:
        return self.filter(state="kept", deleted_at_provider_at=None, next_try_at__lte=at)


class TextQuerySet(models.QuerySet["Text"]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(case__in=Case.objects.visible_to(user))


class MediaQuerySet(models.QuerySet["Media"]):
    def to_fetch(self, at: datetime) -> Self:
        return self.filter(state="waiting", next_try_at__lte=at)

    def to_delete_at_provider(self, at: datetime) -> Self:
        """What is kept here and may still lie at the gateway. What we refused stays there: it is nobody's copy to destroy."""
        return self.filter(state="kept", next_try_at__lte=at)
