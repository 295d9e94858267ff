"""The sweep of RSB(k) where the condensed pattern acts on the spins by fields of several sizes: a mean over them (L.3, R.4).

Every average of a sweep is linear in the distribution of the field from which it starts. So one sweep is made for each size S
of the signal, a S its field, and the averages are their mean.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from glassy.model.family import Network
from glassy.model.signal import Signal
from glassy.theory.rsb.sweep import FIELD, FloatArray, IntArray, sweep
from glassy.theory.rsb.tangent import rates

Swept = tuple[FloatArray, IntArray, FloatArray, FloatArray, IntArray, FloatArray]


def signal_of(network: Network) -> Signal:
    """Return the signal of a network, of one without patterns that of a stored one, which is never condensed."""
    return network.signal if network.has_signal else Signal(network.P)


def field(network: Network, v: float) -> float:
    """Return the field a = strength (P/2) v^(P-1) of a signal of size 1."""
    return 0.5 * network.P * signal_of(network).strength * v ** (network.P - 1) if v else 0.0


def sizes_of(network: Network, v: float) -> list[tuple[float, float, float]]:
    """Return the sizes of the signal, their probabilities and the shares in m; without a signal all spins are alike."""
    of = signal_of(network)
    return list(zip(of.sizes, of.weights, of.aligned, strict=True)) if v else [(1.0, 1.0, 1.0)]


def sweeps(
    network: Network, v: float, s: FloatArray, y: FloatArray, T: float, fine: float, averages: FloatArray, values: FloatArray,
    held: float | None = None,
) -> tuple[Swept, ...] | None:  # fmt: skip
    """Fill the averages and values of `sweep` for the signal at v = E[S tanh]; None where a grid would be too large.

    values has a sixth entry: values[1] is E[S t_0], values[5] the magnetization along the pattern. held: the field of a signal
    of size 1 that holds the network at v, in place of its own.
    """
    found, a = [], field(network, v) if held is None else held
    averages[:], values[:] = 0.0, 0.0
    own, mine = np.empty_like(averages), np.empty(5)
    for S, weight, aligned in sizes_of(network, v):
        swept = sweep(a * S, s, y, T, fine, own, mine)
        if swept is None:
            return None
        averages += weight * own
        values[:5] += weight * mine * np.array([1.0, S, 1.0, 1.0, 1.0])
        values[5] += aligned * mine[1]
        found.append(swept)
    return tuple(found)


def all_rates(
    network: Network, v: float, T: float, s: FloatArray, y: FloatArray, found: Sequence[Swept], growth: float | None = None
) -> FloatArray:
    """Return `rates` of all sweeps of `sweeps`, their column of the signal in units of v, or of what moves it by `growth`."""
    k, P = s.size - 1, network.P
    total, out = np.zeros((2 * k + 4, 2 * k + 2)), np.empty((2 * k + 4, 2 * k + 2))
    if growth is None:
        growth = 0.5 * P * (P - 1) * signal_of(network).strength * v ** (P - 2) if v else 0.0
    for (S, weight, _), swept in zip(sizes_of(network, v), found, strict=True):
        points, links, joint, inner, start, grid = swept
        rates(out, T, bool(points[FIELD, 0] == 0.0), s, y, points, links, joint, inner, start, grid)
        out[2 * k + 3] *= S
        out[:, 2 * k] *= S * growth
        total += weight * out
    return total
