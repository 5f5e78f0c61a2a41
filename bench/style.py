"""How the code reads: lengths, docstrings, annotations, tests to code. Printed, never a gate."""

import ast
import io
import json
import statistics
import subprocess
import tokenize
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PRODUCT = ("helpline/", "cases/", "referrals/", "telephony/")
SHOWN = 5


@dataclass
class Figures:
    files: list[int] = field(default_factory=list)
    functions: list[tuple[int, str]] = field(default_factory=list)
    code: int = 0
    comments: int = 0
    public: int = 0
    documented: int = 0
    annotated: int = 0
    tests: int = 0
    inner_imports: int = 0
    imports: list[tuple[int, str]] = field(default_factory=list)


def count_lines(source: str) -> tuple[int, int]:
    """Return lines with code on them, and lines with a comment."""
    code, comments = set(), set()
    skipped = {tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER, tokenize.ENCODING}
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            comments.add(token.start[0])
        elif token.type not in skipped:
            code.update(range(token.start[0], token.end[0] + 1))
    return len(code), len(comments)


def measure(path: Path, figures: Figures) -> None:
    source = path.read_text()
    tree = ast.parse(source)
    code, comments = count_lines(source)
    figures.code += code
    figures.comments += comments
    figures.files.append(len(source.splitlines()))
    top = sum(isinstance(node, ast.Import | ast.ImportFrom) for node in tree.body)
    figures.imports.append((top, str(path.relative_to(ROOT))))
    for node in ast.walk(tree):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        name = f"{path.relative_to(ROOT)}:{node.name}"
        figures.functions.append(((node.end_lineno or node.lineno) - node.lineno + 1, name))
        figures.tests += node.name.startswith("test_")
        figures.inner_imports += sum(isinstance(inner, ast.Import | ast.ImportFrom) for inner in ast.walk(node))
        arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
        asked = [argument for argument in arguments if argument.arg not in {"self", "cls"}]
        figures.annotated += node.returns is not None and all(argument.annotation for argument in asked)
        if not node.name.startswith("_"):
            figures.public += 1
            figures.documented += ast.get_docstring(node) is not None


def tracked() -> list[Path]:
    """Return the Python files that are in the repository, migrations left out."""
    listed = subprocess.run(["git", "ls-files", "*.py"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in listed.split() if "/migrations/" not in name and (ROOT / name).exists()]


def describe(figures: Figures) -> dict[str, object]:
    lengths = sorted(length for length, _ in figures.functions) or [0]
    files = sorted(figures.files) or [0]
    return {
        "files": len(figures.files), "code_lines": figures.code, "tests": figures.tests,
        "file_median_p90_max": [statistics.median(files), files[int(len(files) * 0.9)], files[-1]],
        "function_median_p90_max": [statistics.median(lengths), lengths[int(len(lengths) * 0.9)], lengths[-1]],
        "comment_share": round(figures.comments / max(figures.code, 1), 3),
        "documented_public": round(figures.documented / max(figures.public, 1), 2),
        "annotated": round(figures.annotated / max(len(figures.functions), 1), 3),
        "imports_in_functions": figures.inner_imports,
        "longest_functions": sorted(figures.functions, reverse=True)[:SHOWN],
        "widest_modules": sorted(figures.imports, reverse=True)[:SHOWN],
    }  # fmt: skip


def main() -> None:
    product, tests = Figures(), Figures()
    for path in tracked():
        name = str(path.relative_to(ROOT))
        if name.startswith(PRODUCT):
            measure(path, product)
        elif name.startswith("tests/"):
            measure(path, tests)
    print("product", json.dumps(describe(product)))
    print("tests  ", json.dumps(describe(tests)))
    print(
        f"test code to code {tests.code / product.code:.2f}, tests per 1,000 lines {tests.tests / product.code * 1000:.0f}"
    )


if __name__ == "__main__":
    main()
