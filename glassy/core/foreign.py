"""What a path holds that `load` does not read, and what reads it."""

from __future__ import annotations

from pathlib import Path

import numpy as np

KINDS = {
    ".json": "numbers in JSON, as to_dict() gives: json.load reads them, and no result comes of them again",
    ".html": "a page for a browser",
    ".htm": "a page for a browser",
    ".npy": "an array of NumPy: numpy.load reads it",
    ".pkl": "a pickle, which may run any code: glassy reads none",
    ".pickle": "a pickle, which may run any code: glassy reads none",
    ".nc": "a dataset: xarray.open_dataset reads it",
    ".parquet": "a table: pandas.read_parquet reads it",
    **dict.fromkeys((".png", ".pdf", ".svg"), "a figure"),
}
SAVED = "What glassy.load reads is written by save() of a result, as an .npz."


def foreign(path: Path) -> str:
    """Return what a path holds that is no result of `save`, with what reads it; empty where there is nothing.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = (Path(folder) / "a.json").write_text("{}")
    ...     foreign(Path(folder) / "a.json").split(":")[0]
    'numbers in JSON, as to_dict() gives'
    """
    if path.is_dir():
        return _folder(path)
    if not path.exists():
        return ""
    if path.suffix == ".csv":
        with path.open(encoding="utf-8", errors="replace") as file:
            evidence = {"quantity", "theory", "simulation"} <= {*file.readline().strip().split(",")}
        return f"a table: {'glassy.Table.read_csv' if evidence else 'glassy.Lines.read_csv or pandas.read_csv'} reads it"
    return KINDS.get(path.suffix.lower(), "another file")


def _folder(path: Path) -> str:
    if (path / "ensemble.npz").exists():
        return "the folder of an ensemble: glassy.read_ensemble reads it"
    if any(path.glob("sample_*.npz")) or any(path.glob("*/sample_*.npz")):
        return "the folder of a run: the same glassy.simulate(..., out=...) takes up what is in it"
    return "a folder"


def arrays(path: Path) -> str:
    """Return what an archive of NumPy holds that no result is in; empty where it is none."""
    try:
        with path.open("rb") as raw, np.load(raw, allow_pickle=False) as file:
            return "" if "result" in file.files else f"an archive of arrays ({', '.join(file.files)}): numpy.load reads it"
    except Exception:  # damaged in whatever way
        return ""
