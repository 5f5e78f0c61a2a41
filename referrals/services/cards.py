"""A provider in a few lines, to read out or to put into a text. Nothing in it says who we are or what somebody does."""

from django.utils.translation import gettext as _

from referrals.models import TRUSTED, Provider
from referrals.services.hour_words import say_hours


def say_card(provider: Provider) -> list[str]:
    """Return name, numbers, places and hours, a line each; nothing of a hidden place. Empty for whom nobody is sent to, or who is hidden."""
    if provider.is_hidden or provider.vetting not in TRUSTED:
        return []
    places = [one for one in provider.places.all() if not one.is_hidden and one.address]
    hidden = {one.pk for one in provider.places.all() if one.is_hidden}
    phones = [one for one in provider.phones.all() if one.person_id is None and one.place_id not in hidden]
    hours = [one for one in provider.hours.all() if one.service_id is None and one.place_id not in hidden]
    is_free = any(one.is_free for one in provider.services.all())
    return [
        provider.name,
        *(" ".join(part for part in (one.number, one.extension) if part) for one in phones),
        *(", ".join((one.address or "").split("\n")) for one in places),
        *say_hours(hours),
        *([_("free")] if is_free else []),
    ]
