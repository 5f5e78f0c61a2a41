"""Search over many encrypted cases: how long a page of hits takes, and how many statements it costs.

Makes cases with notes, code names, numbers and plates in a PostgreSQL of its own, sealed and filed as the product does,
and asks the page by POST, as a browser does, through the whole stack of the web process but the socket. Prints the size
first. `make figures` does it with 2,000 cases; `python -m bench.search --cases 100000` takes some ten minutes.
"""

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests import servers

ROOT = Path(__file__).resolve().parent.parent
DEFAULT_CASES = 2_000
NOTES_PER_CASE = (1, 1, 1, 2)
WORDS_PER_NOTE = range(25, 120)
VOCABULARY = 30_000
BATCH = 2_000
TIMES = 40  # searches of each kind, each for something else
SYLLABLES = [consonant + vowel for consonant in "bdfghjklmnprstvwyz" for vowel in "aeiou"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=DEFAULT_CASES)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inside:
        measure(options.cases, options.seed)
        return
    try:
        told = {
            **os.environ,
            **servers.environment(servers.start_keeper()),
            "LOG_LEVEL": "ERROR",
            "REQUIRE_MFA": "false",
        }
        told["DJANGO_SETTINGS_MODULE"] = "helpline.settings"
        told["VAR_DIR"] = tempfile.mkdtemp(prefix="helpline-bench-")
        told["PUBLIC_URL"] = "http://localhost:8000"
        for words in (["manage.py", "release"], ["manage.py", "demo_data", "--password", "bench-password-only"]):
            subprocess.run([sys.executable, *words], cwd=ROOT, env=told, check=True, stdout=subprocess.DEVNULL)
        inside = ["-m", "bench.search", "--inside", "--cases", str(options.cases), "--seed", str(options.seed)]
        sys.exit(subprocess.run([sys.executable, *inside], cwd=ROOT, env=told).returncode)
    finally:
        servers.stop_keeper()


def make_vocabulary(dice: random.Random) -> list[str]:
    """Invented words, the commonest first."""
    words = dict.fromkeys(
        "".join(dice.choices(SYLLABLES, k=dice.choice((2, 2, 3, 3, 4)))) for _ in range(VOCABULARY * 3)
    )
    return list(words)[:VOCABULARY]


class Draw:
    """Draws words as texts have them: the n-th is written about 1/n as often as the first (Zipf)."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.words = make_vocabulary(self.dice)
        self.weights: list[float] = []
        total = 0.0
        for rank in range(len(self.words)):
            total += 1 / (rank + 10)  # flatter at the top: the commonest words of a language are not indexed
            self.weights.append(total)

    def note(self, plate: str) -> str:
        words = self.dice.choices(self.words, cum_weights=self.weights, k=self.dice.choice(WORDS_PER_NOTE))
        if plate:
            words.insert(self.dice.randrange(len(words)), f"in a van {plate}")
        return " ".join(words)

    def plate(self) -> str:
        return (
            f"CA {self.dice.randrange(100, 1000)}-{self.dice.randrange(100, 1000)}" if self.dice.random() < 0.1 else ""
        )


def number_of(n: int) -> str:
    return f"+2782{n:07d}"


def fill(cases: int, seed: int) -> tuple[int, int]:
    """Make the cases. Returns how many notes and how many rows of the index that were."""
    from django.db import connection, transaction

    from cases.models import SearchWord

    draw, notes, rows = Draw(seed), 0, 0
    # The two indexes of the table are made once at the end, as a restore does it.
    with connection.schema_editor() as editor:
        for index in SearchWord._meta.indexes:
            editor.remove_index(SearchWord, index)
    for first in range(0, cases, BATCH):
        with transaction.atomic():
            made = fill_batch(draw, range(first, min(cases, first + BATCH)))
        notes, rows = notes + made[0], rows + made[1]
        print(f"\r{first + BATCH} of {cases}", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    with connection.schema_editor() as editor:
        for index in SearchWord._meta.indexes:
            editor.add_index(SearchWord, index)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return notes, rows


def fill_batch(draw: Draw, numbers: range) -> tuple[int, int]:
    from datetime import timedelta

    from cases.models import Caller, Case, Note, Number, Source, WordKind
    from cases.services.word_index import words_for
    from helpline.core import clock
    from helpline.core.lines.models import Line
    from helpline.core.privacy.drawers import file_words
    from helpline.core.privacy.fields import newest_index
    from helpline.core.privacy.references import new_code
    from helpline.core.staff.models import User

    now, line, owner = clock.now(), Line.objects.first(), User.objects.get(username="counsellor")
    callers = Caller.objects.bulk_create(
        Caller(created_at=now, code_name=f"{draw.dice.choice(draw.words)}{n % 97:02d}".title()) for n in numbers
    )
    telephones = Number.objects.bulk_create(
        Number(caller=caller, number=number_of(n), index=newest_index("number", number_of(n)), created_at=now)
        for n, caller in zip(numbers, callers, strict=True)
    )
    cases = Case.objects.bulk_create(
        Case(
            ref=f"HL-{new_code(12)}", line=line, caller=number.caller, number=number, owner=owner, source=Source.CALL,
            opened_at=now - timedelta(minutes=5 * n), state="closed" if n > 500 else "open",
        )
        for n, number in zip(numbers, telephones, strict=True)
    )  # fmt: skip
    notes, words = [], []
    for case, caller in zip(cases, callers, strict=True):
        words += [
            (case, "name", caller.ref, word)
            for word in file_words(case.ref, words_for(WordKind.NAME, [caller.code_name]))
        ]
        plate = draw.plate()
        for _ in range(draw.dice.choice(NOTES_PER_CASE)):
            note = Note(case=case, author=owner, body=draw.note(plate), written_at=now, changed_at=now)
            filed = file_words(case.ref, words_for(WordKind.NOTE, [note.body]))
            words += [(case, "note", note.ref, word) for word in filed]
            notes.append(note)
    Note.objects.bulk_create(notes, batch_size=1000)
    copy_words(words)
    return len(notes), len(words)


def copy_words(words: list[tuple]) -> None:
    from django.db import connection

    with connection.cursor() as cursor, cursor.copy(
        "COPY cases_searchword (case_id, kind, source, word) FROM STDIN"
    ) as copy:  # fmt: skip
        for case, kind, source, word in words:
            copy.write_row((case.pk, kind, source, word))


def searches(cases: int, seed: int) -> Iterator[tuple[str, list[str]]]:
    """What is sought, by kind: each time something else."""
    draw = Draw(seed)
    from cases.models import Case, Note

    dice = random.Random(seed + 1)
    picked = [Note.objects.select_related("case__caller").order_by("pk")[n] for n in dice.sample(range(cases), TIMES)]
    bodies = [note.body.split() for note in picked]
    yield "one common word (of every tenth case or more)", dice.choices(draw.words[:40], k=TIMES)
    yield "one word", [dice.choice(words) for words in bodies]
    yield "one rare word", dice.choices(draw.words[-3000:], k=TIMES)
    yield "two words of one note", [" ".join(dice.sample(words, 2)) for words in bodies]
    yield "two common words", [" ".join(dice.sample(draw.words[:40], 2)) for _ in range(TIMES)]
    yield "five words of one note", [" ".join(dice.sample(words, 5)) for words in bodies]
    yield "a code name", [note.case.caller.code_name for note in picked]
    yield (
        "a name and a word",
        [f"{note.case.caller.code_name} {words[0]}" for note, words in zip(picked, bodies, strict=True)],
    )
    yield "a whole number", [number_of(dice.randrange(cases)) for _ in range(TIMES)]
    plates = [body[body.index("CA ") :][:10] for body in (" ".join(words) for words in bodies) if "CA " in body] or [
        "CA 123-456"
    ]
    yield "a plate", dice.choices(plates, k=TIMES)
    yield "four characters of a plate", [plate.replace("-", "")[-4:] for plate in dice.choices(plates, k=TIMES)]
    yield "a reference", [Case.objects.order_by("pk")[dice.randrange(cases)].ref for _ in range(TIMES)]
    yield "a word that is nowhere", [f"xq{n}xqzy" for n in range(TIMES)]


def measure(cases: int, seed: int) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpline.settings")
    import django

    django.setup()
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from cases.services import searching
    from helpline.core.staff.models import User

    searching.MOST_SEARCHES = 10**9  # nobody searches so often; what is measured here is one search
    client = Client(headers={"host": "localhost"})
    client.force_login(
        User.objects.get(username="counsellor"), backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    client.post("/cases/search/", {"q": "warm"})  # whatever is learned once in the life of a process
    began = time.monotonic()
    notes, rows = fill(cases, seed)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_total_relation_size('cases_searchword') / 1048576, pg_database_size(current_database()) / 1048576"
        )
        index_mb, whole_mb = cursor.fetchone()
    print(
        f"search over {cases} sealed cases, {notes} notes, {rows} rows of the index ({index_mb} of {whole_mb} MB), "
        f"made in {time.monotonic() - began:.0f} s"
    )
    print(f"{'page of hits for':48} {'median ms':>10} {'p90 ms':>8} {'statements':>11} {'found':>7}")
    slowest = 0.0
    for kind, sought in list(searches(cases, seed)):
        took, found, asked = [], [], []
        for typed in sought:
            start = time.perf_counter()
            answer = client.post("/cases/search/", {"q": typed})
            took.append((time.perf_counter() - start) * 1000)
            assert answer.status_code in {200, 302}, answer.status_code
            found.append(1 if answer.status_code == 302 else answer.content.count(b"scan-link"))
        for typed in sought[:5]:
            with CaptureQueriesContext(connection) as queries:
                client.post("/cases/search/", {"q": typed})
            asked.append(len(queries))
        p90 = sorted(took)[int(len(took) * 0.9)]
        slowest = max(slowest, p90)
        print(
            f"{kind:48} {statistics.median(took):10.0f} {p90:8.0f} {statistics.median(asked):11.0f} {statistics.median(found):7.0f}",
            flush=True,
        )
    print(json.dumps({"cases": cases, "notes": notes, "index_rows": rows, "slowest_p90_ms": round(slowest)}))


if __name__ == "__main__":
    main()
