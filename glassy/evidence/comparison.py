"""Comparison: what `compare` returns."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from glassy.analysis.extrapolate import Correction, corrections, quality
from glassy.core.drawing import Drawn
from glassy.core.equality import Equal
from glassy.core.provenance import Provenance, provenance
from glassy.core.records import record, state_of
from glassy.core.results import Estimate, Status
from glassy.core.storage import Saved
from glassy.exact import Exact
from glassy.passing.result import MessagePassing
from glassy.passing.state_evolution import StateEvolution
from glassy.phases.free_energy_of_m import FreeEnergyOfM
from glassy.simulation.free_energy_of_m import MeasuredFreeEnergyOfM
from glassy.simulation.samples import Samples
from glassy.theory.solution import Solution


@dataclass(frozen=True)
class Row(Equal):
    """One observable at one size: theory, simulation, and their difference in standard errors.

    `z` is a normal deviate: Student's law of the few samples is in it. It is NaN, and shown as "-", where there is nothing to
    divide by, or nothing to compare; `reason` then says why. `N` is math.inf for the extrapolation. Its `sizes` are those it
    was drawn through, `powers` those of 1/N (or "ln(N)/N") in the fit; `chi2` and `dof` say how well it describes them. With
    dof = 0 nothing tests the powers.
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
    powers: tuple[Correction, ...] = ()

    def drawn(self) -> str:
        """How a limit was drawn, in words: its sizes, powers and chi2; "" where the row is none."""
        powers = f" in {corrections(self.powers)}" if self.powers else ""
        return f"from N={','.join(map(str, self.sizes))}{powers}; {quality(self.chi2, self.dof)}" if self.sizes else ""

    @property
    def used(self) -> bool:
        """Whether theory may be judged by this row: a good status, and a z."""
        return self.status.ok and math.isfinite(self.z)


@dataclass(frozen=True)
class Comparison(Drawn, Saved):
    """Rows of theory against simulation at one state point.

    Parameters
    ----------
    solution : Solution, StateEvolution, Exact, MessagePassing, Samples, FreeEnergyOfM or MeasuredFreeEnergyOfM
        What the other side is compared with: the theory, the exact averages of one network, its mean field, another run, f(m).
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
    >>> c = glassy.compare(glassy.solve(network, load=0.1, T=0.3), r)
    >>> [row.observable for row in c.rows]
    ['m', 'q', 'energy', 'energy_excess']
    """

    solution: Solution | StateEvolution | Exact | MessagePassing | Samples | FreeEnergyOfM | MeasuredFreeEnergyOfM
    rows: tuple[Row, ...]
    note: str = ""
    sides: tuple[str, str] = ("theory", "simulation")
    provenance: Provenance = field(default_factory=provenance, repr=False, compare=False)

    def records(self) -> Iterator[dict[str, Any]]:
        """Yield the rows, with the state point; the numbers of the two sides are "theory" and "simulation"."""
        state = dict(getattr(self.solution, "state_point", ()))
        state |= dict(state_of(self.solution, *(("phase",) if isinstance(self.solution, Solution) else ())))
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
            note += f" {row.drawn()}" if row.sizes else ""
            z = "-" if not math.isfinite(row.z) else f"({row.z:.1f})" if judged and math.isfinite(row.N) else f"{row.z:.2f}"
            if judged and math.isfinite(row.N):
                note += "; finite N: read 1/N->0"
            if row.reason and row.reason not in reasons:
                reasons.append(row.reason)
            error = "-" if math.isnan(sim.error) else f"{sim.error:.1e}"
            lines.append(f"{row.observable:<18} {size:>6} {self._first(row):>11} {sim!r:>22} {error:>9} {z:>8}  {note}")
        if judged:
            reasons.append(
                "theory is that of N = infinity and is judged in the rows 1/N->0; a finite N is off by about 1/N, z in brackets"
            )
            if any(not row.dof for row in self.extrapolated):
                reasons.append("0 dof: as many powers of 1/N as the sizes determine; more sizes, or fewer powers, test them")
        elif isinstance(self.solution, Solution | FreeEnergyOfM) and any(math.isfinite(row.z) for row in self.rows):
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
        >>> glassy.compare(glassy.solve(network, load=0.1, T=0.3), r).plot_z().get_xlabel()
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
