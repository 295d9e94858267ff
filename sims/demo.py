"""Demo: theory and simulation of one dense network side by side: P = 4, load 0.1, N = 100 and 200 (66667 patterns)."""

from __future__ import annotations

from pathlib import Path

import glassy
from glassy import plots
from sims.harness import compared

LOAD = 0.1
TEMPERATURES = (0.2, 0.35, 0.5, 0.65)
SIZES = ((100, 64), (200, 16))


def main() -> None:
    network = glassy.DenseHebbian(P=4)
    out = Path("demo")
    print(f"{network!r} at load {LOAD}: " + ", ".join(f"N={N} with K={network.patterns(LOAD, N)} patterns" for N, _ in SIZES))
    comparisons = []
    for i, T in enumerate(TEMPERATURES):
        # every temperature draws its own patterns, so that the z-scores are independent
        runs = [
            glassy.simulate(network, load=LOAD, T=T, N=N, samples=S, sweeps=160, seed=1 + i, progress=True) for N, S in SIZES
        ]
        comparisons.append(compared(glassy.solve(network, load=LOAD, T=T), runs))
    for c in comparisons:
        print(f"\nT = {c.solution.T:g}   (theory: {c.solution!r})\n{c.table()}")
        c.save(out_file(out, c))
    limits = [row for c in comparisons for row in c.extrapolated if row.used]
    figure = plots.comparison(comparisons, out / "figure")
    if limits:
        worst = max(limits, key=lambda row: abs(row.z))
        print(f"\nworst |z| of the {len(limits)} values at 1/N -> 0: {abs(worst.z):.2f} in {worst.observable}")
    else:
        print("\nno value at 1/N -> 0: see the status of each size")
    print(f"figure: {figure.resolve()}")


def out_file(folder: Path, c: glassy.Comparison) -> Path:
    """Where one comparison is kept: glassy.load reads it back."""
    folder.mkdir(exist_ok=True)
    return folder / f"comparison_T={c.solution.T:g}.npz"


if __name__ == "__main__":
    main()
