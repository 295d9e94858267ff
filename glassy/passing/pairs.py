"""The same for interactions of two spins: the bipartite form of T.3, in which every pattern has an Onsager term of its own."""

from __future__ import annotations

import math

import numpy as np

from glassy.model.family import Network
from glassy.numerics.bits import Bits
from glassy.passing.kernels import FloatArray, pair_pass, scattered, tabulate


class Pairs:
    """The patterns of one network with P = 2 as message passing sees them; the arguments are those of `Dense`."""

    def __init__(self, network: Network, N: int, rows: Bits, weights: FloatArray, beta: float) -> None:
        self.N, self.beta, self.rows, self.weights = N, beta, rows, weights
        c = [float(c) for c in network.energy_table(N).multilinear(2)]
        self.constant = (c[0] + 0.5) * float(weights.sum()) / N  # F is -M^2/(2N) and this, which is 0 for H.3
        self._a = np.zeros(rows.shape[1])
        self._table, self._sums = np.zeros((2, 8 * len(rows), 256))

    def bare(self, x: FloatArray) -> tuple[FloatArray, float]:
        """Return the field of the multilinear energy on every spin, and that energy per spin."""
        a = np.zeros(self.rows.shape[1])
        energy = self._swept(x, a, 0.0)
        diagonal = float(self.weights.sum()) / self.N
        h = math.sqrt(self.beta / self.N) / self.beta * self._gathered() - diagonal * x
        return h, energy - 0.5 * diagonal * (1.0 - float(x @ x) / self.N)

    def field(self, x: FloatArray, old: FloatArray) -> FloatArray:
        """Return the local field of T.3; `old` is kept in the Onsager terms of the patterns."""
        C = self.beta * (1.0 - float(x @ x) / self.N)
        self._swept(x, self._a, C)
        onsager = float((self.weights / (1.0 - self.weights * C)).sum()) / self.N
        return math.sqrt(self.beta / self.N) / self.beta * self._gathered() - onsager * x

    def own_energy(self, x: FloatArray) -> float:
        """Return -(1/2) sum_mu (xi_mu.x/N)^2 with the constant of H.2."""
        return self._swept(x, np.zeros(self.rows.shape[1]), 0.0)

    def _swept(self, x: FloatArray, a: FloatArray, C: float) -> float:
        tabulate(x, self._table)
        self._sums[:] = 0.0
        scale = math.sqrt(self.beta / self.N)
        return self.constant + pair_pass(self.rows, self.weights, self._table, scale, C, a, self._sums) / (-2.0 * self.N**2)

    def _gathered(self) -> FloatArray:
        out = np.empty(self.N)
        scattered(self._sums, out)
        return out

    def reaction(self, x: FloatArray) -> tuple[float, float]:
        """Return what the reaction of the other spins adds to f and to the energy per spin (T.2)."""
        q = float(x @ x) / self.N
        C = self.beta * (1.0 - q)
        left = 1.0 - self.weights * C
        if not np.all(left > 0.0):
            return math.nan, math.nan
        return float(np.log(left).sum()) / (2.0 * self.beta * self.N), -0.5 * (1.0 - q) * float(
            (self.weights / left).sum()
        ) / self.N

    def replicon(self, x: FloatArray) -> float:
        """Return 1 - beta^2 r'(q) of N.3b at fixed C times the mean of (1 - x^2)^2 (S.1)."""
        C = self.beta * (1.0 - float(x @ x) / self.N)
        stiffness = self.beta**2 * float(((self.weights / (1.0 - self.weights * C)) ** 2).sum()) / self.N
        return 1.0 - stiffness * float(np.mean((1.0 - x**2) ** 2))
