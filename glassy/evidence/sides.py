"""What a result says at one state point, so that any two can be set beside each other.

A kind of result says it once: `side.register` a function that turns it into a `Side`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import singledispatch
from itertools import combinations
from typing import Any

import numpy as np

from glassy.core.errors import InputError
from glassy.core.grid import Grid
from glassy.core.results import Estimate, Status, deviate
from glassy.exact import Exact
from glassy.passing.result import MessagePassing
from glassy.passing.state_evolution import StateEvolution
from glassy.simulation.observables import OBSERVABLES
from glassy.simulation.samples import Samples
from glassy.theory.solution import Solution

COMPARED = {  # what theory says of each phase
    "retrieval": ("m", "q", "energy", "energy_excess"), "example": ("m", "q", "energy", "energy_excess", "n_first"),
    "spin_glass": ("q_abs", "energy"), "paramagnetic": ("q", "energy"),
}  # fmt: skip


@dataclass(frozen=True)
class Side:
    """One result, as `compare` looks at it.

    Parameters
    ----------
    kind : str
        How tables name it.
    state : mapping of str to Any
        What must agree with the other side: the network, T, and what else it is of (K and N, or the load).
    says : mapping of str to Estimate
        Observables by name; the error is 0 where there is none. Energies are those of the theory: without the mean M.3.
    N : float
        Its spins; math.inf for a theory of infinitely many.
    status : Status
        What became of it.
    """

    kind: str
    state: Mapping[str, Any]
    says: Mapping[str, Estimate]
    N: float
    status: Status


@singledispatch
def side(result: Any) -> Side:
    """Return what a result says, or raise InputError where `compare` does not know its kind."""
    known = ", ".join(kind.__name__ for kind in side.registry if kind is not object)
    raise InputError(
        f"compare takes {known}, Ladder, and several Samples (sizes) beside a Solution, got a {type(result).__name__}. "
        "Give two of these."
    )


def _sharp(value: float) -> Estimate:
    return Estimate(float(value), 0.0)


@side.register
def _(result: Solution) -> Side:
    if not result.status.ok:
        raise InputError(f"a Solution must have converged to be compared, got {result!r}. Solve where the phase exists.")
    said = COMPARED[result.phase] + (("n",) if result.n else ())
    asked = {name: OBSERVABLES[name].theory for name in said}
    return Side(
        kind=f"{result.ansatz!r} {result.phase}",
        state={"network": result.network, "T": result.T, "load": result.load, "perturbation": None},
        says={name: _sharp(theory(result)) for name, theory in asked.items() if theory is not None}, N=math.inf,
        status=result.status,
    )  # fmt: skip


@side.register
def _(result: Exact) -> Side:
    offset = result.network.energy_offset(result.K, result.N) if result.network.has_signal else 0.0
    says = {name: _sharp(getattr(result, name)) for name in ("m", "m_abs", "q", "q_abs", "q2")}
    says |= {name: _sharp(x) for name in ("n", "n_first") if (x := getattr(result, name)) is not None}
    says |= {"energy": _sharp(result.energy - offset), "energy_excess": _sharp(result.energy - result.pattern_energy)}
    state = {
        "network": result.network, "T": result.T, "N": result.N, "K": result.K, "perturbation": result.perturbation,
        "energy of the pattern": round(result.pattern_energy, 9), **_given_load(result),
    }  # fmt: skip
    return Side(kind="exact", state=state, says=says, N=float(result.N), status=Status.EQUILIBRATED)


@side.register
def _(result: Samples) -> Side:
    offset = result.network.energy_offset(result.K, result.N) if result.network.has_signal else 0.0
    says = {name: result.mean(name) for name in result.series_of if name != "acceptance"}  # of the method, not of the state
    says["energy"] = says["energy"].shifted(-offset)
    state = {"network": result.network, "T": result.T, "N": result.N, "K": result.K, "perturbation": result.perturbation}
    state |= _given_load(result)
    return Side(kind=f"run from {result.start}", state=state, says=says, N=float(result.N), status=result.status)


def _given_load(result: Exact | MessagePassing | Samples) -> dict[str, Any]:
    return {} if result.network.has_patterns else {"load": result.given_load}


@side.register
def _(result: MessagePassing) -> Side:
    offset = result.network.energy_offset(result.K, result.N) if result.network.has_signal else 0.0
    said = ("m", "q", "energy", "energy_excess", *(("n", "n_first") if result.network.has_examples else ()))
    says = {name: getattr(result, name) for name in said}
    says = {name: value for name, value in says.items() if math.isfinite(value)}
    if "energy" in says:
        says["energy"] = says["energy"].shifted(-offset)
    state = {"network": result.network, "T": result.T, "N": result.N, "K": result.K, "perturbation": result.perturbation}
    state |= _given_load(result)
    return Side(kind="message passing", state=state, says=says, N=float(result.N), status=result.status)


@side.register
def _(result: StateEvolution) -> Side:
    says = {"m": _sharp(result.m[-1]), "q": _sharp(result.q[-1])}
    says |= {} if result.n is None else {"n": _sharp(result.n[-1])}
    state = {"network": result.network, "T": result.T, "load": result.load, "perturbation": None}
    return Side(kind="state evolution", state=state, says=says, N=math.inf, status=result.status)


@singledispatch
def rungs(result: Any) -> dict[float, Any]:
    """Return what a result holds at each of its temperatures; nothing where it is of one."""
    return {}


@rungs.register
def _(result: Grid) -> dict[float, Any]:  # type: ignore[type-arg]  # a Ladder as well
    found = {point.T: point for point in result if hasattr(point, "T")}
    return found if len(found) == len(result) else {}


def check_state(first: Side, second: Side) -> None:
    """Raise InputError where two sides are not of one state point, in all that both name."""
    a, b = first.state, second.state
    off = [name for name in a if name in b and a[name] != b[name]]
    for one, other in ((a, b), (b, a)):
        if not off and "load" in one and "K" in other and other["network"].has_patterns:
            network, K, N = other["network"], other["K"], other["N"]
            if abs(network.load(K, N) - one["load"]) > 0.501 * network.load(1, N) + 1e-9 * one["load"]:
                off = ["load"]
                a, b = {"load": one["load"]}, {"load": network.load(K, N)}
    if off:
        said = ", ".join(f"{name} ({a[name]!r} and {b[name]!r})" for name in off)
        raise InputError(f"both sides must be of one state point, they differ in {said}. Repeat one of them there.")


def common_samples(first: Samples, second: Samples) -> int:
    """Return how many of the first samples of two runs have the same patterns."""
    S = min(first.samples, second.samples)
    same = first.patterns_drawn == second.patterns_drawn and (first.seed == second.seed or not first.patterns_drawn)
    return S if same and np.array_equal(first.series.pattern_energy[:S], second.series.pattern_energy[:S]) else 0


def check_independent(runs: Sequence[Samples]) -> None:
    """Raise InputError where two runs of one N share their patterns, as one run given twice does."""
    for first, second in combinations(runs, 2):
        if first.N == second.N and common_samples(first, second):
            which = f"seed={first.seed}" if first.patterns_drawn else "the same patterns"
            raise InputError(
                f"runs must be of different N, or of one N with different seeds, got two of N={first.N} with {which}: they are "
                "not independent. Leave one out, or run it again with another seed."
            )


def difference(first: Estimate, second: Estimate) -> float:
    """Return second - first as a normal deviate, by Student's law with the degrees of freedom of Welch and Satterthwaite.

    NaN where an error is a bound, or both are zero.

    Examples
    --------
    >>> round(difference(Estimate(1.0, 0.3), Estimate(2.0, 0.4)), 3), difference(Estimate(1.0, 0.0), Estimate(2.0, 0.0))
    (2.0, nan)
    """
    whole = math.hypot(first.error, second.error)
    if first.bound or second.bound or not whole > 0.0:
        return math.nan
    parts = sum((e.error / whole) ** 4 / e.dof for e in (first, second))
    return deviate((float(second) - float(first)) / whole, 1.0 / parts if parts > 0.0 else math.inf)
