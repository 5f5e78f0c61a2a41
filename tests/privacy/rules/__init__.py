"""Who gets to which address of a case: one module for each area, read by tests/privacy/test_who_sees_what.py.

A module may name:

- ``READING``: addresses (by their names) that show that there is a case, by GET, such as ``("case",)``
- ``STORIES``: addresses that show what stands in a case, by GET, such as ``("incidents",)``: `get_case(…, to=STORY)`
- ``VERBS``: addresses that do something, with a form that would do it: ``{"incident_new": {"happened": "today"}}``
- ``NOT_OF_A_CASE``: addresses that belong to no single case; they need tests of their own
- ``REFS``: for each further ``<slug:…>`` of the module's addresses a function that takes the case and returns the
  reference of a row of it, made by ``make``: ``{"<slug:incident_ref>": lambda case: case.incidents.get().ref}``
- ``make(case, person)``: puts one of everything of this area into a case, with the words of ``STORY`` in every text

An address without a rule fails the tests. The names of addresses are unique over all apps' pages of cases.
"""

STORY = "quokka-story"
