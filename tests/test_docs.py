"""Every label of docs/theory.md has a test; public names are documented with an example."""

import inspect
import re
from pathlib import Path

import pytest

import glassy

ROOT = Path(__file__).resolve().parent.parent
THEORY = (ROOT / "docs" / "theory.md").read_text()
TESTS = "\n".join(p.read_text() for p in (ROOT / "tests").rglob("test_*.py") if p.name != "test_docs.py")


def labels():
    return sorted(set(re.findall(r"\(((?:H|N|R|S|B|G|I|M)\.\d+[a-e]?'?)\)", THEORY)))


def test_labels_are_found():
    assert {"H.1", "H.4", "N.2", "N.3b", "R.5", "R.5c", "S.1", "M.2", "B.1", "I.1"} <= set(labels())


@pytest.mark.parametrize("label", labels())
def test_every_label_has_a_test(label):
    stem = label.replace(".", "")  # H.4 as test_H4_..., or "H.4" in a docstring
    assert re.search(rf"{re.escape(label)}(?![\w'])|test_(\w+_)?{stem}[_(]", TESTS), label


@pytest.mark.parametrize(
    "name", [n for n in glassy.__all__ if inspect.isfunction(getattr(glassy, n)) and n not in ("load", "save")]
)
def test_public_functions_have_numpydoc_with_an_example(name):
    doc = inspect.getdoc(getattr(glassy, name))
    for section in ("Parameters", "Examples", ">>>"):
        assert section in doc, (name, section)


def test_readme_commands_exist():
    readme = (ROOT / "README.md").read_text()
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.M))
    for target in re.findall(r"\bmake ([a-z]+)", readme):
        assert target in targets
    for module in re.findall(r"python -m ([\w.]+)", readme):
        if module.split(".")[0] in ("sims", "benchmarks"):
            assert (ROOT / (module.replace(".", "/") + ".py")).exists(), module


def test_readme_example_runs():
    """The Python of the README is executed as it stands."""
    readme = (ROOT / "README.md").read_text()
    blocks = re.findall(r"```python\n(.*?)```", readme, re.S)
    assert blocks
    space: dict[str, object] = {}
    for block in blocks:
        exec(compile(block, "README.md", "exec"), space)
