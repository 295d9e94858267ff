"""Storage capacity at T = 0, in the three senses in which it is asked."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from scipy.special import ndtri

from glassy.core import checks
from glassy.core.drawing import Drawn
from glassy.core.errors import InputError
from glassy.core.progress import Bar, current_bar, progress_bar
from glassy.core.renamed import corrects
from glassy.core.results import Estimate, Status
from glassy.core.storage import Saved
from glassy.model.family import Network
from glassy.numerics.roots import aside
from glassy.phases.coexistence import coexistence, root_near
from glassy.phases.spin_glass_temperatures import static
from glassy.phases.spinodal import spinodal
from glassy.theory import ansatz as ansaetze
from glassy.theory.ansatz import RS, RSB, Ansatz, FullRSB
from glassy.theory.rsb import solve as rsb_solve
from glassy.theory.rsb.equations import Problem
from glassy.theory.rsb.saddle import rsb_saddle
from glassy.theory.rsb.search import deepen
from glassy.theory.rsb.steps import stable
from glassy.theory.solution import Solution, levels_of
from glassy.theory.solve import solvable, solve, steps_of

DEPTH = 8  # steps of the ground state that counts as the true one
ROUNDS = 6  # of measuring what RSB(2) lacks
SAME = 1e-12  # a change of its energy by one step more after which the next ones are rounding


@dataclass(frozen=True)
class StorageCapacity(Drawn, Saved):
    """Largest loads at T = 0. Multiply by 2/P! for patterns per N^(P-1), or use `network.to_convention`.

    Parameters
    ----------
    load_c : float
        Retrieval exists (metastable): the spinodal of the ansatz.
    m_c : float
        Magnetization there.
    load_t : float
        Retrieval is the ground state: its energy in the ansatz against the true (full RSB) ground state of the spin glass. An
        Estimate, with the error of that ground state and of the limit in k.
    load_t_ansatz : float
        The same with the spin glass in the ansatz, too: `coexistence` at T = 0. This is what the literature of replica symmetry
        means: at P = 2 and RS it is 0.0518543, which Amit, Gutfreund and Sompolinsky (AGS 1985, 1987) print as 0.051, while
        against the full-RSB glass retrieval is the ground state up to load_t = 0.0567243.
    bound_c : float
        Exact upper bound t_d^2 of load_c from the Nishimori line (B.1); NaN where it does not exist (P = 2, self-interacting).
    bound_t : float
        Exact upper bound t_c^2 of load_t, in the same way.
    reason : str
        Why load_t or load_t_ansatz does not exist.

    Examples
    --------
    >>> import glassy
    >>> c = glassy.storage_capacity(glassy.DenseHebbian(P=4))
    >>> round(c.load_c, 6), round(c.load_t, 6)
    (0.39572, 0.38062)
    """

    network: Network
    ansatz: Ansatz
    load_c: float
    m_c: float
    load_t: float
    load_t_ansatz: float
    bound_c: float
    bound_t: float
    status: Status
    reason: str = ""

    def __repr__(self) -> str:
        numbers = f"load_c={_text(self.load_c)} m_c={self.m_c:.6g} load_t={_text(self.load_t)}"
        if not isinstance(self.ansatz, FullRSB):
            printed = ", AGS print 0.051" if self.network.wishart and isinstance(self.ansatz, RS) else ""
            numbers += f" (with the glass in {self.ansatz!r}: load_t_ansatz={_text(self.load_t_ansatz)}{printed})"
        mark = "" if self.status.ok else f" {self.status.name}"
        return f"StorageCapacity({self.network!r} {self.ansatz!r}: {numbers}{mark}{'; ' if self.reason else ''}{self.reason})"


def _text(value: float) -> str:
    return repr(value) if isinstance(value, Estimate) else f"{value:.9g}"


@corrects
def storage_capacity(
    network: Network,
    ansatz: Ansatz | str = RS(),  # noqa: B008
    *,
    progress: bool | None = None,
) -> StorageCapacity:
    """Return the storage capacity at T = 0: the spinodal load_c, the coexistence load_t, and their exact bounds (B.1).

    The signal-to-noise estimates need no saddle: `signal_to_noise_load`, `patterns_without_errors`.

    Parameters
    ----------
    network : DenseHebbian
        The network.
    ansatz : RS, RSB or FullRSB
        RSB(k) raises load_c with k; FullRSB gives Estimates, extrapolated in k (ten seconds).
    progress : bool, optional
        A bar on stderr; default: where it is slow and stderr is a terminal or a notebook.

    Returns
    -------
    StorageCapacity
        A value that was not found is NaN and the status says NOT_CONVERGED.

    Examples
    --------
    >>> import glassy
    >>> capacity = storage_capacity(glassy.DenseHebbian(P=4), glassy.RSB(1))
    >>> round(capacity.load_c, 6), round(capacity.load_t, 6), round(capacity.bound_c, 6), round(capacity.bound_t, 6)
    (0.458343, 0.379833, 0.460242, 0.380545)
    >>> storage_capacity(glassy.DenseHebbian(P=2))  # doctest: +ELLIPSIS
    StorageCapacity(DenseHebbian(P=2) RS(): load_c=0.137905566 m_c=0.967417 load_t=0.056724290... \
(with the glass in RS(): load_t_ansatz=0.0518543309, AGS print 0.051))
    """
    network, ansatz = solvable(network, "signal", "glass"), ansaetze.check(ansatz)
    with progress_bar(3.0, progress, "part", f"{ansatz!r} capacity") as bar:
        end = spinodal(network, 0.0, ansatz, strict=False)
        bar.update()
        same = coexistence(network, 0.0, ansatz, strict=False)
        bar.update()
        load_t, why = _ground_state_load(network, ansatz, same.load if same.status.ok else end.load)
        bar.update()
    known = same.status.ok or same.status is Status.NO_BOUNDARY
    reasons = [] if same.status.ok else [f"load_t_ansatz: {same.reason}"]
    reasons += [f"load_t: {why}"] if why else []
    t_d, t_c = static(network) if network.P > 2 and network.interactions == "distinct" else (math.nan, math.nan)
    good = end.status.ok and known and (math.isfinite(load_t) or why.startswith("retrieval"))
    status = Status.CONVERGED if good else Status.NOT_CONVERGED
    return StorageCapacity(
        network=network, ansatz=ansatz, load_c=end.load, m_c=end.m, load_t=load_t, load_t_ansatz=same.load, bound_c=t_d**2,
        bound_t=t_c**2, status=status, reason="; ".join(reasons),
    )  # fmt: skip


@lru_cache(maxsize=256)
def _ground_state(network: Network, load: float) -> Estimate:
    """Energy of the true ground state of the spin glass, NaN where it is not found; for P > 2 it scales with sqrt(load)."""
    if not network.wishart and load != 1.0:
        unit = _ground_state(network, 1.0)
        return Estimate(math.sqrt(load) * unit, math.sqrt(load) * unit.error)
    return _limit(_climb(network, load))


def _climb(network: Network, load: float, near: Sequence[Solution] = ()) -> list[Solution]:
    """Return the spin glass at RSB(1), RSB(2), ... at T = 0, up to DEPTH or where its energy is known.

    `near` is what it returned at a load nearby; nothing is returned where a step was not found and the limit cannot be told.
    """
    with progress_bar(DEPTH, unit="step") as bar:
        return _climbed(network, load, near, bar)


def _climbed(network: Network, load: float, near: Sequence[Solution], bar: Bar) -> list[Solution]:
    path: list[Solution] = []
    s = rsb_solve.solve_steps(network, load, 0.0, "spin_glass", 1, near[0] if near else None)
    while s is not None and s.status.ok:
        path.append(s)
        bar.reach(len(path))
        k = len(path) + 1
        if k > DEPTH or s.status is Status.COLLAPSED or stable(s) or s.x_levels[-1] >= 1.0 or _last(path) is not None:
            return path
        if len(near) >= k:
            s = rsb_solve.solve_steps(network, load, 0.0, "spin_glass", k, near[k - 1])
        else:
            found = deepen(Problem(network, load, 0.0, k, has_m=False, has_q0=s.q_levels[0] > 0.0), levels_of(s))
            s = found and rsb_saddle(network, load, 0.0, "spin_glass", *found)
    return path if len(path) > 3 else []


def _last(path: list[Solution]) -> Estimate | None:
    """Return the energy that one step more would not move by rounding, or None."""
    if len(path) < 3:
        return None
    before, last, energy = path[-3].free_energy, path[-2].free_energy, path[-1].free_energy
    change = abs(energy - last)
    if change > min(SAME * abs(energy), 0.1 * max(abs(last - before), SAME * abs(energy))):
        return None
    return Estimate(energy, 2.0 * change + 1e-12 * abs(energy))  # two solves of one saddle agree to that


def _limit(path: list[Solution]) -> Estimate:
    """Return the energy of infinitely many steps: one where they end, or the limit; NaN of no step."""
    if not path:
        return Estimate(math.nan, math.nan)
    s = path[-1]
    if len(path) < DEPTH and (s.status is Status.COLLAPSED or stable(s) or s.x_levels[-1] >= 1.0):
        return Estimate(s.free_energy, 0.0)
    return _last(path) or rsb_solve.limit([s.free_energy for s in path])


def _ground_state_load(network: Network, ansatz: Ansatz, guess: float) -> tuple[Estimate, str]:
    """Return load_t against the true ground state, or NaN and why there is none."""
    none = Estimate(math.nan, math.nan)
    if not math.isfinite(guess):
        return none, "no load to start from was found"
    found = _against_ground_state(network, ansatz, guess)
    if math.isfinite(found):
        return found, ""
    end = spinodal(network, 0.0, strict=False)
    near = 0.999999 * end.load  # at the RS spinodal, but for rounding
    s = solve(network, near, 0.0, "retrieval", RS(), strict=False)
    if isinstance(ansatz, RS) and s.status.ok and s.free_energy < _ground_state(network, near):
        return none, "retrieval in this ansatz lies below the true ground state up to its spinodal"
    return none, f"near load={guess:.6g} the energies of retrieval and of the ground state do not cross, or one was not found"


def _against_ground_state(network: Network, ansatz: Ansatz, guess: float) -> Estimate:
    """Return the load where the retrieval energy equals that of the true ground state, NaN where it is not found."""
    if isinstance(ansatz, FullRSB):
        path: list[Estimate] = []
        with progress_bar(steps_of(ansatz), unit="step") as bar:
            for k in range(1, ansatz.steps + 1):
                path.append(_against_ground_state(network, RSB(k), path[-1] if path else guess))
                bar.update()
                if math.isnan(path[-1]):
                    return path[-1]
        end = rsb_solve.limit(path)
        return Estimate(end, math.hypot(end.error, path[-1].error))
    retrieval = _energy(network, "retrieval", ansatz)
    if not network.wishart:
        load = root_near(lambda load: _ground_state(network, load) - retrieval(load), guess, 1e-3)
        if math.isnan(load):
            return Estimate(math.nan, math.nan)
        error = _ground_state(network, load).error
        slope = _slope(lambda load: _ground_state(network, load) - retrieval(load), load)
        return Estimate(load, abs(error / slope))
    with progress_bar(ROUNDS, unit="round"):
        return _against_wishart(network, retrieval, guess)


def _against_wishart(network: Network, retrieval: Callable[[float], float], guess: float) -> Estimate:
    """Return load_t at P = 2, where the ground state has another form at every load.

    RSB(2) is cheap and nearly right. What it lacks is small and smooth: it is measured at the root for what is known of it, a
    line through the last two measurements, until the root moves by so little that the line is exact.
    """
    cheap = _energy(network, "spin_glass", RSB(2))
    path: list[Solution] = []
    seen: list[tuple[float, float]] = []  # load, and what RSB(2) lacks there

    def lack(load: float) -> float:
        if len(seen) < 2:
            return seen[0][1] if seen else 0.0
        (x0, y0), (x1, y1) = seen[-2:]
        return y1 + (y1 - y0) * (load - x1) / (x1 - x0)

    def gap(load: float) -> float:
        return cheap(load) + lack(load) - retrieval(load)

    load = root_near(gap, guess)
    bar = current_bar("round")
    for _ in range(ROUNDS):
        path = [] if math.isnan(load) else _climb(network, load, path)
        energy = _limit(path)
        if not path:
            break
        bar.update()
        seen.append((load, energy - path[min(len(path), 2) - 1].free_energy))
        measured, load = load, root_near(gap, load, 1e-4)
        if len(seen) > 1 and abs(load - measured) <= 1e-4 * abs(measured - seen[-2][0]) + 1e-12 * load:
            return Estimate(load, abs(energy.error / _slope(gap, load)))
    return Estimate(math.nan, math.nan)


def _energy(network: Network, phase: str, ansatz: Ansatz) -> Callable[[float], float]:
    """Return the energy of a phase at T = 0 as a function of the load; each point starts from the last one."""
    last: list[Solution | None] = [None]

    def energy(load: float) -> float:
        s = solve(network, load, 0.0, phase, ansatz, start=last[0], strict=False)
        if not s.status.ok:
            return math.nan
        last[0] = s
        return s.free_energy

    return energy


def _slope(f: Callable[[float], float], load: float) -> float:
    step = 1e-4 * load
    return (aside(f)(load + step) - aside(f)(load - step)) / (2.0 * step)


def signal_to_noise_load(network: Network, error: float) -> float:
    """Return the load at which one spin of a stored pattern is unstable with probability `error`.

    B.3: signal P/2 against Gaussian noise of variance load xi'(1), so load = (P/2)^2/(xi'(1) z^2) with xi at load 1 and z the
    normal quantile of the error. It ignores that errors feed back: no capacity, but the estimate of Krotov and Hopfield (2016).

    Parameters
    ----------
    network : DenseHebbian
        The network.
    error : float
        Probability of a wrong spin, above 0 and below 0.5.

    Examples
    --------
    >>> import glassy
    >>> round(signal_to_noise_load(glassy.DenseHebbian(P=2), 0.0036), 3)              # at P = 2, load 0.138: 0.36 % errors
    0.138
    """
    network = solvable(network, "stored", "signal")
    error = checks.number("error", error, "It is the probability of a wrong spin, above 0 and below 0.5.", most=0.5)
    if not 0.0 < error < 0.5:
        raise InputError(f"error must lie above 0 and below 0.5, got {error:g}. Try 0.005.")
    z = float(ndtri(error))
    return (0.5 * network.P) ** 2 / (network.unit_covariance(1.0, 1) * z * z)


def patterns_without_errors(network: Network, N: int) -> float:
    """Return K_max = N^(P-1)/(2 c ln N), the number of patterns stored without one wrong spin.

    B.3: c = (P-1)! for H.2 and (2P-3)!! for H.3, signal to noise with an error below 1/N, to leading order in ln N (Krotov and
    Hopfield 2016, Baldi and Venkatesh 1987); not rounded.

    Parameters
    ----------
    network : DenseHebbian
        The network.
    N : int
        Number of spins.

    Examples
    --------
    >>> import glassy
    >>> round(patterns_without_errors(glassy.DenseHebbian(P=3, interactions="self-interacting"), N=100))
    362
    """
    network = solvable(network, "stored", "signal")
    N = network.size(N)
    c = math.factorial(network.P) / 2.0 * network.unit_covariance(1.0, 1) / (0.5 * network.P) ** 2
    return float(N ** (network.P - 1)) / (2.0 * c * math.log(N))
