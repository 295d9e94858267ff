"""Overlaps with all patterns, from the final spins."""

import numpy as np
import pytest

import glassy
from glassy import DenseHebbian, InputError, simulate
from glassy.simulation.sampler import checkpoint, run


def test_overlaps_with_all_patterns_of_every_sample():
    r = simulate(DenseHebbian(3), load=0.3, N=25, T=1.0, samples=3, replicas=2, sweeps=20, seed=4)
    m = r.pattern_overlaps()
    for k in range(3):
        xi = glassy.draw_patterns(r.K, r.N, seed=4, sample=k).astype(int)
        assert np.array_equal(m[k], r.series.spins[k].astype(int) @ xi.T / r.N)
    assert np.array_equal(m[:, :, 0], r.final_m)
    index, largest = r.largest_overlaps(3)
    assert np.array_equal(np.abs(largest[..., 0]), np.abs(m).max(axis=-1))
    assert np.all(np.diff(np.abs(largest), axis=-1) <= 0.0)
    assert np.array_equal(np.take_along_axis(m, index, -1), largest)


@pytest.mark.parametrize("K", [1, 3, 5, 8])
def test_by_default_the_five_largest_overlaps_or_all(K):
    r = simulate(DenseHebbian(3), K=K, N=25, T=1.0, samples=1, sweeps=5, seed=4)
    index, m = r.largest_overlaps()
    assert index.shape == m.shape == (1, 2, min(K, 5))


def test_a_chain_at_another_pattern_is_found_there():
    xi = glassy.draw_patterns(20, 60, seed=1)
    r = simulate(DenseHebbian(3), patterns=xi, T=0.2, start=np.stack([xi[7], xi[0]]), sweeps=20, seed=1)
    index, m = r.largest_overlaps(1, patterns=xi)
    assert index.ravel().tolist() == [7, 0]
    assert np.all(m > 0.9)


def test_bad_input():
    xi = glassy.draw_patterns(20, 30, seed=1)
    given = simulate(DenseHebbian(3), patterns=xi, T=0.2, sweeps=5, seed=1)
    drawn = simulate(DenseHebbian(3), load=0.1, N=30, T=0.2, sweeps=5, seed=1)
    for call, message in (
        (lambda: given.pattern_overlaps(), "given again"),
        (lambda: given.pattern_overlaps(xi[:5]), r"shape \(20, 30\)"),
        (lambda: drawn.pattern_overlaps(xi), "left out"),
        (lambda: drawn.largest_overlaps(0), r"in \[1, 30\]"),
        (lambda: drawn.largest_overlaps(31), r"in \[1, 30\]"),
    ):
        with pytest.raises(InputError, match=message):
            call()


@pytest.mark.parametrize("T", [0.5, [0.5, 0.8, 1.2]])
def test_watched_patterns_have_their_series(T):
    ladder = {"method": glassy.ReplicaExchange()} if isinstance(T, list) else {}
    point = {"load": 0.4, "N": 24, "T": T, "samples": 2, "sweeps": 70, "seed": 3, "start": "random"}
    r, plain = (simulate(DenseHebbian(3), **point, **ladder, **watch) for watch in ({"watch": (5, 0)}, {}))
    for one, other in zip(*(x if isinstance(T, list) else [x] for x in (r, plain)), strict=True):
        assert other.series.watched is None
        assert np.array_equal(one.series.m, other.series.m)  # watching changes nothing
        assert one.series.watched.shape == (2, 2, 2, 70)
        assert np.array_equal(one.series.watched[:, :, 1], one.series.m)
        assert np.array_equal(one.series.watched[:, :, 0, -1], one.pattern_overlaps()[:, :, 5])
        assert np.ptp(one.series.watched[:, :, 0]) > 0.1
        assert float(one.m_of(5)) == pytest.approx(one.series.watched[:, :, 0].mean())
        assert one.m_of(0) == one.m
        with pytest.raises(InputError, match="watched"):
            one.m_of(2)


def test_watched_patterns_are_kept_and_resumed(tmp_path, monkeypatch):
    network, point = DenseHebbian(3), {"load": 0.4, "N": 24, "T": 0.7, "samples": 2, "sweeps": 200, "seed": 3, "watch": (4, 7)}
    monkeypatch.setattr(run, "ATTEMPTS", 32 * 24)
    whole = simulate(network, **point)
    calls = 0

    def stop(checkpoints, walker, now=False, keep=checkpoint.Checkpoints.keep):
        nonlocal calls
        calls += 1
        if calls == 6:
            raise KeyboardInterrupt
        keep(checkpoints, walker, now)

    monkeypatch.setattr(checkpoint, "SECONDS", 0.0)
    monkeypatch.setattr(checkpoint, "SHARE", 1e9)
    with monkeypatch.context() as patch:
        patch.setattr(checkpoint.Checkpoints, "keep", stop)
        with pytest.raises(KeyboardInterrupt):
            simulate(network, out=tmp_path / "a", threads=1, **point)
    again = simulate(network, out=tmp_path / "a", **point)
    assert np.array_equal(again.series.watched, whole.series.watched)
    again.save(tmp_path / "r")
    assert np.array_equal(glassy.load(tmp_path / "r").series.watched, whole.series.watched)
    with pytest.raises(InputError, match="watch"):
        simulate(network, out=tmp_path / "a", **{**point, "watch": (4,)})


@pytest.mark.parametrize("watch", [(-1,), (77,), (1.5,)])
def test_what_cannot_be_watched(watch):
    with pytest.raises(InputError, match="watch must be an integer"):
        simulate(DenseHebbian(3), load=0.4, N=24, T=0.7, sweeps=3, seed=3, watch=watch)


def test_other_patterns_than_those_of_the_run_are_refused():
    xi = glassy.draw_patterns(30, 20, seed=1)
    r = simulate(DenseHebbian(3), patterns=xi, T=0.3, sweeps=20, seed=1)
    assert r.largest_overlaps(1, xi)[1].shape == (1, 2, 1)
    with pytest.raises(InputError, match="m of pattern 0 is another"):
        r.largest_overlaps(1, xi[::-1])
    with pytest.raises(InputError, match=r"Give watch=\(3,\)"):
        simulate(DenseHebbian(3), load=0.4, N=24, T=0.7, sweeps=3, seed=3, watch=3)
