"""RSB hierarchy: what each step of replica symmetry breaking changes in the spin-glass phase, up to full RSB.

data.csv    thermodynamics against T for RS, RSB(1), RSB(2), RSB(3) and full RSB, every status kept
depth.csv   the same against the number of steps at T = 0 and at one low temperature
levels.csv  x(q) of every depth at that temperature
fields.csv  the distribution of local fields at T = 0
"""

from __future__ import annotations

import math
import time
from pathlib import Path
from typing import Any

import numpy as np

from glassy import RS, RSB, DenseHebbian, FullRSB, Solution, plots, solve, spin_glass_temperatures
from glassy.theory.ansatz import Ansatz
from sims.harness import command_line, folder, read, write_theory

LOAD = 1.0  # for distinct interactions another load only rescales T and f by sqrt(load) (P > 2)
NETWORKS = {
    "P2": DenseHebbian(2),
    "P3": DenseHebbian(3),
    "P4": DenseHebbian(4),
    "P4-self-interacting": DenseHebbian(4, "self-interacting"),
}
DEPTH = 8
COLUMNS = (
    "ansatz", "phase", "T", "k", "q_EA", "q_mean", "free_energy", "free_energy_error", "energy", "entropy", "entropy_error",
    "complexity", "replicon", "residual", "status",
)  # fmt: skip
CLAIM = (
    "In the spin-glass phase RS is wrong in every respect: its entropy turns negative, its replicon is negative and its ground "
    "state lies too low. Every step of replica symmetry breaking raises the free energy, and the steps converge to full RSB."
)


def _row(s: Solution, ansatz: Ansatz) -> dict[str, Any]:
    def error(name: str) -> float:  # of the extrapolation in k
        return float(getattr(getattr(s, name), "error", 0.0))

    return {
        "ansatz": repr(ansatz), "phase": s.phase, "T": s.T, "k": len(s.x_levels), "q_EA": s.q_EA, "q_mean": s.q,
        "free_energy": float(s.free_energy), "free_energy_error": error("free_energy"), "energy": float(s.energy),
        "entropy": float(s.entropy), "entropy_error": error("entropy"), "complexity": s.complexity, "replicon": s.replicon,
        "residual": s.residual, "status": s.status.name,
    }  # fmt: skip


def temperatures(network: DenseHebbian) -> tuple[float, tuple[float, ...]]:
    """One low temperature, below every transition, and the grid of the curves."""
    glass = spin_glass_temperatures(network, LOAD)
    low = 0.2 * glass.T_c if glass.continuous else 0.5 * glass.T_G
    return low, (0.0, *np.linspace(0.03, 1.08, 36) * glass.T_d)


def run(name: str, quick: bool) -> None:
    """Solve one network and write its tables."""
    network = NETWORKS[name]
    began = time.perf_counter()
    low, grid = temperatures(network)
    depth = 4 if quick else DEPTH
    ansaetze: tuple[Ansatz, ...] = (RS(), RSB(1), RSB(2), RSB(3), FullRSB(depth))
    data, steps, levels = [], [], []
    for T in grid[::6] if quick else grid:
        data += [_row(solve(network, LOAD, T, "spin_glass", a, strict=False), a) for a in ansaetze]
        data.append(_row(solve(network, LOAD, T, "paramagnetic", strict=False), RS()))
        print(f"rsb_hierarchy/{name}: T={T:.4g}, {data[-2]['status']}", flush=True)
    h = np.linspace(0.0, 4.0 * float(network.unit_covariance(1.0, 1)) ** 0.5, 161)
    fields: dict[str, Any] = {"h": h}
    for T in (0.0, low):
        every: tuple[Ansatz, ...] = (RS(), *(RSB(k) for k in range(1, depth + 1)), FullRSB(depth))
        for a in every:
            s = solve(network, LOAD, T, "spin_glass", a, strict=False)
            steps.append(_row(s, a))
            if isinstance(a, FullRSB):
                continue
            if T > 0.0:
                x = (0.0, *s.x_levels, 1.0)
                levels += [
                    {"T": T, "k": len(s.x_levels), "q": q, "x_left": x[i], "x": x[i + 1]} for i, q in enumerate(s.q_levels)
                ]
            elif len(s.x_levels) in (0, 1, 2, depth):
                fields[repr(a)] = s.field_distribution(h)
    write_theory(
        "rsb_hierarchy", name, quick, CLAIM, verdict(data, steps), time.perf_counter() - began,
        {
            "data.csv": data, "depth.csv": steps, "levels.csv": levels,
            "fields.csv": [dict(zip(fields, row, strict=True)) for row in zip(*fields.values(), strict=True)],
        },
    )  # fmt: skip


def verdict(data: list[dict[str, Any]], steps: list[dict[str, Any]]) -> str:
    """What RS gets wrong at this network, in numbers."""
    zero = {r["ansatz"]: r for r in steps if r["T"] == 0.0}
    rs, one = zero["RS()"], zero["RSB(1)"]
    full = next(r for a, r in zero.items() if a.startswith("Full"))
    glass = [r for r in data if r["ansatz"] == "RS()" and r["phase"] == "spin_glass" and r["status"] == "CONVERGED"]
    cold = max((r["T"] for r in glass if r["entropy"] < 0.0), default=math.nan)
    unstable = sum(r["replicon"] < 0.0 for r in glass)
    return (
        f"the ground-state energy is {full['free_energy']:.8f} +- {full['free_energy_error']:.0e} at full RSB; RS has "
        f"{rs['free_energy']:.6f} ({100 * (rs['free_energy'] / full['free_energy'] - 1):.1f} % too low), RSB(1) "
        f"{one['free_energy']:.6f} ({100 * (one['free_energy'] / full['free_energy'] - 1):.2g} %). At T = 0 the entropy is "
        f"{rs['entropy']:.4f} at RS, {one['entropy']:.4f} at RSB(1), {full['entropy']:.1e} +- {full['entropy_error']:.0e} "
        f"at full RSB; that of RS is negative up to T = {cold:.2f}, and its replicon at {unstable} of {len(glass)} temperatures"
    )


def steps_of(ansatz: str) -> float:
    """Number of steps in the name of an ansatz: RS() 0, RSB(2) 2, FullRSB(...) infinity."""
    return 0.0 if ansatz == "RS()" else math.inf if ansatz.startswith("Full") else float(ansatz[4:-1])


def short(ansatz: str) -> str:
    """Name of an ansatz in a legend."""
    return {0.0: "RS", math.inf: "full RSB"}.get(steps_of(ansatz), ansatz)


def plot(name: str, target: Path) -> None:
    """Draw one network from its tables."""
    data, steps, levels, fields = (read(target / f"{t}.csv") for t in ("data", "depth", "levels", "fields"))
    good = [r for r in data if r["status"] in ("CONVERGED", "COLLAPSED")]
    fig, axes = plots.figure(2, 3)
    f, s, replicon, depth, order, field = axes.ravel()
    for ansatz in dict.fromkeys(r["ansatz"] for r in data):
        rows = [r for r in good if r["ansatz"] == ansatz and r["phase"] == "spin_glass"]
        look = plots.depth_style(steps_of(ansatz))
        T = [r["T"] for r in rows]
        f.plot(T, [r["free_energy"] for r in rows], label=short(ansatz), **look)
        s.plot(T, [r["entropy"] for r in rows], **look)
        if not ansatz.startswith("Full"):
            replicon.plot(T[1:], [r["replicon"] for r in rows[1:]], label=short(ansatz), **look)
    quiet = [r for r in good if r["phase"] == "paramagnetic"]
    f.plot([r["T"] for r in quiet], [r["free_energy"] for r in quiet], color="0.6", lw=1, label="paramagnet")
    s.plot([r["T"] for r in quiet], [r["entropy"] for r in quiet], color="0.6", lw=1)
    glass = [r for r in good if r["phase"] == "spin_glass"]
    f.set_ylim(min(r["free_energy"] for r in glass) - 0.02, max(r["free_energy"] for r in glass) + 0.02)
    s.set_ylim(-0.5, 0.5)
    s.axhline(0.0, color="k", lw=0.6)
    replicon.axhline(0.0, color="k", lw=0.6)
    replicon.set_ylim(-1.5, 1.0)
    low = max(r["T"] for r in steps)
    for cold, color in ((0.0, plots.COLORS[2]), (low, plots.COLORS[3])):
        rows = [r for r in steps if r["T"] == cold]
        end = rows[-1]
        gaps = [(r["k"], end["free_energy"] - r["free_energy"]) for r in rows[:-1] if r["status"] == "CONVERGED"]
        depth.semilogy(*zip(*gaps, strict=True), "o-", ms=4, lw=1, color=color, label=f"T = {cold:.3g}")
        depth.axhline(end["free_energy_error"], color=color, lw=0.8, ls=":")
    for k in sorted({r["k"] for r in levels} & {1.0, 2.0, 4.0, max(r["k"] for r in levels)}):
        rows = [r for r in levels if r["k"] == k]
        q = [0.0, *(r["q"] for r in rows), 1.0]
        order.step(q, [0.0, *(r["x"] for r in rows), 1.0], where="post", label=f"RSB({int(k)})", **plots.depth_style(k))
    first = min(r["q"] for r in levels if r["q"] > 0.0)
    if first > 0.8:  # q_0 = 0, and all that happens lies near q = 1
        order.set_xlim(1.0 - 1.4 * (1.0 - first), 1.0)
    for name_ in [c for c in fields[0] if c != "h"]:
        look = plots.depth_style(steps_of(name_))
        field.plot([r["h"] for r in fields], [r[name_] for r in fields], label=short(name_), **look)
    for ax, x, y in (
        (f, "temperature T", "free energy f"),
        (s, "temperature T", "entropy s"),
        (replicon, "temperature T", "replicon (< 0: unstable)"),
        (depth, "steps k", "f(full RSB) - f(k)"),
        (order, "overlap q", f"Parisi function x(q), T = {low:.3g}"),
        (field, "local field h", "density P(h), T = 0"),
    ):
        ax.set_xlabel(x)
        ax.set_ylabel(y)
    for ax in (f, replicon, depth, order, field):
        ax.legend(fontsize=7)
    fig.suptitle(f"In the spin-glass phase RS (dashed) fails and the steps of RSB converge: {NETWORKS[name]!r}, load {LOAD:g}")
    plots.save(fig, target / "figure")


def main() -> None:
    """Run and draw every network."""
    arguments = command_line("rsb_hierarchy", __doc__.splitlines()[0]).parse_args()
    for name in NETWORKS:
        target = folder("rsb_hierarchy", name, arguments.quick)
        if arguments.what != "plot":
            run(name, arguments.quick)
        if arguments.what != "run":
            plot(name, target)


if __name__ == "__main__":
    main()
