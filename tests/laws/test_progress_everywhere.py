"""`progress` means the same wherever it may be given: a bar that reaches its end, silence, and not one bit of the numbers."""

import inspect

import numpy as np
import pytest
from examples import field_ladder

import glassy
from glassy import RSB, DenseHebbian, Ensemble, FullRSB, ReplicaExchange

NETWORK, PAIRS = DenseHebbian(P=3), DenseHebbian(P=2)
RUN = {"samples": 2, "sweeps": 60, "seed": 1}
T = [0.6, 1.0, 2.0, float("inf")]


def ladder():
    return glassy.simulate(NETWORK, 0.3, T, 14, method=ReplicaExchange(), progress=False, sweeps=400, samples=2, seed=1)


def two_runs():
    return [glassy.simulate(NETWORK, 0.1, 0.3, N, progress=False, **RUN) for N in (30, 40)]


def ensemble(folder, **wish):
    found = Ensemble(NETWORK, 0.1, (16, 20), 0.3, **RUN)
    return found.run(folder, "threads", **wish).values("m").tolist(), glassy.read_ensemble(folder, **wish).rows[0].estimate


def parts(folder, **wish):
    found = Ensemble(NETWORK, 0.1, 16, 0.3, **RUN)
    for i in range(2):
        found.run(folder / "ab"[i], "threads", part=(i, 2), progress=False)
    return glassy.merge_ensembles(folder / "a", folder / "b", folder / "c", **wish).values("m").tolist()


CALLS = {
    "solve": lambda _, **wish: glassy.solve(NETWORK, 1.0, 0.2, "equilibrium", RSB(2), **wish),
    "scan": lambda _, **wish: glassy.scan(NETWORK, np.linspace(0.1, 0.3, 9), 0.2, wins=True, **wish).values("m").tolist(),
    "spinodal": lambda _, **wish: glassy.spinodal(PAIRS, 0.0, FullRSB(4), **wish),
    "coexistence": lambda _, **wish: glassy.coexistence(PAIRS, 0.0, RSB(1), **wish),
    "storage_capacity": lambda _, **wish: glassy.storage_capacity(DenseHebbian(P=4), RSB(1), **wish),
    "complexity": lambda _, **wish: glassy.complexity(NETWORK, 1.0, 0.0, points=5, **wish),
    "phase_diagram": lambda _, **wish: glassy.phase_diagram(NETWORK, tolerance=0.05, **wish).rows(),
    "phases_at": lambda _, **wish: glassy.phases_at(NETWORK, 0.1, 0.2, RSB(1), **wish),
    "examples_needed": lambda _, **wish: glassy.examples_needed(NETWORK, 0.1, 0.2, quality=0.9, **wish),
    "free_energy_of_m": lambda _, **wish: glassy.free_energy_of_m(NETWORK, 0.1, 0.3, **wish),
    "glassiness": lambda _, **wish: glassy.glassiness(NETWORK, 1.0, 0.3, RSB(1), **wish),
    "enumerate_states": lambda _, **wish: glassy.enumerate_states(NETWORK, K=150, T=0.5, N=9, seed=1, **wish),
    "simulate": lambda _, **wish: glassy.simulate(NETWORK, 0.1, 0.3, 30, **RUN, **wish),
    "message_passing": lambda _, **wish: glassy.message_passing(NETWORK, 0.1, 0.3, 30, samples=2, seed=1, **wish),
    "exchange_temperatures": lambda _, **wish: glassy.exchange_temperatures(
        NETWORK, 0.5, 20, lowest=0.5, highest=1.0, count=4, seed=1, sweeps=40, rounds=3, **wish
    ),
    "compare": lambda _, **wish: glassy.compare(glassy.solve(NETWORK, 0.1, 0.3), two_runs(), **wish).rows,
    "read_ensemble": ensemble,
    "merge_ensembles": parts,
    "minus_beta_f": lambda _, **wish: ladder().minus_beta_f(**wish),
    "Ladder.free_energy_of_m": lambda _, **wish: field_ladder().free_energy_of_m(**wish),
    "reweighted": lambda _, **wish: ladder().reweighted([0.7, 0.9], **wish)[0].energy,
}  # fmt: skip


@pytest.mark.filterwarnings("ignore::glassy.EquilibrationWarning")
@pytest.mark.parametrize("name", CALLS)
def test_a_call_shows_its_way_or_nothing_and_its_numbers_are_the_same(name, tmp_path, capfd):
    call = CALLS[name]
    silent = call(tmp_path / "silent", progress=False)
    plain = call(tmp_path / "plain")
    assert capfd.readouterr() == ("", "")
    shown = call(tmp_path / "shown", progress=True)
    lines = [line for line in capfd.readouterr().err.splitlines() if "|" in line]
    assert " 0%|" in lines[0]
    assert "100%|" in lines[-1]
    assert repr(shown) == repr(silent) == repr(plain)


def test_every_function_that_asks_for_progress_is_tried():
    public = {name: getattr(glassy, name) for name in glassy.__all__}
    asks = {name for name, f in public.items() if inspect.isfunction(f) and "progress" in inspect.signature(f).parameters}
    assert asks <= set(CALLS)
    assert all(inspect.signature(public[name]).parameters["progress"].default is None for name in asks)


@pytest.fixture
def moves(monkeypatch):
    """Whatever the open bar is told, in order: (at, total)."""
    seen = []
    shown = glassy.core.progress._Shown
    monkeypatch.setattr(shown, "show", lambda self, at: seen.append((at, self.total)))
    return seen


def test_the_work_of_a_run_adds_up_to_its_terms(moves, capfd):
    r = glassy.simulate(NETWORK, [0.1, 0.2], 0.3, 30, burn_in=20, replicas=3, progress=True, **RUN)
    terms = sum(2 * 3 * (60 + 20) * 30 * point.K for point in r)  # samples, replicas, sweeps, attempts, patterns
    assert moves[-1] == (pytest.approx(terms), terms)
    assert [at for at, _ in moves] == sorted(at for at, _ in moves)
    assert any(0.0 < at < 0.2 * terms for at, _ in moves)  # burn-in moves it


def test_what_is_finished_is_counted_before_the_rest_begins(moves, tmp_path, capfd):
    run = {**RUN, "samples": 4, "progress": True, "out": tmp_path}
    glassy.simulate(NETWORK, 0.1, 0.3, 30, **{**run, "samples": 3})
    terms = moves[-1][1] / 3 * 4
    moves.clear()
    glassy.simulate(NETWORK, 0.1, 0.3, 30, **run)
    assert moves[0] == (pytest.approx(0.75 * terms), pytest.approx(terms))
    assert moves[-1][0] == pytest.approx(terms)


def test_steps_are_those_of_the_ansatz(moves, capfd):
    glassy.solve(PAIRS, 1.0, 0.2, "spin_glass", RSB(3), progress=True)
    assert moves[-1] == (3.0, 3.0)
    assert {1.0, 2.0} <= {at for at, _ in moves}
    moves.clear()
    glassy.exchange_temperatures(NETWORK, 0.5, 20, lowest=0.5, highest=1.0, count=4, seed=1, sweeps=40, rounds=3, progress=True)
    assert moves[-1] == (40 + 50 + 62, 40 + 50 + 62)
    assert max(at for at, _ in moves) <= 152.0 + 1e-9


def test_a_diagram_counts_lines_and_points(capfd):
    glassy.phase_diagram(NETWORK, tolerance=0.05, progress=True)
    last = capfd.readouterr().err.splitlines()[-1]
    assert "points, at work: " in last
    assert "<" not in last  # no estimate where the total is not known
