"""What of sims/ makes the numbers of a claim: its module and those it needs, without figures, verdicts and words."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

HERE = Path(__file__).resolve().parent
SAID = {"panels", "verdict"}  # made anew from the data by `sims plot`
WORDS = 40  # longer strings are sentences, not names
COMMON, CASES = "_sim", {"Case", "NetworkCase"}  # what counts of the module that all share


def source(name: str) -> str:
    """Return the text of a module, or "" where there is none."""
    file = HERE / f"{name}.py"
    return file.read_text(encoding="utf-8") if file.exists() else ""


def digest(claim: str, text_of: Callable[[str], str] = source) -> str:
    """Return a name of what measures a claim: two with the same name measure it alike. `text_of` gives modules by name."""
    read: dict[str, str] = {}
    wanted = [claim, COMMON]
    while wanted:
        name = wanted.pop()
        if name not in read and (text := text_of(name)):
            module = ast.parse(text)
            wanted += _needed(module)
            read[name] = _measures(module, text, name == COMMON)
    return hashlib.sha256(repr(sorted(read.items())).encode()).hexdigest()[:16]


measuring = lru_cache(digest)  # of the files that are here


def _needed(module: ast.Module) -> list[str]:
    """Return the claims and helpers that a module imports or rests on."""
    names = []
    for node in ast.walk(module):
        if isinstance(node, ast.ImportFrom) and node.level == 1:
            names += [node.module] if node.module else [each.name for each in node.names]
        if isinstance(node, ast.Assign) and "RESTS_ON" in ast.dump(ast.Tuple(node.targets)):
            names += [n.value for n in ast.walk(node.value) if isinstance(n, ast.Constant) and isinstance(n.value, str)]
    return [name for name in names if name not in ("_versions", "_measuring")]


def _measures(module: ast.Module, text: str, common: bool) -> str:
    """Return the part of a text that measures: a text, since syntax trees differ between versions of Python."""
    lines = text.encode().splitlines(keepends=True)
    begins = [0]
    for line in lines:
        begins.append(begins[-1] + len(line))

    def place(node: ast.stmt | ast.expr) -> tuple[int, int]:
        start = begins[node.lineno - 1] + node.col_offset
        return start, begins[(node.end_lineno or node.lineno) - 1] + (node.end_col_offset or 0)

    raw, kept = text.encode(), []
    for top in module.body:
        name = getattr(top, "name", "")
        if isinstance(top, ast.Import | ast.ImportFrom) or (name not in CASES if common else name in SAID):
            continue
        start, end = place(top)
        inside = {id(n) for f in ast.walk(top) if isinstance(f, ast.JoinedStr) for n in ast.walk(f)}
        said = [
            place(n)
            for n in ast.walk(top)
            if isinstance(n, ast.Constant) and isinstance(n.value, str) and len(n.value) > WORDS and id(n) not in inside
        ]
        for a, b in sorted(said):
            kept.append(raw[start:a])
            start = b
        kept.append(raw[start:end])
    return b"".join(kept).decode()
