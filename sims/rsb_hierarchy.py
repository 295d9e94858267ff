"""RSB hierarchy: what each step of replica symmetry breaking changes in the spin-glass phase, up to full RSB."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from glassy import RS, DenseHebbian, Lines, hierarchy, plots, solve, spin_glass_temperatures
from ._sim import Case, Sampling, Tables

LOAD = 1.0  # for distinct interactions another load only rescales T and f by sqrt(load) (P > 2)
NUMBERS = ("q_EA", "q", "free_energy", "free_energy_error", "energy", "entropy", "entropy_error", "complexity", "replicon")


@dataclass(frozen=True, kw_only=True)
class Glass(Case):
    """One network, the largest number of steps, and which of the temperatures are solved."""

    network: DenseHebbian
    depth: int = 8
    every: int = 1


CLAIM = """In the spin-glass phase RS is wrong in every respect: its entropy turns negative, its replicon is negative and \
its ground state lies too low. Every step of replica symmetry breaking raises the free energy, and the steps converge to full \
RSB."""
NETWORKS = {f"P{P}": DenseHebbian(P) for P in (2, 3, 4)} | {"P4-self-interacting": DenseHebbian(4, "self-interacting")}
CASES = {x: Glass(name=x, claim=CLAIM, network=n, quick={"depth": 4, "every": 6}) for x, n in NETWORKS.items()}


def measure(case: Glass, run: Sampling) -> Tables:
    data, steps, levels, glass = Lines(), Lines(), Lines(), spin_glass_temperatures(case.network, LOAD)
    ansaetze = hierarchy(case.depth)

    def state(T: float, ansatz: Any, phase: str = "spin_glass") -> tuple[Any, dict[str, Any]]:
        s = solve(case.network, LOAD, T, phase, ansatz, strict=False)
        return s, {**Lines.row(s, "ansatz", "phase", "T"), "k": len(s.x_levels), **Lines.row(s, *NUMBERS, "residual", "status")}

    for T in [0.0, *(np.linspace(0.03, 1.08, 36) * glass.T_d).tolist()][:: case.every]:
        data += [state(T, ansatz)[1] for ansatz in (*ansaetze[:4], ansaetze[-1])] + [state(T, RS(), "paramagnetic")[1]]
    fields = {"h": np.linspace(0.0, 4.0 * float(case.network.unit_covariance(1.0, 1)) ** 0.5, 161)}
    for T in (0.0, 0.2 * glass.T_c if glass.continuous else 0.5 * glass.T_G):
        found = [state(T, ansatz) for ansatz in ansaetze]
        steps += [row for _, row in found]
        for s, row in found[:-1]:
            if T > 0.0:
                x = (0.0, *s.x_levels, 1.0)
                levels += [{"T": T, "k": row["k"], "q": q, "x_left": x[i], "x": x[i + 1]} for i, q in enumerate(s.q_levels)]
            elif row["k"] in (0, 1, 2, case.depth):
                fields[row["ansatz"]] = s.field_distribution(fields["h"])
    densities = Lines(dict(zip(fields, row, strict=True)) for row in zip(*fields.values(), strict=True))
    return {"data": data, "depth": steps, "levels": levels, "fields": densities}


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
    fig, axes = plots.figure(2, 3)
    f, s, replicon, depth, order, field = axes.ravel()
    span, grey = glass["free_energy"] + [[-0.02], [0.02]], {"color": "0.6", "lw": 1.0, "label": "paramagnet"}
    ylims = (span.min(), span.max()), (-0.5, 0.5), (-1.5, 1.0)
    for ax, y, ylim in zip((f, s, replicon), ("free_energy", "entropy", "replicon"), ylims, strict=True):
        few = glass if ax is not replicon else glass.where(T=lambda T: T > 0.0, ansatz=lambda a: a in list(looks)[:4])
        plots.lines(ax, few, "T", y, "ansatz", {a: looks[a] for a in dict.fromkeys(few["ansatz"])})
        plots.lines(ax, good if ax is not replicon else [], "T", y, "phase", {"paramagnetic": grey})
        ax.axhline(0.0, color="k", lw=0.6)
        ax.set_ylim(ylim)
    ends = {T: full for T in dict.fromkeys(steps["T"]) for full in steps.where(T=T)[-1:]}
    gaps = Lines({**r, "gap": ends[r["T"]]["free_energy"] - r["free_energy"]} for r in steps.where(status="CONVERGED"))
    gaps += [{**r, "k": math.inf, "gap": r["free_energy_error"]} for r in ends.values()]
    looks_T = dict(zip(ends, ({"color": plots.COLORS[i], "label": f"T = {T:.3g}"} for i, T in enumerate(ends, 2)), strict=True))
    plots.approach(depth, gaps, "gap", "T", looks_T)
    for k in sorted({1.0, 2.0, 4.0, levels["k"].max()}):
        order.step(*([0.0, *levels.where(k=k)[name], 1.0] for name in "qx"), where="post", **looks[f"RSB({k:g})"])
    for ansatz in list(fields[0])[1:]:
        field.plot(fields["h"], fields[ansatz], **looks[ansatz])
    near = 1.4 * levels.where(q=lambda q: q > 0.0)["q"].min() - 0.4  # where q_0 = 0 all that happens may lie near q = 1
    depth.set(xlabel="steps k of RSB; dotted: error of full RSB", ylabel="f(full RSB) - f(k)")
    order.set(xlabel="overlap q", ylabel=f"Parisi function x(q), T = {levels['T'][0]:.3g}", xlim=(max(near, 0.0), 1.0))
    field.set(xlabel="local field h", ylabel="density P(h), T = 0")
    for ax in (f, replicon, depth, order, field):
        ax.legend(fontsize=7)
    what = f"P = {case.network.P} {case.network.interactions}, load {LOAD:g}"
    fig.suptitle(f"In the spin glass RS (dashed) fails and the steps of RSB converge: {what}", fontsize=10)
    return fig
