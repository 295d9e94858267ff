#!/usr/bin/env bash
# scipy 1.17.1 (numpy 2.4.6), concurrent.futures of Python 3.11 and newer.
# Setting: many small transition matrices, the second eigenvalue of each by eigsh, in a ProcessPoolExecutor.
# Guess before the run: where one eigsh does not converge, its future raises ArpackNoConvergence, and the others go on.
# Seen: ArpackNoConvergence pickles, but cannot be unpickled (its __init__ takes two arguments more than its args hold), so the
# parent cannot read the answer, declares the pool broken and ends all workers: every other task is lost with BrokenProcessPool,
# and the cause is in no exception that the caller can catch by name. Catching it inside the task is the way out.
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check numpy==2.4.6 scipy==1.17.1
cat >"$place/pool.py" <<'PY'
import pickle
import sys
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

import numpy as np
import scipy
from scipy.sparse import diags
from scipy.sparse.linalg import ArpackNoConvergence, eigsh


def second(steps):
    """The second eigenvalue of a walk of 400 steps, with a cap on the iterations."""
    n = 400
    walk = diags([np.full(n - 1, 0.5), np.full(n - 1, 0.5)], [1, -1], format="csr")
    return float(eigsh(walk, k=2, which="LA", maxiter=steps, tol=1e-14, return_eigenvectors=False)[0])


def alone(steps):
    try:
        return second(steps)
    except ArpackNoConvergence as error:
        return error


if __name__ == "__main__":
    print("python", sys.version.split()[0], "numpy", np.__version__, "scipy", scipy.__version__)
    error = alone(1)
    assert isinstance(error, ArpackNoConvergence), error
    try:
        pickle.loads(pickle.dumps(error))
        sys.exit("it can be unpickled now: the find is gone")
    except TypeError as reason:
        print("unpickling:", reason)
    with ProcessPoolExecutor(2) as pool:
        bad, good = pool.submit(second, 1), [pool.submit(second, 10**5) for _ in range(20)]
        try:
            bad.result()
            sys.exit("it converged")
        except BrokenProcessPool:
            print("the future that did not converge: BrokenProcessPool, no ArpackNoConvergence")
        except ArpackNoConvergence:
            sys.exit("the future raises what the task raised: the find is gone")
        lost = sum(isinstance(f.exception(), BrokenProcessPool) for f in good)
        print(f"{lost} of 20 tasks that converge were lost with it")
        try:
            pool.submit(alone, 10**5)
            sys.exit("the pool still takes tasks: the find is gone")
        except BrokenProcessPool:
            print("the pool takes no more tasks")
PY
"$place/venv/bin/python" "$place/pool.py"
