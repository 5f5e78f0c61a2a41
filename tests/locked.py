"""Rows that somebody else holds, on another connection, for as long as a test wants."""

from contextlib import contextmanager

from django.db import connection

GIVES_UP_AFTER = "100ms"


@contextmanager
def held(*rows):
    """Hold these rows as a transaction of another process would. For tests with `transaction=True`: they must be there."""
    other = connection.copy()
    try:
        other.set_autocommit(False)
        with other.cursor() as cursor:
            for row in rows:
                cursor.execute(f"SELECT 1 FROM {row._meta.db_table} WHERE id = %s FOR UPDATE", [row.pk])
        yield
    finally:
        other.rollback()
        other.close()


@contextmanager
def little_patience():
    """Let this connection give a lock up soon, as one does whose database is set up so."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET lock_timeout = '{GIVES_UP_AFTER}'")
        try:
            yield
        finally:
            cursor.execute("RESET lock_timeout")
