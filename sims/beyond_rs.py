"""Beyond RS: retrieval at low T up to and past the spinodal of RS, in equilibrium behind a wall, against RS and RSB(1)."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from glassy import RS, RSB, DenseHebbian, Estimate, Ladder, Samples, Solution, Status, plots, solve, spinodal
from glassy.compare import predicted
from sims.harness import _write, folder, read, samples_folder
from sims.held import EVERY, Fields, FloatArray, controlled, excess_free_energy, fields, hold, near_wall
from sims.measured import Row, limits, main, row, summary, write

T = 0.1
WARM = 0.45  # T/sqrt(load) at which the free energy is measured, for sims.coexistence
REDUCED = (0.1, 0.16, 0.25, 0.55, 0.75, 1.0, 1.3, 1.6)  # of WARM sqrt(load): the ladder, with T added
MANY = 30  # samples with an unstable spin in the pattern from which a regression on five controls has enough to explain
RARE = 3.0  # expected misaligned spins in all samples of a size, below which their scatter is no error (theory, trap 15)
CROWDED = 0.25  # share of the time at the wall from which a network is held by it and not by its phase
USABLE = (Status.EQUILIBRATED, Status.SHORT_CHAIN)  # errors are the scatter between samples: that chains are short is in it
WALL = {2: 0.88, 3: 0.70, 4: 0.82}  # near the unstable saddle of RS at the larger loads
LOADS = {2: (0.05, 0.1, 0.12), 3: (0.2, 0.3, 0.36, 0.4, 0.43), 4: (0.2, 0.3, 0.36, 0.4)}
SIZES = {2: (500, 1000, 2000), 3: (150, 250, 400), 4: (64, 90, 120)}
SAMPLES = {2: (96, 64, 48), 3: (128, 80, 48), 4: (64, 48, 24)}
POWERS = {2: (1.0,), 3: (1.0,), 4: (1.0, 2.0)}  # of 1/N; a straight line is not enough at P = 4 (theory, trap 14)
SWEEPS = (1000, 1500, 2000)  # after half as many of burn-in
ANSAETZE: dict[str, RS | RSB] = {"RS": RS(), "RSB(1)": RSB(1)}
WORDS = ("m", "q", "energy_excess", "free energy above the pattern")
_HELD = (
    "Held in their phase by a wall, networks of P = {P} retrieve in equilibrium from T near 0 upwards: m, q, energy and free "
    "energy extrapolate to RS where its replicon is positive"
)
CLAIM = {
    P: _HELD.format(P=P)
    + (
        ", and to RSB(1) where it is negative and where RS has no saddle; there both ansaetze differ by less than the errors."
        if P == 3
        else ". Where RS is unstable at low T, networks of these sizes lie at the wall and say nothing."
        if P > 3
        else ", as it is at every point that has a limit here."
    )
    for P in LOADS
}


def temperatures(load: float) -> list[float]:
    """Return the temperatures of the ladder at one load, with T and WARM sqrt(load) among them."""
    return sorted({T, *(x * WARM * math.sqrt(load) for x in REDUCED)})


def reported(r: Samples, solution: Solution, at: float) -> str:
    """Status of the rows of one rung: that of the run, where the phase holds the network and enough spins are misaligned."""
    if near_wall(r, at).mean() > CROWDED:
        return "AT_WALL"
    if r.status not in USABLE:
        return r.status.name
    return "RARE" if misaligned(r, solution) < RARE else "EQUILIBRATED"


def misaligned(r: Samples, solution: Solution) -> float:
    """Return the number of misaligned spins that theory expects in all samples."""
    return r.N * r.samples * (1.0 - solution.m) / 2.0


def mean(each: FloatArray, r: Samples, here: Fields) -> Estimate:
    """Return the mean over the samples, with the control variates where enough happens for a regression."""
    if (here.h < 0.0).any(axis=1).sum() >= MANY:
        return controlled(each, here.controls(r.T))
    return Estimate(float(each.mean()), float(each.std(ddof=1)) / math.sqrt(len(each)), samples=len(each))


def _each(r: Samples) -> dict[str, FloatArray]:
    """Return one number for each sample: the means over its chains."""
    excess = r.series.energy - r.series.pattern_energy[:, None, None]
    found = {"m": r.series.m, "q": r.series.q, "energy_excess": excess}
    return {name: np.asarray(x.mean(axis=(1, 2))) for name, x in found.items()}


def of_size(P: int, load: float, ladder: Ladder, sweeps: int) -> list[Row]:
    """Return the rows of one size at one load: every rung, and the free energy at WARM sqrt(load)."""
    path = temperatures(load)
    warm = path.index(WARM * math.sqrt(load))
    here = fields(ladder[0])
    rows: list[Row] = []

    def add(name: str, r: Samples, value: Estimate, say: dict[str, float], status: str) -> None:
        common: dict[str, Any] = {"sweeps": sweeps, "status": status}
        rows.extend(row(k, load, r.T, r.N, name, say.get(k, math.nan), value, **common) for k in ANSAETZE)

    for i, r in enumerate(ladder):
        saddles = {k: solve(DenseHebbian(P), load, r.T, "retrieval", a, strict=False) for k, a in ANSAETZE.items()}
        status = reported(r, saddles["RSB(1)"], WALL[P])
        for name, each in _each(r).items():
            say = {k: predicted(name, s) for k, s in saddles.items()}
            add(name, r, mean(each, r, here), say, status)
        share = near_wall(r, WALL[P])
        value = Estimate(float(share.mean()), float(share.std(ddof=1)) / math.sqrt(len(share)), samples=len(share))
        add("share at the wall", r, value, {}, status)
        if i == warm:
            bad = [x.status.name for x in ladder[: warm + 1] if x.status not in (*USABLE, Status.CONSTANT)]
            status = bad[0] if bad else "AT_WALL" if share.mean() > CROWDED else "EQUILIBRATED"
            excess = np.array([_each(x)["energy_excess"] for x in ladder])
            f = excess_free_energy(np.array(path), excess, warm)
            say = {k: s.free_energy + 0.5 for k, s in saddles.items()}
            add("free energy above the pattern", r, mean(f, r, here), say, status)
    return rows


def run(P: int, quick: bool) -> None:
    """Hold the phase at every load and size."""
    network, target = DenseHebbian(P), samples_folder("beyond_rs", f"P{P}", quick)
    sizes = SIZES[P][:2] if quick else SIZES[P]
    samples = (12, 12) if quick else SAMPLES[P]
    lengths = (400, 400) if quick else SWEEPS
    rows: list[Row] = []
    origins = []
    for i, load in enumerate(LOADS[P][:2] if quick else LOADS[P]):
        here: list[Row] = []
        for N, S, sweeps in zip(sizes, samples, lengths, strict=True):
            print(f"beyond_rs/P{P} load={load:g} N={N}", flush=True)
            ladder = hold(network, load, temperatures(load), N, WALL[P], samples=S, sweeps=sweeps,
                          seed=10 * P + i, out=target / f"{load:g}_{N}")  # fmt: skip
            origins += [r.provenance for r in ladder]
            here += of_size(P, load, ladder, sweeps)
        rows += here + limits([r for r in here if r["quantity"] in WORDS], POWERS[P])
    write("beyond_rs", f"P{P}", quick, CLAIM[P], verdict(P, rows), {"data.csv": rows}, origins,
          sizes=sizes, samples=samples, sweeps=lengths, seed=10 * P, wall=WALL[P], every=EVERY)  # fmt: skip
    lines = []
    for k, a in ANSAETZE.items():
        end = spinodal(network, T, a).load
        for load in np.linspace(0.02, 1.0, 60) * end * (1.0 - 1e-6):
            s = solve(network, float(load), T, "retrieval", a, strict=False)
            excess = predicted("energy_excess", s)
            lines.append({"ansatz": k, "load": load, "m": s.m, "energy_excess": excess, "replicon": s.replicon})
    curves = []
    for load in LOADS[P]:
        for k, a in ANSAETZE.items():
            found = [
                solve(network, load, t, "retrieval", a, strict=False)
                for t in np.linspace(0.01, 1.1, 60) * temperatures(load)[-1]
            ]
            curves += [{"ansatz": k, "load": load, "T": s.T, "m": s.m} for s in found if s.status.ok]
    for name, table in (("lines", lines), ("curves", curves)):
        _write(folder("beyond_rs", f"P{P}", quick) / f"{name}.csv", tuple(table[0]), table)


def unstable(P: int, load: float, T: float) -> str:
    """Say of RS at one point: "stable", "unstable" where its replicon is negative, "gone" where it has no saddle."""
    s = solve(DenseHebbian(P), load, T, strict=False)
    return "gone" if not s.status.ok else "unstable" if s.replicon < 0.0 else "stable"


def verdict(P: int, rows: list[Row]) -> str:
    """How the limits agree with each ansatz, where RS is stable, where it is unstable and where it has no saddle."""
    ends = [r for r in rows if math.isinf(r["N"]) and r["status"] == "EQUILIBRATED"]
    text = f"RSB(1): {summary([r for r in rows if r['curve'] == 'RSB(1)'])}"
    for word, name in (("unstable", "RS is unstable"), ("gone", "RS has no saddle")):
        here = [r for r in ends if unstable(P, r["load"], r["T"]) == word]
        worst = {
            k: max((r["z"] for r in here if r["curve"] == k and math.isfinite(r["z"])), key=abs, default=math.nan)
            for k in ANSAETZE
        }
        if here:
            other = f", z = {worst['RS']:.1f} from RS" if math.isfinite(worst["RS"]) else ""
            points = len({(r["load"], r["T"]) for r in here})
            text += f"; where {name}, limits at {points} points, at worst z = {worst['RSB(1)']:.1f} from RSB(1){other}"
    kept = [r for r in rows if (r["curve"], r["quantity"]) == ("RSB(1)", "m") and math.isfinite(r["N"])]
    counts = Counter(r["status"] for r in kept)
    if off := [f"{n} {name}" for name, n in sorted(counts.items()) if name != "EQUILIBRATED"]:
        text += f"; of {len(kept)} points and sizes, kept and not extrapolated: {', '.join(off)}"
    return text


def plot(P: int, target: Path) -> None:
    """Draw m and the energy above the pattern against load at T, and m against T at every load."""
    rows, lines, curves = (read(target / f"{name}.csv") for name in ("data", "lines", "curves"))
    sizes = sorted({int(r["N"]) for r in rows if math.isfinite(r["N"])})
    fig, axes = plots.figure(1, 3, width=4.2, height=4.0)
    shades = (plots.COLORS[0], plots.COLORS[1], plots.COLORS[4])

    def points(ax: Any, mine: list[Row], x: str, colors: Sequence[str]) -> None:
        for N, marker, color in zip(sizes, plots.MARKERS, colors, strict=False):
            at = [r for r in mine if r["N"] == N]
            plots.simulation(ax, [r[x] for r in at], [r["simulation"] for r in at], [r["error"] for r in at],
                             [r["status"] == "EQUILIBRATED" for r in at], color, marker)  # fmt: skip
        ends = [r for r in mine if math.isinf(r["N"])]
        plots.limit(ax, [r[x] for r in ends], [r["simulation"] for r in ends], [r["error"] for r in ends])

    one = [r for r in rows if r["curve"] == "RSB(1)"]
    labels = ("magnetization m", "energy above the pattern, per spin")
    for ax, name, label in zip(axes[0], ("m", "energy_excess"), labels, strict=False):
        for k, depth in (("RS", 0), ("RSB(1)", 1)):
            line = [r for r in lines if r["ansatz"] == k]
            ax.plot([r["load"] for r in line], [r[name] for r in line], **plots.depth_style(depth))
        broken = [r["load"] for r in lines if r["ansatz"] == "RS" and r["replicon"] < 0.0]
        if broken:
            ax.axvspan(min(broken), max(r["load"] for r in lines), color="0.5", alpha=0.12, lw=0)
        points(ax, [r for r in one if r["quantity"] == name and r["T"] == T], "load", shades)
        ax.set_xlabel("load")
        ax.set_ylabel(label)
        ax.set_title(f"T = {T:g}; grey: RS unstable or gone", fontsize=9)
    axes[0][0].set_ylim(bottom=min(r["m"] for r in lines) - 0.05)
    handles = [("RS", plots.COLORS[3]), ("RSB(1)", plots.COLORS[2])]
    plots.legend(
        axes[0][0], handles, list(zip(sizes, plots.MARKERS, strict=False)), extrapolated=True, unusable=True, below=True
    )
    ax = axes[0][2]
    for load, color in zip(LOADS[P], plots.COLORS, strict=False):
        for k in ANSAETZE:
            line = [r for r in curves if r["ansatz"] == k and r["load"] == load]
            plots.theory(ax, [r["T"] for r in line], [r["m"] for r in line], color, k)
        points(ax, [r for r in one if r["quantity"] == "m" and r["load"] == load], "T", [color] * len(sizes))
        ax.plot([], [], color=color, label=f"load {load:g}")
    ax.set_xlabel("temperature T")
    ax.set_ylabel("magnetization m")
    ax.set_title("RS dashed, RSB(1) solid", fontsize=9)
    ax.legend(fontsize=7.5, ncols=3, loc="upper center", bbox_to_anchor=(0.5, -0.16))
    fig.suptitle(f"P = {P}: retrieval behind a wall at m = {WALL[P]:g}, in equilibrium", fontsize=10)
    plots.save(fig, target / "figure")


if __name__ == "__main__":
    main("beyond_rs", __doc__, {P: f"P{P}" for P in LOADS}, run, plot)
