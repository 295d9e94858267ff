"""Averages of an ensemble equal those of its samples, also of an unfinished one."""

import dataclasses

import numpy as np
import pytest
from ensembles import rows, small

import glassy
from glassy import DenseHebbian, simulate
from glassy.simulation.drive import work
from glassy.simulation.keep.averages import observables
from glassy.simulation.sampler import checkpoint

network = DenseHebbian(3)


def test_an_ensemble_claims_what_its_samples_claim(tmp_path):
    options = {"samples": 4, "seed": 7, "sweeps": 400, "start": "both"}
    T = (0.1, 0.3, 1.5)
    found = glassy.Ensemble(network, 0.1, 20, T, **options).run(tmp_path, executor="threads")
    assert len({row.status for row in found.rows}) > 1
    for t in T:
        r, rows = simulate(network, 0.1, t, 20, **options), [row for row in found.rows if t == row.T]
        assert {row.status for row in rows} == {r.status} == {found.samples(T=t).status}
        assert found.samples(T=t).phase == r.phase
        for row in rows:
            e = getattr(r, row.observable)
            assert (row.estimate.bound, row.estimate.dof, row.estimate.thermal_dof) == (e.bound, e.dof, e.thermal_dof)
            assert row.estimate.error == pytest.approx(e.error, rel=1e-9)


@pytest.mark.parametrize(
    "changes",
    [{}, {"replicas": 1}, {"replicas": 3, "samples": 2}, {"samples": 1}, {"sweeps": 700, "start": "random"}],
    ids=str,
)
def test_averages_equal_those_of_the_samples(changes, tmp_path):
    e = small(**changes)
    r = e.run(tmp_path, "threads")
    for i, N in enumerate(e.sizes):
        for j, load in enumerate(e.loads):
            s = r.samples(N=N, load=load)
            for name in observables(e.replicas):
                a = getattr(s, name)
                (b,) = [x.estimate for x in r.rows if (x.N, x.load, x.observable) == (N, s.load, name)]
                assert (a.value, a.samples) == (b.value, b.samples)
                assert r.values(name)[0, i, j, 0] == a.value
                assert r.errors(name)[0, i, j, 0] == b.error
                for word in ("error", "thermal", "disorder", "tau_int"):
                    x, y = getattr(a, word), getattr(b, word)
                    assert (x is None) == (y is None)
                    assert x is None or y == pytest.approx(x, rel=1e-10, abs=1e-9 * a.error)
                assert s.status is next(x.status for x in r.rows if (x.N, x.load) == (N, s.load))


def test_unfinished_ensembles_are_read(tmp_path):
    e = small()
    e.run(tmp_path, "threads", part=(0, 4))
    r = e.read(tmp_path)
    assert r.samples_done.sum() == 6
    assert repr(r).endswith("6 of 24 samples finished)")
    larger = small(samples=9).read(tmp_path)
    assert larger.rows[0].asked == 9
    assert np.isnan(small(samples=(6, 6)).read(tmp_path).values("m")).sum() == int((r.samples_done == 0).sum())
    back = glassy.load(r.save(tmp_path / "r"))
    assert rows(back) == rows(r)
    text = r.csv(tmp_path / "r.csv").read_text().splitlines()
    assert len(text) == 1 + len(r.rows)
    cells = dict(zip(text[0].split(","), text[1].split(","), strict=True))
    assert float(cells["value"]) == r.rows[0].estimate.value
    assert "6" not in cells["samples"]
    assert len(r.table().splitlines()) == 1 + len(r.rows)


@pytest.mark.parametrize(
    ("changes", "word", "shown"),
    [({"temperatures": 0.05}, "bound", "(<"), ({"samples": 1, "temperatures": 2.0}, "thermal", " thermal)")],
)
def test_every_table_says_which_errors_are_none(changes, word, shown, tmp_path):
    r = small(loads=0.05, sizes=40, **{"samples": 2, **changes}).run(tmp_path / "e", "threads", progress=False)
    e = r.rows[0].estimate
    assert e.bound if word == "bound" else e.disorder is None
    table = r.to_dataframe()
    assert word in table["remarks"][0]
    assert table["error"][0] == e.error
    assert table["remarks"][0] in r.csv(tmp_path / "r.csv").read_text()
    assert word in r._repr_html_()
    assert word in str(r.to_xarray()["remarks"].values.item())
    assert shown in r.table().splitlines()[1]
    assert r.to_dict()["rows"][0]["estimate"] == e.to_dict()
    series = r.samples().to_xarray()
    assert word in series["m"].attrs["remarks"]
    series.to_netcdf(tmp_path / "x.nc", engine="scipy")
    good = small(temperatures=0.6).run(tmp_path / "g", "threads", progress=False)
    assert "remarks" not in good.samples(N=24, load=0.2).to_xarray()["m"].attrs


def test_an_ensemble_says_which_code_made_its_samples(tmp_path, monkeypatch):
    e, today = small(), glassy.provenance()
    e.run(tmp_path / "e", "threads", part=(0, 2), progress=False)
    for place in (work, checkpoint):
        monkeypatch.setattr(place, "provenance", lambda: dataclasses.replace(today, commit="another"))
    r = e.run(tmp_path / "e", "threads", progress=False)
    assert {*r.made_by().commit.split(" and ")} == {today.commit, "another"}
    assert r.to_dict()["provenance"]["commit"] == r.to_xarray().attrs["commit"] == r.made_by().commit
    assert (r.made_by().numpy, r.to_dataframe().attrs["version"]) == (today.numpy, today.glassy)
    harmed = next((tmp_path / "e").rglob("sample_*.npz"))
    harmed.write_bytes(harmed.read_bytes()[:100])
    assert e.read(tmp_path / "e").made_by() is not None
    (tmp_path / "e").rename(tmp_path / "gone")
    assert glassy.load(r.save(tmp_path / "r")).made_by() is None
