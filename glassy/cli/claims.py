"""The claims, with their data and figures, by the command line of sims."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from pathlib import Path


def main(arguments: Sequence[str]) -> None:
    """Hand over to the command line of the claims: of sims beside the package in a checkout, else as they were installed."""
    top = Path(__file__).resolve().parents[2]
    if (top / "sims" / "_sim.py").exists():
        sys.path.insert(0, str(top))  # an editable install knows only glassy by name
        importlib.import_module("sims._sim").main(arguments)
    else:
        importlib.import_module("glassy._claims._sim").main(arguments)
