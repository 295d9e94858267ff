"""The words that both arms share: Estimate, Status, Grid."""

from __future__ import annotations

import enum
import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar, overload

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri, stdtr, stdtrit

from glassy.core.cubes import Cube
from glassy.core.drawing import Drawn
from glassy.core.errors import InputError
from glassy.core.export import Exported, joint
from glassy.core.provenance import Provenance
from glassy.core.records import as_array, rows_of, tree
from glassy.core.storage import Saved

FloatArray = npt.NDArray[np.float64]
UNSEEN = 5.0  # values that events may have moved unseen: 3 events are seen in 95 % of runs, and one lasts 1/(1 - 1/e) sweeps
RARE = 1.5  # values that one event more or less would move


class Status(enum.Enum):
    """What became of a request; each member is a sentence with the remedy."""

    CONVERGED = (
        "the saddle point is found; its residual is at most 1e-12 at RS, 1e-10 beyond; "
        "whether it is stable is said by Solution.stable, whether it is the equilibrium by Solution.wins; of message "
        "passing: no magnetization changes by more than the tolerance"
    )
    COLLAPSED = (
        "levels have merged, or lie too close to be told apart (f to 1e-11): the saddle of this depth is one of fewer steps, "
        "as the breakpoints show; the numbers are good"
    )
    LEFT_PHASE = (
        "the asked phase does not exist here, or chains that began in it did not all stay or all go; "
        "lower load or T, in a run raise N, or compare with the phase in which the chains are (Samples.phase)"
    )
    NOT_CONVERGED = "no saddle point of the asked accuracy was found; do not use the numbers; start from a neighbour"
    DIVERGED = (
        "message passing did not settle; do not use the numbers; where the replicon of replica symmetry is negative no fixed "
        "point is stable (Solution.replicon, at_line), and networks scatter about that line: raise T or N, or lower the load; "
        "damping may find a fixed point and hides that it is unstable"
    )
    NO_BOUNDARY = "this boundary does not exist at the asked load or temperature; nothing is wrong"
    EQUILIBRATED = (
        "equilibrium over all states is shown: from two ends that meet, by chains that forget where they were, or by a ladder "
        "whose cold end keeps receiving new configurations"
    )
    STEADY = (
        "the numbers are those of one phase, named in Samples.phase: every chain is in it, independent chains agree and "
        "nothing drifts; other phases are not excluded"
    )
    NOT_SHOWN = (
        "nothing speaks against the run, but nothing in it could have: chains hardly move or forget, or are alone; raise "
        "replicas (2 or more) or sweeps, give start='both', or a ladder up to a T at which the chains forget"
    )
    SHORT_CHAIN = (
        "the runs are shorter than 50 tau_int, or 100 where chains wander, so the errors are rough and may be too small; "
        "raise sweeps"
    )
    NOT_EQUILIBRATED = (
        "independent chains disagree, or the run drifts, or two starts do not meet; raise burn_in and sweeps, "
        "also of a ladder, or use a ladder"
    )

    @property
    def ok(self) -> bool:
        """Whether the numbers may be used."""
        return self in (Status.CONVERGED, Status.COLLAPSED, Status.EQUILIBRATED, Status.STEADY)


class Estimate(float):
    """A float that knows its error.

    Parameters
    ----------
    value : float
        The estimate; the object itself behaves as this float.
    error : float
        One standard error, everything included that the run can know: with one sample of the patterns it is the thermal part.
    thermal : float or None
        Part of the error that longer runs reduce.
    disorder : float or None
        Part of the error that more samples reduce; None when there is one sample: then it is unknown.
    tau_int : float or None
        Integrated autocorrelation time in sweeps, 1/2 + sum rho.
    samples : int
        Number of independent samples behind the value.
    dof : float
        Degrees of freedom of `error`: (value - truth)/error follows Student's law with as many. `z` and `interval` know it.
    thermal_dof : float or None
        Those of `thermal`; default: `dof`.
    bound : bool
        Whether nothing moved in the run: then `error` is not a standard error but a bound, what events would have changed that
        95 % of runs would have seen.

    Examples
    --------
    >>> m = Estimate(0.97123, error=0.0012)
    >>> m, m.error, float(m) > 0.9
    (0.9712(12), 0.0012, True)
    >>> Estimate(0.97123, error=0.0012, thermal=0.0012), Estimate(1.0, error=2e-4, bound=True)  # one sample; nothing moved
    (0.9712(12 thermal), 1.0(<0.0002))
    """

    __slots__ = ("bound", "disorder", "dof", "error", "samples", "tau_int", "thermal", "thermal_dof")
    error: float
    thermal: float | None
    disorder: float | None
    tau_int: float | None
    samples: int
    dof: float
    thermal_dof: float
    bound: bool

    def __new__(
        cls,
        value: float,
        error: float,
        thermal: float | None = None,
        disorder: float | None = None,
        tau_int: float | None = None,
        samples: int = 1,
        dof: float = math.inf,
        thermal_dof: float | None = None,
        bound: bool = False,
    ) -> Estimate:
        """Make a float with its errors attached."""
        self = super().__new__(cls, value)
        for name, x in (
            ("error", float(error)),
            ("thermal", thermal),
            ("disorder", disorder),
            ("tau_int", tau_int),
            ("samples", samples),
            ("dof", float(dof)),
            ("thermal_dof", float(dof if thermal_dof is None else thermal_dof)),
            ("bound", bool(bound)),
        ):
            object.__setattr__(self, name, x)
        return self

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("an Estimate cannot be changed")

    def __getnewargs__(self) -> tuple[Any, ...]:
        return tuple(getattr(self, name) if name != "value" else float(self) for name in _ARGUMENTS)

    def __reduce__(self) -> tuple[Any, ...]:
        return (Estimate, self.__getnewargs__())

    @property
    def value(self) -> float:
        """The plain float."""
        return float(self)

    def to_tree(self) -> tuple[Any, ...]:
        """Return the constructor's arguments, for storage."""
        return self.__getnewargs__()

    @classmethod
    def from_tree(cls, tree: tuple[Any, ...]) -> Estimate:
        """Rebuild from `to_tree`."""
        return cls(*tree)

    def to_dict(self) -> dict[str, Any]:
        """Return the value and everything known of its error as a dict that JSON can hold, as `Solution.to_dict` does.

        Examples
        --------
        >>> Estimate(0.97, error=0.01).to_dict()["dof"], Estimate(0.97, error=0.01).to_dict()["error"]
        ('Inf', 0.01)
        """
        return {name: tree(x) for name, x in zip(_ARGUMENTS, self.__getnewargs__(), strict=True)}

    def shifted(self, by: float) -> Estimate:
        """Return value + by with the same errors.

        Examples
        --------
        >>> Estimate(0.97123, error=0.0012).shifted(-0.5)
        0.4712(12)
        """
        return Estimate(float(self) + by, *self.__getnewargs__()[1:])

    def divided(self, by: float) -> Estimate:
        """Return value/by with its errors.

        Examples
        --------
        >>> Estimate(0.97123, error=0.0012).divided(2.0)
        0.48562(60)
        """
        value, *errors = (None if x is None else x / by for x in (float(self), self.error, self.thermal, self.disorder))
        return Estimate(value, *errors, *self.__getnewargs__()[4:])  # type: ignore[arg-type]

    def with_event(self, event: float) -> Estimate:
        """Return the same value with an error that knows of one event more or less, by which the value would change so much.

        Where few flips were seen, their number is known to no better: 1.5 events join the error in quadrature. Where none was,
        the error is a bound, five: 95 % of runs see one of three events, and an event lasts more than a sweep.

        Examples
        --------
        >>> Estimate(1.0, error=0.0).with_event(2e-4), Estimate(0.9, error=4e-4).with_event(2e-4).error
        (1.0(<0.001), 0.0005)
        """
        quiet = self.error == 0.0
        more = (UNSEEN if quiet else RARE) * event
        thermal = None if self.thermal is None else math.hypot(self.thermal, more)
        bound = self.bound or (quiet and event > 0.0)
        return Estimate(
            float(self), math.hypot(self.error, more), thermal, self.disorder, self.tau_int, self.samples, self.dof,
            self.thermal_dof, bound,
        )  # fmt: skip

    def z(self, expected: float, error: float = 0.0) -> float:
        """Return the normal deviate of the difference from an expected value, by Student's law of `dof`.

        A z of 2 then means 4.6 % whatever the number of samples. NaN where the error is unknown, zero or a bound.

        Parameters
        ----------
        expected : float
            The value to compare with.
        error : float
            Its own standard error, known much better than this one.

        Examples
        --------
        >>> round(Estimate(3.0, 1.0).z(0.0), 2), round(Estimate(3.0, 1.0, dof=1).z(0.0), 2)  # two samples: 3 errors are little
        (3.0, 1.27)
        """
        if self.bound or not self.error > 0.0:
            return math.nan
        whole = math.hypot(self.error, error)
        return deviate((float(self) - expected) / whole, self.dof * (whole / self.error) ** 4)

    def interval(self, level: float = 0.9545) -> tuple[float, float]:
        """Return the interval that holds the true value in a share `level` of all runs, by Student's law; a bound as it is.

        Examples
        --------
        >>> [tuple(round(x, 1) for x in Estimate(0.0, 1.0, dof=dof).interval()) for dof in (1, 7, math.inf)]
        [(-14.0, 14.0), (-2.4, 2.4), (-2.0, 2.0)]
        """
        if not 0.0 < level < 1.0:
            raise InputError(f"level must lie between 0 and 1, got {level!r}. 0.9545 is that of two standard errors.")
        if self.bound:
            return float(self) - self.error, float(self) + self.error
        width = self.error * float(ndtri(0.5 + 0.5 * level) if math.isinf(self.dof) else stdtrit(self.dof, 0.5 + 0.5 * level))
        return float(self) - width, float(self) + width

    def __repr__(self) -> str:
        alone = self.samples == 1 and self.thermal is not None and self.disorder is None
        return short(float(self), self.error, " thermal" if alone else "", bound=self.bound)

    __str__ = __repr__


_ARGUMENTS = ("value", "error", "thermal", "disorder", "tau_int", "samples", "dof", "thermal_dof", "bound")


def deviate(t: float, dof: float) -> float:
    """Return the normal deviate with the tail probability of Student's t with `dof` degrees of freedom.

    Examples
    --------
    >>> round(deviate(12.706, 1), 3), round(deviate(-2.0, math.inf), 3), deviate(1e9, 40) > 15.0
    (1.96, -2.0, True)
    """
    if not math.isfinite(t) or math.isinf(dof):
        return t
    p = float(stdtr(dof, -abs(t)))
    least = 1e-280
    if p > least:
        return math.copysign(-float(ndtri(p)), t)
    z = (
        math.sqrt(2.0 * dof * math.log(math.hypot(1.0, t / math.sqrt(dof)))) * (8.0 * dof + 1.0) / (8.0 * dof + 3.0)
    )  # Wallace 1959
    return math.copysign(max(z, -float(ndtri(least))), t)


def short(value: float, error: float, word: str = "", *, bound: bool = False) -> str:
    """Write a value with the error of its last two digits in brackets.

    Examples
    --------
    >>> short(-0.48211, 0.0034), short(1.0, 0.0), short(12.3, 4.0), short(0.25, 0.02, " thermal"), short(1.0, 3e-4, bound=True)
    ('-0.4821(34)', '1.0', '12.3(4.0)', '0.250(20 thermal)', '1.0(<0.0003)')
    >>> short(2.5e-300, 3e-301)
    '2.5e-300(3e-301)'
    """
    if not math.isfinite(value) or not math.isfinite(error) or error <= 0.0:
        return repr(value)
    if bound:
        return f"{value:.10g}(<{error:.1g})" if value != round(value) else f"{value!r}(<{error:.1g})"
    if not 1e-20 < error < 1e20:
        return f"{value:.4g}({error:.2g}{word})"
    digits = 1 - math.floor(math.log10(error))
    if round(error * 10.0**digits) == 100:
        digits -= 1
    if digits <= 1:
        return f"{value:.1f}({error:.1f}{word})"
    return f"{value:.{digits}f}({round(error * 10.0**digits)}{word})"


R = TypeVar("R")


class Rows(Protocol):
    """Results kept as columns of numbers: a Grid makes each where it is asked for."""

    def __len__(self) -> int: ...

    def row(self, i: int) -> Any:
        """Return the result at point i."""

    def column(self, name: str) -> FloatArray | None:
        """Return attribute `name` of every point, or None where it must be asked of the results."""

    def statuses(self) -> tuple[Status, ...]:
        """Return the status of every point."""

    def take(self, picked: Any) -> Rows:
        """Return the rows at some points."""


@dataclass(frozen=True)
class Grid(Drawn, Saved, Generic[R]):
    """Results on a grid or a path of state points: nothing is left out, each point keeps its own status.

    As a sequence (len, iteration, grid[i], grid[i:j]) it counts the points in C order. Everything else indexes as in NumPy,
    along the axes of `shape`: grid[i, j], grid[-1, 0], grid[0, :], grid[mask]. What is not one point is a Grid again.

    Parameters
    ----------
    points : tuple
        One result for each state point, in C order of `shape`.
    shape : tuple of int
        Shape of the grid.

    Examples
    --------
    >>> import glassy
    >>> path = glassy.scan(glassy.DenseHebbian(P=4), load=0.1, T=[0.0, 0.2, 0.4])
    >>> len(path), path[0].T, path.values("m").shape
    (3, 0.0, (3,))
    """

    points: tuple[R, ...]
    shape: tuple[int, ...]

    @classmethod
    def of(cls, rows: Rows, shape: tuple[int, ...] | None = None) -> Grid[Any]:
        """Return the Grid of results that are made from rows where they are asked for; as a path, or with a shape."""
        grid: Grid[Any] = object.__new__(cls)
        grid.__dict__.update(_rows=rows, shape=(len(rows),) if shape is None else shape)
        return grid

    def __getattr__(self, name: str) -> Any:
        """Make all points of a Grid of rows, once they are asked for together."""
        if name != "points" or "_rows" not in self.__dict__:
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        self.__dict__["points"] = tuple(self)
        return self.__dict__["points"]

    @property
    def _lazy(self) -> Rows | None:
        return self.__dict__.get("_rows") if "points" not in self.__dict__ else None

    def kind(self) -> tuple[type, ...]:
        """Return Grid and the type of its points, or Grid alone where it is empty: what tells which drawing it has."""
        return (Grid, type(self[0])) if len(self) else (Grid,)

    def __len__(self) -> int:
        return math.prod(self.shape)

    def __iter__(self) -> Iterator[R]:
        rows = self._lazy
        return iter(self.points) if rows is None else map(rows.row, range(len(rows)))

    @overload
    def __getitem__(self, index: int | tuple[int, ...]) -> R: ...
    @overload
    def __getitem__(self, index: Any) -> Any: ...
    def __getitem__(self, index: Any) -> Any:
        rows = self._lazy
        if isinstance(index, int) and -len(self) <= index < len(self):
            return self.points[index] if rows is None else rows.row(index % len(self))
        sequence = isinstance(index, int | np.integer | slice)
        picked = np.arange(len(self)).reshape(-1 if sequence else self.shape)[index]
        if picked.ndim == 0:
            return self.points[picked] if rows is None else rows.row(int(picked))
        if rows is not None:
            return Grid.of(rows.take(picked.ravel()), picked.shape)
        return Grid(tuple(self.points[i] for i in picked.flat), picked.shape)

    def __repr__(self) -> str:
        kind = type(self[0]).__name__ if len(self) else "results"
        good = sum(status.ok for status in self.statuses)
        marked, where = "", ".statuses, .remarks"
        if len(self) <= 2000:  # beyond it the remarks of all points take a while
            words = Counter(re.split(r"\W", remark)[0] for remarks in self.remarks for remark in remarks)
            marked = "".join(f", {n} {word}" for word, n in sorted(words.items(), reverse=True))
            where = where if marked else ".statuses"
        return f"Grid of {len(self)} {kind}, shape {self.shape}, {good} of them usable{marked} (see {where})"

    def table(self, names: Sequence[str] = ("m",)) -> str:
        """Return the points as text: load, T, the attributes `names`, the status, and what must be known of each point.

        Examples
        --------
        >>> import glassy
        >>> path = glassy.scan(glassy.DenseHebbian(P=3), load=0.4, T=[0.08, 0.3], ansatz=glassy.RSB(1), wins=True)
        >>> print(path.table(("m", "free_energy")))
                load            T            m  free_energy  status
                 0.4         0.08     0.880193    -0.523197  CONVERGED; unstable (replicon -0.291): try RSB(2)
                 0.4          0.3      0.87415    -0.528559  COLLAPSED
        """
        columns = ("load", "T", *names)
        lines = ["".join(f"{name:>12} " for name in columns) + " status"]
        for p, remarks in zip(self, self.remarks, strict=True):
            values = (getattr(p, name) for name in columns)
            cells = (f"{v!r:>12} " if v is None or hasattr(v, "error") else f"{float(v):>12.6g} " for v in values)
            lines.append("".join(cells) + " " + "; ".join((getattr(p, "status").name, *remarks)))  # noqa: B009
        return "\n".join(lines)

    def values(self, name: str) -> npt.NDArray[Any]:
        """Return attribute `name` of every point as an array of `shape`.

        Numbers and truth are floats, NaN where the attribute is None. Words, and a Status by its name, are text. A tuple of
        numbers adds an axis; a point without numbers (its tuple is one NaN) is NaN along it.

        Raises
        ------
        InputError
            If the attribute is something else, or its tuples have several lengths.

        Examples
        --------
        >>> import glassy
        >>> path = glassy.scan(glassy.DenseHebbian(P=3), load=[0.1, 9.0], T=0.3, ansatz=glassy.RSB(1))
        >>> path.values("status").tolist(), path.values("q_levels").shape
        (['COLLAPSED', 'LEFT_PHASE'], (2, 2))
        """
        column = self._lazy.column(name) if self._lazy is not None else None
        if column is None:
            column = as_array(name, [*self.statuses] if name == "status" else [getattr(p, name) for p in self])
        return column.reshape(self.shape + column.shape[1:])

    def errors(self, name: str) -> FloatArray:
        """Return the error of attribute `name` of every point, a number; zero where the attribute is exact."""
        found = [getattr(p, name) for p in self]
        if any(x is not None and not isinstance(x, float | int) for x in found):
            raise InputError(f"errors are those of a number, but {name} is {found[0]!r}. Ask values({name!r}).")
        return np.array([float(getattr(x, "error", 0.0)) for x in found]).reshape(self.shape)

    def records(self) -> Iterator[dict[str, Any]]:
        """Yield the rows of every point."""
        for p in self:
            yield from p.records() if isinstance(p, Exported) else rows_of(p)

    def cube(self) -> Cube:
        """Return the points along the axes of the grid, named by what changes along each."""
        rows = self._filled()
        return Cube.of_grid(rows, self.shape) if len(rows) == len(self) else Cube.of_rows(rows, self.axis)

    def made_by(self) -> Provenance | None:
        """Return the code that made the numbers; what is kept as rows was made in one scan."""
        return joint(self.points if self._lazy is None else (self[0],) if len(self) else ())

    @property
    def statuses(self) -> tuple[Status, ...]:
        """Status of every point."""
        return tuple(getattr(p, "status") for p in self) if self._lazy is None else self._lazy.statuses()  # noqa: B009

    @property
    def remarks(self) -> tuple[tuple[str, ...], ...]:
        """What must be known of every point before it is used, as that a Solution is unstable or does not win; mostly empty."""
        return tuple(tuple(getattr(p, "remarks", ())) for p in self)
