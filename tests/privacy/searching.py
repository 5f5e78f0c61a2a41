"""Look for words in everything that a line leaves behind: tables, Redis, files."""

import base64
from pathlib import Path
from urllib.parse import quote, quote_plus

import psycopg
from psycopg import sql


def forms_of(word):
    """A word as it might lie somewhere: as it is, in an address, in UTF-16, in base64 at each of three offsets."""
    plain = word.encode()
    forms = {plain, quote(word, safe="").encode(), quote_plus(word).encode(), word.encode("utf-16-le")}
    if len(plain) >= 9:
        for offset in range(3):
            whole = base64.b64encode(b"x" * offset + plain)
            forms.add(whole[4 if offset else 0 : len(whole) - 4])
    return forms


class Canaries:
    """Words that must be nowhere. `found_in` says which of them are in some bytes, whatever their form."""

    def __init__(self, **words):
        self.forms = {name: forms_of(word) for name, word in words.items()}

    def found_in(self, content):
        content = content.encode("utf-8", "replace") if isinstance(content, str) else bytes(content)
        low = content.lower()
        return {
            name for name, forms in self.forms.items() if any(form in content or form.lower() in low for form in forms)
        }


def scan_tables(address, canaries):
    """Read every column of every row of every table, and return where a canary lies in clear."""
    found, read = set(), 0
    with psycopg.connect(address, autocommit=True) as connection:
        columns = connection.execute(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
        ).fetchall()
        for table, column in columns:
            query = sql.SQL("SELECT {0}, {0}::text FROM {1} WHERE {0} IS NOT NULL")
            rows = connection.execute(query.format(sql.Identifier(column), sql.Identifier(table)))
            for value, written in rows:
                read += 1
                found |= {
                    (name, f"{table}.{column}")
                    for form in (value if isinstance(value, bytes) else written, written)
                    for name in canaries.found_in(form)
                }
    return found, read


def scan_redis(client, canaries):
    """Read every key, whatever its type, and return where a canary lies."""
    found, read = set(), 0
    for key in client.scan_iter():
        kind = client.type(key).decode()
        values = {
            "string": lambda key: [client.get(key)],
            "list": lambda key: client.lrange(key, 0, -1),
            "set": client.smembers,
            "hash": lambda key: [part for pair in client.hgetall(key).items() for part in pair],
            "zset": lambda key: [member for member, _score in client.zrange(key, 0, -1, withscores=True)],
        }[kind](key)
        for value in [key, *values]:
            read += 1
            found |= {(name, f"redis {key.decode(errors='replace')}") for name in canaries.found_in(value or b"")}
    return found, read


def scan_folder(folder, canaries):
    """Read every file, its name too, and return where a canary lies."""
    found, read = set(), 0
    for path in Path(folder).rglob("*"):
        found |= {(name, f"name of {path.name}") for name in canaries.found_in(path.name)}
        if path.is_file() and "static" not in path.relative_to(folder).parts:
            read += 1
            found |= {(name, str(path.relative_to(folder))) for name in canaries.found_in(path.read_bytes())}
    return found, read
