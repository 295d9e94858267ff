"""Message passing, site by site: the mean of every spin, and means over spins, beside chains on the same patterns."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

import glassy
from glassy import DenseHebbian, Measured, Status, Table, message_passing, plots
from ._sim import NetworkCase, Sampling, Tables

SITES, MEANS = "rms_of_sites", ("m", "q", "energy")
NEAR, LEAST = 0.8, 0.1  # replicon of a network from which on it is near 1; the least ratio that is drawn, of frozen networks


@dataclass(frozen=True, kw_only=True)
class Beside(NetworkCase):
    """State points (load, T) with replicons of RS from .9 to near 0."""

    points: tuple[tuple[float, float], ...]


CLAIM = ("On the same patterns message passing gives the mean of every spin as 64 chains do, within their noise where the "
         "replicon of the network is near 1; the nearer to 0 it is, and the smaller N, the farther off. Means over the "
         "spins agree within each network.")  # fmt: skip
CASES = {case.name: case for case in (
    Beside(name="P2", network=DenseHebbian(2), sizes=(500, 2000), samples=8, sweeps=10, seed=9100, claim=CLAIM,
           points=((0.1, 0.1), (0.12, 0.05), (0.12, 0.02), (0.12, 0.01), (0.13, 0.011))),
    Beside(name="P3", network=DenseHebbian(3), sizes=(150, 300), samples=8, sweeps=10, seed=9200, claim=CLAIM,
           points=((0.2, 0.3), (0.25, 0.3), (0.3, 0.3), (0.3, 0.2), (0.3, 0.15), (0.3, 0.1))),
    Beside(name="P4", network=DenseHebbian(4), sizes=(80, 128), samples=8, sweeps=10, seed=9300, claim=CLAIM,
           points=((0.2, 0.4), (0.25, 0.4), (0.3, 0.3), (0.3, 0.2), (0.35, 0.3), (0.35, 0.2))),
)}  # fmt: skip


def beside(case: Beside, run: Sampling, load: float, T: float, N: int, samples: int) -> Table:
    """Return every network beside 64 chains on it, and the means over those that settled and kept their chains."""
    table, good, where = Table(), [], dict[str, Any](load=load, T=T, N=N, sweeps=case.sweeps)
    for seed in range(case.seed, case.seed + samples):
        asked: Any = {"N": N, "seed": seed, "samples": 1, "progress": False}
        mine = message_passing(case.network, load, T, **asked)
        chains = run(case.network, load, T, out=f"{load}_{T}_{N}/{seed}", replicas=64, sweeps=case.sweeps, burn_in=150, **asked)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", glassy.EquilibrationWarning)  # the chains are short, and many
            rows = {r.observable: r for r in glassy.compare(mine, chains).rows}
        left = np.any(chains.final_m < chains.least_overlap)
        status = mine.status if not mine.status.ok else Status.LEFT_PHASE if left else Status.STEADY
        sites = rows.pop(SITES)
        found = {"theory": sites.theory, "simulation": float(sites.simulation), "error": sites.simulation.error, "z": sites.z}
        table += [Measured(quantity=SITES, t=float(mine.replicon), status=status, **found, **where)]
        good += [rows] if status.ok else []
    for name in MEANS if len(good) > 2 else ():
        theory = float(np.mean([r[name].theory for r in good]))
        gap = glassy.mean_of_samples([float(r[name].simulation) - r[name].theory for r in good])
        table += [Measured.of(gap.shifted(theory), theory, quantity=name, **where)]
    return table


def measure(case: Beside, run: Sampling) -> Tables:
    points = case.points[slice(*case.part)]
    return {"data": Table(r for N, S, _ in case.runs for load, T in points for r in beside(case, run, load, T, N, S))}


def verdict(case: Beside, tables: Tables) -> str:
    data, parts = tables["data"], []
    for N in data.sizes:
        rows = data.where(quantity=SITES, N=N, t=lambda x: x > NEAR).usable
        parts.append(f"{np.median(rows['simulation'] / rows['theory']):.2f} at N = {N} ({len(rows)} networks)")
    means = data.where(quantity=lambda name: name in MEANS).verdict()
    return f"rms of sites over the noise, replicon above {NEAR:g}, median: {', '.join(parts)}; means: {means}"


def panels(case: Beside, tables: Tables) -> Any:
    data = tables["data"]
    fig, ((left, right),) = plots.figure(1, 2, height=2.8)
    sites, markers = data.where(quantity=SITES), plots.markers_of(data)
    plots.points(left, sites, "t", lambda r: max(r.simulation / r.theory, LEAST), lambda r: min(r.error / r.theory, 1.0))
    left.axhline(1.0, color="0.35", lw=0.8)
    left.set(xlabel="replicon of the network (S.1)", ylabel="rms difference of $\\langle s_i \\rangle$ / noise of 64 chains")
    left.set(yscale="log", ylim=(0.8 * LEAST, None), xlim=(max(-0.6, min(sites["t"]) - 0.05), 1.05))
    left.set_title("each network; hollow: it did not settle, or chains left")
    for shift, name, color in zip((-0.015, 0.0, 0.015), MEANS, plots.COLORS[1:], strict=False):
        mine = Table(replace(r, T=r.T + shift * np.ptp(data["T"])) for r in data.where(quantity=name))
        plots.points(right, mine, "T", lambda r: r.simulation - r.theory, color=color, markers=markers)
    right.axhline(0.0, color="0.35", lw=0.8)
    right.set(xlabel="temperature T, side by side", ylabel="Monte Carlo -\nmessage passing")
    right.set_title("means over the spins of networks that settled")
    plots.legend(left, [], markers, unusable=True, below=True)
    plots.legend(right, [], markers, dots=list(zip(MEANS, plots.COLORS[1:], strict=False)), below=True)
    finding = "Message passing gives the mean of every spin as Monte Carlo does, where the replicon of the network is near 1"
    return plots.headline(fig, finding, f"P = {case.network.P}, on the same patterns")
