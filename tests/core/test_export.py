"""Every public result leaves as a dict, a table, a dataset and a page, with its numbers in full; a new one must, too."""

import csv
import dataclasses
import enum
import inspect
import io
import json
import math
import re
import sys
import warnings
from fractions import Fraction
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pandas
import pytest
import xarray
from examples import ASKED, WORDS, ladder, network, others, results, run

import glassy
from glassy import DenseHebbian, EquilibrationWarning, Estimate, InputError, Status
from glassy.core.export import Exported
from glassy.core.quantities import QUANTITIES, UNKNOWN, quantity
from glassy.core.records import cell, cells, columns, flat, properties, record, tree

KINDS = sorted(name for name in glassy.__all__ if inspect.isclass(getattr(glassy, name)))
RESULTS = [name for name in KINDS if name not in ASKED | WORDS and not issubclass(getattr(glassy, name), BaseException)]
OTHERS = [
    "no saddle", "T = 0", "full RSB", "one sample", "cold", "grid", "rows", "path", "no curve", "memory", "perturbed", "runs",
]  # fmt: skip
NAMES = RESULTS + OTHERS


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    with warnings.catch_warnings():  # the runs are short
        warnings.simplefilter("ignore", EquilibrationWarning)
        return results(tmp_path_factory.mktemp("results")) | others()


def same(a, b):
    return a == b or (a != a and b != b)


def number(x):
    """A number of JSON as it was."""
    return x if x is None else float(x)


def counted(value, there):
    """How many numbers a value has, each of which must be in its tree, bit for bit."""
    if dataclasses.is_dataclass(value):
        parts = (
            record(value)
            if isinstance(value, Exported)
            else {f.name: getattr(value, f.name) for f in dataclasses.fields(value)}
        )
        assert there["type"] == type(value).__name__
        return sum(counted(x, there[key]) for key, x in parts.items())
    if isinstance(value, Estimate):
        parts = [
            there.pop(k) for k in ("value", "error", "thermal", "disorder", "tau_int", "samples", "dof", "thermal_dof", "bound")
        ]
        assert there == {}
        assert all(map(same, map(number, parts), map(number, value.__reduce__()[1])))
    elif isinstance(value, float):
        assert same(number(there), value)
    elif isinstance(value, tuple | list):
        return sum(counted(x, y) for x, y in zip(value, there, strict=True))
    elif isinstance(value, np.ndarray):
        assert np.array_equal(np.array(there, value.dtype).reshape(value.shape), value, equal_nan=value.dtype.kind == "f")
        return value.size
    else:
        assert there == (value.name if isinstance(value, enum.Enum) else tree(value) if isinstance(value, Fraction) else value)
    return int(isinstance(value, float | int))


def test_every_public_class_with_numbers_is_exported(found):
    assert set(RESULTS) == {*found} - {*OTHERS}  # a new result needs an example in tests/examples.py
    assert set(KINDS) >= ASKED | WORDS
    for name in RESULTS:
        assert type(found[name]).__name__ == name
        assert isinstance(found[name], Exported)


@pytest.mark.parametrize("name", NAMES)
def test_dicts_go_through_json_with_equal_numbers(found, name):
    result = found[name]
    there = result.to_dict()
    back = json.loads(json.dumps(there, allow_nan=False))
    assert back == there
    assert back["type"] == type(result).__name__
    assert counted(result, back) > 0


def numbers(there):
    """All numbers in a tree of JSON, as floats."""
    if isinstance(there, dict | list):
        return {x for part in (there.values() if isinstance(there, dict) else there) for x in numbers(part)}
    return {float(there)} if isinstance(there, int | float) else set()


@pytest.mark.parametrize("name", NAMES)
def test_every_number_of_the_table_is_in_the_dict(found, name):
    table, there = found[name].to_dataframe().select_dtypes("number"), numbers(found[name].to_dict())
    lost = {key: set(map(float, table[key].dropna())) - there - {math.inf, -math.inf} for key in table}
    assert not any(lost.values()), lost


@pytest.mark.parametrize("name", NAMES)
def test_tables_hold_every_number_with_its_error_and_status(found, name):
    result = found[name]
    rows, table = list(result.records()), result.to_dataframe()
    assert len(table) == len(rows) > 0
    assert set(table.attrs["units"]) == set(table.columns)
    assert table.attrs["type"] == type(result).__name__
    for i, row in enumerate(rows):
        for key, value in row.items():
            if isinstance(value, Estimate):
                assert same(table[key][i], float(value))
                assert same(table[f"{key}_error"][i], value.error)
                assert (key in table["remarks"][i].split("bound, since nothing moved: ")[-1]) or not value.bound
            elif isinstance(value, enum.Enum):
                assert table[key][i] == value.name
            elif isinstance(value, float):
                assert same(table[key][i], value)
    unknown = [key for key in table.columns if quantity(key) is UNKNOWN]
    assert not unknown  # a new number needs its line in glassy/core/quantities.py


PLACELESS = {"Limit", "Measured", "StatePoint", "Table", "Verdict"}  # docs/how-to/export.md says so


@pytest.mark.parametrize("name", sorted({*NAMES} - PLACELESS))
def test_every_row_says_what_it_is_of(found, name):
    """Without it, tables of two results that are laid one below the other have lost what they are of."""
    result, data = found[name], found[name].to_xarray()
    load = {"K"} if name == "memory" else {"load"}
    for row in map(cells, result.records()):
        wanted = {"StorageCapacity": set(), "SpinGlassTemperatures": {"load"}, "EnsembleStatus": {"N", *load}}
        assert {"network", *wanted.get(name, {*load, "T"})} <= {k for k, v in row.items() if v not in (None, "")}
        simulated = name in {"Autocorrelation", "Binning", "Evidence", "Exchange", "Starts", "Reweighted", "Annealed", "Held"}
        assert not simulated or {"N", "K"} <= row.keys()
    assert "network" in data.attrs
    assert name not in {"OverlapDistribution", "PhaseDiagram"} or "ansatz" in data.attrs


def test_results_made_of_others_have_their_state(found, tmp_path):
    state = {"network": network, "N": 30, "K": run().K, "load": run().load, "T": 0.3}
    for name in ("Autocorrelation", "Binning", "Evidence"):
        assert dict(found[name].state_point) == state
        assert glassy.load(found[name].save(tmp_path / name)) == found[name]
    assert dict(found["Exchange"].state_point) == {"network": network, "N": 14, "K": ladder()[0].K, "load": ladder()[0].load}
    assert [row["T"] for row in found["Exchange"].records()] == [0.5, 0.8, 1.5]
    solution = found["Solution"]
    assert dict(found["OverlapDistribution"].state_point)["phase"] == solution.phase
    limit = found["Limit"].placed(run())
    assert dict(limit.state_point) == {k: v for k, v in state.items() if k not in ("N", "K")}  # it is that of several sizes
    assert "network" not in found["Limit"].to_dataframe()
    both = pandas.concat([glassy.scan(network, [x], 0.3)[0].overlap_distribution.to_dataframe() for x in (0.1, 0.2)])
    assert both["load"].tolist() == [0.1, 0.2]
    memory = found["memory"].evidence.to_dataframe()
    assert memory["K"].tolist() == [3] * len(memory)
    assert "load" not in memory


@pytest.mark.parametrize("name", NAMES)
def test_files_hold_every_digit(found, name, tmp_path):
    result = found[name]
    path = result.csv(tmp_path / "folder" / "x.csv")
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    wanted = flat(columns(map(cells, result.records())))
    if name == "Table":  # its file leaves out what says nothing, and is read back
        assert glassy.Table.read_csv(path).rows == result.rows or len(rows) == len(result)
        return
    assert list(rows[0]) == list(wanted)
    for key, values in wanted.items():
        for row, value in zip(rows, values, strict=True):
            if isinstance(value, float):
                assert same(float(row[key]), value)
            else:
                assert row[key] == cell(value)
    with warnings.catch_warnings():  # that this is the default in newer versions
        warnings.simplefilter("ignore")
        table = pandas.read_csv(path, float_precision="round_trip")
    for key, values in wanted.items():
        if {type(v) for v in values} == {float}:
            assert np.array_equal(table[key].to_numpy(float), values, equal_nan=True)
        elif {type(v) for v in values} == {bool}:
            assert table[key].tolist() == values


@pytest.mark.parametrize("name", NAMES)
def test_datasets_are_described_and_written(found, name, tmp_path):
    result = found[name]
    data = result.to_xarray()
    assert data.attrs["conventions"].startswith("k_B = 1; T and energies in the units of H")
    assert data.attrs["version"]
    assert data.attrs["commit"]
    numbers = [v for v in data.variables.values() if v.dtype.kind == "f"]
    assert numbers or name == "EnsembleStatus"
    assert all(v.attrs["long_name"] for v in data.variables.values())
    data.to_netcdf(tmp_path / "x.nc", engine="scipy")
    with xarray.open_dataset(tmp_path / "x.nc", engine="scipy") as back:
        for key in data.variables:
            assert back[key].dims == data[key].dims
            if data[key].dtype.kind == "f":
                assert np.array_equal(back[key], data[key], equal_nan=True)
        assert back.attrs == data.attrs


class Balanced(HTMLParser):
    """The tags of a page, which must close in order, and its text."""

    def __init__(self, text):
        super().__init__()
        self.open, self.rows, self.words = [], 0, []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.open.append(tag)
        self.rows += tag == "tr"

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)


@pytest.mark.parametrize("name", NAMES)
def test_pages_are_whole_small_and_colourless(found, name):
    text = found[name]._repr_html_()
    page = Balanced(text)
    assert page.open == []
    rows = list(found[name].records())
    if len(rows) > 1:
        assert page.rows == 1 + min(len(rows), 20)
    assert (f"{len(rows) - 20} more of {len(rows)} rows" in text) == (len(rows) > 20)
    assert "currentColor" in text or len(rows) == 1
    assert not re.search(r"background|[^-]color:(?!inherit)|#[0-9a-f]{3}|rgb|<script", text)


def test_pages_say_errors_units_and_what_to_do(found):
    page = "".join(Balanced(found["no saddle"]._repr_html_()).words)
    assert Status.LEFT_PHASE.words(theory=True) in page
    assert "chains" not in page
    path = glassy.scan(DenseHebbian(3), [0.1, 9.0], 0.3)
    assert Status.LEFT_PHASE.words(theory=True) in "".join(Balanced(path._repr_html_()).words)
    assert "units of H" in page
    still = "".join(Balanced(glassy.simulate(DenseHebbian(3), 0.1, 0.01, 20, sweeps=5, seed=1, samples=2)._repr_html_()).words)
    assert "1.0(<" in still  # a bound, and escaped: the parser saw no tag
    assert "-0.4" in "".join(Balanced(found["Ladder"]._repr_html_()).words)


def test_pages_make_no_points_that_they_do_not_show():
    grid = glassy.scan(DenseHebbian(3), np.linspace(0.1, 0.2, 50_000), 0.3)
    assert "49980 more of 50000 rows" in grid._repr_html_()
    assert "points" not in vars(grid)


@pytest.mark.parametrize("name", NAMES)
def test_asdict_survives_with_the_name_of_the_ansatz(found, name):
    there = dataclasses.asdict(found[name])
    assert list(there) == [f.name for f in dataclasses.fields(found[name])]
    if dataclasses.is_dataclass(getattr(found[name], "ansatz", None)):
        assert there["ansatz"] == found[name].to_dict()["ansatz"]
        assert json.loads(json.dumps(there["ansatz"]))["type"] == type(found[name].ansatz).__name__


def test_ansaetze_keep_their_words():
    assert (repr(glassy.RS()), repr(glassy.RSB(2)), repr(glassy.FullRSB(6))) == ("RS()", "RSB(2)", "FullRSB(steps=6)")
    assert glassy.RSB(2) == glassy.RSB(k=2) != glassy.RSB(1)
    with pytest.raises(TypeError):
        glassy.RSB(1, type="RS")


def test_what_json_cannot_hold_is_words():
    assert tree((math.nan, math.inf, -math.inf, None)) == ["NaN", "Inf", "-Inf", None]
    assert [float(x) for x in tree((math.inf, -math.inf))] == [math.inf, -math.inf]
    assert tree({1: Fraction(2, 3), 2: Fraction(4, 2), 3: Status.STEADY}) == {"1": "2/3", "2": 2, "3": "STEADY"}
    assert tree(np.array([[1.0, math.nan]])) == [[1.0, "NaN"]]
    assert tree(DenseHebbian(3)) == {"type": "DenseHebbian", "P": 3, "interactions": "distinct"}
    assert tree(Estimate(0.1, 0.2))["dof"] == "Inf"
    assert [cell(x) for x in (None, True, 0.1, math.nan, 3, "a")] == ["", "TRUE", "0.1", "NaN", "3", "a"]


def test_bounds_and_thermal_errors_are_said(found):
    still = glassy.simulate(DenseHebbian(3), 0.1, 0.01, 20, sweeps=5, seed=1, samples=2)
    assert "no error but a bound, since nothing moved: m," in still.to_dataframe()["remarks"][0]
    assert "thermal error alone, since there is one sample: m," in found["one sample"].to_dataframe()["remarks"][0]
    assert found["Samples"].to_dataframe()["remarks"][0] == ""
    assert cells({"m": (Estimate(1.0, 0.1, bound=True), 0.5)})["remarks"] == "no error but a bound, since nothing moved: m_0"


def test_units_come_in_a_second_line_where_they_are_asked_for(found, tmp_path):
    for name in ("Solution", "Table"):
        path = found[name].csv(tmp_path / "x.csv", units=True)
        lines = path.read_text().splitlines()
        units = next(csv.reader(io.StringIO(lines[1])))
        assert units[0].startswith("# ")
        assert dict(zip(lines[0].split(","), units, strict=True))["T"] == "units of H"
        assert len(pandas.read_csv(path, comment="#")) == len(list(found[name].records()))


def test_quantities_are_those_of_the_labels_and_of_the_code():
    assert quantity("retrieval_free_energy").long_name == "free energy per spin (retrieval)"
    assert (quantity("energy_error").unit, quantity("energy_error").label) == ("units of H", "M.15")
    assert quantity("strange") is quantity("very_strange") is UNKNOWN
    assert all(q.long_name for q in QUANTITIES.values())


def test_properties_are_found_by_their_annotations():
    assert {"m", "q", "phase", "status", "load"} <= set(properties(glassy.Samples))
    assert "overlaps" not in properties(glassy.Samples)  # an array of three axes
    assert "worst" not in properties(glassy.Comparison)


@pytest.mark.parametrize(("package", "call"), [("pandas", "to_dataframe"), ("xarray", "to_xarray")])
def test_what_is_not_installed_is_named_with_the_extra(monkeypatch, package, call):
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(InputError, match=rf"{package} must be installed .*pip install {package}, or .* extra \[export\]"):
        getattr(glassy.spinodal(DenseHebbian(3), 0.2), call)()


def test_the_page_runs_as_it_stands(tmp_path, monkeypatch):
    page = (Path(__file__).resolve().parents[2] / "docs" / "how-to" / "export.md").read_text()
    monkeypatch.chdir(tmp_path)
    space: dict[str, object] = {}
    with warnings.catch_warnings():  # that of older versions of ArviZ
        warnings.simplefilter("ignore")
        for block in re.findall(r"```python\n(.*?)```", page, re.S):
            exec(compile(block, "export.md", "exec"), space)
    assert {p.name for p in tmp_path.iterdir()} == {"path.csv", "with_units.csv", "grid.nc"}
    assert "loadtxt" in page


@pytest.mark.filterwarnings("ignore:Input line 2 contained no data")
def test_numpy_reads_files_with_commas_in_cells(found, tmp_path):
    for units in (False, True):
        path = found["grid"].csv(tmp_path / "x.csv", units=units)
        words = np.loadtxt(path, delimiter=",", quotechar='"', dtype=str)
        assert words[1:, list(words[0]).index("m")].astype(float).tolist() == found["grid"].values("m").ravel().tolist()
        path = found["one sample"].csv(path, units=units)
        words = np.loadtxt(path, delimiter=",", quotechar='"', dtype=str)
        assert dict(zip(*words.tolist(), strict=True))["remarks"].startswith("thermal error alone, since")
