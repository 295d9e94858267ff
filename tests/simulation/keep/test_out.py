"""simulate(out=): samples that are kept, read again, set aside where they are damaged or of another run."""

import dataclasses
import os
import threading

import numpy as np
import pytest
from small import same

import glassy
from glassy import DenseHebbian, InputError, Interrupted, StoreWarning, simulate

network = DenseHebbian(3)
POINT = {"load": 0.2, "T": 0.4, "N": 24, "sweeps": 40, "seed": 3}


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
    monkeypatch.setattr("glassy.simulation.drive.session.drive", None)
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
    original, finished = module.run_sample, []
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

    monkeypatch.setattr(module, "run_sample", counted)
    monkeypatch.setattr(module, "wait", interrupted_wait)
    with pytest.raises(Interrupted, match="2 of 6 samples finished") as caught:
        simulate(network, **POINT, samples=6, threads=3, out=tmp_path)
    assert [s.samples for s in caught.value.samples] == [2]
    monkeypatch.undo()
    assert same(simulate(network, **POINT, samples=6, out=tmp_path), simulate(network, **POINT, samples=6))
