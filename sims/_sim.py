"""What every claim shares: the command line, its cases, its samples and its files.

results/CLAIM/CASE/data.csv    one row for each quantity at each state point and size (glassy.Table), nothing left out
                   lines.csv   the theory lines of the figure; others as a claim needs them
                   z.txt       the rows that judge the claim, for readers
                   meta.json   claim, verdict, command, sizes, samples, sweeps, seed, run time, versions behind the samples
                   figure.png  drawn from these files alone
Finished samples are kept in build/samples/CLAIM/CASE, so that an interrupted run goes on where it stopped.
Both folders lie in the repository; in the folder where one is, if glassy is installed; or in --out.

A claim is a module with CASES (a dict of Case by name), `measure(case, run)` that returns the tables by their names, and
`panels(case, tables)` that returns the figure; `verdict(case, tables)`, one sentence, where that of Table.verdict is not it.
"""

from __future__ import annotations

import argparse
import csv
import importlib
import json
import math
import pkgutil
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Self

import numpy as np

import glassy
from glassy import plots

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent if HERE.name == "sims" else Path()  # the repository, or of an installed package where one is


class Lines(list[dict[str, Any]]):
    """Rows of a table that is no evidence, as theory lines: columns by name, and rows by their values."""

    def __getitem__(self, key: Any) -> Any:
        return np.array([r[key] for r in self]) if isinstance(key, str) else super().__getitem__(key)

    def where(self, **wanted: Any) -> Lines:
        """Return the rows whose columns have the wanted values; a callable says whether a value is wanted."""
        return Lines(r for r in self if all(v(r[k]) if callable(v) else r[k] == v for k, v in wanted.items()))


def columns(result: Any, *names: str) -> dict[str, Any]:
    """Return attributes of a result as cells of a row: statuses and ansaetze by name, "x_error" the error of x in k."""

    def cell(name: str) -> Any:
        if name.endswith("_error"):
            return getattr(getattr(result, name.removesuffix("_error")), "error", 0.0)
        found = getattr(result, name)
        if isinstance(found, float):
            return float(found)  # of an Estimate the value
        return found if isinstance(found, int | str) else getattr(found, "name", repr(found))

    return {name: cell(name) for name in names}


Tables = Mapping[str, Any]  # name of the file, without .csv: a glassy.Table ("data" of a measured claim) or Lines


@dataclass(frozen=True, kw_only=True)
class Case:
    """One folder of results; a claim adds fields of its own.

    `samples` and `sweeps` go by size, or are one for all. `quick` replaces fields where a run is to be small and fast.
    """

    name: str
    claim: str
    sizes: tuple[int, ...] = ()
    samples: tuple[int, ...] | int = ()
    sweeps: tuple[int, ...] | int = ()
    seed: int = 0
    quick: Mapping[str, Any] = field(default_factory=dict)

    @property
    def small(self) -> Self:
        """The case of a small and fast run: its first two sizes."""
        return replace(self, **{"sizes": self.sizes[:2], **self.quick})

    @property
    def runs(self) -> Iterator[tuple[int, int, int]]:
        """N, samples and sweeps of every size."""
        lists = ([x] * len(self.sizes) if isinstance(x, int) else x for x in (self.samples, self.sweeps))
        return zip(self.sizes, *lists, strict=True)


@dataclass
class Sampling:
    """Runs the simulations of a case: each in a folder of its own, where finished samples are found again."""

    label: str
    folder: Path
    places: Sequence[Path] = (ROOT / "results",)  # where results of other claims are looked for
    origins: list[Any] = field(default_factory=list)
    sources: list[dict[str, Any]] = field(default_factory=list)

    def __call__(self, *where: Any, out: str, how: Callable[..., Any] = glassy.simulate, **options: Any) -> Any:
        """Return glassy.simulate (or glassy.hold) at a state point or ladder, and remember which code made the samples."""
        print(f"{self.label}: {out}", flush=True)
        found = how(*where, out=self.folder / out, **options)
        self.origins += [r.provenance for r in (found if isinstance(found, glassy.Grid) else [found])]
        return found

    def results(self, claim: str, case: str) -> dict[str, Any]:
        """Return the tables of another case."""
        return read(finished(claim, case, self.places))

    def reads(self, claim: str, case: str) -> dict[str, Any]:
        """Return the tables of a case, on which this one rests, and remember whose samples they are."""
        folder = finished(claim, case, self.places)
        self.sources.append(json.loads((folder / "meta.json").read_text()))
        self.origins.append(glassy.Provenance(**self.sources[-1]["provenance"]))
        return read(folder)


def claims() -> dict[str, Any]:
    """Return every claim by name."""
    found = {m.name: importlib.import_module(f".{m.name}", __package__) for m in pkgutil.iter_modules([str(HERE)])}
    return {name: module for name, module in found.items() if hasattr(module, "panels")}


def read(folder: Path) -> dict[str, Any]:
    """Return the tables of a folder by name: data.csv as a glassy.Table if it is evidence, the others as Lines."""
    return {path.stem: _read(path) for path in sorted(folder.glob("*.csv"))}


def finished(claim: str, case: str, places: Sequence[Path] = (ROOT / "results",)) -> Path:
    """Return the folder of a case that was run, the first in `places`."""
    for folder in (place / claim / case for place in places):
        if (folder / "meta.json").exists():
            return folder
    where = " or ".join(str(place) for place in dict.fromkeys(places))
    raise glassy.InputError(f"This rests on {claim}/{case}, which is not in {where}. First: python -m glassy sims run "
                            f"{claim}/{case}, with the same --quick and --out.")  # fmt: skip


def results(claim: str, case: str) -> dict[str, Any]:
    """Return the tables of a case that was run in the default place."""
    return read(finished(claim, case))


def meta(claim: str, case: str) -> dict[str, Any]:
    """Return the meta.json of a case that was run in the default place."""
    found: dict[str, Any] = json.loads((finished(claim, case) / "meta.json").read_text())
    return found


def _read(path: Path) -> Any:
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    if rows and {"quantity", "simulation"} <= set(rows[0]):
        return glassy.Table.read_csv(path)
    return Lines({k: _number(v) for k, v in row.items()} for row in rows)


def _number(text: str) -> Any:
    try:
        return float(text) if text else math.nan
    except ValueError:
        return text


def _write(path: Path, table: Any) -> None:
    if isinstance(table, glassy.Table):
        table.csv(path)
        return
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, tuple(table[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(table)


def verdict(module: Any, case: Case, tables: Tables) -> str:
    """Return the one sentence that the data say of the claim."""
    say = getattr(module, "verdict", None)
    return str(say(case, tables) if say else tables["data"].verdict())


def run(claim: str, module: Any, case: Case, target: Path, sampling: Sampling, options: str) -> None:
    """Measure a case and write its files; after an interruption it goes on from its samples."""
    began = time.perf_counter()
    tables = module.measure(case, sampling)
    target.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        _write(target / f"{name}.csv", table)
    if isinstance(tables.get("data"), glassy.Table):
        (target / "z.txt").write_text(tables["data"].text())
    protocol, names = {}, ("sizes", "samples", "sweeps", "seed")
    if case.sizes:
        protocol = {k: getattr(case, k) for k in names}
    elif sampling.sources:  # what was sampled for other claims
        protocol = {k: [s[k] for s in sampling.sources] if len(sampling.sources) > 1 else sampling.sources[0][k] for k in names}
    origins = sampling.origins or [glassy.provenance()]
    found = {
        "claim": case.claim, "verdict": verdict(module, case, tables),
        "command": f"python -m glassy sims run {claim}/{case.name}{options}", **protocol,
        **({"core_seconds": round(glassy.sampling_seconds(sampling.folder), 1)} if case.sizes else {}),
        "seconds": round(time.perf_counter() - began, 1), "provenance": asdict(glassy.joint_provenance(origins)),
    }  # fmt: skip
    (target / "meta.json").write_text(json.dumps(found, indent=1) + "\n")
    print(f"{target}: {found['verdict']}")


def plot(module: Any, case: Case, target: Path) -> None:
    """Draw the figure of a case from the files in its folder."""
    plots.save(module.panels(case, read(target)), target / "figure")


def status(claim: str, case: Case, samples: Path) -> str:
    """Say of every folder of samples of a case how many are finished, in work and set aside, and how long they took."""
    lines = []
    for place in sorted({p.parent for kind in ("sample", "checkpoint") for p in samples.rglob(f"{kind}_*.npz")}):
        done, work = (len(list(place.glob(f"{kind}_*.npz"))) for kind in ("sample", "checkpoint"))
        bad = len([*place.glob("*.damaged"), *place.glob("*.foreign")])
        text = f"{claim}/{case.name} {place.relative_to(samples)}: {done} samples finished, {work} in work or stopped"
        lines.append(text + (f", {bad} files set aside" if bad else ""))
    took = glassy.sampling_seconds(samples)
    return "\n".join([*lines, f"{claim}/{case.name}: they took {took:.0f} s of one core" if took else ""] if lines
                     else [f"{claim}/{case.name}: no samples yet"]).rstrip()  # fmt: skip


def chosen(names: Sequence[str]) -> Iterator[tuple[str, Any, Case]]:
    """Yield claim, module and case of each CLAIM or CLAIM/CASE; of all where none is named."""
    known = claims()
    for name in names or known:
        claim, _, wanted = name.partition("/")
        if claim not in known or (wanted and wanted not in known[claim].CASES):
            there = [f"{c}/{x}" for c in known for x in known[c].CASES if claim in (c, "")] or list(known)
            raise glassy.InputError(f"{name!r} must name a claim or one of its cases. There are {', '.join(there)}.")
        for case in known[claim].CASES.values():
            if wanted in ("", case.name):
                yield claim, known[claim], case


def main(arguments: Iterable[str]) -> None:
    """Run the command line `python -m glassy sims`."""
    parser = argparse.ArgumentParser(prog="python -m glassy sims", description="Claims, their data and their figures.")
    parser.add_argument("what", choices=("list", "run", "plot", "status"), help="run measures and draws")
    parser.add_argument("names", nargs="*", metavar="CLAIM[/CASE]", help="default: all")
    parser.add_argument("--quick", action="store_true", help="small and fast, into build/quick instead of results")
    here = "this repository" if ROOT.parts else "this folder"
    parser.add_argument("--out", type=Path, metavar="FOLDER", help=f"where results and build/samples go, instead of {here}")
    given = parser.parse_intermixed_args([*arguments])
    base, options = given.out or ROOT, "".join([" --quick"] if given.quick else [])
    try:
        for claim, module, case in chosen(given.names):
            place = Path(claim) / case.name
            target = base / ("build/quick" if given.quick else "results") / place
            samples = base / "build" / ("quick-samples" if given.quick else "samples") / place
            places = [base / "results", ROOT / "results"]
            if given.quick:
                case, places = case.small, [*places, base / "build" / "quick"]
            if given.what == "list":
                print(f"{claim}/{case.name}: {case.claim}")
            elif given.what == "status":
                print(status(claim, case, samples))
            else:
                if given.what == "run":
                    run(claim, module, case, target, Sampling(f"{claim}/{case.name}", samples, places), options)
                if not any(target.glob("*.csv")):
                    sys.exit(f"{target} has no data to draw. First: python -m glassy sims run {place}{options}")
                plot(module, case, target)
    except glassy.Interrupted as stopped:
        sys.exit(f"\n{stopped} Repeat the command to go on.")
    except glassy.GlassyError as error:
        sys.exit(str(error))
