"""Results are of this code where what measures them is: figures, verdicts and words may change after it, nothing else."""

import ast

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


def digest(texts):
    return _measuring.digest("claim", lambda name: texts.get(name, ""))


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
    one, other = ({"claim": text, "spin_glass": "A = 1"} for text in (MODULE, MODULE.replace(old, new)))
    assert one != other
    assert (digest(one) == digest(other)) is alike
    assert digest(one) != digest(one | {"spin_glass": "A = 2"})


def test_of_the_module_that_all_share_cases_count():
    text = "class Case:\n    sizes = 1\nclass Sampling:\n    pass\ndef run():\n    return 1\n"
    same, other = text.replace("return 1", "return 2"), text.replace("sizes = 1", "sizes = 2")
    found = [digest({"claim": MODULE, "_sim": each}) for each in (text, same, other)]
    assert found[0] == found[1] != found[2]


def test_modules_that_a_claim_needs_are_found():
    assert {"_forms", "spin_glass"} <= set(_measuring._needed(ast.parse(MODULE)))
    for name, module in _sim.claims().items():
        needed = _measuring._needed(ast.parse(_measuring.source(name)))
        assert {"_sim", *getattr(module, "RESTS_ON", ())} <= set(needed), name


def test_results_name_what_measured_them():
    """A longer run of the spin glass makes what rests on it another measurement, and leaves all others."""

    def changed(name):
        text = _measuring.source(name)
        return text.replace("samples=(", "samples=(7 * ", 1) if name == "spin_glass" else text

    other = {name for name in _sim.claims() if _measuring.digest(name, changed) != _measuring.measuring(name)}
    assert other == {"spin_glass", "coexistence", "guerra", "hard_glass", "measured_diagram"}
    trees = {"measured": _measuring.measuring("retrieval"), "sims": "a"}
    assert _versions.alike(trees, "retrieval")
    assert not _versions.alike(trees, "guerra")
    assert not _versions.alike(trees | {"sims": "a+"}, "retrieval")
