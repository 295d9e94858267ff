"""Files of format 1 are read, continued and written anew; what they claimed is judged by the rules of M.16."""

import dataclasses
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from format import make
from stored import EXPECTED, OLD, copy, loaded, same, tree

import glassy
from glassy import InputError, Status
from glassy.core import formats

POOL = "[23].pools[0].mean"  # [sample, observable]


def facts(result, name):
    """What a result says to the words of the old folder; a Pool of today has a Summary of each observable."""
    found = make.facts(result, make.WORDS[name])
    if name == "others":
        found[POOL] = make.plain(np.stack([s.mean for s in result[23].pools[0].summaries], axis=1))
    return found


@pytest.mark.parametrize("name", make.WORDS)
def test_old_results_are_read_and_written_anew(name, tmp_path):
    result = glassy.load(OLD / name)
    assert same(facts(result, name), EXPECTED[name])
    path = glassy.save(result, tmp_path / name)
    assert same(facts(glassy.load(path), name), EXPECTED[name])
    assert set(re.findall(r'"type": "([^"]+)"', tree(path))) <= set(formats.TYPES)
    assert '"class"' not in tree(path)
    assert "glassy." not in tree(path)


def test_a_wrong_number_does_not_pass():
    """The twin: the comparison sees one changed value, and one changed bit of an array."""
    result = glassy.load(OLD / "samples")
    energy = result.series.energy.copy()
    energy[0, 0, 0] = np.nextafter(energy[0, 0, 0], 0.0)
    for changes in ({"burn_in": 11}, {"series": dataclasses.replace(result.series, energy=energy)}):
        other = dataclasses.replace(result, **changes)
        assert not same(make.facts(other, make.WORDS["samples"]), EXPECTED["samples"])


def test_the_old_files_hold_every_type_of_format_1():
    found = {where for path in OLD.rglob("*.npz") for where in re.findall(r'"class": "([^"]+)"', tree(path))}
    early = {f"glassy.phases:{name}" for name in ("ATLine", "SpinGlassTemperatures", "Spinodal")}
    assert found == set(formats.FORMAT_1) - early
    assert {tree(path).split(",")[0] for path in OLD.rglob("*.npz")} == {'{"format": 1'}


def test_an_old_folder_of_simulate_goes_on(tmp_path):
    folder, before = copy("simulate", tmp_path)
    assert len(before) == 2
    assert 0 < glassy.load(folder / "checkpoint_000002").state.t < make.STOPPED["sweeps"]
    r = glassy.simulate(**make.STOPPED, out=folder)
    assert same(make.facts(r, make.SAMPLES), EXPECTED["simulate"])  # undisturbed, by the old code
    assert same(make.facts(glassy.simulate(**make.STOPPED), make.SAMPLES), EXPECTED["simulate"])
    assert all(p.read_bytes() == b for p, b in before.items())
    assert {p.name for p in folder.glob("*.npz")} == {f"sample_{k:06d}.npz" for k in range(3)}
    assert glassy.load(folder / "sample_000002").provenance.commit.startswith("8307b4fa2213")  # from its checkpoint
    more = glassy.simulate(**{**make.STOPPED, "samples": 4}, out=folder)
    assert np.array_equal(more.series.energy[:3], r.series.energy)


def test_an_old_ensemble_goes_on(tmp_path):
    folder, before = copy("ensemble", tmp_path)
    assert len(before) == 3
    assert glassy.read_ensemble(folder).samples_done.ravel().tolist() == [2, 2, 2, 1, 1, 1]
    (half,) = [p for p in folder.rglob("checkpoint_000000.npz") if glassy.load(p).state.t > 0]
    commits = half.parent / "sample_000000.npz"
    r = make.LADDERS.run(folder, "threads")
    assert r.samples_done.min() == 3
    for N in make.LADDERS.sizes:
        wanted = EXPECTED[f"ensemble N={N}"]
        assert same(make.facts(r.ladder(N=N), " ".join(wanted)), wanted)
    assert all(p.read_bytes() == b for p, b in before.items())
    assert not [*folder.rglob("checkpoint_*"), *folder.rglob("*.damaged"), *folder.rglob("*.foreign")]
    assert glassy.load(commits).provenance.commit.startswith("8307b4fa2213")
    whole = make.LADDERS.run(tmp_path / "whole", "threads")
    for word in ("m", "energy", "q"):
        assert np.array_equal(r.values(word), whole.values(word))
        assert r.errors(word) == pytest.approx(whole.errors(word), rel=1e-2)  # old ones know no quantum
    for name, order in (("both", (OLD / "ensemble", tmp_path / "whole")), ("back", (tmp_path / "whole", OLD / "ensemble"))):
        both = glassy.merge_ensembles(*order, tmp_path / name)
        assert both.samples_done.min() == 3
        assert np.array_equal(both.values("energy"), whole.values("energy"))
    other = dataclasses.replace(make.LADDERS, seed=6).run(tmp_path / "other", "threads")
    for here, there in zip(make.LADDERS.places, other.ensemble.places, strict=True):  # the twin: other numbers are seen
        kept = glassy.load(tmp_path / "whole" / here.name / "sample_000000")
        foreign = glassy.load(tmp_path / "other" / there.name / "sample_000000")
        glassy.save(dataclasses.replace(kept, series=foreign.series), tmp_path / "whole" / here.name / "sample_000000")
    with pytest.raises(InputError, match="must hold the same numbers, but differ"):
        glassy.merge_ensembles(OLD / "ensemble", tmp_path / "whole", tmp_path / "third")


def test_an_old_diagram_goes_on(tmp_path):
    path = Path(shutil.copy(OLD / "diagram_points.npz", tmp_path))
    old = glassy.load(path).knots
    again = glassy.phase_diagram(**make.DIAGRAM, out=path)
    new = glassy.load(path).knots
    assert new[: len(old)] == old  # they stay
    assert len(new) < 1.5 * len(old)  # other points are asked for where numpy or scipy differ in last bits
    glassy.phase_diagram(**make.DIAGRAM, out=path)
    assert glassy.load(path).knots == new  # nothing was computed
    assert same(make.facts(again, make.LINE), {word: EXPECTED["diagram"][word] for word in make.LINE.split()})


@pytest.mark.parametrize("head", [{"class": "glassy.results:Status"}, {"type": "Status/1"}])
def test_equilibrium_that_older_versions_claimed_is_not_shown(head, tmp_path):
    same_now = ("CONVERGED", "COLLAPSED", "LEFT_PHASE", "NOT_CONVERGED", "NO_BOUNDARY", "SHORT_CHAIN", "NOT_EQUILIBRATED")
    for word in (*same_now, "EQUILIBRATED", "CONSTANT"):  # all of version 1
        found = loaded({**head, "member": word}, tmp_path, 1 if "class" in head else 2)
        assert found is (Status[word] if word in same_now else Status.NOT_SHOWN)
        assert found.ok == (word in ("CONVERGED", "COLLAPSED"))
    assert loaded({"type": "Status/2", "member": "EQUILIBRATED"}, tmp_path) is Status.EQUILIBRATED
    assert glassy.load(glassy.save(Status.EQUILIBRATED, tmp_path / "new")) is Status.EQUILIBRATED  # not read as an old one
    with pytest.raises(InputError, match="Update glassy"):
        loaded({"type": "Status/2", "member": "CONSTANT"}, tmp_path)


def test_an_old_estimate_has_its_numbers_and_a_normal_law(tmp_path):
    numbers = (0.5, 0.1, 0.08, 0.06, 2.5, 4)
    old = loaded({"type": "Estimate/1", "tree": {"tuple": list(numbers)}}, tmp_path)
    assert (old.value, old.error, old.thermal, old.disorder, old.tau_int, old.samples) == numbers
    assert (old.dof, old.thermal_dof, old.bound) == (np.inf, np.inf, False)
    assert old.z(0.3) == pytest.approx(2.0)
    new = glassy.Estimate(*numbers, 3, 40.0, bound=True)
    assert glassy.load(glassy.save(new, tmp_path / "new")).to_tree() == new.to_tree()


def test_an_old_pool_gives_the_same_means(tmp_path):
    """Against the samples themselves, which lie in the folder from which it was made."""
    old = glassy.load(OLD / "others")[23].pools
    folder, _ = copy("ensemble", tmp_path)
    for a, b in zip(old, glassy.read_ensemble(folder).pools, strict=True):
        assert a.samples == b.samples
        for name in ("m", "m_abs", "energy", "energy_excess", "acceptance", "q", "q_abs"):
            x, y = a.estimate(name), b.estimate(name)
            assert (x.value, x.samples) == (y.value, y.samples)
            assert np.array_equal(a.summary(name).mean, b.summary(name).mean)
            assert x.tau_int == pytest.approx(y.tau_int, rel=1e-9)
            assert 0.0 < x.error <= y.error * (1.0 + 1e-9)  # tau_int and scatter alone: blocks and replicas were not kept
            assert (x.disorder is None) == (y.disorder is None) == (a.samples == 1)
        assert a.fate.phase == b.fate.phase == ""
        assert not a.status.ok
        assert not b.status.ok
    back = glassy.load(glassy.save(glassy.load(OLD / "others"), tmp_path / "x"))[23].pools
    assert back == old


def test_an_old_run_was_not_looked_at_and_shows_nothing():
    points = [glassy.load(OLD / "samples"), *glassy.load(OLD / "grid"), *glassy.load(OLD / "ladder")]
    for r in points:
        assert not r.fate.known
        assert r.phase == r.evidence.phase == ""
        assert r.status in (Status.NOT_SHOWN, Status.SHORT_CHAIN, Status.NOT_EQUILIBRATED)
        assert r.status is r.evidence.status
        with pytest.raises(InputError, match="one of an older version, which did not note where its chains were"):
            _ = r.places


def test_old_evidence_keeps_what_speaks_against_the_run(tmp_path):
    old, run = glassy.load(OLD / "others")[20], glassy.load(OLD / "samples")
    assert old.status is Status.SHORT_CHAIN
    assert not run.evidence.status.ok  # a drift is seen better than it was
    assert [(t.observable, t.bins, t.lengths, t.taus) for t in old.trends] == [
        (t.observable, t.bins, t.lengths, pytest.approx(t.taus, rel=1e-9)) for t in run.evidence.trends
    ]

    def evidence(p, tau, rejected):
        words = {"bins": {"tuple": []}, "means": {"tuple": []}, "lengths": {"tuple": [1000]}, "taus": {"tuple": [tau]}}
        trend = {"type": "Trend/1", "fields": {"observable": "m", **words, "p_drift": p}}
        fields = {"trends": {"tuple": [trend]}, "escaped": 0, "frozen": 0, "chains": 6, "rejected": rejected}
        return loaded({"type": "Evidence/1", "fields": fields}, tmp_path)

    assert evidence(0.5, 1.0, 1e6).status is Status.NOT_SHOWN  # it was EQUILIBRATED
    assert evidence(1e-9, 1.0, 1e6).status is Status.NOT_EQUILIBRATED
    assert evidence(0.5, 30.0, 1e6).status is evidence(0.5, 1.0, 3.0).status is Status.SHORT_CHAIN
    assert "not looked at" in evidence(0.5, 1.0, 1e6).table()


def test_old_results_do_not_know_their_state_and_are_exported():
    """Of those that say it now: their files have no state point, and no other result is asked for it."""
    ladder, diagram = glassy.load(OLD / "ladder"), glassy.load(OLD / "diagram")
    found = [x for x in glassy.load(OLD / "others") if hasattr(x, "state_point")]
    assert {type(x).__name__ for x in found} >= {
        "Autocorrelation",
        "Binning",
        "Evidence",
        "Limit",
        "OverlapDistribution",
        "Starts",
    }
    for x in (*found, ladder.exchange, *diagram.lines):
        assert x.state_point == ()
        assert not any("network" in row for row in x.records())
    assert {row["network"] for row in diagram.records()} == {diagram.network}
