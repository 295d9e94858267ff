"""What of sims/ makes the numbers of a claim: its module and those it needs, without figures, verdicts and words."""

from __future__ import annotations

import ast
import hashlib
import subprocess
from functools import lru_cache
from pathlib import Path

HERE = Path(__file__).resolve().parent
SAID = {"panels", "verdict"}  # made anew from the data by `sims plot`
WORDS = 40  # longer strings are sentences, not names
COMMON, CASES = "_sim", {"Case", "NetworkCase"}  # what counts of the module that all share


def git(otherwise: str, *words: str) -> str:
    """Return what Git says here, or what is said otherwise: it may not be there, or not know."""
    try:
        run = subprocess.run(["git", *words], cwd=HERE, capture_output=True, text=True, check=False)
    except OSError:
        return otherwise
    return run.stdout.strip() if run.returncode == 0 else otherwise


@lru_cache(maxsize=1024)
def measuring(tree: str, claim: str) -> str:
    """Return a digest of what measures a claim in a tree of sims/; the tree itself where Git has not all of it."""
    read: dict[str, str] = {}
    wanted = [claim, COMMON]
    while wanted:
        name = wanted.pop()
        if name in read:
            continue
        text = git("", "show", f"{tree}:{name}.py")
        if not text:
            return tree
        module = ast.parse(text)
        wanted += _needed(module)
        read[name] = _measures(module, name == COMMON)
    return hashlib.sha256(repr(sorted(read.items())).encode()).hexdigest()


def _needed(module: ast.Module) -> list[str]:
    """Return the claims and helpers that a module imports or rests on."""
    names = []
    for node in ast.walk(module):
        if isinstance(node, ast.ImportFrom) and node.level == 1:
            names += [node.module] if node.module else [each.name for each in node.names]
        if isinstance(node, ast.Assign) and "RESTS_ON" in {
            n.id for t in node.targets for n in ast.walk(t) if isinstance(n, ast.Name)
        }:
            names += [n.value for n in ast.walk(node.value) if isinstance(n, ast.Constant) and isinstance(n.value, str)]
    return [name for name in names if (HERE / f"{name}.py").exists() and name not in ("_versions", "_measuring")]


def _measures(module: ast.Module, common: bool) -> str:
    """Return the code of a module that measures, as text."""
    kept = [n for n in module.body if (getattr(n, "name", "") in CASES if common else getattr(n, "name", "") not in SAID)]
    for node in (n for top in kept for n in ast.walk(top)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and len(node.value) > WORDS:
            node.value = ""
    return "\n".join(ast.dump(n) for n in kept if not isinstance(n, ast.Import | ast.ImportFrom))
