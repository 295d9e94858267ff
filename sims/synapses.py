"""Synapses: m and q of networks whose couplings are noisy, diluted or clipped, against the theory of C.3 and N.3c."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from glassy import DenseHebbian, ImperfectSynapses, Lines, Table, plots, solve
from ._sim import NetworkCase, Sampling, Tables

NAMES = ("m", "q")
COLORS = dict(zip(("noise", "dilution", "clipping"), (plots.COLORS[0], plots.COLORS[2], plots.COLORS[4]), strict=True))
LOOKS = (("theory", "k", "RS"), ("bare load", "0.6", "RSB(1)"), ("larger load", "0.6", "deeper"))


@dataclass(frozen=True, kw_only=True)
class Synapses(NetworkCase):
    """One state point, and how much the couplings are off: Delta^2 of the noise, c of the dilution, and clipping."""

    load: float
    T: float
    noise: tuple[float, ...]
    kept: tuple[float, ...]

    @property
    def points(self) -> list[tuple[str, ImperfectSynapses, float]]:
        """Kind, network and variance D of what is added to the field at q = 1, of every point in the order of their seeds."""
        found = [("noise", ImperfectSynapses(self.network, noise=math.sqrt(D)), D) for D in self.noise]
        found += [("dilution", ImperfectSynapses(self.network, kept=c), self.load * (1.0 / c - 1.0)) for c in self.kept]
        found += [("clipping", ImperfectSynapses(self.network, clipped=True), self.load * (0.5 * math.pi - 1.0))]
        return found[slice(*self.part)]


SAYS = "Imperfect synapses at P = {}: whether noise is added to the couplings, some are cut or all are clipped to one bit, {}"
ANOTHER = "the network retrieves as the perfect one at the load that C.3 says, and not as at its own."
CASES = {
    f"P{P}": Synapses(
        name=f"P{P}", network=DenseHebbian(P), load=load, T=T, noise=noise, kept=kept, sizes=sizes, samples=samples,
        sweeps=160, seed=22_000_000 + 100_000 * P, quick={"sweeps": 120},
        claim=SAYS.format(P, ANOTHER if P > 2 else
                          "a Gaussian part is added to the noise (N.3c), which is neither the bare load nor a larger one."),
    )
    for P, load, T, noise, kept, sizes, samples in (
        (2, 0.05, 0.3, (0.02, 0.045), (0.7, 0.53), (400, 800, 1600), (192, 128, 96)),
        (3, 0.1, 0.4, (0.05, 0.1), (0.65, 0.5), (128, 192, 256), (192, 128, 96)),
        (4, 0.08, 0.4, (0.09,), (0.65, 0.47), (80, 96, 112), (64, 48, 40)),
    )
}  # fmt: skip


def others(case: Synapses, D: float) -> dict[str, Any]:
    """Return the theories that are wrong: the bare load, and at P = 2 the larger one that would be right at P > 2."""
    loads = {"bare load": case.load, **({"larger load": case.load + D} if case.network.P == 2 else {})}
    return {name: solve(case.network, load, case.T, strict=False) for name, load in loads.items()}


def measure(case: Synapses, run: Sampling) -> Tables:
    table, wrong = Table(), Table()
    for i, (kind, network, D) in enumerate(case.points):
        runs = [run(network, case.load, case.T, N, seed=case.seed + 1000 * i, samples=S, sweeps=sweeps, burn_in=sweeps // 4,
                    out=f"{kind}_{D:.3g}_{N}") for N, S, sweeps in case.runs]  # fmt: skip
        s = solve(network, case.load, case.T)
        here = Table.of(s, runs, network=kind, t=D).finite.where(quantity=NAMES.__contains__)
        limits = here.limits((1.0,), {name: getattr(s, name) for name in NAMES})
        table += here + limits
        for name, other in others(case, D).items():
            wrong += [r.beside(getattr(other, r.quantity), curve=name) for r in limits]
    grid = np.linspace(0.0, 1.1 * max(D for *_, D in case.points), 60).tolist()
    right = ((D, solve(ImperfectSynapses(case.network, noise=math.sqrt(max(D, 1e-9))), case.load, case.T)) for D in grid)
    lines = Lines(Lines.row(s, *NAMES, curve="theory", t=D) for D, s in right)
    lines += [Lines.row(s, *NAMES, curve=name, t=D) for D in grid for name, s in others(case, D).items()]
    return {"data": table, "wrong": wrong, "lines": lines}


def verdict(case: Synapses, tables: Tables) -> str:
    text = str(tables["data"].verdict())
    for name in dict.fromkeys(tables["wrong"]["curve"].tolist()):
        off = tables["wrong"].where(curve=name).verdict()
        text += f"; by the {name} {off.inside} of {off.counted} would, rms z = {off.rms:.1f}"
    return text


def panels(case: Synapses, tables: Tables) -> Any:
    data, lines = tables["data"], tables["lines"]
    fig, (axes,) = plots.figure(1, 2, width=4.6, height=3.6)
    named = [look for look in LOOKS if look[0] in {*lines["curve"]}]
    looks = {name: {"color": color, "ls": plots.STYLES[style]} for name, color, style in named}
    for ax, quantity in zip(axes, NAMES, strict=True):
        plots.lines(ax, lines, "t", quantity, "curve", looks)
        for kind, color in COLORS.items():
            mine = data.where(quantity=quantity, network=kind)
            plots.points(ax, mine, "t", color=color, markers=plots.markers_of(data))
        ax.set(xlabel="variance D of what is added to the field", ylabel=quantity)
    plots.legend(axes[0], named, [], dots=[*COLORS.items()], below=True)
    plots.legend(axes[1], [], plots.markers_of(data), extrapolated=True, unusable=True, below=True)
    fig.suptitle(f"P = {case.network.P}, load {case.load:g}, T = {case.T:g}: synapses that are not perfect", fontsize=10)
    return fig
