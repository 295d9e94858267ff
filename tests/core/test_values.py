"""Grid.values: numbers, truth, words and tuples as arrays; what is none of them is refused, and nothing is NaN in silence."""

import math

import numpy as np
import pytest

import glassy
from glassy import RSB, DenseHebbian, Grid, InputError, StatePoint
from glassy.core.records import columns

network = DenseHebbian(3)


@pytest.fixture(scope="module")
def path():
    return glassy.scan(network, [0.1, 0.45, 9.0], 0.3, ansatz=RSB(1), wins=True)


@pytest.fixture(scope="module")
def rows():
    return glassy.scan(network, [0.1, 9.0], 0.3)  # kept as columns


def test_words_are_text(path, rows):
    assert path.values("status").tolist() == ["COLLAPSED", "CONVERGED", "LEFT_PHASE"]
    assert (path.values("status") == "LEFT_PHASE").tolist() == [False, False, True]
    assert rows.values("status").tolist() == ["CONVERGED", "LEFT_PHASE"]
    assert path.values("phase").tolist() == ["retrieval"] * 3
    assert path.values("winner").tolist() == ["retrieval", "spin_glass", None]  # None is kept


def test_numbers_and_truth_are_floats(path, rows):
    assert path.values("wins").tolist()[:2] == [1.0, 0.0]
    assert math.isnan(path.values("wins")[2])
    assert np.array_equal(rows.values("m"), [p.m for p in rows], equal_nan=True)


def test_tuples_have_an_axis(path, rows):
    q = path.values("q_levels")
    assert q.shape == (3, 2)
    assert q[:2].tolist() == [list(p.q_levels) for p in path[:2]]
    assert np.all(np.isnan(q[2]))  # a point without a saddle
    assert rows.values("q_levels").shape == (2, 1)
    assert rows.values("x_levels").shape == (2, 0)


def test_axes_of_the_grid_come_first():
    grid = glassy.simulate(network, [0.1, 0.2], [0.3, 0.4], 20, sweeps=5, seed=1, samples=2)
    assert grid.values("status").shape == (2, 2)
    assert grid.values("samples").tolist() == [[2.0, 2.0], [2.0, 2.0]]


def test_what_is_no_array_is_refused(path):
    with pytest.raises(InputError, match=r"but network is 'DenseHebbian\(P=3\)'. Ask \[p.network for p in grid\]"):
        path.values("network")
    with pytest.raises(InputError, match="but table is "):
        Grid((path,), (1,)).values("table")
    with pytest.raises(AttributeError, match="no attribute 'mm'"):
        path.values("mm")
    with pytest.raises(InputError, match="errors are those of a number"):
        path.errors("status")
    two = Grid((path[0], glassy.solve(network, 0.1, 0.3)), (2,))
    with pytest.raises(InputError, match=r"q_levels must have one length to be an array, it has \[1, 2\]"):
        two.values("q_levels")
    assert two.to_xarray()["q_levels"].attrs["comment"] == "NaN beyond the end of a tuple"


def test_axes_are_named_by_what_changes_along_them():
    grid = glassy.simulate(network, [0.1, 0.2], [0.3, 0.4, 0.5], 20, sweeps=5, seed=1, samples=2).to_xarray()
    assert grid["m"].dims == ("load", "T")
    assert grid["m"].sel(T=0.4).dims == ("load",)
    assert grid["K"].dims == ("load", "T")
    assert float(grid["N"]) == 20
    one = glassy.simulate(network, [0.1, 0.2], [0.3], 20, sweeps=5, seed=1, samples=2).to_xarray()
    assert one["m"].dims == ("load", "T")
    assert glassy.scan(network, [0.1, 0.2], [0.1, 0.2]).to_xarray()["m"].dims == ("point",)
    assert glassy.scan(network, [0.1, 0.1], 0.2).to_xarray()["m"].dims == ("point",)  # no coordinate comes twice
    points = Grid(tuple(StatePoint(x, T) for T in (0.1, 0.2) for x in (0.3, 0.4)), (2, 2))
    assert points.to_xarray().sizes == {"T": 2, "load": 2}
    assert Grid((), (0,)).to_dataframe().empty


def test_what_is_empty_is_no_file_and_no_dataset(tmp_path):
    path = glassy.scan(network, [0.1, 0.2], 0.3)
    empty = path[path.values("m") > 2.0]
    for call in (empty.to_xarray, lambda: empty.csv(tmp_path / "new" / "x.csv"), glassy.Table().to_xarray):
        with pytest.raises(InputError, match="must hold a row .* this one is empty"):
            call()
    assert not (tmp_path / "new").exists()
    assert empty.to_dict()["points"] == []
    assert empty._repr_html_() is None


def test_columns_of_words_keep_the_rows_that_have_none(tmp_path):
    runs = Grid(tuple(glassy.simulate(network, 0.1, 0.3, 20, sweeps=5, seed=1, watch=w) for w in ((), (1, 2))), (2,))
    assert runs.to_dataframe()["watch"].tolist() == ["", "1 2"]
    assert runs.to_xarray()["watch"].values.tolist() == ["", "1 2"]
    assert "1 2" in runs.csv(tmp_path / "x.csv").read_text()
    assert columns([{"a": (0.5, 1.0)}, {"a": 2}, {"a": None}]) == {"a": ["0.5 1.0", "2", None]}
