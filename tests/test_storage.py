"""save and load: every result comes back equal; damaged and foreign files are refused."""

import json

import numpy as np
import pytest

import glassy
from glassy import DenseHebbian, InputError, compare, scan, simulate, solve

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
    }


@pytest.mark.parametrize("name", list(results()))
def test_round_trip(name, tmp_path):
    result = results()[name]
    path = result.save(tmp_path / "x")
    back = glassy.load(path)
    assert repr(glassy.load(tmp_path / "x")) == repr(back)  # save and load name the file alike
    assert type(back) is type(result)
    assert repr(back) == repr(result)
    assert "\n" not in repr(result)
    if name == "Samples":
        assert np.array_equal(back.series.m, result.series.m)
        assert back.m.error == result.m.error
        assert back.provenance == result.provenance
    if name == "Comparison":
        assert back.rows[0].simulation.error == result.rows[0].simulation.error
        assert back.table() == result.table()


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
    for cls, message in (("os:system", "only classes of glassy"), ("glassy.storage:Path", "not a result")):
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
