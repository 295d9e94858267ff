"""What stands before a release: every check that this machine can run, and the name of the tool for each that it cannot.

python -m benchmarks.release_check [--only STEP ...] [-n WORKERS] [--out FILE]

Each step is one command; its log is in build/release. It has passed, failed, or was not run because something is missing, which
is named. FILE, docs/reference/release-check.txt by default, has a row for each step, with the commit and the versions it ran
with; rows of steps that were not chosen stay as they were, so that what takes long can be run by itself. Exit status 1: a step
failed.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.matrix import counts, row
from benchmarks.versions import ABSENT, pythons
from glassy.core.commit import commit
from glassy.core.provenance import version

ROOT = Path(__file__).resolve().parents[1]
BUILD, OUT = ROOT / "build" / "release", ROOT / "docs" / "reference" / "release-check.txt"
HEAD = ("step", "what", "status", "passed", "skipped", "minutes", "commit", "with")
PYTEST = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider")
OWN = sys.version_info[:2]
SECOND = max((v for v in pythons() if v != OWN), default=None)
CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
NO_TESTS = 5  # exit status of pytest


@dataclass(frozen=True)
class Step:
    """A command, and what it needs: programs (one of them), a target of the Makefile, the network, or another reason."""

    name: str
    what: str
    command: tuple[str, ...]
    programs: tuple[str, ...] = ()
    target: str = ""
    network: bool = False
    reason: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)

    def missing(self) -> str:
        """Return why it cannot run here, or ""."""
        if self.programs and not any(map(shutil.which, self.programs)):
            return f"{self.programs[0]} is missing"
        if self.target and not re.search(rf"^{self.target}:", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M):
            return f"make {self.target} is not there yet"
        return self.reason or ("the network is missing" if self.network and not online() else "")


def online() -> bool:
    """Whether names of other machines are known here."""
    try:
        return bool(socket.getaddrinfo("doi.org", 443))
    except OSError:
        return False


def in_browser() -> list[str]:
    """Return the files of tests that open a page; the newcomer is a step of its own."""
    files = [path for path in sorted((ROOT / "tests").rglob("test_*.py")) if path.parent.name != "packaging"]
    return [str(path.relative_to(ROOT)) for path in files if "from browser import" in path.read_text(encoding="utf-8")]


def steps(workers: str) -> tuple[Step, ...]:
    """Return all steps, in order."""
    n = ("-n", workers) if workers else ()
    second, lacks = pythons().get(SECOND or OWN, ""), "" if SECOND else "a second Python, 3.11 or newer, is missing"
    module = (sys.executable, "-m")
    return (
        Step("lint", "ruff, mypy, import contracts", ("make", "lint"), ("make",)),
        Step("tests", "every test", (*PYTEST, *n)),
        Step("results", "of this version, of one state of the code", (*module, "sims.report", "--check")),
        Step("docs", "the site, warnings as errors", ("make", "docs"), ("make",), target="docs"),
        Step("links", "links of the site to elsewhere", ("make", "docs-links"), ("make",), target="docs-links", network=True),
        Step("browser", "pages and diagrams in a browser", (*PYTEST, *in_browser()), CHROMIUM),
        Step("newcomer", "install, README, tutorials, commands, export", (*PYTEST, "tests/packaging")),
        Step("newcomer-second", "the same on another Python", (*PYTEST, "tests/packaging"), reason=lacks,
             environment={"GLASSY_NEWCOMER_PYTHON": second}),
        Step("lowest", "oldest libraries, the everyday tests", (*module, "benchmarks.versions", "lowest", *n)),
        Step("highest", "newest libraries and Python", (*module, "benchmarks.versions", "highest", *n), reason=lacks),
        Step("matrix", "other processors", (*module, "benchmarks.matrix", *n, "--out", str(BUILD / "matrix.txt"))),
    )  # fmt: skip


def skips(log: str) -> list[str]:
    """Return the reasons for which tests were skipped."""
    return list(dict.fromkeys(re.findall(r"^SKIPPED \[\d+\] \S+ (.*)$", log, re.M)))


def judge(code: int, log: str) -> tuple[str, int | str, int | str]:
    """Return the status of a step that was run, and how many of its tests passed and were skipped if they were pytest's."""
    found = counts(log) if re.search(r"^\d+ \w+.* in [\d.]+s", log, re.M) else None
    passed, skipped = (found["passed"], found["skipped"]) if found else ("", "")
    if code == ABSENT and (said := re.findall(r"^not run because .*$", log, re.M)):
        return said[0], "", ""
    if code == NO_TESTS and found:
        return "not run because its tests are not there yet", "", ""
    if found and not code and not passed:
        return f"not run because {'; '.join(skips(log)) or 'every test was skipped'}", 0, skipped
    return "failed" if code else "passed", passed, skipped


def libraries(step: Step, log: str) -> str:
    """Return the versions that a step ran with, as it says them, or those of this process."""
    if said := re.findall(r"^(?:lowest|highest): (.*)$", log, re.M):
        return said[0]
    if other := step.environment.get("GLASSY_NEWCOMER_PYTHON"):
        said = [subprocess.run([other, "--version"], capture_output=True, text=True, check=True).stdout.strip()]
        return f"{said[0]}, newest libraries"
    names = ("numpy", "numba", "scipy", "matplotlib")
    return ", ".join([f"Python {platform.python_version()}", *(f"{name} {version(name)}" for name in names)])


def run(step: Step) -> tuple[str, ...]:
    """Run a step and return its cells."""
    if reason := step.missing():
        return (step.name, step.what, f"not run because {reason}", "", "", "", commit(), "")
    path, start = BUILD / f"{step.name}.log", time.perf_counter()
    folders = os.pathsep.join(p for p in (str(ROOT), os.environ.get("PYTHONPATH", "")) if p)
    known = {**os.environ, "PYTHONPATH": folders, "MPLBACKEND": "Agg", **step.environment}
    with path.open("w") as out:
        code = subprocess.run(step.command, cwd=ROOT, env=known, stdout=out, stderr=subprocess.STDOUT, check=False).returncode
    log = path.read_text(encoding="utf-8", errors="replace")
    status, passed, skipped = judge(code, log)
    minutes = f"{(time.perf_counter() - start) / 60.0:.1f}"
    return (step.name, step.what, status, str(passed), str(skipped), minutes, commit(), libraries(step, log))


def write(path: Path, cells: Mapping[str, tuple[str, ...]], names: tuple[str, ...]) -> None:
    """Write the summary: new rows, those of the file for other steps, and "never run" where there is neither."""
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    old = {line[2:].split(" | ")[0]: line for line in text.splitlines() if line.startswith("| ")}
    machine = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores"
    lines = [f"python -m benchmarks.release_check, last on {machine}", "", row(HEAD), row(("---",) * len(HEAD))]
    lines += [row(cells[n]) if n in cells else old.get(n, row((n, "", "never run", *[""] * 5))) for n in names]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-n", dest="workers", default="", help="as pytest-xdist takes it")
    names = tuple(step.name for step in steps(""))
    parser.add_argument("--only", nargs="+", choices=names, default=names, metavar="STEP", help=", ".join(names))
    parser.add_argument("--out", type=Path, default=OUT)
    options = parser.parse_args()
    BUILD.mkdir(parents=True, exist_ok=True)
    cells: dict[str, tuple[str, ...]] = {}
    for step in steps(options.workers):
        if step.name in options.only:
            cells[step.name] = run(step)
            write(options.out, cells, names)  # at once: an interruption keeps what is done
            print(row(cells[step.name]), flush=True)
    return int(any(c[2] == "failed" for c in cells.values()))


if __name__ == "__main__":
    sys.exit(main())
