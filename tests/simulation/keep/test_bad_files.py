"""Files that are not what they should be: wrong bits, foreign samples, halves that dead processes left."""

import os
import shutil

import numpy as np
import pytest
from ensembles import rows, seal_of, small, truth

import glassy
from glassy import InputError, StoreWarning


def test_a_wrong_bit_anywhere_is_found(undisturbed, tmp_path):
    """Every byte position of a sample's file, and every truncation of it."""
    good = next(iter(undisturbed[1].rglob("sample_*.npz"))).read_bytes()
    rng, path = np.random.default_rng(1), tmp_path / "sample.npz"
    positions = [*range(0, len(good), 7), *range(len(good) - 120, len(good)), *range(60)]
    for k in positions:
        path.write_bytes(good[:k] + bytes([good[k] ^ (1 << int(rng.integers(8)))]) + good[k + 1 :])
        assert seal_of(path) is None, k
    for k in [*rng.integers(0, len(good), 200).tolist(), len(good) - 78, len(good) - 1, 0]:
        path.write_bytes(good[:k])
        assert seal_of(path) is None, k
    path.write_bytes(good)
    assert seal_of(path) is not None


def test_bad_files_are_named_set_aside_and_computed_again(undisturbed, tmp_path):
    e, wanted = small(), truth(undisturbed[1])
    e.run(tmp_path, "threads")
    a, b = sorted(tmp_path.glob("N=24_*"))
    sample = [a / f"sample_{k:06d}.npz" for k in range(6)]
    sample[0].write_bytes(sample[0].read_bytes()[:700])
    flipped = bytearray(sample[1].read_bytes())
    flipped[500] ^= 4
    sample[1].write_bytes(flipped)
    sample[2].write_bytes(b"")
    sample[3].write_bytes((b / "sample_000003.npz").read_bytes())  # whole, of another state point
    sample[4].write_bytes(sample[5].read_bytes())  # whole, of this very run: it would be counted twice
    (a / "sample_junk.npz").write_bytes(b"not ours")
    (a / "notes.txt").write_text("of the user")
    r = e.read(tmp_path)
    assert len(r.damaged) == 5
    assert all(f"sample_00000{k}.npz" in text for k, text in enumerate(r.damaged))
    assert next(row.samples for row in r.rows if row.N == 24) == 1
    with pytest.warns(StoreWarning) as caught:
        again = e.run(tmp_path, "threads")
    assert [str(w.message).split(" in ")[0] for w in caught] == [f"sample_00000{k}.npz" for k in range(5)]
    assert rows(again) == rows(undisturbed[0])
    found = truth(tmp_path)
    kinds = {name.split("/")[1] for name in found if name not in wanted}
    assert kinds == {"sample_000000.damaged", "sample_000001.damaged", "sample_000002.damaged", "sample_000003.foreign",
                     "sample_000004.foreign", "sample_junk.npz", "notes.txt"}  # fmt: skip
    assert {k: v for k, v in found.items() if k in wanted} == wanted


def test_a_damaged_description_has_a_remedy(undisturbed, tmp_path):
    small().run(tmp_path, "threads")
    path = tmp_path / "ensemble.npz"
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    for act in (small().run, small().read, glassy.read_ensemble):
        with pytest.raises(InputError, match="not those that were written.* Delete it and repeat Ensemble.run"):
            act(tmp_path)
    path.unlink()
    stamps = {p: p.stat().st_mtime_ns for p in tmp_path.rglob("sample_*.npz")}
    assert rows(small().run(tmp_path, "threads")) == rows(undisturbed[0])
    assert all(p.stat().st_mtime_ns == t for p, t in stamps.items())


def test_half_written_files_of_dead_processes_are_removed(tmp_path):
    e = small()
    e.run(tmp_path, "threads")
    folder = next(tmp_path.glob("N=24*"))
    host, here = __import__("socket").gethostname(), os.getpid()
    dead, alive, far = (
        folder / f"sample_000001.npz.{name}.77.part" for name in (f"{host}.4194300", f"{host}.{here}", "elsewhere.4194300")
    )
    for path in (dead, alive, far):
        path.write_bytes(b"half")
    e.run(tmp_path, "threads")
    assert [p.exists() for p in (dead, alive, far)] == [False, True, True]


def test_files_with_odd_names_and_without_an_index_are_not_counted(undisturbed, tmp_path):
    e = small()
    e.run(tmp_path, "threads")
    folder = next(tmp_path.glob("N=24*"))
    shutil.copy(folder / "sample_000001.npz", folder / "sample_0000001.npz")
    (folder / "sample_000009.npz").mkdir()
    r = e.read(tmp_path)
    assert r.samples_done.max() == 6
    assert rows(r) == rows(undisturbed[0])
