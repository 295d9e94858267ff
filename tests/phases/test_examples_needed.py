"""examples_needed: against the spinodals of all numbers of examples, its limits and the estimate L.4."""

import pytest

import glassy
from glassy import DenseHebbian, InputError, examples_needed

NETWORK, POINT = DenseHebbian(P=3), {"load": 0.2, "T": 0.2}


@pytest.mark.slow
@pytest.mark.parametrize(("quality", "supervised"), [(0.6, False), (0.25, True), (0.55, False)])
def test_every_number_of_examples_is_tried(quality, supervised):
    found = examples_needed(NETWORK, **POINT, quality=quality, supervised=supervised)
    there = [glassy.spinodal(NETWORK.trained(M, quality, supervised), POINT["T"]).load >= POINT["load"] for M in range(1, 41)]
    assert 1 < found.examples < 40
    assert all(there[found.examples - 1 :])
    assert not there[found.examples - 2]
    assert found.saddle == glassy.solve(NETWORK.trained(found.examples, quality, supervised), **POINT)
    at = [
        glassy.solve(NETWORK.trained(M, quality, supervised), **POINT, strict=False)
        for M in (found.crossover, found.crossover - 1)
    ]
    assert at[0].m >= at[0].n
    assert found.crossover == found.examples or at[1].m < at[1].n


@pytest.mark.slow
def test_where_one_example_is_retrieved():
    found = examples_needed(NETWORK, 0.1, 0.2, quality=0.8)
    assert found.examples == 1
    assert found.saddle.n > found.saddle.m
    assert "a single example is retrieved already" in found.reason
    assert found.crossover == 3
    assert examples_needed(NETWORK, 0.1, 0.2, quality=1.0).crossover == 1


def test_where_there_is_none(monkeypatch):
    found = examples_needed(NETWORK, 0.5, 0.2, quality=0.8)
    assert (found.examples, found.crossover, found.saddle) == (None, None, None)
    assert "infinitely many examples" in found.reason
    monkeypatch.setattr("glassy.phases.examples_needed.MOST", 60)
    found = examples_needed(NETWORK, **POINT, quality=0.1)
    assert found.examples is None
    assert "more than 60" in found.reason


@pytest.mark.slow
def test_L4_is_the_estimate_of_the_noise_alone():
    end, P = glassy.spinodal(NETWORK, POINT["T"]).load / POINT["load"], 3
    estimate = {r: (1 - r ** (2 * P)) / (r ** (2 * P) * (end - 1)) for r in (0.6, 0.4)}
    found = {r: examples_needed(NETWORK, **POINT, quality=r).examples for r in estimate}
    assert found == {0.6: 14, 0.4: 205}
    assert estimate == pytest.approx({0.6: 17.8, 0.4: 211.6}, abs=0.1)
    expected = (1 - 0.09) / (0.09 * (end ** (1 / P) - 1))
    assert expected == pytest.approx(34.8, abs=0.1)
    assert examples_needed(NETWORK, **POINT, quality=0.3, supervised=True).examples == 7


@pytest.mark.slow
def test_refused_and_saved(tmp_path):
    for network in (NETWORK.trained(3, 0.8), glassy.SpinGlass({3: 1.0})):
        with pytest.raises(InputError, match="network must be the glassy.DenseHebbian that is to learn"):
            examples_needed(network, 0.1, 0.2, quality=0.8)
    with pytest.raises(InputError, match="quality"):
        examples_needed(NETWORK, 0.1, 0.2, quality=0.0)
    with pytest.raises(InputError, match="load"):
        examples_needed(NETWORK, -0.1, 0.2, quality=0.5)
    found = examples_needed(NETWORK, 0.1, beta=5.0, quality=0.7)
    found.save(tmp_path / "f.npz")
    assert glassy.load(tmp_path / "f.npz") == found
