"""Whether errors and statuses of the simulation hold, at the settings that users run: thousands of runs against enumeration.

    python -m benchmarks.honesty                  the whole battery into benchmarks/honesty.csv and honesty.txt
    python -m benchmarks.honesty --seeds 40 --only ladder --out /tmp/x     a part of it

Every setting is run from many seeds. z is the normal deviate of (estimate - truth)/error by the Student law that the estimate itself
states. The truth of a run that is EQUILIBRATED is the average over all 2^N states; of one that is STEADY, over the states of the
phase that it names: for a pattern those from which steepest descent ends at it. With one sample the patterns are given; with
several they are drawn, and the truth is the mean over QUENCHED other draws.
"""

from __future__ import annotations

import argparse
import itertools
import math
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

import glassy
from glassy.exact import state_energies

QUENCHED = 1500  # draws of the patterns behind a mean over the disorder
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
    options: dict[str, Any] = field(default_factory=dict)

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

    def run(self, seed: int, **more: Any) -> list[glassy.Samples]:
        """Return the runs of one seed, one for each judged temperature, with the ladder as `more["keep"]`."""
        dynamics = glassy.Metropolis(self.order)
        method = glassy.ReplicaExchange(dynamics) if self.ladder else dynamics
        what = {"patterns": self.patterns(seed)} if self.samples == 1 else {"K": self.K, "N": self.N, "samples": self.samples}
        found = glassy.simulate(
            self.network, T=self.T, seed=seed, replicas=self.replicas, sweeps=self.sweeps, burn_in=self.burn_in, start=self.start,
            method=method, threads=1, progress=False, **what, **self.options, **more,
        )  # fmt: skip
        return found if self.ladder else [found]


def _settings() -> Iterator[Setting]:
    inf = math.inf
    del inf
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
    yield Setting("plain P=3 self K=10 T=0.9 n=2000", 3, 10, 10, 0.9, "self-interacting", sweeps=2000, start="both")
    yield Setting("plain P=2 K=3 T=0.6 n=1000", 2, 10, 3, 0.6)
    yield Setting("plain P=2 K=3 T=1.2 n=1000 both", 2, 10, 3, 1.2, start="both")
    yield Setting("plain P=4 K=20 T=0.4 n=1000", 4, 10, 20, 0.4)
    yield Setting("plain P=4 K=20 T=1.2 n=1000 both", 4, 10, 20, 1.2, start="both")
    yield Setting("plain P=4 self K=20 T=1.2 n=1000", 4, 10, 20, 1.2, "self-interacting")
    yield Setting("sequential P=3 N=6 K=2 T=1", 3, 6, 2, 1.0, replicas=8, sweeps=4000, order="sequential")
    for S in (2, 8, 32):
        yield Setting(f"samples={S} P=3 N=14 K=3 T=0.25 pattern", 3, 14, 3, 0.25, samples=S, sweeps=400)
    for S in (2, 8):
        yield Setting(f"samples={S} ladder 4 P=3 N=10 K=40 n=1500", 3, 10, 40, LADDER_4, sweeps=1500, samples=S, start="random")
    yield Setting("samples=8 P=3 N=14 K=3 T=0.25 one replica", 3, 14, 3, 0.25, samples=8, sweeps=400, replicas=1)
    yield Setting(
        "ladder 16 P=3 N=12 K=96 n=1000", 3, 12, 96, LADDER_16, burn_in=300, start="random", fresh=False, judged=(0, 5, 9, 13)
    )
    yield Setting(
        "ladder 16 P=3 N=12 K=96 n=300", 3, 12, 96, LADDER_16, sweeps=300, start="random", fresh=False, judged=(0, 5, 13)
    )
    yield Setting("ladder 8 P=3 N=12 K=96 n=1000", 3, 12, 96, LADDER_8, start="random", fresh=False, judged=(0, 3, 6))
    yield Setting("ladder 8 P=3 N=12 K=96 n=4000", 3, 12, 96, LADDER_8, sweeps=4000, start="random", fresh=False, judged=(0, 3))
    yield Setting(
        "ladder 8 P=3 N=12 K=96 n=1000, 1 replica", 3, 12, 96, LADDER_8, replicas=1, start="random", fresh=False, judged=(0, 3)
    )
    yield Setting(
        "ladder 8 P=3 N=12 K=96 n=1000, 8 replicas", 3, 12, 96, LADDER_8, replicas=8, start="random", fresh=False, judged=(0, 3)
    )
    yield Setting("ladder 8 P=4 N=10 K=60 n=1000", 4, 10, 60, LADDER_8, start="random", fresh=False, judged=(0, 3))
    yield Setting(
        "ladder 8 P=4 self N=10 K=60 n=1000",
        4,
        10,
        60,
        LADDER_8,
        "self-interacting",
        start="random",
        fresh=False,
        judged=(0, 3),
    )
    yield Setting("ladder 8 P=2 N=12 K=6 n=1000", 2, 12, 6, LADDER_8, start="random", fresh=False, judged=(0, 3))
    yield Setting("ladder 4 P=3 N=10 K=40 n=200", 3, 10, 40, LADDER_4, sweeps=200, start="random", fresh=False, judged=(0, 1))
    yield Setting("ladder 4 P=3 N=10 K=40 n=1000", 3, 10, 40, LADDER_4, start="random", fresh=False, judged=(0, 1))
    yield Setting(
        "ladder cold 5 P=3 N=12 K=96 n=2000", 3, 12, 96, COLD_5, sweeps=2000, start="random", fresh=False, judged=(0, 4)
    )


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
        N = xi.shape[1]
        sigma = 1 - 2 * (np.arange(2**N)[:, None] >> np.arange(N) & 1)
        H = state_energies(network, xi)
        return cls(H, sigma, xi.astype(np.int64) @ sigma.T / N, N, float(H[int(((xi[0] < 0) << np.arange(N)).sum())]) / N)

    def index(self, spins: Any) -> int:
        """Return the index of a state."""
        return int(((spins < 0) << np.arange(self.N)).sum())

    def basin(self, even: bool, pattern: int, sign: int = 1) -> Any:
        """Return which states lead by steepest descent to a minimum at which this pattern is the nearest."""
        states = np.arange(2**self.N)
        others = states[:, None] ^ (1 << np.arange(self.N))
        best = others[states, np.argmin(self.H[others], axis=1)]
        down = np.where(self.H[best] < self.H, best, states)
        while not np.array_equal(again := down[down], down):
            down = again
        near, turned = np.argmax(self.m, axis=0), np.argmin(self.m, axis=0)
        if even:  # of a pattern and the mirror of another one as near the first is named, as in a run
            near = np.where(-self.m.min(axis=0) > self.m.max(axis=0), turned, near)
        return ((near == pattern) & (self.m[pattern] * sign > 0))[down]

    def averages(self, T: float, among: Any = None) -> dict[str, float]:
        """Return Boltzmann averages over all states, or over some."""
        H = self.H - self.H.min()
        w = np.exp(-H / T) * (1.0 if among is None else among)
        Z = float(w.sum())
        w /= Z
        e, m = self.H / self.N, self.m[0]
        found = {
            "m": w @ m, "m_abs": w @ np.abs(m), "energy": w @ e, "energy_excess": w @ e - self.pattern_energy,
            "specific_heat": self.N * (w @ e**2 - (w @ e) ** 2) / T**2,
            "susceptibility": self.N * (w @ m**2 - (w @ m) ** 2) / T,
            "m2": w @ m**2, "m4": w @ m**4,
            "minus_beta_f": (math.log(Z) - float(self.H.min()) / T) / self.N,
        }  # fmt: skip
        spectrum = w.copy()
        h = 1
        while h < len(spectrum):
            x = spectrum.reshape(-1, 2, h)
            spectrum = np.stack([x[:, 0] + x[:, 1], x[:, 0] - x[:, 1]], axis=1).ravel()
            h *= 2
        pair = spectrum**2
        h = 1
        while h < len(pair):
            x = pair.reshape(-1, 2, h)
            pair = np.stack([x[:, 0] + x[:, 1], x[:, 0] - x[:, 1]], axis=1).ravel()
            h *= 2
        pair /= len(pair)
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
def truth(setting: Setting, T: float, phase: str, seed: int) -> dict[str, float]:
    """Return the exact averages of a setting: of all states, or of the phase of a pattern."""
    network = setting.network

    def one(xi: Any) -> dict[str, float]:
        states = States.of(network, xi)
        if not phase.startswith("pattern "):
            return states.averages(T)
        _, k, *sign = phase.split()
        among = states.basin(network.even, int(k), -1 if sign else 1)
        return states.averages(T, among) if among[states.index(xi[0])] or setting.samples == 1 else {}  # {}: it is left at once

    if setting.samples == 1:
        return with_binder(one(setting.patterns(seed)))
    rng = np.random.default_rng(987)
    draws = [one(rng.choice(np.array([-1, 1], np.int8), (setting.K, setting.N))) for _ in range(QUENCHED)]
    draws = [d for d in draws if d]
    return with_binder({k: float(np.mean([d[k] for d in draws])) for k in draws[0]})


Setting.__hash__ = lambda self: hash(self.name)  # type: ignore[method-assign,assignment]


# ---- the runs ----

MEANS = ("m", "m_abs", "energy", "energy_excess")
PAIRS = ("q", "q_abs", "q2")


def measure(setting: Setting, seed: int) -> list[dict[str, Any]]:
    """Return what one seed says: a row for each judged temperature."""
    found, rows = setting.run(seed), []
    free = None
    for i in setting.judged:
        r = found[i]
        status, phase = r.status, r.phase
        where = ""
        if status is glassy.Status.STEADY and phase.startswith("pattern "):
            k = int(phase.split()[1])
            where = phase + (" -" if float(r.series.near_m.mean()) < 0.0 else "") if setting.samples == 1 else f"pattern {k}"
        exact = truth(setting, r.T, where, seed if setting.fresh and setting.samples == 1 else 0)
        names = [*MEANS, *(PAIRS if r.replicas > 1 else ()), "specific_heat", "susceptibility"]
        values = {name: (getattr(r, name), exact[name]) for name in names}
        if setting.ladder and math.isinf(max(setting.T)):
            if free is None:
                import warnings

                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    free = found.minus_beta_f()
            values["minus_beta_f"] = free[i], exact["minus_beta_f"]
        row = {"seed": seed, "T": r.T, "status": status.name, "ok": status.ok, "phase": phase}
        for name, (e, value) in values.items():
            error = float(e.error)
            z = (float(e) - value) / error if e.bound else e.z(value)
            row[name] = (float(e) - value, error, z if error > 0.0 else (0.0 if abs(float(e) - value) < 1e-12 else math.inf))
        rows.append(row)
    return rows


def _chunk(args: tuple[Setting, int, int]) -> list[dict[str, Any]]:
    setting, start, stop = args
    return list(itertools.chain.from_iterable(measure(setting, seed) for seed in range(start, stop)))


# ---- what is said of them ----


def summary(setting: Setting, T: float, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return a line of the table: the worst observable of each figure."""
    good = [r for r in rows if r["ok"]]
    names = [k for k, v in rows[0].items() if isinstance(v, tuple)]
    off = [r for r in rows if any(not abs(r[k][2]) <= 4.0 for k in names)]
    line: dict[str, Any] = {
        "setting": setting.name, "T": T, "runs": len(rows), "good": len(good),
        "equilibrated": sum(r["status"] == "EQUILIBRATED" for r in rows), "off": len(off), "off_good": sum(r["ok"] for r in off),
        "off_energy": sum(not abs(r["energy"][2]) <= 4.0 for r in rows),
    }  # fmt: skip
    if len(good) < 20:
        return line
    figures = []
    for k in names:
        x = np.array([r[k] for r in good])
        z = x[:, 2]
        scatter = float(x[:, 0].std())
        figures.append((float(np.sqrt(np.mean(np.minimum(np.abs(z), 50) ** 2))), float(np.mean(np.abs(z) <= 1)), float(np.mean(np.abs(z) <= 2)),
                        float(np.median(x[:, 1])) / scatter if scatter > 1e-12 else 1.0, k, float(np.mean(np.abs(z) > 4))))  # fmt: skip
    worst = max(figures)
    line |= {"rms": worst[0], "worst": worst[4], "cover1": min(f[1] for f in figures), "cover2": min(f[2] for f in figures),
             "error": max(f[3] for f in figures), "errorof": max(figures, key=lambda f: f[3])[4], "least": min(f[3] for f in figures)}  # fmt: skip
    return line


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=400)
    parser.add_argument("--only", default="")
    parser.add_argument("--out", type=Path, default=HERE)
    args = parser.parse_args()
    lines = []
    with ProcessPoolExecutor(2) as pool:
        for setting in SETTINGS:
            if args.only not in setting.name:
                continue
            begun, step = time.perf_counter(), max(args.seeds // 8, 1)
            jobs = [(setting, a, min(a + step, args.seeds)) for a in range(0, args.seeds, step)]
            rows = list(itertools.chain.from_iterable(pool.map(_chunk, jobs)))
            for T in dict.fromkeys(r["T"] for r in rows):
                line = summary(setting, T, [r for r in rows if r["T"] == T])
                line["seconds"] = time.perf_counter() - begun
                lines.append(line)
                print(
                    f"{line['setting']:<48} T={T:<5g} good {line['good']:>4}/{line['runs']} eq {line['equilibrated']:>4} off {line['off']:>4} ({line['off_good']} good) "
                    + (
                        f"rms {line['rms']:.2f} ({line['worst']}) c1 {line['cover1']:.2f} c2 {line['cover2']:.3f} err {line['least']:.2f}-{line['error']:.2f} ({line['errorof']})"
                        if "rms" in line
                        else ""
                    )
                    + f" {line['seconds']:.0f}s",
                    flush=True,
                )


if __name__ == "__main__":
    main()
