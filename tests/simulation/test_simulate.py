"""simulate: reproducible from one seed on any number of threads, starts, grids, resume, interruption, guards, statuses."""

import dataclasses
import math
import os
import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import glassy
from glassy import (
    DenseHebbian,
    Glauber,
    InputError,
    Interrupted,
    MemoryLimitError,
    Metropolis,
    Quench,
    ReplicaExchange,
    Status,
    StoreWarning,
    simulate,
)

network = DenseHebbian(3)
POINT = {"load": 0.2, "T": 0.4, "N": 24, "sweeps": 40, "seed": 3}


def same(a, b):
    return all(np.array_equal(getattr(a.series, n), getattr(b.series, n)) for n in ("m", "energy", "q", "acceptance", "spins"))


def test_numbers_do_not_depend_on_threads():
    runs = [simulate(network, **POINT, samples=5, threads=k) for k in (1, 2, 5)]
    assert same(runs[0], runs[1])
    assert same(runs[0], runs[2])
    assert not same(runs[0], simulate(network, **{**POINT, "seed": 4}, samples=5))


def test_minus_zero_is_zero():
    zero, minus = (simulate(network, **{**POINT, "T": T}, start="random") for T in (0.0, -0.0))
    assert same(zero, minus)
    assert math.copysign(1.0, minus.T) == 1.0
    assert simulate(network, **{**POINT, "T": np.float32(-0.0)}, start="random").T == 0.0


def test_more_samples_keep_the_first_ones_and_replicas_are_independent():
    few, many = simulate(network, **POINT, samples=2), simulate(network, **POINT, samples=4)
    assert np.array_equal(few.series.m, many.series.m[:2])
    assert not np.array_equal(many.series.m[0], many.series.m[1])
    assert not np.array_equal(many.series.energy[0, 0], many.series.energy[0, 1])


def test_grid_points_equal_single_calls_and_keep_their_place():
    loads, temperatures = [0.1, 0.2], np.array([0.3, 0.4, 0.5])
    grid = simulate(network, load=loads, T=temperatures, N=24, sweeps=40, seed=3)
    assert grid.shape == (2, 3)
    for i, x in enumerate(loads):
        for j, T in enumerate(temperatures):
            assert grid[i, j].T == T
            assert same(grid[i, j], simulate(network, load=x, T=T, N=24, sweeps=40, seed=3))
    assert grid.values("m").shape == grid.errors("m").shape == (2, 3)
    row = simulate(network, load=0.2, T=[0.4], N=24, sweeps=40, seed=3)
    assert row.shape == (1,)
    assert len(row.statuses) == 1


def test_grid_indexes_as_numpy_does():
    loads, temperatures = [0.1, 0.2], [0.3, 0.4, 0.5]
    grid = simulate(network, load=loads, T=temperatures, N=12, sweeps=1, seed=3)
    m = grid.values("m")
    for index in [(-1, 0), (0, -1), (1, 2), (np.int64(1), -3)]:
        assert grid[index] is grid.points[np.arange(6).reshape(2, 3)[index]]
    for index in [(0, slice(None)), (slice(None), -1), (slice(None), [0, 2]), (1,), [1], m > 0.9, (..., slice(1, None))]:
        assert grid[index].shape == m[index].shape
        assert np.array_equal(grid[index].values("m"), m[index])
        repr(grid[index])
    assert [r.T for r in grid[0, :]] == temperatures
    assert list(grid) == [grid[i] for i in range(len(grid))]  # as a sequence it is flat
    assert grid[-1] is grid[1, 2]
    assert grid[1:].points == grid.points[1:]
    assert grid[4:].shape == (2,)
    for index in [(2, 0), (0, -4), (0, 0, 0), (0, 0.5), 6, -7, "m"]:
        with pytest.raises(IndexError, match=r"out of bounds|too many indices|only integers"):
            grid[index]


def test_patterns_of_a_grid_are_shared_and_are_those_of_draw_patterns():
    xi = glassy.draw_patterns(network.patterns(0.2, 24), 24, seed=3)
    a = simulate(network, load=0.2, T=0.0, N=24, samples=1, sweeps=1, burn_in=0, seed=3, method=Glauber("sequential"))
    b = simulate(network, T=0.0, patterns=xi, sweeps=1, burn_in=0, seed=3, method=Glauber("sequential"))
    assert np.array_equal(a.series.pattern_energy, b.series.pattern_energy)
    assert set(np.unique(xi)) == {-1, 1}
    assert xi.dtype == np.int8
    assert abs(xi.mean()) < 4 / math.sqrt(xi.size)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((-1, 4, 1), "K must be an integer >= 0, got -1"),
        ((2.5, 4, 1), "K must be an integer >= 0, got 2.5"),
        ((3, 0, 1), "N must be an integer >= 1, got 0"),
        ((3, 2.5, 1), "N must be an integer >= 1, got 2.5"),
        ((3, 4, 1, -1), "sample must be an integer >= 0, got -1"),
        ((3, 4, 1, 0.5), "sample must be an integer >= 0, got 0.5"),
        ((3, 4, None), "seed must be an integer >= 0"),
    ],
)
def test_draw_patterns_refuses_what_cannot_be_counted(arguments, message):
    with pytest.raises(InputError, match=message):
        glassy.draw_patterns(*arguments)


def test_draw_patterns_takes_numpy_integers():
    assert glassy.draw_patterns(0, 4, seed=1).shape == (0, 4)
    assert np.array_equal(
        glassy.draw_patterns(np.int64(3), np.int32(4), np.uint8(1), np.int64(2)), glassy.draw_patterns(3, 4, 1, 2)
    )


@pytest.mark.parametrize("overlap", [1.0, 0.5, 0.0, -1.0])
def test_start_at_a_chosen_overlap(overlap):
    xi = glassy.draw_patterns(50, 40, seed=1)
    chain = simulate(network, T=0.0, patterns=xi, start_overlap=overlap, sweeps=1, burn_in=0, seed=1)
    from glassy.model.patterns import chain_generator
    from glassy.simulation.sampler.run import Run

    run = Run(network, 40, 50, 0.0, Metropolis(), "pattern", overlap, None, None, 2, 1, 0, 1)
    sigma = run.initial(xi[0], 0, 0, chain_generator(1, 40, 50, 0.0, 0, 0))
    assert xi[0].astype(int) @ sigma / 40 == pytest.approx(overlap)
    assert chain.start_overlap == overlap


def test_given_spins_of_every_shape():
    rng = np.random.default_rng(0)
    for shape in ((24,), (2, 24), (3, 2, 24)):
        spins = rng.choice([-1, 1], shape)
        r = simulate(network, load=0.2, T=0.0, N=24, start=spins, samples=3, sweeps=1, burn_in=0, seed=1)
        assert r.start == "given"
    again = simulate(network, load=0.2, T=math.inf, N=24, start=spins, samples=3, sweeps=1, burn_in=0, seed=1)
    assert same(again, simulate(network, load=0.2, T=math.inf, N=24, start=spins, samples=3, sweeps=1, burn_in=0, seed=1))
    frozen = simulate(DenseHebbian(2), T=0.0, patterns=np.ones((1, 24)), start=np.ones(24), replicas=3, sweeps=1, seed=1)
    assert np.all(frozen.series.spins == 1)
    with pytest.raises(InputError, match="spins of shape"):
        simulate(network, load=0.2, T=0.1, N=24, start=rng.choice([-1, 1], 23), seed=1)


def test_real_data_as_patterns():
    data = np.where(np.random.default_rng(0).random((12, 30)) < 0.2, 1, -1)  # biased, int64
    r = simulate(DenseHebbian(4), T=0.1, patterns=data, sweeps=20, seed=1)
    assert (r.K, r.N, r.samples) == (12, 30, 1)
    assert not r.patterns_drawn
    assert r.m.disorder is None


def test_energy_is_H_over_N():
    r = simulate(network, **POINT, samples=2)
    for k in range(2):
        xi = glassy.draw_patterns(r.K, r.N, seed=3, sample=k).astype(int)
        table = network.energy_table(r.N)
        for j in range(2):
            H = table.unit * sum(table.values[(r.N - int(row @ r.series.spins[k, j])) // 2] for row in xi)
            assert r.series.energy[k, j, -1] == pytest.approx(float(H) / r.N, abs=1e-13)
            assert r.series.m[k, j, -1] == xi[0] @ r.series.spins[k, j] / r.N
        assert r.series.q[k, 0, -1] == r.series.spins[k, 0].astype(int) @ r.series.spins[k, 1] / r.N


@pytest.mark.parametrize("kind", ["distinct", "self-interacting"])
@pytest.mark.parametrize("P", [2, 3, 4])
def test_M3_M4_mean_pattern_energy(P, kind):
    """The mean of H(xi)/N over samples: signal plus the exact mean of the noise."""
    net = DenseHebbian(P, kind)
    r = simulate(net, load=0.3, T=1.0, N=20, samples=400, replicas=1, sweeps=1, burn_in=0, seed=9)
    table = net.energy_table(20)
    expected = float((table.unit * table.values[0] + (r.K - 1) * table.mean) / 20)
    e = r.series.pattern_energy
    assert abs(e.mean() - expected) <= 4 * e.std() / math.sqrt(400)
    assert e.std() > 0.01


def test_replicas_one_and_three():
    one = simulate(network, **POINT, samples=1, replicas=1)
    assert one.series.q.shape == (1, 0, 40)
    with pytest.raises(InputError, match="q is the overlap of two replicas"):
        _ = one.q
    three = simulate(network, **POINT, samples=1, replicas=3)
    assert three.overlaps.shape == (1, 3, 40)
    assert "q=" in repr(three)
    assert "q=" not in repr(one)


def test_out_resumes_and_refuses_another_run(tmp_path):
    plain = simulate(network, **POINT, samples=4)
    simulate(network, **POINT, samples=2, out=tmp_path / "a")
    files = sorted((tmp_path / "a").glob("sample_*.npz"))
    assert len(files) == 2
    stamp = files[0].stat().st_mtime_ns
    assert same(simulate(network, **POINT, samples=4, out=tmp_path / "a"), plain)
    assert files[0].stat().st_mtime_ns == stamp  # read, not run again
    files[1].write_bytes(files[1].read_bytes()[:100])  # a damaged file is set aside and computed again
    with pytest.warns(StoreWarning, match="sample_000001.npz in .* was set aside as sample_000001.damaged"):
        assert same(simulate(network, **POINT, samples=4, out=tmp_path / "a"), plain)
    assert list((tmp_path / "a").glob("*.damaged"))
    with pytest.raises(InputError, match="differs in T: folder 0.4, call 0.5"):
        simulate(network, **{**POINT, "T": 0.5}, out=tmp_path / "a")
    grid = simulate(network, **{**POINT, "T": [0.4, 0.5]}, samples=4, out=tmp_path / "b")
    assert same(grid[0], plain)


def test_a_resumed_run_reports_the_code_that_made_its_samples(tmp_path, monkeypatch):
    from glassy.simulation.drive import work
    from glassy.simulation.sampler import checkpoint

    today = glassy.core.provenance.provenance()
    assert simulate(network, **POINT).provenance == today

    def at(commit, **options):
        for place in (checkpoint, work):
            monkeypatch.setattr(place, "provenance", lambda: dataclasses.replace(today, commit=commit))
        return simulate(network, **POINT, out=tmp_path, **options).provenance

    assert at("old", samples=2).commit == "old"
    assert at("new", samples=2).commit == "old"  # nothing was run again
    mixed = at("new", samples=3)
    assert mixed.commit == "old and new"
    assert mixed.numpy == np.__version__


def test_out_without_its_description_serves_no_other_run(tmp_path):
    r = simulate(network, **POINT, samples=2, out=tmp_path / "a")
    description = tmp_path / "a" / "description.json"
    description.unlink()
    with pytest.raises(InputError, match=r"sample_000000.npz must be a sample of this very run.* Name a new folder"):
        simulate(network, **{**POINT, "T": 0.5}, samples=2, out=tmp_path / "a")
    assert not description.exists()
    assert same(simulate(network, **POINT, samples=2, out=tmp_path / "a"), r)  # the right call finds them again
    assert description.exists()
    simulate(network, **{**POINT, "T": 0.5}, out=tmp_path / "b")
    (tmp_path / "b" / "sample_000000.npz").replace(tmp_path / "a" / "sample_000001.npz")
    with pytest.warns(StoreWarning, match=r"sample_000001.npz must be"):  # named, set aside, computed again
        assert same(simulate(network, **POINT, samples=2, out=tmp_path / "a"), r)
    assert (tmp_path / "a" / "sample_000001.foreign").exists()


@pytest.mark.parametrize("text", ["{", "[]", ""])
def test_a_damaged_description_has_a_remedy(tmp_path, text):
    r = simulate(network, **POINT, out=tmp_path)
    (tmp_path / "description.json").write_text(text)
    with pytest.raises(InputError, match="is damaged .* Delete it and repeat the call"):
        simulate(network, **POINT, out=tmp_path)
    (tmp_path / "description.json").unlink()
    assert same(simulate(network, **POINT, out=tmp_path), r)


def test_out_must_be_a_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("")
    deep = tmp_path.joinpath(*["y" * 200] * 19, "y" * (4000 - 201 * 19 - len(str(tmp_path))))  # fits, but no file in it does
    before = sorted(tmp_path.iterdir())
    monkeypatch.setattr("glassy.simulation.simulate.drive", None)
    ensemble = glassy.Ensemble(network, 0.1, 20, 0.3, seed=1)
    for act in (lambda out: simulate(network, **POINT, out=out), ensemble.run, ensemble.read, glassy.ensemble_status):
        for out in (tmp_path / "file", tmp_path / "file" / "below", "a\0b", "\ud800", "x" * 256, tmp_path / ("x" * 1000), deep):
            with pytest.raises(
                InputError, match=r"(?s)out must be a folder or a new path, got .* \(.*\)\. Name another path\."
            ):
                act(out)
        for out in ("", b"folder", 3, ["a"], Bytes()):
            with pytest.raises(InputError, match=r"out must be the path of a folder, .*, got .*\. Name one: out='runs'\."):
                act(out)
    assert sorted(tmp_path.iterdir()) == before


class Bytes(os.PathLike):
    def __fspath__(self):
        return b"folder"


def test_names_as_long_as_a_file_system_takes_are_fine(tmp_path):
    r = simulate(network, **{**POINT, "samples": 1}, out=tmp_path / ("x" * 250))
    assert r.m == simulate(network, **{**POINT, "samples": 1}).m


def test_ctrl_c_keeps_finished_samples(tmp_path, monkeypatch):
    module = __import__("glassy.simulation.drive.work", fromlist=["x"])
    original, finished = module.Run.sample, []
    release = threading.Event()

    def counted(run, index, stop, bar, checkpoints, threads):
        if index >= 2:
            stop.wait(900)  # as a long chain would: it looks at `stop`
            return None
        result = original(run, index, stop, bar, checkpoints, threads)
        finished.append(index)
        if len(finished) == 2:
            release.set()
        return result

    def interrupted_wait(*_args, **_kw):
        assert release.wait(900)
        raise KeyboardInterrupt

    monkeypatch.setattr(module.Run, "sample", counted)
    monkeypatch.setattr(module, "wait", interrupted_wait)
    with pytest.raises(Interrupted, match="2 of 6 samples finished") as caught:
        simulate(network, **POINT, samples=6, threads=3, out=tmp_path)
    assert [s.samples for s in caught.value.samples] == [2]
    monkeypatch.undo()
    assert same(simulate(network, **POINT, samples=6, out=tmp_path), simulate(network, **POINT, samples=6))


def test_memory_guard_before_anything_is_allocated():
    with pytest.raises(MemoryLimitError, match=r"N=200, P=4, load=0\.6 needs K=400000 patterns and .* MB"):
        simulate(DenseHebbian(4), load=0.6, T=0.1, N=200, seed=1, max_bytes=10_000_000)
    with pytest.raises(MemoryLimitError):
        simulate(DenseHebbian(6), load=1.0, T=0.1, N=1000, seed=1)
    r = simulate(network, **POINT, samples=3, threads=3, max_bytes=200_000)  # fewer threads instead of an error
    assert same(r, simulate(network, **POINT, samples=3))


def test_memory_guard_counts_the_series_of_every_sample_and_state_point():
    long = {**POINT, "sweeps": 10**9}
    with pytest.raises(
        MemoryLimitError, match=r"for one sample, and .* MB for the series of 50 samples.*Lower sweeps, samples"
    ):
        simulate(network, **{**POINT, "samples": 50}, max_bytes=150_000)
    with pytest.raises(MemoryLimitError, match=r"5 samples, 2 replicas, 40 sweeps at 20 state points; max_bytes is 0\.15 MB"):
        simulate(network, **{**POINT, "T": np.linspace(0.1, 1, 20), "samples": 5}, max_bytes=150_000)
    with pytest.raises(MemoryLimitError, match="Lower N or load, or raise max_bytes"):
        simulate(network, **long, max_bytes=10**9)
    with pytest.raises(MemoryLimitError, match="Lower sweeps"):
        simulate(network, **{**long, "sweeps": 10**6, "samples": 10**6})
    simulate(network, **{**POINT, "samples": 5}, max_bytes=150_000)


@pytest.mark.parametrize("T", [0.4, np.linspace(0.1, 1.0, 4)])
def test_memory_stays_below_what_the_guard_counts(T):
    import tracemalloc

    from glassy.simulation.sampler.run import Run

    options = {"load": 0.2, "T": T, "N": 6, "sweeps": 20_000, "seed": 3, "samples": 5, "threads": 2}
    simulate(network, **{**options, "sweeps": 10})  # compile first
    run = Run(network, 6, network.patterns(0.2, 6), 0.4, Metropolis(), "pattern", 1.0, None, None, 2, 20_000, 4000, 3)
    counted = 2 * 5 * np.size(T) * run.bytes_of_series() + 2 * run.bytes_per_sample()
    tracemalloc.start()
    simulate(network, **options)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert counted / 3 < peak < counted


def test_statuses():
    left = simulate(DenseHebbian(3), load=0.5, T=1.2, N=60, sweeps=300, burn_in=0, seed=1)
    assert left.escaped.all()
    assert left.phase == "paramagnet"
    there = simulate(DenseHebbian(3), load=0.5, T=2.5, N=60, sweeps=2000, seed=1)
    assert (there.status, there.phase) == (Status.STEADY, "paramagnet")  # a good run of where it went
    assert there.escaped.all()
    some = simulate(DenseHebbian(3), load=0.3, T=0.5, N=60, samples=16, sweeps=400, seed=1)
    assert some.status is Status.LEFT_PHASE  # some chains stayed, others left
    assert 0 < some.escaped.sum() < some.escaped.size
    short = simulate(DenseHebbian(3), load=0.1, T=0.4, N=60, sweeps=20, burn_in=20, seed=1)
    assert short.status is Status.SHORT_CHAIN
    drifting = simulate(DenseHebbian(3), load=1.0, T=0.5, N=60, start="random", samples=32, sweeps=60, burn_in=0, seed=1)
    assert drifting.status is Status.NOT_EQUILIBRATED
    good = simulate(DenseHebbian(3), load=0.1, T=0.3, N=60, sweeps=500, burn_in=50, seed=1)
    assert (good.status, good.phase) == (Status.STEADY, "pattern 0")
    assert not simulate(DenseHebbian(3), load=1.5, T=0.5, N=30, start="random", sweeps=50, seed=1).escaped.any()


def test_statuses_where_little_moves():
    """A lost pattern leaves m = 0.26 behind at T = 0 whatever N; chains at rest far from it; flips that are all accepted."""
    lost = simulate(DenseHebbian(2), 0.2, 0.0, 1000, replicas=1, samples=4, sweeps=200, seed=2)
    assert 0.15 < lost.m < 0.4
    assert not lost.status.ok
    assert lost.escaped.sum() >= 3
    stuck = simulate(DenseHebbian(3), 0.6, 0.0, 200, replicas=1, samples=3, sweeps=200, seed=1)
    assert not stuck.status.ok
    kept = simulate(DenseHebbian(3), 0.1, 0.0, 200, samples=3, sweeps=200, seed=1)
    assert kept.m > 0.99
    assert kept.status is Status.STEADY
    hot = simulate(DenseHebbian(3), 0.3, 1e6, 40, start="random", method=Metropolis("sequential"), sweeps=1000, seed=1)
    assert hot.q2.thermal < 1e-3
    assert not hot.status.ok
    near = simulate(DenseHebbian(2), 0.0005, 0.9, 2000, samples=2, sweeps=4000, seed=1)  # m = 0.52 in theory
    assert 0.4 < near.m < 0.6
    assert not near.escaped.any()


def test_threads_share_replicas_where_samples_are_few():
    for options in ({"T": 0.4}, {"T": [0.3, 0.6, 1.0], "method": ReplicaExchange()}, {"T": 0.0, "method": Quench()}):
        point = {"load": 0.3, "N": 30, "replicas": 3, "sweeps": 300, "seed": 2, **options}
        one, many = simulate(network, threads=1, **point), simulate(network, threads=4, **point)
        for a, b in zip(*([x] if isinstance(x, glassy.Samples) else x for x in (one, many)), strict=True):
            assert same(a, b)


@pytest.mark.parametrize(("P", "load", "N", "samples"), [(2, 0.1, 200, 1), (3, 1.0, 60, 4)])
@pytest.mark.parametrize("options", [{}, {"burn_in": 0}])
def test_a_frozen_chain_is_not_equilibrated(P, load, N, samples, options):
    """Quenches to T = 0 stay in the first minimum they find: an error of zero there says nothing."""
    r = simulate(
        DenseHebbian(P), load=load, T=0.0, N=N, start="random", samples=samples, replicas=1, sweeps=100, seed=1, **options
    )
    assert not r.status.ok
    assert r.energy.thermal > 0.0


def test_a_pattern_that_holds_at_T0_is_as_good_as_before():
    xi = glassy.draw_patterns(100, 60, seed=1)
    for start in ("pattern", xi[0], -xi[0]):
        r = simulate(DenseHebbian(4), T=0.0, patterns=xi, start=start, sweeps=100, seed=1)
        assert abs(r.m) == 1.0
        assert r.status is Status.STEADY


def test_status_looks_at_the_overlap_of_replicas():
    r = simulate(DenseHebbian(3), load=0.1, T=0.3, N=60, samples=1, sweeps=500, burn_in=50, seed=1)
    q = np.sin(np.linspace(0.0, 6.0, 500))[None, None, :]
    slow = dataclasses.replace(r, series=dataclasses.replace(r.series, q=q))
    assert r.status.ok
    assert not slow.status.ok


def test_leaving_the_pattern_is_seen_from_its_spins_not_from_the_word():
    xi = glassy.draw_patterns(60, 60, seed=1)
    options = {"T": 1.5, "patterns": xi, "sweeps": 300, "burn_in": 0, "seed": 1}
    for start in ("pattern", xi[0], np.stack([xi[0], xi[0]])):
        left = simulate(DenseHebbian(3), start=start, **options)
        assert left.escaped.all()
        assert left.phase == "paramagnet"
    half = simulate(DenseHebbian(3), start=np.stack([xi[0], xi[1]]), **options)  # only the first replica began there
    assert half.escaped.tolist() == [[True, False]]
    assert np.allclose(half.series.start_m, [[1.0, xi[0].astype(int) @ xi[1] / 60]])
    elsewhere = simulate(DenseHebbian(3), start_overlap=0.0, **options)  # it never was at the pattern
    assert not elsewhere.escaped.any()


BAD = [
    ({"T": -0.1}, "T must be a number >= 0"),
    ({"T": math.nan}, "T must be a number >= 0"),
    ({"T": None}, "T must be given"),
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
    ({"method": "metropolis"}, "method must be"),
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


def test_bad_method_order_and_network():
    with pytest.raises(InputError, match="order must be one of"):
        Metropolis("backwards")
    with pytest.raises(InputError, match="network must be"):
        simulate(3, **POINT)
    with pytest.raises(InputError, match="samples must be 1 with given patterns"):
        simulate(network, T=0.1, patterns=np.ones((3, 9)), samples=2, seed=1)


@settings(max_examples=40, deadline=None)
@given(
    P=st.integers(2, 6), kind=st.sampled_from(["distinct", "self-interacting"]), extra=st.integers(0, 10),
    K=st.integers(1, 30), T=st.one_of(st.just(0.0), st.just(math.inf), st.floats(1e-3, 10)), seed=st.integers(0, 99),
    start=st.sampled_from(["pattern", "random"]), replicas=st.integers(1, 3),
)  # fmt: skip
def test_whole_domain_gives_finite_consistent_series(P, kind, extra, K, T, seed, start, replicas):
    xi = glassy.draw_patterns(K, P + extra, seed)
    r = simulate(DenseHebbian(P, kind), T=T, patterns=xi, start=start, replicas=replicas, sweeps=7, seed=seed)
    s = r.series
    assert s.m.shape == s.energy.shape == s.acceptance.shape == (1, replicas, 7)
    assert s.q.shape == (1, replicas * (replicas - 1) // 2, 7)
    assert np.all(np.isfinite(s.energy))
    assert np.all(np.abs(s.m) <= 1)
    assert np.all((s.acceptance >= 0) & (s.acceptance <= 1))
    assert r.status in Status
    repr(r)
