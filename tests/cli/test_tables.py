"""Tables: aligned, as wide as the terminal, what is unknown is shown as such, nothing is dropped."""

import math

import pytest

import glassy
from glassy.cli.tables import listed, meanings, of_rows, table, wrapped

POINTS = glassy.scan(glassy.DenseHebbian(P=3), load=[0.1, 0.2, 9.0], T=0.2)


def test_columns_are_aligned():
    lines = table(POINTS, ("load", "m", "status"), width=80).splitlines()
    assert lines == [
        "load          m  status",
        " 0.1  0.9994441  CONVERGED",
        " 0.2  0.9897091  CONVERGED",
        "   9          -  LEFT_PHASE",
    ]


def test_a_narrow_terminal_gets_each_result_as_a_list():
    names = ("load", "T", "phase", "m", "free_energy", "status")
    wide, narrow = (table(POINTS, names, width=w) for w in (80, 40))
    assert len(wide.splitlines()) == 4
    assert narrow.count("\n\n") == 2
    assert max(map(len, narrow.splitlines())) <= 40
    assert sorted(set(wide.split())) == sorted(set(narrow.split()))


def test_columns_that_say_nothing_are_left_out_and_unknown_values_are_not():
    rows = [{"a": math.nan, "b": 1.0, "c": ()}, {"a": None, "b": math.nan, "c": ()}]
    assert of_rows(rows, width=80).splitlines() == ["b", "1", "-"]


def test_an_estimate_is_shown_with_its_error():
    assert of_rows([{"m": glassy.Estimate(0.97123, error=0.0012)}], width=80).splitlines() == ["         m", "0.9712(12)"]


def test_meanings_come_from_docstrings():
    rows = {name: words for name, _, words in meanings(POINTS[0], "m", "stable", "wins", "status")}
    assert rows["m"] == "Mattis magnetization of the condensed pattern"
    assert rows["stable"] == "Whether the ansatz is right here as far as its replicons say"
    assert rows["status"] == glassy.Status.CONVERGED.value
    assert "wins" not in rows  # nobody asked


@pytest.mark.parametrize("width", [30, 60, 100])
def test_lists_are_wrapped(width):
    text = listed(meanings(POINTS[0], "m", "entropy", "status"), width=width)
    assert max(map(len, text.splitlines())) <= width
    assert "CONVERGED" in text


def test_no_word_of_a_note_is_lost():
    text = glassy.Status.NOT_SHOWN.value
    lines = wrapped("note: ", text, 50)
    assert " ".join(" ".join(lines).split()) == f"note: {text}"
