"""A small set of numbers of both arms, to be compared between processors, libraries and threads.

python -m benchmarks.numbers [--threads n] [--seed n] [--shallow]

prints as JSON what simulations gave, the first digits of the SHA-256 of every spin and series, which must be the same bits
everywhere; the kernels that ran them; and numbers of the theory, which must agree to TOLERANCE. --shallow leaves out what takes
more than a second where nothing is compiled. From the cache all takes 2 s, where nothing is compiled the shallow part 10 s.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import warnings
from fractions import Fraction

import numpy as np

import glassy
from glassy import (
    RSB,
    Annealing,
    DenseHebbian,
    Glauber,
    Metropolis,
    Perturbation,
    Quench,
    ReplicaExchange,
    SeparableMemory,
    exchange_temperatures,
    simulate,
    solve,
)

TOLERANCE = 1e-10  # relative, of the theory between two processors
LADDER = [0.3, 0.5, 0.8, math.inf]
SHORT = {"sweeps": 5, "burn_in": 2, "samples": 1, "progress": False}
LONG = {"sweeps": 150, "burn_in": 30, "samples": 3}
FLOATS = SeparableMemory([-(u**3 + 1.0) / 7.0 for u in range(16, -1, -1)])
WIDE = SeparableMemory([-(Fraction(3) ** (4 * (16 - u))) for u in range(17)])


def simulations(deep: bool = True) -> dict[str, dict]:
    """Return the arguments of each simulation; the deep ones are too long for kernels that are not compiled."""
    found: dict[str, dict] = {
        "P=2, fields": {"network": DenseHebbian(2), "N": 24, "K": 4, "T": 0.6},
        "P=2 self-interacting": {
            "network": DenseHebbian(2, "self-interacting"), "N": 16, "K": 100, "T": 1.2, "kernel": "patterns",
        },
        "P=3": {"network": DenseHebbian(3), "N": 20, "K": 200, "T": 0.9, "start": "both"},
        "P=3, tensor": {"network": DenseHebbian(3), "N": 20, "K": 200, "T": 0.9, "start": "both", "kernel": "tensor"},
        "P=4, couplings": {"network": DenseHebbian(4), "N": 10, "K": 60, "T": 0.9, "start": "both", "kernel": "couplings"},
        "P=3 self-interacting": {"network": DenseHebbian(3, "self-interacting"), "N": 16, "K": 200, "T": 0.7},
        "P=4, Glauber": {"network": DenseHebbian(4), "N": 16, "K": 200, "T": 0.8, "method": Glauber("sequential")},
        "P=4 self-interacting, T = inf": {"network": DenseHebbian(4, "self-interacting"), "N": 16, "K": 200, "T": math.inf},
        "P=4, wide": {"network": DenseHebbian(4), "N": 12, "K": 40, "T": 0.8, "kernel": "wide"},
        "exponential table": {"network": WIDE, "K": 20, "T": 3e24, "start": "random"},
        "table of floats": {"network": FLOATS, "K": 200, "T": 20.0},
        "P=3, perturbed": {
            "network": DenseHebbian(3), "N": 16, "K": 200, "T": 0.7,
            "perturbation": Perturbation(field=0.1, pattern_energies={0: 0.5}),
        },
        "P=3, ladder": {
            "network": DenseHebbian(3), "N": 10, "K": 200, "T": LADDER, "method": ReplicaExchange(Glauber()), "start": "random",
        },
        "P=3, geometric annealing": {
            "network": DenseHebbian(3), "N": 20, "K": 60, "T": 0.3, "method": Annealing(3.0), "start": "random",
        },
        "P=2, annealing in beta": {
            "network": DenseHebbian(2), "N": 20, "K": 4, "T": 0.3, "start": "random",
            "method": Annealing(math.inf, Metropolis("sequential"), "beta"),
        },
        "P=4, quench": {"network": DenseHebbian(4), "N": 16, "K": 200, "T": 0.0, "start_overlap": 0.6, "method": Quench()},
    }  # fmt: skip
    if deep:
        found |= {
            "P=2, N=300": {"network": DenseHebbian(2), "N": 300, "K": 20, "T": 0.8, **LONG},
            "P=3, N=100": {"network": DenseHebbian(3), "N": 100, "K": 1500, "T": 0.8, **LONG},
            "P=4, N=60": {"network": DenseHebbian(4), "N": 60, "K": 3000, "T": 0.9, "method": Glauber(), **LONG},
            "P=5 self-interacting": {"network": DenseHebbian(5, "self-interacting"), "N": 30, "K": 3000, "T": 1.0, **LONG},
            "P=3, long ladder": {
                "network": DenseHebbian(3), "N": 40, "K": 400, "T": LADDER, "start": "random", **LONG,
                "method": ReplicaExchange(),
            },
        }  # fmt: skip
    return found


def digest(r) -> str:
    """Return the first digits of the SHA-256 of spins and series."""
    found = hashlib.sha256()
    for rung in r if isinstance(r, glassy.Ladder) else (r,):
        for name in ("spins", "m", "energy", "q", "acceptance"):
            found.update(np.ascontiguousarray(getattr(rung.series, name)).tobytes())
    return found.hexdigest()[:16]


def simulated(threads: int | None = None, seed: int = 1, deep: bool = True) -> tuple[dict[str, str], dict[str, str]]:
    """Return digests, and the kernels that ran."""
    digests, kernels = {}, {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", glassy.EquilibrationWarning)
        for name, options in simulations(deep).items():
            r = simulate(**{**SHORT, **options}, seed=seed, threads=threads)
            digests[name], kernels[name] = digest(r), (r[0] if isinstance(r, glassy.Ladder) else r).kernel
        placed = exchange_temperatures(
            DenseHebbian(2),
            0.2,
            16,
            lowest=0.4,
            highest=2.0,
            count=3,
            seed=seed,
            sweeps=8,
            samples=1,
            rounds=2,
            threads=threads,
        )
    digests["placed temperatures"] = " ".join(map(str, placed))
    u = np.random.default_rng(seed).random((50, 40))
    for method in (Metropolis(), Glauber()):
        thresholds = method.thresholds(u, np.linspace(0.1, 2.0, 50))
        digests[f"thresholds of {method}"] = hashlib.sha256(thresholds.tobytes()).hexdigest()[:16]
    return digests, kernels


def theory(deep: bool = True) -> dict[str, float]:
    """Return numbers of the theory: saddles, boundaries; the deep ones as well."""
    found = {}
    for P, kind in ((2, "distinct"), (3, "self-interacting"), (4, "distinct")):
        s = solve(DenseHebbian(P, kind), 0.05, 0.3)
        found |= {f"RS, P={P}, {name}": float(getattr(s, name)) for name in ("m", "q_EA", "free_energy", "entropy", "replicon")}
    found["spinodal, RS, P=4, T=0"] = float(glassy.spinodal(DenseHebbian(4), T=0.0).load)
    found["spinodal, RS, P=3, T=0.4"] = float(glassy.spinodal(DenseHebbian(3), T=0.4).load)
    found["AT line, P=4, load=0.2"] = float(glassy.at_line(DenseHebbian(4), load=0.2).roots[0])
    for k in (1, 2) if deep else ():
        s = solve(DenseHebbian(4), 0.1, 0.02, "spin_glass", RSB(k))
        found |= {f"RSB({k}), P=4, {name}": float(getattr(s, name)) for name in ("free_energy", "energy", "q_EA", "replicon")}
    if deep:
        found["coexistence, RSB(1), P=4, T=0"] = float(glassy.coexistence(DenseHebbian(4), T=0.0, ansatz=RSB(1)).load)
    return found


def numbers(threads: int | None = None, seed: int = 1, deep: bool = True) -> dict[str, dict]:
    """Return all of it, ready for JSON."""
    digests, kernels = simulated(threads, seed, deep)
    config = glassy.show_config(mode="dicts")
    process = {"compiler": config["compiler"]["processor"], "BLAS": config["BLAS"]["core type of numpy"]}
    return {"simulations": digests, "kernels": kernels, "theory": theory(deep), "process": process}


def differing(a: dict, b: dict) -> list[str]:
    """Return the names of the simulations of b that differ from those of a, or that a lacks."""
    return [name for name, found in b["simulations"].items() if a["simulations"].get(name) != found]


def difference(a: dict, b: dict) -> float:
    """Return the largest relative difference of the numbers of the theory that both sets have; inf where one is not finite."""
    worst = 0.0
    for name in {*a["theory"]} & {*b["theory"]}:
        x, y = a["theory"][name], b["theory"][name]
        d = abs(x - y) / max(abs(x), abs(y)) if x != y else 0.0
        worst = max(worst, d if math.isfinite(d) else math.inf)
    return worst


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--shallow", action="store_true")
    options = parser.parse_args()
    print(json.dumps(numbers(options.threads, options.seed, not options.shallow)))
