"""Every model says what it has; what it lacks is refused by one sentence, wherever it is asked for."""

import dataclasses

import numpy as np
import pytest

import glassy
from glassy import Couplings, DenseHebbian, InputError, SeparableMemory, SpinGlass
from glassy.model.family import PARTS, Network, check_network

MODELS = {
    DenseHebbian(P=4): {"patterns", "load", "signal", "stored", "table", "covariance", "glass", "energies"},
    SpinGlass({2: 1.0}): {"load", "covariance", "glass", "couplings", "energies"},
    SeparableMemory([0.0, 1.0, 0.5, 2.0]): {"patterns", "stored", "table", "energies"},
    DenseHebbian(P=4).trained(3, 0.8): {
        "patterns", "load", "signal", "examples", "alone", "table", "covariance", "glass", "energies",
    },
    Couplings({(0, 1): 1.0}): {"couplings", "energies"},
}  # fmt: skip
ASKED = {  # what belongs to a part
    "patterns": (lambda n: n.patterns(0.2, 40),),
    "load": (lambda n: n.load(3, n.N or 40),),
    "signal": (lambda n: n.pattern_energy(0.1), lambda n: n.unloaded_magnetization(0.1), lambda n: n.energy_offset(3, 40)),
    "stored": (lambda n: n.has_stored or check_network(n, "stored"),),
    "glass": (lambda n: n.has_glass or check_network(n, "glass"),),
    "examples": (lambda n: glassy.draw_examples(n, 3, 40, seed=1),),
    "alone": (lambda n: n.one_example,),
    "table": (lambda n: n.energy_table(n.N or 40),),
    "couplings": (
        lambda n: n.couplings(0.1, n.N or 40, np.random.default_rng(1)),
        lambda n: n.coupling_counts(n.N or 40),
    ),
    "energies": (lambda n: n.has_energies or check_network(n, "energies"),),
    "covariance": (lambda n: n.unit_covariance, lambda n: n.covariance(0.5, 0.1)),
}


@pytest.mark.parametrize("network", MODELS, ids=repr)
@pytest.mark.parametrize("part", PARTS)
def test_a_model_has_what_it_says(network, part):
    if part in MODELS[network] and part in ("patterns", "load") and not MODELS[network] > {"patterns", "load"}:
        return  # there is no K of a load to ask for
    if part in MODELS[network]:
        assert check_network(network, part) is network
        for ask in ASKED[part]:
            assert ask(network) is not None
        return
    for ask in (lambda n: check_network(n, part), *ASKED[part]):
        with pytest.raises(InputError, match=r"(network must have|has no load)") as caught:
            ask(network)
        assert repr(network) in str(caught.value)


def test_a_model_without_anything_is_refused_everywhere():
    class Empty(Network):
        def __repr__(self):
            return "Empty()"

    point = {"load": 0.1, "T": 0.2}
    for ask in (
        lambda n: glassy.solve(n, **point), lambda n: glassy.scan(n, **point), lambda n: glassy.phases_at(n, **point),
        lambda n: glassy.spinodal(n, T=0.2), lambda n: glassy.coexistence(n, T=0.2), lambda n: glassy.at_line(n, load=0.1),
        glassy.phase_diagram, glassy.storage_capacity, glassy.spin_glass_temperatures,
        lambda n: glassy.complexity(n, **point), lambda n: glassy.glassiness(n, **point),
        lambda n: glassy.simulate(n, **point, N=20, seed=1), lambda n: glassy.enumerate_states(n, **point, N=10, seed=1),
        lambda n: glassy.Ensemble(n, loads=0.1, sizes=20, temperatures=0.2, seed=1),
    ):  # fmt: skip
        with pytest.raises(InputError, match=r"network must have .*, got Empty\(\)\. "):
            ask(Empty())
        with pytest.raises(
            InputError, match=r"network must be a glassy\.DenseHebbian or another model of glassy, got 3\. Make one"
        ):
            ask(3)


@pytest.mark.parametrize(
    "ask", [glassy.storage_capacity, lambda n: glassy.spinodal(n, T=0.2), lambda n: glassy.at_line(n, load=0.1)]
)
def test_retrieval_needs_a_signal(ask):
    with pytest.raises(InputError, match="network must have patterns that the theory can retrieve, got SpinGlass"):
        ask(SpinGlass({3: 1.0}))


def test_a_fixed_size_and_the_name_of_a_table():
    table = SeparableMemory(np.arange(11.0))
    assert (table.N, DenseHebbian(P=3).N, SpinGlass({2: 1.0}).N) == (10, None, None)
    assert table.identity.startswith("SeparableMemory(N=10) ")
    assert table.identity != SeparableMemory(np.arange(11.0) ** 2).identity
    assert DenseHebbian(P=3).identity == "DenseHebbian(P=3)"
    assert [n.even for n in (DenseHebbian(P=4), DenseHebbian(P=3), SpinGlass({2: 1.0}), SpinGlass({2: 1.0, 3: 1.0}))] == [
        True, False, True, False,
    ]  # fmt: skip


@dataclasses.dataclass(frozen=True)
class Cubic(Network):
    """A model that glassy does not know: the network of P = 3 in its own words."""

    strength: float = 1.0

    has_patterns = has_load = has_signal = has_table = has_covariance = True
    P = 3

    @property
    def unit_covariance(self):
        return DenseHebbian(P=3).unit_covariance

    def patterns(self, load, N):
        return DenseHebbian(P=3).patterns(load, N)

    def load(self, K, N):
        return DenseHebbian(P=3).load(K, N)

    def energy_table(self, N):
        return DenseHebbian(P=3).energy_table(N)

    def unloaded_magnetization(self, T):
        return DenseHebbian(P=3).unloaded_magnetization(T)


def test_a_new_model_touches_no_function():
    new, known = Cubic(), DenseHebbian(P=3)
    for load, T, phase in ((0.1, 0.3, "retrieval"), (1.0, 0.1, "spin_glass"), (0.2, 0.2, "equilibrium")):
        for ansatz in (glassy.RS(), glassy.RSB(1)):
            one, other = (glassy.solve(n, load, T, phase, ansatz) for n in (new, known))
            assert dataclasses.replace(one, network=known) == other
    assert glassy.spinodal(new, T=0.1).load == glassy.spinodal(known, T=0.1).load
    runs = [glassy.simulate(n, load=0.1, T=0.4, N=20, samples=2, sweeps=50, seed=1) for n in (new, known)]
    assert all(np.array_equal(getattr(runs[0].series, x), getattr(runs[1].series, x)) for x in ("m", "energy", "q", "spins"))
    assert runs[0].load == runs[1].load
    assert len({glassy.enumerate_states(n, load=0.2, T=0.4, N=8, seed=1).energy for n in (new, known)}) == 1
