"""Ladders behind a wall that exchange after every sweep: glassy.hold, which does so after every fifth, five times as often."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from glassy import DenseHebbian, Held, ReplicaExchange, Samples, simulate, wall


def hold(
    network: DenseHebbian, load: float, T: Sequence[float], N: int, *, at: float, warm: float, sweeps: int, start: float = 1.0,
    long: bool = False, **options: Any,
) -> Held:  # fmt: skip
    """Return a ladder from overlap `start` with the pattern, behind a wall at m = `at`, as `glassy.hold` does.

    Burn-in is half the sweeps, or, if `long`, both are three times the sweeps. An exchange costs nothing beside a sweep: at
    P = 3, load 0.4, T = 0.1, N = 400, with 14 rungs for 9, tau_int of m is 10 sweeps, where with an exchange in five it was
    380 and the replicas of 2000 sweeps did not agree.
    """
    options |= {"sweeps": 3 * sweeps, "burn_in": 3 * sweeps} if long else {"sweeps": sweeps, "burn_in": sweeps // 2}
    ladder = simulate(
        network, load, list(T), N, start="pattern", start_overlap=start, method=ReplicaExchange(every=1),
        perturbation=wall(network, N, at), **options,
    )  # fmt: skip
    return Held(cast("Sequence[Samples]", ladder), load, at, warm)
