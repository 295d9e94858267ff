"""FixedPoint: where message passing on one sample of the patterns ended."""

from __future__ import annotations

from dataclasses import dataclass

from glassy.core.results import Status
from glassy.core.storage import Saved
from glassy.passing.kernels import FloatArray


@dataclass(frozen=True)
class FixedPoint(Saved):
    """Where message passing on one sample ended, and how it went there.

    Parameters
    ----------
    m, q : float
        x.xi^0/N and x.x/N of the last magnetizations x.
    energy, free_energy, entropy : float
        Per spin, with the reaction of the other spins (T.2, T.6); e - T s = f. NaN where beta (1 - q) >= 1 at P = 2 of
        patterns, which is no state: the status is none that is good.
    pattern_energy : float
        H/N of pattern 0 itself.
    replicon : float
        S.1 with the mean over the N spins, of couplings T.7: where it is negative at a fixed point, that is no stable state.
    iterations : int
        How many were made.
    change : float
        The largest change of a magnetization in the last of them.
    n, n_first : float, optional
        Of a trained network the overlap of x with the examples of ground truth 0, the mean over them, and with the first (L.3).
    status : Status
        LEFT_PHASE where it began at pattern 0, or its first example, at an overlap of 1/2 and more, and settled where that is
        below `Samples.least_overlap`; DIVERGED where it did not settle, or settled at no stable state: the replicon or the
        entropy is negative, or beta (1 - q) >= 1 at P = 2; else CONVERGED.
    magnetizations : array (N,)
        x.
    m_history, q_history : arrays (iterations + 1,)
        m and q from the start on.
    change_history : array (iterations,)
        The largest change in each iteration.
    """

    m: float
    q: float
    energy: float
    free_energy: float
    entropy: float
    pattern_energy: float
    replicon: float
    iterations: int
    change: float
    status: Status
    magnetizations: FloatArray
    m_history: FloatArray
    q_history: FloatArray
    change_history: FloatArray
    n: float | None = None
    n_first: float | None = None

    unexported = ("magnetizations", "m_history", "q_history", "change_history")

    @property
    def energy_excess(self) -> float:
        """Energy per spin above that of pattern 0 (M.4)."""
        return self.energy - self.pattern_energy
