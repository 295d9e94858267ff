"""RSB hierarchy: what each step of replica symmetry breaking changes in the spin-glass phase, up to full RSB."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from glassy import RS, DenseHebbian, Lines, hierarchy, plots, solve, spin_glass_temperatures
from ._sim import NetworkCase, Sampling, Tables

LOAD = 1.0  # for distinct interactions another load only rescales T and f by sqrt(load) (P > 2)
NUMBERS = ("q_EA", "q", "free_energy", "free_energy_error", "energy", "entropy", "entropy_error", "complexity", "replicon",
           "residual", "status")  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Glass(NetworkCase):
    """One network, and the largest number of steps."""

    depth: int = 8


CLAIM = """In the spin-glass phase RS is wrong in every respect: its entropy turns negative, its replicon is negative and \
its ground state lies too low. Every step of replica symmetry breaking raises the free energy, and the steps converge to full \
RSB."""
NETWORKS = {f"P{P}": DenseHebbian(P) for P in (2, 3, 4)} | {"P4-self-interacting": DenseHebbian(4, "self-interacting")}
CASES = {x: Glass(name=x, claim=CLAIM, network=n, quick={"depth": 4, "part": (None, None, 6)}) for x, n in NETWORKS.items()}


def measure(case: Glass, run: Sampling) -> Tables:
    glass, ansaetze, data = spin_glass_temperatures(case.network, LOAD), hierarchy(case.depth), Lines()

    def state(T: float, ansatz: Any, phase: str = "spin_glass") -> Any:
        return solve(case.network, LOAD, T, phase, ansatz, strict=False)

    def row(s: Any) -> dict[str, Any]:
        return Lines.row(s, *NUMBERS, **Lines.row(s, "ansatz", "phase", "T"), k=len(s.x_levels))

    for T in case.part_of((0.0, *(np.linspace(0.03, 1.08, 36) * glass.T_d).tolist())):
        data += [row(state(T, a)) for a in (*ansaetze[:4], ansaetze[-1])] + [row(state(T, RS(), "paramagnetic"))]
    cold, warm = ([state(T, a) for a in ansaetze] for T in (0.0, 0.2 * glass.T_c if glass.continuous else 0.5 * glass.T_G))
    levels = Lines(
        {"T": s.T, "k": len(s.x_levels), "q": q, "x_left": left, "x": x} for s in warm[:-1]
        for q, left, x in zip(s.q_levels, (0.0, *s.x_levels), (*s.x_levels, 1.0), strict=True)
    )  # fmt: skip
    h = np.linspace(0.0, 4.0 * float(case.network.unit_covariance(1.0, 1)) ** 0.5, 161)
    shown = [s for s in cold[:-1] if s.ansatz.depth in (0, 1, 2, case.depth)]
    fields = {"h": h, **{repr(s.ansatz): s.field_distribution(h) for s in shown}}
    densities = Lines(dict(zip(fields, values, strict=True)) for values in zip(*fields.values(), strict=True))
    return {"data": data, "depth": Lines(map(row, cold + warm)), "levels": levels, "fields": densities}


def verdict(case: Glass, tables: Tables) -> str:
    rs, one, *_, full = tables["depth"].where(T=0.0)
    glass = tables["data"].where(ansatz="RS()", phase="spin_glass", status="CONVERGED")
    low = [100.0 * (r["free_energy"] / full["free_energy"] - 1.0) for r in (rs, one)]
    return (
        f"ground state {full['free_energy']:.8f} +- {full['free_energy_error']:.0e} at full RSB; RS lies {low[0]:.1f} % too "
        f"low, RSB(1) {low[1]:.2g} %, with entropies {rs['entropy']:.4f} and {one['entropy']:.4f}; at RS the entropy is "
        f"negative at {sum(glass['entropy'] < 0.0)}, the replicon at {sum(glass['replicon'] < 0.0)} of {len(glass)} values of T"
    )


def panels(case: Glass, tables: Tables) -> Any:
    good = tables["data"].where(status=lambda s: s in ("CONVERGED", "COLLAPSED"))
    glass, steps, levels, fields = good.where(phase="spin_glass"), tables["depth"], tables["levels"], tables["fields"]
    looks = plots.ansatz_looks(hierarchy(case.depth))
    fig, axes = plots.figure(2, 3, height=2.2)
    (f, _, replicon), (depth, order, field) = axes
    span, few = glass["free_energy"] + [[-0.02], [0.02]], dict([*looks.items()][:4])
    ylims = {"free_energy": (span.min(), span.max()), "entropy": (-0.5, 0.5), "replicon": (-1.5, 1.1)}
    below = [a for a in few if glass.where(ansatz=a)["replicon"].max() < -1.5]
    replicon.set_title("".join(f"{few[a]['label']}: below the panel" for a in below))
    for ax, (y, ylim) in zip(axes[0], ylims.items(), strict=True):
        plots.lines(ax, glass, "T", y, "ansatz", few if y == "replicon" else looks)
        plots.lines(ax, good, "T", y, "phase", {"paramagnetic": {"color": "0.6", "lw": 1.0, "label": "paramagnet"}})
        ax.axhline(0.0, color="k", lw=0.6)
        ax.set_ylim(ylim)
    ends = {T: full for T in dict.fromkeys(steps["T"]) for full in steps.where(T=T)[-1:]}
    gaps = Lines({**r, "gap": ends[r["T"]]["free_energy"] - r["free_energy"]} for r in steps.where(status="CONVERGED"))
    gaps += [{**r, "k": math.inf, "gap": r["free_energy_error"]} for r in ends.values()]
    colors = dict(zip(ends, plots.COLORS[2:], strict=False))
    plots.approach(depth, gaps, "gap", "T", {T: {"color": color, "label": f"T = {T:.3g}"} for T, color in colors.items()})
    for k in sorted({1.0, 2.0, 4.0, levels["k"].max()}):
        order.step(*([0.0, *levels.where(k=k)[name], 1.0] for name in "qx"), where="post", **looks[f"RSB({k:g})"])
    for ansatz in list(fields[0])[1:]:
        field.plot(fields["h"], fields[ansatz], **looks[ansatz])
    near = 1.4 * levels.where(q=lambda q: q > 0.0)["q"].min() - 0.4  # where q_0 = 0 all that happens may lie near q = 1
    depth.set(xlabel="steps k of RSB; dotted: error of full RSB", ylabel="f(full RSB) - f(k)")
    order.set(xlabel="overlap q", ylabel=f"Parisi function x(q), T = {levels['T'][0]:.3g}", xlim=(max(near, 0.0), 1.0))
    replicon.set_ylabel("replicon\n(< 0: unstable)")
    field.set(xlabel="local field h", ylabel="density P(h), T = 0")
    depth.legend(fontsize=plots.TEXT["legend"])
    shown = [line for ax in (f, order, field) for line in ax.lines if not str(line.get_label()).startswith("_")]
    plots.legend(f, [], [], more=shown, below=True)
    where = f"P = {case.network.P}, {case.network.interactions}, load {LOAD:g}"
    return plots.headline(fig, "In the spin glass RS fails, and the steps of RSB converge to full RSB", where)
