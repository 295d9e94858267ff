"""Looks at Ctrl-C that come often."""

import pytest

from glassy.simulation.sampler import run


@pytest.fixture
def short_blocks(monkeypatch):
    """Looks at Ctrl-C every 16 sweeps of 24 spins, also between exchanges every 7 sweeps."""
    monkeypatch.setattr(run, "ATTEMPTS", 16 * 24)
