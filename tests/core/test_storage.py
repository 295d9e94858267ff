"""save and load: every result comes back equal; damaged and foreign files are refused."""

import copy
import dataclasses
import importlib
import json
import pkgutil

import numpy as np
import pytest

import glassy
from glassy import DenseHebbian, InputError, compare, scan, simulate, solve
from glassy.core.equality import Equal, fingerprint, same

network = DenseHebbian(3)


def results():
    s = solve(network, 0.1, 0.3)
    r = simulate(network, load=0.1, T=0.3, N=30, samples=2, sweeps=200, seed=1)
    return {
        "Solution": s,
        "missing": solve(network, 9.0, 0.3, strict=False),
        "scan": scan(network, [0.1, 9.0], 0.3),
        "Samples": r,
        "grid": simulate(network, load=[0.1, 0.2], T=0.3, N=20, sweeps=5, seed=1),
        "Comparison": compare(s, r),
        "Exact": glassy.enumerate_states(network, load=0.3, T=0.3, N=8, seed=1),
        "Spinodal": glassy.spinodal(network, 0.2),
        "ATLine": glassy.at_line(network, 0.2),
        "Ladder": simulate(network, load=0.1, T=[0.3, 0.6], N=20, sweeps=50, seed=1, method=glassy.ReplicaExchange()),
        "Evidence": r.evidence,
        "Autocorrelation": r.autocorrelation(),
        "Binning": r.binning(),
        "Limit": glassy.extrapolate([20, 30, 40], [glassy.Estimate(x, 0.01) for x in (0.9, 0.91, 0.92)]),
        "Perturbation": glassy.Perturbation(np.ones(3), {0: (1.0, 2.0)}),
    }


@pytest.mark.parametrize("name", list(results()))
def test_round_trip(name, tmp_path):
    result = results()[name]
    path = result.save(tmp_path / "x")
    back = glassy.load(path)
    assert repr(glassy.load(tmp_path / "x")) == repr(back)  # save and load name the file alike
    assert type(back) is type(result)
    assert (back == result) is True
    assert (back != result) is False
    assert hash(back) == hash(result)
    assert repr(back) == repr(result)
    assert "\n" not in repr(result)
    if name == "Samples":
        assert np.array_equal(back.series.m, result.series.m)
        assert back.m.error == result.m.error
        assert back.provenance == result.provenance
    if name == "Comparison":
        assert back.rows[0].simulation.error == result.rows[0].simulation.error
        assert back.table() == result.table()


def subclasses(cls):
    return {cls, *(below for c in cls.__subclasses__() for below in subclasses(c))}


def test_all_results_compare_alike():
    for module in pkgutil.walk_packages(glassy.__path__, "glassy."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    found = {cls for cls in subclasses(Equal) if dataclasses.is_dataclass(cls)}
    assert {"Samples", "Ladder", "Grid", "Exact", "Solution", "PhaseDiagram", "Complexity", "Pool", "Row"} <= {
        cls.__name__ for cls in found
    }
    other = {cls.__name__ for cls in found if cls.__eq__ is not Equal.__eq__ or cls.__hash__ is not Equal.__hash__}
    assert other == {"Perturbation"}  # its digest


def test_results_are_equal_where_every_field_is():
    r, twin = (simulate(network, load=0.1, T=0.3, N=20, samples=2, sweeps=400, seed=1) for _ in range(2))
    assert r == twin
    assert len({r, twin}) == 1
    assert r == dataclasses.replace(r, provenance=dataclasses.replace(r.provenance, commit="other"))
    for name in ("m", "energy", "spins"):  # one entry of one array
        series = copy.deepcopy(r.series)
        getattr(series, name).flat[-1] += 1
        assert r != dataclasses.replace(r, series=series), name
    assert r != dataclasses.replace(r, seed=2)
    assert r != r.series
    assert r != 3
    gap = scan(network, [0.1, 9.0], 0.3)
    assert np.isnan(gap[1].m)
    assert gap == scan(network, [0.1, 9.0], 0.3)
    first, second = (compare(solve(network, 0.1, 0.3), r) for _ in range(2))
    assert first == second
    row = dataclasses.replace(first.rows[0], simulation=glassy.Estimate(float(first.rows[0].simulation), 9.0))
    assert first != dataclasses.replace(first, rows=(row, *first.rows[1:]))  # of the same value and another error


@pytest.mark.parametrize(
    ("a", "b", "wanted"),
    [
        (np.array([1.0, np.nan]), np.array([1.0, np.nan]), True),
        (np.array([0.0]), np.array([-0.0]), True),
        (np.array([1, 2]), np.array([1.0, 2.0]), True),
        (np.zeros(2), np.zeros((1, 2)), False),
        (np.zeros(2), (0.0, 0.0), False),
        (np.array(["a"]), np.array(["a"]), True),
        (float("nan"), float("nan"), True),
        ((1, (float("nan"), "x")), [1, (float("nan"), "x")], True),
        ({"a": np.ones(2)}, {"a": np.ones(2)}, True),
        ({"a": np.ones(2)}, {"b": np.ones(2)}, False),
        (glassy.Estimate(1.0, 0.1), 1.0, False),
        (glassy.Estimate(float("nan"), 0.1), glassy.Estimate(float("nan"), 0.1), True),
        (None, 0, False),
    ],
    ids=str,
)
def test_same_values(a, b, wanted):
    assert same(a, b) is wanted
    assert same(b, a) is wanted
    assert not wanted or fingerprint(a) == fingerprint(b)


def test_folders_are_made(tmp_path):
    s = solve(network, 0.1, 0.3)
    assert glassy.load(s.save(tmp_path / "new" / "below" / "x")) == s
    point = {"loads": 0.1, "sizes": 12, "temperatures": 0.3, "samples": 1, "seed": 3, "sweeps": 10}
    r = glassy.Ensemble(network, **point).run(tmp_path / "e", "threads")
    assert r.csv(tmp_path / "tables" / "r.csv").exists()


def test_provenance_names_the_versions():
    p = solve(network, 0.1, 0.3).provenance
    assert p.numpy == np.__version__
    assert p.commit


def test_damaged_and_foreign_files(tmp_path):
    path = solve(network, 0.1, 0.3).save(tmp_path / "a.npz")
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(InputError, match="not a result that glassy saved"):
        glassy.load(path)
    np.savez(tmp_path / "b.npz", x=1)
    with pytest.raises(InputError, match="not a result that glassy saved"):
        glassy.load(tmp_path / "b.npz")
    for cls, message in (("os:system", "only classes of glassy"), ("glassy.core.storage:Path", "not a result")):
        text = json.dumps({"format": 1, "result": {"class": cls, "fields": {}}})
        np.savez(tmp_path / "c.npz", result=np.array(text))
        with pytest.raises(InputError, match=message):
            glassy.load(tmp_path / "c.npz")
    np.savez(tmp_path / "d.npz", result=np.array(json.dumps({"format": 99, "result": None})))
    with pytest.raises(InputError, match="Update glassy"):
        glassy.load(tmp_path / "d.npz")
    with pytest.raises(FileNotFoundError):
        glassy.load(tmp_path / "none.npz")
    with pytest.raises(FileNotFoundError, match=r"none\.npz"):
        glassy.load(str(tmp_path / "none"))
    for path in (None, 3, ""):
        with pytest.raises(InputError, match="path must be that of a file, got"):
            glassy.load(path)
