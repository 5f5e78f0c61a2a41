"""A lawyer is proposed, talked with, tested by a peer, approved by a second person; trusted; and then a breach is told."""

import pytest
from django.test import Client

from cases.models import FollowUp
from helpline.core import clock
from helpline.core.alarms.models import Alarm
from helpline.core.outbox.models import Message
from referrals.models import Offer, Provider, Referral
from referrals.services import answering, asking
from tests.cases.clocks.conftest import local
from tests.dashboard.conftest import text_of
from tests.factories import make_area, make_caller, make_case, make_person_of, make_provider
from tests.referrals.test_vetting_pages import points_form

pytestmark = pytest.mark.django_db
NOON = "2026-11-25T12:00"


def desk_of(person):
    desk = Client()
    desk.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return desk


@pytest.fixture
def at(monkeypatch, settings):
    settings.REQUIRE_MFA = False

    def set_clock(words):
        now = local(words)
        monkeypatch.setattr("helpline.core.clock.now", lambda: now)
        return now

    set_clock(NOON)
    return set_clock


def test_from_proposed_to_trusted_and_out_again(at, line, thandi, lerato, naledi):
    woodstock = make_area()
    ayanda = make_provider(vetting="proposed", areas=[woodstock], number="+447700900121", languages=["zu", "en"])
    botha = make_provider("Botha Law", areas=[woodstock], languages=["zu"])
    make_person_of(botha, "Botha", number="+447700900122")
    lead, second, counsellor = desk_of(lerato), desk_of(naledi), desk_of(thandi)
    page = f"/network/{ayanda.ref}/vetting/"

    # 1. A counsellor sees that nobody is sent there yet; the coordinator begins.
    assert "Not vetted yet: nobody is sent there." in text_of(counsellor.get(f"/network/{ayanda.ref}/"))
    lead.post(page)

    # 2. The talk: fifteen points by Lerato, each with what shows it.
    scored = {f"score_{n}": "2" for n in range(1, 16)} | {f"evidence_{n}": "seen" for n in range(1, 16)}
    lead.post(f"{page}points/", points_form(ayanda, lead, **scored))
    lead.post(f"{page}move/", {"verb": "interview", "why": "talked"})

    # 3. A peer rings: a first one hears a lecture, so that it goes no further; a second one is treated well.
    told = {"how": "call", "tested_at": "2026-11-24T10:00", "reached": "yes", "respectful": "yes"}
    lead.post(f"{page}tests/", {**told, "moralised": "yes"})
    refused = lead.post(f"{page}move/", {"verb": "peer_test", "why": "peer"})
    assert "treated badly" in text_of(refused)
    lead.post(f"{page}tests/", {**told, "tested_at": "2026-11-25T10:00", "moralised": "no"})
    lead.post(f"{page}move/", {"verb": "peer_test", "why": "peer"})

    # 4. The agreement is signed. Lerato scored everything, so that Naledi approves.
    lead.post(f"{page}signed/", {"on": "2026-11-25"})
    assert "did not give all the scores" in text_of(lead.post(f"{page}move/", {"verb": "approve", "why": "all_known"}))
    second.post(f"{page}move/", {"verb": "approve", "why": "all_known"})
    ayanda.refresh_from_db()
    assert (ayanda.vetting, str(ayanda.renew_by)) == ("approved", "2027-05-25")

    # 5. She is asked for a caller, accepts, and they are in touch.
    at("2026-12-01T14:00")
    case = make_case(line=line, caller=make_caller(), owner=thandi)
    given = _ask(case, thandi, woodstock, ayanda)

    # 6. The caller tells of a breach. Suspended in the same breath, the referral flagged, the counsellor and coordinators told.
    told_at = at("2026-12-01T16:00")
    place = f"/cases/{case.ref}/referrals/{given.ref}/report/"
    counsellor.post(place, {"kind": "breach", "words": "she told my landlord", "key": "once"})
    counsellor.post(place, {"kind": "breach", "words": "she told my landlord", "key": "once"})
    given.refresh_from_db()
    assert Provider.objects.get(pk=ayanda.pk).vetting == "suspended"
    assert given.flagged_at == told_at
    assert FollowUp.objects.unfinished().filter(because="look_at_referral", owner=thandi).count() == 1
    assert Alarm.objects.filter(kind="provider_suspended").count() == 1
    texts = Message.objects.filter(template="staff/alarm", to_ref="lerato")
    assert not [one for one in texts if "landlord" in str(one.words) or "Ayanda" in str(one.words)]

    # 7. Nobody else is sent there: the next caller gets the other lawyer.
    other = make_case(line=line, caller=make_caller(), owner=thandi)
    asked = _ask_anybody(other, thandi, woodstock, told_at)
    assert set(Offer.objects.filter(referral=asked).values_list("provider__name", flat=True)) == {"Botha Law"}

    # 8. The counsellor reads why in a sentence, without the words that were told, and says that she has looked.
    said = text_of(counsellor.get(f"/network/{ayanda.ref}/"))
    assert "trust was broken" in said
    assert "landlord" not in said
    counsellor.post(f"/cases/{case.ref}/referrals/{given.ref}/looked-at/")
    assert not FollowUp.objects.unfinished().filter(because="look_at_referral").exists()

    # 9. Lerato looks at it: it was so. There is no way back by a short cut.
    at("2026-12-02T10:00")
    report = ayanda.reports.get()
    lead.post(f"{page}reports/{report.ref}/", {"state": "upheld", "answer": "she said so herself"})
    assert "remove them" in text_of(lead.post(f"{page}move/", {"verb": "lift", "why": "looked_into"}))
    lead.post(f"{page}move/", {"verb": "remove", "why": "breach"})
    assert counsellor.get(f"/network/{ayanda.ref}/").status_code == 404
    assert [move.after for move in ayanda.moves.order_by("pk")] == [
        "interviewed", "peer_tested", "approved", "suspended", "removed",
    ]  # fmt: skip


def _ask_anybody(case, by, area, at):
    return asking.ask(case=case, by=by, at=at, need="legal", matter="arrest", area=area, language="zu")


def _ask(case, by, area, provider):
    now = clock.now()
    person = provider.people.get()
    asked = asking.ask(
        case=case, by=by, at=now, need="legal", matter="arrest", area=area, language="zu", persons=[person.ref]
    )
    answering.accept(offer=asked.offers.get(), at=now, how="desk", by=by)
    asking.mark_reached(referral=Referral.objects.get(pk=asked.pk), by=by, at=now)
    return asked
