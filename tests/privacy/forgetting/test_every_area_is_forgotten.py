"""A case with one of everything that any area can put into it: all of it goes with one wish."""

import pytest

from cases.models import Caller, Case
from cases.services import erasing
from tests.privacy import test_who_sees_what as desk
from tests.privacy.forgetting.test_erasing import everything_sealed
from tests.privacy.rules import STORY

pytestmark = pytest.mark.django_db
sipho_s = desk.sipho_s


def test_of_a_case_with_one_of_everything_not_one_word_is_left(sipho_s, sipho, naledi, at):
    caller = sipho_s.caller
    sipho_s.calls.update(state="ended")
    wish = erasing.ask(case=sipho_s, scope="person", how="code_word", by=sipho, at=at)
    erasing.carry_out(wish=wish, by=naledi, at=at)
    assert not Case.objects.filter(pk=sipho_s.pk).exists()
    assert not Caller.objects.filter(pk=caller.pk).exists()
    assert [name for name, value in everything_sealed() if STORY in value] == []
