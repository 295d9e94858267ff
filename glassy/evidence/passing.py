"""Message passing beside Monte Carlo of the same patterns, sample by sample and site by site, and beside state evolution."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from glassy.analysis.control_variates import mean_of_samples
from glassy.core.errors import InputError
from glassy.core.results import Estimate, Status
from glassy.evidence.comparison import Comparison, Row
from glassy.evidence.confront import warn_of
from glassy.evidence.sides import Side, check_state, side
from glassy.exact import Exact
from glassy.passing.result import MessagePassing
from glassy.passing.state_evolution import SETTLED, StateEvolution
from glassy.simulation.samples import Samples
from glassy.theory.solution import Solution

SITES = "rms_of_sites"
SAME = 100.0  # tolerances by which numbers of one fixed point may differ
OTHER_PHASE = 0.5  # difference of |m| from which on state evolution ended elsewhere


def beside_run(passing: MessagePassing, run: Samples) -> Comparison:
    """Compare message passing with a run of the same patterns: means within each sample, and <s_i> of every spin."""
    check_state(side(passing), side(run))
    S = _shared(passing, run)
    if not S:
        raise InputError(
            "message passing and the run must share their patterns, got others: the seed, pattern 0 or its H/N differs. Give "
            "both the same seed, N and load, or the same patterns."
        )
    warn_of("message passing", None, [run])
    status = passing.status if not passing.status.ok else run.status
    spins, sign = run.series.spins[:S], np.ones((S, run.replicas))
    if run.network.even and (run.perturbation is None or run.perturbation.field is None):  # a state and its mirror
        sign = np.where(np.einsum("sri,si->sr", spins, passing.magnetizations[:S]) < 0.0, -1.0, 1.0)
    a, b = np.triu_indices(run.replicas, 1)
    measured = {"m": sign[..., None] * run.series.m[:S], "energy": run.series.energy[:S]}
    if run.replicas > 1:
        measured["q"] = (sign[:, a] * sign[:, b])[..., None] * run.series.q[:S]
    for name in ("n", "n_first"):
        if run.network.has_examples:
            measured[name] = sign[..., None] * getattr(run.series, name)[:S]
    rows = []
    for name in ("m", "n", "n_first", "q", "energy"):
        if name not in measured or not np.isfinite(passing.each(name)[:S]).all():
            continue
        mine, other = passing.each(name)[:S], measured[name].mean(axis=(1, 2))
        why = "one sample has no scatter between samples; raise samples" if S < 2 else ""
        gap = mean_of_samples(other - mine) if S > 1 else Estimate(float(other[0] - mine[0]), math.nan)
        z = math.nan if why else gap.z(0.0)
        rows.append(
            Row(observable=name, theory=float(mine.mean()), simulation=gap.shifted(float(mine.mean())), N=float(run.N), z=z,
                status=status, reason=why)
        )  # fmt: skip
    if run.replicas > 1:
        rms, noise, z = sites(passing.magnetizations[:S], sign[..., None] * spins)
        rows.append(
            Row(observable=SITES, theory=noise, simulation=rms, N=float(run.N), z=z, status=status)
        )  # fmt: skip
    note = (
        f"both share the patterns of {S} samples: values of the run are those of message passing and the mean difference "
        f"within each; {SITES} is the rms difference of <s_i>, of the last spins of {run.replicas} replicas: in the column of "
        "message passing is the noise that they have if it is right"
    )
    return Comparison(passing, tuple(rows), note, ("message passing", f"run from {run.start}"))


def beside_passing(first: MessagePassing, second: MessagePassing) -> Comparison | None:
    """Compare two results of the same patterns within each sample, or return None where they share none."""
    check_state(side(first), side(second))
    S = min(first.samples, second.samples)
    same = first.seed == second.seed or not (first.patterns_drawn and second.patterns_drawn)
    x, y = first.first_pattern, second.first_pattern
    one, other = (result.each("pattern_energy")[:S] for result in (first, second))
    if not (
        same and x is not None and y is not None and np.array_equal(x, y) and np.allclose(one, other, rtol=1e-9, atol=1e-9)
    ):
        return None
    sign = np.ones(S)
    if first.network.even and (first.perturbation is None or first.perturbation.field is None):  # a state and its mirror
        sign = np.where((first.magnetizations[:S] * second.magnetizations[:S]).sum(axis=1) < 0.0, -1.0, 1.0)
    rows = []
    for name in ("m", "q", "energy"):
        one, other = first.each(name)[:S], second.each(name)[:S] * (sign if name == "m" else 1.0)
        if not np.isfinite(one).all() or not np.isfinite(other).all():
            continue
        gap = mean_of_samples(other - one) if S > 1 else Estimate(float(other[0] - one[0]), math.nan)
        why = "one sample has no scatter between samples; raise samples" if S < 2 else ""
        if np.abs(other - one).max() <= SAME * max(first.tolerance, second.tolerance):
            why = "both agree to the tolerance"
        rows.append(
            Row(observable=name, theory=float(one.mean()), simulation=gap.shifted(float(one.mean())), N=float(first.N),
                z=math.nan if why else gap.z(0.0), status=first.status if not first.status.ok else second.status, reason=why)
        )  # fmt: skip
    note = f"both share the patterns of {S} samples: the second is the first and the mean difference within each"
    return Comparison(first, tuple(rows), note, ("first message passing", "second message passing"))


def of_network(exact: Exact, passing: MessagePassing) -> MessagePassing:
    """Return message passing on the sample that was enumerated, its first, or raise InputError if it has other patterns."""
    mine = passing.points[0].pattern_energy
    if not math.isclose(mine, exact.pattern_energy, rel_tol=1e-9, abs_tol=1e-9):
        raise InputError(
            f"the Exact and message passing must share their patterns, got H/N={exact.pattern_energy:.9g} and {mine:.9g} of "
            "pattern 0. Give both the same seed, N and load, or the same patterns."
        )
    return replace(passing, points=passing.points[:1])


def end_of(evolution: StateEvolution, other: Side) -> tuple[Status, list[str]]:
    """Return what became of state evolution beside another result, and what must be said of it."""
    status, notes = evolution.status, []
    if not status.ok:
        moved = abs(evolution.m[-1] - evolution.m[-2])
        notes.append(f"state evolution still moves, m by {moved:.1g} in its last step: raise steps")
    m = other.says.get("m")
    if m is not None and abs(abs(float(m)) - abs(evolution.m[-1])) > OTHER_PHASE:
        status = Status.LEFT_PHASE
        notes.append(f"state evolution ended in another phase, at m={evolution.m[-1]:.3g}: the other is at m={float(m):.3g}")
    return status, notes


def elsewhere(solution: Solution, passing: MessagePassing) -> str:
    """Return why message passing settled in another phase than that of a Solution; "" if it did not."""
    for name, expected in (("n_first", solution.n_first), ("m", solution.m)):
        if expected is None or not passing.network.has_patterns:
            continue
        each = passing.each(name)
        off = int((np.abs(np.abs(each) - abs(float(expected))) > OTHER_PHASE).sum())
        if off:
            return f"{off} of {len(each)} samples settled elsewhere, {name}={each.mean():.3g}: the solution is {solution.phase}"
    return ""


def sites(magnetizations: npt.NDArray[np.float64], spins: npt.NDArray[np.float64]) -> tuple[Estimate, float, float]:
    """Return the rms difference of x_i from the mean of the last spins of R replicas, the noise of that mean, and a z.

    If message passing is exact the mean of a spin scatters by (1 - x_i^2)/R, and the squares have a variance that x says too.
    In units of variance/mean their sum is a number of events, near Poisson's law where few spins deviate: z is the difference
    of the roots of that number and of the expected one (Anscombe), which a cold state without events does not upset.

    Parameters
    ----------
    magnetizations : array [sample, spin]
        x.
    spins : array [sample, replica, spin]
        Spins of independent replicas.
    """
    R, x2 = spins.shape[1], magnetizations**2
    v, fourth = 1.0 - x2, (1.0 - x2) * (1.0 + 3.0 * x2)  # central moments of one spin
    expected = float(v.sum()) / R
    variance = float(((fourth + 3.0 * (R - 1) * v**2) / R**3 - (v / R) ** 2).sum())
    unit = variance / expected if expected > 0.0 else 4.0 / R**2  # 4/R^2: one spin of one replica, where x is +-1
    found = float(((magnetizations - spins.mean(axis=1)) ** 2).sum())
    z = 2.0 * (math.sqrt(found / unit + 0.375) - math.sqrt(expected / unit + 0.375))
    rms, noise = (math.sqrt(total / x2.size) for total in (found, expected))
    return Estimate(rms, 0.5 * math.sqrt(unit / x2.size), samples=len(spins)), noise, z


def beside_evolution(evolution: StateEvolution, passing: MessagePassing) -> Comparison:
    """Compare m and q of each iteration that every sample made, as long as they change, with those on infinitely many spins."""
    check_state(side(evolution), side(passing))
    word = "pattern" if passing.network.has_patterns else "random"
    apart = abs(passing.start_overlap - evolution.start_overlap) > 1.0 / passing.N and word == "pattern"
    if passing.start != word or apart or passing.damping:
        raise InputError(
            "both must begin at one overlap with the pattern (or at fair spins where there is none), undamped, got "
            f"m={evolution.start_overlap:g} and start={passing.start!r}, "
            f"start_overlap={passing.start_overlap:g}, damping={passing.damping:g}. Repeat one."
        )
    moved = np.abs(np.diff(evolution.m)) + np.abs(np.diff(evolution.q)) > SETTLED
    steps = min(int(np.flatnonzero(moved)[-1]) + 1 if moved.any() else 1, *passing.iterations)
    alone = "one sample has no scatter between samples; raise samples" if passing.samples == 1 else ""
    rows = []
    for t in range(1, steps + 1):
        for name in ("m", "q"):
            each = np.array([getattr(point, f"{name}_history")[t] for point in passing.points])
            found = Estimate(float(each[0]), math.nan) if alone else mean_of_samples(each)
            expected = float(getattr(evolution, name)[t])
            rows.append(
                Row(observable=f"{name}_{t}", theory=expected, simulation=found, N=float(passing.N),
                    z=math.nan if alone else found.z(expected), status=passing.status, reason=alone)
            )  # fmt: skip
    note = "state evolution is that of 1/N = 0, and a finite N is off by about 1/N; NAME_t is after iteration t"
    return Comparison(evolution, tuple(rows), note, ("state evolution", "message passing"))


def _shared(passing: MessagePassing, run: Samples) -> int:
    """Return how many of the first samples of both have the same patterns, or couplings: given ones are those of any seed."""
    S = min(passing.samples, run.samples)
    by_seed = passing.network.has_patterns or passing.network.has_load
    same = not (by_seed and passing.patterns_drawn and run.patterns_drawn) or passing.seed == run.seed
    if same and passing.first_pattern is not None:
        m = run.series.spins[0] @ passing.first_pattern.astype(np.float64) / run.N
        same = bool(np.allclose(m, run.final_m[0], rtol=0.0, atol=1e-9))
    same = same and np.allclose(passing.each("pattern_energy")[:S], run.series.pattern_energy[:S], rtol=1e-9, atol=1e-9)
    return S if same else 0
