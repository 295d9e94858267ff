"""Where a number comes from: versions, commit, and the arguments that made it."""

from __future__ import annotations

import importlib.metadata
import platform
from collections.abc import Iterable
from dataclasses import dataclass, fields
from functools import lru_cache

from glassy.core.commit import commit
from glassy.core.version import __version__


@dataclass(frozen=True)
class Provenance:
    """Versions of everything that shapes a number, and the commit of glassy ("+" marks uncommitted changes).

    Examples
    --------
    >>> import glassy
    >>> here = glassy.provenance()
    >>> here.glassy == glassy.provenance().glassy, here.numpy != ""
    (True, True)
    """

    glassy: str
    commit: str
    python: str
    numpy: str
    numba: str
    scipy: str
    machine: str


def version(name: str) -> str:
    """Return the version of an installed package, or "unknown"."""
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return "unknown"


@lru_cache(maxsize=1)
def provenance() -> Provenance:
    """Return the provenance of this process; read once.

    Examples
    --------
    >>> import glassy
    >>> glassy.provenance().glassy == glassy.__version__
    True
    """
    return Provenance(
        glassy=__version__,
        commit=commit(),
        python=platform.python_version(),
        numpy=version("numpy"),
        numba=version("numba"),
        scipy=version("scipy"),
        machine=f"{platform.system()} {platform.machine()}",
    )


def joint_provenance(parts: Iterable[Provenance]) -> Provenance:
    """Return one provenance that names every version in `parts`, joined by "and".

    Parameters
    ----------
    parts : iterable of Provenance
        As those of several runs.

    Examples
    --------
    >>> from dataclasses import replace
    >>> joint_provenance([replace(provenance(), commit="old"), replace(provenance(), commit="new")]).commit
    'old and new'
    """
    parts = list(parts)
    values = {f.name: [v for p in parts for v in getattr(p, f.name).split(" and ")] for f in fields(Provenance)}
    return Provenance(**{name: " and ".join(dict.fromkeys(found)) for name, found in values.items()})
