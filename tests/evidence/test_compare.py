"""compare: rows, extrapolation, refusals; and simulation against RS where RS is stable."""

import math
from dataclasses import replace

import numpy as np
import pytest

from glassy import DenseHebbian, EquilibrationWarning, InputError, Status, Table, compare, draw_patterns, simulate, solve
from glassy.analysis.extrapolate import corrections, extrapolate
from glassy.evidence.confront import predicted

network = DenseHebbian(3)
unequilibrated = pytest.mark.filterwarnings("ignore::glassy.EquilibrationWarning")  # not what the test is about


def runs(net, load, T, sizes, samples, sweeps, seed=11):
    return [
        simulate(net, load=load, T=T, N=N, samples=S, sweeps=sweeps, seed=seed) for N, S in zip(sizes, samples, strict=True)
    ]


@pytest.mark.slow
@unequilibrated  # of the smallest size a chain may escape: the extrapolation leaves that size out
@pytest.mark.parametrize(
    ("P", "kind", "load", "T", "sizes"),
    [
        (3, "distinct", 0.1, 0.3, (80, 120, 200)),
        (3, "self-interacting", 0.05, 0.3, (80, 120, 200)),
        (4, "distinct", 0.1, 0.5, (70, 100, 140)),
        (4, "self-interacting", 0.03, 0.4, (70, 100, 140)),
        (2, "distinct", 0.03, 0.4, (200, 400, 800)),
    ],
)
def test_simulation_follows_RS(P, kind, load, T, sizes):
    net = DenseHebbian(P, kind)
    solution = solve(net, load, T)
    assert solution.replicon > 0.0
    c = compare(solution, runs(net, load, T, sizes, (160, 120, 80), 150))
    assert [row.observable for row in c.extrapolated] == ["m", "q", "energy", "energy_excess"]
    for row in c.extrapolated:
        assert row.status is Status.STEADY  # of the phase of the pattern
        assert abs(row.z) <= 4.0, c.table()


@pytest.mark.slow
def test_theory_with_beta_off_by_5_percent_fails():
    load, T = 0.1, 0.5
    right, wrong = solve(network, load, T), solve(network, load, T / 1.05)
    row = next(
        r
        for r in compare(right, runs(network, load, T, (200, 400), (160, 120), 150)).extrapolated
        if r.observable == "energy_excess"
    )
    assert abs(row.z) <= 4.0
    assert abs(row.simulation - predicted("energy_excess", wrong)) / row.simulation.error > 4.0


@pytest.mark.slow
def test_H3_simulated_does_not_follow_H2_theory():
    """The most common silent error of the field is visible here."""
    load, T = 0.05, 0.5
    own = DenseHebbian(4, "self-interacting")
    r = runs(own, load, T, (100, 140), (150, 240), 150)
    row = next(row for row in compare(solve(own, load, T), r).extrapolated if row.observable == "energy_excess")
    wrong = solve(DenseHebbian(4), load, T)
    assert abs(row.z) <= 4.0
    assert abs(row.simulation - predicted("energy_excess", wrong)) / row.simulation.error > 4.0
    with pytest.raises(InputError, match="different noise"):
        compare(wrong, r)


def test_m0_phases():
    """P = 3 above every transition: q = 0 and e = -beta xi(1), from a random start."""
    r = runs(network, 0.2, 1.5, (60, 120), (20, 16), 300)
    r = [simulate(network, load=0.2, T=1.5, N=x.N, samples=x.samples, sweeps=300, seed=5, start="random") for x in r]
    c = compare(solve(network, 0.2, 1.5, "paramagnetic"), r)
    assert [row.observable for row in c.extrapolated] == ["q", "energy"]
    assert abs(c.worst.z) <= 4.0
    assert "1/N->0" in c.table()


def test_rows_of_a_finite_N_say_where_to_read():
    s, r = solve(network, 0.1, 0.3), runs(network, 0.1, 0.3, (40, 60), (4, 4), 100)
    several, one = compare(s, r).table().splitlines(), compare(s, r[0]).table().splitlines()
    rows = [line for line in several if line.split()[1] in ("40", "60")]
    assert len(rows) == 8
    assert all(line.endswith("finite N: read 1/N->0") and "(" in line.split("  ")[-2] for line in rows)
    assert not any("finite N: read" in line for line in several if line.split()[1] == "1/N->0")
    assert not any("finite N: read" in line for line in one)
    assert one[-1].startswith("note: theory is that of 1/N = 0")
    assert "several sizes" in one[-1]


def test_a_limit_says_its_powers_and_whether_anything_tests_them():
    s, r = solve(network, 0.1, 0.3), runs(network, 0.1, 0.3, (40, 60, 90), (4, 4, 4), 100)
    parabola, line, root = compare(s, r), compare(s, r, powers=(1,)), compare(s, r, powers=[0.5])
    logarithm = compare(s, r, powers=("ln(N)/N",))
    cases = ((parabola, (1.0, 2.0), 0), (line, (1.0,), 1), (root, (0.5,), 1), (logarithm, ("ln(N)/N",), 1))
    for c, powers, dof in (*cases, (compare(s, r[:2]), (1.0,), 0)):
        sizes = [x.N for x in r][: len(powers) + 1 + dof]
        for row in c.extrapolated:
            mine = [x for x in c.rows if x.observable == row.observable and math.isfinite(x.N)]
            off = extrapolate(sizes, [x.simulation.shifted(-x.theory) for x in mine], powers)
            assert (row.powers, row.dof, row.chi2) == (powers, dof, off.chi2)
            assert float(row.simulation) == float(off.value.shifted(row.theory))
        words = f"chi2/dof={row.chi2:.1f}/1" if dof else "0 dof: not tested by the data"
        assert f"from N={','.join(map(str, sizes))} in {corrections(powers)}; {words}" in c.table()
        assert ("note: 0 dof: as many powers" in c.table()) == (dof == 0)
    assert line.extrapolated[0].simulation.error < 0.5 * parabola.extrapolated[0].simulation.error
    assert Table.of(s, r).ends.rows[0].powers == (1.0, 2.0)
    old = replace(row, powers=())  # as files of older versions have it
    assert old.drawn() == f"from N={','.join(map(str, sizes))}; 0 dof: not tested by the data"
    for powers in ((), (0,), (1, 1), "1", 1):
        with pytest.raises(InputError, match="powers must"):
            compare(s, r[0], powers=powers)


def test_theory_is_taken_at_the_load_of_the_integer_K():
    r = simulate(network, load=0.123, T=0.3, N=20, samples=2, sweeps=60, seed=1)
    assert r.load != 0.123
    c = compare(solve(network, 0.123, 0.3), r)
    assert c.rows[0].theory == solve(network, r.load, 0.3).m
    assert not c.extrapolated


@unequilibrated
def test_even_P_is_compared_up_to_the_global_sign():
    net = DenseHebbian(4)
    s = solve(net, 0.1, 0.3)
    options = {"load": 0.1, "T": 0.3, "N": 40, "samples": 4, "replicas": 3, "sweeps": 100, "seed": 1}
    right, mirror = (simulate(net, **options, start_overlap=x) for x in (1.0, -1.0))
    assert float(mirror.m) == -float(right.m) < -0.9
    assert compare(s, mirror).rows == compare(s, right).rows  # an even dynamics: the very same chains, mirrored
    xi = np.stack([draw_patterns(right.K, 40, seed=1, sample=k)[0] for k in range(4)])
    signs = np.array([[1, 1, 1], [1, -1, 1], [-1, -1, 1], [-1, -1, -1]])
    one, mixed = (simulate(net, **options, start=xi[:, None, :] * x[:, :, None]) for x in (signs**2, signs))
    assert compare(s, mixed).rows == compare(s, one).rows
    assert abs(mixed.m) < 0.5  # the run itself is left as it is


def test_odd_P_is_compared_with_its_sign():
    r = simulate(network, load=0.1, T=0.3, N=40, samples=4, sweeps=100, seed=1)
    mirror = replace(r, series=replace(r.series, m=-r.series.m))
    row = compare(solve(network, 0.1, 0.3), mirror).rows[0]
    assert row.simulation < -0.9
    assert row.z < -4.0  # four samples: more than 1000 errors, by Student's law
    assert (row.simulation - row.theory) / row.simulation.error < -1000.0


@unequilibrated
def test_given_patterns_are_noted_because_the_theory_is_of_random_ones():
    s = solve(network, network.load(40, 20), 0.3)
    drawn = simulate(network, load=s.load, T=0.3, N=20, samples=4, sweeps=60, seed=1)
    given = simulate(network, patterns=draw_patterns(40, 20, seed=1), T=0.3, sweeps=60, seed=1)
    assert compare(s, drawn).note == ""
    assert "given" not in compare(s, drawn).table()
    c = compare(s, [drawn, given])
    assert c.note.startswith("the patterns of N=20 were given, not drawn")
    assert c.table().splitlines().count(f"note: {c.note}") == 1
    assert c.table().count("given") == 1  # one note, not one for the run and one for its rows
    assert repr(compare(s, given)).count("given") == 1
    assert all(math.isnan(row.z) and row.reason for row in c.rows[1::2])
    assert c.note in repr(c)
    assert len(c.rows) == 2 * len(compare(s, given).rows)  # it is compared all the same


def test_constant_runs_are_named():
    r = simulate(network, load=0.05, T=0.0, N=40, samples=2, sweeps=60, seed=1)
    c = compare(solve(network, 0.05, 0.0), r)
    row = c.rows[0]
    assert row.simulation.bound
    assert math.isnan(row.z)
    assert "a bound" in row.reason
    assert "inf" not in c.table()


def test_runs_that_share_patterns_are_not_two_measurements():
    s, beyond = solve(network, 0.1, 0.3), solve(network, 0.9, 0.3, strict=False)
    a, b = runs(network, 0.1, 0.3, (30, 40), (3, 3), 100)
    longer, more, other = (
        simulate(network, load=0.1, T=0.3, N=30, samples=S, sweeps=sweeps, seed=seed)
        for S, sweeps, seed in ((3, 150, 11), (5, 100, 11), (3, 100, 12))
    )
    for twice in ([a, a, b], [a, b, longer], [more, b, a]):
        with pytest.raises(InputError, match="two of N=30 with seed=11: they are not independent"):
            compare(s, twice)
    with pytest.raises(InputError, match="not independent"):
        Table.of(beyond, [a, a])
    patterns = draw_patterns(40, 20, seed=1)
    given = [simulate(network, patterns=patterns, T=0.3, sweeps=60, seed=seed) for seed in (1, 2)]
    with pytest.raises(InputError, match="N=20 with the same patterns"):
        compare(solve(network, given[0].load, 0.3), given)
    limit = compare(s, [a, other, b]).extrapolated[2]
    assert (limit.observable, limit.sizes) == ("energy", (30, 30, 40))  # another seed: patterns of its own
    assert limit.simulation.error < compare(s, [a, b]).extrapolated[2].simulation.error


def test_refusals():
    r = simulate(network, load=0.1, T=0.3, N=20, sweeps=60, seed=1)
    s = solve(network, 0.1, 0.3)
    with pytest.raises(InputError, match="one state point"):
        compare(solve(network, 0.1, 0.4), r)
    with pytest.raises(InputError, match="one state point"):
        compare(solve(network, 0.2, 0.3), r)
    with pytest.raises(InputError, match="of one network"):
        compare(solve(DenseHebbian(4), 0.1, 0.3), r)
    with pytest.raises(InputError, match="converged"):
        compare(solve(network, 5.0, 0.3, strict=False), r)
    with pytest.raises(InputError, match="non-empty"):
        compare(s, [])
    with pytest.raises(InputError, match="Samples"):
        compare(s, [1])


def test_worst_prefers_usable_rows():
    bad = simulate(network, load=0.4, T=0.5, N=40, samples=3, sweeps=200, seed=1)
    with pytest.warns(EquilibrationWarning, match=f"N=40 {bad.status.name}"):
        c = compare(solve(network, 0.4, 0.5), bad)
    assert not bad.status.ok
    assert bad.escaped.any()
    assert c.worst.status is bad.status  # nothing usable: says so, hides nothing
    assert "the chains were at patterns" in c.worst.reason


def test_runs_that_are_not_equilibrated_are_warned_of_once_with_the_remedy(recwarn):
    s = solve(network, 0.1, 0.3)
    good, long, short, shorter = (
        simulate(network, load=0.1, T=0.3, N=N, samples=4, sweeps=sweeps, seed=sweeps + 3)
        for N, sweeps in ((60, 200), (80, 200), (60, 20), (80, 20))
    )
    compare(s, [good, long])
    assert not recwarn.list  # the twin: nothing to say of runs that are equilibrated
    with pytest.warns(EquilibrationWarning) as caught:
        c = compare(s, [good, short, shorter])
    assert len(caught) == 1
    text = str(caught[0].message)
    assert "N=60, 80 SHORT_CHAIN (" in text
    assert text.endswith("raise sweeps).")
    assert caught[0].filename == __file__
    assert [row.status.name for row in c.rows[:3]] == ["STEADY", "SHORT_CHAIN", "SHORT_CHAIN"]
    drifting = replace(good, series=replace(good.series, energy=good.series.energy + np.linspace(0.0, 0.1, 200)))
    with pytest.warns(EquilibrationWarning, match="N=60 NOT_EQUILIBRATED .*raise burn_in and sweeps"):
        compare(s, drifting)
