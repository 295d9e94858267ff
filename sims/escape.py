"""Escape: where a stored pattern is lost, by descent from it and by annealing within its phase, against the spinodals."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

import glassy
from glassy import RS, RSB, Annealing, DenseHebbian, Estimate, Quench, plots, simulate, solve, spinodal
from glassy.analysis.statistics import jackknife
from glassy.core.results import short
from sims.harness import _write, folder, read, samples_folder
from sims.measured import Row, main, row, write

NETWORKS = {f"P={P} {kind}": DenseHebbian(P, kind) for P in (3, 4) for kind in ("distinct", "self-interacting")}
SIZES = {3: (75, 150, 300), 4: (40, 72, 120)}
DESCENT = (0.5, 0.7, 0.9, 1.0, 1.1, 1.25, 1.4, 1.6, 1.8, 2.1, 2.4, 2.8, 3.3)  # of the RSB(2) spinodal at T = 0
COOLED = (0.45, 0.55, 0.65, 0.75, 0.8, 0.85, 0.9, 0.95, 1.0, 1.05, 1.1, 1.2, 1.3)
T_START, T_END, COOLING = (0.25, 0.4), 0.05, 150
WAYS = {"descent": 0.0, **{f"annealing from T={T:g}": T for T in T_START}}
SAMPLES = 48
KEPT = 0.7  # m above which the pattern is kept: between the retrieval phase and what is left of it
CLAIM = (
    "No dynamics that starts at a pattern loses it at the spinodal of RS: between the spinodals of RS and of RSB it is kept, "
    "the more the "
    "larger N. A descent at T = 0 gives a dynamical capacity far beyond both, since it stops in the first minimum; annealing "
    "comes the nearer "
    "to the spinodal of RSB the hotter it begins."
)


def crossing(loads: list[float], kept: npt.NDArray[np.float64]) -> Estimate:
    """Return the load at which half of the chains are lost; shares [load, sample] linear between loads; NaN where none is."""

    def half(*shares: npt.NDArray[np.float64]) -> float:
        share = np.array([float(x.mean()) if x.size else math.nan for x in shares])
        below = np.nonzero(share < 0.5)[0]
        if not len(below) or below[0] == 0:
            return math.nan
        k = int(below[0])
        return float(loads[k - 1] + (loads[k] - loads[k - 1]) * (share[k - 1] - 0.5) / (share[k - 1] - share[k]))

    return jackknife([np.repeat(x[:, None, None], 2, axis=2) for x in kept], half)


def _run(network: DenseHebbian, way: str, load: float, N: int, quick: bool, target: Path) -> glassy.Samples:
    name = way.replace(" from T=0.25", "").replace(" ", "_")
    common: dict[str, Any] = {"seed": 50 + network.P, "samples": 8 if quick else SAMPLES, "threads": 1,
                              "out": target / f"{name}_{load:.5f}_{N}"}  # fmt: skip
    if WAYS[way]:
        cooling = Annealing(WAYS[way], shape="linear")
        r: glassy.Samples = simulate(network, load, T_END, N, method=cooling, burn_in=COOLING, sweeps=50, **common)
    else:
        r = simulate(network, load, 0.0, N, method=Quench(), burn_in=0, sweeps=60, **common)
    return r


def run(name: str, quick: bool) -> None:
    """Start at the pattern at every load, size and way."""
    network, case = NETWORKS[name], name.replace("=", "").replace(" ", "-")
    target = samples_folder("escape", case, quick)
    ends = {a: spinodal(network, 0.0, b).load for a, b in (("RS", RS()), ("RSB(1)", RSB(1)), ("RSB(2)", RSB(2)))}
    warm = {T: {a: spinodal(network, T, b).load for a, b in (("RS", RS()), ("RSB(1)", RSB(1)))} for T in T_START}
    top = ends["RSB(2)"]
    sizes = SIZES[network.P][:2] if quick else SIZES[network.P]
    rows: list[Row] = []
    origins = []
    for way in WAYS:
        edges: list[Row] = []
        fractions = (COOLED if WAYS[way] else DESCENT)[1::3] if quick else (COOLED if WAYS[way] else DESCENT)
        for N in sizes:
            kept, loads = [], []
            for fraction in fractions:
                print(f"escape/{case} {way} N={N} load={fraction * top:.4f}", flush=True)
                r = _run(network, way, fraction * top, N, quick, target)
                origins.append(r.provenance)
                final = r.series.m[..., -25:].mean(axis=-1)
                kept.append((final > KEPT).mean(axis=1))
                loads.append(r.load)
                share, mean = (
                    Estimate(x.mean(), x.std(ddof=1) / math.sqrt(len(x)), samples=len(x))
                    for x in (kept[-1], final.mean(axis=1))
                )
                T = r.T
                rows += [
                    row(way, fraction * top, T, N, quantity, math.nan, value, sweeps=r.sweeps + r.burn_in, status="MEASURED")
                    for quantity, value in (("share kept", share), ("final m", mean))
                ]
            found = crossing(loads, np.array(kept))
            status = "STEADY" if math.isfinite(found) else "NO_BOUNDARY"
            edges.append(row(way, math.nan, T, N, "escape load", math.nan, found, status=status))
        rows += edges
    lines: list[Row] = [
        {"line": f"{a} T={T:g}", "load": x} for T, found in {0.0: ends, **warm}.items() for a, x in found.items()
    ]
    ansaetze: list[tuple[str, RS | RSB]] = [("RS", RS()), ("RSB(1)", RSB(1))]
    curve: list[Row] = [
        {"ansatz": name, "load": x, "m": solve(network, float(x), 0.0, "retrieval", ansatz, strict=False).m}
        for name, ansatz in ansaetze
        for x in np.linspace(0.02, 1.0, 60) * ends[name] * (1.0 - 1e-6)
    ]
    write("escape", case, quick, CLAIM, verdict(rows, {r["line"]: r["load"] for r in lines}), {"data.csv": rows}, origins,
          sizes=sizes, samples=8 if quick else SAMPLES, sweeps=COOLING + 50, seed=50 + network.P)  # fmt: skip
    _write(folder("escape", case, quick) / "lines.csv", ("line", "load"), lines)
    _write(folder("escape", case, quick) / "curve.csv", ("ansatz", "load", "m"), curve)


def between(rows: list[Row], way: str, ends: dict[str, float]) -> dict[float, float]:
    """Return, for each N, the share of chains kept over the loads between the spinodals of RS and RSB(2) at T = 0."""
    mine = [
        r
        for r in rows
        if r["curve"] == way
        and r["quantity"] == "share kept"
        and ends["RS T=0"] < r["load"] <= ends["RSB(2) T=0"] * (1.0 + 1e-9)
    ]
    sizes = sorted({r["N"] for r in mine})
    return {N: float(np.mean([r["simulation"] for r in mine if r["N"] == N])) for N in sizes}


def verdict(rows: list[Row], ends: dict[str, float]) -> str:
    """The loads at which half is lost, and what is kept between the spinodals."""
    parts = []
    for way in WAYS:
        mine = [r for r in rows if r["curve"] == way and r["quantity"] == "escape load" and r["error"] > 0.0]
        said = ", ".join(f"{short(r['simulation'], r['error'])} at N={r['N']:.0f}" for r in mine)
        parts.append(f"{way} {said or 'beyond the largest load'}")
    kept = [f"{way} {', '.join(f'{share:.2f} at N={N:.0f}' for N, share in between(rows, way, ends).items())}" for way in WAYS]
    lines = ", ".join(f"{name} {x:.4f}" for name, x in ends.items())
    return (
        f"half of the chains are lost at load: {'; '.join(parts)}. Share kept between the spinodals of RS and RSB(2) at T = 0: "
        f"{'; '.join(kept)}. Spinodals: {lines}"
    )


def plot(name: str, target: Path) -> None:
    """Draw the shares kept, the final m, and the escape loads against 1/N."""
    network = NETWORKS[name]
    rows, lines, curve = (read(target / f"{x}.csv") for x in ("data", "lines", "curve"))
    ends = {r["line"]: r["load"] for r in lines}
    sizes = sorted({int(r["N"]) for r in rows if math.isfinite(r["N"])})
    fig, axes = plots.figure(1, 4, width=3.4, height=3.7)
    for ax, way in zip(axes[0], WAYS, strict=False):
        for ansatz in ("RS", "RSB(1)"):
            line = [r for r in curve if r["ansatz"] == ansatz]
            plots.theory(ax, [r["load"] for r in line], [r["m"] for r in line], plots.COLORS[5], ansatz)
        for N, marker, color in zip(sizes, plots.MARKERS, plots.COLORS, strict=False):
            at = [r for r in rows if r["curve"] == way and r["N"] == N and r["quantity"] == "share kept"]
            plots.simulation(ax, [r["load"] for r in at], [r["simulation"] for r in at], [r["error"] for r in at],
                             np.ones(len(at), bool), color, marker)  # fmt: skip
        ax.axhline(0.5, color="0.8", lw=0.8)
        ax.set_xlabel("load")
        ax.set_ylabel("share of chains that keep the pattern")
        ax.set_title("descent at T = 0" if way == "descent" else f"annealed, T = {WAYS[way]:g} to {T_END:g}", fontsize=9)
    handles = [("m of theory at T = 0: RS", plots.COLORS[5])]
    plots.legend(axes[0][0], handles, list(zip(sizes, plots.MARKERS, strict=False)), below=True)
    ax = axes[0][3]
    for way, color, marker in zip(WAYS, (plots.COLORS[3], plots.COLORS[2], plots.COLORS[1]), plots.MARKERS, strict=False):
        at = [r for r in rows if r["curve"] == way and r["quantity"] == "escape load" and r["error"] > 0.0]
        plots.simulation(ax, [1 / r["N"] for r in at], [r["simulation"] for r in at], [r["error"] for r in at],
                         np.ones(len(at), bool), color, marker)  # fmt: skip
        ax.plot([], [], marker, color=color, label=way)
    for a in ("RS", "RSB(1)"):
        ax.axhline(ends[f"{a} T=0"], color=plots.COLORS[5], ls=plots.STYLES[a], lw=1.2, label=f"{a} spinodal, T = 0")
    ax.set_xlim(left=0.0)
    ax.set_ylim(0.0, 3.0 * ends["RSB(2) T=0"])
    ax.set_xlabel("1/N")
    ax.locator_params(axis="x", nbins=5)
    ax.set_ylabel("load at which half of the chains are lost")
    ax.legend(fontsize=6.5, loc="upper center", bbox_to_anchor=(0.5, -0.16), ncols=2)
    fig.suptitle(f"P = {network.P}, {network.interactions}: where a pattern is lost", fontsize=10)
    plots.save(fig, target / "figure")


if __name__ == "__main__":
    main("escape", __doc__, {name: name.replace("=", "").replace(" ", "-") for name in NETWORKS}, run, plot)
