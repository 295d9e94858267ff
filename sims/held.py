"""Held: the phase of a pattern in equilibrium, by replica exchange behind a wall in m, with control variates at the pattern.

A finite network leaves a metastable phase, and below the AT line its chains are too slow to see all of it. Behind a wall (an
infinite energy where the overlap m with the pattern lies below it) no chain can leave, and the hot rungs of a ladder mix.
The wall stands near the barrier to the glass (of RS: the unstable saddle) at the larger loads; what lies at it is counted.

Most of the scatter between samples is that of the fields h_i which the K - 1 other patterns put on the spins of pattern 0.
The expected means of functions of h_i over the spins are known for N spins, but for the Gaussian limit of K summands, so they
serve as control variates: a regression on them leaves the mean as it is and takes the scatter that they explain away.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.integrate import quad
from scipy.interpolate import PchipInterpolator
from scipy.stats import binom, norm

import glassy
from glassy import DenseHebbian, Estimate, Perturbation, Status, simulate
from glassy.analysis.statistics import freedom
from glassy.model.patterns import draw_patterns

FloatArray = npt.NDArray[np.float64]
EVERY = 5  # sweeps between exchanges
MANY = 30  # samples with an unstable spin in the pattern from which a regression on five controls has enough to explain


def wall(network: DenseHebbian, N: int, m: float) -> Perturbation:
    """Return the Perturbation that forbids overlaps with pattern 0 below m: an energy that no temperature in use can pay."""
    table = network.energy_table(N)
    overlap = np.arange(N, -N - 1, -2) / N
    own = np.array([float(table.unit * v) for v in table.values])
    return Perturbation(pattern_energies={0: np.where(overlap < m, 2.0 * N, own).tolist()})


def hold(
    network: DenseHebbian, load: float, T: list[float], N: int, at: float, *,
    samples: int, sweeps: int, burn_in: int, seed: int, out: Path, start: float = 1.0,
) -> glassy.Ladder:  # fmt: skip
    """Run a ladder from overlap `start` with the pattern, behind a wall at m = `at`."""
    options: dict[str, Any] = {"N": N, "samples": samples, "sweeps": sweeps, "burn_in": burn_in, "seed": seed, "threads": 1}
    ladder = simulate(
        network, load, T, start="pattern", start_overlap=start, method=glassy.ReplicaExchange(every=EVERY),
        perturbation=wall(network, N, at), out=out, **options,
    )  # fmt: skip
    assert isinstance(ladder, glassy.Ladder)
    return ladder


def excess_free_energy(T: FloatArray, excess: FloatArray, at: int) -> FloatArray:
    """Return f above the energy of the pattern at T[at]: e - T s, s the integral of de/T from T = 0; [T, sample] to [sample].

    Between the temperatures the energy is a monotone cubic, level at T = 0.
    """
    curve = PchipInterpolator(np.r_[0.0, T], np.vstack([excess[:1], excess]), axis=0)
    x = np.linspace(0.0, T[at], 4001)[1:]
    entropy = np.trapezoid(curve.derivative()(x) / x[:, None], x, axis=0)
    return np.asarray(excess[at] - T[at] * entropy)


def near_wall(r: glassy.Samples, at: float) -> FloatArray:
    """Return the share of the time that each sample spends within 0.03 of the wall, or within two flips of it."""
    return np.asarray((r.series.m < at + max(0.03, 4.0 / r.N)).mean(axis=(1, 2)))


def observed(r: glassy.Samples) -> dict[str, FloatArray]:
    """Return m, q and the energy above the pattern, [sample, sweep], each the mean over the chains of a sample."""
    excess = r.series.energy - r.series.pattern_energy[:, None, None]
    found = {"m": r.series.m, "q": r.series.q, "energy_excess": excess}
    return {name: np.asarray(x.mean(axis=1)) for name, x in found.items()}


def drift(x: FloatArray) -> float:
    """Return the change from the first to the second half of the sweeps, in errors by the scatter between samples."""
    half = x.shape[1] // 2
    change = plain(x[:, half:].mean(axis=1) - x[:, :half].mean(axis=1))
    return float(change) / change.error if change.error > 0.0 else 0.0


def rung_status(r: glassy.Samples) -> Status:
    """Status of one rung behind a wall, which holds the phase: that of its trends, if replicas that froze found one state."""
    floor = r.series.energy[r.frozen.any(axis=1)].min(axis=2)
    shared = np.isclose(floor, floor[:, :1], rtol=0.0, atol=1e-9).all()
    return r.evidence.relaxed if shared else Status.NOT_EQUILIBRATED


@dataclass(frozen=True)
class Fields:
    """Half the energy that a flip of each spin of pattern 0 costs, [sample, N], and the mean and variance it has by chance."""

    h: FloatArray
    mean: float
    variance: float

    def controls(self, T: float) -> FloatArray:
        """Return the control variates minus their expectations, [sample, kind]: h, h^2, spins that turn, their cost, f."""
        functions = (
            lambda h: h,
            np.square,
            lambda h: (h < 0.0).astype(float),
            lambda h: np.minimum(h, 0.0),
            lambda h: -T * np.logaddexp(0.0, -2.0 * h / T),
        )
        return np.column_stack([g(self.h).mean(axis=1) - self._expectation(g) for g in functions])

    def _expectation(self, g: Any) -> float:
        sigma = math.sqrt(self.variance)
        edge = -self.mean / sigma  # where h = 0: min and the share have a kink or a step there
        pieces = ((-9.0, edge), (edge, 9.0))
        return float(
            sum(quad(lambda z: norm.pdf(z) * g(np.array(self.mean + sigma * z)), a, b, epsabs=1e-11)[0] for a, b in pieces)
        )


def fields(r: glassy.Samples) -> Fields:
    """Return the fields at pattern 0 of every sample (H.4), from the patterns drawn again."""
    network, K, N = r.network, r.K, r.N
    assert isinstance(network, DenseHebbian)
    table = network.energy_table(N)
    F = np.array([float(table.unit * v) for v in table.values])
    u = np.arange(N + 1)
    lose = np.where(u < N, F[np.minimum(u + 1, N)], 0.0) - F  # a flip of an aligned spin: u + 1 are misaligned
    gain = np.where(u > 0, F[np.maximum(u - 1, 0)], 0.0) - F
    h = []
    for sample in range(r.samples):
        xi = draw_patterns(K, N, r.seed, sample)
        x = (xi * xi[0]).astype(np.float32)
        k = np.rint((N - x.sum(axis=1)) / 2.0).astype(np.int64)
        even, odd = 0.5 * (lose[k] + gain[k]), 0.5 * (lose[k] - gain[k])
        h.append(0.5 * (x.T.astype(np.float64) @ odd + even.sum()))
    # one more pattern costs lose[u] with probability 1 - u/N, gain[u] with u/N, at binomial u
    weight = binom(N, 0.5).pmf(u)
    first = weight @ (lose * (1.0 - u / N) + gain * u / N)
    second = weight @ (lose**2 * (1.0 - u / N) + gain**2 * u / N)
    return Fields(np.array(h), 0.5 * (lose[0] + (K - 1) * first), 0.25 * (K - 1) * (second - first**2))


def plain(each: FloatArray) -> Estimate:
    """Return the mean of one number for each sample, and its error by the scatter between samples."""
    S = len(each)
    return Estimate(float(each.mean()), float(each.std(ddof=1)) / math.sqrt(S), samples=S, dof=freedom(S))


def mean(each: FloatArray, T: float, here: Fields) -> Estimate:
    """Return the mean over the samples, with the control variates where enough happens for a regression."""
    return controlled(each, here.controls(T)) if (here.h < 0.0).any(axis=1).sum() >= MANY else plain(each)


def controlled(each: FloatArray, controls: FloatArray) -> Estimate:
    """Return the mean of one number for each sample with what the control variates explain taken away, and its error.

    The coefficients are those of least squares; the error has the factor of the prediction at the expected values.
    """
    scale = controls.std(axis=0)
    design = np.column_stack([np.ones(len(each)), controls[:, scale > 0.0] / scale[scale > 0.0]])
    inverse = np.linalg.pinv(design, rcond=1e-6)  # at low T the last two controls are one
    coefficients = inverse @ each
    rest = each - design @ coefficients
    free = len(each) - int(np.linalg.matrix_rank(design, tol=1e-6 * np.linalg.norm(design, 2)))
    error = math.sqrt(float(rest @ rest) / free * float(inverse[0] @ inverse[0]))
    return Estimate(float(coefficients[0]), error, samples=len(each), dof=freedom(free + 1))
