"""Of which state of the code results are, and whether all are of one: the trees of glassy/ and sims/, and the version."""

from __future__ import annotations

import json
import re
import subprocess
from functools import lru_cache
from pathlib import Path
from typing import Any

import glassy
from ._measuring import HERE, measuring

Metas = dict[str, dict[str, Any]]  # meta.json by CLAIM/CASE


def committed(folder: Path) -> Metas:
    """Return the meta.json of every case by its name."""
    files = sorted(folder.glob("*/*/meta.json"))
    return {str(file.parent.relative_to(folder)): json.loads(file.read_text()) for file in files}


def last_change(changelog: str) -> str:
    """Return the last day on which a number changed, by the parts of a CHANGELOG that say so."""
    parts = re.findall(r"^### Changed \(numbers\)$(.*?)(?=^##|\Z)", changelog, re.M | re.S)
    return max(str(day) for day in re.findall(r"\d{4}-\d{2}-\d{2}", "".join(parts)))


def shortcomings(metas: Metas, since: str, version: str) -> list[str]:
    """Say what results lack to be those of one version: of code before the day `since`, of other versions, of several trees."""
    code = {name: meta.get("trees", {"date": ""}) for name, meta in metas.items()}
    older = [name for name, found in code.items() if found["date"] < since]
    other = [name for name, meta in metas.items() if meta["provenance"]["glassy"] != version and name not in older]
    states: dict[str, list[str]] = {}
    for name, found in code.items():
        if name not in (*older, *other):
            sims = "" if alike(found, name.partition("/")[0]) else found["sims"]
            states.setdefault(f"{found['glassy']} {sims}", []).append(name)
    said = [f"Of code from before {since}, when a number changed last: {', '.join(older)}."] if older else []
    said += [f"Not of version {version}: {', '.join(other)}."] if other else []
    whole = max((state for state in states if not re.search(r"\+| and ", state)), key=lambda s: len(states[s]), default="")
    apart = [name for state in states for name in states[state] if state != whole]
    told = f"Of other code than most, or of files that were not committed: {', '.join(apart)}."
    return [*said, told] if apart else said


def git(otherwise: str, *words: str) -> str:
    """Return what Git says here, or what is said otherwise: it may not be there, or not know."""
    try:
        run = subprocess.run(["git", *words], cwd=HERE, capture_output=True, text=True, check=False)
    except OSError:
        return otherwise
    return run.stdout.strip() if run.returncode == 0 else otherwise


@lru_cache(maxsize=1)
def dirty() -> str:
    """Return "+" if something in sims/ was not committed when it was first asked for: before a run, as of glassy/."""
    return "+" if git("", "status", "--porcelain", "--", ".") else ""


def trees(commits: str, claim: str = "", loose: bool = False) -> dict[str, str]:
    """Return the Git trees of glassy/ at commits (joined by "and") that made samples, of sims/ now, and the oldest day.

    Commits between which only documents and results changed have the same trees. Where Git does not know a commit, or has it
    not whole ("+"), a tree is what is known of the commit. The tree of sims/ is that of the code that asked for the samples and
    made tables of them, with "+" if something there was not committed, or results that were read are not of this code
    (`loose`); "measured" names the part of it that makes the numbers of the claim.
    """
    each, here = commits.split(" and "), glassy.provenance().commit.rstrip("+")
    code = " and ".join(dict.fromkeys(git(c, "rev-parse", "--verify", f"{c}:glassy") for c in each))
    asked = git(here, "rev-parse", "--verify", f"{here}:sims") + ("+" if loose else dirty())
    day = min(git("", "show", "-s", "--format=%cs", c) for c in each)
    return {"glassy": code, "sims": asked, "measured": measuring(claim), "date": day}


def present(target: Path) -> bool:
    """Whether results are there, drawn, and of this code, all committed: same version and glassy/, and what measures them."""
    file = target / "meta.json"
    made = json.loads(file.read_text()) if file.exists() else {}
    if "drawn" not in made or "trees" not in made or "+" in str(made["trees"]):
        return False
    of = made["provenance"]["glassy"], made["trees"]["glassy"]
    return of == (glassy.__version__, trees(glassy.provenance().commit)["glassy"]) and alike(made["trees"], target.parent.name)


def alike(found: dict[str, str], claim: str) -> bool:
    """Whether what measured a claim is what measures it today, and was committed: figures, verdicts and words may differ."""
    return found.get("measured") == measuring(claim) and "+" not in found["sims"]
