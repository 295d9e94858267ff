"""simulate: the Monte Carlo arm."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from concurrent.futures import Executor
from contextlib import ExitStack
from pathlib import Path
from typing import TypedDict, Unpack, overload

import numpy as np
import numpy.typing as npt

from glassy.core import checks
from glassy.core.errors import InputError, Interrupted
from glassy.core.grid import Grid
from glassy.core.machine import cores, half_memory
from glassy.core.renamed import corrects
from glassy.model.family import Network, check_network, without_patterns
from glassy.model.patterns import given_patterns
from glassy.model.perturbation import Perturbation, check_perturbation
from glassy.simulation.drive.session import Place, Session
from glassy.simulation.drive.work import Task, opened
from glassy.simulation.keep.claim import claim
from glassy.simulation.keep.joined import in_order, join, points
from glassy.simulation.keep.store import Store, folder_path, make_folder
from glassy.simulation.kernels.dynamics import Dynamics, Metropolis, ReplicaExchange
from glassy.simulation.ladder import Ladder, check_free_energy
from glassy.simulation.request import Request, check_memory
from glassy.simulation.sampler.run import Run
from glassy.simulation.samples import Samples

_METROPOLIS = Metropolis()
SAMPLES = 8  # of the patterns, by default


Axis = float | Sequence[float] | npt.NDArray[np.float64]
Many = Sequence[float] | npt.NDArray[np.float64]


class Common(TypedDict, total=False):
    """Arguments of `simulate` that what calls it may pass on."""

    K: int | None
    patterns: npt.ArrayLike | None
    perturbation: Perturbation | Sequence[Perturbation] | None
    start: str | npt.ArrayLike | None
    start_overlap: float
    replicas: int
    burn_in: int | None
    watch: Sequence[int]
    kernel: str
    threads: int | None
    max_bytes: int | None
    out: str | os.PathLike[str] | None
    executor: Executor | str | None


class Options(Common, total=False):
    """All arguments of `simulate` that do not shape what comes back."""

    samples: int | None
    sweeps: int
    free_energy: bool
    progress: bool | None


@overload
def simulate(
    network: Network,
    load: float | None = ...,
    T: float | None = ...,
    N: int | None = ...,
    *,
    seed: int,
    beta: float | None = ...,
    method: Dynamics | str = ...,
    **options: Unpack[Options],
) -> Samples: ...
@overload
def simulate(
    network: Network,
    load: float | None = ...,
    T: Axis | None = ...,
    N: int | None = ...,
    *,
    seed: int,
    beta: Many | None = ...,
    method: ReplicaExchange,
    **options: Unpack[Options],
) -> Ladder: ...
@overload
def simulate(
    network: Network,
    load: Axis | None = ...,
    T: Axis | None = ...,
    N: int | None = ...,
    *,
    seed: int,
    beta: Axis | None = ...,
    method: Dynamics | ReplicaExchange | str = ...,
    **options: Unpack[Options],
) -> Grid[Samples]: ...


@corrects
def simulate(
    network: Network,
    load: Axis | None = None,
    T: Axis | None = None,
    N: int | None = None,
    *,
    seed: int,
    beta: Axis | None = None,
    K: int | None = None,
    patterns: npt.ArrayLike | None = None,
    perturbation: Perturbation | Sequence[Perturbation] | None = None,
    start: str | npt.ArrayLike | None = None,
    start_overlap: float = 1.0,
    samples: int | None = None,
    replicas: int = 2,
    sweeps: int = 1000,
    burn_in: int | None = None,
    method: Dynamics | ReplicaExchange | str = _METROPOLIS,
    watch: Sequence[int] = (),
    kernel: str = "auto",
    threads: int | None = None,
    max_bytes: int | None = None,
    out: str | os.PathLike[str] | None = None,
    executor: Executor | str | None = None,
    free_energy: bool = False,
    progress: bool | None = None,
) -> Samples | Grid[Samples] | Ladder:
    """Sample a finite network by single-spin-flip Monte Carlo (H.1-H.4, C.1, M.1, M.2, M.17).

    Parameters
    ----------
    network : DenseHebbian, SeparableMemory, SpinGlass, Couplings, ImperfectSynapses or Trained
        The network; H.2 or H.3 as its `interactions` say, any table of its own, or couplings, drawn for each sample (C.1),
        given (C.2) or of patterns (C.3). A trained network has examples of ground truths (L.1); m is the overlap with ground
        truth 0. Without patterns m is the magnetization, and `start` is "random" or an array.
    load, T : float or 1-d array
        State point. Arrays give a Grid of shape (len(load), len(T)); an axis is left out where a float is given.
        T = 0 is the limit (ties: see the method), T = inf accepts at random.
    beta : float or 1-d array, optional
        1/T, instead of T: inf is T = 0, 0 is T = inf.
    N : int
        Number of spins, >= P; a SeparableMemory has its own.
    seed : int
        One seed for everything. The numbers do not depend on `threads`, nor on what else is in the grid.
    K : int, optional
        Number of patterns, instead of `load`.
    patterns : array (K, N) or (samples, K, N) of +-1, optional
        Stored patterns instead of `load`, `K` and `N`: any data, one pattern a row. Of several sets each is a sample, and
        errors hold the scatter between them. For a trained network ground truths, of which examples are drawn, or its
        examples (K, M, N), whose ground truths are what most of them say: `examples_by_label` makes these of labelled data.
    perturbation : Perturbation, or sequence of them with ReplicaExchange, optional
        External fields, and energies of their own for chosen patterns, added to the energy of the network. Several are the
        rungs of a ladder at one T, in this order: neighbours exchange configurations (M.18).
    start : {"pattern", "example", "random", "both"} or array of +-1, optional
        "pattern": the condensed pattern, number 0, at overlap `start_overlap`; "example": the first example of ground truth 0,
        in the same way. "random": fair spins. An array of shape (N,), (replicas, N) or (samples, replicas, N): these spins.
        "both": "pattern" and "random" in turn, replica by replica, which is what shows equilibrium over all states. Default:
        "pattern", which shows the phase of the pattern (STEADY, see `Samples.status`) and gives up on whether it is the one
        that wins; with ReplicaExchange "random".
    start_overlap : float
        Initial overlap with pattern 0, or its example, in [-1, 1]; a random set of round(N (1 - overlap)/2) spins is flipped.
    samples : int
        Independent draws of the patterns (default 8, and 1 with `patterns`). One sample has no scatter between samples, and
        `compare` gives no z; eight cost eight times as much.
    replicas : int
        Independent chains for each sample. One has nothing to disagree with, and no status is good.
    sweeps : int
        Measured sweeps, of N attempted flips each. Wherever an integer is asked
        for, a whole float or fraction counts as one: sweeps=1e4.
    burn_in : int
        Sweeps before those that are measured, not counted in `sweeps` (default sweeps // 5).
    method : Metropolis, Glauber, Annealing, Quench or ReplicaExchange
        Dynamics and order of the attempts. Annealing cools during `burn_in` and measures at T; Quench is strict descent at
        T = 0, into a local minimum (`Samples.settled`); ReplicaExchange couples the temperatures of `T`, or several
        perturbations at one T, and gives a Ladder.
        As text, too: "Glauber", "Annealing(2.0)".
    watch : sequence of int
        Patterns whose m is kept as well, in `Samples.series.watched` and `Samples.m_of`.
    kernel : {"auto", "patterns", "packed", "fields", "tensor", "couplings", "wide"}
        What runs the chains; the numbers are the same bit for bit. "auto": the fastest for this run on this processor; "wide"
        where 64-bit integers do not hold the energies, which the others refuse;
        named in `Samples.kernel`. See `glassy.simulation.kernels.choose.choose_kernel`.
    threads : int, optional
        Threads or processes for samples and, where there are fewer samples, threads for their replicas; default: the cores
        this process may use.
    max_bytes : int, optional
        Limit for the patterns in work and all series together, checked before anything is allocated; default: half of the
        memory that this process may use.
    out : path, optional
        Folder that keeps every finished sample, and every half a minute the state of those in work: the same call goes on where
        it stopped, wherever that was, bit for bit as if it had not; also with more samples. One run at a time may use it.
    executor : "threads", "processes" or concurrent.futures.Executor, optional
        Where the samples run; default: "threads", which start at once and whose kernels do not wait for each other.
        Dask's and MPI's executors serve as well; with `out` only small tasks travel. See docs/how-to/cluster.md and `Ensemble`.
    free_energy : bool
        Whether the ladder will be asked for its free energy (`Ladder.minus_beta_f`, `Ladder.reweighted`): then one without
        T = inf is refused at once. The numbers are the same.
    progress : bool, optional
        A bar on stderr, in a file lines; default: where it is slow and stderr is a terminal or a notebook. It counts terms,
        attempted flips times patterns, burn-in included: these take about the same time at every size.

    Returns
    -------
    Samples, or Grid of Samples where load or T is an array; a Ladder, which is a Grid, with ReplicaExchange

    Raises
    ------
    InputError
        If an argument lies outside its domain, or the kernel asked for cannot run this network here.
    MemoryLimitError
        If the run needs more than `max_bytes`.
    StoreError
        If the folder cannot be written, or another run is at work in it.
    EnsembleError
        If an executor of your own broke while samples went into a folder; those that are finished are safe there.
    Interrupted
        On Ctrl-C; `err.samples` is a tuple with the finished samples of each state point that has any.

    Warns
    -----
    PatternsWarning
        If `patterns` looks transposed: ten times more patterns than spins as it is read, beyond retrieval, load > P/4.

    Notes
    -----
    Each sample's patterns depend on (seed, N, K, sample) alone: the temperatures of a grid share them.

    Source: docs/explanation/theory.md, section 1, and docs/explanation/monte-carlo.md.

    Examples
    --------
    >>> import glassy
    >>> r = simulate(glassy.DenseHebbian(P=3), load=0.1, T=0.3, N=30, samples=4, sweeps=200, seed=7)
    >>> r.K, 0.95 < r.m < 1.0, r.m.error < 0.02
    (30, True, True)
    """
    network = check_network(network, "energies")
    folder = None if out is None else folder_path(out)
    T = checks.given_temperature(T, beta)
    if samples is None:
        spins = checks.array("start", start, "Give spins of +-1, or 'pattern', 'random' or 'both'.")
        sets = len(patterns) if _several(network, patterns) else 1  # type: ignore[arg-type]
        samples = sets if patterns is not None else len(spins) if spins.ndim == 3 else SAMPLES
    one = perturbation is None or isinstance(perturbation, Perturbation)
    if not one and not isinstance(perturbation, Sequence):
        check_perturbation(perturbation)
    request = Request.checked(
        seed=seed, samples=samples, replicas=replicas, sweeps=sweeps, burn_in=burn_in, method=method, start=start,
        start_overlap=start_overlap, perturbation=perturbation if one else None, watch=watch, kernel=kernel,
        patterns=network.has_patterns, rungs=() if one else perturbation,
    )  # fmt: skip
    samples = request.samples
    given = None
    if not network.has_patterns:
        load, N = without_patterns(network, load, N, K, patterns)
    elif patterns is not None:
        if load is not None or N is not None or K is not None:
            raise InputError("give either patterns, or load and N, not both: the patterns fix K and N.")
        several = _several(network, patterns)
        given = np.stack([given_patterns(network, x) for x in patterns]) if several else given_patterns(network, patterns)  # type: ignore[union-attr]
        if samples != (len(given) if several else 1):
            must = f"{len(given)}, one for each set of patterns" if several else "1 with given patterns"
            raise InputError(f"samples must be {must}, got {samples!r}: a set is one sample. Raise replicas.")
    elif load is not None and K is not None:
        raise InputError("give either load or K, not both: one fixes the other.")
    else:
        N = network.N if N is None else N
    if network.has_patterns and given is None and ((load is None and K is None) or N is None):
        raise InputError("load and N must be given, or patterns instead of both (K may stand for load).")
    K = None if K is None else checks.integer("K", K, 1, "K counts the patterns.")
    threads = checks.integer("threads", cores() if threads is None else threads, 1, "Samples that run at once.")
    limit = checks.integer("max_bytes", half_memory() if max_bytes is None else max_bytes, 1, "Bytes of memory.")
    loads, load_axis = checks.axis("load", load)
    temperatures, T_axis = checks.axis("T", T)
    ladder = isinstance(request.method, ReplicaExchange)
    if ladder and load_axis:
        raise InputError(f"load must be a float with ReplicaExchange, got shape {load_axis}. Call simulate once per load.")
    held = 2 * samples * len(loads) * (1 if ladder else len(temperatures))  # series in memory; see check_memory

    def room(bytes_of_series: int) -> float:
        return (limit - held * bytes_of_series) // min(threads, samples)

    if checks.truth("free_energy", free_energy):
        check_free_energy(request.method, temperatures)
    runs = request.runs(network, loads, K, temperatures, N, given, room)
    width = min(check_memory(runs, samples, threads, limit), samples * len(runs))
    with ExitStack() as stack:
        if folder is not None:
            make_folder(folder)
            if (folder / "ensemble.npz").exists():
                raise InputError(f"out must be a folder of its own, but {folder} is that of an Ensemble. Name another path.")
            stack.enter_context(claim(folder))
        here = executor is None or executor == "threads"
        desk = None if here else folder or Path(stack.enter_context(tempfile.TemporaryDirectory()))  # outlives the workers
        pool = stack.enter_context(opened(executor, "threads", width))
        places = _places(runs, samples, folder)
        apart = list({place.name: place for place in places}.values())
        spare = min(max(threads // min(width, samples), 1), request.replicas)  # replicas share what samples leave
        session = Session(
            apart,
            lambda: (Task(p.run, i, place=p.name, threads=spare) for p in apart for i in range(samples)),
            workers=width, progress=progress, root=folder, desk=desk, whole=True,
        )  # fmt: skip
        try:
            session.run(pool, width if here else 2 * width)
        except Interrupted as stopped:
            done = session.read()
            finished = tuple(s for p in places if done[p.name] for s in points(p.run, done[p.name]))
            raise Interrupted(str(stopped), finished) from None
        done = session.read()
    if ladder:
        found = join(runs[0], done[places[0].name])
        return found if request.rungs else in_order(found, temperatures)
    each = tuple(points(p.run, done[p.name])[0] for p in places)
    return Grid(each, load_axis + T_axis) if load_axis or T_axis else each[0]


def _several(network: Network, patterns: npt.ArrayLike | None) -> bool:
    """Whether patterns are several sets, (samples, K, N); of a trained network (K, M, N) are examples."""
    if patterns is None or network.has_examples:
        return False
    return checks.array("patterns", patterns, "Give K rows of N entries each.").ndim == 3


def _places(runs: Sequence[Run], samples: int, folder: Path | None) -> list[Place]:
    """Return the place of every run: in subfolders where there are several; loads of the same K share theirs."""
    names = [f"{run.size}_T={run.T:.8g}" for run in runs]
    exact = [f"{run.size}_T={run.T!r}" for run in runs]
    names = [name if len(set(names)) == len(set(exact)) else long for name, long in zip(names, exact, strict=True)]
    found: dict[str, Place] = {}
    for run, name in zip(runs, names, strict=True):
        if name not in found:
            store = None if folder is None else Store(folder if len(runs) == 1 else folder / name, run.description())
            found[name] = Place(run, samples, name, store)
    return [found[name] for name in names]
