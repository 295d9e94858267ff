"""What the tests of checkpoints share: small runs, stops at random places, a run that is killed."""

import dataclasses

import numpy as np

from glassy import DenseHebbian, Metropolis, ReplicaExchange, simulate
from glassy.simulation.keep.store import Store
from glassy.simulation.sampler.run import Run
from glassy.simulation.sampler.walk import run_sample

METROPOLIS = Metropolis()
BLOCK = 2**12  # attempts: some hundred blocks


class Bar:
    def __init__(self):
        self.n = 0

    def update(self, n):
        self.n += n


class StopAfter:
    """A stop event that is set after a number of looks at it."""

    def __init__(self, looks):
        self.looks = looks

    def is_set(self):
        self.looks -= 1
        return self.looks < 0


def bits(result):
    """Every array of a result as bytes, with its name."""
    found = {}
    for field in dataclasses.fields(result):
        value = getattr(result, field.name)
        if isinstance(value, np.ndarray):
            found[field.name] = (value.dtype, value.shape, value.tobytes())
        elif isinstance(value, tuple) and value and dataclasses.is_dataclass(value[0]):
            found |= {f"{field.name}.{i}.{k}": b for i, v in enumerate(value) for k, b in bits(v).items()}
    assert found
    return found


def run_at(*T, method=METROPOLIS, P=3, N=24, burn_in=90, start="random"):
    network = DenseHebbian(P)
    return Run(
        network=network, N=N, K=network.patterns(0.3, N), temperatures=T, method=method, start=start, start_overlap=0.8,
        spins=None, patterns=None, replicas=2, sweeps=200, burn_in=burn_in, seed=5,
    )  # fmt: skip


def ladder(every, **options):
    return run_at(0.25, 0.5, 1.0, np.inf, method=ReplicaExchange(every=every), **options)


def go_on(run, folder, rng, chunks):
    """Run sample 0 with stops at random places; return the result, and how many stops there were."""
    store, stops = Store(folder, run.description()), 0
    while True:
        bar, checkpoints = Bar(), store.checkpoints(0)
        found = run_sample(run, 0, StopAfter(int(rng.integers(0, chunks))), bar, checkpoints)
        if found is not None:
            assert bar.n == 290 * run.chains  # resumed sweeps are counted
            store.write(0, found, checkpoints.origin)
            return found, stops
        stops += 1


def stopped(run, folder, looks=4):
    store = Store(folder, run.description())
    assert run_sample(run, 0, StopAfter(looks), Bar(), store.checkpoints(0)) is None
    return folder / "checkpoint_000000.npz"


def killed(kind, out=None):
    """Run the simulation that is killed; about three seconds of work."""
    if kind == "run":
        return simulate(DenseHebbian(4), 0.3, 0.4, 60, start="random", sweeps=30_000, seed=1, out=out, progress=False)
    T = [0.3, 0.4, 0.5, 0.7, 1.0, 2.0]
    return simulate(
        DenseHebbian(3), 0.3, T, 30, start="random", sweeps=5000, seed=1, out=out, progress=False, method=ReplicaExchange()
    )
