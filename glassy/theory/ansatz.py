"""Ansaetze: how replica symmetry is treated. A solver is an immutable value."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from glassy.core import checks
from glassy.core.errors import InputError
from glassy.core.spelling import one_of

DEEPEST = 30  # steps


@dataclass(frozen=True)
class RS:
    """Replica symmetry: one overlap q (R.5).

    Examples
    --------
    >>> import glassy
    >>> RS(), RS().depth
    (RS(), 0.0)
    >>> s = glassy.solve(glassy.DenseHebbian(P=3), load=0.1, T=0.4, ansatz=RS())
    >>> round(s.q_EA, 6), len(s.q_levels)
    (0.986702, 1)
    """

    type: str = field(default="RS", init=False, repr=False, compare=False)  # for dataclasses.asdict, which drops the class

    @property
    def depth(self) -> float:
        """Number of steps: 0."""
        return 0.0

    def __repr__(self) -> str:
        return "RS()"


@dataclass(frozen=True)
class RSB:
    """k steps of replica symmetry breaking: k + 1 overlaps and k breakpoints (R.1-R.4, R.6).

    Parameters
    ----------
    k : int
        Number of steps, 1 to 30. RSB(1) is 1RSB.

    Examples
    --------
    >>> import glassy
    >>> g = glassy.solve(glassy.DenseHebbian(P=3), load=4.0, T=0.8, phase="spin_glass", ansatz=RSB(1))
    >>> round(g.q_EA, 6), round(g.x_levels[0], 6)
    (0.929223, 0.554371)
    """

    type: str = field(default="RSB", init=False, repr=False, compare=False)
    k: int

    def __post_init__(self) -> None:
        remedy = "RSB(1) is one step; replica symmetry itself is RS(); the limit k -> infinity is FullRSB()."
        object.__setattr__(self, "k", checks.integer("k of RSB(k)", self.k, 1, remedy))
        if self.k > DEEPEST:
            raise InputError(f"k of RSB(k) must be at most {DEEPEST}, got {self.k}. Use FullRSB(), which extrapolates in k.")

    @property
    def depth(self) -> float:
        """Number of steps."""
        return float(self.k)

    def __repr__(self) -> str:
        return f"RSB({self.k})"


@dataclass(frozen=True)
class FullRSB:
    """Full replica symmetry breaking (R.7): RSB(k) for k from 1 to steps, extrapolated to k -> infinity with an error.

    Parameters
    ----------
    steps : int
        The largest k that is solved, 4 to 30.

    Examples
    --------
    >>> import glassy
    >>> g = glassy.solve(glassy.SpinGlass({2: 1.0}), load=1.0, T=0.5, phase="spin_glass", ansatz=FullRSB())
    >>> round(g.free_energy, 8), g.free_energy.error < 1e-9
    (-0.79117757, True)
    """

    type: str = field(default="FullRSB", init=False, repr=False, compare=False)
    steps: int = 8

    def __post_init__(self) -> None:
        steps = checks.integer("steps of FullRSB", self.steps, 4, "The extrapolation needs at least 4 depths.")
        object.__setattr__(self, "steps", steps)
        if steps > DEEPEST:
            raise InputError(
                f"steps of FullRSB must be at most {DEEPEST}, got {steps}. The error falls like steps^-4 without more."
            )

    @property
    def depth(self) -> float:
        """Number of steps: infinity, the limit."""
        return math.inf

    def __repr__(self) -> str:
        return "FullRSB()" if self.steps == 8 else f"FullRSB(steps={self.steps})"


Ansatz = RS | RSB | FullRSB


def hierarchy(depth: int) -> tuple[Ansatz, ...]:
    """Return RS, RSB(1), ..., RSB(depth) and FullRSB(depth).

    Parameters
    ----------
    depth : int
        The largest number of steps, 4 to 30.

    Raises
    ------
    InputError
        If it is not.

    Examples
    --------
    >>> hierarchy(4)
    (RS(), RSB(1), RSB(2), RSB(3), RSB(4), FullRSB(steps=4))
    """
    full = FullRSB(depth)
    return RS(), *map(RSB, range(1, full.steps + 1)), full


def check(ansatz: object) -> Ansatz:
    """Return the ansatz, also of its text, or raise InputError.

    Examples
    --------
    >>> check(RS()), check("RSB(2)")
    (RS(), RSB(2))
    """
    found: Ansatz = one_of("ansatz", ansatz, (RS, RSB, FullRSB))
    return found
