"""Past cases: for supervisors, tests/cases/test_importing.py."""

NOT_OF_A_CASE = ("import_file", "import_look", "import_take_over", "import_drop")
