"""The people that the tests speak of, by name. Roles and duty phones are what the demo organisation has."""

import pytest

from tests.factories import NIGHT, make_line, make_person, make_shift


@pytest.fixture
def at():
    """A night in November: 02:10 in Johannesburg, and everybody on call is asleep."""
    return NIGHT


@pytest.fixture
def line(db):
    """The Umbrella Line: open at the desk from 08:00 to 20:00, on call otherwise."""
    return make_line()


@pytest.fixture
def nomsa(db):
    """A paralegal, first on call at night."""
    return make_person("nomsa", "paralegal", display_name="Nomsa", duty_phone="+447700900111")


@pytest.fixture
def sipho(db):
    """A paralegal, second on call at night."""
    return make_person("sipho", "paralegal", display_name="Sipho", duty_phone="+447700900112")


@pytest.fixture
def thandi(db):
    """A counsellor at the desk."""
    return make_person("thandi", "counsellor", display_name="Thandi", duty_phone="+447700900110")


@pytest.fixture
def lerato(db):
    """The coordinator, who is also the last resort."""
    return make_person("lerato", "coordinator", display_name="Lerato", duty_phone="+447700900113")


@pytest.fixture
def naledi(db):
    """The supervisor."""
    return make_person("naledi", "supervisor", display_name="Naledi", duty_phone="+447700900114")


@pytest.fixture
def pieter(db):
    """The administrator: keeps the system running and reads no case."""
    return make_person("pieter", "administrator", display_name="Pieter")


@pytest.fixture
def zola(db):
    """Was a counsellor, has left: signs in no more and must see nothing."""
    return make_person("zola", "counsellor", display_name="Zola", duty_phone="+447700900119", is_active=False)


@pytest.fixture
def on_call(line, nomsa, sipho):
    """Tonight's shifts: Nomsa is rung first, then Sipho."""
    return [make_shift(line, nomsa, 1), make_shift(line, sipho, 2)]
