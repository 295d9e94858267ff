"""Results draw themselves through a table that glassy.plots fills; what has no drawing says what to do."""

import subprocess
import sys

import pytest

import glassy
from glassy import DenseHebbian, InputError
from glassy.core import drawing

NETWORK = DenseHebbian(P=3)
PATH = glassy.scan(NETWORK, load=0.1, T=[0.1, 0.2, 0.3])
RUN = glassy.simulate(NETWORK, load=0.1, T=[0.3, 0.35], N=40, samples=8, sweeps=400, seed=3)
COMPARISON = glassy.compare(glassy.solve(NETWORK, load=0.1, T=0.3), RUN[0])


@pytest.mark.parametrize(
    ("result", "function", "options"),
    [
        (PATH, lambda *a, **o: glassy.plots.solutions(*a, **o), {"observables": ("m", "q")}),
        (COMPARISON, lambda *a, **o: glassy.plots.comparison(*a, **o), {"observables": ("m",)}),
        (COMPARISON, lambda c, path: glassy.plots.comparison([c], path), {}),
    ],
)
def test_plot_is_the_function_of_plots(result, function, options, tmp_path):
    path = result.plot(tmp_path / "own", **options)
    assert path == tmp_path / "own.png"
    assert path.read_bytes() == function(result, tmp_path / "other", **options).read_bytes()
    assert (tmp_path / "own.pdf").exists()


def test_options_and_numbers_reach_the_figure(tmp_path):
    """The twin: another observable, other numbers, another figure."""
    found = [PATH.plot(tmp_path / "a"), PATH.plot(tmp_path / "b", observables=("entropy",)), PATH[1:].plot(tmp_path / "c")]
    assert len({path.read_bytes() for path in found}) == 3
    with pytest.raises(TypeError, match="colour"):
        PATH.plot(tmp_path / "d", colour="red")


def test_the_table_holds_what_draws():
    _ = glassy.plots
    assert drawing.DRAWINGS == {
        (glassy.Comparison,): glassy.plots.comparison,
        (glassy.Grid, glassy.Solution): glassy.plots.solutions,
        (glassy.PhaseDiagram,): glassy.plots.phase_diagram,
    }


@pytest.mark.parametrize("result", [RUN, RUN[:0]])
def test_what_has_no_drawing_says_what_to_do(result, tmp_path):
    with pytest.raises(InputError, match="one of Comparison, Grid of Solution, PhaseDiagram, got Grid of .* Print it, or draw"):
        result.plot(tmp_path / "x")
    assert not list(tmp_path.iterdir())


def test_only_a_figure_imports_matplotlib(tmp_path):
    code = (
        "import sys, glassy; path = glassy.scan(glassy.DenseHebbian(P=3), load=0.1, T=[0.1, 0.2]); "
        f"print('matplotlib' in sys.modules); path.plot({str(tmp_path / 'x')!r}); print('matplotlib' in sys.modules)"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out.split() == ["False", "True"]
