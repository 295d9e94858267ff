"""What we know: every verdict that is quoted and every number of its table is in the committed data."""

import json
import math
import re
from pathlib import Path

import pytest

from glassy import Lines
from glassy.core.results import Estimate

ROOT = Path(__file__).resolve().parents[2]
PAGE = " ".join((ROOT / "docs" / "explanation" / "what-we-know.md").read_text(encoding="utf-8").split())
QUOTED = re.findall(r"`([\w-]+/[\w-]+)`: \*([^*]+)\*", PAGE)
ROWS = re.findall(r"\| (\d) \| (\S+) \| (\S+) \| (\S+) \| (\S+) \| (\S+) \| (-?[\d.]*) ?\|", PAGE)
DEPTH = Lines.read_csv(ROOT / "results" / "storage_capacity" / "capacity" / "depth.csv")


@pytest.mark.parametrize(("case", "words"), QUOTED)
def test_verdicts_are_quoted(case, words):
    assert words in json.loads((ROOT / "results" / case / "meta.json").read_text())["verdict"]


def test_every_section_quotes():
    assert len(QUOTED) >= 20
    assert len(ROWS) == 4


def told(text, value):
    """A number with its error in brackets is that of the data, to a twentieth of its error: processors round otherwise."""
    number, error = re.fullmatch(r"([\d.]+)\((\d+)\)", text).groups()
    assert f"({error})" in str(value)
    assert abs(float(number) - float(value)) <= 0.05 * value.error


@pytest.mark.parametrize("row", ROWS, ids=[r[0] for r in ROWS])
def test_new_numbers_are_those_of_the_data(row):
    P, load_c, t_d2, load_t, t_c2, one_bit, ground = row
    (full,) = DEPTH.where(P=int(P), interactions="distinct", k=math.inf)
    told(load_c, Estimate(full["load_c"], full["load_c_error"]))
    told(load_t, Estimate(full["load_t"], full["load_t_error"]))
    told(one_bit, Estimate(2.0 / math.pi * full["load_c"], 2.0 / math.pi * full["load_c_error"]))
    assert (t_d2, t_c2) == (f"{full['bound_c']:.8f}", f"{full['bound_t']:.8f}")
    if ground:
        hierarchy = Lines.read_csv(ROOT / "results" / "rsb_hierarchy" / f"P{P}" / "data.csv")
        (deep,) = hierarchy.where(T=0.0, ansatz=lambda a: a.startswith("FullRSB"))
        assert float(ground) == pytest.approx(deep["energy"], abs=6e-9)


def test_distances_from_the_bounds():
    off = [round((r["bound_c"] - r["load_c"]) / r["load_c_error"]) for r in DEPTH.where(k=math.inf, P=lambda P: 3 <= P <= 6)
           if r["interactions"] == "distinct"]  # fmt: skip
    assert "by {}, {}, {} and {} errors".format(*off) in PAGE
