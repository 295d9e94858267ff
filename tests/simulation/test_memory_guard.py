"""The guard of memory: before anything is allocated, and above what is used."""

import numpy as np
import pytest
from small import same

from glassy import DenseHebbian, MemoryLimitError, Metropolis, simulate

network = DenseHebbian(3)
POINT = {"load": 0.2, "T": 0.4, "N": 24, "sweeps": 40, "seed": 3}


def test_memory_guard_before_anything_is_allocated():
    with pytest.raises(MemoryLimitError, match=r"N=200, P=4, load=0\.6 needs K=400000 patterns and .* MB"):
        simulate(DenseHebbian(4), load=0.6, T=0.1, N=200, seed=1, max_bytes=10_000_000)
    with pytest.raises(MemoryLimitError):
        simulate(DenseHebbian(6), load=1.0, T=0.1, N=1000, seed=1)
    r = simulate(network, **POINT, samples=3, threads=3, max_bytes=200_000)  # fewer threads instead of an error
    assert same(r, simulate(network, **POINT, samples=3))


def test_memory_guard_counts_the_series_of_every_sample_and_state_point():
    long = {**POINT, "sweeps": 10**9}
    with pytest.raises(
        MemoryLimitError, match=r"for one sample, and .* MB for the series of 50 samples.*Lower sweeps, samples"
    ):
        simulate(network, **{**POINT, "samples": 50}, max_bytes=150_000)
    with pytest.raises(MemoryLimitError, match=r"5 samples, 2 replicas, 40 sweeps at 20 state points; max_bytes is 0\.15 MB"):
        simulate(network, **{**POINT, "T": np.linspace(0.1, 1, 20), "samples": 5}, max_bytes=150_000)
    with pytest.raises(MemoryLimitError, match="Lower N or load, or raise max_bytes"):
        simulate(network, **long, max_bytes=10**9)
    with pytest.raises(MemoryLimitError, match="Lower sweeps"):
        simulate(network, **{**long, "sweeps": 10**6, "samples": 10**6})
    simulate(network, **{**POINT, "samples": 5}, max_bytes=150_000)


@pytest.mark.parametrize("T", [0.4, np.linspace(0.1, 1.0, 4)])
def test_memory_stays_below_what_the_guard_counts(T):
    import tracemalloc

    from glassy.simulation.sampler.run import Run

    options = {"load": 0.2, "T": T, "N": 6, "sweeps": 20_000, "seed": 3, "samples": 5, "threads": 2}
    simulate(network, **{**options, "sweeps": 10})  # compile first
    run = Run(
        network=network, N=6, K=network.patterns(0.2, 6), temperatures=(0.4,), method=Metropolis(), start="pattern",
        start_overlap=1.0, spins=None, patterns=None, replicas=2, sweeps=20_000, burn_in=4000, seed=3,
    )  # fmt: skip
    counted = 2 * 5 * np.size(T) * run.bytes_of_series() + 2 * run.bytes_per_sample()
    tracemalloc.start()
    simulate(network, **options)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert counted / 3 < peak < counted
