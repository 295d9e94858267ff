"""solve and scan: the theory arm."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from glassy import checks
from glassy.errors import ConvergenceError, InputError, PhaseError
from glassy.network import DenseHebbian
from glassy.results import Grid, Status
from glassy.theory import ansatz as ansaetze
from glassy.theory import rs_retrieval, rs_zero
from glassy.theory.ansatz import RS
from glassy.theory.rs_equations import saddle
from glassy.theory.solution import Solution, missing

PHASES = ("retrieval", "spin_glass", "paramagnetic", "equilibrium")


def check_network(network: object) -> DenseHebbian:
    """Return the network, or raise InputError."""
    if not isinstance(network, DenseHebbian):
        raise InputError(f"network must be a glassy.DenseHebbian, got {network!r}. Make one: glassy.DenseHebbian(P=4).")
    return network


def solve(
    network: DenseHebbian,
    load: float,
    T: float,
    phase: str = "retrieval",
    ansatz: RS = RS(),  # noqa: B008
    *,
    start: Solution | None = None,
    strict: bool = True,
) -> Solution:
    """Solve the saddle-point equations of one network at one state point (R.5; thermodynamics R.5a, R.5b).

    Parameters
    ----------
    network : DenseHebbian
        The network; N.1 or N.2 fixes its noise, N.3b that of P = 2.
    load : float
        Storage load, >= 0.
    T : float
        Temperature, >= 0; T = 0 is the exact limit.
    phase : {"retrieval", "spin_glass", "paramagnetic", "equilibrium"}
        The basin in which the saddle is sought. "equilibrium" compares the phases: among the m = 0 saddles the largest
        free energy is the thermodynamic one; retrieval wins if it lies lower. The Solution names the winner.
        Without a random field the paramagnet is the saddle q = 0 and the spin glass one with q > 0; with one (odd P,
        self-interacting) the m = 0 saddle is the paramagnet where its replicon is positive and the spin glass elsewhere.
    ansatz : RS
        Replica symmetry.
    start : Solution, optional
        A neighbouring retrieval saddle to start Newton's method from; the answer does not depend on it.
    strict : bool
        If False, a phase without a saddle gives a Solution with status LEFT_PHASE and NaN instead of an error.

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
        If `strict` and the residual stayed above 1e-12; `err.solution` is the point reached.

    Notes
    -----
    Source: docs/theory.md sections 3 and 5; Amit, Gutfreund and Sompolinsky (1987) at P = 2, Gardner (1987) at P > 2.

    Examples
    --------
    >>> import glassy
    >>> s = solve(glassy.DenseHebbian(P=4), load=0.2, T=0.3)
    >>> round(s.m, 6), s.status.name
    (0.995908, 'CONVERGED')
    >>> solve(glassy.DenseHebbian(P=2), load=0.2, T=0.1, strict=False).status.name
    'LEFT_PHASE'
    """
    network = check_network(network)
    load, T = checks.load(load), checks.temperature(T)
    checks.choice("phase", phase, PHASES)
    ansatz = ansaetze.check(ansatz)
    solution = _equilibrium(network, load, T, start) if phase == "equilibrium" else _solve(network, load, T, phase, start)
    solution = solution or missing(network, load, T, phase, ansatz)
    if strict and solution.status is Status.LEFT_PHASE:
        raise PhaseError(*_explain(solution))
    if strict and not solution.status.ok:
        raise ConvergenceError(f"{solution!r}: residual {solution.residual:.1e}. {solution.status.value}.", solution)
    return solution


def _solve(network: DenseHebbian, load: float, T: float, phase: str, start: Solution | None) -> Solution | None:
    if phase == "retrieval":
        guess = (start.m, start.susceptibility) if start is not None and start.m > 0.0 else None
        found = rs_retrieval.retrieval(network, load, T, guess)
        return found and saddle(network, load, T, phase, found[0], 1.0 - T * found[1], found[1])
    candidates = [s for s in _zero(network, load, T) if s.phase == phase]
    return max(candidates, key=lambda s: s.free_energy, default=None)


def _zero(network: DenseHebbian, load: float, T: float) -> list[Solution]:
    """Every m = 0 saddle, each under the name of its phase."""
    found = [saddle(network, load, T, "spin_glass", 0.0, p.q, p.C, p.s) for p in rs_zero.saddles(network, load, T)]
    if network.unit_covariance.has_field and load > 0.0:
        return [
            s if s.replicon <= 0.0 else saddle(network, load, T, "paramagnetic", 0.0, s.q_EA, s.susceptibility) for s in found
        ]
    if rs_zero.has_paramagnet(network, T) or (load == 0.0 and T > 0.0):
        found.append(saddle(network, load, T, "paramagnetic", 0.0, 0.0, 1.0 / T))
    return found


def _equilibrium(network: DenseHebbian, load: float, T: float, start: Solution | None) -> Solution | None:
    zero = max(_zero(network, load, T), key=lambda s: s.free_energy, default=None)
    retrieval = _solve(network, load, T, "retrieval", start)
    both = [s for s in (retrieval, zero) if s is not None]
    return min(both, key=lambda s: s.free_energy, default=None)


def _explain(solution: Solution) -> tuple[str, Solution | None]:
    network, load, T, phase = solution.network, solution.load, solution.T, solution.phase
    text = f"no {phase} saddle at {network!r}, load={load:g}, T={T:g} with {solution.ansatz!r}: "
    if phase == "retrieval":
        end = rs_retrieval.fold(network, T)
        if end is None:
            limit = rs_retrieval.curie_weiss_limit(network.P)[1]
            return text + f"retrieval ends at T={limit:.6g} even at load=0. Lower T.", None
        nearest = saddle(network, end.load, T, phase, end.m, end.q, end.C)
        return (
            text + f"the spinodal is at load={end.load:.8g}. Lower load; the nearest saddle is err.solution.",
            nearest,
        )
    others = sorted({s.phase for s in _zero(network, load, T)})
    return text + f"the m = 0 phases found here are {others or 'none'}. Ask for phase='equilibrium'.", None


def scan(
    network: DenseHebbian,
    load: npt.ArrayLike,
    T: npt.ArrayLike,
    phase: str = "retrieval",
    ansatz: RS = RS(),  # noqa: B008
) -> Grid[Solution]:
    """Solve along a path of state points, each started from its neighbour.

    Parameters
    ----------
    network, phase, ansatz
        As in `solve`.
    load, T : array_like
        The path: two arrays of one length, or one array and one float. Any order.

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
    loads, temperatures = (np.atleast_1d(np.asarray(x)) for x in (load, T))
    lengths = {len(loads), len(temperatures)} - {1} if loads.ndim == temperatures.ndim == 1 else {-1, -2}
    if len(lengths) > 1:
        raise InputError(
            f"load and T must be floats or 1-d arrays of one length, got shapes {loads.shape} and {temperatures.shape}. "
            "For a full grid call scan once per row."
        )
    if 0 in (len(loads), len(temperatures)):
        raise InputError("load and T must not be empty. Give at least one state point.")
    loads, temperatures = np.broadcast_arrays(loads, temperatures)
    for x, y in zip(loads.tolist(), temperatures.tolist(), strict=True):  # all input is checked before any work
        checks.load(x)
        checks.temperature(y)
    points: list[Solution] = []
    previous: Solution | None = None
    for x, y in zip(loads.tolist(), temperatures.tolist(), strict=True):
        solution = solve(network, x, y, phase, ansatz, start=previous, strict=False)
        previous = solution if solution.status.ok else None
        points.append(solution)
    return Grid(tuple(points), (len(points),))
