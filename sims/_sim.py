"""What every claim shares: the command line, its cases, its samples and its files.

results/CLAIM/CASE/data.csv    one row for each quantity at each state point and size (glassy.Table), nothing left out
                   lines.csv   the theory lines of the figure; others as a claim needs them
                   z.txt       the rows that judge the claim, for readers
                   meta.json   claim, verdict, command, sizes, samples, sweeps, seed, run time, code and versions behind the
                               samples (provenance, trees), versions that drew the figure (drawn)
                   figure.png  drawn from these files alone
Finished samples are kept in build/samples/VERSION/CLAIM/CASE, so that an interrupted run goes on where it stopped; with
--missing it leaves cases alone whose results are of this version and code. Claims on which others rest come first.
Both folders lie in the repository; in the folder where one is, if glassy is installed; or in --out.

A claim is a module with CASES (a dict of Case by name), `measure(case, run)` that returns the tables by their names, and
`panels(case, tables)` that returns the figure; `verdict(case, tables)`, one sentence, where that of Table.verdict is not it.
"""

from __future__ import annotations

import argparse
import importlib
import json
import pkgutil
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from graphlib import TopologicalSorter
from importlib.metadata import version
from pathlib import Path
from typing import Any, Self

import glassy
from glassy import Lines, plots
from ._versions import alike, dirty, present, trees

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent if HERE.name == "sims" else Path()  # the repository, or of an installed package where one is
Tables = Mapping[str, Any]  # name of the file, without .csv: a glassy.Table ("data" of a measured claim) or glassy.Lines


@dataclass(frozen=True, kw_only=True)
class Case:
    """One folder of results; a claim adds fields of its own.

    `samples` and `sweeps` go by size, or are one for all. `part` says which points of a path are measured: start, stop, step.
    A small and fast run has fewer of all, and the fields in `quick`.
    """

    name: str
    claim: str
    sizes: tuple[int, ...] = ()
    samples: tuple[int, ...] | int = ()
    sweeps: tuple[int, ...] | int = ()
    seed: int = 0
    part: tuple[int | None, ...] = (None,)
    quick: Mapping[str, Any] = field(default_factory=dict)

    @property
    def small(self) -> Self:
        """The case of a small and fast run: its first two sizes, eight samples, every third point of a path."""
        return replace(self, **{"sizes": self.sizes[:2], "samples": 8, "part": (1, None, 3), **self.quick})

    def part_of(self, path: tuple[float, ...]) -> tuple[float, ...]:
        """Return the points of a path that are measured."""
        return path[slice(*self.part)]

    @property
    def runs(self) -> Iterator[tuple[int, int, int]]:
        """N, samples and sweeps of every size."""
        lists = ([x] * len(self.sizes) if isinstance(x, int) else x for x in (self.samples, self.sweeps))
        return zip(self.sizes, *lists, strict=True)


@dataclass(frozen=True, kw_only=True)
class NetworkCase(Case):
    """The case of one network."""

    network: glassy.DenseHebbian


@dataclass
class Sampling:
    """Runs the simulations of a case: each in a folder of its own, where finished samples are found again."""

    label: str
    folder: Path
    places: Sequence[Path] = (ROOT / "results",)  # where results of other claims are looked for
    origins: list[Any] = field(default_factory=list)
    sources: list[dict[str, Any]] = field(default_factory=list)
    loose: bool = False  # whether results that were read are not of this code

    def __call__(self, *where: Any, out: str, how: Callable[..., Any] = glassy.simulate, **options: Any) -> Any:
        """Return glassy.simulate (or glassy.hold) at a state point or ladder, and remember which code made the samples."""
        print(f"{self.label}: {out}", flush=True)
        found = how(*where, out=self.folder / out, **options)
        self.origins += [r.provenance for r in (found if isinstance(found, glassy.Grid) else [found])]
        return found

    def results(self, claim: str, case: str) -> dict[str, Any]:
        """Return the tables of another case, and remember which code made them, and uses them."""
        folder = finished(claim, case, self.places)
        made = json.loads((folder / "meta.json").read_text())
        self.origins += [glassy.Provenance(**made["provenance"]), glassy.provenance()]
        self.loose |= not ("trees" in made and alike(made["trees"], claim))
        return read(folder)

    def reads(self, claim: str, case: str) -> dict[str, Any]:
        """Return the tables of a case, on which this one rests, and remember whose samples they are."""
        self.sources.append(json.loads((finished(claim, case, self.places) / "meta.json").read_text()))
        return self.results(claim, case)


def claims() -> dict[str, Any]:
    """Return every claim by name, those of whose results others are made (RESTS_ON) before these."""
    modules = {m.name: importlib.import_module(f".{m.name}", __package__) for m in pkgutil.iter_modules([str(HERE)])}
    found = {name: module for name, module in modules.items() if hasattr(module, "panels")}
    order = TopologicalSorter({name: getattr(module, "RESTS_ON", ()) for name, module in found.items()})
    return {name: found[name] for name in order.static_order()}


def read(folder: Path) -> dict[str, Any]:
    """Return the tables of a folder by name: data.csv as a glassy.Table if it is evidence, the others as glassy.Lines."""

    def table(path: Path) -> Any:
        head = path.read_text().partition("\n")[0].split(",")
        return (glassy.Table if {"quantity", "simulation"} <= {*head} else Lines).read_csv(path)

    return {path.stem: table(path) for path in sorted(folder.glob("*.csv"))}


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


def verdict(module: Any, case: Case, tables: Tables) -> str:
    """Return the one sentence that the data say of the claim."""
    say = getattr(module, "verdict", None)
    return str(say(case, tables) if say else tables["data"].verdict())


def run(claim: str, module: Any, case: Case, target: Path, sampling: Sampling, options: str) -> None:
    """Measure a case and write its files; after an interruption it goes on from its samples."""
    began = time.perf_counter()
    dirty()
    tables = module.measure(case, sampling)
    target.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        table.csv(target / f"{name}.csv")
    if isinstance(tables.get("data"), glassy.Table):
        (target / "z.txt").write_text(tables["data"].text())
    sources, names = [vars(case)] if case.sizes else sampling.sources, ("sizes", "samples", "sweeps", "seed")
    provenance = asdict(glassy.joint_provenance(sampling.origins or [glassy.provenance()]))
    found: dict[str, Any] = {
        "claim": case.claim, "verdict": verdict(module, case, tables),
        "command": f"python -m glassy sims run {claim}/{case.name}{options}",
        **{k: [s[k] for s in sources] if len(sources) > 1 else sources[0][k] for k in names if sources},
        **({"core_seconds": round(glassy.sampling_seconds(sampling.folder), 1)} if case.sizes else {}),
        "seconds": round(time.perf_counter() - began, 1),
        "provenance": provenance, "trees": trees(provenance["commit"], claim, sampling.loose),
    }  # fmt: skip
    (target / "meta.json").write_text(json.dumps(found, indent=1) + "\n")
    print(f"{target}: {found['verdict']}")


def plot(module: Any, case: Case, target: Path) -> None:
    """Draw the figure of a case from the files in its folder, and say by today's words what the claim is and the data show."""
    tables, file = read(target), target / "meta.json"
    plots.save(module.panels(case, tables), target / "figure")
    drawn = {name: version(name) for name in ("matplotlib", "numpy", "pillow")}
    said = {"claim": case.claim, "verdict": verdict(module, case, tables), "drawn": drawn}
    file.write_text(json.dumps(json.loads(file.read_text()) | said, indent=1) + "\n")


def status(claim: str, case: Case, samples: Path) -> str:
    """Say of every folder of samples of a case how many are finished, in work and set aside, and how long they took."""
    name, lines = f"{claim}/{case.name}", []
    for place in sorted({p.parent for kind in ("sample", "checkpoint") for p in samples.rglob(f"{kind}_*.npz")}):
        done, work = (len([*place.glob(f"{kind}_*.npz")]) for kind in ("sample", "checkpoint"))
        bad = sum(p.suffix in (".damaged", ".foreign") for p in place.iterdir())
        text = f"{name} {place.relative_to(samples)}: {done} samples finished, {work} in work or stopped"
        lines.append(text + (f", {bad} files set aside" if bad else ""))
    took = glassy.sampling_seconds(samples)
    lines += [f"{name}: they took {took:.0f} s of one core"] if took else []
    return "\n".join(lines or [f"{name}: no samples yet"])


def chosen(names: Sequence[str]) -> Iterator[tuple[str, Any, Case]]:
    """Yield claim, module and case of each CLAIM or CLAIM/CASE, once; of all where none is named."""
    known = claims()
    found: dict[tuple[str, str], Case] = {}
    for name in names or known:
        claim, _, wanted = name.partition("/")
        if claim not in known or (wanted and wanted not in known[claim].CASES):
            there = [f"{c}/{x}" for c in known for x in known[c].CASES if claim in (c, "")] or list(known)
            raise glassy.InputError(f"{name!r} must name a claim or one of its cases. There are {', '.join(there)}.")
        found |= {(claim, x): case for x, case in known[claim].CASES.items() if wanted in ("", x)}
    for (claim, _), case in found.items():
        yield claim, known[claim], case


def main(arguments: Iterable[str], listed: Callable[[Iterable[tuple[str, str]]], str] | None = None) -> None:
    """Run the command line `python -m glassy sims`; `listed` shows names and claims, by default one on a line."""
    parser = argparse.ArgumentParser(prog="python -m glassy sims", description="Claims, their data and their figures.")
    parser.add_argument("what", choices=("list", "run", "plot", "status"), help="run measures and draws")
    parser.add_argument("names", nargs="*", metavar="CLAIM[/CASE]", help="default: all")
    parser.add_argument("--quick", action="store_true", help="small and fast, into build/quick instead of results")
    parser.add_argument("--missing", action="store_true", help="run what has no results of this version and code yet")
    here = "this repository" if ROOT.parts else "this folder"
    parser.add_argument("--out", type=Path, metavar="FOLDER", help=f"where results and build/samples go, instead of {here}")
    given = parser.parse_intermixed_args([*arguments])
    base, options = given.out or ROOT, "".join([" --quick"] if given.quick else [])
    try:
        if given.what == "list":
            rows = ((f"{claim}/{case.name}", case.claim) for claim, _, case in chosen(given.names))
            return print(listed(rows) if listed else "\n".join(map(": ".join, rows)))
        for claim, module, case in chosen(given.names):
            place = Path(claim) / case.name
            target = base / ("build/quick" if given.quick else "results") / place
            samples = base / "build" / ("quick-samples" if given.quick else "samples") / glassy.__version__ / place
            places = [base / "results", ROOT / "results"]
            if given.quick:
                case, places = case.small, [*places, base / "build" / "quick"]
            if given.what == "status":
                print(status(claim, case, samples))
            elif given.what == "run" and given.missing and present(target):
                print(f"{target}: results of this code are there")
            else:
                if given.what == "run":
                    run(claim, module, case, target, Sampling(f"{claim}/{case.name}", samples, places), options)
                if not (target / "meta.json").exists():
                    raise glassy.InputError(f"{target} has no data to draw. First: python -m glassy sims run {place}{options}")
                plot(module, case, target)
    except glassy.Interrupted as stopped:
        parser.exit(130, f"\n{stopped} Repeat the command to go on.\n")
    except glassy.GlassyError as error:
        parser.exit(2 if isinstance(error, glassy.InputError) else 1, f"{error}\n")
