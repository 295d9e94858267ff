"""Replica exchange: chains of one sample at several temperatures that swap configurations (M.5)."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from glassy.analysis.jackknife import block_means, from_left_out, jackknife
from glassy.analysis.reweighting import Reweighted, reweight
from glassy.analysis.statistics import estimate
from glassy.core import checks
from glassy.core.drawing import Drawn
from glassy.core.errors import EquilibrationWarning, InputError, warn
from glassy.core.grid import Grid
from glassy.core.progress import progress_bar
from glassy.core.results import Estimate
from glassy.core.storage import Placed
from glassy.model.perturbation import Perturbation
from glassy.simulation.free_energy_of_m import MeasuredFreeEnergyOfM, joined_curve
from glassy.simulation.kernels.dynamics import ReplicaExchange
from glassy.simulation.samples import Samples

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Exchange(Drawn, Placed):
    """What the exchange did in a whole run; temperatures rise, edge i joins T[i] and T[i+1].

    Parameters
    ----------
    T : tuple of float
        Temperatures, coldest first.
    swaps : array [sample, replica, edge, 2]
        Attempted and accepted exchanges, burn-in left out.
    round_trips : array [sample, replica]
        Round trips between the ends of the ladder, burn-in left out.
    rungs : tuple of Perturbation
        What is added at each rung of a ladder at one temperature; of one in temperature nothing.

    Examples
    --------
    >>> import glassy
    >>> T = [0.5, 0.7, 1.0, 2.0]
    >>> method = glassy.ReplicaExchange()
    >>> r = glassy.simulate(glassy.DenseHebbian(P=3), 0.3, T, 14, method=method, sweeps=400, samples=2, seed=1)
    >>> len(r.exchange.acceptance), min(r.exchange.acceptance) > 0.3
    (3, True)
    """

    T: tuple[float, ...]
    swaps: IntArray
    round_trips: IntArray
    rungs: tuple[Perturbation, ...] = ()

    axis = "T"
    unplaced = ("T",)

    def records(self) -> Iterator[dict[str, Any]]:
        """Yield the edges of the ladder; `remarks` name one that no exchange was attempted on."""
        for i, (a, n, k) in enumerate(zip(self.acceptance, self.attempted, self.accepted, strict=True)):
            row: dict[str, Any] = {
                "T": self.T[i],
                "T_next": self.T[i + 1],
                "exchange_acceptance": a,
                "attempted": n,
                "accepted": k,
            }
            row |= {"perturbation": self.rungs[i], "perturbation_next": self.rungs[i + 1]} if self.rungs else {}
            yield {**dict(self.state_point), **row, "remarks": untried(a, self.rungs)}

    @property
    def attempted(self) -> tuple[int, ...]:
        """Attempted exchanges of each edge, of all samples and replicas."""
        return tuple(self.swaps[..., 0].sum(axis=(0, 1)).tolist())

    @property
    def accepted(self) -> tuple[int, ...]:
        """Accepted exchanges of each edge, of all samples and replicas."""
        return tuple(self.swaps[..., 1].sum(axis=(0, 1)).tolist())

    @property
    def acceptance(self) -> tuple[Estimate, ...]:
        """Accepted fraction of each edge, averaged over samples and replicas; NaN where none was attempted."""
        tried = np.maximum(self.swaps[..., 0], 1)
        share = self.swaps[..., 1] / tried
        found = (estimate(share[..., i][:, :, None]) for i in range(share.shape[-1]))
        total = tried.sum(axis=(0, 1))
        counted = np.sqrt(share.mean(axis=(0, 1)) * (1.0 - share.mean(axis=(0, 1))) / total)  # if all were independent
        whole = np.all(self.swaps[..., 0] > 0, axis=(0, 1))
        return tuple(
            Estimate(float(e), max(e.error, c), max(e.thermal or 0.0, c), e.disorder, None, e.samples, e.dof, e.thermal_dof)
            if seen
            else Estimate(math.nan, math.nan, samples=e.samples)
            for e, c, seen in zip(found, counted.tolist(), whole.tolist(), strict=True)
        )

    def __repr__(self) -> str:
        edges = " ".join("-" if math.isnan(a) else f"{float(a):.2f}" for a in self.acceptance)
        edges += " (-: no exchange attempted, raise sweeps)" if "-" in edges else ""
        ends = f"{len(self.T)} temperatures {self.T[0]:g} to {self.T[-1]:g}"
        if self.rungs:
            ends = f"{len(self.rungs)} rungs at T={self.T[0]:g}, {self.rungs[0]!r} to {self.rungs[-1]!r}"
        return f"Exchange({ends}: acceptance {edges}; {self.round_trips.sum()} round trips)"


def untried(acceptance: Estimate | None, rungs: Sequence[Perturbation] = ()) -> tuple[str, ...]:
    """Return what must be known of an accepted fraction: that nothing was attempted, where it is NaN."""
    other = "perturbation" if rungs else "hotter temperature"
    return (f"no exchange with the next {other} was attempted: raise sweeps",) * (acceptance != acceptance)


@dataclass(frozen=True)
class Ladder(Grid[Samples]):
    """A Grid of Samples along T, or along perturbations at one T, run as one ladder by replica exchange.

    The Samples of different rungs belong to the same patterns and have exchanged configurations: they are correlated.

    Parameters
    ----------
    exchange : Exchange
        Acceptance of every edge, and round trips.

    Examples
    --------
    >>> import glassy
    >>> T = [0.5, 0.7, 1.0, 2.0]
    >>> method = glassy.ReplicaExchange()
    >>> r = glassy.simulate(glassy.DenseHebbian(P=3), 0.3, T, 14, method=method, sweeps=400, samples=2, seed=1)
    >>> [x.T for x in r], r[0].N
    ([0.5, 0.7, 1.0, 2.0], 14)
    """

    exchange: Exchange

    def records(self) -> Iterator[dict[str, Any]]:
        """Yield the averages of every temperature, and how many exchanges with the next hotter one were accepted."""
        places: tuple[Any, ...] = self.exchange.rungs or self.exchange.T
        edges = dict(zip(places, self.exchange.acceptance, strict=False))
        for p in self:
            edge = edges.get(p.perturbation if self.exchange.rungs else p.T)
            for row in p.records():
                yield row | {
                    "exchange_acceptance": edge,
                    "remarks": (*row.get("remarks", ()), *untried(edge, self.exchange.rungs)),
                }

    def minus_beta_f(self, method: str = "mbar", *, progress: bool | None = None) -> tuple[Estimate, ...]:
        """Return -beta f = ln Z/N averaged over samples at every temperature.

        The ladder must hold T = inf, where it is ln 2; `simulate(..., free_energy=True)` sees to it before it runs. Energies
        are those of H.2 or H.3: at even P, before H.3 is compared, take beta times `network.energy_offset(K, N)` (M.3) away
        from the theory's -beta f.

        Parameters
        ----------
        method : {"mbar", "integration"}
            "mbar" (M.8): the energies of all temperatures of a sample joined, with no error of a rule; neighbours must overlap.
            "integration" (M.6): between temperatures the energy is the cubic in beta with its measured slopes; the difference
            from the integral over every second temperature, and what the slopes change in the first interval, are added to
            the error: bounds for wide steps, far too large for narrow ones. Errors are those of the jackknife over samples
            and over blocks of time.
        progress : bool, optional
            A bar on stderr that counts samples ("mbar"); default: where it is slow and stderr is a terminal or a notebook.

        Raises
        ------
        InputError
            If the ladder does not hold T = inf, or fewer than three temperatures.
        ConvergenceError
            If the energies of neighbouring temperatures do not overlap ("mbar").

        Warns
        -----
        EquilibrationWarning
            If a temperature of the ladder has not shown its equilibrium (`status`).

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
        >>> abs(r.minus_beta_f("integration")[0] - f[0]) < 3 * f[0].thermal
        True
        """
        checks.choice("method", method, ("mbar", "integration"))
        points = self._from_infinity("a free energy")
        bad = [p for p in self.points if not p.status.ok]
        if bad:
            warn(
                f"{len(bad)} of {len(self.points)} temperatures, T={bad[0].T:g} first, have not shown their equilibrium "
                f"({bad[0].status.name}): {bad[0].status.value}.",
                EquilibrationWarning,
            )
        if method == "mbar":
            found = self.reweighted([p.T for p in self.points], progress=progress)
            return tuple(point.minus_beta_f for point in found)
        beta = np.array([1.0 / p.T for p in points])
        energies = [block_means(p.series.energy) for p in points]
        squares = [block_means((p.series.energy - p.series.energy.mean(axis=(1, 2), keepdims=True)) ** 2) for p in points]
        N = points[0].N
        at = {}
        for i, point in enumerate(points):
            whole = jackknife(
                [*energies[: i + 1], *squares[: i + 1]],
                lambda *m, i=i: math.log(2.0) - _integral(beta[: i + 1], m[: i + 1], m[i + 1 :], N),
            )
            keep = sorted({0, i, *range(i, 0, -2)})
            coarse = math.log(2.0) - _integral(beta[keep], [energies[j] for j in keep], [squares[j] for j in keep], N)
            first = abs(_integral(beta[:2], energies[:2], squares[:2], N) - _trapezoid(beta[:2], energies[:2])) if i else 0.0
            off = math.hypot(float(whole) - coarse, first)
            error = math.hypot(whole.error, off)
            at[point.T] = Estimate(
                float(whole), error, math.hypot(whole.thermal or 0.0, off), whole.disorder, None, whole.samples, whole.dof,
                whole.thermal_dof,
            )  # fmt: skip
        return tuple(at[p.T] for p in self.points)

    def reweighted(
        self,
        T: float | Sequence[float] | FloatArray | None = None,
        *,
        beta: float | Sequence[float] | FloatArray | None = None,
        progress: bool | None = None,
    ) -> Grid[Reweighted]:
        """Return -beta f, energy, entropy and specific heat at any temperature within the ladder (M.9).

        The energies of all temperatures of a sample are joined (M.8), so the curves between the temperatures cost no run.

        Parameters
        ----------
        T : float or 1-d array
            Temperatures from the coldest of the ladder up to infinity.
        beta : float or 1-d array, optional
            1/T, instead of T.
        progress : bool, optional
            A bar on stderr that counts samples; default: where it is slow and stderr is a terminal or a notebook.

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
        T = checks.given_temperature(T, beta)
        points = self._from_infinity("reweighting")
        asked = np.atleast_1d(checks.array("T", T, "Give a temperature or a 1-d array of them."))
        if asked.ndim != 1 or asked.dtype.kind not in "iuf" or not np.all(asked >= points[-1].T):
            raise InputError(
                f"T must be temperatures from the coldest of the ladder, {points[-1].T:g}, up to infinity; got {T!r}. "
                "Add colder temperatures to the ladder."
            )
        betas = np.array([1.0 / p.T for p in points])
        N, samples = points[0].N, points[0].samples
        found = []
        with progress_bar(samples, progress, "sample", "reweighting") as bar:
            for k in range(samples):
                found.append(reweight(betas, [N * p.series.energy[k] for p in points], 1.0 / asked, N))
                bar.update()
        each, left, parts = np.array([x[0] for x in found]), np.array([x[1] for x in found]).mean(axis=0), found[0][2]
        rest = [np.delete(each, s, axis=0).mean(axis=0) for s in range(samples)] if samples > 1 else []
        mean = each.mean(axis=0)
        rows = []
        for i, t in enumerate(asked.tolist()):
            below = max(k for k, p in enumerate(points) if t <= p.T) + 1
            bad = (p.status for p in points[: min(below, len(points) - 1) + 1] if not p.status.ok)
            f, e, s, c = (
                from_left_out(float(mean[i, k]), parts, [float(x[i, k]) for x in left], [float(x[i, k]) for x in rest])
                for k in range(4)
            )
            rows.append(
                Reweighted(
                    T=float(t), minus_beta_f=f, energy=e, entropy=s, specific_heat=c, status=next(bad, points[below - 1].status)
                ).placed(points[0])
            )
        return Grid(tuple(rows), (len(rows),))

    def free_energy_of_m(self, weight: float = 1.0, *, progress: bool | None = None) -> MeasuredFreeEnergyOfM:
        """Return the free energy at every overlap m with the pattern, from a ladder of fields along it (J.3).

        The rungs differ in `Perturbation.along` alone. The weight of the pattern's own energy in the run is free, as it is a
        function of m, and its effect is exact: with none (`pattern_energies={0: 0.0}`) there is no barrier in the way, and
        the rungs exchange freely.

        Parameters
        ----------
        weight : float
            What the pattern's own energy is multiplied by in the result; 1 is the network, whatever it was in the run.
        progress : bool, optional
            A bar on stderr that counts samples; default: where it is slow and stderr is a terminal or a notebook.

        Returns
        -------
        MeasuredFreeEnergyOfM

        Raises
        ------
        InputError
            If the rungs differ in anything else, or do not reach from the weakest field to the pattern itself.

        Examples
        --------
        >>> import glassy
        >>> fields = [glassy.Perturbation(along=h, pattern_energies={0: 0.0}) for h in (0.0, 0.4, 0.8, 1.4, 2.4, 4.0)]
        >>> how = dict(method=glassy.ReplicaExchange(every=4), samples=8, sweeps=500, seed=1)
        >>> f = glassy.simulate(glassy.DenseHebbian(P=3), 0.1, 0.6, 20, perturbation=fields, **how).free_energy_of_m()
        >>> f.barrier > f.at_weight(0.9).barrier  # where the pattern has less energy
        True
        """
        number = checks.number("weight", weight, "1 is the network.", least=-math.inf)
        return joined_curve(self.points, number, progress)

    def plot_exchange(self, *args: Any, **options: Any) -> Any:
        """Draw the accepted share of swaps at each step, and the round trips of each sample.

        Parameters
        ----------
        *args, **options
            Those of `glassy.plots.exchange`, `ax` and `path` among them.

        Returns
        -------
        array of two Axes

        Examples
        --------
        >>> import glassy
        >>> network, method = glassy.DenseHebbian(P=3), glassy.ReplicaExchange()
        >>> r = glassy.simulate(network, 0.3, [0.5, 0.7, 1.0], 14, start="random", method=method, sweeps=300, seed=1)
        >>> [ax.get_ylabel() for ax in r.plot_exchange()]
        ['accepted share of swaps', 'round trips of a replica']
        """
        return self.exchange.plot(*args, **options)

    def _from_infinity(self, what: str) -> list[Samples]:
        """Return the Samples from T = inf down, or raise InputError where ln Z has no anchor."""
        check_anchor([p.T for p in self.points], what, "; simulate(..., free_energy=True) says so before the run")
        return sorted(self.points, key=lambda p: -p.T)

    def __repr__(self) -> str:
        return f"{Grid.__repr__(self)}, {self.exchange!r}"


def check_anchor(temperatures: Sequence[float], what: str, more: str = "") -> None:
    """Raise InputError where a ladder has no T = inf, at which ln Z is known, or no two more temperatures to get there."""
    if len(temperatures) < 3 or math.inf not in temperatures:
        raise InputError(
            f"{what} needs T = inf and two more temperatures, got {[*temperatures]}. Run with three or more, float('inf') "
            f"(beta=0) among them{more}."
        )


def check_free_energy(method: object, temperatures: Sequence[float]) -> None:
    """Raise InputError where a run could not be asked for its free energy (`Ladder.minus_beta_f`)."""
    if not isinstance(method, ReplicaExchange):
        raise InputError(f"free_energy=True needs method=ReplicaExchange(), got {method!r}: -beta f is that of a Ladder.")
    check_anchor(temperatures, "a free energy")


def _integral(beta: FloatArray, energies: Sequence[FloatArray], variances: Sequence[FloatArray], N: int) -> float:
    """Integral of the mean energy over beta: cubics with the slopes d e/d beta = -N var(e)."""
    slope = np.array([-N * x.mean() for x in variances])
    return _trapezoid(beta, energies) + float(np.sum(np.diff(beta) ** 2 * (slope[:-1] - slope[1:]) / 12.0))


def _trapezoid(beta: FloatArray, energies: Sequence[FloatArray]) -> float:
    e = np.array([x.mean() for x in energies])
    return float(np.sum(np.diff(beta) * (e[1:] + e[:-1]) / 2.0))
