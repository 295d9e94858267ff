"""Figures, and the one place of the visual grammar: the only room that imports matplotlib."""

from glassy.plots.comparison import comparison
from glassy.plots.curves import solutions
from glassy.plots.diagram import diagram_legend, draw_phase_diagram, phase_diagram
from glassy.plots.evidence import approach, lines, markers_of, overlaps, panel, points
from glassy.plots.style import (
    COLORS,
    MARKERS,
    STYLES,
    WIDTH,
    ansatz_looks,
    branch,
    depth_style,
    figure,
    legend,
    limit,
    mark,
    marks_legend,
    save,
    simulation,
    theory,
    without_suffix,
)

__all__ = [
    "COLORS",
    "MARKERS",
    "STYLES",
    "WIDTH",
    "ansatz_looks",
    "approach",
    "branch",
    "comparison",
    "depth_style",
    "diagram_legend",
    "draw_phase_diagram",
    "figure",
    "legend",
    "limit",
    "lines",
    "mark",
    "markers_of",
    "marks_legend",
    "overlaps",
    "panel",
    "phase_diagram",
    "points",
    "save",
    "simulation",
    "solutions",
    "theory",
    "without_suffix",
]
