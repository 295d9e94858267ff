"""Table of evidence: limits, what judges, verdicts in numbers, and a file that gives back every bit."""

import math
from dataclasses import replace

import numpy as np
import pytest

from glassy import DenseHebbian, Estimate, InputError, Measured, Remark, Status, Table, simulate, solve
from glassy.analysis.extrapolate import exponent


def row(z=1.0, N=math.inf, **columns):
    base = Measured(quantity="m", load=0.1, T=0.3, N=N, theory=0.9, simulation=0.9 + 0.01 * z, error=0.01, z=z)
    return replace(base, **columns)


def test_verdict_counts_every_value_that_does_not_agree():
    good = [row(3.9), row(-4.0, quantity="q"), row(0.1, quantity="energy")]
    verdict = Table(good).verdict()
    assert (verdict.counted, verdict.inside, verdict.worst) == (3, 3, good[1])
    assert verdict.rms == pytest.approx(math.sqrt((3.9**2 + 16 + 0.01) / 3))
    for z in (4.01, -7.5, math.inf, math.nan):
        verdict = Table([*good, row(z, T=0.5)]).verdict()
        assert (verdict.counted, verdict.inside, verdict.worst.T) == (4, 3, 0.5)
    verdict = Table([*good, row(50.0, status=Status.LEFT_PHASE)]).verdict()
    assert (verdict.counted, verdict.inside, verdict.kept) == (3, 3, 1)
    assert Table().verdict().worst is None
    assert len(str(verdict)) < 200


def test_limits_judge_where_there_are_any():
    finite = [row(9.0, N=100), row(2.0, N=200)]
    assert Table(finite).judged().rows == tuple(finite)
    assert Table([*finite, row()]).judged()["N"].tolist() == [math.inf]
    assert not Table([row(status=remark) for remark in Remark]).judged().rows


@pytest.mark.parametrize("powers", [(1.0,), (2 / 3, 1.0), ("ln(N)/N",), ("ln(N)/N^0.5", 1.0)])
def test_limits_are_those_of_simulation_minus_theory(powers):
    """Each size has a theory of its own, the limit that of infinite N; sizes that do not count are left out."""
    p = exponent(powers[0])
    by = {True: lambda N: math.log(N) * N**-p, False: lambda N: N**-p}[isinstance(powers[0], str)]
    rows = [
        row(N=N, theory=0.5 + 1 / N, simulation=0.7 + 1 / N + 3.0 * by(N), error=0.01 / N, K=N, samples=9)
        for N in (50, 100, 200)
    ]
    (end,) = Table([*rows, row(N=400, status=Remark.RARE)]).limits(powers, {"m": 0.6})
    assert (end.N, end.theory, end.sizes, end.powers, end.status) == (math.inf, 0.6, (50, 100, 200), powers, Status.STEADY)
    assert end.simulation == pytest.approx(0.8, abs=1e-9)
    assert end.z == pytest.approx(0.2 / end.error)
    assert not Table(rows[:1]).limits(powers).rows
    (two,) = Table(rows[:2]).limits(powers)
    assert two.powers == powers[:1]


def test_a_file_gives_back_every_bit(tmp_path):
    rng = np.random.default_rng(1)
    rows = [
        row(float(z), N=float(N), curve="a, b", ansatz="RSB(1)", theory=float(x), K=K, sweeps=K, samples=1, sizes=(3, 40),
            powers=(2 / 3, 1.0), chi2=float(x), dof=1, status=status, t=float(x) if K else math.nan, error=0.0, bound=K > 1,
            error_dof=7.5 if K else math.inf)
        for z, x, N, K, status in zip(rng.normal(size=4), rng.normal(size=4) * 1e-9, (1, 64, 1e6, math.inf), (0, 1, 2, 10**9),
                                      (Status.STEADY, Remark.AT_WALL, Remark.ONE_POWER, Status.LEFT_PHASE), strict=True)
    ]  # fmt: skip
    Table(rows).csv(tmp_path / "data.csv")
    again = Table.read_csv(tmp_path / "data.csv")
    assert repr(again.rows) == repr(tuple(rows))
    assert "network" not in (tmp_path / "data.csv").read_text()
    (tmp_path / "other.csv").write_text("m,n\n1,2\n")
    with pytest.raises(InputError, match="must be a table of evidence, but has the columns"):
        Table.read_csv(tmp_path / "other.csv")


def test_the_form_of_a_limit_is_said_and_kept(tmp_path):
    forms = {(1.0, 2.0): "N^-1,-2", (2 / 3,): "N^-0.666667", ("ln(N)/N",): "ln(N)/N", (1.0, "ln(N)/N^0.5"): "N^-1,ln(N)/N^0.5"}
    table = Table([row(powers=powers, sizes=(20, 30), chi2=2.0, dof=2) for powers in forms])
    again = Table.read_csv(table.csv(tmp_path / "data.csv"))
    assert again.rows == table.rows
    assert [r["powers"] for r in table.records()][2:] == ["ln(N)/N", "1 ln(N)/N^0.5"]
    assert [line.rpartition("N=20 30, ")[2] for line in table.text().splitlines()[1:]] == list(forms.values())
    assert [r.p for r in again] == pytest.approx([math.exp(-1.0)] * 4)
    assert math.isnan(row().p)


def test_rows_of_runs_are_those_of_compare_and_stand_alone_beyond_the_spinodal(recwarn):
    network = DenseHebbian(3)
    for load in (0.1, 0.9):
        runs = [simulate(network, load, 0.3, N, samples=3, sweeps=60, seed=1) for N in (20, 30)]
        table = Table.of(solve(network, load, 0.3, strict=False), runs, curve="here", load=load)
        assert set(table["curve"]) == {"here"}
        assert table.sizes == [20, 30]
        assert [r.simulation for r in table.finite.where(quantity="m")] == [float(r.m) for r in runs]
        assert table.finite.where(quantity="m")["K"].tolist() == [r.K for r in runs]
    assert np.isnan(table["theory"]).all()
    assert not recwarn.list


def test_rows_of_estimates_have_students_law_in_them():
    r = Measured.of(Estimate(1.0, 0.1, dof=3.0, samples=4), 0.5, quantity="m", load=0.1, T=0.3, N=10)
    assert r.z == Estimate(1.0, 0.1, dof=3.0).z(0.5) < 5.0
    assert math.isnan(Measured.of(Estimate(1.0, 0.1), quantity="m", load=0.1, T=0.3, N=10).z)


def test_a_row_knows_what_its_estimate_knows_of_the_error():
    where = {"quantity": "m", "load": 0.1, "T": 0.3, "N": 100}
    few = Measured.of(Estimate(3.0, 1.0, samples=2, dof=1), 0.0, **where)
    assert few.z == few.beside(0.0).z == few.scaled(1.0).z == few.value.z(0.0) < 1.3
    assert few.scaled(-2.0, 1.0).z == -few.z
    still = Measured.of(Estimate(1.0, 1e-4, bound=True), 0.99, **where)
    assert all(math.isnan(r.z) for r in (still, still.beside(0.99), still.scaled(2.0)))
    assert "1.0(<0.0001)" in Table([still]).text()
    assert (still.to_dict()["bound"], few.to_dict()["error_dof"]) == (True, 1.0)


@pytest.mark.parametrize("samples", [1, 3])
@pytest.mark.parametrize("T", [0.0, 0.3])
def test_limits_of_rows_of_runs_are_those_of_compare(samples, T):
    """Few samples, bounds, single samples: what compare refuses makes no limit, and z has the same law."""
    network = DenseHebbian(3)
    runs = [simulate(network, 0.1, T, N, samples=samples, sweeps=100, seed=3) for N in (30, 40, 60)]
    table = Table.of(solve(network, 0.1, T), runs)
    there, here = table.ends, table.finite.limits()
    assert here["quantity"].tolist() == there["quantity"].tolist()
    assert len(here) == (0 if samples == 1 else 1 if T == 0.0 else 4)
    for name in ("z", "error", "error_dof"):
        np.testing.assert_allclose(here[name], there[name], rtol=1e-6)
    (common,) = table.where(quantity="energy").finite.limits(common={"energy": 1e-3}) if len(here) else [None]
    if common:
        (alone,) = here.where(quantity="energy")
        assert common.z == pytest.approx(alone.value.z(alone.theory, error=1e-3))


def test_two_runs_of_one_size_keep_their_own_columns():
    network = DenseHebbian(3)
    runs = [simulate(network, 0.1, 0.3, 30, samples=3, sweeps=sweeps, seed=sweeps) for sweeps in (100, 150)]
    table = Table.of(solve(network, 0.1, 0.3), runs).where(quantity="m")
    assert table["sweeps"].tolist() == [100, 150]
    assert table["simulation"].tolist() == [float(r.m) for r in runs]


def test_text_shows_what_judges_and_what_is_kept():
    text = Table([row(N=100, quantity="raw"), row(), row(quantity="q", status=Status.LEFT_PHASE)]).text()
    assert "raw" not in text
    assert "LEFT_PHASE" in text
    assert "raw" in Table([row(N=100, quantity="raw", theory=math.nan, z=math.nan)]).text()
