"""Every test and every example closes the figures that it left to pyplot; `--cases N` runs some cases of every test."""

import sys

import pytest


def pytest_addoption(parser):
    """Add --cases."""
    parser.addoption("--cases", type=int, default=0, metavar="N", help="of a test with more cases, N of them, evenly spread")


def pytest_collection_modifyitems(config, items):
    """Leave out what --cases leaves out."""
    most = config.getoption("--cases")
    if most < 1:
        return
    cases: dict[str, list[pytest.Item]] = {}
    for item in items:
        cases.setdefault(item.nodeid.split("[")[0], []).append(item)
    left = {id(item) for of_one in cases.values() for item in spread(of_one, most)}
    config.hook.pytest_deselected(items=[item for item in items if id(item) not in left])
    items[:] = [item for item in items if id(item) in left]


def spread(items, most):
    """Return at most so many of the items, the first and the last among them where there is room for two."""
    steps = range(min(most, len(items)))
    return [items[round(step * (len(items) - 1) / max(1, len(steps) - 1))] for step in steps]


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close("all")
