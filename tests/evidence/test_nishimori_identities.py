"""nishimori_identities: each by its definition, a negative control, and runs that are not on the line."""

import numpy as np
import pytest

from glassy import DenseHebbian, InputError, lost_chains, nishimori_identities, simulate, solve

NETWORK = DenseHebbian(3)


def test_B1_identities_are_those_of_the_series():
    r = simulate(NETWORK, load=0.3, T=0.3, N=60, samples=8, sweeps=200, seed=3)
    found = {name: float(x) for name, (x, _) in nishimori_identities(r).items()}
    m, q = r.series.m, r.series.q
    assert found["<m> - <q>"] == pytest.approx(m.mean() - q.mean())
    assert found["<m^2> - <q^2>"] == pytest.approx((m**2).mean() - (q**2).mean())
    assert found["energy + signal"] == pytest.approx(float(r.energy) + 0.5 * (1 - 1 / 60) * (1 - 2 / 60))
    say = {name: x for name, (_, x) in nishimori_identities(r).items()}
    assert (say["m"], say["energy"]) == (solve(NETWORK, 0.3, 0.3).m, -0.5)


def test_B1_identities_hold_in_a_phase_that_no_chain_left():
    r = simulate(NETWORK, load=0.2, T=0.2, N=200, samples=32, sweeps=300, seed=5)
    assert not np.any(r.escaped)
    z = {name: x.z(say) for name, (x, say) in nishimori_identities(r).items()}
    assert max(map(abs, z.values())) < 4.0


def test_runs_off_the_line_are_refused():
    options = {"N": 30, "samples": 2, "sweeps": 20, "seed": 1}
    with pytest.raises(InputError, match="must lie on the line T = load"):
        nishimori_identities(simulate(NETWORK, load=0.2, T=0.3, **options))
    for network in (DenseHebbian(2), DenseHebbian(3, "self-interacting")):
        with pytest.raises(InputError, match="others have no such line"):
            nishimori_identities(simulate(network, load=0.2, T=0.2, **options))


@pytest.mark.parametrize("ask", [nishimori_identities, lost_chains])
def test_what_is_no_run_from_the_pattern_is_refused(ask):
    options = {"load": 0.2, "T": 0.2, "N": 40, "samples": 2, "sweeps": 20, "seed": 1}
    run = simulate(NETWORK, **options)
    for wrong in ("a", None, 3, [run], solve(NETWORK, 0.2, 0.2)):
        with pytest.raises(InputError, match="run must be a Samples, got a"):
            ask(wrong)
    for start in ({"start": "random"}, {"start_overlap": 0.2}):
        with pytest.raises(InputError, match="must begin at pattern 0"):
            ask(simulate(NETWORK, **options, **start))
    with pytest.raises(InputError, match="replicas=2 or more"):
        nishimori_identities(simulate(NETWORK, **options, replicas=1))


def test_one_sample_does_not_say_how_many_chains_are_lost():
    with pytest.raises(InputError, match="two samples or more, got 1"):
        lost_chains(simulate(NETWORK, load=0.2, T=0.2, N=40, samples=1, sweeps=20, seed=1))
