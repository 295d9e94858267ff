"""From the call of simulate to the kernel: few hops, and a misspelt option is seen by a type checker."""

import subprocess
import sys
import traceback
from pathlib import Path

import pytest

import glassy
from glassy import DenseHebbian, simulate
from glassy.simulation.kernels import chains

HOME = Path(glassy.__file__).parent
MOST = 10  # from the call to the kernel; the first looks at the names of the arguments


def stack():
    return [frame.name for frame in traceback.extract_stack() if Path(frame.filename).is_relative_to(HOME)]


def test_ten_hops_from_the_call_to_the_kernel(monkeypatch):
    """The frames of this thread down to where a task is handed out, and those of the thread that runs it."""
    above, below, submit, run = [], [], glassy.simulation.drive.work.ThreadPoolExecutor.submit, chains.run

    def handed_out(pool, function, *arguments):
        above.append(stack())
        return submit(pool, function, *arguments)

    def kernel(*arguments):
        below.append(stack())
        return run(*arguments)

    monkeypatch.setattr(glassy.simulation.drive.work.ThreadPoolExecutor, "submit", handed_out)
    monkeypatch.setattr(chains, "run", kernel)
    simulate(DenseHebbian(3), load=0.2, T=0.5, N=12, samples=1, sweeps=3, seed=1, threads=1, kernel="patterns")
    assert above[0][:2] == ["call", "simulate"]
    assert below[0][0] == "work"
    assert len(above[0]) + len(below[0]) <= MOST, (above[0], below[0])


WRONG = """
import glassy
network = glassy.DenseHebbian(3)
a: glassy.Samples = glassy.simulate(network, 0.1, 0.3, 20, seed=1, sweeps=10)
b: glassy.Ladder = glassy.simulate(network, 0.1, [0.3, 0.5], 20, seed=1, method=glassy.ReplicaExchange())
c: glassy.Grid[glassy.Samples] = glassy.simulate(network, 0.1, [0.3, 0.5], 20, seed=1)
glassy.simulate(network, 0.1, 0.3, 20, seed=1, sweps=10)
"""


@pytest.mark.slow
def test_types_say_what_comes_back_and_see_a_misspelt_option(tmp_path):
    (tmp_path / "wrong.py").write_text(WRONG)
    command = [
        sys.executable,
        "-m",
        "mypy",
        "--strict",
        "--no-incremental",
        "--follow-imports=silent",
        str(tmp_path / "wrong.py"),
    ]
    found = subprocess.run(command, capture_output=True, text=True, cwd=HOME.parent)
    lines = [line for line in found.stdout.splitlines() if "error" in line and "wrong.py" in line]
    assert {line.split(":")[1] for line in lines} == {"7"}, found.stdout
