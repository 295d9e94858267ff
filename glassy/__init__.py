"""glassy: replica theory and Monte Carlo of dense Hebbian networks, checked against each other."""

import importlib
from typing import Any

from glassy.compare import Comparison, compare
from glassy.configuration import show_config
from glassy.covariance import Covariance
from glassy.errors import (
    ConvergenceError,
    EnsembleError,
    EquilibrationWarning,
    GlassyError,
    InputError,
    IntegerRangeError,
    Interrupted,
    MemoryLimitError,
    PhaseError,
    StoreError,
    StoreWarning,
)
from glassy.exact import Exact, enumerate_states, transition_matrix
from glassy.finite_size import Limit, extrapolate
from glassy.glassiness import Glassiness, glassiness
from glassy.memory import SeparableMemory
from glassy.network import DenseHebbian, StatePoint
from glassy.patterns import draw_patterns
from glassy.perturbation import Perturbation
from glassy.phases import (
    ATLine,
    Coexistence,
    Complexity,
    PhaseDiagram,
    PhasePoint,
    SpinGlassTemperatures,
    Spinodal,
    StorageCapacity,
    at_line,
    coexistence,
    complexity,
    patterns_without_errors,
    phase_diagram,
    phases_at,
    signal_to_noise_load,
    spin_glass_temperatures,
    spinodal,
    storage_capacity,
)
from glassy.results import Estimate, Grid, Status
from glassy.simulation.adapt import exchange_temperatures
from glassy.simulation.autocorrelation import Autocorrelation, Binning
from glassy.simulation.ensemble import Ensemble
from glassy.simulation.ensemble_result import EnsembleResult, read_ensemble
from glassy.simulation.ensemble_status import EnsembleStatus, ensemble_status, merge_ensembles
from glassy.simulation.equilibration import Evidence
from glassy.simulation.ladder import Exchange, Ladder
from glassy.simulation.methods import Annealing, Glauber, Metropolis, Quench, ReplicaExchange
from glassy.simulation.reweighting import Reweighted
from glassy.simulation.samples import Samples
from glassy.simulation.simulate import simulate
from glassy.simulation.starts import Starts, compare_starts
from glassy.spin_glass import SpinGlass
from glassy.storage import load, save
from glassy.theory.ansatz import RS, RSB, FullRSB
from glassy.theory.solution import OverlapDistribution, Solution
from glassy.theory.solve import scan, solve

__all__ = [
    "RS",
    "RSB",
    "ATLine",
    "Annealing",
    "Autocorrelation",
    "Binning",
    "Coexistence",
    "Comparison",
    "Complexity",
    "ConvergenceError",
    "Covariance",
    "DenseHebbian",
    "Ensemble",
    "EnsembleError",
    "EnsembleResult",
    "EnsembleStatus",
    "EquilibrationWarning",
    "Estimate",
    "Evidence",
    "Exact",
    "Exchange",
    "FullRSB",
    "Glassiness",
    "GlassyError",
    "Glauber",
    "Grid",
    "InputError",
    "IntegerRangeError",
    "Interrupted",
    "Ladder",
    "Limit",
    "MemoryLimitError",
    "Metropolis",
    "OverlapDistribution",
    "Perturbation",
    "PhaseDiagram",
    "PhaseError",
    "PhasePoint",
    "Quench",
    "ReplicaExchange",
    "Reweighted",
    "Samples",
    "SeparableMemory",
    "Solution",
    "SpinGlass",
    "SpinGlassTemperatures",
    "Spinodal",
    "Starts",
    "StatePoint",
    "Status",
    "StorageCapacity",
    "StoreError",
    "StoreWarning",
    "at_line",
    "coexistence",
    "compare",
    "compare_starts",
    "complexity",
    "draw_patterns",
    "ensemble_status",
    "enumerate_states",
    "exchange_temperatures",
    "extrapolate",
    "glassiness",
    "load",
    "merge_ensembles",
    "patterns_without_errors",
    "phase_diagram",
    "phases_at",
    "read_ensemble",
    "save",
    "scan",
    "show_config",
    "signal_to_noise_load",
    "simulate",
    "solve",
    "spin_glass_temperatures",
    "spinodal",
    "storage_capacity",
    "transition_matrix",
]


def __getattr__(name: str) -> Any:
    """Import glassy.plots, and with it matplotlib, at first use only."""
    if name == "plots":
        return importlib.import_module("glassy.plots")
    raise AttributeError(f"module 'glassy' has no attribute {name!r}")
