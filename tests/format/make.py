"""Write the files by which the tests know that results of older versions are still read: python -W ignore make.py FOLDER.

tests/format/8307b4f was written by commit 8307b4f, the last of format 1: this script alone was laid into a checkout of it.
Nothing there is ever written anew; a later format gets a folder of its own, made by the last commit that writes it.

    *.npz           one result each; others.npz: one of every type that no other file holds
    simulate/       a folder of `simulate(out=...)`: two finished samples, the third stopped on its way
    ensemble/       that of an `Ensemble` of ladders: some samples finished, one stopped on its way, with its ledger
    expected.json   numbers of these files, and of the two folders had nobody stopped them
"""

import dataclasses
import functools
import hashlib
import json
import sys
from pathlib import Path
from unittest import mock

import numpy as np

import glassy
from glassy import RS, RSB, DenseHebbian, Ensemble, FullRSB, Metropolis, ReplicaExchange, SeparableMemory, simulate, solve
from glassy.core.renamed import RENAMED
from glassy.simulation.keep.store import Given
from glassy.simulation.sampler import checkpoint
from glassy.simulation.sampler.walk import Walk

# Every argument that shapes the numbers is said: defaults may change.
SHORT = {
    "seed": 3,
    "start": "pattern",
    "start_overlap": 0.8,
    "replicas": 2,
    "sweeps": 50,
    "burn_in": 10,
    "method": Metropolis(),
}
# 400 spins make blocks of 81 sweeps: a run of 120 can be stopped within
STOPPED = {**SHORT, "network": DenseHebbian(2), "K": 40, "T": 0.6, "N": 400, "samples": 3, "sweeps": 120, "burn_in": 20}
LADDERS = Ensemble(
    (DenseHebbian(2),), K=(20,), sizes=(24, 400), temperatures=(0.5, 0.8, 1.3), samples=3, seed=5, start="random", replicas=2,
    sweeps=100, burn_in=20, method=ReplicaExchange(Metropolis("random"), every=2),
)  # fmt: skip
DIAGRAM = {"network": DenseHebbian(3), "ansatz": RS(), "load_max": 1.0, "tolerance": 0.01}


@functools.cache
def samples():
    return simulate(DenseHebbian(3), load=0.3, T=0.5, N=12, samples=3, watch=(2,), **SHORT)


@functools.cache
def ladder():
    exchange = {**SHORT, "start": "random", "method": ReplicaExchange(Metropolis("random"), every=1)}
    return simulate(DenseHebbian(3), load=0.3, T=(1.0, 0.5, np.inf), N=10, samples=2, **exchange)


def perturbation():
    return glassy.Perturbation(field=np.linspace(-0.2, 0.2, 10), pattern_energies={0: 0.5, 3: np.arange(11.0)})


def others(folder):
    """One result of every type that no other file holds."""
    network, method = DenseHebbian(3), glassy.Annealing(2.0, glassy.Glauber("sequential"))
    memory = SeparableMemory([-0.25, 0, 1 / 3])
    random = simulate(network, load=0.3, T=0.5, N=12, samples=3, **{**SHORT, "start": "random"})
    quench = simulate(network, load=0.3, T=0.0, N=10, **{**SHORT, "sweeps": 9, "method": glassy.Quench("random")})
    annealed = simulate(network, load=0.3, T=0.4, N=10, perturbation=perturbation(), **{**SHORT, "sweeps": 5, "method": method})
    sizes = [glassy.Estimate(0.5 + 1.0 / n, 0.01, 0.008, 0.006, 2.0, 4) for n in (20, 30, 50)]
    result = dataclasses.replace(LADDERS.read(folder), folder="ensemble")
    broken = solve(network, 0.3, 0.2, "spin_glass", RSB(1), strict=False)
    return (
        quench, annealed, memory, glassy.enumerate_states(network, load=0.3, T=0.5, N=6, seed=1),
        glassy.extrapolate((20, 30, 50), sizes), glassy.glassiness(DenseHebbian(2), 0.1, 1.2, RS()),
        network.to_convention("gardner", 0.1, 0.2), solve(glassy.SpinGlass({2: 1.0}), 1.0, 0.4, "spin_glass", RS()),
        solve(glassy.SpinGlass({2: 1.0}), 1.0, 0.4, "spin_glass", FullRSB()),
        broken, broken.overlap_distribution, glassy.storage_capacity(network, RS()), glassy.coexistence(network, 0.1, RS()),
        glassy.phases_at(network, 0.1, 0.2, RS()), glassy.spin_glass_temperatures(network, 0.3), glassy.spinodal(network, 0.2),
        glassy.at_line(network, 0.2), glassy.complexity(network, 0.3, 0.2, points=5, strict=False),
        samples().autocorrelation("m"), samples().binning("energy"), samples().evidence,
        glassy.compare_starts(samples(), random), ladder().reweighted([0.7, 0.9]), result, result.rows[0],
        glassy.ensemble_status(folder), Given(glassy.draw_patterns(3, 10, seed=1), None),
    )  # fmt: skip


def interrupt(blocks, run):
    """Call a run, press Ctrl-C when its chains have made so many blocks, and leave a checkpoint after each."""
    advance, left = Walk._advance, iter(range(blocks))

    def until(walk, *rest):
        if next(left, None) is None:
            raise KeyboardInterrupt
        advance(walk, *rest)

    patches = mock.patch.object(Walk, "_advance", until), mock.patch.multiple(checkpoint, SECONDS=0.0, SHARE=1e9)
    with patches[0], patches[1]:
        try:
            run()
        except KeyboardInterrupt:
            return
    raise AssertionError("it was not interrupted")


def plain(x):
    """Return a value for JSON: arrays by type, shape and SHA-256, enumerations by name, all else as it shows itself."""
    if isinstance(x, np.ndarray):
        return f"{x.dtype} {x.shape} {hashlib.sha256(np.ascontiguousarray(x).tobytes()).hexdigest()}"
    if isinstance(x, tuple):
        return [plain(y) for y in x]
    if isinstance(x, np.generic | float):
        return float(x)
    return x if x is None or isinstance(x, bool | int | str) else getattr(x, "name", repr(x))


def fact(result, word):
    """Return what a result says to a word, as in "series.m" or "rows[0].z"."""
    for step in filter(None, word.replace("[", ".[").split(".")):
        result = (
            result[int(step[1:-1])] if step[0] == "[" else getattr(result, RENAMED.get((type(result).__name__, step), step))
        )
    return plain(result)


SERIES = "series.m series.energy series.q series.acceptance series.pattern_energy series.spins series.start_m"
MEANS = "m energy energy_excess q acceptance"  # errors are not what files hold
SAMPLES = f"network N K T load method start start_overlap burn_in seed patterns_drawn samples {SERIES} {MEANS}"
SOLUTION = (
    "network load T phase ansatz m q_levels x_levels y_levels susceptibility free_energy energy entropy complexity "
    "replicons residual status provenance.commit"
)
TABLE = " ".join(
    f"rows[{i}].{x}" for i in (0, 3) for x in ("observable", "theory", "simulation", "simulation.error", "z", "status")
)
LINE = " ".join(f"lines[0].{x}" for x in ("name", "load", "T", "residual", "status"))
OTHERS = (
    "series.settled method", "method perturbation.digest perturbation.field energy", "digest", "energy free_energy q_weights",
    "value.error powers", "hard soft status", "load T", "m network q_levels", "free_energy free_energy.error ansatz q_levels",
    "status free_energy", "q weight", "load_c m_c bound_t", "load retrieval.m other.free_energy",
    "equilibrium.phase equilibrium.q_levels", "T_c T_d", "load saddle.q_levels", "roots", "status free_energy", "tau_int rho",
    "errors", "trends[0].p_drift trends[0].means", "status meetings[0].z", "[0].minus_beta_f [1].energy.error",
    "samples_done ensemble.networks pools[0].summaries[0].mean", "observable estimate.error", "asked done places",
    "patterns spins",
)  # fmt: skip
WORDS = {
    "samples": f"{SAMPLES} kernel watch series.watched provenance.commit provenance.numpy",
    "grid": " ".join(["shape", *(f"[{i}].{x}" for i in (0, 5) for x in SAMPLES.split())]),
    "ladder": " ".join(
        ["shape exchange.T exchange.swaps exchange.round_trips", *(f"[{i}].{x}" for i in range(3) for x in SAMPLES.split())]
    ),
    "solution_rs": SOLUTION,
    "solution_rsb": SOLUTION,
    "diagram": f"network ansatz load_max absent points[0].name points[0].load points[0].T {LINE} provenance.commit",
    "comparison": f"note {TABLE} solution.m",
    "diagram_points": "description knots[7][0] knots[7][1].at knots[7][1].load knots[7][1].residual knots[7][1].status",
    "others": " ".join(f"[{i}].{x}" for i, words in enumerate(OTHERS) for x in words.split()),
}


def facts(result, words):
    """Return what a result says to all words."""
    return {word: fact(result, word) for word in words.split()}


def undisturbed():
    """Return the numbers of the two folders, computed by the code at hand with nobody stopping it."""
    whole = simulate(**STOPPED)
    found = {"simulate": facts(whole, SAMPLES)}
    for K in LADDERS.K:
        for N in LADDERS.sizes:
            shared = {f: getattr(LADDERS, f) for f in ("seed", "start", "replicas", "sweeps", "burn_in", "method")}
            run = simulate(LADDERS.networks[0], K=K, N=N, T=LADDERS.temperatures, samples=LADDERS.samples[0], **shared)
            words = f"exchange.swaps exchange.round_trips {' '.join(f'[{i}].{x}' for i in range(3) for x in SERIES.split())}"
            found[f"ensemble N={N}"] = facts(run, words)
    return found


def main(folder):
    """Write everything into a new folder."""
    folder.mkdir(parents=True)
    r = samples()
    results = {
        "samples": r,
        "grid": simulate(DenseHebbian(2), load=(0.1, 0.2), T=(0.3, 0.6, 1.2), N=10, samples=2, **SHORT),
        "ladder": ladder(),
        "solution_rs": solve(DenseHebbian(4, "self-interacting"), 0.1, 0.3, "retrieval", RS()),
        "solution_rsb": solve(DenseHebbian(3), 0.3, 0.2, "spin_glass", RSB(1)),
        "comparison": glassy.compare(solve(DenseHebbian(3), r.load, 0.5, "retrieval", RS(), strict=False), r),
        "diagram": glassy.phase_diagram(**DIAGRAM, out=folder / "diagram_points"),
    }
    interrupt(8, lambda: simulate(**STOPPED, out=folder / "simulate", threads=1))
    LADDERS.run(folder / "ensemble", "threads", workers=1, part=(1, 2))
    interrupt(2, lambda: LADDERS.run(folder / "ensemble", "threads", workers=1))
    results["others"] = others(folder / "ensemble")
    for name, result in results.items():
        glassy.save(result, folder / name)
    for left in [*folder.rglob("run*"), *folder.rglob("stop*")]:
        left.unlink()  # who was at work, on which machine
    found = {name: facts(glassy.load(folder / name), words) for name, words in WORDS.items()}
    (folder / "expected.json").write_text(json.dumps(found | undisturbed(), indent=1) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
