"""Old names raise with the new one; the table and its page agree."""

import inspect
import pickle
import re
from pathlib import Path

import pytest

import glassy
from glassy.core import renamed
from glassy.core.renamed import RENAMED, WORDS, nearest

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "renamed.md"
NETWORK = glassy.DenseHebbian(P=3)
OWNERS = {
    "Samples": glassy.simulate(NETWORK, load=0.1, T=0.3, N=12, samples=2, sweeps=20, seed=1),
    "Solution": glassy.solve(NETWORK, load=0.1, T=0.3),
    "glassy": glassy,
    "glassy.plots": glassy.plots,
}


def test_the_page_is_the_table():
    text = PAGE.read_text(encoding="utf-8").partition("## Words of others")[0]
    rows = re.findall(r"^\| `([\w.]+)\.(\w+)` \| `([\w.]+)\.(\w+)` \| (.+) \|$", text, re.M)
    assert len(rows) == len(text.split("|---|---|---|\n")[1].strip().splitlines())
    assert {(owner, old): new for owner, old, _, new, _ in rows} == RENAMED
    assert all(owner == other for owner, _, other, _, _ in rows)


@pytest.mark.parametrize(("owner", "old"), RENAMED)
def test_an_old_name_says_the_new_one(owner, old):
    new = RENAMED[owner, old]
    assert hasattr(OWNERS[owner], new)
    assert not hasattr(OWNERS[owner], old)
    with pytest.raises(AttributeError, match=rf"{owner}\.{old} is called {new} now: write \.{new}$"):
        getattr(OWNERS[owner], old)


def test_names_of_the_package_may_change_too(monkeypatch):
    monkeypatch.setitem(renamed.RENAMED, ("glassy", "work_out"), "solve")
    with pytest.raises(AttributeError, match=r"glassy\.work_out is called solve now"):
        _ = glassy.work_out


@pytest.mark.parametrize("owner", OWNERS)
def test_a_name_that_never_was_is_not_renamed(owner):
    with pytest.raises(AttributeError, match=f"'{owner}' has no attribute 'qqq'"):
        _ = OWNERS[owner].qqq


def test_the_words_of_others_are_those_of_the_page():
    rows = re.findall(r"^\| `(\w+)` \| (`.+`) \|$", PAGE.read_text(encoding="utf-8").partition("## Words of others")[2], re.M)
    assert {word: tuple(re.findall(r"`(\w+)`", here)) for word, here in rows} == WORDS
    assert all(word == word.lower() for word in WORDS)


LADDER = glassy.simulate(NETWORK, 0.1, [0.3, 0.6], 12, samples=2, sweeps=20, seed=1, method=glassy.ReplicaExchange())
PATH = glassy.scan(NETWORK, [0.1] * 40, 0.3)  # of rows
ATTRIBUTES = [
    (OWNERS["Solution"], "f", r"'Solution' has no attribute 'f'\. Did you mean \.free_energy\?"),
    (OWNERS["Solution"], "magnetization", r"mean \.m\?"),
    (OWNERS["Solution"], "chi", r"mean \.local_susceptibility\?"),
    (OWNERS["Solution"], "free_enrgy", r"mean \.free_energy\?"),
    (OWNERS["Samples"], "e", r"mean \.energy\?"),
    (OWNERS["Samples"], "chi", r"mean \.susceptibility\?"),
    (OWNERS["Samples"], "free_energy", r"a run has no free energy; a ladder .* Ladder\.minus_beta_f"),
    (OWNERS["Samples"], "f", "a run has no free energy"),
    (OWNERS["Samples"].m, "std", r"'Estimate' has no attribute 'std'\. Did you mean \.error\?"),
    (LADDER, "f", r"write \.minus_beta_f\(\)"),
    (LADDER, "m", r"'Ladder' has 'm' at each point: write \.values\('m'\) or \[i\]\.m"),
    (PATH, "magnetization", r"'Grid' has 'm' at each point"),
    (PATH, "value", r"mean \.values\?"),
    (glassy, "Solve", r"'glassy' has no attribute 'Solve'\. Did you mean \.solve\?"),
    (glassy.plots, "comparisons", r"mean \.comparison\?"),
    (glassy.storage_capacity(NETWORK), "alpha_c", r"mean \.load_c\?"),
]


@pytest.mark.parametrize(("owner", "name", "message"), ATTRIBUTES, ids=[f"{type(x).__name__}.{y}" for x, y, _ in ATTRIBUTES])
def test_an_attribute_of_others_says_ours(owner, name, message):
    with pytest.raises(AttributeError, match=message):
        getattr(owner, name)
    assert not hasattr(owner, "_repr_pretty_")  # what is asked for by programs gets no advice, and no error of another kind


ARGUMENTS = [
    (glassy.solve, "temperature", "T"), (glassy.scan, "alpha", "load"), (glassy.simulate, "sweep", "sweeps"),
    (glassy.simulate, "dynamics", "method"), (glassy.phase_diagram, "tol", "tolerance"), (glassy.compare, "rng", None),
    (glassy.phase_diagram, "anstaz", "ansatz"), (glassy.storage_capacity, "t", None), (glassy.spinodal, "t", "T"),
    (glassy.coexistence, "temperature", "T"), (glassy.at_line, "alpha", "load"), (glassy.complexity, "temperature", "T"),
    (glassy.glassiness, "alpha", "load"), (glassy.phases_at, "temperature", "T"), (glassy.enumerate_states, "n", "N"),
    (glassy.spin_glass_temperatures, "model", "network"), (glassy.DenseHebbian, "p", "P"), (glassy.Ensemble, "rng", "seed"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "word", "meant"), ARGUMENTS, ids=[f"{f.__name__}-{w}" for f, w, _ in ARGUMENTS])
def test_an_argument_of_others_says_ours(call, word, meant):
    hint = f"Did you mean '{meant}'" if meant else "It takes "
    with pytest.raises(TypeError, match=rf"^{call.__name__}\(\) got an unexpected keyword argument '{word}'\. {hint}"):
        call(**{word: 1})


def test_what_is_corrected_keeps_signature_text_and_place():
    names = [*inspect.signature(glassy.solve).parameters]
    assert names[:5] == ["network", "load", "T", "phase", "ansatz"]
    assert inspect.getdoc(glassy.solve).startswith("Solve the saddle-point equations")
    assert inspect.signature(glassy.DenseHebbian).parameters["interactions"].default == "distinct"
    assert pickle.loads(pickle.dumps(glassy.solve)) is glassy.solve
    assert inspect.getsourcefile(inspect.unwrap(glassy.solve)).endswith("solve.py")


def test_a_name_that_is_there_is_meant():
    assert nearest("q", ("m", "q")) == "q"
    assert nearest("Q", ("m", "q")) == "q"
    assert nearest("", ("m", "q")) is None


def test_an_error_within_a_property_is_shown_as_it_is(monkeypatch):
    for owner, kind in ((OWNERS["Solution"], glassy.Solution), (PATH, glassy.Grid), (OWNERS["Samples"].m, glassy.Estimate)):
        monkeypatch.setattr(kind, "broken", property(lambda self: [].nothing), raising=False)
        with pytest.raises(AttributeError, match="'list' object has no attribute 'nothing'"):
            _ = owner.broken
