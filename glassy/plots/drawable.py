"""What `plot` of a result can draw, said before there is one."""

from __future__ import annotations

from glassy.core import checks
from glassy.core.grid import Grid
from glassy.core.records import numeric
from glassy.evidence.comparison import Comparison
from glassy.evidence.sides import COMPARED
from glassy.simulation.observables import names
from glassy.simulation.samples import Samples


def drawable(*kind: type, replicas: int = 2, phase: str = "retrieval") -> tuple[str, ...]:
    """Return what `observables` of `plot` may name, of a result that is yet to be made.

    Parameters
    ----------
    *kind : type
        The type of the result; of a Grid, Grid and the type of its points.
    replicas : int
        Those of the runs in it: one has no q.
    phase : str
        That of the Solution in a Comparison; "equilibrium" may be any.

    Examples
    --------
    >>> import glassy
    >>> drawable(glassy.Samples, replicas=1), drawable(glassy.Comparison, phase="spin_glass")
    (('m', 'm_abs', 'energy', 'energy_excess', 'acceptance'), ('q_abs', 'energy'))
    >>> "replicon" in drawable(glassy.Grid, glassy.Solution), "network" in drawable(glassy.Grid, glassy.Solution)
    (True, False)
    """
    replicas = checks.integer("replicas", replicas, 1, "It counts chains of one sample.")
    if kind == (Samples,):
        return names(replicas)
    if kind == (Comparison,):
        found = COMPARED.get(phase) or tuple(dict.fromkeys(sum(COMPARED.values(), ())))
    else:
        found = numeric(kind[-1]) if kind[0] is Grid else ()
    lacks = set() if replicas > 1 else {*names(2), "binder_q"} - {*names(1)}
    return tuple(name for name in found if name not in lacks)
