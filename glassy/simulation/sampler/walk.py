"""The chains of one sample on their way: all temperatures (rungs) and replicas, chunk by chunk."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import numpy.typing as npt

from glassy.analysis.jackknife import block_edges
from glassy.model.examples import learned
from glassy.model.patterns import Int8Array, Patterns, chain_generator, exchange_generator, pattern_generator, synapse_generator
from glassy.simulation.kernels.cached import coupling_maker
from glassy.simulation.kernels.chains import Chain
from glassy.simulation.kernels.choose import rung_maker, sample_maker
from glassy.simulation.kernels.dynamics import Quench
from glassy.simulation.kernels.extras import Extras
from glassy.simulation.kernels.perturbed import run_perturbed
from glassy.simulation.sampler.checkpoint import Checkpoints, WalkState, generator_state, restore_generator
from glassy.simulation.sampler.exchange import Swapper
from glassy.simulation.sampler.run import Run
from glassy.simulation.sampler.series import Rungs, Series

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]
Each = Callable[..., Iterable[Any]]  # map, or that of a pool

RARE = 1000  # accepted flips of a chain below which one more or less is seen in an error
SITES = 64  # at which one flip is tried then


def is_local_minimum(chain: Chain) -> bool:
    """Whether no single flip lowers the energy of a chain at hand: a sequential sweep of strict descent accepts none."""
    _, trace = chain.advance(1, Quench("sequential"), 0.0, np.random.default_rng(0))
    return bool(trace[0, 2] == 0)


class Walk:
    """All chains of one sample, side by side for their overlaps and exchanges.

    Parameters
    ----------
    run : Run
        What fixes its numbers.
    index : int
        Index of the sample.
    saved : WalkState, optional
        Where to go on; default: at the beginning.
    """

    def __init__(self, run: Run, index: int, saved: WalkState | None = None) -> None:
        N, K, R, n = run.N, run.K, run.replicas, len(run.temperatures)
        self.run, self.t = run, -run.burn_in
        drawn = pattern_generator(run.seed, N, K, index)
        if not run.network.has_patterns:
            self.patterns = Patterns.of(np.ones((N, 1), np.int8))  # m is the magnetization
        elif not run.network.has_examples:
            given = run.patterns if run.patterns is None or run.patterns.ndim == 2 else run.patterns[index]
            self.patterns = Patterns.drawn(drawn, K, N) if given is None else Patterns.of(given.T)
        added: list[Extras] = []  # to each rung, where they differ in that
        self.learned = learned(run.network, N, K, run.seed, index, run.patterns) if run.network.has_examples else None
        if self.learned is not None:  # m is that of the ground truth
            self.patterns = self.learned.truths
        stored = self.patterns if self.learned is None else self.learned.examples
        if run.network.has_couplings and run.network.has_patterns:
            couplings = run.network.stored_couplings(stored, synapse_generator(run.seed, N, K, index))
            self.make, step = coupling_maker(couplings, self.patterns, run.perturbation, index)
        elif run.network.has_couplings:
            couplings = run.network.couplings(run.given_load, N, drawn)
            self.make, step = coupling_maker(couplings, self.patterns, run.perturbation, index)
        elif run.rungs:
            self.make, added = rung_maker(run.kernel, run.network, stored, run.rungs, index)
            step = float(added[0].step)
        else:
            self.make, step = sample_maker(run.kernel, run.network, stored, run.perturbation, index)
        condensed = self.patterns.pattern(0)
        self.generators = [
            [chain_generator(run.seed, N, K, T, index, r, *((i,) if run.rungs else ())) for r in range(R)]
            for i, T in enumerate(run.temperatures)
        ]
        begin = condensed if run.start != "example" or self.learned is None else self.learned.of(0)[0]
        spins = np.array([[run.initial(begin, index, r, g) for r, g in enumerate(row)] for row in self.generators])
        self.start_m = spins @ condensed.astype(np.int64) / N
        self.beta = step / np.array(run.temperatures) if run.every else np.zeros(n)
        one = np.arange(n, 0.0, -1.0) if run.rungs else self.beta  # of perturbations: each differs by one from the next
        self.swappers = [Swapper(one, exchange_generator(run.seed, N, K, index, r), N) for r in range(R if run.every else 0)]
        self.pairs = [(r, s) for r in range(R) for s in range(r + 1, R)]
        self.trace = np.empty((n, R, run.sweeps, 3), np.int64)
        self.q = np.empty((n, len(self.pairs), run.sweeps))
        self.watch = [self.patterns.pattern(k).astype(np.float32) for k in run.watch]
        if self.learned is not None:
            own = self.learned.of(0)
            self.watch += [own.sum(axis=0).astype(np.float32), own[0].astype(np.float32)]
        self.watched = np.empty((n, R, len(self.watch), run.sweeps))
        self.edges = [0, *(stop for _, stop in block_edges(run.sweeps))]  # after so many sweeps the chains are looked at
        self.marks: Int8Array | None = np.zeros((n, R, len(self.edges), N), np.int8)
        self.near = np.zeros((n, R, len(self.edges)), np.int64)
        self.near_m = np.zeros((n, R, len(self.edges)))
        self.least_m: FloatArray | None = np.ones((n, R))  # with the pattern that was nearest at the first mark
        self.followed: dict[int, npt.NDArray[np.float32]] = {}  # patterns of first marks
        self.absorbed = np.zeros((n, R), np.bool_)  # chains that a quench has brought to rest; not saved: found again
        if saved is not None:
            self._restore(saved)
            spins = saved.spins
        self.chains = [[self.make(sigma) for sigma in row] for row in spins]
        for row, extras in zip(self.chains, added, strict=False):
            for chain in row:
                chain.wear(extras, extras.energy(chain.sigma) - chain.extras.energy(chain.sigma))

    @property
    def done(self) -> int:
        """Sweeps of each chain so far, burn-in counted."""
        return self.t + self.run.burn_in

    def state(self) -> WalkState:
        """Return what fixes all that follows; without copies: to be written before the next step."""
        t = max(self.t, 0)
        return WalkState(
            t=self.t,
            spins=self._spins(),
            generators=tuple(tuple(generator_state(g) for g in row) for row in self.generators),
            trace=self.trace[:, :, :t],
            q=self.q[:, :, :t],
            watched=self.watched[..., :t] if self.watch else None,
            marks=self.marks,
            near=self.near,
            near_m=self.near_m,
            least_m=self.least_m,
            swappers=tuple(swapper.state() for swapper in self.swappers),
        )

    def _restore(self, saved: WalkState) -> None:
        self.t, t = saved.t, max(saved.t, 0)
        self.trace[:, :, :t], self.q[:, :, :t] = saved.trace, saved.q
        if saved.watched is not None:
            self.watched[..., :t] = saved.watched
        if saved.marks is not None and saved.near is not None and saved.near_m is not None:
            self.marks, self.near, self.near_m = saved.marks, saved.near, saved.near_m
        elif saved.t > 0:
            self.marks = None  # an older version did not look
        if saved.least_m is not None or saved.t > 0:
            self.least_m = saved.least_m
        for row, states in zip(self.generators, saved.generators, strict=True):
            for generator, state in zip(row, states, strict=True):
                restore_generator(generator, state)
        for swapper, exchanges in zip(self.swappers, saved.swappers, strict=True):
            swapper.restore(exchanges)

    def _spins(self) -> Int8Array:
        return np.array([[chain.sigma for chain in row] for row in self.chains])

    def finish(self, stop: threading.Event, bar: Any, checkpoints: Checkpoints | None, threads: int = 1) -> bool:
        """Run to the end, replicas on `threads` threads; False if stopped before.

        Every block begins and ends at the same sweeps, whenever it is run.
        """
        with ThreadPoolExecutor(threads) as pool:
            each: Each = map if threads == 1 else pool.map
            while self.t < self.run.sweeps:
                if stop.is_set():
                    if checkpoints:
                        checkpoints.keep(self, now=True)
                    return False
                if self.t == 0:
                    for swapper in self.swappers:
                        swapper.forget()
                    self._mark(0, self._spins())
                size = min(self.run.block, (0 if self.t < 0 else self.run.sweeps) - self.t)
                self._advance(size, bar, each)
                self.t += size
                if checkpoints:
                    checkpoints.keep(self)
        return True

    def _advance(self, size: int, bar: Any, each: Each = map) -> None:
        """Run all chains and write their series, burn-in left out."""
        n, R, N = len(self.run.temperatures), self.run.replicas, self.run.N
        spins = np.empty((R, n, size, N), np.int8)
        rows = np.empty((R, n, size, 3), np.int64)

        for _ in each(self._move, range(R), spins, rows):
            bar.update(size * n)
        if self.t < 0:
            return
        for k, edge in enumerate(self.edges):
            if self.t < edge <= self.t + size:
                self._mark(k, spins[:, :, edge - 1 - self.t].swapaxes(0, 1))
        if self.learned is not None:
            rows[..., 0] = np.rint(spins @ self.patterns.pattern(0).astype(np.float32))
        here = slice(self.t, self.t + size)
        self.trace[:, :, here] = rows.swapaxes(0, 1)
        self._follow(spins, here)
        for w, pattern in enumerate(self.watch):
            self.watched[:, :, w, here] = (spins @ pattern).astype(np.float64).swapaxes(0, 1) / N
        for p, (r, s) in enumerate(self.pairs):
            self.q[:, p, here] = np.einsum("tuk,tuk->tu", spins[r], spins[s], dtype=np.int32) / N

    def _mark(self, k: int, spins: Int8Array) -> None:
        """Keep the spins [rung, replica, N] of mark k, and the pattern nearest to each."""
        if self.marks is None:
            return
        self.marks[:, :, k] = spins
        for i, row in enumerate(spins):
            for r, sigma in enumerate(row):
                self.near[i, r, k], self.near_m[i, r, k] = self._nearest(np.ascontiguousarray(sigma))

    def _follow(self, spins: Int8Array, here: slice) -> None:
        """Note how far the chains went from the pattern of the first mark, in spins [replica, rung, time, N] of a block."""
        if self.least_m is None:
            return
        for i, r in np.ndindex(self.least_m.shape):
            k = int(self.near[i, r, 0])
            if k == 0:
                M: npt.NDArray[Any] = self.trace[i, r, here, 0]
            else:
                if k not in self.followed:
                    self.followed[k] = self.patterns.pattern(k).astype(np.float32)
                M = spins[r, i] @ self.followed[k]  # exact: integers below 2^24
            m = int((M if self.near_m[i, r, 0] >= 0.0 else -M).min()) / self.run.N
            self.least_m[i, r] = min(float(self.least_m[i, r]), m)

    def _rivals(self, i: int) -> FloatArray:
        """Return the largest overlap of the pattern of the first mark with another one, of each chain; -1 if there is none."""
        N, found = self.run.N, {}
        for k in set(self.near[i, :, 0].tolist()):
            u = self.patterns.misaligned(self.patterns.pattern(k), self.chains[0][0].counts)  # a copy is no other one
            most = N - 2.0 * float(np.min(u, where=u > 0, initial=N))
            if self.run.network.even:
                most = max(most, 2.0 * float(np.max(u, where=u < N, initial=0)) - N)
            found[k] = most / N
        return np.array([found[k] for k in self.near[i, :, 0].tolist()])

    def _nearest(self, sigma: Int8Array) -> tuple[int, float]:
        """Return the pattern nearest to the spins, and their overlap: at even P the largest |m|; 0 if there is no pattern."""
        if not self.run.network.has_patterns:
            return 0, 0.0
        u, N = self.patterns.misaligned(sigma, self.chains[0][0].counts), sigma.size
        best = int(u.argmin())
        if self.run.network.even and 2 * int(u[worst := int(u.argmax())]) - N > N - 2 * int(u[best]):
            best = worst
        return best, (N - 2.0 * float(u[best])) / N

    def _self_overlaps(self, i: int) -> FloatArray | None:
        """Return the mean overlap of each chain with itself so many marks later, [replica, lag]; exchanges leave it none."""
        if self.marks is None or self.run.every:
            return None
        x = self.marks[i].astype(np.float32) / np.float32(self.run.N) ** 0.5
        both = np.einsum("rak,rbk->rab", x, x).astype(np.float64)
        return np.array([[row.diagonal(lag).mean() for lag in range(1, len(row))] for row in both])

    def _renewals(self, i: int) -> FloatArray | None:
        """Return of each replica the ways up of a configuration from rung i or colder, and the overlap they kept.

        The upper half of a ladder is judged by ways up from its middle.
        """
        if not self.run.every:
            return None
        low = min(i, (len(self.run.temperatures) - 1) // 2) + 1
        trips, kept = (np.array([getattr(s, name)[:low].sum() for s in self.swappers]) for name in ("trips", "kept"))
        return np.stack([trips / len(self.run.temperatures), kept / np.maximum(trips, 1)], axis=-1)

    def _quantum(self, i: int) -> float:
        """Return the energy per spin of one flip from the spins of a chain that hardly moved, or kept its energy; 0: none.

        Of all flips that of the largest dE exp(-dE/T): it moves the mean most, those that cost more are hardly ever seen.
        """
        T, N = self.run.temperatures[i], self.run.N
        for r, chain in enumerate(self.chains[i]):
            if self.trace[i, r, :, 2].sum() < RARE or np.ptp(self.trace[i, r, :, 1]) == 0:
                changes = []
                for site in range(0, N, -(-N // SITES)):
                    turned = chain.sigma.copy()
                    turned[site] *= -1
                    after, now = chain.energy_per_spin(np.array([chain.count(turned)[3], chain.energy]))
                    changes.append(abs(float(after - now)))
                cost = [x for x in changes if x > 0.0] or [0.0]
                return float(max(cost, key=lambda x: math.log(max(x, 1e-300)) - N * x / T) if T > 0.0 else min(cost))
        return 0.0

    def _move(self, r: int, spins: Int8Array, rows: IntArray) -> None:
        """Run the ladder of replica r: write spins [rung, time, N] and traces [rung, time, 3]."""
        n, size, _ = spins.shape
        if self.absorbed[0, r]:
            self._rest(r, spins[0], rows[0])
            return
        moves, chains = self.run.moves(self.t, size), [row[r] for row in self.chains]
        drawn = [c.draw(size, moves, T, g[r]) for c, T, g in zip(chains, self.run.temperatures, self.generators, strict=True)]
        if self.run.every:
            sites, thresholds = (np.stack(x) for x in zip(*drawn, strict=True))
            after = np.arange(1, size + 1)  # never at the end: the final spins are those of the last sweep
            due = ((self.done + after) % self.run.every == 0) & (self.t + after < self.run.sweeps)
            if self.run.rungs:
                run_perturbed(chains, sites, thresholds, spins, rows, due, self.swappers[r], float(self.beta[0]))
            else:
                chains[0].run_ladder(chains, sites, thresholds, spins, rows, due, self.swappers[r])
            for row, chain in zip(self.chains, chains, strict=True):
                row[r] = chain
        else:
            chains[0].run(*drawn[0], spins[0], rows[0])
        for i in range(n):
            self.chains[i][r].adapt(rows[i])
        if isinstance(self.run.method, Quench) and not rows[0, :, 2].any():
            self.absorbed[0, r] = is_local_minimum(self.make(self.chains[0][r].sigma))

    def _rest(self, r: int, spins: Int8Array, rows: IntArray) -> None:
        """Write what strict descent would go on to give at a local minimum."""
        chain = self.chains[0][r]
        spins[:], rows[:] = chain.sigma, (int(self.patterns.pattern(0).astype(np.int64) @ chain.sigma), chain.energy, 0)

    def series(self) -> tuple[Series, ...]:
        """Return the finished series of every temperature."""
        N, spins = self.run.N, self._spins()
        pattern = self.patterns.pattern(0)
        first = [row[0] for row in self.chains]  # of each rung
        return tuple(
            Series(
                m=self.trace[i, None, :, :, 0] / N,
                energy=first[i].energy_per_spin(self.trace[i, None, :, :, 1]),
                q=self.q[i, None],
                acceptance=self.trace[i, None, :, :, 2] / N,
                pattern_energy=first[i].energy_per_spin(np.array([first[i].count(pattern)[3]])),
                spins=spins[i, None],
                start_m=self.start_m[i, None],
                watched=self.watched[i, None, :, : len(self.run.watch)] if self.run.watch else None,
                n=None if self.learned is None else self.watched[i, None, :, -2] / self.learned.M,
                n_first=None if self.learned is None else self.watched[i, None, :, -1],
                settled=self._settled(i)[None] if T == 0.0 else None,
                near=None if self.marks is None else self.near[i, None],
                near_m=None if self.marks is None else self.near_m[i, None],
                least_m=None if self.least_m is None else self.least_m[i, None],
                rival_m=None if self.least_m is None else self._rivals(i)[None],
                self_q=None if (own := self._self_overlaps(i)) is None else own[None],
                renewals=None if (new := self._renewals(i)) is None else new[None],
                quantum=np.array([self._quantum(i)]),
            )
            for i, T in enumerate(self.run.temperatures)
        )

    def _settled(self, i: int) -> npt.NDArray[np.bool_]:
        rest = zip(self.absorbed[i], self.chains[i], strict=True)
        return np.array([known or is_local_minimum(self.make(chain.sigma)) for known, chain in rest])


def run_sample(
    run: Run, index: int, stop: threading.Event, bar: Any, checkpoints: Checkpoints | None = None, threads: int = 1
) -> Series | Rungs | None:
    """Run all chains of one sample, from its checkpoint if there is one; None if stopped. A ladder gives Rungs."""
    walk = Walk(run, index, checkpoints.read() if checkpoints else None)
    bar.update(walk.done * run.chains)
    if not walk.finish(stop, bar, checkpoints, threads):
        return None
    if not run.every:
        return walk.series()[0]
    swaps = np.stack([s.swaps for s in walk.swappers])
    return Rungs(walk.series(), swaps[None], np.array([[s.round_trips for s in walk.swappers]]))
