"""The claims of results/spin_glass and of coexistence, which rests on it, re-checked from the committed data."""

import numpy as np
import pytest
from committed import as_run, checked, of_one_code, tables

from glassy import RS, RSB, DenseHebbian, GlassTheory, Remark, Status, solve, spin_glass_temperatures
from glassy.evidence.glass import HOT
from sims import _forms, _sim, coexistence, spin_glass

CASES = {name: as_run("spin_glass", case) for name, case in spin_glass.CASES.items()}
each = pytest.mark.parametrize("case", CASES.values(), ids=CASES)


def data_of(case):
    return _sim.results("spin_glass", case.name)["data"]


@each
def test_spin_glass_is_complete_and_its_verdict_that_of_the_data(case):
    data = tables("spin_glass", spin_glass, case)["data"]
    temperatures = [t * case.unit for t in spin_glass.REDUCED[:-1]]
    for N in case.sizes:
        for quantity in ("energy", "specific heat", "-beta f", "<q^2>", "p of two starts"):
            assert data.where(N=N, quantity=quantity)["T"].tolist() == pytest.approx(temperatures)
    ends = data.ends.usable.where(quantity="energy").rows
    for r in ends[7::7]:  # full RSB takes seconds; the coldest is solved again for coexistence
        assert r.theory == pytest.approx(case.says(r.T)["energy"], abs=1e-6)


def test_limits_are_those_of_the_committed_sizes():
    """P3, where theory is fast: drawn again from the finite sizes alone they are the committed ones."""
    data = data_of(spin_glass.CASES["P3"])
    again = spin_glass.CASES["P3"].limits(data.finite)
    for column in ("simulation", "error", "theory"):
        np.testing.assert_allclose(again[column], data.ends[column], rtol=1e-9, atol=1e-12)


@each
def test_claim_spin_glass_is_equilibrated(case):
    """Every ladder point by its series, and by runs from random spins and from the pattern that agree."""
    proof = data_of(case).where(quantity="p of two starts")
    bad = [r for r in proof if r.status not in (Status.EQUILIBRATED, Remark.AT_A_PATTERN)]
    assert len(bad) <= 0.25 * len(proof)
    assert min(r.simulation for r in proof if r.status is Status.EQUILIBRATED) > 6e-5


@each
def test_claim_spin_glass_free_energy_and_energy_are_those_of_RSB(case):
    good = checked(data_of(case)).where(quantity=lambda name: name in ("-beta f", "energy"))
    assert len(good) >= 24
    assert max(abs(good["z"])) <= 4.0


@each
def test_claim_spin_glass_is_annealed_far_above_T_c(case):
    """F.1 without a fit: energies and -beta f of N spins, from T = 1.9 T_c on."""
    hot = data_of(case).finite.where(T=lambda T: T >= HOT * case.T_c, quantity=lambda q: q in ("energy", "-beta f"))
    assert len(hot) >= 18
    assert sum(r.agrees for r in hot) >= 0.95 * len(hot)


@pytest.mark.parametrize("name", ["P3", "P4"])
def test_claim_spin_glass_is_not_RS(name):
    """RS keeps the paramagnet or has a glass of its own: both have energies that lie far too low."""
    case = spin_glass.CASES[name]
    theory = GlassTheory(case.network, case.load, RS())
    cold = checked(data_of(case)).where(quantity="energy", T=lambda T: T < 0.65 * case.T_c)
    assert len(cold) >= 1
    for r in cold:
        assert (r.simulation - theory.says(r.T)["energy"]) / r.error > 3.0


def test_claim_a_continuous_glass_converges_with_N_to_minus_two_thirds():
    """P = 2 far below T_c: N^(-2/3) alone meets full RSB at every temperature, 1/N alone at none."""
    T_c = spin_glass_temperatures(DenseHebbian(2), 1.0).T_c
    alone = data_of(spin_glass.CASES["P2"]).where(quantity="-beta f", status=Remark.ONE_POWER, T=lambda T: T < 0.8 * T_c)
    right, wrong = (alone.where(powers=powers)["z"] for powers in ((2 / 3,), (1.0,)))
    assert len(right) == len(wrong) >= 6
    assert max(abs(right)) < 3.0
    assert min(abs(wrong)) > 5.0


# ---- around T_c, where the jump of the specific heat is rounded ----


@pytest.mark.parametrize("name", ["P3", "P4"])
def test_forms_are_those_of_the_committed_sizes(name):
    case, kept = spin_glass.CASES[name], _sim.results("spin_glass", name)
    again = _forms.forms(case, kept["data"])
    assert [(r["form"], r["quantity"], r["sizes"]) for r in again] == [
        (r["form"], r["quantity"], str(r["sizes"])) for r in kept["forms"]
    ]
    for column in ("T", "limit", "error", "z", "chi2", "p"):
        np.testing.assert_allclose(again[column], kept["forms"][column], rtol=1e-5, atol=1e-8)
    plain, ends = kept["forms"].where(form=_forms.PLAIN), kept["data"].ends
    for r in plain:  # the form of data.csv
        (end,) = ends.where(T=r["T"], quantity=r["quantity"])
        assert (end.simulation, end.error) == pytest.approx((r["limit"], r["error"]), rel=1e-9)


def test_claim_no_integer_powers_follow_the_specific_heat_at_T_c():
    """P = 3, 1.3 % above T_c: N^-1 and N^-2 miss it by far, and a form comes near by its error alone: the sizes hardly move."""
    case, kept = spin_glass.CASES["P3"], _sim.results("spin_glass", "P3")
    next_to = min(T for T in kept["data"].finite["T"] if T > case.T_c)
    at = kept["forms"].where(T=next_to, quantity="specific heat")
    assert len(at) == len(_forms.FORMS)
    assert max(at.where(form=lambda f: f in ("N^-1", _forms.PLAIN))["z"]) < -8.0
    assert all(r["z"] < -4.0 or r["error"] > 0.1 for r in at)
    measured = kept["data"].finite.usable.where(T=next_to, quantity="specific heat")
    jump = measured.rows[0].theory - case.says(0.999 * case.T_c)["specific heat"]
    assert np.ptp(measured["simulation"]) < 0.05 * jump


def test_claim_the_jump_is_rounded_in_a_power_of_N_far_below_one_half():
    found = [_sim.results("spin_glass", name)["forms"].where(form=_forms.ROUNDING) for name in ("P3", "P4")]
    for (r,) in found:
        assert r["p"] > 1e-3
        assert 0.2 < r["limit"] < 0.4
        assert r["limit"] + 4.0 * r["error"] < 0.5


@pytest.mark.parametrize(("name", "weights"), [("P3", ((-0.35, 0.35), (0.35, 0.7), (0.7, 1.1)))])
def test_claim_spin_glass_has_two_peaks_below_T_c(name, weights):
    """P = 3: weight at q_1 grows and weight at 0 falls with falling T; nothing between keeps up with either."""
    weight = {}
    for t in spin_glass.HIST_T:
        at = _sim.results("spin_glass", name)["histograms"].where(N=96.0, reduced=t)
        step = at["q"][1] - at["q"][0]
        weight[t] = [step * sum(r["density"] for r in at if low < r["q"] <= high) for low, high in weights]
    cold, middle, hot = (weight[t] for t in spin_glass.HIST_T)
    assert cold[2] > middle[2] > hot[2]
    assert cold[0] < middle[0] < hot[0]
    assert cold[1] < 0.5 * min(cold[0], cold[2])


# ---- coexistence ----


@pytest.mark.parametrize("name", coexistence.CASES)
def test_claim_coexistence_is_where_theory_says(name):
    case = coexistence.CASES[name]
    data, phase = tables("coexistence", coexistence, case)["data"], case.retrieval
    (r,) = data.where(quantity="load of coexistence")
    glass = solve(phase.network, r.load, r.T, "spin_glass", case.glass.ansatz)
    retrieval = solve(phase.network, r.load, r.T, "retrieval", RSB(1))
    assert glass.free_energy == pytest.approx(retrieval.free_energy, abs=1e-6)
    assert abs(r.simulation - r.theory) < min(4.0 * r.error, 0.25 * r.theory)
    ends = data.ends.where(curve="retrieval")
    assert len(ends) >= 2
    assert max(abs(checked(ends)["z"])) <= 4.0
    for x in ends:
        s = solve(phase.network, x.load, x.T, "retrieval", RSB(1), strict=False)
        assert x.theory == pytest.approx(s.free_energy, abs=1e-5)


@pytest.mark.parametrize("name", coexistence.CASES)
def test_coexistence_is_that_of_the_committed_free_energies(name, tmp_path):
    """Measured again from results/beyond_rs and results/spin_glass it gives the committed numbers."""
    of_one_code(*(f"{claim}/{name}" for claim in ("beyond_rs", "spin_glass", "coexistence")))
    case, data = coexistence.CASES[name], _sim.results("coexistence", name)["data"]
    again = coexistence.measure(case, _sim.Sampling("", tmp_path))["data"]
    for column in ("N", "theory", "simulation", "error", "z"):
        np.testing.assert_allclose(again[column], data[column], rtol=1e-6, atol=1e-7)
