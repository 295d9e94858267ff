"""examples_needed: how many examples of each ground truth a network must see to retrieve the ground truths."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from glassy.core import checks
from glassy.core.errors import InputError
from glassy.core.progress import progress_bar
from glassy.core.renamed import corrects
from glassy.core.storage import Saved
from glassy.model.network import DenseHebbian
from glassy.model.trained import MOST, Trained
from glassy.phases.spinodal import spinodal
from glassy.theory.solution import Solution
from glassy.theory.solve import check_point, solvable, solve

EACH = 32  # numbers of examples that are tried one by one; beyond they are doubled


@dataclass(frozen=True)
class ExamplesNeeded(Saved):
    """The smallest numbers of examples from which on the retrieval phase exists, and is at the ground truth.

    Parameters
    ----------
    network : DenseHebbian
        The network that is to learn.
    load, T, quality, supervised
        What was asked.
    examples : int or None
        The smallest M from which on every M has a retrieval saddle, which goes over into that of infinitely many examples. None
        where not even these are enough, or more than 10000 are needed.
    crossover : int or None
        The smallest M >= examples at which m >= n: the state is as near to the ground truth as to the examples.
    saddle : Solution or None
        The saddle at `examples`.
    reason : str
        Why there is no such number; at `examples` = 1, that the examples themselves are retrieved and nothing appears.

    Examples
    --------
    >>> import glassy
    >>> found = glassy.examples_needed(glassy.DenseHebbian(P=3), load=0.2, T=0.2, quality=0.6)
    >>> found.examples, found.crossover, round(found.saddle.m, 4)
    (14, 14, 0.7153)
    """

    network: DenseHebbian
    load: float
    T: float
    quality: float
    supervised: bool
    examples: int | None
    crossover: int | None
    saddle: Solution | None
    reason: str = ""

    def __repr__(self) -> str:
        how = ", supervised" if self.supervised else ""
        where = f"{self.network!r} load={self.load:g} T={self.T:g} quality={self.quality:g}{how}"
        numbers = f"examples={self.examples} crossover={self.crossover}"
        return f"ExamplesNeeded({where}: {numbers}{self.reason and '; '}{self.reason})"


@corrects
def examples_needed(
    network: DenseHebbian,
    load: float,
    T: float | None = None,
    *,
    quality: float,
    supervised: bool = False,
    beta: float | None = None,
    progress: bool | None = None,
) -> ExamplesNeeded:
    """Return how many examples of each ground truth are needed at a state point, by replica symmetry (L.3, L.5).

    Parameters
    ----------
    network : DenseHebbian
        The network that is to learn.
    load, T : float
        State point; the load counts the ground truths.
    quality : float
        r, the mean overlap of an example with its ground truth.
    supervised : bool
        Whether the network stores the means of the examples.
    beta : float, optional
        1/T, instead of T.
    progress : bool, optional
        A bar on stderr; default: where it is slow and stderr is a terminal or a notebook.

    Returns
    -------
    ExamplesNeeded

    Raises
    ------
    InputError
        If an argument lies outside its domain.

    Notes
    -----
    The spinodal falls with M up to about 1/r^2 and then rises. Every M up to 32 is tried, and then 64, 128, .. up to 10000.
    Whether a saddle exists is whether the load lies below the spinodal. By the noise alone M grows like r^(-2P) unsupervised
    and r^(-2) supervised as r falls (L.4).

    Source: docs/explanation/theory.md, L.3 to L.5.

    Examples
    --------
    >>> import glassy
    >>> network = glassy.DenseHebbian(P=3)
    >>> glassy.examples_needed(network, load=0.2, T=0.2, quality=0.3, supervised=True).examples
    7
    """
    if not isinstance(network, DenseHebbian):
        raise InputError(f"network must be the glassy.DenseHebbian that is to learn, got {network!r}. Give network.network.")
    load, T = check_point(load, checks.given_temperature(T, beta))
    limit = network.trained(math.inf, quality, supervised)
    solvable(limit, "signal")

    def trained(M: int) -> Trained:
        return network.trained(M, quality, supervised)

    def exists(M: int) -> bool:
        return _exists(trained(M), load, T)

    if not _exists(limit, load, T):
        return ExamplesNeeded(
            network=network, load=load, T=T, quality=limit.quality, supervised=supervised, examples=None, crossover=None,
            saddle=None, reason="infinitely many examples have no retrieval saddle here",
        )  # fmt: skip
    with progress_bar(float(EACH + len(_beyond(EACH))), progress, "number", "examples") as bar:
        lacking, tried = 0, [*range(1, EACH + 1), *_beyond(EACH)]
        for M in tried:
            lacking = lacking if exists(M) else M
            bar.update()
        least: int | None = lacking + 1 if lacking < EACH else _first(exists, lacking) if lacking < MOST else None
        crossover = None if least is None else _first(lambda M: _at_truth(trained(M), load, T), least - 1)
    reason = ""
    if least is None:
        reason = f"more than {MOST} examples are needed"
    elif least == 1:
        reason = "a single example is retrieved already: the state goes over from examples to ground truth"
    return ExamplesNeeded(
        network=network, load=load, T=T, quality=limit.quality, supervised=supervised, examples=least, crossover=crossover,
        saddle=None if least is None else _solved(trained(least), load, T), reason=reason,
    )  # fmt: skip


def _beyond(M: int) -> list[int]:
    """Return the numbers above M that are tried, up to the most."""
    found = []
    while M < MOST:
        M = min(2 * M, MOST)
        found.append(M)
    return found


def _exists(network: Trained, load: float, T: float) -> bool:
    end = spinodal(network, T, strict=False)
    return end.status.ok and load <= end.load


def _solved(network: Trained, load: float, T: float) -> Solution | None:
    if load == T == 0.0 and network.signal.idle > 0.0:
        return None
    return solve(network, load, T, strict=False)


def _at_truth(network: Trained, load: float, T: float) -> bool:
    s = _solved(network, load, T)
    return s is not None and s.status.ok and s.n is not None and s.m >= s.n


def _first(holds: Callable[[int], bool], after: int) -> int | None:
    """Return the smallest number above one at which something holds that then stays; None beyond MOST."""
    low, step = after, 1
    while not holds(min(low + step, MOST)):
        if low + step >= MOST:
            return None
        low, step = low + step, 2 * step
    high = min(low + step, MOST)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high
