"""The command line, also as `glassy`: how far the ensemble of a folder is, and the claims with their figures.

python -m glassy status FOLDER
python -m glassy sims list | run | plot | status [CLAIM[/CASE] ...] [--quick] [--out FOLDER]
"""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path
from typing import Any

from glassy.core.errors import InputError
from glassy.simulation.ensemble_status import ensemble_status


def claims() -> Any:
    """Return the command line of the claims: of sims beside the package in a checkout, else as they were installed."""
    top = Path(__file__).resolve().parents[1]
    if not (top / "sims" / "_sim.py").exists():
        return importlib.import_module("glassy._claims._sim")
    sys.path.insert(0, str(top))  # an editable install knows only glassy by name
    return importlib.import_module("sims._sim")


def run(arguments: list[str]) -> None:
    """Do what the arguments say, or leave with what is wrong with them."""
    if len(arguments) == 2 and arguments[0] == "status":
        try:
            sys.stdout.write(ensemble_status(arguments[1]).table() + "\n")
        except InputError as error:
            sys.exit(str(error))
    elif arguments[:1] == ["sims"]:
        claims().main(arguments[1:])
    elif arguments == ["--help"]:
        sys.stdout.write(f"{__doc__}")
    else:
        sys.exit(f"usage: {(__doc__ or '').partition('python')[1]}{(__doc__ or '').partition('python')[2].rstrip()}")


def main() -> None:
    """Do what the command line says."""
    try:
        run(sys.argv[1:])
        sys.stdout.flush()
    except BrokenPipeError:  # who reads, as `head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    main()
