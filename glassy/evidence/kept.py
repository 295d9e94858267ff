"""Kept: which chains of a run end near the pattern, whatever dynamics led them there."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from glassy.analysis.control_variates import mean_of_samples
from glassy.core import checks
from glassy.core.export import Exported
from glassy.core.results import Estimate
from glassy.evidence.table import Measured, Remark, Table
from glassy.simulation.samples import Samples, check_run


@dataclass(frozen=True)
class Kept(Exported):
    """What the chains of a run end at; with `crossing`, where on a path of loads or starts half of them are lost.

    Parameters
    ----------
    run : Samples
        Two samples or more, started at the pattern or at a distance from it.
    above : float
        Final m from which on a chain is near the pattern.
    last : int
        Sweeps at the end of the run over which the final m is the mean.

    Raises
    ------
    InputError
        If the run is no Samples, or has fewer sweeps than `last`.

    Examples
    --------
    >>> import glassy
    >>> network, starts = glassy.DenseHebbian(P=3), [0.0, 0.5, 1.0]
    >>> options = dict(load=0.1, T=0.0, N=60, samples=8, sweeps=20, burn_in=0, seed=1, method=glassy.Quench())
    >>> kept = [Kept(glassy.simulate(network, start_overlap=m, **options), above=0.8, last=5) for m in starts]
    >>> [float(x.share) for x in kept]
    [0.0, 0.8125, 1.0]
    >>> round(float(glassy.crossing(starts, [x.shares for x in kept], falling=False)), 3)  # the edge of the basin
    0.308
    """

    run: Samples
    above: float
    last: int

    def __post_init__(self) -> None:
        check_run(self.run)
        checks.number("above", self.above, "It is an overlap with the pattern.", least=-1.0, most=1.0)
        checks.integer("last", self.last, 1, "It counts sweeps of the run.", most=self.run.sweeps)

    @cached_property
    def chains(self) -> npt.NDArray[np.float64]:
        """The final m of every chain, [sample, replica]."""
        return np.asarray(self.run.series.m[..., -self.last :].mean(axis=-1))

    @property
    def m(self) -> Estimate:
        """The final m."""
        return mean_of_samples(self.chains.mean(axis=1))

    @property
    def shares(self) -> npt.NDArray[np.float64]:
        """The share of the chains that end near the pattern, [sample]."""
        return np.asarray((self.chains > self.above).mean(axis=1))

    @property
    def share(self) -> Estimate:
        """The share of all chains."""
        return mean_of_samples(self.shares)

    def table(self, **where: Any) -> Table:
        """Return "share kept" and "final m" as rows, without a theory; `where` are their other columns, such as curve."""
        r = self.run
        row: dict[str, Any] = {"load": r.load, "T": r.T, "N": r.N, "sweeps": r.sweeps + r.burn_in, "status": Remark.MEASURED}
        found = {"share kept": self.share, "final m": self.m}
        return Table(Measured.of(x, quantity=name, **{**row, **where}) for name, x in found.items())
