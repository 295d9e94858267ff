"""solve and scan: the theory arm."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from glassy.core import checks
from glassy.core.errors import ConvergenceError, InputError, PhaseError
from glassy.core.grid import Grid
from glassy.core.machine import cores
from glassy.core.progress import current_bar, progress_bar
from glassy.core.renamed import corrects
from glassy.core.results import Status
from glassy.model.family import Network, check_network
from glassy.theory import ansatz as ansaetze
from glassy.theory.ansatz import RS, RSB, Ansatz, FullRSB
from glassy.theory.rs import example as rs_example
from glassy.theory.rs import retrieval as rs_retrieval
from glassy.theory.rs import scan as rs_scan
from glassy.theory.rs import zero as rs_zero
from glassy.theory.rs.equations import variance
from glassy.theory.rs.saddle import example_saddle, rs_saddle
from glassy.theory.rsb import solve as rsb_solve
from glassy.theory.rsb.saddle import padded
from glassy.theory.solution import Solution, aligned, in_units, missing

COLDEST = 1e-90  # below this temperature, in units of the energies, RSB is that of T = 0 (P = 200 has T_G = 3e-58)
MOST = 500  # P of the theory
PHASES = ("retrieval", "spin_glass", "paramagnetic", "equilibrium", "example")
RETRIEVED = ("retrieval", "example")
TIE = 1e-12  # free energies closer than this part of them are equal to rounding


def solvable(network: object, *parts: str) -> Network:
    """Return the network if the theory can solve it and it has the parts that are asked for, or raise InputError."""
    network = check_network(network, "covariance", *parts)
    if network.P > MOST:  # the covariance of self-interacting patterns grows like 2^P
        raise InputError(
            f"P must be at most {MOST} in theory, got {network!r}. Take a smaller P: from P = 40 on the free energy of the "
            "spin glass is that of the random energy model to 1e-10."
        )
    return network


def check_point(load: object = 1.0, T: object = 1.0) -> tuple[float, float]:
    """Return load and T of the theory, at most 1e200, so that squares are floats; below 1e-300 they count as 0."""
    for name, value in (("load", load), ("T", T)):
        if isinstance(value, list | tuple | np.ndarray):
            raise InputError(
                f"{name} must be one number, got {value!r}. For several points use glassy.scan, or call it for each."
            )
    point = checks.load(load), checks.temperature(T)
    for name, value in zip(("load", "T"), point, strict=True):
        if value > 1e200:
            raise InputError(
                f"{name} must be at most 1e200 in theory, got {value:g}. Divide load by the square of what divides T."
            )
    return point[0] if point[0] >= 1e-300 else 0.0, point[1] if point[1] >= 1e-300 else 0.0


@corrects
def solve(
    network: Network,
    load: float,
    T: float | None = None,
    phase: str = "retrieval",
    ansatz: Ansatz | str = RS(),  # noqa: B008
    *,
    beta: float | None = None,
    start: Solution | None = None,
    strict: bool = True,
    progress: bool | None = None,
) -> Solution:
    """Solve the saddle-point equations of one network at one state point (R.5 at RS; R.1-R.4, R.6, R.7 beyond).

    Parameters
    ----------
    network : DenseHebbian, SpinGlass or ImperfectSynapses
        The network; N.1 or N.2 fixes its noise, N.3b that of P = 2, C.3 that of imperfect synapses. A SpinGlass has no
        retrieval.
    load : float
        Storage load, >= 0, at most 1e200; below 1e-300 it counts as 0.
    T : float
        Temperature, >= 0, at most 1e200; T = 0 is the exact limit, and below 1e-300 T counts as 0.
    beta : float, optional
        1/T, instead of T: beta = inf is T = 0. So it is wherever T is asked for.
    phase : {"retrieval", "spin_glass", "paramagnetic", "equilibrium", "example"}
        The basin in which the saddle is sought. "equilibrium" compares the phases: among the m = 0 saddles the largest
        free energy is the thermodynamic one; retrieval wins if it lies lower. The Solution names the winner.
        Without a random field the paramagnet is the saddle q = 0 and the spin glass one with q > 0; with one (odd P,
        self-interacting) the m = 0 saddle of RS is the paramagnet where its replicon is positive and the spin glass
        elsewhere; beyond RS the glass may also appear above that line, discontinuously (P >= 5).
        "example", of networks that store several examples of a ground truth, is the state at one of them (L.6), as
        `start="example"` of `simulate`; the branch that goes over into small loads. RS alone: "equilibrium" beyond RS does not
        look at it, which `remarks` then says.
    ansatz : RS, RSB or FullRSB
        Replica symmetry (default), k steps of its breaking, or the limit of infinitely many; here and wherever one is asked
        for, also as text, "RSB(1)". Where the levels of RSB(k)
        merge because fewer steps are stable, the status is COLLAPSED and the merged levels carry the breakpoint 1.
    start : Solution, optional
        A neighbouring saddle of the same phase and depth to start Newton's method from; without one, or where it does not
        help, the starts are the solver's own. Where a trained network has several branches of stable RS saddles, one leads to
        its own.
    strict : bool
        If False, a phase without a saddle gives a Solution with status LEFT_PHASE and NaN instead of an error.
    progress : bool, optional
        A bar on stderr that counts the steps of RSB. Here and wherever it may be asked for, True shows it at once, in a file as
        lines; by default it is shown where it is slow, two seconds and more, and stderr is a terminal or a notebook.

    Returns
    -------
    Solution

    Raises
    ------
    InputError
        If an argument lies outside its domain.
    PhaseError
        If `strict` and the phase has no saddle here; `err.solution` is the nearest one (at the spinodal), if any.
    ConvergenceError
        If `strict` and no saddle of the asked accuracy was found (residual 1e-12 at RS, 1e-10 beyond) although a negative
        replicon says that there is one; `err.solution` is the point reached.

    Notes
    -----
    Source: docs/explanation/theory.md, sections 3 and 5; Amit, Gutfreund and Sompolinsky (1987), P = 2; Gardner (1987), P > 2;
    Albanese et al. (2022) for 1RSB. Between T_c and T_d the RSB spin glass of P > 2 is its x_1 = 1 form, with a positive
    complexity. Beyond RS a saddle is looked for from several starts; of those found the free energy decides.

    Examples
    --------
    >>> import glassy
    >>> s = solve(glassy.DenseHebbian(P=4), load=0.2, T=0.3)
    >>> round(s.m, 6), s.status.name
    (0.995908, 'CONVERGED')
    >>> solve(glassy.DenseHebbian(P=2), load=0.2, T=0.1, strict=False).status.name
    'LEFT_PHASE'
    """
    load, T = check_point(load, checks.given_temperature(T, beta))
    given, asked = network, load
    network, load = _in_theory(network, load)
    checks.choice("phase", phase, PHASES)
    checks.truth("strict", strict)
    ansatz = ansaetze.check(ansatz)
    if start is not None and not isinstance(start, Solution):
        raise InputError(f"start must be a Solution of a neighbouring point, got {start!r}. Leave it out, or use scan.")
    start = _under(start, *_in_theory(start.network, start.load)) if start is not None and start.network == given else start
    check_steps(network, phase, ansatz)
    find, k = _equilibrium if phase == "equilibrium" else _solve, steps_of(ansatz)
    if isinstance(ansatz, RS) and progress is None:  # a bar would take a part of the time
        solution = find(network, load, T, phase, ansatz, start)
    else:
        with progress_bar(3.0 * k if phase == "equilibrium" else k, progress, "step", f"{ansatz!r} {phase}") as bar:
            bar.step = k
            solution = find(network, load, T, phase, ansatz, start)
    solution = solution or missing(network, load, T, phase, ansatz)
    if strict and solution.status is Status.LEFT_PHASE:
        text, nearest = _explain(solution)
        if network != given or load != asked:
            text = f"{given!r} at load={asked:g} is solved as {network!r} at load={load:g}, and there is {text}"
        raise PhaseError(text, nearest)
    if strict and not solution.status.ok:
        raise ConvergenceError(
            f"{solution!r}: residual {solution.residual:.1e}. {solution.status.words(theory=True)}.", solution
        )
    return _under(solution, given, asked)


def _in_theory(network: object, load: float) -> tuple[Network, float]:
    """Return the network and load that are solved in place of a network: itself, but for imperfect synapses (C.3)."""
    found, load = check_network(network).in_theory(load)
    return solvable(found), load


def _under(solution: Solution, network: Any, load: float) -> Solution:
    """Return a Solution under the network and load it was asked for."""
    return solution if solution.network == network else replace(solution, network=network, load=load)


def check_steps(network: Network, phase: str, ansatz: Ansatz) -> None:
    """Raise InputError where steps of RSB are asked for that the theory does not have."""
    if not isinstance(ansatz, RS):
        check_network(network, "glass")
    if phase == "example":
        check_network(check_network(network, "examples"), "alone")
    if phase == "example" and not isinstance(ansatz, RS):
        raise InputError(f"ansatz must be RS() for the state at one example of {network!r}, got {ansatz!r}. Ask for RS().")


def steps_of(ansatz: Ansatz) -> float:
    """Return how many steps of RSB are solved, one after the other; RS counts as one."""
    return float(ansatz.steps if isinstance(ansatz, FullRSB) else max(ansatz.depth, 1.0))


def _solve(network: Network, load: float, T: float, phase: str, ansatz: Ansatz, start: Solution | None) -> Solution | None:
    if isinstance(ansatz, RS):
        return _solve_at(network, load, T, phase, ansatz, start)
    with progress_bar(steps_of(ansatz), unit="step"):
        found = _solve_at(network, load, T, phase, ansatz, start)
    current_bar("step").update()
    return found


def _solve_at(network: Network, load: float, T: float, phase: str, ansatz: Ansatz, start: Solution | None) -> Solution | None:
    if phase in RETRIEVED or network.wishart or load == 0.0:  # the signal, 1, is a unit of its own
        t = T if T > COLDEST or isinstance(ansatz, RS) else 0.0
        return _at(_solve_here(network, load, t, phase, ansatz, start), load, T)
    xi = network.unit_covariance(1.0)
    unit = math.sqrt(load) * math.sqrt(2.0 * xi)  # the scale of energies of the noise
    if unit * 1e100 < T:  # q is below rounding
        if phase == "spin_glass":
            return None
        hot = rs_saddle(network, load, T, phase, 0.0, load * network.unit_covariance(0.0, 1) / T / T, 1.0 / T)
        return padded(hot, ansatz.k) if isinstance(ansatz, RSB) else replace(hot, ansatz=ansatz)
    t = T / unit if unit * COLDEST < T else 0.0  # without a signal T and load enter through T/sqrt(load) alone
    if start is not None:
        same = start.network == network and start.phase == phase and start.status.ok and start.load > 0.0
        start = in_units(start, math.sqrt(start.load) * math.sqrt(2.0 * xi)) if same else None
    found = _solve_here(network, 0.5 / xi, t, phase, ansatz, start)
    return _at(found and in_units(found, 1.0 / unit), load, T)


def _at(solution: Solution | None, load: float, T: float) -> Solution | None:
    """Return a saddle under its own load and T: those it was solved at, but for rounding, or T = 0 in place of T."""
    if solution is None or (solution.load, solution.T) == (load, T):
        return solution
    x = solution.x_levels
    if T > 0.0 and solution.T == 0.0:
        x = tuple(T * y if math.isfinite(y) else 1.0 for y in solution.y_levels)
    return replace(solution, load=load, T=T, x_levels=x)


def _solve_here(network: Network, load: float, T: float, phase: str, ansatz: Ansatz, start: Solution | None) -> Solution | None:
    if isinstance(ansatz, RSB):
        return rsb_solve.solve_steps(network, load, T, phase, ansatz.k, start)
    if isinstance(ansatz, FullRSB):
        return rsb_solve.solve_full(network, load, T, phase, ansatz, start)
    if phase == "example" and network.has_several:
        return _at_one_example(network, load, T)
    if phase in RETRIEVED:
        if not network.has_signal:
            return None
        if load == T == 0.0 and network.signal.idle > 0.0:
            raise InputError(
                f"load or T must be > 0 for {network!r}, got 0 and 0: a share {network.signal.idle:.3g} of the spins, those on "
                "which the examples cancel, is free there. Raise one of them."
            )
        guess = (aligned(start), start.local_susceptibility) if start is not None and start.m > 0.0 else None
        found = rs_retrieval.retrieval(network, load, T, guess)
        state = found and rs_saddle(network, load, T, phase, found[0], 1.0 - T * found[1], found[1])
        return replace(state, n_first=state.n) if state and phase == "example" else state  # all examples are one
    if start is not None and start.network == network and start.phase == phase == "spin_glass" and start.status.ok:
        s = math.sqrt(variance(network, start.load, start.q_EA, start.local_susceptibility))
        close = rs_zero.near(network, load, T, s)
        if close is not None and not network.unit_covariance.has_field:
            return rs_saddle(network, load, T, phase, 0.0, close.q, close.C, close.s)
    return rsb_solve.zero_rs_of(network, load, T, phase)


def _at_one_example(network: Network, load: float, T: float) -> Solution | None:
    """Return the saddle at one example of several (L.6)."""
    try:
        path = rs_example.curve(network, T)
        at = path.at(load) if path else None
    except ConvergenceError:
        return missing(network, load, T, "example", RS(), Status.NOT_CONVERGED)
    return example_saddle(network, load, T, at) if at else None


def rivals(network: Network, ansatz: Ansatz) -> tuple[str, ...]:
    """Return the phases that the equilibrium is sought among: the state at one example of several is known at RS alone."""
    several = ("example",) if network.has_several and isinstance(ansatz, RS) else ()
    return ("paramagnetic", "spin_glass", "retrieval", *several)


def _equilibrium(network: Network, load: float, T: float, _: str, ansatz: Ansatz, start: Solution | None) -> Solution | None:
    found = (_solve(network, load, T, p, ansatz, start) for p in rivals(network, ansatz))
    states = judged([s for s in found if s is not None])
    failed = next((s for s in states if not s.status.ok), None)
    if failed is not None:  # which phase wins is unknown while one of them is
        return failed
    zero = zero_winner(states)
    both = [s for s in (*(s for s in states if s.phase in RETRIEVED), zero) if s is not None]
    return min(both, key=lambda s: s.free_energy, default=None)


def rank(s: Solution) -> tuple[float, float]:
    """Order of m = 0 saddles: the larger free energy; at equality (x_1 = 1) the one without complexity."""
    return float(s.free_energy) - 1e-12 * abs(s.free_energy) * (s.complexity > 0.0), -s.complexity


def zero_winner(states: Iterable[Solution]) -> Solution | None:
    """Return the m = 0 state of some states at one point: the saddle of largest free energy."""
    return max((s for s in states if s.status.ok and s.phase not in RETRIEVED), key=rank, default=None)


def judged(states: Sequence[Solution]) -> list[Solution]:
    """Return the states of all phases at one point with `Solution.winner`; as they are where one of them was not found."""
    good = [s for s in states if s.status.ok]
    if any(s.status is Status.NOT_CONVERGED for s in states):
        return list(states)
    return [replace(s, winner=_winner(s, good)) if s.status.ok else s for s in states]


def _winner(s: Solution, states: Sequence[Solution]) -> str | None:
    """Return the phase that wins over a state, its own where none does, None where the errors leave it open.

    At m = 0 the larger f wins, and of what is left and what is retrieved the lower f.
    """
    zero = zero_winner(states)
    retrieved = sorted(((r, 1.0) for r in states if r.phase in RETRIEVED), key=lambda pair: float(pair[0].free_energy))
    rivals = [(zero, 1.0)] if s.phase in RETRIEVED else [(r, -1.0) for r in states if r.phase not in RETRIEVED]
    rivals += retrieved
    known = True
    for rival, sign in sorted(((r, sign) for r, sign in rivals if r is not None and r is not s), key=lambda pair: pair[1]):
        behind = sign * float(s.free_energy - rival.free_energy)
        rounding = TIE * max(abs(s.free_energy), abs(rival.free_energy))
        error = sum(getattr(x.free_energy, "error", 0.0) for x in (s, rival))
        if behind > max(rounding, error):
            return rival.phase
        known = known and not rounding < abs(behind) <= error
    return s.phase if known else None


def _explain(solution: Solution) -> tuple[str, Solution | None]:
    network, load, T, phase = solution.network, solution.load, solution.T, solution.phase
    text = f"no {phase} saddle at {network!r}, load={load:g}, T={T:g} with {solution.ansatz!r}: "
    if phase == "example" and network.has_several:
        path = rs_example.curve(network, T)
        if path is None:
            return text + "all examples are alike even at load=0. Ask for phase='retrieval', or lower T.", None
        nearest = example_saddle(network, path.end.load, T, path.end)
        return text + f"the state at one example ends at load={path.end.load:.8g}. Lower load; it is err.solution.", nearest
    if phase in RETRIEVED:
        if not network.has_signal:
            return text + f"a {type(network).__name__} has no patterns. Ask for phase='spin_glass' or 'equilibrium'.", None
        end = rs_retrieval.fold(network, T)
        if end is None:
            highest = network.signal.end[1]
            return text + f"retrieval ends at T={highest:.6g} even at load=0. Lower T.", None
        nearest = rs_saddle(network, end.load, T, phase, end.m, end.q, end.C)
        other = rs_retrieval.elsewhere(network, load, T)
        if other is not None and isinstance(solution.ansatz, RS):
            nearest = rs_saddle(network, load, T, phase, other[0], 1.0 - T * other[1], other[1])
            text += (
                f"the spinodal is at load={end.load:.8g} on the branch of small loads. err.solution is a saddle of another, "
            )
            return text + f"m={nearest.m:.4g}. Lower load, or give it as start.", nearest
        if not isinstance(solution.ansatz, RS):
            return text + f"the RS spinodal is at load={end.load:.8g}, that of this ansatz is near. Lower load.", nearest
        return (
            text + f"the spinodal is at load={end.load:.8g}. Lower load; the nearest saddle is err.solution.",
            nearest,
        )
    others = sorted({s.phase for s in rsb_solve.zero_rs(network, load, T)})
    return text + f"the m = 0 phases found here at RS are {others or 'none'}. Ask for phase='equilibrium'.", None


@corrects
def scan(
    network: Network,
    load: npt.ArrayLike,
    T: npt.ArrayLike | None = None,
    phase: str = "retrieval",
    ansatz: Ansatz | str = RS(),  # noqa: B008
    *,
    beta: npt.ArrayLike | None = None,
    wins: bool = False,
    threads: int | None = None,
    progress: bool | None = None,
) -> Grid[Solution]:
    """Solve along a path of state points, each started from its neighbour.

    Under RS the answer is that of `solve`, whatever the path: a point next to a fold or an onset is solved alone. Such a scan
    keeps columns of numbers, and makes a Solution where one is asked for.

    Parameters
    ----------
    network, phase, ansatz
        As in `solve`.
    load, T : array_like
        The path: two arrays of one length, or one array and one float. Any order; neighbours are fastest.
    beta : array_like, optional
        1/T, instead of T.
    threads : int, optional
        Threads for the points of RS; default: the cores that this process may use. They change no number.
    wins : bool
        Whether to say at every point if the phase is the equilibrium (`Solution.wins`), by the rule of phase="equilibrium": the
        other phases are solved as well. The numbers are the same.
    progress : bool, optional
        A bar on stderr; default: where it is slow and stderr is a terminal or a notebook.

    Returns
    -------
    Grid of Solution
        One for each point, in order. A point without a saddle stays in the table with status LEFT_PHASE.

    Raises
    ------
    InputError
        If an argument lies outside its domain or the arrays do not fit together.

    Examples
    --------
    >>> import glassy
    >>> path = scan(glassy.DenseHebbian(P=3), load=[0.1, 0.2, 9.0], T=0.2)
    >>> [s.status.name for s in path]
    ['CONVERGED', 'CONVERGED', 'LEFT_PHASE']
    """
    T = checks.given_temperature(T, beta)
    checks.truth("wins", wins)
    loads, temperatures = (
        np.atleast_1d(checks.array(name, x, "Give floats or 1-d arrays.")) for name, x in (("load", load), ("T", T))
    )
    lengths = {len(loads), len(temperatures)} - {1} if loads.ndim == temperatures.ndim == 1 else {-1, -2}
    if len(lengths) > 1:
        raise InputError(
            f"load and T must be floats or 1-d arrays of one length, got shapes {loads.shape} and {temperatures.shape}. "
            "For a full grid call scan once per row."
        )
    if 0 in (len(loads), len(temperatures)):
        raise InputError("load and T must not be empty. Give at least one state point.")
    loads, temperatures = np.broadcast_arrays(loads, temperatures)
    if not _plain(loads) or not _plain(temperatures):
        for x, y in zip(loads.tolist(), temperatures.tolist(), strict=True):  # all input is checked before any work
            check_point(x, y)
    inner, _ = _in_theory(network, float(loads[0]))
    checks.choice("phase", phase, PHASES)
    threads = checks.integer("threads", cores() if threads is None else threads, 1, "Chunks of points that run at once.")
    ansatz = ansaetze.check(ansatz)
    x, y = (np.where(v < 1e-300, 0.0, np.asarray(v, float)) for v in (loads, temperatures))
    others = [p for p in rivals(inner, ansatz) if p != phase] if wins and phase != "equilibrium" else []
    with progress_bar(len(x) * (1.0 + len(others)), progress, "point", f"{ansatz!r} {phase}") as bar:
        bar.step, found = float(len(x)), []
        for p in (phase, *others):
            found.append(_path(network, x, y, p, ansatz, threads))
            bar.update()
    grid = found[0]
    return Grid(tuple(judged(states)[0] for states in zip(*found, strict=True)), grid.shape) if others else grid


def _path(
    network: Network, load: npt.NDArray[np.float64], T: npt.NDArray[np.float64], phase: str, ansatz: Ansatz, threads: int
) -> Grid[Solution]:
    """Solve one phase along a path, each point started from its neighbour."""
    with progress_bar(len(load), unit="point") as bar:
        if isinstance(ansatz, RS) and len(load) >= rs_scan.FEW and network.has_covariance:

            def alone(load: float, T: float) -> Solution:
                return solve(network, load, T, phase, strict=False)

            return Grid.of(rs_scan.solve_path(network, load, T, phase, threads, alone, bar))
        points: list[Solution] = []
        previous: Solution | None = None
        for x, y in zip(load.tolist(), T.tolist(), strict=True):
            solution = solve(network, x, y, phase, ansatz, start=previous, strict=False)
            previous = solution if solution.status.ok and not isinstance(ansatz, RS) else None
            points.append(solution)
            bar.update()
        return Grid(tuple(points), (len(points),))


def _plain(values: npt.NDArray[Any]) -> bool:
    """Whether an array holds numbers in the domain of the theory and nothing else."""
    return values.dtype.kind in "iuf" and bool(np.all((values >= 0) & (values <= 1e200)))
