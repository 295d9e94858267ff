"""The Solution at a saddle point of replica symmetry: its thermodynamics and its replicon (R.5, R.5a, R.5b, S.1)."""

from __future__ import annotations

import math

from glassy.core.results import Status
from glassy.model.family import Network
from glassy.theory.ansatz import RS
from glassy.theory.rs.equations import form_of
from glassy.theory.rs.formulas import (
    TOLERANCE,
    averages_of,
    local_signal,
    local_variance,
    overlaps_of,
    thermodynamics,
    wishart_rest,
)
from glassy.theory.solution import Solution


def rs_saddle(
    network: Network, load: float, T: float, phase: str, v: float, q: float, C: float, s: float | None = None
) -> Solution:
    """Return the Solution at a saddle point, where v = E[S tanh] is m of a stored pattern (L.3).

    1 - C of P = 2 is taken without cancellation where q = 0 or the standard deviation s of the field is known.
    """
    form = form_of(network)
    if q == 0.0:
        s, D = 0.0, (T - 1.0) / T
    elif s is None:
        s, D = math.sqrt(load * local_variance(form, q, C)) if load > 0.0 else 0.0, 1.0 - C
    else:
        D = wishart_rest(form, load, q, s) if network.wishart else 1.0
    averages = averages_of(form, local_signal(form, v), s, T)
    free, energy, entropy, replicon, error = thermodynamics(form, load, T, v, q, C, s, D, averages)
    m, n = overlaps_of(form, v, averages)
    status = Status.CONVERGED if error <= TOLERANCE else Status.NOT_CONVERGED
    return Solution(
        network=network, load=load, T=T, phase=phase, ansatz=RS(), m=m, q_levels=(q,), x_levels=(), y_levels=(),
        local_susceptibility=C, free_energy=free, energy=energy, entropy=entropy, complexity=0.0, replicons=(replicon,),
        residual=error, status=status, n=n if network.has_examples else None,
    )  # fmt: skip
