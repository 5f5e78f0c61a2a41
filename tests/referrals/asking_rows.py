"""Lawyers and areas for tests of asking: what a test does not name is ordinary."""

from datetime import timedelta
from itertools import count

from cases.models import ReceiverKind
from referrals.models import Area, Provider, ProviderPerson, Service, StandBy
from tests.factories import NIGHT

_numbers = count(121)


def make_district(name="Woodstock", *, parent=None):
    return Area.objects.create(code=name.casefold().replace(" ", "-"), name=name, parent=parent)


def make_lawyer(
    name,
    *,
    number=None,
    area=None,
    languages=("zu", "en"),
    vetting="approved",
    kind=ReceiverKind.LAWYER,
    need="legal",
    stand_by=None,
    at=NIGHT,
    **changes,
):
    """A lawyer with an office of their own. Returns the person, whom an offer goes to."""
    of_person = {key: changes.pop(key) for key in ("by_call", "by_text", "at_night", "left_at") if key in changes}
    provider = Provider.objects.create(
        kind=kind, name=name, vetting=vetting, vetting_since=at, languages=list(languages), created_at=at, changed_at=at,
        **changes,
    )  # fmt: skip
    if area is not None:
        provider.areas.add(area)
    Service.objects.create(provider=provider, kind=need, name=need, created_at=at, changed_at=at)
    person = ProviderPerson.objects.create(
        provider=provider, name=name, number=number or f"+447700900{next(_numbers)}", created_at=at, **of_person
    )
    if stand_by is not None:
        put_on_stand_by(person, stand_by, at=at)
    return person


def put_on_stand_by(person, position=1, *, area=None, at=NIGHT, by=None):
    from helpline.core.staff.models import User

    return StandBy.objects.create(
        person=person, area=area, position=position, starts_at=at - timedelta(hours=6), ends_at=at + timedelta(hours=6),
        added_by=by or User.objects.first(), added_at=at,
    )  # fmt: skip


NAMES = ("Ayanda Law", "Botha Law", "Cele Law")
NUMBERS = ("+447700900121", "+447700900122", "+447700900123")


def make_three(woodstock=None):
    """Three lawyers of Woodstock on stand-by tonight, in this order."""
    area = woodstock or make_district()
    return [
        make_lawyer(name, number=number, area=area, stand_by=place)
        for place, (name, number) in enumerate(zip(NAMES, NUMBERS, strict=True), start=1)
    ]


def ask_for_lawyer(case, by, *, at=NIGHT, **changes):
    """A lawyer is asked for after an arrest in Woodstock, in isiZulu, within thirty minutes."""
    from referrals.services import asking

    ordinary = {
        "need": "legal", "matter": "arrest", "area": Area.objects.filter(code="woodstock").first(), "language": "zu",
    }  # fmt: skip
    return asking.ask(case=case, by=by, at=at, **{**ordinary, **changes})
