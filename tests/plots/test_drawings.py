"""Results draw themselves through a table that glassy.plots fills; what has no drawing says what to do."""

import inspect
import os
import subprocess
import sys

import matplotlib as mpl
import numpy as np
import pytest
from examples import field_ladder
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import glassy
from glassy import DenseHebbian, InputError
from glassy.core import drawing
from glassy.core.drawing import DRAWINGS, Drawn

NETWORK = DenseHebbian(P=3)
PATH = glassy.scan(NETWORK, load=0.1, T=[0.1, 0.2, 0.3])
RUN = glassy.simulate(NETWORK, load=0.1, T=[0.3, 0.35], N=40, samples=8, sweeps=400, seed=3)
LADDER = glassy.simulate(NETWORK, 0.3, [0.5, 0.7, 1.0], 14, start="random", method=glassy.ReplicaExchange(), sweeps=300, seed=1)
COMPARISON = glassy.compare(glassy.solve(NETWORK, load=0.1, T=0.3), RUN[0])
OTHER = glassy.simulate(NETWORK, load=0.1, T=0.3, N=40, samples=8, sweeps=400, seed=3, start="random")
STARTS = glassy.compare_starts(RUN[0], OTHER)
EXACT = glassy.enumerate_states(NETWORK, load=0.2, T=0.5, N=8, seed=1)
DIAGRAM = glassy.phase_diagram(NETWORK, tolerance=0.05)
SOLUTION = PATH[0]
ENSEMBLE = glassy.Ensemble(NETWORK, loads=0.1, sizes=12, temperatures=(0.3, 0.5), samples=2, sweeps=20, seed=1)
DRAWN = [  # a result, the method, how many panels
    (PATH, "plot", 1),
    (RUN, "plot", 1),
    (LADDER, "plot", 1),
    (LADDER, "plot_exchange", 2),
    (LADDER.exchange, "plot", 2),
    (RUN[0], "plot", 1),
    (RUN[0], "plot_overlaps", 1),
    (RUN[0], "plot_autocorrelation", 1),
    (RUN[0].autocorrelation("energy"), "plot", 1),
    (RUN[0].binning("energy"), "plot", 1),
    (COMPARISON, "plot", 2),
    (COMPARISON, "plot_z", 1),
    (STARTS, "plot", 3),
    (glassy.Table.of(PATH[2], [RUN[0]]), "plot", 4),
    (glassy.hold(NETWORK, 0.3, [0.2, 0.4], 40, 0.6, samples=2, sweeps=100, burn_in=50, seed=1), "plot", 2),
    (EXACT, "plot_overlaps", 1),
    (SOLUTION, "plot_x", 1),
    (SOLUTION, "plot_overlaps", 1),
    (DIAGRAM, "plot", 1),
    (glassy.message_passing(NETWORK, load=0.2, T=0.3, N=40, samples=3, seed=1), "plot", 2),
    (glassy.storage_capacity(NETWORK), "plot", 1),
    (glassy.spin_glass_temperatures(NETWORK), "plot", 1),
    (glassy.complexity(NETWORK, 1.0, 0.3, points=5), "plot", 1),
    (glassy.glassiness(DenseHebbian(P=2), 0.1, 0.8), "plot", 1),
    (glassy.free_energy_of_m(NETWORK, 0.1, 0.3, [0.0, 0.5, 0.9]), "plot", 1),
    (field_ladder().free_energy_of_m(), "plot", 1),
]


@pytest.fixture(scope="module")
def ensemble(tmp_path_factory):
    return ENSEMBLE.run(tmp_path_factory.mktemp("ensemble") / "e", "threads", progress=False)


@pytest.mark.parametrize(("result", "name", "panels"), DRAWN, ids=lambda x: type(x).__name__ if not isinstance(x, str) else x)
def test_every_drawing_returns_its_axes_and_takes_those_that_are_given(result, name, panels):
    draw = getattr(result, name)
    found = draw()
    axes = np.ravel(found)
    assert isinstance(found, Axes if panels == 1 else np.ndarray)
    assert len(axes) == panels
    assert all(isinstance(ax, Axes) and ax.get_xlabel() and ax.has_data() for ax in axes)
    assert axes[0].figure.number in plt.get_fignums()  # a notebook shows it
    given = Figure().subplots(1, panels, squeeze=False)[0]
    assert list(np.ravel(draw(ax=given if panels > 1 else given[0]))) == list(given)
    assert [ax.get_xlabel() for ax in given] == [ax.get_xlabel() for ax in axes]
    with pytest.raises(InputError, match=f"ax must be {panels} Axes, one for each panel, got 5"):
        draw(ax=Figure().subplots(1, 5))
    with pytest.raises(InputError, match="ax must be matplotlib Axes, got 'build/x'. To write the figure give path='build/x'"):
        draw(ax="build/x")


def test_an_ensemble_draws_its_averages(ensemble):
    assert ensemble.plot("m").get_ylabel() == "magnetization m"
    with pytest.raises(InputError, match=r"must be kept by the ensemble, m, .*got 'q2'. For others take its samples"):
        ensemble.plot("q2")


def test_the_table_holds_what_draws(ensemble):
    """Every drawing has its method, and every method its drawing."""
    results = {(r.kind(), name) for r, name, _ in DRAWN} | {(ensemble.kind(), "plot"), (DIAGRAM.kind(), "to_html")}
    for kind, name in DRAWINGS:
        owner = glassy.Grid if kind[0] is glassy.Grid else kind[0]
        assert callable(getattr(owner, name)), (kind, name)
        assert any(mine[:1] == kind[:1] and word == name for mine, word in results), (kind, name)
    for kind in {kind[0] for kind, _ in DRAWINGS} - {glassy.Grid}:
        mine = {name for name, _ in inspect.getmembers(kind, inspect.isfunction) if name.startswith("plot_")}
        assert mine == {name for (k, *_), name in DRAWINGS if k is kind and name.startswith("plot_")}
    assert all(f is getattr(glassy.plots, f.__name__) for f in DRAWINGS.values() if not f.__name__.startswith("_"))


@pytest.mark.slow
def test_a_path_writes_both_formats_and_leaves_nothing_open(tmp_path):
    before = plt.get_fignums()
    ax = PATH.plot(["m", "q"], path=tmp_path / "own")
    assert {p.name for p in tmp_path.iterdir()} == {"own.png", "own.pdf"}
    assert plt.get_fignums() == before
    assert [a.get_ylabel() for a in ax] == ["magnetization m", "overlap q"]
    glassy.plots.grids(PATH, ("m", "q"), path=tmp_path / "other")
    assert (tmp_path / "own.png").read_bytes() == (tmp_path / "other.png").read_bytes()
    try:
        mpl.interactive(True)  # as in a notebook, which shows what it writes
        assert PATH.plot(path=tmp_path / "shown").figure.number in plt.get_fignums()
    finally:
        mpl.interactive(False)


def test_a_part_of_a_figure_writes_the_whole(tmp_path):
    left, right = Figure(figsize=(6.0, 2.0)).subfigures(1, 2)
    PATH.plot(ax=left.subplots())
    PATH.plot("q", ax=right.subplots(), path=tmp_path / "both")
    from PIL import Image

    with Image.open(tmp_path / "both.png") as picture:
        assert picture.size == (1200, 400)


@pytest.mark.slow
def test_options_and_numbers_reach_the_figure(tmp_path):
    """The twin: another observable, other numbers, another figure."""
    for name, draw in (("a", PATH.plot), ("b", PATH[1:].plot)):
        draw(path=tmp_path / name)
    PATH.plot("entropy", path=tmp_path / "c")
    assert len({(tmp_path / f"{name}.png").read_bytes() for name in "abc"}) == 3
    with pytest.raises(TypeError, match="colour"):
        PATH.plot(colour="red")


def test_what_has_no_drawing_says_which_it_has():
    with pytest.raises(InputError, match=r"a drawing to plot it, got Solution.* Call plot_overlaps\(\), plot_x\(\)\."):
        SOLUTION.plot()
    with pytest.raises(InputError, match="grids must be what scan or simulate returned, .* not empty"):
        RUN[:0].plot()

    class Bare(Drawn):
        pass

    with pytest.raises(InputError, match=r"got .*Bare.* Print it, or draw its numbers with glassy\.plots\.figure"):
        Bare().plot()


def test_the_old_way_to_name_a_file_says_the_new_one():
    for draw in (DIAGRAM.plot, PATH.plot, COMPARISON.plot, lambda path: glassy.plots.phase_diagram(DIAGRAM, path)):
        with pytest.raises(InputError, match="got 'build/x'.* To write the figure give path='build/x'"):
            draw("build/x")
    assert "solutions" not in dir(glassy.plots)
    with pytest.raises(AttributeError, match=r"glassy\.plots\.solutions is called grids now"):
        _ = glassy.plots.solutions


@pytest.mark.slow
def test_only_a_figure_imports_matplotlib(tmp_path):
    code = (
        "import sys, glassy; path = glassy.scan(glassy.DenseHebbian(P=3), load=0.1, T=[0.1, 0.2]); "
        f"print('matplotlib' in sys.modules); path.plot(path={str(tmp_path / 'x')!r}); print('matplotlib' in sys.modules, "
        "'matplotlib.pyplot' in sys.modules)"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out.split() == ["False", "True", "False"]
    assert drawing.DRAWINGS is DRAWINGS


@pytest.mark.slow
def test_a_notebook_stays_turned_on(tmp_path):
    """The backend of a notebook turns the showing of figures on when the first is made; it must not be turned off again."""
    (tmp_path / "notebook.py").write_text(
        "import matplotlib\nfrom matplotlib.backends.backend_agg import *\nmatplotlib.interactive(True)\n", encoding="utf-8"
    )
    code = (
        "import matplotlib as mpl, glassy; path = glassy.scan(glassy.DenseHebbian(P=3), load=0.1, T=[0.1, 0.2]); "
        "print(mpl.is_interactive()); path.plot(); print(mpl.is_interactive())"
    )
    env = {**os.environ, "MPLBACKEND": "module://notebook", "PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path])}
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=env).stdout
    assert out.split() == ["False", "True"]


@pytest.mark.parametrize("name", [name for name in glassy.plots.__all__ if inspect.isfunction(getattr(glassy.plots, name))])
def test_public_functions_have_numpydoc_with_an_example(name):
    doc = inspect.getdoc(getattr(glassy.plots, name))
    for section in ("Parameters\n---", "Examples\n---", ">>>"):
        assert section in doc, (name, section)
