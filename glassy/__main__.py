"""The command line `glassy`, also as `python -m glassy`."""

from __future__ import annotations

import sys

from glassy.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
