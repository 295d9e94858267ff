"""The progress bar in a file."""

import sys

from glassy.core.progress import progress_bar


def test_progress_in_a_file_is_lines(capfd, monkeypatch):
    clock = [1000.0]
    monkeypatch.setattr("tqdm.std.time", lambda: clock[0])
    with progress_bar(1000, True, seconds=0.2) as bar:
        for _ in range(1000):
            clock[0] += 0.0005
            bar.update(1)
    text = capfd.readouterr().err
    assert "\r" not in text
    assert 3 <= text.count("\n") <= 5
    assert "100%" in text.splitlines()[-1]
    with progress_bar(10, None) as bar:
        bar.update(10)
    assert capfd.readouterr().err == ""
    assert sys.stderr is not None
