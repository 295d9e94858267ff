"""Spin glass: energy, specific heat, free energy and P(q) of networks beyond retrieval, by replica exchange against RSB."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np

import glassy
from glassy import RS, RSB, DenseHebbian, Estimate, FullRSB, plots, simulate, solve, spin_glass_temperatures
from sims.harness import LIMIT, _write, folder, read, samples_folder
from sims.measured import Row, judged, limits, main, row, summary, write

LOADS = {2: 1.0, 3: 4.0}  # at P = 3 so large that no single pattern lies as low as the glass: see the verdict
SIZES = {2: (48, 96, 192), 3: (24, 32, 48, 64)}
SAMPLES = {2: (96, 64, 48), 3: (64, 48, 48, 32)}
SWEEPS, EVERY = 1000, {2: 5, 3: 2}  # sweeps, and sweeps between exchanges
STARTS = 8  # samples that are run from the pattern as well
# in units of sqrt(load), for P = 2 of T_g; hot edges are as wide as the largest network exchanges through
REDUCED = (0.40, 0.45, 0.50, 0.55, 0.60, 0.66, 0.73, 0.81, 0.92, 1.07, 1.30, 1.65, 2.4, 4.5, math.inf)
HIST_T = (0.45, 0.60, 0.81)  # of REDUCED: where P(q) is kept
CLAIM = {
    2: "Below T_g the P = 2 network (load 1) is a glass with a continuous P(q): energy and free energy follow full RSB; one "
    "step is as good for them, but its two peaks are not those of P(q).",
    3: "Beyond retrieval the P = 3 network (load 4) is the Ising 3-spin glass: annealed above T_c, one step of RSB below, with "
    "two peaks of P(q) at 0 and q_1.",
}


def unit(P: int) -> float:
    """Temperature by which those of a case are divided."""
    return 1.0 + math.sqrt(LOADS[P]) if P == 2 else math.sqrt(LOADS[P])


def theory(P: int, T: float, ansatz: Any) -> glassy.Solution:
    """Return the m = 0 state that wins at T: the glass where this ansatz has one in equilibrium, else the paramagnet."""
    network, load = DenseHebbian(P), LOADS[P]
    glass = solve(network, load, T, "spin_glass", ansatz, strict=False)
    flat = solve(network, load, T, "paramagnetic", strict=False)
    if P == 2:
        return glass if glass.status.ok else flat
    return glass if glass.status.ok and glass.free_energy >= flat.free_energy else flat


def expected(P: int, T: float, ansatz: Any) -> dict[str, float]:
    """What theory says at T; the specific heat by a symmetric difference of energies."""
    s = theory(P, T, ansatz)
    h = 1e-3 * T
    heat = (theory(P, T + h, ansatz).energy - theory(P, T - h, ansatz).energy) / (2.0 * h)
    values = s.overlap_distribution if s.q_EA > 0.0 else None
    q2 = np.dot(np.square(values.q), values.weight) if values else 0.0
    found = {"energy": s.energy, "specific heat": heat, "-beta f": -s.free_energy / T, "<q^2>": q2}
    return {name: float(value) for name, value in found.items()}


def run(P: int, quick: bool) -> None:
    """Run ladders from random spins, some also from the pattern."""
    network, load, target = DenseHebbian(P), LOADS[P], samples_folder("spin_glass", f"P{P}", quick)
    sizes = SIZES[P][:2] if quick else SIZES[P]
    samples = (STARTS, STARTS) if quick else SAMPLES[P]
    sweeps = 400 if quick else SWEEPS
    temperatures = [t * unit(P) for t in REDUCED]
    ansatz = FullRSB() if P == 2 else RSB(1)
    rows: list[Row] = []
    histograms: list[Row] = []
    origins = []
    predictions = {T: expected(P, T, ansatz) for T in temperatures[:-1]}
    for N, S in zip(sizes, samples, strict=True):
        print(f"spin_glass/P{P} N={N}", flush=True)
        common: dict[str, Any] = {"load": load, "T": temperatures, "N": N, "method": glassy.ReplicaExchange(every=EVERY[P]),
                                  "burn_in": sweeps if P > 2 and N > 40 else sweeps // 5, "sweeps": sweeps,
                                  "seed": 100 + P, "threads": 1}  # fmt: skip
        ladder: glassy.Ladder = simulate(network, start="random", samples=S, out=target / f"{N}", **common)
        few = simulate(network, start="random", samples=STARTS, out=target / f"{N}", **common)
        other = simulate(network, start="pattern", samples=STARTS, out=target / f"{N}_pattern", **common)
        free = ladder.minus_beta_f("integration")
        for i, r in enumerate(ladder):
            origins.append(r.provenance)
            if math.isinf(r.T):
                continue
            meeting = glassy.compare_starts(few[i], other[i])
            status = r.status if not r.status.ok else meeting.status
            say = predictions[r.T]
            measured = {"energy": r.energy, "specific heat": r.specific_heat, "-beta f": free[i], "<q^2>": r.q2}
            rows += [
                row("ladder", load, r.T, N, name, say[name], value, sweeps=sweeps, status=status.name)
                for name, value in measured.items()
            ]
            _, lowest = r.largest_overlaps(1)
            near = np.abs(lowest[..., 0]).max(axis=1)
            share = Estimate(float((near > 0.9).mean()), float((near > 0.9).std(ddof=1)) / math.sqrt(S), samples=S)
            rows.append(row("ladder", load, r.T, N, "at a pattern", math.nan, share, sweeps=sweeps, status=status.name))
            rows.append(row("ladder", load, r.T, N, "p of two starts", math.nan, Estimate(meeting.worst.p, 0.0, samples=STARTS),
                            sweeps=sweeps, status=status.name))  # fmt: skip
            if REDUCED[i] in HIST_T:
                # one bin for each value that q takes: others would alias
                x, density, error = r.overlap_histogram(N + 1)
                histograms += [
                    {"N": N, "T": r.T, "reduced": REDUCED[i], "q": a, "density": b, "error": c}
                    for a, b, c in zip(x, density, error, strict=True)
                ]
    told = [r for r in rows if r["quantity"] not in ("at a pattern", "p of two starts")]
    onset = spin_glass_temperatures(network, load).T_c
    rows += limits([r for r in told if r["T"] > onset], (1.0, 2.0) if P > 2 else (1.0,))
    rows += limits([r for r in told if r["T"] <= onset], (2 / 3,) if P == 2 else (1.0,))  # N^(-2/3): as the SK model
    write("spin_glass", f"P{P}", quick, CLAIM[P], verdict(P, rows), {"data.csv": rows, "histograms.csv": histograms}, origins,
          sizes=sizes, samples=samples, sweeps=sweeps, seed=100 + P)  # fmt: skip
    lines = []
    for name, a in (("RS", RS()), ("RSB(1)", RSB(1))):
        for t in np.linspace(0.38, 1.4, 52):
            s = theory(P, float(t) * unit(P), a)
            d = s.overlap_distribution if s.q_EA > 0.0 else None
            lines.append({"ansatz": name, "T": s.T, "energy": s.energy, "heat": expected(P, s.T, a)["specific heat"],
                          "q_0": d.q[0] if d else 0.0, "q_1": d.q[-1] if d else 0.0, "x": d.weight[0] if d else 1.0,
                          "minus_beta_f": -s.free_energy / s.T})  # fmt: skip
    _write(folder("spin_glass", f"P{P}", quick) / "lines.csv", tuple(lines[0]), lines)


def verdict(P: int, rows: list[Row]) -> str:
    """How the limits agree, quantity by quantity, and what finite networks still know of single patterns."""
    parts = []
    for name in ("energy", "-beta f", "specific heat"):
        mine = [r for r in judged(rows) if r["quantity"] == name]
        if mine:
            worst = max(mine, key=lambda r: abs(r["z"]))
            parts.append(
                f"{name} {sum(abs(r['z']) <= 4 for r in mine)} of {len(mine)} (worst z {worst['z']:.1f} at T={worst['T']:.3g})"
            )
    proof = [r for r in rows if r["quantity"] == "p of two starts"]
    bad = sum(r["status"] != "EQUILIBRATED" for r in proof)
    near = {r["N"]: r["simulation"] for r in rows if r["quantity"] == "at a pattern" and r["T"] == min(x["T"] for x in rows)}
    shares = ", ".join(f"{v:.2f} at N={N:.0f}" for N, v in near.items())
    onset = spin_glass_temperatures(DenseHebbian(P), LOADS[P]).T_c
    off = sorted(r["T"] / onset for r in judged(rows) if abs(r["z"]) > LIMIT)
    why = ""
    if off:
        where = f"{off[0]:.2f} to {off[-1]:.2f} T_c"
        why = f"; those that are off lie at {where}, where the transition is rounded and one power is not enough"
    power = "1/N" if P > 2 else "1/N above T_g and N^(-2/3) below"
    return (
        f"limits in {power} within 4 errors of {'full RSB' if P == 2 else 'RSB(1)'}: {'; '.join(parts)}; {summary(rows)}{why}; "
        f"{len(proof) - bad} of {len(proof)} ladder points are equilibrated by their series and by two starts; samples that "
        f"end within "
        f"|m| > 0.9 of one of the K patterns at the lowest T: {shares}"
    )


def plot(P: int, target: Path) -> None:
    """Draw energy, specific heat and P(q)."""
    rows, lines, histograms = (read(target / name) for name in ("data.csv", "lines.csv", "histograms.csv"))
    sizes = sorted({int(r["N"]) for r in rows if math.isfinite(r["N"])})
    fig, axes = plots.figure(1, 3, width=4.1, height=3.8)
    onset = spin_glass_temperatures(DenseHebbian(P), LOADS[P])
    panels = (("energy", "energy", "energy per spin"), ("specific heat", "heat", "specific heat"))
    for ax, (name, key, label) in zip(axes[0], panels, strict=False):
        for ansatz, k in (("RS", 0), ("RSB(1)", 1)):
            line = [r for r in lines if r["ansatz"] == ansatz]
            ax.plot([r["T"] for r in line], [r[key] for r in line], label=ansatz, **plots.depth_style(k))
        for N, marker, color in zip(sizes, plots.MARKERS, plots.COLORS, strict=False):
            at = [r for r in rows if r["N"] == N and r["quantity"] == name and r["T"] <= lines[-1]["T"]]
            plots.simulation(ax, [r["T"] for r in at], [r["simulation"] for r in at], [r["error"] for r in at],
                             [r["status"] == "EQUILIBRATED" for r in at], color, marker)  # fmt: skip
        ends = [r for r in rows if math.isinf(r["N"]) and r["quantity"] == name and r["T"] <= lines[-1]["T"]]
        plots.limit(ax, [r["T"] for r in ends], [r["simulation"] for r in ends], [r["error"] for r in ends])
        ax.axvline(onset.T_c, color="0.6", lw=0.8)
        ax.set_xlabel("temperature T")
        ax.set_ylabel(label)
    handles = [("RS", plots.COLORS[3]), ("RSB(1): solid", plots.COLORS[2])]
    plots.legend(axes[0][0], handles, list(zip(sizes, plots.MARKERS, strict=False)), extrapolated=True, below=True)
    ax = axes[0][2]
    for reduced, color in zip(HIST_T, plots.COLORS, strict=False):
        seen: list[Row] = [r for r in histograms if r["reduced"] == reduced and r["N"] == sizes[-1]]
        ax.errorbar([r["q"] for r in seen], [r["density"] for r in seen], [r["error"] for r in seen], fmt="o-", ms=2.5, lw=0.8,
                    color=color, label=f"T = {seen[0]['T']:.3g}")  # fmt: skip
        T = seen[0]["T"]
        near = min((r for r in lines if r["ansatz"] == "RSB(1)"), key=lambda r: abs(r["T"] - T))
        for q in (near["q_0"], near["q_1"]):
            ax.axvline(q, color=color, lw=1.0)
    ax.set_xlabel("overlap q of two replicas")
    ax.set_ylabel(f"P(q), N = {sizes[-1]}")
    ax.set_title("vertical: levels of RSB(1)", fontsize=8)
    ax.legend(fontsize=7)
    fig.suptitle(f"P = {P}, load {LOADS[P]:g}, beyond retrieval: replica exchange against RS and RSB(1)", fontsize=10)
    plots.save(fig, target / "figure")


if __name__ == "__main__":
    main("spin_glass", __doc__, {P: f"P{P}" for P in LOADS}, run, plot)
