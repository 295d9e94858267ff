"""Results as text: tables with aligned columns, and one result as a list with the meaning of every number."""

from __future__ import annotations

import enum
import inspect
import math
import re
import shutil
import textwrap
from collections.abc import Iterable, Sequence
from typing import Any

import glassy
from glassy.cli.parameters import described, sentences

UNLIMITED = 10**6  # columns of what is no terminal,
TEXT = 120  # and of text on any
PLAIN = 40  # columns of a value beside its meaning
GAP = "  "


def columns() -> int:
    """Return the width of the terminal; of a pipe or a file none is known."""
    return shutil.get_terminal_size((UNLIMITED, 24)).columns


def cell(value: Any) -> str:
    """Return a value as it stands in a table: an Estimate with its error, what is unknown as -.

    Examples
    --------
    >>> import glassy
    >>> cell(glassy.Estimate(0.97123, error=0.0012)), cell(0.1 + 0.2), cell(float("nan")), cell((0.25, 0.5)), cell(True)
    ('0.9712(12)', '0.3', '-', '0.25 0.5', 'yes')
    >>> cell(glassy.Status.CONVERGED), cell(glassy.RS()), cell(None), cell(()), cell(1)
    ('CONVERGED', 'RS', '-', '', '1')
    """
    if value == ():
        return ""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return " ".join(map(cell, value))
    if isinstance(value, float):
        return repr(value) if hasattr(value, "error") else f"{value:.8g}"
    return value.name if isinstance(value, enum.Enum) else str(value).removesuffix("()")


def table(results: Iterable[Any], names: Sequence[str], *, width: int) -> str:
    """Return attributes of results as a table; where it is wider than the terminal, each result as a list.

    A column in which nothing is known or said is left out.

    Examples
    --------
    >>> import glassy
    >>> points = [glassy.StatePoint(load=0.1, T=0.25), glassy.StatePoint(load=10.0, T=0.0)]
    >>> print(table(points, ("load", "T"), width=80))
    load     T
     0.1  0.25
      10     0
    >>> print(table(points[:1], ("load", "T"), width=5))
    load  0.1
    T     0.25
    """
    rows = [{name: getattr(r, name) for name in names} for r in results]
    return of_rows(rows, width=width)


def of_rows(rows: Sequence[dict[str, Any]], *, width: int) -> str:
    """Return rows of values by name as `table` does."""
    texts = [{name: cell(value) for name, value in row.items()} for row in rows]
    names = [name for name in texts[0] if any(row[name] not in ("-", "") for row in texts)] if texts else []
    left = {name for name in names if any(isinstance(row[name], str | enum.Enum) for row in rows)}
    wide = {name: max(len(name), *(len(row[name]) for row in texts)) for name in names}
    if sum(wide.values()) + len(GAP) * (len(names) - 1) > width:
        return "\n\n".join(listed([(name, row[name], "") for name in names], width=width) for row in texts)
    lines = [{name: name for name in names}, *texts]
    return "\n".join(
        GAP.join(f"{row[name]:{'<' if name in left else '>'}{wide[name]}}" for name in names).rstrip() for row in lines
    )


def listed(rows: Sequence[tuple[str, str, str]], *, width: int) -> str:
    """Return names, values and meanings below each other; meanings where there is room for them."""
    first = max(len(name) for name, *_ in rows)
    second = max([len(value) for _, value, _ in rows if len(value) <= PLAIN], default=0)
    lines = []
    for name, value, meaning in rows:
        room = min(width, TEXT) - first - second - 2 * len(GAP)
        if not meaning or len(value) > second or room < PLAIN // 2:
            lines += wrapped(f"{name:<{first}}{GAP}", value, width)
        else:
            lines += wrapped(f"{name:<{first}}{GAP}{value:<{second}}{GAP}", meaning, width)
    return "\n".join(lines)


def wrapped(head: str, text: str, width: int) -> list[str]:
    """Return a text behind a head, its further lines below its beginning."""
    room = max(min(width, TEXT), len(head) + PLAIN // 2)
    return textwrap.wrap(text, room, initial_indent=head, subsequent_indent=" " * len(head), break_long_words=False,
                         break_on_hyphens=False)  # fmt: skip


def meanings(result: Any, *names: str) -> list[tuple[str, str, str]]:
    """Return rows of `listed`: attributes that say something, with what the docstrings say of them."""
    return [(name, cell(getattr(result, name)), meaning(result, name)) for name in names if _says(getattr(result, name))]


def _says(value: Any) -> bool:
    return cell(value) not in ("-", "")


def meaning(result: Any, name: str) -> str:
    """Return the words of an attribute: of a property its docstring, else of the Parameters; of a status its sentence."""
    value = getattr(result, name)
    if isinstance(value, enum.Enum):
        return str(value.words(isinstance(result, glassy.Solution)) if isinstance(value, glassy.Status) else value.value)
    attribute = inspect.getattr_static(type(result), name, None)
    own = inspect.getdoc(attribute) if hasattr(attribute, "__get__") else None
    found = own or described(type(result)).get(name, ("", ""))[1]
    return re.split(r"[;:]\s", sentences(found.partition("\n\n")[0], 1))[0].rstrip(".") if found else ""
