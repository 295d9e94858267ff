"""Ladders of Guerra's interpolation in the glass that reach T = inf: on a rung in a random field chains keep their spins."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from glassy import Interpolation, ReplicaExchange, Samples, simulate

HOTTER = (1.0, 1.3, 1.75, 2.6, 4.5, 10.0, math.inf)  # rungs, in units of the temperature that is measured


def ladder(guerra: Interpolation, N: int, t: float, *, fields: Any, samples: int, sweeps: int, **options: Any) -> Samples:
    """Simulate as `Interpolation.run` does in the glass, but to T = inf and with an exchange after every sweep.

    Up to 4 T, as there, chains at small t keep more than 0.3 of their overlap in the random field: no equilibrium shown (M.16).
    """
    T, added = guerra.of_size(N).simulated(N, t, np.random.default_rng(fields).normal(size=(samples, N)))
    options |= {"samples": samples, "sweeps": sweeps, "burn_in": sweeps // 2, "perturbation": added, "start": "random"}
    rungs, method = [T * x for x in HOTTER], ReplicaExchange(every=1)
    found: Samples = simulate(guerra.network, guerra.saddle.load, rungs, N, method=method, **options)[0]
    return found
