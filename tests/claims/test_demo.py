"""The demo prints its table and draws its figure."""

from pathlib import Path

import glassy
from sims import demo


def test_demo_prints_the_table_and_the_path_of_its_figure(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(demo, "SIZES", ((30, 3), (40, 3)))  # at N = 20 chains leave the pattern
    monkeypatch.setattr(demo, "TEMPERATURES", (0.3, 0.5))
    demo.main()
    out = capsys.readouterr().out
    assert "1/N->0" in out
    figure = Path(out.rsplit("figure: ", 1)[1].strip())
    assert figure.stat().st_size > 10_000
    assert glassy.load(tmp_path / "demo" / "comparison_T=0.3.npz").solution.T == 0.3
