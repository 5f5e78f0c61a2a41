"""Journeys play whole calls, on the telephone network of the tests of the line."""

from tests.telephony.conformance.conftest import clock as clock
from tests.telephony.conformance.conftest import make_network as make_network
from tests.telephony.conformance.conftest import nothing_fails_unseen as nothing_fails_unseen
