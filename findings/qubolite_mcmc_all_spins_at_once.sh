#!/usr/bin/env bash
# qubolite 0.8.5 (numpy 2.4.6, scipy 1.17.1), Python 3.11.
# Setting: Ising models of 2 to 6 spins with all couplings and fields, put in by qubo.from_ising, and the three samplers of
# qubolite.sampling, full, gibbs and mcmc, at two temperatures, held against the Boltzmann distribution by all states.
# Guess before the run: all three give that distribution, within the noise of 40000 states.
# Seen: full and gibbs do (total variation below .02), mcmc does not: it is up to .81 away, and its energy is 2.4 where it is -4.58. It
# draws all spins at once, each from its field in the state before, and has the stationary distribution of that parallel
# dynamics (Little's), to .02. Its first argument and `temp` are those of the two others; it has no docstring.
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check numpy==2.4.6 scipy==1.17.1 scikit-learn==1.9.1 networkx==3.6.1 \
  igraph==1.0.0 portion==2.6.3 tqdm==4.70.1 qubolite==0.8.5
cat >"$place/samplers.py" <<'PY'
import itertools
import sys
from importlib.metadata import version

import numpy as np
from qubolite import qubo
from qubolite.sampling import full, gibbs, mcmc

print("qubolite", version("qubolite"), "numpy", version("numpy"), "scipy", version("scipy"))
rng = np.random.default_rng(1)


def parallel(J, h, s, T):
    """Stationary distribution of the dynamics in which all spins are drawn at once from their fields, states s."""
    up = 1.0 / (1.0 + np.exp(2.0 * (s @ (J + J.T) + h) / T))  # energy is + J s s + h s
    step = np.where(s[None, :, :] > 0, up[:, None, :], 1.0 - up[:, None, :]).prod(axis=-1)
    p = np.full(len(s), 1.0 / len(s))
    for _ in range(20000):
        p = p @ step
    return p


seen = {"full": set(), "gibbs": set(), "mcmc": set()}
for n, scale in ((2, 3.0), (4, 3.0), (6, 2.0)):
    J, h = np.triu(rng.normal(size=(n, n)), 1) * scale / np.sqrt(n), 0.3 * rng.normal(size=n)
    s = 2 * np.array(list(itertools.product((0, 1), repeat=n))) - 1
    e = np.einsum("si,ij,sj->s", s, J, s) + s @ h
    Q, constant = qubo.from_ising(h, J)
    assert max(abs(Q((x + 1) // 2) + constant - y) for x, y in zip(s, e)) < 1e-12
    for T in (0.7, 2.0):
        exact = np.exp(-(e - e.min()) / T)
        exact /= exact.sum()
        for sample in (full, gibbs, mcmc):
            drawn = sample(Q, 40000, temp=T, random_state=3)
            found = np.array([drawn.empirical_prob("".join(map(str, (x + 1) // 2))) for x in s])
            off, other = (np.abs(found - p).sum() / 2.0 for p in (exact, parallel(J, h, s, T)))
            seen[sample.__name__].add("Boltzmann" if off < 0.02 and off < other else "parallel" if other < 0.02 else "neither")
            print(f"{n} spins, T = {T}: {sample.__name__:<5} energy {found @ e:7.3f}, exact {exact @ e:7.3f}; off {off:.4f}, off the parallel dynamics {other:.4f}")
if seen != {"full": {"Boltzmann"}, "gibbs": {"Boltzmann"}, "mcmc": {"parallel"}}:
    sys.exit(f"another picture than before: {seen}")
print("mcmc samples the stationary distribution of the parallel dynamics")
PY
cd "$place"
"$place/venv/bin/python" samplers.py
