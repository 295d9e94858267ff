"""Coexistence: the load at which retrieval and the m = 0 state have the same free energy."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache, partial

from glassy.core import checks
from glassy.core.errors import ConvergenceError, InputError, PhaseError
from glassy.core.progress import current_bar, progress_bar
from glassy.core.renamed import corrects
from glassy.core.results import Status
from glassy.core.storage import Saved
from glassy.model.family import Network
from glassy.numerics.roots import Function, aside, beside, between
from glassy.phases.spin_glass_temperatures import critical_temperature, rs_onset
from glassy.phases.spinodal import spinodal
from glassy.theory import ansatz as ansaetze
from glassy.theory.ansatz import RS, RSB, Ansatz, FullRSB
from glassy.theory.rs import zero as rs_zero
from glassy.theory.rsb import solve as rsb_solve
from glassy.theory.solution import Solution, instability, missing
from glassy.theory.solve import check_point, check_steps, rank, solvable, solve, steps_of


@dataclass(frozen=True)
class Coexistence(Saved):
    """The load where f of retrieval equals f of the m = 0 state, and both states there.

    Parameters
    ----------
    retrieval, other : Solution
        The two states; `other` is the spin glass or the paramagnet.
    reason : str
        Why there is no such load, where status is NO_BOUNDARY.

    Examples
    --------
    >>> import glassy
    >>> c = glassy.coexistence(glassy.DenseHebbian(P=3), T=0.2)
    >>> round(c.load, 6), c.status.name
    (0.337089, 'CONVERGED')
    """

    network: Network
    T: float
    ansatz: Ansatz
    load: float
    retrieval: Solution
    other: Solution
    status: Status
    reason: str = ""

    @property
    def m(self) -> float:
        """Mattis magnetization of the retrieval state there."""
        return self.retrieval.m

    @property
    def residual(self) -> float:
        """Difference of the two free energies."""
        return abs(self.retrieval.free_energy - self.other.free_energy)

    def __repr__(self) -> str:
        where = f"{self.network!r} {self.ansatz!r} T={self.T:g}"
        if not self.status.ok:
            return f"Coexistence({where}: {self.status.name}{'; ' if self.reason else ''}{self.reason})"
        states = (replace(s, ansatz=self.ansatz) for s in (self.retrieval, self.other))
        words = "".join(f"; {s.phase} {text}" for s in states if (text := instability(s)))
        return f"Coexistence({where}: load={self.load:.10g} with {self.other.phase}, m={self.m:.6g}{words})"


def zero_state(network: Network, load: float, T: float, ansatz: Ansatz, near: Solution | None = None) -> Solution:
    """Return the thermodynamic m = 0 state of an ansatz: the paramagnet above its onset, the spin glass below.

    With a random field the RS saddle there is; `near` is one at a neighbouring point.
    """
    if not network.unit_covariance.has_field or not isinstance(ansatz, RS):
        glassy = rs_zero.onset(network, load) > T if network.wishart else load > 0.0 and _onset(network, load, ansatz) > T
        likely, other = ("spin_glass", "paramagnetic") if glassy else ("paramagnetic", "spin_glass")
        found = solve(network, load, T, likely, ansatz, start=near, strict=False)
        if found.status is not Status.LEFT_PHASE:
            return found
        return solve(network, load, T, other, ansatz, strict=False)  # on the onset itself
    both = [solve(network, load, T, p, ansatz, start=near, strict=False) for p in ("spin_glass", "paramagnetic")]
    for s in both:
        if s.status is Status.NOT_CONVERGED:
            return s
    return max((s for s in both if s.status.ok), key=rank, default=both[0])


def _onset(network: Network, load: float, ansatz: Ansatz) -> float:
    if not isinstance(ansatz, RS):
        return critical_temperature(network, load)
    return math.sqrt(load) * rs_onset(network)[0]


@lru_cache(maxsize=64)
def curie_weiss_coexistence(network: Network) -> float:
    """Return the temperature at which retrieval and the paramagnet coexist at load 0."""
    top = network.signal.end[1]
    if network.P == 2:
        return top
    over = partial(_over_paramagnet, network)
    low, high = min(0.1 * top, 0.3), top * (1.0 - 1e-9)  # at large P it is 1/(2 ln 2)
    return between(over, low, high, over(low), over(high), 1e-15, 1e-14)


def _over_paramagnet(network: Network, T: float) -> float:
    return solve(network, 0.0, T).free_energy + T * math.log(2.0)


@corrects
def coexistence(
    network: Network,
    T: float | None = None,
    ansatz: Ansatz | str = RS(),  # noqa: B008
    *,
    beta: float | None = None,
    start: Coexistence | None = None,
    strict: bool = True,
    progress: bool | None = None,
) -> Coexistence:
    """Return load_t(T), where retrieval and the m = 0 state of the same ansatz have equal free energies (theory, section 5).

    Below this load retrieval is the equilibrium state, above it metastable. Where several examples of a ground truth are stored
    retrieval is the state of equal overlaps with all of them (L.3) alone, and that at one example (L.6) may win over both:
    `phases_at` looks at it as well.

    Parameters
    ----------
    network : DenseHebbian
        The network.
    T : float
        Temperature, >= 0.
    beta : float, optional
        1/T, instead of T; inf is T = 0.
    ansatz : RS, RSB or FullRSB
        Of both states. FullRSB extrapolates load_t in the number of steps: an Estimate.
    start : Coexistence, optional
        That at a neighbouring temperature, same ansatz.
    strict : bool
        If False, NaN and status NO_BOUNDARY, with a reason, or NOT_CONVERGED instead of an error.
    progress : bool, optional
        A bar on stderr; default: where it is slow and stderr is a terminal or a notebook.

    Returns
    -------
    Coexistence
        The load to about 1e-11; the residual is the difference of the free energies, at most 1e-12 or so.

    Raises
    ------
    PhaseError
        If `strict` and there is none: retrieval does not exist, or is nowhere the equilibrium, or up to its spinodal.
    ConvergenceError
        If `strict` and one of the states was not found.

    Examples
    --------
    >>> import glassy
    >>> round(coexistence(glassy.DenseHebbian(P=2), T=0.0).load, 5)          # Amit, Gutfreund and Sompolinsky print 0.051
    0.05185
    """
    network, T = solvable(network, "signal"), check_point(T=checks.given_temperature(T, beta))[1]
    checks.truth("strict", strict)
    ansatz = ansaetze.check(ansatz)
    if start is not None and not isinstance(start, Coexistence):
        raise InputError(f"start must be a Coexistence at a neighbouring temperature, got {start!r}. Leave it out.")
    if start is not None and (start.network, start.ansatz) != (network, ansatz):
        raise InputError(f"start must be of {network!r} and {ansatz!r}, got {start!r}. Leave it out.")
    check_steps(network, "retrieval", ansatz)
    full = isinstance(ansatz, FullRSB)
    with progress_bar(steps_of(ansatz) if full else 2.0, progress, "step" if full else "state", f"{ansatz!r} coexistence"):
        found = _limit(network, T, ansatz) if isinstance(ansatz, FullRSB) else _coexistence(network, T, ansatz, start)
    if not strict or found.status.ok:
        return found
    if found.status is Status.NO_BOUNDARY:
        raise PhaseError(f"no coexistence at {network!r}, T={T:g} with {ansatz!r}: {found.reason}.")
    where = f"{network!r}, T={T:g} with {ansatz!r}"
    raise ConvergenceError(f"no coexistence found at {where}: {found.reason}. Try RS(), a smaller k, or a neighbouring T.")


def _none(network: Network, T: float, ansatz: Ansatz, reason: str, status: Status = Status.NO_BOUNDARY) -> Coexistence:
    none = missing(network, math.nan, T, "retrieval", ansatz, status)
    other = replace(none, phase="spin_glass")
    return Coexistence(
        network=network, T=T, ansatz=ansatz, load=math.nan, retrieval=none, other=other, status=status, reason=reason
    )


def _coexistence(network: Network, T: float, ansatz: Ansatz, start: Coexistence | None) -> Coexistence:
    guess = start.load if start is not None and start.status.ok else None
    if guess is None:
        end = spinodal(network, T, strict=False)
        if not end.status.ok:
            return _none(network, T, ansatz, "no load retrieves at this temperature")
        top = curie_weiss_coexistence(network)
        if top * (1.0 - 1e-7) <= T:
            return _none(network, T, ansatz, f"retrieval is metastable at every load above T={top:.8g}, but for rounding")
        guess = end.load
    state: list[Solution | None] = [start.retrieval if start else None, start.other if start else None]
    lost: list[str] = []
    bar, goal = current_bar("state"), ansatz  # the first point at which both states are found takes most of the time

    def gap(load: float, ansatz: Ansatz = ansatz) -> float:
        """F of the m = 0 state over that of retrieval; falls with the load; NaN where one of them was not found."""
        kept = [s if s is not None and s.ansatz == ansatz else None for s in state]
        new = [solve(network, load, T, "retrieval", ansatz, start=kept[0], strict=False)]
        bar.reach(1.0)
        new.append(zero_state(network, load, T, ansatz, kept[1]))
        bar.reach(2.0 if ansatz == goal else 1.0)
        for s in new:
            if not s.status.ok:
                lost[:] = [repr(s)]
                return math.nan
        state[:] = new
        return float(new[1].free_energy - new[0].free_energy)

    load = math.nan
    if start is None:
        found = _rs_load(network, T, lambda load: gap(load, RS()), guess)
        if isinstance(found, str):
            return _none(network, T, ansatz, found)
        guess = found
    if not math.isnan(guess):
        load = guess
        if start is not None or not isinstance(ansatz, RS):
            load = _newton(gap, state, guess if start is None else _along(start, T))
            load = root_near(gap, guess) if math.isnan(load) else load
    at = load if math.isnan(load) or not math.isnan(gap(load)) else beside(gap, load)
    if math.isnan(at):
        if start is not None:
            return _coexistence(network, T, ansatz, None)
        return _none(network, T, ansatz, lost[0] if lost else "the free energies do not cross", Status.NOT_CONVERGED)
    retrieval, other = state
    assert retrieval is not None
    assert other is not None
    return Coexistence(network=network, T=T, ansatz=ansatz, load=at, retrieval=retrieval, other=other, status=Status.CONVERGED)


def _slope(retrieval: Solution, other: Solution) -> float:
    """Return d(f_other - f_retrieval)/d(load); NaN at P = 2.

    df/dload = e/(2 load), e the energy of the noise: it is Gaussian, with a variance in proportion to the load.
    """
    network = retrieval.network
    if network.wishart:
        return math.nan
    noise = [s.energy - network.signal.energy(s.m if s.n is None else s.n) for s in (retrieval, other)]
    return (noise[1] - noise[0]) / (2.0 * retrieval.load)


def _along(start: Coexistence, T: float) -> float:
    """Return the load at T on the tangent of the line at a neighbour (Clausius and Clapeyron), or the neighbour's."""
    retrieval, other = start.retrieval, start.other
    load = start.load + (T - start.T) * (other.entropy - retrieval.entropy) / (_slope(retrieval, other) or math.nan)
    return load if 0.5 < load / start.load < 1.5 else start.load


def _newton(gap: Function, state: list[Solution | None], load: float) -> float:
    """Return the root of the gap near a load by Newton's method; NaN where it does not settle.

    `state` holds both phases after a call of `gap`.
    """
    for _ in range(8):
        off = gap(load)
        if math.isnan(off):  # beyond the spinodal
            return math.nan
        retrieval, other = state
        assert retrieval is not None
        assert other is not None
        step = -off / (_slope(retrieval, other) or math.nan)
        if math.isnan(step):
            return math.nan
        step = min(max(step, -0.7 * load), 1.5 * load)
        load += step
        if abs(step) < 1e-7 * load:  # the next one is below rounding
            return load
    return math.nan


def _rs_load(network: Network, T: float, gap: Function, end: float) -> float | str:
    """Return the coexistence load of RS below its spinodal `end`, NaN where a state was not found, or why there is none."""
    high = next((x for x in (end * (1.0 - e) for e in (1e-12, 1e-10, 1e-8, 1e-6)) if not math.isnan(gap(x))), math.nan)
    if math.isnan(high):
        return math.nan
    at_high = gap(high)
    if at_high > 0.0:
        return "retrieval is the equilibrium up to its RS spinodal"
    low, at_low = 1e-3 * end, aside(gap)(1e-3 * end)
    while at_low <= 0.0 and low > 1e-290:
        low *= 1e-3
        at_low = aside(gap)(low)
    return between(gap, low, high, at_low, at_high) if at_low > 0.0 else math.nan


def root_near(f: Function, guess: float, step: float = 0.01) -> float:
    """Root of a falling function of the load near a guess: a bracket that grows in its direction, then Brent's method.

    NaN where it was not found: f is NaN where a state is missing, as retrieval is beyond its spinodal.
    """
    starts = (guess * x for x in (1.0, 1.0 - 1e-9, 0.999, 0.99, 0.97, 0.9, 1.5, 4.0, 16.0))  # the guess may lie where f fails
    here, at = next(((x, y) for x, y in ((x, f(x)) for x in starts) if not math.isnan(y)), (guess, math.nan))
    if at == 0.0 or math.isnan(at):
        return here if at == 0.0 else math.nan
    way = 1.0 if at > 0.0 else -1.0
    while 1e-6 < step < 8.0:
        there = here * (1.0 + step) ** way
        value = f(there)
        if math.isnan(value):  # beyond the spinodal
            step *= 0.4
            continue
        if at * value <= 0.0:
            return between(f, here, there, at, value)
        here, at, step = there, value, 2.0 * step
    return math.nan


def _limit(network: Network, T: float, ansatz: FullRSB) -> Coexistence:
    """Coexistence of RSB(1), RSB(2), ... extrapolated to infinitely many steps."""
    path: list[Coexistence] = []
    for k in range(1, ansatz.steps + 1):
        with progress_bar(2.0, unit="state"):
            path.append(_coexistence(network, T, RSB(k), path[-1] if path else None))
        current_bar("step").reach(k)
        both = (path[-1].retrieval, path[-1].other)
        if not path[-1].status.ok or all(s.status is Status.COLLAPSED for s in both):
            return replace(path[-1], ansatz=ansatz)
    return replace(path[-1], ansatz=ansatz, load=rsb_solve.limit([p.load for p in path]))
