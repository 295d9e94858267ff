"""What is in the wheel and in the source archive, and what they know of where they come from."""

import email
import re
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest

import glassy
from glassy.core import commit

ROOT = Path(__file__).resolve().parents[2]
HELD = [p for p in (ROOT / "glassy").rglob("*") if p.is_file() and "__pycache__" not in p.parts]
PACKAGE = {p.relative_to(ROOT).as_posix() for p in HELD}  # modules, py.typed and other files that they read
CLAIMS = {p.name for p in (ROOT / "sims").glob("*.py")}
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


@pytest.mark.slow
def test_the_wheel_has_the_package_and_its_claims_and_nothing_else(built):
    with zipfile.ZipFile(built.wheel) as wheel:
        names = {name for name in wheel.namelist() if ".dist-info/" not in name}
        about = {Path(name).name: wheel.read(name).decode() for name in wheel.namelist() if ".dist-info/" in name}
    assert {"glassy/py.typed", "glassy/core/commit.txt"} <= names
    assert names == PACKAGE | {f"glassy/_claims/{name}" for name in CLAIMS}
    assert about["LICENSE"] == (ROOT / "LICENSE").read_text()
    assert about["top_level.txt"].split() == ["glassy"]
    assert about["entry_points.txt"].split() == ["[console_scripts]", "glassy", "=", "glassy.__main__:main"]
    head = email.message_from_string(about["METADATA"])
    assert (head["Name"], head["Version"]) == ("glassy-networks", glassy.__version__)
    needed = {re.split(r"[<>=]", line)[0] for line in head.get_all("Requires-Dist") if "extra ==" not in line}
    assert needed == {"numpy", "numba", "scipy", "matplotlib", "pillow", "tqdm", "filelock"}
    assert {"cluster", "export", "docs", "notebook"} <= set(head.get_all("Provides-Extra"))


@pytest.mark.slow
def test_the_source_archive_has_what_a_wheel_is_built_of(built):
    with tarfile.open(built.archive) as archive:
        names = {"/".join(m.name.split("/")[1:]) for m in archive.getmembers() if m.isfile()}
    assert PACKAGE | {f"sims/{name}" for name in CLAIMS} <= names
    assert {"setup.py", "pyproject.toml", "LICENSE", "README.md", "CITATION.cff"} <= names
    tops = {name.split("/")[0] for name in names if "/" in name}
    assert tops == {"glassy", "sims", "glassy_networks.egg-info"}  # no tests, no results


@pytest.mark.slow
def test_the_commit_goes_from_the_checkout_through_the_archive_into_the_wheel(built):
    """The wheel was built of the unpacked archive, where git knows nothing."""
    stamp = (built.source / "glassy" / "core" / "commit.txt").read_text().strip()
    with zipfile.ZipFile(built.wheel) as wheel:
        assert wheel.read("glassy/core/commit.txt").decode().strip() == stamp
    assert stamp.removesuffix("+") == commit.commit().removesuffix("+")
    assert commit.STAMP.read_text() == "$Format:%H$\n"  # the checkout was left alone


def test_a_stamp_wins_over_git_and_none_is_unknown(monkeypatch, tmp_path):
    stamp = tmp_path / "glassy" / "core" / "commit.txt"
    stamp.parent.mkdir(parents=True)
    monkeypatch.setattr(commit, "STAMP", stamp)
    found = []
    for text in ("8307b4f00000+\n", f"{'8307b4f0' * 5}\n", "unknown\n", "$Format:%H$\n"):
        stamp.write_text(text)
        found.append(commit.commit())
    assert found == ["8307b4f00000+", "8307b4f08307", "unknown", "unknown"]
    (tmp_path / ".git").write_text("no repository")
    assert commit.commit() == "unknown"


def test_a_checkout_says_its_commit():
    if not (ROOT / ".git").exists():
        pytest.skip("no checkout")
    assert re.fullmatch(r"[0-9a-f]{12}\+?", glassy.provenance().commit)


def test_versions_agree():
    """CITATION.cff names the version, between two releases the last."""
    cited, own = re.search(r"^version: (.*)$", (ROOT / "CITATION.cff").read_text(), re.M)[1], glassy.__version__
    assert cited == own or (own.endswith(".dev0") and cited < own)
    assert glassy.provenance().glassy == glassy.__version__
    assert "version" in PROJECT["dynamic"]


def strangers(text):
    """Return the commands that would install the other glassy, or extras that are not there; a sentence may name the first."""
    text = re.sub(r"^(?! {4}).*$", lambda line: line[0].replace("`pip install glassy`", ""), text, flags=re.M)
    found = re.findall(r"pip\s+install\s+(?:-\S+\s+)*['\"]?(glassy(?![\w/-])\S*)", text)
    extras = re.findall(r"glassy-networks\[([\w,-]+)\]", text)
    return found + [e for group in extras for e in group.split(",") if e not in PROJECT["optional-dependencies"]]


def test_nothing_tells_to_install_the_other_glassy():
    pages = [
        p for room in ("docs", "glassy", "sims", "benchmarks") for p in (ROOT / room).rglob("*") if p.suffix in (".md", ".py")
    ]
    for page in [*pages, *ROOT.glob("*.*"), ROOT / "Makefile"]:
        if page.is_file() and page.suffix not in (".png", ".pdf"):
            assert strangers(page.read_text(encoding="utf-8")) == [], page


def test_a_line_that_installs_the_other_glassy_is_seen():
    assert strangers("pip install glassy") == ["glassy"]
    assert strangers("    `pip install glassy`") == ["glassy`"]
    assert strangers("The name is taken: `pip install glassy` is another package.") == []
    assert strangers("pip install -U 'glassy[cluster]'") == ["glassy[cluster]'"]
    assert strangers("pip install 'glassy-networks[cluster,love]'; pip install glassy-networks; import glassy") == ["love"]
