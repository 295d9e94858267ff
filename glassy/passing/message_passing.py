"""message_passing: the mean-field equations of one network, iterated."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, TypedDict, Unpack, overload

import numpy as np
import numpy.typing as npt

from glassy.core import checks
from glassy.core.errors import InputError
from glassy.core.grid import Grid
from glassy.core.machine import half_memory
from glassy.core.progress import progress_bar
from glassy.core.renamed import corrects
from glassy.model.examples import learned
from glassy.model.family import Network, check_network, without_patterns
from glassy.model.patterns import (
    Int8Array,
    Patterns,
    chain_generator,
    check_seed,
    given_patterns,
    pattern_generator,
    random_spins,
    spins_at,
)  # fmt: skip
from glassy.model.perturbation import Perturbation
from glassy.passing.coupled import Coupled, levels_of
from glassy.passing.dense import Dense
from glassy.passing.fixed_point import FixedPoint
from glassy.passing.iteration import System, iterate
from glassy.passing.kernels import FloatArray
from glassy.passing.pairs import Pairs
from glassy.passing.request import (
    check_disorder,
    check_memory,
    check_model,
    check_perturbed,
    check_start,
    check_temperature,
    pattern_weights,
)  # fmt: skip
from glassy.passing.result import MessagePassing
from glassy.passing.rows import rows_of_patterns

SAMPLES = 8  # of the patterns, by default, as in `simulate`
Axis = float | Sequence[float] | npt.NDArray[np.float64]


class Options(TypedDict, total=False):
    """Arguments of `message_passing` that do not shape what comes back."""

    K: int | None
    patterns: npt.ArrayLike | None
    perturbation: Perturbation | None
    start: str | npt.ArrayLike | None
    start_overlap: float
    samples: int | None
    max_iterations: int
    tolerance: float
    damping: float
    max_bytes: int | None
    progress: bool | None


@overload
def message_passing(
    network: Network,
    load: float | None = ...,
    T: float | None = ...,
    N: int | None = ...,
    *,
    seed: int,
    beta: float | None = ...,
    **options: Unpack[Options],
) -> MessagePassing: ...
@overload
def message_passing(
    network: Network,
    load: Axis | None = ...,
    T: Axis | None = ...,
    N: int | None = ...,
    *,
    seed: int,
    beta: Axis | None = ...,
    **options: Unpack[Options],
) -> Grid[MessagePassing]: ...


@corrects
def message_passing(
    network: Network,
    load: Axis | None = None,
    T: Axis | None = None,
    N: int | None = None,
    *,
    seed: int,
    beta: Axis | None = None,
    K: int | None = None,
    patterns: npt.ArrayLike | None = None,
    perturbation: Perturbation | None = None,
    start: str | npt.ArrayLike | None = None,
    start_overlap: float = 1.0,
    samples: int | None = None,
    max_iterations: int = 2000,
    tolerance: float = 1e-10,
    damping: float = 0.0,
    max_bytes: int | None = None,
    progress: bool | None = None,
) -> MessagePassing | Grid[MessagePassing]:
    """Iterate the mean-field (TAP) equations of one network: the magnetization of every spin (T.1, T.3, T.5).

    Approximate message passing: an iteration costs as much as 6 to 26 sweeps of a cold network (71 and more on couplings), 9 to
    66 settle on average by state point, and there is no noise. Means over the spins are off by about 1/N where the replicon
    (S.1) is well above 0. Towards 0 fewer networks settle; one that does not, or settles where its own replicon or its entropy
    is negative, is DIVERGED.

    Parameters
    ----------
    network : DenseHebbian, Trained, SpinGlass or Couplings
        The network, of any P; a trained one of P > 2 that stores its examples, with m of ground truth 0; couplings of up to
        four spins, whose own squares are in the Onsager term. Without a field and couplings of single or three spins x = 0 is a
        fixed point, and above the spin glass the only one.
    load, T : float or 1-d array
        State point. Arrays give a Grid of shape (len(load), len(T)); an axis is left out where a float is given. 1e-50 <= T.
    beta : float or 1-d array, optional
        1/T, instead of T.
    N : int
        Number of spins, >= P; Couplings have their own.
    seed : int
        The same seed, N and number of patterns give the patterns or couplings of `simulate`, and the spins in which its
        replica 0 begins.
    K : int, optional
        Number of patterns, instead of `load`.
    patterns : array (K, N) of +-1, optional
        Stored patterns instead of `load`, `K` and `N`; samples must be 1. The Onsager term is that of independent fair signs:
        for others (data) it is an approximation. Of a trained network as in `simulate`.
    perturbation : Perturbation, optional
        An external field, and for chosen patterns a number that multiplies their energy; no tables.
    start : {"pattern", "random", "example"} or array, optional
        "pattern": pattern 0 at overlap `start_overlap`; "example": the first example of ground truth 0 in its place. "random":
        fair spins. An array of shape (N,) or (samples, N): these magnetizations, in [-1, 1]. Default: "pattern", and "random"
        without patterns.
    start_overlap : float
        Initial overlap with pattern 0, in [-1, 1]; a random set of round(N (1 - overlap)/2) spins is flipped.
    samples : int, optional
        Independent draws of the patterns or couplings (default 8, and 1 where they are given). The error of a mean over one
        sample is unknown.
    max_iterations : int
        Where it gives up: DIVERGED.
    tolerance : float
        It has converged where no magnetization changes by more.
    damping : float
        Share of the old magnetizations in the new ones, in [0, 1). It is no longer the iteration of T.1, has the same fixed
        points, and may settle where that of T.1 does not.
    max_bytes : int, optional
        Limit for the patterns of one sample, checked before anything is allocated; default: half of the memory that this
        process may use.
    progress : bool, optional
        A bar on stderr that counts samples; default: where it is slow and stderr is a terminal or a notebook.

    Returns
    -------
    MessagePassing, or Grid of MessagePassing where load or T is an array

    Raises
    ------
    InputError
        If an argument lies outside its domain.
    MemoryLimitError
        If the patterns of one sample need more than `max_bytes`.

    Warns
    -----
    PatternsWarning
        If `patterns` looks transposed, as in `simulate`.

    Notes
    -----
    There is no T = 0: C = beta (1 - q) of the Onsager term becomes the density of local fields at 0, which N spins do not
    have. At T far below the smallest field of a spin C is exactly 0: what settles is then a fixed point of x = sign(h), and its
    replicon, 1, says nothing of stability.

    The same seed gives the same patterns on every processor, and magnetizations that agree to about the tolerance: tanh is not
    the same in its last bits everywhere.

    Source: docs/explanation/theory.md, section 9.

    Examples
    --------
    >>> import glassy
    >>> r = message_passing(glassy.DenseHebbian(P=3), load=0.1, T=0.3, N=200, samples=4, seed=1)
    >>> r.status.name, r.magnetizations.shape, r.iterations
    ('CONVERGED', (4, 200), (8, 6, 10, 7))
    >>> abs(r.m - glassy.solve(glassy.DenseHebbian(P=3), load=0.1, T=0.3).m) < 0.002
    True
    """
    network = check_model(network)
    T = checks.given_temperature(T, beta)
    given = None
    if not network.has_patterns:
        load, N = without_patterns(network, load, N, K, patterns)
    elif patterns is not None:
        if load is not None or N is not None or K is not None:
            raise InputError("give either patterns, or load and N, not both: the patterns fix K and N.")
        given = given_patterns(network, patterns)
        K, N = given.shape[0], given.shape[-1]
    elif load is not None and K is not None:
        raise InputError("give either load or K, not both: one fixes the other.")
    elif (load is None and K is None) or N is None:
        raise InputError("load and N must be given, or patterns instead of both (K may stand for load).")
    N = network.size(N)
    loads, load_axis = checks.axis("load", load)
    disorder = check_disorder(network, loads, K, N)
    temperatures, T_axis = checks.axis("T", T)
    temperatures = [check_temperature(T) for T in temperatures]
    word, overlap, spins = check_start(start, start_overlap, N, network.has_patterns)
    if word == "example":
        check_network(network, "examples")
    drawn = given is None and (network.has_patterns or network.has_load)
    if samples is None:
        samples = len(spins) if spins is not None and len(spins) > 1 else SAMPLES if drawn else 1
    samples = checks.integer("samples", samples, 1, "Samples are independent draws of the patterns.")
    if given is not None and samples != 1:
        raise InputError(f"samples must be 1 with given patterns, got {samples}: they are one sample.")
    if spins is not None and len(spins) not in (1, samples):
        raise InputError(f"start must be of shape {(N,)} or {(samples, N)} with samples={samples}, got {spins.shape}.")
    asked = {
        "seed": check_seed(seed), "start": word, "start_overlap": overlap,
        "max_iterations": checks.integer("max_iterations", max_iterations, 1, "Tens of them settle."),
        "tolerance": checks.number("tolerance", tolerance, "1e-10 is well above rounding.", least=1e-15),
        "damping": checks.number("damping", damping, "It is the share of the old magnetizations.", most=0.999),
        "perturbation": perturbation, "patterns_drawn": given is None,
    }  # fmt: skip
    limit = checks.integer("max_bytes", half_memory() if max_bytes is None else max_bytes, 1, "Bytes of memory.")
    for count, _ in disorder:
        check_memory(network, N, count, limit)
        check_perturbed(network, perturbation, N, count, samples)
    axes = (N, disorder, temperatures, samples)
    points = _run(network, axes, given, spins, asked, progress)
    return Grid(points, load_axis + T_axis) if load_axis or T_axis else points[0]


def _run(
    network: Network, axes: tuple[int, list[tuple[int, float | None]], list[float], int], given: Int8Array | None,
    spins: FloatArray | None, asked: dict[str, Any], progress: bool | None,
) -> tuple[MessagePassing, ...]:  # fmt: skip
    N, disorder, temperatures, samples = axes
    perturbation = asked["perturbation"]
    limits = {word: asked[word] for word in ("damping", "tolerance", "max_iterations")}
    results = []
    with progress_bar(samples * len(disorder) * len(temperatures), progress, "sample", "message passing") as bar:
        for K, load in disorder:
            first = None
            found: list[list[FixedPoint]] = [[] for _ in temperatures]
            for index in range(samples):
                pattern, examples, system = _sample(network, N, K, load, given, asked, index)
                begin = examples[0] if asked["start"] == "example" else pattern
                first = pattern if index == 0 and K else first
                field = np.zeros(N) if perturbation is None else perturbation.fields(N, index)
                at, origin = np.array([pattern, begin], np.float64)
                for T, points in zip(temperatures, found, strict=True):
                    x = np.array(_first(asked, spins, begin, K, T, index), np.float64)
                    least = network.least_overlap(N, K, T) if K and abs(x @ origin) >= 0.5 * N else 0.0
                    point = iterate(system(1.0 / T), x, at, field, least=least, origin=origin, **limits)
                    points.append(_beside(point, examples))
                    bar.update()
            results += [
                MessagePassing(
                    network=network, N=N, K=K, T=T, points=tuple(points), first_pattern=first, given_load=load, **asked
                )
                for T, points in zip(temperatures, found, strict=True)
            ]
    return tuple(results)


def _sample(
    network: Network, N: int, K: int, load: float | None, given: Int8Array | None, asked: dict[str, Any], index: int
) -> tuple[Int8Array, Int8Array, Callable[[float], System]]:
    """Return pattern 0 of one sample, without patterns the state with all spins up, its examples, and its System at any beta.

    The examples are those of ground truth 0 of a trained network, (M, N); others have none.
    """
    generator, examples = pattern_generator(asked["seed"], N, K, index), np.empty((0, N), np.int8)
    if not network.has_patterns:
        couplings = network.couplings(load, N, generator)
        levels, constant = levels_of(couplings), float(couplings.constant) / N
        return np.ones(N, np.int8), examples, lambda beta: Coupled(levels, constant, beta)
    if network.has_examples:
        seen = learned(network, N, K, asked["seed"], index, given)
        packed, pattern, examples = seen.examples, seen.truths.pattern(0), seen.of(0)
    else:
        packed = Patterns.drawn(generator, K, N) if given is None else Patterns.of(given.T)
        pattern = packed.pattern(0)
    rows, weights = rows_of_patterns(packed), pattern_weights(asked["perturbation"], network.stored(K))
    of_order: Any = Pairs if network.P == 2 else Dense
    return pattern, examples, lambda beta: of_order(network, N, rows, weights, beta)


def _beside(point: FixedPoint, examples: Int8Array) -> FixedPoint:
    """Return a fixed point with its overlaps with the examples of a trained network."""
    if not len(examples):
        return point
    n = examples @ point.magnetizations / examples.shape[1]
    return replace(point, n=float(n.mean()), n_first=float(n[0]))


def _first(asked: dict[str, Any], spins: FloatArray | None, pattern: Int8Array, K: int, T: float, index: int) -> Any:
    """Return the magnetizations of the start: those given, or the spins in which replica 0 of `simulate` begins."""
    if spins is not None:
        return spins[min(index, len(spins) - 1)]
    generator = chain_generator(asked["seed"], pattern.size, K, T, index, 0)
    if asked["start"] in ("pattern", "example"):
        return spins_at(pattern, asked["start_overlap"], generator)
    return random_spins(pattern.size, generator)
