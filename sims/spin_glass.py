"""Spin glass: energy, specific heat, free energy and P(q) of networks beyond retrieval, by replica exchange against RSB."""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import glassy
from glassy import RS, RSB, DenseHebbian, Estimate, FullRSB, plots, simulate, solve, spin_glass_temperatures
from sims import GOOD
from sims.harness import LIMIT, _write, folder, read, samples_folder
from sims.measured import Row, annealed, judged, limits, main, moved, row, summary, write


@dataclass(frozen=True)
class Glass:
    """One network beyond retrieval, and how it is run: sizes with their samples and sweeps (half as many are burnt in)."""

    network: DenseHebbian
    load: float
    sizes: tuple[int, ...]
    samples: tuple[int, ...]
    sweeps: tuple[int, ...]
    ansatz: RSB | FullRSB
    claim: str

    @property
    def continuous(self) -> bool:
        """Whether replica symmetry breaks continuously."""
        return isinstance(self.ansatz, FullRSB)

    @property
    def unit(self) -> float:
        """Temperature by which those of the ladder are divided: T_c of a continuous glass, else sqrt(load)."""
        return spin_glass_temperatures(self.network, self.load).T_c if self.continuous else math.sqrt(self.load)


# at P > 2 the load is so large that single patterns lie above the glass but for the smallest N: see the verdict
CASES = {
    "P2": Glass(
        DenseHebbian(2), 1.0, (48, 96, 192, 384), (256, 192, 128, 64), (1000, 1000, 1000, 1500), FullRSB(),
        "Below T_g the P = 2 network (load 1) is a glass with a continuous P(q): energy and free energy follow full RSB; one "
        "step is as good for them, but its two peaks are not those of P(q).",
    ),
    "P3": Glass(
        DenseHebbian(3), 4.0, (24, 32, 48, 64, 80, 96), (400, 400, 256, 160, 64, 96), (2000, 3000, 4000, 6000, 14000, 10000),
        RSB(1),
        "Beyond retrieval the P = 3 network (load 4) is the Ising 3-spin glass: annealed above T_c, one step of RSB below, "
        "with two peaks of P(q) at 0 and q_1.",
    ),
    "P4": Glass(
        DenseHebbian(4), 4.0, (24, 32, 40, 48), (320, 200, 128, 64), (2000, 3000, 6000, 8000), RSB(1),
        "Beyond retrieval the P = 4 network (load 4) is the Ising 4-spin glass: annealed above T_c, one step of RSB below, "
        "with two peaks of P(q) at 0 and q_1.",
    ),
    "P4-self-interacting": Glass(
        DenseHebbian(4, "self-interacting"), 4.0, (24, 32, 40), (200, 128, 64), (2000, 3000, 3000), FullRSB(),
        "The self-interactions of P = 4 (load 4) make another glass of the same network: it sets in continuously, at a "
        "temperature 2.8 times as high, and follows full RSB with a continuous P(q).",
    ),
}  # fmt: skip
EVERY = 2  # sweeps between exchanges
STARTS = 8  # samples that are run from the pattern as well
REDUCED = (0.40, 0.45, 0.50, 0.55, 0.60, 0.66, 0.73, 0.81, 0.92, 1.07, 1.30, 1.65, 2.2, 3.2, 5.5, math.inf)  # units of `unit`
HIST_T = (0.45, 0.60, 0.81)  # of REDUCED: where P(q) is kept
PATTERNS = 0.15  # share of the samples at single patterns above which a finite network is not the glass
HOT = 1.9  # T/T_c from which ln Z of networks of these sizes fluctuates so little that its mean is that of F.1
NEAR = 1.2  # T/T_c up to which a continuous transition is felt


def theory(case: Glass, load: float, T: float, ansatz: RS | RSB | FullRSB) -> glassy.Solution:
    """Return the m = 0 state that wins: the glass where this ansatz has one in equilibrium, else the paramagnet."""
    flat = solve(case.network, load, T, "paramagnetic", strict=False)
    if case.continuous and spin_glass_temperatures(case.network, load).T_c <= T:
        return flat
    glass = solve(case.network, load, T, "spin_glass", ansatz, strict=False)
    if case.continuous:
        return glass
    return glass if glass.status.ok and glass.free_energy >= flat.free_energy else flat


def expected(case: Glass, load: float, T: float, ansatz: RS | RSB | FullRSB) -> dict[str, float]:
    """What theory says at T; the specific heat by a symmetric difference of energies, at full RSB those of two steps."""
    s = theory(case, load, T, ansatz)
    h, few = 1e-3 * T, RSB(2) if isinstance(ansatz, FullRSB) else ansatz
    warm, cold = (theory(case, load, T + sign * h, few).energy for sign in (1.0, -1.0))
    levels = s.overlap_distribution if s.q_EA > 0.0 else None
    q2 = np.dot(np.square(levels.q), levels.weight) if levels else 0.0
    found = {"energy": s.energy, "specific heat": (warm - cold) / (2.0 * h), "-beta f": -s.free_energy / T, "<q^2>": q2}
    return {name: float(value) for name, value in found.items()}


def powers(case: Glass, T: float) -> tuple[float, ...]:
    """Powers of 1/N with which finite networks meet their limits: N^(-2/3) where symmetry breaks continuously, and near it.

    That is the power of the Sherrington-Kirkpatrick model. Given full RSB, the data tell it from 1/N (see the verdict).
    """
    onset = spin_glass_temperatures(case.network, case.load).T_c
    return (2 / 3, 1.0) if case.continuous and NEAR * onset > T else (1.0, 2.0)


def of_N(case: Glass, says: dict[str, float], K: int, N: int, T: float) -> dict[str, float]:
    """What theory says of N spins: far above T_c the annealed free energy (F.1), else what it says of infinitely many."""
    if HOT * spin_glass_temperatures(case.network, case.load).T_c <= T:
        return {**says, **annealed(case.network, K, N, T)}
    return says


def of_size(
    case: Glass, says: dict[float, dict[str, float]], ladder: glassy.Ladder, meetings: list[glassy.Starts]
) -> list[Row]:
    """Return the rows of one size."""
    rows: list[Row] = []
    free = ladder.minus_beta_f()
    for i, (r, meeting) in enumerate(zip(ladder[:-1], meetings, strict=True)):
        say = of_N(case, says[r.T], r.K, r.N, r.T)
        _, lowest = r.largest_overlaps(1)
        close = np.abs(lowest[..., 0]).max(axis=1) > 0.9
        status = (r.status if not r.status.ok else meeting.status).name
        if close.mean() > PATTERNS:
            status = "AT_A_PATTERN"
        mean = case.network.energy_offset(r.K + 1, r.N)  # M.3 of all K patterns: none is condensed
        measured = {"energy": moved(r.energy, -mean), "specific heat": r.specific_heat,
                    "-beta f": moved(free[i], mean / r.T), "<q^2>": r.q2}  # fmt: skip
        common: dict[str, Any] = {"sweeps": r.sweeps, "status": status}
        rows += [row("ladder", case.load, r.T, r.N, name, say[name], value, **common) for name, value in measured.items()]
        share = Estimate(float(close.mean()), float(close.std(ddof=1)) / math.sqrt(r.samples), samples=r.samples)
        p = Estimate(meeting.worst.p, 0.0, samples=STARTS)
        rows += [
            row("ladder", case.load, r.T, r.N, name, math.nan, value, **common)
            for name, value in (("at a pattern", share), ("p of two starts", p))
        ]
    return rows


def run(name: str, quick: bool) -> None:
    """Run ladders from random spins, some also from the pattern."""
    case, target = CASES[name], samples_folder("spin_glass", name, quick)
    sizes = case.sizes[:2] if quick else case.sizes
    samples = (STARTS, STARTS) if quick else case.samples
    lengths = (400, 400) if quick else case.sweeps
    temperatures = [t * case.unit for t in REDUCED]
    says = {T: expected(case, case.load, T, case.ansatz) for T in temperatures[:-1]}
    rows: list[Row] = []
    histograms: list[Row] = []
    origins = []
    for N, S, sweeps in zip(sizes, samples, lengths, strict=True):
        print(f"spin_glass/{name} N={N}", flush=True)
        common: dict[str, Any] = {"load": case.load, "T": temperatures, "N": N, "method": glassy.ReplicaExchange(every=EVERY),
                                  "burn_in": sweeps // 2, "sweeps": sweeps, "seed": 100 + case.network.P,
                                  "threads": 1}  # fmt: skip
        ladder: glassy.Ladder = simulate(case.network, start="random", samples=S, out=target / f"{N}", **common)
        few = simulate(case.network, start="random", samples=STARTS, out=target / f"{N}", **common)
        other = simulate(case.network, start="pattern", samples=STARTS, out=target / f"{N}_pattern", **common)
        origins += [r.provenance for r in ladder]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", glassy.EquilibrationWarning)  # every row shows its status
            rows += of_size(
                case, says, ladder, [glassy.compare_starts(a, b) for a, b in zip(few[:-1], other[:-1], strict=True)]
            )
        for r, reduced in zip(ladder, REDUCED, strict=True):
            if reduced in HIST_T:
                # one bin for each value that q takes: others would alias
                x, density, error = r.overlap_distribution(N + 1)
                histograms += [
                    {"N": N, "T": r.T, "reduced": reduced, "q": a, "density": b, "error": c}
                    for a, b, c in zip(x, density, error, strict=True)
                ]
    told = [r for r in rows if r["quantity"] not in ("at a pattern", "p of two starts")]
    for T in temperatures[:-1]:
        here = [r for r in told if r["T"] == T]
        rows += limits(here, powers(case, T), says[T])
        for p in (2 / 3, 1.0) if case.continuous else ():
            rows += [{**r, "curve": f"N^-{p:.2g} alone", "status": "ONE_POWER"} for r in limits(here, (p,), says[T])]
    write("spin_glass", name, quick, case.claim, verdict(name, rows), {"data.csv": rows, "histograms.csv": histograms}, origins,
          sizes=sizes, samples=samples, sweeps=lengths, seed=100 + case.network.P)  # fmt: skip
    lines = []
    for label, ansatz in (("RS", RS()), ("RSB(1)", RSB(1))):
        for t in np.linspace(0.38, 1.4, 52):
            s = theory(case, case.load, float(t) * case.unit, ansatz)
            d = s.overlap_distribution if s.q_EA > 0.0 else None
            heat = expected(case, case.load, s.T, ansatz)["specific heat"]
            lines.append({"ansatz": label, "T": s.T, "energy": s.energy, "heat": heat, "q_0": d.q[0] if d else 0.0,
                          "q_1": d.q[-1] if d else 0.0, "x": d.weight[0] if d else 1.0,
                          "minus_beta_f": -s.free_energy / s.T})  # fmt: skip
    _write(folder("spin_glass", name, quick) / "lines.csv", tuple(lines[0]), lines)


def verdict(name: str, rows: list[Row]) -> str:
    """How the limits agree, quantity by quantity, and what finite networks still know of single patterns."""
    case, parts = CASES[name], []
    mine = [r for r in judged(rows) if r["curve"] == "ladder"]
    for quantity in ("energy", "-beta f", "specific heat"):
        if some := [r for r in mine if r["quantity"] == quantity]:
            worst = max(some, key=lambda r: abs(r["z"]))
            inside = sum(abs(r["z"]) <= LIMIT for r in some)
            parts.append(f"{quantity} {inside} of {len(some)} (worst z {worst['z']:.1f} at T={worst['T']:.3g})")
    onset = spin_glass_temperatures(case.network, case.load).T_c
    hot = [r for r in rows if math.isfinite(r["N"]) and r["T"] >= HOT * onset and r["quantity"] in ("energy", "-beta f")]
    proof = [r for r in rows if r["quantity"] == "p of two starts"]
    bad = sum(r["status"] not in GOOD for r in proof)
    alone = (
        f"at T >= {HOT:g} T_c {sum(abs(r['z']) <= LIMIT for r in hot)} of {len(hot)} energies and -beta f of N spins agree "
        f"with F.1 without a fit (worst z {max((r['z'] for r in hot), key=abs):.1f})"
    )
    near = {r["N"]: r["simulation"] for r in rows if r["quantity"] == "at a pattern" and r["T"] == min(x["T"] for x in rows)}
    shares = ", ".join(f"{v:.2f} at N={N:.0f}" for N, v in near.items())
    off = sorted(r["T"] / onset for r in mine if abs(r["z"]) > LIMIT)
    why = ""
    if off:
        where = f"{off[0]:.2f} to {off[-1]:.2f} T_c"
        why = f"; those that are off lie at {where}, where the transition is rounded and two powers are not enough"
    if case.continuous:
        of_power = [r for r in rows if r["status"] == "ONE_POWER" and r["quantity"] == "-beta f" and r["T"] < 0.8 * onset]
        cold = [
            max((r["z"] for r in of_power if r["curve"] == f"N^-{p:.2g} alone"), key=abs, default=math.nan)
            for p in (2 / 3, 1.0)
        ]  # fmt: skip
        why += (
            f"; with one power, -beta f below .8 T_c is off by z = {cold[0]:.1f} at worst with N^(-2/3), {cold[1]:.1f} with 1/N"
        )
    power = f"1/N and 1/N^2 above {NEAR:g} T_c, N^(-2/3) and 1/N below" if case.continuous else "1/N and 1/N^2"
    return (
        f"limits in {power} within {LIMIT:g} errors of {'full RSB' if case.continuous else 'RSB(1)'}: {'; '.join(parts)}; "
        f"{summary(mine)}{why}; {alone}; {len(proof) - bad} of {len(proof)} ladder points are equilibrated by their series and "
        f"by two starts, with at most {PATTERNS:.0%} of the samples at a pattern; samples that end within |m| > 0.9 of one "
        f"of the K patterns at the lowest T: {shares}"
    )


def plot(name: str, target: Path) -> None:
    """Draw energy, specific heat and P(q)."""
    case = CASES[name]
    rows, lines, histograms = (read(target / name) for name in ("data.csv", "lines.csv", "histograms.csv"))
    sizes = sorted({int(r["N"]) for r in rows if math.isfinite(r["N"])})
    fig, axes = plots.figure(1, 3, width=4.1, height=3.8)
    onset = spin_glass_temperatures(case.network, case.load)
    panels = (("energy", "energy", "energy per spin"), ("specific heat", "heat", "specific heat"))
    for ax, (quantity, key, label) in zip(axes[0], panels, strict=False):
        for ansatz, k in (("RS", 0), ("RSB(1)", 1)):
            line = [r for r in lines if r["ansatz"] == ansatz]
            ax.plot([r["T"] for r in line], [r[key] for r in line], label=ansatz, **plots.depth_style(k))
        for N, marker, color in zip(sizes, plots.MARKERS, plots.COLORS, strict=False):
            at = [r for r in rows if r["N"] == N and r["quantity"] == quantity and r["T"] <= lines[-1]["T"]]
            plots.simulation(ax, [r["T"] for r in at], [r["simulation"] for r in at], [r["error"] for r in at],
                             [r["status"] in GOOD for r in at], color, marker)  # fmt: skip
        ends = [r for r in rows if math.isinf(r["N"]) and r["quantity"] == quantity and r["curve"] == "ladder"]
        ends = [r for r in ends if r["T"] <= lines[-1]["T"]]
        plots.limit(ax, [r["T"] for r in ends], [r["simulation"] for r in ends], [r["error"] for r in ends])
        ax.axvline(onset.T_c, color="0.6", lw=0.8)
        ax.set_xlabel("temperature T")
        ax.set_ylabel(label)
    handles = [("RS", plots.COLORS[3]), ("RSB(1)", plots.COLORS[2], "RSB(1)")]
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
    fig.suptitle(
        f"P = {case.network.P} {case.network.interactions}, load {case.load:g}: replica exchange against theory",
        fontsize=10,
    )
    plots.save(fig, target / "figure")


if __name__ == "__main__":
    main("spin_glass", __doc__, {name: name for name in CASES}, run, plot)
