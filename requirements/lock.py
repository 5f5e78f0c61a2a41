"""Write the lock files anew from what `*.in` allow: `make lock`. Needs the package registry, and no other program.

For every platform and Python from 3.11 on, with a hash for each file and without any address.
"""

import subprocess
import sys
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
TOOLS = HERE.parent / "build" / "lock"
UV = "uv==0.13.9"
# dev.in includes embedded.in, which includes base.in: compiled in this order, each takes its versions from the one before.
ORDER = ("base", "embedded", "dev", "assets")


def main() -> None:
    venv.create(TOOLS, with_pip=True)
    run([str(TOOLS / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", UV])
    for position, name in enumerate(ORDER):
        smaller = [f"--constraint=requirements/{each}.txt" for each in ORDER[:position] if name != "assets"]
        run(
            [
                *(str(TOOLS / "bin" / "uv"), "pip", "compile", f"requirements/{name}.in", "--upgrade", *smaller),
                *("--universal", "--python-version=3.11", "--generate-hashes", "--no-header", "--quiet"),
                f"--output-file=requirements/{name}.txt",
            ]
        )
        print(f"requirements/{name}.txt")


def run(command: list[str]) -> None:
    done = subprocess.run(command, cwd=HERE.parent)
    if done.returncode:
        sys.exit(f"{Path(command[0]).name} ended with {done.returncode}.")


if __name__ == "__main__":
    main()
