"""Names of users that have changed: an old one raises AttributeError with the new one (docs/reference/renamed.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

# (class, or "glassy" for a name of the package; old name): new name. One table, the page says why.
RENAMED = {
    ("Samples", "overlap_histogram"): "overlap_distribution",
    ("Samples", "overlap_histograms"): "overlap_distributions",
    ("Solution", "q_mean"): "q",
    ("Solution", "susceptibility"): "local_susceptibility",
    ("glassy.plots", "solutions"): "grids",
}


def gone(owner: str, name: str) -> str:
    """Return the message of an attribute that is not there: the new name, where it has one.

    Examples
    --------
    >>> print(gone("Solution", "q_mean"), gone("Solution", "qq"), sep="; ")
    Solution.q_mean is called q now: write .q (docs/reference/renamed.md); 'Solution' has no attribute 'qq'
    """
    new = RENAMED.get((owner, name))
    if new is None:
        return f"{owner!r} has no attribute {name!r}"
    return f"{owner}.{name} is called {new} now: write .{new} (docs/reference/renamed.md)"


class Renamed:
    """Mixin: an attribute that is not there is looked up in the table of old names."""

    if not TYPE_CHECKING:  # or every name would count as an attribute

        def __getattr__(self, name: str) -> Any:
            """Raise AttributeError, with the new name of an old one."""
            raise AttributeError(gone(type(self).__name__, name))
