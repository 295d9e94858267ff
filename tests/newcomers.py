"""How a newcomer meets glassy: a build, an environment in which it is installed, commands that see no checkout.

The newcomer's Python is GLASSY_NEWCOMER_PYTHON, else the one that runs the tests. pip's own variables say where packages come
from: PIP_NO_INDEX and PIP_FIND_LINKS for a machine without a network.
"""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PYTHON = os.environ.get("GLASSY_NEWCOMER_PYTHON", sys.executable)


def command(*words, cwd, timeout=1800, code=0, **variables):
    """Run a command as someone who has no checkout on the path; return what it wrote."""
    known = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "VIRTUAL_ENV", "GLASSY_"))}
    known |= {"MPLBACKEND": "Agg", "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_COMPILE": "1", **variables}
    run = subprocess.run([*map(str, words)], cwd=cwd, env=known, capture_output=True, text=True, timeout=timeout)
    assert run.returncode == code, f"{run.args}\n{run.stdout}\n{run.stderr}"
    return run.stdout + run.stderr


@dataclass(frozen=True)
class Built:
    """A source archive, the wheel that was built from it, and the archive unpacked: a checkout without git."""

    folder: Path

    @property
    def wheel(self):
        return next(self.folder.glob("*.whl"))

    @property
    def archive(self):
        return next(self.folder.glob("*.tar.gz"))

    @property
    def source(self):
        return self.folder / self.archive.name.removesuffix(".tar.gz")


@dataclass(frozen=True)
class Newcomer:
    """An environment in which glassy was installed as the first page says."""

    folder: Path

    @property
    def bin(self):
        return self.folder / ("Scripts" if os.name == "nt" else "bin")

    def __call__(self, program, *words, **options):
        return command(self.bin / program, *words, **options)
