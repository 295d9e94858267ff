"""One small result of every public type that has numbers, by the name of its type: what tests of all results go through."""

import math
from fractions import Fraction
from functools import cache
from pathlib import Path

import numpy as np

import glassy
from glassy import RSB, DenseHebbian, Estimate, ReplicaExchange

network = DenseHebbian(P=3)
# What __all__ has beside results and functions: what is asked, and the words of answers.
ASKED = {
    "Annealing", "Couplings", "Covariance", "DenseHebbian", "Ensemble", "FullRSB", "GlassTheory", "Glauber",
    "HeldPhase", "ImperfectSynapses", "Landscape", "Metropolis", "Perturbation", "Quench", "RS", "RSB",
    "ReplicaExchange", "SeparableMemory", "SpinGlass", "Trained",
}  # fmt: skip
WORDS = {"Estimate", "Lines", "Provenance", "Remark", "Status"}


@cache
def run():
    return glassy.simulate(network, load=0.1, T=0.3, N=30, samples=4, sweeps=400, seed=7, start="both")


@cache
def ladder():
    T = [0.5, 0.8, 1.5, math.inf]
    return glassy.simulate(network, 0.3, T, 14, start="random", method=ReplicaExchange(), sweeps=200, samples=2, seed=1)


@cache
def field_ladder():
    rungs = [glassy.Perturbation(along=h, pattern_energies={0: 0.0}) for h in (0.0, 0.4, 0.8, 1.4, 2.4, 4.0)]
    how = {"method": ReplicaExchange(), "sweeps": 400, "samples": 2, "seed": 1}
    return glassy.simulate(network, 0.2, 0.6, 14, perturbation=rungs, **how)


@cache
def held():
    return glassy.hold(network, 0.3, [0.1, 0.2, 0.3, 0.5], 60, 0.6, warm=0.3, samples=4, sweeps=200, burn_in=100, seed=1)


@cache
def ensemble(folder):
    asked = glassy.Ensemble(network, (0.1, 0.2), (20, 30), (0.3, 0.6), samples=2, sweeps=50, seed=1)
    return asked.run(folder, "threads", progress=False), glassy.ensemble_status(folder)


def results(folder: Path):
    """Every result, by the name of its type."""
    solution = glassy.solve(network, load=0.1, T=0.3, ansatz=RSB(1))
    cold = {"load": 0.2, "T": 1.5, "N": 30, "samples": 4, "sweeps": 400, "seed": 5}
    pattern, random = (glassy.simulate(network, start=start, **cold) for start in ("pattern", "random"))
    table = glassy.Table.of(glassy.solve(network, load=0.1, T=0.3), [run()])
    averages, status = ensemble(str(folder / "ensemble"))
    return {
        "ATLine": glassy.at_line(network, 0.2),
        "Annealed": glassy.annealed(network, 400, 40, 2.0),
        "Autocorrelation": run().autocorrelation(),
        "Binning": run().binning(),
        "Coexistence": glassy.coexistence(network, T=0.3),
        "Comparison": glassy.compare(glassy.solve(network, load=0.1, T=0.3), run()),
        "Complexity": glassy.complexity(network, load=1.0, T=0.6),
        "EnsembleResult": averages,
        "EnsembleStatus": status,
        "Evidence": run().evidence,
        "ExamplesNeeded": glassy.examples_needed(network, 0.1, 0.3, quality=0.7),
        "Exact": glassy.enumerate_states(network, load=0.3, T=0.3, N=8, seed=1),
        "Exchange": ladder().exchange,
        "FreeEnergyOfM": glassy.free_energy_of_m(network, 0.1, 0.3, [0.0, 0.5, 0.9]),
        "Transport": glassy.transport(network, 0.1, 0.4, x=0.1, y=0.2),
        "Glassiness": glassy.glassiness(network, 1.0, 0.5),
        "Grid": glassy.scan(network, [0.1, 0.2, 9.0], 0.3, ansatz=RSB(1), wins=True),
        "Held": held(),
        "Interpolation": glassy.Interpolation(glassy.solve(network, load=0.1, T=0.4)),
        "Kept": glassy.Kept(run(), above=0.8, last=5),
        "Ladder": ladder(),
        "Limit": glassy.extrapolate([20, 30, 40], [Estimate(x, 0.01) for x in (0.9, 0.91, 0.92)]),
        "Measured": table.rows[0],
        "MeasuredFreeEnergyOfM": field_ladder().free_energy_of_m(),
        "MessagePassing": glassy.message_passing(network, load=0.1, T=0.3, N=30, samples=2, seed=1),
        "OverlapDistribution": solution.overlap_distribution,
        "PhaseDiagram": glassy.phase_diagram(network, tolerance=0.1, progress=False),
        "PhasePoint": glassy.phases_at(network, 0.1, 0.3),
        "Reweighted": ladder().reweighted([0.6])[0],
        "Samples": run(),
        "Solution": solution,
        "SpinGlassTemperatures": glassy.spin_glass_temperatures(network),
        "Spinodal": glassy.spinodal(network, 0.2, RSB(1)),
        "Starts": glassy.compare_starts(pattern, random),
        "StateEvolution": glassy.state_evolution(network, load=0.2, T=0.3, steps=4),
        "StatePoint": network.to_convention("albanese", load=0.1, T=0.2),
        "StorageCapacity": glassy.storage_capacity(network),
        "Table": table,
        "Verdict": table.verdict(),
    }


def others():
    """Results that have what the smallest lack: no numbers, infinite ones, one sample, several axes."""
    xi = np.where(np.random.default_rng(1).random((6, 12)) < 0.5, -1, 1)
    return {
        "no saddle": glassy.solve(network, 9.0, 0.3, strict=False),
        "T = 0": glassy.solve(network, 0.1, 0.0),
        "full RSB": glassy.solve(network, 1.0, 0.3, "spin_glass", glassy.FullRSB(4)),
        "one sample": glassy.simulate(network, T=0.5, patterns=xi, sweeps=100, seed=1),
        "cold": glassy.simulate(network, load=0.1, T=0.0, N=20, samples=2, sweeps=5, seed=1, watch=(1, 2)),
        "grid": glassy.simulate(network, load=[0.1, 0.2], T=[0.3, 0.4], N=20, samples=2, replicas=1, sweeps=20, seed=1),
        "rows": glassy.scan(network, 0.1, [0.1, 0.2]),
        "path": glassy.scan(network, [0.1, 0.2], [0.1, 0.2]),
        "no curve": glassy.complexity(network, load=1.0, T=3.0, strict=False),
        "memory": glassy.simulate(
            glassy.SeparableMemory([0, 1, 4, 2, Fraction(1, 3)]), K=3, T=1.0, sweeps=10, samples=2, seed=1
        ),
        "perturbed": glassy.simulate(
            network, load=0.1, T=0.3, N=20, sweeps=5, seed=1, perturbation=glassy.Perturbation(np.ones(20), {0: 0.5})
        ),
        "runs": glassy.compare(run(), run()),
    }
