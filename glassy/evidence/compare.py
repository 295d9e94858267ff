"""compare: theory and simulation meet here, and nowhere else."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, overload

import numpy as np
from scipy.special import ndtri

from glassy.analysis.extrapolate import weighted_fit
from glassy.core.drawing import Drawn
from glassy.core.equality import Equal
from glassy.core.errors import EquilibrationWarning, InputError, warn
from glassy.core.progress import current_bar, progress_bar
from glassy.core.provenance import Provenance, provenance
from glassy.core.records import record
from glassy.core.results import Estimate, Status
from glassy.core.storage import Saved
from glassy.evidence.sides import check_state, difference, rungs, side
from glassy.exact import Exact
from glassy.simulation.compare_starts import meet
from glassy.simulation.ladder import Ladder
from glassy.simulation.observables import OBSERVABLES
from glassy.simulation.samples import Samples
from glassy.theory.solution import Solution
from glassy.theory.solve import solve


@dataclass(frozen=True)
class Row(Equal):
    """One observable at one size: theory, simulation, and their difference in standard errors.

    `z` is a normal deviate: Student's law of the few samples is in it. It is NaN, and shown as "-", where there is nothing to
    divide by, or nothing to compare; `reason` then says why. `N` is math.inf for the extrapolation. Its `sizes` are those it
    was drawn through; `chi2` and `dof` say how well a polynomial in 1/N fits them.
    """

    observable: str
    theory: float
    simulation: Estimate
    N: float
    z: float
    status: Status
    sizes: tuple[int, ...] = ()
    chi2: float = math.nan
    dof: int = 0
    reason: str = ""

    @property
    def used(self) -> bool:
        """Whether theory may be judged by this row: a good status, and a z."""
        return self.status.ok and math.isfinite(self.z)


@dataclass(frozen=True)
class Comparison(Drawn, Saved):
    """Rows of theory against simulation at one state point.

    Parameters
    ----------
    solution : Solution, Exact or Samples
        What the other side is compared with: the theory, the exact averages of one network, or another run.
    rows : tuple of Row
        One for each observable and size, then its extrapolation.
    note : str
        What a reader of the numbers must know, shown below the table; empty where there is nothing to say.
    sides : (str, str)
        What the two columns of numbers are.

    Examples
    --------
    >>> import glassy
    >>> network = glassy.DenseHebbian(P=3)
    >>> r = glassy.simulate(network, load=0.1, T=0.3, N=60, samples=8, sweeps=200, seed=3)
    >>> c = compare(glassy.solve(network, load=0.1, T=0.3), r)
    >>> [row.observable for row in c.rows]
    ['m', 'q', 'energy', 'energy_excess']
    """

    solution: Solution | Exact | Samples
    rows: tuple[Row, ...]
    note: str = ""
    sides: tuple[str, str] = ("theory", "simulation")
    provenance: Provenance = field(default_factory=provenance, repr=False, compare=False)

    def records(self) -> Iterator[dict[str, Any]]:
        """Yield the rows, with the state point; the numbers of the two sides are "theory" and "simulation"."""
        state = {k: v for k, v in record(self.solution).items() if k in ("network", "load", "T", "ansatz", "K")}
        for row in self.rows:
            yield state | record(row)

    @property
    def extrapolated(self) -> tuple[Row, ...]:
        """The rows extrapolated to N = infinity, where several sizes were given."""
        return tuple(row for row in self.rows if math.isinf(row.N))

    @property
    def worst(self) -> Row:
        """The row with the largest |z| by which theory may be judged: of the extrapolated, if any, as a finite N differs."""
        rows = self.extrapolated or self.rows
        good = [row for row in rows if row.used] or [row for row in rows if math.isfinite(row.z)] or list(rows)
        return max(good, key=lambda row: abs(row.z) if math.isfinite(row.z) else -1.0)

    def table(self) -> str:
        """Return the rows as text; z of a finite N in brackets where there is an extrapolation to judge by.

        A Solution that is unstable, or known not to win, is named so below.
        """
        first, second = (name[:22] for name in self.sides)
        lines = [f"{'observable':<18} {'N':>6} {first:>11} {second:>22} {'error':>9} {'z':>8}  status"]
        judged = bool(self.extrapolated) and len(self.extrapolated) < len(self.rows)
        reasons = [f"the theory is {words}" for words in getattr(self.solution, "remarks", ())]
        for row in self.rows:
            size = "1/N->0" if math.isinf(row.N) else f"{int(row.N)}"
            sim = row.simulation
            note = row.status.name
            if row.sizes:
                note += f" from N={','.join(map(str, row.sizes))}" + (f" chi2/dof={row.chi2:.1f}/{row.dof}" if row.dof else "")
            z = "-" if not math.isfinite(row.z) else f"({row.z:.1f})" if judged and math.isfinite(row.N) else f"{row.z:.2f}"
            if judged and math.isfinite(row.N):
                note += "; finite N: read 1/N->0"
            if row.reason and row.reason not in reasons:
                reasons.append(row.reason)
            lines.append(f"{row.observable:<18} {size:>6} {self._first(row):>11} {sim!r:>22} {sim.error:>9.1e} {z:>8}  {note}")
        if judged:
            reasons.append(
                "theory is that of N = infinity and is judged in the rows 1/N->0; a finite N is off by about 1/N, z in brackets"
            )
        elif isinstance(self.solution, Solution) and any(math.isfinite(row.z) for row in self.rows):
            reasons.append(
                "theory is that of 1/N = 0, and a finite N is off by about 1/N: give runs of several sizes and read 1/N->0"
            )
        return "\n".join([*lines, *(f"note: {text}" for text in dict.fromkeys(filter(None, [self.note, *reasons])))])

    def plot_z(self, *args: Any, **options: Any) -> Any:
        """Draw the z of every row: the difference in units of its error.

        Parameters
        ----------
        *args, **options
            Those of `glassy.plots.deviations`, `ax` and `path` among them.

        Returns
        -------
        Axes

        Examples
        --------
        >>> import glassy
        >>> network = glassy.DenseHebbian(P=3)
        >>> r = glassy.simulate(network, load=0.1, T=0.3, N=60, samples=8, sweeps=200, seed=3)
        >>> compare(glassy.solve(network, load=0.1, T=0.3), r).plot_z().get_xlabel()
        'z: (simulation - theory) in units of its error'
        """
        return self.draw("plot_z", *args, **options)

    @staticmethod
    def _first(row: Row) -> str:
        return repr(row.theory) if isinstance(row.theory, Estimate) else f"{row.theory:.6f}"

    def __repr__(self) -> str:
        w = self.worst
        note = f"; {self.note}" if self.note and (math.isfinite(w.z) or w.reason != self.note) else ""
        z = f"worst z={w.z:.2f} in {w.observable}" if math.isfinite(w.z) else f"no z: {w.reason}"
        return f"Comparison({self.solution!r}: {len(self.rows)} rows, {z}{note})"


Compared = Solution | Exact | Samples | Ladder | Sequence[Samples]


@overload
def compare(  # type: ignore[overload-overlap]
    solution: Ladder, samples: Ladder, *, progress: bool | None = ...
) -> tuple[Comparison, ...]: ...
@overload
def compare(solution: Compared, samples: Compared, *, progress: bool | None = ...) -> Comparison: ...


def compare(solution: Compared, samples: Compared, *, progress: bool | None = None) -> Comparison | tuple[Comparison, ...]:
    """Compare any two of a Solution, an Exact, a run or several sizes of it, and a Ladder, at one state point.

    A Solution beside simulations of the same network, load and temperature, and an Exact beside a run of its patterns, are
    judged as said below. Of a Ladder the rung at the temperature of the other side is taken; two ladders, or Grids along T,
    give a tuple, a Comparison for each temperature of both. Two runs that share patterns are compared within each sample of
    both; any others by the errors of both, which hold the scatter between samples: a run of one sample then has no z. Where
    neither side has an error there is none either. z is that of the second minus the first.

    Theory is evaluated at the load of each run's integer K. Energies of H.3 are compared after the shift M.3. Several sizes
    give an extrapolation next to the raw values: a weighted polynomial in 1/N through simulation - theory (their
    corrections start at 1/N for P = 3 and P = 4), a straight line through two sizes, a parabola through three or more. Sizes
    with a bad status are not used where two good ones remain. A run counts only if its chains were in the phase of the Solution
    (`Samples.phase`): "pattern 0" where m > 0, the glass or the paramagnet, which no finite size tells apart sharply, at m = 0.

    A Solution averages over the patterns, so the scatter between samples is part of the error: a run of one sample, and one of
    the user's own patterns, have no z. An Exact is of the very patterns of a run of one sample: there the thermal error is all.

    At even P a state and its mirror, all spins flipped, have one energy, so in the retrieval phase m and q are compared up to
    this global sign: chains with a negative mean of m are flipped first. At odd P the mirror is another state, and stays one.

    Parameters
    ----------
    solution, samples : Solution, Exact, Samples, Ladder, or a sequence of Samples of different N
        A converged saddle; what `enumerate_states` says; runs. In any order: theory comes first, then enumeration.
    progress : bool, optional
        A bar on stderr that counts runs; default: where it is slow (theory of many steps, solved again at the load of each run)
        and stderr is a terminal or a notebook.

    Returns
    -------
    Comparison, or a tuple of them for two Ladders, one for each temperature
        In the retrieval phase rows for m, q, energy and energy_excess; at m = 0 for q (|q| in the spin glass, which is
        known up to a global flip only) and energy; of an Exact m, |m|, q, |q|, q^2, energy. z is (simulation - theory)/error as
        a normal deviate (`Estimate.z`).

    Raises
    ------
    InputError
        If the runs belong to another network, load or temperature, or the Solution has not converged.

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
    a, b = rungs(solution), rungs(samples)
    if a and b:
        shared = [T for T in a if T in b]
        if not shared:
            raise InputError(f"two ladders must share a temperature, got {[*a]} and {[*b]}.")
        with progress_bar(len(shared), progress, "run", "compare"):
            return tuple(_pair(a[T], b[T]) for T in shared)
    first, second = _rung(a, samples) if a else solution, _rung(b, solution) if b else samples
    count = max(len(x) if isinstance(x, Sequence) else 1 for x in (first, second))
    with progress_bar(max(count, 1), progress, "run", "compare"):
        return _pair(first, second)


def _rung(ladder: dict[float, Any], other: Any) -> Any:
    """Return the rung at the temperature of the other side."""
    T = side(other[0] if isinstance(other, Sequence) and other else other).state["T"]
    if T not in ladder:
        raise InputError(f"the ladder must have the temperature of the other side, {T:g}; it has {[*ladder]}.")
    return ladder[T]


def _pair(first: Compared, second: Compared) -> Comparison:
    order = {Solution: 0, Exact: 1}
    first, second = sorted((first, second), key=lambda x: order.get(type(x), 2))
    if isinstance(first, Solution | Exact) and not isinstance(second, Solution | Exact):
        return _judge(first, second)
    return _beside(first, second)


def _beside(first: Compared, second: Compared) -> Comparison:
    """Compare two results of which neither judges the other."""
    a, b = side(first), side(second)
    check_state(a, b)
    runs = [run for run in (first, second) if isinstance(run, Samples)]
    up_to_flip = ("m", "q") if runs and runs[0].network.even and runs[0].perturbation is None else ()
    same = _common_samples(*runs) if len(runs) == 2 else 0
    alone = "" if same else next((why for run in runs if (why := _alone(run))), "")
    status = next((s.status for s in (a, b) if not s.status.ok), b.status)
    rows = []
    for name in (name for name in a.says if name in b.says and name not in up_to_flip):
        one, other = a.says[name], b.says[name]
        none = one.error == other.error == 0.0
        why = alone or ("neither side has an error" if none else "an error is a bound" if one.bound or other.bound else "")
        z = math.nan if why else _within(name, runs[0], runs[1], same) if same else difference(one, other)
        rows.append(
            Row(observable=name, theory=one if one.error > 0.0 else float(one), simulation=other, N=min(a.N, b.N), z=z,
                status=status, reason=why)
        )  # fmt: skip
    _warn("another result", None, runs)
    notes = [f"the runs share the patterns of {same} samples: z is that of the differences within each"] if same else []
    notes += ["m and q are left out: at even P they are known up to a flip of all spins"] if up_to_flip else []
    kinds = (a.kind, b.kind) if a.kind != b.kind else (f"first {a.kind}", f"second {b.kind}")
    return Comparison(first, tuple(rows), "; ".join(notes), kinds)  # type: ignore[arg-type]  # `side` refuses all else


def _alone(run: Samples) -> str:
    """Return why a run has no error that holds the scatter between patterns; "" if it has one."""
    if not run.patterns_drawn:
        return "given patterns are one sample, whose scatter is unknown"
    if run.samples == 1:
        return "one sample has no scatter between samples, which is part of the error; raise samples"
    return ""


def _common_samples(first: Samples, second: Samples) -> int:
    """Return how many of the first samples of two runs have the same patterns."""
    S = min(first.samples, second.samples)
    same = first.patterns_drawn == second.patterns_drawn and (first.seed == second.seed or not first.patterns_drawn)
    return S if same and np.array_equal(first.series.pattern_energy[:S], second.series.pattern_energy[:S]) else 0


def _within(name: str, first: Samples, second: Samples, S: int) -> float:
    """Return second - first within each sample as a normal deviate."""
    x, y = (run.series_of[name][:S] for run in (first, second))
    replicas = first.replicas if OBSERVABLES[name].pairs else 0
    if first.replicas != second.replicas:
        x, y, replicas = x.mean(axis=1, keepdims=True), y.mean(axis=1, keepdims=True), 0
    met = meet(name, x, y, replicas)
    return math.copysign(-float(ndtri(max(met.p, 1e-300) / 2.0)), float(met.second) - float(met.first)) if met.z else 0.0


def _judge(solution: Solution | Exact, samples: Compared) -> Comparison:
    """Compare theory or enumeration with runs."""
    runs = [samples] if isinstance(samples, Samples) else list(samples) if isinstance(samples, Iterable) else []
    if not runs or not all(isinstance(r, Samples) for r in runs):
        raise InputError(f"samples must be a Samples or a non-empty sequence of them, got {samples!r}.")
    if isinstance(solution, Exact):
        found = _compare_exact(solution, runs)
        _warn("enumeration", None, runs)
        return found
    if not isinstance(solution, Solution) or not solution.status.ok:
        raise InputError(
            f"solution must be a converged glassy.Solution or a glassy.Exact, got {solution!r}. Solve where the phase exists."
        )
    for run in runs:
        _check_same(solution, run)
    if solution.m > 0.0:
        runs = [_upright(run) for run in runs]
    _warn("theory", solution, runs)
    theories = []
    for run in runs:
        theories.append(_at(solution, run))
        current_bar("run").update()
    rows, note = [], _note(runs)
    for name in _observables(solution, runs):
        raw = [_row(name, theory, run, note) for theory, run in zip(theories, runs, strict=True)]
        rows += raw + _limit(name, solution, runs, raw)
    return Comparison(solution, tuple(rows), note)


def _elsewhere(solution: Solution, run: Samples) -> str:
    """Return why a run is none of the phase of the Solution; "" if it is."""
    asked = ("pattern 0",) if solution.m > 0.0 else ("glass", "paramagnet")
    if run.phase in asked:
        return ""
    return f"N={run.N}: the chains were {f'at {run.phase}' if run.phase else 'not looked at'}, the solution is {solution.phase}"


def _warn(what: str, solution: Solution | None, runs: list[Samples]) -> None:
    """Warn once of all runs that have not shown what they are compared for, by status; with a Solution also by phase."""
    bad: dict[Status, list[str]] = {}
    for run in runs:
        if not run.status.ok:
            bad.setdefault(run.status, []).append(str(run.N))
    parts = [f"N={', '.join(sizes)} {status.name} ({status.value})" for status, sizes in bad.items()]
    if solution is not None:
        parts += [reason for run in runs if run.status.ok and (reason := _elsewhere(solution, run))]
    if parts:
        warn(f"{what} is compared with runs that have not shown it: {'; '.join(parts)}.", EquilibrationWarning, 5)


def _note(runs: list[Samples]) -> str:
    sizes = ", ".join(str(run.N) for run in runs if not run.patterns_drawn)
    if not sizes:
        return ""
    return f"the patterns of N={sizes} were given, not drawn: the theory averages over random ones, whose scatter is unknown"


def _compare_exact(exact: Exact, runs: list[Samples]) -> Comparison:
    """Compare exact averages of one sample with a run of it."""
    if len(runs) != 1 or runs[0].samples != 1:
        raise InputError(
            "samples must be one run of samples=1 with an Exact, which is of one sample. Give patterns=, or samples=1."
        )
    run = runs[0]
    off = [name for name in ("network", "N", "K", "T") if getattr(run, name) != getattr(exact, name)]
    energies = float(run.series.pattern_energy[0]), exact.pattern_energy
    if not off and not math.isclose(*energies, rel_tol=1e-9, abs_tol=1e-9) and not math.isnan(energies[1]):
        off = [f"their patterns or perturbation (H/N of pattern 0 is {energies[0]:.9g} and {energies[1]:.9g})"]
    if off:
        raise InputError(f"the Exact and the run must be of one sample at one T, they differ in {', '.join(off)}. Repeat one.")
    reason = "" if run.status is not Status.STEADY else f"the run is of one phase ({run.phase}), the Exact of all states"
    rows = []
    for name in ("m", "m_abs", *(("q", "q_abs", "q2") if run.replicas > 1 else ()), "energy"):
        expected, found = float(getattr(exact, name)), getattr(run, name)
        alone = Estimate(float(found), found.thermal, None, None, found.tau_int, 1, found.thermal_dof, bound=found.bound)
        why = reason or ("nothing moved: the error is a bound" if alone.bound else "")
        z = math.nan if why else alone.z(expected)
        rows.append(Row(observable=name, theory=expected, simulation=alone, N=float(run.N), z=z, status=run.status, reason=why))
    return Comparison(exact, tuple(rows), sides=("enumeration", "simulation"))


def _upright(run: Samples) -> Samples:
    """Return the run with the spins of each chain of negative mean m flipped, where that is a symmetry: at even P."""
    s = run.series
    sign = np.where(s.m.mean(axis=-1) < 0.0, -1, 1)
    if not run.network.even or np.all(sign > 0):
        return run
    a, b = np.triu_indices(run.replicas, 1)  # the pairs of Series.q
    flipped = replace(
        s,
        m=s.m * sign[:, :, None],
        q=s.q * (sign[:, a] * sign[:, b])[:, :, None],
        spins=(s.spins * sign[:, :, None]).astype(np.int8),
        start_m=None if s.start_m is None else s.start_m * sign,
        near_m=None if s.near_m is None else s.near_m * sign[:, :, None],
    )
    return replace(run, series=flipped)


def _limit(name: str, solution: Solution, runs: list[Samples], rows: list[Row]) -> list[Row]:
    """Return the extrapolated row: through the usable sizes if there are two, else through all, with the bad status."""
    measured = [(run, row) for run, row in zip(runs, rows, strict=True) if math.isfinite(row.z)]
    good = [pair for pair in measured if pair[1].status.ok]
    used = good if len({run.N for run, _ in good}) > 1 else measured
    sizes = tuple(run.N for run, _ in used)
    if len(set(sizes)) < 2:
        return []
    limit, error, chi2, dof, free = _extrapolate(used)
    reference = predicted(name, solution)
    value = Estimate(reference + limit, error, samples=min(run.samples for run, _ in used), dof=free)
    bad = next((row.status for _, row in used if not row.status.ok), None)
    status = bad or (Status.EQUILIBRATED if all(row.status is Status.EQUILIBRATED for _, row in used) else Status.STEADY)
    return [
        Row(observable=name, theory=reference, simulation=value, N=math.inf, z=value.z(reference), status=status, sizes=sizes,
            chi2=chi2, dof=dof)
    ]  # fmt: skip


def _check_same(solution: Solution, run: Samples) -> None:
    if run.network != solution.network:
        raise InputError(
            f"theory and simulation must be of one network, got {solution.network!r} and {run.network!r}. At P > 2 distinct "
            "and self-interacting networks have different noise (N.1, N.2): solve for the network that was simulated."
        )
    if run.perturbation is not None:
        raise InputError(f"the theory is that of the network alone, but the run has a {run.perturbation!r}. Run without it.")
    spacing = run.network.load(1, run.N)
    if run.T != solution.T or abs(run.load - solution.load) > 0.501 * spacing + 1e-9 * solution.load:
        raise InputError(
            f"theory and simulation must be at one state point, got load={solution.load:g}, T={solution.T:g} and "
            f"load={run.load:g}, T={run.T:g}. Solve at the load and T of the run."
        )


def _at(solution: Solution, run: Samples) -> Solution:
    if run.load == solution.load:
        return solution
    s: Solution = solve(solution.network, run.load, solution.T, solution.phase, solution.ansatz, start=solution, strict=False)
    if not s.status.ok:
        raise InputError(
            f"N={run.N} stores the integer K={run.K}, load={run.load:.8g}, where {solution.phase} has no saddle: the asked "
            "load lies too close to the boundary. Lower load or raise N."
        )
    return s


def _observables(solution: Solution, runs: list[Samples]) -> list[str]:
    pairs = all(run.replicas > 1 for run in runs)
    if solution.m > 0.0:
        return ["m", "q", "energy", "energy_excess"] if pairs else ["m", "energy", "energy_excess"]
    q = "q_abs" if solution.phase == "spin_glass" else "q"
    return [q, "energy"] if pairs else ["energy"]


def predicted(name: str, solution: Solution) -> float:
    """Return what the theory says of an observable of the simulation, by its name there."""
    theory = OBSERVABLES[name].theory
    if theory is None:
        raise InputError(f"theory says nothing of {name!r}. Ask for one of {[k for k, o in OBSERVABLES.items() if o.theory]}.")
    return theory(solution)


def _row(name: str, theory: Solution, run: Samples, note: str) -> Row:
    """Compare one observable of one run; the simulated energy without the mean M.3. The note is that of given patterns."""
    expected, measured, status = predicted(name, theory), getattr(run, name), run.status
    if name == "energy":
        measured = measured.shifted(-run.network.energy_offset(run.K, run.N))
    if elsewhere := _elsewhere(theory, run):
        status = Status.LEFT_PHASE if status.ok else status
        reason = elsewhere
    elif not run.patterns_drawn:
        reason = note
    elif run.samples == 1:
        reason = f"N={run.N}: one sample has no scatter between samples, which is part of the error; raise samples"
    elif measured.bound or not measured.error > 0.0:
        reason = f"N={run.N}: nothing moved: the error is a bound"
    else:
        reason = ""
    z = math.nan if reason else measured.z(expected)
    return Row(observable=name, theory=expected, simulation=measured, N=float(run.N), z=z, status=status, reason=reason)


def _extrapolate(used: list[tuple[Samples, Row]]) -> tuple[float, float, float, int, float]:
    """Weighted fit of simulation - theory in 1/N: value and error at 1/N = 0, chi2, its degrees of freedom, those of the error.

    A straight line through two sizes, a parabola through three or more: the signal of H.2 alone is
    prod_{i<P} (1 - i/N), and 1 - m depends on it exponentially, so at P = 4 the 1/N^2 term exceeds the errors. The degrees of
    freedom of the error are those of Welch and Satterthwaite.
    """
    N = [run.N for run, _ in used]
    y, errors = [float(row.simulation) - row.theory for _, row in used], [row.simulation.error for _, row in used]
    powers = (1.0, 2.0)[: min(len(set(N)), 3) - 1]
    limit, _, error, chi2 = weighted_fit(N, y, errors, powers)
    parts = [weighted_fit(N, unit, errors, powers)[0] * e for unit, e in zip(np.eye(len(N)), errors, strict=True)]
    fourth = sum(part**4 / row.simulation.dof for part, (_, row) in zip(parts, used, strict=True))
    return limit, error, chi2, len(N) - len(powers) - 1, error**4 / fourth if fourth > 0.0 else math.inf
