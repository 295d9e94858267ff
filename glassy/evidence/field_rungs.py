"""Fields along the pattern between which a ladder exchanges evenly (J.3), the other patterns free or behind walls."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from glassy.core import checks
from glassy.core.errors import InputError
from glassy.model.family import check_network
from glassy.model.network import DenseHebbian
from glassy.model.perturbation import Perturbation
from glassy.phases.free_energy_of_m import free_energy_of_m
from glassy.theory.solve import solve

GRAIN = 2.0**-12  # of the fields beside tables of pattern 0, which 64-bit integers must hold with them
COARSE = 2.0**-10  # of the shares of energies of rungs without a field
SURE = 1.4  # times the field that holds m = 0.99: the strongest, which reaches m = 1


def field_rungs(
    network: DenseHebbian,
    load: float,
    T: float,
    N: int,
    *,
    step: float = 1.0,
    others: float | None = None,
    hot: float | None = None,
) -> list[Perturbation]:
    """Return the rungs of a ladder from no field to one that holds the pattern, all without the energy of pattern 0 (J.3).

    What they say of f(m) is `simulate(..., perturbation=field_rungs(...), method=ReplicaExchange()).free_energy_of_m()`.

    Parameters
    ----------
    network : DenseHebbian
        Any P >= 2.
    load, T : float
        State point of the run, at which theory (J.2, RS) says what field holds which m.
    N : int
        Number of spins. Walls and rungs up to `hot` name all K patterns of this load and N: a run with one more has it free.
    step : float
        From one rung to the next beta N dh dm is step^2: half of the exchanges are accepted at 1, a third at 1.5.
    others : float, optional
        An overlap that none of the other patterns may exceed in size. Near m = 0 and below coexistence a network is at another
        pattern, as deep as the one that is asked for; theory at m means the glass or the paramagnet there, with none of them.
        At even P overlaps m < 0, the mirror, are then forbidden too, as chains stay there in the weakest fields, to no use.
        It must lie far above 1/sqrt(N), the overlap of two patterns: m = 1 is forbidden in a sample where they have more.
    hot : float, optional
        A temperature above T, up to which rungs without a field are added: there the other patterns have T/T' of their
        energies, which is what they do at T', and chains of a glass lose their old spins sooner. The rungs then go from the
        strongest field to the hottest, at which M.16 looks; f(m) is made of those of the network itself. Steps are those of
        RS for large N: a small network at one of its patterns exchanges less (P = 3, N = 20, load 0.2: 0.17 for 0.4).

    Returns
    -------
    list of Perturbation

    Examples
    --------
    >>> import glassy
    >>> network = glassy.DenseHebbian(P=2)
    >>> rungs = glassy.field_rungs(network, load=0.05, T=0.5, N=40, others=0.6)
    >>> how = dict(method=glassy.ReplicaExchange(), samples=2, sweeps=300, seed=1)
    >>> f = glassy.simulate(network, 0.05, 0.5, 40, perturbation=rungs, **how).free_energy_of_m()
    >>> rungs[0].along, f.m[-1] == 1.0
    (0.0, np.True_)
    """
    check_network(network, "signal", "stored", "table")
    if not checks.number("T", T, "It is a temperature.", least=0.0) > 0.0:
        raise InputError("T must be above 0, where fields move m evenly, got T=0. Give a small T.")
    N, step = network.size(N), checks.number("step", step, "At 1 half of the exchanges are accepted.", least=0.1)
    m = np.linspace(0.0, 0.99, 100)
    h = free_energy_of_m(network, load, T, m, progress=False).slope + 0.5 * network.P * m ** (network.P - 1)
    if not np.all(np.diff(h) > 0.0):
        at = float(m[np.argmin(np.diff(h) > 0.0)])
        raise InputError(
            f"the field that holds m must rise with m by RS (J.2), but at load={load:g}, T={T:g} it does not at m = {at:.2f}: "
            "m jumps there, and no even rungs exist. Raise T, or choose fields yourself: Perturbation(along=h)."
        )
    way = np.append(0.0, np.cumsum(np.sqrt(N / T * np.diff(h) * np.diff(m)))) / step
    found = np.interp(np.linspace(0.0, way[-1], math.ceil(way[-1]) + 1), way, h).tolist()
    along = (0.0, *found[1:], SURE * found[-1])
    K = network.patterns(load, N)
    if hot is not None and K == 1:
        raise InputError(f"hot weakens the other patterns, but load={load:g}, N={N} has none: K = 1. Leave hot out.")
    own = _energies(network, K, N, others, 1.0)
    exact = (round(h, 6) if others is None else round(h / GRAIN) * GRAIN for h in along)
    rungs = [Perturbation(pattern_energies=own, along=h) for h in exact]
    if hot is None:
        return rungs
    weak = (_energies(network, K, N, others, s) for s in _shares(network, load, T, N, step, hot))
    return [*reversed(rungs), *(Perturbation(pattern_energies=energies) for energies in weak)]


def _energies(network: DenseHebbian, K: int, N: int, others: float | None, share: float) -> dict[int, Any]:
    """Return energies of pattern 0 and, with walls or a share below 1, of all others.

    Walls are infinite, as far as a temperature knows, beyond an overlap, and at even P for m < 0.
    """
    if others is None:
        return {0: 0.0} | dict.fromkeys(range(1, K if share < 1.0 else 1), share)
    most = checks.number("others", others, "It is an overlap.", least=1.0 / N, most=1.0)
    overlap = np.arange(N, -N - 1, -2) / N
    table = np.where(np.abs(overlap) > most, 2.0 * N, share * np.array(network.energy_table(N).energies)).tolist()
    own = np.where(overlap < 0.0, 2.0 * N, 0.0).tolist() if network.even else 0.0
    return {0: own, **dict.fromkeys(range(1, K), table)}


def _shares(network: DenseHebbian, load: float, T: float, N: int, step: float, hot: float) -> list[float]:
    """Return the shares of their energies that the other patterns have on the way to a temperature: even steps, by RS."""
    if not checks.number("hot", hot, "It is a temperature.") * (1.0 - COARSE) > T:
        raise InputError(
            f"hot must be above T = {T:g} by more than a thousandth, got {hot!r}. Raise it: far above the glass chains lose "
            "their spins soon."
        )
    share = np.linspace(1.0, T / hot, 50)
    both = ([solve(network, load, T / s, phase, strict=False) for phase in ("spin_glass", "paramagnetic")] for s in share)
    energy = np.array([next(x.energy for x in pair if x.status.ok) for pair in both])
    way = np.append(0.0, np.cumsum(np.sqrt(N / T * np.abs(np.diff(energy) * np.diff(share))))) / step
    found = np.interp(np.linspace(0.0, way[-1], math.ceil(way[-1]) + 1)[1:], way, share)
    return list(dict.fromkeys(round(s / COARSE) * COARSE for s in found.tolist()))
