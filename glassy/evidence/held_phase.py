"""HeldPhase: the phase of a pattern at any load: the ladder that holds it, and the saddles of RS and RSB(1) along it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from glassy.core.errors import InputError
from glassy.evidence.held import ANSAETZE, CHANGES
from glassy.model.family import check_network
from glassy.model.network import DenseHebbian
from glassy.phases.spinodal import spinodal
from glassy.theory.solve import solve


@dataclass(frozen=True, kw_only=True)
class HeldPhase:
    """The phase of the pattern of one network: how `hold` holds it at any load, and theory for its figures.

    Parameters
    ----------
    network : DenseHebbian
        Its P and kind of interactions.
    wall : float
        Where the wall stands.
    warm : float
        In units of sqrt(load): the temperature at which the free energy is measured, and from which a network cools.
    cold : float
        The temperature of curves against load; every ladder has it.
    reduced : sequence of float
        The other rungs, in units of the warm temperature.

    Examples
    --------
    >>> import glassy
    >>> phase = HeldPhase(network=glassy.DenseHebbian(P=3), wall=0.7, warm=0.5, reduced=(0.4, 1.0, 1.2))
    >>> phase.warm_T(0.36), phase.temperatures(0.36)
    (0.3, [0.1, 0.12, 0.3, 0.36])
    >>> {r["ansatz"]: round(r["load"], 4) for r in phase.branches()}  # their spinodals at T = 0.1
    {'RS': 0.4062, 'RSB(1)': 0.4633}
    >>> sorted(phase.curves(0.36)[0])
    ['T', 'ansatz', 'change of energy', 'change of m', 'load', 'm']
    """

    network: DenseHebbian
    wall: float
    warm: float = 0.45
    cold: float = 0.1
    reduced: tuple[float, ...] = (0.1, 0.16, 0.25, 0.55, 0.75, 1.0, 1.3, 1.6)

    def __post_init__(self) -> None:
        check_network(self.network, "stored", "table")
        if not (self.warm > 0.0 and self.cold > 0.0 and 1.0 in self.reduced):
            got = f"{self.warm!r}, {self.cold!r}, {self.reduced!r}"
            raise InputError(f"warm and cold must be > 0 and reduced hold 1, the warm temperature, got {got}. Add 1.0 to it.")

    def warm_T(self, load: float) -> float:
        """Return the temperature from which a network cools."""
        return self.warm * math.sqrt(load)

    def temperatures(self, load: float) -> list[float]:
        """Return the temperatures of the ladder."""
        return sorted({self.cold, *(x * self.warm * math.sqrt(load) for x in self.reduced)})

    def branches(self, points: int = 60) -> list[dict[str, Any]]:
        """Return rows of theory against load: m and replicon at `cold`, by RS and RSB(1), up to their spinodals."""
        rows = []
        for k, a in ANSAETZE.items():
            for load in np.linspace(0.02, 1.0, points) * spinodal(self.network, self.cold, a).load * (1.0 - 1e-6):
                s = solve(self.network, float(load), self.cold, "retrieval", a, strict=False)
                rows.append({"ansatz": k, "load": s.load, "m": s.m, "replicon": s.replicon})
        return rows

    def curves(self, load: float, points: int = 60) -> list[dict[str, Any]]:
        """Return rows of theory against T: m, and the changes of m and energy from the warm T, by RS and RSB(1)."""
        rows, T = [], np.linspace(0.01, 1.1, points) * self.temperatures(load)[-1]
        for k, a in ANSAETZE.items():
            top, *found = (solve(self.network, load, float(t), "retrieval", a, strict=False) for t in (self.warm_T(load), *T))
            for s in (s for s in found if s.status.ok):
                change = dict(zip(CHANGES.values(), (s.m - top.m, s.energy - top.energy), strict=True))
                rows.append({"ansatz": k, "load": load, "T": s.T, "m": s.m, **change})
        return rows
