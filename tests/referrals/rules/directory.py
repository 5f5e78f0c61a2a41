"""The directory: everybody who speaks with callers looks into it, its keepers change it."""

from referrals.models import Area, ProviderPerson
from tests.factories import NIGHT
from tests.referrals.rules import KEEPERS, USERS

RULES = [
    ("network", "get", USERS),
    ("network", "post", USERS),
    ("map", "get", USERS),
    ("sheet", "get", USERS),
    ("provider", "get", USERS),
    ("provider_show", "post", USERS),
    ("areas", "get", KEEPERS),
    ("areas", "post", KEEPERS),
    ("area", "get", KEEPERS),
    ("area", "post", KEEPERS),
    ("provider_new", "get", KEEPERS),
    ("provider_new", "post", KEEPERS),
    ("provider_change", "get", KEEPERS),
    ("provider_change", "post", KEEPERS),
    ("provider_checked", "post", KEEPERS),
    ("part_new", "get", KEEPERS),
    ("part_new", "post", KEEPERS),
    ("part", "get", KEEPERS),
    ("part", "post", KEEPERS),
]
REFS = {
    "<slug:area_ref>": lambda _provider: Area.objects.get(code="woodstock").ref,
    "<slug:kind>": lambda _provider: "person",
    "<slug:part_ref>": lambda provider: provider.people.order_by("pk").first().ref,
}


def make(provider, person):
    Area.objects.create(code="woodstock", name="Woodstock")
    ProviderPerson.objects.create(provider=provider, name="Ayanda", number="+447700900121", created_at=NIGHT)
