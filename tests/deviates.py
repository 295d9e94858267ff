"""What tests against enumeration share: deviates of Estimates, how large their rms may be, and one set of patterns."""

import math

import numpy as np

PATTERNS = np.random.default_rng(5).choice([-1, 1], (96, 12))
FLUCTUATIONS = ("specific_heat", "susceptibility")


def rms(z):
    return math.sqrt(np.mean(np.square(z)))


def slack(n):
    """Four standard errors of the rms of n normal deviates."""
    return 4.0 / math.sqrt(2.0 * n)


def off_by(e, expected):
    """Deviate of an Estimate, in units of the bound where nothing moved."""
    d = float(e) - expected
    if e.bound:
        return d / e.error
    return e.z(expected) if e.error > 0.0 else math.copysign(math.inf, d) if abs(d) > 1e-12 else 0.0
