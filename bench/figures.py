"""`make figures`: how the code reads, then what an incoming call costs beside the floor."""

import subprocess
import sys

from bench import style


def main() -> None:
    style.main()
    sys.stdout.flush()
    sys.exit(subprocess.run([sys.executable, "-m", "bench.incoming_call", *sys.argv[1:]]).returncode)


if __name__ == "__main__":
    main()
