"""Replica exchange over perturbations at one temperature (M.18): its measures, its bits, its files, and what is refused."""

import math
from itertools import pairwise

import numpy as np
import pytest
from resuming import bits

import glassy
from glassy import DenseHebbian, Glauber, InputError, Perturbation, ReplicaExchange, draw_patterns, enumerate_states, simulate
from glassy.simulation.kernels import perturbed

FIELDS = (0.0, 0.4, 0.9, 2.0)
RUNGS = [Perturbation(along=h, pattern_energies={0: 0.5}) for h in FIELDS]


def ladder(P=3, rungs=RUNGS, **options):
    given = {"load": 0.4, "T": 0.6, "N": 10, "seed": 5, "sweeps": 60, "samples": 1, "threads": 1, "method": ReplicaExchange()}
    return simulate(DenseHebbian(P), perturbation=rungs, **{**given, **options})


def off(r, found):
    """Distances of m, energy and q^2 of every rung from those of all states with `found` added, in thermal errors."""
    patterns, rows = draw_patterns(r[0].K, r[0].N, seed=5), []
    for rung, added in zip(r, found, strict=True):
        exact = enumerate_states(rung.network, patterns=patterns, T=rung.T, perturbation=added)
        pairs = ((getattr(rung, name), getattr(exact, name)) for name in ("m", "energy", "q2"))
        rows.append(max(abs(e - value) / e.thermal for e, value in pairs))
    return np.array(rows)


@pytest.mark.parametrize(("P", "dynamics"), [(3, Glauber("sequential")), (4, ReplicaExchange().dynamics)])
def test_M18_every_rung_keeps_its_boltzmann_measure(P, dynamics):
    r = ladder(P, sweeps=2000, method=ReplicaExchange(dynamics))
    assert np.all(off(r, RUNGS) < 4.0)
    assert np.all(off(r, RUNGS[1:] + RUNGS[:1]) > 4.0)  # the twin: the fields of other rungs


def test_any_perturbations_are_rungs():
    """Fields on every spin, the weight of the pattern, a table of another pattern: the exchange asks the whole energy."""
    table = np.linspace(-1.0, 1.0, 11).tolist()
    rungs = [
        Perturbation(), Perturbation(field=np.linspace(-0.5, 0.5, 10)), Perturbation(pattern_energies={0: 1.3}),
        Perturbation(field=0.1, pattern_energies={1: table, 2: 0.5}, along=-0.1),
    ]  # fmt: skip
    r = ladder(rungs=rungs, sweeps=2500)
    assert np.all(off(r, rungs) < 4.0)
    assert min(float(a) for a in r.exchange.acceptance) > 0.05


def test_a_wrong_exchange_is_seen(monkeypatch):
    """The twin of the acceptance: exchanges that ask for half of what they change."""
    right = perturbed.added_energies
    monkeypatch.setattr(perturbed, "added_energies", lambda *given: right(*given) // 2)
    monkeypatch.setattr("glassy.simulation.kernels.chains.Chain.wear", wear_exactly)
    assert np.max(off(ladder(sweeps=2000), RUNGS)) > 4.0


def wear_exactly(chain, extras, _):
    chain.energy += extras.energy(chain.sigma) - chain.extras.energy(chain.sigma)
    chain.extras = extras


def test_kernels_threads_and_files_make_no_difference(tmp_path):
    one, *others = (
        ladder(samples=2, N=20, T=0.3, kernel=kernel, threads=threads, out=tmp_path / f"{kernel}{threads}")
        for kernel, threads in (("patterns", 1), ("auto", 3), ("tensor", 1))
    )
    again = ladder(samples=2, N=20, T=0.3, kernel="tensor", out=tmp_path / "tensor1")
    kept = glassy.load(one.save(tmp_path / "kept"))
    for other in (*others, again, kept):
        assert np.array_equal(other.exchange.swaps, one.exchange.swaps)
        for a, b in zip(one, other, strict=True):
            assert bits(a.series) == bits(b.series)
    assert [p.perturbation for p in kept] == RUNGS
    with pytest.raises(InputError, match="differs in"):
        ladder(samples=2, N=20, T=0.3, rungs=RUNGS[::-1], out=tmp_path / "patterns1")


def test_running_energies_are_exact():
    r = ladder(N=20, samples=2)
    for rung, h in zip(r, FIELDS, strict=True):
        for s in range(2):
            xi = draw_patterns(rung.K, 20, seed=5, sample=s).astype(int)
            for replica in range(2):
                M = xi @ rung.series.spins[s, replica]
                F = [float(x) for x in rung.network.energy_table(20).energies]
                each = [F[(20 - v) // 2] for v in M]
                energy = (sum(each) - 0.5 * each[0] - h * M[0]) / 20
                assert rung.series.energy[s, replica, -1] == pytest.approx(energy, abs=1e-9)
            own = sum(F[(20 - v) // 2] for v in (xi @ xi[0])[1:]) / 20 + 0.5 * F[0] / 20 - h
            assert rung.series.pattern_energy[s] == pytest.approx(own, abs=1e-9)


def test_what_the_exchange_did_says_its_fields():
    r = ladder()
    rows = list(r.exchange.records())
    assert [(row["perturbation"], row["perturbation_next"]) for row in rows] == list(pairwise(RUNGS))
    assert "4 rungs at T=0.6" in repr(r.exchange)
    last = list(r.records())
    assert last[-1]["exchange_acceptance"] is None
    assert last[0]["exchange_acceptance"] == r.exchange.acceptance[0]
    assert [label.get_text() for label in glassy.plots.exchange(r)[0].get_xticklabels()] == ["0", "0.4", "0.9", "2"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"method": glassy.Metropolis()}, "give method=glassy.ReplicaExchange"),
        ({"rungs": RUNGS[:1]}, "at least two different"),
        ({"rungs": [RUNGS[0], RUNGS[0]]}, "at least two different"),
        ({"rungs": [RUNGS[0], 0.3]}, "must be a glassy.Perturbation"),
        ({"rungs": 0.3}, "must be a glassy.Perturbation"),
        ({"T": [0.3, 0.4]}, "one finite temperature"),
        ({"T": math.inf}, "one finite temperature"),
        ({"T": 0.0}, "one finite temperature"),
        ({"kernel": "wide"}, "64-bit integers"),
        ({"rungs": [RUNGS[0], Perturbation(along=1e30)]}, "64-bit integers"),
        ({"rungs": [RUNGS[0], Perturbation(pattern_energies={99: 0.0})]}, "must name patterns"),
    ],
)
def test_refusals(change, message):
    with pytest.raises(InputError, match=message):
        ladder(**change)


def test_refusals_elsewhere():
    with pytest.raises(InputError, match="sum over their patterns"):
        simulate(
            glassy.SpinGlass({3: 1.0}), 1.0, 0.5, 12, seed=1, method=ReplicaExchange(),
            perturbation=[Perturbation(field=h) for h in (0.0, 0.1)],
        )  # fmt: skip
    along = Perturbation(along=0.1)
    for call in (
        lambda: simulate(glassy.SpinGlass({3: 1.0}), 1.0, 0.5, 12, seed=1, perturbation=along),
        lambda: glassy.message_passing(DenseHebbian(3), 0.1, 0.3, 30, seed=1, perturbation=along),
        lambda: enumerate_states(glassy.SpinGlass({3: 1.0}), 1.0, 0.5, 8, seed=1, perturbation=along),
    ):
        with pytest.raises(InputError, match="along must be left out"):
            call()
    with pytest.raises(InputError, match="along must be"):
        Perturbation(along=math.nan)
    with pytest.raises(InputError, match="must be a glassy.Perturbation"):
        glassy.Ensemble(DenseHebbian(3), 0.1, 20, 0.5, seed=1, method=ReplicaExchange(), perturbation=RUNGS)
