"""A run stopped anywhere, by Ctrl-C or by kill -9, and continued equals the undisturbed one bit for bit."""

import dataclasses
import threading
import time
from dataclasses import replace

import numpy as np
import pytest
from ensembles import LONG, held, patient, start, wait_until
from resuming import BLOCK, Bar, bits, go_on, killed, ladder, run_at

import glassy
from glassy import Annealing, DenseHebbian, Glauber, Interrupted, Quench, ReplicaExchange, simulate
from glassy.core.provenance import provenance
from glassy.numerics import passes
from glassy.simulation.keep.joined import points
from glassy.simulation.keep.store import Store
from glassy.simulation.sampler import run as run_module
from glassy.simulation.sampler import walk
from glassy.simulation.sampler.walk import run_sample

POINT = {"load": 0.3, "T": 0.4, "N": 24, "sweeps": 200, "seed": 3}
short = pytest.mark.usefixtures("short_blocks")
WIDE = {"network": DenseHebbian(20, "self-interacting"), "K": 60, "kernel": "wide"}


def fields(kernel):
    rungs = tuple(glassy.Perturbation(along=h, pattern_energies={0: 0.0}) for h in (0.0, 0.5, 1.0))
    return dataclasses.replace(run_at(0.4, 0.4, 0.4, method=ReplicaExchange()), rungs=rungs, kernel=kernel)


RUNS = {
    "Metropolis": (run_at(0.4), 8),
    "tensor": (dataclasses.replace(run_at(0.4), kernel="tensor"), 8),
    **({"packed": (dataclasses.replace(run_at(0.4), kernel="packed"), 8)} if passes.available() else {}),
    "wide": (dataclasses.replace(run_at(0.4), **WIDE), 8),
    "wide ladder": (dataclasses.replace(ladder(1), **WIDE), 8),
    "P=2 by fields": (run_at(0.4, method=Glauber("sequential"), P=2, N=61), 20),
    "annealing": (run_at(0.4, method=Annealing(2.0)), 8),
    "quench": (run_at(0.0, method=Quench()), 12),
    "ladder": (ladder(1), 8),
    "ladder, every=7": (ladder(7, start="pattern"), 8),
    "ladder, P=2": (ladder(1, P=2, N=60), 20),
    "ladder of fields": (fields("patterns"), 8),
    **({"ladder of fields, packed": (fields("packed"), 8)} if passes.available() else {}),
}


@short
@pytest.mark.parametrize(("run", "chunks"), RUNS.values(), ids=RUNS)
def test_a_run_stopped_anywhere_equals_the_undisturbed_one(run, chunks, tmp_path):
    whole, stops = bits(run_sample(run, 0, threading.Event(), Bar())), 0
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
    whole = bits(run_sample(run, 0, threading.Event(), Bar()))
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


def test_ctrl_c_goes_on_inside_a_sample(tmp_path, monkeypatch):
    """Through simulate, with threads: every sample in work leaves a checkpoint, and the same call goes on."""
    module = __import__("glassy.simulation.drive.work", fromlist=["x"])
    out, signs = tmp_path / "out", tmp_path

    def interrupted_wait(*_args, **_kw):
        assert wait_until(lambda: held(signs) == 2)
        raise KeyboardInterrupt

    options = {**POINT, "N": 40, "sweeps": 6000, "samples": 3, "threads": 2, "out": out}
    monkeypatch.setattr(module, "wait", interrupted_wait)
    monkeypatch.setattr(walk.Walk, "finish", patient(signs))
    with pytest.raises(Interrupted, match="0 of 3 samples finished; those in work are safe as well, in"):
        simulate(DenseHebbian(4), **options)
    monkeypatch.undo()
    assert len(list(out.glob("checkpoint_*.npz"))) == 2
    again = simulate(DenseHebbian(4), **options)
    assert bits(again.series) == bits(simulate(DenseHebbian(4), **{**options, "out": None}).series)
    assert not list(out.glob("checkpoint_*"))


SCRIPT = """
import sys
from glassy.simulation.sampler import checkpoint
from glassy.simulation.sampler import run
from resuming import BLOCK, killed
checkpoint.SECONDS, checkpoint.SHARE, run.ATTEMPTS = 0.0, 0.5, BLOCK
keep, most = checkpoint.Checkpoints.keep, int(sys.argv[3])
def held(checkpoints, walk, now=False):
    keep(checkpoints, walk, now or walk.t >= most)
    if walk.t >= most:
        sys.stdin.read()  # goes on never, or where the test is gone
checkpoint.Checkpoints.keep = held
killed(sys.argv[1], sys.argv[2])
"""


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "sweeps"), [("run", 30_000), ("ladder", 5000)])
def test_kill_9_several_times(kind, sweeps, tmp_path, monkeypatch):
    """At random moments after it has gone on; each time it is held before its end."""
    monkeypatch.setattr(run_module, "ATTEMPTS", BLOCK)
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


@pytest.mark.parametrize("kind", ["plain", "ladder"])
def test_where_chains_were_survives_a_stop(kind, tmp_path, monkeypatch):
    monkeypatch.setattr(run_module, "ATTEMPTS", 16 * 24)
    run = run_at(0.4, start="both") if kind == "plain" else ladder(3, start="both")
    whole, stops = run_sample(run, 0, threading.Event(), Bar()), 0
    for k in range(3):
        found, n = go_on(run, tmp_path / str(k), np.random.default_rng(k), 8)
        stops += n
        assert bits(found) == bits(whole)
        a, b = (points(run, {0: (x, provenance())}) for x in (found, whole))
        for x, y in zip(a, b, strict=True):
            assert (x.status, x.phase) == (y.status, y.phase)
            assert np.array_equal(x.series.near, y.series.near)
            assert np.array_equal(x.series.near_m, y.series.near_m)
            assert np.array_equal(x.series.least_m, y.series.least_m)
            left = x.series.renewals if kind == "ladder" else x.series.self_q
            assert np.array_equal(left, y.series.renewals if kind == "ladder" else y.series.self_q)
            assert left is not None
    assert stops > 6
    kept = walk.Walk.state  # the twin: a checkpoint without the marks
    for k, lost in enumerate(
        ({"marks": None} if kind == "plain" else {"near": np.zeros((4, 2, 17), np.int64)}, {"least_m": None})
    ):
        monkeypatch.setattr(walk.Walk, "state", lambda self, lost=lost: replace(kept(self), **lost))
        found, n = go_on(run, tmp_path / f"twin {k}", np.random.default_rng(0), 8)
        assert n > 0
        assert bits(found) != bits(whole)
    (series, *_) = (found,) if kind == "plain" else found.series
    assert series.least_m is None  # of an older version: not known, and nothing is asked
    assert series.near is not None
