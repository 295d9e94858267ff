"""compare: theory and simulation meet here, and nowhere else."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, overload

import numpy.typing as npt
from scipy.special import ndtri

from glassy.analysis.extrapolate import Correction, check_powers
from glassy.core.errors import InputError
from glassy.core.progress import progress_bar
from glassy.core.renamed import corrects
from glassy.core.results import Estimate, Status
from glassy.evidence.comparison import Comparison, Row
from glassy.evidence.confront import confront, warn_of
from glassy.evidence.curves import beside_curves, is_curve
from glassy.evidence.passing import beside_evolution, beside_passing, beside_run, elsewhere, end_of, of_network
from glassy.evidence.sides import check_state, common_samples, difference, rungs, side
from glassy.exact import Exact
from glassy.passing.result import MessagePassing
from glassy.passing.state_evolution import StateEvolution
from glassy.phases.free_energy_of_m import FreeEnergyOfM
from glassy.simulation.compare_starts import meet
from glassy.simulation.free_energy_of_m import MeasuredFreeEnergyOfM
from glassy.simulation.ladder import Ladder
from glassy.simulation.observables import OBSERVABLES
from glassy.simulation.samples import Samples
from glassy.theory.solution import Solution

Curves = FreeEnergyOfM | MeasuredFreeEnergyOfM | Sequence[MeasuredFreeEnergyOfM] | Sequence[Ladder]
Compared = Solution | StateEvolution | Exact | MessagePassing | Samples | Ladder | Sequence[Samples] | Curves
POWERS = (1.0, 2.0)


@overload
def compare(  # type: ignore[overload-overlap]
    solution: Ladder, samples: Ladder, *, powers: Sequence[Correction] = ..., m: Any = ..., progress: bool | None = ...
) -> tuple[Comparison, ...]: ...
@overload
def compare(
    solution: Compared, samples: Compared, *, powers: Sequence[Correction] = ..., m: Any = ..., progress: bool | None = ...
) -> Comparison: ...


@corrects
def compare(
    solution: Compared, samples: Compared, *, powers: Sequence[Correction] = POWERS, m: npt.ArrayLike | None = None,
    progress: bool | None = None,
) -> Comparison | tuple[Comparison, ...]:  # fmt: skip
    """Compare any two of a Solution, an Exact, one run or several, a Ladder, message passing, or f(m), at one state point.

    A Solution beside simulations of the same network, load and temperature, and an Exact beside a run of its patterns, are
    judged as said below. Of a Ladder the rung at the temperature of the other side is taken; two ladders, or Grids along T,
    give a tuple, a Comparison for each temperature of both. Two runs that share patterns are compared within each sample of
    both; any others by the errors of both, which hold the scatter between samples: a run of one sample then has no z. Where
    neither side has an error there is none either. z is that of the second minus the first.

    Theory is evaluated at the load of each run's integer K. Energies of H.3 are compared after the shift M.3. Several sizes
    give an extrapolation next to the raw values: a weighted fit in `powers` of 1/N through simulation - theory (their
    corrections start at 1/N for P = 3 and P = 4). Sizes with a bad status are not used where two good ones remain. A run
    counts only if its chains were in the phase of the Solution (`Samples.phase`): "pattern 0" where m > 0, the glass or the
    paramagnet, which no finite size tells apart sharply, at m = 0.
    Runs of one N with different seeds have patterns of their own: they are independent, and both count. Two that share patterns
    are no two measurements, and are refused.

    A Solution averages over the patterns, so the scatter between samples is part of the error: a run of one sample, and one of
    the user's own patterns, have no z. An Exact is of the very patterns of a run of one sample: there the thermal error is all.

    Message passing beside a run of the same patterns is compared within each sample of both, and site by site: `rms_of_sites`
    is the rms difference of its magnetizations from the means of the last spins of the replicas; in the column of message
    passing is the noise of these means if the magnetizations are right. Of a StateEvolution m and q after every iteration are
    compared; a Solution, of RS, with the means over its samples. Two of message passing on the same patterns are compared
    within each sample, too; an Exact with the first sample, whose patterns must be its own.

    f(m) of theory is compared with measured ones, of one N or several, or with Ladders of fields along the pattern, which are
    joined: barrier, depth, the places of minimum and top, and f(m) - f(1) at some m. Of a run the places are means, `m_pattern`
    and `m_barrier`. Two runs of f(m) that share patterns, and an Exact beside the run of its sample, are compared by thermal
    errors. An f(m) beside anything else is refused.

    At even P a state and its mirror, all spins flipped, have one energy, so in the retrieval phase m and q are compared up to
    this global sign: chains with a negative mean of m are flipped first, beside message passing those whose last spins overlap
    negatively with its magnetizations. At odd P the mirror is another state, and stays one.

    Parameters
    ----------
    solution, samples : results of the types above, or Samples or measured f(m) of several N in a sequence
        A converged saddle; what `state_evolution`, `enumerate_states` and `message_passing` say; runs. In any order: theory
        comes first, then state evolution, enumeration, message passing. A StateEvolution that still moves, or ended in another
        phase, is noted and has no good status; so is message passing of which a sample settled far from m of a Solution, or
        n_first: it has no z then.
    powers : sequence of float or str
        Powers of 1/N in the extrapolation, or "ln(N)/N" (`extrapolate`): the first ones, as many as the sizes determine. By
        default a straight line through two sizes and a parabola through three or more: the signal of H.2 alone is
        prod_{i<P} (1 - i/N), and 1 - m depends on it exponentially, so at P = 4 the 1/N^2 term exceeds the errors. The table
        says powers, chi2 and degrees of freedom; with none left nothing tests the powers.
    m : array, optional
        Of f(m): overlaps at which f(m) - f(1) is compared; default 0, 0.25, 0.5, 0.75.
    progress : bool, optional
        A bar on stderr that counts runs; default: where it is slow (theory of many steps, solved again at the load of each run)
        and stderr is a terminal or a notebook.

    Returns
    -------
    Comparison, or a tuple of them for two Ladders, one for each temperature
        In the retrieval phase rows for m, q, energy and energy_excess; at m = 0 for q (|q| in the spin glass, which is
        known up to a global flip only) and energy; of an Exact m, |m|, q, |q|, q^2, energy; of f(m) those above. z is
        (simulation - theory)/error as a normal deviate (`Estimate.z`).

    Raises
    ------
    InputError
        If the runs belong to another network, load or temperature, two of one N share patterns, the Solution has not
        converged, or powers are given where nothing is extrapolated.

    Warns
    -----
    EquilibrationWarning
        Once, if a run has not a good status, or is of another phase: which, with the remedy. Its rows are there all the same,
        under this status. What a good status claims is said at `Samples.status`.

    Notes
    -----
    Source: docs/explanation/theory.md, section 2, and docs/explanation/monte-carlo.md (M.3, M.4).

    Examples
    --------
    >>> import glassy
    >>> network = glassy.DenseHebbian(P=3)
    >>> runs = [glassy.simulate(network, load=0.1, T=0.3, N=N, samples=8, sweeps=200, seed=3) for N in (40, 60)]
    >>> [row.N for row in compare(glassy.solve(network, load=0.1, T=0.3), runs).rows if row.observable == "m"]
    [40.0, 60.0, inf]
    """
    powers = check_powers(powers)
    if is_curve(solution) or is_curve(samples):
        return beside_curves(solution, samples, powers, m)
    if m is not None:
        raise InputError(f"m must be left out here, got {m!r}: it is where f(m) of two curves is compared.")
    a, b = rungs(solution), rungs(samples)
    if a and b:
        shared = [T for T in a if T in b]
        if not shared:
            raise InputError(f"two ladders must share a temperature, got {[*a]} and {[*b]}.")
        with progress_bar(len(shared), progress, "run", "compare"):
            return tuple(_pair(a[T], b[T], powers) for T in shared)
    first, second = _rung(a, samples) if a else solution, _rung(b, solution) if b else samples
    count = max(len(x) if isinstance(x, Sequence) else 1 for x in (first, second))
    with progress_bar(max(count, 1), progress, "run", "compare"):
        return _pair(first, second, powers)


def _rung(ladder: dict[float, Any], other: Any) -> Any:
    """Return the rung at the temperature of the other side."""
    T = side(other[0] if isinstance(other, Sequence) and other else other).state["T"]
    if T not in ladder:
        raise InputError(f"the ladder must have the temperature of the other side, {T:g}; it has {[*ladder]}.")
    return ladder[T]


def _pair(first: Compared, second: Compared, powers: Sequence[Correction]) -> Comparison:
    order = {Solution: 0, StateEvolution: 1, Exact: 2, MessagePassing: 3}
    first, second = sorted((first, second), key=lambda x: order.get(type(x), 4))
    judged = isinstance(first, Solution | Exact) and order.get(type(second), 4) == 4
    if tuple(powers) != POWERS and not judged:
        raise InputError(f"powers must be left out here, got {powers}: they are those of 1/N through runs of several sizes.")
    if judged:
        return confront(first, second, powers)  # type: ignore[arg-type]
    if isinstance(first, MessagePassing) and isinstance(second, Samples):
        return beside_run(first, second)
    if isinstance(first, StateEvolution) and isinstance(second, MessagePassing):
        return beside_evolution(first, second)
    if isinstance(second, MessagePassing):
        if isinstance(first, MessagePassing) and (paired := beside_passing(first, second)):
            return paired
        return _beside(first, of_network(first, second) if isinstance(first, Exact) else second)
    return _beside(first, second)


def _beside(first: Compared, second: Compared) -> Comparison:
    """Compare two results of which neither judges the other."""
    a, b = side(first), side(second)
    check_state(a, b)
    runs = [run for run in (first, second) if isinstance(run, Samples)]
    passing = [result for result in (first, second) if isinstance(result, MessagePassing)]
    states: list[Any] = runs or (passing if isinstance(first, Exact) else [])
    up_to_flip = ("m", "q", "n", "n_first") if states and states[0].network.even and states[0].perturbation is None else ()
    same = common_samples(*runs) if len(runs) == 2 else 0
    scattered: list[Samples | MessagePassing] = [*runs, *(passing if not isinstance(first, Exact) else [])]
    alone = "" if same else next((why for result in scattered if (why := _alone(result))), "")
    status, notes = next((s.status for s in (a, b) if not s.status.ok), b.status), list[str]()
    for result, beside in ((first, b), (second, a)):
        if isinstance(result, StateEvolution):
            end, said = end_of(result, beside)
            notes += said
            status = status if end.ok else end
    if isinstance(first, Solution) and isinstance(second, MessagePassing) and (left := elsewhere(first, second)):
        alone, status = left, Status.LEFT_PHASE if status.ok else status
    rows = []
    for name in (name for name in a.says if name in b.says and name not in up_to_flip):
        one, other = a.says[name], b.says[name]
        if isinstance(first, Exact) and passing:  # both are of one network
            other = Estimate(float(other), 0.0)
        none = one.error == other.error == 0.0
        why = alone or ("neither side has an error" if none else "an error is a bound" if one.bound or other.bound else "")
        z = math.nan if why else _within(name, runs[0], runs[1], same) if same else difference(one, other)
        rows.append(
            Row(observable=name, theory=one if one.error > 0.0 else float(one), simulation=other, N=min(a.N, b.N), z=z,
                status=status, reason=why)
        )  # fmt: skip
    warn_of("another result", None, runs)
    notes += [f"the runs share the patterns of {same} samples: z is that of the differences within each"] if same else []
    notes += ["m and q are left out: at even P they are known up to a flip of all spins"] if up_to_flip else []
    kinds = (a.kind, b.kind) if a.kind != b.kind else (f"first {a.kind}", f"second {b.kind}")
    return Comparison(first, tuple(rows), "; ".join(notes), kinds)  # type: ignore[arg-type]  # `side` refuses all else


def _alone(run: Samples | MessagePassing) -> str:
    """Return why a run has no error that holds the scatter between patterns; "" if it has one."""
    if not run.patterns_drawn and run.samples == 1:
        return "given patterns are one sample, whose scatter is unknown"
    if run.samples == 1:
        return "one sample has no scatter between samples, which is part of the error; raise samples"
    return ""


def _within(name: str, first: Samples, second: Samples, S: int) -> float:
    """Return second - first within each sample as a normal deviate."""
    x, y = (run.series_of[name][:S] for run in (first, second))
    replicas = first.replicas if OBSERVABLES[name].pairs else 0
    if first.replicas != second.replicas:
        x, y, replicas = x.mean(axis=1, keepdims=True), y.mean(axis=1, keepdims=True), 0
    met = meet(name, x, y, replicas)
    return math.copysign(-float(ndtri(max(met.p, 1e-300) / 2.0)), float(met.second) - float(met.first)) if met.z else 0.0
