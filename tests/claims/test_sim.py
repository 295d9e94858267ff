"""The machinery of sims/: run, go on, plot, status, and a command line that says what is missing."""

import dataclasses
import json
import math
import re
import subprocess
import sys

import pytest

import glassy
from glassy import DenseHebbian, InputError, provenance
from glassy.simulation.drive import work
from glassy.simulation.sampler import checkpoint
from sims import _measuring, _sim, _versions, basins, retrieval

TINY = dataclasses.replace(
    retrieval.CASES["P3"], at_load={0.1: (0.3, 0.5)}, at_T={0.3: (0.05, 0.9)}, sizes=(20, 30), samples=(3, 2), sweeps=60,
    seed=5, network=DenseHebbian(3), quick={},
)  # fmt: skip


@pytest.fixture
def tiny(monkeypatch):
    monkeypatch.setitem(retrieval.CASES, "P3", TINY)


def sims(folder, *arguments):
    _sim.main([*arguments, "--out", str(folder)])


@pytest.mark.slow
def test_a_claim_runs_goes_on_and_plots_from_its_data(tiny, tmp_path, capsys):
    sims(tmp_path, "run", "retrieval/P3")
    folder = tmp_path / "results" / "retrieval" / "P3"
    data = (folder / "data.csv").read_text()
    samples = sorted((tmp_path / "build" / "samples" / glassy.__version__ / "retrieval" / "P3").rglob("sample_*.npz"))
    assert len(samples) == 4 * (3 + 2)
    stamps = [p.stat().st_mtime_ns for p in samples]
    sims(tmp_path, "run", "retrieval/P3")  # finds its samples
    assert [p.stat().st_mtime_ns for p in samples] == stamps
    assert (folder / "data.csv").read_text() == data
    beyond = _sim.read(folder)["data"].where(load=0.9)
    assert set(beyond["quantity"]) == {"m", "q", "energy", "energy_excess"}
    assert all(math.isnan(r.theory) for r in beyond)  # no theory there, but the simulation is kept
    meta = json.loads((folder / "meta.json").read_text())
    assert meta["verdict"]
    assert meta["command"] == "python -m glassy sims run retrieval/P3"
    assert 0.0 < meta["core_seconds"] < 600.0
    (folder / "figure.png").unlink()
    _sim.main(["plot", "--out", str(tmp_path), "retrieval/P3"])
    assert (folder / "figure.png").exists()
    assert "retrieval/P3: T=0.3/0.9_0.3_30" in capsys.readouterr().out


@pytest.mark.slow
def test_what_is_of_this_version_is_not_missing(tiny, tmp_path, capsys, monkeypatch):
    for place in (_sim, _versions):
        monkeypatch.setattr(
            place,
            "trees",
            lambda commits, claim="", *_: {
                "glassy": "a",
                "sims": "b",
                "measured": _measuring.measuring(claim),
                "date": "2026-12-01",
            },
        )
    for place in (checkpoint, work):
        monkeypatch.setattr(place, "provenance", lambda: dataclasses.replace(provenance(), commit="clean"))
    sims(tmp_path, "run", "--missing", "retrieval/P3")
    file = tmp_path / "results" / "retrieval" / "P3" / "meta.json"
    found, stamp = json.loads(file.read_text()), file.stat().st_mtime_ns
    sims(tmp_path, "run", "--missing", "retrieval/P3")
    assert file.stat().st_mtime_ns == stamp
    assert "results of this code are there" in capsys.readouterr().out
    older = found | {"provenance": found["provenance"] | {"glassy": "0.1.0"}}
    dirty, changed = (found | {"trees": found["trees"] | x} for x in ({"sims": "b+"}, {"measured": "c"}))
    for other in (
        older,
        dirty,
        changed,
        {k: v for k, v in found.items() if k != "drawn"},
        {k: v for k, v in found.items() if k != "trees"},
    ):
        file.write_text(json.dumps(other))
        sims(tmp_path, "run", "--missing", "retrieval/P3")  # from the samples at hand
        assert json.loads(file.read_text())["trees"] == found["trees"]


def test_what_others_rest_on_runs_first():
    """What a module reads of other claims is what it says that it rests on, and comes before it."""
    order = list(_sim.claims())
    for name, module in _sim.claims().items():
        text = (_sim.HERE / f"{name}.py").read_text()
        read = set(re.findall(r"""\b(?:reads|results)\(\s*"(\w+)",""", text))
        assert read <= set(getattr(module, "RESTS_ON", ())), name
        assert all(order.index(other) < order.index(name) for other in getattr(module, "RESTS_ON", ()))


def test_trees_are_those_of_the_commits():
    """Of any number of commits whose glassy/ and sims/ are the same: one tree."""
    if not (_sim.ROOT / ".git").exists():
        pytest.skip("no repository")
    git = [
        subprocess.check_output(["git", "rev-parse", f"HEAD{x}"], text=True, cwd=_sim.ROOT).strip()
        for x in ("", ":glassy", ":sims")
    ]
    found = _versions.trees(f"{git[0][:12]} and {git[0]}")
    assert (found["glassy"], found["sims"].rstrip("+")) == (git[1], git[2])
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", found["date"])
    assert _versions.trees("none and none+")["glassy"] == "none and none+"
    assert _versions.trees("none")["date"] == ""
    assert _versions.trees("none")["sims"].rstrip("+") == git[2]  # of the code that asks, whatever made the samples
    assert _versions.trees(git[0], loose=True)["sims"] == git[2] + "+"


def test_without_git_a_commit_is_all_that_is_known(monkeypatch):
    monkeypatch.setenv("PATH", "")
    found = _versions.trees("abc", "retrieval")
    assert (found["glassy"], found["measured"], found["date"]) == ("abc", _measuring.measuring("retrieval"), "")


@pytest.mark.slow
def test_status_says_what_is_done(tiny, tmp_path, capsys):
    sims(tmp_path, "status", "retrieval/P3")
    assert capsys.readouterr().out == "retrieval/P3: no samples yet\n"
    sims(tmp_path, "run", "retrieval/P3")
    capsys.readouterr()
    sims(tmp_path, "status", "retrieval/P3")
    text = capsys.readouterr().out
    assert "retrieval/P3 load=0.1/0.1_0.3_20: 3 samples finished, 0 in work or stopped" in text
    assert text.count("finished") == 8
    assert "s of one core" in text


@pytest.mark.slow
def test_meta_names_the_code_that_made_the_samples(tiny, tmp_path, monkeypatch):
    """Drawn again from finished samples, a case does not pass them off as those of today's code."""
    today = provenance()
    for commit in ("old", "new"):
        for place in (checkpoint, work):
            monkeypatch.setattr(place, "provenance", lambda commit=commit: dataclasses.replace(today, commit=commit))
        sims(tmp_path, "run", "retrieval/P3")
        found = json.loads((tmp_path / "results" / "retrieval" / "P3" / "meta.json").read_text())["provenance"]
        assert found == {**dataclasses.asdict(today), "commit": "old"}


def test_every_case_is_well_posed_and_listed(capsys):
    _sim.main(["list"])
    listed = capsys.readouterr().out
    for name, claim in _sim.claims().items():
        for key, case in claim.CASES.items():
            assert key == case.name
            assert f"{name}/{key}: {case.claim}" in listed
            assert len(list(case.runs)) >= len(list(case.small.runs))


def test_what_is_named_twice_is_listed_once(capsys):
    _sim.main(["list", "basins", "basins/all", "basins"])
    assert capsys.readouterr().out == f"basins/all: {basins.CASES['all'].claim}\n"


@pytest.mark.slow
def test_command_line_refuses_nonsense(tmp_path):
    for arguments, message in (
        (["sims", "dance"], "invalid choice"),
        (["sims", "plot", "retrieval/P9"], "There are retrieval/P2, retrieval/P3"),
        (["sims", "run", "love"], "'love' must name a claim"),
        (["sing"], "invalid choice: 'sing'"),
    ):
        run = subprocess.run([sys.executable, "-m", "glassy", *arguments], capture_output=True, text=True, cwd=_sim.ROOT)
        assert run.returncode
        assert message in run.stderr


def test_what_a_claim_rests_on_is_found_in_out_else_here_else_named(tmp_path):
    here, quick = _sim.ROOT / "results", tmp_path / "build" / "quick"
    assert _sim.finished("spin_glass", "P3", [tmp_path, here]) == here / "spin_glass" / "P3"
    (tmp_path / "spin_glass" / "P3").mkdir(parents=True)
    (tmp_path / "spin_glass" / "P3" / "meta.json").write_text("{}")
    assert _sim.finished("spin_glass", "P3", [tmp_path, here, quick]) == tmp_path / "spin_glass" / "P3"
    with pytest.raises(InputError, match=r"rests on spin_glass/P4, .* First: python -m glassy sims run spin_glass/P4, with"):
        _sim.finished("spin_glass", "P4", [tmp_path, quick])


def test_only_tables_of_evidence_are_read_as_such(tmp_path):
    (tmp_path / "data.csv").write_text("quantity,simulation,color\nm,0.5,red\n")
    with pytest.raises(InputError, match=r"has the columns \['color'\]"):
        _sim.read(tmp_path)
    (tmp_path / "data.csv").write_text("ansatz,T,status\nRS,0.5,\n")
    (row,) = _sim.read(tmp_path)["data"]
    assert (row["ansatz"], row["T"]) == ("RS", 0.5)
    assert math.isnan(row["status"])
