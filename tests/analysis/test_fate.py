"""The verdict of where the chains of a run were, of what they forget and how they travel."""

from dataclasses import replace

import numpy as np
import pytest

from glassy import Status
from glassy.analysis.equilibration import LENGTH, MOVES, NOWHERE, WANDERS, Fate, verdict


def test_chains_that_wander_must_do_so_for_longer():
    wandering, held = fate([MOVES] * 2, **FORGETFUL), fate([0, 0])
    assert verdict(Status.STEADY, wandering, WANDERS).ok
    assert verdict(Status.STEADY, replace(wandering, start="both"), WANDERS) is Status.EQUILIBRATED
    for start in ("pattern", "both"):
        assert verdict(Status.STEADY, replace(wandering, start=start), WANDERS - 1) is Status.SHORT_CHAIN
    assert verdict(Status.STEADY, held, LENGTH) is Status.STEADY


def fate(place, began=True, **options):
    """Chains [sample, replica] that forget nothing."""
    place = np.atleast_2d(np.array(place))
    none = np.full(place.shape, np.nan)
    chains = {"share": (place != NOWHERE) * 1.0, "near": none + 1, "far": none + 1, "trips": none, "kept": none}
    chains = {name: np.nan_to_num(x, nan=1.0) if name in ("near", "far") else x for name, x in chains.items()}
    return Fate(
        **{"place": place, **chains, "began": np.full(place.shape, began), "met": none[:, 0], "start": "pattern", **options}
    )


FORGETFUL = {"near": np.full((1, 2), 0.1), "far": np.full((1, 2), 0.05), "share": np.zeros((1, 2))}


@pytest.mark.parametrize(
    ("of", "status", "phase"),
    [
        (fate([0, 0]), "STEADY", "pattern 0"),
        (fate([3, 3]), "STEADY", "pattern 3"),  # all left, to one other pattern
        (fate([0, 3]), "LEFT_PHASE", "patterns"),
        (fate([3, 4]), "LEFT_PHASE", "patterns"),
        (fate([3, 4], began=False), "NOT_EQUILIBRATED", "patterns"),
        (fate([3, NOWHERE], began=False), "NOT_EQUILIBRATED", "patterns"),
        (fate([NOWHERE] * 2, **FORGETFUL), "STEADY", "paramagnet"),
        (fate([NOWHERE] * 2), "NOT_SHOWN", "glass"),  # at no pattern, and none forgets: where is not known
        (fate([MOVES] * 2, **FORGETFUL), "STEADY", "paramagnet"),
        (fate([MOVES] * 2, **{**FORGETFUL, "share": np.ones((1, 2))}), "STEADY", "patterns"),
        (fate([MOVES, 0]), "LEFT_PHASE", "patterns"),
        (fate([0]), "NOT_SHOWN", "pattern 0"),  # alone
        (fate([0, 0], ergodic=False), "NOT_SHOWN", "pattern 0"),
        (fate([0, 0], known=False), "NOT_SHOWN", ""),
        (fate([0, 0], start="both"), "STEADY", "pattern 0"),  # both ends, but no chain forgets
        (fate([NOWHERE] * 2, start="both", **FORGETFUL), "EQUILIBRATED", "paramagnet"),
        (fate([[2, 2], [1, 1]]), "NOT_SHOWN", "patterns"),
    ],
)  # fmt: skip
def test_the_verdict_of_where_the_chains_were(of, status, phase):
    assert (verdict(Status.STEADY, of).name, of.phase) == (status, phase)
    found = verdict(Status.SHORT_CHAIN, of)
    assert not found.ok


@pytest.mark.parametrize(
    ("trips", "kept", "status"),
    [(8.0, 0.1, "EQUILIBRATED"), (3.0, 0.1, "SHORT_CHAIN"), (500.0, 0.8, "NOT_SHOWN"), (0.0, 0.0, "NOT_SHOWN")],
)
def test_a_ladder_must_travel_and_forget(trips, kept, status):
    none = np.full((1, 2), np.nan)
    of = fate([MOVES] * 2, False, near=none, far=none, trips=none * 0 + trips if trips != trips else np.full((1, 2), trips),
              kept=np.full((1, 2), kept), start="random")  # fmt: skip
    assert verdict(Status.STEADY, of).name == status
