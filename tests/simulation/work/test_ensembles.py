"""Ensembles: the same numbers in any order and anywhere, averages equal to those of Samples, a folder that is never wrong."""

import concurrent.futures
import dataclasses
import errno
import importlib
import json
import math
import os
import pickle
import resource
import shutil
import sys

import numpy as np
import pytest
from ensembles import LONG, finished, held, longer, patient, rows, seal_of, small, start, truth, wait_until

import glassy
from glassy import DenseHebbian, Ensemble, EnsembleError, InputError, Interrupted, ReplicaExchange, StoreError, StoreWarning
from glassy.core.progress import progress_bar
from glassy.simulation.drive import work
from glassy.simulation.drive.processes import Processes, WorkerDied
from glassy.simulation.keep.averages import observables
from glassy.simulation.keep.claim import claim
from glassy.simulation.sampler.walk import Walk


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("undisturbed")
    return small().run(folder, "threads"), folder


# ---- tasks ----


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


def test_arrays_of_the_user_travel_by_the_folder(tmp_path):
    xi, spins = glassy.draw_patterns(60, 30, seed=1), glassy.draw_patterns(1, 30, seed=2)[0]
    plain = glassy.simulate(DenseHebbian(3), T=0.4, patterns=xi, start=spins, sweeps=50, seed=1)
    sent = []

    class Spy(Processes):
        def submit(self, function, *arguments):
            sent.append(len(pickle.dumps(arguments)))
            return super().submit(function, *arguments)

    with Spy(1) as pool:
        far = glassy.simulate(DenseHebbian(3), T=0.4, patterns=xi, start=spins, sweeps=50, seed=1, out=tmp_path, executor=pool)
    assert np.array_equal(far.series.m, plain.series.m)
    assert len(sent) == 1
    assert sent[0] < 1800 < xi.size + spins.size + 100


# ---- averages ----


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


def test_the_ledger_is_a_cache_and_never_truth(undisturbed, tmp_path):
    e, wanted = small(), rows(undisturbed[0])
    e.run(tmp_path, "threads")
    ledgers = list(tmp_path.rglob("ledger_*.bin"))
    assert len(ledgers) == 4
    for harm in (lambda b: b"", lambda b: b[:-1000], lambda b: b[:99] + bytes([b[99] ^ 1]) + b[100:], lambda b: b"x" + b):
        for path in ledgers:
            path.write_bytes(harm(path.read_bytes()))
        assert rows(e.read(tmp_path)) == wanted
        assert rows(e.run(tmp_path, "threads")) == wanted
        assert rows(e.read(tmp_path, verify=False)) == wanted
    entry = next(iter(tmp_path.rglob("sample_000002.npz")))  # a true entry does not save a changed file
    entry.write_bytes(entry.read_bytes()[:-1] + b"?")
    assert sum(row.samples == 5 for row in e.read(tmp_path).rows) == 7
    os.utime(next(iter(tmp_path.rglob("sample_000003.npz"))))  # the time of a file says nothing about it
    assert len(e.read(tmp_path, verify=False).damaged) == 1


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


# ---- refusals ----


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


# ---- files that are not what they should be ----


def test_a_wrong_bit_anywhere_is_found(undisturbed, tmp_path):
    """Every byte position of a sample's file, and every truncation of it."""
    good = next(iter(undisturbed[1].rglob("sample_*.npz"))).read_bytes()
    rng, path = np.random.default_rng(1), tmp_path / "sample.npz"
    positions = [*range(0, len(good), 7), *range(len(good) - 120, len(good)), *range(60)]
    for k in positions:
        path.write_bytes(good[:k] + bytes([good[k] ^ (1 << int(rng.integers(8)))]) + good[k + 1 :])
        assert seal_of(path) is None, k
    for k in [*rng.integers(0, len(good), 200).tolist(), len(good) - 78, len(good) - 1, 0]:
        path.write_bytes(good[:k])
        assert seal_of(path) is None, k
    path.write_bytes(good)
    assert seal_of(path) is not None


def test_bad_files_are_named_set_aside_and_computed_again(undisturbed, tmp_path):
    e, wanted = small(), truth(undisturbed[1])
    e.run(tmp_path, "threads")
    a, b = sorted(tmp_path.glob("N=24_*"))
    sample = [a / f"sample_{k:06d}.npz" for k in range(6)]
    sample[0].write_bytes(sample[0].read_bytes()[:700])
    flipped = bytearray(sample[1].read_bytes())
    flipped[500] ^= 4
    sample[1].write_bytes(flipped)
    sample[2].write_bytes(b"")
    sample[3].write_bytes((b / "sample_000003.npz").read_bytes())  # whole, of another state point
    sample[4].write_bytes(sample[5].read_bytes())  # whole, of this very run: it would be counted twice
    (a / "sample_junk.npz").write_bytes(b"not ours")
    (a / "notes.txt").write_text("of the user")
    r = e.read(tmp_path)
    assert len(r.damaged) == 5
    assert all(f"sample_00000{k}.npz" in text for k, text in enumerate(r.damaged))
    assert next(row.samples for row in r.rows if row.N == 24) == 1
    with pytest.warns(StoreWarning) as caught:
        again = e.run(tmp_path, "threads")
    assert [str(w.message).split(" in ")[0] for w in caught] == [f"sample_00000{k}.npz" for k in range(5)]
    assert rows(again) == rows(undisturbed[0])
    found = truth(tmp_path)
    kinds = {name.split("/")[1] for name in found if name not in wanted}
    assert kinds == {"sample_000000.damaged", "sample_000001.damaged", "sample_000002.damaged", "sample_000003.foreign",
                     "sample_000004.foreign", "sample_junk.npz", "notes.txt"}  # fmt: skip
    assert {k: v for k, v in found.items() if k in wanted} == wanted


def test_a_damaged_description_has_a_remedy(undisturbed, tmp_path):
    small().run(tmp_path, "threads")
    path = tmp_path / "ensemble.npz"
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    for act in (small().run, small().read, glassy.read_ensemble):
        with pytest.raises(InputError, match="not those that were written.* Delete it and repeat Ensemble.run"):
            act(tmp_path)
    path.unlink()
    stamps = {p: p.stat().st_mtime_ns for p in tmp_path.rglob("sample_*.npz")}
    assert rows(small().run(tmp_path, "threads")) == rows(undisturbed[0])
    assert all(p.stat().st_mtime_ns == t for p, t in stamps.items())


def test_half_written_files_of_dead_processes_are_removed(tmp_path):
    e = small()
    e.run(tmp_path, "threads")
    folder = next(tmp_path.glob("N=24*"))
    host, here = __import__("socket").gethostname(), os.getpid()
    dead, alive, far = (
        folder / f"sample_000001.npz.{name}.77.part" for name in (f"{host}.4194300", f"{host}.{here}", "elsewhere.4194300")
    )
    for path in (dead, alive, far):
        path.write_bytes(b"half")
    e.run(tmp_path, "threads")
    assert [p.exists() for p in (dead, alive, far)] == [False, True, True]


# ---- two runs, one folder ----


def test_two_runs_on_one_folder(tmp_path):
    with claim(tmp_path):
        for part in ((0, 1), (1, 2)):
            with pytest.raises(StoreError, match=r"is in use: another process, runs all of it.* Wait for its end"):
                small().run(tmp_path, "threads", part=part)
    with claim(tmp_path, (1, 4)):
        for part in ((0, 1), (1, 2), (1, 4), (3, 6)):
            with pytest.raises(StoreError, match=r"is in use: another process, runs part \(1, 4\)"):
                small().run(tmp_path, "threads", part=part)
        for part in ((0, 2), (0, 4), (2, 6)):  # no task of these is among 1, 5, 9, ...
            small().run(tmp_path, "threads", part=part)
        with pytest.raises(StoreError, match="is in use"):
            small().run(tmp_path)
    small().run(tmp_path, "threads")


CLAIMED = """
import sys
from glassy.simulation.keep import claim
from ensembles import hold_after, longer
holder = claim._holder
def seen(*arguments):
    who = holder(*arguments)
    if who:
        print("in use", flush=True)
    return who
claim._holder = seen
if sys.argv[2] == "first":
    hold_after(3)
try:
    longer().run(sys.argv[1], workers=1, wait=sys.argv[2] == "waits")
except Exception as error:
    print(type(error).__name__, error)
"""


@pytest.mark.slow
def test_of_two_parents_one_waits_or_refuses(tmp_path):
    wanted = longer().run(tmp_path / "one", "threads")
    first = start(CLAIMED, tmp_path / "two", "first", stdin=-1)
    assert wait_until(lambda: finished(tmp_path / "two"))
    second, third = (start(CLAIMED, tmp_path / "two", word, stdout=-1) for word in ("refuses", "waits"))
    out = second.communicate(timeout=LONG)[0]
    assert out.startswith("in use\nStoreError")
    assert f"is in use: process {first.pid} on " in out
    assert third.stdout.readline() == "in use\n"
    first.stdin.close()  # it goes on
    assert first.wait(LONG) == 0
    assert set(third.communicate(timeout=LONG)[0].splitlines()) <= {"in use"}
    assert truth(tmp_path / "two") == truth(tmp_path / "one")
    assert rows(longer().read(tmp_path / "two")) == rows(wanted)


# ---- failures ----


def test_a_sample_that_fails_is_named_and_the_others_finish(undisturbed, tmp_path, monkeypatch):
    original = work.Run.sample

    def unlucky(run, index, *rest):
        if index == 3 and run.N == 16:
            raise RuntimeError("bad luck")
        return original(run, index, *rest)

    monkeypatch.setattr(work.Run, "sample", unlucky)
    with pytest.raises(EnsembleError, match=r"2 samples failed, all others are finished .*RuntimeError: bad luck") as caught:
        small().run(tmp_path, "threads")
    assert {k[:5] + k[-2:] for k in caught.value.failed} == {"N=16_/3"}
    assert len(caught.value.failed) == 2
    assert small().read(tmp_path).samples_done.sum() == 22
    assert set(json.loads((tmp_path / "run_0of1.json").read_text())["failed"]) == set(caught.value.failed)
    monkeypatch.undo()
    assert rows(small().run(tmp_path, "threads")) == rows(undisturbed[0])
    assert truth(tmp_path) == truth(undisturbed[1])


def test_a_full_disk_is_said_and_nothing_is_lost(undisturbed, tmp_path, monkeypatch):
    original, count = glassy.core.storage._seal, []

    def full(file):
        if "sample_" in file.name:
            count.append(1)
            if len(count) > 9:
                raise OSError(errno.ENOSPC, "No space left on device")
        original(file)

    monkeypatch.setattr(glassy.core.storage, "_seal", full)
    with pytest.raises(StoreError, match=r"No space left on device.*finished samples there are safe. Free space"):
        small().run(tmp_path, "threads", workers=1)
    assert small().read(tmp_path).samples_done.sum() == 9
    assert not list(tmp_path.rglob("*.part"))
    monkeypatch.undo()
    assert rows(small().run(tmp_path, "threads")) == rows(undisturbed[0])
    assert truth(tmp_path) == truth(undisturbed[1])


LIMITED = """
import sys, resource
from ensembles import small
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
try:
    small().run(sys.argv[1], "threads", workers=1)
except Exception as error:
    print(type(error).__name__, error)
"""


def test_a_real_limit_of_the_file_size(undisturbed, tmp_path):
    sizes = sorted(len(b) for name, b in truth(undisturbed[1]).items() if "sample_" in name)
    assert sizes[0] < sizes[-1]
    out = start(LIMITED, tmp_path, sizes[12], stdout=-1).communicate(timeout=LONG)[0]
    assert out.startswith("StoreError")
    assert "File too large" in out
    r = small().read(tmp_path)
    assert 0 < r.samples_done.sum() < 24 or not r.damaged
    assert not r.damaged
    assert rows(small().run(tmp_path, "threads")) == rows(undisturbed[0])
    assert truth(tmp_path) == truth(undisturbed[1])
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY


def test_a_folder_that_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="out must be a folder or a new path"):
        small().run(tmp_path / "file" / "below")
    if os.geteuid() != 0:
        tmp_path.chmod(0o500)
        with pytest.raises(StoreError, match="must be a folder where files can be written"):
            small().run(tmp_path)
        tmp_path.chmod(0o700)
    elif os.path.isdir("/proc/self"):
        with pytest.raises((StoreError, InputError), match="Name another path"):
            small().run("/proc/self")


@pytest.mark.slow
def test_a_task_that_kills_its_worker_three_times_fails_and_the_others_go_on():
    with Processes(2) as pool:
        bad = pool.submit(os._exit, 7)
        assert pool.submit(divmod, 7, 2).result() == (3, 1)
        with pytest.raises(WorkerDied, match=r"died 3 times at it \(last exit status 7\)"):
            bad.result()
        assert pool.submit(pow, 2, 5).result() == 32
        with pytest.raises(ZeroDivisionError):
            pool.submit(divmod, 1, 0).result()


@pytest.mark.slow
def test_ctrl_c_leaves_everything_safe(tmp_path, monkeypatch):
    out = tmp_path / "a"

    def interrupted_wait(*arguments, **options):
        if finished(out) < 2:
            return concurrent.futures.wait(*arguments, **options)
        assert wait_until(lambda: held(tmp_path) == 2)
        raise KeyboardInterrupt

    monkeypatch.setattr(work, "wait", interrupted_wait)
    monkeypatch.setattr(Walk, "_run", patient(tmp_path, free=2))
    with pytest.raises(Interrupted, match="interrupted with 2 of 40 samples finished.* the same call goes on"):
        longer().run(out, "threads", workers=2)
    monkeypatch.undo()
    assert longer().read(out).samples_done.sum() == 2
    assert len(list(out.rglob("checkpoint_*.npz"))) == 2  # of those in work
    few = list(out.rglob("sample_*.npz"))
    stamps = [p.stat().st_mtime_ns for p in few]
    longer().run(out, "threads")
    assert [p.stat().st_mtime_ns for p in few] == stamps
    longer().run(tmp_path / "b", "threads")
    assert truth(out) == truth(tmp_path / "b")


def test_a_stop_file_ends_a_run(tmp_path):
    class Stopping(concurrent.futures.ThreadPoolExecutor):
        def submit(self, function, *arguments):
            (tmp_path / "stop_0of1").touch()  # before the first look for it
            return super().submit(function, *arguments)

    with Stopping(1) as pool, pytest.raises(Interrupted, match="0 of 24 samples finished"):
        small().run(tmp_path, pool)
    small().run(tmp_path, "threads")


# ---- progress ----


def test_progress_in_a_file_is_lines(capfd, monkeypatch):
    clock = [1000.0]
    monkeypatch.setattr("tqdm.std.time", lambda: clock[0])
    with progress_bar(1000, True, seconds=0.2) as bar:
        for _ in range(1000):
            clock[0] += 0.0005
            bar.update(1)
    text = capfd.readouterr().err
    assert "\r" not in text
    assert 3 <= text.count("\n") <= 5
    assert "100%" in text.splitlines()[-1]
    with progress_bar(10, None) as bar:
        bar.update(10)
    assert capfd.readouterr().err == ""
    assert sys.stderr is not None


# ---- status, merging ----


def test_status_counts_and_estimates(undisturbed, tmp_path):
    e = small()
    e.run(tmp_path, "threads", part=(0, 2))
    s = glassy.ensemble_status(tmp_path)
    assert (s.done, s.asked, s.runs, s.failed) == (12, 24, (), ())
    assert sorted(done for _, done, _ in s.places) == [3, 3, 3, 3]
    assert 0.0 < s.seconds_left < math.inf
    assert "12 of 24 samples finished, 0 in work, 0 failed" in s.table()
    assert "remaining: about" in s.table()
    with claim(tmp_path, (1, 2)):
        journal = glassy.simulation.keep.claim.Journal(
            workers=3, in_work=("x/1", "x/2"), failed={"x/0": "RuntimeError: bad luck"}
        )
        journal.write(tmp_path, (1, 2))
        s = glassy.ensemble_status(tmp_path)
        assert (len(s.runs), s.in_work, s.workers) == (1, ("x/1", "x/2"), 3)
        assert "failed: x/0: RuntimeError: bad luck" in s.table()
    out = start("-m", "glassy", "status", tmp_path, command=(sys.executable,), stdout=-1).communicate(timeout=LONG)[0]
    assert out.splitlines()[-1].startswith("remaining: about")
    bad = start("-m", "glassy", "status", tmp_path / "no", command=(sys.executable,), stderr=-1)
    assert "must be the folder of an ensemble" in bad.communicate(timeout=LONG)[1]
    assert bad.returncode == 1
    e.run(tmp_path, "threads")
    assert "remaining" not in glassy.ensemble_status(tmp_path).table()


def test_status_scales_times_to_sizes_not_yet_run(tmp_path):
    e = small(sizes=(16, 24), samples=1)
    e.run(tmp_path, "threads", part=(0, 4))  # the largest
    s, cost = glassy.ensemble_status(tmp_path), [p.cost for p in e.places]
    (known,) = [c for c, (_, done, _) in zip(cost, s.places, strict=True) if done]
    assert known == max(cost)
    (entry,) = list(glassy.simulation.keep.ledger.Ledger(_store(e, tmp_path, cost.index(known)), e.places[0].run).seconds())
    assert s.work_left == pytest.approx(entry / known * (sum(cost) - known))


def _store(e, folder, i):
    place = e.places[i]
    return glassy.simulation.keep.store.Store(folder / place.name, place.run.description())


def test_merged_folders_hold_every_sample_once(undisturbed, tmp_path):
    e, wanted = small(), truth(undisturbed[1])
    e.run(tmp_path / "a", "threads", part=(0, 2))
    small(samples=4).run(tmp_path / "b", "threads")  # shares samples with the first
    e.run(tmp_path / "b", "threads", part=(1, 2))
    harmed = next(iter((tmp_path / "a").rglob("sample_*.npz")))
    harmed.write_bytes(harmed.read_bytes()[:-9])  # the other folder, or a run, has it
    r = glassy.merge_ensembles(tmp_path / "a", tmp_path / "b", tmp_path / "c")
    assert r.samples_done.sum() >= 23
    e.run(tmp_path / "c", "threads")
    assert truth(tmp_path / "c") == wanted
    assert rows(e.read(tmp_path / "c")) == rows(undisturbed[0])
    harmed.unlink()
    into = glassy.merge_ensembles(tmp_path / "a", tmp_path / "b", tmp_path / "a")  # one into the other
    assert rows(into) == rows(undisturbed[0])
    small(seed=4).run(tmp_path / "d", "threads")
    with pytest.raises(InputError, match="must hold the same ensemble, but differ in seed: first '3', second '4'"):
        glassy.merge_ensembles(tmp_path / "a", tmp_path / "d", tmp_path / "e")


def test_samples_with_other_numbers_are_never_merged(tmp_path):
    for name in "ab":
        small(samples=1).run(tmp_path / name, "threads")
    path = next(iter((tmp_path / "b").rglob("sample_*.npz")))
    kept = glassy.load(path)
    kept.series.m[0, 0, 0] += 1e-9
    kept.save(path)
    with pytest.raises(InputError, match="must hold the same numbers, but differ"):
        glassy.merge_ensembles(tmp_path / "a", tmp_path / "b", tmp_path / "c")


# ---- what an adversarial review found ----


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


def test_files_with_odd_names_and_without_an_index_are_not_counted(undisturbed, tmp_path):
    e = small()
    e.run(tmp_path, "threads")
    folder = next(tmp_path.glob("N=24*"))
    shutil.copy(folder / "sample_000001.npz", folder / "sample_0000001.npz")
    (folder / "sample_000009.npz").mkdir()
    r = e.read(tmp_path)
    assert r.samples_done.max() == 6
    assert rows(r) == rows(undisturbed[0])


def test_averages_of_other_code_are_not_believed(tmp_path, monkeypatch):
    from glassy.simulation.keep import ledger

    e = small(sizes=16, loads=0.1)
    with monkeypatch.context() as patch:
        patch.setattr(ledger, "_code", lambda: 17)
        kept = ledger.averages
        patch.setattr(ledger, "averages", lambda points: wrong(kept(points)))
        e.run(tmp_path, "threads")
    assert float(e.read(tmp_path).values("m").ravel()[0]) <= 1.0


def wrong(record):
    record["rungs"]["mean"] += 1.0
    return record


def test_a_task_that_cannot_be_read_says_so_and_its_worker_lives():
    with Processes(1) as workers:
        assert workers.submit(divmod, 7, 2).result() == (3, 1)
        pid = workers.pids
        with pytest.raises(ModuleNotFoundError, match="not_there"):
            workers.submit(Unreadable()).result()
        assert workers.pids == pid


class Unreadable:
    def __reduce__(self):
        return (importlib.import_module, ("not_there",))

    def __call__(self):
        return None


def test_workers_run_the_glassy_of_their_parent(tmp_path, monkeypatch):
    """Another glassy in the current folder is not theirs."""
    (tmp_path / "glassy").mkdir()
    (tmp_path / "glassy" / "__init__.py").write_text("raise ImportError('another glassy')")
    monkeypatch.chdir(tmp_path)
    with Processes(1) as workers:
        assert workers.submit(divmod, 7, 2).result() == (3, 1)


def test_errors_that_are_not_of_the_disk_are_not_called_so():
    task = next(small().tasks())
    other = ConnectionResetError(104, "reset")
    assert work.no_room(dataclasses.replace(task, store=object()), other) is other
