"""A newcomer: installs glassy in an empty environment as the pages say, and does in an empty folder what they show."""

import json
import re
import shlex
from pathlib import Path

import pytest
from browser import said
from newcomers import ROOT, Newcomer

import glassy

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs" / "how-to").glob("*.md"))]
TUTORIALS = sorted((ROOT / "docs" / "tutorial").glob("*.py"))
assert len(TUTORIALS) == 3
LEFT_OUT = r"\bsims (?:run|plot)\b|--sweeps 1e[5-9]|\b[A-Z]{3,}"  # claims have a test; hours; words that stand for others
SHOW = "import json, glassy; print(json.dumps([glassy.__version__, glassy.provenance().commit, glassy.__file__]))"
EXPORTED = """
import glassy
run = glassy.simulate(glassy.DenseHebbian(P=3), load=0.05, T=0.4, N=24, samples=4, sweeps=200, seed=1)
frame, cube = run.to_dataframe(), run.to_xarray()
print(type(frame).__module__.split(".")[0], type(cube).__module__.split(".")[0], len(frame) > 0)
"""

pytestmark = pytest.mark.slow


def examples(text):
    """Return the lines that call glassy on the command line, up to a pipe, without those of LEFT_OUT."""
    blocks = re.findall(r"```(?:bash|sh|console)\n(.*?)```", text, re.S)
    lines = re.findall(r"^ {4}(?:\$ )?(glassy [^#|\n]*)", text, re.M)
    lines += [line for block in blocks for line in re.findall(r"^(?:\$ )?(glassy [^#|\n]*)", block, re.M)]
    return [shlex.split(line) for line in dict.fromkeys(lines) if not re.search(LEFT_OUT, line)]


def test_the_installed_package_knows_its_version_and_commit(newcomer, built, tmp_path):
    version, commit, place = json.loads(newcomer("python", "-c", SHOW, cwd=tmp_path))
    assert version == glassy.__version__
    assert commit == (built.source / "glassy" / "core" / "commit.txt").read_text().strip()
    assert Path(place).is_relative_to(newcomer.folder)


def test_the_wheel_is_what_was_installed(newcomer, built, tmp_path):
    newcomer("pip", "install", "--quiet", "--no-deps", "--target", tmp_path / "site", built.wheel, cwd=tmp_path)
    for path in (tmp_path / "site" / "glassy").rglob("*.py"):
        (there,) = newcomer.folder.glob(f"**/site-packages/{path.relative_to(tmp_path / 'site')}")
        assert there.read_bytes() == path.read_bytes()


def test_the_base_installation_is_small(newcomer, tmp_path):
    found = {line.split("==")[0].lower() for line in newcomer("pip", "list", "--format=freeze", cwd=tmp_path).split()}
    assert "glassy-networks" in found
    assert not found & {"pandas", "xarray", "distributed", "mpi4py", "sphinx", "jupyterlab", "pytest", "hypothesis", "glassy"}


def test_help_is_there_by_both_names(newcomer, tmp_path):
    assert newcomer("glassy", "--help", cwd=tmp_path) == newcomer("python", "-m", "glassy", "--help", cwd=tmp_path)
    assert "sims" in newcomer("glassy", "--help", cwd=tmp_path)


def test_claims_run_and_draw_from_the_installed_package_in_any_folder(newcomer, tmp_path):
    listed = newcomer("glassy", "sims", "list", cwd=tmp_path)
    assert [line.split(":")[0] for line in listed.splitlines()].count("retrieval/P4") == 1
    newcomer("glassy", "sims", "run", "glassiness/P2", "--quick", cwd=tmp_path)
    folder = tmp_path / "build" / "quick" / "glassiness" / "P2"
    meta = json.loads((folder / "meta.json").read_text())
    assert meta["provenance"]["glassy"] == glassy.__version__
    assert meta["provenance"]["commit"] != "unknown"
    (folder / "figure.png").unlink()
    newcomer("glassy", "sims", "plot", "glassiness/P2", "--quick", "--out", tmp_path, cwd="/")
    assert (folder / "figure.png").stat().st_size > 10_000
    assert "no samples yet" in newcomer("glassy", "sims", "status", "retrieval/P4", cwd=tmp_path)
    assert {p.name for p in tmp_path.iterdir()} == {"build"}


def test_a_claim_that_rests_on_another_says_which(newcomer, tmp_path):
    text = newcomer("glassy", "sims", "run", "hard_glass/P2", cwd=tmp_path, code=2)
    assert "rests on spin_glass/P2, which is not in results. First: python -m glassy sims run spin_glass/P2" in text


def test_the_python_of_the_readme_runs(newcomer, tmp_path):
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.S)
    assert blocks
    (tmp_path / "readme.py").write_text(f"if __name__ == '__main__':\n{indented(blocks)}", encoding="utf-8")
    newcomer("python", "readme.py", cwd=tmp_path)


def indented(blocks):
    return "".join(f"    {line}\n" for block in blocks for line in block.splitlines())


@pytest.mark.parametrize("script", TUTORIALS, ids=lambda path: path.stem)
def test_a_tutorial_runs(newcomer, tmp_path, script):
    assert len(newcomer("python", script, cwd=tmp_path).splitlines()) > 8
    assert [*tmp_path.iterdir()] == []  # nothing is left behind


def test_the_commands_of_the_pages_run(newcomer, tmp_path):
    found = [words for page in PAGES for words in examples(page.read_text(encoding="utf-8"))]
    assert {"--help", "sims", "solve", "diagram", "compare"} <= {words[1] for words in found}
    for words in found:
        newcomer(*words, cwd=tmp_path)


def test_commands_are_found_and_hours_are_left_out():
    text = "    glassy sims list  # all\n    glassy sims run x\n    $ glassy b 'x y' | jq\n    glassy status FOLDER\n"
    assert examples(text) == [["glassy", "sims", "list"], ["glassy", "b", "x y"]]
    assert examples("```bash\nglassy a\n```\nglassy is\n```python\nglassy.b\n```") == [["glassy", "a"]]


def test_export_needs_its_extra_and_works_with_it(newcomer, built, tmp_path):
    """The second environment sees the packages of the first, and what the extra brings."""
    refused = newcomer("python", "-c", EXPORTED, cwd=tmp_path, code=1)
    assert "pip install pandas, or install glassy with its extra [export]" in refused
    newcomer("python", "-m", "venv", tmp_path / "more", cwd=tmp_path)
    more = Newcomer(tmp_path / "more")
    (site,) = newcomer.folder.glob("**/site-packages")
    next(more.folder.glob("**/site-packages")).joinpath("first.pth").write_text(f"{site}\n")
    more("python", "-m", "pip", "install", "--quiet", f"glassy-networks[export] @ {built.wheel.as_uri()}", cwd=tmp_path)
    assert more("python", "-c", EXPORTED, cwd=tmp_path).split() == ["pandas", "xarray", "True"]


def test_the_diagram_opens_in_a_browser(newcomer, tmp_path):
    newcomer("glassy", "diagram", "--P", "3", "--html", "p3.html", cwd=tmp_path)
    page = (tmp_path / "p3.html").read_text(encoding="utf-8")
    text, lines = said(
        page, "say([document.body.innerText, document.querySelectorAll('svg path, svg polyline').length])", tmp_path
    )
    assert f"glassy {glassy.__version__}" in text
    assert lines > 3
