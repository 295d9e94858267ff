"""The machinery of sims/: run, go on, plot, demo; and plots of results."""

import dataclasses
import json
import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import glassy
from glassy import DenseHebbian, InputError
from sims import demo, harness, interactions, retrieval


@pytest.fixture
def root(tmp_path, monkeypatch):
    monkeypatch.setattr(harness, "ROOT", tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def tiny():
    network = DenseHebbian(3)
    curves = (harness.Curve("load=0.1", network, (0.1,), (0.3, 0.5)), harness.Curve("T=0.3", network, (0.05, 0.9), (0.3,)))
    return harness.Case("P3", "a claim", curves, (20, 30), (3, 2), 60, 5), list(curves)


def test_a_sim_runs_goes_on_and_plots_from_its_data(root, capsys):
    case, lines = tiny()
    harness.run_case("retrieval", case, lines, False, harness._no_remark)
    folder = root / "results" / "retrieval" / "P3"
    data = (folder / "data.csv").read_text()
    samples = sorted((root / "build").rglob("sample_*.npz"))
    assert len(samples) == 4 * (3 + 2)
    stamps = [p.stat().st_mtime_ns for p in samples]
    harness.run_case("retrieval", case, lines, False, harness._no_remark)  # finds its samples
    assert [p.stat().st_mtime_ns for p in samples] == stamps
    assert (folder / "data.csv").read_text() == data
    rows = harness.read(folder / "data.csv")
    beyond = [r for r in rows if r["load"] == 0.9]
    assert {r["observable"] for r in beyond} == {"m", "q", "energy", "energy_excess"}
    assert all(r["theory"] != r["theory"] for r in beyond)  # NaN: no theory there, but the simulation is kept
    assert json.loads((folder / "meta.json").read_text())["verdict"]
    retrieval._plot(folder)
    assert (folder / "figure.png").exists()
    assert "retrieval/P3 4/4" in capsys.readouterr().out


def test_status_says_what_is_done_and_what_remains(root):
    case, lines = tiny()
    none = harness.status("retrieval", case, False)
    assert "N=20: 0 of 12 samples finished" in none
    assert "remain" not in none
    half = dataclasses.replace(case, samples=(1, 2))
    harness.run_case("retrieval", half, lines, False, harness._no_remark)
    text = harness.status("retrieval", case, False)
    assert "retrieval/P3 N=20: 4 of 12 samples finished, 0 in work or stopped" in text
    assert "retrieval/P3 N=30: 8 of 8 samples finished" in text
    assert "remain" in text
    assert "4 of 4" in harness.status("retrieval", half, False)
    assert "remain" not in harness.status("retrieval", half, False)


def extrapolated(z, observable="m", T=0.3):
    point = {"curve": "load=0.1", "load": 0.1, "T": T, "N": math.inf, "observable": observable, "theory": 0.9}
    return {**point, "z": z, "status": "EQUILIBRATED"}


def test_verdict_says_agree_only_where_every_value_does():
    good = [extrapolated(3.9), extrapolated(-4.0, "q"), extrapolated(0.1, "energy")]
    assert harness.verdict(good).startswith("3 extrapolated values agree with RS theory: worst |z| = 4.00 (q at")
    for z in (4.01, -7.5, math.inf, math.nan):
        text = harness.verdict([*good, extrapolated(z, "energy", T=0.5)])
        assert "agree" not in text
        assert text.startswith(
            "1 of 4 extrapolated values are off RS theory by more than 4 errors "
            f"(energy of 'load=0.1' at load=0.1, T=0.5: z = {z:.2f}): worst |z| = "
        )
    unusable = {**extrapolated(50.0), "status": "LEFT_PHASE"}
    assert harness.verdict([*good, unusable]).startswith("3 extrapolated values agree")


@pytest.mark.parametrize("sim", [retrieval, interactions])
def test_cases_are_well_posed(sim):
    for quick in (False, True):
        for case, lines in sim._cases(quick):
            assert len(case.sizes) == len(case.samples)
            assert {c.name for c in case.curves} == {c.name for c in lines}


def test_demo_prints_the_table_and_the_path_of_its_figure(root, monkeypatch, capsys):
    monkeypatch.setattr(demo, "SIZES", ((30, 3), (40, 3)))  # at N = 20 chains leave the pattern
    monkeypatch.setattr(demo, "TEMPERATURES", (0.3, 0.5))
    demo.main()
    out = capsys.readouterr().out
    assert "1/N->0" in out
    figure = Path(out.rsplit("figure: ", 1)[1].strip())
    assert figure.stat().st_size > 10_000
    assert glassy.load(root / "demo" / "comparison_T=0.3.npz").solution.T == 0.3


def comparison(load=0.1, T=0.3, sizes=(20, 30), network=DenseHebbian(3), **options):  # noqa: B008
    runs = [glassy.simulate(network, load=load, T=T, N=N, samples=2, sweeps=60, seed=1, **options) for N in sizes]
    return harness.compared(glassy.solve(network, load, T), runs)


def test_figures_are_the_same_bytes_from_the_same_data(root):
    comparisons = [comparison(T=T) for T in (0.3, 0.5)]
    first = glassy.plots.comparison(comparisons, root / "a", observables=("m", "q", "energy"))
    second = glassy.plots.comparison(comparisons, root / "b", observables=("m", "q", "energy"))
    assert first.read_bytes() == second.read_bytes()
    assert (root / "a.pdf").exists()
    with Image.open(first) as picture:
        assert picture.mode == "P"
        found = {tuple(c) for c in np.asarray(picture.convert("RGB")).reshape(-1, 3)}
    for color in glassy.plots.COLORS[1:3]:  # those in use survive the palette
        assert tuple(int(color[i : i + 2], 16) for i in (1, 3, 5)) in found


def test_figures_have_one_suffix(root):
    pair = [comparison(T=T) for T in (0.3, 0.5)]
    for given, name in (("a.png", "a"), ("b.pdf", "b"), ("c.PNG", "c"), ("d", "d"), ("T=0.4", "T=0.4")):
        assert glassy.plots.comparison(pair, root / "new" / given, ("m",)) == root / "new" / f"{name}.png"
    names = {f"{name}.{kind}" for name in ("a", "b", "c", "d", "T=0.4") for kind in ("png", "pdf")}
    assert {p.name for p in (root / "new").iterdir()} == names
    fig, _ = glassy.plots.figure(1, 1)
    diagram = glassy.phase_diagram(DenseHebbian(3), tolerance=0.05)
    for draw in (
        lambda path: glassy.plots.comparison(pair, path, ("m",)),
        lambda path: glassy.plots.phase_diagram(diagram, path),
        lambda path: glassy.plots.save(fig, path),
    ):
        with pytest.raises(InputError, match=r"path must end in .png, .pdf or neither.* Leave .jpg out"):
            draw(root / "other" / "x.jpg")
    assert not (root / "other").exists()


def test_figures_draw_each_size_where_it_is(root, monkeypatch):
    sizes = tuple(range(20, 34, 2))  # more than there are markers
    drawn = []
    monkeypatch.setattr(sys.modules["glassy.plots.comparison"], "simulation", lambda ax, x, *_: drawn.append(list(x)))
    glassy.plots.comparison([comparison(sizes=sizes), comparison(T=0.5, sizes=(20, 40))], root / "a", observables=("m",))
    assert drawn == [[0.3, 0.5], *[[0.3]] * 6, [0.5]]


def test_figures_of_comparisons_that_do_not_belong_together_are_refused(root):
    one = comparison()
    lone = comparison(T=0.5, replicas=1)  # no q
    for comparisons, observables, message in [
        ([], ("m",), "must be a non-empty sequence of Comparison"),
        (one, ("m",), "must be a non-empty sequence of Comparison"),
        (3, ("m",), "must be a non-empty sequence of Comparison"),
        ([one, 3], ("m",), "must be a non-empty sequence of Comparison"),
        ([one, comparison(load=0.2)], ("m",), "must be of one network, load, phase and ansatz"),
        ([one, comparison(network=DenseHebbian(4))], ("m",), "must be of one network, load, phase and ansatz"),
        ([one], (), "observables must be a non-empty sequence"),
        ([one], "m", "observables must be a non-empty sequence"),
        ([one], ("magnetization",), "must be rows of every comparison, got 'magnetization'"),
        ([one, lone], ("m", "q"), "must be rows of every comparison, got 'q'"),
    ]:
        with pytest.raises(InputError, match=message):
            glassy.plots.comparison(comparisons, root / "a", observables)
    assert not (root / "a.png").exists()


def test_command_line_refuses_nonsense():
    run = subprocess.run([sys.executable, "-m", "sims.retrieval", "dance"], capture_output=True, text=True, cwd=harness.ROOT)
    assert run.returncode == 2
    assert "invalid choice" in run.stderr


def test_matplotlib_is_not_imported_with_glassy():
    code = "import sys, glassy; assert 'matplotlib' not in sys.modules; glassy.plots; assert 'matplotlib' in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=harness.ROOT)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = glassy.nothing


def test_interactions_say_so_where_no_point_has_both_energies():
    """As few samples may leave it: a verdict, not an error."""
    from sims.interactions import _mixed

    assert "No state point has usable limits of both energies" in _mixed([])


def test_points_of_a_case_without_any_are_drawn_as_none():
    from glassy import plots

    _, axes = plots.figure(1, 1)
    plots.simulation(axes[0][0], [], [], [], [], "k", "o")
    plots.simulation(axes[0][0], [1.0, 2.0], [1.0, 2.0], [0.1, 0.1], [True, False], "k", "o")
    assert len(axes[0][0].containers) == 2
