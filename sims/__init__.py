"""Claims: one short script for one claim. An installed package has them as glassy._claims."""

import sys

# `python -m sims.CLAIM` would import a claim and do nothing
if sys.orig_argv[1:2] == ["-m"] and (name := sys.orig_argv[2]).startswith("sims.") and name not in ("sims.demo", "sims.report"):
    sys.exit(f"claims are run by: python -m glassy sims run {name[5:]}  (also list, plot, status)")
