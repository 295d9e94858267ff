#!/usr/bin/env bash
# arviz 0.23.4 (numpy 2.4.6, scipy 1.17.1, xarray 2026.9.0), Python 3.11.
# Setting: one Ising spin in a field, +1 or -1, in four chains of 2000 sweeps that forget their value within some fifty sweeps. For
# two values x and 1{x <= -1} are the same series up to scale, so that mean and lower tail know equally much: n/(2 tau) draws.
# Guess before the run: ess_tail is about ess_bulk, some hundred, whatever the magnetization and its sign; so is the ESS of the median.
# Seen: as guessed while -1 holds more than 5 % of the draws. Once it holds less, ess_tail is the number of draws (8000, 90 times
# ess_bulk): both quantiles are +1, 1{x <= +1} never changes, and what never changes counts as independent draws. The same
# chains with all signs turned have ess_tail = ess_bulk again. The ESS of the median is the number of draws wherever m > 0. So the column
# of `summary` that is to warn of badly visited tails is best where a spin turns over most rarely. r_hat and ess_bulk are as they should be.
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check \
  arviz==0.23.4 numpy==2.4.6 scipy==1.17.1 xarray==2026.9.0
cat >"$place/spin.py" <<'PY'
import sys
import warnings

import numpy as np

warnings.simplefilter("ignore")
import arviz
import xarray

CHAINS, SWEEPS = 4, 2000


def spin(up, down, seed):
    """Chains of a spin that turns up and down with these probabilities in a sweep, from equilibrium."""
    rng = np.random.default_rng(seed)
    s = np.where(rng.random(CHAINS) < up / (up + down), 1.0, -1.0)
    series = np.empty((CHAINS, SWEEPS))
    for t in range(SWEEPS):
        turns = rng.random(CHAINS) < np.where(s > 0.0, down, up)
        s = np.where(turns, -s, s)
        series[:, t] = s
    return series


print("python", sys.version.split()[0], "arviz", arviz.__version__, "numpy", np.__version__, "xarray", xarray.__version__)
n, seen = CHAINS * SWEEPS, {}
for up, down in ((0.02, 0.002), (0.02, 0.0005)):
    x = spin(up, down, 3)
    bulk, tail, median = (float(arviz.ess(x, method=how)) for how in ("bulk", "tail", "median"))
    turned = [float(arviz.ess(-x, method=how)) for how in ("bulk", "tail", "median")]
    rare = float(np.mean(x < 0.0))
    known = n * (up + down) / 2.0  # n/(2 tau), tau = 1/(up + down)
    print(f"m = {x.mean():.3f}, -1 in {rare:.3f} of the draws, n/(2 tau) = {known:.0f}: "
          f"ess_bulk {bulk:.0f}, ess_tail {tail:.0f}, of the median {median:.0f}; "
          f"signs turned {turned[0]:.0f}, {turned[1]:.0f}, {turned[2]:.0f}; r_hat {float(arviz.rhat(x)):.3f}")
    seen[rare < 0.05] = bulk, tail, median
    assert max(turned) - min(turned) < 1.0 and abs(turned[0] - bulk) < 1.0, turned
assert set(seen) == {False, True}, "the two spins no longer lie on either side of 5 %"
assert all(bulk < 0.05 * n for bulk, _, _ in seen.values())
if not (abs(seen[False][1] - seen[False][0]) < 1.0 and seen[True][1] == n and all(median == n for *_, median in seen.values())):
    sys.exit("ess_tail or the ESS of the median is another: the find is gone")
PY
"$place/venv/bin/python" "$place/spin.py"
