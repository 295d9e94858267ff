"""C.2: a user's couplings mean what the dictionary says, in both vartypes, rounded as little as is said."""

import enum
import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glassy import Couplings, InputError, enumerate_states, load, read_couplings, save

VALUES = st.one_of(st.integers(-7, 7), st.floats(-3, 3, allow_nan=False), st.fractions(-2, 2, max_denominator=7))
TERMS = st.dictionaries(st.lists(st.integers(0, 5), max_size=4).map(tuple), VALUES, min_size=1, max_size=12)


def literal(terms, values):
    return sum((Fraction(v) * math.prod(int(values[i]) for i in key) for key, v in terms.items()), Fraction(0))


@settings(max_examples=60)
@given(terms=TERMS, binary=st.booleans())
def test_energies_are_the_sum_of_the_dictionary(terms, binary):
    couplings = Couplings(terms, 6, vartype="BINARY" if binary else "SPIN")
    bound = couplings.rounding * sum(couplings.coupling_counts(6).values())
    for state in (0, 5, 21, 63):
        sigma = 1 - 2 * (state >> np.arange(6) & 1)
        wanted = float(literal(terms, (1 + sigma) // 2 if binary else sigma))
        assert abs(float(couplings.energy(sigma)) - wanted) <= bound + 1e-12 * (1 + abs(wanted))


@given(values=st.lists(st.floats(-1e3, 1e3, allow_nan=False).filter(bool), min_size=1, max_size=20))
def test_rounding_is_at_most_what_is_said(values):
    terms = dict(zip(itertools.combinations(range(7), 3), values, strict=False))
    couplings = Couplings(terms)
    assert couplings.rounding <= 2.0**-41 * max(map(abs, values))
    c = couplings.integers
    kept = {tuple(m): float(c.unit * t.factor * int(v)) for t in c.terms for m, v in zip(t.members, t.values, strict=True)}
    for key, value in terms.items():
        assert abs(kept.get(key, 0.0) - value) <= couplings.rounding * (1 + 1e-9)


def test_integers_and_fractions_with_a_common_unit_are_exact():
    assert Couplings({(0, 1): 0.75, (1, 2): -3, (0,): Fraction(1, 3)}).rounding == 0.0
    assert Couplings({(0, 1): 0.1, (1, 2): 0.2}).rounding < 1e-13


def test_what_is_given_twice_is_added_and_equal_spins_cancel():
    terms = {(0, 1): 1.0, (1, 0): 2.0, (2, 2): 5.0, (0, 0, 1): 1.0, (1,): 1.0}
    couplings = Couplings(terms)
    assert couplings == Couplings({(0, 1): 3.0, (): 5.0, (1,): 2.0, (2,): 0.0}, 3)
    assert couplings != Couplings({(0, 1): 3.0, (): 5.0, (1,): 2.5}, 3)
    assert repr(couplings) == "Couplings(N=3, 1 of 1 spin, 1 of 2 spins)"
    assert Couplings({(0, 0, 1): 2.0}, vartype="BINARY") == Couplings({(0, 1): 2.0}, vartype="BINARY")
    five = Couplings({(0, 0, 1, 1, 2): 1.0})  # five indices, one spin
    assert five == Couplings({2: 1.0}, 3)


def test_other_libraries_terms_are_read():
    class Vartype(enum.Enum):  # as dimod has it
        SPIN, BINARY = frozenset((-1, 1)), frozenset((0, 1))

    class Polynomial(dict):
        vartype = Vartype.BINARY

    terms = {frozenset((0, 1, 2)): 1.0, frozenset((1,)): -0.5, frozenset(): 2.0}
    assert Couplings(Polynomial(terms)) == Couplings(terms, vartype="BINARY") != Couplings(terms)
    with pytest.raises(InputError, match="vartype must be 'BINARY'"):
        Couplings(Polynomial(terms), vartype="SPIN")


def test_arrays_count_every_entry():
    J = np.array([[0.0, 1.0], [1.0, 0.0]])
    assert Couplings(J) == Couplings({(0, 1): 2.0})
    assert Couplings([np.array([0.5, 0.0]), J]) == Couplings({0: 0.5, (0, 1): 2.0})
    assert Couplings(np.triu(J)) == Couplings({(0, 1): 1.0})
    assert Couplings(np.zeros((3, 3))).N == Couplings(np.array([[0, 1, 0], [0, 0, 0], [0, 0, 0]])).N == 3


@pytest.mark.parametrize(("terms", "options", "said"), [
    ({(0, 1, 2, 3, 4): 1.0}, {}, "at most 4 spins"),
    ({(0, 1): math.nan}, {}, "finite number"),
    ({(0, 1): "1"}, {}, "finite number"),
    ({(0, -1): 1.0}, {}, "a spin of the term"),
    ({("a", "b"): 1.0}, {}, "a spin of the term"),
    ({(0, 5): 1.0}, {"N": 4}, r"numbered 0 .. N - 1 = 3, got 5"),
    ({(0, 1): 1.0}, {"vartype": "spin"}, "one of 'SPIN', 'BINARY'"),
    (np.ones((2, 3)), {}, r"shape \(N,\) \* order"),
    (3.0, {}, r"shape \(N,\) \* order"),
    ([np.ones(2), np.ones((3, 3))], {}, "must have one N"),
    ({(0, 1): 1e155}, {}, "less than 1e150"),
    ({(0, 1): 2**2000}, {}, "less than 1e150"),
    ({(): 1e300, (0, 1): 1.0}, {}, "less than 1e150"),
    ({(0, 10**30): 1.0}, {}, "a spin of the term"),
])  # fmt: skip
def test_other_terms_are_refused(terms, options, said):
    with pytest.raises(InputError, match=said):
        Couplings(terms, **options)


def test_they_are_saved(tmp_path):
    couplings = Couplings({(0, 1, 2, 3): 0.3, (1,): -1, (): 2.5})
    exact = enumerate_states(couplings, T=1.0)
    save(exact, tmp_path / "exact.npz")
    again = load(tmp_path / "exact.npz").network
    assert again == couplings
    assert again.rounding == couplings.rounding
    assert float(again.energy([1, 1, 1, 1])) == float(couplings.energy([1, 1, 1, 1]))


def test_text_files_are_read_with_the_base_that_is_said(tmp_path):
    path = tmp_path / "xorsat.txt"
    path.write_text("# planted, all up\n1 2 3 -1\n\n2 3 4 -1.5  # comment\n4 0.25\n")
    assert read_couplings(path, base=1) == Couplings({(0, 1, 2): -1, (1, 2, 3): -1.5, (3,): 0.25})
    assert read_couplings(path, base=0).N == 5
    assert read_couplings(path, base=1, energy=-2.25).N == 4
    assert read_couplings(path, base=1, energy=-0.75, spins=[1, -1, 1, -1]).N == 4  # 1 - 1.5 - 0.25
    with pytest.raises(InputError, match="must have the energy -3, got -2.25"):
        read_couplings(path, base=1, energy=-3.0)
    path.write_text("0 1 2 -1\n")
    with pytest.raises(InputError, match="line 1 .* below 1"):
        read_couplings(path, base=1)
    assert read_couplings(path, base=0, skip=1, N=7) == Couplings({}, 7)
    for text in ("1 2 1/0\n", "1 2 1e400\n", "99999999999999999999 1 1.0\n"):
        path.write_text(text)
        with pytest.raises(InputError):
            read_couplings(path, base=1)
    for wrong in ({"energy": "x"}, {"spins": [1, 1]}, {"skip": -1}):
        with pytest.raises(InputError):
            read_couplings(path, base=1, **wrong)
    for place in (tmp_path, tmp_path / "nowhere", None):
        with pytest.raises(InputError, match="must be a text file"):
            read_couplings(place, base=1)
    path.write_text("1 2 3 -1\n1 two -1\n")
    with pytest.raises(InputError, match="line 2 .* spins and a value"):
        read_couplings(path, base=1)
