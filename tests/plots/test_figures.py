"""Figures: the same bytes from the same data, one suffix, and each point where it is."""

import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import glassy
from glassy import DenseHebbian, InputError

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def root(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def comparison(load=0.1, T=0.3, sizes=(20, 30), network=DenseHebbian(3), **options):  # noqa: B008
    runs = [glassy.simulate(network, load=load, T=T, N=N, samples=2, sweeps=60, seed=1, **options) for N in sizes]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", glassy.EquilibrationWarning)
        return glassy.compare(glassy.solve(network, load, T), runs)


@pytest.mark.slow
def test_figures_are_the_same_bytes_from_the_same_data(root):
    comparisons = [comparison(T=T) for T in (0.3, 0.5)]
    for name in "ab":
        glassy.plots.comparison(comparisons, ("m", "q", "energy"), path=root / name)
    for kind in ("png", "pdf"):
        assert (root / f"a.{kind}").read_bytes() == (root / f"b.{kind}").read_bytes()
    with Image.open(root / "a.png") as picture:
        assert picture.mode == "P"
        found = {tuple(c) for c in np.asarray(picture.convert("RGB")).reshape(-1, 3)}
    for color in glassy.plots.COLORS[1:3]:  # those in use survive the palette
        assert tuple(int(color[i : i + 2], 16) for i in (1, 3, 5)) in found


@pytest.mark.slow
def test_figures_have_one_suffix(root):
    pair = [comparison(T=T) for T in (0.3, 0.5)]
    for given, name in (("a.png", "a"), ("b.pdf", "b"), ("c.PNG", "c"), ("d", "d"), ("T=0.4", "T=0.4")):
        glassy.plots.comparison(pair, "m", path=root / "new" / given)
        assert (root / "new" / f"{name}.png").exists()
    names = {f"{name}.{kind}" for name in ("a", "b", "c", "d", "T=0.4") for kind in ("png", "pdf")}
    assert {p.name for p in (root / "new").iterdir()} == names
    fig, _ = glassy.plots.figure(1, 1)
    diagram = glassy.phase_diagram(DenseHebbian(3), tolerance=0.05)
    for draw in (
        lambda path: glassy.plots.comparison(pair, path=path),
        lambda path: glassy.plots.phase_diagram(diagram, path=path),
        lambda path: glassy.plots.save(fig, path),
    ):
        with pytest.raises(InputError, match=r"path must end in .png, .pdf or neither.* Leave .jpg out"):
            draw(root / "other" / "x.jpg")
    assert not (root / "other").exists()


def test_figures_draw_each_size_where_it_is(root, monkeypatch):
    sizes = tuple(range(20, 34, 2))  # more than there are markers
    drawn = []
    monkeypatch.setattr(sys.modules[glassy.plots.comparison.__module__], "simulation", lambda ax, x, *_: drawn.append(list(x)))
    glassy.plots.comparison([comparison(sizes=sizes), comparison(T=0.5, sizes=(20, 40))], "m")
    assert drawn == [[0.3, 0.5], *[[0.3]] * 6, [0.5]]
    drawn.clear()
    glassy.plots.comparison(comparison(sizes=(20, 40)), "m")  # one temperature: against 1/N
    assert drawn == [[0.05], [0.025]]


def test_figures_of_comparisons_that_do_not_belong_together_are_refused(root):
    one = comparison()
    lone = comparison(T=0.5, replicas=1)  # no q
    for comparisons, observables, message in [
        ([], ("m",), "comparisons must be one Comparison or several"),
        (3, ("m",), "comparisons must be one Comparison or several"),
        ([one, 3], ("m",), "comparisons must be one Comparison or several"),
        ([one, comparison(load=0.2)], ("m",), "must be of one network, load, phase and ansatz"),
        ([one, comparison(network=DenseHebbian(4))], ("m",), "must be of one network, load, phase and ansatz"),
        ([one], (), "observables must be a word or a non-empty sequence"),
        ([one], root / "a", "must be a word .* To write the figure give path='.*a'"),
        ([one], "a", "must be rows of every comparison, got 'a'.* To write the figure give path='a'"),
        ([one], ("magnetization",), "must be rows of every comparison, got 'magnetization'"),
        ([one, lone], ("m", "q"), "must be rows of every comparison, got 'q'"),
    ]:
        with pytest.raises(InputError, match=message):
            glassy.plots.comparison(comparisons, observables, path=root / "a")
    assert not (root / "a.png").exists()
    assert glassy.plots.comparison(one, "m").get_ylabel() == "magnetization m"  # one alone needs no list


@pytest.mark.slow
def test_matplotlib_is_not_imported_with_glassy():
    code = "import sys, glassy; assert not {'matplotlib', 'scipy.stats'} & {*sys.modules}; "
    code += "glassy.plots; assert 'matplotlib' in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = glassy.nothing


def test_points_of_a_case_without_any_are_drawn_as_none():
    from glassy import plots

    _, axes = plots.figure(1, 1)
    plots.simulation(axes[0][0], [], [], [], [], "k", "o")
    plots.simulation(axes[0][0], [1.0, 2.0], [1.0, 2.0], [0.1, 0.1], [True, False], "k", "o")
    assert len(axes[0][0].containers) == 2


def test_lines_and_approach_draw_each_value_that_has_a_look():
    fig, axes = glassy.plots.figure(1, 2)
    rows = [{"k": k, "gap": g, "P": P} for P in (3, 4) for k, g in ((0.0, 1.0), (1.0, 0.1), (2.0, -0.1), (float("inf"), 0.05))]
    looks = {3: {"color": "C0", "label": "P = 3"}, 5: {"color": "C1", "label": "P = 5"}}
    glassy.plots.approach(axes[0][0], rows, "gap", "P", looks)
    steps, end = axes[0][0].lines  # no line for P = 5, of which there is nothing, nor for P = 4, which has no look
    assert (list(steps.get_xdata()), list(steps.get_ydata())) == ([0.0, 1.0], [1.0, 0.1])  # what is not positive has no place
    assert list(end.get_ydata()) == [0.05, 0.05]
    names = glassy.plots.ansatz_looks([glassy.RS(), glassy.RSB(2), glassy.FullRSB(6)])
    assert [look["label"] for look in names.values()] == ["RS", "RSB(2)", "full RSB"]
    glassy.plots.lines(axes[0][1], [{"T": 0.1, "entropy": 0.2, "ansatz": "RSB(2)"}], "T", "entropy", "ansatz", names)
    assert [len(line.get_xdata()) for line in axes[0][1].lines] == [1]  # the legend names no line that is not there
    assert axes[0][1].get_ylabel() == "entropy per spin"


def test_lines_break_at_a_jump_and_overlaps_show_levels():
    _, ((ax, right),) = glassy.plots.figure(1, 2)
    path = ((0.0, 1), (0.1, 1), (0.2, 1), (0.9, 0), (1.0, 0))
    rows = [{"T": T, "energy": e, "q_1": q, "ansatz": "RSB(1)"} for T, (e, q) in enumerate(path)]
    for order in ("q_1", ""):
        glassy.plots.lines(ax, rows, "T", "energy", "ansatz", {"RSB(1)": {}, "RS()": {}}, order)
    broken, whole = (line.get_ydata() for line in ax.get_lines())
    assert np.isnan(broken).tolist() == [False, False, False, True, False]
    assert not np.isnan(whole).any()
    histogram = [{"T": T, "q": q, "density": 1.0, "error": 0.1} for T in (0.5, 0.7) for q in (-0.5, 0.0, 0.5)]
    glassy.plots.overlap_density(right, histogram, {0.7: (0.0, 0.9)})
    points, *levels = right.get_lines()
    assert points.get_xdata().tolist() == [-0.5, 0.0, 0.5]
    assert {x for line in levels for x in line.get_xdata()} >= {0.0, 0.9}
    assert [text.get_text() for text in right.get_legend().get_texts()] == ["T = 0.7"]
