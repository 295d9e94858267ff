"""The matrix of `benchmarks.matrix` in short: a few settings over the set of numbers, and twins that must be seen."""

import copy
import json
import math

import pytest

from benchmarks import matrix
from benchmarks.matrix import SETTINGS, Setting, counts, judge, make_numbers
from benchmarks.numbers import TOLERANCE, numbers, simulations
from glassy.simulation.kernels.choose import KERNELS

NAMED = {s.name: s for s in SETTINGS}
HERE = Setting("this process")


@pytest.fixture(scope="module")
def here():
    """The numbers of this process, the deep simulations left out."""
    return json.loads(json.dumps(numbers(deep=False)))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["a laptop with AVX2", "an old machine", "not compiled"])
def test_other_processors_give_the_same_bits(name, here):
    if reason := NAMED[name].reason():
        pytest.skip(reason)
    found = make_numbers(NAMED[name], deep=False, cache=None)
    digest, apart, wrong = judge(here, found)
    assert wrong == []
    assert digest == judge(here, here)[0]
    assert apart <= TOLERANCE
    if "NUMBA_CPU_NAME" in NAMED[name].environment:
        assert found["process"]["compiler"] == NAMED[name].environment["NUMBA_CPU_NAME"]


def test_threads_give_the_same_bits_and_another_seed_does_not(here):
    assert judge(here, numbers(threads=2, deep=False))[2] == []
    assert len(judge(here, numbers(seed=2, deep=False))[2]) == len(here["simulations"])


def test_every_difference_is_seen(here):
    for name in here["simulations"]:
        other = copy.deepcopy(here)
        other["simulations"][name] = "0"
        assert judge(here, other)[2] == [f"{name} is not the same bits"]
    for name, value in here["theory"].items():
        for changed in (value * (1.0 + 3.0 * TOLERANCE), math.nan, math.inf):
            other = copy.deepcopy(here)
            other["theory"][name] = changed
            assert len(judge(here, other)[2]) == 1
        other["theory"][name] = value * (1.0 + TOLERANCE / 3.0)
        assert judge(here, other)[2] == []
    more = copy.deepcopy(here)
    more["simulations"]["one that the first lacks"] = "0"
    assert judge(here, more)[2] == ["one that the first lacks is not the same bits"]


def test_the_numbers_are_of_every_kind(here):
    assert {"patterns", "fields", "tensor", "wide"} <= set(here["kernels"].values()) <= set(KERNELS)
    networks = [options["network"] for options in simulations(deep=False).values()]
    assert {getattr(n, "P", 0) for n in networks} >= {0, 2, 3, 4}
    assert {getattr(n, "interactions", "") for n in networks} >= {"distinct", "self-interacting"}
    assert all(math.isfinite(x) for x in here["theory"].values())


def test_settings_say_what_they_cannot_run(monkeypatch):
    assert HERE.reason() == ""
    assert len({s.name for s in SETTINGS}) == len(SETTINGS)
    monkeypatch.setattr(matrix, "X86", True)
    assert Setting("x", needs=("avx9000",), where="x86").reason() == "the processor lacks avx9000"
    assert "NumPy" in Setting("x", {"NPY_DISABLE_CPU_FEATURES": ""}).reason()
    monkeypatch.setattr(matrix, "X86", False)
    assert "not x86-64" in NAMED["numba haswell"].reason()
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Zen")
    assert "OPENBLAS_CORETYPE" not in matrix.environment(HERE)
    assert matrix.environment(NAMED["2 threads"])["NUMBA_NUM_THREADS"] == "2"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("..\n103 passed in 20.6s\n", (103, 0, 0)),
        ("\n2 failed, 40 passed, 3 skipped, 1 error in 900.12s (0:15:00)\n", (40, 3, 3)),
        ("= 64 deselected, 1 xfailed, 7 passed in 2.01s =\n", (7, 0, 0)),
        ("Segmentation fault\n", (0, 1, 0)),
        ("", (0, 1, 0)),
    ],
)
def test_counts_of_pytest(text, wanted):
    assert tuple(counts(text).values()) == wanted
