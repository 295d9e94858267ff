"""The words that both arms share: Estimate, Status, Grid."""

from __future__ import annotations

import enum
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, overload

import numpy as np
import numpy.typing as npt

from glassy.storage import Saved

FloatArray = npt.NDArray[np.float64]


class Status(enum.Enum):
    """What became of a request; each member is a sentence with the remedy."""

    CONVERGED = "the saddle point is found; its residual is at most 1e-12 at RS, 1e-10 beyond"
    COLLAPSED = (
        "levels have merged, or lie too close to be told apart (f to 1e-11): the saddle of this depth is one of fewer steps, "
        "as the breakpoints show; the numbers are good"
    )
    LEFT_PHASE = "the asked phase does not exist or did not hold here; ask for phase='equilibrium', or lower load or T"
    NOT_CONVERGED = "no saddle point of the asked accuracy was found; do not use the numbers; start from a neighbour"
    NO_BOUNDARY = "this boundary does not exist at the asked load or temperature; nothing is wrong"
    EQUILIBRATED = (
        "no chain left its phase, the two halves of the runs agree, and the runs are at least 50 tau_int long; "
        "what no chain has seen is not excluded: glassy.compare_starts looks further"
    )
    SHORT_CHAIN = "the runs are shorter than 50 tau_int, so the errors are rough and may be too small; raise sweeps"
    CONSTANT = "the value stood still: its error is unknown, nothing says that the run equilibrated; raise sweeps, samples or T"
    NOT_EQUILIBRATED = (
        "the second halves of the runs differ from the first, or two starts do not meet; raise burn_in and sweeps"
    )

    @property
    def ok(self) -> bool:
        """Whether the numbers may be used."""
        return self in (Status.CONVERGED, Status.COLLAPSED, Status.EQUILIBRATED)


class Estimate(float):
    """A float that knows its error.

    Parameters
    ----------
    value : float
        The estimate; the object itself behaves as this float.
    error : float
        One standard error, everything included.
    thermal : float or None
        Part of the error that longer runs reduce.
    disorder : float or None
        Part of the error that more samples reduce; None when there is one sample.
    tau_int : float or None
        Integrated autocorrelation time in sweeps, 1/2 + sum rho.
    samples : int
        Number of independent samples behind the value.

    Examples
    --------
    >>> m = Estimate(0.97123, error=0.0012)
    >>> m, m.error, float(m) > 0.9
    (0.9712(12), 0.0012, True)
    """

    __slots__ = ("disorder", "error", "samples", "tau_int", "thermal")
    error: float
    thermal: float | None
    disorder: float | None
    tau_int: float | None
    samples: int

    def __new__(
        cls,
        value: float,
        error: float,
        thermal: float | None = None,
        disorder: float | None = None,
        tau_int: float | None = None,
        samples: int = 1,
    ) -> Estimate:
        """Make a float with its errors attached."""
        self = super().__new__(cls, value)
        for name, x in (
            ("error", float(error)),
            ("thermal", thermal),
            ("disorder", disorder),
            ("tau_int", tau_int),
            ("samples", samples),
        ):
            object.__setattr__(self, name, x)
        return self

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("an Estimate cannot be changed")

    def __getnewargs__(self) -> tuple[Any, ...]:
        return (float(self), self.error, self.thermal, self.disorder, self.tau_int, self.samples)

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

    def __repr__(self) -> str:
        return short(float(self), self.error)

    __str__ = __repr__


def short(value: float, error: float) -> str:
    """Write a value with the error of its last two digits in brackets.

    Examples
    --------
    >>> short(-0.48211, 0.0034), short(1.0, 0.0), short(12.3, 4.0), short(2.5e-300, 3e-301)
    ('-0.4821(34)', '1.0', '12.3(4.0)', '2.5e-300(3e-301)')
    """
    if not math.isfinite(value) or not math.isfinite(error) or error <= 0.0:
        return repr(value)
    if not 1e-20 < error < 1e20:
        return f"{value:.4g}({error:.2g})"
    digits = 1 - math.floor(math.log10(error))
    if round(error * 10.0**digits) == 100:
        digits -= 1
    if digits <= 1:
        return f"{value:.1f}({error:.1f})"
    return f"{value:.{digits}f}({round(error * 10.0**digits)})"


R = TypeVar("R")


@dataclass(frozen=True)
class Grid(Saved, Generic[R]):
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

    def __len__(self) -> int:
        return len(self.points)

    def __iter__(self) -> Iterator[R]:
        return iter(self.points)

    @overload
    def __getitem__(self, index: int | tuple[int, ...]) -> R: ...
    @overload
    def __getitem__(self, index: Any) -> Any: ...
    def __getitem__(self, index: Any) -> Any:
        sequence = isinstance(index, int | np.integer | slice)
        picked = np.arange(len(self.points)).reshape(-1 if sequence else self.shape)[index]
        if picked.ndim == 0:
            return self.points[picked]
        return Grid(tuple(self.points[i] for i in picked.flat), picked.shape)

    def __repr__(self) -> str:
        kind = type(self.points[0]).__name__ if self.points else "results"
        good = sum(bool(getattr(p, "status").ok) for p in self.points)  # noqa: B009
        return f"Grid of {len(self)} {kind}, shape {self.shape}, {good} of them usable (see .statuses)"

    def values(self, name: str) -> FloatArray:
        """Return attribute `name` of every point as an array of `shape`."""
        return np.array([float(getattr(p, name)) for p in self.points]).reshape(self.shape)

    def errors(self, name: str) -> FloatArray:
        """Return the error of attribute `name` of every point; zero where the attribute is exact."""
        return np.array([float(getattr(getattr(p, name), "error", 0.0)) for p in self.points]).reshape(self.shape)

    @property
    def statuses(self) -> tuple[Status, ...]:
        """Status of every point."""
        return tuple(getattr(p, "status") for p in self.points)  # noqa: B009
