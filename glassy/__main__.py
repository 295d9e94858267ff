"""python -m glassy status FOLDER: how far the ensemble of a folder is."""

from __future__ import annotations

import sys

from glassy.core.errors import InputError
from glassy.simulation.ensemble_status import ensemble_status

if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[1] != "status":
        sys.exit("usage: python -m glassy status FOLDER")
    try:
        sys.stdout.write(ensemble_status(sys.argv[2]).table() + "\n")
    except InputError as error:
        sys.exit(str(error))
