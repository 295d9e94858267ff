"""Examples: noisy copies of ground truths, drawn or of the user, and what a run needs of those of the first one (L.1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from glassy.core import checks
from glassy.core.errors import InputError
from glassy.model.family import Network, check_network
from glassy.model.patterns import Int8Array, Patterns, check_seed, check_signs, pattern_generator
from glassy.numerics.bits import empty_rows


@dataclass(frozen=True)
class Learned:
    """The ground truths of one sample and the examples that the network has of them: number mu M + a is example a of mu.

    Parameters
    ----------
    truths, examples : Patterns
        K patterns, and K M.
    M : int
        Examples of each.
    """

    truths: Patterns
    examples: Patterns
    M: int

    def of(self, mu: int) -> Int8Array:
        """Return the examples of a ground truth, (M, N)."""
        return np.array([self.examples.pattern(mu * self.M + a) for a in range(self.M)])


def learned(network: Any, N: int, K: int, seed: int, sample: int, given: Int8Array | None = None) -> Learned:
    """Return what a network has seen in one sample.

    Parameters
    ----------
    network : Trained
        Its number of examples and their quality.
    N, K, seed, sample : int
        Spins, ground truths, and the random numbers: the ground truths are those of `draw_patterns`.
    given : array (K, N) or (K, M, N) of +-1, optional
        Ground truths, of which examples are drawn, or examples. Of given examples the ground truth is what most of them say,
        and where they tie, the first of them.
    """
    M = int(network.examples)
    if given is not None and given.ndim == 3:
        most = np.where((total := given.sum(axis=1, dtype=np.int64)) == 0, given[:, 0], np.sign(total)).astype(np.int8)
        return Learned(Patterns.of(most.T), Patterns.of(given.reshape(K * M, N).T), M)
    truths = Patterns.drawn(pattern_generator(seed, N, K, sample), K, N) if given is None else Patterns.of(given.T)
    generator = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(4, N, K, sample)))
    bits, wrong = empty_rows(N, K * M), 0.5 * (1.0 - network.quality)
    for row, signs in zip(bits, truths.bits, strict=True):
        agree = np.repeat(np.unpackbits(signs, count=K), M) ^ (generator.random(K * M) < wrong)
        row[: (K * M + 7) // 8] = np.packbits(agree)
    return Learned(truths, Patterns(bits, K * M), M)


def draw_examples(network: Network, K: int, N: int, seed: int, sample: int = 0) -> Int8Array:
    """Return the examples of one sample, shape (K, M, N), int8 +-1: those that `simulate` uses for this seed.

    Their ground truths are `draw_patterns` of the same K, N, seed and sample.

    Parameters
    ----------
    network : Trained
        Its number of examples M and their quality.
    K, N : int
        Number of ground truths, >= 1, and of spins.
    seed, sample : int
        Seed of the run and index of the sample, >= 0.

    Raises
    ------
    InputError
        If an argument lies outside its domain.

    Examples
    --------
    >>> import glassy
    >>> network = glassy.DenseHebbian(P=3).trained(examples=20, quality=0.8)
    >>> eta, zeta = draw_examples(network, K=50, N=100, seed=1), glassy.draw_patterns(K=50, N=100, seed=1)
    >>> eta.shape, round(float((eta * zeta[:, None]).mean()), 2)
    ((50, 20, 100), 0.8)
    """
    network = check_network(network, "examples")
    if not network.stored(1):
        raise InputError(f"examples must be finitely many to be drawn, got {network!r}. Give a number of them.")
    K = checks.integer("K", K, 1, "K counts the ground truths.")
    N = network.size(N)
    sample = checks.integer("sample", sample, 0, "It is the index of the sample.")
    found = learned(network, N, K, check_seed(seed), sample)
    return np.ascontiguousarray(found.examples.signs.T.reshape(K, found.M, N))


def examples_by_label(examples: npt.ArrayLike, labels: npt.ArrayLike, M: int | None = None) -> Int8Array:
    """Return labelled data as examples of ground truths, one for each label in rising order, shape (K, M, N).

    Parameters
    ----------
    examples : array (n, N) of +-1
        The data.
    labels : array (n,)
        What each belongs to.
    M : int, optional
        How many of each label, the first ones; default: as many as the rarest label has.

    Raises
    ------
    InputError
        If the shapes do not fit, an entry is not +-1, or a label has fewer than M examples.

    Examples
    --------
    >>> data = np.array([[1, 1, 1], [-1, 1, -1], [1, 1, -1], [-1, -1, -1]])
    >>> examples_by_label(data, ["a", "b", "a", "b"]).tolist()
    [[[1, 1, 1], [1, 1, -1]], [[-1, 1, -1], [-1, -1, -1]]]
    """
    rows, of = checks.array("examples", examples, "Give n rows of N entries."), checks.array("labels", labels, "Give n labels.")
    if rows.ndim != 2 or of.shape != rows.shape[:1] or 0 in rows.shape:
        raise InputError(f"examples must be (n, N), labels (n,), got shapes {rows.shape} and {of.shape}. Give one label a row.")
    signs = check_signs("examples", rows)
    if of.dtype.kind not in "iubUSf" or (of.dtype.kind == "f" and not np.all(np.isfinite(of))):
        raise InputError(f"labels must be numbers or words, all of one kind and none missing, got {of.dtype}. Mend them.")
    names, counts = np.unique(of, return_counts=True)
    M = checks.integer("M", counts.min() if M is None else M, 1, "It counts the examples of each label.")
    if counts.min() < M:
        raise InputError(
            f"M must be at most {counts.min()}, as many examples as label {names[counts.argmin()]} has, got {M}. Lower it."
        )
    return np.stack([signs[of == name][:M] for name in names])
