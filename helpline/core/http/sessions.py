"""Sign-ins in the database, found by a hash of the cookie's key: whoever steals a dump cannot take one up.

Named by SESSION_ENGINE. Otherwise Django's own store (whose methods without `a` are all that we use).
"""

import hashlib
from typing import Any

from django.contrib.sessions.backends import db


class SessionStore(db.SessionStore):
    def _get_session_from_db(self) -> Any:
        key, self._session_key = self._session_key, hashed(self._session_key or "")
        found = super()._get_session_from_db()  # type: ignore[misc]  # forgets the key where there is no such sign-in
        self._session_key = key if found is not None else None
        return found

    def exists(self, session_key: str) -> bool:
        return super().exists(hashed(session_key))

    def create_model_instance(self, data: Any) -> Any:
        row = super().create_model_instance(data)
        row.session_key = hashed(row.session_key)
        return row

    def delete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        if key is not None:
            super().delete(hashed(key))


def hashed(key: str) -> str:
    """Return what stands in the database for a key: a key has 160 random bits, so a plain hash cannot be tried out."""
    return hashlib.sha256(key.encode()).hexdigest()[:40]
