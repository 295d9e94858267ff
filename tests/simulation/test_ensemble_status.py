"""The status of an ensemble's folder, and folders that are merged."""

import math
import sys
from dataclasses import replace

import pytest
from ensembles import LONG, rows, small, start, truth

import glassy
from glassy import InputError
from glassy.simulation.keep.claim import claim


def test_status_counts_and_estimates(undisturbed, tmp_path):
    e = small()
    e.run(tmp_path, "threads", part=(0, 2))
    s = glassy.ensemble_status(tmp_path)
    assert (s.done, s.asked, s.runs, s.failed) == (12, 24, (), ())
    assert sorted(done for _, done, _ in s.places) == [3, 3, 3, 3]
    assert 0.0 < s.seconds_left < math.inf
    assert "12 of 24 samples finished, 0 in work, 0 failed" in s.table()
    assert "remaining: about" in s.table()
    with claim(tmp_path, (1, 2)):
        journal = glassy.simulation.keep.claim.Journal(
            workers=3, in_work=("x/1", "x/2"), failed={"x/0": "RuntimeError: bad luck"}
        )
        journal.write(tmp_path, (1, 2))
        s = glassy.ensemble_status(tmp_path)
        assert (len(s.runs), s.in_work, s.workers) == (1, ("x/1", "x/2"), 3)
        rows = [*replace(s, places=(("x", 0, 3), ("y", 3, 3))).records()]
        assert [(row["place"], row["in_work"], row["failed"]) for row in rows] == [("x", 2, 1), ("y", 0, 0)]
        assert "failed: x/0: RuntimeError: bad luck" in s.table()
    out = start("-m", "glassy", "status", tmp_path, command=(sys.executable,), stdout=-1).communicate(timeout=LONG)[0]
    assert out.splitlines()[-1].startswith("remaining: about")
    bad = start("-m", "glassy", "status", tmp_path / "no", command=(sys.executable,), stderr=-1)
    assert "must be the folder of an ensemble" in bad.communicate(timeout=LONG)[1]
    assert bad.returncode == 2
    e.run(tmp_path, "threads")
    assert "remaining" not in glassy.ensemble_status(tmp_path).table()


def test_status_scales_times_to_sizes_not_yet_run(tmp_path):
    e = small(sizes=(16, 24), samples=1)
    e.run(tmp_path, "threads", part=(0, 4))  # the largest
    s, cost = glassy.ensemble_status(tmp_path), [p.run.cost for p in e.places]
    (known,) = [c for c, (_, done, _) in zip(cost, s.places, strict=True) if done]
    assert known == max(cost)
    (entry,) = list(glassy.simulation.keep.ledger.Ledger(_store(e, tmp_path, cost.index(known)), e.places[0].run).seconds())
    assert s.work_left == pytest.approx(entry / known * (sum(cost) - known))


def _store(e, folder, i):
    place = e.places[i]
    return glassy.simulation.keep.store.Store(folder / place.name, place.run.description())


def test_merged_folders_hold_every_sample_once(undisturbed, tmp_path):
    e, wanted = small(), truth(undisturbed[1])
    e.run(tmp_path / "a", "threads", part=(0, 2))
    small(samples=4).run(tmp_path / "b", "threads")  # shares samples with the first
    e.run(tmp_path / "b", "threads", part=(1, 2))
    harmed = next(iter((tmp_path / "a").rglob("sample_*.npz")))
    harmed.write_bytes(harmed.read_bytes()[:-9])  # the other folder, or a run, has it
    r = glassy.merge_ensembles(tmp_path / "a", tmp_path / "b", tmp_path / "c")
    assert r.samples_done.sum() >= 23
    e.run(tmp_path / "c", "threads")
    assert truth(tmp_path / "c") == wanted
    assert rows(e.read(tmp_path / "c")) == rows(undisturbed[0])
    harmed.unlink()
    into = glassy.merge_ensembles(tmp_path / "a", tmp_path / "b", tmp_path / "a")  # one into the other
    assert rows(into) == rows(undisturbed[0])
    small(seed=4).run(tmp_path / "d", "threads")
    with pytest.raises(InputError, match="must hold the same ensemble, but differ in seed: first '3', second '4'"):
        glassy.merge_ensembles(tmp_path / "a", tmp_path / "d", tmp_path / "e")


def test_samples_with_other_numbers_are_never_merged(tmp_path):
    for name in "ab":
        small(samples=1).run(tmp_path / name, "threads")
    path = next(iter((tmp_path / "b").rglob("sample_*.npz")))
    kept = glassy.load(path)
    kept.series.m[0, 0, 0] += 1e-9
    kept.save(path)
    with pytest.raises(InputError, match="must hold the same numbers, but differ"):
        glassy.merge_ensembles(tmp_path / "a", tmp_path / "b", tmp_path / "c")
