"""What the tests of packed chains share: dynamics at every T, and the proof that two chains are the same."""

import math

import numpy as np

from glassy import Glauber, Metropolis
from glassy.simulation.kernels.packed_kernel import OUTLIERS, A

MOVES = [(1e9, Metropolis()), (math.inf, Metropolis()), (1.5, Metropolis()), (0.6, Glauber("sequential"))]
MOVES += [(0.2, Metropolis()), (0.0, Metropolis())]


def assert_same(plain, packed, method, T, sweeps, seed):
    """Assert that both move alike, and that what the packed chain keeps is the state of its spins; return the energies."""
    found = [chain.advance(sweeps, method, T, np.random.default_rng(seed)) for chain in (plain, packed)]
    assert np.array_equal(found[0][0], found[1][0])
    assert np.array_equal(found[0][1], found[1][1])
    assert packed.energy == plain.energy
    u, a, _, energy = packed.recompute()
    fixed, moving = packed.fixed, packed.moving
    assert (packed.energy, moving.now[A]) == (energy, a)
    true = {int(p): int(v) for p, v in zip(moving.place[: moving.now[OUTLIERS]], moving.u, strict=False)}
    for k in range(u.size):  # every state is that of its pattern, or on the list
        place = k if fixed.kept.size else k // 512 * 512 + (7 - k % 8) * 64 + k % 512 // 8  # without kept bytes by vectors
        assert true.get(place, u[k]) == u[k]
        wanted = fixed.step * int(u[k]) - fixed.zero
        assert place in true or (int(moving.state[place]) - wanted) % fixed.t.size == 0
    if fixed.kept.size:
        assert np.array_equal(moving.kept, fixed.kept[:, moving.state.view(np.uint8)])
    return found[0][1]
