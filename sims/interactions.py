"""Interactions: the same P = 4 load with distinct and with self-interacting energies, two models with two theories."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np

from glassy import DenseHebbian, plots, solve, spinodal
from sims import GOOD
from sims.harness import Case, Curve, counted, main, read

KINDS = ("distinct", "self-interacting")
LOAD, T = 0.05, 0.3
TEMPERATURES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6)
LOADS = (0.025, 0.075, 0.1, 0.15, 0.2)


def _cases(quick: bool) -> list[tuple[Case, list[Curve]]]:
    curves, lines = [], []
    for kind in KINDS:
        network = DenseHebbian(4, kind)
        end = spinodal(network, T).load
        curves.append(Curve(f"{kind} load={LOAD:g}", network, (LOAD,), TEMPERATURES[1::3] if quick else TEMPERATURES))
        lines.append(Curve(f"{kind} load={LOAD:g}", network, (LOAD,), tuple(np.linspace(0.0, 0.7, 71))))
        curves.append(Curve(f"{kind} T={T:g}", network, LOADS[:2] if quick else LOADS, (T,)))
        lines.append(Curve(f"{kind} T={T:g}", network, (*np.linspace(0.002, end * (1 - 1e-9), 100), end * 1.001), (T,)))
    case = Case(
        name="P4",
        claim="Distinct (H.2) and self-interacting (H.3) energies of the same P = 4 network are different models: each follows "
        "its own theory (N.1, N.2), and neither follows the other's.",
        curves=tuple(curves),
        sizes=(64, 100) if quick else (64, 100, 140, 200),
        samples=(8, 8) if quick else (128, 96, 64, 64),
        sweeps=100 if quick else 240,
        seed=77_000_000,
    )
    return [(case, lines)]


def _mixed(rows: list[dict[str, Any]]) -> str:
    """What somebody sees who takes the theory of the other energy: in numbers."""
    limits = {(r["curve"], r["load"], r["T"], r["observable"]): r for r in counted(rows)}
    wrong = []
    for (curve, load, T, observable), r in limits.items():
        kind, where = curve.split(" ")
        other = limits.get((f"{KINDS[1 - KINDS.index(kind)]} {where}", load, T, observable))
        if other is not None and observable != "energy":
            wrong.append((abs(r["simulation"] - other["theory"]) / r["error"], kind, load, T, observable))
    if not wrong:
        return ". No state point has usable limits of both energies, so that nothing is said of mixing them up"
    z, kind, load, T, observable = max(wrong)
    text = (
        f". Against the theory of the other energy {sum(w[0] > 4 for w in wrong)} of {len(wrong)} values of m, q and the "
        f"energy above the pattern are off by more than 4 errors, the worst by {z:.0f} ({observable} of the {kind} network at "
        f"load={load:g}, T={T:g})"
    )
    lost = [r for r in rows if r["curve"].startswith(KINDS[1]) and math.isnan(r["theory"]) and r["observable"] == "m"]
    if lost:
        r = max(lost, key=lambda r: (r["load"], r["N"]))
        promised = solve(DenseHebbian(4, KINDS[0]), r["load"], r["T"]).m
        text += (
            f". At load={r['load']:g}, T={r['T']:g} the theory of H.2 promises m = {promised:.3f}; the H.3 network of "
            f"N={r['N']:.0f} has m = {r['simulation']:.3f}: it lies beyond its own spinodal and has lost the pattern"
        )
    return text


def _plot(folder: Path) -> None:
    rows, lines = read(folder / "data.csv"), read(folder / "lines.csv")
    sizes = sorted({int(r["N"]) for r in rows if math.isfinite(r["N"])})
    fig, axes = plots.figure(1, 2, width=4.6, height=4.2)
    colors = {"distinct": plots.COLORS[2], "self-interacting": plots.COLORS[3]}
    for ax, x, suffix, misaligned in ((axes[0][0], "T", f"load={LOAD:g}", True), (axes[0][1], "load", f"T={T:g}", False)):

        def y(values: list[float], misaligned: bool = misaligned) -> list[float]:
            return [(1.0 - v) / 2.0 for v in values] if misaligned else values

        scale = 0.5 if misaligned else 1.0
        for kind in KINDS:
            name = f"{kind} {suffix}"
            line = [r for r in lines if r["curve"] == name]
            plots.theory(ax, [r[x] for r in line], y([r["m"] for r in line]), colors[kind])
            mine = [r for r in rows if r["curve"] == name and r["observable"] == "m"]
            for N, marker in zip(sizes, plots.MARKERS, strict=False):
                at = [r for r in mine if r["N"] == N]
                plots.simulation(
                    ax, [r[x] for r in at], y([r["simulation"] for r in at]), [scale * r["error"] for r in at],
                    [r["status"] in GOOD for r in at], colors[kind], marker,
                )  # fmt: skip
            ends = [r for r in mine if math.isinf(r["N"]) and r["status"] in GOOD]
            if ends and not misaligned:
                plots.limit(ax, [r[x] for r in ends], [r["simulation"] for r in ends], [r["error"] for r in ends])
        ax.set_xlabel("temperature T" if x == "T" else "load")
        ax.set_ylabel("misaligned fraction, (1 - m)/2" if misaligned else "magnetization m")
        ax.set_title(suffix.replace("=", " = "), fontsize=9)
        if misaligned:
            ax.set_yscale("log")
            ax.set_ylim(1e-6, 0.1)
    axes[0][1].set_ylim(0.0, 1.05)
    for ax, ends_shown in ((axes[0][0], False), (axes[0][1], True)):
        plots.legend(
            ax, [(f"{k}, RS", colors[k]) for k in KINDS], list(zip(sizes, plots.MARKERS, strict=False)),
            extrapolated=ends_shown, unusable=True, below=True,
        )  # fmt: skip
    fig.suptitle("P = 4: the same load, two energies, two theories", fontsize=10)
    plots.save(fig, folder / "figure")


if __name__ == "__main__":
    main("interactions", __doc__, _cases, _plot, _mixed)
