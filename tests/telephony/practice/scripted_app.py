"""A small application that answers webhooks from a script, over real HTTP: what the practice network is tried against."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

from twilio.request_validator import RequestValidator

TOKEN = "practice-token"


@dataclass
class Heard:
    """One request that the application got."""

    method: str
    path: str
    form: dict[str, str]
    headers: dict[str, str]
    well_signed: bool


@dataclass
class Says:
    """One answer; `then_wait` real seconds pass before it, at most until the application stops."""

    body: str | bytes = ""
    status: int = 200
    content_type: str = "text/xml"
    waits: float = 0.0
    location: str = ""


Script = str | Says | Callable[[Heard], "str | Says"]


@dataclass
class ScriptedApp:
    """`answers` by path; what is not there is answered 204 (a status callback)."""

    answers: dict[str, Script] = field(default_factory=dict)
    heard: list[Heard] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)
    url: str = ""
    public_url: str = ""

    def start(self) -> None:
        app = self

        class Handler(BaseHTTPRequestHandler):
            def _answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
                form = dict(parse_qsl(body, keep_blank_values=True))
                url = (app.public_url or app.url) + self.path
                signature = self.headers.get("X-Twilio-Signature", "")
                signed = bool(RequestValidator(TOKEN).validate(url, form, signature))
                query = dict(parse_qsl(urlsplit(self.path).query, keep_blank_values=True))
                heard = Heard(self.command, urlsplit(self.path).path, query | form, dict(self.headers), signed)
                app.heard.append(heard)
                said = app.say(heard)
                if said.waits:
                    app.stopping.wait(said.waits)
                content = said.body if isinstance(said.body, bytes) else said.body.encode()
                self.send_response(said.status)
                if said.location:
                    self.send_header("Location", said.location)
                if said.content_type:
                    self.send_header("Content-Type", said.content_type)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = _answer  # noqa: N815 - names given by the standard library

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.block_on_close = False
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=lambda: self.server.serve_forever(poll_interval=0.02), daemon=True)
        self.thread.start()

    def say(self, heard: Heard) -> Says:
        script = self.answers.get(heard.path, Says(status=204, content_type=""))
        said = script(heard) if callable(script) else script
        return said if isinstance(said, Says) else Says(said)

    def stop(self) -> None:
        self.stopping.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join(timeout=2)

    def at(self, path: str) -> list[dict[str, str]]:
        """The forms that were posted to a path, in the order in which they came."""
        return [heard.form for heard in self.heard if heard.path == path]

    @property
    def paths(self) -> list[str]:
        return [heard.path for heard in self.heard]


def twiml(*verbs: str) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?><Response>{"".join(verbs)}</Response>'
