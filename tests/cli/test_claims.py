"""The list of claims: paragraphs as wide as the terminal, one line a case where nobody looks."""

from glassy.cli.claims import listed
from glassy.cli.main import MISUSE, main

ROWS = [("a/x", "One claim of two cases, which is longer than a narrow line."), ("b/y", "Another claim.")]
ROWS.insert(1, ("a/z", ROWS[0][1]))


def test_cases_of_one_claim_share_a_paragraph(monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    text = listed(ROWS)
    assert text.split("\n\n")[1] == "b/y\n    Another claim."
    assert text.splitlines()[:2] == ["a/x  a/z", "    One claim of two cases, which is"]
    assert max(map(len, text.splitlines())) <= 40


def test_a_pipe_gets_one_line_a_case(monkeypatch):
    monkeypatch.delenv("COLUMNS", raising=False)
    assert listed(ROWS).splitlines() == [f"{name}: {claim}" for name, claim in ROWS]


def test_every_claim_is_told_once(monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "70")
    assert main(["sims", "list", "escape", "basins", "escape/P3-distinct"]) == 0
    text = capsys.readouterr().out
    assert text.count("escape/P3-distinct") == text.count("No dynamics that starts") == text.count("basins/all") == 1
    assert max(map(len, text.splitlines())) <= 70


def test_a_wrong_word_ends_with_the_code_of_misuse(capsys):
    assert main(["sims", "dance"]) == MISUSE
    assert main(["sims", "list", "nothing"]) == MISUSE
    assert capsys.readouterr().err.count("must name a claim") == 1
