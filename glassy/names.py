"""The public names, all that `import glassy` gives: loaded when the first of them is asked for."""

from glassy.analysis.autocorrelation import Autocorrelation, Binning
from glassy.analysis.control_variates import controlled_mean, mean_of_samples
from glassy.analysis.crossings import crossing, line_crossing, moved_root
from glassy.analysis.equilibration import Evidence
from glassy.analysis.extrapolate import Limit, extrapolate
from glassy.analysis.overlaps import density
from glassy.analysis.reweighting import Reweighted
from glassy.analysis.statistics import estimate
from glassy.core.errors import (
    ConvergenceError,
    EnsembleError,
    EquilibrationWarning,
    GlassyError,
    InputError,
    IntegerRangeError,
    Interrupted,
    MemoryLimitError,
    PatternsWarning,
    PhaseError,
    StoreError,
    StoreWarning,
)
from glassy.core.grid import Grid
from glassy.core.provenance import Provenance, joint_provenance, provenance
from glassy.core.results import Estimate, Status
from glassy.core.storage import load, save
from glassy.evidence.compare import compare
from glassy.evidence.comparison import Comparison
from glassy.evidence.field_rungs import field_rungs
from glassy.evidence.glass import GlassTheory
from glassy.evidence.guerra import Interpolation
from glassy.evidence.held import Held, hold, wall
from glassy.evidence.held_phase import HeldPhase
from glassy.evidence.kept import Kept
from glassy.evidence.landscape import Landscape
from glassy.evidence.lines import Lines
from glassy.evidence.nishimori import lost_chains, nishimori_identities
from glassy.evidence.table import Measured, Remark, Table, Verdict
from glassy.exact import Exact, enumerate_states, transition_matrix
from glassy.model.couplings import Couplings, read_couplings
from glassy.model.covariance import Covariance
from glassy.model.examples import draw_examples, examples_by_label
from glassy.model.network import DenseHebbian, StatePoint
from glassy.model.patterns import draw_patterns
from glassy.model.perturbation import Perturbation
from glassy.model.separable import SeparableMemory
from glassy.model.spin_glass import SpinGlass
from glassy.model.synapses import ImperfectSynapses
from glassy.model.trained import Trained
from glassy.passing.message_passing import message_passing
from glassy.passing.result import MessagePassing
from glassy.passing.state_evolution import StateEvolution, state_evolution
from glassy.phases.at_line import ATLine, at_line
from glassy.phases.capacity import StorageCapacity, patterns_without_errors, signal_to_noise_load, storage_capacity
from glassy.phases.coexistence import Coexistence, coexistence
from glassy.phases.complexity import Complexity, complexity
from glassy.phases.diagram import PhaseDiagram, PhasePoint, phases_at
from glassy.phases.examples_needed import ExamplesNeeded, examples_needed
from glassy.phases.free_energy_of_m import FreeEnergyOfM, free_energy_of_m
from glassy.phases.glassiness import Glassiness, glassiness
from glassy.phases.phase_diagram import phase_diagram
from glassy.phases.spin_glass_temperatures import SpinGlassTemperatures, spin_glass_temperatures
from glassy.phases.spinodal import Spinodal, spinodal
from glassy.phases.unstable import unstable_overlap
from glassy.simulation.compare_starts import Starts, compare_starts
from glassy.simulation.configuration import show_config
from glassy.simulation.ensemble import Ensemble, read_ensemble
from glassy.simulation.ensemble_result import EnsembleResult
from glassy.simulation.ensemble_status import EnsembleStatus, ensemble_status, merge_ensembles
from glassy.simulation.exchange_temperatures import exchange_temperatures
from glassy.simulation.free_energy_of_m import MeasuredFreeEnergyOfM
from glassy.simulation.keep.ledger import sampling_seconds
from glassy.simulation.kernels.dynamics import Annealing, Glauber, Metropolis, Quench, ReplicaExchange
from glassy.simulation.ladder import Exchange, Ladder
from glassy.simulation.samples import Samples
from glassy.simulation.simulate import simulate
from glassy.theory.annealed import Annealed, annealed, noise_load
from glassy.theory.ansatz import RS, RSB, FullRSB, hierarchy
from glassy.theory.characteristic import Transport
from glassy.theory.solution import OverlapDistribution, Solution
from glassy.theory.solve import scan, solve
from glassy.theory.transport import transport, transport_shock

__all__ = [
    "RS",
    "RSB",
    "ATLine",
    "Annealed",
    "Annealing",
    "Autocorrelation",
    "Binning",
    "Coexistence",
    "Comparison",
    "Complexity",
    "ConvergenceError",
    "Couplings",
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
    "ExamplesNeeded",
    "Exchange",
    "FreeEnergyOfM",
    "FullRSB",
    "GlassTheory",
    "Glassiness",
    "GlassyError",
    "Glauber",
    "Grid",
    "Held",
    "HeldPhase",
    "ImperfectSynapses",
    "InputError",
    "IntegerRangeError",
    "Interpolation",
    "Interrupted",
    "Kept",
    "Ladder",
    "Landscape",
    "Limit",
    "Lines",
    "Measured",
    "MeasuredFreeEnergyOfM",
    "MemoryLimitError",
    "MessagePassing",
    "Metropolis",
    "OverlapDistribution",
    "PatternsWarning",
    "Perturbation",
    "PhaseDiagram",
    "PhaseError",
    "PhasePoint",
    "Provenance",
    "Quench",
    "Remark",
    "ReplicaExchange",
    "Reweighted",
    "Samples",
    "SeparableMemory",
    "Solution",
    "SpinGlass",
    "SpinGlassTemperatures",
    "Spinodal",
    "Starts",
    "StateEvolution",
    "StatePoint",
    "Status",
    "StorageCapacity",
    "StoreError",
    "StoreWarning",
    "Table",
    "Trained",
    "Transport",
    "Verdict",
    "annealed",
    "at_line",
    "coexistence",
    "compare",
    "compare_starts",
    "complexity",
    "controlled_mean",
    "crossing",
    "density",
    "draw_examples",
    "draw_patterns",
    "ensemble_status",
    "enumerate_states",
    "estimate",
    "examples_by_label",
    "examples_needed",
    "exchange_temperatures",
    "extrapolate",
    "field_rungs",
    "free_energy_of_m",
    "glassiness",
    "hierarchy",
    "hold",
    "joint_provenance",
    "line_crossing",
    "load",
    "lost_chains",
    "mean_of_samples",
    "merge_ensembles",
    "message_passing",
    "moved_root",
    "nishimori_identities",
    "noise_load",
    "patterns_without_errors",
    "phase_diagram",
    "phases_at",
    "provenance",
    "read_couplings",
    "read_ensemble",
    "sampling_seconds",
    "save",
    "scan",
    "show_config",
    "signal_to_noise_load",
    "simulate",
    "solve",
    "spin_glass_temperatures",
    "spinodal",
    "state_evolution",
    "storage_capacity",
    "transition_matrix",
    "transport",
    "transport_shock",
    "unstable_overlap",
    "wall",
]
