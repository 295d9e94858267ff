"""Storage capacity at T = 0 against P and against the depth of replica symmetry breaking, and the spinodal at T > 0."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from glassy import DenseHebbian, hierarchy, patterns_without_errors, plots, signal_to_noise_load, spinodal, storage_capacity
from ._sim import Case, Lines, Sampling, Tables, columns

SELF = "self-interacting"
LOADS = ("load_c", "load_c_error", "m_c", "load_t", "load_t_error", "load_t_ansatz", "bound_c", "bound_t", "status", "reason")
PARTS = (0.0, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)  # of the T where RS breaks on the spinodal


@dataclass(frozen=True, kw_only=True)
class Capacities(Case):
    """Networks whose capacities are found, and those, by their case of phase_diagram, whose spinodal is followed in T."""

    networks: tuple[DenseHebbian, ...]
    depth: int = 7
    noses: dict[str, DenseHebbian]
    nose_depth: int = 4


CASES = {"capacity": Capacities(
    claim="Replica symmetry breaking raises the capacity, by 0.2 % at P = 2 and by 23 % at P = 3, and removes the re-entrance "
    "of the RS spinodal: all of it at P = 2, all but a trace for distinct interactions. There, with the number of steps, both "
    "boundaries at T = 0 converge a little below the exact bounds t_d^2 and t_c^2 of the Nishimori line, not at them.",
    name="capacity", networks=(*map(DenseHebbian, (2, 3, 4, 5, 6, 8, 12)), *(DenseHebbian(P, SELF) for P in (3, 4, 5, 6, 8))),
    noses={"P2": DenseHebbian(2), "P3": DenseHebbian(3), "P4": DenseHebbian(4), "P4-self-interacting": DenseHebbian(4, SELF)},
    quick={"networks": (DenseHebbian(3), DenseHebbian(4, SELF)), "depth": 4, "noses": {"P3": DenseHebbian(3)}, "nose_depth": 2},
)}  # fmt: skip


def measure(case: Capacities, run: Sampling) -> Tables:
    depth, words, nose, ansaetze = Lines(), Lines(), Lines(), hierarchy(case.depth)
    for network in case.networks:
        who = columns(network, "P", "interactions")
        depth += [{**who, "ansatz": repr(a), "k": a.depth, **columns(storage_capacity(network, a), *LOADS)} for a in ansaetze]
        words.append({**who, **senses(network, depth.where(**who))})
    for name, network in case.noses.items():
        meet = run.results("phase_diagram", name)["points"].where(point=lambda p: p in ("Nishimori point", "AT on spinodal"))
        for a in ansaetze[: case.nose_depth + 1]:
            end = None
            for part in PARTS:
                here = spinodal(network, part * max(meet["T"]), a, start=end, strict=False)
                end = here if here.status.ok else end
                row = columns(network, "P", "interactions") | {"k": int(a.depth)}
                nose.append(row | columns(here, "T", "load", "residual", "status"))
    return {"depth": depth, "senses": words, "nose": nose}


def senses(network: DenseHebbian, rows: Lines) -> dict[str, Any]:
    """Return the capacities as loads, as alpha = K/N^(P-1), and c of K_max = c N^(P-1)/ln N, beside signal to noise."""
    loads = {"c_RS": rows[0]["load_c"], "c": rows[-1]["load_c"], "t": rows[-1]["load_t"]}
    loads["1_percent"] = signal_to_noise_load(network, 0.01)
    alpha = {f"alpha_{k}": x * network.to_convention("baldi-venkatesh", 1.0, 0.0).load for k, x in loads.items()}
    c = patterns_without_errors(network, 100) * math.log(100) / 100.0 ** (network.P - 1)
    return {**{f"load_{k}": x for k, x in loads.items()}, **alpha, "c_noiseless": c}


def verdict(case: Capacities, tables: Tables) -> str:
    full, rs = (tables["depth"].where(interactions="distinct", k=k) for k in (math.inf, 0.0))
    raised = ", ".join(f"{100 * x:.2g}" for x in full["load_c"] / rs["load_c"] - 1.0)
    known = full.where(bound_c=math.isfinite)
    c, t = (known[f"bound_{x}"] - known[f"load_{x}"] for x in "ct")
    sure = sum((c > 10.0 * known["load_c_error"]) & (t > 10.0 * known["load_t_error"]))
    return (
        f"full RSB raises load_c by {raised} % at P = {', '.join(f'{P:.0f}' for P in full['P'])}; load_c stays {min(c):.1e} to "
        f"{max(c):.1e} and load_t {min(t):.1e} to {max(t):.1e} below its bound, by over 10 errors at {sure} of {len(known)} P"
    )


def panels(case: Capacities, tables: Tables) -> Any:
    rows, nose = (tables[name].where(interactions="distinct") for name in ("depth", "nose"))
    fig, axes = plots.figure(2, 2, width=4.6, height=3.4)
    load, back = axes[:, 0]
    styles = zip((2, 3, 4, 6), plots.COLORS, plots.MARKERS, strict=False)
    looks = {P: {"color": color, "marker": marker, "ms": 4, "label": f"P = {P}"} for P, color, marker in styles}
    for ax, x, word, color in zip(axes[:, 1], "ct", ("spinodal", "coexistence"), plots.COLORS[2:4], strict=True):
        own: Any = {"color": color, "marker": "o", "ms": 4, "label": f"{word}, full RSB"}
        rs = {**own, "ls": plots.STYLES["RS"], "mfc": "w", "label": f"{word}, RS"}
        plots.lines(load, rows, "P", "load_c" if x == "c" else "load_t_ansatz", "k", {0.0: rs})
        plots.lines(load, rows, "P", f"load_{x}", "k", {math.inf: own})
        load.plot(*(rows.where(k=math.inf)[y] for y in ("P", f"bound_{x}")), "k_", ms=13, zorder=4)
        plots.approach(ax, Lines({**r, "gap": r[f"bound_{x}"] - r[f"load_{x}"]} for r in rows), "gap", "P", looks)
        ax.set(ylabel=f"exact bound $t_{'d' if x == 'c' else 'c'}^2$ - load", title=f"{word} at T = 0: stops below its bound")
    load.set(xlabel="interaction order P", ylabel="load; black: exact bounds", title="capacity at T = 0: RSB raises it")
    paths = {(r["P"], r["k"]): nose.where(P=r["P"], k=r["k"])["load"] for r in nose}
    ends = {r["P"]: r["load_c"] for r in rows.where(k=math.inf)}
    bends = Lines({"P": P, "k": k, "bend": max(path) - path[0]} for (P, k), path in paths.items())
    bends += [{"P": P, "k": math.inf, "bend": max(x) - ends[P]} for (P, k), x in paths.items() if k == case.nose_depth]
    plots.approach(back, bends, "bend", "P", looks)
    back.set(ylabel="largest load of spinodal - that at T = 0", title="re-entrance: none is left at P = 2, else a trace")
    for ax in axes.flat:
        ax.title.set_fontsize(9)
        ax.legend(fontsize=7)
    return fig
