"""Lines: rows that are no evidence, as theory lines, by the words of a Table."""

from __future__ import annotations

import csv
import math
from pathlib import Path
from typing import Any

import numpy as np


class Lines(list[dict[str, Any]]):
    """Rows of columns by name, as the theory lines of a figure; a Table is for measured values.

    Examples
    --------
    >>> import glassy
    >>> path = glassy.scan(glassy.DenseHebbian(P=3), load=[0.1, 0.2, 9.0], T=0.2)
    >>> lines = Lines(Lines.row(s, "load", "m", "status", curve="path") for s in path)
    >>> lines.where(status="CONVERGED")["load"], lines.where(load=lambda x: x > 1.0)["status"].tolist()
    (array([0.1, 0.2]), ['LEFT_PHASE'])
    """

    def __getitem__(self, key: Any) -> Any:
        """Return a column by its name, or a row by its number."""
        return np.array([r[key] for r in self]) if isinstance(key, str) else super().__getitem__(key)

    def where(self, **wanted: Any) -> Lines:
        """Return the rows whose columns have the wanted values; a callable says whether a value is wanted."""
        return Lines(r for r in self if all(v(r[k]) if callable(v) else r[k] == v for k, v in wanted.items()))

    @staticmethod
    def row(result: Any, *names: str, **first: Any) -> dict[str, Any]:
        """Return a row: `first`, then attributes of a result, statuses and ansaetze by name; "x_error" is the error of x in k.

        Examples
        --------
        >>> import glassy
        >>> s = glassy.solve(glassy.DenseHebbian(P=3), load=0.0, T=0.0)
        >>> Lines.row(s, "ansatz", "m", "energy_error", "status", curve="RS")
        {'curve': 'RS', 'ansatz': 'RS()', 'm': 1.0, 'energy_error': 0.0, 'status': 'CONVERGED'}
        """

        def cell(name: str) -> Any:
            if name.endswith("_error"):
                return getattr(getattr(result, name.removesuffix("_error")), "error", 0.0)
            found = getattr(result, name)
            if isinstance(found, float):
                return float(found)  # of an Estimate the value
            return found if isinstance(found, int | str) else getattr(found, "name", repr(found))

        return {**first, **{name: cell(name) for name in names}}

    def csv(self, path: str | Path) -> None:
        """Write the rows, which have the columns of the first one; floats are written in full."""
        with Path(path).open("w", newline="") as file:
            writer = csv.DictWriter(file, tuple(self[0]) if self else (), lineterminator="\n")
            writer.writeheader()
            writer.writerows(self)

    @classmethod
    def read_csv(cls, path: str | Path) -> Lines:
        """Read what `csv` wrote: numbers as floats, an empty cell as NaN.

        Examples
        --------
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     Lines([{"ansatz": "RS", "load": 0.1}]).csv(f"{folder}/lines.csv")
        ...     Lines.read_csv(f"{folder}/lines.csv")
        [{'ansatz': 'RS', 'load': 0.1}]
        """
        with Path(path).open(newline="") as file:
            return cls({k: _number(v) for k, v in row.items()} for row in csv.DictReader(file))


def _number(text: str) -> Any:
    try:
        return float(text) if text else math.nan
    except ValueError:
        return text
