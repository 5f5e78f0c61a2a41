"""Who gets to which page of the network: one module for each area, read by tests/referrals/test_who_may.py.

A module may name:

- ``RULES``: ``(name of the address, method, who may)`` with KEEPERS, USERS or a set of roles; forms are sent empty:
  200, 204, 302, 400, 422 all mean that the door is open
- ``WITHOUT_SIGN_IN``: names of addresses that need no account, which have tests of their own
- ``REFS``: for each ``<slug:…>`` of its addresses a function that takes the provider of ``make_network`` and returns the
  reference of a row: ``{"<slug:fee_ref>": lambda provider: provider.fees.get().ref}``
- ``make(provider, person)``: adds one of everything of this area to the provider

Pages below a case (``/cases/…``) have their rules in tests/privacy/rules. An address without a rule fails the tests.
"""

KEEPERS = {"coordinator", "supervisor"}
USERS = {"counsellor", "paralegal", *KEEPERS}
