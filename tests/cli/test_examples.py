"""Every example of every --help runs and prints what is shown there."""

import doctest
import re
import shlex
from pathlib import Path

import pytest

import glassy
from glassy.cli.help import TEXTS
from glassy.cli.main import UNUSABLE, main, parsers

ROOT = Path(__file__).resolve().parents[2]
SAME = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
BAD = ("scan --P 3 --load 0.1 0.2 9",)  # the examples in which a number is not good


def examples():
    for command, text in TEXTS.items():
        blocks = text.partition("examples:\n\n")[2].split("\n\n    $ ")
        for block in blocks:
            line, _, rest = block.strip().removeprefix("$ ").partition("\n")
            lines = [x for x in rest.splitlines() if x.startswith("    ") or not x]
            marks = [pytest.mark.slow] if "--ladder" in line or "--plot" in line else []
            yield pytest.param(command, line, "\n".join(x[4:] for x in lines).strip() + "\n", id=line, marks=marks)


def test_there_are_two_for_every_command():
    for command in TEXTS:
        assert [p.values[0] for p in examples()].count(command) == (3 if command == "messages" else 2), command


@pytest.mark.parametrize(("command", "line", "shown"), [*examples()])
def test_example(command, line, shown, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    if command == "status":
        ensemble = glassy.Ensemble(glassy.DenseHebbian(P=3), 0.1, 20, (0.3, 0.5), samples=3, seed=7, sweeps=50)
        ensemble.run("ensemble", executor="threads", part=(0, 2))
    assert line.startswith(f"glassy {command} ")
    code = main(shlex.split(line)[1:])
    found = capsys.readouterr()
    assert code == (UNUSABLE if line[7:].startswith(BAD) else 0), found.err
    assert doctest.OutputChecker().check_output(shown, found.out, SAME), found.out


@pytest.mark.parametrize("command", TEXTS)
def test_help_says_units_codes_and_where_to_read(command):
    text = " ".join(parsers(command)[1].format_help().split())
    for words in ("exit codes: 0 ", 'documentation: python -c "import glassy; help(glassy.solve)"', f"$ glassy {command}"):
        assert words in text
    if command != "status":
        assert "K = (2 load/P!) N^(P-1)" in text
        assert "T is in units of the energy" in text


def test_an_example_that_drifts_is_seen(capsys):
    assert main(["solve", "--P", "4", "--load", "0.2", "--T", "0.3"]) == 0
    wrong = "DenseHebbian(P=4) RS() retrieval, load=0.2 T=0.3\nm 0.99590842 ...\n"
    assert not doctest.OutputChecker().check_output(wrong, capsys.readouterr().out, SAME)


def written():
    """Every command line in the pages and in the README, up to a pipe."""
    for page in [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]:
        for line in re.findall(r"^ {4}(?:python -m )?glassy ((?!sims|COMMAND).*)$", page.read_text(encoding="utf-8"), re.M):
            yield pytest.param(shlex.split(line.partition(" | ")[0], comments=True), id=line)


@pytest.mark.parametrize("words", [*written()])
def test_what_the_pages_type_is_understood(words, capsys):
    if "--help" in words:
        assert main(words) == 0
        assert f"usage: glassy {words[0]}".removesuffix("--help") in capsys.readouterr().out
    else:
        given = parsers(words[0])[0].parse_args(words)
        assert given.command == words[0]


def test_pages_type_commands():
    assert len([*written()]) >= 6
