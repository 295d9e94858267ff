"""Errors: each says what must hold, what came instead, and what to do."""

from __future__ import annotations

import contextlib
import warnings
from typing import Any


class GlassyError(Exception):
    """Base class of every error that glassy raises on purpose."""


class InputError(GlassyError, ValueError):
    """An argument lies outside its domain."""


class MemoryLimitError(GlassyError, MemoryError):
    """The request would need more memory than `max_bytes`; raised before anything is allocated."""


class IntegerRangeError(GlassyError, OverflowError):
    """Exact energies do not fit into the 64-bit integers that were asked for; `simulate` runs them by the wide kernel."""


class _SolutionError(GlassyError):
    def __init__(self, message: str, solution: Any = None) -> None:
        super().__init__(message)
        self.solution = solution


class PhaseError(_SolutionError):
    """The asked phase has no saddle point there; `solution` is the nearest one that exists, or None."""


class ConvergenceError(_SolutionError):
    """The search for the saddle point failed; `solution` is the best point reached, or None."""


class StoreError(GlassyError, OSError):
    """A folder of samples could not be written, or is in use by another run; what is finished is safe in it."""


class EnsembleError(GlassyError):
    """Samples of an ensemble failed, and all others are finished; `failed` is a dict from their keys to what was raised."""

    def __init__(self, message: str, failed: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.failed = failed or {}


class Interrupted(KeyboardInterrupt):
    """Ctrl-C during a simulation; `samples` is a tuple of the Samples of each state point that finished at least one."""

    def __init__(self, message: str, samples: tuple[Any, ...] = ()) -> None:
        super().__init__(message)
        self.samples = samples


class EquilibrationWarning(UserWarning):
    """Numbers of a run that has not shown its equilibrium are put to use; the message names the run and the remedy."""


class PatternsWarning(UserWarning):
    """Patterns of the user have a shape that looks transposed; the message says how it was read, and the remedy."""


class StoreWarning(UserWarning):
    """A file in a folder of samples could not be used and was set aside; the message names it and says why."""


def warn(text: str, kind: type[Warning], level: int = 2) -> None:
    """Warn as warnings.warn does, with the stack level seen from the caller; a closed stderr ends no run."""
    with contextlib.suppress(ValueError):
        warnings.warn(text, kind, stacklevel=level + 1)
