"""Basins: final against initial overlap with a pattern, by descent at T = 0 and by Metropolis at T > 0, over load and P."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import numpy.typing as npt

import glassy
from glassy import DenseHebbian, Estimate, plots, simulate, solve
from glassy.analysis.statistics import jackknife
from glassy.core.results import short
from glassy.theory.rs.retrieval import flip_range, fold, point
from sims.harness import _write, folder, read, samples_folder
from sims.measured import Row, main, row, write

SIZES = {2: (500, 1000), 3: (150, 300), 4: (64, 128), 5: (32, 48)}
LOADS = {2: (0.02, 0.05, 0.08, 0.1, 0.12), **dict.fromkeys((3, 4, 5), (0.02, 0.05, 0.1, 0.2, 0.3))}
TEMPERATURES = (0.0, 0.3)
STARTS = tuple(round(0.1 * k, 1) for k in range(11))
SAMPLES, SWEEPS = 24, 60
SHOWN = {2: 0.1, 3: 0.1, 4: 0.1, 5: 0.1}
CLAIM = (
    "A pattern is reached from a distance, and its basin shrinks with load and, for P > 2, with P: the initial overlap from "
    "which half of the chains return rises with both. For P > 2 and T = 0 it follows the unstable saddle of RS theory, where "
    "signal and noise of a start balance. At P = 2, where the noise of the saddle is that of spins which have settled, and at "
    "T > 0, where it is that of thermal averages, it does not."
)


def unstable(network: DenseHebbian, load: float, T: float) -> float:
    """Return m of the RS saddle between the pattern and m = 0: the branch of R.5c below the fold; 0 where it has none.

    At T > 0 the branch is folded twice near load = T (P = 3, T = 0.4: from m = 0.29 to 0.43 within load 0.40 to 0.41):
    a jump there is real.
    """
    turn = fold(network, T)
    if turn is None or load > turn.load:
        return math.nan
    low = max(1.0 - flip_range(network.P, T)[1], 1e-4) * (1.0 + 1e-6)  # T > 0: the small root of Curie-Weiss, load = 0
    if point(network, T, 1.0 - low).load > load:
        return 0.0  # every small overlap grows
    high = turn.m
    while high - low > 1e-9:
        middle = 0.5 * (low + high)
        low, high = (middle, high) if point(network, T, 1.0 - middle).load < load else (low, middle)
    return low


def edge(kept: npt.NDArray[np.float64]) -> Estimate:
    """Return the smallest start from which half of the chains return; shares [start, sample], linear between the starts.

    The error is that of the jackknife over samples; no edge: NaN.
    """

    def crossing(*shares: npt.NDArray[np.float64]) -> float:
        share = np.array([float(x.mean()) if x.size else math.nan for x in shares])
        if share[-1] < 0.5:
            return math.nan
        k = int(np.nonzero(share < 0.5)[0][-1]) if np.any(share < 0.5) else -1
        if k < 0:
            return STARTS[0]
        return float(STARTS[k] + (STARTS[k + 1] - STARTS[k]) * (0.5 - share[k]) / (share[k + 1] - share[k]))

    return jackknife([np.repeat(x[:, None, None], 2, axis=2) for x in kept], crossing)


def run(_: str, quick: bool) -> None:
    """Let chains fall from every initial overlap."""
    target, samples = samples_folder("basins", "all", quick), 8 if quick else SAMPLES
    rows: list[Row] = []
    maps: list[Row] = []
    lines: list[Row] = []
    origins = []
    for P in SIZES:
        network = DenseHebbian(P)
        for T in TEMPERATURES:
            name = f"P={P} T={T:g}"
            method: glassy.Quench | glassy.Metropolis = glassy.Quench() if T == 0.0 else glassy.Metropolis()
            for i, load in enumerate(LOADS[P][1:3] if quick else LOADS[P]):
                theory = solve(network, load, T, strict=False)
                if not theory.status.ok:
                    continue  # no retrieval phase to return to
                for N in SIZES[P][:1] if quick else SIZES[P] if T == 0.0 else SIZES[P][1:]:
                    print(f"basins {name} load={load:g} N={N}", flush=True)
                    kept = []
                    for m0 in STARTS:
                        r = simulate(
                            network, load, T, N, seed=1000 * P + i, samples=samples, start_overlap=m0, burn_in=0,
                            sweeps=SWEEPS, method=method, threads=1, out=target / f"{P}_{T:g}_{load:g}_{N}" / f"{m0:g}",
                        )  # fmt: skip
                        origins.append(r.provenance)
                        final = r.series.m[..., -SWEEPS // 4 :].mean(axis=-1)
                        kept.append((final > 0.8 * theory.m).mean(axis=1))
                        each = final.mean(axis=1)
                        settled = "settled" if T == 0.0 and r.settled.all() else "moving"
                        maps.append(
                            {"curve": name, "load": load, "T": T, "N": N, "start": m0, "final": each.mean(),
                             "error": each.std(ddof=1) / math.sqrt(len(each)), "kept": kept[-1].mean(), "samples": r.samples,
                             "status": settled}
                        )  # fmt: skip
                    found = edge(np.array(kept))
                    rows.append(row(name, load, T, N, "edge of the basin", math.nan, found, sweeps=SWEEPS))
            for load in np.linspace(0.002, fold(network, T).load, 80):  # type: ignore[union-attr]
                s = solve(network, float(load), T, strict=False)
                lines.append({"curve": name, "load": load, "saddle": unstable(network, float(load), T), "m": s.m})
    write("basins", "all", quick, CLAIM, verdict(rows), {"data.csv": rows, "maps.csv": maps}, origins,
          sizes=[n for sizes in SIZES.values() for n in sizes], samples=samples, sweeps=SWEEPS, seed=2000)  # fmt: skip
    _write(folder("basins", "all", quick) / "lines.csv", tuple(lines[0]), lines)


def verdict(rows: list[Row]) -> str:
    """How far the edges lie from the pattern, against load, P and the unstable saddle."""
    largest = [r for r in rows if r["N"] == SIZES[int(r["curve"][2])][-1]] or rows
    edges, gaps = [], []
    for name in dict.fromkeys(r["curve"] for r in largest):
        mine = [r for r in largest if r["curve"] == name and math.isfinite(r["simulation"])]
        P, T = int(name[2]), mine[0]["T"]
        ends = ", ".join(f"{short(r['simulation'], r['error'])} (load {r['load']:g})" for r in (mine[0], mine[-1]))
        edges.append(f"{name} {ends}")
        off = [r["simulation"] - unstable(DenseHebbian(P), r["load"], T) for r in mine]
        gaps.append(f"{name} {min(off):+.2f} to {max(off):+.2f}")
        if lost := [r["load"] for r in largest if r["curve"] == name and not math.isfinite(r["simulation"])]:
            edges[-1] += f", no half returns from load {min(lost):g} on"
    return f"edges at the largest N: {'; '.join(edges)}. Edge minus unstable saddle: {'; '.join(gaps)}"


def plot(_: str, target: Path) -> None:
    """Draw the maps at one load of each P, and the edges against load."""
    rows, maps, lines = (read(target / name) for name in ("data.csv", "maps.csv", "lines.csv"))
    fig, axes = plots.figure(1, 3, width=4.1, height=3.8)
    ax = axes[0][0]
    for P, color in zip(SIZES, plots.COLORS, strict=False):
        for N, marker in zip(SIZES[P], plots.MARKERS, strict=False):
            at = [r for r in maps if r["curve"] == f"P={P} T=0" and r["load"] == SHOWN[P] and r["N"] == N]
            if at:
                ax.errorbar([r["start"] for r in at], [r["final"] for r in at], [r["error"] for r in at], fmt=marker, ms=3.5,
                            lw=0.8, color=color, label=f"P = {P}, N = {N}")  # fmt: skip
    ax.plot([0, 1], [0, 1], color="0.6", lw=0.8)
    ax.set_xlabel("initial overlap $m_0$")
    ax.set_ylabel("final overlap m")
    ax.set_title("descent at T = 0, load 0.1", fontsize=9)
    ax.legend(fontsize=7)
    for ax, T in zip(axes[0][1:], TEMPERATURES, strict=True):
        for P, color in zip(SIZES, plots.COLORS, strict=False):
            name = f"P={P} T={T:g}"
            line = [r for r in lines if r["curve"] == name]
            ax.plot([r["load"] for r in line], [r["saddle"] for r in line], color=color, ls=plots.STYLES["RS"], lw=1.2)
            ax.plot([r["load"] for r in line], [r["m"] for r in line], color=color, ls=plots.STYLES["RS"], lw=0.6)
            for N, marker in zip(SIZES[P], plots.MARKERS, strict=False):
                at = [r for r in rows if r["curve"] == name and r["N"] == N and math.isfinite(r["simulation"])]
                plots.simulation(ax, [r["load"] for r in at], [r["simulation"] for r in at], [r["error"] for r in at],
                                 np.ones(len(at), bool), color, marker)  # fmt: skip
        ax.set_xlabel("load")
        ax.set_ylabel("edge of the basin: initial overlap $m_0$")
        ax.set_ylim(0.0, 1.02)
        ax.set_title("descent at T = 0" if T == 0.0 else f"Metropolis dynamics, T = {T:g}", fontsize=9)
    handles = [(f"P = {P}", c) for P, c in zip(SIZES, plots.COLORS, strict=False)]
    plots.legend(axes[0][2], handles, [], below=False)
    fig.suptitle(
        "Basins of attraction shrink with load and with P; for P > 2 they end near the unstable saddle of RS (dashed)\n"
        "circles: half the N of squares, as in the first panel",
        fontsize=9,
    )
    plots.save(fig, target / "figure")


if __name__ == "__main__":
    main("basins", __doc__, {"all": "all"}, run, plot)
