#!/usr/bin/env bash
# pyerrors 2.17.0 (numpy 2.4.6, scipy 1.17.1), Python 3.11.
# Setting: an overlap in four replica of 2000 sweeps, tau_int 5 sweeps, all in one state, or each in its own as below a glass transition.
# Guess before the run: the Gamma method takes deviations from the mean of all replica, as the paper that it follows does (U. Wolff,
# Comput. Phys. Commun. 156 (2004) 143), so that replica that are apart by 200 errors give an error of about
# their spread over sqrt(4), or a warning.
# Seen: deviations are from the mean of each replicum. The error of the mean, and its own error, and tau_int, are those of the motion within
# a state: .0008 for a mean of four numbers between .1 and .9, whose spread says .17, with no warning. The same numbers as one chain
# have an error of .14. So an error of pyerrors vouches for replica only when someone has looked that they agree; the means of
# each are in `r_values`.
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check numpy==2.4.6 scipy==1.17.1 pyerrors==2.17.0
cat >"$place/replica.py" <<'PY'
import sys
import warnings
from importlib.metadata import version

import numpy as np
import pyerrors

warnings.simplefilter("error")  # a warning would be an answer too
print("pyerrors", version("pyerrors"), "numpy", np.__version__)
SWEEPS, TAU, WIDTH = 2000, 5.0, 0.02
rng = np.random.default_rng(3)


def chain(mean):
    """Series around a mean that forgets within TAU sweeps."""
    keeps, x = np.exp(-1.0 / TAU), np.empty(SWEEPS)
    x[0] = rng.normal()
    for t in range(1, SWEEPS):
        x[t] = keeps * x[t - 1] + np.sqrt(1.0 - keeps**2) * rng.normal()
    return mean + WIDTH * x


def judged(series, names):
    """Mean, error and tau_int by the Gamma method."""
    found = pyerrors.Obs(series, names)
    found.gamma_method()
    return found.value, found.dvalue, float(found.e_tauint["glass"])


right = WIDTH * np.sqrt(2.0 * TAU / (4 * SWEEPS))
for means in ((0.9, 0.9, 0.9, 0.9), (0.9, 0.9, 0.9, 0.3), (0.9, 0.3, 0.6, 0.1)):
    replica = [chain(m) for m in means]
    value, error, tau = judged(replica, [f"glass|r{i}" for i in range(4)])
    _, whole, _ = judged([np.concatenate(replica)], ["glass"])
    spread = np.std([r.mean() for r in replica], ddof=1) / 2.0
    print(f"{means}: {value:.4f} +- {error:.5f}, tau_int {tau:.1f}; spread of replica {spread:.5f}; as one chain +- {whole:.5f}")
    if not 0.5 * right < error < 2.0 * right or not 3.0 < tau < 9.0:
        sys.exit("the error knows of other replica now")
    if len(set(means)) > 1 and not (spread > 100.0 * error and whole > 100.0 * error):
        sys.exit("another picture than before")
print("the error of replica that are apart is that of one replicum's motion")
PY
"$place/venv/bin/python" "$place/replica.py"
