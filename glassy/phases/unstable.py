"""The unstable saddle between a pattern and m = 0: where signal and noise of a start balance."""

from __future__ import annotations

import math

from glassy.core import checks
from glassy.model.family import check_network
from glassy.model.network import DenseHebbian
from glassy.model.signal import flip_range
from glassy.theory.rs.retrieval import fold, point


def unstable_overlap(network: DenseHebbian, load: float, T: float | None = None, *, beta: float | None = None) -> float:
    """Return m of the RS saddle between the pattern and m = 0: the branch of R.5c below the fold.

    At T > 0 the branch is folded twice near load = T (P = 3, T = 0.4: from m = 0.29 to 0.43 within load 0.40 to 0.41): a jump
    there is real.

    Parameters
    ----------
    network : DenseHebbian
        Its P and kind of interactions.
    load, T : float
        State point.
    beta : float, optional
        1/T, instead of T.

    Returns
    -------
    float
        0 where every small overlap grows; NaN where nothing is retrieved.

    Notes
    -----
    Source: docs/explanation/theory.md, R.5c.

    Examples
    --------
    >>> import glassy
    >>> network = glassy.DenseHebbian(P=3)
    >>> 0.0 < unstable_overlap(network, 0.2, 0.0) < glassy.spinodal(network, 0.0).m < glassy.solve(network, 0.2, 0.0).m
    True
    """
    check_network(network, "stored", "signal")
    load, T = checks.load(load), checks.temperature(checks.given_temperature(T, beta))
    turn = fold(network, T)
    if turn is None or load > turn.load:
        return math.nan
    low = max(1.0 - flip_range(network.signal, T)[1], 1e-4) * (1.0 + 1e-6)  # T > 0: the small root of Curie-Weiss, load = 0
    if point(network, T, 1.0 - low).load > load:
        return 0.0
    high = turn.m
    while high - low > 1e-9:
        middle = 0.5 * (low + high)
        low, high = (middle, high) if point(network, T, 1.0 - middle).load < load else (low, middle)
    return low
