"""Ansaetze: how replica symmetry is treated. A solver is an immutable value."""

from __future__ import annotations

from dataclasses import dataclass

from glassy.errors import InputError


@dataclass(frozen=True)
class RS:
    """Replica symmetry: one overlap q (R.5)."""

    def __repr__(self) -> str:
        return "RS()"


def check(ansatz: object) -> RS:
    """Return the ansatz if glassy can solve it, or raise InputError."""
    if not isinstance(ansatz, RS):
        raise InputError(f"ansatz must be glassy.RS(), got {ansatz!r}. Replica symmetry breaking is not in this version.")
    return ansatz
