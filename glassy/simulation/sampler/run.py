"""A run: what fixes the numbers of one state point, or of the temperatures of one ladder."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from glassy.analysis.jackknife import BLOCKS
from glassy.model.family import Network
from glassy.model.patterns import Int8Array, random_spins, spins_at
from glassy.model.perturbation import Perturbation
from glassy.simulation.kernels.choose import bytes_of_chains
from glassy.simulation.kernels.dynamics import Annealing, Dynamics, Method, Quench, ReplicaExchange

ATTEMPTS = 2**15  # of a chain in one block: between looks at Ctrl-C, and while other threads may run Python


def _digest(array: Int8Array | None) -> str | None:
    return None if array is None else hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()[:16]


@dataclass(frozen=True)
class Run:
    """Everything that fixes the numbers of a run: of one temperature, or of those of a ladder.

    `temperatures` holds those of all rungs, coldest first; without ReplicaExchange one. `spins` has shape
    (samples or 1, replicas or 1, N), `patterns` (K, N), of several samples (samples, K, N), or of examples (K, M, N); None
    where they are drawn. `given_load` is that of couplings; None where K says it, or where there is none. The numbers do not
    depend on `kernel`, which says how they are made. `rungs`: what is added at each rung of a ladder at one temperature,
    instead of `perturbation`.
    """

    network: Network
    N: int
    K: int
    temperatures: tuple[float, ...]
    method: Dynamics | ReplicaExchange
    start: str
    start_overlap: float
    spins: Int8Array | None
    patterns: Int8Array | None
    replicas: int
    sweeps: int
    burn_in: int
    seed: int
    kernel: str = "patterns"
    perturbation: Perturbation | None = None
    watch: tuple[int, ...] = ()
    given_load: float | None = None
    rungs: tuple[Perturbation, ...] = ()

    @property
    def T(self) -> float:
        """Its temperature; of a ladder the lowest."""
        return self.temperatures[0]

    @property
    def load(self) -> float:
        """Load of the integer K (H.1), or of the couplings; a SeparableMemory has none."""
        return self.given_load if self.given_load is not None else self.network.load(self.K, self.N)

    @property
    def stored(self) -> int:
        """Patterns that the kernels run: K, or the examples of K ground truths."""
        return self.network.stored(self.K)

    @property
    def watched(self) -> int:
        """Overlaps that are kept beside m: of watched patterns, and with examples (L.3)."""
        return len(self.watch) + 2 * self.network.has_examples

    @property
    def every(self) -> int:
        """Sweeps between exchanges; 0: there are none."""
        return self.method.every if isinstance(self.method, ReplicaExchange) else 0

    @property
    def dynamics(self) -> Dynamics:
        """What moves the spins of one chain."""
        return self.method.dynamics if isinstance(self.method, ReplicaExchange) else self.method

    @property
    def chains(self) -> int:
        """Chains of one sample."""
        return self.replicas * len(self.temperatures)

    @property
    def cost(self) -> float:
        """Work of one sample: spins, patterns and sweeps of all chains."""
        return float(self.N) * max(self.stored, 1) * (self.sweeps + self.burn_in) * self.chains

    @property
    def block(self) -> int:
        """Sweeps of a block: random numbers are drawn, and series written, a block at a time; quenches end soon."""
        most = max(1, min(ATTEMPTS // self.N, max(self.sweeps, self.burn_in)))
        return min(most, 8) if isinstance(self.method, Quench) else most

    @cached_property
    def size(self) -> str:
        """Its load in words, or the number of its patterns where there is no load."""
        if not self.network.has_patterns:
            return "couplings" if self.given_load is None else f"load={self.load:.8g}"
        return f"load={self.load:.8g}" if self.network.has_load else f"K={self.K}"

    def description(self) -> dict[str, Any]:
        """Return what must agree for samples to belong together; not how many there are."""
        return {
            **{k: getattr(self, k) for k in ("N", "K", "start", "start_overlap", "replicas", "sweeps", "burn_in", "seed")},
            "T": list(self.temperatures) if self.every else self.T,
            "network": self.network.identity,
            "method": repr(self.method),
            "spins": _digest(self.spins),
            "patterns": _digest(self.patterns),
            **({"perturbation": self.perturbation.digest} if self.perturbation else {}),
            **({"rungs": [p.digest for p in self.rungs]} if self.rungs else {}),
            **({"watch": list(self.watch)} if self.watch else {}),
            **({} if self.given_load is None else {"load": self.given_load}),
        }

    def bytes_per_sample(self) -> int:
        """Memory of one sample in work: its patterns and chains, one block of them, and the integer traces."""
        n, chains = len(self.temperatures), self.chains
        return (
            bytes_of_chains(self.kernel, self.network, self.N, self.stored, chains)
            + self.block * (self.N * (24 * n + chains) + 24 * chains)
            + 8 * self.sweeps * ((3 + self.watched) * chains + n)
            + (BLOCKS + 2) * chains * (self.N + 16)
        )

    def bytes_of_series(self) -> int:
        """Memory of what one finished sample keeps: m, energy, acceptance, q and the spins."""
        pairs = self.replicas * (self.replicas - 1) // 2
        rung = 8 * self.sweeps * ((3 + self.watched) * self.replicas + pairs) + self.replicas * (self.N + 8) + 8
        return len(self.temperatures) * rung

    def initial(self, condensed: Int8Array, index: int, replica: int, generator: np.random.Generator) -> Int8Array:
        """Return the initial spins of one chain; `condensed`: pattern 0, or its example."""
        if self.spins is not None:
            samples, replicas, _ = self.spins.shape
            return np.ascontiguousarray(self.spins[min(index, samples - 1), min(replica, replicas - 1)])
        if self.start == "random" or (self.start == "both" and replica % 2):
            return random_spins(self.N, generator)
        return spins_at(condensed, self.start_overlap, generator)

    def moves(self, t: int, size: int) -> Method:
        """Return the dynamics of sweeps t .. t + size; t is negative in burn-in."""
        dynamics = self.dynamics
        if not isinstance(dynamics, Annealing):
            return dynamics
        return dynamics.cooling(self.T, self.burn_in, t + self.burn_in, size) if t < 0 else dynamics.dynamics
