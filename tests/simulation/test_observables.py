"""One table of observables: what it says is what runs, ledgers and comparisons use, and a row is all that a new one needs."""

import numpy as np
import pytest

import glassy
from glassy import DenseHebbian, InputError, simulate
from glassy.evidence.confront import predicted
from glassy.simulation.keep import averages
from glassy.simulation.observables import OBSERVABLES, Observable, names

POINT = {"load": 0.2, "T": 0.5, "N": 20, "samples": 3, "sweeps": 60, "seed": 3}


def test_every_observable_is_a_property_of_samples_and_its_mean():
    r = simulate(DenseHebbian(3).trained(2, 0.9), **POINT)
    for name, observable in OBSERVABLES.items():
        assert getattr(r, name) == r.mean(name)
        assert float(r.mean(name)) == pytest.approx(observable.series(r.series).mean())
        assert observable.symbol


def test_one_replica_has_no_pairs():
    r = simulate(DenseHebbian(3), **POINT, replicas=1)
    assert set(r.series_of) == {name for name, o in OBSERVABLES.items() if not o.pairs and not o.examples}
    with pytest.raises(InputError, match="replicas=2"):
        r.mean("q2")
    with pytest.raises(InputError, match="observable must be one of"):
        r.mean("magnetisation")


def test_a_row_is_all_that_a_new_observable_needs(monkeypatch, tmp_path):
    """m^2 in runs, in the ledgers of an ensemble, and against theory."""
    monkeypatch.setitem(OBSERVABLES, "m2", Observable(lambda s: s.m**2, "$m^2$", lambda t: t.m**2, flip=4.0))
    r = simulate(DenseHebbian(3), **POINT)
    assert float(r.mean("m2")) == pytest.approx(float((r.series.m**2).mean()))
    assert "m2" in names(2, kept=True)
    monkeypatch.setattr(averages, "SINGLE", names(1, kept=True))
    ensemble = glassy.Ensemble(DenseHebbian(3), 0.2, 20, 0.5, samples=3, sweeps=60, seed=3)
    kept = ensemble.run(tmp_path, "threads")
    assert kept.values("m2").item() == pytest.approx(float(r.mean("m2")), rel=1e-14)
    s = glassy.solve(DenseHebbian(3), 0.2, 0.5)
    assert predicted("m2", s) == s.m**2
    assert np.isfinite(kept.errors("m2").item())


def test_theory_that_does_not_speak_says_so():
    s = glassy.solve(DenseHebbian(3), 0.2, 0.5)
    assert predicted("energy_excess", s) == pytest.approx(s.energy + 0.5)
    with pytest.raises(InputError, match="theory says nothing of 'acceptance'"):
        predicted("acceptance", s)


def test_a_new_observable_shifts_no_older_result(monkeypatch, tmp_path):
    ensemble = glassy.Ensemble(DenseHebbian(3), 0.2, 20, 0.5, samples=3, sweeps=60, seed=3)
    before = ensemble.run(tmp_path / "run", "threads")
    glassy.save(before, tmp_path / "result")
    monkeypatch.setitem(OBSERVABLES, "m2", Observable(lambda s: s.m**2, "$m^2$"))
    after = glassy.load(tmp_path / "result")
    assert [(row.observable, row.estimate) for row in after.rows] == [(row.observable, row.estimate) for row in before.rows]
    assert after.values("q") == before.values("q")
    with pytest.raises(InputError, match="observable must be one of"):
        after.values("m2")
