"""Solution: what `solve` returns."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from itertools import pairwise

from glassy.network import DenseHebbian
from glassy.provenance import Provenance, provenance
from glassy.results import Status
from glassy.storage import Saved
from glassy.theory.ansatz import RS


@dataclass(frozen=True)
class Solution(Saved):
    """A saddle point of the replicated free energy.

    Where `status` is LEFT_PHASE the asked phase has no saddle and every number is NaN: another phase's numbers are never
    returned in its place.

    Parameters
    ----------
    network, load, T, ansatz
        The state point.
    phase : str
        The phase of these numbers: "retrieval", "spin_glass" or "paramagnetic".
    m : float
        Mattis magnetization of the condensed pattern.
    q_levels : tuple of float
        Overlaps q_0 <= ... <= q_k; one under RS.
    x_levels : tuple of float
        Parisi breakpoints x_1 .. x_k; none under RS.
    susceptibility : float
        C = beta (1 - q_EA), finite at T = 0.
    free_energy, energy, entropy : float
        Per spin, k_B = 1, in the normalisation of H.2 / H.3.
    replicon : float
        S.1; positive is stable, -inf at T = 0 and load > 0.
    residual : float
        Largest |right side - left side| of R.5.
    status : Status
        Whether the numbers may be used, as a sentence.
    """

    network: DenseHebbian
    load: float
    T: float
    phase: str
    ansatz: RS
    m: float
    q_levels: tuple[float, ...]
    x_levels: tuple[float, ...]
    susceptibility: float
    free_energy: float
    energy: float
    entropy: float
    replicon: float
    residual: float
    status: Status
    provenance: Provenance = field(default_factory=provenance, repr=False, compare=False)

    @property
    def q_EA(self) -> float:
        """Edwards-Anderson overlap, the largest level."""
        return self.q_levels[-1]

    @property
    def q_mean(self) -> float:
        """Mean of P(q): sum_i (x_{i+1} - x_i) q_i."""
        edges = (0.0, *self.x_levels, 1.0)
        return sum((b - a) * q for (a, b), q in zip(pairwise(edges), self.q_levels, strict=True))

    def __repr__(self) -> str:
        where = f"{self.network!r} {self.phase} {self.ansatz!r} load={self.load:g} T={self.T:g}"
        if not self.status.ok:
            return f"Solution({where}: {self.status.name})"
        return (
            f"Solution({where}: m={self.m:.6g} q={self.q_EA:.6g} f={self.free_energy:.8g} "
            f"replicon={self.replicon:.4g} residual={self.residual:.0e})"
        )


def missing(
    network: DenseHebbian, load: float, T: float, phase: str, ansatz: RS, status: Status = Status.LEFT_PHASE
) -> Solution:
    """Return the Solution of a phase that has no saddle: every number NaN, and a status that says so."""
    nan = math.nan
    return Solution(network, load, T, phase, ansatz, nan, (nan,), (), nan, nan, nan, nan, nan, nan, status)
