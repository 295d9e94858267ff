"""N.3c: imperfect synapses at P = 2, a Gaussian part beside Wishart noise, against oracles that share no code, and limits."""

import math

import numpy as np
import pytest
from oracle import OneStep
from scipy.integrate import quad

from glassy import (
    RS,
    RSB,
    DenseHebbian,
    FullRSB,
    ImperfectSynapses,
    InputError,
    PhaseError,
    SpinGlass,
    enumerate_states,
    load,
    save,
    scan,
    solve,
    spinodal,
)
from glassy.theory.rsb.equations import Problem
from glassy.theory.solution import levels_of

PAIRS = DenseHebbian(2)
KINDS = [{"noise": 0.3}, {"kept": 0.5}, {"clipped": True}]


def part(kind, x):
    """D of C.3, written out."""
    found = {"noise": lambda v: v**2, "kept": lambda c: x * (1 - c) / c, "clipped": lambda _: x * (math.pi / 2 - 1)}
    return next(found[name](value) for name, value in kind.items())


def functional(x, D, T, m, q):
    """f of RS at any m and q: R.3, and an SK model of coupling variance D beside; quad, not the package."""
    b = 1 / T
    C, s = b * (1 - q), math.sqrt(x * q / (1 - b * (1 - q)) ** 2 + D * q)
    weight = lambda z: math.exp(-z * z / 2) / math.sqrt(2 * math.pi)  # noqa: E731
    soft = quad(lambda z: weight(z) * np.logaddexp(b * (m + s * z), -b * (m + s * z)), -9, 9, points=[-m / s], epsabs=1e-12)[0]
    wishart = x / 2 * (math.log(1 - C) - b * q / (1 - C)) + b * b / 2 * x * q / (1 - C) ** 2 * (1 - q)
    return -T * (soft - b / 2 * m * m - wishart + b * b / 4 * D * (1 - q) ** 2) + x / 2


@pytest.mark.parametrize("kind", KINDS, ids=str)
@pytest.mark.parametrize(("x", "T", "phase"), [(0.05, 0.3, "retrieval"), (0.05, 0.3, "spin_glass"), (1.0, 0.9, "spin_glass")])
def test_rs_is_the_stationary_point_of_the_functional(kind, x, T, phase):
    s, D, d = solve(ImperfectSynapses(PAIRS, **kind), x, T, phase), part(kind, x), 1e-4
    assert s.free_energy == pytest.approx(functional(x, D, T, s.m, s.q), abs=1e-10)

    def slopes(D):
        """The derivatives in T, m and q."""
        for step in d * np.eye(3):
            f = [functional(x, D, *(np.array((T, s.m, s.q)) + k * step)) for k in (-2, -1, 1, 2)]
            yield (f[0] - 8 * f[1] + 8 * f[2] - f[3]) / (12 * d)

    by_T, *still = slopes(D)
    assert max(map(abs, still)) < 1e-6
    assert max(map(abs, [*slopes(0.5 * D)][1:])) > 2e-4  # another D is another saddle
    assert s.entropy == pytest.approx(-by_T, abs=1e-6)
    assert s.energy == pytest.approx(s.free_energy + T * s.entropy, abs=1e-12)


def test_values_that_were_measured():
    """Load .05, T .3: m .9739 of noise and of dilution of one D, .9832 clipped; as larger loads .9530 and .9801."""
    noise, kept, clipped = (solve(ImperfectSynapses(PAIRS, **k), 0.05, 0.3) for k in ({"noise": 0.05**0.5}, *KINDS[1:]))
    assert (round(noise.m, 4), round(clipped.m, 4)) == (0.9739, 0.9832)
    assert kept.m == pytest.approx(noise.m, abs=1e-14)
    assert [round(solve(PAIRS, x, 0.3).m, 4) for x in (0.1, 0.025 * math.pi)] == [0.953, 0.9801]
    assert noise.network == ImperfectSynapses(PAIRS, noise=0.05**0.5)
    assert noise.load == 0.05


def test_no_temperature():
    """T = 0 is the limit of small T, in both phases."""
    network = ImperfectSynapses(PAIRS, kept=0.4)
    for phase in ("retrieval", "spin_glass"):
        cold, limit = solve(network, 0.05, 1e-5, phase), solve(network, 0.05, 0.0, phase)
        assert cold.energy == pytest.approx(limit.energy, abs=1e-8)
        assert cold.local_susceptibility == pytest.approx(limit.local_susceptibility, rel=1e-4)
    s = math.sqrt(0.05 / (1 - limit.local_susceptibility) ** 2 + 0.075)
    assert limit.local_susceptibility == pytest.approx(math.sqrt(2 / math.pi) / s, rel=1e-10)


def test_the_replicon_is_the_one_of_both_noises():
    network, T = ImperfectSynapses(PAIRS, kept=0.2), 1.5
    s = solve(network, 0.1, T, "paramagnetic")
    assert s.replicon == pytest.approx(1 - (0.1 / (1 - 1 / T) ** 2 + 0.4) / T**2, abs=1e-12)
    onset = next(T for T in np.arange(1.5, 1.0, -0.001) if solve(network, 0.1, T, "paramagnetic").replicon < 0)
    assert solve(network, 0.1, onset - 0.01, "spin_glass").q < 0.05
    with pytest.raises(PhaseError):
        solve(network, 0.1, onset + 0.01, "spin_glass")


class WithGaussian(OneStep):
    """The oracle of 1RSB at P = 2 with a Gaussian part of variance D q."""

    def __init__(self, D, *args):
        super().__init__(2, "distinct", *args)
        self.D = D
        self.r0 += D * self.q0
        self.r1 += D * self.q1

    def minus_beta_f(self):
        D, x, q0, q1 = self.D, self.x, self.q0, self.q1
        step = D / 2 * (x * (q1**2 - q0**2) + 1 - q1**2)
        twice = D * (q1 - x * q0**2 - (1 - x) * q1**2)
        return super().minus_beta_f() + self.beta**2 / 2 * (D * (1 - q1) - step + twice)

    def mismatch(self):
        *same, last = super().mismatch()
        return *same, last - self.D * (self.q1**2 - self.q0**2) / 4


@pytest.mark.slow
def test_one_step_against_nested_quadrature():
    x, T, kind = 0.05, 0.3, {"kept": 0.5}
    s = solve(ImperfectSynapses(PAIRS, **kind), x, T, "spin_glass", RSB(1))
    at = (x, 1 / T, s.m, *s.q_levels, *s.x_levels)
    slow, other = WithGaussian(part(kind, x), *at), WithGaussian(0.9 * part(kind, x), *at)
    assert max(map(abs, slow.mismatch())) < 1e-8
    assert max(map(abs, other.mismatch())) > 1e-4
    assert -T * slow.minus_beta_f() + x / 2 == pytest.approx(s.free_energy, abs=1e-8)


@pytest.mark.parametrize(("T", "phase"), [(0.02, "retrieval"), (0.4, "spin_glass"), (0.0, "spin_glass")])
def test_the_jacobian_of_steps(T, phase):
    """Newton's matrix by the sweep of derivatives against differences of the equations, two steps."""
    network = ImperfectSynapses(PAIRS, clipped=True)
    s = solve(network, 0.1 if T else 1.0, T, phase, RSB(2))
    assert s.status.name == "CONVERGED"
    problem = Problem(*network.in_theory(s.load), T, 2, has_m=phase == "retrieval", has_q0=True)
    u = problem.pack(levels_of(s)) + 0.05 * np.arange(problem.size) / problem.size * (1 if T else 0.1)
    J, d = problem.jacobian(u, problem.equations(u)), 1e-5
    by_hand = np.array([(problem.equations(u + v) - problem.equations(u - v)) / (2 * d) for v in d * np.eye(problem.size)]).T
    assert np.abs(J - by_hand).max() < 1e-5 * np.abs(J).max()


def test_much_noise_and_few_patterns_are_sherrington_kirkpatrick():
    """D fixed and load -> 0: SK at T below 1, where beta (1 - q) < 1 lets no pattern condense."""
    network, sk = ImperfectSynapses(PAIRS, noise=1.0), SpinGlass({2: 1.0})
    for T, ansatz in ((0.5, RS()), (0.5, RSB(2)), (0.0, RSB(1)), (0.6, FullRSB(4))):
        a, b = solve(network, 1e-7, T, "spin_glass", ansatz), solve(sk, 1.0, T, "spin_glass", ansatz)
        assert a.free_energy == pytest.approx(b.free_energy, abs=3e-6)
        assert a.energy == pytest.approx(b.energy, abs=3e-6)


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_a_scan_is_its_points(kind):
    network, x = ImperfectSynapses(PAIRS, **kind), np.linspace(0.01, 0.2, 12)
    for phase, T in (("retrieval", 0.2), ("spin_glass", 0.7)):
        for s in scan(network, x, T, phase):
            alone = solve(network, s.load, T, phase, strict=False)
            assert s.network == network
            assert s.status is alone.status
            assert s.free_energy == pytest.approx(alone.free_energy, abs=1e-13, nan_ok=True)


def test_scans_of_one_part_are_compiled_and_equal():
    """What a scan of `in_theory` runs, the machine code, gives the numbers of `solve`."""
    network = ImperfectSynapses(PAIRS, kept=0.6)
    theory, _ = network.in_theory(0.1)
    for phase, T in (("retrieval", 0.2), ("spin_glass", 0.7), ("spin_glass", 1.2), ("spin_glass", 0.0), ("paramagnetic", 2.0)):
        path = scan(theory, np.linspace(0.01, 0.6, 40), T, phase)
        for s in path[::7]:
            alone = solve(network, s.load, T, phase, strict=False)
            assert s.status is alone.status
            assert s.free_energy == pytest.approx(alone.free_energy, abs=1e-12, nan_ok=True)


def test_the_free_energy_of_the_paramagnet_by_enumeration():
    """-beta f of N spins with and without noise of the same patterns differ by beta^2 D/4 (1 - 1/N)."""
    T, N, noise = 2.0, 14, 0.7
    network, seeds = ImperfectSynapses(PAIRS, noise=noise), range(12)
    gain = [
        enumerate_states(PAIRS, load=0.3, T=T, N=N, seed=i).free_energy / T
        - enumerate_states(network, load=0.3, T=T, N=N, seed=i).free_energy / T
        for i in seeds
    ]
    mean, error = np.mean(gain), np.std(gain, ddof=1) / math.sqrt(len(gain))
    theory = (solve(PAIRS, 0.3, T, "paramagnetic").free_energy - solve(network, 0.3, T, "paramagnetic").free_energy) / T
    assert theory == pytest.approx(noise**2 / T**2 / 4, abs=1e-12)
    assert abs(mean - theory * (1 - 1 / N)) < 4 * error
    assert abs(mean - 0.5 * theory) > 4 * error


@pytest.mark.parametrize("P", [3, 4])
@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_more_than_pairs_are_the_perfect_network_at_another_load(P, kind):
    network = ImperfectSynapses(DenseHebbian(P), **kind)
    for phase, ansatz in (("retrieval", RS()), ("spin_glass", RSB(1))):
        s = solve(network, 0.1, 0.1, phase, ansatz)
        same = solve(network.network, network.effective_load(0.1), 0.1, phase, ansatz)
        assert (s.free_energy, s.m, s.replicons, s.stable) == (same.free_energy, same.m, same.replicons, same.stable)
        assert (s.network, s.load) == (network, 0.1)
        h = np.linspace(-2.0, 3.0, 5)
        assert np.array_equal(s.field_distribution(h), same.field_distribution(h))


def test_what_is_refused_and_what_is_kept(tmp_path):
    network = ImperfectSynapses(PAIRS, noise=0.3)
    with pytest.raises(InputError, match="said as a part of the load"):
        solve(network, 0.0, 0.3)
    with pytest.raises(InputError, match="noise of known covariance"):
        spinodal(network, 0.3)
    with pytest.raises(PhaseError, match="Gaussian part 0.225 load, .*: the spinodal is at load="):
        solve(network, 0.4, 0.3)
    with pytest.raises(InputError, match="K= or load|network must"):
        solve("DenseHebbian", 0.1, 0.3)
    s = solve(network, 0.05, 0.3)
    save(s, tmp_path / "s.npz")
    assert load(tmp_path / "s.npz") == s
    assert solve(network, 0.05, 0.31, start=s).m == pytest.approx(solve(network, 0.05, 0.31).m, abs=1e-13)
