#!/usr/bin/env bash
# jij-cimod 1.7.5 (dimod 0.12.23, numpy 2.4.6), the model of OpenJij 0.12.2, Python 3.11.
# Setting: a polynomial of up to four variables that grows by add_interaction and add_interactions_from, which take the vartype in which
# an interaction is given; held against the plain sum over all states. Beside it to_hubo, to_hising and change_vartype.
# Guess before the run: each interaction adds the energy that it says, in spins or in bits, to the model of either kind.
# Seen: to_hubo, to_hising and change_vartype are right, and so are interactions given in the model's own vartype. Those given in the
# other one are turned the wrong way: 2 b0 b1 b2 in bits, put into a model of spins, adds 2 (2 s0 - 1)(2 s1 - 1)(2 s2 - 1) of its spins
# (54 too low where all are -1), and 2 s0 s1 s2 put into a model of bits adds 2 (b0 + 1)/2 (b1 + 1)/2 (b2 + 1)/2 of its bits.
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check numpy==2.4.6 dimod==0.12.23 jij-cimod==1.7.5
cat >"$place/interactions.py" <<'PY'
import itertools
import sys
from importlib.metadata import version

import cimod
import numpy as np

print("jij-cimod", version("jij-cimod"), "dimod", version("dimod"), "numpy", version("numpy"))
N, FIRST = 4, {(3,): 1.0, (): 0.5}
VALUES = {"SPIN": (-1, 1), "BINARY": (0, 1)}
OTHER = {"SPIN": "BINARY", "BINARY": "SPIN"}
to_bits, to_spins = (lambda s: (s + 1) / 2), (lambda b: 2 * b - 1)
TURNED = {"SPIN": to_bits, "BINARY": to_spins}  # values of a model's own variables as the other kind
WAYS = {
    "add_interaction": lambda m, key, kind: m.add_interaction(list(key), 2.0, vartype=kind),
    "add_interactions_from, dict": lambda m, key, kind: m.add_interactions_from({key: 2.0}, vartype=kind),
    "add_interactions_from, lists": lambda m, key, kind: m.add_interactions_from([list(key)], [2.0], vartype=kind),
}


def off(energy, own, key, turn):
    """Largest distance of energies from the first terms and the interaction, of values turned so."""
    states = itertools.product(VALUES[own], repeat=N)
    return max(abs(energy(s) - s[3] - 0.5 - 2.0 * np.prod([turn(s[i]) for i in key])) for s in states)


same, swapped = (lambda x: x), {"SPIN": to_spins, "BINARY": to_bits}
seen = set()
for own, (name, add), key in itertools.product(VALUES, WAYS.items(), ((0,), (0, 1), (0, 1, 2), (0, 1, 2, 3))):
    for kind in (own, OTHER[own]):
        model = cimod.BinaryPolynomialModel(dict(FIRST), own)
        add(model, key, kind)
        energy = lambda s: model.energy({i: s[i] for i in model.variables})
        meant, wrong = off(energy, own, key, same if kind == own else TURNED[own]), off(energy, own, key, swapped[own])
        seen.add((kind == own, "right" if meant < 1e-9 else "turned the wrong way" if wrong < 1e-9 else "other"))
        if key == (0, 1, 2) or meant > 1e-9 and len(key) == 1:
            print(f"{own:<6} model, {name:<28} of {len(key)} given as {kind:<6}: off by {meant:5.1f}; turned the other way off by {wrong:5.1f}")
    model = cimod.BinaryPolynomialModel(dict(FIRST) | {key: 2.0 + FIRST.get(key, 0.0)}, own)
    turned = model.to_hubo() if own == "SPIN" else model.to_hising()
    there = {"SPIN": to_bits, "BINARY": to_spins}[own]
    energy = lambda s: sum(c * np.prod([there(s[i]) for i in k]) for k, c in turned.items())
    assert off(energy, own, key, same) < 1e-9
    model.change_vartype(OTHER[own])
    assert off(lambda s: model.energy({i: int(there(s[i])) for i in model.variables}), own, key, same) < 1e-9
if seen != {(True, "right"), (False, "turned the wrong way")}:
    sys.exit(f"another picture than before: {sorted(seen)}")
print("interactions in the other vartype are turned the wrong way, whole conversions are right")
PY
cd "$place"
"$place/venv/bin/python" interactions.py
