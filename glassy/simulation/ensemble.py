"""Ensemble: disorder averages over networks, sizes, loads and temperatures, kept in a folder that survives anything."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import ExitStack
from dataclasses import InitVar, dataclass, field, fields, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from glassy.core import checks, storage
from glassy.core.errors import InputError
from glassy.core.machine import cores, half_memory
from glassy.core.progress import progress_bar
from glassy.core.renamed import corrects
from glassy.core.storage import Saved, VersionError
from glassy.model.family import check_network
from glassy.model.perturbation import Perturbation
from glassy.numerics import passes
from glassy.simulation.drive.session import Place, Session, make_place
from glassy.simulation.drive.work import Task, opened
from glassy.simulation.ensemble_result import EnsembleResult, pools_of
from glassy.simulation.keep.claim import Part, check_part, claim, gate
from glassy.simulation.keep.store import Store, differences, folder_path, make_folder
from glassy.simulation.kernels.dynamics import Dynamics, Metropolis, ReplicaExchange
from glassy.simulation.ladder import check_free_energy
from glassy.simulation.request import Request, check_memory

FILE = "ensemble.npz"


@corrects
@dataclass(frozen=True)
class Ensemble(Saved):
    """A frozen description of many samples; every sample is a task whose numbers depend on it and its index alone.

    Parameters
    ----------
    networks : DenseHebbian or SeparableMemory, or a sequence of them
        The networks.
    loads, sizes, temperatures : float or sequence of float
        All combinations are run. With ReplicaExchange all temperatures are one task.
    beta : float or sequence of float, optional
        1/T of the temperatures, instead of them; not kept.
    K : int or sequence of int, optional
        Numbers of patterns, instead of loads.
    samples : int, or one for each size
        Independent draws of the patterns. May be raised later: what is finished stays.
    seed : int
        One seed for everything.
    method, start, start_overlap, replicas, sweeps, burn_in, perturbation, watch, kernel
        As in `simulate`; start is "pattern" or "random", and by default the one of `simulate`.

    Examples
    --------
    >>> import glassy, tempfile
    >>> ensemble = glassy.Ensemble(glassy.DenseHebbian(P=3), loads=0.1, sizes=(20, 30), temperatures=0.3, samples=4, seed=7)
    >>> [task.key.split("_")[0] for task in ensemble.tasks()][::4]
    ['N=30', 'N=20']
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     r = ensemble.run(folder, executor="threads")
    >>> r.samples_done.shape, r.samples_done.tolist(), bool(r.errors("m").min() > 0.0)
    ((1, 2, 1, 1), [[[[4]], [[4]]]], True)
    """

    networks: Any
    loads: Any = ()
    sizes: Any = ()
    temperatures: Any = ()
    samples: Any = 1
    seed: int = field(kw_only=True)
    K: Any = ()
    method: Dynamics | ReplicaExchange = Metropolis()  # noqa: RUF009
    start: str | None = None
    start_overlap: float = 1.0
    replicas: int = 2
    sweeps: int = 1000
    burn_in: int | None = None
    perturbation: Perturbation | None = None
    watch: tuple[int, ...] = ()
    kernel: str = "auto"
    beta: InitVar[Any] = field(default=None, kw_only=True)

    def __post_init__(self, beta: Any) -> None:
        if beta is not None:
            given = None if isinstance(self.temperatures, tuple) and not self.temperatures else self.temperatures
            object.__setattr__(self, "temperatures", checks.given_temperature(given, beta, "temperatures"))
        networks = self.networks if isinstance(self.networks, tuple | list) else (self.networks,)
        checked: dict[str, Any] = {"networks": tuple(check_network(network, "energies") for network in networks)}
        for word in ("loads", "sizes", "temperatures", "K"):
            value = getattr(self, word)
            checked[word] = () if isinstance(value, tuple | list) and not value else tuple(checks.axis(word, value)[0])
            if len(set(checked[word])) < len(checked[word]):
                raise InputError(f"{word} must differ from each other, got {checked[word]}. Give each once.")
        if not networks or not checked["temperatures"] or _neither(checked) or (checked["loads"] and checked["K"]):
            raise InputError("networks, temperatures, and either loads or K must be given. Give at least one of each.")
        if not checked["sizes"]:
            checked["sizes"] = tuple(dict.fromkeys(network.N for network in checked["networks"]))
        if None in checked["sizes"]:
            raise InputError("sizes must be given: numbers of spins. Give at least one.")
        each = self.samples if isinstance(self.samples, tuple | list) else (self.samples,) * len(checked["sizes"])
        if len(each) != len(checked["sizes"]):
            raise InputError(
                f"samples must be an integer or one for each of {len(checked['sizes'])} sizes, got {self.samples!r}."
            )
        checked["samples"] = tuple(checks.integer("samples", n, 1, "Samples are draws of the patterns.") for n in each)
        if self.start is not None and not isinstance(self.start, str):
            raise InputError("start must be 'pattern' or 'random' in an Ensemble. Give spins of your own to glassy.simulate.")
        checked["K"] = tuple(checks.integer("K", k, 1, "K counts the patterns.") for k in checked["K"])
        checked["loads"] = tuple(checks.load(x) for x in checked["loads"])
        checked["temperatures"] = tuple(checks.temperature(T, infinite=True) for T in checked["temperatures"])
        checked["sizes"] = tuple(checks.integer("sizes", n, 1, "They count the spins.") for n in checked["sizes"])
        checked["start_overlap"] = checks.number("start_overlap", self.start_overlap, "It is an overlap.", least=-1.0, most=1.0)
        for word, value in checked.items():
            object.__setattr__(self, word, value)
        request = self._request
        for word in ("seed", "start", "replicas", "sweeps", "burn_in", "watch", "method"):
            object.__setattr__(self, word, getattr(request, word))
        found = [place.name for place in self.places]
        for name in found:
            if found.count(name) > 1:
                raise InputError(
                    f"state points must differ, but {name.rsplit('_', 1)[0]} is there twice: loads that give the same K at "
                    "this size, or a network that was given twice. Take one away."
                )

    @property
    def _request(self) -> Request:
        words = {f.name: getattr(self, f.name) for f in fields(self)}
        shared = {f.name: words[f.name] for f in fields(Request) if f.name in words}
        if shared["kernel"] == "packed" and not passes.available():
            shared["kernel"] = "auto"  # the numbers are the same
        patterns = all(network.has_patterns for network in self.networks)
        return Request.checked(**{**shared, "samples": max(self.samples)}, patterns=patterns)

    def words(self) -> dict[str, Any]:
        """Return what must agree between a folder and a description, in words; kernels and how many samples may differ."""
        found = {f.name: repr(getattr(self, f.name)) for f in fields(self) if f.name not in ("samples", "kernel")}
        found["networks"] += "".join(f" {network.digest}" for network in self.networks if hasattr(network, "digest"))
        return found | {"perturbation": self.perturbation.digest if self.perturbation else None}

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """Numbers of networks, sizes, loads (or K) and temperatures."""
        return len(self.networks), len(self.sizes), len(self.loads or self.K or (None,)), len(self.temperatures)

    @cached_property
    def places(self) -> tuple[Place, ...]:
        """Every state point, or ladder, in the order of the description: networks, sizes, loads, temperatures."""
        request, room, found = self._request, half_memory() / cores(), []
        for network in self.networks:
            for N, samples in zip(self.sizes, self.samples, strict=True):
                for load, K in [(x, None) for x in self.loads] or [(None, k) for k in self.K or (None,)]:
                    runs = request.runs(network, [load], K, self.temperatures, N, None, lambda _: room)
                    found += [make_place(run, samples) for run in runs]
        return tuple(found)

    def tasks(self, part: Part = (0, 1)) -> Iterator[Task]:
        """Yield the tasks, the largest first: all, or every n-th of each state point with part=(i, n)."""
        i, n = check_part(part)
        return (
            Task(place.run, index, place=place.name)
            for k, place in enumerate(sorted(self.places, key=lambda p: -p.run.cost))
            for index in range((i - k) % n, place.samples, n)
        )

    def run(
        self,
        out: str | os.PathLike[str],
        executor: Executor | str | None = None,
        *,
        free_energy: bool = False,
        progress: bool | None = None,
        part: Part = (0, 1),
        workers: int | None = None,
        in_flight: int | None = None,
        wait: bool = False,
        max_bytes: int | None = None,
    ) -> EnsembleResult:
        """Run what is not finished in a folder, and return what `read` does.

        Parameters
        ----------
        out : path
            The folder. Every sample is written there by its worker when it is finished, and its state every half a minute.
        executor : "processes", "threads" or concurrent.futures.Executor, optional
            Where; default: processes of this machine, which may be killed. See docs/how-to/cluster.md for Dask and MPI.
        free_energy, progress : bool
            As in `simulate`.
        part : (i, n)
            Run every n-th task from the i-th on: the parts may run at the same time, on any machines that share the folder.
        workers : int, optional
            Processes or threads; default: the cores this process may use.
        in_flight : int, optional
            Tasks handed to the executor at once; default: twice its workers, or 64 where their number is not known.
        wait : bool
            Wait where another run is at work on the same tasks, instead of StoreError.
        max_bytes : int, optional
            Memory for all workers; default: half of what this process may use.

        Raises
        ------
        InputError
            If the folder holds another ensemble; the message shows the difference.
        StoreError
            If the folder cannot be written, or another run is at work on the same tasks.
        EnsembleError
            If samples failed; all others are finished.
        Interrupted
            On Ctrl-C, when the samples in work are safe.
        """
        part, root = check_part(part), folder_path(out)
        checks.truth("wait", wait)
        if checks.truth("free_energy", free_energy):
            check_free_energy(self.method, self.temperatures)
        limit = checks.integer("max_bytes", half_memory() if max_bytes is None else max_bytes, 1, "Bytes of memory.")
        count = checks.integer("workers", cores() if workers is None else workers, 1, "Samples that run at once.")
        count = check_memory([place.run for place in self.places], 0, count, limit)
        make_folder(root)
        with gate(root):
            self.settle(root)
            places = [replace(p, store=Store(root / p.name, p.run.description())) for p in self.places]
        with ExitStack() as stack:
            stack.enter_context(claim(root, part, wait))
            pool = stack.enter_context(opened(executor, "processes", count))
            known = [getattr(pool, word, None) for word in ("count", "_max_workers", "num_workers")]
            hands = next((n for n in known if n), None)
            width = 2 * (hands or 32) if in_flight is None else in_flight
            width = checks.integer("in_flight", width, 1, "It counts tasks that are handed out at once.")
            session = Session(
                places, lambda: self.tasks(part), workers=hands or count, progress=progress, root=root, part=part, desk=root,
                patient=True,
            )  # fmt: skip
            session.run(pool, width)
        return self.read(root, progress=progress)

    def read(self, out: str | os.PathLike[str], verify: bool = True, *, progress: bool | None = None) -> EnsembleResult:
        """Return the EnsembleResult of a folder, finished or not, also while it runs; nothing is written.

        With `verify` every byte of every file is held against its checksum; without, size and time of change of the files
        whose averages are known.
        """
        root = folder_path(out)
        if {p.name for p in stored(root).places} != {p.name for p in self.places}:
            self.settle(root)  # raises, with the difference
        with progress_bar(sum(p.samples for p in self.places), progress, "sample", "read") as bar:
            pools, damaged = pools_of(self.places, self.temperatures, root, verify, bar)
        return EnsembleResult(self, str(root), tuple(pools), tuple(damaged))

    def settle(self, root: Path) -> None:
        """Write the description of the ensemble, or hold it against that of the folder."""
        path = root / FILE
        if not path.exists():
            if (root / "description.json").exists():
                raise InputError(f"out must be a folder of its own, but {root} is that of simulate. Name another path.")
            self._save(path, self)
            return
        found = stored(root)
        differing = list(differences(found.words(), self.words()))
        if differing:
            raise InputError(
                f"{root} must hold this very ensemble, but differs in {'; '.join(differing)}. "
                "Repeat the first description (samples may be raised), or name a new folder."
            )
        most = tuple(max(a, b) for a, b in zip(found.samples, self.samples, strict=True))
        if most != found.samples:
            self._save(path, replace(self, samples=most))

    @staticmethod
    def _save(path: Path, ensemble: Ensemble) -> None:
        try:
            storage.save(ensemble, path)
        except OSError as error:
            raise InputError(
                f"out must be a folder that can be written, but {path} could not ({error}). Free space, or name another path."
            ) from error


def stored(root: Path) -> Ensemble:
    """Return the ensemble of a folder, or raise InputError."""
    path = root / FILE
    if not path.exists():
        raise InputError(f"{root} must be the folder of an ensemble, but has no {FILE}. Name the folder given to Ensemble.run.")
    try:
        found = storage.load(path)
    except VersionError:
        raise
    except InputError as error:
        raise InputError(f"{error} Delete it and repeat Ensemble.run: the samples know their run.") from error
    if not isinstance(found, Ensemble):
        raise InputError(f"{path} must hold an Ensemble, but holds {type(found).__name__}. Name another folder.")
    return found


def read_ensemble(out: str | os.PathLike[str], verify: bool = True, *, progress: bool | None = None) -> EnsembleResult:
    """Read the averages of an ensemble from its folder, finished or not, also while it runs.

    Parameters
    ----------
    out : path
        The folder that was given to `Ensemble.run`.
    verify : bool
        Hold every byte of every sample against its checksum; else size and time of change.
    progress : bool, optional
        A bar on stderr; default: where it is slow and stderr is a terminal or a notebook.

    Returns
    -------
    EnsembleResult

    Raises
    ------
    InputError
        If it is not the folder of an ensemble.

    Examples
    --------
    >>> import glassy, tempfile
    >>> ensemble = glassy.Ensemble(glassy.DenseHebbian(P=3), 0.1, 20, (0.3, 0.5), samples=3, seed=7, sweeps=200)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     ran = ensemble.run(folder, executor="threads")
    ...     back = glassy.read_ensemble(folder)
    ...     print(back, back.samples(T=0.3).m == back.rows[0].estimate)
    EnsembleResult(2 state points, 6 of 6 samples finished) True
    """
    root = folder_path(out)
    return stored(root).read(root, verify, progress=progress)


def _neither(checked: dict[str, Any]) -> bool:
    """Whether loads and K are missing where a network needs one of them."""
    return not (checked["loads"] or checked["K"]) and any(n.has_load or n.has_patterns for n in checked["networks"])
