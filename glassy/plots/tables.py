"""Figures of a Table of evidence, and of what a phase behind a wall measured: each quantity beside the lines of theory."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from matplotlib.lines import Line2D

from glassy.core.drawing import draws
from glassy.core.errors import InputError
from glassy.evidence.held import Held
from glassy.evidence.table import Measured, Table
from glassy.plots.evidence import markers_of, points
from glassy.plots.marks import not_drawn, theory
from glassy.plots.panel import Panel
from glassy.plots.sheet import Sheet, unknown, words
from glassy.plots.style import AXES, STYLES, WIDTH, ramp

TOLD = ("curve", "network", "load", "T", "t")  # what tells points of one panel apart, by colour


@draws(Table)
def table(
    result: Table | Held, quantities: str | Sequence[str] | None = None, *, x: str | None = None, ax: Any = None,
    path: str | Path | None = None,
) -> Any:  # fmt: skip
    """Draw what was measured beside theory, a panel for each quantity: against T, the load, or 1/N at one state point.

    Points have bars of one standard error; the marker tells the size, black dots are limits 1/N = 0, hollow points do not
    count. Colour tells the curve, the network, the load and T, as far as they change. Theory is a line (RS dashed, RSB(1)
    solid, deeper dotted) through what the table has of it, at the largest N of each place: nothing is solved for the figure.

    Parameters
    ----------
    result : Table or Held
        Rows of evidence; of a `hold` those of its rungs, its free energy and its cooling.
    quantities : str or sequence of str, optional
        Which; default: up to four of a Table, m and energy_excess of a Held.
    x : {"T", "load", "1/N"}, optional
        What is drawn across; default: the first of T and load that changes, else 1/N.
    ax : Axes, or as many as there are quantities, optional
        Where to draw; default: a figure of its own.
    path : path, optional
        Where to write, with or without .png or .pdf: both are written, and the folder is made if missing.

    Returns
    -------
    Axes, or an array of them where there are several quantities

    Raises
    ------
    InputError
        If there is no row, or a quantity is not in the table.

    Examples
    --------
    >>> import glassy
    >>> network = glassy.DenseHebbian(P=3)
    >>> runs = [glassy.simulate(network, load=0.1, T=0.3, N=N, samples=8, sweeps=200, seed=3) for N in (40, 60)]
    >>> evidence = glassy.Table.of(glassy.solve(network, load=0.1, T=0.3), runs)
    >>> ax = glassy.plots.table(evidence, "m")
    >>> ax.get_xlabel(), [text.get_text() for text in ax.get_legend().get_texts()]
    ('1/N', ['N = 40', 'N = 60', '1/N → 0', 'theory, RS'])
    """
    if not isinstance(result, Table | Held):
        raise InputError(f"result must be a Table or a Held, got {result!r}. Call Table.of, or hold.")
    rows = Table(row for part in result.tables for row in part) if isinstance(result, Held) else result
    known = list(dict.fromkeys(row.quantity for row in rows))
    if not known:
        raise InputError("a Table must have rows to be drawn, this one is empty. Add what Table.of returns.")
    some = ("m", "energy_excess") if isinstance(result, Held) else tuple(known[:4])
    asked = some if quantities is None else words(quantities)
    if lacking := [name for name in asked if name not in known]:
        raise InputError(f"quantities must be in the table, {', '.join(known)}, got {lacking[0]!r}.{unknown(lacking[0])}")
    mine = Table(row for row in rows if row.quantity in asked)
    x = x or next((word for word in ("T", "load") if len(set(mine[word].tolist())) > 1), "1/N")
    if x not in ("T", "load", "1/N"):
        raise InputError(f"x must be 'T', 'load' or '1/N', got {x!r}. Leave it out.")
    sheet = Sheet(ax, path, len(asked))
    sheet.name(*((AXES.get(x, x), AXES.get(name, name)) for name in asked), alone="Give a table of all of them.")
    keys = list(dict.fromkeys(_key(row, x) for row in mine))
    colors = dict(zip(keys, ramp(len(keys)), strict=True))
    for panel, name in zip(sheet.panels, asked, strict=True):
        _panel(panel, mine.where(quantity=name), x, colors, markers_of(mine))
    sheet.panels[-1].legend(_entries(mine, x, colors))
    sheet.title(_title(result, mine, x))
    return sheet.done()


@draws(Held)
def _held(
    result: Held, quantities: str | Sequence[str] | None = None, *, x: str | None = None, ax: Any = None,
    path: str | Path | None = None,
) -> Any:  # fmt: skip
    return table(result, quantities, x=x, ax=ax, path=path)


def _at(row: Measured, x: str) -> float:
    return 1.0 / row.N if x == "1/N" else float(getattr(row, x))


def _key(row: Measured, x: str) -> tuple[Any, ...]:
    """Return what tells a row from others of its panel; NaN, of a row that is of no single load or T, is None."""
    found = (None if word == x else getattr(row, word) for word in TOLD)
    return tuple(None if isinstance(value, float) and math.isnan(value) else value for value in found)


def _panel(panel: Panel, rows: Table, x: str, colors: dict[Any, str], markers: list[tuple[int, str]]) -> None:
    here = [row for row in rows if not _lost(row, x)]
    for key, color in colors.items():
        group = [row for row in here if _key(row, x) == key]
        for ansatz in dict.fromkeys(row.ansatz for row in group):
            say = {_at(row, x): row.theory for row in sorted(group, key=lambda row: row.N) if row.ansatz == ansatz}
            line = sorted((a, b) for a, b in say.items() if math.isfinite(b))
            theory(panel.ax, [a for a, _ in line], [b for _, b in line], color, _style(ansatz))
            if len(line) == 1:  # a line of one point is none
                panel.ax.plot(*line[0], "_", color=color, ms=9.0, zorder=1)
        measured = {(row.N, _at(row, x), row.simulation): row for row in group}  # once, though it stands beside two ansaetze
        points(panel.ax, Table(measured.values()), lambda row: _at(row, x), color=color, markers=markers)
    lost = [why for row in rows if (why := _lost(row, x))]
    not_drawn(panel.ax, len(lost), len(rows), ", ".join(dict.fromkeys(lost)))


def _lost(row: Measured, x: str) -> str:
    """Return why a row has no place in a panel; "" where it has one."""
    if not math.isfinite(row.simulation):
        return "no number"
    if not math.isfinite(_at(row, x)):
        return "at infinity" if math.isinf(_at(row, x)) else f"of no {x}"
    return "limits not to be used" if math.isinf(row.N) and not row.usable else ""


def _style(ansatz: str) -> str:
    return {"": "RS", "RS()": "RS"}.get(ansatz, ansatz if ansatz in STYLES else "deeper")


def _entries(rows: Table, x: str, colors: dict[Any, str]) -> list[Line2D]:
    """Return legend handles: what the colours tell, sizes, limits, what does not count, and each line of theory."""
    vary = [i for i in range(len(TOLD)) if len({key[i] for key in colors}) > 1]

    def name(key: tuple[Any, ...]) -> str:
        named = {i: f"{TOLD[i]} {key[i]:.3g}" if isinstance(key[i], float) else str(key[i] or "-") for i in vary}
        return ", ".join(named.values())

    found = [Line2D([], [], color=c, marker="o", ls="none", ms=4.5, label=name(key)) for key, c in colors.items() if vary]
    look: Any = {"color": "0.3", "ls": "none", "ms": 4.5}
    found += [Line2D([], [], marker=marker, label=f"N = {N}", **look) for N, marker in markers_of(rows)]
    if rows.ends.usable:
        found.append(Line2D([], [], color="black", marker=".", ls="none", label="1/N → 0"))
    if bad := dict.fromkeys(row.status.name for row in rows.finite if row.hollow):
        label = "\n".join(["not counted:", *bad])
        found.append(Line2D([], [], marker="o", mfc="none", alpha=0.45, label=label, **look))
    for ansatz in dict.fromkeys(row.ansatz for row in rows if math.isfinite(row.theory)):
        said = ansatz.replace("RS()", "RS") or "RS"
        found.append(Line2D([], [], color="0.3", ls=STYLES[_style(ansatz)], lw=WIDTH, label=f"theory, {said}"))
    return found


def _title(result: Table | Held, rows: Table, x: str) -> str:
    """Return what is true of all rows, and of a Held its network and its wall."""
    parts = [repr(result.network)] if isinstance(result, Held) else []
    for word, text in (("network", "{}"), ("load", "load {:.3g}"), ("T", "T = {:g}")):
        values = set(rows[word].tolist())
        if word != x and len(values) == 1 and (value := values.pop()) == value and value != "":
            parts.append(text.format(value))
    return ", ".join(parts + ([f"wall at m = {result.wall:g}"] if isinstance(result, Held) else []))
