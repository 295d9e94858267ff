"""Guerra's interpolation from free spins to the network (I.1): what is simulated, its integrand, and the area under it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from glassy.analysis.control_variates import mean_of_samples
from glassy.core import checks
from glassy.core.errors import InputError
from glassy.core.export import Exported
from glassy.core.results import Estimate, Status
from glassy.evidence.table import Measured, Table
from glassy.model.network import DenseHebbian
from glassy.model.perturbation import Perturbation
from glassy.simulation.kernels.dynamics import ReplicaExchange
from glassy.simulation.samples import Samples
from glassy.simulation.simulate import simulate
from glassy.theory.annealed import noise_load
from glassy.theory.ansatz import RS, RSB, Ansatz
from glassy.theory.characteristic import Transport, noise_in_a_field
from glassy.theory.solution import Solution
from glassy.theory.solve import solve
from glassy.theory.transport import transport

FloatArray = npt.NDArray[np.float64]
HOTTER = (1.0, 1.2, 1.45, 1.8, 2.4, 4.0)  # rungs of the ladder in the glass, in units of the temperature that is measured


@dataclass(frozen=True)
class Interpolation(Exported):
    """The interpolation I.1 at one RS saddle: -beta f = -beta f_RS + the area under its integrand over t from 0 to 1.

    It is one characteristic of the transport equation J.1, and others are measured alike: those that end at the network in
    fields. In the spin glass no pattern is condensed, and pattern 0 is one of the noise.

    Parameters
    ----------
    saddle : Solution
        RS saddle of a DenseHebbian: "retrieval" or "spin_glass".
    x, y : float
        Where the characteristic ends at t = 1 (`transport`): variance of a random field, and field along the pattern, both of
        beta h. In the spin glass y is 0.

    Notes
    -----
    Source: docs/explanation/theory.md, I.1. `nodes` are those of Gauss and Legendre: exact for polynomials in t up to the
    power 2 n - 1.

    Examples
    --------
    >>> import glassy
    >>> network = glassy.DenseHebbian(P=3)
    >>> guerra = Interpolation(glassy.solve(network, load=0.1, T=0.4))
    >>> r = guerra.run(60, 0.5, fields=2, seed=1, samples=4, sweeps=200)
    >>> bool(abs(guerra.integrand(r).mean()) < 0.01)  # RS is exact here: it falls as 1/N
    True
    """

    saddle: Solution
    x: float = 0.0
    y: float = 0.0

    def __post_init__(self) -> None:
        s = self.saddle
        good = isinstance(s, Solution) and isinstance(s.network, DenseHebbian) and isinstance(s.ansatz, RS)
        if not good or not s.status.ok or s.T == 0.0:
            raise InputError(f"saddle must be a converged RS Solution of a DenseHebbian at T > 0, got {s!r}. Solve there.")
        checks.number("x", self.x, "It is the variance of a random field.")
        checks.number("y", self.y, "It is a field along the pattern.", least=-math.inf)
        if self.y and not self.condensed:
            raise InputError(f"y must be 0 in the spin glass, got {self.y!r}. Give a retrieval saddle.")

    @staticmethod
    def nodes(n: int) -> tuple[FloatArray, FloatArray]:
        """Return n values of t and their weights in the integral."""
        x, w = np.polynomial.legendre.leggauss(n)
        return 0.5 * (x + 1.0), 0.5 * w

    @property
    def condensed(self) -> bool:
        """Whether pattern 0 is condensed."""
        return self.saddle.phase == "retrieval"

    @property
    def network(self) -> DenseHebbian:
        """The network."""
        network = self.saddle.network
        assert isinstance(network, DenseHebbian)
        return network

    @property
    def _end(self) -> Transport:
        """The characteristic at the network."""
        s = self.saddle
        return transport(self.network, s.load, s.T, 1.0, self.x, self.y, "pattern" if self.condensed else "random")

    @cached_property
    def _overlaps(self) -> tuple[float, float]:
        """M and q of the characteristic."""
        s = self.saddle
        if (self.x, self.y) == (0.0, 0.0):
            return s.m, s.q_EA
        end = self._end
        if end.m < 0.5 * s.m:
            raise InputError(
                f"x and y must leave the pattern, but m falls to {end.m:.3g} at x={self.x:g}, y={self.y:g}. Lower x."
            )
        return end.m, end.q

    def _covariance(self) -> tuple[float, float]:
        """Return xi and xi' at q of the characteristic."""
        q, load = self._overlaps[1], self.saddle.load
        return self.network.covariance(q, load), self.network.covariance(q, load, derivative=1)

    def theory(self, ansatz: Ansatz | str = RS()) -> float:  # noqa: B008
        """Return -beta f of infinitely many spins; in fields x and y that of replica symmetry."""
        s = self.saddle
        if (self.x, self.y) != (0.0, 0.0):
            return self._end.action
        return -solve(self.network, s.load, s.T, s.phase, ansatz, strict=False).free_energy / s.T

    def of_size(self, N: int) -> Interpolation:
        """Return the interpolation of N spins: at the load of their patterns, in the glass at that of their noise."""
        K = self.network.patterns(self.saddle.load, N)
        load = self.network.load(K, N) if self.condensed else noise_load(self.network, K, N)
        return Interpolation(solve(self.network, load, self.saddle.T, self.saddle.phase), self.x, self.y)

    def run(self, N: int, t: float, *, fields: Any, samples: int, sweeps: int, **options: Any) -> Samples:
        """Simulate N spins at t: in the glass the coldest rung of a ladder from random spins, with half the sweeps of burn-in.

        Parameters
        ----------
        N, t : int, float
            Spins, and place in the interpolation, > 0.
        fields : int or sequence of int
            Seed of the random fields, which all t share.
        samples, sweeps, **options
            Of `simulate`: seed, out, ...
        """
        T, added = self.of_size(N).simulated(N, t, np.random.default_rng(fields).normal(size=(samples, N)))
        ladder: Any = {"start": "random", "burn_in": sweeps // 2, "method": ReplicaExchange(every=5)}
        options |= {"samples": samples, "sweeps": sweeps, "perturbation": added} | ({} if self.condensed else ladder)
        rungs = [T] if self.condensed else [T * x for x in HOTTER]
        found: Samples = simulate(self.network, self.saddle.load, rungs, N, **options)[0]
        return found

    def simulated(self, N: int, t: float, normal: FloatArray) -> tuple[float, Perturbation]:
        """Return the temperature and the Perturbation of a run whose Boltzmann weight is that of I.1 at t > 0.

        `normal` [sample, N] are independent normal numbers; the noise of the patterns has the weight sqrt(t) beta.
        """
        t = checks.number("t", t, "It is a place in the interpolation, above 0.", least=0.0, most=1.0)
        if t == 0.0:
            raise InputError("t must be > 0, got 0. There the spins are free, and there is no network to run.")
        root, P, T = math.sqrt(t), self.network.P, self.saddle.T
        field = math.sqrt(((1.0 - t) * self._covariance()[1] + T * T * self.x) / t) * normal
        if not self.condensed:
            return T / root, Perturbation(field=field)
        m = np.arange(N, -N - 1, -2) / N
        signal = t * (N / 2) * m**P + ((1.0 - t) * (P / 2) * self._overlaps[0] ** (P - 1) + T * self.y) * N * m
        return T / root, Perturbation(field=field, pattern_energies={0: (-signal / root).tolist()})

    def integrand(self, run: Samples) -> FloatArray:
        """Return the bracket of I.1, one mean for each sample; in the glass with the covariance that N spins have exactly."""
        part = self.of_size(run.N)
        beta, (m_, q_), P = 1.0 / self.saddle.T, part._overlaps, self.network.P
        xi, q = part._covariance(), run.series.q
        if not self.condensed:
            table = self.network.energy_table(run.N)  # of one pattern, F = unit e_P: <F F'> = unit^2 e_P(sigma sigma')
            exact = run.K * float(table.unit) ** 2 / run.N * np.array(table.values, np.float64)
            of_q = exact[np.rint(run.N * (1.0 - q) / 2.0).astype(np.int64)]
            return np.asarray(-0.5 * beta**2 * (of_q - xi[1] * q + q_ * xi[1] - xi[0]).mean(axis=(1, 2)))
        scale = self.network.covariance(1.0, part.saddle.load)
        noise = (scale * q**P - xi[1] * q + q_ * xi[1] - xi[0]).mean(axis=(1, 2))
        m = run.series.m
        signal = (m**P - P * m_ ** (P - 1) * m + (P - 1) * m_**P).mean(axis=(1, 2))
        return np.asarray(0.5 * beta * signal - 0.5 * beta**2 * noise)

    def expected(self, t: float) -> float:
        """Return the integrand of infinite N by RSB(1): zero in retrieval, where RS is exact, and where RS is stable at t.

        In the glass the overlaps are those of spins with covariance t xi(q) + [(1-t) xi'(q_) + T^2 x] q.
        """
        if self.condensed:
            return 0.0
        beta, q_, load, xi = 1.0 / self.saddle.T, self._overlaps[1], self.saddle.load, self._covariance()
        spins = noise_in_a_field(self.network, load, self.saddle.T, t, (1.0 - t) * xi[1] * beta**2 + self.x)
        s = solve(spins, load, self.saddle.T, "spin_glass", RSB(1), strict=False)
        if not s.status.ok:
            return 0.0
        d = s.overlap_distribution
        means = sum(w * (self.network.covariance(q, load) - xi[1] * q) for q, w in zip(d.q, d.weight, strict=True))
        return -0.5 * beta**2 * (means + q_ * xi[1] - xi[0])

    def measured(self, runs: Mapping[float, Samples]) -> Table:
        """Return the integrand of one N at the nodes of t, and the free energy, integrated sample by sample.

        Parameters
        ----------
        runs : mapping of t to Samples
            Those of `run` at all `nodes`, in their order, which share their patterns and fields.

        Returns
        -------
        Table
            Quantities "integrand", "-beta f" and "-beta f - RS", the area alone.
        """
        weights, status, rows = self.nodes(len(runs))[1], Status.STEADY, []
        area: Any = 0.0
        for w, (t, r) in zip(weights, runs.items(), strict=True):
            each, status, part = self.integrand(r), status if r.status.ok else r.status, self.of_size(r.N)
            area = area + w * each
            where: Any = {"load": self.saddle.load, "T": self.saddle.T, "N": r.N, "sweeps": r.sweeps}
            value = mean_of_samples(each, math.inf)
            rows.append(Measured.of(value, part.expected(t), quantity="integrand", t=t, status=r.status, **where))
        total = mean_of_samples(area, math.inf)
        free = total.shifted(part.theory())
        rows.append(Measured.of(free, self.theory(RSB(1)), quantity="-beta f", status=status, **where))
        return Table([*rows, Measured.of(total, quantity="-beta f - RS", status=status, **where)])

    def limits(self, table: Table, power: Callable[[float], float]) -> Table:
        """Return the limits of the integrand at every t, in the power of 1/N that `power` names; of -beta f if all have."""
        finite = table.finite.where(quantity="integrand")
        nodes = dict.fromkeys(finite["t"].tolist())
        ends = Table(r for t in nodes for r in finite.where(t=t).limits((power(t),), {"integrand": self.expected(t)}))
        if len(ends) < len(nodes):
            return ends
        where: Any = {"quantity": "-beta f", "load": self.saddle.load, "T": self.saddle.T, "N": math.inf}
        return Table([*ends, Measured.of(self._area(table, ends), self.theory(RSB(1)), **where)])

    def _area(self, table: Table, ends: Table) -> Estimate:
        """Return -beta f of infinite N: that of RS and the area under `limits` of the integrand at all nodes.

        All t share their patterns and fields, so that the errors of the nodes are not independent: those of the areas sample by
        sample say by how much, and the error is that of independent nodes times the largest such factor.
        """
        of_t = dict(zip(ends["t"].tolist(), self.nodes(len(ends))[1].tolist(), strict=True))
        area = sum(of_t[r.t] * r.simulation for r in ends)
        error = math.sqrt(sum((of_t[r.t] * r.error) ** 2 for r in ends))
        apart: dict[float, float] = {}  # variance of the area at each size, were its nodes independent
        for r in table.finite.where(quantity="integrand"):
            apart[r.N] = apart.get(r.N, 0.0) + (of_t[r.t] * r.error) ** 2
        worse = max(r.error / math.sqrt(apart[r.N]) for r in table.where(quantity="-beta f - RS") if r.N in apart)
        return Estimate(area + self.theory(), error * max(worse, 1.0), samples=int(min(ends["samples"])))
