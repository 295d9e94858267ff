"""What the Nishimori line T = load fixes (B.1), asked of a run: there the pattern is one more replica."""

from __future__ import annotations

import math

import numpy as np

from glassy.analysis.statistics import estimate
from glassy.core.errors import InputError
from glassy.core.results import Estimate
from glassy.model.network import DenseHebbian
from glassy.simulation.samples import Samples, check_run
from glassy.theory.solve import solve


def nishimori_identities(run: Samples) -> dict[str, tuple[Estimate, float]]:
    """Return what a run on the Nishimori line measured, and what B.1 says it is for infinite N, by name.

    m and q are those of the saddle and have equal distributions: so have <m> - <q> and <m^2> - <q^2>, taken within each sample,
    the limit 0. The energy is -1/2; "energy + signal", with the energy of one pattern alone at this N, and "energy above the
    pattern" vanish.

    Parameters
    ----------
    run : Samples
        Of a network with distinct interactions and P > 2 at T = load, two replicas or more, from the pattern.

    Raises
    ------
    InputError
        If it is no run from the pattern on the line, with two replicas, or its network has no such line.

    Examples
    --------
    >>> import glassy
    >>> run = glassy.simulate(glassy.DenseHebbian(P=3), load=0.2, T=0.2, N=100, samples=24, sweeps=200, seed=1)
    >>> measured, exact = nishimori_identities(run)["<m> - <q>"]
    >>> exact, abs(measured.z(exact)) < 4.0
    (0.0, True)
    """
    network, T = _from_pattern(run).network, run.T
    if not isinstance(network, DenseHebbian) or network.P == 2 or network.interactions != "distinct":
        raise InputError(f"the network must have P > 2 and distinct interactions, got {network!r}: others have no such line.")
    if network.patterns(T, run.N) != run.K:
        raise InputError(f"the run must lie on the line T = load, got load={run.load:g}, T={T:g}. Simulate at load=T.")
    s, table = solve(network, T, T, strict=False), network.energy_table(run.N)
    m, q = run.series.m, run.series.q
    overlap = run.q  # one replica has none
    means, squares = ([x.mean(axis=1, keepdims=True) for x in pair] for pair in ((m, q), (m**2, q**2)))
    return {
        "m": (run.m, s.m),
        "q": (overlap, s.q_EA),
        "<m> - <q>": (estimate(means[0] - means[1]), 0.0),
        "<m^2> - <q^2>": (estimate(squares[0] - squares[1]), 0.0),
        "energy": (run.energy, -0.5),
        "energy + signal": (run.energy.shifted(-float(table.unit * table.values[0]) / run.N), 0.0),
        "energy above the pattern": (run.energy_excess, 0.0),
    }


def _from_pattern(run: Samples) -> Samples:
    if not check_run(run).from_pattern.all():
        raise InputError(f"all chains must begin at pattern 0, got start={run.start!r}. Simulate from start='pattern'.")
    return run


def lost_chains(run: Samples) -> dict[str, Estimate]:
    """Return the share of chains that stay at the pattern, and of those that leave it the share that ends at another one.

    At another one is |m| > 0.6, which random spins do not reach. Where no chain leaves, "lost to another" is missing.

    Parameters
    ----------
    run : Samples
        From the pattern, two samples or more.

    Raises
    ------
    InputError
        If it is no run from the pattern, or has one sample, which shows no error.

    Examples
    --------
    >>> import glassy
    >>> run = glassy.simulate(glassy.DenseHebbian(P=3), load=0.42, T=0.42, N=60, samples=8, sweeps=200, seed=3)
    >>> [f"{name}: {float(x):.2f}" for name, x in lost_chains(run).items()]
    ['chains that stay: 0.19', 'lost to another: 0.85']
    """
    if _from_pattern(run).samples < 2:
        raise InputError(f"the run must have two samples or more, got {run.samples}: one shows no error. Simulate more.")
    left, n = run.escaped, int(run.escaped.sum())
    stay = Estimate(1.0 - left.mean(), left.any(axis=1).std(ddof=1) / math.sqrt(run.samples), samples=run.samples)
    if not n:
        return {"chains that stay": stay}
    share = float((np.abs(run.largest_overlaps(1)[1][..., 0])[left] > 0.6).mean())
    error = math.sqrt((share * (1.0 - share) + 1.0 / n) / n)
    return {"chains that stay": stay, "lost to another": Estimate(share, error, samples=n)}
