"""Replica exchange: chains of one sample at several temperatures that swap configurations (M.5)."""

from __future__ import annotations

import math
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from glassy import checks
from glassy.errors import InputError
from glassy.patterns import chain_generator, draw_rows, exchange_generator, pattern_generator
from glassy.results import Estimate, Grid, Status
from glassy.simulation.chains import Chain, start_chains
from glassy.simulation.methods import ReplicaExchange
from glassy.simulation.reweighting import Reweighted, reweight
from glassy.simulation.run import CHUNK, Run
from glassy.simulation.samples import Samples, Series
from glassy.simulation.statistics import block_means, estimate, from_left_out, jackknife
from glassy.simulation.tables import kernel_tables
from glassy.storage import Saved

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Rungs(Saved):
    """One finished sample of a ladder: the series of every temperature, coldest first, and what the exchange did.

    Parameters
    ----------
    series : tuple of Series
        One for each temperature.
    swaps : array [sample, replica, edge, 2]
        Attempted and accepted exchanges between neighbouring temperatures.
    round_trips : array [sample, replica]
        How often a configuration went from the coldest temperature to the hottest and back, summed over configurations.
    """

    series: tuple[Series, ...]
    swaps: IntArray
    round_trips: IntArray


@dataclass(frozen=True)
class Exchange(Saved):
    """What the exchange did in a whole run; temperatures rise, edge i joins T[i] and T[i+1].

    Parameters
    ----------
    T : tuple of float
        Temperatures, coldest first.
    swaps : array [sample, replica, edge, 2]
        Attempted and accepted exchanges, burn-in left out.
    round_trips : array [sample, replica]
        Round trips between the ends of the ladder, burn-in left out.
    """

    T: tuple[float, ...]
    swaps: IntArray
    round_trips: IntArray

    @property
    def acceptance(self) -> tuple[Estimate, ...]:
        """Accepted fraction of each edge, averaged over samples and replicas."""
        share = self.swaps[..., 1] / np.maximum(self.swaps[..., 0], 1)
        return tuple(estimate(share[..., i][:, :, None]) for i in range(share.shape[-1]))

    def __repr__(self) -> str:
        edges = " ".join(f"{float(a):.2f}" for a in self.acceptance)
        ends = f"{len(self.T)} temperatures {self.T[0]:g} to {self.T[-1]:g}"
        return f"Exchange({ends}: acceptance {edges}; {self.round_trips.sum()} round trips)"


@dataclass(frozen=True)
class Ladder(Grid[Samples]):
    """A Grid of Samples along T, run as one ladder by replica exchange.

    The Samples of different temperatures belong to the same patterns and have exchanged configurations: they are correlated.

    Parameters
    ----------
    exchange : Exchange
        Acceptance of every edge, and round trips.
    """

    exchange: Exchange

    def minus_beta_f(self, method: str = "integration") -> tuple[Estimate, ...]:
        """Return -beta f = ln Z/N averaged over samples at every temperature.

        The ladder must hold T = inf, where it is ln 2. The energies are those of H.2 or H.3: at even P, before H.3 is compared,
        take beta times `network.energy_offset(K, N)` (M.3) away from the theory's -beta f.

        Parameters
        ----------
        method : {"integration", "mbar"}
            "integration" (M.6): between temperatures the energy is the cubic in beta with its measured slopes; the difference
            between this and the integral of every second temperature is added to the error. "mbar" (M.7): the energies of all
            temperatures of a sample joined, with no error of a rule; neighbouring temperatures must overlap. Errors are those
            of the jackknife over samples and over blocks of time.

        Raises
        ------
        InputError
            If the ladder does not hold T = inf, or fewer than three temperatures.
        ConvergenceError
            If the energies of neighbouring temperatures do not overlap ("mbar").

        Examples
        --------
        >>> import glassy
        >>> network, T = glassy.DenseHebbian(P=3), [0.5, 0.7, 1.0, 2.0, float("inf")]
        >>> r = glassy.simulate(
        ...     network, 0.3, T, 14, start="random", method=glassy.ReplicaExchange(), sweeps=3000, samples=4, seed=1
        ... )
        >>> f = r.minus_beta_f()
        >>> f[-1] == math.log(2), f[0] > f[1] > f[2] > f[3] > f[4], f[0].error < 0.1
        (True, True, True)
        >>> abs(r.minus_beta_f("mbar")[0] - f[0]) < 3 * f[0].thermal
        True
        """
        if checks.choice("method", method, ("integration", "mbar")) == "mbar":
            return tuple(point.minus_beta_f for point in self.reweighted([p.T for p in self.points]))
        points = self._from_infinity("thermodynamic integration")
        beta = np.array([1.0 / p.T for p in points])
        energies = [block_means(p.series.energy) for p in points]
        squares = [block_means((p.series.energy - p.series.energy.mean(axis=(1, 2), keepdims=True)) ** 2) for p in points]
        N = points[0].N
        found = {}
        for i, point in enumerate(points):
            whole = jackknife(
                [*energies[: i + 1], *squares[: i + 1]],
                lambda *m, i=i: math.log(2.0) - _integral(beta[: i + 1], m[: i + 1], m[i + 1 :], N),
            )
            keep = sorted({0, i, *range(i, 0, -2)})
            coarse = math.log(2.0) - _integral(beta[keep], [energies[j] for j in keep], [squares[j] for j in keep], N)
            off = abs(float(whole) - coarse) / 8.0 if i > 1 else 0.0
            error = math.hypot(whole.error, off)
            found[point.T] = Estimate(
                float(whole), error, math.hypot(whole.thermal or 0.0, off), whole.disorder, None, whole.samples
            )
        return tuple(found[p.T] for p in self.points)

    def reweighted(self, T: float | Sequence[float] | FloatArray) -> Grid[Reweighted]:
        """Return -beta f, energy, entropy and specific heat at any temperature within the ladder (M.8).

        The energies of all temperatures of a sample are joined (M.7), so the curves between the temperatures cost no run.

        Parameters
        ----------
        T : float or 1-d array
            Temperatures from the coldest of the ladder up to infinity.

        Returns
        -------
        Grid of Reweighted

        Raises
        ------
        InputError
            If a T lies outside the ladder, or the ladder does not hold T = inf and two more temperatures.
        ConvergenceError
            If the energies of neighbouring temperatures do not overlap.

        Examples
        --------
        >>> import glassy
        >>> network, T = glassy.DenseHebbian(P=3), [0.5, 0.7, 1.0, 2.0, float("inf")]
        >>> r = glassy.simulate(network, 0.3, T, 14, start="random", method=glassy.ReplicaExchange(), sweeps=3000, seed=1)
        >>> curve = r.reweighted([0.6, 0.8])
        >>> r[0].energy < curve[0].energy < r[1].energy < curve[1].energy < r[2].energy
        True
        >>> bool(np.all(curve.errors("energy") < 0.02))
        True
        """
        points = self._from_infinity("reweighting")
        asked = np.atleast_1d(checks.array("T", T, "Give a temperature or a 1-d array of them."))
        if asked.ndim != 1 or asked.dtype.kind not in "iuf" or not np.all(asked >= points[-1].T):
            raise InputError(
                f"T must be temperatures from the coldest of the ladder, {points[-1].T:g}, up to infinity; got {T!r}. "
                "Add colder temperatures to the ladder."
            )
        beta = np.array([1.0 / p.T for p in points])
        N, samples = points[0].N, points[0].samples
        parts = [reweight(beta, [N * p.series.energy[s] for p in points], 1.0 / asked, N) for s in range(samples)]
        each, left = np.array([p[0] for p in parts]), np.array([p[1] for p in parts]).mean(axis=0)
        rest = [np.delete(each, s, axis=0).mean(axis=0) for s in range(samples)] if samples > 1 else []
        mean = each.mean(axis=0)
        found = []
        for i, t in enumerate(asked.tolist()):
            below = max(k for k, p in enumerate(points) if t <= p.T) + 1
            bad = (p.status for p in points[: min(below, len(points) - 1) + 1] if not p.status.ok)
            f, e, s, c = (
                from_left_out(float(mean[i, k]), [float(x[i, k]) for x in left], [float(x[i, k]) for x in rest])
                for k in range(4)
            )
            found.append(Reweighted(float(t), f, e, s, c, next(bad, Status.EQUILIBRATED)))
        return Grid(tuple(found), (len(found),))

    def _from_infinity(self, what: str) -> list[Samples]:
        """Return the Samples from T = inf down, or raise InputError where ln Z has no anchor."""
        points = sorted(self.points, key=lambda p: -p.T)
        if len(points) < 3 or math.inf != points[0].T:
            raise InputError(
                f"{what} needs T = inf and two more temperatures, got {[p.T for p in self.points]}. Add float('inf') to T."
            )
        return points

    def __repr__(self) -> str:
        return f"{Grid.__repr__(self)}, {self.exchange!r}"


def _integral(beta: FloatArray, energies: Sequence[FloatArray], variances: Sequence[FloatArray], N: int) -> float:
    """Integral of the mean energy over beta: cubics with the slopes d e/d beta = -N var(e)."""
    e = np.array([x.mean() for x in energies])
    slope = np.array([-N * x.mean() for x in variances])
    h = np.diff(beta)
    return float(np.sum(h * (e[1:] + e[:-1]) / 2.0 + h**2 * (slope[:-1] - slope[1:]) / 12.0))


@dataclass(frozen=True)
class LadderRun:
    """Everything that fixes the numbers of one ladder: the runs of its temperatures, coldest first, and the method."""

    rungs: tuple[Run, ...]
    method: ReplicaExchange

    @cached_property
    def replicas(self) -> int:
        """Chains at each temperature."""
        return self.rungs[0].replicas

    def description(self) -> dict[str, Any]:
        """Return what must agree for samples to belong together."""
        return {**self.rungs[0].description(), "T": [run.T for run in self.rungs], "method": repr(self.method)}

    def bytes_per_sample(self) -> int:
        """Memory of one sample in work: the patterns once, everything else for every temperature."""
        first = self.rungs[0]
        patterns = first.N * first.K
        return patterns + len(self.rungs) * (first.bytes_per_sample() - patterns)

    def bytes_of_series(self) -> int:
        """Memory of what one finished sample keeps."""
        return len(self.rungs) * self.rungs[0].bytes_of_series()

    def sample(self, index: int, stop: threading.Event, bar: Any) -> Rungs | None:
        """Run all temperatures and replicas of one sample; None if stopped."""
        first, n = self.rungs[0], len(self.rungs)
        N, K, R = first.N, first.K, first.replicas
        tables = kernel_tables(first.network, N, K)
        if first.patterns is None:
            xi = draw_rows(pattern_generator(first.seed, N, K, index), K, N)
        else:
            xi = np.ascontiguousarray(first.patterns.T)
        generators = [[chain_generator(run.seed, N, K, run.T, index, r) for r in range(R)] for run in self.rungs]
        spins = [
            run.initial(xi, index, r, g) for run, row in zip(self.rungs, generators, strict=True) for r, g in enumerate(row)
        ]
        every = start_chains(first.network.P, tables, xi, spins)
        chains = [every[i * R : (i + 1) * R] for i in range(n)]
        condensed = Chain(tables, xi, np.ascontiguousarray(xi[:, 0]))
        start_m = np.array([[np.dot(xi[:, 0].astype(np.int64), c.sigma) / N for c in row] for row in chains])
        swappers = [_Swapper(self, exchange_generator(first.seed, N, K, index, r), float(tables.step)) for r in range(R)]
        pairs = [(r, s) for r in range(R) for s in range(r + 1, R)]
        trace = np.empty((n, R, first.sweeps, 3), np.int64)
        q = np.empty((n, len(pairs), first.sweeps))
        t = -first.burn_in
        while t < first.sweeps:
            if t == 0:
                for swapper in swappers:
                    swapper.forget()
            to_swap = self.method.every - (t + first.burn_in) % self.method.every
            size = min(CHUNK, to_swap, (0 if t < 0 else first.sweeps) - t)
            for i, run in enumerate(self.rungs):
                if stop.is_set():
                    return None
                now = []
                for r in range(R):
                    configurations, rows = chains[i][r].advance(size, run.method, run.T, generators[i][r])
                    now.append(configurations)
                    if t >= 0:
                        trace[i, r, t : t + size] = rows
                if t >= 0:
                    for p, (r, s) in enumerate(pairs):
                        q[i, p, t : t + size] = np.einsum("ti,ti->t", now[r], now[s], dtype=np.int32) / N
                bar.update(size * R)
            t += size
            if size == to_swap and t < first.sweeps:  # the final spins are those of the last sweep
                for r, swapper in enumerate(swappers):
                    swapper.step(chains, r)
        pattern_energy = condensed.energy_per_spin(np.array([condensed.energy]))
        series = tuple(
            Series(
                m=trace[i, None, :, :, 0] / N,
                energy=np.stack([chains[i][r].energy_per_spin(trace[i, r, :, 1]) for r in range(R)])[None],
                q=q[i, None],
                acceptance=trace[i, None, :, :, 2] / N,
                pattern_energy=pattern_energy,
                spins=np.stack([c.sigma for c in chains[i]])[None],
                start_m=start_m[i, None],
            )
            for i in range(n)
        )
        return Rungs(series, np.stack([s.swaps for s in swappers])[None], np.array([[s.round_trips for s in swappers]]))


class _Swapper:
    """Exchanges of one replica's ladder: even and odd edges in turn, with the exact integer energies."""

    def __init__(self, run: LadderRun, generator: np.random.Generator, step: float) -> None:
        T = np.array([rung.T for rung in run.rungs])
        self.beta = step / T  # per unit of the integer energies; 0 at T = inf
        self.generator = generator
        self.parity = 0
        self.swaps = np.zeros((len(T) - 1, 2), np.int64)
        self.label = np.arange(len(T))  # which configuration is at each temperature
        self.heading = np.zeros(len(T), np.int8)  # of each configuration: 1 from the cold end, -1 from the hot one
        self.round_trips = 0

    def forget(self) -> None:
        """Count from here on."""
        self.swaps[:] = 0
        self.round_trips = 0
        self.heading[:] = 0

    def step(self, chains: list[list[Chain]], r: int) -> None:
        """Attempt every second edge of replica r; exp((beta_i - beta_j)(E_i - E_j)) is the ratio of the product measures."""
        uniform = self.generator.random(len(self.beta))
        for i in range(self.parity, len(self.beta) - 1, 2):
            self.swaps[i, 0] += 1
            low, high = chains[i], chains[i + 1]
            gain = (self.beta[i] - self.beta[i + 1]) * (low[r].energy - high[r].energy)
            if np.log1p(-uniform[i]) <= gain:
                self.swaps[i, 1] += 1
                low[r], high[r] = high[r], low[r]
                self.label[i], self.label[i + 1] = self.label[i + 1], self.label[i]
        self.parity = 1 - self.parity
        cold, hot = self.label[0], self.label[-1]
        if self.heading[cold] == -1:
            self.round_trips += 1
        self.heading[cold] = 1
        if self.heading[hot] == 1:
            self.heading[hot] = -1
