"""Whether every saddle is found: thousands of seeded calls of `solve` over the whole domain, and what must hold between them.

    python -m benchmarks.fuzz                       the whole of it: benchmarks/fuzz.txt
    python -m benchmarks.fuzz --share 0.05 --out -  a twentieth, printed
    python -m benchmarks.fuzz --only 12345          one call again, with all that is said of it

A call draws a network (dense Hebbian of P = 2 to 200, both interactions; a mixture of one to four orders up to 200, some with a
random field), a load from 1e-12 to 1e12, a temperature from 0 (every fourth) to above every onset, some of them close to one,
a phase and an ansatz. No call may raise anything, and these must hold, each where the saddles exist:

    steps       at m = 0 f does not fall with the number of steps (the largest f is the thermodynamic one)
    slope       -df/dT = s, by a central difference (one call in eight, T > 0)
    load        df/dload = the energy of the noise over the load (one in eight, RS and RSB(1), P > 2)
    winner      phase="equilibrium" is the winner of the phases (one in eight)
    scale       m = 0, P > 2: f/sqrt(load) depends on T/sqrt(load) alone (one in eight)
"""

from __future__ import annotations

import argparse
import math
import sys
import time
import traceback
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

import glassy
from glassy import RS, RSB, DenseHebbian, FullRSB, SpinGlass, Status
from glassy.phases.spin_glass_temperatures import critical_temperature

COUNTS = {"RS": 14000, "RSB(1)": 4200, "RSB(2)": 2100, "RSB(3)": 520, "FullRSB": 110}
STEP = 1e-4


def network_of(rng: np.random.Generator, deep: int) -> glassy.DenseHebbian | glassy.SpinGlass:
    """Return a network; small orders are the usual ones, and the only ones of many steps."""
    orders = [2, 3, 4, 5, 6, 7, 8, 12, 20, 40, 72, 100, 200] if deep < 2 else [2, 3, 4, 5, 6, 8, 12]
    P = int(rng.choice(orders))
    kind = rng.random()
    if kind < 0.4:
        return DenseHebbian(P)
    if kind < 0.6:
        return DenseHebbian(min(P, 40), "self-interacting")
    terms = {int(k): float(10.0 ** rng.uniform(-1.0, 1.0)) for k in rng.choice(orders, size=rng.integers(1, 5))}
    if rng.random() < 0.15:
        terms[1] = float(10.0 ** rng.uniform(-2.0, 0.5))
    return SpinGlass(terms)


@lru_cache(maxsize=512)
def onset(network: Any, load: float) -> float:
    """Return the temperature at which the glass appears, or the scale of the noise where there is a field."""
    if network.unit_covariance.has_field:
        return math.sqrt(load * network.unit_covariance(1.0, 1))
    return critical_temperature(network, load)


def point_of(seed: int, ansatz: str) -> tuple[Any, float, float, str, Any]:
    """Return the arguments of one call."""
    rng = np.random.default_rng([seed, len(ansatz)])
    steps = {"RS": 0, "FullRSB": 9}[ansatz] if ansatz in ("RS", "FullRSB") else int(ansatz[4])
    network = network_of(rng, steps)
    load = float(10.0 ** rng.uniform(-12.0, 12.0)) if rng.random() < 0.3 else float(10.0 ** rng.uniform(-3.0, 1.0))
    T = 0.0
    if rng.random() >= 0.25:
        T_c = onset(network, load)
        where = rng.random()
        if where < 0.3:  # close to the onset
            T = T_c * (1.0 + float(rng.choice([-1.0, 1.0]) * 10.0 ** rng.uniform(-9.0, -1.0)))
        elif where < 0.9:
            T = T_c * float(10.0 ** rng.uniform(-3.0, 0.3))
        else:
            T = T_c * float(10.0 ** rng.uniform(-14.0, 6.0))
    phases = ["retrieval", "spin_glass", "spin_glass", "paramagnetic"] if network.has_signal else ["spin_glass", "paramagnetic"]
    phase = str(rng.choice(phases[:3] if steps else phases))
    chosen = {"RS": RS(), "FullRSB": FullRSB(6)}.get(ansatz) or RSB(steps)
    return network, load, T, phase, chosen


def judge(seed: int, ansatz: str) -> tuple[str, str, list[str], str, float]:
    """Make one call; return its phase, status, what does not hold, the point as text, and the seconds."""
    began = time.perf_counter()
    text = f"seed {seed} {ansatz}"
    try:
        network, load, T, phase, chosen = point_of(seed, ansatz)
        text = f"solve({network!r}, {load!r}, {T!r}, {phase!r}, {chosen!r})  # {seed}"
        s = glassy.solve(network, load, T, phase, chosen, strict=False)
        wrong = _wrong(seed, s) if s.status.ok else []
        return phase, s.status.name, wrong, text, time.perf_counter() - began
    except Exception:
        return "", "RAISED", [traceback.format_exc(limit=-3)], text, time.perf_counter() - began


def _one_branch(up: glassy.Solution, down: glassy.Solution) -> bool:
    """Whether two neighbouring saddles are of one branch: no jump, and the number of states that dominate is alike."""
    close = abs(up.q_EA - down.q_EA) < 0.05 and abs(up.m - down.m) < 0.05
    return up.status.ok and down.status.ok and close and (up.complexity > 0.0) is (down.complexity > 0.0)


def _wrong(seed: int, s: glassy.Solution) -> list[str]:
    network, load, T, phase = s.network, s.load, s.T, s.phase
    unit = max(math.sqrt(2.0 * load * network.unit_covariance(1.0)), 1.0 if network.has_signal and phase == "retrieval" else T)
    wrong = []

    def at(load: float = load, T: float = T, phase: str = phase, ansatz: Any = s.ansatz) -> glassy.Solution:
        return glassy.solve(network, load, T, phase, ansatz, strict=False)

    numbers = (s.m, s.q_EA, float(s.free_energy), float(s.energy), float(s.entropy), s.local_susceptibility, s.residual)
    if not all(math.isfinite(x) for x in numbers):
        wrong.append(f"numbers {numbers}")
    if isinstance(s.ansatz, RSB) and phase == "spin_glass":
        less = at(ansatz=RSB(s.ansatz.k - 1) if s.ansatz.k > 1 else RS())
        if less.status.ok and less.phase == phase and s.free_energy < less.free_energy - 1e-9 * unit:
            wrong.append(f"steps: f falls by {less.free_energy - s.free_energy:.2e}")
    if seed % 8 == 0 and T > 0.0 and not isinstance(s.ansatz, FullRSB):
        up, down = at(T=T * (1.0 + STEP)), at(T=T * (1.0 - STEP))
        if _one_branch(up, down):
            slope = (down.free_energy - up.free_energy) / (2.0 * STEP)  # T s
            curve = abs(up.free_energy + down.free_energy - 2.0 * s.free_energy)
            if abs(slope - T * s.entropy) > 1e-5 * unit + 10.0 * curve + 1e-11 * abs(s.free_energy) / STEP:
                wrong.append(f"slope: T s = {T * s.entropy:.9g}, -T df/dT = {slope:.9g}")
    if seed % 8 == 1 and not isinstance(s.ansatz, FullRSB) and not network.wishart:
        up, down = at(load=load * (1.0 + STEP)), at(load=load * (1.0 - STEP))
        if _one_branch(up, down):
            slope = (up.free_energy - down.free_energy) / (2.0 * STEP)
            noise = 0.5 * (s.energy + 0.5 * s.m**network.P if network.has_signal else s.energy)
            curve = abs(up.free_energy + down.free_energy - 2.0 * s.free_energy)
            if abs(slope - noise) > 1e-5 * unit + 10.0 * curve + 1e-11 * abs(s.free_energy) / STEP:
                wrong.append(f"load: e_noise/2 = {noise:.9g}, load df/dload = {slope:.9g}")
    if seed % 8 == 2 and not isinstance(s.ansatz, FullRSB):
        best = at(phase="equilibrium")
        states = [at(phase=p) for p in ("retrieval", "spin_glass", "paramagnetic")]
        zero = max((x.free_energy for x in states[1:] if x.status.ok), default=math.nan)
        low = min(x for x in (zero, states[0].free_energy if states[0].status.ok else math.nan) if not math.isnan(x))
        if all(x.status is not Status.NOT_CONVERGED for x in states) and abs(best.free_energy - low) > 1e-10 * unit:
            wrong.append(f"winner: {best.free_energy!r} of {[x.free_energy for x in states]}")
    if seed % 8 == 3 and phase != "retrieval" and not network.wishart and not isinstance(s.ansatz, FullRSB):
        other = at(load=100.0 * load, T=10.0 * T)
        off = abs(other.free_energy - 10.0 * s.free_energy)
        if not other.status.ok or off > 1e-10 * unit + 1e-12 * abs(other.free_energy):
            wrong.append(f"scale: {s.free_energy!r}, {other.free_energy!r} at 100 times the load, {other.status.name}")
    return wrong


def _chunk(args: tuple[str, int, int]) -> list[tuple[str, str, str, list[str], str, float]]:
    ansatz, start, stop = args
    return [(ansatz, *judge(seed, ansatz)) for seed in range(start, stop)]


def report(found: list[tuple[str, str, str, list[str], str, float]], seconds: float) -> str:
    """Return the summary: counts, then every call that failed or broke a rule."""
    columns = ("CONVERGED", "COLLAPSED", "LEFT_PHASE", "NOT_CONVERGED")
    lines = [f"{'ansatz':<9} {'calls':>6} " + " ".join(f"{c:>14}" for c in (*columns, "raised", "wrong"))]
    lines.append("-" * len(lines[0]))
    for ansatz in COUNTS:
        mine = [f for f in found if f[0] == ansatz]
        n = Counter(f[2] for f in mine)
        numbers = [*(n[c] for c in columns), n["RAISED"], sum(bool(f[3]) and f[2] != "RAISED" for f in mine)]
        lines.append(f"{ansatz:<9} {len(mine):>6} " + " ".join(f"{x:>14}" for x in numbers))
    lost = [f for f in found if f[2] == "NOT_CONVERGED"]
    share = 100.0 * len(lost) / max(len(found), 1)
    lines += ["", f"{len(found)} calls, {share:.3f} % NOT_CONVERGED; {seconds / 60.0:.0f} minutes"]
    for title, some in (
        ("NOT_CONVERGED", lost),
        ("raised", [f for f in found if f[2] == "RAISED"]),
        ("wrong", [f for f in found if f[3] and f[2] != "RAISED"]),
    ):
        if some:
            lines += ["", title] + [f"  {f[4]}" + "".join(f"\n      {w}" for w in f[3]) for f in some]
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--share", type=float, default=1.0)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--ansatz", choices=list(COUNTS), action="append")
    parser.add_argument("--only", type=int)
    parser.add_argument("--out", default=str(Path(__file__).with_suffix(".txt")))
    args = parser.parse_args()
    if args.only is not None:
        for ansatz in args.ansatz or COUNTS:
            print(judge(args.only, ansatz))
        return
    began = time.perf_counter()
    size = {"RS": 200, "RSB(1)": 50, "RSB(2)": 20, "RSB(3)": 8, "FullRSB": 3}
    work = [
        (ansatz, i, min(i + size[ansatz], round(args.share * n)))
        for ansatz, n in reversed(COUNTS.items())
        if not args.ansatz or ansatz in args.ansatz
        for i in range(0, round(args.share * n), size[ansatz])
    ]
    with ProcessPoolExecutor(args.jobs) as pool:
        found = []
        for rows in pool.map(_chunk, work):
            found += rows
            for row in rows:
                if row[3] or row[2] == "NOT_CONVERGED":
                    print(row[2], row[4], *row[3], sep="\n    ", file=sys.stderr, flush=True)
    text = report(found, time.perf_counter() - began)
    print(text)
    if args.out != "-":
        Path(args.out).write_text(text)


if __name__ == "__main__":
    main()
