"""The visual grammar of every figure: what colours, markers and lines mean, and how large it is printed.

Theory is a line (RS dashed, RSB(1) solid, deeper dotted), simulation a point with its error bar, an exact enumeration a
cross. The marker tells N; where colour tells nothing else it darkens with N, and the limit is black. A run that left its
phase or did not equilibrate is drawn hollow and pale: kept, but never silently counted. So is theory: pale where its saddle
is unstable, thin where another phase wins.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import matplotlib as mpl
import numpy as np

from glassy.simulation.observables import OBSERVABLES
from glassy.theory.ansatz import RS, RSB, Ansatz

# Okabe and Ito's colours: told apart by colour-blind readers; their order also darkens in grey.
COLORS = ("#E69F00", "#009E73", "#0072B2", "#D55E00", "#CC79A7", "#000000")
MARKERS = ("o", "s", "^", "D", "v", "P")
STYLES: Any = {"RS": (0, (5, 2)), "RSB(1)": "solid", "deeper": (0, (1, 1)), "other": (0, (4, 1.5, 1, 1.5))}
PHASES = {"retrieval": COLORS[2], "paramagnetic": COLORS[1], "spin_glass": COLORS[3], "example": COLORS[4]}
WIDTH = 1.3  # of a theory line
PAGE = 7.0  # inches: two columns of a journal, 17.8 cm
TEXT = {"headline": 9.0, "panel": 7.5, "label": 8.0, "tick": 7.0, "legend": 7.0}  # points, as printed
UNSTABLE: Any = {"alpha": 0.4}
LOSES: Any = {"linewidth": 0.6}

AXES = {name: observable.symbol for name, observable in OBSERVABLES.items()} | {
    "T": "temperature T",
    "load": "load",
    "N": "spins N",
    "q_EA": "overlap $q_{EA}$",
    "free_energy": "free energy per spin",
    "minus_beta_f": "$-\\beta f$ per spin",
    "entropy": "entropy per spin",
    "complexity": "complexity per spin",
    "replicon": "replicon (< 0: unstable)",
    "specific_heat": "specific heat per spin",
    "susceptibility": "susceptibility of m",
    "local_susceptibility": r"local susceptibility $\beta(1 - q_{EA})$",
    "binder_m": "Binder cumulant of m",
    "binder_q": "Binder cumulant of q",
}


def depth_style(k: float) -> dict[str, Any]:
    """Return matplotlib's words for the line of an ansatz of k steps, where several are drawn together.

    Parameters
    ----------
    k : float
        Steps: 0 is RS, infinity full RSB.

    Examples
    --------
    >>> import glassy
    >>> glassy.plots.depth_style(1)["linestyle"], glassy.plots.depth_style(0)["color"] == glassy.plots.COLORS[3]
    ('solid', True)
    """
    name = "RS" if k == 0 else "RSB(1)" if k == 1 else "deeper"
    color = {0: COLORS[3], 1: COLORS[2], 2: COLORS[1], 3: COLORS[0], 4: COLORS[4]}.get(int(min(k, 9)), COLORS[5])
    return {"color": color, "linestyle": STYLES[name], "linewidth": 1.3}


def ansatz_looks(ansaetze: Iterable[Ansatz]) -> dict[str, dict[str, Any]]:
    """Return `depth_style` with a name for the legend, by the ansatz as it is written in tables; `lines` takes it.

    Parameters
    ----------
    ansaetze : iterable of RS, RSB or FullRSB
        Those that are drawn.

    Examples
    --------
    >>> import glassy
    >>> looks = glassy.plots.ansatz_looks([glassy.RS(), glassy.RSB(2)])
    >>> {name: look["label"] for name, look in looks.items()}
    {'RS()': 'RS', 'RSB(2)': 'RSB(2)'}
    """
    names = {0.0: "RS", math.inf: "full RSB"}
    return {repr(a): {**depth_style(a.depth), "label": names.get(a.depth, repr(a))} for a in ansaetze}


def ramp(n: int) -> list[str]:
    """Return n colours for values in their order: the package's own, or a scale where they are too few."""
    if n <= len(COLORS):
        return [COLORS[i] for i in (2, 3, 1, 0, 4, 5)[:n]]
    return [mpl.colors.to_hex(mpl.colormaps["viridis"](0.92 * i / (n - 1))) for i in range(n)]


def size_colors(n: int) -> list[str]:
    """Return a colour for each of n sizes, darker for larger ones: they go to the black of the limit."""
    return [mpl.colors.to_hex(mpl.colormaps["RdPu"](x)) for x in np.linspace(0.45, 0.95, max(n, 1))]


def short_ansatz(ansatz: Ansatz) -> str:
    """Return the name of an ansatz in legends and titles."""
    return repr(ansatz).replace("RS()", "RS")


def style_of(ansatz: Ansatz) -> str:
    """Return the key of STYLES of an ansatz."""
    return "RS" if isinstance(ansatz, RS) else "RSB(1)" if ansatz == RSB(1) else "deeper"
