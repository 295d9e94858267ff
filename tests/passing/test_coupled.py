"""T.5 to T.7, couplings of at most four spins, against enumeration and Monte Carlo; iterations that must fail."""

import math

import numpy as np
import pytest

import glassy
from glassy import Couplings, Perturbation, SpinGlass, Status, message_passing
from glassy.passing.coupled import Coupled, levels_of
from glassy.passing.iteration import free_energy, iterate

OPTIONS = {"damping": 0.0, "tolerance": 1e-12, "max_iterations": 3000, "least": 0.0}


def states(N):
    return 1 - 2 * (np.arange(2**N)[:, None] >> np.arange(N) & 1)


def drawn(kind, N, seed=1):
    """Couplings of one to four spins: all sets, few, or pairs beside single spins."""
    rng = np.random.default_rng(seed)
    if kind == "all":
        return SpinGlass({1: 0.3, 2: 0.7, 3: 0.5, 4: 1.0}).couplings(1.0, N, rng)
    sizes = (1, 2, 3, 4) if kind == "few" else (1, 2)
    each = [(tuple(rng.choice(N, p, replace=False).tolist()), rng.normal()) for p in sizes for _ in range(N)]
    return Couplings(dict(each), N=N).integers


def energies(couplings):
    return couplings.of_all_states() * float(couplings.unit)


def thermal(couplings, beta, field):
    """Exact means of all spins and free energy per spin."""
    sigma, N = states(couplings.N), couplings.N
    energy = energies(couplings) - sigma @ field
    weight = np.exp(-beta * (energy - energy.min()))
    return weight @ sigma / weight.sum(), (energy.min() - math.log(weight.sum()) / beta) / N


def settled(couplings, beta, field, kind=Coupled, start=None):
    made = kind(levels_of(couplings), 0.0, beta)
    x = np.ones(couplings.N) if start is None else start
    return made, iterate(made, x, np.ones(couplings.N), field, **OPTIONS)


class Naive(Coupled):
    """No reaction of the other spins."""

    def field(self, x, old):
        return self.bare(x)[0]


class Now(Coupled):
    """The Onsager term of the step itself, as a naive iteration of the TAP equations has it."""

    def field(self, x, old):
        return super().field(x, x)


@pytest.mark.parametrize("kind", ["all", "few", "pairs"])
def test_energies_fields_and_reaction_are_those_of_all_states(kind):
    """The reaction is the variance of what of H is beyond linear in sigma - x, among independent spins of means x."""
    N = 9
    couplings, sigma = drawn(kind, N), states(N)
    exact, made = energies(couplings), Coupled(levels_of(couplings), 0.25, 1.3)
    for s in (0, 5, 77, 300):
        assert made.bare(sigma[s].astype(float))[1] == pytest.approx(exact[s] / N + 0.25, abs=1e-12)
    x = np.random.default_rng(2).uniform(-1.0, 1.0, N)
    weight = np.prod(np.where(sigma > 0, 0.5 * (1 + x), 0.5 * (1 - x)), axis=1)
    h, energy = made.bare(x)
    mean = weight @ exact
    assert N * (energy - 0.25) == pytest.approx(mean, abs=1e-12)
    assert h == pytest.approx([-(weight * (sigma[:, i] - x[i]) @ exact) / (1 - x[i] ** 2) for i in range(N)], abs=1e-11)
    beyond = exact - mean + (sigma - x) @ h
    f, e = made.reaction(x)
    assert e == pytest.approx(-1.3 * (weight @ beyond**2) / N, rel=1e-10)
    assert f == 0.5 * e


@pytest.mark.parametrize("kind", ["all", "few", "pairs"])
def test_a_fixed_point_is_a_stationary_point_of_f_TAP(kind):
    """T.6, by differences along the local fields, in a field; the fixed point without the reaction is none."""
    N, rng = 24, np.random.default_rng(3)
    field, couplings = rng.normal(size=N), drawn(kind, N)
    made, found = settled(couplings, 0.6 if kind == "all" else 0.25, field)
    assert found.status is Status.CONVERGED

    def slopes(u, step=1e-4):
        f = [[free_energy(made, np.tanh(u + d * (np.arange(N) == i)), field)[0] for d in (-step, step)] for i in range(N)]
        return N * (np.array(f) @ [-0.5, 0.5]) / step

    assert np.abs(slopes(np.arctanh(found.magnetizations))).max() < 1e-7
    naive = settled(couplings, made.beta, field, Naive)[1]
    assert np.abs(slopes(np.arctanh(naive.magnetizations))).max() > 1e-3


def test_f_and_the_means_are_exact_to_the_second_order_in_any_couplings():
    """Errors of beta f and of the means fall as beta^3, beta h fixed; without the reaction as beta^2."""
    N, rng = 10, np.random.default_rng(0)
    couplings, u = drawn("few", N), rng.uniform(0.3, 1.0, N)
    off = []
    for beta in (0.1, 0.05):
        mean, free = thermal(couplings, beta, u / beta)
        for kind in (Coupled, Naive):
            made, found = settled(couplings, beta, u / beta, kind)
            f = found.free_energy if kind is Coupled else found.free_energy - made.reaction(found.magnetizations)[0]
            off.append([beta * abs(f - free), np.abs(found.magnetizations - mean).max()])
    right, naive = np.array(off[0]) / off[2], np.array(off[1]) / off[3]
    assert np.all(right > 6.5)
    assert np.all((naive > 3.0) & (naive < 5.0))


@pytest.mark.parametrize(("terms", "T", "h"), [({2: 1.0}, 1.5, 0.5), ({1: 0.5, 3: 1.0}, 1.5, 0.0)], ids=repr)
def test_sites_and_f_are_those_of_enumeration_and_not_without_the_Onsager_term(terms, T, h):
    """Means over 40 spin glasses in a field: f is off by 1/N."""
    found = {}
    for N in (8, 16):
        each, field = [], np.full(N, h)
        for seed in range(40):
            couplings = SpinGlass(terms).couplings(1.0, N, np.random.default_rng(seed))
            mean, free = thermal(couplings, 1.0 / T, field)
            right, wrong = (settled(couplings, 1.0 / T, field, kind)[1] for kind in (Coupled, Naive))
            assert right.change <= 1e-12
            off = [np.sqrt(np.mean((r.magnetizations - mean) ** 2)) for r in (right, wrong)]
            each.append([*off, abs(right.free_energy - free)])
        found[N] = np.mean(each, axis=0)
    assert found[16][0] < 0.75 / 16
    assert found[16][2] < 0.1 / 16
    assert found[16][2] < 0.7 * found[8][2]
    assert found[16][1] > 1.5 * found[16][0]


@pytest.mark.slow
def test_sites_are_those_of_Monte_Carlo_and_not_without_the_Onsager_term():
    """Sherrington and Kirkpatrick at N = 500 in a field: <s_i> is the mean of the last spins of 128 replicas."""
    network, field, R = SpinGlass({2: 1.0}), Perturbation(0.5), 128
    asked = {"load": 1.0, "T": 1.2, "N": 500, "seed": 4, "samples": 1, "perturbation": field}
    mine, run = message_passing(network, **asked), glassy.simulate(network, replicas=R, sweeps=2, burn_in=60, **asked)
    assert mine.status is Status.CONVERGED
    s = run.series.spins.mean(axis=1)
    spread = float(np.mean(np.var(s, axis=1)))
    noise = float(np.mean(1.0 - s**2)) / (R - 1)
    rms2 = float(np.mean((mine.magnetizations - s) ** 2))
    assert rms2 < noise * (1.0 + 4.0 * math.sqrt(2.0 / s.size)) + 0.02**2
    assert rms2 < 0.1 * spread
    couplings = network.couplings(1.0, 500, glassy.model.patterns.pattern_generator(4, 500, 0, 0))
    naive = settled(couplings, 1.0 / 1.2, np.full(500, 0.5), Naive)[1].magnetizations
    assert float(np.mean((naive - s[0]) ** 2)) > 5.0 * rms2


def test_above_the_AT_line_all_settle_and_below_it_none_and_none_at_all_with_the_Onsager_term_of_the_step_itself():
    """SK in a field of 0.3 at N = 200: RS has a replicon of .31 at T = 1 and -.31 at T = .45."""
    network, N, field = SpinGlass({2: 1.0}), 200, Perturbation(0.3)
    above, below = (
        message_passing(network, 1.0, T, N, seed=2, samples=3, perturbation=field, max_iterations=300) for T in (1.0, 0.45)
    )
    assert (above.converged, below.converged) == (1.0, 0.0)
    assert min(above.each("replicon")) > 0.1
    couplings = network.couplings(1.0, N, np.random.default_rng(1))
    assert settled(couplings, 1.0, np.full(N, 0.3), Now)[1].change > 0.01
    assert settled(couplings, 1.0, np.full(N, 0.3))[1].change < 1e-12


def test_a_deviation_shrinks_by_the_root_of_1_minus_the_replicon_of_the_network():
    for terms, T, h, N in (({2: 1.0}, 1.0, 0.5, 200), ({3: 1.0}, 1.0, 0.7, 60)):
        r = message_passing(
            SpinGlass(terms), 1.0, T, N, seed=2, samples=3, tolerance=1e-13, perturbation=Perturbation(h), max_iterations=600
        )
        assert r.status is Status.CONVERGED
        for point in r.points:
            c, n = point.change_history, point.iterations
            rate = (c[-3] / c[n // 2]) ** (1.0 / (n - 3 - n // 2))
            assert rate == pytest.approx(math.sqrt(1.0 - point.replicon), rel=0.15)


def test_the_replicon_of_pairs_is_that_of_their_matrix():
    couplings = drawn("pairs", 12)
    made, x = Coupled(levels_of(couplings), 0.0, 0.8), np.random.default_rng(5).uniform(-1.0, 1.0, 12)
    J = np.zeros((12, 12))
    for t in couplings.terms:
        if t.order == 2:
            i, j = t.members.T
            J[i, j] = J[j, i] = float(couplings.unit * t.factor) * t.values
    v = 1.0 - x**2
    assert made.replicon(x) == pytest.approx(1.0 - 0.8**2 * np.linalg.eigvalsh(v[:, None] * J**2 * v).max(), abs=1e-6)


def test_a_ferromagnet_is_Curie_Weiss_to_1_over_N():
    off = []
    for N in (50, 200):
        pairs = Couplings({(i, j): -1.0 / N for i in range(N) for j in range(i)})
        r = message_passing(pairs, T=0.6, seed=1, start=np.ones(N), perturbation=Perturbation(0.1))
        assert (r.status, r.samples) == (Status.CONVERGED, 1)
        m = 1.0
        for _ in range(200):
            m = math.tanh((m + 0.1) / 0.6)
        off.append(abs(r.m - m))
    assert off[1] < 0.3 * off[0] < 0.3 * 0.5 / 50


def test_sets_of_many_spins_have_places_of_their_own():
    """C(200000, 4) is no 64-bit integer."""
    c = Couplings({(0, 1, 2, 199_999): 1.0, (7, 199_998): 0.5}, N=200_000).integers
    levels = levels_of(c)
    assert [len(level.J) for level in levels] == [200_000, 7, 4, 1]
    assert levels[3].members.tolist() == [[0, 1, 2, 199_999]]
    for above, level in zip(levels[1:], levels[:-1], strict=True):
        for S, places in zip(above.members.tolist(), above.below.tolist(), strict=True):
            assert [level.members[n].tolist() for n in places] == [S[:a] + S[a + 1 :] for a in range(len(S))]


# ---- the call ----


def test_the_same_seed_gives_the_couplings_and_the_start_of_simulate_and_of_enumeration():
    network = SpinGlass({1: 0.5, 3: 1.0})
    asked = {"load": 0.8, "T": 1.3, "N": 12, "samples": 3, "seed": 5, "perturbation": Perturbation(0.2)}
    r, run = message_passing(network, **asked), glassy.simulate(network, sweeps=1, **asked)
    assert np.allclose(r.each("pattern_energy"), run.series.pattern_energy, atol=1e-12, rtol=0.0)
    assert [p.m_history[0] for p in r.points] == pytest.approx(run.start_m[:, 0].tolist())
    asked.pop("samples")
    exact = glassy.enumerate_states(network, **asked)
    rows = {row.observable: row for row in glassy.compare(exact, r).rows}
    assert rows["m"].simulation == pytest.approx(exact.m, abs=0.05)
    assert rows["m"].simulation.error == 0.0  # both are of one network
    assert (r.K, r.load, r.given_load) == (0, 0.8, 0.8)


def test_without_a_field_the_answer_is_0_and_its_status_says_where_that_is_no_state():
    network = SpinGlass({2: 1.0})
    for T, status in ((1.6, Status.CONVERGED), (0.7, Status.DIVERGED)):
        for start in ("random", np.zeros(200)):
            r = message_passing(network, 1.0, T, 200, seed=1, samples=2, start=start)
            assert r.status is status
            if status.ok or not isinstance(start, str):
                assert abs(r.q) < 1e-18
                assert r.free_energy == pytest.approx(-T * math.log(2.0) - 0.25 / T, abs=0.01)
    cold = message_passing(SpinGlass({3: 1.0}), 1.0, 0.3, 30, seed=1, samples=1, start=np.zeros(30))
    assert cold.entropy < 0.0
    assert cold.status is Status.DIVERGED


def test_couplings_that_are_given_are_one_sample_and_say_so():
    c = Couplings({(0,): 0.3, (0, 1): 0.5, (1, 2, 3): -0.4, (): 2.0})
    r = message_passing(c, T=2.0, seed=1)
    assert (r.samples, r.K, r.given_load) == (1, 0, None)
    assert math.isnan(r.m.error)
    assert "(unknown)" in repr(r)
    assert "load" not in repr(r)
    assert "error unknown, since there is one sample: m" in glassy.core.records.of_errors({"m": r.m})[0]
    exact = glassy.enumerate_states(c, T=2.0)
    assert r.free_energy == pytest.approx(exact.free_energy, abs=1e-3)
    assert r.m == pytest.approx(exact.m, abs=5e-3)
    run = glassy.simulate(c, T=2.0, seed=1, samples=1, sweeps=200)
    assert {row.observable for row in glassy.compare(r, run).rows} == {"m", "q", "energy", "rms_of_sites"}
    nothing = message_passing(Couplings({(): 1.0}, N=2), T=2.0, seed=1)
    assert (float(nothing.q), float(nothing.free_energy)) == (0.0, pytest.approx(0.5 - 2.0 * math.log(2.0)))
    free = message_passing(Couplings({(0,): -1.0, (1,): 0.5}), T=1.0, seed=1)  # no spin acts on another
    assert np.allclose(free.magnetizations, [np.tanh([1.0, -0.5])], atol=1e-15)
    assert (float(free.replicon), free.iterations[0]) == (1.0, 2)


def test_a_grid_over_load_and_T_and_results_that_are_read_back(tmp_path):
    grid = message_passing(SpinGlass({1: 0.2, 2: 1.0}), [0.5, 1.0], [1.5, 2.0], 30, seed=3, samples=2)
    assert grid.shape == (2, 2)
    alone = message_passing(SpinGlass({1: 0.2, 2: 1.0}), 1.0, 1.5, 30, seed=3, samples=2)
    assert np.array_equal(grid[1, 0].magnetizations, alone.magnetizations)
    assert glassy.load(alone.save(tmp_path / "r")) == alone
    assert [row["load"] for row in alone.records()] == [1.0, 1.0]
    lone = message_passing(Couplings({(0, 1): 1.0}), T=1.0, seed=1)
    assert "load" not in next(iter(lone.records()))
    assert "load" not in lone.to_xarray()


@pytest.mark.parametrize(
    ("wrong", "match"),
    [
        ({"K": 5, "load": None}, "K must be left out"),
        ({"load": None}, "needs load and N"),
        ({"start": "pattern"}, "start must be 'random' or magnetizations for a network without patterns"),
        ({"perturbation": Perturbation(None, {0: 0.5})}, "pattern_energies must be left out"),
        ({"network": SpinGlass({5: 1.0})}, "a coupling must have at most 4 spins"),
        ({"T": 0.0}, "T must lie in .* for message passing"),
        ({"network": SpinGlass({4: 1.0}), "N": 60, "max_bytes": 10**6}, "needs 487635 couplings and .* max_bytes is 1 MB"),
        ({"N": 1}, "N must be an integer >= 2"),
    ],
)  # fmt: skip
def test_bad_input_says_what_must_hold(wrong, match):
    asked = {"network": SpinGlass({2: 1.0}), "load": 1.0, "T": 1.0, "N": 20, "seed": 1} | wrong
    with pytest.raises((glassy.InputError, glassy.MemoryLimitError), match=match):
        message_passing(**asked)
