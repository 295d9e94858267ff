"""From arguments to state points: what simulate and an Ensemble ask for, checked, as Runs."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from glassy.core import checks
from glassy.core.errors import InputError, MemoryLimitError
from glassy.core.spelling import one_of
from glassy.model.family import Network, check_network, without_patterns
from glassy.model.patterns import Int8Array, check_seed, check_signs
from glassy.model.perturbation import Perturbation, check_field_alone, check_perturbation
from glassy.simulation.kernels.choose import beyond_64_bits, choose_kernel
from glassy.simulation.kernels.dynamics import Annealing, Dynamics, Glauber, Metropolis, Quench, ReplicaExchange
from glassy.simulation.sampler.run import Run


@dataclass(frozen=True)
class Request:
    """What all state points of one call share, as the user gave it; made by `checked`."""

    seed: int
    samples: int
    replicas: int
    sweeps: int
    burn_in: int
    method: Dynamics | ReplicaExchange
    start: Any
    start_overlap: float
    perturbation: Perturbation | None
    rungs: tuple[Perturbation, ...]
    watch: tuple[Any, ...]
    kernel: str

    @classmethod
    def checked(
        cls,
        *,
        seed: Any,
        samples: Any,
        replicas: Any,
        sweeps: Any,
        burn_in: Any,
        method: Any,
        start: Any,
        start_overlap: Any,
        perturbation: Any,
        watch: Any,
        kernel: Any,
        patterns: bool = True,
        rungs: Any = (),
    ) -> Request:
        """Check what does not depend on the state point, or raise InputError; `patterns`: whether the network has any."""
        method = one_of("method", method, (Metropolis, Glauber, Annealing, Quench, ReplicaExchange))
        if perturbation is not None:
            check_perturbation(perturbation)
        rungs = tuple(map(check_perturbation, rungs))
        if not patterns:
            if isinstance(start, str) and start in ("pattern", "both"):
                raise InputError(f"start must be 'random' or spins for a network without patterns, got {start!r}.")
            start = "random" if start is None else start
        if start is None:
            start = "random" if isinstance(method, ReplicaExchange) else "pattern"
        watch = checks.array("watch", watch, "Give the numbers of patterns, as in watch=(3, 17).").tolist()
        if not isinstance(watch, list):
            raise InputError(f"watch must be a sequence of numbers of patterns, got {watch!r}. Give watch=({watch!r},).")
        samples = checks.integer("samples", samples, 1, "Samples are independent draws of the patterns.")
        replicas = checks.integer("replicas", replicas, 1, "q needs at least 2 replicas.")
        sweeps = checks.integer("sweeps", sweeps, 1, "A sweep is N attempted flips.")
        burn_in = checks.integer("burn_in", sweeps // 5 if burn_in is None else burn_in, 0, "Sweeps before measuring.")
        return cls(
            seed=check_seed(seed),
            samples=samples,
            replicas=replicas,
            sweeps=sweeps,
            burn_in=burn_in,
            method=method,
            start=start,
            start_overlap=start_overlap,
            perturbation=perturbation,
            rungs=rungs,
            watch=tuple(watch),
            kernel=kernel,
        )

    def runs(
        self,
        network: Network,
        loads: Sequence[Any],
        K: int | None,
        temperatures: Sequence[Any],
        N: Any,
        given: Int8Array | None,
        room: Callable[[int], float],
    ) -> list[Run]:
        """Return the Runs of every load and temperature, in C order.

        Parameters
        ----------
        network, N
            The network and its size.
        loads, K
            Loads; or [None] and the number of patterns.
        temperatures : sequence of float
            Temperatures.
        given : array (K, N), optional
            Patterns of the user, instead of loads, K and N.
        room : callable
            Bytes that one sample may take where all that is kept of one is that many.
        """
        ladder = isinstance(self.method, ReplicaExchange)
        if self.rungs:
            _check_rungs(network, self.rungs, ladder, temperatures)
        groups = [[*temperatures] * max(len(self.rungs), 1)] if ladder else [[T] for T in temperatures]
        return [self._run(network, load, K, group, N, given, room) for load in loads for group in groups]

    def _run(
        self, network: Network, load: Any, K: int | None, temperatures: Sequence[Any], N: Any, given: Any, room: Any
    ) -> Run:
        if not network.has_patterns:
            load, N = without_patterns(network, load, N, K, given)
            count, size = 0, network.size(N)
            check_field_alone(network, None, self.watch)
        elif given is not None:
            count, size = given.shape[0 if network.has_examples else -2], given.shape[-1]
        else:
            size = network.size(N)
            count = network.patterns(load, size) if K is None else K
            if count == 0:
                raise InputError(f"load={load:g} and N={size} give K=0 patterns. Raise load or N, or give patterns=.")
        if network.has_couplings or network.has_examples:
            check_field_alone(network, self.perturbation)
        if isinstance(self.start, str) and self.start == "example":
            check_network(network, "examples")
        word, overlap, spins = _check_start(self.start, self.start_overlap, self.samples, self.replicas, size)
        rungs = tuple(checks.temperature(T, infinite=True) for T in temperatures)
        run = Run(
            network=network, N=size, K=count, temperatures=tuple(sorted(rungs)), method=self.method, start=word,
            start_overlap=overlap, spins=spins, patterns=given, replicas=self.replicas, sweeps=self.sweeps,
            burn_in=self.burn_in, seed=self.seed, perturbation=self.perturbation, rungs=self.rungs,
            watch=tuple(checks.integer("watch", k, 0, "It names patterns, 0 .. K - 1.", most=count - 1) for k in self.watch),
            given_load=checks.load(load) if network.has_load and not network.has_patterns else None,
        )  # fmt: skip
        if isinstance(run.dynamics, Annealing | Quench):
            run.dynamics.check(run.T, self.burn_in)
        for added in self.rungs or (self.perturbation,):
            if added is not None:
                added.check(size, count, self.samples)
        if run.every and not self.rungs:
            _check_ladder(rungs)
        hottest = [run.dynamics.T_start] if isinstance(run.dynamics, Annealing) else list(temperatures)
        attempts = run.chains * (self.sweeps + self.burn_in) * size
        left = room(run.bytes_of_series()) - run.bytes_per_sample()
        attempted = (self.kernel, hottest, attempts, left, self.perturbation, run.every)
        kernel = choose_kernel(network, size, run.stored, *attempted)
        beyond = next((text for p in self.rungs if (text := beyond_64_bits(network, size, run.stored, p))), "")
        if self.rungs and (beyond or kernel == "wide"):
            why = beyond or "kernel='wide' keeps others."
            raise InputError(f"perturbations as rungs need energies in 64-bit integers: {why}")
        return replace(run, kernel=kernel)


def _check_rungs(network: Network, rungs: tuple[Perturbation, ...], ladder: bool, temperatures: Sequence[Any]) -> None:
    """Raise InputError where perturbations cannot be the rungs of a ladder."""
    if not ladder:
        raise InputError(
            "several perturbations are the rungs of a ladder: give method=glassy.ReplicaExchange(), or one of them."
        )
    if len(set(rungs)) < max(len(rungs), 2):
        raise InputError(f"perturbation must hold at least two different ones for ReplicaExchange, got {list(rungs)}.")
    if len(temperatures) > 1 or not 0.0 < temperatures[0] < math.inf:
        raise InputError(f"T must be one finite temperature > 0 where perturbations are the rungs, got {list(temperatures)}.")
    if network.has_couplings or network.has_examples:
        raise InputError(
            f"perturbations are rungs of networks that sum over their patterns, got {network!r}. Give one of them."
        )


def _check_ladder(temperatures: tuple[float, ...]) -> None:
    if len(set(temperatures)) < max(len(temperatures), 2):
        raise InputError(f"T must hold at least two different temperatures for ReplicaExchange, got {list(temperatures)}.")
    if min(temperatures) == 0.0:
        raise InputError("T must be > 0 for ReplicaExchange, got 0: a configuration of higher energy would never move there.")


def _check_start(start: Any, overlap: float, samples: int, replicas: int, N: int) -> tuple[str, float, Int8Array | None]:
    if isinstance(start, str):
        checks.choice("start", start, ("pattern", "random", "both", "example"))
        if start == "both" and replicas < 2:
            raise InputError("replicas must be >= 2 with start='both', got 1: every second one starts at random. Raise it.")
        return start, checks.number("start_overlap", overlap, "It is the initial m of pattern 0.", least=-1.0, most=1.0), None
    array = checks.array("start", start, "Give spins of +-1, or 'pattern', 'random' or 'both'.")
    shapes = ((N,), (replicas, N), (samples, replicas, N))
    if array.shape not in shapes:
        raise InputError(f"start must be 'pattern', 'random', 'both' or spins of shape {shapes}, got shape {array.shape}.")
    spins = check_signs("start", array)
    return "given", 1.0, spins.reshape((1,) * (3 - spins.ndim) + spins.shape)


def check_memory(runs: Sequence[Run], held: int, at_once: int, limit: int) -> int:
    """Return how many samples may be in work at once within `limit` bytes, at most `at_once`; raise if not even one.

    `held` samples of every run stay in memory with their series, twice while they are joined.
    """
    series = 2 * held * sum(run.bytes_of_series() for run in runs)
    widest = max(runs, key=lambda run: run.bytes_per_sample())
    need = widest.bytes_per_sample()
    if series + need > limit:
        size = f", {widest.size}" if widest.network.has_load else ""
        patterns = f"K={widest.K} patterns and " if widest.network.has_patterns else ""
        text = (
            f"N={widest.N}, {f'P={widest.network.P}' if widest.network.has_load else widest.network}{size} needs {patterns}"
            f"{need / 1e6:.4g} MB for one sample"
        )
        remedy = "Lower N or load"
        if need <= limit:
            text += (
                f", and {series / 1e6:.4g} MB for the series of {held} samples, {widest.replicas} replicas, "
                f"{widest.sweeps} sweeps at {len(runs)} state points"
            )
            remedy = "Lower sweeps, samples or replicas, split the grid"
        raise MemoryLimitError(f"{text}; max_bytes is {limit / 1e6:.4g} MB. {remedy}, or raise max_bytes.")
    return max(1, min(at_once, (limit - series) // need))
