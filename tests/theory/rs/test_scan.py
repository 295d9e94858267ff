"""A scan under RS is `solve` at every point, whatever the path, the chunks and the threads; and a Grid of columns is a Grid."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest

import glassy
from glassy import DenseHebbian, SpinGlass, Status, scan, solve
from glassy.core.grid import Grid
from glassy.theory.rs import retrieval as rs_retrieval
from glassy.theory.rs import scan as rs_scan

KINDS = ("distinct", "self-interacting")
MIXTURES = ({2: 1.0}, {3: 1.0}, {2: 1.0, 4: 1.0}, {2: 0.2, 20: 3.0}, {1: 0.3, 2: 1.0}, {1: 0.01, 4: 1.0})
NETWORKS = [DenseHebbian(P, kind) for P in (2, 3, 4, 7) for kind in KINDS] + [SpinGlass(terms) for terms in MIXTURES]
POINTS = {"retrieval": 70, "spin_glass": 40, "paramagnetic": 15, "equilibrium": 30}


def state_points(network, phase, count, rng):
    """Loads and temperatures, 0 among them; in the retrieval phase close to the spinodal, on both sides."""
    T = rng.uniform(0.0, 1.3, count) * rng.choice([0.0, 0.01, 0.3, 1.0], count)
    load = 10.0 ** rng.uniform(-3.0, 0.6, count)
    if phase == "retrieval" and isinstance(network, DenseHebbian):
        ends = [rs_retrieval.fold(network, t) for t in T]
        away = 10.0 ** rng.uniform(-9.0, -0.05, count) * rng.choice([1.0, 1.0, 1.0, -1.0], count)
        load = np.array([end.load * (1.0 - d) if end else x for end, d, x in zip(ends, away, load, strict=True)])
    load[:2] = 0.0
    return load, T


@pytest.mark.parametrize("network", NETWORKS, ids=repr)
def test_a_scan_is_solve_at_every_point(network):
    rng = np.random.default_rng([18, NETWORKS.index(network)])
    for phase, count in POINTS.items():
        load, T = state_points(network, phase, count, rng)
        path = scan(network, load, T, phase, threads=1)
        for s, x, y in zip(path, load, T, strict=True):
            alone = solve(network, x, y, phase, strict=False)
            assert (s.load, s.T, s.phase, s.status) == (x, y, alone.phase, alone.status)
            assert s.n is alone.n is None
            for name in rs_scan.NUMBERS[:-2]:
                assert getattr(s, name) == pytest.approx(getattr(alone, name), rel=1e-11, abs=1e-11, nan_ok=True), (name, s)


@pytest.mark.parametrize("phase", rs_scan.PHASES)
@pytest.mark.parametrize("network", [DenseHebbian(2), DenseHebbian(4), DenseHebbian(3, KINDS[1])], ids=repr)
def test_threads_change_no_bit_and_order_no_digit(network, phase):
    rng = np.random.default_rng(7)
    load, T = np.linspace(0.001, 0.5, 3000), np.full(3000, 0.3)
    one, two = (scan(network, load, T, phase, threads=n) for n in (1, 2))
    assert one == two
    assert one.statuses == two.statuses
    order = rng.permutation(3000)
    mixed = scan(network, load[order], T[order], phase)
    assert [mixed.statuses[i] for i in np.argsort(order)] == list(one.statuses)
    for name in rs_scan.NUMBERS[:-2]:
        shuffled = mixed.values(name)[np.argsort(order)]
        assert np.allclose(shuffled, one.values(name), rtol=1e-12, atol=1e-12, equal_nan=True), name


def test_few_points_say_what_many_say():
    load, T = np.linspace(0.001, 0.2, 100), 0.1
    with_many = scan(DenseHebbian(2), load, T)
    few = scan(DenseHebbian(2), load[-3:], T)
    assert few.statuses == with_many.statuses[-3:] == (Status.LEFT_PHASE,) * 3


def test_most_points_need_no_solve(monkeypatch):
    """The compiled loop ends by itself inside a phase and clearly beyond it."""
    asked = []
    monkeypatch.setattr("glassy.theory.solve.rs_zero.saddles", lambda *a: asked.append(a))
    monkeypatch.setattr("glassy.theory.rs.retrieval.retrieval", lambda *a: asked.append(a))
    T = np.linspace(0.0, 0.25, 500)
    assert all(s.ok for s in scan(DenseHebbian(4), 0.2, T).statuses)
    left = scan(DenseHebbian(4), np.linspace(1.0, 2.0, 500), 0.3).statuses
    assert set(left) == {Status.LEFT_PHASE}
    assert all(s.ok for s in scan(DenseHebbian(2), 0.5, T, "spin_glass").statuses)
    assert asked == []


def test_many_temperatures_beyond_the_spinodal():
    network = DenseHebbian(3)
    T = np.linspace(0.3, 0.9, 900)
    path = scan(network, 0.3, T)
    for i in np.random.default_rng(3).choice(900, 60, replace=False):
        assert path.statuses[i] is solve(network, 0.3, T[i], strict=False).status
    assert {Status.CONVERGED, Status.LEFT_PHASE} == set(path.statuses)


@pytest.fixture
def path():
    return scan(DenseHebbian(3), np.linspace(0.01, 0.6, 40), 0.3)


def test_a_grid_of_columns_equals_one_of_points(path, tmp_path):
    plain = Grid(tuple(path), path.shape)
    assert path == plain
    assert hash(path) == hash(plain)
    assert path.points == plain.points
    for name in ("m", "q_EA", "free_energy", "replicon", "load", "T", "q"):
        assert np.array_equal(path.values(name), plain.values(name), equal_nan=True)
    assert not path.errors("m").any()
    assert path.statuses == plain.statuses
    assert repr(path) == repr(plain)
    assert glassy.load(path.save(tmp_path / "path")) == plain


@pytest.mark.parametrize("index", [3, -1, np.int64(5), slice(2, 9, 3), (slice(None),), np.arange(40) % 7 == 0, [4, 1]])
def test_a_grid_of_columns_is_indexed_as_one_of_points(path, index):
    plain = Grid(tuple(path), path.shape)
    assert path[index] == plain[index]
    copied = pickle.loads(pickle.dumps(path))
    assert copied[index] == plain[index]
    assert copy.deepcopy(path) == plain
    with pytest.raises(IndexError):
        path[40]
    with pytest.raises(AttributeError, match="no attribute 'point'"):
        path.point  # noqa: B018


def test_bad_threads():
    with pytest.raises(glassy.core.errors.InputError, match="threads must be an integer >= 1, got 0"):
        scan(DenseHebbian(3), 0.1, 0.1, threads=0)
