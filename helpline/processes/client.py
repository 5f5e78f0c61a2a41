"""A client of the product's own API, as a stranger would write it: address, token, JSON."""

import json
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass, field
from typing import Any

ANSWERS_WITHIN = 10.0  # seconds


class ApiRefused(Exception):
    """The API did not answer as it should; the text has the address and the status, never the body."""


@dataclass(frozen=True)
class ApiClient:
    """Reads version 1 of the API, and writes by it. The token is left out of the printed form."""

    address: str
    token: str = field(repr=False)

    def get(self, path: str) -> Any:
        """Return one record, or one page. Raises ApiRefused."""
        return self._ask(path)

    def post(self, path: str, values: dict[str, Any]) -> Any:
        """Make one record, and return it as it was kept. Raises ApiRefused."""
        return self._ask(path, json.dumps(values).encode())

    def _ask(self, path: str, body: bytes | None = None) -> Any:
        headers = {"Authorization": f"Token {self.token}", "Accept": "application/json"}
        request = urllib.request.Request(  # noqa: S310  PUBLIC_URL, checked at the start
            f"{self.address}/api/v1/{path}",
            data=body,
            headers=headers if body is None else {**headers, "Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=ANSWERS_WITHIN) as answer:  # noqa: S310
                return json.load(answer)
        except urllib.error.HTTPError as refusal:
            raise ApiRefused(f"/api/v1/{path.partition('?')[0]} answers {refusal.code}") from None
        except OSError as problem:
            raise ApiRefused(f"/api/v1/{path.partition('?')[0]}: {type(problem).__name__}") from None

    def list(self, name: str, **filters: str) -> list[dict[str, Any]]:
        """Return the first page of a list, as the filters have it. Raises ApiRefused."""
        results: list[dict[str, Any]] = self.get(f"{name}/?{urllib.parse.urlencode(filters)}")["results"]
        return results
