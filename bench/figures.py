"""`make figures`: how the code reads, what a search costs, then what an incoming call costs beside the floor.

`python -m bench.figures --search-cases 100000` searches in as many cases as a house has after many years; it takes a
quarter of an hour. Everything else is told to the part about calls.
"""

import argparse
import subprocess
import sys

from bench import style
from bench.search import DEFAULT_CASES


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--search-cases", type=int, default=DEFAULT_CASES)
    options, of_calls = parser.parse_known_args()
    style.main()
    sys.stdout.flush()
    searched = subprocess.run([sys.executable, "-m", "bench.search", "--cases", str(options.search_cases)]).returncode
    called = subprocess.run([sys.executable, "-m", "bench.incoming_call", *of_calls]).returncode
    sys.exit(searched or called)


if __name__ == "__main__":
    main()
