"""f(m) beside f(m): theory, measured curves of one N or several, and all states of one sample (J.2, J.3)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from itertools import combinations
from typing import Any, TypeGuard

import numpy as np

from glassy.analysis.extrapolate import Correction
from glassy.core import checks
from glassy.core.errors import InputError
from glassy.core.results import Estimate, Status
from glassy.evidence.comparison import Comparison, Row
from glassy.evidence.confront import limit_row, warn_of
from glassy.evidence.sides import Side, check_state, difference, side
from glassy.exact import Exact
from glassy.model.perturbation import Perturbation
from glassy.phases.free_energy_of_m import FreeEnergyOfM, free_energy_of_m
from glassy.simulation.free_energy_of_m import MeasuredFreeEnergyOfM
from glassy.simulation.ladder import Ladder

Curve = FreeEnergyOfM | MeasuredFreeEnergyOfM
AT = (0.0, 0.25, 0.5, 0.75)  # overlaps at which two curves are compared
NEEDS = (
    "f(m) must be compared with f(m) of the same network, load and T: a FreeEnergyOfM of theory, a MeasuredFreeEnergyOfM or "
    "a Ladder of fields along the pattern, several of them beside theory, or the Exact of a measured sample"
)
BY_TOP = ("depth", "m_minimum", "m_top")  # of the states on either side of the top
ONE = "one sample has no scatter between samples, which is part of the error; raise samples"
STATES = {"barrier": "barrier", "depth": "depth", "m_minimum": "m_pattern", "m_top": "m_barrier"}  # of theory, of a run


def is_curve(result: Any) -> TypeGuard[Curve | Sequence[Curve | Ladder]]:
    """Return whether a result is f(m), or a sequence that begins with one."""
    return isinstance(result, Curve) or (
        isinstance(result, Sequence) and not isinstance(result, str) and len(result) > 0 and isinstance(result[0], Curve)
    )


def beside_curves(first: Any, second: Any, powers: Sequence[Correction], m: Any = None) -> Comparison:
    """Compare curves f(m): theory with measured ones, all states of a sample with its run, or two of a kind."""
    at = AT if m is None else tuple(checks.numbers("m", m, "[overlap]", "They are overlaps where f(m) is compared.").tolist())
    order = {FreeEnergyOfM: 0, Exact: 1, MeasuredFreeEnergyOfM: 2}
    a, b = sorted((_curves(first), _curves(second)), key=lambda x: order[type(x[0])])
    if type(a[0]) is FreeEnergyOfM and type(b[0]) is MeasuredFreeEnergyOfM and len(a) == 1:
        return _judge(a[0], b, powers, at)
    if len(a) > 1 or len(b) > 1 or {type(a[0]), type(b[0])} == {FreeEnergyOfM, Exact} or type(b[0]) is Exact:
        raise InputError(f"{NEEDS}; got {first!r} and {second!r}.")
    return _beside(a[0], b[0], at)


def _curves(result: Any) -> list[Any]:
    """Return the curves of one side, those of ladders joined, or raise InputError where it has none."""
    given = [result] if isinstance(result, Curve | Exact | Ladder) else [*result] if isinstance(result, Sequence) else []
    found = [x.free_energy_of_m() if isinstance(x, Ladder) else x for x in given]
    if not found or not all(isinstance(x, Curve | Exact) for x in found) or len({type(x) for x in found}) > 1:
        raise InputError(f"{NEEDS}; got {result!r}.")
    return found


def _judge(
    theory: FreeEnergyOfM, curves: list[MeasuredFreeEnergyOfM], powers: Sequence[Correction], at: Sequence[float]
) -> Comparison:
    """Compare theory, solved again at the load of each run's K, with curves of one N or several, and their limits."""
    own = lru_cache(maxsize=None)(lambda load: free_energy_of_m(theory.network, load, theory.T, at, theory.ansatz))
    notes: list[str] = []
    for f in curves:
        check_state(_side(theory, {}), _side(f, {}))
        _check_added(f)
        if (added := _added(f)) is not None and {k for k, _ in added.pattern_energies} - {0}:
            notes.append("other patterns have energies of their own in the run, which the theory does not know")
    for one, other in combinations(curves, 2):
        if one.N == other.N and _same_samples(one, other):
            raise InputError(
                f"curves must be of different N, or of one N with different seeds, got two of N={one.N} with the same "
                "patterns: they are not independent. Leave one out, or run it again with another seed."
            )
    warn_of("theory", None, curves)
    said = [(f, _of_theory(own(_load(f)), at), _of_run(f, at)) for f in curves]
    reference, rows = _of_theory(own(theory.load), at), []
    for name, expected in reference.items():
        found = [_row(name, f, t[name], r[name]) for f, t, r in said if name in t and name in r]
        rows += found + limit_row(name, float(expected), found, powers)
        lacking = [str(f.N) for f, t, r in said if name not in t or name not in r]
        notes += [f"N={', '.join(lacking)}: no barrier between two states, or an m was not met"] if lacking else []
    return Comparison(theory, tuple(rows), "; ".join(dict.fromkeys(notes)))


def _beside(first: Any, second: Any, at: Sequence[float]) -> Comparison:
    """Compare two curves of which neither judges the other, or all states of a sample with its run."""
    check_state(_side(first, {}), _side(second, {}))
    runs = [x for x in (first, second) if isinstance(x, MeasuredFreeEnergyOfM)]
    if isinstance(first, Exact) and len(second.each) > 1:
        raise InputError(f"an Exact is of one sample, the curve must be, too, got {second!r}. Run it with samples=1.")
    curves = [all_states(first, second) if isinstance(first, Exact) else first, second]
    one, other = (_of(f, at) for f in curves)
    a, b = _side(first, one), _side(second, other)
    shared = isinstance(first, Exact) or (len(runs) == 2 and _same_samples(*runs))
    status = next((s.status for s in (a, b) if not s.status.ok), b.status)
    alone = "" if shared or all(len(f.each) > 1 for f in runs) else ONE
    apart = "the tops of the two curves are not at one m, so that each means other states by this" if shared else ""
    apart = apart if len({f.m_top for f in curves}) > 1 else ""
    rows = []
    for name in (name for name in one if name in other):
        x, y = (_thermal(e) if shared else e for e in (one[name], other[name]))
        why = alone or (apart if name in BY_TOP else "")
        z = math.nan if why else difference(x, y)
        why = why or ("" if math.isfinite(z) else "neither side has an error")
        rows.append(
            Row(observable=name, theory=x if x.error > 0.0 else float(x), simulation=y, N=min(a.N, b.N), z=z, status=status,
                reason=why)
        )  # fmt: skip
    warn_of("another curve", None, runs)
    kinds = (a.kind, b.kind) if a.kind != b.kind else (f"first {a.kind}", f"second {b.kind}")
    note = "both are of the same samples: errors are the thermal ones" if shared and len(runs) == 2 else ""
    return Comparison(first, tuple(rows), note, kinds)


def _row(name: str, f: MeasuredFreeEnergyOfM, expected: Estimate, found: Estimate) -> Row:
    reason = f"N={f.N}: {ONE}" if len(f.each) == 1 else "" if found.error > 0.0 else f"N={f.N}: no error"
    z = math.nan if reason else found.z(float(expected))
    return Row(observable=name, theory=float(expected), simulation=found, N=float(f.N), z=z, status=f.status, reason=reason)


def _thermal(e: Estimate) -> Estimate:
    return Estimate(float(e), e.thermal or 0.0, e.thermal, None, None, 1, e.thermal_dof)


def _of(curve: Curve, at: Sequence[float]) -> dict[str, Estimate]:
    """Return what a curve says; without an error if it is that of all states, which has one part."""
    if isinstance(curve, FreeEnergyOfM):
        return _of_theory(free_energy_of_m(curve.network, curve.load, curve.T, at, curve.ansatz), at)
    found = _of_run(curve, at)
    return found if curve.blocks > 1 else {name: Estimate(float(x), 0.0) for name, x in found.items()}


def _of_theory(f: FreeEnergyOfM, at: Sequence[float]) -> dict[str, Estimate]:
    said = {name: getattr(f, name) for name in STATES} if f.m_top else {"barrier": f.barrier}
    said |= {_at(m): y - f.f_pattern for m, y in zip(at, f.free_energy.tolist(), strict=True)}
    return {name: Estimate(float(x), 0.0) for name, x in said.items() if x is not None}


def _of_run(f: MeasuredFreeEnergyOfM, at: Sequence[float]) -> dict[str, Estimate]:
    found = {}
    for name, mine in STATES.items():
        try:
            found[name] = getattr(f, mine)
        except InputError:  # no barrier between two states
            continue
    return found | {_at(m): f.above_pattern(m) for m in at if f.m[0] <= m <= 1.0}


def _at(m: float) -> str:
    return f"f({m:g}) - f(1)"


def all_states(exact: Exact, run: MeasuredFreeEnergyOfM) -> MeasuredFreeEnergyOfM:
    """Return f(m) of all states of a sample at the overlaps that a run of it met.

    Examples
    --------
    >>> import glassy
    >>> rungs = [glassy.Perturbation(along=h, pattern_energies={0: 0.0}) for h in (0.0, 0.4, 0.8, 1.4, 2.4, 4.0)]
    >>> how = dict(method=glassy.ReplicaExchange(), samples=1, sweeps=2000, seed=1)
    >>> f = glassy.simulate(glassy.DenseHebbian(P=3), 0.2, 0.6, 10, perturbation=rungs, **how).free_energy_of_m()
    >>> exact = all_states(glassy.enumerate_states(glassy.DenseHebbian(P=3), 0.2, 0.6, 10, seed=1), f)
    >>> all(abs(x - float(y)) < 5.0 * x.error + 1e-12 for x, y in zip(f.free_energy, exact.free_energy))
    True
    """
    weight = dict(zip(np.rint(exact.N * exact.m_values).astype(int).tolist(), exact.m_weights.tolist(), strict=True))
    W = np.array([weight[M] for M in np.rint(run.N * run.m).astype(int).tolist()])
    f = exact.free_energy - exact.T / exact.N * np.log(W)
    return MeasuredFreeEnergyOfM(
        N=exact.N, T=exact.T, weight=run.weight, m=run.m, each=f[None], left=f[None, None], chains=1, blocks=1,
        signal=run.signal, control=None, status=exact.status,
    ).placed(exact)  # fmt: skip


def _side(curve: Any, says: dict[str, Estimate]) -> Side:
    """Return a curve as `check_state` looks at it."""
    if isinstance(curve, FreeEnergyOfM):
        state = {"network": curve.network, "T": curve.T, "load": curve.load}
        return Side(f"{curve.ansatz!r}", state, says, math.inf, curve.status)
    if isinstance(curve, Exact):
        return Side("all states", side(curve).state, says, float(curve.N), Status.EQUILIBRATED)
    of = dict(curve.state_point)
    state = {"network": of.get("network"), "T": curve.T, "N": curve.N, "perturbation": _added(curve)}
    state |= {k: of[k] for k in (("K",) if "K" in of else ("load",)) if k in of}
    if len(curve.each) == 1:
        state["energy of the pattern"] = round(float(curve.each[0, -1]), 9)
    return Side("measured", state, says, float(curve.N), curve.status)


def _added(f: MeasuredFreeEnergyOfM) -> Perturbation | None:
    """Return what is added to the energy of the network in a measured curve, None where nothing is."""
    ran = dict(f.state_point).get("perturbation") or Perturbation()
    own = () if f.weight == 1.0 else ((0, f.weight),)
    energies = (*own, *((k, e) for k, e in ran.pattern_energies if k))
    return Perturbation(ran.field, energies) if ran.field is not None or energies else None


def _check_added(f: MeasuredFreeEnergyOfM) -> None:
    """Raise InputError where a measured curve is not that of the network: in a field, or with another weight."""
    added = _added(f)
    if f.weight != 1.0 or (added is not None and added.field is not None):
        raise InputError(
            f"the theory is that of the network alone, but the curve has {added!r}. Run without a field on the spins, and take "
            "free_energy_of_m(weight=1)."
        )


def _load(f: MeasuredFreeEnergyOfM) -> float:
    return float(dict(f.state_point)["load"])


def _same_samples(one: MeasuredFreeEnergyOfM, other: MeasuredFreeEnergyOfM) -> bool:
    """Return whether two curves are of the same patterns: their energies at m = 1, at one weight, agree."""
    return np.array_equal(one.at_weight(1.0).each[:, -1], other.at_weight(1.0).each[:, -1])
