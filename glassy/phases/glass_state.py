"""The m = 0 state in equilibrium, and its averages: what a network beyond retrieval is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from glassy.core import checks
from glassy.core.errors import InputError
from glassy.core.export import Exported
from glassy.core.progress import progress_bar
from glassy.model.network import DenseHebbian
from glassy.phases.spin_glass_temperatures import spin_glass_temperatures
from glassy.theory.ansatz import RS, RSB, Ansatz, FullRSB
from glassy.theory.solution import Solution
from glassy.theory.solve import check_point, solve

STEP = 1e-3  # of T: half the difference that gives the specific heat


@dataclass(frozen=True)
class GlassState(Exported):
    """The m = 0 state that wins at one T, and its averages per spin.

    Parameters
    ----------
    solution : Solution
        The spin glass where the ansatz has one in equilibrium, else the paramagnet.
    energy, specific_heat, minus_beta_f, q2 : float
        The specific heat is a symmetric difference of energies, at full RSB of those of two steps; q2 is <q^2> of two replicas.

    Examples
    --------
    >>> import glassy
    >>> g = glassy.glass_state(glassy.DenseHebbian(P=3), load=4.0, T=0.8, ansatz=glassy.RSB(1))
    >>> round(g.energy, 6), round(g.specific_heat, 6), g.solution.phase
    (-1.606131, 0.075015, 'spin_glass')
    """

    solution: Solution
    energy: float
    specific_heat: float
    minus_beta_f: float
    q2: float


def winner(network: DenseHebbian, load: float, T: float, ansatz: Ansatz, *, continuous: bool) -> Solution:
    """Return the m = 0 state that wins; a continuous glass wins wherever it exists, below T_c."""
    flat = solve(network, load, T, "paramagnetic", strict=False)
    if continuous and spin_glass_temperatures(network, load).T_c <= T:
        return flat
    glass = solve(network, load, T, "spin_glass", ansatz, strict=False)
    return glass if continuous or (glass.status.ok and glass.free_energy >= flat.free_energy) else flat


def glass_state(
    network: DenseHebbian,
    load: float,
    T: float | None = None,
    ansatz: Ansatz = RS(),  # noqa: B008
    *,
    beta: float | None = None,
    continuous: bool = False,
    progress: bool | None = None,
) -> GlassState:
    """Return the m = 0 state that wins at one T, with its averages.

    Parameters
    ----------
    network : DenseHebbian
        Its P and kind of interactions.
    load, T : float
        State point, T > 0.
    beta : float, optional
        1/T, instead of T.
    ansatz : RS, RSB or FullRSB
        Of the spin glass.
    continuous : bool
        Whether replica symmetry breaks continuously at T_c (`SpinGlassTemperatures.continuous`): then the glass wins below T_c
        for every ansatz, else where its free energy is the larger.
    progress : bool, optional
        A bar on stderr; default: where it is slow and stderr is a terminal or a notebook.

    Examples
    --------
    >>> import glassy
    >>> found = glass_state(glassy.DenseHebbian(P=3), 4.0, 1.0, glassy.RSB(1))
    >>> found.solution.phase, round(found.energy, 3), round(found.specific_heat, 2)
    ('spin_glass', -1.587, 0.12)
    """
    T = check_point(T=checks.given_temperature(T, beta))[1]
    if T == 0.0:
        raise InputError("T must be > 0, got 0: the specific heat and -beta f are not there. Use solve.")
    few = RSB(2) if isinstance(ansatz, FullRSB) else ansatz
    with progress_bar(3.0, progress, "state", f"{ansatz!r} glass") as bar:
        found = []
        for t, a in ((T, ansatz), (T + STEP * T, few), (T - STEP * T, few)):
            found.append(winner(network, load, t, a, continuous=continuous))
            bar.update()
    s, warm, cold = found
    levels = s.overlap_distribution if s.q_EA > 0.0 else None
    return GlassState(
        solution=s,
        energy=float(s.energy),
        specific_heat=float((warm.energy - cold.energy) / (2.0 * (STEP * T))),
        minus_beta_f=float(-s.free_energy / T),
        q2=float(np.dot(np.square(levels.q), levels.weight)) if levels else 0.0,
    )
