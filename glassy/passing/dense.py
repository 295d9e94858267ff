"""Fields and energy of independent spins of given means, for interactions of more than two spins, and what T.1 and T.2 add.

The energy of every pattern is a multilinear polynomial sum_k c_k e_k(xi x), by sigma_i^2 = 1. e_k is made of the power sums
p_j of xi x (Newton), those of even j are of the means alone, and

    e_k(without i) = sum_j (-xi_i x_i)^j e_(k - j),

so a pass over the patterns looks up P // 2 sums of each, and adds P // 2 numbers of each to the spins.
"""

from __future__ import annotations

from math import comb

import numpy as np

from glassy.core.errors import InputError
from glassy.model.family import Network
from glassy.numerics.bits import Bits
from glassy.passing.kernels import FloatArray, dense_pass, gather, scattered, tabulate

ROUNDING = 1e-10  # of e_P and its derivatives, relative: beyond, Newton's identities have lost too many digits


class Dense:
    """The patterns of one network with P > 2 as message passing sees them.

    Parameters
    ----------
    network, N
        The network and its size.
    rows : array (blocks, K, 8)
        The patterns (`rows_of_patterns`).
    weights : array (K,)
        What the energy of each pattern is multiplied by.
    beta : float
        1/T.
    """

    def __init__(self, network: Network, N: int, rows: Bits, weights: FloatArray, beta: float) -> None:
        P = network.P
        self.N, self.P, self.beta, self.rows, self.weights = N, P, beta, rows, weights
        self.c = np.array([float(c) for c in network.energy_table(N).multilinear(P)])
        truths = rows.shape[1] // network.stored(1)  # of trained networks the rows are examples
        self.load = network.load(truths, N) * float(np.mean(weights**2))  # of the noise
        self.covariance = network.unit_covariance
        self._table, self._sums = np.zeros((2, P // 2, 8 * len(rows), 256))
        gather(rows, 0, weights, self._sums[0])
        self._whole = np.zeros(N)  # sum_mu w_mu xi_i
        scattered(self._sums[0], self._whole)

    def bare(self, x: FloatArray) -> tuple[FloatArray, float]:
        """Return the field of the multilinear energy on every spin, and that energy per spin."""
        P, N = self.P, self.N
        p = np.array([float((x**j).sum()) for j in range(P + 1)])
        for n in range(P // 2):
            tabulate(x ** (2 * n + 1), self._table[n])
        totals = np.zeros(P + 1)
        self._sums[:] = 0.0
        dense_pass(self.rows, self.weights, self._table, self.c, p, self._sums, totals)
        h, each = np.zeros(N), np.empty(N)
        for j in range(P):
            if j % 2:
                h += (-x) ** j * totals[j]
            elif j == P - 1:  # e_0 = 1 of every pattern
                h -= x**j * self.c[P] * self._whole
            else:
                scattered(self._sums[j // 2], each)
                h += x**j * each
        last = self._whole @ x**P if P % 2 else self.weights.sum() * p[P]
        return h, float(totals[P] + (-1) ** (P - 1) * self.c[P] * last / P) / N

    def field(self, x: FloatArray, old: FloatArray) -> FloatArray:
        """Return the local field of T.1."""
        h, _ = self.bare(x)
        C, overlap = self.beta * (1.0 - float(x @ x) / self.N), float(x @ old) / self.N
        return h - C * self.load * self.covariance(overlap, 2) * old

    def own_energy(self, x: FloatArray) -> float:
        """Return the multilinear energy per spin."""
        return self.bare(x)[1]

    def reaction(self, x: FloatArray) -> tuple[float, float]:
        """Return what the reaction of the other spins adds to f and to the energy per spin (T.2)."""
        q = float(x @ x) / self.N
        added = -self.beta * self.load * self.covariance.curvature(q) * (1.0 - q) ** 2
        return 0.5 * added, added

    def replicon(self, x: FloatArray) -> float:
        """Return 1 - beta^2 xi''(q) times the mean of (1 - x^2)^2 (S.1)."""
        stiffness = self.beta**2 * self.load * self.covariance(float(x @ x) / self.N, 2)
        return 1.0 - stiffness * float(np.mean((1.0 - x**2) ** 2))


def check_digits(P: int, N: int) -> None:
    """Raise InputError where sums of powers do not give e_(P-1) without a spin, of means that are all 0.9."""
    x, e = 0.9, [1.0]
    for k in range(1, P):
        e.append(sum((-1) ** (j - 1) * e[k - j] * N * x**j for j in range(1, k + 1)) / k)
    without, exact = sum((-x) ** j * e[P - 1 - j] for j in range(P)), comb(N - 1, P - 1) * x ** (P - 1)
    if not abs(without - exact) <= ROUNDING * exact:
        raise InputError(
            f"P must be so far below N that message passing keeps its digits, got P={P}, N={N}: sums of powers give "
            f"the field to {abs(without / exact - 1.0):.1g} only. Lower P, raise N, or take glassy.enumerate_states."
        )
