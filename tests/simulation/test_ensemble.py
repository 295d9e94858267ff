"""Ensembles: tasks, the same numbers in any order and anywhere, and descriptions that are refused."""

import concurrent.futures
import pickle

import numpy as np
import pytest
from ensembles import rows, small, truth

import glassy
from glassy import DenseHebbian, Ensemble, InputError, ReplicaExchange


def test_tasks_are_small_named_by_the_description_and_largest_first():
    tasks = list(small().tasks())
    assert [t.run.N for t in tasks] == [24] * 12 + [16] * 12
    assert [t.run.K for t in tasks[:12]] == [38] * 6 + [19] * 6
    assert len({t.key for t in tasks}) == 24
    assert [t.key for t in tasks] == [t.key for t in small(samples=6).tasks()]
    assert {t.key for t in tasks} < {t.key for t in small(samples=7).tasks()}
    assert not {t.key for t in tasks} & {t.key for t in small(seed=4).tasks()}
    assert max(len(pickle.dumps(t)) for t in tasks) < 2000
    parts = [[t.key for t in small().tasks((i, 5))] for i in range(5)]
    assert sorted(k for p in parts for k in p) == sorted(t.key for t in tasks)
    assert max(map(len, parts)) - min(map(len, parts)) <= 1


@pytest.mark.slow
def test_any_subset_in_any_order_anywhere_gives_the_same_bytes(undisturbed, tmp_path):
    wanted = truth(undisturbed[1])
    assert sum("sample_" in name for name in wanted) == 24
    parts = small()
    for i in (2, 0, 1):
        parts.run(tmp_path / "parts", "threads", part=(i, 3))
    small(samples=2).run(tmp_path / "raised", "threads")
    stamps = {p: p.stat().st_mtime_ns for p in (tmp_path / "raised").rglob("sample_*.npz")}
    small().run(tmp_path / "raised", "processes", workers=2)
    assert all(p.stat().st_mtime_ns == t for p, t in stamps.items())  # kept, not run again
    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        small().run(tmp_path / "own", pool, in_flight=3)
    for name in ("parts", "raised", "own"):
        assert truth(tmp_path / name) == wanted
        assert rows(glassy.read_ensemble(tmp_path / name)) == rows(undisturbed[0])


def test_simulate_is_the_same_engine(undisturbed, tmp_path):
    alone = glassy.simulate(DenseHebbian(3), 0.2, 0.3, 24, samples=6, seed=3, sweeps=40)
    mine = undisturbed[0].samples(N=24, load=0.2)
    assert np.array_equal(mine.series.energy, alone.series.energy)
    assert mine.m == alone.m
    assert mine.m.error == alone.m.error
    for executor in ("threads", "processes"):
        kept = glassy.simulate(
            DenseHebbian(3), 0.2, 0.3, 24, samples=6, seed=3, sweeps=40, out=tmp_path / executor, executor=executor, threads=2
        )
        assert np.array_equal(kept.series.energy, alone.series.energy)
    folder = sorted(undisturbed[1].glob("N=24_*"))[1]
    theirs = {p.name: p.read_bytes() for p in folder.glob("*.npz")}
    for executor in ("threads", "processes"):
        assert {p.name: p.read_bytes() for p in (tmp_path / executor).glob("*.npz")} == theirs
    with pytest.raises(InputError, match="is that of an Ensemble"):
        glassy.simulate(DenseHebbian(3), 0.2, 0.3, 24, seed=3, out=undisturbed[1])
    with pytest.raises(InputError, match="is that of simulate"):
        small().run(tmp_path / "threads", "threads")


def test_a_ladder_is_one_task(tmp_path):
    T = (0.8, 0.4, 1.6)
    e = small(temperatures=T, loads=0.2, samples=3, method=ReplicaExchange())
    assert len(list(e.tasks())) == 6
    r = e.run(tmp_path, "threads")
    whole = glassy.simulate(DenseHebbian(3), 0.2, T, 24, samples=3, seed=3, sweeps=40, method=ReplicaExchange())
    for k, t in enumerate(T):
        assert np.array_equal(r.samples(N=24, T=t).series.energy, whole[k].series.energy)
        assert r.values("energy")[0, 1, 0, k] == float(whole[k].energy)
    assert np.array_equal(r.ladder(N=24).exchange.swaps, whole.exchange.swaps)
    with pytest.raises(InputError, match="needs method=ReplicaExchange"):
        small(samples=1).run(tmp_path / "x", "threads").ladder(N=24, load=0.1)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"samples": 0}, "samples must be an integer >= 1"),
        ({"samples": (1, 2, 3)}, "one for each of 2 sizes"),
        ({"loads": ()}, "either loads or K must be given"),
        ({"K": 3}, "either loads or K must be given"),
        ({"sizes": ()}, "sizes must be given"),
        ({"sizes": (16, 16)}, "sizes must differ from each other"),
        ({"temperatures": -1.0}, "T must be"),
        ({"seed": -1}, "seed must be an integer >= 0"),
        ({"start": np.ones(16)}, "start must be 'pattern' or 'random'"),
        ({"method": 3}, "method must be"),
        ({"watch": (99,)}, "watch must be an integer"),
    ],
)
def test_bad_descriptions(changes, message):
    with pytest.raises(InputError, match=message):
        small(**changes)


def test_another_description_is_refused_with_the_difference(undisturbed):
    before = truth(undisturbed[1])
    for changes, message in (({"seed": 4}, "seed: folder '3', call '4'"), ({"sweeps": 41}, "burn_in.*|sweeps: folder '40'")):
        for act in (lambda e: e.run(undisturbed[1], "threads"), lambda e: e.read(undisturbed[1])):
            with pytest.raises(InputError, match=f"must hold this very ensemble, but differs in .*{message}"):
                act(small(**changes))
    with pytest.raises(InputError, match="has no ensemble.npz"):
        glassy.read_ensemble(undisturbed[1].parent / "nowhere")
    with pytest.raises(InputError, match="in_flight must be an integer >= 1"):
        small().run(undisturbed[1], "threads", in_flight=0)
    with pytest.raises(TypeError, match="seed"):
        glassy.Ensemble(DenseHebbian(3), 0.1, 20, 0.3)
    for bad in ((1, 1), (0, 0), 3, (-1, 2)):
        with pytest.raises(InputError, match="part"):
            small().run(undisturbed[1], "threads", part=bad)
    with pytest.raises(InputError, match="executor must be"):
        small().run(undisturbed[1], executor=7)
    assert truth(undisturbed[1]) == before


def test_state_points_that_coincide_are_refused():
    """At N = 12 both loads give K = 5; a network given twice would be counted twice."""
    point = {"sizes": 12, "temperatures": 0.3, "samples": 4, "seed": 7, "sweeps": 50}
    with pytest.raises(InputError, match="loads that give the same K"):
        Ensemble(DenseHebbian(3), loads=(0.1, 0.101), **point)
    with pytest.raises(InputError, match="is there twice"):
        Ensemble((DenseHebbian(3), DenseHebbian(3)), loads=0.1, **point)


def test_numbers_of_numpy_describe_the_same_ensemble(tmp_path):
    plain = {"loads": (0.1, 0.2), "sizes": 12, "temperatures": 1.0, "start_overlap": 0.8, "samples": 2, "seed": 7, "sweeps": 9}
    numpy = {
        **plain, "loads": np.array([0.1, 0.2]), "sizes": np.int64(12), "temperatures": np.float64(1.0),
        "start_overlap": np.float64(0.8),
    }  # fmt: skip
    first = Ensemble(DenseHebbian(3), **numpy).run(tmp_path, "threads")
    again = Ensemble(DenseHebbian(3), **{**plain, "temperatures": 1}).run(tmp_path, "threads")
    assert rows(first) == rows(again)


def test_parts_share_no_task_however_many_samples():
    few, many = small(samples=3), small(samples=7)
    for n in (2, 3, 5):
        parts = [{t.key for t in e.tasks((i, n))} for i in range(n) for e in (few, many)]
        for i in range(n):
            assert parts[2 * i] <= parts[2 * i + 1]
        assert sum(map(len, parts[1::2])) == len(list(many.tasks()))
        assert len(set().union(*parts)) == len(list(many.tasks()))
