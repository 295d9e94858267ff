"""Landscapes: f(m) of all loads on a line T = c sqrt(load) from one run of the noise, beside theory (J.2, J.3)."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from glassy.analysis.control_variates import mean_of_samples
from glassy.core import checks
from glassy.core.errors import ConvergenceError, InputError
from glassy.core.results import Estimate
from glassy.evidence.field_rungs import field_rungs
from glassy.evidence.table import Measured, Remark, Table
from glassy.model.network import DenseHebbian
from glassy.model.perturbation import Perturbation
from glassy.phases.coexistence import root_near
from glassy.phases.free_energy_of_m import FreeEnergyOfM, free_energy_of_m
from glassy.phases.spin_glass_temperatures import spin_glass_temperatures
from glassy.phases.spinodal import spinodal
from glassy.simulation.free_energy_of_m import MeasuredFreeEnergyOfM
from glassy.simulation.kernels.dynamics import ReplicaExchange
from glassy.simulation.ladder import Ladder
from glassy.simulation.samples import Samples
from glassy.simulation.simulate import simulate
from glassy.theory.annealed import noise_load
from glassy.theory.solve import solve

MEETS = "load of coexistence"
ESCAPE = "ln of the sweeps to the top of the barrier"


@dataclass(frozen=True)
class Landscape:
    """f(m) on a line T = c sqrt(load) above the glass: by theory, and from a ladder of fields in the noise of one load.

    For P > 2 the noise of a load is that of any other, in units of sqrt(load), and the pattern adds a function of m alone. At
    the load itself a network of few spins is not in the paramagnet at m = 0, but at the deepest of its other patterns, as these
    scatter by sqrt(load/(2N)) each; at a large load none of them is so deep.

    Parameters
    ----------
    network : DenseHebbian
        P > 2.
    c : float
        T/sqrt(load), above that of T_d.
    noisy : float
        The load whose noise is run.

    Notes
    -----
    Energies are in units in which the pattern has -1/2 and the noise of N spins the variance load/(2N), as in the limit.

    Source: docs/explanation/theory.md, J.3.

    Examples
    --------
    >>> import glassy
    >>> line = Landscape(glassy.DenseHebbian(P=3))
    >>> at = line.coexistence
    >>> f = line.run(24, samples=8, sweeps=300, seed=1).free_energy_of_m()
    >>> below, above = (line.at(f, x * at) for x in (0.5, 0.9))
    >>> below.barrier > above.barrier, below.depth > 0.0, abs(line.theory(at)[1]) < 1e-6
    (True, True, True)
    """

    network: DenseHebbian
    c: float = 1.0
    noisy: float = 4.0

    def __post_init__(self) -> None:
        if not isinstance(self.network, DenseHebbian) or self.network.wishart:
            raise InputError(
                f"network must be a DenseHebbian of P > 2, whose noise is one for all loads, got {self.network!r}."
            )
        glass = spin_glass_temperatures(self.network, 1.0).T_d
        if checks.number("c", self.c, "It is T/sqrt(load).") <= glass:
            raise InputError(f"c must be above T_d/sqrt(load) = {glass:.4g}, got {self.c!r}: below it is a glass. Raise c.")
        _positive("noisy", self.noisy)

    def T(self, load: float) -> float:
        """Return the temperature at a load."""
        return self.c * math.sqrt(checks.load(load))

    @cached_property
    def coexistence(self) -> float:
        """The load at which the pattern and the paramagnet are equally deep, by theory."""

        def gap(load: float) -> float:
            both = [solve(self.network, load, self.T(load), phase, strict=False) for phase in ("paramagnetic", "retrieval")]
            return both[0].free_energy - both[1].free_energy if all(s.status.ok for s in both) else math.nan

        least = (0.5 / (0.25 / self.c + self.c * math.log(2.0))) ** 2  # f(1) = -1/2 is that of the paramagnet
        load = root_near(gap, least)
        if math.isnan(load):
            raise ConvergenceError(f"no load of coexistence found on {self!r}. Give another c.")
        return load

    @cached_property
    def spinodal(self) -> float:
        """The load at which the pattern stops being a minimum, by theory: its barrier is gone there."""
        load = root_near(lambda x: spinodal(self.network, self.T(x), strict=False).load - x, self.coexistence)
        if math.isnan(load):
            raise ConvergenceError(f"no spinodal found on {self!r}. Give another c.")
        return load

    def theory(self, load: float, m: Any = (0.0,)) -> tuple[FreeEnergyOfM, float]:
        """Return f(m), and by how much the paramagnet lies above the pattern."""
        f = free_energy_of_m(self.network, load, self.T(load), m)
        other = solve(self.network, load, f.T, "paramagnetic").free_energy
        return f, math.nan if f.f_minimum is None else other - f.f_minimum

    def noise(self, N: int) -> float:
        """Return the load that infinitely many spins with the noise of the run have."""
        return noise_load(self.network, self.network.patterns(self.noisy, N), N)

    def fields(self, N: int) -> list[Perturbation]:
        """Return rungs between which exchanges are equally frequent, from no field to one that holds the pattern."""
        load = self.noise(N)
        return field_rungs(self.network, load, self.T(load), N)

    def run(self, N: int, *, every: int = 4, **options: Any) -> Ladder:
        """Simulate the noise of N spins in all fields; options are those of `simulate`."""
        how: Any = {"method": ReplicaExchange(every=every), "perturbation": self.fields(N), **options}
        found: Ladder = simulate(self.network, self.noisy, self.T(self.noise(N)), N, **how)
        return found

    def at(self, f: MeasuredFreeEnergyOfM, load: float) -> MeasuredFreeEnergyOfM:
        """Return the curve of a load from that of the noise.

        Raises
        ------
        InputError
            If `f` is not the curve of a run of this noise.
        """
        self._check_noise(f)
        ratio = math.sqrt(self.noise(f.N) / _positive("load", load))
        g = f.at_weight(-0.5 * ratio / float(f.signal[-1]))
        control = None if g.control is None else g.control / ratio
        return replace(
            g, T=g.T / ratio, weight=1.0, each=g.each / ratio, left=g.left / ratio,
            signal=-0.5 * g.signal / float(g.signal[-1]), control=control,
            state_point=tuple((k, load if k == "load" else x) for k, x in g.state_point if k != "K"),
        )  # fmt: skip

    def measured(self, f: MeasuredFreeEnergyOfM, loads: Any) -> Table:
        """Return barrier and depth at some loads below the spinodal, and the load of coexistence, beside theory."""
        rows = []
        for load in checks.axis("loads", loads)[0]:
            (line, depth), g = self._retrieving(load), self.at(f, load)
            state: Any = {"load": load, "T": self.T(load), "N": f.N, "status": f.status}
            rows.append(Measured.of(g.barrier, line.barrier, quantity="barrier", **state))
            rows.append(Measured.of(g.depth, depth, quantity="depth", **state))
        at = self.coexistence
        state = {"load": at, "T": self.T(at), "N": f.N, "status": f.status}
        return Table([*rows, Measured.of(self.meets(f), at, quantity=MEETS, **state)])

    def meets(self, f: MeasuredFreeEnergyOfM) -> Estimate:
        """Return the load at which a measured curve has two equally deep states, by Newton's method from that of theory."""
        load = self.coexistence
        for _ in range(20):
            low, here, high = (self.at(f, x * load).depth for x in (0.99, 1.0, 1.01))
            slope = (float(high) - float(low)) / (0.02 * load)
            step = float(here) / slope
            load -= step
            if abs(step) < 1e-9:
                break
        each = (abs(x / slope) if x is not None else None for x in (here.error, here.thermal, here.disorder))
        error, thermal, disorder = each
        return Estimate(load, error or 0.0, thermal, disorder, None, here.samples, here.dof, here.thermal_dof)

    def ends(self, barrier: Measured) -> Measured:
        """Return the load of the spinodal from a measured barrier: that of theory, shifted by as much as the barrier is.

        Examples
        --------
        >>> import glassy
        >>> line = Landscape(glassy.DenseHebbian(P=3))
        >>> row = Measured(quantity="barrier", N=math.inf, load=0.33, theory=line.theory(0.33)[0].barrier,
        ...                simulation=line.theory(0.331)[0].barrier, error=1e-4)
        >>> end = line.ends(row)
        >>> round(end.theory - end.simulation, 4)
        0.001
        """
        if not (0.0 < barrier.load < self.spinodal and math.isfinite(barrier.error)):
            raise InputError(f"barrier must have an error, at a load below the spinodal, {self.spinodal:.4g}, got load "
                             f"{barrier.load:g} and error {barrier.error:g}. Give one of a smaller load.")  # fmt: skip
        step = 1e-4 * barrier.load
        low, high = (self.theory(barrier.load + x)[0].barrier for x in (-step, step))
        found = barrier.value.shifted(-barrier.theory).divided((low - high) / (2.0 * step)).shifted(self.spinodal)
        row = barrier.scaled(1.0, quantity="load of the spinodal", load=self.spinodal, T=self.T(self.spinodal))
        return replace(row, simulation=float(found), error=found.error, thermal=math.nan, disorder=math.nan).beside(
            self.spinodal
        )

    def escapes(self, N: int, *, load: float | None = None, **options: Any) -> Samples:
        """Simulate networks of a load itself, by default that of coexistence, from the pattern without burn-in."""
        load = self.coexistence if load is None else load
        found: Samples = simulate(self.network, load, self.T(load), N, burn_in=0, **options)
        return found

    def escape(self, run: Samples, load: float | None = None) -> Table:
        """Return the mean of ln of the sweeps until the top of the barrier is crossed, N barrier/T as t, and who stayed.

        The load is that of the run, by default that of coexistence.
        """
        load = self.coexistence if load is None else load
        self._check_escapes(run, load)
        top, _ = self._retrieving(load)
        lost = run.series.m < (top.m_top or 0.0)
        left = np.where(lost.any(axis=-1), lost.argmax(axis=-1), run.sweeps)
        state: Any = {"load": load, "T": run.T, "N": run.N, "sweeps": run.sweeps, "t": run.N * top.barrier / run.T}
        rows = (ESCAPE, np.log(left + 1.0)), ("share that stayed", (left == run.sweeps) * 1.0)
        return Table(
            Measured.of(mean_of_samples(x.mean(axis=1)), quantity=name, status=Remark.MEASURED, **state) for name, x in rows
        )

    def _retrieving(self, load: float) -> tuple[FreeEnergyOfM, float]:
        """Return `theory`, or raise InputError where the pattern is no minimum."""
        found = self.theory(_positive("load", load))
        if found[0].m_top is None:
            raise InputError(f"load must be below the spinodal, got {load:g}. Lower it.")
        return found

    def _check_noise(self, f: MeasuredFreeEnergyOfM) -> None:
        """Raise InputError unless f(m) is that of the noise as `run` makes it."""
        if isinstance(f, MeasuredFreeEnergyOfM):
            of, K, T = dict(f.state_point), self.network.patterns(self.noisy, f.N), self.T(self.noise(f.N))
            if (of.get("network"), of.get("K")) == (self.network, K) and math.isclose(f.T, T, rel_tol=1e-9):
                return
        raise InputError(
            f"f must be the curve of the noise of {self!r}, got {f!r} of another network, load or T. Give "
            "run(N).free_energy_of_m() itself: a curve that at() returned is that of its load alone."
        )

    def _check_escapes(self, run: Samples, load: float) -> None:
        """Raise InputError unless a run is one of `escapes` at this load."""
        if isinstance(run, Samples) and (run.network, run.start, run.burn_in) == (self.network, "pattern", 0):
            K, T = self.network.patterns(load, run.N), self.T(load)
            if K == run.K and math.isclose(run.T, T, rel_tol=1e-9):
                return
        raise InputError(
            f"run must be escapes(N, load=...) of {self!r} at load {load:g}, from the pattern without burn-in, got {run!r}. "
            "Say its load: escape(run, load=...)."
        )


def _positive(name: str, value: float) -> float:
    """Return a load above 0, or raise InputError."""
    return checks.number(name, value, "It is a load, above 0.", least=1e-300)
