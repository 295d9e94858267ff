"""Every label has one page and a test, what the docs name exists, and public names are documented with an example."""

import ast
import inspect
import re
from collections import Counter
from pathlib import Path

import pytest

import glassy

ROOT = Path(__file__).resolve().parent.parent
LABEL = r"[BCFGHIJLMNRST]\.\d+[a-e]?'?"
PAGES = {p: p.read_text() for p in sorted((ROOT / "docs").rglob("*.md"))}
TOP = {p: p.read_text() for p in sorted(ROOT.glob("*.md"))}
CODE = {p: p.read_text() for room in ("glassy", "sims", "benchmarks") for p in sorted((ROOT / room).rglob("*.py"))}
TESTS = {p: p.read_text() for p in sorted((ROOT / "tests").rglob("*.py")) if p.name != "test_docs.py"}
ALL = {**CODE, **TESTS, **PAGES, **TOP}
EXPLAIN = ROOT / "docs" / "explanation"
DEFINED = Counter(
    label for p, text in PAGES.items() if p.parent == EXPLAIN for label in re.findall(rf"\\tag\{{({LABEL})\}}$", text, re.M)
)


# ---- labels ----


def test_labels_are_found():
    assert {"H.1", "H.4", "N.2", "N.3b", "R.5", "R.5c", "S.1", "M.2", "B.1", "I.1", "F.1", "G.1'", "G.2"} <= set(DEFINED)
    assert not [label for label, times in DEFINED.items() if times > 1]  # one page, one equation


@pytest.mark.parametrize("label", sorted(DEFINED))
def test_every_label_has_a_test(label):
    stem = label.replace(".", "")  # H.4 as test_H4_..., or "H.4" in a docstring
    tests = "\n".join(text for p, text in TESTS.items() if p.name.startswith("test_"))
    assert re.search(rf"{re.escape(label)}(?![\w'])|test_(\w+_)?{stem}[_(]", tests), label


def cited(text):
    return set(re.findall(rf"(?<![\w.]){LABEL}(?![\w'])", text))


def test_every_cited_label_is_defined():
    assert not {p: wrong for p, text in ALL.items() if (wrong := cited(text) - set(DEFINED))}


def test_a_label_of_no_page_is_seen():
    assert cited("of R.5c, (M.99), G.1', v1.H.3, np.R.2 and 0.5") == {"R.5c", "M.99", "G.1'"}
    assert "M.99" not in DEFINED


# ---- what the docs and the code name ----


def places(text):
    """Return the Markdown files and the places in the repository that a text names by their path from the top."""
    found = set(re.findall(r"(?<![\w/.])docs/[\w/.-]*\.md", text))
    return found | set(re.findall(r"`((?:glassy|sims|benchmarks|tests|docs|results)/[\w/.-]*)`", text))


def dangling(text, page):
    """Return what a text names and does not exist: paths, links, sections of pages, traps. A bare section is the page's own."""
    found = {place for place in places(text) if not (ROOT / place).exists()}
    if page.suffix == ".md":
        links = re.findall(r"\]\(([^)\s]+)\)", re.sub(r"```.*?```|`[^`]*`|^    .*$", "", text, flags=re.S | re.M))
        found |= {link for link in links if "://" not in link and not (page.parent / link.partition("#")[0]).exists()}
    for name, numbers in re.findall(r"(?:([\w-]+)(?:\.md)?\)?,?\s+)?\bsections? (\d+(?:(?:, | and |, and )\d+)*)", text):
        source = EXPLAIN / f"{name}.md"
        source = source if source.exists() else page
        have = (
            set(re.findall(r"^## (\d+)\. ", source.read_text(), re.M)) if source.suffix == ".md" and source.exists() else set()
        )
        found |= {f"{source.name}, section {n}" for n in re.findall(r"\d+", numbers) if n not in have}
    traps = set(re.findall(r"^\*\*(\d+)\. ", PAGES[EXPLAIN / "sharp-bits.md"], re.M))
    return found | {f"trap {n}" for n in re.findall(r"\btraps? (\d+)", text) if n not in traps}


def test_what_is_named_exists():
    assert not {p: wrong for p, text in ALL.items() if (wrong := dangling(text, p))}


def messages(text):
    """Return the texts in code that are no docstrings: what an error, a --help or a file may say."""
    tree = ast.parse(text)
    docs = {id(node.body[0].value) for node in ast.walk(tree) if hasattr(node, "body") and isinstance(node.body, list)
            and node.body and isinstance(node.body[0], ast.Expr)}  # fmt: skip
    return [n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str) and id(n) not in docs]


def test_no_message_names_a_file_that_is_not_installed():
    found = {p: [x for x in messages(text) if "docs/" in x.replace("docs/ ", "") or ".md" in x] for p, text in CODE.items()}
    assert not {p: lines for p, lines in found.items() if lines and p.is_relative_to(ROOT / "glassy")}
    titles = {text.partition("\n")[0].removeprefix("# ") for text in PAGES.values()}
    said = " ".join(" ".join(messages(CODE[ROOT / "glassy" / "cli" / "help.py"])).split())
    quoted = set(re.findall(r'"([A-Z][\w ]+)"', said))
    assert {"The command line", "Theory", "Monte Carlo", "Ensembles on one machine and on a cluster"} <= quoted & titles


def test_a_message_with_a_path_is_seen():
    assert messages('"""docs/a.md"""\ndef f():\n    """docs/b.md"""\n    raise E(f"{1} see docs/c.md")') == [" see docs/c.md"]


def test_what_dangles_is_seen():
    text = "docs/theory.md, docs/gallery.md (theory, section 5; section 3), theory.md, sections 1 and 99, trap 99"
    assert dangling(text, ROOT / "glassy" / "exact.py") == {
        "docs/theory.md",
        "exact.py, section 3",
        "theory.md, section 99",
        "trap 99",
    }
    assert dangling("[x](theory.md) [y](../design.md) `glassy/none.py`, section 8", EXPLAIN / "theory.md") == {
        "../design.md", "glassy/none.py",
    }  # fmt: skip


# ---- the public names and the README ----


@pytest.mark.parametrize(
    "name", [n for n in glassy.__all__ if inspect.isfunction(getattr(glassy, n)) and n not in ("load", "save")]
)
def test_public_functions_have_numpydoc_with_an_example(name):
    doc = inspect.getdoc(getattr(glassy, name))
    for section in ("Parameters", "Examples", ">>>"):
        assert section in doc, (name, section)


def test_commands_exist():
    text = "\n".join([*PAGES.values(), *TOP.values()])
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M))
    for target in re.findall(r"(?:^    |`)make ([a-z-]+)", text, re.M):
        assert target in targets
    for module in re.findall(r"python -m ([\w.]+)", text):
        if module.split(".")[0] in ("sims", "benchmarks"):
            assert (ROOT / (module.replace(".", "/") + ".py")).exists() or (ROOT / module.replace(".", "/")).is_dir(), module


@pytest.mark.slow
@pytest.mark.parametrize("page", ["README.md", "docs/how-to/which-call.md"])
def test_the_python_of_a_page_runs_and_prints_what_it_shows(page, capsys):
    """Blocks are executed as they stand, one after another; what follows a block as text is what it prints."""
    found = re.findall(r"```python\n(.*?)```(?:[^`]*```text\n(.*?)```)?", (ROOT / page).read_text(), re.S)
    assert found
    assert any(shown for _, shown in found) == (page == "README.md")
    space: dict[str, object] = {}
    for block, shown in found:
        exec(compile(block, page, "exec"), space)
        printed = capsys.readouterr().out
        assert shown in ("", printed)
