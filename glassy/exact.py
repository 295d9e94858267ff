"""enumerate_states: all 2^N states of a small network, the referee of every dynamics."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from glassy.core import checks
from glassy.core.cubes import Cube
from glassy.core.drawing import Drawn
from glassy.core.errors import InputError
from glassy.core.progress import current_bar, progress_bar
from glassy.core.provenance import Provenance, provenance
from glassy.core.records import record
from glassy.core.renamed import corrects
from glassy.core.results import Status
from glassy.core.storage import Saved
from glassy.model.examples import Learned, learned
from glassy.model.family import Network, check_network
from glassy.model.integer_couplings import IntegerCouplings
from glassy.model.patterns import (
    Int8Array,
    Patterns,
    check_seed,
    draw_patterns,
    given_patterns,
    pattern_generator,
    synapse_generator,
)
from glassy.model.perturbation import Perturbation, check_perturbation, check_range
from glassy.model.separable import grain
from glassy.numerics.hypercube import popcounts, state_sums, walsh_hadamard

FloatArray = npt.NDArray[np.float64]
LIMIT = 2**62
CHUNK = 64  # patterns that are summed at a time
DIGIT = 30  # bits of larger integers that are summed at a time


@runtime_checkable
class Dynamics(Protocol):
    """A single-spin-flip dynamics: its order, and the probability to accept an energy change."""

    @property
    def order(self) -> str:
        """The order of attempts: "random" or "sequential"."""
        ...

    def acceptance(self, dE: FloatArray, T: float) -> FloatArray:
        """Return the acceptance probability of each energy change."""
        ...


@dataclass(frozen=True)
class Exact(Drawn, Saved):
    """Exact thermal averages of one sample; m belongs to pattern 0, q to two independent replicas.

    Parameters
    ----------
    m_values, m_weights : arrays
        Distribution of m; likewise for q.
    energy, energy2 : float
        Means of H/N and of its square.
    free_energy : float
        -T ln Z / N; at T = 0 the ground-state energy per spin.
    pattern_energy : float
        H/N of pattern 0 itself; NaN in files of older versions.
    perturbation : Perturbation, optional
        What was added to the energy of the network; None in files of older versions as well, which do not say it.
    given_load : float, optional
        The load of a network that has couplings instead of patterns: K is 0 then, and m the magnetization.
    n, n_first : float, optional
        Of a trained network, whose m belongs to ground truth 0: the mean overlap with its examples, and with the first of them.

    Examples
    --------
    >>> import glassy
    >>> exact = glassy.enumerate_states(glassy.DenseHebbian(P=3), load=0.3, T=1.0, N=10, seed=1)
    >>> exact.K, round(exact.energy, 6), round(exact.q2, 6)
    (10, -0.213575, 0.118176)
    """

    network: Network
    N: int
    K: int
    T: float
    m_values: FloatArray
    m_weights: FloatArray
    q_values: FloatArray
    q_weights: FloatArray
    energy: float
    energy2: float
    free_energy: float
    pattern_energy: float = math.nan
    provenance: Provenance = field(default_factory=provenance, repr=False, compare=False)
    perturbation: Perturbation | None = None
    given_load: float | None = None
    n: float | None = None
    n_first: float | None = None

    def records(self) -> Iterator[dict[str, Any]]:
        """Yield the averages."""
        yield {k: v for k, v in record(self).items() if not isinstance(v, np.ndarray)}

    def cube(self) -> Cube:
        """Return the averages, and the distributions of m and q along their values."""
        arrays = {f"{x}_weights": ((f"{x}_values",), getattr(self, f"{x}_weights")) for x in "mq"}
        coords = {f"{x}_values": ((f"{x}_values",), getattr(self, f"{x}_values")) for x in "mq"}
        return Cube(dims=(), shape=(), rows=list(self.records()), arrays=arrays, coords=coords)

    @property
    def load(self) -> float:
        """Load of the integer K (H.1), or of the couplings."""
        return self.given_load if self.given_load is not None else self.network.load(self.K, self.N)

    @property
    def status(self) -> Status:
        """EQUILIBRATED: it is the average over all states."""
        return Status.EQUILIBRATED

    @property
    def m(self) -> float:
        """Thermal mean of m; zero by symmetry at even P."""
        return float(self.m_weights @ self.m_values)

    @property
    def m_abs(self) -> float:
        """Thermal mean of |m|."""
        return float(self.m_weights @ np.abs(self.m_values))

    @property
    def q(self) -> float:
        """Mean overlap of two replicas."""
        return float(self.q_weights @ self.q_values)

    @property
    def q_abs(self) -> float:
        """Mean |q|."""
        return float(self.q_weights @ np.abs(self.q_values))

    @property
    def q2(self) -> float:
        """Mean q^2."""
        return float(self.q_weights @ self.q_values**2)

    def plot_overlaps(self, *args: Any, **options: Any) -> Any:
        """Draw P(q) of two independent replicas.

        Parameters
        ----------
        *args, **options
            Those of `glassy.plots.overlaps`, `ax` and `path` among them.

        Returns
        -------
        Axes

        Examples
        --------
        >>> import glassy
        >>> network = glassy.DenseHebbian(P=3)
        >>> enumerate_states(network, load=0.2, T=0.5, N=8, seed=1).plot_overlaps().get_ylabel()
        'P(q)'
        """
        return self.draw("plot_overlaps", *args, **options)

    def __repr__(self) -> str:
        return (
            f"Exact({self.network!r} N={self.N} K={self.K} T={self.T:g}: m_abs={self.m_abs:.6g} q2={self.q2:.6g} "
            f"energy={self.energy:.8g} f={self.free_energy:.8g})"
        )


def state_integers(network: Network, patterns: Int8Array) -> tuple[npt.NDArray[Any], Any]:
    """Return H of all 2^N states as exact integers, and their unit > 0; bit i of the index is 1 where sigma_i = -1 (H.4).

    Where 64 bits do not hold them they are Python integers, and the unit is a Fraction.
    """
    K, N = patterns.shape
    table = network.energy_table(N)
    masks = ((patterns < 0) @ (1 << np.arange(N, dtype=np.int64))).astype(np.uint32)
    sign = 1 if table.unit > 0 else -1
    values = [sign * v for v in table.values]
    if K * max(map(abs, values)) < LIMIT:
        return _sums(masks, values), float(abs(table.unit))
    check_range(network, N, K, None)
    least = min(values)
    values = [v - least for v in values]
    total = np.full(2**N, K * least, object)
    digits, bar = range(0, max(values).bit_length(), DIGIT), current_bar("pattern")
    bar.step = K / max(len(digits), 1)
    for shift in digits:
        out = _sums(masks, [v >> shift & (1 << DIGIT) - 1 for v in values])
        total += out.astype(object) << shift
        bar.update()
    return total, abs(table.unit)


def _sums(masks: npt.NDArray[np.uint32], values: list[int]) -> npt.NDArray[np.int64]:
    """Return the sums over all patterns of the table of every state, by `CHUNK` patterns at a time."""
    table = np.array(values, np.int64)
    out = np.zeros(2 ** (len(table) - 1), np.int64)
    with progress_bar(len(masks), unit="pattern") as bar:
        for i in range(0, len(masks), CHUNK):
            state_sums(masks[i : i + CHUNK], table, out)
            bar.update(len(masks[i : i + CHUNK]))
    return out


def floats(integers: npt.NDArray[Any], unit: Any) -> FloatArray:
    """Return exact integers as energies. Python integers are rounded once: to inf beyond the largest float, never to zero."""
    if integers.dtype != object:
        return np.asarray(integers * unit, np.float64)
    try:
        found = np.asarray(integers * unit.numerator / unit.denominator, np.float64)  # this division rounds correctly
    except OverflowError:
        most = Fraction(np.finfo(np.float64).max)
        found = np.array([float(i * unit) if abs(i * unit) <= most else math.inf * (1 if i > 0 else -1) for i in integers])
    lost = (found == 0.0) & (integers != 0)
    found[lost] = np.where(integers[lost] > 0, 1.0, -1.0) * np.finfo(np.float64).smallest_subnormal
    return found


def perturbed_integers(network: Network, patterns: Int8Array, perturbation: Perturbation) -> tuple[npt.NDArray[Any], Any]:
    """Return H of all 2^N states with a perturbation (of sample 0) and the unit: to 2^-40 of their range, or exactly.

    They are exact where 64 bits do not hold the network's, or where rounding left either part less than seven digits.
    """
    integers, unit = state_integers(network, patterns)
    N = patterns.shape[1]
    states, counts = np.arange(2**N), popcounts(N)
    fields, added = perturbation.fields(N, 0).tolist(), perturbation.added(network, N)
    masks = [int((patterns[k] < 0) @ (1 << np.arange(N))) for k, _ in added]
    if integers.dtype != object:
        alone = integers * unit
        energies = alone.copy()
        for i, h in enumerate(fields):
            energies -= h * np.where(states >> i & 1, -1.0, 1.0)
        for mask, (_, table) in zip(masks, added, strict=True):
            energies += floats(np.array([*table], object), Fraction(1))[counts[states ^ mask]]
        span = float(np.ptp(energies))
        parts = [s for s in (np.ptp(alone), np.ptp(energies - alone)) if s > 0.0]
        if math.isfinite(span) and all(s > 1e-5 * span for s in parts):
            fine = float(grain(Fraction(span)))
            return np.round(energies / fine).astype(np.int64), fine
        integers, unit = integers.astype(object), abs(network.energy_table(N).unit)
    check_range(network, N, len(patterns), perturbation)
    h = [Fraction(x) for x in fields]
    common = Fraction(1, math.lcm(unit.denominator, *(x.denominator for x in (*h, *(g for _, table in added for g in table)))))
    integers = integers * int(unit / common)
    for i, x in enumerate(h):
        turned = int(x / common)
        integers -= np.array([turned, -turned], object)[states >> i & 1]
    for mask, (_, table) in zip(masks, added, strict=True):
        integers += np.array([int(g / common) for g in table], object)[counts[states ^ mask]]
    return integers, common


def given_integers(couplings: IntegerCouplings, perturbation: Perturbation | None) -> tuple[npt.NDArray[Any], Any]:
    """Return the energies of all 2^N states of couplings and their unit, the constant left out; with a field to 2^-40."""
    integers, unit = couplings.of_all_states(), couplings.unit
    if perturbation is None:
        return integers, float(unit)
    states, energies = np.arange(2**couplings.N), integers * float(unit)
    for i, h in enumerate(perturbation.fields(couplings.N, 0).tolist()):
        energies -= h * np.where(states >> i & 1, -1.0, 1.0)
    fine = float(grain(Fraction(float(np.ptp(energies)))))
    return np.round(energies / fine).astype(np.int64), fine


def _check_perturbation(perturbation: Perturbation | None, N: int, K: int) -> None:
    if perturbation is not None:
        rows = 1 if perturbation.field is None or perturbation.field.ndim < 2 else len(perturbation.field)
        check_perturbation(perturbation).check(N, K, rows)


def state_energies(network: Network, patterns: Int8Array) -> FloatArray:
    """Return H of all 2^N states as floats."""
    return floats(*state_integers(network, patterns))


def _temperature(T: Any, beta: Any) -> float:
    return checks.temperature(checks.given_temperature(T, beta), infinite=True)


def _couplings(
    network: Network, load: Any, N: Any, patterns: Any, seed: Any, largest: int, what: str, K: int | None
) -> tuple[IntegerCouplings, Int8Array]:
    """Return the couplings of sample 0 and the patterns in them, those of `simulate`; without any the state with all up."""
    if network.has_patterns:
        xi = _patterns(network, load, N, patterns, seed, largest, what, K)
        if network.has_examples:
            seen = _learned(network, xi, seed)
            return network.stored_couplings(seen.examples, np.random.default_rng(0)), xi
        if seed is None:
            raise InputError(f"seed must be given for {network!r}: what is imperfect in its synapses is drawn.")
        drawn = synapse_generator(check_seed(seed), xi.shape[1], len(xi), 0)
        return network.stored_couplings(Patterns.of(xi.T), drawn), xi
    if K is not None or patterns is not None:
        given = "K" if K is not None else "patterns"
        raise InputError(f"{given} must be left out: {network!r} has no patterns. Give load, N and seed.")
    N = network.N if N is None else N
    if N is None or (load is None) == network.has_load or (network.has_load and seed is None):
        asked = "load, N and seed" if network.has_load else "no load, and N where the couplings do not say it"
        raise InputError(f"{network!r} needs {asked}, got load={load!r}, N={N!r}, seed={seed!r}.")
    N = network.size(N)
    if largest < N:
        raise InputError(f"{what} needs N <= {largest}, got N={N}: it visits every state. Use simulate beyond.")
    load = checks.load(load) if network.has_load else None
    drawn = pattern_generator(0 if seed is None else check_seed(seed), N, 0, 0)
    return network.couplings(load, N, drawn), np.ones((1, N), np.int8)


def _learned(network: Network, xi: Int8Array, seed: Any) -> Learned:
    """Return what a trained network has seen: examples of ground truths (K, N), or those that are given, (K, M, N)."""
    if xi.ndim == 2 and seed is None:
        raise InputError(f"seed must be given for {network!r}: the examples of given ground truths are drawn.")
    return learned(network, xi.shape[-1], len(xi), 0 if seed is None else check_seed(seed), 0, xi)


def _patterns(
    network: Network, load: Any, N: Any, patterns: Any, seed: Any, largest: int, what: str, K: int | None = None
) -> Int8Array:
    if patterns is not None:
        if load is not None or N is not None or K is not None:
            raise InputError("give either patterns, or load, N and seed, not both: the patterns fix K and N.")
        xi = given_patterns(network, patterns, 5)
    else:
        N = network.N if N is None else N
        if (load is None) == (K is None) or N is None or seed is None:
            raise InputError("N, seed and either load or K must be given, or patterns instead of them.")
        N = network.size(N)
        xi = None
    size = N if xi is None else xi.shape[-1]
    if size > largest:
        raise InputError(f"{what} needs N <= {largest}, got N={size}: it visits every state. Use simulate beyond.")
    if xi is None:
        K = network.patterns(load, size) if K is None else checks.integer("K", K, 1, "K counts the patterns.")
        if K == 0:
            raise InputError(f"load={load:g} and N={size} give K=0 patterns. Raise load or N, or give patterns=.")
        xi = draw_patterns(K, size, check_seed(seed))
    return xi


def _boltzmann(integers: npt.NDArray[Any], unit: Any, T: float) -> FloatArray:
    """Return exp(-(H - min H)/T); at T = 0 it is 1 in the ground states, told apart as integers, and 0 elsewhere."""
    above = integers - integers.min()
    if T == 0.0:
        return np.asarray(above == 0, np.float64)
    with np.errstate(over="ignore"):  # at T = 1e-310
        return np.asarray(np.exp(-floats(above, unit) / T), np.float64)


@corrects
def enumerate_states(
    network: Network,
    load: float | None = None,
    T: float | None = None,
    N: int | None = None,
    *,
    beta: float | None = None,
    K: int | None = None,
    patterns: npt.ArrayLike | None = None,
    perturbation: Perturbation | None = None,
    seed: int | None = None,
    progress: bool | None = None,
) -> Exact:
    """Average over all 2^N states of one sample exactly; the distribution of q by a Walsh-Hadamard transform.

    Parameters
    ----------
    network, load, T, N, beta, K, patterns, perturbation, seed
        As in `simulate`, for sample 0: the same seed gives the same patterns. N <= 20.
    progress : bool, optional
        A bar on stderr that counts patterns; default: where it is slow and stderr is a terminal or a notebook.

    Returns
    -------
    Exact

    Raises
    ------
    InputError
        If an argument lies outside its domain or N > 20.

    Examples
    --------
    >>> import glassy
    >>> exact = enumerate_states(glassy.DenseHebbian(P=3), load=0.3, T=0.5, N=10, seed=1)
    >>> round(float(exact.q_weights.sum()), 12), exact.free_energy < exact.energy
    (1.0, True)
    """
    network, T = check_network(network, "energies"), _temperature(T, beta)
    none = network.has_couplings or network.has_examples
    if none and isinstance(perturbation, Perturbation) and perturbation.chosen:
        what = "along" if perturbation.along else "pattern_energies"
        raise InputError(f"{what} must be left out: {network!r} has no energy of its own for a pattern.")
    if network.has_couplings:
        couplings, xi = _couplings(network, load, N, patterns, seed, 20, "enumerate_states", K)
        count, size, base = len(xi) if network.has_patterns else 0, couplings.N, float(couplings.constant)
        seen = _learned(network, xi, seed) if network.has_examples else None
        pattern = xi[0] if seen is None else seen.truths.pattern(0)
        load = checks.load(load) if network.has_load and not network.has_patterns else None
        _check_perturbation(perturbation, size, count)
        integers, unit = given_integers(couplings, perturbation)
    else:
        xi = _patterns(network, load, N, patterns, seed, 20, "enumerate_states", K)
        count, size, load, base = len(xi), xi.shape[-1], None, 0.0
        seen = _learned(network, xi, seed) if network.has_examples else None
        pattern = xi[0] if seen is None else seen.truths.pattern(0)
        xi = xi if seen is None else seen.examples.signs.T
        _check_perturbation(perturbation, size, count)
        with progress_bar(count, progress, "pattern", f"{2**size} states") as bar:
            bar.step = float(count)
            integers, unit = (
                state_integers(network, xi) if perturbation is None else perturbed_integers(network, xi, perturbation)
            )
    condensed = int((pattern < 0) @ (1 << np.arange(size)))
    boltzmann = _boltzmann(integers, unit, T)
    weights = boltzmann / boltzmann.sum()
    counts = popcounts(size)
    aligned = counts[np.arange(2**size) ^ condensed]
    m_weights = np.asarray(np.bincount(aligned, weights=weights, minlength=size + 1), np.float64)
    pair = walsh_hadamard(walsh_hadamard(weights) ** 2) / 2**size  # weight of every XOR of two replicas
    q_weights = np.maximum(np.bincount(counts, weights=pair, minlength=size + 1), 0.0)
    values = np.asarray((size - 2.0 * np.arange(size + 1)) / size, np.float64)
    e = (floats(integers, unit) + base) / size
    mean = float(weights @ e)
    low = float(e.min())
    if T == 0.0:
        free = low
    elif math.isinf(T):
        free = -math.inf
    else:
        free = low - T * math.log(float(boltzmann.sum())) / size
    return Exact(
        network=network,
        N=size,
        K=count,
        T=T,
        m_values=values,
        m_weights=m_weights,
        q_values=values,
        q_weights=np.asarray(q_weights / q_weights.sum(), np.float64),
        energy=mean,
        energy2=float(weights @ e**2),
        free_energy=free,
        pattern_energy=float(e[condensed]),
        perturbation=perturbation,
        given_load=load,
        n=None if seen is None else float(np.mean(_means(weights, size) @ seen.of(0).T) / size),
        n_first=None if seen is None else float(_means(weights, size) @ seen.of(0)[0] / size),
    )


def _means(weights: FloatArray, N: int) -> FloatArray:
    """Return the mean of every spin."""
    states = np.arange(2**N)
    return np.array([1.0 - 2.0 * float(weights[states >> i & 1 == 1].sum()) for i in range(N)])


def transition_matrix(
    network: Network,
    load: float | None = None,
    T: float | None = None,
    N: int | None = None,
    *,
    method: Dynamics,
    beta: float | None = None,
    K: int | None = None,
    patterns: npt.ArrayLike | None = None,
    seed: int | None = None,
) -> tuple[FloatArray, FloatArray]:
    """Return the transition matrix W[from, to] of a tiny network, and its Boltzmann weights.

    Parameters
    ----------
    network, load, T, N, beta, K, patterns, seed
        As in `enumerate_states`; N <= 10.
    method : Metropolis or Glauber
        The dynamics.

    Returns
    -------
    W : array (2^N, 2^N)
        Of one attempted flip for random order, of one sweep for sequential order.
    p : array (2^N,)
        Boltzmann weights, the left eigenvector of W with eigenvalue 1.

    Raises
    ------
    InputError
        If an argument lies outside its domain or N > 10.

    Examples
    --------
    >>> import glassy
    >>> W, p = transition_matrix(glassy.DenseHebbian(P=3), load=0.5, T=0.5, N=5, seed=1, method=glassy.Metropolis())
    >>> bool(np.allclose(p @ W, p)), bool(np.allclose(W.sum(axis=1), 1.0))
    (True, True)
    """
    network, T = check_network(network, "energies"), _temperature(T, beta)
    if isinstance(method, type) or not isinstance(method, Dynamics):
        raise InputError(f"method must be a dynamics, got {method!r}. Give glassy.Metropolis() or glassy.Glauber().")
    if network.has_couplings:
        couplings, _ = _couplings(network, load, N, patterns, seed, 10, "transition_matrix", K)
        size, (integers, unit) = couplings.N, given_integers(couplings, None)
    else:
        xi = _patterns(network, load, N, patterns, seed, 10, "transition_matrix", K)
        xi = _learned(network, xi, seed).examples.signs.T if network.has_examples else xi
        size, (integers, unit) = xi.shape[1], state_integers(network, xi)
    p = _boltzmann(integers, unit, T)
    p /= p.sum()
    states = np.arange(2**size)
    steps = []
    for i in range(size):
        other = states ^ (1 << i)
        accept = method.acceptance(floats(integers[other] - integers, unit), T)
        W = np.diag(1.0 - accept)
        W[states, other] = accept
        steps.append(W)
    if method.order == "random":
        return np.asarray(sum(steps) / size), p
    total = np.eye(2**size)
    for W in steps:
        total = total @ W
    return total, p
