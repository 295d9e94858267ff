"""The command line: how far the ensemble of a folder is, and the claims of the repository.

python -m glassy status FOLDER
python -m glassy sims list | run | plot | status [CLAIM[/CASE] ...] [--quick] [--out FOLDER]
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys

from glassy.core.errors import InputError
from glassy.simulation.ensemble_status import ensemble_status


def main(arguments: list[str]) -> None:
    """Do what the arguments say, or leave with what is wrong with them."""
    if len(arguments) == 2 and arguments[0] == "status":
        try:
            sys.stdout.write(ensemble_status(arguments[1]).table() + "\n")
        except InputError as error:
            sys.exit(str(error))
    elif arguments[:1] == ["sims"]:
        if importlib.util.find_spec("sims") is None:
            sys.exit("there is no folder sims here: the claims are in the repository, not in the installed package. Go there.")
        importlib.import_module("sims._sim").main(arguments[1:])
    else:
        sys.exit(f"usage: {(__doc__ or '').partition('python')[1]}{(__doc__ or '').partition('python')[2].rstrip()}")


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
        sys.stdout.flush()
    except BrokenPipeError:  # who reads, as `head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
