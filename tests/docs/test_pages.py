"""The reference has every public name, every name an example, and what the how-to pages show runs."""

import doctest
import enum
import inspect
import re
from pathlib import Path

import pytest

import glassy
import glassy.plots

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
REFERENCE = (DOCS / "reference" / "names.md").read_text(encoding="utf-8")
ROOMS = {"glassy": glassy, "glassy.plots": glassy.plots}
NAMES = [(room, name) for room, module in ROOMS.items() for name in module.__all__]
VALUES = {"COLORS", "MARKERS", "PHASES", "STYLES", "TEXT", "WIDTH"}  # of glassy.plots: no docstring; a sentence below its table
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def entries(text):
    """Return the names of the tables of the reference, by room."""
    room, found = "", []
    for line in text.splitlines():
        if line.startswith(".. currentmodule:: "):
            room = line.rpartition(" ")[2]
        elif match := re.fullmatch(r"   (\w+)", line):
            found.append((room, match[1]))
    return found


def raised(what):
    """Whether it is an exception or a warning: what raises it has the example. An enumeration lists its members."""
    return inspect.isclass(what) and issubclass(what, BaseException | enum.Enum)


def test_the_reference_has_every_public_name_once():
    found = entries(REFERENCE)
    assert sorted(found) == sorted(n for n in NAMES if n[1] not in VALUES)
    assert all(f"`{name}`" in REFERENCE for name in VALUES)


def test_a_name_that_is_missing_is_seen():
    assert entries(".. currentmodule:: glassy\n.. autosummary::\n   :toctree: names\n\n   solve\n") == [("glassy", "solve")]


@pytest.mark.parametrize(("room", "name"), NAMES)
def test_every_public_name_has_an_example(room, name):
    what = getattr(ROOMS[room], name)
    if name not in VALUES and not raised(what):
        assert ">>>" in (inspect.getdoc(what) or ""), f"{room}.{name} has no example in its docstring"


def sessions(text):
    """Return what the pycon blocks of a page hold, as one session."""
    return "\n\n".join(re.findall(r"```pycon\n(.*?)```", text, re.S))


PAGES = [path for path in sorted((DOCS / "how-to").glob("*.md")) if sessions(path.read_text(encoding="utf-8"))]


NEEDS = {"whose-pattern": "sklearn"}  # what a page imports that glassy does not


def test_there_are_pages_with_sessions():
    assert {"patterns-and-data", "own-energy", "interrupted-runs", "own-claim"} <= {path.stem for path in PAGES}


@pytest.mark.slow
@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_the_session_of_a_how_to_page_runs(path, tmp_path, monkeypatch):
    pytest.importorskip(NEEDS.get(path.stem, "glassy"))
    monkeypatch.chdir(tmp_path)
    test = doctest.DocTestParser().get_doctest(sessions(path.read_text(encoding="utf-8")), {}, path.name, str(path), 0)
    runner = doctest.DocTestRunner(optionflags=FLAGS)
    runner.run(test)
    assert runner.summarize(verbose=False).failed == 0
    assert runner.tries > 5
