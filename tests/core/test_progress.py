"""One bar for one call: where it is seen, what it says of calls within, and that it stays out of the way."""

import io
import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from glassy import InputError
from glassy.core import progress
from glassy.core.progress import current_bar, progress_bar
from glassy.numerics import jit


class Terminal(io.StringIO):
    """A stderr that a person looks at."""

    def isatty(self):
        return True


def watched(monkeypatch):
    """Make stderr a terminal; in the test itself, as pytest takes stderr back before it."""
    file = Terminal()
    monkeypatch.setattr(sys, "stderr", file)
    monkeypatch.setattr(progress, "SLOW", 1e-9)
    return file


def frames(file):
    return [line.strip() for line in file.getvalue().replace("\r", "\n").split("\n") if line.strip()]


def test_progress_in_a_file_is_lines(capfd, monkeypatch):
    clock = [1000.0]
    monkeypatch.setattr("tqdm.std.time", lambda: clock[0])
    monkeypatch.setattr(progress, "SECONDS", 0.2)
    with progress_bar(1000, True, "flip", "a run") as bar:
        for _ in range(1000):
            clock[0] += 0.0005
            bar.update()
    text = capfd.readouterr().err
    assert "\r" not in text
    assert 3 <= text.count("\n") <= 5
    assert text.startswith("a run:   0%|")
    assert "100%" in text.splitlines()[-1]
    assert "1000 of 1000 flips" in text.splitlines()[-1]


@pytest.mark.parametrize("wish", [None, False])
def test_a_pipe_stays_silent(wish, capfd, monkeypatch):
    monkeypatch.setattr(progress, "SLOW", 0.0)
    with progress_bar(10, wish) as bar:
        bar.update(10)
    assert capfd.readouterr() == ("", "")


def test_a_terminal_shows_what_is_slow(monkeypatch):
    terminal, clock = watched(monkeypatch), [1000.0]
    monkeypatch.setattr("tqdm.std.time", lambda: clock[0])
    monkeypatch.setattr(progress.time, "monotonic", lambda: clock[0])
    monkeypatch.setattr(progress, "SLOW", 2.0)
    with progress_bar(4, unit="step", what="way") as bar:
        for _ in range(3):
            assert frames(terminal) == []
            clock[0] += 0.7
            bar.update()
        assert [frame.split("|")[0] for frame in frames(terminal)] == ["way:  75%"]
        assert "00:02<00:00, 3 of 4 steps" in frames(terminal)[0]  # the time is that of the call, not of the bar
    before = terminal.getvalue()
    monkeypatch.setattr(progress, "SLOW", 1000.0)
    for wish, loud in ((None, False), (False, False), (True, True)):
        with progress_bar(4, wish) as bar:
            bar.update()
        assert (terminal.getvalue() != before) is loud


def test_a_call_within_a_call_moves_its_bar_within_one_step(monkeypatch):
    watched(monkeypatch)
    moved = []
    monkeypatch.setattr(progress._Shown, "show", lambda self, at: moved.append(at))
    with progress_bar(10, True) as bar:
        bar.step = 4.0
        with progress_bar(2, True, "step") as part:
            part.update()
            assert moved[-1] == 2.0
            with progress_bar(5) as deep:
                deep.update(20)  # never beyond its own step
            assert moved[-1] == 4.0
            current_bar("step").reach(2)
            current_bar("point").update(100)  # it is not what is open
        assert moved[-1] == 4.0
        bar.update()
        assert bar.done == moved[-1] == 4.0
    assert current_bar("step").total == 1.0


def test_a_bar_never_goes_back_and_an_end_is_whole(monkeypatch):
    terminal = watched(monkeypatch)
    with progress_bar(3, True, "state") as bar:
        for _ in range(2):  # a search that is made twice
            with progress_bar(2) as part:
                part.update(2)
        bar.update(1)
    assert "100%" in frames(terminal)[-1]
    assert frames(terminal)[-1].count("1 of 3 states") == 1  # it needed no more
    with pytest.raises(ZeroDivisionError), progress_bar(3, True, "state") as bar:
        bar.update(1 / bar.done)
    assert "0%" in frames(terminal)[-1].split("|")[0]
    assert "100%" not in frames(terminal)[-1]


def test_the_outermost_wish_counts(monkeypatch):
    terminal = watched(monkeypatch)
    with progress_bar(2, False) as bar:
        with progress_bar(2, True) as part:
            part.update(2)
        bar.update()
    assert terminal.getvalue() == ""
    with progress_bar(2, True) as bar, progress_bar(2, False) as part:
        part.update(1)
        bar.update()
    assert terminal.getvalue() != ""


def test_threads_count_together_and_open_no_second_bar(monkeypatch):
    terminal = watched(monkeypatch)
    with progress_bar(8000, True, "term", scaled=True) as bar, ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: [bar.update(1) for _ in range(1000)], range(8)))
        assert bar.done == 8000

    def elsewhere():
        with progress_bar(3) as bar:
            bar.update(3)

    before = terminal.getvalue()
    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    assert terminal.getvalue() == before
    elsewhere()
    assert terminal.getvalue() != before


def test_a_process_that_another_has_started_stays_silent(monkeypatch):
    terminal = watched(monkeypatch)
    for parent, loud in (("somebody", False), (None, True)):
        monkeypatch.setattr("multiprocessing.process.parent_process", lambda parent=parent: parent)
        with progress_bar(3) as bar:
            bar.update(3)
        assert bool(terminal.getvalue()) is loud


def test_compiling_is_heard_where_progress_is(monkeypatch):
    for wish, loud in ((None, True), (False, False), (True, True)):
        terminal = watched(monkeypatch)
        monkeypatch.setattr(progress, "_said", [])
        with progress_bar(3, wish), ThreadPoolExecutor(1) as pool:  # kernels are compiled by the threads that need them
            for _ in range(2):
                pool.submit(progress.say_compiling).result()
        assert terminal.getvalue().count(progress.COMPILES) == loud
    assert progress.say_compiling in jit.before_compiling


@pytest.mark.parametrize("wish", ["yes", 1, 0.0, "auto"])
def test_a_wish_that_is_none_is_refused(wish):
    with pytest.raises(InputError, match="progress must be True, False or None"), progress_bar(2, wish):
        pass


NOTEBOOK = """
import sys, types, warnings
warnings.simplefilter("error")
shell = types.SimpleNamespace(config={"IPKernelApp": {}})
sys.modules["ipykernel.zmqshell"] = types.ModuleType("ipykernel.zmqshell")
sys.modules["IPython"] = types.SimpleNamespace(get_ipython=lambda: shell)
import glassy
from glassy.core import progress
progress.SLOW = 1e-9
print(glassy.solve(glassy.DenseHebbian(P=3), 1.0, 0.2, "spin_glass", glassy.RSB(2)).status.name)
"""


@pytest.mark.slow
def test_a_notebook_has_a_bar_and_no_warning():
    """Without ipywidgets it is the text bar, which a notebook shows as well; tqdm.auto would warn."""
    ran = subprocess.run([sys.executable, "-c", NOTEBOOK], capture_output=True, timeout=300, check=False)
    assert (ran.returncode, ran.stdout) == (0, b"CONVERGED\n"), ran.stderr
    assert b"\rRSB(2) spin_glass" in ran.stderr
    assert b"Warning" not in ran.stderr


@pytest.mark.slow
def test_compiling_is_said_once(tmp_path):
    code = "import glassy; print(glassy.solve(glassy.DenseHebbian(P=3), 0.1, 0.2, progress=True).m)"
    ran = [
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, timeout=300, check=True,
            env={**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)},
        )
        for _ in range(2)
    ]  # fmt: skip
    assert [r.stderr.count(progress.COMPILES) for r in ran] == [1, 0]
    assert ran[0].stdout == ran[1].stdout
