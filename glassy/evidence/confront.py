"""Runs as theory judges them: the saddle at the K of each run, the limit in 1/N; and one sample, as its enumeration does."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from glassy.analysis.extrapolate import Correction, extrapolate
from glassy.core.errors import EquilibrationWarning, InputError, warn
from glassy.core.progress import current_bar
from glassy.core.results import Estimate, Status
from glassy.evidence.comparison import Comparison, Row
from glassy.evidence.sides import check_independent, side
from glassy.exact import Exact
from glassy.simulation.observables import OBSERVABLES
from glassy.simulation.samples import Samples
from glassy.theory.solution import Solution
from glassy.theory.solve import solve


def confront(solution: Solution | Exact, samples: Any, powers: Sequence[Correction]) -> Comparison:
    """Compare theory or enumeration with runs; limits are fits in the first powers of 1/N, as many as the sizes determine."""
    runs = [samples] if isinstance(samples, Samples) else list(samples) if isinstance(samples, Iterable) else []
    if not runs or not all(isinstance(r, Samples) for r in runs):
        raise InputError(f"samples must be a Samples or a non-empty sequence of them, got {samples!r}.")
    if isinstance(solution, Exact):
        found = _compare_exact(solution, runs)
        warn_of("enumeration", None, runs)
        return found
    if not isinstance(solution, Solution) or not solution.status.ok:
        raise InputError(
            f"solution must be a converged glassy.Solution or a glassy.Exact, got {solution!r}. Solve where the phase exists."
        )
    for run in runs:
        _check_same(solution, run)
    check_independent(runs)
    if solution.m > 0.0:
        runs = [_upright(run) for run in runs]
    warn_of("theory", solution, runs)
    theories = []
    for run in runs:
        theories.append(_at(solution, run))
        current_bar("run").update()
    rows, note = [], _note(runs)
    for name in (name for name in side(solution).says if not OBSERVABLES[name].pairs or all(r.replicas > 1 for r in runs)):
        raw = [_row(name, theory, run, note) for theory, run in zip(theories, runs, strict=True)]
        rows += raw + limit_row(name, predicted(name, solution), raw, powers)
    return Comparison(solution, tuple(rows), note)


def _elsewhere(solution: Solution, run: Samples) -> str:
    """Return why a run is none of the phase of the Solution; "" if it is."""
    asked = ("pattern 0",) if solution.m > 0.0 else ("glass", "paramagnet")
    if run.phase in asked:
        return ""
    return f"N={run.N}: the chains were {f'at {run.phase}' if run.phase else 'not looked at'}, the solution is {solution.phase}"


def warn_of(what: str, solution: Solution | None, runs: Sequence[Any]) -> None:
    """Warn once of all runs that have not shown what they are compared for, by status; with a Solution also by phase."""
    bad: dict[Status, list[str]] = {}
    for run in runs:
        if not run.status.ok:
            bad.setdefault(run.status, []).append(str(run.N))
    parts = [f"N={', '.join(sizes)} {status.name} ({status.value})" for status, sizes in bad.items()]
    if solution is not None:
        parts += [reason for run in runs if run.status.ok and (reason := _elsewhere(solution, run))]
    if parts:
        warn(f"{what} is compared with runs that have not shown it: {'; '.join(parts)}.", EquilibrationWarning, 6)


def _note(runs: list[Samples]) -> str:
    sizes = ", ".join(str(run.N) for run in runs if not run.patterns_drawn and run.samples == 1)
    if not sizes:
        return ""
    return f"the patterns of N={sizes} were given, not drawn: the theory averages over random ones, whose scatter is unknown"


def _compare_exact(exact: Exact, runs: list[Samples]) -> Comparison:
    """Compare exact averages of one sample with a run of it."""
    if len(runs) != 1 or runs[0].samples != 1:
        raise InputError(
            "samples must be one run of samples=1 with an Exact, which is of one sample. Give patterns=, or samples=1."
        )
    run = runs[0]
    off = [name for name in ("network", "N", "K", "T") if getattr(run, name) != getattr(exact, name)]
    energies = float(run.series.pattern_energy[0]), exact.pattern_energy
    if not off and not math.isclose(*energies, rel_tol=1e-9, abs_tol=1e-9) and not math.isnan(energies[1]):
        off = [f"their patterns or perturbation (H/N of pattern 0 is {energies[0]:.9g} and {energies[1]:.9g})"]
    if off:
        raise InputError(f"the Exact and the run must be of one sample at one T, they differ in {', '.join(off)}. Repeat one.")
    reason = "" if run.status is not Status.STEADY else f"the run is of one phase ({run.phase}), the Exact of all states"
    rows = []
    for name in ("m", "m_abs", *(("q", "q_abs", "q2") if run.replicas > 1 else ()), "energy"):
        expected, found = float(getattr(exact, name)), getattr(run, name)
        alone = Estimate(float(found), found.thermal, None, None, found.tau_int, 1, found.thermal_dof, bound=found.bound)
        why = reason or ("nothing moved: the error is a bound" if alone.bound else "")
        z = math.nan if why else alone.z(expected)
        rows.append(Row(observable=name, theory=expected, simulation=alone, N=float(run.N), z=z, status=run.status, reason=why))
    return Comparison(exact, tuple(rows), sides=("enumeration", "simulation"))


def _upright(run: Samples) -> Samples:
    """Return the run with the spins of each chain of negative mean m flipped, where that is a symmetry: at even P."""
    s = run.series
    sign = np.where(s.m.mean(axis=-1) < 0.0, -1, 1)
    if not run.network.even or np.all(sign > 0):
        return run
    a, b = np.triu_indices(run.replicas, 1)  # the pairs of Series.q
    flipped = replace(
        s,
        m=s.m * sign[:, :, None],
        q=s.q * (sign[:, a] * sign[:, b])[:, :, None],
        spins=(s.spins * sign[:, :, None]).astype(np.int8),
        start_m=None if s.start_m is None else s.start_m * sign,
        near_m=None if s.near_m is None else s.near_m * sign[:, :, None],
    )
    return replace(run, series=flipped)


def limit_row(name: str, reference: float, rows: Sequence[Row], powers: Sequence[Correction]) -> list[Row]:
    """Return the extrapolated row: through the usable sizes if there are two, else through all, with the bad status.

    What is extrapolated is simulation - theory of each row; `reference` is the theory that the limit is set beside.
    """
    measured = [row for row in rows if math.isfinite(row.z)]
    good = [row for row in measured if row.status.ok]
    used = good if len({row.N for row in good}) > 1 else measured
    sizes = tuple(int(row.N) for row in used)
    if len(set(sizes)) < 2:
        return []
    off = [row.simulation.shifted(-float(row.theory)) for row in used]
    found = extrapolate(sizes, off, powers[: len(set(sizes)) - 1])
    value = found.value.shifted(reference)
    bad = next((row.status for row in used if not row.status.ok), None)
    status = bad or (Status.EQUILIBRATED if all(row.status is Status.EQUILIBRATED for row in used) else Status.STEADY)
    return [
        Row(observable=name, theory=reference, simulation=value, N=math.inf, z=value.z(reference), status=status, sizes=sizes,
            powers=found.powers, chi2=found.chi2, dof=found.dof)
    ]  # fmt: skip


def _check_same(solution: Solution, run: Samples) -> None:
    if run.network != solution.network:
        raise InputError(
            f"theory and simulation must be of one network, got {solution.network!r} and {run.network!r}. At P > 2 distinct "
            "and self-interacting networks have different noise (N.1, N.2): solve for the network that was simulated."
        )
    if run.perturbation is not None:
        raise InputError(f"the theory is that of the network alone, but the run has a {run.perturbation!r}. Run without it.")
    spacing = run.network.load(1, run.N) if run.network.has_patterns else 0.0
    if run.T != solution.T or abs(run.load - solution.load) > 0.501 * spacing + 1e-9 * solution.load:
        raise InputError(
            f"theory and simulation must be at one state point, got load={solution.load:g}, T={solution.T:g} and "
            f"load={run.load:g}, T={run.T:g}. Solve at the load and T of the run."
        )


def _at(solution: Solution, run: Samples) -> Solution:
    if run.load == solution.load:
        return solution
    s: Solution = solve(solution.network, run.load, solution.T, solution.phase, solution.ansatz, start=solution, strict=False)
    if not s.status.ok:
        raise InputError(
            f"N={run.N} stores the integer K={run.K}, load={run.load:.8g}, where {solution.phase} has no saddle: the asked "
            "load lies too close to the boundary. Lower load or raise N."
        )
    return s


def predicted(name: str, solution: Solution) -> float:
    """Return what the theory says of an observable of the simulation, by its name there."""
    theory = OBSERVABLES[name].theory
    if theory is None:
        raise InputError(f"theory says nothing of {name!r}. Ask for one of {[k for k, o in OBSERVABLES.items() if o.theory]}.")
    return theory(solution)


def _row(name: str, theory: Solution, run: Samples, note: str) -> Row:
    """Compare one observable of one run; the simulated energy without the mean M.3. The note is that of given patterns."""
    expected, measured, status = predicted(name, theory), getattr(run, name), run.status
    if name == "energy":
        measured = measured.shifted(-run.network.energy_offset(run.K, run.N) if run.network.has_signal else 0.0)
    if elsewhere := _elsewhere(theory, run):
        status = Status.LEFT_PHASE if status.ok else status
        reason = elsewhere
    elif not run.patterns_drawn and run.samples == 1:
        reason = note
    elif run.samples == 1:
        reason = f"N={run.N}: one sample has no scatter between samples, which is part of the error; raise samples"
    elif measured.bound or not measured.error > 0.0:
        reason = f"N={run.N}: nothing moved: the error is a bound; raise T, samples or sweeps"
    else:
        reason = ""
    z = math.nan if reason else measured.z(expected)
    return Row(observable=name, theory=expected, simulation=measured, N=float(run.N), z=z, status=status, reason=reason)
