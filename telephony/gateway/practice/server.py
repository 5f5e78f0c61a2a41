"""HTTP for the practice network: Twilio's REST paths and, under `/practice/`, the control side."""

import contextlib
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Self
from urllib.parse import parse_qsl, urlsplit

from telephony.gateway.practice.control_side import ControlSide
from telephony.gateway.practice.network import PracticeNetwork
from telephony.gateway.practice.rest import RestAnswer, RestRequest, RestSide

MOST_BYTES = 1024 * 1024


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: "_Server"

    def _answer(self) -> None:
        size = int(self.headers.get("Content-Length") or 0)
        if size > MOST_BYTES:
            self._write(RestAnswer(413))
            return
        body = self.rfile.read(size)
        split = urlsplit(self.path)
        query = parse_qsl(split.query, keep_blank_values=True)
        authorization = self.headers.get("Authorization", "")
        if split.path.startswith("/practice/"):
            answer: RestAnswer | None = self.server.control.answer(
                self.command, split.path, dict(query), body, authorization
            )
        else:
            form = parse_qsl(body.decode(errors="replace"), keep_blank_values=True)
            answer = self.server.rest.answer(RestRequest(self.command, split.path, query, form, authorization))
        if answer is None:
            self.close_connection = True
            return
        self._write(answer)

    def _write(self, answer: RestAnswer) -> None:
        with contextlib.suppress(OSError):  # whoever asked has gone away
            self.send_response(answer.status)
            if answer.status != 204:
                self.send_header("Content-Type", answer.content_type)
                self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            if answer.status != 204:
                self.wfile.write(answer.body)

    do_GET = do_POST = do_DELETE = do_PUT = _answer  # noqa: N815 - names given by the standard library

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - name given by the standard library
        """Write nothing: paths and bodies hold what people say. The transcript is the log."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(self, address: tuple[str, int], rest: RestSide, control: ControlSide) -> None:
        super().__init__(address, _Handler)
        self.rest = rest
        self.control = control


class PracticeServer:
    """A practice network with its HTTP side on `host:port` (port 0: any free one). Use as a context manager.

    Raises OSError where the port is taken.
    """

    def __init__(self, network: PracticeNetwork, *, host: str = "127.0.0.1", port: int = 0) -> None:
        self.network = network
        self.rest = RestSide(network)
        self.control = ControlSide(network, self.rest)
        self._server = _Server((host, port), self.rest, self.control)
        self.port = self._server.server_port
        self.url = f"http://{host}:{self.port}"
        network.exchange.base_url = self.url
        self._thread = Thread(target=self._serve(), name="practice-server", daemon=True)

    def _serve(self) -> Callable[[], None]:
        return lambda: self._server.serve_forever(poll_interval=0.1)

    def start(self) -> Self:
        self.network.start()
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop serving and stepping, in less than a second; requests that are never answered end here."""
        self.rest.stopping.set()
        self._server.shutdown()
        self._server.server_close()
        self.network.stop()
        self._thread.join(timeout=1.0)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()
