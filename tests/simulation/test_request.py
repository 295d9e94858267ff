"""Bad arguments of simulate, each with its own error."""

import math

import numpy as np
import pytest

import glassy
from glassy import DenseHebbian, InputError, Metropolis, PatternsWarning, simulate
from glassy.model.patterns import OVERFULL

network = DenseHebbian(3)
POINT = {"load": 0.2, "T": 0.4, "N": 24, "sweeps": 40, "seed": 3}
BAD = [
    ({"T": -0.1}, "T must be a number >= 0"),
    ({"T": math.nan}, "T must be a number >= 0"),
    ({"T": None}, "T or beta = 1/T must be given, got neither"),
    ({"T": [[0.1]]}, "T must be a float or a 1-d array"),
    ({"T": []}, "T must be a float or a 1-d array"),
    ({"load": -1.0}, "load must be a finite number >= 0"),
    ({"load": math.nan}, "load must be a finite number >= 0"),
    ({"load": None}, "load and N must be given"),
    ({"load": 1e-9}, "give K=0 patterns"),
    ({"N": 2}, "N must be an integer >= 3"),
    ({"N": 20.5}, "N must be an integer >= 3"),
    ({"N": None}, "load and N must be given"),
    ({"seed": None}, "seed must be an integer"),
    ({"seed": -1}, "seed must be an integer"),
    ({"samples": 0}, "samples must be an integer >= 1"),
    ({"replicas": 0}, "replicas must be an integer >= 1"),
    ({"sweeps": 0}, "sweeps must be an integer >= 1"),
    ({"burn_in": -1}, "burn_in must be an integer >= 0"),
    ({"threads": 0}, "threads must be an integer >= 1"),
    ({"start": "pattern 1"}, "start must be one of"),
    ({"start_overlap": 1.5}, r"start_overlap must lie in \[-1, 1\]"),
    ({"start_overlap": math.nan}, r"start_overlap must lie in \[-1, 1\]"),
    ({"start": np.zeros(24)}, r"start must contain \+1 and -1 only"),
    ({"start": [[1, 1], [1]]}, "start must be one array, got lists of different lengths"),
    ({"load": [[0.1], [0.1, 0.2]]}, "load must be one array, got lists of different lengths"),
    ({"T": [[0.1], [0.1, 0.2]]}, "T must be one array, got lists of different lengths"),
    ({"method": "heat bath"}, "method must be one of Metropolis, Glauber"),
    ({"max_bytes": 0}, "max_bytes"),
    ({"patterns": np.ones((3, 24))}, "give either patterns, or load and N"),
]


@pytest.mark.parametrize(("change", "message"), BAD, ids=[f"{next(iter(c))}-{i}" for i, (c, _) in enumerate(BAD)])
def test_bad_input_has_its_own_error(change, message):
    with pytest.raises(InputError, match=message):
        simulate(network, **{**POINT, **change})


@pytest.mark.parametrize(
    ("patterns", "message"),
    [
        (np.zeros((3, 9)), r"must contain \+1 and -1 only, got values such as \[0.0\]. Map"),
        (np.full((3, 9), np.nan), r"must contain \+1 and -1 only"),
        (np.ones((3, 9), bool), r"must contain \+1 and -1 only"),
        (np.full((3, 9), 2), r"must contain \+1 and -1 only"),
        (np.array([["a"] * 9]), r"must contain \+1 and -1 only"),
        ([[1, None, 1]], r"must contain \+1 and -1 only, got values such as \[1, None, 1\]"),
        ([[1, -1, 1], [1, 1]], r"patterns must be one array, got lists of different lengths .* Give K rows of N entries"),
        (np.ones(9), r"must be a \(K, N\) array"),
        (np.ones((0, 9)), r"must be a \(K, N\) array"),
        (np.ones((9, 2)), "must have N >= P = 3 spins"),
    ],
)
def test_bad_patterns(patterns, message):
    with pytest.raises(InputError, match=message):
        simulate(network, T=0.1, patterns=patterns, seed=1)


@pytest.mark.parametrize(
    ("P", "shape"),
    [
        (2, (200, 10)),
        (2, (60, 5)),
        (3, (1000, 5)),
        (3, (200, 10)),
        (3, (1000, 20)),
        (4, (300, 6)),
        (4, (200, 10)),
        (4, (1000, 20)),
    ],
)
def test_patterns_that_look_transposed_are_said(P, shape):
    xi = np.random.default_rng(1).choice([-1, 1], shape)
    run = {"T": 0.1, "sweeps": 5, "seed": 1, "progress": False}
    with pytest.warns(PatternsWarning, match=f"read as K={shape[0]} patterns of N={shape[1]} spins.*give patterns.T") as seen:
        r = simulate(DenseHebbian(P), patterns=xi, **run)
    assert seen[0].filename == __file__
    assert f"N={shape[1]} K={shape[0]} " in repr(r)
    if shape[1] > 10:  # too many states
        return
    with pytest.warns(PatternsWarning, match=r"give patterns\.T") as seen:
        glassy.enumerate_states(DenseHebbian(P), patterns=xi, T=0.1)
    assert seen[0].filename == __file__


@pytest.mark.parametrize(
    ("P", "shape"), [(2, (14, 100)), (2, (40, 20)), (3, (190, 20)), (3, (500, 50)), (4, (600, 20)), (4, (3, 90))]
)
def test_patterns_of_other_shapes_are_what_they_are(P, shape):
    xi = np.random.default_rng(1).choice([-1, 1], shape)
    simulate(DenseHebbian(P), patterns=xi, T=0.1, sweeps=5, seed=1)  # a warning would be an error


def test_no_network_retrieves_where_patterns_look_transposed():
    bounds = [glassy.storage_capacity(DenseHebbian(P), progress=False).bound_c for P in (3, 4, 12, 30)]
    assert all(0.0 < bound < OVERFULL * P for bound, P in zip(bounds, (3, 4, 12, 30), strict=True))
    assert 0.1386 < OVERFULL * 2  # P = 2 in RSB(2)


def test_patterns_of_a_network_with_its_own_N_say_transpose():
    memory = glassy.SeparableMemory(range(13))
    with pytest.raises(InputError, match=r"must have N = 12 spins, got shape \(12, 40\).*looks transposed"):
        simulate(memory, patterns=np.ones((12, 40)), T=0.1, seed=1)
    with pytest.raises(InputError, match=r"must have N = 12 spins.*looks transposed"):
        simulate(memory, patterns=np.ones((12, 3)), T=0.1, seed=1)
    with pytest.raises(InputError, match="N must be 12"):
        simulate(memory, patterns=np.ones((3, 11)), T=0.1, seed=1)


def test_bad_method_order_and_network():
    with pytest.raises(InputError, match="order must be one of"):
        Metropolis("backwards")
    with pytest.raises(InputError, match="network must be"):
        simulate(3, **POINT)
    with pytest.raises(InputError, match="samples must be 1 with given patterns"):
        simulate(network, T=0.1, patterns=np.ones((3, 9)), samples=2, seed=1)
