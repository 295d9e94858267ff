"""Ladders at one temperature whose rungs differ in what is added to the energy (M.18)."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from glassy.model.patterns import Int8Array
from glassy.simulation.kernels.chains import Chain, IntArray
from glassy.simulation.kernels.exchanges import Exchanges
from glassy.simulation.kernels.extras import Extras


def run_perturbed(
    chains: list[Chain],
    sites: IntArray,
    thresholds: npt.NDArray[np.float64],
    spins: Int8Array,
    trace: IntArray,
    due: npt.NDArray[np.bool_],
    exchanges: Exchanges,
    beta: float,
) -> None:
    """Run chains at the rungs, and exchange their spins after the sweeps that are `due`; arguments as `Chain.run_ladder`.

    What is added stays at its rung. `beta` is 1/T per unit of the integer energies; `exchanges` counts in units of one.
    """
    rungs = [chain.extras for chain in chains]
    stops = [*np.flatnonzero(due) + 1, len(due)]
    for start, stop in pairwise([0, *stops]):
        for n, chain in enumerate(chains):
            chain.run(sites[n, start:stop], thresholds[n, start:stop], spins[n, start:stop], trace[n, start:stop])
        if stop > start and due[stop - 1]:
            sigma = np.array([c.sigma for c in chains])
            E = added_energies(rungs, sigma)
            own, next_ = np.diagonal(E), np.arange(len(chains) - 1)
            above = beta * (own[:-1] + own[1:] - E[next_, next_ + 1] - E[next_ + 1, next_]).astype(np.float64)
            before = list(chains)
            for n, w in enumerate(exchanges.step(above.tolist(), sigma)):
                chains[n] = before[w]
                if w != n:
                    chains[n].wear(rungs[n], int(E[n, w] - E[w, w]))


def added_energies(rungs: Sequence[Extras], sigma: Int8Array) -> IntArray:
    """Return what every rung adds to the energy of every configuration, [rung, configuration]; see `rung_extras`."""
    wide, N = sigma.astype(np.int64), sigma.shape[1]
    u = (N - rungs[0].own.astype(np.int64) @ wide.T) // 2
    chosen = np.arange(len(u))[:, None]
    each = [x.energies[chosen, u].sum(axis=0) - (x.turn @ wide.T) // 2 for x in rungs]
    return np.array(each, np.int64)
