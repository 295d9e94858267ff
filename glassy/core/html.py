"""A result as a small table in a notebook: names, values with their errors, units; words with their remedies, escaped.

Colours are those of the page, so that it is read on light and on dark alike.
"""

from __future__ import annotations

import enum
import html
from collections.abc import Sequence
from itertools import islice
from typing import Any

from glassy.core.quantities import quantity
from glassy.core.records import STATE, is_estimate

MOST = 20  # rows
_CELL = "text-align:left;padding:0.15em 0.8em 0.15em 0;vertical-align:top;border:none"
_NUMBER = _CELL.replace("left", "right", 1) + ";white-space:nowrap;font-variant-numeric:tabular-nums"
_FAINT = "opacity:0.65"
_RULE = "border-bottom:1px solid currentColor"


def text(value: Any) -> str:
    """Return a value as readers want it: an Estimate with its error, floats in nine digits, a Status by its name."""
    if value is None:
        return "-"
    if isinstance(value, enum.Enum):
        return value.name
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and not is_estimate(value):
        return f"{value:.9g}"
    if isinstance(value, tuple):
        return ", ".join(map(text, value)) or "-"
    if hasattr(value, "shape") and not isinstance(value, float):
        return " x ".join(map(str, value.shape)) + " numbers" if value.shape else text(value.item())
    return value if isinstance(value, str) else repr(value)


def page(result: Any) -> str:
    """Return the table of a result, of at most `MOST` rows."""
    rows = result.records()
    shown = list(islice(rows, MOST + 1))
    title = f'<div style="font-weight:600">{html.escape(type(result).__name__)}</div>'
    if len(shown) == 1:
        body = _one(shown[0])
    else:
        count = len(result) if hasattr(result, "__len__") and len(shown) > MOST else len(shown) + sum(1 for _ in rows)
        body = _many(shown[:MOST], count)
    return f'<div style="overflow-x:auto">{title}{body}</div>'


def _one(row: dict[str, Any]) -> str:
    lines = [_line(name, value) for name, value in row.items() if not isinstance(value, str | tuple) or value]
    return f'<table style="border-collapse:collapse">{"".join(lines)}</table>'


def _line(name: str, value: Any) -> str:
    q = quantity(name)
    unit = "" if q.unit in ("", "1") else q.unit
    said = html.escape(text(value))
    if isinstance(value, enum.Enum) and isinstance(value.value, str):
        said += f'<div style="{_FAINT};max-width:40em">{html.escape(value.value)}</div>'
    cells = (
        (name, _CELL),
        (said, _CELL),
        (html.escape(unit), f"{_CELL};{_FAINT}"),
        (html.escape(q.long_name), f"{_CELL};{_FAINT}"),
    )
    first, *others = cells
    return (
        f'<tr><th style="{first[1]}">{html.escape(first[0])}</th>'
        + "".join(f'<td style="{s}">{x}</td>' for x, s in others)
        + "</tr>"
    )


def _many(rows: Sequence[dict[str, Any]], count: int) -> str:
    names = list(dict.fromkeys(name for row in rows for name in row))
    said = {name: [text(row.get(name)) for row in rows] for name in names}
    same = [n for n in names if len(set(said[n])) == 1 and len(rows) > 1]
    above = ", ".join(f"{n} {said[n][0]}" for n in same if said[n][0] != "-" and n not in ("status",))
    names = [n for n in names if n not in same or n == "status"]
    names.sort(key=lambda n: n not in STATE)
    head = "".join(f'<th style="{_NUMBER};{_RULE}">{html.escape(n)}{_unit(n)}</th>' for n in names)
    lines = (
        "".join(f'<td style="{_style(row.get(n))}">{html.escape(said[n][i])}</td>' for n in names) for i, row in enumerate(rows)
    )
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    below = (
        [f"{count - len(rows)} more rows are not shown: to_dataframe() and csv(path) have all {count}"]
        if count > len(rows)
        else []
    )
    statuses = dict.fromkeys(v for row in rows for v in row.values() if isinstance(v, enum.Enum) and not getattr(v, "ok", True))
    below += [f"{v.name}: {v.value}" for v in statuses if isinstance(v.value, str)]
    notes = "".join(f'<div style="{_FAINT};max-width:60em">{html.escape(x)}</div>' for x in below)
    caption = f'<div style="{_FAINT}">{html.escape(above)}</div>' if above else ""
    return (
        f'{caption}<table style="border-collapse:collapse"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{notes}'
    )


def _unit(name: str) -> str:
    unit = quantity(name).unit
    return f'<div style="{_FAINT};font-weight:400">{html.escape(unit)}</div>' if unit not in ("", "1") else ""


def _style(value: Any) -> str:
    return _NUMBER if isinstance(value, bool | int | float) or value is None else _CELL
