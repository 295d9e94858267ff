"""Nishimori: on the line T = load two replicas are as alike as a replica and the pattern, which is a typical state too."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np

import glassy
from glassy import DenseHebbian, Estimate, plots, simulate, solve, spin_glass_temperatures
from glassy.analysis.statistics import estimate
from sims import GOOD
from sims.harness import _write, folder, read, samples_folder
from sims.measured import Row, limits, main, row, summary, write

LOADS = {3: (0.1, 0.15, 0.2, 0.25, 0.3, 0.34, 0.38, 0.42, 0.46, 0.5), 4: (0.15, 0.2, 0.25, 0.3, 0.34, 0.38, 0.42, 0.46, 0.5)}
SIZES = {3: (128, 200, 300, 450), 4: (64, 96, 140)}
SAMPLES = {3: (192, 160, 128, 96), 4: (192, 160, 128)}
SWEEPS = {3: 600, 4: 500}
SHOWN = {3: (0.2, 0.3, 0.38), 4: (0.25, 0.34, 0.42)}  # loads whose distributions are drawn, at the largest size
BINS = 200
WORDS = ("m", "q", "<m> - <q>", "<m^2> - <q^2>", "energy", "energy + signal", "energy above the pattern")
CLAIM = (
    "On the Nishimori line T = load (P = {P}, distinct) the phase of a pattern is that of a Bayes-optimal problem: the overlap "
    "q of two "
    "replicas is distributed as the overlap m with the pattern, e = -1/2, and the pattern itself has the energy of a typical "
    "state."
)


def _moments(run: glassy.Samples) -> dict[str, Estimate]:
    """What the line fixes: moments of m minus moments of q within each sample, and the energies."""
    m, q = run.series.m, run.series.q
    table = run.network.energy_table(run.N)
    signal = -float(table.unit * table.values[0]) / run.N  # 1/2 prod (1 - i/N): with Gaussian noise e = -signal at every N
    return {
        "m": run.m,
        "q": run.q,
        "<m> - <q>": estimate(m.mean(axis=1, keepdims=True) - q.mean(axis=1, keepdims=True)),
        "<m^2> - <q^2>": estimate((m**2).mean(axis=1, keepdims=True) - (q**2).mean(axis=1, keepdims=True)),
        "energy": run.energy,
        "energy + signal": Estimate(float(run.energy) + signal, run.energy.error, samples=run.samples),
        "energy above the pattern": run.energy_excess,
    }


def run(P: int, quick: bool) -> None:
    """Simulate along the line, from the pattern: an exact sample of its phase there, if the claim is true."""
    network, target = DenseHebbian(P), samples_folder("nishimori", f"P{P}", quick)
    sizes = SIZES[P][:2] if quick else SIZES[P]
    samples = (16, 12) if quick else SAMPLES[P]
    loads = SHOWN[P] if quick else LOADS[P]
    rows: list[Row] = []
    densities: list[Row] = []
    origins = []
    for i, load in enumerate(loads):
        theory = solve(network, load, load, strict=False)
        expected = {"m": theory.m, "q": theory.q_EA, "<m> - <q>": 0.0, "<m^2> - <q^2>": 0.0, "energy": -0.5,
                    "energy + signal": 0.0, "energy above the pattern": 0.0}  # fmt: skip
        here: list[Row] = []
        for N, S in zip(sizes, samples, strict=True):
            print(f"nishimori/P{P} load={load:g} N={N}", flush=True)
            r = simulate(network, load, load, N, seed=1000 * P + i, samples=S, sweeps=SWEEPS[P], threads=1,
                         out=target / f"{load:g}_{N}")  # fmt: skip
            origins.append(r.provenance)
            kept = Estimate(1.0 - float(r.escaped.mean()), float(r.escaped.any(axis=1).std(ddof=1)) / math.sqrt(S), samples=S)
            here += [
                row("line", load, load, N, name, expected[name], value, sweeps=r.sweeps, status=r.status.name)
                for name, value in _moments(r).items()
            ]
            here.append(row("line", load, load, N, "chains that stay", math.nan, kept, sweeps=r.sweeps, status=r.status.name))
            if r.escaped.any():
                others = _elsewhere(r)
                here.append(
                    row("line", load, load, N, "lost to another", math.nan, others, sweeps=r.sweeps, status=r.status.name)
                )
            if sizes[-1] == N:
                densities += _densities(load, N, r)
        rows += here + limits([x for x in here if x["quantity"] in WORDS])
    write("nishimori", f"P{P}", quick, CLAIM.format(P=P), verdict(P, rows), {"data.csv": rows, "densities.csv": densities},
          origins, sizes=sizes, samples=samples, sweeps=SWEEPS[P], seed=1000 * P)  # fmt: skip
    line = []
    for load in np.linspace(0.02, 0.55, 107):
        s = solve(network, float(load), float(load), strict=False)
        line.append({"load": load, "m": s.m, "status": s.status.name})
    _write(folder("nishimori", f"P{P}", quick) / "lines.csv", ("load", "m", "status"), line)


def _elsewhere(r: glassy.Samples) -> Estimate:
    """Of the chains that lost their pattern, the share that ends at another one: |m| > 0.6, which random spins do not reach."""
    _, m = r.largest_overlaps(1)
    share = float((np.abs(m[..., 0])[r.escaped] > 0.6).mean())
    n = int(r.escaped.sum())
    return Estimate(share, math.sqrt((share * (1.0 - share) + 1.0 / n) / n), samples=n)


def _densities(load: float, N: int, r: glassy.Samples) -> list[Row]:
    """Return the distributions of m and q on one set of bins, with errors over the samples."""
    edges = np.linspace(-1.0, 1.0, BINS + 1)
    found = []
    for name, x in (("m", r.series.m), ("q", r.series.q)):
        each = np.array([np.histogram(part, edges, density=True)[0] for part in x])
        error = each.std(axis=0, ddof=1) / math.sqrt(len(each))
        found += [
            {"load": load, "N": N, "quantity": name, "x": round(0.5 * (edges[k] + edges[k + 1]), 6),
             "density": each[:, k].mean(), "error": error[k]}
            for k in range(BINS) if each[:, k].any()
        ]  # fmt: skip
    return found


def verdict(P: int, rows: list[Row]) -> str:
    """Whether the limits agree; where chains escape, and how that changes with N."""
    glass = spin_glass_temperatures(DenseHebbian(P))
    largest = max(r["N"] for r in rows if math.isfinite(r["N"]))
    sharp = [r for r in rows if r["quantity"] == "energy above the pattern" and r["N"] == largest and r["status"] in GOOD]
    kept = {(r["load"], r["N"]): r["simulation"] for r in rows if r["quantity"] == "chains that stay"}
    smallest = min(N for _, N in kept)
    text = (
        f"{summary(rows)}; at N={largest:.0f} alone the energy above the pattern is 0 within "
        f"{max(abs(r['simulation']) for r in sharp):.1g}"
        f" at {len(sharp)} loads (worst z = {max((r['z'] for r in sharp), key=abs):.2f})"
    )
    below = [x for x in sorted({x for x, _ in kept}) if x < glass.T_c**2 and kept[x, smallest] < 1.0]
    if below:
        lost = ", ".join(f"{x:g}: {1 - kept[x, smallest]:.2f} and {1 - kept[x, largest]:.2f}" for x in below)
        moved = [r for r in rows if r["quantity"] == "lost to another" and r["load"] in below]
        count = sum(r["samples"] for r in moved)
        share = sum(r["samples"] * r["simulation"] for r in moved) / count
        text += (
            f"; chains lose the pattern well before its phase ends at load {glass.T_d**2:.3f}, the fewer the larger N (share "
            f"at "
            f"N={smallest:.0f} and N={largest:.0f}, by load: {lost}): a finite-size effect, kept and not extrapolated. Of the "
            f"{count:.0f} chains lost below t_c^2 a share of {share:.2f} ended at another pattern: a finite network prefers "
            f"the lowest of its K "
            "patterns, whose energies scatter by sqrt(load/2N)"
        )
    return text


def plot(P: int, target: Path) -> None:
    """Draw the distributions, the energies and the end of the phase."""
    rows, densities, lines = (read(target / name) for name in ("data.csv", "densities.csv", "lines.csv"))
    glass = spin_glass_temperatures(DenseHebbian(P))
    sizes = sorted({int(r["N"]) for r in rows if math.isfinite(r["N"])})
    fig, axes = plots.figure(1, 3, width=4.0, height=3.7)
    left, middle, right = axes[0]
    for load, color in zip(SHOWN[P], plots.COLORS[1:], strict=False):
        m, q = ([r for r in densities if r["load"] == load and r["quantity"] == name] for name in "mq")
        if m:
            left.step(
                [r["x"] for r in m], [r["density"] for r in m], where="mid", color=color, lw=1.2, label=f"m, load {load:g}"
            )
            left.errorbar([r["x"] for r in q], [r["density"] for r in q], [r["error"] for r in q], fmt="o", ms=3, lw=0.8,
                          color=color, mfc="none", label=f"q, load {load:g}")  # fmt: skip
    left.set_xlim(0.55, 1.0)
    left.set_yscale("log")
    left.set_ylim(bottom=1e-2)
    left.set_xlabel("overlap m with the pattern, q of two replicas")
    left.set_ylabel(f"density, N = {sizes[-1]}")
    left.set_title("q is distributed as m", fontsize=9)
    for ax, name in ((middle, "energy above the pattern"), (right, "m")):
        for N, marker, color in zip(sizes, plots.MARKERS, plots.COLORS, strict=False):
            at = [r for r in rows if r["N"] == N and r["quantity"] == name]
            plots.simulation(ax, [r["load"] for r in at], [r["simulation"] for r in at], [r["error"] for r in at],
                             [r["status"] in GOOD for r in at], color, marker)  # fmt: skip
        ends = [r for r in rows if math.isinf(r["N"]) and r["quantity"] == name]
        plots.limit(ax, [r["load"] for r in ends], [r["simulation"] for r in ends], [r["error"] for r in ends])
        ax.set_xlabel("load = temperature T")
        for x, word in ((glass.T_c**2, "$t_c^2$"), (glass.T_d**2, "$t_d^2$")):
            ax.axvline(x, color="0.6", lw=0.8)
            ax.text(x, 1.0, word, color="0.4", transform=ax.get_xaxis_transform(), ha="center", va="bottom", fontsize=8)
    middle.axhline(0.0, color=plots.COLORS[5], ls=plots.STYLES["RS"], lw=1.3, zorder=1)
    middle.set_ylabel("energy above the pattern, per spin")
    plots.theory(right, [r["load"] for r in lines], [r["m"] for r in lines], plots.COLORS[5])
    right.set_ylabel("magnetization m")
    right.set_ylim(0.0, 1.05)
    handles = [(n, m) for n, m in zip(sizes, plots.MARKERS, strict=False)]
    plots.legend(right, [("exact: RS", plots.COLORS[5])], handles, extrapolated=True, unusable=True)
    if left.lines:
        left.legend(fontsize=7)
    fig.suptitle(f"P = {P} on the Nishimori line T = load: the pattern is one more replica", fontsize=10)
    plots.save(fig, target / "figure")


if __name__ == "__main__":
    main("nishimori", __doc__, {P: f"P{P}" for P in LOADS}, run, plot)
