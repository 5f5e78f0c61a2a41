"""Chromium as people use it. What it complains of, and whatever it asks of another host, fails the test."""

import contextlib
import time
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connection, connections
from django.test import Client
from playwright.sync_api import sync_playwright

from tests import machine

FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
)
PASSWORD = "umbrellas in the rain, all red"
# What the browser says where a live stream is refused, or ends with a sign-out: the page goes on without it.
STREAM_ENDS = ("Failed to load resource", "[object Event]", "EventSource's response")
WIDE, NARROW = {"width": 1280, "height": 800}, {"width": 390, "height": 844}


@contextlib.contextmanager
def chromium():
    """Start Chromium and end it. Rows of the test are made before: its loop would open a connection of its own."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(machine.CHROMIUM.find()), args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()


class Window:
    """One window: a page, its address, and what went wrong in it."""

    def __init__(self, browser, address, *, size=WIDE, scheme="light", cookies=(), may_ask=()):
        self.address = address
        self.hosts = {None, urlsplit(address).hostname, *may_ask}
        self.context = browser.new_context(viewport=size, color_scheme=scheme)
        self.context.add_cookies(list(cookies))
        self.page = self.context.new_page()
        self.wrong = []
        self.page.on("pageerror", lambda error: self.wrong.append(f"error: {error}"))
        self.page.on("console", self._hear)
        self.page.on("dialog", self._refuse)
        self.page.on("request", self._look)
        self.page.on("response", self._read)

    def _hear(self, said):
        if said.type == "error" and not said.text.startswith(STREAM_ENDS):
            self.wrong.append(f"console: {said.text}")

    def _refuse(self, dialog):
        self.wrong.append("a dialog opened")
        dialog.dismiss()

    def _look(self, request):
        host = urlsplit(request.url).hostname
        if host not in self.hosts:
            self.wrong.append(f"asked {host}")

    def _read(self, response):
        is_a_full_stream = response.status == 503 and response.url.endswith("/live/")
        if response.status >= 500 and not is_a_full_stream:
            self.wrong.append(f"answered {response.status}: {urlsplit(response.url).path}")

    def open(self, path):
        self.page.goto(f"{self.address}{path}")
        return self.page


def wait_until_the_server_rests():
    """Wait until no statement of a page that was still being made is running: emptying the tables would meet it half-way."""
    deadline = time.monotonic() + 10
    with connection.cursor() as cursor:
        while time.monotonic() < deadline:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'"
            )
            if cursor.fetchone() == (0,):
                return
            time.sleep(0.05)  # a database tells nobody when a statement of somebody else ends


@pytest.fixture
def windows(request):
    """Return a function that opens windows on an address; at the end none of them may have had anything go wrong."""
    opened = []
    with contextlib.ExitStack() as stack:
        started = []

        def open_window(address, **how):
            if not started:
                started.append(stack.enter_context(chromium()))
            opened.append(Window(started[0], address, **how))
            return opened[-1]

        yield open_window
        for window in opened:
            window.context.close()
        if request.node.get_closest_marker("django_db"):
            wait_until_the_server_rests()
        # Beside Chromium's loop a test's questions to the database have a connection of their own: close it here.
        connections.close_all()
        wrong = [complaint for window in opened for complaint in window.wrong]
    assert wrong == []


def give_password(person):
    person.set_password(PASSWORD)
    person.save()


def cookie_of(person, address):
    """Sign somebody in without the form, before Chromium is there: give the cookie to their window."""
    client = Client()
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    return {"name": cookie.key, "value": cookie.value, "url": address}


def sign_in(window, name, *, password=PASSWORD):
    """Sign in by the form, as people do."""
    page = window.open("/accounts/login/")
    page.locator("[name=login]").fill(name)
    page.locator("[name=password]").fill(password)
    page.locator("[name=password]").press("Enter")
    page.wait_for_url(lambda url: "/accounts/login/" not in url)
    return page
