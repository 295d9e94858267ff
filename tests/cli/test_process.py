"""The command line as a process of its own: what it imports, pipes that close, Ctrl-C, and going on after it."""

import json
import os
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import glassy
from glassy.cli.main import CLOSED, CTRL_C, MISUSE, main

ROOT = Path(__file__).resolve().parents[2]
ASK = [sys.executable, "-m", "glassy"]


def test_help_waits_for_no_library():
    code = """
import sys
from glassy.__main__ import main
code = main(["--help"])
heavy = {"numpy", "numba", "scipy", "matplotlib"} & set(sys.modules)
sys.exit(code or (f"imported: {heavy}" if heavy else 0))
"""
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert (found.returncode, found.stderr) == (0, "")
    assert "capacity" in found.stdout


def test_what_import_glassy_gives_comes_at_its_first_use():
    code = "import sys, glassy; a = 'numba' in sys.modules; glassy.RS; print(a, 'numba' in sys.modules, len(dir(glassy)))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert found.returncode == 0, found.stderr
    before, after, names = found.stdout.split()
    assert (before, after) == ("False", "True")
    assert int(names) > len(glassy.__all__)


def unread(*words, stream="stdout"):
    """Run a command of which nobody reads a stream, and return its exit code and what the other one says."""
    there, here = os.pipe()
    os.close(there)
    files = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, stream: here}
    with os.fdopen(here, "wb"):
        done = subprocess.run([*ASK, *words], cwd=ROOT, text=True, check=False, **files)
    return done.returncode, done.stderr if stream == "stdout" else done.stdout


@pytest.mark.slow
def test_a_reader_that_has_seen_enough_ends_it_in_peace_and_files_are_written(tmp_path):
    file = tmp_path / "a.csv"
    assert CLOSED == 128 + signal.SIGPIPE
    assert unread("scan", "--P", "3", "--load", "0.1", "0.2", "--T", "0.2", "--csv", str(file)) == (CLOSED, "")
    assert len(file.read_text().splitlines()) == 3
    assert unread("sims", "list") == (CLOSED, "")
    assert unread("--help") == (0, "")
    assert unread("dance", stream="stderr") == (MISUSE, "")


@pytest.mark.slow
def test_streams_that_are_closed_from_the_start_stop_nothing(tmp_path):
    file = tmp_path / "a.csv"
    line = f"{shlex.join(ASK)} solve --P 3 --load 0.1 --T 0.2 --csv {shlex.quote(str(file))}"
    assert subprocess.run(f"{line} >&- 2>&-", shell=True, cwd=ROOT, check=False).returncode == 0
    assert len(file.read_text().splitlines()) == 2


@pytest.mark.slow
def test_ctrl_c_keeps_samples_and_the_line_goes_on(tmp_path, capsys):
    words = [*shlex.split("simulate --P 3 --load 0.1 --T 0.3 --N 40 --seed 1 --sweeps 20000 --out"), str(tmp_path)]
    with subprocess.Popen([*ASK, *words, "--samples", "300"], cwd=ROOT, stderr=subprocess.PIPE, text=True) as run:
        for _ in range(600):
            if run.poll() is not None or [*tmp_path.glob("sample_*.npz")]:
                break
            time.sleep(0.1)
        run.send_signal(signal.SIGINT)
        err = run.stderr.read().strip().splitlines()
        assert run.wait(60) == CTRL_C, err
    assert err[-1] == f"To go on: {shlex.join(['python', '-m', 'glassy', *words, '--samples', '300'])}"
    assert "of 300 samples finished; those in work are safe as well" in err[-2]
    code = main([*words, "--samples", "2", "--json", "-"])
    found = json.loads(capsys.readouterr().out)
    alone = glassy.simulate(glassy.DenseHebbian(P=3), load=0.1, T=0.3, N=40, seed=1, sweeps=20000, samples=2)
    assert found["m"]["value"] == alone.m
    assert code == (0 if alone.status.ok else 1)
