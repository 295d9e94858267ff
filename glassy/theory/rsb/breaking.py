"""Whether the levels of a saddle are whole or ask for a further step: the one rule of the solver and of `Solution.stable`."""

from __future__ import annotations

import math

from glassy.model.family import Network

SLACK = 1e-9  # a replicon above -SLACK counts as stable
RESOLUTION = 5e-8  # a level that would break by less than this keeps whole: f moves by less than 1e-11


def noise_slope(network: Network, load: float, T: float, C: float) -> float:
    """Return r'(q), the derivative of the noise, at the deepest level q = 1 - T C; infinite at P = 2 where a mode is soft."""
    if not network.wishart:
        return load * network.unit_covariance(1.0 - T * C, 2)
    rests = [(size, count, 1.0 - size * C) for size, count in network.modes]
    if any(rest == 0.0 for _, _, rest in rests):
        return math.inf
    return load * (sum(count * (size / rest) ** 2 for size, count, rest in rests) + network.gaussian_part)


def whole(network: Network, load: float, T: float, C: float, replicons: tuple[float, ...]) -> bool:
    """Whether no further step exists: no replicon is negative, or the break it asks for is below rounding (C small).

    Examples
    --------
    >>> from glassy import DenseHebbian
    >>> whole(DenseHebbian(P=3), 0.4, 0.08, 0.4, (-2.87,)), whole(DenseHebbian(P=3), 0.01, 0.0, 1e-9, (float("-inf"),))
    (False, True)
    """
    if load == 0.0:  # no noise
        return True
    gap = 0.56 * noise_slope(network, load, T, C) * C * C  # of `broken_tops`, at T > 0 it is less
    return min(replicons if gap >= RESOLUTION else replicons[:-1], default=0.0) > -SLACK
