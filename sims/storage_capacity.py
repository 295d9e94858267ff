"""Storage capacity at T = 0 against P and against the depth of replica symmetry breaking, in all three senses.

depth.csv   load_c and load_t of RS, RSB(1), RSB(2), ... and the limit, with errors, and the bounds of the Nishimori line
senses.csv  the same capacities in the conventions of the literature, beside the signal-to-noise estimates
nose.csv    the spinodal at T > 0, below the point where RS breaks on it: is there a re-entrance?
"""

from __future__ import annotations

import json
import math
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from glassy import RS, RSB, DenseHebbian, FullRSB, plots, signal_to_noise_load, spinodal, storage_capacity
from glassy.core.provenance import provenance
from glassy.phases.phase_diagram import at_spinodal
from glassy.theory.ansatz import Ansatz
from glassy.theory.rs.retrieval import curie_weiss_end
from sims.harness import command_line, folder, read, write_theory

NETWORKS = (
    *(DenseHebbian(P) for P in (2, 3, 4, 5, 6, 8, 12)),
    *(DenseHebbian(P, "self-interacting") for P in (3, 4, 5, 6, 8)),
)
DEPTH = 7
NOSES = (DenseHebbian(2), DenseHebbian(3), DenseHebbian(4), DenseHebbian(4, "self-interacting"))
NOSE_DEPTH = 4
LARGE_P = 0.25 / math.log(2.0)  # load_t of the random energy model
CLAIM = (
    "Replica symmetry breaking raises the capacity, by 0.2 % at P = 2 and by 23 % at P = 3, and removes the re-entrance of the "
    "RS spinodal: all of it at P = 2, all but a trace for distinct interactions. There, with the number of steps, both "
    "boundaries at T = 0 converge a little below the exact bounds t_d^2 and t_c^2 of the Nishimori line, not at them."
)


def measure(network: DenseHebbian, depth: int, part: Path) -> list[dict[str, Any]]:
    """All capacities of one network, at every depth and in the limit; kept in a file, so that an interrupted run goes on."""
    if part.exists():
        return list(json.loads(part.read_text()))
    rows = []
    every: tuple[Ansatz, ...] = (RS(), *(RSB(k) for k in range(1, depth + 1)), FullRSB(depth))
    for ansatz in every:
        c = storage_capacity(network, ansatz)
        k = getattr(ansatz, "k", math.inf if isinstance(ansatz, FullRSB) else 0)
        rows.append(
            {"P": network.P, "interactions": network.interactions, "ansatz": repr(ansatz), "k": k, "load_c": float(c.load_c),
             "load_c_error": getattr(c.load_c, "error", 0.0), "m_c": float(c.m_c), "load_t": float(c.load_t),
             "load_t_error": getattr(c.load_t, "error", 0.0), "load_t_ansatz": float(c.load_t_ansatz), "bound_c": c.bound_c,
             "bound_t": c.bound_t, "status": c.status.name, "reason": c.reason}
        )  # fmt: skip
    part.parent.mkdir(parents=True, exist_ok=True)
    part.write_text(json.dumps(rows))
    return rows


def spinodals(network: DenseHebbian, depth: int) -> list[dict[str, Any]]:
    """The spinodal against T up to where RS becomes stable on it, at every depth."""
    top = max(at_spinodal(network, (curie_weiss_end(network.P)[1] * np.linspace(1e-3, 0.99, 100)).tolist()))
    rows = []
    for k in range(depth + 1):
        near = None
        for part in (0.0, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0):
            end = spinodal(network, part * top, RSB(k) if k else RS(), start=near, strict=False)
            near = end if end.status.ok else near
            rows.append(
                {"P": network.P, "interactions": network.interactions, "k": k, "T": end.T, "load": end.load,
                 "residual": end.residual, "status": end.status.name}
            )  # fmt: skip
    return rows


def senses(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The capacities of each network in several conventions; c_noiseless: K_max = c N^(P-1)/ln N."""
    found = []
    for full in (r for r in rows if math.isinf(r["k"])):
        network = DenseHebbian(int(full["P"]), full["interactions"])

        def bv(load: float, network: DenseHebbian = network) -> float:  # K/N^(P-1), that of Krotov and Hopfield, too
            return network.to_convention("baldi-venkatesh", load, 0.0).load if math.isfinite(load) else math.nan

        rs = next(r for r in rows if (r["P"], r["interactions"], r["k"]) == (full["P"], full["interactions"], 0))
        one_percent = signal_to_noise_load(network, 0.01)
        signal = network.unit_covariance(1.0, 1) / (0.5 * network.P) ** 2  # noise over signal, per load
        found.append(
            {"P": full["P"], "interactions": full["interactions"], "load_c_RS": rs["load_c"], "load_c": full["load_c"],
             "load_t": full["load_t"], "load_1_percent": one_percent, "alpha_c_RS": bv(rs["load_c"]),
             "alpha_c": bv(full["load_c"]), "alpha_t": bv(full["load_t"]), "alpha_1_percent": bv(one_percent),
             "c_noiseless": bv(0.5 / signal)}
        )  # fmt: skip
    return found


def run(quick: bool) -> None:
    """Measure all networks, two at a time."""
    began = time.perf_counter()
    networks = (DenseHebbian(3), DenseHebbian(4, "self-interacting")) if quick else NETWORKS
    rows: list[dict[str, Any]] = []
    depth = 4 if quick else DEPTH
    store = folder("storage_capacity", "parts", True) / provenance().commit
    parts = [store / f"{network!r}_{depth}.json" for network in networks]
    with ProcessPoolExecutor(2) as pool:
        for network, found in zip(networks, pool.map(measure, networks, [depth] * len(networks), parts), strict=True):
            rows += found
            print(f"storage_capacity: {network!r} {found[-1]['status']}", flush=True)
        noses = NOSES[1:2] if quick else NOSES
        nose = [r for found in pool.map(spinodals, noses, [2 if quick else NOSE_DEPTH] * len(noses)) for r in found]
    seconds = time.perf_counter() - began
    tables = {"depth.csv": rows, "senses.csv": senses(rows), "nose.csv": nose}
    write_theory("storage_capacity", "capacity", quick, CLAIM, verdict(rows), seconds, tables)


def verdict(rows: list[dict[str, Any]]) -> str:
    """How much RSB raises the capacity, and how far below the bounds the limits stay."""
    raised, below = [], []
    for full in (r for r in rows if math.isinf(r["k"])):
        rs = next(r for r in rows if (r["P"], r["interactions"], r["k"]) == (full["P"], full["interactions"], 0))
        if full["interactions"] == "distinct":
            raised.append(f"{100 * (full['load_c'] / rs['load_c'] - 1):.2g} % at P = {full['P']:.0f}")
        if math.isfinite(full["bound_c"]):
            c, t = full["bound_c"] - full["load_c"], full["bound_t"] - full["load_t"]
            below.append(
                f"P = {full['P']:.0f}: load_c {full['load_c']:.7f} +- {full['load_c_error']:.0e}, {c:.2e} below t_d^2; load_t "
                f"{full['load_t']:.7f} +- {full['load_t_error']:.0e}, {t:.2e} below t_c^2"
            )
    return f"RSB raises load_c by {', '.join(raised)} (distinct). {'; '.join(below)}"


def plot(target: Path) -> None:
    """Draw capacity against P, the distance to the bounds against depth, and the loads in patterns per N^(P-1)."""
    rows = read(target / "depth.csv")
    fig, axes = plots.figure(2, 3, width=4.2, height=3.3)
    (against_P, c_gap, nose_2), (patterns, t_gap, nose_3) = axes
    distinct = [r for r in rows if r["interactions"] == "distinct"]
    rs, full = ([r for r in distinct if r["k"] == k] for k in (0.0, math.inf))
    for part, key, color, label in (
        (rs, "load_c", plots.COLORS[2], "spinodal, RS"), (full, "load_c", plots.COLORS[2], "spinodal, full RSB"),
        (rs, "load_t_ansatz", plots.COLORS[3], "coexistence, RS"), (full, "load_t", plots.COLORS[3], "coexistence, full RSB"),
    ):  # fmt: skip
        style = plots.STYLES["RS"] if part is rs else "solid"
        face = "white" if part is rs else color
        values = [r[key] for r in part]
        look: Any = {"color": color, "linestyle": style, "marker": "o", "ms": 4, "mfc": face, "lw": 1.3}
        against_P.plot([r["P"] for r in part], values, label=label, **look)
    bounds = "bounds $t_d^2$, $t_c^2$ (Nishimori line)"
    for key in ("bound_c", "bound_t"):
        against_P.plot([r["P"] for r in full], [r[key] for r in full], "k_", ms=13, mew=1.2, label=bounds, zorder=4)
        bounds = "_"
    against_P.axhline(LARGE_P, color="0.5", lw=0.8)
    text = "coexistence at $P\\to\\infty$: $1/(4\\ln 2)$"
    against_P.text(14.4, LARGE_P - 0.015, text, fontsize=6.5, color="0.3", ha="right", va="top")
    against_P.set(xlabel="interaction order P", ylabel="load", ylim=(0.0, 0.98), xlim=(1.5, 14.6))
    against_P.legend(fontsize=6.5, loc="upper left")
    against_P.set_title("capacity at T = 0, distinct interactions", fontsize=8.5)
    _patterns(patterns, rows)
    _gap(c_gap, distinct, "load_c", "bound_c", "$t_d^2$ - load of the spinodal", "spinodal: stops below its bound")
    title = "coexistence with the true glass: stops below its bound"
    _gap(t_gap, distinct, "load_t", "bound_t", "$t_c^2$ - load of coexistence", title)
    nose = read(target / "nose.csv")
    _nose(nose_2, nose, 2, next(r for r in full if r["P"] == 2) if len(full) > 1 else None, "P = 2: no re-entrance is left")
    _nose(nose_3, nose, 3, next(r for r in full if r["P"] == 3), "P = 3: a trace of it stays")
    plots.save(fig, target / "figure")


def _nose(ax: Axes, rows: list[dict[str, Any]], P: int, full: dict[str, Any] | None, title: str) -> None:
    """The spinodal below the AT line, magnified: 10^6 (load/load_c(full RSB) - 1) against T."""
    mine = [r for r in rows if r["P"] == P and r["interactions"] == "distinct"]
    if full is None or not mine:
        ax.set_axis_off()
        ax.text(0.5, 0.5, f"P = {P}: not in the quick run", fontsize=8.5, ha="center", transform=ax.transAxes)
        return
    for k in sorted({r["k"] for r in mine}):
        line = [r for r in mine if r["k"] == k]
        style = plots.depth_style(k)
        shift = [1e6 * (r["load"] / full["load_c"] - 1.0) for r in line]
        ax.plot([r["T"] for r in line], shift, marker=".", ms=3, label="RS" if k == 0 else f"RSB({k:.0f})", **style)
    error = 1e6 * full["load_c_error"] / full["load_c"]
    ax.errorbar([0.0], [0.0], [error], fmt="s", color="black", ms=4, label="full RSB", clip_on=False, zorder=5)
    if math.isfinite(full["bound_c"]):
        ax.axhline(1e6 * (full["bound_c"] / full["load_c"] - 1.0), color="0.5", lw=0.8)
        ax.text(0.0, 1e6 * (full["bound_c"] / full["load_c"] - 1.0), " bound $t_d^2$", fontsize=7, color="0.35", va="bottom")
    ax.axhline(0.0, color="0.6", lw=0.6)
    ax.set(xlabel="temperature T", ylabel="spinodal above load$_c$ of full RSB, in $10^{-6}$", ylim=(-60, 60))
    ax.legend(fontsize=6.5)
    ax.set_title(title, fontsize=8.5)


def _patterns(ax: Axes, rows: list[dict[str, Any]]) -> None:
    for kind, color in (("distinct", plots.COLORS[2]), ("self-interacting", plots.COLORS[1])):
        full = [r for r in rows if r["interactions"] == kind and math.isinf(r["k"])]
        networks = [DenseHebbian(int(r["P"]), kind) for r in full]
        for key, marker in (("load_c", "o"), ("load_t", "s")):
            alpha = [n.to_convention("baldi-venkatesh", r[key], 0.0).load for n, r in zip(networks, full, strict=True)]
            name = "spinodal" if key == "load_c" else "coexistence"
            ax.plot([r["P"] for r in full], alpha, color=color, marker=marker, ms=4, lw=1.0, label=f"{name}, {kind}")
        snr = [n.to_convention("baldi-venkatesh", signal_to_noise_load(n, 0.01), 0.0).load for n in networks]
        ax.plot([r["P"] for r in full], snr, "x", color=color, ms=5, label=f"1 % errors by signal to noise, {kind}")
    ax.set(yscale="log", xlabel="interaction order P", ylabel="patterns $K/N^{P-1}$", ylim=(1e-13, 1.0))
    ax.legend(fontsize=6.5, loc="lower left")
    ax.set_title("the same in patterns, and self-interactions", fontsize=8.5)


def _gap(ax: Axes, rows: list[dict[str, Any]], key: str, bound: str, ylabel: str, title: str) -> None:
    for P, color, marker in zip((3, 4, 6), plots.COLORS[1:4], plots.MARKERS, strict=False):
        mine = [r for r in rows if r["P"] == P]
        if not mine:
            continue
        finite = [r for r in mine if math.isfinite(r["k"]) and r[bound] - r[key] > 0.0]
        ax.plot(
            [r["k"] for r in finite],
            [r[bound] - r[key] for r in finite],
            color=color,
            marker=marker,
            ms=4,
            lw=1.0,
            label=f"P = {P}",
        )
        end = next(r for r in mine if math.isinf(r["k"]))
        gap, error = end[bound] - end[key], end[f"{key}_error"]
        ax.axhline(gap, color=color, lw=0.9, linestyle=(0, (1, 1)))
        ax.axhspan(max(gap - error, 1e-12), gap + error, color=color, alpha=0.2, lw=0.0)
    ax.set(yscale="log", xlabel="steps k of RSB (0: RS)", ylabel=ylabel)
    ax.xaxis.set_ticks(np.arange(0, DEPTH + 1))
    ax.plot([], [], color="0.4", linestyle=(0, (1, 1)), lw=0.9, label="limit $k\\to\\infty$, with its error")
    ax.legend(fontsize=6.5)
    ax.set_title(title, fontsize=8.5)


def main() -> None:
    """Run and draw."""
    arguments = command_line("storage_capacity", __doc__ or "").parse_args()
    target = folder("storage_capacity", "capacity", arguments.quick)
    if arguments.what != "plot":
        run(arguments.quick)
    if arguments.what != "run":
        plot(target)


if __name__ == "__main__":
    main()
