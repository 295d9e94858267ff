"""Kept: by its definition, from the series; what is no run is refused."""

import math

import pytest

from glassy import DenseHebbian, InputError, Kept, Lines, Measured, Quench, Remark, simulate

NETWORK = DenseHebbian(3)
RUN = simulate(NETWORK, load=0.3, T=0.0, N=60, samples=6, sweeps=20, burn_in=4, seed=3, method=Quench(), start_overlap=0.6)


def test_what_is_kept_is_that_of_the_series():
    kept, m = Kept(RUN, above=0.8, last=5), RUN.series.m[..., 15:].mean(axis=-1)
    assert 0.0 < kept.share < 1.0  # some chains return and others do not
    assert kept.shares.tolist() == (m > 0.8).mean(axis=1).tolist()
    assert float(kept.m) == pytest.approx(m.mean())
    assert kept.share.error == pytest.approx((m > 0.8).mean(axis=1).std(ddof=1) / math.sqrt(6))
    assert Kept(RUN, above=1.0, last=5).share == 0.0


def test_rows_say_what_a_dynamics_has_reached():
    table = Kept(RUN, above=0.8, last=5).table(curve="descent", load=0.3)
    assert table["quantity"].tolist() == ["share kept", "final m"]
    for r in table:
        assert (r.curve, r.load, r.T, r.N, r.sweeps, r.status) == ("descent", 0.3, 0.0, 60, 24, Remark.MEASURED)
        assert not r.usable
        assert not r.hollow


def test_what_is_no_run_or_no_part_of_it_is_refused():
    for wrong in ("a", None, [RUN]):
        with pytest.raises(InputError, match="run must be a Samples"):
            Kept(wrong, above=0.8, last=5)
    for above in (1.5, math.nan, "a", None):
        with pytest.raises(InputError, match="above must"):
            Kept(RUN, above=above, last=5)
    for last in (0, 21, "a", None):
        with pytest.raises(InputError, match="last must"):
            Kept(RUN, above=0.8, last=last)


def test_a_row_in_other_units_keeps_its_z():
    row = Measured(quantity="-beta f", load=0.1, T=0.5, N=100, theory=2.0, simulation=1.0, error=0.5, thermal=0.4)
    row = row.beside(2.0)
    f = row.scaled(-0.5, 1.0, quantity="f")
    assert (f.quantity, f.simulation, f.theory, f.error, f.thermal, f.z) == ("f", 0.5, 0.0, 0.25, 0.2, -row.z)
    assert math.isnan(row.beside(math.nan).scaled(2.0).z)


def test_lines_are_read_as_they_were_written(tmp_path):
    lines = Lines([{"ansatz": "RS", "load": 0.1 + 0.2, "m": math.nan}, {"ansatz": "RSB(1)", "load": 2.0, "m": 1.0}])
    lines.csv(tmp_path / "lines.csv")
    again = Lines.read_csv(tmp_path / "lines.csv")
    assert again["load"].tolist() == lines["load"].tolist()
    assert again.where(m=math.isfinite) == lines[1:]
    assert math.isnan(again[0]["m"])
    Lines().csv(tmp_path / "none.csv")
    assert Lines.read_csv(tmp_path / "none.csv") == []
