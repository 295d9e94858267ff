"""What is wrong is one clear line on stderr, without a traceback, and the exit code says whose fault it is."""

import functools
import warnings

import pytest

import glassy
from glassy.cli.main import CTRL_C, MISUSE, UNUSABLE, main

AT = ("--load", ".1", "--T", ".2")
RUN = ("--load", ".1", "--T", ".2", "--N", "20", "--seed", "1")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("dance",), "invalid choice: 'dance'"),
        (("solve", "--P", "4", "--load", ".1"), "one of the arguments --T --beta is required"),
        (("solve", "--P", "4", *AT, "--beta", "2"), "--beta: not allowed with argument --T"),
        (("solve", *AT), "give the network"),
        (("solve", "--P", "4", "--spin-glass", "2:1", *AT), "give the network"),
        (("solve", "--P", "four", *AT), "--P: must be a number, got 'four'"),
        (("solve", "--P", "2.5", *AT), "--P: must be an integer, got '2.5'"),
        (("solve", "--P", "1", *AT), "P must be an integer >= 2, got 1"),
        (("solve", "--P", "4", *AT, "--interactions", "all"), "invalid choice: 'all'"),
        (("solve", "--spin-glass", "2-1", *AT), "must be ORDER:COEFFICIENT"),
        (("solve", "--spin-glass", "2:1 3:1 2:3", *AT), "each order once, got 2 twice"),
        (("solve", "--P", "4", "--load", ".1:.2", "--T", "1"), "FIRST:LAST:COUNT as 0.1:0.5:9, got '.1:.2'"),
        (("solve", "--P", "4", "--load", ".1:.2:1", "--T", "1"), "FIRST:LAST:COUNT"),
        (("solve", "--P", "4", "--load", "-1", "--T", "1"), "load must be a finite number >= 0, got -1.0"),
        (("solve", "--P", "4", *AT, "--examples", "3"), "needs both --examples M and --quality R"),
        (("solve", "--spin-glass", "2:1", *AT, "--examples", "3", "--quality", ".8"), "a spin glass learns from no --examples"),
        (("solve", "--P", "4", *AT, "--phase", "gas"), "invalid choice: 'gas'"),
        (("solve", "--P", "4", *AT, "--ansatz", "RSB"), "must be written RSB(k), got 'RSB' (between quotes)"),
        (("solve", "--P", "4", *AT, "--ansatz", "RSB(0)"), "k of RSB(k) must be an integer >= 1"),
        (("solve", "--P", "4", *AT, "--ansatz", "exec('x')"), "must be one of RS, RSB(k), FullRSB"),
        (("solve", "--P", "4", *AT, "--ansatz", "RSB(open('x'))"), "must be one of RS, RSB(k), FullRSB"),
        (("solve", "--P", "4", *AT, "--csv", "-", "--json", "-"), "only one of --csv and --json"),
        (("solve", "--P", "4", *AT, "--plot", "-"), "a figure cannot go to stdout"),
        (("solve", "--P", "4", *AT, "--plot", "x.jpg"), "must end in .png, .pdf or neither"),
        (("solve", "--P", "4", *AT, "--csv", "."), "must be a file that can be written"),
        (("solve", "--P", "4", *AT, "--csv", "x", "--json", "x"), "cannot be one file"),
        (("diagram", "--P", "3", "--html", "x.txt"), "--html must end in .html, got 'x.txt'"),
        (("simulate", "--P", "3", *RUN, "--observables", "m"), "Give --plot FILE as well"),
        (("simulate", "--P", "3", *RUN, "--plot", "x", "--observables", "energi"), "of m, m_abs, energy, energy_excess"),
        (("simulate", "--P", "3", *RUN, "--plot", "x", "--observables", "m,specific_heat"), "got 'specific_heat'"),
        (("simulate", "--P", "3", *RUN, "--replicas", "1", "--plot", "x", "--observables", "q"), "acceptance, got 'q'"),
        (("compare", "--P", "3", *RUN, "--plot", "x", "--observables", "m_abs"), "of m, q, energy, energy_excess, got 'm_abs'"),
        (("solve", "--P", "3", *AT, "--plot", "x", "--observables", "ansatz"), "got 'ansatz'"),
        (("solve", "--P", "4", *AT, "--ansats", "RS"), "unrecognized arguments: --ansats. Did you mean --ansatz?"),
        (("solve", "--P", "4", "--load", ".1", "--temperature", ".2"), "Did you mean --T?"),
        (("simulate", "--P", "3", *RUN, "--burn_in", "5"), "Did you mean --burn-in?"),
        (("solve", "--P", "4", "5", *AT), "--P takes one value, got 5 as well. Give one, in a command for each."),
        (("simulate", "--P", "3", *RUN, "30"), "--seed takes one value, got 30 as well. Give one"),
        (
            ("simulate", "--P", "3", *AT, "--seed", "1", "--N", "20", "30"),
            "--N takes one value, got 30 as well. Several go with glassy compare, as --N A B or --N A,B.",
        ),
        (("simulate", "--P", "3", *AT, "--seed", "1", "--N", "20,30"), "--N takes one value, got 20,30. Several go with"),
        (("simulate", "--P", "3", *AT, "--seed", "1", "--N", "20", "--N", "30"), "--N takes one value, and is given twice."),
        (("scan", "--P", "3", *AT, "--wins", "yes"), "--wins takes no value, got yes."),
        (("solve", "--spin-glass", "2:1", "3:1", *AT), 'Put it between quotes, as --spin-glass "A B".'),
        (("solve", "4", *AT), "unrecognized arguments: 4. A value stands behind its option."),
        (("scan", "--P", "4", "--load", ".1,x", "--T", "1"), "must be a number, got 'x'"),
        (("compare", "--P", "3", *AT, "--seed", "1", "--N", "20", "30", "20"), "--N must name each size once, got 20 30 20"),
        (("scan", "--P", "4", "--load", ".1", ".2", "--T", ".1", ".2", ".3"), "1-d arrays of one length"),
        (("diagram", "--P", "3", "--tolerance", "0"), "tolerance must be at least 1e-5"),
        (("diagram", "--P", "3", "--ansatz", "FullRSB"), "must be one of RS, RSB(k)"),
        (("simulate", "--P", "4", "--load", ".1", "--T", ".2", "--N", "20"), "required: --seed"),
        (
            ("simulate", "--P", "4", "--load", ".1", "--N", "20", "--seed", "1"),
            "one of the arguments --T --beta --ladder is required",
        ),
        (("simulate", "--P", "4", *RUN, "--ladder", "1", "2"), "--ladder: not allowed with argument --T"),
        (
            ("simulate", "--P", "4", "--load", ".1", "--ladder", "1,2", "--method", "Glauber", "--N", "20", "--seed", "1"),
            "Give one of them",
        ),
        (("simulate", "--P", "4", *RUN, "--samples", "0"), "samples must be an integer"),
        (("simulate", "--P", "4", "--load", ".1", "--T", ".2", "--seed", "1"), "load and N must be given"),
        (
            ("compare", "--P", "4", "--load", ".1", ".2", "--T", ".2", "--N", "20", "--seed", "1"),
            "--load takes one value, got .2 as well. Several go with",
        ),
        (("status", "nowhere"), "must be the folder of an ensemble"),
    ],
)
def test_a_wrong_command_is_one_line(words, message, capsys):
    assert main(words) == MISUSE
    found = capsys.readouterr()
    assert found.out == ""
    assert message in found.err
    assert found.err.count("\n") == 1
    assert found.err.startswith((f"glassy {words[0]}: ", "glassy: "))


def test_no_command_is_answered_by_help(capsys):
    assert main([]) == MISUSE
    assert "COMMAND" in capsys.readouterr().err


def test_a_phase_that_is_not_there_is_shown_with_the_remedy(capsys):
    assert main(["solve", "--P", "4", "--load", "0.6", "--T", "0.3"]) == UNUSABLE
    found = " ".join(capsys.readouterr().out.split())
    assert "LEFT_PHASE" in found
    assert "the spinodal is at load=0.44931094. Lower load" in found


def test_a_failed_computation_is_one_line(capsys):
    words = ["simulate", "--P", "4", "--load", "1", "--T", "1", "--N", "300", "--seed", "1", "--max-bytes", "1e6"]
    assert main(words) == UNUSABLE
    found = capsys.readouterr()
    assert "max_bytes is" in found.err
    assert found.err.count("\n") == 1


def test_compare_without_a_saddle_is_one_line(capsys):
    words = ["compare", "--P", "4", "--load", "0.6", "--T", "0.3", "--N", "20", "--seed", "1"]
    assert main(words) == UNUSABLE
    assert "the spinodal is at load=0.44931094" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("more", "last"),
    [
        (("--out", "a folder"), "To go on: python -m glassy simulate --P 4 {} --out 'a folder'"),
        ((), "To keep what is finished, and go on from there: python -m glassy simulate --P 4 {} --out PLACE"),
    ],
)
def test_ctrl_c_says_how_to_go_on(more, last, monkeypatch, capsys):
    @functools.wraps(glassy.simulate)
    def stopped(*_, **__):
        raise glassy.Interrupted("interrupted with 1 of 8 samples finished; those in work are safe.")

    monkeypatch.setattr(glassy, "simulate", stopped)
    assert main(["simulate", "--P", "4", *RUN, *more]) == CTRL_C
    lines = capsys.readouterr().err.strip().splitlines()
    assert lines == ["interrupted with 1 of 8 samples finished; those in work are safe.", last.format(" ".join(RUN))]


def test_warnings_are_lines_on_stderr(monkeypatch, capsys):
    @functools.wraps(glassy.ensemble_status)
    def warns(*_, **__):
        warnings.warn("a file was set aside", glassy.StoreWarning, stacklevel=2)
        return glassy.EnsembleStatus(places=(), in_work=(), failed=(), runs=(), workers=1, work_left=None)

    monkeypatch.setattr(glassy, "ensemble_status", warns)
    assert main(["status", "folder"]) == 0
    assert capsys.readouterr().err == "warning: a file was set aside\n"
