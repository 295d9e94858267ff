"""Patterns and random streams: one seed, spawned, the same numbers for any number of threads.

The patterns of sample k depend on (seed, N, K, k) alone; the spins of a chain on (seed, N, K, T, k, replica). A state point
of a grid, the same point alone, and `enumerate_states` therefore see the same patterns.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from glassy.core import checks
from glassy.core.errors import InputError, PatternsWarning, warn
from glassy.model.family import Network
from glassy.numerics.bits import Bits, empty_rows, misaligned

Int8Array = npt.NDArray[np.int8]
OVERFULL = 0.25  # load over P beyond retrieval: bound_c of `storage_capacity` (B.1) is less at P = 3 to 50, and 0.14 at P = 2
MANY = 10  # times more patterns than spins look transposed: the other way round, few patterns that are retrieved


def check_seed(seed: Any) -> int:
    """Return the seed, an integer >= 0, or raise InputError."""
    return checks.integer("seed", seed, 0, "Randomness is an argument: give a seed, and the same call gives the same numbers.")


def pattern_generator(seed: int, N: int, K: int, sample: int) -> np.random.Generator:
    """Return the generator of the patterns of one sample."""
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(0, N, K, sample)))


def chain_generator(seed: int, N: int, K: int, T: float, sample: int, replica: int, *rung: int) -> np.random.Generator:
    """Return the generator of one chain: its initial spins, sites and uniforms. `rung`: its number, where many have one T."""
    bits = int(np.float64(T).view(np.uint64))
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(1, N, K, bits, sample, replica, *rung)))


def exchange_generator(seed: int, N: int, K: int, sample: int, replica: int) -> np.random.Generator:
    """Return the generator of the exchanges between the temperatures of one replica."""
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(2, N, K, sample, replica)))


def synapse_generator(seed: int, N: int, K: int, sample: int) -> np.random.Generator:
    """Return the generator of what is imperfect in the synapses of one sample."""
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(3, N, K, sample)))


def random_spins(N: int, generator: np.random.Generator) -> Int8Array:
    """Return fair spins, the start "random"."""
    return (2 * generator.integers(0, 2, N, dtype=np.int8) - 1).astype(np.int8)


def spins_at(pattern: Int8Array, overlap: float, generator: np.random.Generator) -> Int8Array:
    """Return spins with an overlap with a pattern, the start "pattern": a random set of round(N (1 - overlap)/2) is flipped."""
    sigma = pattern.copy()
    flipped = generator.permutation(sigma.size)[: round(sigma.size * (1.0 - overlap) / 2.0)]
    sigma[flipped] *= -1
    return sigma


class Patterns:
    """The patterns of one sample, spin by spin, one bit each.

    Parameters
    ----------
    bits : array (N, bytes) of uint8
        Rows as `glassy.numerics.bits` describes them.
    K : int
        Number of patterns.
    """

    def __init__(self, bits: Bits, K: int) -> None:
        self.bits, self.N, self.K = bits, len(bits), K

    @classmethod
    def drawn(cls, generator: np.random.Generator, K: int, N: int) -> Patterns:
        """Draw K fair patterns of N spins: K random bits for each spin in turn."""
        width = (K + 7) // 8
        bits = empty_rows(N, K)
        for row in bits:
            row[:width] = np.frombuffer(generator.bytes(width), np.uint8)
        bits[:, max(width - 1, 0) : width] &= np.uint8(0xFF << (-K % 8) & 0xFF)  # nothing beyond the last pattern
        return cls(bits, K)

    @classmethod
    def of(cls, xi: Int8Array) -> Patterns:
        """Pack an array (N, K) of +-1."""
        N, K = xi.shape
        bits = empty_rows(N, K)
        for row, signs in zip(bits, xi, strict=True):
            row[: (K + 7) // 8] = np.packbits(signs > 0)
        return cls(bits, K)

    def pattern(self, k: int) -> Int8Array:
        """Return pattern k, shape (N,)."""
        return (2 * (self.bits[:, k // 8] >> (7 - k % 8) & 1).astype(np.int8) - 1).astype(np.int8)

    @cached_property
    def signs(self) -> Int8Array:
        """All patterns as an array (N, K) of +-1: eight times the memory, made when it is first asked for."""
        rows = np.empty((self.N, self.K), np.int8)
        for row, bits in zip(rows, self.bits, strict=True):
            row[:] = np.unpackbits(bits, count=self.K)
        rows *= 2
        rows -= 1
        return rows

    def misaligned(self, sigma: Int8Array, dtype: npt.DTypeLike = np.uint32) -> npt.NDArray[Any]:
        """Return u = (N - M)/2 of every pattern: the number of spins in which it differs from sigma."""
        u = np.empty(self.K, dtype)
        misaligned(self.bits, sigma, u)
        return u


def draw_patterns(K: int, N: int, seed: int, sample: int = 0) -> Int8Array:
    """Return the patterns xi of one sample, shape (K, N), int8 +-1: those that `simulate` uses for this seed.

    Sums of int8 wrap beyond 127: take xi.astype(int) before a product such as xi @ xi.T.

    Parameters
    ----------
    K, N : int
        Number of patterns, >= 0, and of spins, >= 1.
    seed, sample : int
        Seed of the run and index of the sample, >= 0.

    Raises
    ------
    InputError
        If an argument lies outside its domain.

    Examples
    --------
    >>> draw_patterns(3, 4, seed=1).shape
    (3, 4)
    """
    K = checks.integer("K", K, 0, "K counts the patterns.")
    N = checks.integer("N", N, 1, "N counts the spins.")
    sample = checks.integer("sample", sample, 0, "It is the index of the sample.")
    return Patterns.drawn(pattern_generator(check_seed(seed), N, K, sample), K, N).signs.T


def check_patterns(patterns: Any, least: int) -> Int8Array:
    """Return user patterns as an int8 array (K, N) of +-1 with N >= least, or raise InputError."""
    array = checks.array("patterns", patterns, "Give K rows of N entries each.")
    if array.ndim != 2 or 0 in array.shape:
        raise InputError(f"patterns must be a (K, N) array with K, N >= 1, got shape {array.shape}. Reshape or transpose it.")
    if array.shape[1] < least:
        raise InputError(
            f"patterns must have N >= P = {least} spins, got shape {array.shape} read as (K, N). Transpose it if it is (N, K)."
        )
    return check_signs("patterns", array)


def given_patterns(network: Network, patterns: Any, level: int = 4) -> Int8Array:
    """Return patterns of the user as an array (K, N) of +-1 that a network can store, or raise InputError.

    A shape that is read as more patterns than the network retrieves, and as MANY times more than spins, is warned of.
    """
    if network.has_examples:
        return check_learnable(network, checks.array("patterns", patterns, "Give K rows of N entries, or K times M of them."))
    array = check_patterns(patterns, network.fewest if network.N is None else 1)
    K, N = array.shape
    if network.N == K != N:
        raise InputError(
            f"patterns must have N = {network.N} spins, got shape {array.shape} read as (K, N). It looks transposed: give "
            "patterns.T."
        )
    network.size(N)
    if network.has_load and K >= MANY * N and network.load(K, N) > OVERFULL * network.P:
        here, there = network.load(K, N), network.load(N, K)
        warn(
            f"patterns of shape {array.shape} are read as K={K} patterns of N={N} spins: load={here:.3g}, beyond retrieval. "
            f"If they are {N} patterns of {K} spins, load={there:.3g}, give patterns.T.", PatternsWarning, level
        )  # fmt: skip
    return array


def check_learnable(network: Any, array: npt.NDArray[Any]) -> Int8Array:
    """Return given ground truths (K, N) or examples (K, M, N) of +-1, or raise InputError."""
    if array.ndim not in (2, 3) or 0 in array.shape:
        raise InputError(
            f"patterns must be ground truths (K, N) or examples (K, M, N) for {network!r}, got shape {array.shape}. "
            "glassy.examples_by_label makes the latter of labelled data."
        )
    if array.ndim == 3 and array.shape[1] != network.examples:
        raise InputError(
            f"patterns must hold M = {network.examples} examples of each ground truth, got shape {array.shape} read as "
            "(K, M, N). Give the network this number of examples."
        )
    network.size(array.shape[-1])
    return check_signs("patterns", array)


def check_signs(name: str, array: npt.NDArray[Any]) -> Int8Array:
    """Return an array of +-1 as int8, or raise InputError."""
    if array.dtype.kind not in "iufb" or not np.all(np.abs(array) == 1 if array.dtype.kind != "b" else False):
        found = (np.unique(array) if array.dtype.kind in "iufb" else array.ravel())[:5].tolist()
        raise InputError(f"{name} must contain +1 and -1 only, got values such as {found}. Map {{0, 1}} to 2x - 1 first.")
    return np.ascontiguousarray(array, dtype=np.int8)
