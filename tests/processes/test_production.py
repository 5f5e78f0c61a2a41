"""The real server with the settings of a real installation, behind a proxy that speaks HTTPS."""

import http.client
import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from tests.live import LiveLine, serving

pytestmark = pytest.mark.live
PRODUCTION = {"PUBLIC_URL": "https://desk.example.org", "REQUIRE_MFA": "true", "DEBUG": "false"}


@pytest.fixture(scope="module")
def desk() -> Iterator[LiveLine]:
    with serving("web", **PRODUCTION) as line:
        yield line


def ask(line: LiveLine, path: str, **headers: str) -> tuple[http.client.HTTPResponse, str]:
    """Ask as the proxy does: over plain HTTP, with the host that the browser asked for."""
    there = urlsplit(line.address)
    connection = http.client.HTTPConnection(there.hostname or "", there.port, timeout=10)
    try:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request("GET", path, headers={"Host": "desk.example.org", **named})
        answer = connection.getresponse()
        return answer, answer.read().decode(errors="replace")
    finally:
        connection.close()


def test_the_sign_in_page_is_served_over_https_with_everything_that_keeps_it_there(desk: LiveLine) -> None:
    answer, page = ask(desk, "/accounts/login/", X_Forwarded_Proto="https")
    assert answer.status == 200
    assert int(re.search(r"max-age=(\d+)", answer.headers["Strict-Transport-Security"])[1]) >= 31_536_000  # type: ignore[index]
    assert all("Secure" in cookie for cookie in answer.headers.get_all("Set-Cookie") or [])
    assert "no-store" in answer.headers["Cache-Control"]
    assert "Debug" not in page


def test_every_static_file_of_a_page_has_a_hash_in_its_name_and_may_be_kept_for_ever(desk: LiveLine) -> None:
    _, page = ask(desk, "/accounts/login/", X_Forwarded_Proto="https")
    files = set(re.findall(r"""["'](/static/[^"']+\.(?:css|js))["']""", page))
    assert files
    for file in files:
        answer, _ = ask(desk, file, X_Forwarded_Proto="https")
        assert re.search(r"\.[0-9a-f]{12}\.", file), file
        assert (answer.status, "immutable" in answer.headers["Cache-Control"]) == (200, True), file


def test_what_came_without_https_is_sent_to_it(desk: LiveLine) -> None:
    answer, _ = ask(desk, "/accounts/login/")
    assert (answer.status, answer.headers["Location"]) == (301, "https://desk.example.org/accounts/login/")


def test_a_load_balancer_hears_that_we_are_up_without_https(desk: LiveLine) -> None:
    assert ask(desk, "/healthz")[0].status == 200


def test_a_foreign_host_is_refused(desk: LiveLine) -> None:
    answer, page = ask(desk, "/accounts/login/", X_Forwarded_Proto="https", Host="evil.example.com")
    assert answer.status == 400
    assert "evil" not in page


def test_a_stranger_s_word_for_https_is_not_taken() -> None:
    with serving("web", **PRODUCTION, FORWARDED_ALLOW_IPS="192.0.2.1") as line:
        assert ask(line, "/accounts/login/", X_Forwarded_Proto="https")[0].status == 301
