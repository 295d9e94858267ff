"""Exported: every result as a dict, a table (pandas, CSV), a dataset (xarray) and a small table in a notebook."""

from __future__ import annotations

import csv
import dataclasses
import importlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, ClassVar

from glassy.core.cubes import Cube, attributes, dataset
from glassy.core.errors import InputError
from glassy.core.html import page
from glassy.core.provenance import Provenance, joint_provenance
from glassy.core.quantities import quantity
from glassy.core.records import cell, cells, columns, flat, rows_of, tree
from glassy.core.renamed import Renamed


def optional(name: str, extra: str = "export") -> Any:
    """Return an optional package, or raise InputError with the command that installs it."""
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        raise InputError(
            f"{name} must be installed for this. Run pip install {name}, or install glassy with its extra [{extra}]."
        ) from error


class Exported(Renamed):
    """Mixin: a result leaves as a dict, a table or a dataset.

    Four things may be said of a type: `unexported`, names of fields and properties that stay behind; `exported`, properties
    that only the dict has, as their rows are those of the table; `records`, its rows where it is not one row; `axis`, the
    column along which its rows are told apart.
    """

    unexported: ClassVar[tuple[str, ...]] = ()
    exported: ClassVar[tuple[str, ...]] = ()
    axis: ClassVar[str] = "row"

    def records(self) -> Iterator[dict[str, Any]]:
        """Yield this result as rows: dicts from names to numbers, Estimates, words and tuples of them.

        Examples
        --------
        >>> import glassy
        >>> [row["load"] for row in glassy.scan(glassy.DenseHebbian(P=3), load=[0.1, 0.2], T=0.3).records()]
        [0.1, 0.2]
        """
        return rows_of(self)

    def cube(self) -> Cube:
        """Return this result along its axes, for `to_xarray`."""
        return Cube.of_rows(self._filled(), self.axis)

    def _filled(self) -> list[dict[str, Any]]:
        """Return the rows, of which a file or a dataset needs one: what its columns are is not known before."""
        rows = list(self.records())
        if not rows:
            raise InputError(
                f"a {type(self).__name__} must hold a row to be a file or a dataset, this one is empty. Look at len() before; "
                "to_dict() and to_dataframe() may be empty."
            )
        return rows

    def made_by(self) -> Provenance | None:
        """Return the code that made the numbers, of all results in it; None where that was not kept."""
        own = getattr(self, "provenance", None)
        if own is None and dataclasses.is_dataclass(self):
            own = joint(getattr(self, f.name) for f in dataclasses.fields(self))
        return own

    def to_dict(self) -> dict[str, Any]:
        """Return this result as a dict that JSON can hold, with every number in full.

        `type` names what it is. A Status is its name; a network, an ansatz and a method are dicts with their `type`; an
        Estimate is a dict of value, error, thermal, disorder, tau_int, samples, dof, thermal_dof and bound; arrays and tuples
        are lists.
        NaN and infinities are the words "NaN", "Inf" and "-Inf", which float() reads; None stays None. Time series stay
        behind: `to_xarray` and `save` have them.

        Examples
        --------
        >>> import glassy, json
        >>> s = glassy.solve(glassy.DenseHebbian(P=4), load=0.1, T=0.2, ansatz=glassy.RSB(1))
        >>> found = json.loads(json.dumps(s.to_dict(), allow_nan=False))
        >>> found["type"], found["ansatz"], found["status"], found["m"] == s.m
        ('Solution', {'type': 'RSB', 'k': 1}, 'COLLAPSED', True)
        """
        made = self.made_by()
        found: dict[str, Any] = tree(self)
        return found | {"provenance": None if made is None else dataclasses.asdict(made)}

    def _columns(self) -> dict[str, list[Any]]:
        return flat(columns(map(cells, self.records())))

    def to_dataframe(self) -> Any:
        """Return this result as a pandas DataFrame: what it is of, its numbers, and what must be known of them, row by row.

        An Estimate is two columns, NAME and NAME_error. A tuple is NAME_0, NAME_1, ... `attrs` holds units and long names of
        the columns, and the code that made the numbers.

        Raises
        ------
        InputError
            If pandas is not installed.

        Examples
        --------
        >>> import glassy
        >>> table = glassy.scan(glassy.DenseHebbian(P=3), load=[0.1, 9.0], T=0.3).to_dataframe()
        >>> table["status"].tolist(), bool(table["m"].isna()[1]), table.attrs["units"]["T"]
        (['CONVERGED', 'LEFT_PHASE'], True, 'units of H')
        """
        pandas = optional("pandas")
        found = self._columns()
        table = pandas.DataFrame({name: pandas.Series(values, dtype=_dtype(values)) for name, values in found.items()})
        table.attrs = attributes(self, found) | {
            "units": {name: quantity(name).unit for name in found},
            "long_name": {name: quantity(name).long_name for name in found},
        }
        return table

    def to_xarray(self) -> Any:
        """Return this result as an xarray Dataset, along its axes: load, T, N, network; sample, replica, sweep of Samples.

        Every variable has the attributes `units`, `long_name` and, where the docs have one, `label`, that of its equation. An
        Estimate is two variables, NAME and NAME_error. A path of state points that are no axis has the dimension "point".
        Entries of a tuple beyond its end are NaN; what is None everywhere is left out. Attributes of the Dataset say what it is
        of, in which conventions, and which code made it. It can be written as netCDF.

        Raises
        ------
        InputError
            If xarray is not installed, or there is no row.

        Examples
        --------
        >>> import glassy
        >>> path = glassy.scan(glassy.DenseHebbian(P=3), load=[0.1, 0.2], T=0.3).to_xarray()
        >>> path["m"].dims, path["m"].attrs["units"], float(path["m"].sel(load=0.2)) > 0.9
        (('load',), '1', True)
        """
        return dataset(optional("xarray"), self.cube(), self)

    def csv(self, path: str | os.PathLike[str], *, units: bool = False) -> Path:
        """Write this result as a table for other programs, with the columns of `to_dataframe` and every digit.

        Parameters
        ----------
        path : path
            Where to write; its folder is made if missing.
        units : bool
            Whether the second line says the unit of every column. It begins with "#": readers need to be told to skip it.

        Notes
        -----
        Empty cells are None, truth is TRUE or FALSE, and numbers that are none are NaN, Inf and -Inf.

        Raises
        ------
        InputError
            If there is no row.

        Examples
        --------
        >>> import glassy, tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = glassy.spinodal(glassy.DenseHebbian(P=3), T=0.3).csv(f"{folder}/spinodal.csv")
        ...     path.read_text().splitlines()[0][:29]
        'network,load,T,ansatz,m,saddl'
        """
        path, found = Path(path), flat(columns(map(cells, self._filled())))
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", newline="", encoding="utf-8") as file:
            out = csv.writer(file, lineterminator="\n")
            out.writerow(found)
            if units:
                line = [quantity(name).unit for name in found]
                out.writerow([f"# {line[0]}", *line[1:]])
            out.writerows(zip(*([cell(v) for v in values] for values in found.values()), strict=True))
        return path

    def _repr_html_(self) -> str | None:
        return page(self)


def joint(values: Iterable[Any]) -> Provenance | None:
    """Return one provenance of all results among some values, or None where none has one."""
    found: dict[Provenance, None] = {}
    for value in values:
        made = (value,) if hasattr(value, "made_by") else value if isinstance(value, tuple) else ()
        for one in made:
            if hasattr(one, "made_by") and (known := one.made_by()) is not None:
                found[known] = None
    return joint_provenance(found) if len(found) > 1 else next(iter(found), None)


def _dtype(values: list[Any]) -> str | None:
    """Return the pandas type of a column: whole numbers and truth with gaps keep their kind."""
    kinds = {type(v) for v in values if v is not None}
    gaps = None in values
    if kinds == {bool}:
        return "boolean" if gaps else "bool"
    if kinds == {int}:
        return ("Int64" if gaps else "int64") if all(abs(v) < 2**63 for v in values if v is not None) else "object"
    if kinds and kinds <= {int, float}:
        return "float64"
    return None if kinds == {str} else "object"
