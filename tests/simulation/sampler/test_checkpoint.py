"""Checkpoints inside a sample: when they are written, exact generators, files that are damaged or of another run."""

import dataclasses
import threading

import numpy as np
import pytest
from resuming import Bar, bits, run_at, stopped

import glassy
from glassy import DenseHebbian, InputError, StoreWarning, simulate
from glassy.simulation.keep.store import Store
from glassy.simulation.sampler import checkpoint
from glassy.simulation.sampler.walk import run_sample

POINT = {"load": 0.3, "T": 0.4, "N": 24, "sweeps": 200, "seed": 3}
short = pytest.mark.usefixtures("short_blocks")


@pytest.mark.parametrize("has", [0, 1])
def test_generators_are_restored_exactly(has):
    a = np.random.default_rng(7)
    a.integers(0, 5, 2 + has)  # half of a 64-bit number may be kept back
    assert checkpoint.generator_state(a)[2] == has
    b = np.random.default_rng(8)
    checkpoint.restore_generator(b, checkpoint.generator_state(a))
    assert np.array_equal(a.integers(0, 9, 99), b.integers(0, 9, 99))
    assert np.array_equal(a.random(9), b.random(9))


@short
def test_a_damaged_checkpoint_is_set_aside_and_the_sample_starts_afresh(tmp_path):
    run = run_at(0.4)
    whole = bits(run_sample(run, 0, threading.Event(), Bar()))
    for k, harm in enumerate([lambda b: b[:200], lambda b: b"", lambda b: b[:400] + bytes(40) + b[440:]]):
        path = stopped(run, tmp_path / str(k))
        path.write_bytes(harm(path.read_bytes()))
        bar = Bar()
        with pytest.warns(StoreWarning) as caught:
            found = run_sample(run, 0, threading.Event(), bar, Store(path.parent, run.description()).checkpoints(0))
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
        found = run_sample(mine, 0, threading.Event(), Bar(), store.checkpoints(0))
    assert bits(found) == bits(run_sample(mine, 0, threading.Event(), Bar()))
    assert target.with_suffix(".foreign").read_bytes() == foreign  # set aside as it was
    path.rename(path.with_name("checkpoint_000001.npz"))
    with pytest.warns(StoreWarning, match="of this very run and sample"):
        found = run_sample(other, 1, threading.Event(), Bar(), Store(tmp_path / "other", other.description()).checkpoints(1))
    assert bits(found) == bits(run_sample(other, 1, threading.Event(), Bar()))
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
    run_sample(run, 0, threading.Event(), Bar(), checkpoints)
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
