"""The battery of `benchmarks.honesty` in short: errors and statuses against enumeration, and twins that must fail."""

import math
from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest

from benchmarks.honesty import SETTINGS, States, joined, measure, summary, table, write
from glassy import DenseHebbian, enumerate_states

SEEDS = 60
NAMED = {s.name: s for s in SETTINGS}
CHEAP = [
    "plain P=3 K=10 T=0.3 n=1000 pattern",
    "plain P=3 K=10 T=0.8 n=1000 pattern",
    "plain P=3 K=10 T=1.5 n=400 pattern",
    "plain P=3 K=10 T=0.8 n=1000 random",
    "plain P=3 K=10 T=0.9 n=2000 both",
    "plain P=3 K=10 T=1.5 n=1000 one replica",
    "plain P=3 self K=10 T=0.9 n=2000",
    "plain P=2 K=3 T=1.2 n=1000 both",
    "plain P=4 K=20 T=1.2 n=1000 both",
    "sequential P=3 N=6 K=2 T=1",
    "ladder 4 P=3 N=10 K=40 n=1000",
]


@lru_cache(maxsize=32)
def rows_of(name, seeds=SEEDS):
    setting = NAMED[name]
    if setting.ladder:
        setting, seeds = replace(setting, judged=(0,)), seeds // 2
    return [row for seed in range(1000, 1000 + seeds) for row in measure(setting, seed)]


def observables(rows):
    return [k for k, v in rows[0].items() if isinstance(v, tuple)]


def limit(n):
    """The rms of n normal deviates by errors that are right to 15 %, and four standard errors more."""
    return 1.15 + 4.0 / math.sqrt(2.0 * n)


def complaints(name, rows):
    """Return what is wrong with the rows of a setting."""
    setting, found = NAMED[name], []
    good = [r for r in rows if r["ok"]]
    if good and not setting.allows:
        found.append(f"{len(good)} good runs could not tell")
    if len(good) >= 20:
        line = summary(setting, rows[0]["T"], rows)
        if line["rms"] > limit(len(good)):
            found.append(f"rms {line['rms']:.2f} of {line['rms_of']}")
        if line["error"] > 2.0:
            found.append(f"errors {line['error']:.2f} of the scatter")
    off = sum(any(not abs(r[k][2]) <= (4.0 if k not in ("specific_heat", "susceptibility") else 6.0) for k in observables(rows))
              for r in good)  # fmt: skip
    if off > 0.02 * len(good):
        found.append(f"{off} of {len(good)} good runs off")
    return found


def pooled(scale=1.0):
    """Return the largest rms over all settings, of one observable, and the number of good runs behind it."""
    good = [r for name in CHEAP for r in rows_of(name) if r["ok"]]
    worst = max(
        math.sqrt(np.mean([min(abs(r[k][2]) / scale, 50.0) ** 2 for r in good if k in r]))
        for k in observables(rows_of(CHEAP[1]))
    )
    return worst, len(good)  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name", CHEAP)
def test_errors_and_statuses_hold(name):
    rows = rows_of(name)
    assert not complaints(name, rows)
    if "T=0.3" not in name and NAMED[name].allows:
        assert sum(r["ok"] for r in rows) > len(rows) / 3  # a status that is never good says nothing


@pytest.mark.slow
def test_all_settings_together():
    worst, n = pooled()
    assert n > 250
    assert worst <= 1.15
    assert pooled(0.7)[0] > 1.15  # the twin: errors smaller by 0.7


@pytest.mark.slow
@pytest.mark.parametrize("name", ["plain P=3 K=10 T=0.3 n=1000 pattern", "sequential P=3 N=6 K=2 T=1"])
def test_statuses_that_are_always_good_are_seen(name):
    """The twin: the same runs, called good."""
    forced = [{**r, "ok": True} for r in rows_of(name)]
    assert len(complaints(name, forced)) > 1
    assert not complaints(name, rows_of(name))


@pytest.mark.slow
def test_errors_that_are_half_as_large_are_seen():
    """The twin of every setting that is good often enough."""
    for name in CHEAP:
        rows = rows_of(name)
        if sum(r["ok"] for r in rows) < 30:
            continue
        halved = [{k: (v[0], v[1] / 2, v[2] * 2) if isinstance(v, tuple) else v for k, v in r.items()} for r in rows]
        assert complaints(name, halved), name


@pytest.mark.parametrize(("P", "kind"), [(2, "distinct"), (3, "distinct"), (3, "self-interacting"), (4, "distinct")])
def test_the_referee_agrees_with_enumeration(P, kind):
    network, xi = DenseHebbian(P, kind), np.random.default_rng(P).choice(np.array([-1, 1], np.int8), (7, 9))
    states, exact = States.of(network, xi), enumerate_states(network, patterns=xi, T=0.7)
    found = states.averages(0.7)
    for name in ("m", "m_abs", "energy", "q", "q_abs", "q2"):
        assert found[name] == pytest.approx(getattr(exact, name), abs=1e-12)
    assert found["minus_beta_f"] == pytest.approx(-exact.free_energy / 0.7)
    assert found["energy"] - found["energy_excess"] == pytest.approx(states.H[int(((xi[0] < 0) << np.arange(9)).sum())] / 9)


def test_one_table_of_several_parts(tmp_path):
    line = {"setting": CHEAP[1], "T": 0.8, "runs": 4, "good": 3, "equilibrated": 0, "off": 1, "off_good": 0, "truly": 2,
            "truly_good": 1,
            "rms": 0.9, "rms_of": "q", "cover1": 0.7, "cover2": 0.95, "error": 1.2, "error_of": "m"}  # fmt: skip
    few = {k: v for k, v in line.items() if k in list(line)[:9]} | {"setting": CHEAP[0], "T": 0.3, "off": 4}
    write([line, few], tmp_path / "a.csv")
    write([line | {"good": 2}], tmp_path / "b.csv")
    found = joined([tmp_path / "a.csv", tmp_path / "b.csv"])
    assert found == [few, line | {"good": 2}]  # in the order of the settings, the later one
    text = table(found, joined([tmp_path / "a.csv"]), "old").splitlines()
    assert [x.split()[0] for x in text[2:6]] == ["plain", "old", "plain", "old"]
    assert "8 runs, 5 good; of the good 0 are off" in "\n".join(text)


@pytest.mark.parametrize(("P", "sign"), [(3, 1), (4, -1)])
def test_the_referee_knows_the_states_of_chains_that_never_leave(P, sign):
    """By many sweeps of the plain transition matrix, in which what leaves is thrown away."""
    network, xi, T, N = DenseHebbian(P), np.array([[1, 1, 1, 1, 1, 1, 1], [1, 1, 1, -1, 1, -1, -1]], np.int8), 0.8, 7
    states = States.of(network, xi)
    place = states.place(network.even, 1, sign, 0.4)
    assert 1 < place.sum() < 40
    W = np.zeros((2**N, 2**N))
    for a in range(2**N):
        for b in (a ^ (1 << i) for i in range(N)):
            W[a, b] = math.exp(-max(states.H[b] - states.H[a], 0.0) / T) / N
        W[a, a] = 1.0 - W[a].sum()
    sweep = np.linalg.matrix_power(W, N) * np.outer(place, place)
    many = np.linalg.matrix_power(sweep / np.abs(np.linalg.eigvals(sweep)).max(), 400)
    start = np.outer(place, place) * 1.0
    weights = (start @ many).sum(axis=0) * (many @ start).sum(axis=1)  # came from the place, and stays
    assert np.allclose(states.held(T, place), weights / weights.sum(), atol=1e-6)
    boltzmann = place * np.exp(-(states.H - states.H.min()) / T)
    assert not np.allclose(boltzmann / boltzmann.sum(), weights / weights.sum(), atol=1e-3)  # the twin
