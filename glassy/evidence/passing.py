"""Message passing beside Monte Carlo of the same patterns, sample by sample and site by site, and beside state evolution."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from glassy.analysis.control_variates import mean_of_samples
from glassy.core.errors import InputError
from glassy.core.results import Estimate
from glassy.evidence.comparison import Comparison, Row
from glassy.evidence.confront import warn_of
from glassy.evidence.sides import check_state, side
from glassy.passing.result import MessagePassing
from glassy.passing.state_evolution import StateEvolution
from glassy.simulation.samples import Samples

SITES = "rms_of_sites"
SETTLED = 1e-6  # steps of state evolution that change m and q by less say no more


def beside_run(passing: MessagePassing, run: Samples) -> Comparison:
    """Compare message passing with a run of the same patterns: means within each sample, and <s_i> of every spin."""
    check_state(side(passing), side(run))
    S = _shared(passing, run)
    if not S:
        raise InputError(
            "message passing and the run must share their patterns, got others: H/N of pattern 0 differs. Give both the same "
            "seed, N and load, or the same patterns."
        )
    warn_of("message passing", None, [run])
    status = passing.status if not passing.status.ok else run.status
    sign = np.ones((S, run.replicas))
    if run.network.even and run.perturbation is None:  # a state and its mirror
        sign = np.where(run.series.m[:S].mean(axis=-1) * passing.each("m")[:S, None] < 0.0, -1.0, 1.0)
    a, b = np.triu_indices(run.replicas, 1)
    measured = {"m": sign[..., None] * run.series.m[:S], "energy": run.series.energy[:S]}
    if run.replicas > 1:
        measured["q"] = (sign[:, a] * sign[:, b])[..., None] * run.series.q[:S]
    rows = []
    for name in ("m", "q", "energy"):
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
        rms, noise = sites(passing.magnetizations[:S], sign[..., None] * run.series.spins[:S])
        z = (float(rms) - noise) / rms.error if rms.error > 0.0 else math.nan
        rows.append(
            Row(observable=SITES, theory=noise, simulation=rms, N=float(run.N), z=z, status=status,
                reason="" if rms.error > 0.0 else "no spin differs between the replicas: raise replicas")
        )  # fmt: skip
    note = (
        f"both share the patterns of {S} samples: values of the run are those of message passing and the mean difference "
        f"within each; {SITES} is the rms difference of <s_i>, of the last spins of {run.replicas} replicas, beside their noise"
    )
    return Comparison(passing, tuple(rows), note, ("message passing", f"run from {run.start}"))


def sites(magnetizations: npt.NDArray[np.float64], spins: npt.NDArray[np.float64]) -> tuple[Estimate, float]:
    """Return the rms difference of x_i from the mean of the last spins of R replicas, and the noise of that mean.

    The noise is known, (1 - <s_i>^2)/R at each spin; rms and noise agree where message passing is exact.

    Parameters
    ----------
    magnetizations : array [sample, spin]
        x.
    spins : array [sample, replica, spin]
        Spins of independent replicas.
    """
    R = spins.shape[1]
    mean = spins.mean(axis=1)
    noise = np.sqrt(np.mean(1.0 - mean**2) / (R - 1))
    squares = (magnetizations - mean) ** 2
    rms = math.sqrt(float(squares.mean()))
    error = float(squares.std(ddof=1)) / math.sqrt(squares.size) / (2.0 * rms) if rms > 0.0 else 0.0
    return Estimate(rms, error, samples=len(spins)), float(noise)


def beside_evolution(evolution: StateEvolution, passing: MessagePassing) -> Comparison:
    """Compare m and q of each iteration that every sample made, as long as they change, with those on infinitely many spins."""
    check_state(side(evolution), side(passing))
    if passing.start != "pattern" or abs(passing.start_overlap - evolution.start_overlap) > 1.0 / passing.N or passing.damping:
        raise InputError(
            f"both must begin at one overlap with the pattern, undamped, got m={evolution.start_overlap:g} and "
            f"start={passing.start!r}, start_overlap={passing.start_overlap:g}, damping={passing.damping:g}. Repeat one."
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
    """Return how many of the first samples of both have the same patterns."""
    S = min(passing.samples, run.samples)
    return S if np.allclose(passing.each("pattern_energy")[:S], run.series.pattern_energy[:S], rtol=1e-9, atol=1e-9) else 0
