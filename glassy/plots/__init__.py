"""Figures, and the one place of the visual grammar: the only room that imports matplotlib."""

from typing import TYPE_CHECKING, Any

from glassy.core.renamed import gone
from glassy.plots.boundaries import spin_glass_temperatures, storage_capacity
from glassy.plots.comparison import comparison, deviations
from glassy.plots.diagram import diagram_legend, draw_phase_diagram, phase_diagram
from glassy.plots.drawable import drawable
from glassy.plots.ensembles import ensemble
from glassy.plots.evidence import approach, lines, markers_of, overlap_density, panel, points
from glassy.plots.exchanges import exchange
from glassy.plots.files import figure, save, without_suffix
from glassy.plots.glass import complexity, glassiness
from glassy.plots.grids import binder, grids
from glassy.plots.landscape import free_energy_of_m
from glassy.plots.marks import branch, legend, limit, mark, marks_legend, simulation, theory
from glassy.plots.overlaps import overlaps, parisi
from glassy.plots.page import page
from glassy.plots.passing import iterations
from glassy.plots.printed import headline
from glassy.plots.runs import autocorrelation, binning, series
from glassy.plots.starts import starts
from glassy.plots.style import COLORS, MARKERS, PHASES, STYLES, TEXT, WIDTH, ansatz_looks, depth_style
from glassy.plots.tables import table

__all__ = [
    "COLORS",
    "MARKERS",
    "PHASES",
    "STYLES",
    "TEXT",
    "WIDTH",
    "ansatz_looks",
    "approach",
    "autocorrelation",
    "binder",
    "binning",
    "branch",
    "comparison",
    "complexity",
    "depth_style",
    "deviations",
    "diagram_legend",
    "draw_phase_diagram",
    "drawable",
    "ensemble",
    "exchange",
    "figure",
    "free_energy_of_m",
    "glassiness",
    "grids",
    "headline",
    "iterations",
    "legend",
    "limit",
    "lines",
    "mark",
    "markers_of",
    "marks_legend",
    "overlap_density",
    "overlaps",
    "page",
    "panel",
    "parisi",
    "phase_diagram",
    "points",
    "save",
    "series",
    "simulation",
    "spin_glass_temperatures",
    "starts",
    "storage_capacity",
    "table",
    "theory",
    "without_suffix",
]


if not TYPE_CHECKING:  # or every name would count as an attribute

    def __getattr__(name: str) -> Any:
        """Say the new name of an old one."""
        raise AttributeError(gone("glassy.plots", name, __all__))
