"""Django's backend for PostgreSQL; connecting, too, ends when patience does (libpq waits two seconds at least)."""

import threading
from typing import Any

from django.db.backends.postgresql import base
from psycopg import OperationalError

from helpline.core.postgresql.patience import seconds_left


class _Connecting:
    """One try to connect, in a thread of its own, that may be given up."""

    def __init__(self) -> None:
        self.is_over = threading.Event()
        self.connection: Any = None
        self.error: BaseException | None = None
        self._lock = threading.Lock()
        self._is_given_up = False

    def run(self, connect: Any, parameters: Any) -> None:
        try:
            made = connect(parameters)
        except BaseException as error:  # noqa: BLE001 - told to whoever waits
            self.error = error
        else:
            with self._lock:
                if self._is_given_up:
                    made.close()
                else:
                    self.connection = made
        self.is_over.set()

    def give_up(self) -> bool:
        """Nobody waits any more. False where it has just come about."""
        with self._lock:
            self._is_given_up = self.connection is None
            return self._is_given_up


class DatabaseWrapper(base.DatabaseWrapper):
    def get_new_connection(self, conn_params: Any) -> Any:
        seconds = seconds_left()
        if seconds is None:
            return super().get_new_connection(conn_params)
        trying = _Connecting()
        arguments = (super().get_new_connection, conn_params)
        threading.Thread(target=trying.run, args=arguments, name="connecting", daemon=True).start()
        if not trying.is_over.wait(seconds) and trying.give_up():
            raise OperationalError("the database does not answer")
        if trying.error is not None:
            raise trying.error
        return trying.connection
