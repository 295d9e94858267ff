"""Words that a newcomer uses: beta beside T, whole floats as integers, several sizes at once."""

import math
from fractions import Fraction

import numpy as np
import pytest

import glassy
from glassy import RSB, DenseHebbian, Ensemble, InputError, ReplicaExchange
from glassy.core import checks

NETWORK, PAIRS = DenseHebbian(P=3), DenseHebbian(P=2)
RUN = {"N": 20, "samples": 2, "sweeps": 40, "seed": 1, "progress": False}
EXACT = {"N": 8, "seed": 1}

# every function that takes a temperature, with it as the last argument
CALLS = {
    "solve": lambda **T: glassy.solve(NETWORK, 0.1, **T),
    "scan": lambda **T: glassy.scan(NETWORK, 0.1, **T)[0],
    "spinodal": lambda **T: glassy.spinodal(NETWORK, **T),
    "coexistence": lambda **T: glassy.coexistence(NETWORK, **T),
    "complexity": lambda **T: repr(glassy.complexity(NETWORK, 1.0, points=5, **T)),
    "glassiness": lambda **T: glassy.glassiness(PAIRS, 0.1, **T),
    "phases_at": lambda **T: glassy.phases_at(NETWORK, 0.1, **T),
    "unstable_overlap": lambda **T: glassy.unstable_overlap(NETWORK, 0.1, **T),
    "annealed": lambda **T: glassy.annealed(NETWORK, 30, 20, **T),
    "to_convention": lambda **T: PAIRS.to_convention("krotov-hopfield", 0.1, N=10, **T),
    "from_convention": lambda **T: NETWORK.from_convention("albanese", 0.1, **T),
    "unloaded_magnetization": lambda **T: NETWORK.unloaded_magnetization(**T),
    "simulate": lambda **T: glassy.simulate(NETWORK, 0.1, **T, **RUN),
    "enumerate_states": lambda **T: repr(glassy.enumerate_states(NETWORK, 0.1, **T, **EXACT)),
    "transition_matrix": lambda **T: glassy.transition_matrix(NETWORK, 0.1, **T, method=glassy.Glauber(), **EXACT)[0].tolist(),
}  # fmt: skip


@pytest.mark.parametrize("name", CALLS)
def test_beta_is_one_over_T_wherever_T_is(name):
    call = CALLS[name]
    assert repr(call(beta=4)) == repr(call(T=0.25))
    assert repr(call(beta=4)) != repr(call(T=0.26))
    for words in ({}, {"T": 0.25, "beta": 4.0}, {"T": None, "beta": None}):
        with pytest.raises(InputError, match="T or beta = 1/T must be given, got"):
            call(**words)


def test_beta_reaches_both_ends_and_arrays():
    assert glassy.solve(NETWORK, 0.1, beta=math.inf) == glassy.solve(NETWORK, 0.1, T=0.0)
    assert glassy.simulate(NETWORK, 0.1, beta=0, **RUN).T == math.inf
    path = glassy.scan(NETWORK, 0.1, beta=[2.0, 4.0, math.inf])
    assert [s.T for s in path] == [0.5, 0.25, 0.0]
    grid = glassy.simulate(NETWORK, [0.1, 0.2], beta=np.array([2, 4]), **RUN)
    assert grid.shape == (2, 2)
    assert grid[0, 1] == glassy.simulate(NETWORK, 0.1, 0.25, **RUN)
    ladder = glassy.simulate(NETWORK, 0.1, beta=[0.0, 1.0, 2.0], method=ReplicaExchange(), **RUN)
    assert [r.T for r in ladder] == [math.inf, 1.0, 0.5]
    assert ladder.reweighted(beta=[1.5]) == ladder.reweighted([1.0 / 1.5])
    held = glassy.hold(NETWORK, 0.2, beta=[4.0, 2.0], N=20, at=0.5, samples=1, sweeps=20, seed=1)
    assert [r.T for r in held.ladder] == [0.25, 0.5]
    assert glassy.phase_diagram(NETWORK, tolerance=0.05).at(0.1, beta=5.0).T == 0.2


@pytest.mark.parametrize("beta", [-1.0, math.nan, True, "4", 1e-320, [1.0, -2.0], [[1.0], [2.0, 3.0]], 10**400, 1j])
def test_a_beta_that_cannot_be_is_refused(beta):
    with pytest.raises(InputError, match="beta must be"):
        glassy.simulate(NETWORK, 0.1, beta=beta, **RUN)


@pytest.mark.parametrize("point", [{"T": [0.2, 0.3]}, {"beta": (2.0, 3.0)}, {"load": np.array([0.1, 0.2]), "T": 0.3}])
def test_several_points_at_once_say_how(point):
    with pytest.raises(InputError, match=r"(load|T) must be one number.*glassy.scan"):
        glassy.solve(NETWORK, **{"load": 0.1, **point})


def test_a_folder_by_beta_is_that_by_T(tmp_path):
    a = glassy.simulate(NETWORK, 0.1, beta=3.0, out=tmp_path, **RUN)
    kept = {path: path.read_bytes() for path in (tmp_path / "description.json", *tmp_path.glob("sample_*.npz"))}
    b = glassy.simulate(NETWORK, 0.1, T=1.0 / 3.0, out=tmp_path, **RUN)
    assert a == b
    assert len(kept) == 3
    assert {path: path.read_bytes() for path in kept} == kept


def test_what_was_not_checked_is():
    with pytest.raises(InputError, match="T must be > 0, got 0"):
        glassy.GlassTheory(NETWORK, 1.0, RSB(1)).says(0.0)
    with pytest.raises(InputError, match="N must be an integer >= 3, got 20.5"):
        glassy.annealed(NETWORK, 30, 20.5, 1.0)
    with pytest.raises(InputError, match=r"at must lie in \[-1, 1\], got None"):
        glassy.hold(NETWORK, 0.2, [0.3, 0.5], 20, seed=1)


def test_an_ensemble_by_beta_is_that_by_temperatures(tmp_path):
    words = {"loads": 0.1, "sizes": (20, 24), "samples": 2, "sweeps": 20, "seed": 7}
    cold = Ensemble(NETWORK, beta=(2.0, 4.0), **words)
    assert cold == Ensemble(NETWORK, temperatures=(0.5, 0.25), **words)
    assert cold.words() == Ensemble(NETWORK, temperatures=[0.5, 0.25], **words).words()
    found = cold.run(tmp_path, "threads", progress=False)
    assert found.samples(N=20, beta=4.0).T == 0.25
    assert glassy.load(tmp_path / "ensemble.npz") == cold
    with pytest.raises(InputError, match="temperatures or beta = 1/T must be given, got both"):
        Ensemble(NETWORK, temperatures=0.5, beta=2.0, **words)


def test_whole_floats_are_integers():
    whole = glassy.simulate(
        DenseHebbian(P=3.0), T=0.3, N=20.0, K=4e1, samples=np.float32(3), replicas=2.0, sweeps=1e2, burn_in=1e1, seed=7.0,
        watch=(1.0,), threads=2.0, method=glassy.Metropolis(),
    )  # fmt: skip
    plain = glassy.simulate(
        NETWORK, T=0.3, N=20, K=40, samples=3, replicas=2, sweeps=100, burn_in=10, seed=7, watch=(1,), threads=2,
    )  # fmt: skip
    assert whole == plain
    assert [type(getattr(whole, name)) for name in ("N", "K", "samples", "sweeps", "seed")] == [int] * 5
    assert RSB(2.0) == RSB(2)
    assert hash(RSB(2.0)) == hash(RSB(2))
    assert ReplicaExchange(every=5.0) == ReplicaExchange(every=5)
    a, b = (Ensemble(NETWORK, 0.1, sizes, 0.3, samples=n, seed=1) for sizes, n in (((2e1, 3e1), 2.0), ((20, 30), 2)))
    assert a == b
    assert a.words() == b.words()


@pytest.mark.parametrize("value", [Fraction(20), Fraction(40, 2), np.int8(20), np.uint64(20), np.float16(20), np.array(20)[()]])
def test_whole_numbers_of_every_kind_are_integers(value):
    assert checks.integer("n", value, 1, "It counts.") == 20
    assert glassy.simulate(NETWORK, 0.1, 0.3, **(RUN | {"N": value})).N == 20


@pytest.mark.parametrize("many", [[True, 2.0], (0.5, np.False_), [False, 1]])
def test_truth_among_numbers_is_no_number(many):
    for word in ("T", "beta", "load"):
        with pytest.raises(InputError, match=f"{word} must be"):
            glassy.scan(NETWORK, **({"load": 0.1, word: many} if word != "load" else {"load": many, "T": 0.3}))
        with pytest.raises(InputError, match=f"{word} must be"):
            glassy.simulate(NETWORK, **({"load": 0.1, word: many} if word != "load" else {"load": many, "T": 0.3}), **RUN)
    with pytest.raises(InputError, match="patterns must be numbers, got True or False among them"):
        glassy.simulate(NETWORK, T=0.3, patterns=[[True, -1, 1, 1]], seed=1)


@pytest.mark.parametrize("value", ["yes", "no", 1, None, []])
def test_what_is_neither_true_nor_false_is_refused(value, tmp_path):
    ensemble = Ensemble(NETWORK, 0.1, 20, 0.3, samples=1, seed=1)
    calls = {
        "free_energy": (lambda **x: glassy.simulate(NETWORK, 0.1, 0.3, **RUN, **x), lambda **x: ensemble.run(tmp_path, **x)),
        "wait": (lambda **x: ensemble.run(tmp_path, **x),),
        "wins": (lambda **x: glassy.scan(NETWORK, 0.1, 0.3, **x),),
        "strict": (
            lambda **x: glassy.solve(NETWORK, 0.1, 0.3, **x), lambda **x: glassy.spinodal(NETWORK, 0.3, **x),
            lambda **x: glassy.coexistence(NETWORK, 0.3, **x), lambda **x: glassy.complexity(NETWORK, 1.0, 0.3, **x),
            lambda **x: glassy.at_line(NETWORK, 0.1, **x),
        ),
    }  # fmt: skip
    for word, functions in calls.items():
        for call in functions:
            with pytest.raises(InputError, match=f"{word} must be True or False, got"):
                call(**{word: value})
    assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize("value", [1.5, 1e4 + 0.5, math.inf, -math.inf, math.nan, "8", True, None, Fraction(3, 2), 2.0 + 0j])
def test_what_is_no_whole_number_is_refused(value):
    with pytest.raises(InputError, match="n must be an integer"):
        checks.integer("n", value, 1, "It counts.")


@pytest.mark.parametrize("word", ["N", "K"])
def test_several_sizes_at_once_say_how(word):
    many = {"load": 0.1, "T": 0.3, "N": 20, "seed": 1, word: [50, 100]}
    if word == "K":
        del many["load"]
    with pytest.raises(InputError, match=r"For several call it once for each.*glassy.Ensemble"):
        glassy.simulate(NETWORK, **many)
    with pytest.raises(InputError) as one:
        glassy.simulate(NETWORK, **(many | {word: 2.5}))
    assert "several" not in str(one.value)
