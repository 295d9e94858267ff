"""glassy: replica theory and Monte Carlo of dense Hebbian networks, checked against each other.

What docstrings name as docs/... is a page in the repository of glassy; it is not installed.
"""

import importlib
from typing import TYPE_CHECKING, Any

from glassy.core.version import __version__ as __version__

if TYPE_CHECKING:
    from glassy.names import *  # noqa: F403
    from glassy.names import __all__ as __all__


def __getattr__(name: str) -> Any:
    """Load all public names at the first use of one, matplotlib at that of glassy.plots: `glassy --help` waits for neither."""
    if name == "plots":
        return importlib.import_module("glassy.plots")
    names = importlib.import_module("glassy.names")
    globals().update({known: getattr(names, known) for known in ("__all__", *names.__all__)})
    if name not in globals():
        raise AttributeError(importlib.import_module("glassy.core.renamed").gone("glassy", name, names.__all__))
    return globals()[name]


def __dir__() -> list[str]:
    """Return the public names."""
    return sorted({*globals(), *__getattr__("__all__"), "plots"})
