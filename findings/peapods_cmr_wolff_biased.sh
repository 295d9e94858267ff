#!/usr/bin/env bash
# peapods 0.2.0 (numpy 2.4.6).
# Setting: replica cluster moves of spin glasses, two replicas at four temperatures, held against the sum over all states of a
# 4 x 4 lattice: a ferromagnet and couplings +-1.
# Guess before the run: every move that the package offers leaves Boltzmann's distribution alone, so that mean energies agree
# within a few errors, whichever move is chosen.
# Seen: of the overlap clusters the built modes "houdayer" and "jorg" do, and "cmr" (Chayes, Machta, Redner) does with
# overlap_cluster_mode="sw". With the default overlap_cluster_mode="wolff" the "cmr" move is wrong: mean energies are off by 7 %
# at T = 2.2 in the ferromagnet and by 4 to 13 % at all T with couplings +-1, 50 to 130 errors, towards hotter states, without
# a warning. Who builds "cmr" clusters must ask for "sw".
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check numpy==2.4.6 peapods==0.2.0
cat >"$place/moves.py" <<'PY'
import sys
from importlib.metadata import version

import numpy as np
from peapods import Ising

print("peapods", version("peapods"), "numpy", np.__version__)
L, RUNS, T = 4, 20, np.array([0.7, 1.0, 1.5, 2.2])
states = (((np.arange(2 ** (L * L))[:, None] >> np.arange(L * L)) & 1) * 2 - 1).astype(np.int8).reshape(-1, L, L)
couplings = {
    "ferromagnet": np.ones((L, L, 2), np.float32),
    "+-1": np.random.default_rng(5).choice([-1.0, 1.0], (L, L, 2)).astype(np.float32),
}


def exact(J):
    """Sum of J s s per spin at each T, by all states."""
    e = sum((J[:, :, d] * states * np.roll(states, -1, axis=1 + d)).reshape(len(states), -1).sum(1) for d in (0, 1)).astype(float)
    weights = [np.exp((e - e.max()) / t) for t in T]
    return np.array([(w @ e) / w.sum() for w in weights]) / (L * L)


def errors_off(J, build, grow):
    """How many errors the means of RUNS runs are off, at each T."""
    model = Ising((L, L), J, T, n_replicas=2)
    means = []
    for _ in range(RUNS):
        model.sample(5000, warmup_ratio=0.1, pt_interval=1, overlap_cluster_update_interval=1,
                     overlap_cluster_build_mode=build, overlap_cluster_mode=grow)
        means.append(model.energies_avg.copy())
    means = np.array(means)
    return (means.mean(0) - exact(J)) / (means.std(0, ddof=1) / RUNS**0.5), means.mean(0) / exact(J) - 1.0


worst = {}
for name, J in couplings.items():
    for build in ("houdayer", "jorg", "cmr"):
        for grow in ("wolff", "sw"):
            off, part = errors_off(J, build, grow)
            worst[name, build, grow] = abs(off).max()
            print(f"{name:<12} {build:<9} {grow:<6} errors off at each T: {np.round(off, 1)}, relative: {np.round(part, 4)}")
wrong = {k for k, z in worst.items() if z > 20.0}
right = {k for k, z in worst.items() if z < 6.0}
if wrong != {(name, "cmr", "wolff") for name in couplings} or wrong | right != set(worst):
    sys.exit(f"another picture than before: wrong are {sorted(wrong)}")
print("wrong: cmr with wolff, the default, alone")
PY
"$place/venv/bin/python" "$place/moves.py"
