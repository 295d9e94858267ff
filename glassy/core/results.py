"""The words that both arms share: Estimate and Status."""

from __future__ import annotations

import enum
import math
from typing import Any

from scipy.special import ndtri, stdtr, stdtrit

from glassy.core.errors import InputError
from glassy.core.records import tree
from glassy.core.renamed import Renamed

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
        "message passing did not settle, or settled at no stable state: its own replicon or its entropy is negative; do not "
        "use the numbers; fewer networks settle towards the line where the replicon of replica symmetry is 0 "
        "(Solution.replicon, at_line), and fewer still beyond: raise T or N, lower the load, or start at a pattern"
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

    def words(self, theory: bool = False) -> str:
        """Return the sentence; that of a Solution says nothing of chains.

        Examples
        --------
        >>> Status.LEFT_PHASE.words(theory=True).split(";")[0]
        'the asked phase has no saddle point at this load and T'
        """
        return NO_SADDLE if theory and self is Status.LEFT_PHASE else str(self.value)


NO_SADDLE = (
    "the asked phase has no saddle point at this load and T; ask for phase='equilibrium', which finds the phase that is there, "
    "or go to where the asked one exists: retrieval and the spin glass at lower T, retrieval at a lower load"
)


class Estimate(Renamed, float):
    """A float that knows its error.

    Parameters
    ----------
    value : float
        The estimate; the object itself behaves as this float.
    error : float
        One standard error, everything included that the run can know: with one sample of the patterns it is the thermal part.
        NaN, printed as "unknown", where nothing says what it is.
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
    """Write a value with the error of its last two digits in brackets; "unknown" where it is NaN.

    Examples
    --------
    >>> short(0.25, math.nan), short(math.nan, math.nan)
    ('0.25(unknown)', 'nan')
    >>> short(-0.48211, 0.0034), short(1.0, 0.0), short(12.3, 4.0), short(0.25, 0.02, " thermal"), short(1.0, 3e-4, bound=True)
    ('-0.4821(34)', '1.0', '12.3(4.0)', '0.250(20 thermal)', '1.0(<0.0003)')
    >>> short(2.5e-300, 3e-301)
    '2.5e-300(3e-301)'
    """
    if math.isnan(error) and math.isfinite(value):
        return f"{value:.8g}(unknown)"
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
