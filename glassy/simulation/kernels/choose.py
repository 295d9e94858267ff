"""Which kernel runs the chains: the choice, its memory, the chains. All kernels give the same numbers, bit for bit."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np

from glassy.core import checks
from glassy.core.errors import InputError, IntegerRangeError
from glassy.model.family import Network
from glassy.model.patterns import Int8Array, Patterns
from glassy.model.perturbation import Perturbation, check_range
from glassy.numerics import lanes, passes, vector
from glassy.numerics.jit import COMPILED
from glassy.simulation.kernels.cached import CachedChain
from glassy.simulation.kernels.chains import Chain
from glassy.simulation.kernels.extras import Extras, find_scale, make_extras, no_extras, rung_extras
from glassy.simulation.kernels.interactions import ORDERS, bytes_of_given, bytes_of_interactions, interactions_of, orders_of
from glassy.simulation.kernels.packed import PackedChain, fixed_part
from glassy.simulation.kernels.pays import MOST_BYTES, fields_pay
from glassy.simulation.kernels.sets import makes_fields
from glassy.simulation.kernels.tables import KernelTables, kernel_tables
from glassy.simulation.kernels.wide import WideChain, bytes_of_numbers, exact_numbers, whole_numbers
from glassy.simulation.kernels.windows import MOST_SPINS, Window, find_kept, find_squares, find_window

CACHED = {"fields": 2, "tensor": 3, "couplings": 0}  # cached local fields, and the P for which a name stands; 0: 2 to 4
KERNELS = ("auto", "patterns", "packed", *CACHED, "wide")
FEWEST = 192  # patterns that are worth a vector pass


def _window(network: Network, N: int, K: int) -> Window | None:
    return _window_for(network, N, K, vector.available()) if passes.available() else None


def packs(network: Network, N: int, K: int) -> bool:
    """Whether kernel="packed" runs here.

    Examples
    --------
    >>> from glassy import DenseHebbian
    >>> packs(DenseHebbian(P=3), 20_000, 1000)
    False
    """
    return COMPILED and not beyond_64_bits(network, N, K) and _window(network, N, K) is not None


@lru_cache(maxsize=64)
def _window_for(network: Network, N: int, K: int, looked_up: bool) -> Window | None:
    if N > MOST_SPINS or K > vector.MOST_PATTERNS:
        return None
    tables = kernel_tables(network, N, K)
    A, B = tables.A.astype(np.int64), tables.B.astype(np.int64)
    return (find_squares(A, B, N, K) or find_window(B, N, K)) if looked_up else find_kept(A, B, N, K)


@lru_cache(maxsize=64)
def beyond_64_bits(network: Network, N: int, K: int, perturbation: Perturbation | None = None) -> str:
    """Return why 64-bit integers do not hold the energies, or "" where they do; of all samples, whatever the kernel.

    Examples
    --------
    >>> from glassy import DenseHebbian
    >>> beyond_64_bits(DenseHebbian(P=4), 100, 10**6), len(beyond_64_bits(DenseHebbian(P=20), 200, 60)) > 0
    ('', True)
    """
    try:
        kernel_tables(network, N, K)
        if perturbation is not None:
            rows = len(perturbation.field) if perturbation.field is not None and perturbation.field.ndim == 2 else 1
            for sample in range(rows):
                find_scale(network, N, K, perturbation, sample)
    except IntegerRangeError as error:
        return str(error)
    return ""


def choose_kernel(
    network: Network,
    N: int,
    K: int,
    kernel: str = "auto",
    T: Sequence[float] = (math.inf,),
    attempts: float = math.inf,
    room: float = MOST_BYTES,
    perturbation: Perturbation | None = None,
    every: int = 0,
) -> str:
    """Return the name of the kernel for a network: the one asked for, or the fastest.

    "patterns" runs anywhere: one signed sum over all patterns for an attempt; where NUMBA_DISABLE_JIT is set "auto" takes it.
    "packed" does the same over patterns packed as bits: `numerics.vector` on processors with AVX-512 VNNI, VBMI and GFNI, else
    `numerics.lanes` on those with SSSE3 or AVX2. "couplings" caches the local fields of the spins at P = 2, 3, 4, with the
    couplings of pairs, of triples (N^3 numbers) and of quadruples (N^4/6); at P = 2 and 3 it is called "fields" and "tensor".
    "auto" takes it at P = 2, and where `fields_pay`: little is accepted.
    "wide" runs any finite table on any processor, and alone those whose exact energies 64-bit integers do not hold.

    Parameters
    ----------
    network : DenseHebbian or SeparableMemory
        The network.
    N, K : int
        Spins and patterns.
    kernel : str
        One of KERNELS.
    T : sequence of float
        Temperatures among which the attempts are shared; default: all is accepted.
    attempts : float
        Attempted flips of one sample, which must pay for what is made first.
    room : float
        Bytes that couplings may take, unless they are asked for; never more than 256 MiB.
    perturbation : Perturbation, optional
        What is added.
    every : int
        Sweeps between the exchanges of a ladder; 0: there are none.

    Raises
    ------
    InputError
        If the kernel that is asked for cannot run this network here.

    Examples
    --------
    >>> from glassy import DenseHebbian
    >>> choose_kernel(DenseHebbian(P=2), N=1000, K=100), choose_kernel(DenseHebbian(P=3), N=30, K=30)
    ('fields', 'patterns')
    >>> choose_kernel(DenseHebbian(P=3), N=60, K=1200, T=[0.3], attempts=1e6)
    'tensor'
    >>> choose_kernel(DenseHebbian(P=20, interactions="self-interacting"), N=64, K=60)
    'wide'
    """
    checks.choice("kernel", kernel, KERNELS)
    if network.has_couplings:
        if kernel not in ("auto", "couplings"):
            raise InputError(f"kernel must be 'auto' or 'couplings' for {network!r}, got {kernel!r}: it is given by couplings.")
        return "couplings"
    beyond = beyond_64_bits(network, N, K, perturbation)
    if beyond and kernel not in ("auto", "wide"):
        raise InputError(f"kernel={kernel!r} counts in 64-bit integers: {beyond}")
    if beyond:
        check_range(network, N, K, perturbation)
    if beyond or kernel == "wide":
        return "wide"
    if kernel == "auto":
        if not COMPILED:
            return "patterns"
        if makes_fields(network.pairwise, N, K):
            return "fields"
        packed = K >= FEWEST and _window(network, N, K) is not None
        if _cached_pays(network, N, K, T, attempts, room, passes.width() if packed else 0, every):
            return "tensor" if network.P == 3 else "couplings"
        return "packed" if packed else "patterns"
    if kernel in CACHED:
        _check_cached(kernel, network, N, K)
    if kernel == "packed":
        if not COMPILED:
            raise InputError(
                "kernel='packed' needs compiled kernels, but NUMBA_DISABLE_JIT is set. Unset it, or give kernel='auto'."
            )
        if not passes.available():
            raise InputError(
                f"kernel='packed' needs a processor with {', '.join(vector.NEEDED)}, or with {lanes.NEEDED}; this one has "
                "neither. Give kernel='auto'."
            )
        if _window(network, N, K) is None:
            raise InputError(
                f"kernel='packed' needs |M| < 256 for nearly all of at most {vector.MOST_PATTERNS} random patterns, got N={N}, "
                f"K={K}. Give kernel='auto'."
            )
    return kernel


def _cached_pays(
    network: Network, N: int, K: int, T: Sequence[float], attempts: float, room: float, width: int, every: int
) -> bool:
    if not orders_of(network, N) or network.P < 3 or N * K >= 2**31:
        return False
    fits = bytes_of_interactions(network, N, K, 0) <= min(room, MOST_BYTES)
    return fits and fields_pay(network.P, N, K, network.load(K, N), T, attempts, width, every)


def _check_cached(kernel: str, network: Network, N: int, K: int) -> None:
    """Raise InputError where cached local fields cannot run a network."""
    P = CACHED[kernel]
    if not orders_of(network, N) or P not in (0, network.P):
        what = f"DenseHebbian(P={P})" if P else f"DenseHebbian with P <= {ORDERS}"
        raise InputError(f"the network must be a {what} with kernel={kernel!r}, got {network!r}. Give kernel='auto'.")
    if network.P > 2 and N * K >= 2**31:
        raise InputError(f"N K must stay below 2^31 with kernel={kernel!r}, got N={N}, K={K}. Give kernel='auto'.")


def chain_maker(
    kernel: str, network: Network, tables: KernelTables, patterns: Patterns, extras: Extras | None = None
) -> Callable[[Int8Array], Chain]:
    """Return the function that makes a chain of a sample from its spins; what chains share is made once.

    Examples
    --------
    >>> from glassy import DenseHebbian
    >>> network = DenseHebbian(P=3)
    >>> patterns = Patterns.drawn(np.random.default_rng(1), 50, 20)
    >>> chain = chain_maker("patterns", network, kernel_tables(network, 20, 50), patterns)(patterns.pattern(0))
    >>> bool(chain.energy_per_spin(np.array([chain.energy]))[0] < -0.3)
    True
    """
    if kernel in CACHED:
        interactions = interactions_of(network, tables, patterns)
        return lambda sigma: CachedChain(tables, patterns, sigma, interactions, extras)
    if kernel == "packed":
        window = _window(network, patterns.N, patterns.K)
        if window is None:
            raise InputError(f"no window serves N={patterns.N}, K={patterns.K} of {network!r}. Call choose_kernel first.")
        fixed = fixed_part(tables, patterns, window)
        return lambda sigma: PackedChain(tables, patterns, sigma, fixed, extras)
    if kernel == "wide":
        extras = extras or no_extras(tables, patterns)
        wide = whole_numbers(tables, extras, patterns.K)
        numbers = wide.fixed(patterns.signs, extras.own)
        return lambda sigma: WideChain(wide, numbers, patterns, sigma)
    return lambda sigma: Chain(tables, patterns, sigma, extras)


def sample_maker(
    kernel: str, network: Network, patterns: Patterns, perturbation: Perturbation | None, sample: int
) -> tuple[Callable[[Int8Array], Chain], float]:
    """Return the function that makes a chain of a sample, and the unit in which `Chain.energy_above` counts."""
    N, K = patterns.N, patterns.K
    if beyond_64_bits(network, N, K, perturbation):
        wide = exact_numbers(network, N, K, perturbation, sample if perturbation else 0)
        own = [patterns.pattern(k) for k in perturbation.chosen] if perturbation else []
        fixed = wide.fixed(patterns.signs, np.array(own, np.int8).reshape(len(own), N))
        return (lambda sigma: WideChain(wide, fixed, patterns, sigma)), float(wide.step)
    tables = kernel_tables(network, N, K)
    extras = make_extras(network, tables, patterns, perturbation, sample)
    return chain_maker(kernel, network, tables, patterns, extras), float(extras.step)


def rung_maker(
    kernel: str, network: Network, patterns: Patterns, rungs: Sequence[Perturbation], sample: int
) -> tuple[Callable[[Int8Array], Chain], list[Extras]]:
    """Return the function that makes a chain of the first rung of a ladder of perturbations, and what is added at each."""
    tables = kernel_tables(network, patterns.N, patterns.K)
    added = rung_extras(network, tables, patterns, rungs, sample)
    return chain_maker(kernel, network, tables, patterns, added[0]), added


def bytes_of_chains(kernel: str, network: Network, N: int, K: int, replicas: int) -> int:
    """Return the memory of the patterns and of `replicas` chains with their bookkeeping."""
    if network.has_couplings:
        return bytes_of_given(network.coupling_counts(N), N, replicas, network.short) + N * (-(-K // 512) * 64)
    packed = N * (-(-K // 512) * 64)
    if kernel == "packed" and vector.available():
        return packed + 5 * K + replicas * (K + 512)
    if kernel == "packed":  # rows of their own, the bytes that are kept, and the couplings of pairs
        window = _window(network, N, K)
        kept, pairs = (len(window.kept), 12 * N * N if window.line else 0) if window else (3, 0)
        return packed + packed * 8 // 7 + 8 * K + pairs + replicas * ((1 + kept) * K + 512)
    if kernel in CACHED:
        return packed + N * K + 32 * K + bytes_of_interactions(network, N, K, replicas)
    if kernel == "wide":
        size = bytes_of_numbers(network, N, K) if beyond_64_bits(network, N, K) else 72 * (N + 1)
        return packed + N * K + 2 * size + K * (8 + replicas * 16) + 24 * N * replicas
    return packed + N * K + K * (16 + replicas * 12)
