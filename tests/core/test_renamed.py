"""Old names raise with the new one; the table and its page agree."""

import re
from pathlib import Path

import pytest

import glassy
from glassy.core import renamed
from glassy.core.renamed import RENAMED

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "renamed.md"
NETWORK = glassy.DenseHebbian(P=3)
OWNERS = {
    "Samples": glassy.simulate(NETWORK, load=0.1, T=0.3, N=12, samples=2, sweeps=20, seed=1),
    "Solution": glassy.solve(NETWORK, load=0.1, T=0.3),
    "glassy": glassy,
    "glassy.plots": glassy.plots,
}


def test_the_page_is_the_table():
    rows = re.findall(r"^\| `([\w.]+)\.(\w+)` \| `([\w.]+)\.(\w+)` \| (.+) \|$", PAGE.read_text(encoding="utf-8"), re.M)
    assert len(rows) == len(PAGE.read_text(encoding="utf-8").split("|---|---|---|\n")[1].splitlines())
    assert {(owner, old): new for owner, old, _, new, _ in rows} == RENAMED
    assert all(owner == other for owner, _, other, _, _ in rows)


@pytest.mark.parametrize(("owner", "old"), RENAMED)
def test_an_old_name_says_the_new_one(owner, old):
    new = RENAMED[owner, old]
    assert hasattr(OWNERS[owner], new)
    assert not hasattr(OWNERS[owner], old)
    with pytest.raises(AttributeError, match=rf"{owner}\.{old} is called {new} now: write \.{new} "):
        getattr(OWNERS[owner], old)


def test_names_of_the_package_may_change_too(monkeypatch):
    monkeypatch.setitem(renamed.RENAMED, ("glassy", "work_out"), "solve")
    with pytest.raises(AttributeError, match=r"glassy\.work_out is called solve now"):
        _ = glassy.work_out


@pytest.mark.parametrize("owner", OWNERS)
def test_a_name_that_never_was_is_not_renamed(owner):
    with pytest.raises(AttributeError, match=f"'{owner}' has no attribute 'qqq'"):
        _ = OWNERS[owner].qqq
