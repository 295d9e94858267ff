"""Whether errors and statuses of the simulation hold, at the settings that users run: thousands of runs against enumeration.

    python -m benchmarks.honesty                           the whole battery: benchmarks/honesty.csv and honesty.txt
    python -m benchmarks.honesty --seeds 40 --only ladder --out /tmp/x     a part of it, elsewhere
    PYTHONPATH=OLD python benchmarks/honesty.py --out OLD  the same of another version of glassy, in the folder OLD
    python -m benchmarks.honesty --join A/honesty.csv B/honesty.csv --beside honesty_OLD.csv        one table of several parts

Every setting is run from many seeds, 400 by default: an hour and a half on two cores. z is the normal deviate of (estimate
- truth)/error by the Student law that the estimate itself states. The truth of a run that is EQUILIBRATED is the average
over all 2^N states; of one that is STEADY, over the states of chains that never leave the pattern it names, by the
transition matrix. With one sample the patterns are given, and, where not a ladder, other ones for each seed; with several
they are drawn, and the truth is the mean over QUENCHED other draws. A run is truly good if it holds 100 relaxation times:
of its transition matrix, or, in a ladder, 10 ways up of each configuration (a random walk over the rungs relaxes ten times
on each) and 100 tau_int, by a run 100 times as long.
"""

from __future__ import annotations

import argparse
import csv
import itertools
import json
import math
import time
import warnings
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix, diags
from scipy.sparse.linalg import ArpackNoConvergence, LinearOperator, eigsh

import glassy
from glassy.exact import state_energies
from glassy.numerics.hypercube import walsh_hadamard

QUENCHED = 1000  # draws of the patterns behind a mean over the disorder
FEW = 20  # good runs that are worth a figure
RMS, COVER, ERROR = 1.15, 0.93, 1.5  # aims of every setting: rms of z, share within 2, median error over the scatter
HERE = Path(__file__).parent
LADDER_16 = (0.3, 0.34, 0.38, 0.43, 0.48, 0.54, 0.6, 0.68, 0.78, 0.9, 1.05, 1.25, 1.5, 2.0, 4.0, math.inf)
LADDER_8 = (0.3, 0.4, 0.54, 0.75, 1.05, 1.5, 3.0, math.inf)
LADDER_4 = (0.6, 1.0, 2.0, math.inf)
COLD_5 = (0.3, 0.36, 0.43, 0.5, 0.6)


@dataclass(frozen=True)
class Setting:
    """One kind of run: what is simulated, how, and which temperatures of a ladder are judged."""

    name: str
    P: int
    N: int
    K: int
    T: float | tuple[float, ...]
    interactions: str = "distinct"
    samples: int = 1
    replicas: int = 2
    sweeps: int = 1000
    burn_in: int | None = None
    start: str = "pattern"
    order: str = "random"
    judged: tuple[int, ...] = (0,)
    fresh: bool = True  # whether every seed has patterns of its own
    apart: float = 1.0  # largest overlap of pattern 0 with the others, of the draws that count

    @property
    def network(self) -> glassy.DenseHebbian:
        """The network."""
        return glassy.DenseHebbian(self.P, self.interactions)

    @property
    def ladder(self) -> bool:
        """Whether it is a ladder."""
        return isinstance(self.T, tuple)

    @property
    def allows(self) -> bool:
        """Whether a run of this kind could tell, if it were not in equilibrium."""
        return (self.replicas > 1 or self.ladder) and self.order == "random"

    def patterns(self, seed: int) -> np.ndarray[Any, Any]:
        """The patterns of a setting of one sample."""
        rng = np.random.default_rng([seed, self.N] if self.fresh else 5)
        return rng.choice(np.array([-1, 1], np.int8), (self.K, self.N))

    def counts(self, xi: Any) -> bool:
        """Whether a draw of the patterns counts."""
        return bool(np.all(np.abs(xi[1:].astype(int) @ xi[0]) <= self.apart * self.N))

    def seed(self, seed: int) -> int:
        """Return a seed for which all samples count."""
        if self.apart == 1.0:
            return seed
        seed *= 1000
        while not all(self.counts(glassy.draw_patterns(self.K, self.N, seed, k)) for k in range(self.samples)):
            seed += 1
        return seed

    def run(self, seed: int, **more: Any) -> list[glassy.Samples]:
        """Return the runs of one seed, one for each judged temperature, with the ladder as `more["keep"]`."""
        start = self.start if hasattr(glassy.Status, "STEADY") or self.start != "both" else "pattern"  # 0.1.0 knows no "both"
        dynamics = glassy.Metropolis(self.order)
        method = glassy.ReplicaExchange(dynamics) if self.ladder else dynamics
        what = {"patterns": self.patterns(seed)} if self.samples == 1 else {"K": self.K, "N": self.N, "samples": self.samples}
        found = glassy.simulate(
            self.network, T=self.T, seed=seed, replicas=self.replicas, sweeps=more.get("sweeps", self.sweeps),
            burn_in=self.burn_in, start=start, method=method, threads=1, progress=False, **what,
        )  # fmt: skip
        return found if self.ladder else [found]


def _settings() -> Iterator[Setting]:
    for T, K, sweeps in ((0.3, 10, 1000), (0.5, 10, 1000), (0.8, 10, 1000), (1.5, 10, 400), (0.6, 40, 4000), (3.0, 40, 200)):
        yield Setting(f"plain P=3 K={K} T={T} n={sweeps} pattern", 3, 10, K, T, sweeps=sweeps)
    for T, K, sweeps in ((0.3, 10, 1000), (0.5, 10, 1000), (0.8, 10, 1000), (1.5, 10, 1000), (0.8, 40, 4000)):
        yield Setting(f"plain P=3 K={K} T={T} n={sweeps} random", 3, 10, K, T, sweeps=sweeps, start="random")
    for T, K, sweeps in ((0.5, 10, 4000), (0.9, 10, 2000), (1.5, 10, 1000), (1.2, 40, 2000)):
        yield Setting(f"plain P=3 K={K} T={T} n={sweeps} both", 3, 10, K, T, sweeps=sweeps, start="both")
    yield Setting("plain P=3 K=10 T=0.9 n=2000 both, 8 replicas", 3, 10, 10, 0.9, sweeps=2000, start="both", replicas=8)
    yield Setting("plain P=3 K=10 T=1.5 n=1000 one replica", 3, 10, 10, 1.5, replicas=1)
    yield Setting("plain P=3 K=10 T=0.4 n=1000 one replica", 3, 10, 10, 0.4, replicas=1)
    yield Setting("plain P=3 K=10 T=0.8 n=1000 8 replicas", 3, 10, 10, 0.8, replicas=8, start="random")
    for R in (3, 4):
        yield Setting(f"plain P=3 K=40 T=3.0 n=1000 {R} replicas", 3, 10, 40, 3.0, replicas=R)
    yield Setting("plain P=3 self K=10 T=0.9 n=2000", 3, 10, 10, 0.9, "self-interacting", sweeps=2000, start="both")
    yield Setting("plain P=2 K=3 T=0.6 n=1000", 2, 10, 3, 0.6)
    yield Setting("plain P=2 K=3 T=1.2 n=1000 both", 2, 10, 3, 1.2, start="both")
    yield Setting("plain P=4 K=20 T=0.4 n=1000", 4, 10, 20, 0.4)
    yield Setting("plain P=4 K=20 T=1.2 n=1000 both", 4, 10, 20, 1.2, start="both")
    yield Setting("plain P=4 self K=20 T=1.2 n=1000", 4, 10, 20, 1.2, "self-interacting")
    yield Setting("sequential P=3 N=6 K=2 T=1", 3, 6, 2, 1.0, replicas=8, sweeps=4000, order="sequential")
    for S in (2, 8):
        name = f"samples={S} P=3 N=12 K=3 T=0.25 pattern"
        yield Setting(name, 3, 12, 3, 0.25, samples=S, sweeps=400, fresh=False, apart=0.34)
    yield Setting("samples=8 P=3 N=10 K=40 T=3.0 4 replicas", 3, 10, 40, 3.0, samples=8, replicas=4)
    glass = {"P": 3, "N": 10, "K": 40, "T": LADDER_4, "sweeps": 1500, "start": "random", "fresh": False}
    for S in (2, 8, 32):
        yield Setting(f"samples={S} ladder 4 P=3 N=10 K=40 n=1500", samples=S, **glass)
    yield Setting("samples=8 P=3 N=12 K=3 T=0.25 one replica", 3, 12, 3, 0.25, samples=8, sweeps=400, replicas=1)
    three = {"P": 3, "N": 12, "K": 96, "start": "random", "fresh": False}
    yield Setting("ladder 16 P=3 N=12 K=96 n=1000", T=LADDER_16, burn_in=300, judged=(0, 5, 9, 13), **three)
    yield Setting("ladder 16 P=3 N=12 K=96 n=300", T=LADDER_16, sweeps=300, judged=(0, 5, 13), **three)
    yield Setting("ladder 16 P=3 N=12 K=96 n=4000", T=LADDER_16, sweeps=4000, judged=(0, 5), **three)
    yield Setting("ladder 8 P=3 N=12 K=96 n=1000", T=LADDER_8, judged=(0, 3, 6), **three)
    yield Setting("ladder 8 P=3 N=12 K=96 n=4000", T=LADDER_8, sweeps=4000, judged=(0, 3), **three)
    yield Setting("ladder 8 P=3 N=12 K=96 n=1000, 1 replica", T=LADDER_8, replicas=1, judged=(0, 3), **three)
    yield Setting("ladder 8 P=3 N=12 K=96 n=1000, 8 replicas", T=LADDER_8, replicas=8, judged=(0, 3), **three)
    yield Setting("ladder cold 5 P=3 N=12 K=96 n=2000", T=COLD_5, sweeps=2000, judged=(0, 4), **three)
    four = {"P": 4, "N": 10, "K": 60, "start": "random", "fresh": False, "judged": (0, 3)}
    yield Setting("ladder 8 P=4 N=10 K=60 n=1000", T=LADDER_8, **four)
    yield Setting("ladder 8 P=4 self N=10 K=60 n=1000", T=LADDER_8, interactions="self-interacting", **four)
    small = {"P": 3, "N": 10, "K": 40, "T": LADDER_4, "start": "random", "fresh": False, "judged": (0, 1)}
    yield Setting("ladder 4 P=3 N=10 K=40 n=200", sweeps=200, **small)
    yield Setting("ladder 4 P=3 N=10 K=40 n=1000", **small)
    two = {"P": 2, "N": 12, "K": 6, "start": "random", "fresh": False}
    yield Setting("ladder 8 P=2 N=12 K=6 n=1000", T=LADDER_8, judged=(0, 3), **two)


SETTINGS = tuple(_settings())


# ---- the truth ----


@dataclass(frozen=True)
class States:
    """All states of one sample: energies H, signs, overlaps."""

    H: Any
    sigma: Any
    m: Any  # [pattern, state]
    N: int
    pattern_energy: float

    @classmethod
    def of(cls, network: glassy.DenseHebbian, xi: Any) -> States:
        """Return the states of a network with these patterns."""
        N = xi.shape[1]
        sigma = 1 - 2 * (np.arange(2**N)[:, None] >> np.arange(N) & 1)
        H = state_energies(network, xi)
        return cls(H, sigma, xi.astype(np.int64) @ sigma.T / N, N, float(H[int(((xi[0] < 0) << np.arange(N)).sum())]) / N)

    def place(self, even: bool, pattern: int, sign: int, least: float) -> Any:
        """Return the states at a pattern, or at its mirror: their overlap is at least so large, and more than others have."""
        others = self.m[:, int((self.m[pattern] == 1.0).argmax())]
        others = np.abs(others) if even else others
        m = self.m[pattern] * sign
        return (m >= least - 1e-9) & (m > others[others < 1.0].max(initial=-1.0) + 1e-9)

    def step(self, T: float) -> Any:
        """Return the matrix of one attempt of Metropolis in random order, in its symmetric form sqrt(W_ij W_ji)."""
        states = np.arange(2**self.N)
        others = states[:, None] ^ (1 << np.arange(self.N))
        dE = self.H[others] - self.H[:, None]
        both, stay = np.exp(-np.abs(dE) / (2.0 * T)) / self.N, 1.0 - np.exp(-np.maximum(dE, 0.0) / T).sum(axis=1) / self.N
        return csr_matrix((both.ravel(), (np.repeat(states, self.N), others.ravel()))) + diags(stay, format="csr")

    def relaxation(self, T: float) -> float:
        """Return the longest relaxation time of Metropolis in random order, in sweeps."""
        try:
            found = eigsh(self.step(T), k=2, which="LA", return_eigenvectors=False, tol=1e-6, maxiter=100)
        except ArpackNoConvergence:  # eigenvalues that lie too close to 1
            return math.inf
        return 1.0 / max((1.0 - float(found.min())) * self.N, 1e-300)

    def held(self, T: float, place: Any) -> Any:
        """Return the weights of the states of chains of Metropolis that are in `place` after every sweep, for long.

        They are u^2, with u the first eigenvector of the symmetric form of a sweep within the place.
        """
        S = self.step(T)

        def sweep(x: Any) -> Any:
            x = place * x.ravel()
            for _ in range(self.N):
                x = S @ x
            return place * x

        start = place * np.exp(-(self.H - self.H[place].min()) / (2.0 * T))
        _, u = eigsh(LinearOperator(S.shape, matvec=sweep, dtype=float), k=1, which="LA", v0=start, tol=1e-9)
        return u[:, 0] ** 2

    def averages(self, T: float, weights: Any = None) -> dict[str, float]:
        """Return averages over all states, by Boltzmann's weights or by those given."""
        w = np.exp(-(self.H - self.H.min()) / T) if weights is None else weights
        Z = float(w.sum())
        w = w / Z
        e, m = self.H / self.N, self.m[0]
        found = {
            "m": w @ m, "m_abs": w @ np.abs(m), "energy": w @ e, "energy_excess": w @ e - self.pattern_energy,
            "specific_heat": self.N * (w @ e**2 - (w @ e) ** 2) / T**2,
            "susceptibility": self.N * (w @ m**2 - (w @ m) ** 2) / T,
            "m2": w @ m**2, "m4": w @ m**4,
            "minus_beta_f": (math.log(Z) - float(self.H.min()) / T) / self.N,
        }  # fmt: skip
        pair = walsh_hadamard(walsh_hadamard(w) ** 2) / len(w)
        q = self.sigma.sum(axis=1) / self.N
        return {k: float(v) for k, v in found.items()} | {
            "q": float(pair @ q), "q_abs": float(pair @ np.abs(q)), "q2": float(pair @ q**2), "q4": float(pair @ q**4)
        }  # fmt: skip


def with_binder(found: dict[str, float]) -> dict[str, float]:
    """Return averages with the Binder cumulants of their moments."""
    return found | {
        "binder_m": 0.5 * (3.0 - found["m4"] / found["m2"] ** 2), "binder_q": 0.5 * (3.0 - found["q4"] / found["q2"] ** 2)
    }  # fmt: skip


@lru_cache(maxsize=64)
def truth(setting: Setting, T: float, phase: str, seed: int, least: float = 0.0) -> dict[str, float]:
    """Return the exact averages of a setting: of all states, or of the phase of a pattern."""
    network = setting.network

    def one(xi: Any) -> dict[str, float]:
        states = States.of(network, xi)
        if not phase.startswith("pattern "):
            return states.averages(T)
        _, k, *sign = phase.split()
        return states.averages(T, states.held(T, states.place(network.even, int(k), -1 if sign else 1, least)))

    if setting.samples == 1:
        return with_binder(one(setting.patterns(seed)))
    rng = np.random.default_rng(987)
    found = (rng.choice(np.array([-1, 1], np.int8), (setting.K, setting.N)) for _ in range(QUENCHED))
    draws = [one(xi) for xi in found if setting.counts(xi)]
    return with_binder({k: float(np.mean([d[k] for d in draws])) for k in draws[0]})


Setting.__hash__ = lambda self: hash(self.name)  # type: ignore[method-assign,assignment]


# ---- the runs ----

MEANS = ("m", "m_abs", "energy", "energy_excess")
PAIRS = ("q", "q_abs", "q2")


def measure(setting: Setting, seed: int) -> list[dict[str, Any]]:
    """Return what one seed says: a row for each judged temperature."""
    found, rows, free = setting.run(setting.seed(seed)), [], None
    truly: bool | None = None
    if setting.samples == 1 and not setting.ladder and setting.allows:
        tau = States.of(setting.network, setting.patterns(seed)).relaxation(float(setting.T))  # type: ignore[arg-type]
        truly = setting.sweeps >= 100.0 * tau
    for i in setting.judged:
        r = found[i]
        new, where = hasattr(r, "phase"), ""
        phase = r.phase if new else "pattern 0" if setting.start == "pattern" and not r.escaped.any() else ""
        if phase.startswith(("pattern ", "mirror ")) and r.status.name != ("EQUILIBRATED" if new else ""):
            where = phase.removeprefix("mirror of ") + (" -" if phase.startswith("mirror") else "")
        drawn = seed if setting.fresh and setting.samples == 1 else 0
        where, least = (where, r.least_overlap if new else 0.0) if r.status.ok and where else ("", 0.0)
        exact = truth(setting, r.T, where, drawn, least)
        if where and not new:  # it names no phase: that of which it is nearer
            exact = min(exact, truth(setting, r.T, "", drawn), key=lambda x: abs(float(r.energy) - x["energy"]))
        names = [*MEANS, *(PAIRS if r.replicas > 1 else ()), "specific_heat", "susceptibility"]
        values = {name: (getattr(r, name), exact[name]) for name in names}
        if setting.ladder and math.isinf(max(setting.T)):  # type: ignore[arg-type]
            if free is None:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    free = found.minus_beta_f()  # type: ignore[attr-defined]
            values["minus_beta_f"] = free[i], exact["minus_beta_f"]
        row = {"seed": seed, "T": r.T, "status": r.status.name, "ok": r.status.ok, "phase": phase, "truly": truly}
        for name, (e, value) in values.items():
            off, error = float(e) - value, float(e.error)
            z = off / error if error > 0.0 else 0.0 if abs(off) < 1e-12 else math.inf
            if new and e.bound and setting.samples > 1:
                z = 0.0  # it is shown as "-"
            if new and e.bound:
                error = math.nan  # no error to judge
            row[name] = off, error, e.z(value) if new and not e.bound and error > 0.0 else z
        rows.append(row)
    return rows


def _chunk(args: tuple[Setting, int, int]) -> list[dict[str, Any]]:
    setting, start, stop = args
    return list(itertools.chain.from_iterable(measure(setting, seed) for seed in range(start, stop)))


def truly_good(setting: Setting) -> dict[float, bool | None]:
    """Return for each judged temperature of a ladder whether its runs are long enough, by one 100 times as long."""
    if not setting.ladder or setting.samples > 1 or setting.fresh or not hasattr(glassy.Status, "STEADY"):
        return {}
    long = setting.run(10**6, sweeps=100 * setting.sweeps)
    out: dict[float, bool | None] = {}
    for i in setting.judged:
        fate, names = long[i].fate, ("m", "energy", *(("q",) if setting.replicas > 1 else ()))
        ways = float(fate.trips.mean()) / 100.0 * (float(fate.kept.mean()) < 0.3)
        tau = max(long[i].summary(name).integrated_autocorrelation[1] for name in names)
        out[long[i].T] = ways >= 10.0 and setting.sweeps >= 100.0 * tau
    return out


# ---- what is said of them ----


def summary(setting: Setting, T: float, rows: list[dict[str, Any]], truly: bool | None = None) -> dict[str, Any]:
    """Return a line of the table: of each figure that of the worst observable."""
    good = [r for r in rows if r["ok"]]
    names = [k for k, v in rows[0].items() if isinstance(v, tuple)]
    off = [r for r in rows if any(not abs(r[k][2]) <= 4.0 for k in names)]
    real = [r for r in rows if (r["truly"] if truly is None else truly)]
    line: dict[str, Any] = {
        "setting": setting.name, "T": T, "runs": len(rows), "good": len(good),
        "equilibrated": sum(r["status"] == "EQUILIBRATED" for r in rows),
        "off": len(off), "off_good": sum(r["ok"] for r in off), "truly": len(real), "truly_good": sum(r["ok"] for r in real),
    }  # fmt: skip
    if len(good) < FEW:
        return line
    figures = []
    for k in names:
        x = np.array([r[k] for r in good])
        z = np.minimum(np.abs(x[:, 2]), 1e6)
        moved = x[np.isfinite(x[:, 1])]
        scatter = float(x[:, 0].std())
        if 2 * len(moved) < len(x) or scatter < 1e-12:
            error = 1.0
        elif setting.fresh:  # other networks, other errors: in units of each; a fixed network gives the same to 0.05
            error = 1.0 / float((moved[:, 0] / moved[:, 1]).std())
        else:
            error = float(np.median(moved[:, 1])) / scatter
        figures.append((float(np.sqrt(np.mean(z**2))), float(np.mean(z <= 1)), float(np.mean(z <= 2)), error, k))
    worst, widest = max(figures), max(figures, key=lambda f: f[3])
    return line | {
        "rms": worst[0], "rms_of": worst[4], "cover1": min(f[1] for f in figures), "cover2": min(f[2] for f in figures),
        "error": widest[3], "error_of": widest[4],
    }  # fmt: skip


def row_of(x: dict[str, Any], name: str) -> str:
    """Return a line as text."""
    truly = f"{x['truly_good']}/{x['truly']}" if x["truly"] else "-"
    row = f"{name:<46} {x['T']:>5g} {x['runs']:>5} {x['good']:>5} {x['equilibrated']:>5} {truly:>9}"
    row += f" {x['off']:>5} {x['off_good']:>4}"
    if x.get("rms"):
        row += f" {x['rms']:>5.2f} {x['rms_of']:<15} {x['cover1']:>5.2f} {x['cover2']:>6.3f} {x['error']:>5.2f} {x['error_of']}"
    return row


def totals(lines: list[dict[str, Any]], named: bool = True) -> list[str]:
    """Return what is said of all lines together, with the names of those that fall short."""
    runs, good, off, bad, real, shown = (
        sum(x[k] for x in lines) for k in ("runs", "good", "off", "off_good", "truly", "truly_good")
    )
    text = [
        f"{runs} runs, {good} good; of the good {bad} are off by more than 4 in some observable "
        f"({1000 * bad / max(good, 1):.2f} in 1000); of the {off} that are off, {100 * bad / max(off, 1):.2f} in 100 are good"
    ]
    if real:
        text.append(f"of {real} runs that are truly good {shown} have a good status ({100 * shown / real:.0f} %)")
    if judged := [x for x in lines if x.get("rms")]:
        text.append(
            f"largest rms of z {max(x['rms'] for x in judged):.2f}, smallest 2-sigma coverage "
            f"{min(x['cover2'] for x in judged):.3f}, largest median error over scatter {max(x['error'] for x in judged):.2f}"
        )
        short = [f"{x['setting']}, T={x['T']:g}" for x in judged if x["rms"] > RMS or x["cover2"] < COVER or x["error"] > ERROR]
        text.append(f"short of {RMS}, {COVER} or {ERROR}: {len(short)} of {len(judged)} lines with {FEW} good runs or more")
        text += [f"  {x}" for x in (short if named else ())]
    return text


def table(lines: list[dict[str, Any]], others: list[dict[str, Any]] = (), name: str = "") -> str:  # type: ignore[assignment]
    """Return the lines as text, each with that of another version below it, and what the whole battery must meet."""
    names = ("T", "runs", "good", "EQ.", "truly", "off", "good")
    columns = " ".join(f"{k:>{w}}" for k, w in zip(names, (5, 5, 5, 5, 9, 5, 4), strict=True))
    head = f"{'setting':<46} {columns} {'rms z':>21} {'1s':>5} {'2s':>6} {'error':>20}"
    text, other = [head, "-" * len(head)], {(x["setting"], x["T"]): x for x in others}
    for x in lines:
        text.append(row_of(x, x["setting"]))
        if (key := (x["setting"], x["T"])) in other:
            text.append(row_of(other[key], f"    {name}"))
    text += [
        "",
        "truly: good of truly good; off: |z| > 4 in some observable, of all and of good ones; the last columns are of the good",
        "runs, each of the worst observable: rms of z, share within 1 and 2, median error over the scatter of the estimates;",
        f"blank where fewer than {FEW} are good",
        "",
        *totals(lines),
    ]
    if others:
        text += ["", f"{name}:", *totals(others, named=False)]
    return "\n".join(text)


def read(path: Path) -> list[dict[str, Any]]:
    """Return the lines of a file."""
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    words = ("setting", "rms_of", "error_of")
    whole = ("runs", "good", "equilibrated", "off", "off_good", "truly", "truly_good")
    return [{k: v if k in words else int(v) if k in whole else float(v) for k, v in row.items() if v} for row in rows]


def write(lines: list[dict[str, Any]], path: Path) -> None:
    """Write lines to a file."""
    names = dict.fromkeys(k for line in lines for k in line)
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, names, lineterminator="\n")
        writer.writeheader()
        writer.writerows({k: f"{v:.6g}" if isinstance(v, float) else v for k, v in line.items()} for line in lines)


def joined(paths: list[Path]) -> list[dict[str, Any]]:
    """Return the lines of several files, of later ones where two have the same, in the order of the settings."""
    order = {s.name: i for i, s in enumerate(SETTINGS)}
    found = {(x["setting"], x["T"]): x for path in paths for x in read(path) if x["setting"] in order}
    return sorted(found.values(), key=lambda x: (order[x["setting"]], x["T"]))


def main() -> None:
    """Run the battery, or join its parts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=400)
    parser.add_argument("--jobs", type=int, default=2, help="processes")
    parser.add_argument("--only", default="", help="part of a name")
    parser.add_argument("--short", action="store_true", help="without the runs of ladders that are 100 times as long")
    parser.add_argument("--out", type=Path, default=HERE)
    parser.add_argument("--rows", type=Path, help="file that takes every run as a line of JSON")
    parser.add_argument("--join", type=Path, nargs="+", help="run nothing: join these honesty.csv")
    parser.add_argument("--beside", type=Path, help="the honesty.csv of another version, joined by the first word of its name")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    lines: list[dict[str, Any]] = joined(args.join) if args.join else []
    with ProcessPoolExecutor(args.jobs) as pool:
        for setting in SETTINGS:
            if args.join or args.only not in setting.name:
                continue
            begun = time.perf_counter()
            step = max(args.seeds // 8, 1)
            jobs = [(setting, a, min(a + step, args.seeds)) for a in range(0, args.seeds, step)]
            longer = None if args.short else pool.submit(truly_good, setting)
            rows = list(itertools.chain.from_iterable(pool.map(_chunk, jobs)))
            truly = longer.result() if longer else {}
            seconds = (time.perf_counter() - begun) * args.jobs
            if args.rows:
                with args.rows.open("a") as file:
                    file.writelines(json.dumps({"setting": setting.name, **r}) + "\n" for r in rows)
            for T in sorted({r["T"] for r in rows}):
                lines.append(summary(setting, T, [r for r in rows if r["T"] == T], truly.get(T)))
                lines[-1]["seconds"], seconds = round(seconds, 1), 0.0  # of all temperatures: with the first
                print(row_of(lines[-1], setting.name), flush=True)
            write(lines, args.out / "honesty.csv")
    write(lines, args.out / "honesty.csv")
    others, name = (joined([args.beside]), args.beside.stem.partition("_")[2]) if args.beside else ([], "")
    timed = [x["seconds"] for x in lines if "seconds" in x]
    text = f"{table(lines, others, name)}\n\n{sum(timed) / 3600.0:.1f} hours of processes for {len(timed)} of the lines\n"
    (args.out / "honesty.txt").write_text(text)
    print(text)


if __name__ == "__main__":
    main()
