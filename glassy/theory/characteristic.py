"""Transport: a point of the solution of the transport equation, and the characteristic that it lies on (J.1, J.1b)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from glassy.core import checks
from glassy.core.errors import InputError
from glassy.core.storage import Saved
from glassy.model.network import DenseHebbian
from glassy.model.spin_glass import SpinGlass
from glassy.theory.ansatz import RS, RSB


@dataclass(frozen=True)
class Transport(Saved):
    """The solution of the transport equation at one point (t, x, y), and its characteristic.

    Parameters
    ----------
    network, load, T
        The network at t = 1, x = y = 0.
    t, x, y : float
        Where: the share of the network, the variance of a random field and a uniform field along the pattern, both of beta h.
    m, q : float
        Magnetization and mean overlap of two replicas; the same at all points of the characteristic.
    action : float
        A = (1/N) E ln of the sum over states; -beta f at t = 1, x = y = 0.
    source : float
        S, what A gains in a unit of t along the characteristic.
    velocity : tuple of float
        (dx/dt, dy/dt) of the characteristic; under RSB(1) a third is d(inner)/dt.
    residual : float
        Largest violation of the equations of m and q.
    ansatz, theta
        RS(), or RSB(1) and its breakpoint; 1 where the levels have merged.
    inner : float
        Under RSB(1) the variance of the random field inside the average of the power theta.
    q_levels : tuple of float
        Under RSB(1) the overlaps of replicas in two inner fields and in one; empty under RS.

    Examples
    --------
    >>> import glassy
    >>> end = glassy.transport(glassy.DenseHebbian(P=3), load=0.1, T=0.4, x=0.1, y=0.2)
    >>> round(end.m, 4), round(end.q, 4)
    (0.9943, 0.9893)
    >>> begin = end.at(0.0)  # free spins
    >>> begin.m == end.m, round(begin.action + end.source - end.action, 12)
    (True, 0.0)
    """

    network: DenseHebbian
    load: float
    T: float
    t: float
    x: float
    y: float
    m: float
    q: float
    action: float
    source: float
    velocity: tuple[float, ...]
    residual: float
    ansatz: RS | RSB = RS()  # noqa: RUF009
    theta: float | None = None
    inner: float = 0.0
    q_levels: tuple[float, ...] = ()

    def at(self, t: float) -> Transport:
        """Return the point of the same characteristic at another time.

        Raises
        ------
        InputError
            If t is not in [0, 1], or the characteristic has no x >= 0 there.
        """
        t = checks.number("t", t, "It is a time from 0, free spins, to 1, the network.", least=0.0, most=1.0)
        step = t - self.t
        variances = [x + v * step for x, v in self._variances]
        if min(variances) < -1e-12 * max(1.0, self.x, self.inner):
            raise InputError(
                f"the characteristic must reach t, but x is {min(variances):.3g} < 0 at t={t:g}. Take t up to {self.last:.6g}."
            )
        x, inner = (max(v, 0.0) for v in variances)
        y, action = self.y + self.velocity[1] * step, self.action + self.source * step
        return replace(self, t=t, x=x, inner=inner, y=y, action=action)

    @property
    def spins(self) -> SpinGlass:
        """The spin glass that stands at this point, where nothing is along the pattern: simulated at `load` and `T`.

        Its energy is the noise of the network, of covariance t xi(q), and the random field. In a network of N spins the noise
        is that of patterns, and near the glass a small one is at its lowest patterns (results/hard_glass).

        Raises
        ------
        InputError
            If the state has a pattern, y a field along it, or the point a second random field.

        Examples
        --------
        >>> import glassy
        >>> end = glassy.transport(glassy.DenseHebbian(P=3), load=4.0, T=0.8, start="random")
        >>> end.at(1.0).spins, end.at(0.5).spins
        (SpinGlass({3: 1.0}), SpinGlass({1: 0.572898..., 3: 0.5}))
        """
        if abs(self.m) > 1e-9 or self.y or self.inner:
            raise InputError(
                f"the point must have m = 0, y = 0 and no inner field to be a spin glass, got m={self.m:g}, y={self.y:g}, "
                f"inner={self.inner:g}. Ask for start='random', y=0."
            )
        return noise_in_a_field(self.network, self.load, self.T, self.t, self.x)

    @property
    def _variances(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """Return those of both random fields, with their velocities."""
        return (self.x, self.velocity[0]), (self.inner, self.velocity[2] if self.q_levels else 0.0)

    @property
    def last(self) -> float:
        """The largest t <= 1 at which the characteristic has x >= 0."""
        return min([1.0, *(self.t - x / v for x, v in self._variances if v < 0.0)])

    def __repr__(self) -> str:
        where = f"{self.network!r} load={self.load:g} T={self.T:g} t={self.t:g} x={self.x:g} y={self.y:g}"
        q = f"{self.q:.6g}"
        if self.q_levels:
            where += f" inner={self.inner:g}"
            q = f"({self.q_levels[0]:.6g}, {self.q_levels[1]:.6g}) theta={self.theta:.6g}"
        return f"Transport({where}: A={self.action:.8g} m={self.m:.6g} q={q})"


def noise_in_a_field(network: DenseHebbian, load: float, T: float, t: float, x: float) -> SpinGlass:
    """Return the spin glass whose covariance at `load` is t xi(q) + T^2 x q: that of A at m = 0 (J.1)."""
    if load == 0.0 or t == x == 0.0:
        raise InputError(f"load, and t or x, must be > 0 for a spin glass, got load={load:g}, t={t:g}, x={x:g}. Raise one.")
    terms = {k: t * float(c) for k, c in enumerate(network.unit_covariance.coefficients) if c}
    terms[1] = terms.get(1, 0.0) + 2.0 * T * T * x / load
    return SpinGlass(terms)
