"""Beyond RS: retrieval at low T up to and past the spinodal of RS, against RS and RSB(1), for P = 2 to 4."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np

from glassy import RS, RSB, Annealing, DenseHebbian, plots, simulate, solve, spinodal
from glassy.compare import predicted
from sims.harness import _write, folder, read, samples_folder
from sims.measured import Row, limits, main, row, summary, write

T = {2: 0.1, 3: 0.1, 4: 0.1}  # chains are cooled from twice T within the phase of the pattern
RARE = 3.0  # expected misaligned spins in all samples of a size, below which their scatter is no error (theory, trap 15)
LOADS = {2: (0.05, 0.1, 0.12), 3: (0.2, 0.3, 0.36, 0.4, 0.42), 4: (0.2, 0.3, 0.38, 0.42)}
SIZES = {2: (500, 1000, 2000), 3: (150, 250, 400), 4: (64, 90, 120)}
SAMPLES = {2: (64, 48, 32), 3: (64, 48, 40), 4: (64, 48, 32)}
SWEEPS = {2: 500, 3: 2000, 4: 300}  # after a fifth of them of cooling
WORDS = ("m", "q", "energy_excess")
CLAIM = (
    "At P = {P} and T = {T:g} retrieval follows RS where its replicon is positive. Where it is not, and past the load at which "
    "RS has lost the phase, the largest networks are still in it, with m and energy of RSB(1)."
)


def run(P: int, quick: bool) -> None:
    """Cool from the pattern at every load and size."""
    network, target = DenseHebbian(P), samples_folder("beyond_rs", f"P{P}", quick)
    sizes = SIZES[P][:2] if quick else SIZES[P]
    samples = (8, 8) if quick else SAMPLES[P]
    rows: list[Row] = []
    origins = []
    for i, load in enumerate(LOADS[P][::2] if quick else LOADS[P]):
        say = {k: solve(network, load, T[P], "retrieval", a, strict=False) for k, a in (("RS", RS()), ("RSB(1)", RSB(1)))}
        here: list[Row] = []
        for N, S in zip(sizes, samples, strict=True):
            print(f"beyond_rs/P{P} load={load:g} N={N}", flush=True)
            r = simulate(network, load, T[P], N, seed=10 * P + i, samples=S, sweeps=SWEEPS[P], threads=1,
                         burn_in=SWEEPS[P] // 5,
                         method=Annealing(2.0 * T[P]), out=target / f"{load:g}_{N}")  # fmt: skip
            origins.append(r.provenance)
            seen = N * S * (1.0 - say["RSB(1)"].m) / 2.0
            status = "RARE" if r.status.ok and seen < RARE else r.status.name
            for name in WORDS:
                here += [
                    row(k, load, T[P], N, name, predicted(name, s), getattr(r, name), sweeps=SWEEPS[P], status=status)
                    for k, s in say.items()
                ]
        rows += here + limits(here)
    write("beyond_rs", f"P{P}", quick, CLAIM.format(P=P, T=T[P]), verdict(P, rows), {"data.csv": rows}, origins,
          sizes=sizes, samples=samples, sweeps=SWEEPS[P], seed=10 * P)  # fmt: skip
    lines = []
    for k, a in (("RS", RS()), ("RSB(1)", RSB(1))):
        end = spinodal(network, T[P], a).load
        for load in np.linspace(0.02, 1.0, 60) * end * (1.0 - 1e-6):
            s = solve(network, float(load), T[P], "retrieval", a, strict=False)
            lines.append(
                {"ansatz": k, "load": load, "m": s.m, "energy_excess": predicted("energy_excess", s), "replicon": s.replicon}
            )
    _write(folder("beyond_rs", f"P{P}", quick) / "lines.csv", tuple(lines[0]), lines)


def verdict(P: int, rows: list[Row]) -> str:
    """How the limits agree with each ansatz, where RS is unstable and where it has no saddle."""
    network = DenseHebbian(P)
    one = [r for r in rows if r["curve"] == "RSB(1)"]
    loads = sorted({r["load"] for r in rows})
    unstable = [x for x in loads if solve(network, x, T[P], strict=False).status.ok and solve(network, x, T[P]).replicon < 0.0]
    gone = [x for x in loads if not solve(network, x, T[P], strict=False).status.ok]
    text = f"RSB(1): {summary(one)}"
    largest = max(r["N"] for r in rows if math.isfinite(r["N"]))
    for name, some in (("RS is unstable", unstable), ("RS has no saddle", gone)):
        said = []
        for load in some:
            for quantity in ("m", "energy_excess"):
                a, b = (
                    next(r for r in rows if (r["curve"], r["load"], r["N"], r["quantity"]) == (curve, load, largest, quantity))
                    for curve in ("RS", "RSB(1)")
                )
                other = f" and {a['z']:+.1f} from RS" if math.isfinite(a["z"]) else ""
                said.append(f"{quantity} at load {load:g} {b['z']:+.1f} errors from RSB(1){other}")
        if some:
            text += f"; where {name}, at N={largest:.0f}: {', '.join(said)}"
    lost = [r for r in one if r["quantity"] == "m" and math.isfinite(r["N"]) and r["status"] != "EQUILIBRATED"]
    if lost:
        where = ", ".join(f"N={r['N']:.0f} at {r['load']:g} {r['status']}" for r in lost)
        text += f"; kept and not extrapolated: {where}"
    return text


def plot(P: int, target: Path) -> None:
    """Draw m and the energy above the pattern."""
    rows, lines = read(target / "data.csv"), read(target / "lines.csv")
    sizes = sorted({int(r["N"]) for r in rows if math.isfinite(r["N"])})
    fig, axes = plots.figure(1, 2, width=4.4, height=3.8)
    for ax, name, label in zip(
        axes[0], ("m", "energy_excess"), ("magnetization m", "energy above the pattern, per spin"), strict=True
    ):
        for k, depth in (("RS", 0), ("RSB(1)", 1)):
            line = [r for r in lines if r["ansatz"] == k]
            ax.plot([r["load"] for r in line], [r[name] for r in line], **plots.depth_style(depth))
        broken = [r["load"] for r in lines if r["ansatz"] == "RS" and r["replicon"] < 0.0]
        if broken:
            ax.axvspan(min(broken), max(r["load"] for r in lines), color="0.5", alpha=0.12, lw=0)
        for N, marker, color in zip(
            sizes, plots.MARKERS, (plots.COLORS[0], plots.COLORS[1], plots.COLORS[4], "0.3"), strict=False
        ):
            at = [r for r in rows if r["curve"] == "RSB(1)" and r["N"] == N and r["quantity"] == name]
            plots.simulation(ax, [r["load"] for r in at], [r["simulation"] for r in at], [r["error"] for r in at],
                             [r["status"] == "EQUILIBRATED" for r in at], color, marker)  # fmt: skip
        ends = [r for r in rows if r["curve"] == "RSB(1)" and math.isinf(r["N"]) and r["quantity"] == name]
        plots.limit(ax, [r["load"] for r in ends], [r["simulation"] for r in ends], [r["error"] for r in ends])
        ax.set_xlabel("load")
        ax.set_ylabel(label)
    axes[0][0].set_ylim(bottom=min(r["m"] for r in lines) - 0.05)
    handles = [("RS", plots.COLORS[3]), ("RSB(1) (solid)", plots.COLORS[2])]
    for ax in axes[0]:
        plots.legend(ax, handles, list(zip(sizes, plots.MARKERS, strict=False)), extrapolated=True, unusable=True, below=True)
    fig.suptitle(f"P = {P}, T = {T[P]:g}: retrieval against load; grey: RS unstable or gone", fontsize=10)
    plots.save(fig, target / "figure")


if __name__ == "__main__":
    main("beyond_rs", __doc__, {P: f"P{P}" for P in LOADS}, run, plot)
