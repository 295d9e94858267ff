"""Phases and their boundaries (docs/theory.md, section 5)."""

from glassy.phases.capacity import StorageCapacity, patterns_without_errors, signal_to_noise_load, storage_capacity
from glassy.phases.coexistences import Coexistence, coexistence
from glassy.phases.diagram import Line, NamedPoint, PhaseDiagram, PhasePoint, phases_at
from glassy.phases.drafting import phase_diagram
from glassy.phases.glass import SpinGlassTemperatures, spin_glass_temperatures
from glassy.phases.spinodals import Spinodal, spinodal
from glassy.phases.stability import ATLine, at_line
from glassy.phases.states import Complexity, complexity

__all__ = [
    "ATLine",
    "Coexistence",
    "Complexity",
    "Line",
    "NamedPoint",
    "PhaseDiagram",
    "PhasePoint",
    "SpinGlassTemperatures",
    "Spinodal",
    "StorageCapacity",
    "at_line",
    "coexistence",
    "complexity",
    "patterns_without_errors",
    "phase_diagram",
    "phases_at",
    "signal_to_noise_load",
    "spin_glass_temperatures",
    "spinodal",
    "storage_capacity",
]
