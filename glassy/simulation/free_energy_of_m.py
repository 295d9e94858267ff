"""The free energy at a given m as measured: a ladder of fields along the pattern, joined into one curve (J.3)."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import entr, gammaln, logsumexp

from glassy.analysis.equilibration import alarm
from glassy.analysis.jackknife import block_edges, from_left_out, parts_of
from glassy.analysis.reweighting import log_weights
from glassy.analysis.stationarity import disagreement, drift
from glassy.analysis.statistics import summarise
from glassy.core import checks
from glassy.core.drawing import Drawn
from glassy.core.errors import ConvergenceError, InputError
from glassy.core.progress import progress_bar
from glassy.core.records import record
from glassy.core.results import Estimate, Status
from glassy.core.storage import Placed
from glassy.model.family import Network
from glassy.model.perturbation import Perturbation
from glassy.simulation.samples import Samples

FloatArray = npt.NDArray[np.float64]
APART = (
    "the overlaps m of neighbouring fields must overlap from the weakest to the strongest, in every part of the run. Put "
    "fields between, or raise sweeps: see ladder.exchange.acceptance."
)
LEAST = 0.3  # overlap from which on a state is that of the pattern (M.16)
WATCHED = (0.0, 0.25, 0.5, 0.75)  # from each of these overlaps to the next f must not drift, and be that of all replicas
FEWEST = 8  # samples from which the known mean of the noise at the pattern takes scatter away


@dataclass(frozen=True)
class MeasuredFreeEnergyOfM(Drawn, Placed):
    """The curve f(m) of a run, the minimum of the pattern, the barrier beside it and what the pattern wins (J.3).

    Every value is an average over samples of -(T/N) ln of the weight of all states at m; none is left out, and f(1) is exact in
    each sample: it is the energy of the pattern itself. Its mean over the patterns is known, and what it explains of the
    scatter between eight samples or more is taken away, where the patterns are drawn.

    Parameters
    ----------
    N, T : int, float
        Spins and temperature.
    weight : float
        What the energy of the pattern itself is multiplied by; 1 is the network. `at_weight` gives others from the same run.
    m : array [point]
        Overlaps that every sample met, rising, two flips apart.
    each : array [sample, point]
        f(m) of each sample, per spin.
    left : array [sample, part, point]
        The same with parts of the run left out, for the thermal errors (M.15).
    chains, blocks : int
        Replicas of a sample, and blocks of time of each, which make the parts.
    signal : array [point]
        Energy per spin of the pattern alone at weight 1.
    control : array [sample], optional
        Energy per spin of the noise at the pattern, less its mean over all patterns.
    status : Status
        STEADY where f(m) does not drift, replicas agree on it and the run is long, EQUILIBRATED where all its rungs are, too;
        else what speaks against it (M.16).

    Examples
    --------
    >>> import glassy
    >>> fields = [glassy.Perturbation(along=h, pattern_energies={0: 0.0}) for h in (0.0, 0.4, 0.8, 1.4, 2.4, 4.0)]
    >>> how = dict(method=glassy.ReplicaExchange(every=4), samples=8, sweeps=500, seed=1)
    >>> f = glassy.simulate(glassy.DenseHebbian(P=3), 0.1, 0.6, 20, perturbation=fields, **how).free_energy_of_m()
    >>> bool(f.m[-1] == 1.0), f.barrier > 3.0 * f.barrier.error, f.m_minimum > f.m_top
    (True, True, True)
    """

    N: int
    T: float
    weight: float
    m: FloatArray
    each: FloatArray
    left: FloatArray
    chains: int
    blocks: int
    signal: FloatArray
    control: FloatArray | None
    status: Status

    axis = "m"
    unplaced = ("N", "T")
    unexported = ("each", "left", "control", "signal", "chains", "blocks")

    def records(self) -> Iterator[dict[str, Any]]:
        """Yield f(m) at every m, with the barrier and the depth of the curve."""
        whole = {k: v for k, v in record(self).items() if k != "free_energy"}
        for m, f in zip(self.m.tolist(), self.free_energy, strict=True):
            yield whole | {"m": m, "free_energy": f}

    def at_weight(self, weight: float) -> MeasuredFreeEnergyOfM:
        """Return the curve where the pattern's own energy is multiplied by another number: exact, it is a function of m.

        The noise of P > 2 depends on T/sqrt(load) alone: this is then also the curve, in other units, of another load.
        """
        more = (checks.number("weight", weight, "1 is the network.", least=-math.inf) - self.weight) * self.signal
        return replace(self, weight=float(weight), each=self.each + more, left=self.left + more)

    @cached_property
    def free_energy(self) -> tuple[Estimate, ...]:
        """f(m) per spin at every m, with its error."""
        value, left, rest = self._mean(), self._parts(), self._rest()
        parts = parts_of(self.chains, self.blocks)
        return tuple(
            from_left_out(float(value[i]), parts, left[:, i].tolist(), [float(x[i]) for x in rest]) for i in range(len(self.m))
        )

    @cached_property
    def m_minimum(self) -> float | None:
        """Overlap of the minimum of the pattern; None where there is none."""
        found = self._extremes(self._mean())
        return None if found is None else float(self.m[found[1]])

    @cached_property
    def m_top(self) -> float | None:
        """Overlap of the top of the barrier beside it; None where there is none."""
        found = self._extremes(self._mean())
        return None if found is None else float(self.m[found[0]])

    @cached_property
    def barrier(self) -> Estimate:
        """Height of the top above the minimum of the pattern, the largest rise of f on the way out from m = 1; 0 without one.

        Where there is none, its value is what the noise of f rises by, within its error.
        """

        def height(f: FloatArray) -> float:
            found = self._extremes(f)
            return 0.0 if found is None else float(f[found[0]] - f[found[1]])

        return self.of_curve(height)

    @cached_property
    def depth(self) -> Estimate:
        """Free energy of the state beyond the barrier less that of the pattern: positive where the pattern wins.

        Both are of all states on their side of the top, -(T/N) ln of the sum of their weights. At even P the mirror of the
        pattern, from -m_top on, is on neither side.

        Raises
        ------
        InputError
            If there is no barrier between two states.
        """

        def gain(f: FloatArray) -> float:
            top, _ = self._between(f)
            return self._of(f[self._mirror(top) : top]) - self._of(f[top + 1 :])

        return self.of_curve(gain)

    @cached_property
    def m_pattern(self) -> Estimate:
        """Mean overlap of all states on the side of the pattern, which for 1/N -> 0 is that of its minimum.

        Raises
        ------
        InputError
            If there is no barrier between two states.
        """

        def mean(f: FloatArray) -> float:
            top, _ = self._between(f)
            w = np.exp(-(f[top + 1 :] - f[top + 1 :].min()) * self.N / self.T)
            return float(w @ self.m[top + 1 :] / w.sum())

        return self.of_curve(mean)

    @cached_property
    def m_barrier(self) -> Estimate:
        """Mean overlap of the top of the barrier, every m >= 0 below the minimum by 1/weight; for 1/N -> 0 its place.

        Raises
        ------
        InputError
            If there is no barrier between two states.
        """

        def mean(f: FloatArray) -> float:
            top, low = self._between(f)
            part = slice(int(np.searchsorted(self.m, -0.5 / self.N)), low + 1)
            w = np.exp((f[part] - f[top]) * self.N / self.T)
            return float(w @ self.m[part] / w.sum())

        return self.of_curve(mean)

    def above_pattern(self, m: float) -> Estimate:
        """Return f(m) - f(1) at any m between those that were met.

        The entropy of N free spins at m is replaced by that of infinitely many, so that what is left of finite N are powers of
        1/N; without, ln N/N. Between two overlaps what is left of f is a straight line.
        """
        m = checks.number("m", m, f"It is an overlap from {self.m[0]:g} to 1, as met.", least=float(self.m[0]), most=1.0)
        up = self.N * (1.0 + self.m) / 2.0
        own = self.T / self.N * (gammaln(self.N + 1.0) - gammaln(up + 1.0) - gammaln(self.N - up + 1.0))
        free = self.T * float(entr(0.5 * (1.0 + m)) + entr(0.5 * (1.0 - m)))
        return self.of_curve(lambda f: float(np.interp(m, self.m, f + own)) - free - float(f[-1]))

    def of_curve(self, quantity: Callable[[FloatArray], float]) -> Estimate:
        """Return a number that is made of the curve, with its error by the jackknife over samples and parts of the run.

        Parameters
        ----------
        quantity : callable
            Takes f at all `m` and returns a number.
        """
        left, rest = ([quantity(f) for f in curves] for curves in (self._parts(), self._rest()))
        return from_left_out(quantity(self._mean()), parts_of(self.chains, self.blocks), left, rest)

    def _of(self, f: FloatArray) -> float:
        """Return the free energy of all states at some m."""
        low = float(f.min())
        return low - self.T / self.N * math.log(float(np.exp(-(f - low) * self.N / self.T).sum()))

    def _mirror(self, top: int) -> int:
        """Return the number of places at the mirror of the pattern, beyond -m_top; 0 at odd P, where it is no memory."""
        back = self.m < -0.5 / self.N
        even = np.allclose(self.signal[back], np.interp(-self.m[back], self.m, self.signal), rtol=1e-9, atol=1e-12)
        return int(np.searchsorted(self.m, 0.5 / self.N - self.m[top])) if even else 0

    def _between(self, f: FloatArray) -> tuple[int, int]:
        """Return the places of the top and of the minimum of the pattern, or raise InputError where no state is beyond."""
        found = self._extremes(f)
        if found is None or not np.any(self.m[: found[0]] >= 0.0):
            raise InputError(
                f"f(m) needs a minimum on either side of a barrier for this, but at weight {self.weight:g} has none. Give "
                "the pattern more weight, at_weight(), or the network a smaller load."
            )
        return found

    def _extremes(self, f: FloatArray) -> tuple[int, int] | None:
        """Return the places of the top, at m >= 0, and of the minimum of the pattern, at m >= LEAST."""
        first = int(np.searchsorted(self.m, -0.5 / self.N))
        g = f[first:]
        rise = np.where(self.m[first + 1 :] >= LEAST, np.maximum.accumulate(g)[:-1] - g[1:], 0.0)
        if not len(rise) or rise.max() <= 0.0:
            return None
        low = int(rise.argmax()) + 1
        return first + int(g[:low].argmax()), first + low

    def _mean(self, values: FloatArray | None = None, without: int | None = None) -> FloatArray:
        """Return the mean over samples, one of them left out."""
        values = self.each if values is None else values
        kept = np.delete(np.arange(len(values)), [] if without is None else [without])
        mean = values[kept].mean(axis=0)
        if self.control is None or len(self.control) < FEWEST:
            return np.asarray(mean)
        known = self.control[kept]
        about = known - known.mean()
        return np.asarray(mean - known.mean() * (about @ (values[kept] - mean)) / float(about @ about))

    def _parts(self) -> FloatArray:
        """Return the curve with each part of the run left out."""
        return np.array([self._mean(self.left[:, p]) for p in range(self.left.shape[1])])

    def _rest(self) -> list[FloatArray]:
        """Return the curve with each sample left out."""
        return [self._mean(without=s) for s in range(len(self.each))] if len(self.each) > 1 else []

    def __repr__(self) -> str:
        head = f"MeasuredFreeEnergyOfM(N={self.N} T={self.T:g} weight={self.weight:g}"
        if self.m_minimum is None:
            return f"{head}: no minimum at the pattern {self.status.name})"
        where = f"minimum at m={self.m_minimum:.3g}, top at m={self.m_top:.3g}"
        return f"{head}: {where}, barrier {self.barrier} samples={len(self.each)} {self.status.name})"


def joined_curve(points: Sequence[Samples], weight: float, progress: bool | None) -> MeasuredFreeEnergyOfM:
    """Return f(m) from the rungs of a ladder of fields along the pattern; see `Ladder.free_energy_of_m`."""
    rungs, base = _with_fields(points)
    one, fields = rungs[0], [_field(p.perturbation) for p in rungs]
    N, T = one.N, one.T
    own, signal = _own_energy(one.network, base, N)
    chains, sweeps = one.series.m.shape[1:]
    parts = parts_of(chains, len(block_edges(sweeps)))
    each, left, lowest = [], [], -N
    with progress_bar(one.samples, progress, "sample", "f(m)") as bar:
        for s in range(one.samples):
            M = [np.rint(N * p.series.m[s]).astype(np.int64) for p in rungs]
            try:
                whole, kept = log_weights(np.array(fields) / T, M, N, parts)
            except ConvergenceError:
                raise InputError(APART) from None
            met = np.all(np.isfinite(np.vstack([whole, kept])), axis=0)
            _check_met(met, M[0], fields)
            lowest = max(lowest, N - 2 * int(np.argmin(np.append(met, False))) + 2)
            energy = float(one.series.pattern_energy[s]) + fields[0] + weight * signal[0] - own[0]
            shift = weight * signal - own
            each.append(energy + (shift - shift[0]) - T / N * (whole - whole[0]))
            left.append(energy + (shift - shift[0]) - T / N * (kept - kept[:, :1]))
            bar.update()
    there = slice((N - lowest) // 2, None, -1)
    control = None
    if one.patterns_drawn:
        control = one.series.pattern_energy + fields[0] - own[0] - _mean_noise(one.network, base, one.K, N)
    f = MeasuredFreeEnergyOfM(
        N=N, T=T, weight=weight, m=(np.arange(N, -N - 1, -2) / N)[there], each=np.array(each)[:, there],
        left=np.array(left)[..., there], chains=chains, blocks=len(block_edges(sweeps)), signal=signal[there],
        control=control, status=Status.NOT_SHOWN,
    ).placed(one)  # fmt: skip
    return f if chains == 1 else replace(f, status=_status(f, rungs))


def _with_fields(points: Sequence[Samples]) -> tuple[list[Samples], Perturbation]:
    """Return the rungs of the network itself by their fields, and what is added beside these; others serve exchanges alone."""
    base = _base(max(points, key=lambda p: _field(p.perturbation)).perturbation)
    rungs = sorted((p for p in points if _base(p.perturbation) == base), key=lambda p: _field(p.perturbation))
    astray = any(_field(p.perturbation) for p in points if _base(p.perturbation) != base)
    if astray or len({p.T for p in rungs}) > 1 or len(rungs) < 2:
        raise InputError(
            "f(m) needs a ladder at one T whose rungs differ in their field along the pattern and in nothing else; others, on "
            "which chains lose their spins, must have no field. Run with perturbation=[glassy.Perturbation(along=h, "
            "pattern_energies={0: 0.0}) for h in fields], or with glassy.field_rungs(...)."
        )
    return rungs, base


def _status(f: MeasuredFreeEnergyOfM, rungs: Sequence[Samples]) -> Status:
    """Return what the curve may claim (M.16): whether f itself drifts or differs between replicas, and if its rungs are long.

    Each quarter of m is asked for the free energy of all its states; p-values are judged as one of so many. What rungs say of m
    and of the energy is not asked: in a glass replicas stay in valleys that differ in both and have the same f(m).
    """
    parts, length = parts_of(f.chains, f.blocks), min(t.length_over_tau for rung in rungs for t in rung.evidence.trends)
    first, second = len(parts.fine), len(parts.fine) + len(parts.times)
    last, found = second + len(parts.quarters), {"the run": (1.0, length)}
    for start in WATCHED if f.blocks > 1 else ():
        here = (f.m >= start - 0.5 / f.N) & (f.m < start + 0.25)
        if not here.any():
            continue
        whole, left = (-f.T / f.N * logsumexp(-f.N / f.T * x[..., here], axis=-1) for x in (f.each, f.left))
        times, quarters = (_single(whole, left[:, part]) for part in (slice(first, second), slice(second, last)))
        p = drift(summarise(times[:, None])), disagreement(summarise(quarters.reshape(len(quarters), f.chains, -1)))
        found[f"m from {start:g}"] = len(WATCHED) * min(p), length
    shown = all(rung.status is Status.EQUILIBRATED for rung in rungs)
    claimed = alarm(found)
    return Status.EQUILIBRATED if shown and claimed is Status.STEADY else claimed


def _single(whole: FloatArray, left: FloatArray) -> FloatArray:
    """Return the values [sample, part] of single parts, of which the whole is the mean, from those with each left out."""
    n = left.shape[1]
    return np.asarray(n * whole[:, None] - (n - 1) * left)


def _field(added: Perturbation | None) -> float:
    return 0.0 if added is None else added.along


def _base(added: Perturbation | None) -> Perturbation:
    """Return what is added beside the field along the pattern."""
    return Perturbation() if added is None else Perturbation(added.field, added.pattern_energies)


def _own_energy(network: Network, base: Perturbation, N: int) -> tuple[FloatArray, FloatArray]:
    """Return the energy per spin of pattern 0 alone at M = N, N - 2, ..., -N as it was run, and that of the network."""
    signal = np.array(network.energy_table(N).energies, np.float64) / N
    given = dict(base.pattern_energies).get(0, 1.0)
    return np.array(given, np.float64) / N if isinstance(given, tuple) else given * signal, signal


def _mean_noise(network: Network, base: Perturbation, K: int, N: int) -> float:
    """Return the mean, over all patterns, of the energy per spin of the K - 1 others at pattern 0.

    Energies of N and more are walls (`field_rungs`): a run with a sample whose pattern 0 is behind one does not reach m = 1 and
    has no curve, so the mean is over what is before them.
    """
    whole, u = network.energy_table(N).mean, np.arange(N + 1)
    chance = np.exp(gammaln(N + 1.0) - gammaln(u + 1.0) - gammaln(N - u + 1.0) - N * math.log(2.0))
    others = [e for k, e in base.pattern_energies if k]

    @lru_cache(maxsize=4)  # K patterns share few tables
    def mean(table: tuple[float, ...]) -> float:
        energy = np.array(table, np.float64)
        open_ = energy < N
        return float(chance[open_] @ energy[open_] / chance[open_].sum())

    chosen = (mean(e) if isinstance(e, tuple) else e * float(whole) for e in others)
    return ((K - 1 - len(others)) * float(whole) + sum(chosen)) / N


def _check_met(met: npt.NDArray[np.bool_], weakest: npt.NDArray[np.int64], fields: list[float]) -> None:
    """Raise InputError where the overlaps that were met do not reach from the weakest field to the pattern itself."""
    if not met[0]:
        raise InputError(
            f"the ladder must reach the pattern itself, m = 1, in every part of the run, but does not at a field of "
            f"{fields[-1]:g}. Add a stronger field, up to m > 0.99; if the pattern lies behind the wall of another, set walls "
            "at a larger overlap, or take more spins."
        )
    N = len(met) - 1
    if not met[: (N - round(float(weakest.mean()))) // 2 + 1].all():
        raise InputError(APART)
