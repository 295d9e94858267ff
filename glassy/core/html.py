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
from glassy.core.records import STATE, in_order, is_estimate

MOST = 20  # rows
LONG = 40  # letters, beyond which a value takes the place of its unit and name as well
_CELL = "text-align:left;padding:0.15em 0.8em 0.15em 0;vertical-align:top;border:none"
_NUMBER = _CELL.replace("left", "right", 1) + ";white-space:nowrap;font-variant-numeric:tabular-nums"
_FAINT = "opacity:0.65"
_LABEL = f"{_CELL};{_FAINT};white-space:nowrap"
_TABLE = '<table style="border-collapse:collapse;margin:0;color:inherit">'
_RULE = "border-bottom:1px solid currentColor"


def text(value: Any) -> str:
    """Return a value as readers want it: an Estimate with its error, floats in six digits, a Status by its name."""
    if value is None:
        return "-"
    if isinstance(value, enum.Enum):
        return value.name
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and not is_estimate(value):
        return f"{value:.6g}"
    if isinstance(value, tuple):
        return ", ".join(map(text, value)) or "-"
    return value if isinstance(value, str) else repr(value)


def page(result: Any) -> str | None:
    """Return the table of a result, of at most `MOST` rows; None where it has none, so that a notebook shows its repr."""
    rows = result.records()
    shown = list(islice(rows, MOST + 1))
    if not any(shown):
        return None
    if len(shown) == 1:
        body = _one(shown[0])
    else:
        known = hasattr(result, "__len__") and len(shown) > MOST  # a Grid need not make all its points
        body = _many(shown[:MOST], len(result) if known else len(shown) + sum(1 for _ in rows))
    title = f'<div style="font-weight:600">{html.escape(type(result).__name__)}</div>'
    return f'<div style="overflow-x:auto">{title}{body}</div>'


def _one(row: dict[str, Any]) -> str:
    shown, theory = (name for name in in_order(row) if not isinstance(row[name], str | tuple) or row[name]), "replicon" in row
    lines = [_line(name, row[name], theory) for name in shown]
    return f"{_TABLE}{''.join(lines)}</table>"


def _words(value: enum.Enum, theory: bool) -> str:
    """Return the sentence of a status, or what else a member says; of theory the rows have a replicon."""
    return value.words(theory) if hasattr(value, "words") else str(value.value)


def _line(name: str, value: Any, theory: bool) -> str:
    q, said = quantity(name), html.escape(text(value))
    head = f'<tr><th style="{_CELL}">{html.escape(name)}</th>'
    if isinstance(value, enum.Enum) and isinstance(value.value, str):
        said += f': <span style="{_FAINT}">{html.escape(_words(value, theory))}</span>'
    if len(said) > LONG:
        return f'{head}<td colspan="3" style="{_CELL};max-width:50em">{said}</td></tr>'
    faint = (q.unit if q.unit != "1" else "", q.long_name)
    return (
        f'{head}<td style="{_CELL}">{said}</td>'
        + "".join(f'<td style="{_LABEL}">{html.escape(x)}</td>' for x in faint)
        + "</tr>"
    )


def _many(rows: Sequence[dict[str, Any]], count: int) -> str:
    names = in_order(dict.fromkeys(name for row in rows for name in row))
    names.sort(key=lambda n: 2 - (n in STATE) - (n in (*STATE, "status")))  # the status is seen without scrolling
    said = {name: [text(row.get(name)) for row in rows] for name in names}
    same = [n for n in names if len(set(said[n])) == 1 and len(rows) > 1 and n != "status"]
    above = ", ".join(f"{n} {said[n][0]}" for n in same if said[n][0] not in ("-", ""))
    above = f"in these rows: {above}" if above and count > len(rows) else above
    style = {n: _CELL if all(_worded(row.get(n)) for row in rows) else _NUMBER for n in names if n not in same}
    head = "".join(f'<th style="{x};{_RULE}">{html.escape(n)}{_unit(n)}</th>' for n, x in style.items())
    cells = ("".join(f'<td style="{x}">{html.escape(said[n][i])}</td>' for n, x in style.items()) for i in range(len(rows)))
    body = "".join(f"<tr>{line}</tr>" for line in cells)
    below = [f"{count - len(rows)} more of {count} rows: to_dataframe() and csv(path) have all"] if count > len(rows) else []
    found = dict.fromkeys(v for row in rows for v in row.values() if isinstance(v, enum.Enum) and not getattr(v, "ok", True))
    below += [f"{v.name}: {_words(v, 'replicon' in rows[0])}" for v in found if isinstance(v.value, str)]
    table = f"{_TABLE}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    return _note(above) + table + "".join(map(_note, below))


def _note(words: str) -> str:
    return f'<div style="{_FAINT};max-width:60em">{html.escape(words)}</div>' if words else ""


def _unit(name: str) -> str:
    unit = quantity(name).unit
    return f'<div style="{_FAINT};font-weight:400">{html.escape(unit)}</div>' if unit not in ("", "1") else ""


def _worded(value: Any) -> bool:
    return value is None or not isinstance(value, int | float | tuple)
