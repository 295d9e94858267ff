"""What message passing is asked for: arguments that are its own, checked."""

from __future__ import annotations

from math import comb
from typing import Any

import numpy as np

from glassy.core import checks
from glassy.core.errors import InputError, MemoryLimitError
from glassy.model.family import Network, check_network
from glassy.model.perturbation import Perturbation, check_field_alone, check_perturbation
from glassy.passing.dense import check_digits
from glassy.passing.kernels import FloatArray

LEAST = 1e-50  # T whose powers are floats
BYTES = 40  # of a spin of a set that couplings hold
LARGEST = 1e50  # weights and fields whose powers are floats, also over T


def check_model(network: object) -> Network:
    """Return the network if its Onsager term is known, or raise InputError."""
    known = "a glassy.DenseHebbian, SpinGlass or Couplings"
    found = check_network(network)
    if found.has_couplings and not found.has_patterns:
        return found
    check_network(found, "patterns")
    if found.has_examples and not (found.has_alone and found.P > 2):
        raise InputError(
            f"network must store finitely many examples one by one, of P > 2, to be taken to message passing, got {network!r}: "
            "the Onsager term of means of examples, and of their modes at P = 2, is not known here. Use glassy.simulate."
        )
    if not (found.has_load and found.has_signal and found.has_covariance and (found.has_stored or found.has_examples)):
        raise InputError(
            f"network must be {known}, got {network!r}: the Onsager term of others is not known here. Use glassy.simulate."
        )
    return found


def check_temperature(T: Any) -> float:
    """Return T as a float, or raise InputError."""
    found = checks.temperature(T)
    if not LEAST <= found <= 1.0 / LEAST:
        raise InputError(
            f"T must lie in [{LEAST:g}, {1.0 / LEAST:g}] for message passing, got {T!r}: at T = 0 the Onsager term becomes the "
            "density of local fields at 0, which N spins do not have. For that limit take glassy.solve(T=0.0), or simulate "
            "with glassy.Quench()."
        )
    return found


def check_start(start: Any, overlap: Any, N: int, patterns: bool) -> tuple[str, float, FloatArray | None]:
    """Return the word of the start, the overlap, and the magnetizations (samples or 1, N) if they are given."""
    m = checks.number("start_overlap", overlap, "It is the initial m of pattern 0.", least=-1.0, most=1.0)
    if start is None:
        start = "pattern" if patterns else "random"
    if isinstance(start, str):
        if start == "pattern" and not patterns:
            raise InputError("start must be 'random' or magnetizations for a network without patterns, got 'pattern'.")
        return checks.choice("start", start, ("pattern", "random", "example")), m, None
    array = checks.array("start", start, "Give magnetizations in [-1, 1], or 'pattern' or 'random'.")
    if array.ndim not in (1, 2) or array.shape[-1] != N or not array.size:
        raise InputError(
            f"start must be 'pattern', 'example', 'random' or magnetizations of shape {(N,)} or (samples, {N}), got shape "
            f"{array.shape}."
        )
    if array.dtype.kind not in "iuf" or not np.all(np.abs(array) <= 1.0):
        raise InputError("start must hold magnetizations in [-1, 1], got others. Divide them, or give spins of +-1.")
    return "given", 1.0, np.atleast_2d(array).astype(np.float64)


def check_disorder(network: Network, loads: list[Any], K: Any, N: int) -> list[tuple[int, float | None]]:
    """Return the number of patterns at every load, of couplings 0 and the load, or raise InputError."""
    if not network.has_patterns:
        return [(0, checks.load(load) if network.has_load else None) for load in loads]
    if network.P > 2:
        check_digits(network.P, N)
    if K is not None:
        return [(checks.integer("K", K, 1, "K counts the patterns."), None)]
    counts = [network.patterns(load, N) for load in loads]
    if 0 in counts:
        load = loads[counts.index(0)]
        raise InputError(f"load={load:g} and N={N} give K=0 patterns. Raise load or N, or give patterns=.")
    return [(count, None) for count in counts]


def check_perturbed(network: Network, perturbation: Perturbation | None, N: int, K: int, samples: int) -> None:
    """Raise InputError where a perturbation does not fit, or has tables of energies."""
    if perturbation is None:
        return
    check_perturbation(perturbation)
    if not network.has_patterns or network.has_examples:
        check_field_alone(network, perturbation)
    perturbation.check(N, K, samples)
    weights = [abs(e) for _, e in perturbation.pattern_energies if not isinstance(e, tuple)]
    most = max([0.0, *weights, *np.abs(0.0 if perturbation.field is None else perturbation.field).flat])
    if most > LARGEST:
        raise InputError(
            f"fields and pattern_energies must lie in [{-LARGEST:g}, {LARGEST:g}] for message passing, got {float(most):g}. "
            "Measure them in units of the pattern's own."
        )
    if perturbation.along:
        raise InputError(f"along must be left out for message passing, got {perturbation.along:g}. Give a field on every spin.")
    for k, energy in perturbation.pattern_energies:
        if isinstance(energy, tuple):
            raise InputError(
                f"pattern_energies must be numbers for message passing, got a table for pattern {k}. Give what multiplies its "
                "energy, or use glassy.simulate."
            )


def pattern_weights(perturbation: Perturbation | None, K: int) -> FloatArray:
    """Return what the energy of every stored pattern is multiplied by."""
    weights = np.ones(K)
    for k, energy in perturbation.pattern_energies if perturbation else ():
        weights[k] = float(energy)
    return weights


def check_memory(network: Network, N: int, K: int, limit: int) -> None:
    """Raise MemoryLimitError where one sample needs more than `limit` bytes: its patterns as drawn and in rows, or its sets."""
    if network.has_patterns:
        stored = network.stored(K)
        need = N * -(-stored // 512) * 64 + stored * (8 * -(-N // 64) + 24) + 2 * 256 * (N + 64) * max(network.P // 2, 1)
        what = f"N={N}, {network}, load={network.load(K, N):.8g} needs K={K} patterns"
    else:
        need, sets, counts = 500 * N, 0, network.coupling_counts(N)
        for size in range(max(counts, default=1), 1, -1):
            sets = min(comb(N, size), counts.get(size, 0) + (size + 1) * sets)
            need += BYTES * size * sets
        what = f"N={N}, {network} needs {sum(counts.values())} couplings"
    if need > limit:
        raise MemoryLimitError(
            f"{what} and {need / 1e6:.4g} MB for one sample; max_bytes is {limit / 1e6:.4g} MB. Lower N or load, or raise "
            "max_bytes."
        )
