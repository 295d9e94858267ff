"""A copy of the package, and scripts that are run beside it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from glassy.numerics import jit

PACKAGE = Path(jit.__file__).parents[1]


def python(code, *arguments, **environment):
    """Run a script, with variables of the environment set, or taken away where they are None; return stdout and stderr."""
    known = {**os.environ, "PYTHONPATH": None, "NUMBA_CACHE_DIR": None, "XDG_CACHE_HOME": None, **environment}
    run = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)], env={k: str(v) for k, v in known.items() if v is not None},
        capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    return run.stdout.strip(), run.stderr.strip()


def copied(folder):
    """Copy the package into a folder, without what is compiled."""
    shutil.copytree(PACKAGE, folder / "glassy", ignore=shutil.ignore_patterns("__pycache__"))
    return folder
