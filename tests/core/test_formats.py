"""The table of stored types: a tag for each, and what files of other versions turn into."""

import dataclasses
import enum
import importlib
import inspect
import json
import pkgutil
import re

import numpy as np
import pytest
from format import make
from stored import OLD, loaded, rewritten, tree

import glassy
from glassy import InputError, Status
from glassy.core import formats, storage

INTERNAL = {
    f"glassy.{module}:{name}"
    for module, names in {
        "cli.commands": "Command",
        "cli.output": "Answer",
        "cli.parameters": "Parameter",
        "plots.curves": "Curve",
        "core.cubes": "Cube",
        "core.quantities": "Quantity",
        "model.covariance": "Covariance",
        "model.examples": "Learned",
        "model.integer_couplings": "IntegerCouplings Term",
        "model.signal": "Signal",
        "model.synapses": "PartlyGaussian",
        "theory.rs.fields": "Fields State",
        "theory.rs.pinned": "Pinned",
        "theory.rsb.fields": "Step TwoFields",
        "simulation.kernels.interactions": "Interactions",
        "evidence.glass": "GlassTheory",
        "evidence.guerra": "Interpolation",
        "evidence.held": "Held",
        "evidence.landscape": "Landscape",
        "evidence.held_phase": "HeldPhase",
        "evidence.kept": "Kept",
        "evidence.pattern_fields": "PatternFields",
        "evidence.sides": "Side",
        "evidence.table": "Measured Remark Table Verdict",
        "theory.annealed": "Annealed",
        "model.energy_table": "EnergyTable",
        "phases.complexity": "_State",
        "simulation.keep.claim": "Journal",
        "simulation.kernels.extras": "Extras",
        "simulation.keep.ledger": "Ledger",
        "simulation.kernels.dynamics": "Cooling",
        "simulation.kernels.windows": "Window",
        "simulation.observables": "Observable",
        "simulation.request": "Request",
        "analysis.reweighting": "Histogram",
        "simulation.sampler.run": "Run",
        "simulation.drive.session": "Place",
        "analysis.jackknife": "Parts",
        "simulation.kernels.tables": "KernelTables",
        "simulation.kernels.wide": "Wide",
        "theory.rs.scan": "Columns",
        "simulation.drive.work": "Outcome Task",
        "core.storage": "Placed Saved",
        "model.one_example": "OneExample",
        "theory.rs.example": "Curve Point",
        "theory.rs.retrieval": "Branch Point",
        "theory.rs.zero": "ZeroPoint",
        "theory.rsb.equations": "Problem",
        "theory.rsb.functional": "Levels",
    }.items()
    for name in names.split()
}  # classes that work inside and are never in a file


EVIDENCE = {"glassy.theory.annealed"} | {
    f"glassy.evidence.{name}"
    for name in ("glass", "guerra", "held", "held_phase", "kept", "landscape", "pattern_fields", "table")
}


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
    evidence = {found[w] for w in INTERNAL if w.split(":")[0] in EVIDENCE}  # claims are kept as CSV
    assert public & {found[where] for where in INTERNAL} - evidence == {glassy.Covariance}  # it holds Fractions, as no file can
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
        "glassy.core.storage:Path",
        "glassy.simulation.sampler.run:Run",
        "glassy.core.storage:load",
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
