"""Two runs on one folder: the second waits or refuses."""

import pytest
from ensembles import LONG, finished, longer, rows, small, start, truth, wait_until

from glassy import StoreError
from glassy.simulation.keep.claim import claim


def test_two_runs_on_one_folder(tmp_path):
    with claim(tmp_path):
        for part in ((0, 1), (1, 2)):
            with pytest.raises(StoreError, match=r"is in use: another process, runs all of it.* Wait for its end"):
                small().run(tmp_path, "threads", part=part)
    with claim(tmp_path, (1, 4)):
        for part in ((0, 1), (1, 2), (1, 4), (3, 6)):
            with pytest.raises(StoreError, match=r"is in use: another process, runs part \(1, 4\)"):
                small().run(tmp_path, "threads", part=part)
        for part in ((0, 2), (0, 4), (2, 6)):  # no task of these is among 1, 5, 9, ...
            small().run(tmp_path, "threads", part=part)
        with pytest.raises(StoreError, match="is in use"):
            small().run(tmp_path)
    small().run(tmp_path, "threads")


CLAIMED = """
import sys
from glassy.simulation.keep import claim
from ensembles import hold_after, longer
holder = claim._holder
def seen(*arguments):
    who = holder(*arguments)
    if who:
        print("in use", flush=True)
    return who
claim._holder = seen
if sys.argv[2] == "first":
    hold_after(3)
try:
    longer().run(sys.argv[1], workers=1, wait=sys.argv[2] == "waits")
except Exception as error:
    print(type(error).__name__, error)
"""


@pytest.mark.slow
def test_of_two_parents_one_waits_or_refuses(tmp_path):
    wanted = longer().run(tmp_path / "one", "threads")
    first = start(CLAIMED, tmp_path / "two", "first", stdin=-1)
    assert wait_until(lambda: finished(tmp_path / "two"))
    second, third = (start(CLAIMED, tmp_path / "two", word, stdout=-1) for word in ("refuses", "waits"))
    out = second.communicate(timeout=LONG)[0]
    assert out.startswith("in use\nStoreError")
    assert f"is in use: process {first.pid} on " in out
    assert third.stdout.readline() == "in use\n"
    first.stdin.close()  # it goes on
    assert first.wait(LONG) == 0
    assert set(third.communicate(timeout=LONG)[0].splitlines()) <= {"in use"}
    assert truth(tmp_path / "two") == truth(tmp_path / "one")
    assert rows(longer().read(tmp_path / "two")) == rows(wanted)
