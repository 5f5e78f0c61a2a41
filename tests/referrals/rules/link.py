"""The page behind a one-time link: no account. Its tests: tests/referrals/test_link.py."""

WITHOUT_SIGN_IN = {"offer_link", "report_link"}
