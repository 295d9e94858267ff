"""Names that are not there: an old one, a word of others, a slip. The error says the right one (docs/reference/renamed.md)."""

from __future__ import annotations

import difflib
import functools
import inspect
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Any, TypeVar, cast

# (class, or "glassy" for a name of the package; old name): new name. One table, the page says why.
RENAMED = {
    ("Samples", "overlap_histogram"): "overlap_distribution",
    ("Samples", "overlap_histograms"): "overlap_distributions",
    ("Solution", "q_mean"): "q",
    ("Solution", "susceptibility"): "local_susceptibility",
    ("glassy.plots", "solutions"): "grids",
}
# A word of others, in small letters: what it is called here, the first of these that is there.
WORDS = {
    "alpha": ("load",), "gamma": ("load",), "temperature": ("T",), "temp": ("T",), "inverse_temperature": ("beta",),
    "n_spins": ("N",), "size": ("N", "sizes"), "spins": ("N",), "n_patterns": ("K",), "order": ("P",), "model": ("network",),
    "f": ("free_energy",), "e": ("energy",), "u": ("energy",), "internal_energy": ("energy",), "s": ("entropy",),
    "c": ("specific_heat",), "heat_capacity": ("specific_heat",), "chi": ("susceptibility", "local_susceptibility"),
    "magnetization": ("m",), "magnetisation": ("m",), "overlap": ("q", "start_overlap"), "edwards_anderson": ("q_EA",),
    "x": ("x_levels",), "breakpoints": ("x_levels",), "alpha_c": ("load_c",), "converged": ("status",),
    "err": ("error",), "std": ("error",), "sigma": ("error",), "stderr": ("error",), "mean": ("value",), "tau": ("tau_int",),
    "dynamics": ("method",), "algorithm": ("method",), "mcs": ("sweeps",), "n_samples": ("samples",),
    "thermalization": ("burn_in",), "equilibration": ("burn_in",), "init": ("start",), "initial": ("start",),
    "rng": ("seed",), "random_state": ("seed",), "n_jobs": ("threads",), "workers": ("threads",), "folder": ("out",),
    "steps": ("sweeps", "max_iterations"), "iterations": ("max_iterations", "steps"), "sweeps": ("max_iterations",),
    "tol": ("tolerance",), "state": ("phase",), "solver": ("ansatz",), "verbose": ("progress",),
}  # fmt: skip
# (class, word of others): what to ask instead, where it is no attribute of the same object.
ELSEWHERE = {
    ("Samples", "free_energy"): "a run has no free energy; a ladder of runs up to T = inf has one, Ladder.minus_beta_f()",
    ("Samples", "entropy"): "a run has no entropy; Ladder.minus_beta_f() of a ladder of runs up to T = inf leads to it",
    ("Ladder", "free_energy"): "write .minus_beta_f(), which is -beta f at every temperature",
}
F = TypeVar("F", bound=Callable[..., Any])


def nearest(name: str, known: Collection[str]) -> str | None:
    """Return the name that is meant by one that is not there: by a word of others, in other letters, or by a slip.

    Examples
    --------
    >>> known = ("load", "T", "sweeps", "burn_in")
    >>> [nearest(name, known) for name in ("temperature", "t", "sweep", "burnin", "color")]
    ['T', 'T', 'sweeps', 'burn_in', None]
    """
    said = [word for word in (name, *WORDS.get(name.lower(), ())) if word in known]
    said += [word for word in known if word.lower() == name.lower()]
    return next(iter(said or difflib.get_close_matches(name, known, 1, 0.75)), None)


def gone(owner: str, name: str, known: Collection[str] = ()) -> str:
    """Return the message of an attribute that is not there: the new name of an old one, or the nearest of those known.

    Examples
    --------
    >>> print(gone("Solution", "q_mean"), gone("Solution", "qq"), sep="; ")
    Solution.q_mean is called q now: write .q; 'Solution' has no attribute 'qq'
    >>> gone("Solution", "magnetization", ("m", "q"))
    "'Solution' has no attribute 'magnetization'. Did you mean .m?"
    """
    if new := RENAMED.get((owner, name)):
        return f"{owner}.{name} is called {new} now: write .{new}"
    word = next(iter(WORDS.get(name.lower(), ())), name)
    if other := ELSEWHERE.get((owner, name)) or ELSEWHERE.get((owner, word)):
        return f"{owner!r} has no attribute {name!r}: {other}"
    meant = nearest(name, known)
    return f"{owner!r} has no attribute {name!r}" + (f". Did you mean .{meant}?" if meant else "")


def attributes(kind: type) -> list[str]:
    """Return the public names of a type: what it has, and the fields of a dataclass."""
    return sorted(name for name in {*dir(kind), *getattr(kind, "__dataclass_fields__", ())} if not name.startswith("_"))


class Renamed:
    """Mixin: an attribute that is not there is looked up among old names, words of others and names that are near."""

    __slots__ = ()

    if not TYPE_CHECKING:  # or every name would count as an attribute

        def __getattr__(self, name: str) -> Any:
            """Raise AttributeError, with the name that is meant."""
            known = [] if name.startswith("_") else attributes(type(self))  # what Python and NumPy ask for is no slip
            if name in known:  # a property that failed: its own error
                return object.__getattribute__(self, name)
            raise AttributeError(gone(type(self).__name__, name, known))


def corrects(called: F) -> F:
    """Return a function, or a class, that refuses an argument which it has not by the nearest one that it has.

    Signature and docstring are its own.

    Examples
    --------
    >>> corrects(lambda load, T: None)(load=0.1, temperature=0.3)
    Traceback (most recent call last):
    TypeError: <lambda>() got an unexpected keyword argument 'temperature'. Did you mean 'T'?
    """
    if inspect.isclass(called):
        setattr(called, "__init__", corrects(getattr(called, "__init__")))  # noqa: B009, B010
        return called
    known = frozenset(inspect.signature(called).parameters)
    name = called.__qualname__.removesuffix(".__init__")

    @functools.wraps(called)
    def call(*args: Any, **given: Any) -> Any:
        if strange := given.keys() - known:
            word = next(word for word in given if word in strange)
            hint = f"Did you mean {meant!r}?" if (meant := nearest(word, known)) else f"It takes {', '.join(sorted(known))}."
            raise TypeError(f"{name}() got an unexpected keyword argument {word!r}. {hint}")
        return called(*args, **given)

    return cast("F", call)
