"""The AT line, crossed: the temperature from which on two iterations that began side by side meet, on half of the networks."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from glassy import DenseHebbian, Measured, Table, at_line, crossing, plots
from ._sim import NetworkCase, Sampling, Tables
from .at_growth import apart
from .at_seen import share

MEET, EDGE = "share whose iterations meet", "T/T_AT from which half meet"
WINDOW = (12, 24)  # iterations between which the distance is followed
ASIDE, MET = 1e-9, 1e-12  # first distance of two spins: small enough not to be large at once; distance that is rounding


@dataclass(frozen=True, kw_only=True)
class Crossed(NetworkCase):
    """A path in T through the AT line of retrieval at one load, from the pattern."""

    load: float = 0.4
    factors: tuple[float, ...] = (0.65, 0.82, 1.0, 1.25, 1.6)  # T of the path, in units of T_AT


CLAIM = ("Two iterations of message passing on one network of P = {P} that began side by side at a pattern meet on most "
         "networks well above the AT line of retrieval, and part on most well below. At these N they meet on half of them from "
         "some 12 % above it on; limits in 1/N, with errors of 8 %, do not exclude the line. A network that loses its pattern "
         "counts as what its iterations do.")  # fmt: skip
CASES = {c.name: c for c in (
    Crossed(name="P3", network=DenseHebbian(3), sizes=(150, 300, 600), samples=(128, 96, 48), sweeps=0, seed=85,
            claim=CLAIM.format(P=3)),
    Crossed(name="P4", network=DenseHebbian(4), sizes=(64, 100, 140), samples=(192, 128, 64), sweeps=0, seed=86,
            claim=CLAIM.format(P=4) + " They meet on a third or more of these networks below the line, too: the step is wide."),
)}  # fmt: skip


def measure(case: Crossed, run: Sampling) -> Tables:
    table, edges, AT = Table(), Table(), at_line(case.network, case.load, "retrieval").T
    for N, S, _ in case.runs:
        each, where = [], dict[str, Any](load=case.load, N=N)
        for f in case.factors:
            before, after = apart(case, WINDOW, "retrieval", (case.load, f * AT, N), S, ASIDE)
            each.append(after <= np.maximum(before, MET))
            table += [Measured.of(share(each[-1].tolist()), T=f * AT, t=f, quantity=MEET, **where)]
        edge = crossing(case.factors, np.array(each, float), falling=False)
        edges += [Measured.edge(edge, T=AT, quantity=EDGE, theory=1.0, **where)]
    return {"data": table + edges + edges.limits((1.0,))}


def verdict(case: Crossed, tables: Tables) -> str:
    *edges, end = tables["data"].where(quantity=EDGE)
    seen = ", ".join(f"{r.value!r} (N = {r.N:g})" for r in edges)
    return f"iterations meet on half of the networks from T/T_AT = {seen}, for 1/N -> 0 {end.value}, z = {end.z:.2f}"


def panels(case: Crossed, tables: Tables) -> Any:
    data = tables["data"]
    fig, ((left, right),) = plots.figure(1, 2, height=2.6)
    path, edges, markers = data.where(quantity=MEET), data.where(quantity=EDGE), plots.markers_of(data)
    plots.points(left, path, "t", markers=markers)
    plots.mark(left, 1.0, "$T_{AT}$")
    left.axhline(0.5, color="0.8", lw=0.8)
    left.set(xlabel=f"$T/T_{{AT}}$ at load {case.load:g}", ylabel="share of networks on which two iterations meet")
    plots.points(right, edges, lambda r: 1.0 / r.N, markers=markers)
    plots.theory(right, [0.0, 1.1 / case.sizes[0]], [1.0, 1.0], "k")
    right.set(xlabel="1/N", ylabel="$T/T_{AT}$ from which half meet", xlim=(-2e-4, 1.1 / case.sizes[0]))
    plots.legend(left, [("AT line", "k")], markers, extrapolated=math.isfinite(edges["simulation"][-1]), below=True)
    end = edges.rows[-1].value
    finding = f"Two iterations side by side meet on half of the networks from {end} T_AT of retrieval on"
    return plots.headline(fig, finding, f"P = {case.network.P}, load {case.load:g}, from the pattern")
