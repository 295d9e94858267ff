"""simulate: the Monte Carlo arm."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import replace
from pathlib import Path
from typing import Any, overload

import numpy as np
import numpy.typing as npt
from tqdm import tqdm

from glassy import checks
from glassy.errors import InputError, Interrupted, MemoryLimitError
from glassy.memory import Network, SeparableMemory, check_network
from glassy.network import DenseHebbian
from glassy.patterns import Int8Array, check_patterns, check_seed, check_signs
from glassy.perturbation import Perturbation, check_perturbation
from glassy.provenance import Provenance, provenance
from glassy.results import Grid
from glassy.simulation.engine import choose_kernel
from glassy.simulation.ladder import Exchange, Ladder, LadderRun, Rungs
from glassy.simulation.methods import Annealing, Dynamics, Metropolis, Quench, ReplicaExchange
from glassy.simulation.run import Run
from glassy.simulation.samples import Samples, Series, joint_provenance
from glassy.simulation.store import Store

_METROPOLIS = Metropolis()
_SERIES = ("m", "energy", "q", "acceptance", "pattern_energy", "spins", "start_m", "settled", "watched")


Axis = float | Sequence[float] | npt.NDArray[np.float64]


@overload
def simulate(
    network: Network, load: float | None = ..., T: float | None = ..., N: int | None = ..., *, seed: int, **options: Any
) -> Samples: ...
@overload
def simulate(
    network: Network, load: Axis | None = ..., T: Axis | None = ..., N: int | None = ..., *, seed: int, **options: Any
) -> Grid[Samples]: ...


def simulate(  # type: ignore[misc]  # the overloads fold the options that do not shape the result
    network: Network,
    load: Axis | None = None,
    T: Axis | None = None,
    N: int | None = None,
    *,
    seed: int,
    K: int | None = None,
    patterns: npt.ArrayLike | None = None,
    perturbation: Perturbation | None = None,
    start: str | npt.ArrayLike | None = None,
    start_overlap: float = 1.0,
    samples: int = 1,
    replicas: int = 2,
    sweeps: int = 1000,
    burn_in: int | None = None,
    method: Dynamics | ReplicaExchange = _METROPOLIS,
    watch: Sequence[int] = (),
    kernel: str = "auto",
    threads: int | None = None,
    max_bytes: int | None = None,
    out: str | os.PathLike[str] | None = None,
    progress: bool | None = None,
) -> Samples | Grid[Samples] | Ladder:
    """Sample a finite network by single-spin-flip Monte Carlo (H.1-H.4, M.1, M.2).

    Parameters
    ----------
    network : DenseHebbian or SeparableMemory
        The network; H.2 or H.3 as its `interactions` say, or any table of its own.
    load, T : float or 1-d array
        State point. Arrays give a Grid of shape (len(load), len(T)); an axis is left out where a float is given.
        T = 0 is the limit (ties: see the method), T = inf accepts at random.
    N : int
        Number of spins, >= P; a SeparableMemory has its own.
    seed : int
        One seed for everything. The numbers do not depend on `threads`, nor on what else is in the grid.
    K : int, optional
        Number of patterns, instead of `load`.
    patterns : array (K, N) of +-1, optional
        Stored patterns instead of `load`, `K` and `N`: any data. Then samples must be 1.
    perturbation : Perturbation, optional
        An external field, and energies of their own for chosen patterns, added to the energy of the network.
    start : {"pattern", "random"} or array of +-1, optional
        "pattern": the condensed pattern, number 0, at overlap `start_overlap`. "random": fair spins. An array of shape (N,),
        (replicas, N) or (samples, replicas, N): these spins. Default: "pattern", with ReplicaExchange "random".
    start_overlap : float
        Initial overlap with pattern 0, in [-1, 1]; a random set of round(N (1 - overlap)/2) spins is flipped.
    samples, replicas : int
        Independent draws of the patterns; independent chains for each of them.
    sweeps, burn_in : int
        Measured sweeps of N attempted flips, and sweeps before (default sweeps // 5), not counted in `sweeps`.
    method : Metropolis, Glauber, Annealing, Quench or ReplicaExchange
        Dynamics and order of the attempts. Annealing cools during `burn_in` and measures at T; Quench is strict descent at
        T = 0, into a local minimum (`Samples.settled`); ReplicaExchange couples the temperatures of `T` and gives a Ladder.
    watch : sequence of int
        Patterns whose m is kept as well, in `Samples.series.watched` and `Samples.m_of`.
    kernel : {"auto", "patterns", "packed", "fields", "tensor"}
        What runs the chains; the numbers are the same bit for bit. "auto": the fastest for this run on this processor,
        named in `Samples.kernel`. See `glassy.simulation.engine.choose_kernel`.
    threads : int, optional
        Threads for samples and, where there are fewer samples, for their replicas; default: the cores this process may use.
    max_bytes : int, optional
        Limit for the patterns in work and all series together, checked before anything is allocated; default: half of the
        machine's memory.
    out : path, optional
        Folder that keeps every finished sample, and every half a minute the state of those in work: the same call goes on where
        it stopped, wherever that was, bit for bit as if it had not; also with more samples.
    progress : bool, optional
        Progress bar on stderr; default: where stderr is a terminal.

    Returns
    -------
    Samples, or Grid of Samples where load or T is an array; a Ladder, which is a Grid, with ReplicaExchange

    Raises
    ------
    InputError
        If an argument lies outside its domain, or the kernel asked for cannot run this network here.
    MemoryLimitError
        If the run needs more than `max_bytes`.
    IntegerRangeError
        If the exact energies leave the range of 64-bit integers.
    Interrupted
        On Ctrl-C; `err.samples` is a tuple with the finished samples of each state point that has any.

    Notes
    -----
    Each sample's patterns depend on (seed, N, K, sample) alone: the temperatures of a grid share them.

    Source: docs/theory.md, sections 1 and M.

    Examples
    --------
    >>> import glassy
    >>> r = simulate(glassy.DenseHebbian(P=3), load=0.1, T=0.3, N=30, samples=4, sweeps=200, seed=7)
    >>> r.K, 0.95 < r.m < 1.0, r.m.error < 0.02
    (30, True, True)
    """
    network = check_network(network)
    if T is None:
        raise InputError("T must be given: a temperature, or a 1-d array of temperatures.")
    if not isinstance(method, Dynamics | ReplicaExchange):
        raise InputError(
            f"method must be glassy.Metropolis(), Glauber(), Annealing(), Quench() or ReplicaExchange(), got {method!r}."
        )
    dynamics = method.dynamics if isinstance(method, ReplicaExchange) else method
    if start is None:
        start = "random" if isinstance(method, ReplicaExchange) else "pattern"
    given = None
    if patterns is not None:
        if load is not None or N is not None or K is not None:
            raise InputError("give either patterns, or load and N, not both: the patterns fix K and N.")
        given = check_patterns(patterns, network.fewest)
        network.size(given.shape[1])
        if samples != 1:
            raise InputError(f"samples must be 1 with given patterns, got {samples!r}: they are one sample. Raise replicas.")
    elif load is not None and K is not None:
        raise InputError("give either load or K, not both: one fixes the other.")
    elif N is None and isinstance(network, SeparableMemory):
        N = network.N
    if given is None and ((load is None and K is None) or N is None):
        raise InputError("load and N must be given, or patterns instead of both (K may stand for load).")
    if perturbation is not None:
        check_perturbation(perturbation)
    K = None if K is None else checks.integer("K", K, 1, "K counts the patterns.")
    samples = checks.integer("samples", samples, 1, "Samples are independent draws of the patterns.")
    replicas = checks.integer("replicas", replicas, 1, "q needs at least 2 replicas.")
    sweeps = checks.integer("sweeps", sweeps, 1, "A sweep is N attempted flips.")
    burn_in = checks.integer("burn_in", sweeps // 5 if burn_in is None else burn_in, 0, "Sweeps before measuring.")
    seed = check_seed(seed)
    watch = checks.array("watch", watch, "Give the numbers of patterns, as in watch=(3, 17).").tolist()
    if not isinstance(watch, list):
        raise InputError(f"watch must be a sequence of numbers of patterns, got {watch!r}. Give watch=({watch!r},).")
    threads = checks.integer("threads", _cores() if threads is None else threads, 1, "Samples that run at once.")
    limit = checks.integer("max_bytes", _half_memory() if max_bytes is None else max_bytes, 1, "Bytes of memory.")

    def state_point(x: float | None, y: float) -> Run:
        if given is not None:
            count, size = given.shape
        else:
            size = network.size(N)
            count = network.patterns(x, size) if K is None else K  # type: ignore[arg-type]
            if count == 0:
                raise InputError(f"load={x:g} and N={size} give K=0 patterns. Raise load or N, or give patterns=.")
        word, overlap, spins = _check_start(start, start_overlap, samples, replicas, size)
        temperature = checks.temperature(y, infinite=True)
        if isinstance(dynamics, Annealing | Quench):
            dynamics.check(temperature, burn_in)
        if perturbation is not None:
            perturbation.check(size, count, samples)
        watched = tuple(checks.integer("watch", k, 0, "It names patterns, 0 .. K - 1.", most=count - 1) for k in watch)
        run = Run(
            network, size, count, temperature, dynamics, word, overlap, spins, given, replicas, sweeps, burn_in, seed,
            perturbation=perturbation, watch=watched,
        )  # fmt: skip
        hottest = dynamics.T_start if isinstance(dynamics, Annealing) else temperature
        shared = temperatures if isinstance(method, ReplicaExchange) else [hottest]  # of the chains of a sample
        chains = replicas * len(shared)
        room = limit - 2 * samples * len(loads) * len(temperatures) * run.bytes_of_series()
        room = room // min(threads, samples) - run.bytes_in_work(chains, len(shared))
        attempts = chains * (sweeps + burn_in) * size
        return replace(run, kernel=choose_kernel(network, size, count, kernel, shared, attempts, room))

    loads, load_axis = _axis("load", load)
    temperatures, T_axis = _axis("T", T)
    runs: Sequence[Run | LadderRun] = [state_point(x, y) for x in loads for y in temperatures]
    if isinstance(method, ReplicaExchange):
        if load_axis:
            raise InputError(f"load must be a float with ReplicaExchange, got shape {load_axis}. Call simulate once per load.")
        runs = [LadderRun(tuple(sorted(_rungs(runs, T_axis), key=lambda run: run.T)), method)]
    workers = _check_memory(runs, samples, threads, limit)
    disable = None if progress is None else not progress
    total = len(loads) * len(temperatures) * samples * replicas * (sweeps + burn_in)
    results: list[Samples] = []
    with tqdm(total=total, disable=disable, unit="sweep", unit_scale=True) as bar:
        for run, count in zip(runs, workers, strict=True):
            folder = None if out is None else Path(out)
            if isinstance(run, LadderRun):
                return _in_order(_ladder(run, _finish(run, samples, count, threads, folder, bar, ())), temperatures)
            if folder is not None and len(runs) > 1:
                folder = folder / f"{_size(run)}_T={run.T:.8g}"
            results.append(_collect(run, _finish(run, samples, count, threads, folder, bar, tuple(results))))
    if load_axis or T_axis:
        return Grid(tuple(results), load_axis + T_axis)
    return results[0]


def _axis(name: str, value: Any) -> tuple[list[Any], tuple[int, ...]]:
    array = checks.array(name, value, "Give a float or a 1-d array.")
    if array.ndim == 0:
        return [value], ()
    if array.ndim != 1 or array.size == 0:
        raise InputError(f"{name} must be a float or a 1-d array with at least one entry, got shape {array.shape}.")
    return array.tolist(), (array.size,)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _half_memory() -> int:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2
    except (AttributeError, ValueError, OSError):
        return 2**31


def _check_memory(runs: Sequence[Run | LadderRun], samples: int, threads: int, limit: int) -> list[int]:
    """Return how many samples of each run may be in work at once within `limit`; raise if not even one.

    The series of all samples and state points stay in memory, twice while they are joined.
    """
    series = 2 * samples * sum(run.bytes_of_series() for run in runs)
    widest = max(runs, key=lambda run: run.bytes_per_sample())
    largest, need = _first(widest), widest.bytes_per_sample()
    if series + need > limit:
        text = (
            f"N={largest.N}, {f'P={largest.network.P}' if isinstance(largest.network, DenseHebbian) else largest.network}, "
            f"{_size(largest)} needs K={largest.K} patterns and {need / 1e6:.4g} MB for one sample"
        )
        remedy = "Lower N or load"
        if need <= limit:
            text += (
                f", and {series / 1e6:.4g} MB for the series of {samples} samples, {largest.replicas} replicas, "
                f"{largest.sweeps} sweeps at {len(runs)} state points"
            )
            remedy = "Lower sweeps, samples or replicas, split the grid"
        raise MemoryLimitError(f"{text}; max_bytes is {limit / 1e6:.4g} MB. {remedy}, or raise max_bytes.")
    return [max(1, min(threads, samples, (limit - series) // run.bytes_per_sample())) for run in runs]


def _check_start(start: Any, overlap: float, samples: int, replicas: int, N: int) -> tuple[str, float, Int8Array | None]:
    if isinstance(start, str):
        checks.choice("start", start, ("pattern", "random"))
        return start, checks.number("start_overlap", overlap, "It is the initial m of pattern 0.", least=-1.0, most=1.0), None
    array = checks.array("start", start, "Give spins of +-1, or 'pattern' or 'random'.")
    shapes = ((N,), (replicas, N), (samples, replicas, N))
    if array.shape not in shapes:
        raise InputError(f"start must be 'pattern', 'random' or spins of shape {shapes}, got shape {array.shape}.")
    spins = check_signs("start", array)
    return "given", 1.0, spins.reshape((1,) * (3 - spins.ndim) + spins.shape)


def _size(run: Run) -> str:
    return f"load={run.network.load(run.K, run.N):.8g}" if isinstance(run.network, DenseHebbian) else f"K={run.K}"


def _first(run: Run | LadderRun) -> Run:
    return run.rungs[0] if isinstance(run, LadderRun) else run


def _rungs(runs: Sequence[Run | LadderRun], axis: tuple[int, ...]) -> list[Run]:
    """Return the runs of a ladder, or raise InputError where its temperatures make none."""
    rungs = [run for run in runs if isinstance(run, Run)]
    temperatures = [run.T for run in rungs]
    if not axis or len(set(temperatures)) < max(len(temperatures), 2):
        raise InputError(f"T must hold at least two different temperatures for ReplicaExchange, got {temperatures}.")
    if min(temperatures) == 0.0:
        raise InputError("T must be > 0 for ReplicaExchange, got 0: a configuration of higher energy would never move there.")
    return rungs


def _finish(
    run: Run | LadderRun, samples: int, threads: int, cores: int, folder: Path | None, bar: Any, before: tuple[Samples, ...]
) -> dict[int, tuple[Any, Provenance]]:
    """Run all samples of one state point or ladder that are not in the folder yet; `before`: finished state points."""
    store = None if folder is None else Store(folder, run.description())
    first = _first(run)
    done: dict[int, tuple[Any, Provenance]] = {}
    for index in range(samples):
        kept = store.read(index) if store else None
        if kept is not None:
            done[index] = kept.series, kept.provenance
            chains = run.replicas * (len(run.rungs) if isinstance(run, LadderRun) else 1)
            bar.update(chains * (first.sweeps + first.burn_in))
    stop, inner = threading.Event(), min(max(cores // threads, 1), run.replicas)  # replicas share what samples leave

    def work(index: int) -> None:
        checkpoints = store.checkpoints(index) if store else None
        series = run.sample(index, stop, bar, checkpoints, inner)
        if series is not None:
            origin = checkpoints.origin if checkpoints else provenance()
            if store:
                store.write(index, series, origin)
            done[index] = series, origin

    with ThreadPoolExecutor(threads) as pool:
        futures = [pool.submit(work, index) for index in range(samples) if index not in done]
        try:
            wait(futures, return_when=FIRST_EXCEPTION)
        except KeyboardInterrupt:
            stop.set()
            pool.shutdown(cancel_futures=True)
            remedy = f"all so far is kept in {folder}; the same call goes on" if folder else "out=folder would keep it"
            here = f"T={first.T:g}" if isinstance(run, Run) else f"a ladder of {len(run.rungs)} temperatures"
            found: tuple[Samples, ...] = ()
            if done:
                found = tuple(_ladder(run, done)) if isinstance(run, LadderRun) else (_collect(run, done),)
            raise Interrupted(
                f"interrupted with {len(done)} of {samples} samples finished at {here}; {remedy}.", (*before, *found)
            ) from None
        finally:
            stop.set()
        for future in futures:
            future.result()
    return done


def _joined(parts: list[Any]) -> Any:
    return None if any(part is None for part in parts) else np.concatenate(parts)  # None: a sample of an older version


def _collect(run: Run, done: dict[int, tuple[Series, Provenance]]) -> Samples:
    ordered, origins = zip(*(done[index] for index in sorted(done)), strict=True)
    series = Series(*(_joined([getattr(s, name) for s in ordered]) for name in _SERIES))
    return Samples(
        run.network, run.N, run.K, run.T, run.method, run.start, run.start_overlap, run.burn_in, run.seed,
        run.patterns is None, series, joint_provenance(origins), run.kernel, run.perturbation, run.watch,
    )  # fmt: skip


def _ladder(run: LadderRun, done: dict[int, tuple[Rungs, Provenance]]) -> Ladder:
    points = tuple(
        replace(_collect(rung, {k: (rungs.series[i], origin) for k, (rungs, origin) in done.items()}), method=run.method)
        for i, rung in enumerate(run.rungs)
    )
    ordered = [done[index][0] for index in sorted(done)]
    swaps, trips = (np.concatenate([getattr(r, name) for r in ordered]) for name in ("swaps", "round_trips"))
    return Ladder(points, (len(points),), Exchange(tuple(rung.T for rung in run.rungs), swaps, trips))


def _in_order(ladder: Ladder, temperatures: list[float]) -> Ladder:
    """Return the points in the order of the call."""
    place = {point.T: point for point in ladder.points}
    return replace(ladder, points=tuple(place[float(T)] for T in temperatures))
