"""The claims of the repository, with their data and figures, by the command line of sims."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Sequence


def main(arguments: Sequence[str]) -> None:
    """Hand over to the command line of the claims."""
    if importlib.util.find_spec("sims") is None:
        sys.exit("there is no folder sims here: the claims are in the repository, not in the installed package. Go there.")
    importlib.import_module("sims._sim").main(arguments)
