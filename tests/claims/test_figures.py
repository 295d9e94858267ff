"""`make figures` draws what is committed, byte for byte, under the versions that meta.json names."""

import json
from importlib.metadata import version

import pytest

from sims import _sim

CASES = [(name, module, case) for name, module, case in _sim.chosen([]) if (_sim.ROOT / "results" / name / case.name).exists()]


@pytest.mark.slow
@pytest.mark.parametrize(("claim", "module", "case"), CASES, ids=[f"{c[0]}/{c[2].name}" for c in CASES])
def test_a_figure_and_its_words_are_those_of_the_data(claim, module, case, tmp_path):
    folder, meta = _sim.ROOT / "results" / claim / case.name, _sim.meta(claim, case.name)
    here = {name: version(name) for name in meta["drawn"]}
    for path in folder.iterdir():
        if path.suffix in (".csv", ".json"):
            (tmp_path / path.name).write_bytes(path.read_bytes())
    _sim.plot(module, case, tmp_path)
    drawn = json.loads((tmp_path / "meta.json").read_text())
    assert drawn == meta | {"drawn": here}
    if here != meta["drawn"]:
        pytest.skip(f"drawn with {meta['drawn']}, here is {here}")
    for name in ("figure.png", "figure.pdf"):
        assert (tmp_path / name).read_bytes() == (folder / name).read_bytes()
