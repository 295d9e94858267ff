"""Folders that a newer glassy wrote stay as they are."""

import re
import shutil
import subprocess

import pytest
from format import make
from stored import EXPECTED, OLD, ROOT, copy, rewritten, same

import glassy
from glassy import InputError, StoreWarning


def newer(text):
    return re.sub(r'"class": "glassy.provenance:Provenance"', '"type": "Provenance/2"', text)


@pytest.mark.parametrize("name", ["sample_000000", "checkpoint_000002"])
@pytest.mark.parametrize("described", [True, False])
def test_samples_of_a_newer_glassy_stay_where_they_are(name, described, tmp_path):
    folder, _ = copy("simulate", tmp_path)
    rewritten(folder / f"{name}.npz", newer)
    if not described:
        (folder / "description.json").unlink()
    before = {p.name: p.read_bytes() for p in folder.glob("*.npz")}
    with pytest.raises(InputError, match=rf"{name}\.npz was written by a newer glassy.* Update glassy"):
        glassy.simulate(**make.STOPPED, out=folder)
    assert {p.name: p.read_bytes() for p in folder.glob("*.npz")} == before


def test_an_ensemble_of_a_newer_glassy_stays_as_it_is(tmp_path):
    folder, before = copy("ensemble", tmp_path)
    path = next(iter(before))
    rewritten(path, newer)
    with pytest.raises(InputError, match="Update glassy"):
        make.LADDERS.run(folder, "threads")
    with pytest.raises(InputError, match="Update glassy"):
        glassy.merge_ensembles(folder, OLD / "ensemble", tmp_path / "both")
    r = glassy.read_ensemble(folder)
    assert len(r.damaged) == 1
    assert "Update glassy" in r.damaged[0]
    assert path.exists()
    rewritten(folder / "ensemble.npz", lambda text: text.replace("glassy.simulation.ensemble:Ensemble", "x:y").replace(
        '"class": "x:y"', '"type": "Ensemble/2"'))  # fmt: skip
    with pytest.raises(InputError, match=r"ensemble\.npz was written by a newer glassy.* Update glassy\.$"):
        glassy.read_ensemble(folder)


def test_a_damaged_file_is_still_set_aside(tmp_path):
    folder, before = copy("simulate", tmp_path)
    path = min(before)
    path.write_bytes(before[path][:700])
    with pytest.warns(StoreWarning, match="sample_000000.npz in .* was set aside"):
        r = glassy.simulate(**make.STOPPED, out=folder)
    assert same(make.facts(r, make.SAMPLES), EXPECTED["simulate"])


@pytest.mark.skipif(shutil.which("make") is None, reason="there is no make")
def test_make_clean_leaves_samples(tmp_path):
    shutil.copy(ROOT / "Makefile", tmp_path)
    kept = [tmp_path / "build" / name / "x" / "sample_000000.npz" for name in ("samples", "quick-samples", "quick")]
    gone = [
        tmp_path / name / "x" for name in ("build/lib", "build/bdist.linux-x86_64", ".venv", ".mypy_cache", "sub/__pycache__")
    ]
    for path in kept + gone:
        path.parent.mkdir(parents=True)
        path.write_text("")
    subprocess.run(["make", "clean"], cwd=tmp_path, check=True, capture_output=True)
    assert [p.exists() for p in kept + gone] == [True] * len(kept) + [False] * len(gone)
