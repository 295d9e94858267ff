"""free_energy_of_m: the free energy of a network that is held at m, the depth of the memory and its barrier (J.2)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq

from glassy.core import checks
from glassy.core.drawing import Drawn
from glassy.core.errors import ConvergenceError, InputError
from glassy.core.progress import progress_bar
from glassy.core.renamed import corrects
from glassy.core.results import Status
from glassy.core.storage import Saved
from glassy.model.family import Network, check_network
from glassy.numerics.roots import crossings
from glassy.theory import ansatz as ansaetze
from glassy.theory.ansatz import RS, RSB, Ansatz, FullRSB
from glassy.theory.rs import retrieval
from glassy.theory.rs.pinned import Pinned, pinned
from glassy.theory.rsb.held import held
from glassy.theory.solve import check_point, solvable, solve

FloatArray = npt.NDArray[np.float64]
TOLERANCE = 1e-10  # of the equations at a given m
CELLS = 400  # of ln(m/(1 - m)), in which the top of the barrier is looked for
SMALLEST = 1e-8  # m of a top; a barrier whose top is nearer to 0 has it at 0
SMALL = {True: 1e-6, False: 1e-3}  # m below which the field is linear in m, to rounding, under RS or not
STEP, LEAST_STEP = 1e-5, 1e-10  # of 1 - m of the minimum, and of m: the first step on the way to the top beyond RS


@dataclass(frozen=True)
class FreeEnergyOfM(Drawn, Saved):
    """The curve f(m), the minimum of the pattern, and the barrier beside it.

    Parameters
    ----------
    network, load, T, ansatz
        The state point.
    m : array
        What was asked for.
    free_energy : array
        f(m) per spin, in the convention of the Hamiltonian of the network, as that of `solve`.
    slope : array
        df/dm: the field along the pattern that holds the network at m; infinite at m = 1 and -1.
    q, replicon : array
        Mean overlap of two replicas, and the smallest replicon (S.1) of the noise, at m: where it is negative the ansatz is an
        approximation.
    m_minimum, f_minimum : float or None
        The minimum of the pattern, which is the retrieval saddle of `solve`; None beyond the spinodal.
    m_top, f_top : float or None
        The maximum of f beside it, at the smaller m; None beyond the spinodal.
    f_pattern : float
        f(m = 1): the energy of the pattern itself.
    f_beyond : float or None
        f of the state beyond the top, at m = 0: paramagnet or spin glass. None without a top between, and in old files.

    Examples
    --------
    >>> import glassy
    >>> f = glassy.free_energy_of_m(glassy.DenseHebbian(P=3), load=0.2, T=0.3)
    >>> round(f.m_minimum, 6), round(f.m_top, 6), round(f.barrier, 6)
    (0.98373, 0.204451, 0.130666)
    """

    network: Network
    load: float
    T: float
    ansatz: Ansatz
    m: FloatArray
    free_energy: FloatArray
    slope: FloatArray
    q: FloatArray
    replicon: FloatArray
    m_minimum: float | None
    f_minimum: float | None
    m_top: float | None
    f_top: float | None
    f_pattern: float
    residual: float
    status: Status = Status.CONVERGED
    f_beyond: float | None = None

    axis = "m"

    @property
    def barrier(self) -> float:
        """Height of the top above the minimum of the pattern; 0 where there is none."""
        return 0.0 if self.f_top is None or self.f_minimum is None else max(self.f_top - self.f_minimum, 0.0)

    @property
    def depth(self) -> float | None:
        """Free energy beyond the barrier less that of the pattern: positive where the pattern wins; None without a barrier."""
        return None if self.f_beyond is None or self.f_minimum is None else self.f_beyond - self.f_minimum

    def __repr__(self) -> str:
        where = f"{self.network!r} load={self.load:g} T={self.T:g} {self.ansatz!r}"
        if self.m_minimum is None:
            return f"FreeEnergyOfM({where}: no minimum at the pattern, barrier 0)"
        low, top = (f"f={f:.8g} at m={m:.6g}" for f, m in ((self.f_minimum, self.m_minimum), (self.f_top, self.m_top)))
        return f"FreeEnergyOfM({where}: minimum {low}, top {top}, barrier {self.barrier:.6g})"


@corrects
def free_energy_of_m(
    network: Network,
    load: float,
    T: float | None = None,
    m: npt.ArrayLike | None = None,
    ansatz: Ansatz | str | None = None,
    *,
    beta: float | None = None,
    progress: bool | None = None,
) -> FreeEnergyOfM:
    """Return the free energy of a network that is held at the overlap m with one of its patterns (J.2).

    f(m) = -T lim (1/N) ln of the weight of all states at m, the average over the patterns taken of the logarithm. Its minimum
    at large m is the retrieval saddle, its maximum below that the barrier which a network has to climb to lose the pattern.

    Parameters
    ----------
    network : DenseHebbian
        Any P >= 2.
    load, T : float
        State point, load > 0 and T >= 0.
    m : array, optional
        Overlaps from -1 to 1; default: 0, 0.01, .. 1.
    ansatz : RS or RSB, optional
        How replica symmetry is treated at every m; default RS().
    beta : float, optional
        1/T, instead of T.
    progress : bool, optional
        A bar on stderr; default: where it is slow and stderr is a terminal or a notebook.

    Returns
    -------
    FreeEnergyOfM

    Raises
    ------
    InputError
        If an argument lies outside its domain, or the ansatz is FullRSB.
    ConvergenceError
        If no saddle is found at one of the m.

    Notes
    -----
    The signal adds -m^P/2 to the free energy of the noise at m, which is a Legendre transform: f_0(m) = stat_y [f_0(y) + T y m]
    with the noise in a field T y along the pattern. Of several saddles at one m, as in a cold p-spin glass near m = 0, that of
    the largest free energy is taken, as everywhere at m = 0: f may have a kink there. With steps of RSB the minimum and the top
    are saddles of `solve` with the same ansatz; published is the load of the last example with one step, .12979.

    Source: docs/explanation/theory.md, J.2.

    Examples
    --------
    The last load at which the top of the barrier lies above the energy of the pattern itself, at P = 2 and T = 0:

    >>> import glassy
    >>> from scipy.optimize import brentq
    >>> def above(load):
    ...     f = glassy.free_energy_of_m(glassy.DenseHebbian(P=2), load, T=0, m=[1.0])
    ...     return f.f_top - f.f_pattern
    >>> round(brentq(above, 0.12, 0.135), 8)
    0.12948998
    """
    check_network(solvable(network), "signal", "stored")
    load, T = check_point(load, checks.given_temperature(T, beta))
    chosen = RS() if ansatz is None else ansaetze.check(ansatz)
    if isinstance(chosen, FullRSB):
        raise InputError(f"ansatz must be RS() or RSB(k) for a free energy at given m, got {chosen!r}. Take RSB(3).")
    if load == 0.0:
        raise InputError("load must be > 0, got 0. Without noise f(m) is -m^P/2 - T s(m), s the entropy of free spins.")
    asked = checks.numbers("m", np.linspace(0.0, 1.0, 101) if m is None else m, "[point]", "An overlap is from -1 to 1.")
    if not np.all(np.abs(asked) <= 1.0):
        raise InputError(f"m must be overlaps from -1 to 1, got {asked[np.abs(asked) > 1.0][0]:g}. Leave that out.")
    states = []
    with progress_bar(float(len(asked)), progress, "point", "f(m)") as bar:
        for x in asked.tolist():
            states.append(_at(network, load, T, x, chosen))
            bar.update()
    saddle = solve(network, load, T, ansatz=chosen, strict=False)
    low = (saddle.m, saddle.free_energy) if saddle.status.ok else (None, None)
    top = _top(network, load, T, chosen, saddle.m) if saddle.status.ok else (None, None)
    return FreeEnergyOfM(
        network=network, load=load, T=T, ansatz=chosen, m=asked, free_energy=np.array([s.free_energy for s in states]),
        slope=np.array([s.field for s in states]), q=np.array([s.q for s in states]),
        replicon=np.array([s.replicon for s in states]), m_minimum=low[0], f_minimum=low[1], m_top=top[0], f_top=top[1],
        f_pattern=_at(network, load, T, 1.0, RS()).free_energy, residual=max((s.residual for s in states), default=0.0),
        f_beyond=_at(network, load, T, 0.0, chosen).free_energy if top[0] else None,
    )  # fmt: skip


def _at(network: Network, load: float, T: float, m: float, ansatz: RS | RSB) -> Pinned:
    """Return the state at m, with the slope df/dm as its field; of -m by symmetry of the noise."""
    P, size, small = network.P, abs(m), SMALL[isinstance(ansatz, RS)]
    if m == 0.0:
        both = (solve(network, load, T, p, ansatz, strict=False) for p in ("paramagnetic", "spin_glass"))
        state = max((s for s in both if s.status.ok), key=lambda s: s.free_energy, default=None)
        found = None if state is None else Pinned(
            0.0, 0.0, state.free_energy, state.energy, state.entropy, state.q, state.local_susceptibility, state.replicon,
            state.residual,
        )  # fmt: skip
    elif isinstance(ansatz, RS):
        found = pinned(network, load, T, max(size, small))
    else:
        found = held(network, load, T, max(size, small), ansatz.k)
    if found is not None and 0.0 < size < small:
        rest, field = _at(network, load, T, 0.0, ansatz), found.field * size / small
        found = Pinned(m, field, rest.free_energy + 0.5 * field * size - 0.5 * size**P, *_rest(found))
    if found is None or not found.residual <= TOLERANCE:
        raise ConvergenceError(
            f"no saddle of the noise of {network!r} was found at load={load:g}, T={T:g}, m={m:g} with {ansatz!r}. "
            "Leave that out."
        )
    if m < 0.0 and P % 2:  # the signal is +|m|^P/2 there
        return Pinned(m, -(found.field + 0.5 * P * size ** (P - 1)), found.free_energy + size**P, *_rest(found))
    slope = found.field - (0.5 * P * size ** (P - 1) if m else 0.0)
    return Pinned(m, -slope if m < 0.0 else slope, found.free_energy, *_rest(found))


def _rest(state: Pinned) -> tuple[float, ...]:
    return state.energy, state.entropy, state.q, state.C, state.replicon, state.residual


def _top(network: Network, load: float, T: float, ansatz: RS | RSB, minimum: float) -> tuple[float, float]:
    """Return m and f of the maximum beside the minimum of the pattern: under RS the next saddle on the curve R.5c."""
    if not isinstance(ansatz, RS):
        return _sought(network, load, T, ansatz, minimum)
    fold = retrieval.fold(network, T)
    least = math.log(SMALLEST)
    if fold is not None:
        highest = math.log(fold.m)

        def mismatch(y: float) -> float:
            return math.log(max(retrieval.point(network, T, -math.expm1(y)).load, 1e-320) / load)

        for y in crossings(mismatch, np.linspace(highest, least, CELLS).tolist(), rtol=1e-15):
            m = math.exp(y)
            return m, _at(network, load, T, m, ansatz).free_energy
    return 0.0, _at(network, load, T, 0.0, ansatz).free_energy


def _sought(network: Network, load: float, T: float, ansatz: RSB, minimum: float) -> tuple[float, float]:
    """Return m and f of the first maximum below the minimum, where the slope turns positive; of m = 0 if it never does."""

    def slope(m: float) -> float:
        return _at(network, load, T, m, ansatz).field

    step, above = max(STEP * (1.0 - minimum), LEAST_STEP), minimum
    while above > SMALLEST:
        m = minimum - step
        if m < SMALLEST or slope(m) > 0.0:
            break
        above, step = m, 2.0 * step
    low = max(minimum - step, SMALLEST)
    if slope(low) <= 0.0:
        return 0.0, _at(network, load, T, 0.0, ansatz).free_energy
    m = brentq(slope, low, above, xtol=1e-300, rtol=1e-14)
    return m, _at(network, load, T, m, ansatz).free_energy
