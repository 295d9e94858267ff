"""What is no result that glassy saved is named for what it is, with the call that reads it."""

import numpy as np
import pytest

import glassy

NETWORK = glassy.DenseHebbian(P=3)
RUN = {"load": 0.1, "T": 0.3, "N": 12, "samples": 2, "sweeps": 20, "seed": 1}
FILES = ("a.json", "a.html", "a.png", "a.pkl", "a.dat", "a.nc")


@pytest.fixture(scope="module")
def there(tmp_path_factory):
    folder = tmp_path_factory.mktemp("there")
    glassy.solve(NETWORK, 0.1, 0.3).csv(folder / "a.csv")
    glassy.Table([glassy.Measured.of(glassy.Estimate(0.9, 0.1), 0.9, quantity="m", N=20)]).csv(folder / "table.csv")
    for name in FILES:
        (folder / name).write_text("{}")
    np.save(folder / "a.npy", np.ones(3))
    np.savez(folder / "b.npz", xi=np.ones(3), eta=np.ones(2))
    glassy.simulate(NETWORK, **RUN, out=folder / "run")
    glassy.simulate(NETWORK, **{**RUN, "T": [0.3, 0.4]}, out=folder / "grid")
    glassy.Ensemble(NETWORK, 0.1, 12, 0.3, samples=1, seed=1, sweeps=20).run(folder / "ensemble", executor="threads")
    (folder / "empty").mkdir()
    return folder


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (
            "a.csv",
            r"but a table: glassy\.Lines\.read_csv or pandas\.read_csv reads it\. What glassy",
        ),
        ("table.csv", r"glassy\.Table\.read_csv reads it"),
        ("a.json", r"json\.load reads them"),
        ("a.html", "a page for a browser"),
        ("a.png", "a figure"),
        ("a.pkl", "a pickle"),
        ("a.nc", "xarray"),
        ("a.dat", "another file"),
        ("a.npy", r"numpy\.load reads it"),
        ("b.npz", r"an archive of arrays \(xi, eta\): numpy\.load"),
        ("b", "an archive of arrays"),
        ("run", r"the folder of a run: the same glassy\.simulate"),
        ("grid", r"the folder of a run"),
        ("ensemble", r"the folder of an ensemble: glassy\.read_ensemble reads it"),
        ("empty", "but a folder"),
    ],
)
def test_what_else_is_there_is_named(there, name, message):
    with pytest.raises(glassy.InputError, match=message):
        glassy.load(there / name)


def test_the_calls_that_are_named_read_it(there):
    assert glassy.Lines.read_csv(there / "a.csv")[0]["T"] == 0.3
    assert len(glassy.Table.read_csv(there / "table.csv")) == 1
    assert glassy.read_ensemble(there / "ensemble").samples_done.sum() == 1
    assert glassy.simulate(NETWORK, **RUN, out=there / "run").samples == 2


def test_this_folder_and_nothing(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(glassy.InputError, match=r"^\. is not a result that glassy saved, but a folder"):
        glassy.load(".")
    with pytest.raises(FileNotFoundError, match="nowhere.npz"):
        glassy.load("nowhere")
