"""T.1 to T.3: stationary points of f_TAP, exact cases, enumeration; Onsager terms that are wrong must fail."""

import math

import numpy as np
import pytest

import glassy
from glassy import DenseHebbian, Perturbation, Status, draw_patterns, message_passing
from glassy.exact import state_energies
from glassy.model.patterns import Patterns
from glassy.passing.dense import Dense
from glassy.passing.iteration import free_energy, iterate
from glassy.passing.pairs import Pairs
from glassy.passing.rows import rows_of_patterns

NETWORKS = [DenseHebbian(P, kind) for P in (2, 3, 4, 5) for kind in ("distinct", "self-interacting")]
OPTIONS = {"damping": 0.0, "tolerance": 1e-12, "max_iterations": 3000, "least": 0.0}


def system(network, xi, beta, weights=None):
    K, N = xi.shape
    rows = rows_of_patterns(Patterns.of(xi.T))
    weights = np.ones(K) if weights is None else weights
    return (Pairs if network.P == 2 else Dense)(network, N, rows, weights, beta)


def states(N):
    return 1 - 2 * (np.arange(2**N)[:, None] >> np.arange(N) & 1)


def thermal(network, xi, beta, field):
    """Exact means of all spins and free energy per spin."""
    sigma, N = states(xi.shape[1]), xi.shape[1]
    energy = state_energies(network, xi) - sigma @ field
    weight = np.exp(-beta * (energy - energy.min()))
    return weight @ sigma / weight.sum(), (energy.min() - math.log(weight.sum()) / beta) / N


@pytest.mark.parametrize("network", NETWORKS, ids=repr)
def test_energies_are_those_of_the_model_and_fields_their_derivatives(network):
    """The multilinear form is H at spins, and linear in every mean."""
    N, rng = 9, np.random.default_rng(1)
    xi = draw_patterns(13, N, seed=1)
    found = system(network, xi, 0.7)
    exact = state_energies(network, xi)
    sigma = states(N).astype(float)
    for s in (0, 5, 77, 300):
        assert found.bare(sigma[s])[1] * N == pytest.approx(exact[s], abs=1e-12)
    x = rng.uniform(-1.0, 1.0, N)
    mean = np.prod(np.where(sigma > 0, 0.5 * (1 + x), 0.5 * (1 - x)), axis=1) @ exact
    h, energy = found.bare(x)
    assert energy * N == pytest.approx(mean, abs=1e-12)
    for i in range(N):
        ends = [found.bare(np.where(np.arange(N) == i, end, x))[1] * N for end in (-1.0, 1.0)]
        assert h[i] == pytest.approx(0.5 * (ends[0] - ends[1]), abs=1e-11)


@pytest.mark.parametrize("weight", [1.0, 0.4])
@pytest.mark.parametrize("network", NETWORKS, ids=repr)
def test_a_fixed_point_is_a_stationary_point_of_f_TAP(network, weight):
    """T.2, at all N by differences along the local fields; pattern 1 with an energy of its own, in a field."""
    N, K = 40, network.patterns(0.06, 40)
    rng, xi = np.random.default_rng(3), draw_patterns(K, N, seed=3)
    field, weights = 0.1 * rng.normal(size=N), np.ones(K)
    weights[1] = weight
    made = system(network, xi, 1.0 / 0.5, weights)
    found = iterate(made, xi[0].astype(float), xi[0].astype(float), field, **OPTIONS)
    assert found.status is Status.CONVERGED
    u = np.arctanh(found.magnetizations)

    def slopes(u, step=1e-4):
        f = [[free_energy(made, np.tanh(u + d * (np.arange(N) == i)), field)[0] for d in (-step, step)] for i in range(N)]
        return N * (np.array(f) @ [-0.5, 0.5]) / step

    assert np.abs(slopes(u)).max() < 1e-7
    assert np.abs(slopes(u + 0.01)).max() > 1e-4


@pytest.mark.parametrize("network", NETWORKS, ids=repr)
def test_one_pattern_is_a_Curie_Weiss_model(network):
    """K = 1: the noise vanishes with N; T.1 is m = tanh((P/2) m^(P-1)/T)."""
    errors = []
    for N in (100, 400):
        r = message_passing(network, T=0.6, K=1, N=N, samples=1, seed=1)
        assert r.status is Status.CONVERGED
        errors.append(abs(r.m - network.unloaded_magnetization(0.6)))
    assert errors[1] < 0.3 * errors[0] < 0.3 * 5.0 / 100


def test_the_curie_weiss_model_by_hand():
    """P = 3 distinct, K = 1: x is the same at all spins, e_2 without one spin is (N-1)(N-2)/2 x^2."""
    N, T = 20, 0.7
    r = message_passing(DenseHebbian(3), T=T, K=1, N=N, samples=1, seed=4)
    x = abs(r.magnetizations[0])
    load = 3.0 / N**2
    h = 1.5 * (N - 1) * (N - 2) / N**2 * x**2 - (1 - x**2) / T * 3.0 * load * x**2 * x
    assert x == pytest.approx(np.tanh(h / T), abs=1e-10)


def left_out(network, made):
    """The same network with the Onsager term of T.1 left out, or that of the other interactions."""
    plain = lambda x, old: made.bare(x)[0]  # noqa: E731
    other = DenseHebbian(network.P, next(k for k in ("distinct", "self-interacting") if k != network.interactions))

    def exchanged(x, old):
        C, q = made.beta * (1 - x @ x / x.size), x @ old / x.size
        return made.bare(x)[0] - C * made.load * other.unit_covariance(q, 2) * old

    return plain, exchanged


@pytest.mark.parametrize(
    ("network", "load", "control"),
    [(DenseHebbian(3), 0.3, 0), (DenseHebbian(4), 0.5, 1), (DenseHebbian(4, "self-interacting"), 0.1, 0)], ids=repr,
)  # fmt: skip
def test_sites_and_f_are_those_of_enumeration_to_1_over_N_and_not_with_a_wrong_Onsager_term(network, load, control):
    """Medians over 24 sets of patterns in a field along one of them (scatter: rare ones near a transition)."""
    found = {}
    for N in (8, 14):
        each = []
        for seed in range(24):
            xi = draw_patterns(network.patterns(load, N), N, seed)
            x0 = field = xi[0].astype(float)
            mean, free = thermal(network, xi, 1.0, field)
            made, twin = system(network, xi, 1.0), system(network, xi, 1.0)
            twin.field = left_out(network, made)[control]
            right, wrong = (iterate(s, x0, x0, field, **OPTIONS | {"max_iterations": 300}) for s in (made, twin))
            assert right.status is Status.CONVERGED
            off = [np.sqrt(np.mean((r.magnetizations - mean) ** 2)) for r in (right, wrong)]
            each.append([*off, abs(right.free_energy - free)])
        found[N] = np.median(each, axis=0)
    assert found[14][0] < 1.0 / 14
    assert found[14][2] < 0.1 / 14
    assert found[14][2] < 0.8 * found[8][2]
    assert found[14][1] > 1.15 * found[14][0]
    if control:
        assert found[14][1] > 3.0 * found[14][0]


# ---- the call ----


@pytest.mark.parametrize("P", [2, 3])
def test_the_same_seed_gives_the_patterns_and_the_start_of_simulate(P):
    """H of pattern 0 and the overlap of the initial spins tell: equal to the last digit of a sum, and in every spin."""
    network = DenseHebbian(P)
    asked = {"load": 0.2, "T": 0.5, "N": 30, "samples": 3, "seed": 5, "start_overlap": 0.6}
    r, run = message_passing(network, max_iterations=1, **asked), glassy.simulate(network, sweeps=1, **asked)
    assert np.allclose(r.each("pattern_energy"), run.series.pattern_energy, atol=1e-14, rtol=0.0)
    fair = message_passing(network, start="random", max_iterations=1, **asked)
    chains = glassy.simulate(network, start="random", sweeps=1, **asked)
    assert np.array_equal([p.m_history[0] for p in fair.points], chains.start_m[:, 0])
    assert [p.m_history[0] for p in r.points] == pytest.approx([0.6] * 3)
    exact = glassy.enumerate_states(network, load=0.2, T=0.5, N=12, seed=5)
    small = message_passing(network, load=0.2, T=0.5, N=12, seed=5, samples=1, max_iterations=1)
    assert small.points[0].pattern_energy == pytest.approx(exact.pattern_energy, abs=1e-14)
    assert message_passing(network, load=0.2, T=0.5, N=12, seed=6, samples=1).points[0].pattern_energy != exact.pattern_energy


def test_a_start_of_its_own_for_each_sample():
    x = [[0.9] * 40, [-0.2] * 40]
    r = message_passing(DenseHebbian(3), 0.1, 0.3, 40, seed=1, start=x, max_iterations=1)
    assert (r.samples, r.start) == (2, "given")
    assert [p.q_history[0] for p in r.points] == pytest.approx([0.81, 0.04])


def test_numbers_of_each_sample_go_by_their_names():
    r = message_passing(DenseHebbian(3), 0.1, 0.3, 40, seed=1, samples=2)
    assert r.each("energy_excess") == pytest.approx(r.each("energy") - r.each("pattern_energy"))
    for word in ("foo", "status"):
        with pytest.raises(glassy.InputError, match=f"name must be one of m, q, energy, .* got '{word}'"):
            r.each(word)


def test_given_patterns_are_those_that_are_drawn():
    network, K = DenseHebbian(3), DenseHebbian(3).patterns(0.2, 50)
    drawn = message_passing(network, 0.2, 0.3, 50, seed=2, samples=1)
    given = message_passing(network, T=0.3, patterns=draw_patterns(K, 50, seed=2), seed=2)
    assert np.array_equal(drawn.magnetizations, given.magnetizations)
    assert (drawn.patterns_drawn, given.patterns_drawn) == (True, False)


def test_a_grid_holds_the_points_that_are_alone():
    network = DenseHebbian(3)
    grid = message_passing(network, [0.1, 0.2], [0.3, 0.4], 40, seed=3, samples=2)
    assert grid.shape == (2, 2)
    for i, load in enumerate((0.1, 0.2)):
        for j, T in enumerate((0.3, 0.4)):
            assert np.array_equal(
                grid[i, j].magnetizations, message_passing(network, load, T, 40, seed=3, samples=2).magnetizations
            )


def test_a_perturbation_is_a_field_and_weights():
    """A field on all spins along pattern 0 acts; a weight of 0 takes a pattern away, as leaving it out does."""
    network, N = DenseHebbian(4), 16
    xi = draw_patterns(60, N, seed=1)
    weak = message_passing(network, T=0.9, patterns=xi, seed=1, perturbation=Perturbation(0.3 * xi[0], {5: 0.0}))
    less = message_passing(network, T=0.9, patterns=np.delete(xi, 5, axis=0), seed=1, perturbation=Perturbation(0.3 * xi[0]))
    assert np.allclose(weak.magnetizations, less.magnetizations, atol=1e-8, rtol=0.0)
    assert weak.energy == pytest.approx(float(less.energy), abs=1e-9)
    assert np.abs(weak.magnetizations - message_passing(network, T=0.9, patterns=xi, seed=1).magnetizations).max() > 0.01


def test_a_pattern_that_is_left_and_an_iteration_that_does_not_settle_say_so():
    network = DenseHebbian(3)
    left = message_passing(network, 0.3, 0.9, 100, seed=1, samples=2)
    assert left.status is Status.LEFT_PHASE
    assert not left.status.ok
    wild = message_passing(network, 0.4, 0.05, 100, seed=1, samples=2, max_iterations=300)
    assert wild.status is Status.DIVERGED
    assert wild.converged < 1.0
    assert max(wild.iterations) == 300
    nowhere = message_passing(DenseHebbian(2), 0.05, 0.5, 100, seed=1, samples=2, start="random")
    assert {p.status for p in nowhere.points if not math.isfinite(p.energy)} <= {Status.DIVERGED}
    damped = message_passing(network, 0.2, 0.3, 100, seed=1, samples=2, damping=0.3)
    assert np.allclose(
        damped.magnetizations, message_passing(network, 0.2, 0.3, 100, seed=1, samples=2).magnetizations, atol=1e-8
    )


@pytest.mark.parametrize(
    ("wrong", "match"),
    [
        ({"T": 0.0}, "T must lie in .1e-50, 1e.50. for message passing, got 0"),
        ({"T": math.inf}, "T must be a finite number"),
        ({"start": "both"}, "start must be one of 'pattern', 'random'"),
        ({"start": np.full(40, 2.0)}, r"start must hold magnetizations in \[-1, 1\]"),
        ({"start": np.zeros(3)}, "magnetizations of shape"),
        ({"start": np.zeros((3, 40)), "samples": 2}, "start must be of shape .* with samples=2"),
        ({"perturbation": 0.1}, "perturbation must be a glassy.Perturbation"),
        ({"perturbation": Perturbation(np.ones(3))}, "field must be a number or of shape"),
        ({"perturbation": Perturbation(1e300), "T": 1e-50}, r"must lie in .-1e.50, 1e.50. for message passing, got 1e.300"),
        ({"perturbation": Perturbation(None, {0: -1e160})}, "fields and pattern_energies must lie in .* got 1e.160"),
        ({"damping": 1.0}, "damping must lie in"),
        ({"K": 5}, "either load or K"),
        ({"load": None}, "load and N must be given"),
        ({"load": 1e-9}, "K=0 patterns"),
        ({"perturbation": Perturbation(pattern_energies={0: [0.0] * 41})}, "must be numbers for message passing"),
        ({"network": glassy.SeparableMemory([0, 1, 4, 2])}, "network must be a glassy.DenseHebbian, SpinGlass or Couplings"),
        ({"network": DenseHebbian(26), "load": None, "K": 5, "N": 26}, "P must be so far below N"),
        ({"max_bytes": 1000}, "max_bytes is 0.001 MB"),
    ],
)  # fmt: skip
def test_bad_input_says_what_must_hold(wrong, match):
    asked = {"network": DenseHebbian(3), "load": 0.2, "T": 0.3, "N": 40, "seed": 1} | wrong
    with pytest.raises((glassy.InputError, glassy.MemoryLimitError), match=match):
        message_passing(**asked)


@pytest.mark.filterwarnings("error")
def test_an_iteration_that_does_not_exist_is_a_status():
    """P = 2, beta (1 - q) = 1: no number and no warning of numpy."""
    r = message_passing(DenseHebbian(2), 0.1, 1.0, 40, seed=1, samples=2, start=np.zeros(40))
    assert r.status is Status.DIVERGED
    assert not math.isfinite(r.free_energy)
    large = message_passing(DenseHebbian(2), 0.1, 1e-50, 40, seed=1, samples=2, perturbation=Perturbation(1e50, {0: 1e50}))
    assert np.isfinite([large.m, large.energy, large.free_energy, large.replicon]).all()


def test_it_is_saved_and_read_back(tmp_path):
    r = message_passing(DenseHebbian(3), 0.2, 0.3, 40, seed=1, samples=2, perturbation=Perturbation(0.1))
    assert glassy.load(r.save(tmp_path / "r")) == r


@pytest.mark.parametrize("T", [1e-50, 1e-3, 1e3, 1e50])
def test_numbers_are_finite_at_all_T_where_the_status_is_good(T):
    for network in NETWORKS:
        for N, start in ((network.P, "pattern"), (30, "random")):
            r = message_passing(network, T=T, K=5, N=N, seed=1, samples=2, max_iterations=50, start=start)
            numbers = [r.m, r.q, r.energy, r.free_energy, r.entropy, r.replicon]
            assert not r.status.ok or np.isfinite(numbers).all()
            assert "MessagePassing" in repr(r)


def test_histories_leave_along_the_iterations():
    r = message_passing(DenseHebbian(P=3), load=0.1, T=0.3, N=40, samples=3, start_overlap=0.8, seed=2)
    found = r.to_xarray()
    assert found["m_history"].dims == ("sample", "iteration")
    assert found["m_history"].shape == (3, 1 + max(r.iterations))
    for k, point in enumerate(r.points):
        n = point.iterations
        np.testing.assert_array_equal(found["m_history"][k, : n + 1], point.m_history)
        assert np.isnan(found["q_history"][k, n + 1 :]).all()
        np.testing.assert_array_equal(found["change_history"][k, 1 : n + 1], point.change_history)
        assert np.isnan(found["change_history"][k, 0])
