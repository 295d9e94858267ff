"""Storage capacity at T = 0 against P and against the depth of replica symmetry breaking, and the spinodal at T > 0."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import product
from typing import Any

from glassy import DenseHebbian, Lines, hierarchy, plots, spinodal, storage_capacity
from . import phase_diagram
from ._sim import Case, Sampling, Tables

RESTS_ON = ("phase_diagram",)
LOADS = ("load_c", "load_c_error", "m_c", "load_t", "load_t_error", "load_t_ansatz", "bound_c", "bound_t", "status", "reason")
PARTS = (0.0, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)  # of the T where RS breaks on the spinodal


@dataclass(frozen=True, kw_only=True)
class Capacities(Case):
    """Networks whose capacities are found, and cases of phase_diagram whose spinodal is followed in T, to half the depth."""

    networks: tuple[DenseHebbian, ...]
    noses: tuple[str, ...]
    depth: int = 7


CASES = {"capacity": Capacities(
    claim="Replica symmetry breaking raises the capacity, by 0.2 % at P = 2 and by 23 % at P = 3, and removes the re-entrance "
    "of the RS spinodal: all of it at P = 2, all but a trace for distinct interactions. There, with the number of steps, both "
    "boundaries at T = 0 converge a little below the exact bounds t_d^2 and t_c^2 of the Nishimori line, not at them.",
    networks=(*map(DenseHebbian, (2, 3, 4, 5, 6, 8, 12)), *(DenseHebbian(P, "self-interacting") for P in (3, 4, 5, 6, 8))),
    name="capacity", noses=("P2", "P3", "P4", "P4-self-interacting"),
    quick={"networks": (DenseHebbian(3), DenseHebbian(4, "self-interacting")), "noses": ("P3",), "depth": 4},
)}  # fmt: skip


def measure(case: Capacities, run: Sampling) -> Tables:
    depth, nose, ansaetze = Lines(), Lines(), hierarchy(case.depth)
    for network in case.networks:
        who = Lines.row(network, "P", "interactions")
        depth += [Lines.row(storage_capacity(network, a), *LOADS, **who, ansatz=repr(a), k=a.depth) for a in ansaetze]
    for name, a in product(case.noses, ansaetze[: (case.depth + 1) // 2 + 1]):
        network, end = phase_diagram.CASES[name].network, None
        who = Lines.row(network, "P", "interactions")
        meet = run.results("phase_diagram", name)["points"].where(point=lambda p: p in ("Nishimori point", "AT on spinodal"))
        for part in PARTS:
            s = spinodal(network, part * max(meet["T"]), a, start=end, strict=False)
            end = s if s.status.ok else end
            nose.append(Lines.row(s, "T", "load", "residual", "status", **who, k=int(a.depth)))
    return {"depth": depth, "nose": nose}


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
    fig, axes = plots.figure(2, 2, height=2.5)
    (load, back), bends = axes[:, 0], Lines()
    styles = zip((2, 3, 4, 6), plots.COLORS, plots.MARKERS, strict=False)
    looks = {P: {"color": color, "marker": marker, "ms": 4, "label": f"P = {P}"} for P, color, marker in styles}
    for ax, x, word, color in zip(axes[:, 1], "ct", ("spinodal", "coexistence"), plots.COLORS[2:4], strict=True):
        own: Any = {"color": color, "marker": "o", "ms": 4, "label": f"{word}, full RSB"}
        rs = {**own, "ls": plots.STYLES["RS"], "mfc": "w", "label": f"{word}, RS"}
        plots.lines(load, rows, "P", "load_c" if x == "c" else "load_t_ansatz", "k", {0.0: rs})
        plots.lines(load, rows, "P", f"load_{x}", "k", {math.inf: own})
        load.plot(*(rows.where(k=math.inf)[y] for y in ("P", f"bound_{x}")), "k_", ms=10, zorder=4, label="exact bound")
        plots.approach(ax, Lines({**r, "gap": r[f"bound_{x}"] - r[f"load_{x}"]} for r in rows), "gap", "P", looks)
        ax.set(ylabel=f"exact bound $t_{'d' if x == 'c' else 'c'}^2$ - load", title=f"{word} at T = 0: stops below its bound")
    load.set(xlabel="interaction order P", ylabel="load", title="capacity at T = 0: RSB raises it")
    for P, k in dict.fromkeys(zip(nose["P"], nose["k"], strict=True)):
        path, (full,) = nose.where(P=P, k=k)["load"], rows.where(P=P, k=math.inf)
        bends.append({"P": P, "k": k, "bend": max(path) - path[0]})
        bends += [{"P": P, "k": math.inf, "bend": max(path) - full["load_c"]}] if k == max(nose["k"]) else []
    plots.approach(back, bends, "bend", "P", looks)
    back.set(ylabel="largest load of spinodal - that at T = 0", title="re-entrance: none is left at P = 2, else a trace")
    plots.legend(
        load, [], [], more=[h for ax in (load, back, *axes[:, 1]) for h in ax.lines if h.get_label()[0] != "_"], below=True
    )
    finding = "RSB raises the capacity and removes its re-entrance; both boundaries stop a little below their exact bounds"
    return plots.headline(fig, finding, "distinct interactions, T = 0")
