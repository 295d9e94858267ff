#!/usr/bin/env bash
# pgmax 0.6.1 (jax 0.4.30, numpy 2.4.6), Python 3.11. pgmax asks for no newer jax, but does not start with 0.10.2, which has no jax.lib.xla_bridge.
# Setting: one factor graph of all triples of five spins, with the couplings of several samples put in one after the other by
# init(log_potentials_updates=...), as is meant: the graph is compiled once. The energy of a state by compute_energy, with and without
# debug_mode, which also returns the energy of every factor, held against the plain sum.
# Guess before the run: both energies are that of the couplings put in, and the factors add up to it.
# Seen: without debug_mode the energy is that of the couplings put in. With it the energy and those of all factors are of the couplings with
# which the graph was made, whatever was put in since: the fields put in (evidence) are heeded, the potentials are not. The factors
# add up to that wrong energy, so that the sum finds nothing.
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check numpy==2.4.6 scipy==1.17.1 jax==0.4.30 jaxlib==0.4.30 pgmax==0.6.1
cat >"$place/energies.py" <<'PY'
import contextlib
import io
import itertools
import sys
from importlib.metadata import version

import jax.numpy as jnp
import numpy as np
from pgmax import fgraph, fgroup, infer, vgroup

print("pgmax", version("pgmax"), "jax", version("jax"), "numpy", version("numpy"))
N, rng = 5, np.random.default_rng(1)
triples = list(itertools.combinations(range(N), 3))
configs = np.array(list(itertools.product((0, 1), repeat=3)))
sign = (2 * configs - 1).prod(axis=1)
potentials = lambda J: np.array([j * sign for j in J])
spins = vgroup.NDVarArray(num_states=2, shape=(N,))
first = rng.standard_normal(len(triples))
couplings = fgroup.EnumFactorGroup(
    variables_for_factors=[[spins[i] for i in t] for t in triples], factor_configs=configs, log_potentials=potentials(first)
)
graph = fgraph.FactorGraph(variable_groups=spins)
graph.add_factors(couplings)
bp = infer.build_inferer(graph.bp_state, backend="bp")


def plain(J, h, s):
    return -sum(j * s[list(t)].prod() for j, t in zip(J, triples)) - h @ s


kinds = set()
for sample in range(3):
    J = first if sample == 0 else rng.standard_normal(len(triples))
    h, x = rng.standard_normal(N), rng.integers(0, 2, N)
    s = 2 * x - 1
    arrays = bp.init(log_potentials_updates={couplings: potentials(J)}, evidence_updates={spins: np.outer(h, (-1.0, 1.0))})
    fast = float(infer.compute_energy(graph.bp_state, arrays, {spins: jnp.array(x)})[0])
    with contextlib.redirect_stdout(io.StringIO()):
        slow, fields, factors = infer.compute_energy(graph.bp_state, arrays, {spins: jnp.array(x)}, debug_mode=True)
    print(f"sample {sample}: sum {plain(J, h, s):9.5f}, compute_energy {fast:9.5f}, in debug mode {slow:9.5f}, of the first couplings {plain(first, h, s):9.5f}")
    assert np.isclose(fast, plain(J, h, s), atol=1e-4) and np.isclose(sum(fields.values()) + sum(factors.values()), slow)
    kinds.add("right" if np.isclose(slow, plain(J, h, s), atol=1e-4) else "first" if np.isclose(slow, plain(first, h, s), atol=1e-4) else "other")
if kinds != {"right", "first"}:
    sys.exit(f"another picture than before: {sorted(kinds)}")
print("the energy in debug mode is that of the couplings with which the graph was made")
PY
cd "$place"
"$place/venv/bin/python" energies.py
