"""The summary before a release says no more than what was run."""

import sys

import pytest

from benchmarks import release_check, versions
from benchmarks.release_check import ROOT, Step, judge, run, write

END = "{} in 1.00s"


@pytest.mark.parametrize(
    ("code", "log", "verdict"),
    [
        (0, END.format("3 passed, 1 skipped"), ("passed", 3, 1)),
        (1, END.format("1 failed, 3 passed"), ("failed", 3, 0)),
        (2, END.format("1 error"), ("failed", 0, 0)),
        (0, "SKIPPED [2] tests/x.py:9: chromium is missing\n2 skipped in 0.10s", ("not run because chromium is missing", 0, 2)),
        (5, END.format("7 deselected"), ("not run because its tests are not there yet", "", "")),
        (3, "not run because python3.11 is missing\n", ("not run because python3.11 is missing", "", "")),
        (3, "a crash", ("failed", "", "")),
        (0, "all is well", ("passed", "", "")),
    ],
)
def test_a_step_is_judged_by_its_exit_status_and_its_counts(code, log, verdict):
    assert judge(code, log) == verdict


def test_what_is_missing_is_named_and_nothing_is_run(monkeypatch):
    monkeypatch.setattr(release_check, "online", lambda: False)
    for need, reason in (
        ({"programs": ("no-such-browser", "nor-this")}, "no-such-browser is missing"),
        ({"target": "no-such-target"}, "make no-such-target is not there yet"),
        ({"network": True}, "the network is missing"),
        ({"reason": "a second Python is missing"}, "a second Python is missing"),
    ):
        assert run(Step("x", "y", ("false",), **need))[:4] == ("x", "y", f"not run because {reason}", "")
    assert not Step("x", "y", ("false",), programs=("no-such-browser", sys.executable), target="lint").missing()


def test_a_step_runs_its_command_and_keeps_its_log(monkeypatch, tmp_path):
    monkeypatch.setattr(release_check, "BUILD", tmp_path)
    good, bad = (run(Step("x", "y", (sys.executable, "-c", f"print('seen'); raise SystemExit({n})"))) for n in (0, 1))
    assert (good[2], bad[2]) == ("passed", "failed")
    assert good[-1].startswith(f"Python {sys.version.split()[0]}, numpy ")
    assert (tmp_path / "x.log").read_text() == "seen\n"


def test_rows_of_steps_that_were_not_chosen_stay(tmp_path):
    path, names = tmp_path / "summary.txt", ("a", "b", "c")
    write(path, {"a": ("a", *"1234567")}, names)
    write(path, {"b": ("b", *"7654321")}, names)
    assert path.read_text().splitlines()[4:] == [
        "| a | 1 | 2 | 3 | 4 | 5 | 6 | 7 |", "| b | 7 | 6 | 5 | 4 | 3 | 2 | 1 |", "| c |  | never run |  |  |  |  |  |",
    ]  # fmt: skip


def test_steps_have_commands_that_exist():
    found = release_check.steps("2")
    assert len({step.name for step in found}) == len(found)
    for step in found:
        if step.command[:2] == (sys.executable, "-m") and step.command[2].startswith("benchmarks."):
            assert (ROOT / f"{step.command[2].replace('.', '/')}.py").exists()


def test_the_lowest_versions_are_those_of_pyproject():
    assert {"numpy==1.26", "numba==0.61", "matplotlib==3.8"} <= set(versions.oldest())
    assert versions.pythons()[sys.version_info[:2]] == sys.executable
    assert versions.FIRST == (3, 11)
    for name in versions.PART:
        assert (ROOT / name).exists(), name
