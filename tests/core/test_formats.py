"""Results of older versions are still read, and their folders continued; tags name every stored type, and only these."""

import dataclasses
import enum
import importlib
import inspect
import json
import pkgutil
import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from format import make

import glassy
from glassy import InputError, Status, StoreWarning
from glassy.core import formats, storage

ROOT = Path(__file__).resolve().parents[2]
OLD = ROOT / "tests" / "format" / "8307b4f"  # the last commit of format 1 wrote these; see make.py there
EXPECTED = json.loads((OLD / "expected.json").read_text())

INTERNAL = {
    f"glassy.{module}:{name}"
    for module, names in {
        "model.covariance": "Covariance",
        "model.network": "EnergyTable",
        "phases.complexity": "_State",
        "simulation.keep.claim": "Journal",
        "simulation.kernels.extras": "Extras",
        "simulation.keep.ledger": "Ledger",
        "simulation.kernels.dynamics": "Cooling",
        "simulation.kernels.windows": "Window",
        "simulation.request": "Request",
        "analysis.reweighting": "Histogram",
        "simulation.sampler.run": "Run",
        "simulation.drive.session": "Place",
        "analysis.statistics": "Parts",
        "simulation.kernels.tables": "KernelTables",
        "simulation.kernels.wide": "Wide",
        "theory.rs.scan": "Table",
        "simulation.drive.work": "Outcome Task",
        "core.storage": "Saved",
        "theory.rs.retrieval": "Point",
        "theory.rs.zero": "ZeroPoint",
        "theory.rsb.equations": "Levels Problem",
    }.items()
    for name in names.split()
}  # classes that work inside and are never in a file


def tree(path):
    """The JSON of a file, as text."""
    with np.load(path) as file:
        return str(file["result"])


def rewritten(path, change, target=None):
    """Write a file again with other JSON."""
    with np.load(path) as file:
        found = {name: file[name] for name in file.files}
    text = change(str(found["result"]))
    assert text != str(found["result"])
    np.savez(path if target is None else target, **{**found, "result": np.array(text)})


def loaded(node, folder, version=2):
    """Load a file that holds a node of JSON."""
    np.savez(folder / "node.npz", result=np.array(json.dumps({"format": version, "result": node})))
    return glassy.load(folder / "node.npz")


def same(found, wanted):
    """Equal as JSON; numbers that are computed anew may differ in the last digits on another machine."""
    if isinstance(wanted, dict):
        return all(same(found[k], x) for k, x in wanted.items())
    if isinstance(wanted, list):
        return len(found) == len(wanted) and all(map(same, found, wanted))
    if isinstance(wanted, float):
        return found == pytest.approx(wanted, rel=1e-12, abs=0.0, nan_ok=True)
    return type(found) is type(wanted) and found == wanted


POOL = "[23].pools[0].mean"  # [sample, observable]


def facts(result, name):
    """What a result says to the words of the old folder; a Pool of today has a Summary of each observable."""
    found = make.facts(result, make.WORDS[name])
    if name == "others":
        found[POOL] = make.plain(np.stack([s.mean for s in result[23].pools[0].summaries], axis=1))
    return found


def copy(name, tmp_path):
    folder = tmp_path / name
    shutil.copytree(OLD / name, folder)
    return folder, {p: p.read_bytes() for p in folder.rglob("sample_*.npz")}


# ---- files of format 1 ----


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
    assert len(new) <= len(old) + 4  # lines are asked at few other points where theirs differ in last bits
    glassy.phase_diagram(**make.DIAGRAM, out=path)
    assert glassy.load(path).knots == new  # nothing was computed
    assert same(make.facts(again, make.LINE), {word: EXPECTED["diagram"][word] for word in make.LINE.split()})


# ---- what older versions claimed, by the rules of M.16 ----


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


# ---- the table ----


def stored_types():
    """Every class of glassy that the code of storage would take, by where it is."""
    for info in pkgutil.walk_packages(glassy.__path__, "glassy."):
        if info.name.endswith("__main__"):
            continue
        for name, cls in inspect.getmembers(importlib.import_module(info.name), inspect.isclass):
            stored = issubclass(cls, enum.Enum | storage.Saved) or dataclasses.is_dataclass(cls) or hasattr(cls, "to_tree")
            if cls.__module__ == info.name and stored:
                yield f"{info.name}:{name}", cls


def test_every_type_has_one_tag():
    found = dict(stored_types())
    assert set(found) >= INTERNAL
    assert set(found) - INTERNAL == set(formats.TYPES.values())  # a new type is tagged, or said not to be stored
    assert len(set(formats.TYPES.values())) == len(formats.TYPES) == len(formats.NEWEST) == len(formats.TAGS)
    public = {getattr(glassy, name) for name in glassy.__all__ if inspect.isclass(getattr(glassy, name))}
    assert public & {found[where] for where in INTERNAL} == {glassy.Covariance}  # it holds Fractions, as no file can
    for tag, where in formats.TYPES.items():
        assert re.fullmatch(r"[A-Za-z]+/[1-9][0-9]*", tag)
        assert found[where].__module__ + ":" + found[where].__qualname__ == where


def test_every_older_version_has_a_reader():
    older = {f"{tag.partition('/')[0]}/{v}" for tag in formats.TYPES for v in range(1, int(tag.partition("/")[2]))}
    assert set(formats.READERS) == older
    assert {tag.partition("/")[0] for tag in formats.FORMAT_1.values()} <= set(formats.NEWEST)  # what was stored stays readable


class Mine(enum.Enum):
    GOOD = "mine"


def test_what_has_no_tag_is_not_saved(tmp_path):
    @dataclasses.dataclass(frozen=True)
    class Own(glassy.Grid):
        pass

    run = make.LADDERS.places[0].run
    for value in (Own((), (0,)), Mine.GOOD, run, (1, [run])):
        with pytest.raises(
            TypeError, match=r"cannot save a \S+:\S+: only results of glassy .* needs a tag in glassy/core/formats.py"
        ):
            glassy.save(value, tmp_path / "x")
    assert not list(tmp_path.iterdir())


# ---- other versions ----


def retag(monkeypatch, tag, where, reader=None):
    """Make this the newest tag of a type."""
    name, _, version = tag.partition("/")
    monkeypatch.delitem(formats.TYPES, formats.NEWEST[name])
    monkeypatch.setitem(formats.TYPES, tag, where)
    monkeypatch.setitem(formats.NEWEST, name, tag)
    monkeypatch.setitem(formats.TAGS, where, tag)
    if reader:
        monkeypatch.setitem(formats.READERS, f"{name}/{int(version) - 1}", reader)


POINT = {"load": 0.1, "T": 0.2}


@pytest.mark.parametrize("head", [{"class": "glassy.network:StatePoint"}, {"type": "StatePoint/1"}])
def test_a_class_may_move(head, tmp_path, monkeypatch):
    retag(monkeypatch, "StatePoint/1", "glassy:StatePoint")
    assert loaded({**head, "fields": POINT}, tmp_path) == glassy.StatePoint(0.1, 0.2)


@pytest.mark.parametrize("head", [{"class": "glassy.network:StatePoint"}, {"type": "StatePoint/1"}])
def test_old_words_are_turned_into_new_ones(head, tmp_path, monkeypatch):
    retag(monkeypatch, "StatePoint/2", "glassy.model.network:StatePoint", formats.renamed(alpha="load"))

    def beta(body):
        return {"load": body["load"], "T": 1.0 / body["beta"]}

    retag(monkeypatch, "StatePoint/3", "glassy.model.network:StatePoint", beta)
    assert loaded({**head, "fields": {"alpha": 0.1, "beta": 5.0}}, tmp_path) == glassy.StatePoint(0.1, 0.2)
    assert loaded({"type": "StatePoint/2", "fields": {"load": 0.1, "beta": 5.0}}, tmp_path) == glassy.StatePoint(0.1, 0.2)
    path = glassy.save(glassy.StatePoint(0.1, 0.2), tmp_path / "new")
    assert '"StatePoint/3"' in tree(path)
    assert glassy.load(path) == glassy.StatePoint(0.1, 0.2)


def test_old_members_and_trees_are_turned_into_new_ones(tmp_path, monkeypatch):
    retag(monkeypatch, "Status/3", "glassy.core.results:Status", formats.renamed(FINE="CONVERGED"))
    retag(monkeypatch, "Estimate/3", "glassy.core.results:Estimate", lambda tree: (tree[0], tree[1]))
    assert loaded({"type": "Status/1", "member": "FINE"}, tmp_path) is Status.CONVERGED
    assert loaded({"class": "glassy.results:Status", "member": "LEFT_PHASE"}, tmp_path, 1) is Status.LEFT_PHASE
    with pytest.raises(InputError, match="holds FINE, unknown to this one. Update glassy"):
        loaded({"type": "Status/3", "member": "FINE"}, tmp_path)
    estimate = loaded({"type": "Estimate/1", "tree": {"tuple": [0.5, 0.1, 77.0]}}, tmp_path)
    assert (estimate, estimate.error) == (0.5, 0.1)


def test_a_missing_field_takes_its_default(tmp_path):
    def without(*words):
        def drop(text):
            found = json.loads(text)
            for word in words:
                del found["result"]["fields"][word]
            return json.dumps(found)

        return drop

    rewritten(OLD / "samples.npz", without("provenance"), tmp_path / "x.npz")
    with pytest.raises(InputError, match="too old for this one: its Samples/1 lacks provenance"):
        glassy.load(tmp_path / "x")  # today's would be a lie
    rewritten(OLD / "samples.npz", without("kernel", "perturbation", "watch"), tmp_path / "x.npz")  # as in the first files
    found = glassy.load(tmp_path / "x")
    assert (found.kernel, found.perturbation, found.watch) == ("patterns", None, ())
    assert np.array_equal(found.series.m, glassy.load(OLD / "samples").series.m)


@pytest.mark.parametrize(
    ("node", "message"),
    [
        ({"type": "StatePoint/2", "fields": POINT}, "it holds StatePoint/2, this one reads StatePoint/1. Update glassy"),
        ({"type": "Wonder/1", "fields": {}}, "it holds Wonder/1, this one reads no Wonder. Update glassy"),
        ({"tuple": [1, {"type": "Wonder/7", "member": "X"}]}, "Update glassy"),
        (
            {"type": "StatePoint/1", "fields": {**POINT, "h": 0.1}},
            "its StatePoint/1 holds h, unknown to this one. Update glassy",
        ),
        ({"type": "Status/1", "member": "WISE"}, "its Status/1 holds WISE, unknown to this one. Update glassy"),
        (
            {"type": "StatePoint/1", "fields": {"T": 0.1}},
            "too old for this one: its StatePoint/1 lacks load. Read it with that",
        ),
    ],
)
def test_other_versions_are_not_called_damaged(node, message, tmp_path):
    with pytest.raises(InputError, match=rf"node\.npz was written by a .*{message}") as caught:
        loaded(node, tmp_path)
    assert "damaged" not in str(caught.value)


@pytest.mark.parametrize(
    "where",
    [
        "os:system",
        "glassy.storage:Path",
        "glassy.core.storage:Path",
        "glassy.simulation.sampler.run:Run",
        "glassy.core.checks:load",
        "glassy",
    ],
)
def test_only_classes_of_the_table_are_made(where, tmp_path):
    for node in ({"fields": {}}, {"member": "name"}, {"tree": 1}):
        with pytest.raises(InputError, match="only classes of glassy are loaded|not a result of glassy"):
            loaded({"class": where, **node}, tmp_path, 1)
        for tag in (where, f"{where}/1"):
            with pytest.raises(InputError, match="Update glassy"):
                loaded({"type": tag, **node}, tmp_path)


# ---- folders that a newer glassy wrote ----


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
