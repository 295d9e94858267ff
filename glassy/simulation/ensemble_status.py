"""What is done, in work and failed in the folder of an ensemble, and what remains; and two folders made one."""

from __future__ import annotations

import os
import shutil
import socket
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

import numpy as np

from glassy.core import storage
from glassy.core.errors import InputError
from glassy.core.progress import progress_bar
from glassy.core.records import State, state_of
from glassy.core.storage import Saved, VersionError
from glassy.simulation.drive.session import Place
from glassy.simulation.ensemble import read_ensemble, stored
from glassy.simulation.ensemble_result import EnsembleResult
from glassy.simulation.keep.claim import claim, gate, journals
from glassy.simulation.keep.ledger import Ledger
from glassy.simulation.keep.store import Kept, Store, differences, folder_path, make_folder
from glassy.simulation.sampler.run import Run


@dataclass(frozen=True)
class EnsembleStatus(Saved):
    """How far an ensemble is; files are counted, not read.

    Parameters
    ----------
    places : tuple of (str, int, int)
        Name of each state point, finished samples, and how many were asked.
    in_work : tuple of str
        Tasks that runs at work have handed to their workers.
    failed : tuple of (key, message)
        What tasks raised in the last run of each part, by their keys.
    runs : tuple of str
        The runs at work.
    workers : int
        Their workers, together; of the last run where none is at work.
    work_left : float, optional
        Seconds of one worker that remain, from the times of finished samples; None where none is known.
    state_points : tuple
        Network, N, K, load and T of each place by name, of a ladder without T; empty in files of older versions.

    Examples
    --------
    >>> import glassy, tempfile
    >>> network = glassy.DenseHebbian(P=3)
    >>> e = glassy.Ensemble(network, loads=0.1, sizes=20, temperatures=0.3, samples=2, seed=7, sweeps=50)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     result = e.run(folder)
    ...     status = glassy.ensemble_status(folder)
    >>> status
    EnsembleStatus(2 of 2 samples finished, 0 runs at work)
    """

    places: tuple[tuple[str, int, int], ...]
    in_work: tuple[str, ...]
    failed: tuple[tuple[str, str], ...]
    runs: tuple[str, ...]
    workers: int
    work_left: float | None
    state_points: tuple[State, ...] = field(default=(), repr=False)

    def records(self) -> Iterator[dict[str, Any]]:
        """Yield the state points, with how many of their samples are in work, and failed in the last run."""
        work, bad = (Counter(key.rpartition("/")[0] for key in keys) for keys in (self.in_work, dict(self.failed)))
        for i, (place, done, asked) in enumerate(self.places):
            state = dict(self.state_points[i]) if self.state_points else {}
            yield {**state, "place": place, "done": done, "asked": asked, "in_work": work[place], "failed": bad[place]}

    @property
    def done(self) -> int:
        """Finished samples."""
        return sum(done for _, done, _ in self.places)

    @property
    def asked(self) -> int:
        """All samples."""
        return sum(asked for *_, asked in self.places)

    @property
    def seconds_left(self) -> float | None:
        """Estimate of what remains with the workers of now."""
        return None if self.work_left is None else self.work_left / max(self.workers, 1)

    def table(self) -> str:
        """Return the status as text."""
        lines = [f"{done:>8}/{asked:<8} {name}" for name, done, asked in self.places]
        lines.append(f"{self.done} of {self.asked} samples finished, {len(self.in_work)} in work, {len(self.failed)} failed")
        lines += [f"at work: {run}" for run in self.runs]
        lines += [f"failed: {key}: {text}" for key, text in self.failed]
        if self.done < self.asked:
            left = "unknown" if self.seconds_left is None else duration(self.seconds_left)
            lines.append(f"remaining: about {left} with {self.workers} workers{'' if self.runs else '; no run is at work'}")
        return "\n".join(lines)

    def __repr__(self) -> str:
        return f"EnsembleStatus({self.done} of {self.asked} samples finished, {len(self.runs)} runs at work)"


def duration(seconds: float) -> str:
    """Write a time for people.

    Examples
    --------
    >>> duration(59.4), duration(5400.0), duration(200000.0)
    ('59 s', '1.5 h', '2.3 days')
    """
    for size, word in ((86400.0, "days"), (3600.0, "h"), (60.0, "min")):
        if seconds >= 1.2 * size:
            return f"{seconds / size:.1f} {word}"
    return f"{seconds:.0f} s"


def ensemble_status(out: str | os.PathLike[str]) -> EnsembleStatus:
    """Return how far the ensemble of a folder is, also while it runs; nothing is written but the looks at the locks.

    Parameters
    ----------
    out : path
        The folder that was given to `Ensemble.run`.

    Examples
    --------
    >>> import glassy, tempfile
    >>> ensemble = glassy.Ensemble(glassy.DenseHebbian(P=3), 0.1, 20, (0.3, 0.5), samples=3, seed=7, sweeps=200)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     ran = ensemble.run(folder, executor="threads", part=(0, 2))
    ...     print(glassy.ensemble_status(folder))
    EnsembleStatus(3 of 6 samples finished, 0 runs at work)
    """
    root = folder_path(out)
    ensemble, known = stored(root), journals(root)
    places, seconds = [], {}
    for place in ensemble.places:
        folder = root / place.name
        done, times = 0, np.array([])
        if (folder / "description.json").exists():
            store = Store(folder, place.run.description())
            done, times = sum(k < place.samples for k in store.indices()), Ledger(store, place.run).seconds()
        places.append((place.name, done, place.samples))
        seconds[place.name] = float(times.mean()) if times.size else None
    at_work = [(part, journal) for part, journal, held in known if held]
    shown = at_work or [(part, journal) for part, journal, _ in known]
    return EnsembleStatus(
        places=tuple(places),
        in_work=tuple(key for _, journal in at_work for key in journal.in_work),
        failed=tuple(item for _, journal, _ in known for item in journal.failed.items() if not _is_there(root, item[0])),
        runs=tuple(f"part {part}, process {journal.pid} on {journal.host}" for part, journal in at_work),
        workers=sum(journal.workers for _, journal in shown) or 1,
        work_left=_left(ensemble.places, places, seconds),
        state_points=tuple(_state(place.run) for place in ensemble.places),
    )


def _state(run: Run) -> State:
    """Return what a run is of; a ladder is of no single T."""
    return tuple((name, x) for name, x in state_of(run) if name != "T" or not run.every)


def _left(places: tuple[Place, ...], counts: list[tuple[str, int, int]], seconds: dict[str, float | None]) -> float | None:
    """Return the work that remains: where no sample is finished, scaled by N K sweeps from where some are."""
    rates = [s / place.run.cost for place in places if (s := seconds[place.name]) is not None]
    if not rates:
        return None
    left = 0.0
    for place, (_, done, asked) in zip(places, counts, strict=True):
        each = seconds[place.name]
        left += (asked - done) * (float(np.mean(rates)) * place.run.cost if each is None else each)
    return left


def merge_ensembles(
    a: str | os.PathLike[str], b: str | os.PathLike[str], into: str | os.PathLike[str], *, progress: bool | None = None
) -> EnsembleResult:
    """Join the samples of two folders of the same description in a third; each sample once, every byte checked.

    Parameters
    ----------
    a, b : path
        Folders of the same ensemble; the numbers of samples may differ, the larger is kept.
    into : path
        A new folder, or one of the same ensemble.
    progress : bool, optional
        A bar on stderr; default: where it is slow and stderr is a terminal or a notebook.

    Returns
    -------
    EnsembleResult
        Of the new folder. Damaged files are not copied; `read_ensemble` of their folder names them.

    Raises
    ------
    InputError
        If the descriptions differ, or the same sample has other numbers in the other folder.

    Examples
    --------
    >>> import glassy, os, tempfile
    >>> ensemble = glassy.Ensemble(glassy.DenseHebbian(P=3), 0.1, 20, 0.3, samples=4, seed=7, sweeps=200)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     halves = [os.path.join(folder, name) for name in "ab"]
    ...     ran = [ensemble.run(half, "threads", part=(i, 2)) for i, half in enumerate(halves)]
    ...     print(ran, glassy.merge_ensembles(*halves, os.path.join(folder, "c")))
    [EnsembleResult(1 state points, 2 of 4 samples finished), EnsembleResult(1 state points, 2 of 4 samples finished)] \
EnsembleResult(1 state points, 4 of 4 samples finished)
    """
    sources, target = [folder_path(a, "a"), folder_path(b, "b")], folder_path(into, "into")
    first, second = (stored(root) for root in sources)
    differing = list(differences(first.words(), second.words()))
    if differing:
        raise InputError(
            f"{sources[0]} and {sources[1]} must hold the same ensemble, but differ in "
            f"{'; '.join(text.replace('folder', 'first').replace('call', 'second') for text in differing)}. Merge equal ones."
        )
    most = tuple(max(x, y) for x, y in zip(first.samples, second.samples, strict=True))
    ensemble = replace(first, samples=most)
    make_folder(target)
    with gate(target):
        ensemble.settle(target)
    with claim(target), progress_bar(3.0 * len(ensemble.places), progress, "folder", "merge") as bar:
        for place in ensemble.places:
            store = Store(target / place.name, place.run.description())
            for number, root in enumerate(sources):
                if root != target and (root / place.name / "description.json").exists():
                    _copy(Store(root / place.name, place.run.description()), store, number)
                bar.update()
        bar.step = float(len(ensemble.places))
        return read_ensemble(target)


def _copy(source: Store, target: Store, number: int) -> None:
    """Copy the good samples of one store into another."""
    for sample, kept in _good(source):
        try:
            there = target.examine(sample)
        except FileNotFoundError:
            pass
        except InputError as error:
            target.set_aside(sample, error)
        else:
            if not _agree(there.series, kept.series):
                raise InputError(
                    f"{source.path(sample)} and {target.path(sample)} must hold the same numbers, but differ. Their versions "
                    f"are {kept.provenance} and {there.provenance}. Keep the one that you trust and delete the other."
                )
            continue
        new = target.path(sample).with_suffix(f".npz.{socket.gethostname()}.{os.getpid()}.0.part")
        shutil.copy2(source.path(sample), new)
        with new.open("rb") as file:
            storage.fingerprint(file)
            os.fsync(file.fileno())
        new.replace(target.path(sample))
    for ledger in source.folder.glob("ledger_*.bin"):
        shutil.copy2(ledger, target.folder / f"ledger_{number}_{ledger.name[7:]}")


def _is_there(root: Path, key: str) -> bool:
    """Whether the sample of a task was finished after all."""
    place, _, index = key.rpartition("/")
    return (root / place / f"sample_{int(index):06d}.npz").exists()


def _good(store: Store) -> Iterator[tuple[int, Kept]]:
    for sample in store.indices():
        try:
            yield sample, store.examine(sample)
        except VersionError:
            raise
        except InputError:
            continue


def _agree(a: Any, b: Any) -> bool:
    """Whether two series hold the same numbers, bit for bit, in all that both kept: older versions kept less."""
    if a is None or b is None:
        return True
    if isinstance(a, np.ndarray) and isinstance(b, np.ndarray):
        return (a.dtype, a.shape, a.tobytes()) == (b.dtype, b.shape, b.tobytes())
    if isinstance(a, tuple):
        return len(a) == len(b) and all(map(_agree, a, b))
    return type(a) is type(b) and all(_agree(getattr(a, f.name), getattr(b, f.name)) for f in fields(a))
