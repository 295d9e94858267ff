"""What the tests of stored results share: files of the last commit of format 1, and files written again with other words."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

import glassy

ROOT = Path(__file__).resolve().parents[1]
OLD = ROOT / "tests" / "format" / "8307b4f"  # the last commit of format 1 wrote these; see make.py there
EXPECTED = json.loads((OLD / "expected.json").read_text())


def tree(path):
    """The JSON of a file, as text."""
    with np.load(path) as file:
        return str(file["result"])


def rewritten(path, change, target=None):
    """Write a file again with other JSON."""
    with np.load(path) as file:
        found = {name: file[name] for name in file.files}
    text = change(str(found["result"]))
    assert text != str(found["result"])
    np.savez(path if target is None else target, **{**found, "result": np.array(text)})


def loaded(node, folder, version=2):
    """Load a file that holds a node of JSON."""
    np.savez(folder / "node.npz", result=np.array(json.dumps({"format": version, "result": node})))
    return glassy.load(folder / "node.npz")


def same(found, wanted):
    """Equal as JSON; numbers that are computed anew may differ in the last digits on another machine."""
    if isinstance(wanted, dict):
        return all(same(found[k], x) for k, x in wanted.items())
    if isinstance(wanted, list):
        return len(found) == len(wanted) and all(map(same, found, wanted))
    if isinstance(wanted, float):
        return found == pytest.approx(wanted, rel=1e-12, abs=0.0, nan_ok=True)
    return type(found) is type(wanted) and found == wanted


def copy(name, tmp_path):
    folder = tmp_path / name
    shutil.copytree(OLD / name, folder)
    return folder, {p: p.read_bytes() for p in folder.rglob("sample_*.npz")}
