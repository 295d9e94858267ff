"""A ladder beyond retrieval as a Table: what the glass is at every rung, and whether it is one."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Mapping

import numpy as np

from glassy.analysis.control_variates import mean_of_samples
from glassy.core.errors import EquilibrationWarning
from glassy.core.results import Estimate
from glassy.evidence.table import Measured, Remark, Table
from glassy.model.family import check_network
from glassy.simulation.compare_starts import compare_starts
from glassy.simulation.ladder import Ladder

PATTERNS = 0.15  # share of the samples at single patterns above which a finite network is not the glass
CLOSE = 0.9  # |m| with one of the K patterns beyond which a sample is at it


def glass_table(
    ladder: Ladder, random: Ladder, pattern: Ladder, theory: Callable[[int, int, float], Mapping[str, float]], load: float
) -> Table:
    """Return the rows of a ladder up to T = inf, the last rung left out: quantities of the glass beside theory.

    Energies are without the mean M.3 of all K patterns: none is condensed. A rung is usable where its series and two starts
    say so; where too many samples end at a single pattern its status is AT_A_PATTERN.

    Parameters
    ----------
    ladder, random, pattern : Ladder
        All samples, and a few of them started at random and at the pattern.
    theory : callable
        K, N, T to "energy", "specific heat", "-beta f" and "<q^2>".
    load : float
        The load that was asked for.

    Examples
    --------
    >>> import glassy
    >>> options = dict(N=24, T=[1.0, 1.5, 2.5, np.inf], load=1.0, sweeps=200, burn_in=100, seed=1, samples=4)
    >>> a, b = (glassy.simulate(glassy.DenseHebbian(P=3), start=start, method=glassy.ReplicaExchange(every=2), **options)
    ...         for start in ("random", "pattern"))
    >>> table = glass_table(a, a, b, lambda K, N, T: {}, 1.0)
    >>> [r.quantity for r in table.where(T=1.0)]
    ['energy', 'specific heat', '-beta f', '<q^2>', 'at a pattern', 'p of two starts']
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", EquilibrationWarning)  # every row shows its status
        free = ladder.minus_beta_f()
    table = []
    for i, (r, a, b) in enumerate(zip(ladder[:-1], random[:-1], pattern[:-1], strict=True)):
        network, meeting = check_network(r.network, "patterns", "signal"), compare_starts(a, b)
        close = np.abs(r.largest_overlaps(1)[1][..., 0]).max(axis=1) > CLOSE
        share = mean_of_samples(close.astype(float), math.inf)
        status = Remark.AT_A_PATTERN if share > PATTERNS else meeting.status if r.status.ok else r.status
        mean, say = network.energy_offset(r.K + 1, r.N), theory(r.K, r.N, r.T)
        found = {
            "energy": r.energy.shifted(-mean), "specific heat": r.specific_heat, "-beta f": free[i].shifted(mean / r.T),
            "<q^2>": r.q2, "at a pattern": share, "p of two starts": Estimate(meeting.worst.p, 0.0, samples=a.samples),
        }  # fmt: skip
        table += [
            Measured.of(value, say.get(name, math.nan), quantity=name, load=load, T=r.T, N=r.N, sweeps=r.sweeps, status=status)
            for name, value in found.items()
        ]
    return Table(table)
