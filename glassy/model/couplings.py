"""Couplings: a user's own couplings of one to four spins, for simulation and enumeration."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import combinations
from numbers import Rational
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from glassy.core import checks
from glassy.core.errors import InputError
from glassy.model.family import Network
from glassy.model.integer_couplings import MOST_SPINS, IntegerCouplings, Term
from glassy.model.separable import grain

VARTYPES = ("SPIN", "BINARY")
REACH = 2**57  # of the integer energies: sixteen of them fit into 64 bits
LARGEST = Fraction(10) ** 150  # of all energies together, whose squares must be floats
MOST = 2**31 - 1  # the last spin
REMEDY = "Give a mapping as {(0, 1): -1.0, (1, 2, 3): 0.5}, or an array of shape (N,) * order."


@dataclass(frozen=True, eq=False)
class Couplings(Network):
    """A network given by its couplings: H = sum of value times product of spins, over sets of at most four spins (C.2).

    Parameters
    ----------
    terms : mapping, array, or sequence of arrays
        {(i, j, ...): value} with spins numbered from 0: tuples, frozensets or single integers, as `dimod`'s BinaryPolynomial
        and the dictionaries of OpenJij's `sample_hubo` have them. () is a constant. Indices in any order; what is given twice
        is added; of two equal spins the product is 1 (of binary variables, one of them). Or an array of shape (N,), (N, N),
        ...: every entry counts, so that a symmetric matrix has each pair twice; a sequence of arrays has several orders.
    N : int, optional
        Number of spins; default: as many as the terms name, or the arrays have.
    vartype : {"SPIN", "BINARY"}, optional
        What the variables of `terms` are: sigma = +-1 (default), or x = (1 + sigma)/2 = 0, 1, which are turned into spins. A
        mapping that has a `vartype` of its own says it itself.

    Raises
    ------
    InputError
        If a term has more than four spins, an index is no integer in 0 .. N - 1, a value is not finite, or all together exceed
        1e150.

    Notes
    -----
    Integers, and all values that have a common unit, are exact. Other values are rounded once, to a power of two at most 2^-40
    of the largest (or such that all energies stay below 2^57 of them): `rounding` is the most that one coupling changed, and
    nothing else is ever rounded. There is no load, no pattern and no theory: `Samples.m` is the magnetization, energies are H/N
    as everywhere, T is in the units of the values.

    Source: docs/explanation/monte-carlo.md, C.2.

    Examples
    --------
    Three spins that cannot all be satisfied, and their ground states:

    >>> import glassy
    >>> triangle = Couplings({(0, 1): 1.0, (1, 2): 1.0, (0, 2): 1.0})
    >>> triangle, float(triangle.energy([1, -1, 1]))
    (Couplings(N=3, 3 of 2 spins), -1.0)
    >>> exact = glassy.enumerate_states(triangle, T=0.0)
    >>> exact.N * exact.free_energy
    -1.0
    """

    integers: IntegerCouplings
    rounding: float

    has_couplings = True

    def __init__(self, terms: Any, N: int | None = None, *, vartype: str | None = None) -> None:
        pairs, least = (terms, 0) if isinstance(terms, Mapping) else _of_arrays(terms)
        found, most = _of_mapping(pairs, _vartype(terms, vartype) == "BINARY")
        most = max(most, least)
        size = checks.integer("N", max(most, 1) if N is None else N, 1, "N counts the spins.")
        if most > size:
            raise InputError(f"spins must be numbered 0 .. N - 1 = {size - 1}, got {most - 1}. Count from 0, or raise N.")
        integers, rounding = _rounded(found, size)
        object.__setattr__(self, "integers", integers)
        object.__setattr__(self, "rounding", rounding)

    def to_tree(self) -> Any:
        """Return what is saved: exact integers and their unit as text."""
        c = self.integers
        terms = tuple((t.order, str(t.factor), t.values, t.listed(c.N)) for t in c.terms)
        return c.N, str(c.unit), str(c.constant), self.rounding, terms

    @classmethod
    def from_tree(cls, tree: Any) -> Couplings:
        """Rebuild it from `to_tree`."""
        N, unit, constant, rounding, terms = tree
        kept = tuple(Term(order, int(factor), values, members) for order, factor, values, members in terms)
        self = cls.__new__(cls)
        object.__setattr__(self, "integers", IntegerCouplings(N, Fraction(unit), kept, Fraction(constant)))
        object.__setattr__(self, "rounding", rounding)
        return self

    def __repr__(self) -> str:
        each = ", ".join(f"{len(t.values)} of {t.order} spin{'s' if t.order > 1 else ''}" for t in self.integers.terms)
        return f"Couplings(N={self.N}, {each or 'no terms'})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Couplings) and self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)

    @cached_property
    def digest(self) -> str:
        """A short name of all couplings: two with the same name are the same."""
        c = self.integers
        found = hashlib.sha256(repr((c.N, c.unit, c.constant, [(t.order, t.factor) for t in c.terms])).encode())
        for t in c.terms:
            found.update(np.ascontiguousarray(t.values).tobytes() + np.ascontiguousarray(t.listed(c.N)).tobytes())
        return found.hexdigest()[:16]

    @property
    def identity(self) -> str:
        """Its name with the digest of its couplings."""
        return f"{self!r} {self.digest}"

    @property
    def N(self) -> int:
        """Number of spins."""
        return self.integers.N

    @property
    def fewest(self) -> int:
        """The fewest spins it may have: as many as it has."""
        return self.N

    @property
    def even(self) -> bool:
        """Whether a global flip of the spins changes no energy: couplings of two and four spins alone."""
        return all(t.order % 2 == 0 for t in self.integers.terms)

    @property
    def short(self) -> bool:
        """Whether 16 bits hold the couplings."""
        return all(np.abs(t.values).max(initial=0) < 2**15 for t in self.integers.terms)

    def size(self, N: object) -> int:
        """Return N as an int, or raise InputError: the couplings fix it."""
        if checks.integer("N", N, 1, "N counts the spins.") != self.N:
            raise InputError(f"N must be {self.N}, that of the couplings, got N={N}. Leave it out, or give N= to Couplings.")
        return self.N

    def coupling_counts(self, N: int) -> dict[int, int]:
        """Return how many couplings there are of each order."""
        return {t.order: len(t.values) for t in self.integers.terms}

    def couplings(self, load: float | None, N: int, generator: np.random.Generator) -> IntegerCouplings:
        """Return the couplings; every sample has the same."""
        return self.integers

    def energy(self, spins: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """Return the total energy of configurations of +-1, shape (..., N), the constant included; per spin it is this over N.

        Examples
        --------
        >>> Couplings({(0, 1): -1.0, (): 0.5}).energy([[1, 1], [1, -1]]).tolist()
        [-0.5, 1.5]
        """
        sigma = checks.array("spins", spins, "Give +-1, shape (..., N).")
        if sigma.ndim == 0 or sigma.shape[-1] != self.N or not np.all(np.abs(sigma) == 1):
            raise InputError(
                f"spins must be +-1 of shape (..., {self.N}), got shape {sigma.shape}. Map x in {{0, 1}} to 2x - 1."
            )
        rows = sigma.reshape(-1, self.N).astype(np.int8)
        c = self.integers
        found = [float(c.constant + c.unit * c.energy(row)) for row in rows]
        return np.array(found).reshape(sigma.shape[:-1])


def read_couplings(
    path: str | Path,
    *,
    base: int,
    N: int | None = None,
    skip: int = 0,
    energy: float | None = None,
    spins: npt.ArrayLike | None = None,
) -> Couplings:
    r"""Read couplings from a text file with one term a line, its spins and then its value: `i j k J`.

    Parameters
    ----------
    path : path
        The file. Empty lines and what follows a # are left out.
    base : {0, 1}
        The number of the first spin; it is never guessed.
    N : int, optional
        Number of spins; default: as many as the terms name.
    skip : int
        Lines at the head that are no terms, as the numbers of spins and terms in some formats. They are not told apart.
    energy : float, optional
        The total energy that the file is said to have, with `spins`: another is an error.
    spins : array (N,) of +-1, optional
        Of which configuration `energy` is, as the planted one; default: all spins up.

    Raises
    ------
    InputError
        If a line is not so, names its line, or the energy is another.

    Examples
    --------
    >>> import os, tempfile, glassy
    >>> name = os.path.join(tempfile.mkdtemp(), "planted.txt")
    >>> with open(name, "w") as f: _ = f.write("# i j k J\n1 2 3 -1\n2 3 4 -1\n")
    >>> read_couplings(name, base=1, energy=-2.0)
    Couplings(N=4, 2 of 3 spins)
    """
    base = checks.integer("base", base, 0, "It is the number of the first spin, 0 or 1.", most=1)
    skip = checks.integer("skip", skip, 0, "It counts lines at the head.")
    if energy is not None:
        energy = checks.number("energy", energy, "It is the total energy that the file is said to have.", least=-math.inf)
    elif spins is not None:
        raise InputError("energy must be given with spins: it is what they are said to have. Give energy=.")
    terms: list[tuple[tuple[int, ...], Fraction]] = []
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError, TypeError) as error:
        raise InputError(f"path must be a text file, got {path!r}: {error}. Name one with a term a line, `i j k J`.") from None
    for n, line in enumerate(text.split("\n"), 1):
        words = line.split("#")[0].split()
        if not words or n <= skip:
            continue
        try:
            spins_of = tuple(int(w) - base for w in words[:-1])
            terms.append((spins_of, Fraction(words[-1])))
        except (ValueError, ZeroDivisionError):
            raise InputError(f"line {n} of {path} must be spins and a value, as `1 2 3 -1.0`, got {line.strip()!r}.") from None
        if min(spins_of, default=0) < 0:
            raise InputError(f"line {n} of {path} has a spin below {base}, got {line.strip()!r}. Is the base 0?")
    found = Couplings(_Pairs(terms), N)
    if energy is not None:
        sigma = np.ones(found.N, np.int8) if spins is None else spins
        has = float(found.energy(sigma))
        bound = found.rounding * sum(found.coupling_counts(found.N).values())
        if not abs(has - energy) <= bound + 1e-9 * max(abs(has), abs(energy)):
            raise InputError(f"{path} must have the energy {energy:.12g}, got {has:.12g}. Is base={base} right, and the sign?")
    return found


class _Pairs(Mapping[Any, Any]):
    """Terms that may name the same spins twice."""

    def __init__(self, pairs: list[tuple[Any, Any]]) -> None:
        self.pairs = pairs

    def __iter__(self) -> Any:
        return iter(key for key, _ in self.pairs)

    def __len__(self) -> int:
        return len(self.pairs)

    def __getitem__(self, key: Any) -> Any:
        return dict(self.pairs)[key]

    def items(self) -> Any:
        """Return all pairs."""
        return self.pairs


def _vartype(terms: Any, vartype: str | None) -> str:
    own = getattr(terms, "vartype", None)
    own = getattr(own, "name", own)
    if vartype is None:
        vartype = own or "SPIN"
    checks.choice("vartype", vartype, VARTYPES)
    if own is not None and own != vartype:
        raise InputError(f"vartype must be {own!r}, which the terms say themselves, got {vartype!r}. Leave it out.")
    return vartype


def _of_mapping(terms: Any, binary: bool) -> tuple[dict[tuple[int, ...], Fraction], int]:
    """Return the terms in spins, by their rising indices, constants at (), and how many spins are named."""
    found: dict[tuple[int, ...], Fraction] = {}
    most = 0
    for key, value in terms.items():
        spins, exact = _spins(key), _value(key, value)
        most = max(most, *(i + 1 for i in spins), 0)
        if binary:
            kept = tuple(sorted(set(spins)))
            _check_few(key, kept)
            for n in range(len(kept) + 1):
                for part in combinations(kept, n):
                    found[part] = found.get(part, Fraction(0)) + exact / 2 ** len(kept)
        else:
            kept = tuple(sorted(i for i in set(spins) if spins.count(i) % 2))
            _check_few(key, kept)
            found[kept] = found.get(kept, Fraction(0)) + exact
    return {key: value for key, value in found.items() if value or not key}, most


def _check_few(key: Any, spins: tuple[int, ...]) -> None:
    if len(spins) > MOST_SPINS:
        raise InputError(f"a term must have at most {MOST_SPINS} spins, got {key!r}. Reduce its order with more spins first.")


def _spins(key: Any) -> tuple[int, ...]:
    members: Iterable[Any] = key if isinstance(key, tuple | list | frozenset | set) else (key,)
    remedy = "Number the spins 0 .. N - 1."
    return tuple(checks.integer(f"a spin of the term {key!r}", i, 0, remedy, most=MOST) for i in members)


def _value(key: Any, value: Any) -> Fraction:
    value = value.item() if isinstance(value, np.generic) else value
    number = isinstance(value, float | Rational) and not isinstance(value, bool)
    if not number or (isinstance(value, float) and not math.isfinite(value)):
        raise InputError(f"the value of the term {key!r} must be a finite number, got {value!r}. Give floats or Fractions.")
    return Fraction(value)


def _of_arrays(terms: Any) -> tuple[_Pairs, int]:
    """Return the entries of arrays as pairs, and how many spins the arrays have."""
    if isinstance(terms, tuple | list) and terms and all(isinstance(a, np.ndarray) for a in terms):
        given = terms
    else:
        given = [checks.array("terms", terms, REMEDY)]
    pairs: list[tuple[Any, Any]] = []
    for array in given:
        if array.ndim == 0 or len(set(array.shape)) > 1 or array.dtype.kind not in "iuf":
            raise InputError(f"terms must be arrays of numbers of shape (N,) * order, got shape {array.shape}. {REMEDY}")
        places = np.argwhere(array)
        pairs += zip(map(tuple, places.tolist()), array[tuple(places.T)].tolist(), strict=True)
    sizes = {array.shape[0] for array in given}
    if len(sizes) > 1:
        raise InputError(f"arrays of terms must have one N, got {sorted(sizes)}. {REMEDY}")
    return _Pairs(pairs), sizes.pop()


def _rounded(found: dict[tuple[int, ...], Fraction], N: int) -> tuple[IntegerCouplings, float]:
    """Return the terms as integers of one unit, and the most that one of them changed."""
    constant = found.get((), Fraction(0))
    terms = {key: value for key, value in found.items() if key}
    total, largest = sum(map(abs, terms.values()), Fraction(0)), max(map(abs, terms.values()), default=Fraction(0))
    if total + abs(constant) > LARGEST:
        raise InputError(
            "values must add up to less than 1e150, so that squares of energies are floats. Divide all of them, and T, by a "
            "power of ten."
        )
    denominators = {value.denominator for value in terms.values()}
    common = 1
    for d in denominators:
        common = math.lcm(common, d)
        if total * common > REACH:
            break
    if total * common <= REACH:
        unit = Fraction(1, common)
    else:
        unit = grain(largest)
        while total > REACH * unit:
            unit *= 2
    integers = {key: round(value / unit) for key, value in terms.items()}
    off = max((abs(integers[key] * unit - value) for key, value in terms.items()), default=Fraction(0))
    kept = []
    for order in range(1, MOST_SPINS + 1):
        of_order = sorted(key for key, value in integers.items() if len(key) == order and value)
        if of_order:
            values = [integers[key] for key in of_order]
            factor = math.gcd(*values)
            members = np.array(of_order, np.int64)
            kept.append(Term(order, factor, np.array([v // factor for v in values], np.int64), members))
    return IntegerCouplings(N, unit, tuple(kept), constant), float(off)
