"""Demo: theory and simulation of one dense network side by side: P = 4, load 0.1, N = 100 and 200 (66667 patterns)."""

from __future__ import annotations

import warnings
from pathlib import Path

import glassy
from glassy import plots

LOAD = 0.1
TEMPERATURES = (0.2, 0.35, 0.5, 0.65)
SIZES = ((100, 64), (200, 16))


def main() -> None:
    network, out, comparisons = glassy.DenseHebbian(P=4), Path("demo"), []
    out.mkdir(exist_ok=True)
    print(f"{network!r} at load {LOAD}: " + ", ".join(f"N={N} with K={network.patterns(LOAD, N)} patterns" for N, _ in SIZES))
    for seed, T in enumerate(TEMPERATURES, 1):  # every temperature draws its own patterns, so that the z-scores are independent
        runs = [glassy.simulate(network, LOAD, T, N, samples=S, sweeps=160, seed=seed, progress=True) for N, S in SIZES]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", glassy.EquilibrationWarning)  # the table shows the status of every size
            comparisons.append(found := glassy.compare(glassy.solve(network, LOAD, T), runs))
        print(f"\nT = {T:g}   (theory: {found.solution!r})\n{found.table()}")
        found.save(out / f"comparison_T={T:g}.npz")  # glassy.load reads it back
    limits = [row for c in comparisons for row in c.extrapolated if row.used]
    if limits:
        worst = max(limits, key=lambda row: abs(row.z))
        print(f"\nworst |z| of the {len(limits)} values at 1/N -> 0: {abs(worst.z):.2f} in {worst.observable}")
    else:
        print("\nno value at 1/N -> 0: see the status of each size")
    plots.comparison(comparisons, path=out / "figure")
    print(f"figure: {(out / 'figure.png').resolve()}")


if __name__ == "__main__":
    main()
