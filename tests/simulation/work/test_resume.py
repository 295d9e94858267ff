"""Checkpoints inside a sample: a run stopped anywhere and continued equals the undisturbed one bit for bit."""

import dataclasses
import threading
import time

import numpy as np
import pytest
from ensembles import LONG, held, patient, start, wait_until

import glassy
from glassy import (
    Annealing,
    DenseHebbian,
    Glauber,
    InputError,
    Interrupted,
    Metropolis,
    Quench,
    ReplicaExchange,
    StoreWarning,
    simulate,
)
from glassy.numerics import passes
from glassy.simulation.keep.store import Store
from glassy.simulation.ladder import LadderRun
from glassy.simulation.sampler import checkpoint, walk
from glassy.simulation.sampler.run import Run

METROPOLIS = Metropolis()
POINT = {"load": 0.3, "T": 0.4, "N": 24, "sweeps": 200, "seed": 3}


@pytest.fixture
def short_blocks(monkeypatch):
    """Looks at Ctrl-C every 16 sweeps of 24 spins, also between exchanges every 7 sweeps."""
    monkeypatch.setattr(walk, "ATTEMPTS", 16 * 24)


short = pytest.mark.usefixtures("short_blocks")


class Bar:
    def __init__(self):
        self.n = 0

    def update(self, n):
        self.n += n


class StopAfter:
    """A stop event that is set after a number of looks at it."""

    def __init__(self, looks):
        self.looks = looks

    def is_set(self):
        self.looks -= 1
        return self.looks < 0


def bits(result):
    """Every array of a result as bytes, with its name."""
    found = {}
    for field in dataclasses.fields(result):
        value = getattr(result, field.name)
        if isinstance(value, np.ndarray):
            found[field.name] = (value.dtype, value.shape, value.tobytes())
        elif isinstance(value, tuple) and dataclasses.is_dataclass(value[0]):
            found |= {f"{field.name}.{i}.{k}": b for i, v in enumerate(value) for k, b in bits(v).items()}
    assert found
    return found


def run_at(T, method=METROPOLIS, P=3, N=24, burn_in=90, start="random"):
    network = DenseHebbian(P)
    return Run(network, N, network.patterns(0.3, N), T, method, start, 0.8, None, None, 2, 200, burn_in, 5)


def ladder(every, **options):
    return LadderRun(tuple(run_at(T, **options) for T in (0.25, 0.5, 1.0, np.inf)), ReplicaExchange(every=every))


def go_on(run, folder, rng, chunks):
    """Run sample 0 with stops at random places; return the result, and how many stops there were."""
    store, stops = Store(folder, run.description()), 0
    chains = run.replicas * (len(run.rungs) if isinstance(run, LadderRun) else 1)
    while True:
        bar, checkpoints = Bar(), store.checkpoints(0)
        found = run.sample(0, StopAfter(int(rng.integers(0, chunks))), bar, checkpoints)
        if found is not None:
            assert bar.n == 290 * chains  # resumed sweeps are counted
            store.write(0, found, checkpoints.origin)
            return found, stops
        stops += 1


WIDE = {"network": DenseHebbian(20, "self-interacting"), "K": 60, "kernel": "wide"}
RUNS = {
    "Metropolis": (run_at(0.4), 8),
    "tensor": (dataclasses.replace(run_at(0.4), kernel="tensor"), 8),
    **({"packed": (dataclasses.replace(run_at(0.4), kernel="packed"), 8)} if passes.available() else {}),
    "wide": (dataclasses.replace(run_at(0.4), **WIDE), 8),
    "wide ladder": (LadderRun(tuple(dataclasses.replace(run, **WIDE) for run in ladder(1).rungs), ReplicaExchange()), 8),
    "P=2 by fields": (run_at(0.4, Glauber("sequential"), P=2, N=61), 20),
    "annealing": (run_at(0.4, Annealing(2.0)), 8),
    "quench": (run_at(0.0, Quench()), 12),
    "ladder": (ladder(1), 8),
    "ladder, every=7": (ladder(7, start="pattern"), 8),
    "ladder, P=2": (ladder(1, P=2, N=60), 20),
}


@short
@pytest.mark.parametrize(("run", "chunks"), RUNS.values(), ids=RUNS)
def test_a_run_stopped_anywhere_equals_the_undisturbed_one(run, chunks, tmp_path):
    whole, stops = bits(run.sample(0, threading.Event(), Bar())), 0
    for k in range(4):
        found, n = go_on(run, tmp_path / str(k), np.random.default_rng(k), chunks)
        stops += n
        assert bits(found) == whole
        assert [p.name for p in (tmp_path / str(k)).glob("*.npz")] == ["sample_000000.npz"]  # the checkpoint is removed
        kept = Store(tmp_path / str(k), run.description()).read(0)
        assert bits(kept.series) == whole
    assert stops > 12


@short
@pytest.mark.parametrize("what", ["restore_generator", "Swapper.restore", "spins"])
def test_a_checkpoint_that_forgets_is_seen(what, tmp_path, monkeypatch):
    """The twin: leave out one part of the state, and the same comparison fails."""
    run = ladder(1)
    whole = bits(run.sample(0, threading.Event(), Bar()))
    if what == "restore_generator":
        monkeypatch.setattr(walk, what, lambda generator, state: None)
    elif what == "Swapper.restore":
        monkeypatch.setattr(walk.Swapper, "restore", lambda self, state: None)
    else:
        kept = walk.Walk.state
        monkeypatch.setattr(walk.Walk, "state", lambda self: dataclasses.replace(s := kept(self), spins=s.spins[::-1]))
    found, stops = go_on(run, tmp_path, np.random.default_rng(0), 12)
    assert stops > 0
    assert bits(found) != whole


@pytest.mark.parametrize("has", [0, 1])
def test_generators_are_restored_exactly(has):
    a = np.random.default_rng(7)
    a.integers(0, 5, 2 + has)  # half of a 64-bit number may be kept back
    assert checkpoint.generator_state(a)[2] == has
    b = np.random.default_rng(8)
    checkpoint.restore_generator(b, checkpoint.generator_state(a))
    assert np.array_equal(a.integers(0, 9, 99), b.integers(0, 9, 99))
    assert np.array_equal(a.random(9), b.random(9))


def test_ctrl_c_goes_on_inside_a_sample(tmp_path, monkeypatch):
    """Through simulate, with threads: every sample in work leaves a checkpoint, and the same call goes on."""
    module = __import__("glassy.simulation.drive.work", fromlist=["x"])
    out, signs = tmp_path / "out", tmp_path

    def interrupted_wait(*_args, **_kw):
        assert wait_until(lambda: held(signs) == 2)
        raise KeyboardInterrupt

    options = {**POINT, "N": 40, "sweeps": 6000, "samples": 3, "threads": 2, "out": out}
    monkeypatch.setattr(module, "wait", interrupted_wait)
    monkeypatch.setattr(walk.Walk, "_run", patient(signs))
    with pytest.raises(Interrupted, match="0 of 3 samples finished .* all so far is kept in"):
        simulate(DenseHebbian(4), **options)
    monkeypatch.undo()
    assert len(list(out.glob("checkpoint_*.npz"))) == 2
    again = simulate(DenseHebbian(4), **options)
    assert bits(again.series) == bits(simulate(DenseHebbian(4), **{**options, "out": None}).series)
    assert not list(out.glob("checkpoint_*"))


def stopped(run, folder, looks=4):
    store = Store(folder, run.description())
    assert run.sample(0, StopAfter(looks), Bar(), store.checkpoints(0)) is None
    return folder / "checkpoint_000000.npz"


@short
def test_a_damaged_checkpoint_is_set_aside_and_the_sample_starts_afresh(tmp_path):
    run = run_at(0.4)
    whole = bits(run.sample(0, threading.Event(), Bar()))
    for k, harm in enumerate([lambda b: b[:200], lambda b: b"", lambda b: b[:400] + bytes(40) + b[440:]]):
        path = stopped(run, tmp_path / str(k))
        path.write_bytes(harm(path.read_bytes()))
        bar = Bar()
        with pytest.warns(StoreWarning) as caught:
            found = run.sample(0, threading.Event(), bar, Store(path.parent, run.description()).checkpoints(0))
        said = (
            f"checkpoint_000000.npz in {path.parent} was set aside as checkpoint_000000.damaged, and its sample starts afresh: "
        )
        assert [str(w.message)[: len(said)] for w in caught] == [said]
        assert "not" in str(caught[0].message)[len(said) :]  # why
        assert bits(found) == whole
        assert bar.n == 290 * 2
        assert path.with_suffix(".damaged").exists()
        assert not path.exists()


@short
def test_a_checkpoint_of_another_run_or_sample_is_never_used(tmp_path):
    mine, other = run_at(0.4), run_at(0.5)
    path = stopped(other, tmp_path / "other")
    store = Store(tmp_path / "mine", mine.description())
    foreign = path.read_bytes()
    target = tmp_path / "mine" / path.name
    target.write_bytes(foreign)
    with pytest.warns(
        StoreWarning, match=r"checkpoint_000000.npz must be a checkpoint of this very run and sample, but is not"
    ):
        found = mine.sample(0, threading.Event(), Bar(), store.checkpoints(0))
    assert bits(found) == bits(mine.sample(0, threading.Event(), Bar()))
    assert target.with_suffix(".foreign").read_bytes() == foreign  # set aside as it was
    path.rename(path.with_name("checkpoint_000001.npz"))
    with pytest.warns(StoreWarning, match="of this very run and sample"):
        found = other.sample(1, threading.Event(), Bar(), Store(tmp_path / "other", other.description()).checkpoints(1))
    assert bits(found) == bits(other.sample(1, threading.Event(), Bar()))
    target.write_bytes(foreign)
    (tmp_path / "mine" / "description.json").unlink()  # nothing says whose folder it is, but the checkpoint does
    with pytest.raises(InputError, match="of this very run and sample"):
        Store(tmp_path / "mine", mine.description())


def test_a_checkpoint_left_beside_a_finished_sample_is_removed(tmp_path):
    r = simulate(DenseHebbian(3), **POINT, out=tmp_path)
    left = tmp_path / "checkpoint_000000.npz"
    left.write_bytes(b"killed before it was removed")
    assert bits(simulate(DenseHebbian(3), **POINT, out=tmp_path).series) == bits(r.series)
    assert not left.exists()


@short
def test_a_sample_of_two_codes_names_both(tmp_path, monkeypatch):
    today, run = glassy.core.provenance.provenance(), run_at(0.4)
    monkeypatch.setattr(checkpoint, "provenance", lambda: dataclasses.replace(today, commit="old"))
    stopped(run, tmp_path)
    monkeypatch.setattr(checkpoint, "provenance", lambda: dataclasses.replace(today, commit="new"))
    checkpoints = Store(tmp_path, run.description()).checkpoints(0)
    run.sample(0, threading.Event(), Bar(), checkpoints)
    assert checkpoints.origin.commit == "old and new"


def test_checkpoints_are_written_now_and_then(tmp_path, monkeypatch):
    """Every 30 s; where one takes long to write, so seldom that writing takes 5 % of the time. Nothing is written twice."""
    clock, saves, took = [1000.0], [], [0.0]
    monkeypatch.setattr(checkpoint.time, "monotonic", lambda: clock[0])

    def slow(result, path, compressed):
        clock[0] += took[0]
        saves.append(result.state.t)

    class Traveller:
        t = 0

        def state(self):
            return checkpoint.WalkState(self.t, *5 * [None])

    monkeypatch.setattr(checkpoint.storage, "save", slow)
    for seconds, pause in ((0.5, 30.0), (10.0, 200.0)):
        clock[0], took[0], saves[:] = 1000.0, seconds, []
        checkpoints, traveller = checkpoint.Checkpoints(tmp_path / "x.npz", "d", 0), Traveller()
        for _ in range(2000):
            clock[0] += 1.0
            traveller.t += 1
            checkpoints.keep(traveller)
        assert saves[:2] == [30, 30 + pause]
        assert np.all(np.diff(saves) == pause)
        before = len(saves)
        checkpoints.keep(traveller, now=True)
        checkpoints.keep(traveller, now=True)
        assert len(saves) == before + 1


SCRIPT = """
import sys
from glassy.simulation.sampler import checkpoint
from glassy.simulation.sampler import walk
from test_resume import BLOCK, killed
checkpoint.SECONDS, checkpoint.SHARE, walk.ATTEMPTS = 0.0, 0.5, BLOCK
keep, most = checkpoint.Checkpoints.keep, int(sys.argv[3])
def held(checkpoints, walk, now=False):
    keep(checkpoints, walk, now or walk.t >= most)
    if walk.t >= most:
        sys.stdin.read()  # goes on never, or where the test is gone
checkpoint.Checkpoints.keep = held
killed(sys.argv[1], sys.argv[2])
"""
BLOCK = 2**12  # attempts: some hundred blocks


def killed(kind, out=None):
    """Run the simulation that is killed; about three seconds of work."""
    if kind == "run":
        return simulate(DenseHebbian(4), 0.3, 0.4, 60, start="random", sweeps=30_000, seed=1, out=out, progress=False)
    T = [0.3, 0.4, 0.5, 0.7, 1.0, 2.0]
    return simulate(
        DenseHebbian(3), 0.3, T, 30, start="random", sweeps=5000, seed=1, out=out, progress=False, method=ReplicaExchange()
    )


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "sweeps"), [("run", 30_000), ("ladder", 5000)])
def test_kill_9_several_times(kind, sweeps, tmp_path, monkeypatch):
    """At random moments after it has gone on; each time it is held before its end."""
    monkeypatch.setattr(walk, "ATTEMPTS", BLOCK)
    whole, path, times = killed(kind), tmp_path / "checkpoint_000000.npz", [-sweeps]
    rng = np.random.default_rng(1)
    for k in range(4):
        process = start(SCRIPT, kind, tmp_path, (k + 1) * sweeps // 5, stdin=-1)
        assert wait_until(lambda: path.exists() and glassy.load(path).state.t > times[-1])
        time.sleep(float(rng.uniform(0.0, 0.2)))
        process.kill()
        assert process.wait(LONG) == -9
        process.stdin.close()
        times.append(glassy.load(path).state.t)
    assert np.all(np.diff(times) > 0)
    again = killed(kind, tmp_path)
    assert not path.exists()
    if kind == "run":
        assert bits(again.series) == bits(whole.series)
    else:
        assert [bits(p.series) for p in again] == [bits(p.series) for p in whole]
        assert bits(again.exchange) == bits(whole.exchange)
