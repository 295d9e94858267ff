"""state_evolution: what message passing does on a network of infinitely many spins, step by step."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from glassy.core import checks
from glassy.core.errors import InputError
from glassy.core.provenance import Provenance, provenance
from glassy.core.renamed import corrects
from glassy.core.results import Status
from glassy.core.storage import Saved
from glassy.model.family import Network, check_network
from glassy.model.signal import uniform_signal
from glassy.numerics.gaussian import field_averages
from glassy.passing.kernels import FloatArray

SETTLED = 1e-6  # steps that change m and q by less say no more
LEAST = 1e-100  # T > 0 whose inverse is far from the largest float


@dataclass(frozen=True)
class StateEvolution(Saved):
    """m and q of message passing on infinitely many spins, from the start on.

    Parameters
    ----------
    network, load, T, start_overlap
        Arguments of the call; start_overlap is 0 without patterns.
    m, q : arrays (steps + 1,)
        Magnetization of pattern 0 and mean square of the magnetizations; at index 0 those of the spins of the start, q = 1.
    n : array (steps + 1,), optional
        Of a trained network the overlap with an example (L.3); at index 0 that of spins which know of the ground truth alone.

    Examples
    --------
    >>> import glassy
    >>> glassy.state_evolution(glassy.DenseHebbian(P=3), load=0.2, T=0.3, start_overlap=0.8, steps=20)
    StateEvolution(DenseHebbian(P=3) load=0.2 T=0.3 from m=0.8: m=0.98373 q=0.978428 after 20 steps)
    """

    network: Network
    load: float
    T: float
    start_overlap: float
    m: FloatArray
    q: FloatArray
    n: FloatArray | None = None
    provenance: Provenance = field(default_factory=provenance, repr=False, compare=False)

    axis = "step"

    @property
    def step(self) -> tuple[int, ...]:
        """0 .. steps, the index of m and q."""
        return tuple(range(len(self.m)))

    @property
    def steps(self) -> int:
        """How many steps were made."""
        return len(self.m) - 1

    @property
    def status(self) -> Status:
        """CONVERGED if the last step moved m and q by at most 1e-6, else NOT_CONVERGED: raise steps."""
        moved = max(abs(x[-1] - x[-2]) for x in (self.m, self.q))
        return Status.CONVERGED if moved <= SETTLED else Status.NOT_CONVERGED

    def records(self) -> Iterator[dict[str, Any]]:
        """Yield a row for each step."""
        state = {name: getattr(self, name) for name in ("network", "load", "T", "start_overlap")}
        for step, (m, q) in enumerate(zip(self.m.tolist(), self.q.tolist(), strict=True)):
            yield state | {"step": step, "m": m, "q": q}

    def __repr__(self) -> str:
        return (
            f"StateEvolution({self.network!r} load={self.load:g} T={self.T:g} from m={self.start_overlap:g}: "
            f"m={self.m[-1]:.6g} q={self.q[-1]:.6g} after {self.steps} steps)"
        )


@corrects
def state_evolution(
    network: Network,
    load: float,
    T: float | None = None,
    start_overlap: float | None = None,
    steps: int = 50,
    *,
    beta: float | None = None,
) -> StateEvolution:
    """Follow message passing on infinitely many spins: R.5 as an iteration, with the memory of T.4 at P = 2.

    Every step adds fields as if they were drawn anew: h = a + s z with a of m and s^2 of q, from spins of overlap m with
    pattern 0 and independent of all others. Its fixed points are the saddles of replica symmetry.

    Parameters
    ----------
    network : DenseHebbian, Trained or SpinGlass
        The network; a trained one of P > 2 (L.3). Of a spin glass q alone moves, from fair spins: m stays 0.
    load, T : float
        State point; T = 0 is the limit.
    start_overlap : float, optional
        m of the spins of the start, in [-1, 1] (default 1). A spin glass has none.
    steps : int
        How many iterations.
    beta : float, optional
        1/T, instead of T.

    Returns
    -------
    StateEvolution

    Raises
    ------
    InputError
        If an argument lies outside its domain, or at P = 2 a step meets beta (1 - q) = 1, where T.4 has no next one.

    Notes
    -----
    The start from which it ends at the pattern is an edge of the basin of message passing, not of Monte Carlo: at P = 3, load
    0.3 and T = 0.3 they are .535 and .537(12), at T = 0 they differ.

    Source: docs/explanation/theory.md, section 9 (T.4).

    Examples
    --------
    >>> import glassy
    >>> glassy.state_evolution(glassy.DenseHebbian(P=2), load=0.05, T=0.3, start_overlap=0.6, steps=3).m.round(4)
    array([0.6   , 0.9128, 0.986 , 0.9894])
    """
    found = check_network(network)
    glass = found.has_load and found.has_covariance and not found.has_patterns
    signal = found.has_load and found.has_signal and found.has_covariance and (found.has_stored or found.has_examples)
    if not (glass or signal):
        raise InputError(
            f"network must be a glassy.DenseHebbian or glassy.SpinGlass, got {network!r}: state evolution knows no other. "
            "Take glassy.message_passing."
        )
    if found.has_examples and found.P == 2:
        raise InputError(
            f"network must be of P > 2 where it learns from examples, got {network!r}: the memory that T.4 has for each of its "
            "modes is not known here. Take P > 2, or glassy.solve."
        )
    load, T = checks.load(load), checks.temperature(checks.given_temperature(T, beta))
    if 0.0 < T < LEAST:
        raise InputError(f"T must be 0 or >= {LEAST:g} for state evolution, got {T!r}. Take T=0.0, the limit.")
    if glass and start_overlap:
        raise InputError(f"start_overlap must be left out, got {start_overlap!r}: {network!r} has no pattern to start at.")
    given = 1.0 - glass if start_overlap is None else start_overlap
    m = checks.number("start_overlap", given, "It is the initial m of pattern 0.", least=-1.0, most=1.0)
    steps = checks.integer("steps", steps, 1, "An iteration is a step.")
    P, q, C, memory = network.P, 1.0, 0.0, 0.0
    of = uniform_signal(P) if glass else network.signal
    weighted = np.multiply(of.sizes, of.weights)
    v = float(np.dot(of.sizes, of.aligned)) * m  # spins that agree with the ground truth so often, whatever its examples
    ms, qs, vs = [m], [q], [v]
    for step in range(steps):
        if not network.wishart:
            a = 0.0 if glass else 0.5 * P * of.strength * v ** (P - 1)
            s = math.sqrt(load * network.unit_covariance(q, 1))
        else:
            if C == 1.0:
                raise InputError(f"state evolution has no step {step + 1} here: beta (1 - q) = 1. Raise start_overlap or T.")
            memory = (m - C * memory) / (1.0 - C)
            a, s = memory, math.sqrt(load * q) / abs(1.0 - C)
        _, flip, C, *_ = np.array([field_averages(a * S, s, T) for S in of.sizes]).T
        v, m, C = (float(x @ y) for x, y in ((weighted, 1.0 - flip), (of.aligned, 1.0 - flip), (of.weights, C)))
        v, m = (0.0, 0.0) if glass else (v, m)
        q = max(1.0 - T * C, 0.0)
        for path, value in ((ms, m), (qs, q), (vs, v)):
            path.append(value)
    n = of.full * np.array(vs) if found.has_examples else None
    return StateEvolution(
        network=network, load=load, T=T, start_overlap=ms[0], m=np.array(ms), q=np.array(qs), n=n
    )  # fmt: skip
