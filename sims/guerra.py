"""Guerra: the interpolation from free spins to the network, measured; its integrand is the error of replica symmetry (I.1)."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

import glassy
from glassy import RSB, DenseHebbian, Estimate, Perturbation, SpinGlass, plots, simulate, solve
from glassy.core.results import short
from sims import GOOD
from sims.harness import ROOT, read, samples_folder
from sims.measured import Row, limits, main, noise_load, row, write

P = 3
STATES = {"retrieval": (0.1, 0.4), "glass": (4.0, 0.8)}  # load, T: RS exact; RS broken, at T = 0.61 T_c
SIZES = {"retrieval": (60, 100, 160, 240), "glass": (24, 32, 48, 64)}
SAMPLES = {"retrieval": (128, 96, 64, 48), "glass": (128, 96, 64, 48)}
SWEEPS = {"retrieval": (300, 300, 300, 300), "glass": (2000, 3000, 4000, 6000)}
HOTTER = (1.0, 1.2, 1.45, 1.8, 2.4, 4.0)  # rungs above the measured one, in the glass
NODES = 6  # of Gauss and Legendre: exact for polynomials in t up to the power 11
ONSET = 0.32  # t at which replica symmetry breaks in the glass, continuously: q fluctuates by N^(-1/3) there
CLAIM = (
    "Guerra's interpolation I.1 gives the free energy of the network from overlaps alone. Its integrand vanishes with N in the "
    "retrieval "
    "phase, where RS is exact, and in the spin glass tends to the finite curve of RSB(1), whose area is the error of RS in "
    "-beta f."
)


def power(case: str, t: float) -> float:
    """Power of 1/N with which the integrand, a square of overlaps, meets its limit."""
    return 2 / 3 if case == "glass" and t > ONSET else 1.0


def nodes() -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Nodes and weights of the integral over t."""
    x, w = np.polynomial.legendre.leggauss(NODES)
    return 0.5 * (x + 1.0), 0.5 * w


def interpolation(
    case: str, N: int, t: float, saddle: glassy.Solution, normal: npt.NDArray[np.float64]
) -> tuple[float, Perturbation]:
    """Return the temperature and the Perturbation whose Boltzmann weight is that of I.1: H_noise has the weight sqrt(t) beta.

    In the glass no pattern is condensed, and pattern 0 is one of the noise.
    """
    root = math.sqrt(t)
    field = math.sqrt((1.0 - t) / t * saddle.network.covariance(saddle.q_EA, saddle.load, derivative=1)) * normal
    if case == "glass":
        return saddle.T / root, Perturbation(field=field)
    m = np.arange(N, -N - 1, -2) / N
    signal = t * (N / 2) * m**P + (1.0 - t) * (P / 2) * saddle.m ** (P - 1) * N * m
    return saddle.T / root, Perturbation(field=field, pattern_energies={0: (-signal / root).tolist()})


def integrand(case: str, r: glassy.Samples, saddle: glassy.Solution) -> npt.NDArray[np.float64]:
    """Return the bracket of I.1, one mean for each sample; in the glass with the covariance that N spins have exactly."""
    beta, q_, m_ = 1.0 / saddle.T, saddle.q_EA, saddle.m
    xi = [saddle.network.covariance(q_, saddle.load, derivative=d) for d in (0, 1)]
    q = r.series.q
    if case == "glass":
        assert isinstance(saddle.network, DenseHebbian)
        table = saddle.network.energy_table(r.N)  # of one pattern, F = unit e_P: <F F'> = unit^2 e_P(sigma sigma')
        exact = r.K * float(table.unit) ** 2 / r.N * np.array(table.values, np.float64)
        of_q = exact[np.rint(r.N * (1.0 - q) / 2.0).astype(np.int64)]
        return np.asarray(-0.5 * beta**2 * (of_q - xi[1] * q + q_ * xi[1] - xi[0]).mean(axis=(1, 2)))
    scale = saddle.network.covariance(1.0, saddle.load)
    noise = (scale * q**P - xi[1] * q + q_ * xi[1] - xi[0]).mean(axis=(1, 2))
    m = r.series.m
    signal = (m**P - P * m_ ** (P - 1) * m + (P - 1) * m_**P).mean(axis=(1, 2))
    return np.asarray(0.5 * beta * signal - 0.5 * beta**2 * noise)


def broken(saddle: glassy.Solution, t: float) -> float:
    """Return the integrand of infinite N by RSB(1): the overlaps of spins with covariance t xi(q) + (1-t) xi'(q_) q.

    Where RS is stable there the overlap is q_ at every t, and the integrand is zero.
    """
    beta, q_, load = 1.0 / saddle.T, saddle.q_EA, saddle.load
    xi = [saddle.network.covariance(q_, load, derivative=d) for d in (0, 1)]
    s = solve(SpinGlass({1: 2.0 * (1.0 - t) * xi[1] / load, P: t}), load, saddle.T, "spin_glass", RSB(1), strict=False)
    if not s.status.ok:
        return 0.0
    d = s.overlap_distribution
    means = sum(w * (saddle.network.covariance(q, load) - xi[1] * q) for q, w in zip(d.q, d.weight, strict=True))
    return -0.5 * beta**2 * (means + q_ * xi[1] - xi[0])


def expected(case: str, saddle: glassy.Solution, t: float) -> float:
    """Return the integrand of infinite N: zero in the retrieval phase, where RS is exact."""
    return broken(saddle, t) if case == "glass" else 0.0


def saddle_of(case: str, N: int) -> glassy.Solution:
    """Return the RS saddle of N spins; in the glass at the load of the noise that they really have."""
    (load, T), network = STATES[case], DenseHebbian(P)
    K = network.patterns(load, N)
    if case == "glass":
        return solve(network, noise_load(network, K, N), T, "spin_glass")
    return solve(network, network.load(K, N), T, "retrieval")


def _simulate(case: str, N: int, S: int, sweeps: int, t: float, quick: bool) -> glassy.Samples:
    load, _ = STATES[case]
    normal = np.random.default_rng([P, N, 17]).normal(size=(1000, N))[:S]
    T_t, added = interpolation(case, N, t, saddle_of(case, N), normal)
    options: dict[str, Any] = {"N": N, "seed": 900 + N, "samples": S, "threads": 1, "perturbation": added, "sweeps": sweeps,
                               "out": samples_folder("guerra", case, quick) / f"{N}_{t:.4f}"}  # fmt: skip
    if case == "retrieval":
        run: glassy.Samples = simulate(DenseHebbian(P), load, T_t, **options)
        return run
    ladder: glassy.Ladder = simulate(DenseHebbian(P), load, [T_t * x for x in HOTTER], start="random", burn_in=sweeps // 2,
                      method=glassy.ReplicaExchange(every=5), **options)  # fmt: skip
    return ladder[0]


def run(case: str, quick: bool) -> None:
    """Measure the integrand at the nodes of t, at several sizes, and integrate it sample by sample."""
    load, T = STATES[case]
    sizes = SIZES[case][:2] if quick else SIZES[case]
    samples = (12, 12) if quick else SAMPLES[case]
    points, weights = nodes()
    saddle = solve(DenseHebbian(P), load, T, "retrieval" if case == "retrieval" else "spin_glass")
    one = solve(DenseHebbian(P), load, T, saddle.phase, RSB(1), strict=False)
    rows: list[Row] = []
    origins = []
    for N, S, sweeps in zip(sizes, samples, (200, 200) if quick else SWEEPS[case], strict=True):
        area, status, at = np.zeros(S), "STEADY", saddle_of(case, N)
        for t, w in zip(points, weights, strict=True):
            print(f"guerra/{case} N={N} t={t:.3f}", flush=True)
            r = _simulate(case, N, S, sweeps, float(t), quick)
            limit_ = expected(case, at, float(t))
            origins.append(r.provenance)
            each = integrand(case, r, at)
            status = status if r.status.ok else r.status.name
            area += w * each
            value = Estimate(each.mean(), each.std(ddof=1) / math.sqrt(S), samples=S)
            rows.append(row(f"t={t:.4f}", load, T, N, "integrand", limit_, value, sweeps=r.sweeps, status=r.status.name))
        total = Estimate(area.mean() - at.free_energy / T, area.std(ddof=1) / math.sqrt(S), samples=S)
        rows.append(row("area", load, T, N, "-beta f", -one.free_energy / T, total, sweeps=r.sweeps, status=status))
        rows.append(
            row("area", load, T, N, "-beta f - RS", math.nan, Estimate(area.mean(), total.error, samples=S), status=status)
        )
    curve = [expected(case, saddle, float(t)) for t in points]
    ends = [
        found
        for t, say in zip(points, curve, strict=True)
        for found in limits(of_node(rows, float(t)), (power(case, float(t)),), {"integrand": say})
    ]
    rows += ends
    if len(ends) == NODES:
        area_, error = integral(case, rows, saddle, lambda t: power(case, t))
        total = Estimate(area_ - saddle.free_energy / T, error, samples=min(r["samples"] for r in ends))
        rows.append(row("area", load, T, math.inf, "-beta f", -one.free_energy / T, total))
    lines = [{"t": t, "RSB(1)": expected(case, saddle, float(t))} for t in np.linspace(0.001, 0.999, 60)]
    write("guerra", case, quick, CLAIM, verdict(case, rows), {"data.csv": rows, "lines.csv": lines}, origins,
          sizes=sizes, samples=samples, sweeps=SWEEPS[case], seed=900)  # fmt: skip


def integral(case: str, rows: list[Row], saddle: glassy.Solution, of_t: Callable[[float], float]) -> tuple[float, float]:
    """Return the area under the limits of the integrand and its error, with the power `of_t` of 1/N at each t."""
    points, weights = nodes()
    area = variance = 0.0
    apart: dict[float, float] = {}  # variance of the area at each size, were its nodes independent
    for t, w in zip(points, weights, strict=True):
        here = [r for r in of_node(rows, float(t)) if math.isfinite(r["N"])]
        (end,) = limits(here, (of_t(float(t)),), {"integrand": expected(case, saddle, float(t))})
        area += w * end["simulation"]
        variance += (w * end["error"]) ** 2
        for r in here:
            apart[r["N"]] = apart.get(r["N"], 0.0) + (w * r["error"]) ** 2
    # they are not: all t share their patterns and fields. The error of the area, sample by sample, says by how much
    worse = max(r["error"] / math.sqrt(apart[r["N"]]) for r in rows if r["quantity"] == "-beta f - RS" and r["N"] in apart)
    return area, math.sqrt(variance) * max(worse, 1.0)


def of(rows: list[Row], quantity: str, N: float) -> list[Row]:
    """Rows of one quantity at one size."""
    return [r for r in rows if r["quantity"] == quantity and r["N"] == N]


def of_node(rows: list[Row], t: float) -> list[Row]:
    """Rows of one node of t."""
    return [r for r in rows if r["curve"] == f"t={t:.4f}"]


def verdict(case: str, rows: list[Row]) -> str:
    """What the areas say: the limit beside RS and RSB(1), and how the integrand depends on N."""
    load, T = STATES[case]
    saddle = solve(DenseHebbian(P), load, T, "retrieval" if case == "retrieval" else "spin_glass")
    end = next((r for r in rows if r["quantity"] == "-beta f" and math.isinf(r["N"])), None)
    if end is None:
        return "fewer than two sizes are equilibrated at every t"
    rs = -saddle.free_energy / T
    sizes = [r for r in rows if r["quantity"] == "-beta f - RS"]
    areas = ", ".join(f"{short(r['simulation'], r['error'])} at N={r['N']:.0f}" for r in sizes)
    at = [r for r in rows if r["quantity"] == "integrand" and math.isinf(r["N"])]
    worst = max(at, key=lambda r: abs(r["z"])) if at else None
    text = f"area under the integrand {areas}; -beta f for 1/N -> 0 is {short(end['simulation'], end['error'])}, "
    if case == "retrieval":
        text += f"RS {rs:.5f} (z = {end['z']:.2f})"
    else:
        z = (end["simulation"] - rs) / end["error"]
        text += f"RSB(1) {end['theory']:.4f} (z = {end['z']:.2f}), RS {rs:.4f} (z = {z:.0f})"
        value, error = integral(case, rows, saddle, lambda t: 1.0)
        text += (
            f", with 1/N before the onset of symmetry breaking at t = {ONSET:g} and N^(-2/3) behind it (chosen after 1/N "
            f"had missed at smaller N: chi2 does not tell them apart); with 1/N everywhere it were {short(value + rs, error)} "
            f"(z = {(value + rs - end['theory']) / error:.1f})"
        )
    if worst:
        to = "zero" if case == "retrieval" else "the curve of RSB(1)"
        text += f"; the integrand at {len(at)} t tends to {to}: worst z = {worst['z']:.2f}"
    if ladder(case):
        text += (
            "; at finite N the ladder from T = inf lies higher, by the energies of single patterns, which are not Gaussian "
            "(I.1 leaves that out)"
        )
    for N, value, error in ladder(case):
        for r in of(rows, "-beta f", N):
            off = (r["simulation"] - value) / math.hypot(error, r["error"])
            text += f"; at N={N:.0f} it gives {short(value, error)}, {value - r['simulation']:.3f} more ({-off:.1f} errors)"
    return text


def ladder(case: str) -> list[tuple[float, float, float]]:
    """Return N, -beta f and error of the same state by replica exchange from T = inf (M.8), from results/spin_glass."""
    data = ROOT / "results" / "spin_glass" / "P3" / "data.csv"
    if case != "glass" or not data.exists():
        return []
    load, T = STATES[case]
    rows = [r for r in read(data) if r["quantity"] == "-beta f" and math.isfinite(r["N"]) and abs(r["T"] - T) < 1e-9]
    return [(r["N"], r["simulation"], r["error"]) for r in rows if r["load"] == load and r["status"] in GOOD]


def plot(case: str, target: Path) -> None:
    """Draw the integrand against t and the free energy against 1/N."""
    rows, lines = read(target / "data.csv"), read(target / "lines.csv")
    load, T = STATES[case]
    saddle = solve(DenseHebbian(P), load, T, "retrieval" if case == "retrieval" else "spin_glass")
    sizes = sorted({int(r["N"]) for r in rows if math.isfinite(r["N"])})
    fig, axes = plots.figure(1, 2, width=4.3, height=3.6)
    ax = axes[0][0]
    for N, marker, color in zip(sizes, plots.MARKERS, plots.COLORS, strict=False):
        at = [r for r in rows if r["quantity"] == "integrand" and r["N"] == N]
        plots.simulation(ax, [float(r["curve"][2:]) for r in at], [r["simulation"] for r in at], [r["error"] for r in at],
                         [r["status"] in GOOD for r in at], color, marker)  # fmt: skip
    ends = [r for r in rows if r["quantity"] == "integrand" and math.isinf(r["N"])]
    plots.limit(ax, [float(r["curve"][2:]) for r in ends], [r["simulation"] for r in ends], [r["error"] for r in ends])
    ax.axhline(0.0, color=plots.COLORS[3], ls=plots.STYLES["RS"], lw=1.3)
    if case == "glass":
        plots.theory(ax, [r["t"] for r in lines], [r["RSB(1)"] for r in lines], plots.COLORS[2], "RSB(1)")
    ax.set_xlabel("t: from free spins (0) to the network (1)")
    ax.set_ylabel("integrand of I.1: the error of RS")
    handles = [("RS: 0", plots.COLORS[3])] + ([("RSB(1)", plots.COLORS[2], "RSB(1)")] if case == "glass" else [])
    plots.legend(ax, handles, list(zip(sizes, plots.MARKERS, strict=False)), extrapolated=True)
    ax = axes[0][1]
    at = [r for r in rows if r["quantity"] == "-beta f" and math.isfinite(r["N"])]
    plots.simulation(ax, [1 / r["N"] for r in at], [r["simulation"] for r in at], [r["error"] for r in at],
                     [r["status"] in GOOD for r in at], plots.COLORS[5], "o")  # fmt: skip
    other = ladder(case)
    if other:
        ax.errorbar([1 / N for N, _, _ in other], [v for _, v, _ in other], [e for _, _, e in other], fmt="x",
                    color=plots.COLORS[1],
                    label="ladder from T = inf (M.8)")  # fmt: skip
    end = next((r for r in rows if r["quantity"] == "-beta f" and math.isinf(r["N"])), at[-1])
    plots.limit(ax, [0.0], [end["simulation"]], [end["error"]])
    ax.axhline(-saddle.free_energy / T, color=plots.COLORS[3], ls=plots.STYLES["RS"], lw=1.3, label="RS")
    if case == "glass":
        ax.axhline(end["theory"], color=plots.COLORS[2], lw=1.3, label="RSB(1)")
    ax.plot([], [], "o", color=plots.COLORS[5], ms=4.5, label="RS + area under the integrand")
    ax.set_xlabel("1/N")
    ax.locator_params(axis="x", nbins=5)
    ax.set_ylabel("free energy, -βf")
    ax.legend(fontsize=7)
    what = "retrieval, where RS is exact" if case == "retrieval" else "the spin glass, where RS is broken"
    fig.suptitle(f"Guerra's interpolation in {what} (P = 3, load {load:g}, T = {T:g})", fontsize=10)
    plots.save(fig, target / "figure")


if __name__ == "__main__":
    main("guerra", __doc__, {case: case for case in STATES}, run, plot)
