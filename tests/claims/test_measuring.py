"""Results are of this code where what measures them is: figures, verdicts and words may change after it, nothing else."""

import ast
import subprocess

import pytest

from sims import _measuring, _sim, _versions

MODULE = '''"""A claim."""
from ._forms import forms
CLAIM = "In the limit of many spins the simulation of the network is what theory says of it."
RESTS_ON, NAME = ("spin_glass",), "short"
SIZES = (24, 32)
def measure(case, run):
    """Return the tables."""
    return forms(case, run, NAME)
def verdict(case, tables):
    return "all agree"
def panels(case, tables):
    return 1
'''


@pytest.mark.parametrize(
    ("old", "new", "alike"),
    [
        ("all agree", "most agree", True),
        ("return 1\n", "return 2\n", True),
        ("what theory says of it", "not what theory says of it", True),
        ("(24, 32)", "(24, 48)", False),
        ('"short"', '"other"', False),
        ("forms(case, run", "forms(run, case", False),
    ],
)
def test_what_measures_is_told_from_what_is_said(old, new, alike):
    one, other = (_measuring._measures(ast.parse(text), common=False) for text in (MODULE, MODULE.replace(old, new)))
    assert MODULE.replace(old, new) != MODULE
    assert (one == other) is alike


def test_of_the_module_that_all_share_cases_count():
    text = "class Case:\n    sizes = 1\nclass Sampling:\n    pass\ndef run():\n    return 1\n"
    one = _measuring._measures(ast.parse(text), common=True)
    assert one == _measuring._measures(ast.parse(text.replace("return 1", "return 2")), common=True)
    assert one != _measuring._measures(ast.parse(text.replace("sizes = 1", "sizes = 2")), common=True)


def test_modules_that_a_claim_needs_are_found():
    assert set(_measuring._needed(ast.parse(MODULE))) == {"_forms", "spin_glass"}
    for name, module in _sim.claims().items():
        needed = _measuring._needed(ast.parse((_sim.HERE / f"{name}.py").read_text()))
        assert {"_sim", *getattr(module, "RESTS_ON", ())} <= set(needed), name


def test_trees_are_compared_by_claim():
    """A longer run of the spin glass at P = 2 made it, and what rests on it, another measurement, and left all others."""
    if not (_sim.ROOT / ".git").exists():
        pytest.skip("no repository")
    before, after = "5a9016c0f17792f9877e25338f7475c21f7b5fb2", "ec70f766989e525f312d77f93024b6b5580318ed"
    if subprocess.run(["git", "cat-file", "-e", before], cwd=_sim.ROOT, check=False).returncode:
        pytest.skip("no history")
    other = {name for name in _sim.claims() if not _versions.same(before, after, name)}
    assert other == {"spin_glass", "coexistence", "guerra", "hard_glass", "measured_diagram"}
    assert not _versions.same(f"{before} and {after}", after, "guerra")
    assert _versions.same(f"{before} and {after}", after, "retrieval")
    assert not _versions.same("none", after, "retrieval")
