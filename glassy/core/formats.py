"""What a file calls the types in it: tags, which stay when the code moves, and how the words of older versions are read.

To move or rename a class, change its entry in `TYPES`. A field that is new and has a default needs nothing: files without it
take the default, which must be true of them (no default_factory: it makes what is now). Any other change (a field or member
renamed or gone, or of another meaning) raises the version in `TYPES`, and `READERS` gets what turns the last version into it.
What a newer glassy wrote and this one does not know is refused, never guessed; and nothing but these types is ever made from a
file.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Body = Any  # the fields of a dataclass by name, the name of a member, or what `to_tree` returned

TYPES = {
    "ATLine/1": "glassy.phases.at_line:ATLine",
    "Annealing/1": "glassy.simulation.kernels.dynamics:Annealing",
    "Autocorrelation/1": "glassy.analysis.autocorrelation:Autocorrelation",
    "Binning/1": "glassy.analysis.autocorrelation:Binning",
    "Checkpoint/1": "glassy.simulation.sampler.checkpoint:Checkpoint",
    "Coexistence/1": "glassy.phases.coexistence:Coexistence",
    "Comparison/1": "glassy.evidence.comparison:Comparison",
    "ComparisonRow/1": "glassy.evidence.comparison:Row",
    "Complexity/1": "glassy.phases.complexity:Complexity",
    "DenseHebbian/1": "glassy.model.network:DenseHebbian",
    "DiagramLine/1": "glassy.phases.diagram:Line",
    "DiagramPoints/1": "glassy.phases.tracing:_File",
    "Ensemble/1": "glassy.simulation.ensemble:Ensemble",
    "EnsembleResult/1": "glassy.simulation.ensemble_result:EnsembleResult",
    "EnsembleRow/1": "glassy.simulation.ensemble_result:EnsembleRow",
    "EnsembleStatus/1": "glassy.simulation.ensemble_status:EnsembleStatus",
    "Estimate/2": "glassy.core.results:Estimate",
    "Evidence/2": "glassy.analysis.equilibration:Evidence",
    "Exact/1": "glassy.exact:Exact",
    "ExamplesNeeded/1": "glassy.phases.examples_needed:ExamplesNeeded",
    "Exchange/1": "glassy.simulation.ladder:Exchange",
    "Fate/1": "glassy.analysis.equilibration:Fate",
    "FreeEnergyOfM/1": "glassy.phases.free_energy_of_m:FreeEnergyOfM",
    "MeasuredFreeEnergyOfM/1": "glassy.simulation.free_energy_of_m:MeasuredFreeEnergyOfM",
    "FixedPoint/1": "glassy.passing.fixed_point:FixedPoint",
    "FullRSB/1": "glassy.theory.ansatz:FullRSB",
    "Given/1": "glassy.simulation.keep.store:Given",
    "Glassiness/1": "glassy.phases.glassiness:Glassiness",
    "Glauber/1": "glassy.simulation.kernels.dynamics:Glauber",
    "Grid/1": "glassy.core.grid:Grid",
    "Kept/1": "glassy.simulation.keep.store:Kept",
    "Knot/1": "glassy.phases.tracing:Knot",
    "Ladder/1": "glassy.simulation.ladder:Ladder",
    "Limit/1": "glassy.analysis.extrapolate:Limit",
    "Meeting/1": "glassy.simulation.compare_starts:Meeting",
    "MessagePassing/1": "glassy.passing.result:MessagePassing",
    "Metropolis/1": "glassy.simulation.kernels.dynamics:Metropolis",
    "NamedPoint/1": "glassy.phases.diagram:NamedPoint",
    "OverlapDistribution/1": "glassy.theory.solution:OverlapDistribution",
    "Perturbation/1": "glassy.model.perturbation:Perturbation",
    "PhaseDiagram/1": "glassy.phases.diagram:PhaseDiagram",
    "PhasePoint/1": "glassy.phases.diagram:PhasePoint",
    "Pool/2": "glassy.simulation.keep.averages:Pool",
    "Provenance/1": "glassy.core.provenance:Provenance",
    "Quench/1": "glassy.simulation.kernels.dynamics:Quench",
    "RS/1": "glassy.theory.ansatz:RS",
    "RSB/1": "glassy.theory.ansatz:RSB",
    "ReplicaExchange/1": "glassy.simulation.kernels.dynamics:ReplicaExchange",
    "Reweighted/1": "glassy.analysis.reweighting:Reweighted",
    "Rungs/1": "glassy.simulation.sampler.series:Rungs",
    "Samples/1": "glassy.simulation.samples:Samples",
    "Couplings/1": "glassy.model.couplings:Couplings",
    "ImperfectSynapses/1": "glassy.model.synapses:ImperfectSynapses",
    "SeparableMemory/1": "glassy.model.separable:SeparableMemory",
    "Series/1": "glassy.simulation.sampler.series:Series",
    "Solution/2": "glassy.theory.solution:Solution",
    "SpinGlass/1": "glassy.model.spin_glass:SpinGlass",
    "SpinGlassTemperatures/1": "glassy.phases.spin_glass_temperatures:SpinGlassTemperatures",
    "Spinodal/1": "glassy.phases.spinodal:Spinodal",
    "Starts/1": "glassy.simulation.compare_starts:Starts",
    "StateEvolution/1": "glassy.passing.state_evolution:StateEvolution",
    "StatePoint/1": "glassy.model.network:StatePoint",
    "Status/2": "glassy.core.results:Status",
    "StorageCapacity/1": "glassy.phases.capacity:StorageCapacity",
    "Summary/1": "glassy.analysis.statistics:Summary",
    "SwapperState/1": "glassy.simulation.sampler.checkpoint:SwapperState",
    "Trained/1": "glassy.model.trained:Trained",
    "Transport/1": "glassy.theory.characteristic:Transport",
    "Trend/1": "glassy.analysis.equilibration:Trend",
    "WalkState/1": "glassy.simulation.sampler.checkpoint:WalkState",
}


def renamed(**words: str) -> Callable[[Body], Body]:
    """Return a reader of fields, or of a member, that have other names now.

    Examples
    --------
    >>> renamed(T="temperature")({"T": 0.5, "N": 20}), renamed(GOOD="CONVERGED")("GOOD")
    ({'temperature': 0.5, 'N': 20}, 'CONVERGED')
    """

    def read(body: Body) -> Body:
        return {words.get(k, k): v for k, v in body.items()} if isinstance(body, dict) else words.get(body, body)

    return read


# Of "Name/v": turns what version v wrote into what version v + 1 writes; "module:function" where it needs classes of glassy.
# What older versions called EQUILIBRATED they had not shown by the rules of M.16.
READERS: dict[str, Callable[[Body], Body] | str] = {
    "Estimate/1": lambda tree: tree,  # degrees of freedom were not kept: infinitely many
    "Evidence/1": "glassy.analysis.equilibration:from_version_1",
    "Pool/1": "glassy.simulation.keep.averages:from_version_1",
    "Solution/1": renamed(susceptibility="local_susceptibility"),
    "Status/1": renamed(EQUILIBRATED="NOT_SHOWN", CONSTANT="NOT_SHOWN"),
}

# Format 1 named a class by where it was; this is what those names mean for ever, wherever the classes are now.
FORMAT_1 = {
    f"glassy.{module}:{name}": f"{name}/1"
    for module, names in {
        "compare": "Comparison",
        "exact": "Exact",
        "finite_size": "Limit",
        "glassiness": "Glassiness",
        "memory": "SeparableMemory",
        "network": "DenseHebbian StatePoint",
        "perturbation": "Perturbation",
        "phases": "ATLine SpinGlassTemperatures Spinodal",
        "phases.capacity": "StorageCapacity",
        "phases.coexistences": "Coexistence",
        "phases.diagram": "NamedPoint PhaseDiagram PhasePoint",
        "phases.glass": "SpinGlassTemperatures",
        "phases.spinodals": "Spinodal",
        "phases.stability": "ATLine",
        "phases.states": "Complexity",
        "phases.tracing": "Knot",
        "provenance": "Provenance",
        "results": "Estimate Grid Status",
        "simulation.autocorrelation": "Autocorrelation Binning",
        "simulation.averages": "Pool",
        "simulation.checkpoint": "Checkpoint SwapperState WalkState",
        "simulation.ensemble": "Ensemble",
        "simulation.ensemble_result": "EnsembleResult EnsembleRow",
        "simulation.ensemble_status": "EnsembleStatus",
        "simulation.equilibration": "Evidence Trend",
        "simulation.ladder": "Exchange Ladder Rungs",
        "simulation.methods": "Annealing Glauber Metropolis Quench ReplicaExchange",
        "simulation.reweighting": "Reweighted",
        "simulation.samples": "Samples Series",
        "simulation.starts": "Meeting Starts",
        "simulation.store": "Given Kept",
        "spin_glass": "SpinGlass",
        "theory.ansatz": "FullRSB RS RSB",
        "theory.solution": "OverlapDistribution Solution",
    }.items()
    for name in names.split()
} | {
    "glassy.compare:Row": "ComparisonRow/1",
    "glassy.phases.diagram:Line": "DiagramLine/1",
    "glassy.phases.tracing:_File": "DiagramPoints/1",
}

TAGS = {where: tag for tag, where in TYPES.items()}
NEWEST = {tag.partition("/")[0]: tag for tag in TYPES}
