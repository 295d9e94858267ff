"""Perturbation: what is added to the energy of a network, an external field and energies of chosen patterns."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from glassy.core import checks
from glassy.core.errors import InputError
from glassy.core.storage import Saved
from glassy.model.family import Network
from glassy.model.separable import as_text, check_energies

ROUNDING = Fraction(1, 10**12)  # of the largest energy of a pattern: what is added of this size is none
LARGEST = Fraction(10) ** 150  # of all energies together, where 64-bit integers do not hold them


@dataclass(frozen=True, eq=False)
class Perturbation(Saved):
    """External fields, and energies of chosen patterns of their own: H - sum_i h_i sigma_i - h M_0 + sum_mu [G_mu - F](M_mu).

    Parameters
    ----------
    field : float or array (N,) or (samples, N), optional
        h, the same for all samples, or one row for each.
    pattern_energies : mapping of index to number or sequence, optional
        For chosen patterns: a number w makes the energy of that pattern w F(M), so that 0 takes it away; a sequence of N + 1
        numbers replaces it by G at M = N, N - 2, ..., -N.
    along : float
        h, a field along pattern 0: -h M_0 is added.

    Raises
    ------
    InputError
        If an entry is not a finite number, or an index no integer >= 0.

    Notes
    -----
    What is added is kept in integers, like all energies, in a unit that is a power of two smaller than that of the network
    (`glassy.simulation.kernels.extras`), or exactly where 64 bits do not hold it so (M.14); running and recomputed energies
    still agree exactly. Energies of a pattern that differ from the network's nowhere by more than 1e-12 of the largest are the
    network's: that is the rounding of floats. Guerra's interpolation (I.1) needs it.

    Examples
    --------
    A field of 0.2 on every spin, and the condensed pattern at half its energy:

    >>> import glassy
    >>> run = dict(load=0.1, T=0.5, N=30, samples=2, sweeps=200, seed=3)
    >>> with_field = Perturbation(field=0.2, pattern_energies={0: 0.5})
    >>> r = glassy.simulate(glassy.DenseHebbian(P=3), perturbation=with_field, **run)
    >>> r.perturbation, r.status
    (Perturbation(field=0.2, pattern_energies={0: 0.5}), ...)
    """

    field: npt.NDArray[np.float64] | None = None
    pattern_energies: tuple[tuple[int, Any], ...] = ()
    along: float = 0.0

    def __init__(self, field: Any = None, pattern_energies: Any = (), along: Any = 0.0) -> None:
        object.__setattr__(self, "field", None if field is None else _field(field))
        pairs = pattern_energies.items() if isinstance(pattern_energies, Mapping) else pattern_energies
        found = tuple(sorted((_index(k), _energy(k, e)) for k, e in pairs))
        if len({k for k, _ in found}) < len(found):
            raise InputError(f"pattern_energies must name each pattern once, got {[k for k, _ in found]}. Take one away.")
        object.__setattr__(self, "pattern_energies", found)
        object.__setattr__(self, "along", checks.number("along", along, "It is a field along pattern 0.", least=-math.inf))

    def records(self) -> Iterator[dict[str, Any]]:
        """Yield nothing: it is what was asked, not a result."""
        yield from ()

    def __repr__(self) -> str:
        parts = []
        if self.field is not None:
            parts.append(f"field={float(self.field):g}" if self.field.ndim == 0 else f"field: array {self.field.shape}")
        if self.pattern_energies:
            each = (f"{k}: {e:g}" if isinstance(e, float) else f"{k}: a table" for k, e in self.pattern_energies)
            parts.append(f"pattern_energies={{{', '.join(each)}}}")
        if self.along:
            parts.append(f"along={self.along:g}")
        return f"Perturbation({', '.join(parts)})"

    @cached_property
    def digest(self) -> str:
        """A short name of what it holds: two with the same name are the same."""
        try:
            text = repr(self.pattern_energies)
        except ValueError:  # too long in decimal
            text = repr([(k, [as_text(x) for x in e] if isinstance(e, tuple) else e) for k, e in self.pattern_energies])
        h = hashlib.sha256(text.encode())
        if self.field is not None:
            h.update(repr(self.field.shape).encode() + np.ascontiguousarray(self.field).tobytes())
        if self.along:
            h.update(repr(self.along).encode())
        return h.hexdigest()[:16]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Perturbation) and self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)

    @property
    def chosen(self) -> tuple[int, ...]:
        """The patterns to whose energies something is added."""
        named = {k for k, _ in self.pattern_energies}
        return tuple(sorted(named | {0} if self.along else named))

    def check(self, N: int, K: int, samples: int) -> None:
        """Raise InputError where it does not fit N spins, K patterns and so many samples."""
        if self.field is not None and self.field.shape not in ((), (N,), (samples, N)):
            raise InputError(f"field must be a number or of shape {(N,)} or {(samples, N)}, got shape {self.field.shape}.")
        for k, energy in self.pattern_energies:
            if k >= K:
                raise InputError(f"pattern_energies must name patterns 0 .. K - 1 = {K - 1}, got {k}. Lower the index.")
            if isinstance(energy, tuple) and len(energy) != N + 1:
                raise InputError(
                    f"pattern_energies of pattern {k} must be a number, or N + 1 = {N + 1} numbers, got {len(energy)}: one for "
                    "each M = N, N - 2, ..., -N."
                )

    def fields(self, N: int, sample: int) -> npt.NDArray[np.float64]:
        """Return the field on every spin of one sample, (N,)."""
        if self.field is None:
            return np.zeros(N)
        return np.broadcast_to(self.field[min(sample, len(self.field) - 1)] if self.field.ndim == 2 else self.field, (N,))

    def added(self, network: Network, N: int) -> list[tuple[int, list[Fraction]]]:
        """Return, for each chosen pattern, its index and G - F over u = 0 .. N, exactly; zeros if all are rounding."""
        table = network.energy_table(N)
        F = [table.unit * v for v in table.values]
        least = ROUNDING * max(map(abs, F))
        found = []
        for k, e in self.pattern_energies:
            G = map(Fraction, e) if isinstance(e, tuple) else (Fraction(e) * f for f in F)
            added = [g - f for g, f in zip(G, F, strict=True)]
            found.append((k, added if max(map(abs, added)) > least else [Fraction(0)] * len(F)))
        if self.along:
            h = Fraction(self.along)
            rest = dict(found)
            rest[0] = [g - h * (N - 2 * u) for u, g in enumerate(rest.get(0, [Fraction(0)] * len(F)))]
            found = sorted(rest.items())
        return found


def check_range(network: Network, N: int, K: int, perturbation: Perturbation | None) -> None:
    """Raise InputError where exact energies are so large that their squares are no floats."""
    F, added = network.energy_table(N), perturbation.added(network, N) if perturbation else []
    most = K * max(map(abs, F.values)) * abs(F.unit) + sum((max(map(abs, table)) for _, table in added), Fraction(0))
    most += sum((abs(Fraction(h)) for h in perturbation.fields(N, 0).tolist()), Fraction(0)) if perturbation else 0
    if most > LARGEST:
        tens = round((most.numerator.bit_length() - most.denominator.bit_length()) * math.log10(2.0))
        raise InputError(
            f"energies must stay below 1e150, so that their squares are floats, but those of {network!r}, K={K}, reach about "
            f"1e{tens}. Divide all energies, and T, by 10**{tens}: as Fractions they stay exact."
        )


def check_perturbation(perturbation: object) -> Perturbation:
    """Return the perturbation if it is one, or raise InputError."""
    if not isinstance(perturbation, Perturbation):
        raise InputError(
            f"perturbation must be a glassy.Perturbation, got {perturbation!r}. Make one: glassy.Perturbation(field=0.1)."
        )
    return perturbation


def check_field_alone(network: Network, perturbation: Perturbation | None, watch: Sequence[Any] = ()) -> None:
    """Raise InputError where patterns are named of a network that has none."""
    if watch or (perturbation is not None and perturbation.chosen):
        what = "watch" if watch else "along" if perturbation is not None and perturbation.along else "pattern_energies"
        has = "energy of its own for a pattern" if network.has_patterns else "patterns"
        raise InputError(f"{what} must be left out: {network!r} has no {has}.")


def _field(field: Any) -> npt.NDArray[np.float64]:
    array = checks.array("field", field, "Give a number or an array (N,) or (samples, N).")
    if array.dtype.kind not in "iuf" or array.ndim > 2 or not np.all(np.isfinite(array)):
        raise InputError(f"field must be finite numbers, one or of shape (N,) or (samples, N), got {field!r}.")
    kept = array.astype(np.float64)
    kept.setflags(write=False)  # its name, `digest`, stays true
    return kept


def _index(k: Any) -> int:
    return checks.integer("an index in pattern_energies", k, 0, "It counts patterns from 0.")


def _energy(k: int, energy: Any) -> Any:
    if np.ndim(energy) == 0:
        name = f"the energy of pattern {k}"
        return checks.number(name, energy, "Give a number, or N + 1 energies.", least=-math.inf)
    return check_energies(f"pattern_energies of pattern {k}", energy)
