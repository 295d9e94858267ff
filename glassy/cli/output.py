"""What a command has found, and where it goes: text on the terminal, files for other programs, figures."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from glassy.cli.options import taken
from glassy.cli.tables import columns, wrapped

STDOUT = "-"


@dataclass(frozen=True)
class Answer:
    """A result and its text.

    Parameters
    ----------
    result : object
        What is written to files: it has `to_dict`, `csv` and perhaps `plot`.
    text : str
        For readers.
    good : bool
        Whether all numbers may be used.
    notes : tuple of str
        What must be known of them.
    """

    result: Any
    text: str
    good: bool = True
    notes: tuple[str, ...] = ()


def check(given: dict[str, Any], error: Any) -> None:
    """See before any work that files are told apart and figures have names that can be written."""
    if given.get("csv") == given.get("json") == STDOUT:
        error("only one of --csv and --json can go to stdout. Name a file for the other.")
    if STDOUT in (given.get("plot"), given.get("html")):
        error("a figure cannot go to stdout. Name a file.")
    if "csv" in given and given["csv"] == given.get("json"):
        error("--csv and --json cannot be one file. Name two.")
    if "html" in given and Path(given["html"]).suffix.lower() not in (".html", ".htm"):
        error(f"--html must end in .html, got {given['html']!r}. For a picture there is --plot.")
    if "observables" in given and "plot" not in given:
        error("--observables are those of a figure. Give --plot FILE as well.")
    if given.get("plot"):
        import glassy

        glassy.plots.without_suffix(given["plot"])
        known = _drawable(given)
        if strange := [name for name in given.get("observables", ()) if name not in known]:
            error(f"--observables must be of {', '.join(known)}, got {strange[0]!r}.")


def _drawable(given: dict[str, Any]) -> tuple[str, ...]:
    """Return what a figure of the result that is asked for can show."""
    import glassy

    kind: tuple[type, ...] = (glassy.Grid, glassy.Solution)
    if given["command"] == "compare":
        kind = (glassy.Comparison,)
    elif given["command"] == "simulate":
        point = "ladder" not in given and all(len(given.get(axis, [0])) == 1 for axis in ("load", "T", "beta"))
        kind = (glassy.Samples,) if point else (glassy.Grid, glassy.Samples)
    known: tuple[str, ...] = glassy.plots.drawable(*kind, **taken(given, "replicas", "phase"))
    return known


def write(answer: Answer, given: dict[str, Any]) -> None:
    """Write the text, or numbers alone where stdout is a machine's; then files and figures: what fails there loses nothing."""
    notes = [line for text in answer.notes for line in wrapped("note: ", text, columns())]
    machine = next((kind for kind in ("csv", "json") if given.get(kind) == STDOUT), None)
    try:
        if machine:
            sys.stdout.write(_text(answer.result, machine))
            say("\n".join(notes))
        else:
            sys.stdout.write("\n".join((answer.text, *notes)) + "\n")
        sys.stdout.flush()
    finally:  # a reader that has seen enough
        _files(answer.result, given)


def _files(result: Any, given: dict[str, Any]) -> None:
    """Write the files that were asked for."""
    for kind in ("csv", "json"):
        if given.get(kind, STDOUT) != STDOUT:
            path = Path(given[kind])
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(_text(result, kind), encoding="utf-8")
    if "plot" in given:
        result.plot(path=given["plot"], **taken(given, "observables"))
    if "html" in given:
        result.to_html(given["html"], **taken(given, "progress"))


def _text(result: Any, kind: str) -> str:
    """Return a result as the text of a CSV or JSON file."""
    if kind == "json":
        return json.dumps(result.to_dict(), indent=1, allow_nan=False) + "\n"
    with tempfile.TemporaryDirectory() as folder:
        return Path(result.csv(Path(folder) / "result.csv")).read_text(encoding="utf-8")


def say(text: str) -> None:
    """Write a line on stderr."""
    if text:
        sys.stderr.write(text + "\n")


def statuses(results: Sequence[Any]) -> tuple[str, ...]:
    """Return what the statuses that are not good mean, with the remedy, each once."""
    import glassy

    found = dict.fromkeys((r.status, isinstance(r, glassy.Solution)) for r in results if not r.status.ok)
    return tuple(f"{status.name}: {status.words(theory)}" for status, theory in found)
