"""The committed files of a claim, checked for what every claim promises."""

import dataclasses
import math

import pytest

from sims import _sim, _versions


def as_run(claim, case):
    """Return a case with the sizes, samples and sweeps of its committed results: its own, if these are of this code."""
    meta = _sim.meta(claim, case.name)
    found = {key: tuple(x) if isinstance(x, list) else x for key, x in meta.items()}
    run = dataclasses.replace(case, **{key: found[key] for key in ("sizes", "samples", "sweeps")})
    assert run == case or not _versions.present(_sim.ROOT / "results" / claim / case.name)
    return run


def tables(claim, module, case):
    """Return the tables of a case, after its meta.json and z.txt have been found to be those of the data."""
    folder, meta = _sim.ROOT / "results" / claim / case.name, _sim.meta(claim, case.name)
    found = _sim.read(folder)
    assert (meta["claim"], meta["verdict"]) == (case.claim, _sim.verdict(module, case, found))
    assert len(meta["verdict"]) <= 250
    assert meta["command"] == f"python -m glassy sims run {claim}/{case.name}"
    assert (folder / "z.txt").read_text() == found["data"].text()
    if case.sizes:
        assert meta["sizes"] == list(as_run(claim, case).sizes)
    return found


def of_one_code(*names):
    """Skip a test that puts results beside each other, CLAIM/CASE, which were made by different states of glassy/."""
    made = {str(_sim.meta(*name.split("/")).get("trees", {}).get("glassy")) for name in names}
    if len(made) > 1:
        pytest.skip(f"{' and '.join(names)} are not of one version: results/README.md says so")


def checked(table):
    """Return the judged rows, after their z have been worked out again from the raw values."""
    for r in table:
        if math.isfinite(r.z):
            assert r.z == pytest.approx(r.value.z(r.theory), rel=1e-9)
    return table.judged()
