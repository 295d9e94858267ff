"""All states of a network in fields, as roots on one curve: none is missed, whatever an iteration does."""

import numpy as np
import pytest

from glassy import DenseHebbian, free_energy_of_m, transport, transport_shock
from glassy.numerics.gaussian import field_averages
from glassy.theory.rs.fields import Fields


def iterated(f, y, m, q, share=0.5, steps=4000):
    """Plain iteration of m and q, as an independent way to a state that attracts; None where it goes round."""
    for _ in range(steps):
        _, flip, C, *_ = field_averages(f.T * y + f.signal(m), f.width(q), f.T)
        dm, dq = 1.0 - flip - m, 1.0 - f.T * C - q
        if max(abs(dm), abs(dq)) < 1e-13:
            return m, q
        m, q = m + share * dm, min(max(q + share * dq, 0.0), 1.0)
    return None


def test_iteration_ends_at_one_of_them():
    rng, met, several = np.random.default_rng(7), 0, 0
    for _ in range(30):
        network = DenseHebbian(int(rng.choice([3, 4, 6])), str(rng.choice(["distinct", "self-interacting"])))
        T, t, x = 10.0 ** rng.uniform(-1.2, 0.2), rng.uniform(0.3, 1.0), rng.choice([0.0, rng.uniform(0.0, 1.0)])
        y = float(rng.choice([0.0, rng.uniform(0.0, 1.0)]))
        f = Fields(network, float(10.0 ** rng.uniform(-2.0, 0.2)), float(T), float(t), float(x))
        states = f.states(y)
        assert all(s.residual <= 1e-14 for s in states)
        several += len(states) > 1
        for start in ((1.0, 1.0), (0.0, 1e-3), (0.0, 1.0)):
            end = iterated(f, y, *start)
            if end is not None:
                met += 1
                assert min(abs(end[0] - s.m) + abs(end[1] - s.q) for s in states) < 1e-9
    assert met > 60
    assert several > 5


def test_where_iteration_goes_round():
    where = (DenseHebbian(6), 0.9017037868892155, 0.2725711743164875, 0.755118106560127, 0.0)
    p = transport(*where, y=-0.5484621699984612)
    assert p.residual < 1e-14
    assert iterated(Fields(*where), -0.5484621699984612, -0.5, 0.5, share=0.1) is None


def test_a_paramagnet_and_a_glass_are_both_without_the_pattern():
    network, load, T = DenseHebbian(3), 0.347, 0.07897
    p = transport(network, load, T, start="random")
    q = [s.q for s in Fields(network, load, T, 1.0, 0.0).states(0.0) if s.bare]
    assert len(q) == 2  # of the smaller A: the glass
    assert p.q == q[1]
    assert transport(network, load, T).m > 0.9


def test_beta_is_one_over_T_and_even_P_has_a_mirror():
    network = DenseHebbian(4)
    assert transport(network, 0.1, beta=2.5) == transport(network, 0.1, 0.4)
    assert transport_shock(network, 0.3, beta=1.0 / 0.3) == pytest.approx(transport_shock(network, 0.3, 0.3), abs=1e-13)
    up, down = (transport(network, 0.1, 0.6, y=y, start="random") for y in (0.2, -0.2))
    assert (down.m, down.q, down.action) == pytest.approx((-up.m, up.q, up.action), abs=1e-14)


def test_the_shock_is_a_common_tangent_of_f_of_m():
    network, load, T = DenseHebbian(3), 0.2, 0.6
    y = transport_shock(network, load, T)
    m = [transport(network, load, T, y=y, start=s).m for s in ("random", "pattern")]
    f = free_energy_of_m(network, load, T, m)
    assert f.slope == pytest.approx([T * y, T * y], abs=1e-11)
    assert f.free_energy[1] - f.free_energy[0] == pytest.approx(T * y * (m[1] - m[0]), abs=1e-12)
