"""Table: measured values beside theory, one row each; their limits in 1/N, a verdict in numbers, and a file."""

from __future__ import annotations

import csv
import enum
import math
import os
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, fields, replace
from itertools import cycle
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from glassy.analysis.extrapolate import Correction, correction, corrections, extrapolate, probability
from glassy.core.drawing import Drawn
from glassy.core.errors import EquilibrationWarning, InputError
from glassy.core.export import Exported
from glassy.core.quantities import quantity
from glassy.core.records import record
from glassy.core.results import Estimate, Status, short
from glassy.core.storage import ready
from glassy.evidence.compare import compare
from glassy.evidence.sides import check_independent
from glassy.simulation.samples import Samples
from glassy.theory.solution import Solution

AGREE = 4.0  # |z| up to which theory and simulation agree


class Remark(enum.Enum):
    """What else became of a measured value, where no Status of the run says it; no claim rests on any of them."""

    AT_WALL = "the wall holds the network more than its phase does; lower the wall, the load or T, or raise N"
    AT_A_PATTERN = "too many samples ended at a single pattern: the network is not yet the glass; raise N or the load"
    RARE = "so few spins turned in all samples that their scatter is no error; raise samples or T"
    DRIFTS = "the halves of the run differ by more than 4 errors; raise burn_in"
    CONSTANT = "nothing moved in the run, so that it has no error (a status of older versions)"
    ONE_POWER = "a limit in one power of 1/N alone, to tell the powers apart"
    MEASURED = "what a dynamics has reached, which need not be an equilibrium"

    @property
    def ok(self) -> bool:
        """Whether a claim may rest on the value: no."""
        return False


def _status(word: str) -> Status | Remark:
    return Status[word] if word in Status.__members__ else Remark[word]


@dataclass(frozen=True, kw_only=True)
class Measured(Exported):
    """One quantity at one state point and size: theory, simulation, and their difference in standard errors.

    Parameters
    ----------
    curve, quantity : str
        Which line of the figure it belongs to, and what was measured.
    load, T, N : float
        Where, NaN where a row is of no single one; N = inf is the limit 1/N = 0. `load` is the one that was asked for; K
        patterns are the nearest to it.
    simulation, error : float
        The value and one standard error.
    theory, z : float
        What theory says, and the normal deviate of the difference, with Student's law of the samples in it (`Estimate.z`);
        NaN where there is none.
    status : Status or Remark
        What became of the run; of a limit EQUILIBRATED or STEADY, the weaker of its sizes.
    network, ansatz : str
        Of which network and ansatz, where a table holds several.
    t : float
        Parameter of an interpolation.
    K, samples, sweeps : int
        Patterns, independent samples, sweeps of a chain; 0 where there is none.
    thermal, disorder, tau_int : float
        Parts of the error, and the autocorrelation time in sweeps; NaN where unknown.
    sizes, powers, chi2, dof
        Of a limit: the N it was drawn through, the powers of 1/N or "ln(N)/N" (`extrapolate`), and how well they fit.
    error_dof : float
        Degrees of freedom of the error, those of `Estimate`.
    bound : bool
        Whether the error is no standard error but a bound, as nothing moved: there is no z then, and no limit through it.

    Examples
    --------
    >>> Measured.of(Estimate(0.75, 0.25, samples=9), 0.5, quantity="m", load=0.1, T=0.3, N=100).z
    1.0
    """

    curve: str = ""
    network: str = ""
    ansatz: str = ""
    load: float = math.nan
    T: float = math.nan
    t: float = math.nan
    N: float
    K: int = 0
    quantity: str
    theory: float = math.nan
    simulation: float
    error: float
    z: float = math.nan
    thermal: float = math.nan
    disorder: float = math.nan
    tau_int: float = math.nan
    samples: int = 0
    sweeps: int = 0
    status: Status | Remark = Status.STEADY
    sizes: tuple[int, ...] = ()
    powers: tuple[Correction, ...] = ()
    chi2: float = math.nan
    dof: int = 0
    error_dof: float = math.inf
    bound: bool = False

    unexported = ("value",)  # simulation and error

    @classmethod
    def of(cls, value: Estimate, theory: float = math.nan, **where: Any) -> Measured:
        """Return a row from an Estimate and what theory says; `where` are the other columns."""
        parts = {k: x for k in ("thermal", "disorder", "tau_int") if (x := getattr(value, k)) is not None}
        z = value.z(theory) if math.isfinite(theory) else math.nan
        error = {"error": value.error, "samples": value.samples, "error_dof": value.dof, "bound": value.bound}
        return cls(theory=theory, **{"simulation": float(value), "z": z, **error, **parts, **where})

    @classmethod
    def edge(cls, value: Estimate, **where: Any) -> Measured:
        """Return the row of a boundary, as `crossing` finds it: NO_BOUNDARY where it found none."""
        return cls.of(value, status=Status.STEADY if math.isfinite(value) else Status.NO_BOUNDARY, **where)

    @property
    def value(self) -> Estimate:
        """The simulation as an Estimate."""
        return Estimate(self.simulation, self.error, samples=self.samples, dof=self.error_dof, bound=self.bound)

    def beside(self, theory: float, **columns: Any) -> Measured:
        """Return the same measured value beside another theory."""
        return replace(self, theory=theory, z=self.value.z(theory) if math.isfinite(theory) else math.nan, **columns)

    def scaled(self, by: float, plus: float = 0.0, **columns: Any) -> Measured:
        """Return the row in other units: simulation and theory become `by` times what they are, `plus` a constant.

        Examples
        --------
        >>> row = Measured(quantity="-beta f", N=100, T=0.5, theory=2.0, simulation=1.0, error=0.5)
        >>> f = row.scaled(-row.T, quantity="f")
        >>> f.quantity, f.simulation, f.theory, f.error, f.z
        ('f', -0.5, -1.0, 0.25, 2.0)
        """
        parts = {k: abs(by) * getattr(self, k) for k in ("error", "thermal", "disorder")}
        return replace(self, simulation=by * self.simulation + plus, **parts, **columns).beside(by * self.theory + plus)

    @property
    def p(self) -> float:
        """Of a limit the probability of a larger chi2 if its powers are right; NaN where nothing is left to judge by."""
        return probability(self.chi2, self.dof)

    @property
    def usable(self) -> bool:
        """Whether a claim may rest on it: an EQUILIBRATED or STEADY run."""
        return self.status in (Status.EQUILIBRATED, Status.STEADY)

    @property
    def hollow(self) -> bool:
        """Whether a figure shows that it does not count: neither usable nor meant as what a dynamics has reached."""
        return not self.usable and self.status is not Remark.MEASURED

    @property
    def agrees(self) -> bool:
        """Whether it lies within 4 errors of theory."""
        return abs(self.z) <= AGREE


@dataclass(frozen=True)
class Verdict(Exported):
    """How the rows that judge a claim agree with theory.

    Parameters
    ----------
    counted, inside : int
        Rows that judge, and those of them within 4 errors of theory.
    rms : float
        Root mean square of their z; NaN where there are none.
    worst : Measured or None
        The one farthest off.
    kept : int
        Limits that are in the table and not counted: their status does not allow it.

    Examples
    --------
    >>> import glassy
    >>> row = glassy.Measured(quantity="m", load=0.1, T=0.3, N=100, theory=0.91, simulation=0.9, error=0.01, z=-1.0)
    >>> print(glassy.Table([row]).verdict())
    1 of 1 values agree within 4 errors, worst z = -1.00 (m at load=0.1, T=0.3), rms z = 1.00
    """

    counted: int
    inside: int
    rms: float
    worst: Measured | None
    kept: int

    def records(self) -> Iterator[dict[str, Any]]:
        """Yield the counts, and the z of the worst."""
        z, what = (math.nan, "") if self.worst is None else (self.worst.z, self.worst.quantity)
        yield {k: v for k, v in record(self).items() if k != "worst"} | {"worst_z": z, "worst_quantity": what}

    def __str__(self) -> str:
        if self.worst is None:
            return "no value has two usable sizes"
        w = self.worst
        where = " ".join(filter(None, (w.quantity, w.network, w.ansatz))) + f" at load={w.load:g}, T={w.T:.4g}"
        text = f"{self.inside} of {self.counted} values agree within {AGREE:g} errors, worst z = {w.z:.2f} ({where}), "
        return text + f"rms z = {self.rms:.2f}" + (f"; {self.kept} more are kept and not counted" if self.kept else "")


@dataclass(frozen=True)
class Table(Drawn, Exported):
    """Rows of measured values beside theory: one for each quantity at each state point and size, nothing left out.

    Parameters
    ----------
    rows : iterable of Measured
        Limits 1/N = 0 are rows with N = inf.

    Examples
    --------
    >>> import glassy
    >>> network = glassy.DenseHebbian(P=3)
    >>> runs = [glassy.simulate(network, load=0.1, T=0.3, N=N, samples=8, sweeps=200, seed=3) for N in (40, 60)]
    >>> table = Table.of(glassy.solve(network, load=0.1, T=0.3), runs)
    >>> len(table), table.where(quantity="m")["N"]
    (12, array([40., 60., inf]))
    >>> table.verdict().counted, table.verdict().inside
    (4, 4)
    """

    rows: tuple[Measured, ...]

    def __init__(self, rows: Iterable[Measured] = ()) -> None:
        object.__setattr__(self, "rows", tuple(rows))

    @classmethod
    def of(cls, solution: Solution, runs: Sequence[Samples], **where: Any) -> Table:
        """Return the rows of `compare`, without its warning: every row shows its status. Where no saddle is, runs stand alone.

        `where` are columns of all rows, such as curve.
        """
        here = {"load": solution.load, "T": solution.T, **where}
        if not solution.status.ok:
            check_independent(runs)
            names = ("m", "q", "energy", "energy_excess")
            return cls(_of_run(run, name, getattr(run, name), {}, here) for run in runs for name in names)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", EquilibrationWarning)
            rows = compare(solution, runs).rows
        run = cycle(runs)  # each observable has a row for every run, then perhaps a limit
        return cls(
            _of_run(next(run) if math.isfinite(r.N) else None, r.observable, r.simulation,
                    {k: getattr(r, k) for k in ("theory", "z", "status", "sizes", "powers", "chi2", "dof")}, here)
            for r in rows
        )  # fmt: skip

    def records(self) -> Iterator[dict[str, Any]]:
        """Yield the rows, with all their columns; sizes and powers as text, as in the file of `csv`."""
        for r in self:
            yield record(r) | {"sizes": _cell(r.sizes), "powers": _cell(r.powers)}

    def __iter__(self) -> Iterator[Measured]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __add__(self, other: Iterable[Measured]) -> Table:
        return Table((*self, *other))

    def __getitem__(self, column: str) -> npt.NDArray[Any]:
        """Return one column."""
        return np.array([getattr(r, column) for r in self])

    def where(self, **wanted: Any) -> Table:
        """Return the rows whose columns have the wanted values; a callable says of each value whether it is wanted.

        Examples
        --------
        >>> row = Measured(quantity="m", load=0.1, T=0.3, N=100, simulation=0.9, error=0.1)
        >>> len(Table([row]).where(T=0.3)), len(Table([row]).where(T=lambda T: T > 0.5))
        (1, 0)
        """

        def holds(r: Measured) -> bool:
            return all(v(getattr(r, k)) if callable(v) else getattr(r, k) == v for k, v in wanted.items())

        return Table(r for r in self if holds(r))

    @property
    def finite(self) -> Table:
        """The rows of finite N."""
        return self.where(N=math.isfinite)

    @property
    def ends(self) -> Table:
        """The limits 1/N = 0."""
        return self.where(N=math.isinf)

    @property
    def usable(self) -> Table:
        """The rows a claim may rest on."""
        return Table(r for r in self if r.usable)

    @property
    def sizes(self) -> list[int]:
        """The different finite N, in order."""
        return sorted({int(r.N) for r in self.finite})

    def limits(
        self, powers: Sequence[Correction] = (1.0, 2.0), theory: Mapping[str, float] | None = None,
        common: Mapping[str, float] | None = None,
    ) -> Table:  # fmt: skip
        """Return the limits 1/N = 0 of simulation - theory, of every quantity at every state point with two usable sizes.

        Their errors have the degrees of freedom of `extrapolate`. A size whose error is a bound, or that of the chains of one
        sample alone, is not used, as in `compare`.

        Parameters
        ----------
        powers : sequence of float or str
            Powers of 1/N, or "ln(N)/N" (`extrapolate`), that are fitted: the first ones, as many as the sizes determine.
        theory : mapping of quantity to number, optional
            Theory of infinite N, where the rows have one for each size; else theirs, which is one for all.
        common : mapping of quantity to number, optional
            Errors that are the same at every N: they join those of the limits.

        Examples
        --------
        >>> rows = [Measured(quantity="m", load=0.1, T=0.3, N=N, theory=0.9, simulation=0.9 + 1 / N, error=0.01)
        ...         for N in (50, 100, 200)]
        >>> limit, = Table(rows).limits(powers=(1.0,))
        >>> limit.N, round(limit.simulation, 9), limit.sizes
        (inf, 0.9, (50, 100, 200))
        """
        groups: dict[Any, list[Measured]] = {}
        for r in self.finite:
            groups.setdefault((r.curve, r.network, r.ansatz, r.load, r.T, repr(r.t), r.quantity), []).append(r)
        ends = Table(found for rows in groups.values() if (found := _limit(rows, powers, theory)) is not None)
        errors = [math.hypot(r.error, (common or {}).get(r.quantity, 0.0)) for r in ends]
        return Table(
            replace(r, error=e, error_dof=r.error_dof * (e / r.error) ** 4).beside(r.theory)
            for r, e in zip(ends, errors, strict=True)
        )

    def judged(self) -> Table:
        """Return the rows that judge a claim: usable, with a theory; the limits, if any, as finite sizes differ from theory."""
        good = [r for r in self.usable if math.isfinite(r.theory) and (math.isinf(r.N) or math.isfinite(r.z))]
        return Table([r for r in good if math.isinf(r.N)] or good)

    def verdict(self) -> Verdict:
        """Return how the judged rows agree with theory, in numbers; as text it is one sentence."""
        good = self.judged()
        worst = max(good, key=lambda r: abs(r.z) if math.isfinite(r.z) else math.inf, default=None)
        rms = math.sqrt(float(np.mean(good["z"] ** 2))) if worst else math.nan
        kept = sum(not r.usable and r.status is not Remark.ONE_POWER and math.isfinite(r.theory) for r in self.ends)
        return Verdict(counted=len(good), inside=sum(r.agrees for r in good), rms=rms, worst=worst, kept=kept)

    def text(self) -> str:
        """Return the judged rows, and the limits that are not counted, as a table for readers; all where none is judged."""
        judged = self.judged()
        shown = [r for r in self if r in set(judged) or (math.isinf(r.N) and math.isfinite(r.theory))] if len(judged) else self
        lines = [
            f"{'curve':<34} {'load':>7} {'T':>8} {'N':>6} {'quantity':<24} {'theory':>11} {'simulation':>16} {'z':>7} "
            f"{'chi2/dof':>9}  status"
        ]
        for r in shown:
            name = " ".join(filter(None, (r.curve, r.network, r.ansatz, "" if math.isnan(r.t) else f"t={r.t:.4f}")))
            size, fit = ("1/N->0", f"{r.chi2:.1f}/{r.dof}") if math.isinf(r.N) else (f"{r.N:.0f}", "")
            through = f" N={_words(r.sizes)}" if r.sizes else ""
            through += f", {_form(r.powers)}" if r.powers else ""
            lines.append(
                f"{name:<34} {r.load:>7.4g} {r.T:>8.4g} {size:>6} {r.quantity:<24} {r.theory:>11.6f} "
                f"{short(r.simulation, r.error, bound=r.bound):>16} {r.z:>7.2f} {fit:>9}  {r.status.name}{through}"
            )
        return "\n".join(lines) + "\n"

    def csv(self, path: str | os.PathLike[str], *, units: bool = False) -> Path:
        """Write the table; columns that say nothing in any row are left out, floats are written in full.

        It is the file that `read_csv` reads: nothing stands for what is unknown and for 0 of a count.
        """
        found = [f for f in fields(Measured) if f.default is MISSING or any(_said(r, f) for r in self)]
        path = ready(path)
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow([f.name for f in found])
            if units:
                first, *others = (quantity(f.name).unit for f in found)
                writer.writerow([f"# {first}", *others])
            for r in self:
                writer.writerow([_said(r, f) or ("nan" if f.default is MISSING else "") for f in found])
        return path

    @classmethod
    def read_csv(cls, path: str | Path) -> Table:
        """Read what `csv` wrote, with units or without.

        Raises
        ------
        InputError
            If the file has other columns.

        Examples
        --------
        >>> import tempfile
        >>> table = Table([Measured(quantity="m", load=0.1, T=0.3, N=100, simulation=0.9, error=0.1)])
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     [Table.read_csv(table.csv(f"{folder}/data.csv", units=units))["simulation"] for units in (False, True)]
        [array([0.9]), array([0.9])]
        """
        with Path(path).open(newline="") as file:
            rows = list(csv.DictReader(line for i, line in enumerate(file) if i != 1 or not line.startswith("# ")))
        if rows and (unknown := set(rows[0]) - set(_READ)):
            raise InputError(
                f"{path} must be a table of evidence, but has the columns {sorted(unknown)}. Write it by Table.csv."
            )
        return cls(Measured(**{k: _READ[k](v) for k, v in row.items() if v}) for row in rows)


def _of_run(run: Samples | None, name: str, value: Estimate, say: dict[str, Any], here: dict[str, Any]) -> Measured:
    """Return one row of a run, of a limit where there is none."""
    found = {"N": float(run.N), "K": run.K, "sweeps": run.sweeps, "status": run.status} if run else {"N": math.inf}
    return Measured.of(value, **{"theory": math.nan, "quantity": name, **found, **here, **say})


def _scattered(r: Measured) -> bool:
    """Return whether the error holds all scatter: it is no bound, and not that of the chains of one sample alone."""
    alone = r.samples == 1 and math.isfinite(r.thermal) and math.isnan(r.disorder)
    return r.error > 0.0 and not r.bound and not alone


def _limit(rows: Sequence[Measured], powers: Sequence[Correction], theory: Mapping[str, float] | None) -> Measured | None:
    """Return the limit of one quantity through its usable sizes, None if they are too few."""
    used = [r for r in rows if r.usable and _scattered(r)]
    different = len({r.N for r in used})
    if different < 2:
        return None
    say = used[-1].theory if theory is None else float(theory[used[-1].quantity])
    off = [r.simulation - (r.theory if math.isfinite(r.theory) else 0.0) for r in used]
    found = extrapolate(
        [int(r.N) for r in used],
        [replace(r, simulation=x).value for x, r in zip(off, used, strict=True)],
        powers[: different - 1],
    )
    value = found.value.shifted(say if math.isfinite(say) else 0.0)
    status = Status.EQUILIBRATED if all(r.status is Status.EQUILIBRATED for r in used) else Status.STEADY
    end = Measured.of(value, say, load=rows[0].load, T=rows[0].T, N=math.inf, quantity=rows[0].quantity, status=status)
    return replace(
        end, curve=rows[0].curve, network=rows[0].network, ansatz=rows[0].ansatz, t=rows[0].t, sizes=found.sizes,
        powers=found.powers, chi2=found.chi2, dof=found.dof,
    )  # fmt: skip


def _words(values: Iterable[float]) -> str:
    return " ".join(f"{x:g}" for x in values)


def _form(powers: Sequence[Correction]) -> str:
    """Return corrections in few words: N^-1,-2."""
    text = corrections(powers, ",")
    return text if any(isinstance(power, str) for power in powers) else text.replace(",N^", ",")


def _said(row: Measured, column: Field[Any]) -> str:
    """Return a value as it stands in a file: nothing for a number that need not be said."""
    value = getattr(row, column.name)
    return "" if isinstance(value, float) and value == column.default else _cell(value)


def _cell(value: Any) -> str:
    """Return a value as it stands in a file: nothing for what is unknown."""
    if isinstance(value, bool):
        return "TRUE" if value else ""
    if isinstance(value, tuple):
        return " ".join(x if isinstance(x, str) else f"{x:.17g}" for x in value)
    if isinstance(value, enum.Enum):
        return value.name
    if isinstance(value, str | int):
        return str(value or "")
    return "" if math.isnan(value) else repr(float(value)).removesuffix(".0")


_READ: dict[str, Callable[[str], Any]] = {
    **{f.name: float for f in fields(Measured)},
    **dict.fromkeys(("curve", "network", "ansatz", "quantity"), str),
    **dict.fromkeys(("K", "samples", "sweeps", "dof"), int),
    "sizes": lambda text: tuple(map(int, text.split())),
    "powers": lambda text: tuple(map(correction, text.split())),
    "status": _status,
    "bound": lambda text: text.upper() == "TRUE",
}
