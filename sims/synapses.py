"""Synapses: m and q of networks whose couplings are noisy, diluted or clipped, against the theory of C.3 and N.3c."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from glassy import DenseHebbian, ImperfectSynapses, Lines, Table, plots, solve
from ._sim import NetworkCase, Sampling, Tables

NAMES = ("m", "q")
COLORS = dict(zip(("noise", "dilution", "clipping", "perfect"), (*plots.COLORS[0:6:2], "0.4"), strict=True))
LOOKS = (("theory", "k", "RS"), ("bare load", "0.6", "other"), ("larger load", plots.COLORS[3], "other"))


@dataclass(frozen=True, kw_only=True)
class Synapses(NetworkCase):
    """One state point, and how much the couplings are off: Delta^2 of the noise, c of the dilution, and clipping."""

    load: float
    T: float
    noise: tuple[float, ...]
    kept: tuple[float, ...]
    perfect: tuple[float, ...] = ()  # D of perfect networks at load + D, of the largest N, where limits tell too little

    @property
    def points(self) -> list[tuple[str, ImperfectSynapses, float]]:
        """Kind, network and variance D of what is added to the field at q = 1, of every point in the order of their seeds."""
        found = [("noise", ImperfectSynapses(self.network, noise=math.sqrt(D)), D) for D in self.noise]
        found += [("dilution", ImperfectSynapses(self.network, kept=c), self.load * (1.0 / c - 1.0)) for c in self.kept]
        found += [("clipping", ImperfectSynapses(self.network, clipped=True), self.load * (0.5 * math.pi - 1.0))]
        return found[slice(*self.part)]


SAYS = "Imperfect synapses at P = {}: whether noise is added to the couplings, some are cut or all are clipped to one bit, {}"
ANOTHER = "the network retrieves as the perfect one at the load that C.3 says, and not as at its own."
GAUSSIAN = "a Gaussian part is added to the noise (N.3c), which is neither the bare load nor a larger one."
SAME = "limits do not tell the load of C.3 from the bare one; at N = 112 the two differ, and noise and cuts follow C.3."
CASES = {
    f"P{P}": Synapses(
        name=f"P{P}", network=DenseHebbian(P), load=load, T=T, noise=noise, kept=kept, sizes=sizes, samples=samples,
        sweeps=160, seed=22_000_000 + 100_000 * P, quick={"sweeps": 120}, perfect=perfect,
        claim=SAYS.format(P, {2: GAUSSIAN, 3: ANOTHER, 4: SAME}[P]),
    )
    for P, load, T, noise, kept, sizes, samples, perfect in (
        (2, 0.05, 0.3, (0.02, 0.045), (0.7, 0.53), (400, 800, 1600), (192, 128, 96), ()),
        (3, 0.1, 0.4, (0.05, 0.1), (0.65, 0.5), (128, 192, 256), (192, 128, 96), ()),
        (4, 0.08, 0.4, (0.09,), (0.65, 0.47), (80, 96, 112), (64, 48, 40), (0.0, 0.09)),
    )
}  # fmt: skip


def measure(case: Synapses, run: Sampling) -> Tables:
    table, wrong, loads = Table(), Table(), {"bare load": 0.0, **({"larger load": 1.0} if case.network.P == 2 else {})}
    for i, (kind, network, D) in enumerate([*case.points, *(("perfect", case.network, D) for D in case.perfect)]):
        load = case.load + D if kind == "perfect" else case.load
        runs = [run(network, load, case.T, N, seed=case.seed + 1000 * i, samples=S, sweeps=sweeps, burn_in=sweeps // 4,
                    out=f"{kind}_{D:.3g}_{N}") for N, S, sweeps in [*case.runs][-1 if kind == "perfect" else 0 :]]  # fmt: skip
        s = solve(network, load, case.T)
        here = Table.of(s, runs, network=kind, t=D).finite.where(quantity=NAMES.__contains__)
        limits = here.limits((1.0,), {name: getattr(s, name) for name in NAMES})
        table += here + limits
        for name, x in loads.items():
            other = solve(case.network, load + x * D, case.T, strict=False)
            wrong += [r.beside(getattr(other, r.quantity), curve=name) for r in limits]
    lines = Lines()
    for D in np.linspace(1e-6, 1.1 * max(D for *_, D in case.points), 60).tolist():
        noisy = solve(ImperfectSynapses(case.network, noise=math.sqrt(D)), case.load, case.T)
        others = {name: solve(case.network, case.load + x * D, case.T, strict=False) for name, x in loads.items()}
        lines += [Lines.row(s, *NAMES, curve=name, t=D) for name, s in {"theory": noisy, **others}.items()]
    return {"data": table, "wrong": wrong, "lines": lines}


def verdict(case: Synapses, tables: Tables) -> str:
    data, wrong, text = tables["data"], tables["wrong"], str(tables["data"].verdict())
    off = {name: wrong.where(curve=name).verdict() for name in dict.fromkeys(wrong["curve"].tolist())}
    text += "".join(f"; by the {name} {v.inside} of {v.counted} would, rms z = {v.rms:.1f}" for name, v in off.items())
    for b in data.where(network="perfect", quantity="q"):
        (a,) = data.where(network="noise", N=b.N, t=max(case.noise), quantity="q")
        text += f"; off a perfect one at load + {b.t:g}: z = {(a.simulation - b.simulation) / math.hypot(a.error, b.error):.1f}"
    return text


def panels(case: Synapses, tables: Tables) -> Any:
    (data, lines), (fig, (axes,)) = (tables[name] for name in ("data", "lines")), plots.figure(1, 2, height=2.6)
    dots = [(kind, color) for kind, color in COLORS.items() if kind in {*data["network"]}]
    named = [look for look in LOOKS if look[0] in {*lines["curve"]}]
    looks = {name: {"color": color, "ls": plots.STYLES[style]} for name, color, style in named}
    for ax, quantity in zip(axes, NAMES, strict=True):
        plots.lines(ax, lines, "t", quantity, "curve", looks)
        for kind, color in dots:
            plots.points(ax, data.where(quantity=quantity, network=kind), "t", color=color, markers=plots.markers_of(data))
        ax.set_xlabel("variance D of what is added to the field")
    plots.legend(axes[0], named, plots.markers_of(data), dots=dots, extrapolated=True, unusable=True, below=True)
    what = "a larger load" if case.network.P > 2 else "a Gaussian part of the noise, not a larger load"
    finding = f"Noise, cuts and clipping of the couplings act as {what}"
    return plots.headline(fig, finding, f"P = {case.network.P}, load {case.load:g}, T = {case.T:g}")
