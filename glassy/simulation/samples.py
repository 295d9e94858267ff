"""Samples: what `simulate` returns."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from glassy.analysis.autocorrelation import Autocorrelation, Binning, autocorrelation, binning
from glassy.analysis.equilibration import MIRROR, MOVES, NOWHERE, Evidence, Fate, gather, judge
from glassy.analysis.fluctuations import binder, fluctuation
from glassy.analysis.overlaps import histograms
from glassy.analysis.statistics import Summary, estimate, estimate_of, summarise
from glassy.core import checks
from glassy.core.cubes import Cube
from glassy.core.drawing import Drawn
from glassy.core.errors import InputError
from glassy.core.provenance import Provenance, provenance
from glassy.core.records import of_errors
from glassy.core.results import Estimate, Status
from glassy.core.storage import Saved
from glassy.model.family import Network, check_network
from glassy.model.patterns import Patterns, check_patterns, pattern_generator
from glassy.model.perturbation import Perturbation
from glassy.simulation.kernels.dynamics import Dynamics, ReplicaExchange, is_ergodic
from glassy.simulation.observables import OBSERVABLES, names
from glassy.simulation.sampler.series import Series

FloatArray = npt.NDArray[np.float64]
CHANCE = 0.01  # share of random spins that count as being at a pattern, where several marks do not tell


@dataclass(frozen=True)
class Samples(Drawn, Saved):
    """Monte Carlo of one network at one state point: series, and averages with their errors.

    Parameters
    ----------
    network, N, K, T, method
        The simulated network and dynamics.
    start : str
        "pattern", "random" or "given".
    start_overlap : float
        Initial overlap with pattern 0 where start is "pattern".
    burn_in, seed
        Arguments of the run.
    patterns_drawn : bool
        Whether the patterns were drawn from the seed (True) or given by the user.
    series : Series
        The raw data.
    provenance : Provenance
        The code that made the samples; where several did (a run that went on), all of them, joined by "and".
    kernel : str
        The kernel that ran the chains ("patterns", "packed", "fields", ...); the numbers do not depend on it.
    perturbation : Perturbation, optional
        What was added to the energy of the network.
    watch : tuple of int
        The patterns whose overlaps are in `series.watched`.
    given_load : float, optional
        The load of a network that has couplings instead of patterns. K is 0 then, and what is said of pattern 0 is of the state
        with all spins up: m is the magnetization. None where K says the load.

    Examples
    --------
    >>> import glassy
    >>> r = glassy.simulate(glassy.DenseHebbian(P=3), load=0.1, T=0.3, N=40, samples=4, sweeps=200, seed=1)
    >>> r.K, r.status.name, r.phase
    (53, 'STEADY', 'pattern 0')
    >>> r.series.m.shape
    (4, 2, 200)
    >>> print(r.m)
    0.9966(16)
    """

    network: Network
    N: int
    K: int
    T: float
    method: Dynamics | ReplicaExchange
    start: str
    start_overlap: float
    burn_in: int
    seed: int
    patterns_drawn: bool
    series: Series
    provenance: Provenance = field(default_factory=provenance, repr=False, compare=False)
    kernel: str = field(default="patterns", compare=False)
    perturbation: Perturbation | None = None
    watch: tuple[int, ...] = ()
    given_load: float | None = None

    unexported = ("series", "given_load")

    def cube(self) -> Cube:
        """Return the series along (sample, replica, sweep), those of q along (sample, pair, sweep), with what was asked.

        Attributes of m, energy, acceptance and q hold the mean with its error and tau_int, and `remarks` where the error is a
        bound or the thermal part alone; other averages are in `records`.
        """
        s, chain = self.series, ("sample", "replica")
        arrays: dict[str, tuple[tuple[str, ...], npt.NDArray[Any]]] = {
            "m": ((*chain, "sweep"), s.m),
            "energy": ((*chain, "sweep"), s.energy),
            "acceptance": ((*chain, "sweep"), s.acceptance),
            "pattern_energy": (("sample",), s.pattern_energy),
            "start_m": (chain, s.start_m),
        }
        first, second = np.triu_indices(self.replicas, 1)
        coords: dict[str, tuple[tuple[str, ...], Any]] = {
            "sample": (("sample",), np.arange(self.samples)),
            "replica": (("replica",), np.arange(self.replicas)),
            "sweep": (("sweep",), np.arange(1, self.sweeps + 1)),
        }
        if self.replicas > 1:
            arrays["q"] = (("sample", "pair", "sweep"), s.q)
            coords |= {"first_replica": (("pair",), first), "second_replica": (("pair",), second)}
        if s.settled is not None:
            arrays["settled"] = (chain, s.settled)
        if s.n is not None and s.n_first is not None:
            arrays |= {"n": ((*chain, "sweep"), s.n), "n_first": ((*chain, "sweep"), s.n_first)}
        if s.watched is not None:
            arrays["watched"] = ((*chain, "pattern", "sweep"), s.watched)
            coords["pattern"] = (("pattern",), np.array(self.watch))
        means = {name: self.mean(name) for name in arrays if name in ("m", "energy", "acceptance", "q", "n", "n_first")}
        notes: dict[str, dict[str, Any]] = {
            name: {"mean": e.value, "error": e.error, "tau_int": e.tau_int or math.nan} for name, e in means.items()
        }
        for name, e in means.items():
            notes[name] |= {"remarks": "; ".join(said)} if (said := of_errors({name: e})) else {}
        asked = ("method", "start", "start_overlap", "burn_in", "seed", "phase", "status")
        state = ("network", "N", "K", *(("load",) if self.network.has_load else ()), "T", "perturbation")
        row = {name: getattr(self, name) for name in (*state, *asked)}
        return Cube(dims=(), shape=(), rows=[row], arrays=arrays, coords=coords, notes=notes)

    @property
    def load(self) -> float:
        """Load of the integer K (H.1), or of the couplings; a SeparableMemory has none."""
        return self.given_load if self.given_load is not None else self.network.load(self.K, self.N)

    @property
    def samples(self) -> int:
        """Number of independent samples of the patterns."""
        return int(self.series.m.shape[0])

    @property
    def replicas(self) -> int:
        """Number of replicas of each sample."""
        return int(self.series.m.shape[1])

    @property
    def sweeps(self) -> int:
        """Number of measured sweeps of each chain."""
        return int(self.series.m.shape[2])

    @property
    def overlaps(self) -> FloatArray:
        """Overlaps q of all pairs of replicas, [sample, pair, time]: the raw material of P(q)."""
        return self.series.q

    @property
    def start_m(self) -> FloatArray:
        """Overlap of the initial spins of every chain with pattern 0, [sample, replica]."""
        return self.series.start_m

    @property
    def final_m(self) -> FloatArray:
        """Overlap of the final spins of every chain with pattern 0, [sample, replica]."""
        return self.series.m[:, :, -1]

    @property
    def settled(self) -> npt.NDArray[np.bool_]:
        """Chains [sample, replica] that ended in a local minimum: no single flip lowers the energy. At T = 0 only."""
        if self.series.settled is None:
            raise InputError(f"settled is known of runs at T = 0, got T={self.T:g}. Run at T=0.0.")
        return self.series.settled

    # ---- averages ----

    # ---- means ----

    @cached_property
    def series_of(self) -> dict[str, FloatArray]:
        """The series [sample, chain, time] of every mean, by name; of q and its kin the chains are the pairs of replicas."""
        return {name: OBSERVABLES[name].series(self.series) for name in self._names}

    @property
    def _names(self) -> tuple[str, ...]:
        return names(self.replicas, examples=self.series.n is not None)

    def summary(self, name: str) -> Summary:
        """Return what is left of the series of a mean when it is averaged."""
        checks.choice("observable", name, tuple(OBSERVABLES))
        if OBSERVABLES[name].examples and self.series.n is None:
            raise InputError(f"{name} is known of networks that learn from examples, got {self.network!r}. Ask for m.")
        if name not in self._summaries:
            pairs = OBSERVABLES[name].pairs
            if pairs:
                self._check_pairs("q is the overlap")
            self._summaries[name] = summarise(self.series_of[name], self.replicas if pairs else 0)
        return self._summaries[name]

    @cached_property
    def _summaries(self) -> dict[str, Summary]:
        return {}

    def mean(self, name: str) -> Estimate:
        """Return the mean of an observable by its name, as "m" or "q2" (`glassy.simulation.observables`)."""
        return estimate_of(self.summary(name), self.quantum(name))

    def quantum(self, name: str) -> float:
        """Return by how much one flip moves the value of a mean at one time; for energies 0 where flips are many."""
        flip = OBSERVABLES[name].flip
        if flip is None:
            return 0.0 if self.series.quantum is None else float(self.series.quantum.max())
        return flip / self.N

    @cached_property
    def m(self) -> Estimate:
        """Mattis magnetization of pattern 0, signed: at even P in a run that changes sign use `m_abs`.

        That of a trained network is the overlap with ground truth 0.
        """
        return self.mean("m")

    @cached_property
    def n(self) -> Estimate:
        """Overlap with an example of ground truth 0, the mean over all of them, in a trained network (L.3)."""
        return self.mean("n")

    @cached_property
    def n_first(self) -> Estimate:
        """Overlap with the first example alone, where start="example" begins."""
        return self.mean("n_first")

    @cached_property
    def m_abs(self) -> Estimate:
        """Mean of |m|."""
        return self.mean("m_abs")

    @cached_property
    def energy(self) -> Estimate:
        """H/N exactly as in H.2 / H.3; at even P > 2 H.3 holds the mean M.3 that the theory leaves out."""
        return self.mean("energy")

    @cached_property
    def energy_excess(self) -> Estimate:
        """[H(sigma) - H(xi^0)]/N: the energy above that of the condensed pattern itself, in the same sample (M.4).

        The scatter of H(xi^0) between samples and its finite-size offset cancel, so near a pattern this is far sharper than
        `energy`, and H.3 needs no shift.
        """
        return self.mean("energy_excess")

    @cached_property
    def acceptance(self) -> Estimate:
        """Fraction of accepted flips."""
        return self.mean("acceptance")

    def _check_pairs(self, what: str) -> None:
        if self.replicas < 2:
            raise InputError(f"{what} of two replicas, but this run has replicas=1. Run with replicas=2 or more.")

    @cached_property
    def q(self) -> Estimate:
        """Mean overlap of two replicas of the same sample: the mean of P(q)."""
        return self.mean("q")

    @cached_property
    def q_abs(self) -> Estimate:
        """Mean of |q|, for states that are known up to a global flip (even P, m = 0)."""
        return self.mean("q_abs")

    @cached_property
    def q2(self) -> Estimate:
        """Mean of q^2."""
        return self.mean("q2")

    # ---- derived quantities: jackknife over samples and over blocks of time ----

    def _fluctuation(self, name: str, power: int) -> Estimate:
        """Return N times the variance of a mean within each sample over T^power, averaged."""
        return fluctuation(self.series_of[name], self.N, self.T, power, self.quantum(name))

    @cached_property
    def specific_heat(self) -> Estimate:
        """Specific heat per spin, N (<e^2> - <e>^2)/T^2 within each sample, averaged; NaN at T = 0, 0 at T = inf.

        The share 2 tau_int/(n replicas) that a run of n sweeps misses is put back.
        """
        return self._fluctuation("energy", 2)

    @cached_property
    def susceptibility(self) -> Estimate:
        """Susceptibility N (<m^2> - <m>^2)/T of m to a field along the pattern, within each sample, averaged; NaN at T = 0.

        `Solution.local_susceptibility` is another: beta (1 - q), the response of a spin to a field on it alone.
        """
        return self._fluctuation("m", 1)

    @cached_property
    def binder_m(self) -> Estimate:
        """Binder cumulant (3 - [<m^4>]/[<m^2>]^2)/2 of the averaged moments: 1 where |m| is sharp, 0 where m is Gaussian.

        What a ratio of few samples (one: of a short run) is off by on average is taken away, to first order, by the jackknife.
        """
        return binder(self.series.m, 0, self.N)

    @cached_property
    def binder_q(self) -> Estimate:
        """Binder cumulant of the overlap of two replicas, as `binder_m`."""
        self._check_pairs("q is the overlap")
        return binder(self.series.q, self.replicas, self.N)

    def overlap_distribution(self, bins: int = 41) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return P(q) averaged over samples, in bins: their centres, density, and its error over the samples (one: thermal).

        `Solution.overlap_distribution` is that of infinitely many spins, in atoms.

        There are about `bins` bins, each of as many of the values q = 1 - 2k/N: q[2] - q[1] wide. Where N + 1 has no divisor
        that gives so many (it may be prime), the two outermost hold fewer: they reach to 1 + 1/N, 2 (1 + 1/N - |q|) wide.

        Examples
        --------
        >>> import glassy
        >>> r = glassy.simulate(glassy.DenseHebbian(P=3), load=0.2, T=0.5, N=20, samples=3, sweeps=100, seed=1)
        >>> q, p, error = r.overlap_distribution(bins=11)
        >>> round(float(p.sum() * (q[1] - q[0])), 12)
        1.0
        """
        self._check_pairs("P(q) is that")
        centres, each, thermal = histograms(self.series.q, self.N, bins)
        error = each.std(axis=0, ddof=1) / math.sqrt(len(each)) if len(each) > 1 else thermal[0]
        return centres, each.mean(axis=0), error

    def overlap_distributions(self, bins: int = 41) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return P(q) of every sample: centres of about `bins` bins, densities [sample, bin], and their thermal errors.

        The bins are those of `overlap_distribution`.

        Examples
        --------
        >>> import glassy
        >>> r = glassy.simulate(glassy.DenseHebbian(P=3), load=0.2, T=0.5, N=20, samples=3, sweeps=100, seed=1)
        >>> q, p, error = r.overlap_distributions(bins=11)
        >>> p.shape, np.allclose(p.mean(axis=0), r.overlap_distribution(bins=11)[1])
        ((3, 7), True)
        """
        self._check_pairs("P(q) is that")
        return histograms(self.series.q, self.N, bins)

    def plot_overlaps(self, *args: Any, **options: Any) -> Any:
        """Draw P(q), with the errors of its bins.

        Parameters
        ----------
        *args, **options
            Those of `glassy.plots.overlaps`, `ax` and `path` among them.

        Returns
        -------
        Axes

        Examples
        --------
        >>> import glassy
        >>> r = glassy.simulate(glassy.DenseHebbian(P=3), load=0.2, T=0.5, N=20, samples=3, sweeps=100, seed=1)
        >>> r.plot_overlaps(bins=11).get_ylabel()
        'P(q)'
        """
        return self.draw("plot_overlaps", *args, **options)

    # ---- other patterns ----

    def m_of(self, pattern: int) -> Estimate:
        """Return the Mattis magnetization of a pattern that was watched, or of pattern 0.

        Examples
        --------
        >>> import glassy
        >>> r = glassy.simulate(glassy.DenseHebbian(P=3), load=0.1, T=0.3, N=30, samples=4, sweeps=200, seed=7, watch=(3,))
        >>> r.m_of(0) == r.m, abs(r.m_of(3)) < 0.3
        (True, True)
        """
        if pattern in self.watch and self.series.watched is not None:
            return estimate(self.series.watched[:, :, self.watch.index(pattern)])
        if pattern == 0:
            return self.m
        raise InputError(
            f"pattern must be one of those watched, {(0, *self.watch)}, got {pattern!r}. Run with watch=({pattern!r},)."
        )

    def _patterns(self, patterns: npt.ArrayLike | None) -> Iterator[Patterns]:
        check_network(self.network, "patterns")
        if self.patterns_drawn:
            if patterns is not None:
                raise InputError("patterns must be left out: those of this run were drawn from its seed, and are drawn again.")
            for k in range(self.samples):
                yield Patterns.drawn(pattern_generator(self.seed, self.N, self.K, k), self.K, self.N)
            return
        if patterns is None:
            raise InputError(
                "patterns must be given again: those of this run were given, and are not kept. Give the same array."
            )
        array = checks.array("patterns", patterns, "Give those of the run.")
        sets = [check_patterns(x, self.N) for x in (array if array.ndim == 3 else array[None])]
        if len(sets) != self.samples or sets[0].shape != (self.K, self.N):
            shape = (self.K, self.N) if self.samples == 1 else (self.samples, self.K, self.N)
            raise InputError(f"patterns must be those of the run, of shape {shape}, got {array.shape}. Give the same array.")
        for k, xi in enumerate(sets):
            if not np.array_equal(self.series.spins[k] @ xi[0].astype(np.int64), np.rint(self.N * self.final_m[k])):
                raise InputError("patterns must be those of the run, but m of pattern 0 is another. Give the same array.")
            yield Patterns.of(xi.T)

    def pattern_overlaps(self, patterns: npt.ArrayLike | None = None) -> FloatArray:
        """Return the overlap m of the final spins of every chain with every pattern, [sample, replica, pattern].

        Parameters
        ----------
        patterns : array (K, N), optional
            The patterns, if they were given to the run; drawn ones are drawn again.

        Raises
        ------
        InputError
            If given patterns are missing or of another shape, or drawn ones are given.

        Examples
        --------
        >>> import glassy
        >>> r = glassy.simulate(glassy.DenseHebbian(P=3), load=0.1, T=0.3, N=30, samples=4, sweeps=200, seed=7)
        >>> m = r.pattern_overlaps()
        >>> m.shape, np.array_equal(m[:, :, 0], r.final_m)
        ((4, 2, 30), True)
        """
        return np.array(
            [
                [(self.N - 2.0 * found.misaligned(sigma)) / self.N for sigma in row]
                for found, row in zip(self._patterns(patterns), self.series.spins, strict=True)
            ]
        )

    def largest_overlaps(
        self, n: int | None = None, patterns: npt.ArrayLike | None = None
    ) -> tuple[npt.NDArray[np.int64], FloatArray]:
        """Return the n patterns nearest to the final spins of every chain: index and m [sample, replica, n], largest |m| first.

        It says where a chain went that lost its pattern: to another one, to a mixture, or to none, where the largest of K
        random overlaps is about sqrt(2 ln(K)/N).

        Parameters
        ----------
        n : int, optional
            How many, 1 .. K; default 5, or all K where there are fewer.
        patterns : array (K, N), optional
            As in `pattern_overlaps`.

        Examples
        --------
        >>> import glassy
        >>> r = glassy.simulate(glassy.DenseHebbian(P=3), load=0.1, T=0.3, N=30, samples=4, sweeps=200, seed=7)
        >>> index, m = r.largest_overlaps(2)
        >>> index[:, :, 0].ravel().tolist(), bool(np.all(np.abs(m[:, :, 0]) > np.abs(m[:, :, 1])))
        ([0, 0, 0, 0, 0, 0, 0, 0], True)
        """
        n = min(5, self.K) if n is None else checks.integer("n", n, 1, "It counts patterns.", most=self.K)
        m = self.pattern_overlaps(patterns)
        index = np.argsort(-np.abs(m), axis=-1, kind="stable")[..., :n]
        return index, np.take_along_axis(m, index, axis=-1)

    # ---- autocorrelation ----

    def _watched(self, observable: str) -> FloatArray:
        """Return the series of m, energy or q, [sample, chain, time]; the pairs of a sample as one chain."""
        name = checks.choice("observable", observable, names(2, trend=True))
        if name != "q":
            return self.series.m if name == "m" else self.series.energy
        self._check_pairs("q is the overlap")
        return np.asarray(self.series.q.mean(axis=1, keepdims=True))

    def autocorrelation(self, observable: str = "energy", lags: Sequence[int] | None = None) -> Autocorrelation:
        """Return rho(t) of "energy", "m" or "q" with its errors (M.10); by default at the lags up to the window of tau_int.

        Examples
        --------
        >>> import glassy
        >>> r = glassy.simulate(glassy.DenseHebbian(P=3), load=0.1, T=0.3, N=30, samples=4, sweeps=400, seed=7)
        >>> a = r.autocorrelation("energy")
        >>> float(a.rho[0]), a.tau_int == r.energy.tau_int
        (1.0, True)
        """
        return autocorrelation(self._watched(observable), observable, lags).placed(self)

    def binning(self, observable: str = "energy") -> Binning:
        """Return the thermal error of "energy", "m" or "q" against the width of bins: an independent check of tau_int (M.10).

        Examples
        --------
        >>> import glassy
        >>> r = glassy.simulate(glassy.DenseHebbian(P=3), load=0.1, T=0.3, N=30, samples=4, sweeps=400, seed=7)
        >>> abs(r.binning("energy").tau_int / r.energy.tau_int - 1.0) < 0.4
        True
        """
        return binning(self._watched(observable), observable).placed(self)

    def plot_autocorrelation(self, *args: Any, **options: Any) -> Any:
        """Draw rho(t) of observables, by default "energy" and "m", with its errors and window (M.10).

        Parameters
        ----------
        *args, **options
            Those of `glassy.plots.autocorrelation`, `ax` and `path` among them.

        Returns
        -------
        Axes

        Examples
        --------
        >>> import glassy
        >>> r = glassy.simulate(glassy.DenseHebbian(P=3), load=0.1, T=0.3, N=30, samples=4, sweeps=400, seed=7)
        >>> r.plot_autocorrelation("energy").get_xlabel()
        'lag t in sweeps'
        """
        return self.draw("plot_autocorrelation", *args, **options)

    # ---- what became of the run ----

    @property
    def least_overlap(self) -> float:
        """Overlap from which a chain counts as being at a pattern.

        The largest of min(0.3, 4/sqrt(N)); of 0.4 times the m at load 0, m = tanh((P/2) m^(P-1)/T), since at low T a lost
        pattern leaves m of 0.2 to 0.3 behind, however large N is; and of sqrt(2 ln(K)/N), the largest of K random overlaps.
        """
        return self.network.least_overlap(self.N, self.K, self.T)

    @cached_property
    def places(self) -> npt.NDArray[np.int64]:
        """The pattern at which each chain was at every mark, -1 for none: [sample, replica, mark] (see `Series.near`)."""
        if self.series.near is None or self.series.near_m is None:
            raise InputError("this run is one of an older version, which did not note where its chains were. Run it again.")
        m = np.abs(self.series.near_m) if self.network.even else self.series.near_m
        return np.where(m >= self.least_overlap, self.series.near, NOWHERE)

    @property
    def phase(self) -> str:
        """Where the chains were: "pattern 0", another pattern, "patterns", "glass" or "paramagnet"; "" if it was not noted.

        At even P also "mirror of pattern 0", or of another: all spins flipped.
        "patterns": at several, or between them. "glass" and "paramagnet": at none, and the spins keep more, or less, than half
        of their overlap with themselves (in a ladder: with another replica). A finite network has no sharp border there.
        """
        return self.fate.phase

    @cached_property
    def from_pattern(self) -> npt.NDArray[np.bool_]:
        """Chains [sample, replica] that began at the pattern: m >= 1/2 (even P: |m|) of spins that were not drawn at random."""
        drawn = {"random": slice(0, None), "both": slice(1, None, 2)}.get(self.start, slice(0, 0))
        found = (np.abs(self.series.start_m) if self.network.even else self.series.start_m) >= 0.5
        found[:, drawn if self.network.has_patterns else slice(0, None)] = False
        return np.asarray(found)

    @cached_property
    def escaped(self) -> npt.NDArray[np.bool_]:
        """Chains [sample, replica] that began at pattern 0 and are not at it at the end: m is small, or another is nearer."""
        if self.series.near is None:
            tail = np.abs(self.series.m[..., -max(self.sweeps // 10, 1) :]).mean(axis=-1)
            return np.asarray(self.from_pattern & (tail < self.least_overlap))
        return np.asarray(self.from_pattern & (self.places[..., -1] != 0))

    @cached_property
    def frozen(self) -> npt.NDArray[np.bool_]:
        """Chains [sample, replica] whose energy stood still over the second half (m may move where flips are free)."""
        if self.sweeps < 2:
            return np.zeros(self.series.energy.shape[:2], np.bool_)
        return np.asarray(np.ptp(self.series.energy[..., self.sweeps // 2 :], axis=-1) == 0.0)

    @property
    def fewest_rejected(self) -> float:
        """Attempts that the chain with the fewest of them rejected."""
        return float((1.0 - self.series.acceptance).sum(axis=-1).min()) * self.N

    @cached_property
    def fate(self) -> Fate:
        """Where the chains were and what they forgot: what a verdict needs beside the means."""
        s, none = self.series, np.full(self.series.m.shape[:2], math.nan)
        known = s.near is not None
        place, share = np.full(none.shape, NOWHERE), np.zeros(none.shape)
        if known and s.near_m is not None:
            at = self.places
            sure = max(self.least_overlap, float(ndtri(1.0 - CHANCE / max(self.K, 1))) / self.N**0.5)
            share = ((np.abs(s.near_m) if self.network.even else s.near_m) >= sure).mean(axis=-1)
            same = np.all(at == at[..., :1], axis=-1) & np.all(np.sign(s.near_m) == np.sign(s.near_m[..., :1]), axis=-1)
            if s.least_m is not None and s.rival_m is not None:
                same &= (s.least_m >= self.least_overlap) & (s.least_m > s.rival_m) | (at[..., 0] < 0)
            here = np.where((at[..., 0] >= 0) & (s.near_m[..., 0] < 0.0), MIRROR - at[..., 0], at[..., 0])
            place = np.where(same, here, np.where(share <= 0.5, NOWHERE, MOVES))
        near, far = none, none
        if s.self_q is not None and s.self_q.shape[-1] > 1:
            lags = s.self_q.shape[-1]
            late = np.arange(lags // 2, lags)
            near, far = s.self_q[..., 0], s.self_q[..., late] @ (lags - late) / float((lags - late).sum())
        trips, kept = (none, none) if s.renewals is None else (s.renewals[..., 0], s.renewals[..., 1])
        return Fate(
            place=place, share=share, near=near, far=far, trips=trips, kept=kept, began=self.from_pattern,
            met=self.summary("q_abs" if self.network.even else "q").mean if self.replicas > 1 else none[:, 0],
            start=self.start, ergodic=is_ergodic(self.method),
            rejected=self.fewest_rejected, known=known,
        )  # fmt: skip

    @cached_property
    def evidence(self) -> Evidence:
        """What speaks for and against the run: where its chains were, log-binned means, tau_int, drift, disagreement."""
        chains = {name: self.replicas if OBSERVABLES[name].pairs else 0 for name in names(self.replicas, trend=True)}
        watched = {name: (self.series_of[name], replicas) for name, replicas in chains.items()}
        return gather(watched, {name: self.summary(name) for name in watched}, self.fate, int(self.frozen.sum())).placed(self)

    @cached_property
    def status(self) -> Status:
        """What the run may claim (M.16), the first of these that holds.

        LEFT_PHASE: of the chains that began at pattern 0 some left it and others did not, or they went to different places.
        NOT_EQUILIBRATED: the chains of a sample are at different patterns, or disagree in a mean, or m, energy or q drifts
        (p < 0.001 each). SHORT_CHAIN: fewer than 50 tau_int (100 where chains wander), than 50 rejected flips, or in a ladder
        than 6 ways of each configuration from this temperature up to the hottest. EQUILIBRATED, of all states: by a ladder
        whose configurations lose their old spins on these ways, or by chains from both ends (start="both") that forget where
        they were. STEADY, of the phase that `phase` names, with two replicas or more: all chains were at the pattern at every
        sweep, or forget where they were, or at no pattern meet each other as closely as their own past, in eight samples or
        more. Else NOT_SHOWN. Metropolis in sequential order never shows more.
        """
        return judge({name: self.summary(name) for name in names(self.replicas, trend=True)}, self.fate)

    def __repr__(self) -> str:
        q = f" q={self.q}" if self.replicas > 1 else ""
        load = f"load={self.load:.6g} " if self.network.has_load else ""
        added = f" {self.perturbation!r}" if self.perturbation else ""
        return (
            f"Samples({self.network!r} N={self.N} K={self.K} {load}T={self.T:g}{added} {self.method!r}: "
            f"m={self.m}{q} energy={self.energy} samples={self.samples} {self.status.name} kernel={self.kernel})"
        )


def check_run(run: Any) -> Samples:
    """Return the run if it is one, or raise InputError."""
    if not isinstance(run, Samples):
        raise InputError(f"run must be a Samples, got a {type(run).__name__}. Take one point of a Ladder or a Grid.")
    return run
