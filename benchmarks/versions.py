"""The tests with the oldest or the newest libraries that glassy says it runs with, on the oldest or newest Python found.

python -m benchmarks.versions lowest|highest [--tests quick|part|all|none] [--python PROGRAM] [-n WORKERS]

"lowest" installs the first version of every dependency that pyproject.toml admits, those of the extra `export` too, on the
oldest Python that it admits; "highest" the newest releases on the newest Python that is found. Each has an environment of its
own in build/versions, kept between runs. Python is looked for on the path and where pyenv keeps its versions. "quick" runs what
`make quick` takes, "part" a few files of every room, with their doctests. Exit status 1: something failed; 3: the Python is
not here.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BUILD = ROOT / "build" / "versions"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
FIRST = tuple(map(int, re.findall(r"\d+", PROJECT["requires-python"])))
TOOLS = ("pytest", "pytest-xdist", "hypothesis", "mpmath", "arviz")
OLD_TOOLS = ("arviz==0.18", "pyparsing<3.3")  # matplotlib 3.8 warns of a newer pyparsing, and tests take warnings for errors
PART = (
    "tests/laws/test_bits.py", "tests/laws/test_faces.py", "tests/core", "tests/model", "tests/plots", "tests/analysis",
    "tests/evidence", "tests/simulation/test_simulate.py", "tests/theory/rsb/test_rsb_solution.py",
    "tests/theory/test_saddles.py", "glassy/analysis", "glassy/core", "glassy/theory", "glassy/evidence",
)  # fmt: skip
ABSENT = 3  # exit status


def pythons() -> dict[tuple[int, int], str]:
    """Return the Pythons of this machine that are new enough, by version: the first on the path, else the last of pyenv."""
    folders = [Path(p) for p in os.environ.get("PATH", "").split(os.pathsep)]
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    kept = [path for path in pyenv.glob("3.*/bin") if re.fullmatch(r"3\.\d+\.\d+", path.parent.name)]
    folders += sorted(kept, key=lambda path: tuple(map(int, path.parent.name.split("."))), reverse=True)
    found: dict[tuple[int, int], str] = {sys.version_info[:2]: sys.executable}
    for path in (path for folder in folders for path in sorted(folder.glob("python3.*"))):
        if (name := re.fullmatch(r"python3\.(\d+)", path.name)) and (version := (3, int(name[1]))) >= FIRST:
            works = version not in found and subprocess.run([path, "-c", "import venv"], capture_output=True, check=False)
            if works and not works.returncode:  # a shim of pyenv may lead nowhere
                found[version] = str(path)
    return dict(sorted(found.items()))


def oldest() -> list[str]:
    """Return the first version of each dependency that pyproject.toml admits, as pip takes it."""
    wanted = [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["export"]]
    return [line.replace(">=", "==") for line in wanted]


def install(python: str, folder: Path, wanted: list[str]) -> Path:
    """Return the Python of an environment that has what is wanted, made anew if it was made of something else."""
    own, note = folder / ("Scripts" if os.name == "nt" else "bin") / "python", folder / "wanted.txt"
    text = "\n".join([python, *wanted])
    if not note.exists() or note.read_text() != text:
        shutil.rmtree(folder, ignore_errors=True)
        subprocess.run([python, "-m", "venv", folder], check=True)
        subprocess.run([own, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *wanted, *TOOLS], check=True)
        note.write_text(text)
    return own


def versions(python: Path, names: list[str]) -> str:
    """Return the versions of Python and of some packages in an environment, as it says them itself."""
    code = f"""
import platform
from importlib.metadata import version
print("Python ", platform.python_version(), *(f", {{name}} {{version(name)}}" for name in {names}), sep="", end="")
"""
    return subprocess.run([python, "-c", code], capture_output=True, text=True, check=True).stdout


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("which", choices=("lowest", "highest"))
    parser.add_argument("--tests", choices=("quick", "part", "all", "none"), default="quick")
    parser.add_argument("--python", help="instead of the one that is found")
    parser.add_argument("-n", dest="workers", default="", help="as pytest-xdist takes it")
    options = parser.parse_args()
    low, found = options.which == "lowest", pythons()
    if not options.python and low and FIRST not in found:
        print(f"not run because python{'.'.join(map(str, FIRST))} is missing")
        return ABSENT
    python = options.python or found[FIRST if low else max(found)]
    names = [re.split(r"[<>=]", line)[0] for line in [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["export"]]]
    own = install(python, BUILD / options.which, [*oldest(), *OLD_TOOLS] if low else names)
    print(f"{options.which}: {versions(own, names)}", flush=True)
    if options.tests == "none":
        return 0
    chosen = {"quick": ("-m", "not slow", "--cases", "3"), "part": ("-m", "not slow", *PART), "all": ()}[options.tests]
    workers = ("-n", options.workers) if options.workers else ()
    known = {**os.environ, "PYTHONPATH": str(ROOT), "MPLBACKEND": "Agg"}
    run = [own, "-m", "pytest", "-q", "-p", "no:cacheprovider", *workers, *chosen]
    return int(subprocess.run(run, cwd=ROOT, env=known, check=False).returncode != 0)


if __name__ == "__main__":
    sys.exit(main())
