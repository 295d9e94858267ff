"""How glassy is a network without retrieval: its free energy as a hard and a soft spin glass (G.1, G.1', G.2)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from glassy.core import checks
from glassy.core.drawing import Drawn
from glassy.core.equality import Equal
from glassy.core.errors import ConvergenceError, InputError
from glassy.core.export import Exported
from glassy.core.progress import current_bar, progress_bar
from glassy.core.renamed import corrects
from glassy.core.results import Status
from glassy.model.family import Network, check_network
from glassy.model.spin_glass import SpinGlass
from glassy.numerics.gaussian import U
from glassy.numerics.tilted import tilted_averages, tilted_weights
from glassy.theory import ansatz as ansaetze
from glassy.theory.ansatz import RS, RSB, Ansatz
from glassy.theory.rsb.solve import symmetric_glass
from glassy.theory.rsb.steps import stable
from glassy.theory.solution import Solution
from glassy.theory.solve import check_point, solvable, solve


@dataclass(frozen=True)
class Glassiness(Drawn, Equal, Exported):
    """Parts of A = -beta f per spin at m = 0; `total` is their sum and equals -beta f of the network.

    Parameters
    ----------
    network, load, T, ansatz
        The state point.
    hard : float
        A of the Ising glass: Sherrington-Kirkpatrick at P = 2, p-spin beyond, at inverse temperature beta_1.
    soft : float
        load times A of the Gaussian glass at inverse temperature beta_2; 0 for P > 2.
    remainder : float
        What the two do not account for.
    q, x : float
        Overlap q_1 and breakpoint x_1 of the saddle (x = 1 under RS).
    beta_1, beta_2, field : float
        Inverse temperatures of the two glasses, and the lambda of the Gaussian one; NaN where there is no soft part.
    status : Status
        COLLAPSED where the ansatz has no broken saddle and the numbers are those of RS.

    Examples
    --------
    >>> import glassy
    >>> g = glassy.glassiness(glassy.DenseHebbian(P=3), load=0.2, T=0.3)
    >>> bool(abs(g.total - g.hard) < 1e-12)
    True
    """

    network: Network
    load: float
    T: float
    ansatz: Ansatz
    hard: float
    soft: float
    remainder: float
    q: float
    x: float
    beta_1: float
    beta_2: float
    field: float
    status: Status

    @property
    def total(self) -> float:
        """The sum of hard, soft and remainder."""
        return self.hard + self.soft + self.remainder


@corrects
def glassiness(
    network: Network,
    load: float,
    T: float | None = None,
    ansatz: Ansatz | str | None = None,
    *,
    beta: float | None = None,
    progress: bool | None = None,
) -> Glassiness:
    """Split A = -beta f of the spin-glass (or paramagnetic) phase into a hard and a soft glass (G.1, G.1', G.2).

    At P = 2 the network is a Sherrington-Kirkpatrick glass at beta_1 = beta sqrt(load)/D, a Gaussian glass on its critical
    line, and a remainder: G.1 at RS, G.1' at RSB(1) with q_0 = 0 (q_0 > 0 does not split; `solve` returns that other saddle).
    For P > 2 and distinct interactions only the hard part is left: the Ising p-spin glass at beta sqrt(load) (G.2).

    Parameters
    ----------
    network : DenseHebbian
        P = 2 with either interactions, or P > 2 with distinct ones.
    load : float
        Storage load > 0.
    T : float
        Temperature > 0.
    beta : float, optional
        1/T, instead of T.
    ansatz : RS, RSB
        RS or RSB(1) at P = 2; RS or RSB(k) for P > 2. Default RS().
    progress : bool, optional
        A bar on stderr; default: where it is slow and stderr is a terminal or a notebook.

    Returns
    -------
    Glassiness

    Raises
    ------
    InputError
        For T = 0 or load = 0 (A = -beta f), for self-interacting P > 2 (its covariance is a sum of powers, not one p-spin
        glass), and for an ansatz for which no split is known.
    ConvergenceError
        Where the saddle is not found.

    Notes
    -----
    Source: Barra, Genovese, Guerra and Tantari, J. Stat. Mech. P07009 (2012), and Albanese et al. (2022);
    docs/explanation/theory.md, section 6.

    Examples
    --------
    >>> import glassy
    >>> network = glassy.DenseHebbian(P=2)
    >>> g = glassy.glassiness(network, load=0.1, T=0.8)
    >>> s = glassy.solve(network, 0.1, 0.8, "spin_glass")
    >>> bool(abs(g.total + s.free_energy / 0.8) < 1e-13)
    True
    """
    ansatz = RS() if ansatz is None else ansaetze.check(ansatz)
    if not solvable(network).has_patterns:
        raise InputError(f"network must have stored patterns, got {network!r}. Without them all is hard: A is -f/T of solve.")
    check_network(network, "stored")
    load, T = check_point(load, checks.given_temperature(T, beta))
    if T == 0.0 or load == 0.0:
        raise InputError(f"load and T must be > 0, got load={load:g}, T={T:g}: the parts are those of -beta f.")
    if network.P > 2:
        with progress_bar(2.0, progress, "state", f"{ansatz!r} glassiness"):
            return _hard(network, load, T, ansatz)
    if ansatz not in (RS(), RSB(1)):
        raise InputError(f"ansatz must be RS() or RSB(1) at P = 2, got {ansatz!r}: no split of deeper steps is known.")
    with progress_bar(1.0, progress, "state", f"{ansatz!r} glassiness"):
        return _split(network, load, T, ansatz)


def _equilibrium(network: Network, load: float, T: float, ansatz: Ansatz) -> Solution:
    """Return the m = 0 saddle that wins: the one of largest free energy."""
    found = [solve(network, load, T, phase, ansatz, strict=False) for phase in ("spin_glass", "paramagnetic")]
    failed = next((s for s in found if s.status is Status.NOT_CONVERGED), None)
    if failed is not None:
        raise ConvergenceError(f"{failed!r}: no saddle of the asked accuracy was found, so there is nothing to split.", failed)
    if not any(s.status.ok for s in found):
        raise ConvergenceError(f"no m = 0 saddle was found at {found[0]!r}, so there is nothing to split.", found[0])
    current_bar("state").update()
    return max((s for s in found if s.status.ok), key=lambda s: s.free_energy)


def _hard(network: Network, load: float, T: float, ansatz: Ansatz) -> Glassiness:
    if network.interactions != "distinct" or not isinstance(ansatz, RS | RSB):
        raise InputError(
            f"for P > 2 the interactions must be distinct and the ansatz RS() or RSB(k), got {network!r} and {ansatz!r}. The "
            "covariance of self-interacting networks is a sum of powers of q, which is not one p-spin glass."
        )
    s = _equilibrium(network, load, T, ansatz)
    t = T / math.sqrt(load)
    glass = _equilibrium(SpinGlass({network.P: 1.0}), 1.0, t, ansatz)
    hard = -float(glass.free_energy) / t
    x = s.x_levels[0] if s.x_levels else 1.0
    return Glassiness(
        network=network, load=load, T=T, ansatz=ansatz, hard=hard, soft=0.0, remainder=-float(s.free_energy) / T - hard,
        q=s.q_EA, x=x, beta_1=1.0 / t, beta_2=math.nan, field=math.nan, status=s.status,
    )  # fmt: skip


def _split(network: Network, load: float, T: float, ansatz: Ansatz) -> Glassiness:
    beta = 1.0 / T
    s = symmetric_glass(network, load, T) if isinstance(ansatz, RSB) else None
    status = Status.CONVERGED
    if s is None:
        s = _equilibrium(network, load, T, RS())
        if isinstance(ansatz, RSB):
            if not stable(s):
                raise ConvergenceError(f"the saddle of RSB(1) with q_0 = 0 was not found at {s!r}.", s)
            status = Status.COLLAPSED
    elif not s.status.ok:
        raise ConvergenceError(f"{s!r}: the saddle with q_0 = 0 has a residual of {s.residual:.1e}.", s)
    q, C, broken = s.q_EA, s.local_susceptibility, bool(s.x_levels)
    x = s.x_levels[0] if broken else 0.0  # RS is G.1' at theta = 0
    rest = T * C  # 1 - q, accurate at low T
    D1 = 1.0 - C
    D0 = D1 - beta * x * q
    if not D0 > 1e-12:
        raise ConvergenceError(f"the soft glass of {s!r} has 1 - C = {D0:.1g}, below rounding. Raise load or T.", s)
    beta_1, beta_2 = beta * math.sqrt(load / (D0 * D1)), math.sqrt(D0 * D1)
    p = beta * q / (D0 * D1)
    diagonal = p + 1.0 / D1  # P_d
    weights = np.empty((6, U.size))
    tilted_weights(x, weights)
    phi = tilted_averages(0.0, T * beta_1 * math.sqrt(q), x * beta, T, weights)[0]
    reaction = 0.25 * beta_1**2 * (rest**2 - x * q**2)
    hard = math.log(2.0) + phi * beta + reaction
    squares = 0.25 * beta_2**2 * (diagonal**2 - (1.0 - x) * p**2)
    u1, u0 = D1, D0  # 1 - lambda - beta_2^2 (P_d - p), and the same less beta_2^2 theta p
    logs = (math.log(u0 / u1) / x if x else -(beta_2**2) * p / u1) + math.log(u1)
    soft = -squares - 0.5 * logs
    remainder = -reaction - 0.5 * load * beta * p * (1.0 - (1.0 - x) * q) + load * squares
    if network.interactions == "distinct":
        remainder -= 0.5 * beta * load
    return Glassiness(
        network=network, load=load, T=T, ansatz=ansatz, hard=hard, soft=load * soft, remainder=remainder, q=q,
        x=x if broken else 1.0, beta_1=beta_1, beta_2=beta_2, field=1.0 - D0 - D1, status=status,
    )  # fmt: skip
