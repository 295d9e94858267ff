"""One state point of a simulation: what fixes its numbers, and how one sample of it is run."""

from __future__ import annotations

import hashlib
import threading
from dataclasses import dataclass
from typing import Any

import numpy as np

from glassy.network import DenseHebbian
from glassy.patterns import Int8Array, chain_generator, draw_rows, pattern_generator
from glassy.simulation.chains import Chain, bytes_of_fields, makes_fields, start_chains
from glassy.simulation.methods import Glauber, Metropolis
from glassy.simulation.samples import Series
from glassy.simulation.tables import kernel_tables

CHUNK = 32  # sweeps between looks at Ctrl-C


def _digest(array: Int8Array | None) -> str | None:
    return None if array is None else hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()[:16]


@dataclass(frozen=True)
class Run:
    """Everything that fixes the numbers of one state point.

    `spins` has shape (samples or 1, replicas or 1, N), `patterns` (K, N); None where they are drawn.
    """

    network: DenseHebbian
    N: int
    K: int
    T: float
    method: Metropolis | Glauber
    start: str
    start_overlap: float
    spins: Int8Array | None
    patterns: Int8Array | None
    replicas: int
    sweeps: int
    burn_in: int
    seed: int

    def description(self) -> dict[str, Any]:
        """Return what must agree for samples to belong together; not how many there are."""
        return {
            **{k: getattr(self, k) for k in ("N", "K", "T", "start", "start_overlap", "replicas", "sweeps", "burn_in", "seed")},
            "network": repr(self.network),
            "method": repr(self.method),
            "spins": _digest(self.spins),
            "patterns": _digest(self.patterns),
        }

    def bytes_per_sample(self) -> int:
        """Memory of one sample in work: patterns, bookkeeping of each chain, one chunk of spins, the integer traces."""
        return (
            self.N * self.K
            + self.K * (16 + self.replicas * 12)
            + (bytes_of_fields(self.N, self.K, self.replicas) if makes_fields(self.network.P, self.N, self.K) else 0)
            + CHUNK * self.N * (24 + 3 * self.replicas)
            + 8 * self.sweeps * (3 * self.replicas + 1)
        )

    def bytes_of_series(self) -> int:
        """Memory of what one finished sample keeps: m, energy, acceptance, q and the spins."""
        pairs = self.replicas * (self.replicas - 1) // 2
        return 8 * self.sweeps * (3 * self.replicas + pairs) + self.replicas * (self.N + 8) + 8

    def initial(self, xi: Int8Array, index: int, replica: int, generator: np.random.Generator) -> Int8Array:
        """Return the initial spins of one chain; xi (N, K)."""
        if self.spins is not None:
            samples, replicas, _ = self.spins.shape
            return np.ascontiguousarray(self.spins[min(index, samples - 1), min(replica, replicas - 1)])
        if self.start == "random":
            return (2 * generator.integers(0, 2, self.N, dtype=np.int8) - 1).astype(np.int8)
        sigma = np.ascontiguousarray(xi[:, 0])
        flipped = generator.permutation(self.N)[: round(self.N * (1.0 - self.start_overlap) / 2.0)]
        sigma[flipped] *= -1
        return sigma

    def sample(self, index: int, stop: threading.Event, bar: Any) -> Series | None:
        """Run all replicas of one sample, side by side for their overlaps; None if stopped."""
        tables = kernel_tables(self.network, self.N, self.K)
        if self.patterns is None:
            xi = draw_rows(pattern_generator(self.seed, self.N, self.K, index), self.K, self.N)
        else:
            xi = np.ascontiguousarray(self.patterns.T)
        generators = [chain_generator(self.seed, self.N, self.K, self.T, index, r) for r in range(self.replicas)]
        chains = start_chains(self.network.P, tables, xi, [self.initial(xi, index, r, g) for r, g in enumerate(generators)])
        start_m = np.array([[np.dot(xi[:, 0].astype(np.int64), c.sigma) / self.N for c in chains]])
        pairs = [(r, s) for r in range(self.replicas) for s in range(r + 1, self.replicas)]
        trace = np.empty((self.replicas, self.sweeps, 3), np.int64)
        q = np.empty((len(pairs), self.sweeps))
        t = -self.burn_in
        while t < self.sweeps:
            size = min(CHUNK, (0 if t < 0 else self.sweeps) - t)
            spins = []
            for r, (chain, generator) in enumerate(zip(chains, generators, strict=True)):
                if stop.is_set():
                    return None
                configurations, rows = chain.advance(size, self.method, self.T, generator)
                spins.append(configurations)
                if t >= 0:
                    trace[r, t : t + size] = rows
                bar.update(size)
            if t >= 0:
                for p, (r, s) in enumerate(pairs):
                    q[p, t : t + size] = np.einsum("ti,ti->t", spins[r], spins[s], dtype=np.int32) / self.N
            t += size
        condensed = Chain(tables, xi, np.ascontiguousarray(xi[:, 0]))
        return Series(
            m=trace[None, :, :, 0] / self.N,
            energy=np.stack([c.energy_per_spin(trace[r, :, 1]) for r, c in enumerate(chains)])[None],
            q=q[None],
            acceptance=trace[None, :, :, 2] / self.N,
            pattern_energy=condensed.energy_per_spin(np.array([condensed.energy])),
            spins=np.stack([c.sigma for c in chains])[None],
            start_m=start_m,
        )
