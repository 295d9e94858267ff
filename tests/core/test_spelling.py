"""An ansatz or a method as text is the object of that text, in Python as on the command line; other text is refused by name."""

import pytest

import glassy
from glassy.core.spelling import one_of

NETWORK = glassy.DenseHebbian(P=3)
RUN = {"load": 0.1, "T": 0.3, "N": 12, "samples": 2, "sweeps": 20, "seed": 1}


@pytest.mark.parametrize(
    ("text", "ansatz"),
    [("RS", glassy.RS()), ("rs()", glassy.RS()), (" RSB(1)", glassy.RSB(1)), ("RSB(k=2)", glassy.RSB(2)),
     ("fullrsb", glassy.FullRSB()), ("FullRSB(steps=4)", glassy.FullRSB(4))],
)  # fmt: skip
def test_a_text_is_the_ansatz(text, ansatz):
    assert one_of("ansatz", text, (glassy.RS, glassy.RSB, glassy.FullRSB)) == ansatz


def test_every_call_that_asks_for_an_ansatz_takes_its_text():
    one = glassy.RSB(1)
    for call, where in [
        (glassy.solve, (0.2, 0.3)), (glassy.phases_at, (0.2, 0.3)), (glassy.coexistence, (0.3,)), (glassy.spinodal, (0.3,)),
        (glassy.storage_capacity, ()), (glassy.glassiness, (2.0, 0.5)),
    ]:  # fmt: skip
        assert call(NETWORK, *where, ansatz="RSB(1)") == call(NETWORK, *where, ansatz=one), call
    assert [s.ansatz for s in glassy.scan(NETWORK, [0.1, 0.2], 0.3, ansatz="rsb(1)")] == [one, one]
    assert glassy.phase_diagram(NETWORK, "RS", tolerance=0.1).ansatz == glassy.RS()
    assert glassy.GlassTheory(glassy.DenseHebbian(P=4), 4.0, "RSB(1)").ansatz == one


@pytest.mark.parametrize(
    ("text", "method"), [("glauber", glassy.Glauber()), ("Metropolis('sequential')", glassy.Metropolis("sequential"))]
)
def test_a_text_is_the_method(text, method):
    assert glassy.simulate(NETWORK, **RUN, method=text) == glassy.simulate(NETWORK, **RUN, method=method)
    assert glassy.Ensemble(NETWORK, 0.1, 12, 0.3, seed=1, method=text) == glassy.Ensemble(
        NETWORK, 0.1, 12, 0.3, seed=1, method=method
    )
    assert glassy.ReplicaExchange(dynamics=text).dynamics == glassy.Annealing(1.0, dynamics=text).dynamics == method


def test_arguments_may_be_infinite():
    hot = one_of("method", "Annealing(inf, shape='beta')", (glassy.Annealing,))
    assert hot == glassy.Annealing(float("inf"), shape="beta")


def test_a_ladder_by_its_text():
    ladder = glassy.simulate(NETWORK, **{**RUN, "T": [0.3, 0.6]}, method="ReplicaExchange(every=2)")
    assert isinstance(ladder, glassy.Ladder)
    assert ladder[0].method == glassy.ReplicaExchange(every=2)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("1RSB", r"ansatz must be one of RS, RSB\(k\), FullRSB, got '1RSB'\."),
        ("RSB(k=1,k=2)", r"ansatz must be one of RS, RSB\(k\), FullRSB, got 'RSB\(k=1,k=2\)'\."),
        ("RSB(1)#x", r"ansatz must be one of .*, got 'RSB\(1\)#x'\."),
        ("x" * 10**5, r"ansatz must be one of .{,40}, got 'x{76}\.\.\.\.$"),
        ("(" * 10**5, r"ansatz must be one of "),
        ("RSB", r"ansatz must be written RSB\(k\), got 'RSB'\."),
        ("RSB(0)", r"^k of RSB\(k\) must be an integer >= 1, got 0"),
        ("Metropolis", "ansatz must be one of RS"),
        ("__import__('os')", "ansatz must be one of RS"),
        (1, "ansatz must be one of RS, .*an object of glassy or its text, got 1"),
        (glassy.RS, "got <class"),
    ],
)
def test_other_words_are_refused(words, message):
    with pytest.raises(glassy.InputError, match=message):
        glassy.solve(NETWORK, 0.1, 0.3, ansatz=words)


def test_other_methods_are_refused():
    with pytest.raises(glassy.InputError, match=r"method must be one of Metropolis, Glauber, Annealing\(T_start\), Quench"):
        glassy.simulate(NETWORK, **RUN, method="Wolff")
    with pytest.raises(glassy.InputError, match="dynamics must be one of Metropolis, Glauber, got 'Quench'"):
        glassy.ReplicaExchange(dynamics="Quench")
