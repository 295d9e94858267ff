"""What message passing is asked for: arguments that are its own, checked."""

from __future__ import annotations

from typing import Any

import numpy as np

from glassy.core import checks
from glassy.core.errors import InputError, MemoryLimitError
from glassy.model.family import Network, check_network
from glassy.model.perturbation import Perturbation, check_perturbation
from glassy.passing.kernels import FloatArray

LEAST = 1e-50  # T whose powers are floats
LARGEST = 1e50  # weights and fields whose powers are floats, also over T


def check_model(network: object) -> Network:
    """Return the network if its Onsager term is known, or raise InputError."""
    found = check_network(network, "patterns")
    if not (found.has_load and found.has_signal and found.has_covariance and found.has_stored):
        raise InputError(
            f"network must be a glassy.DenseHebbian, got {network!r}: the Onsager term of others is not known here. "
            "Use glassy.simulate."
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


def check_start(start: Any, overlap: Any, N: int) -> tuple[str, float, FloatArray | None]:
    """Return the word of the start, the overlap, and the magnetizations (samples or 1, N) if they are given."""
    m = checks.number("start_overlap", overlap, "It is the initial m of pattern 0.", least=-1.0, most=1.0)
    if isinstance(start, str):
        return checks.choice("start", start, ("pattern", "random")), m, None
    array = checks.array("start", start, "Give magnetizations in [-1, 1], or 'pattern' or 'random'.")
    if array.ndim not in (1, 2) or array.shape[-1] != N or not array.size:
        raise InputError(
            f"start must be 'pattern', 'random' or magnetizations of shape {(N,)} or (samples, {N}), got shape {array.shape}."
        )
    if array.dtype.kind not in "iuf" or not np.all(np.abs(array) <= 1.0):
        raise InputError("start must hold magnetizations in [-1, 1], got others. Divide them, or give spins of +-1.")
    return "given", 1.0, np.atleast_2d(array).astype(np.float64)


def check_perturbations(perturbation: Perturbation | None, N: int, counts: list[int], samples: int) -> None:
    """Raise InputError where a perturbation does not fit, or has tables of energies."""
    if perturbation is None:
        return
    check_perturbation(perturbation)
    for K in counts:
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
    """Return what the energy of every pattern is multiplied by."""
    weights = np.ones(K)
    for k, energy in perturbation.pattern_energies if perturbation else ():
        weights[k] = float(energy)
    return weights


def check_memory(network: Network, N: int, K: int, limit: int) -> None:
    """Raise MemoryLimitError where the patterns of one sample, as they are drawn and in rows, need more than `limit` bytes."""
    need = N * -(-K // 512) * 64 + K * (8 * -(-N // 64) + 24) + 2 * 256 * (N + 64) * max(network.P // 2, 1)
    if need > limit:
        raise MemoryLimitError(
            f"N={N}, {network}, load={network.load(K, N):.8g} needs K={K} patterns and {need / 1e6:.4g} MB for one sample; "
            f"max_bytes is {limit / 1e6:.4g} MB. Lower N or load, or raise max_bytes."
        )
