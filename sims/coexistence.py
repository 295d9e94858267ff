"""Coexistence: free energies of retrieval and of the spin glass, both from simulation, and the load at which they cross."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq

import glassy
from glassy import RSB, DenseHebbian, Estimate, Status, plots, simulate, solve
from sims.harness import ROOT, _write, folder, read, samples_folder
from sims.measured import Row, limits, main, row, summary, write

P = 3
REDUCED = (0.45,)  # T/sqrt(load), where results/spin_glass has the glass: T_c is at 0.651
LOAD = 4.0  # of the glass in results/spin_glass
LOADS = (0.1, 0.2, 0.3, 0.34, 0.38)
SIZES = (160, 250, 400)
SAMPLES = (64, 48, 40)
SWEEPS = 200
STEPS = 8  # temperatures from T_0 = T/10 up to T
CLAIM = (
    "Retrieval wins over the spin glass where theory says so (P = 3, distinct). Its free energy, integrated upwards from T = 0 "
    "in the phase "
    "of the pattern, meets that of the glass, integrated downwards from T = inf by replica exchange, at the load of RSB(1) "
    "coexistence."
)


def excess_free_energy(T: npt.NDArray[np.float64], excess: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return f above the energy of the pattern at T[-1]: e - T s, s the integral of de/T from the coldest T; [T, sample].

    By RSB(1) the entropy below T[0], left out, is 1e-4 of f here, and the rule of 8 temperatures is off by up to 4e-4.
    """
    mean = 0.5 * (1.0 / T[1:] + 1.0 / T[:-1])
    return np.asarray(excess[-1] - T[-1] * np.sum(mean[:, None] * np.diff(excess, axis=0), axis=0))


def _retrieval(load: float, T: float, N: int, S: int, quick: bool, origins: list[Any]) -> tuple[Estimate, str]:
    """Measure f of the pattern's phase at one size, sample by sample: the same patterns at all temperatures up to T.

    The error is the scatter between samples, whatever the length of the chains: SHORT_CHAIN, which is about thermal errors, is
    no objection here.
    """
    network, target = DenseHebbian(P), samples_folder("coexistence", "P3", quick)
    path = T * np.linspace(0.1, 1.0, STEPS)
    status, found = "EQUILIBRATED", []
    for t in path:
        r = simulate(network, load, float(t), N, seed=300, samples=S, sweeps=SWEEPS, threads=1,
                     out=target / f"{load:g}_{N}_{t:.5f}")  # fmt: skip
        origins.append(r.provenance)
        found.append((r.series.energy - r.series.pattern_energy[:, None, None]).mean(axis=(1, 2)))
        status = status if r.status in (Status.EQUILIBRATED, Status.SHORT_CHAIN) else r.status.name
    each = excess_free_energy(path, np.array(found)) - 0.5
    return Estimate(each.mean(), each.std(ddof=1) / math.sqrt(S), samples=S), status


def glass(reduced: float) -> tuple[float, float, float]:
    """Return -f/sqrt(load) of the glass: simulation, its error, RSB(1); with m = 0 only T/sqrt(load) matters (N.1)."""
    rows = read(ROOT / "results" / "spin_glass" / "P3" / "data.csv")
    r = next(
        r for r in rows
        if r["quantity"] == "-beta f" and math.isinf(r["N"]) and abs(r["T"] / math.sqrt(r["load"]) - reduced) < 1e-9
    )  # fmt: skip
    return r["simulation"] * reduced, r["error"] * reduced, r["theory"] * reduced


def crossing(loads: list[float], gaps: list[float], errors: list[float], slope: float) -> Estimate:
    """Return the load where the gap in f closes, with its slope from theory: the weighted mean of what every point says."""
    says = np.array(loads) - np.array(gaps) / slope
    weight = (slope / np.array(errors)) ** 2
    return Estimate(float(np.sum(says * weight) / np.sum(weight)), float(np.sum(weight) ** -0.5))


def run(_: int, quick: bool) -> None:
    """Measure f along T = reduced sqrt(load)."""
    network = DenseHebbian(P)
    sizes, samples = (SIZES[:2], (8, 8)) if quick else (SIZES, SAMPLES)
    loads = LOADS[::2] if quick else LOADS
    rows: list[Row] = []
    lines: list[Row] = []
    origins: list[Any] = []
    for reduced in REDUCED:
        name = f"T={reduced:g} sqrt(load)"
        for load in loads:
            T = reduced * math.sqrt(load)
            s = solve(network, load, T, "retrieval", RSB(1), strict=False)
            here = []
            for N, S in zip(sizes, samples, strict=True):
                print(f"coexistence {name} load={load:g} N={N}", flush=True)
                f, status = _retrieval(load, T, N, S, quick, origins)
                here.append(row(name, load, T, N, "f of retrieval", s.free_energy, f, sweeps=SWEEPS, status=status))
            rows += here + limits(here, (1.0,))
        value, error, say = glass(reduced)
        rows.append(
            row(name, LOAD, reduced * math.sqrt(LOAD), math.inf, "f of the glass/sqrt(load)", -say, Estimate(-value, error))
        )
        rows.append(meeting(name, reduced, rows))
        for load in np.linspace(0.08, 0.46, 60):
            s = solve(network, float(load), reduced * math.sqrt(load), "retrieval", RSB(1), strict=False)
            lines.append({"curve": name, "load": load, "f": s.free_energy / math.sqrt(load), "glass": -say})
    write("coexistence", "P3", quick, CLAIM, verdict(rows), {"data.csv": rows}, origins, sizes=sizes, samples=samples,
          sweeps=SWEEPS, seed=300)  # fmt: skip
    _write(folder("coexistence", "P3", quick) / "lines.csv", tuple(lines[0]), lines)


def gap(load: float, reduced: float) -> float:
    """Return (f of retrieval - f of the glass)/sqrt(load) of RSB(1)."""
    network, T = DenseHebbian(P), reduced * math.sqrt(load)
    f = [solve(network, load, T, phase, RSB(1)).free_energy for phase in ("retrieval", "spin_glass")]
    return float((f[0] - f[1]) / math.sqrt(load))


def meeting(name: str, reduced: float, rows: list[Row]) -> Row:
    """Return the row of the load at which both measured free energies are equal, through points within 0.1 of it."""
    at = brentq(lambda x: gap(x, reduced), 0.3, 0.45, xtol=1e-10)
    slope = (gap(at + 1e-4, reduced) - gap(at - 1e-4, reduced)) / 2e-4
    value, error, _ = glass(reduced)
    used = [r for r in rows if r["curve"] == name and r["quantity"] == "f of retrieval" and math.isinf(r["N"])]
    used = [r for r in used if abs(r["load"] - at) < 0.1] or used
    # RSB(1) carries the gap from the measured loads to the crossing: what is measured is how far its curve must be shifted
    off = [r["simulation"] / math.sqrt(r["load"]) + value - gap(r["load"], reduced) for r in used]
    own = [r["error"] / math.sqrt(r["load"]) for r in used]
    found = crossing([at] * len(used), off, own, slope)
    total = Estimate(float(found), math.hypot(found.error, error / slope))
    return row(name, at, reduced * math.sqrt(at), math.inf, "load of coexistence", at, total)


def verdict(rows: list[Row]) -> str:
    """Whether both free energies agree, and where they cross."""
    short = glassy.results.short
    top = max(r["load"] for r in rows if r["quantity"] == "f of retrieval" and math.isinf(r["N"]))
    parts = [
        f"along {r['curve']} both measured free energies, carried on by RSB(1) from loads up to {top:g}, meet at load "
        f"{short(r['simulation'], r['error'])}; RSB(1) itself says {r['theory']:.4f}"
        for r in rows
        if r["quantity"] == "load of coexistence"
    ]
    lost = [r for r in rows if r["quantity"] == "f of retrieval" and math.isfinite(r["N"]) and r["status"] != "EQUILIBRATED"]
    text = f"{summary(rows)}; {'; '.join(parts)}"
    if lost:
        text += f"; {len(lost)} points where a chain left the pattern are kept and not extrapolated"
    return text


def plot(_: int, target: Path) -> None:
    """Draw f/sqrt(load) of both phases."""
    rows, lines = read(target / "data.csv"), read(target / "lines.csv")
    sizes = sorted({int(r["N"]) for r in rows if math.isfinite(r["N"])})
    fig, axes = plots.figure(1, len(REDUCED), width=6.4, height=4.2)
    for ax, reduced in zip(axes[0], REDUCED, strict=True):
        name = f"T={reduced:g} sqrt(load)"
        line = [r for r in lines if r["curve"] == name]
        plots.theory(ax, [r["load"] for r in line], [r["f"] for r in line], plots.COLORS[2], "RSB(1)")
        plots.theory(ax, [r["load"] for r in line], [r["glass"] for r in line], plots.COLORS[3], "RSB(1)")
        of_glass = next(r for r in rows if r["curve"] == name and r["quantity"].startswith("f of the glass"))
        low, high = (of_glass["simulation"] + sign * of_glass["error"] for sign in (-1, 1))
        ax.axhspan(low, high, color=plots.COLORS[3], alpha=0.25, lw=0)
        for N, marker in zip(sizes, plots.MARKERS, strict=False):
            at = [r for r in rows if r["curve"] == name and r["quantity"] == "f of retrieval" and r["N"] == N]
            scale = [math.sqrt(r["load"]) for r in at]
            plots.simulation(ax, [r["load"] for r in at], [r["simulation"] / s for r, s in zip(at, scale, strict=True)],
                             [r["error"] / s for r, s in zip(at, scale, strict=True)],
                             [r["status"] == "EQUILIBRATED" for r in at], plots.COLORS[2], marker)  # fmt: skip
        ends = [r for r in rows if r["curve"] == name and r["quantity"] == "f of retrieval" and math.isinf(r["N"])]
        plots.limit(ax, [r["load"] for r in ends], [r["simulation"] / math.sqrt(r["load"]) for r in ends],
                    [r["error"] / math.sqrt(r["load"]) for r in ends])  # fmt: skip
        meet = next(r for r in rows if r["curve"] == name and r["quantity"] == "load of coexistence")
        ax.errorbar(
            [meet["simulation"]],
            [of_glass["simulation"]],
            xerr=[meet["error"]],
            fmt="*",
            color=plots.COLORS[5],
            ms=9,
            capsize=3,
        )
        ax.set_xlabel("load")
        ax.set_ylabel(r"free energy per spin, $f/\sqrt{\mathrm{load}}$")
        ax.set_title(f"T = {reduced:g} √load; star: the measured crossing", fontsize=9)
        ax.set_ylim(min(r["f"] for r in line if r["load"] > 0.19), -0.75)
        ax.set_xlim(0.18, 0.47)
    handles = [("retrieval, RSB(1) (solid)", plots.COLORS[2]), ("spin glass, RSB(1); band: simulation", plots.COLORS[3])]
    plots.legend(
        axes[0][0], handles, list(zip(sizes, plots.MARKERS, strict=False)), extrapolated=True, unusable=True, below=True
    )
    fig.suptitle("P = 3: retrieval wins to the left of the crossing, the spin glass to the right", fontsize=10)
    plots.save(fig, target / "figure")


if __name__ == "__main__":
    main("coexistence", __doc__, {3: "P3"}, run, plot)
