"""One state point of a simulation: what fixes its numbers, and how one sample of it is run."""

from __future__ import annotations

import hashlib
import threading
from dataclasses import dataclass
from typing import Any

import numpy as np

from glassy.analysis.statistics import BLOCKS
from glassy.model.family import Network
from glassy.model.patterns import Int8Array
from glassy.model.perturbation import Perturbation
from glassy.simulation.kernels.choose import bytes_of_chains
from glassy.simulation.kernels.dynamics import Annealing, Dynamics, Method
from glassy.simulation.sampler.checkpoint import Checkpoints
from glassy.simulation.sampler.walk import Walk, block
from glassy.simulation.samples import Series


def _digest(array: Int8Array | None) -> str | None:
    return None if array is None else hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()[:16]


@dataclass(frozen=True)
class Run:
    """Everything that fixes the numbers of one state point.

    `spins` has shape (samples or 1, replicas or 1, N), `patterns` (K, N); None where they are drawn. The numbers do not
    depend on `kernel`, which says how they are made.
    """

    network: Network
    N: int
    K: int
    T: float
    method: Dynamics
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

    def description(self) -> dict[str, Any]:
        """Return what must agree for samples to belong together; not how many there are."""
        return {
            **{k: getattr(self, k) for k in ("N", "K", "T", "start", "start_overlap", "replicas", "sweeps", "burn_in", "seed")},
            "network": self.network.identity,
            "method": repr(self.method),
            "spins": _digest(self.spins),
            "patterns": _digest(self.patterns),
            **({"perturbation": self.perturbation.digest} if self.perturbation else {}),
            **({"watch": list(self.watch)} if self.watch else {}),
        }

    def bytes_per_sample(self) -> int:
        """Memory of one sample in work."""
        return self.bytes_in_work(self.replicas, 1)

    def bytes_in_work(self, chains: int, temperatures: int) -> int:
        """Memory of patterns and chains, of one block of all chains, and of the integer traces of all temperatures."""
        return (
            bytes_of_chains(self.kernel, self.network, self.N, self.K, chains)
            + block(self) * (self.N * (24 * temperatures + chains) + 24 * chains)
            + 8 * self.sweeps * ((3 + len(self.watch)) * chains + temperatures)
            + (BLOCKS + 2) * chains * (self.N + 16)
        )

    def bytes_of_series(self) -> int:
        """Memory of what one finished sample keeps: m, energy, acceptance, q and the spins."""
        pairs = self.replicas * (self.replicas - 1) // 2
        return 8 * self.sweeps * ((3 + len(self.watch)) * self.replicas + pairs) + self.replicas * (self.N + 8) + 8

    def initial(self, condensed: Int8Array, index: int, replica: int, generator: np.random.Generator) -> Int8Array:
        """Return the initial spins of one chain; `condensed`: pattern 0."""
        if self.spins is not None:
            samples, replicas, _ = self.spins.shape
            return np.ascontiguousarray(self.spins[min(index, samples - 1), min(replica, replicas - 1)])
        if self.start == "random" or (self.start == "both" and replica % 2):
            return (2 * generator.integers(0, 2, self.N, dtype=np.int8) - 1).astype(np.int8)
        sigma = condensed.copy()
        flipped = generator.permutation(self.N)[: round(self.N * (1.0 - self.start_overlap) / 2.0)]
        sigma[flipped] *= -1
        return sigma

    def moves(self, t: int, size: int) -> Method:
        """Return the dynamics of sweeps t .. t + size; t is negative in burn-in."""
        if not isinstance(self.method, Annealing):
            return self.method
        return self.method.cooling(self.T, self.burn_in, t + self.burn_in, size) if t < 0 else self.method.dynamics

    def sample(
        self, index: int, stop: threading.Event, bar: Any, checkpoints: Checkpoints | None = None, threads: int = 1
    ) -> Series | None:
        """Run all replicas of one sample, from its checkpoint if there is one; None if stopped."""
        walk = Walk((self,), index, saved=checkpoints.read() if checkpoints else None)
        bar.update(walk.done * self.replicas)
        return walk.series()[0] if walk.run(stop, bar, checkpoints, threads) else None
