"""Glassiness: hard part, soft part and remainder of the free energy against T, at RS and RSB(1), for P = 2 and P = 4."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np

from glassy import RS, RSB, DenseHebbian, glassiness, plots, spin_glass_temperatures
from sims.harness import command_line, folder, read, write_theory

LOAD = 0.2
PARTS = ("hard", "soft", "remainder", "total")
CLAIMS = {
    "P2": "Without retrieval the P = 2 network is a hard (Sherrington-Kirkpatrick) and a soft (Gaussian) spin glass and a "
    "remainder. The hard part dominates; replica symmetry breaking moves hard part and remainder by more than their sum.",
    "P4": "For P > 2 and distinct interactions only the hard part survives: the network is the Ising p-spin glass, with "
    "nothing left over.",
}


def run(name: str, quick: bool) -> None:
    """Split -beta f along T."""
    network = DenseHebbian(int(name[1:]))
    began = time.perf_counter()
    top = spin_glass_temperatures(network, LOAD).T_c
    rows = []
    for T in np.linspace(0.02, 1.3, 13 if quick else 65) * top:
        for ansatz in (RS(), RSB(1)):
            g = glassiness(network, LOAD, float(T), ansatz)
            rows.append(
                {"ansatz": repr(ansatz), "T": g.T, **{part: getattr(g, part) for part in PARTS}, "q": g.q, "x": g.x,
                 "beta_1": g.beta_1, "beta_2": g.beta_2, "status": g.status.name}
            )  # fmt: skip
    write_theory("glassiness", name, quick, CLAIMS[name], verdict(rows), time.perf_counter() - began, {"data.csv": rows})


def verdict(rows: list[dict[str, Any]]) -> str:
    """How large the parts of T A = -f are, and what RSB(1) changes in each."""
    broken = [(a, b) for a, b in zip(rows[::2], rows[1::2], strict=True) if b["status"] == "CONVERGED"]
    change = {part: max(abs(b["T"] * (b[part] - a[part])) for a, b in broken) for part in PARTS}
    size = {part: max(abs(r["T"] * r[part]) for r in rows) for part in PARTS}
    parts = ", ".join(f"{part} {size[part]:.3g}" for part in PARTS)
    moves = ", ".join(f"{part} by {change[part]:.2g}" for part in PARTS)
    return f"parts of -f = T A, largest over T: {parts}; RSB(1) changes {moves}"


def plot(name: str, target: Path) -> None:
    """Draw the parts of -f = T A."""
    rows = read(target / "data.csv")
    fig, axes = plots.figure(1, 2, width=4.2, height=3.2)
    whole, change = axes.ravel()
    rs, one = rows[::2], rows[1::2]
    T = [r["T"] for r in rs]
    for part, color in zip(PARTS, (*plots.COLORS[3:0:-1], plots.COLORS[5]), strict=True):
        for which, k in ((rs, 0), (one, 1)):
            width = {"hard": 3.0, "soft": 3.0}.get(part, 1.0)  # parts stay visible where they fall on each other
            style = {**plots.depth_style(k), "color": color, "linewidth": width}
            whole.plot(T, [r["T"] * r[part] for r in which], label=part if k else None, **style)
        change.plot(T, [t * (b[part] - a[part]) for t, a, b in zip(T, rs, one, strict=True)], label=part, **style)
    whole.plot([], [], color="0.4", **{k: v for k, v in plots.depth_style(0).items() if k != "color"}, label="RS")
    whole.plot([], [], color="0.4", **{k: v for k, v in plots.depth_style(1).items() if k != "color"}, label="RSB(1)")
    glass = spin_glass_temperatures(DenseHebbian(int(name[1:])), LOAD)
    for ax in (whole, change):
        ax.axvline(glass.T_c, color="0.6", lw=0.8)
        ax.axhline(0.0, color="k", lw=0.6)
        ax.set_xlabel("temperature T")
        ax.legend(fontsize=7)
    whole.text(glass.T_c, whole.get_ylim()[0], " $T_g$" if glass.continuous else " $T_c$", color="0.4", va="bottom")
    whole.set_ylabel("part of -f = T A")
    change.set_ylabel("RSB(1) - RS")
    what = "a hard and a soft glass, and a remainder" if name == "P2" else "all of it is hard"
    fig.suptitle(f"How glassy is P = {name[1:]}, load {LOAD:g}: {what}")
    plots.save(fig, target / "figure")


def main() -> None:
    """Run and draw both networks."""
    arguments = command_line("glassiness", __doc__ or "").parse_args()
    for name in CLAIMS:
        target = folder("glassiness", name, arguments.quick)
        if arguments.what != "plot":
            run(name, arguments.quick)
        if arguments.what != "run":
            plot(name, target)


if __name__ == "__main__":
    main()
