"""The rules that keep the house: no circles, small test files beside what they test, nothing private across rooms."""

import ast
from collections import Counter
from pathlib import Path

from benchmarks.house import circles, imports
from benchmarks.matrix import PART, PLAIN

ROOT = Path(__file__).resolve().parents[1]
TESTS = sorted((ROOT / "tests").rglob("*.py"))
CLAIM = 100  # lines of one claim
FACES = {"glassy/__init__.py", "glassy/plots/__init__.py"}


def trees(*folders):
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield path.relative_to(ROOT), ast.parse(path.read_text(encoding="utf-8"))


def is_private(name):
    return name.startswith("_") and not name.endswith("__")


def crossing(path, tree):
    """Names with an underscore that a file takes out of modules of another room, imported or read as an attribute."""
    modules = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] in ("glassy", "sims"):
            for alias in node.names:
                modules[alias.asname or alias.name] = f"{node.module}.{alias.name}"
                if is_private(alias.name) and Path(*node.module.split(".")).parent != path.parent:
                    yield f"{path}: {node.module}.{alias.name}"
        elif isinstance(node, ast.Import):
            modules |= {alias.asname: alias.name for alias in node.names if alias.asname}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and is_private(node.attr):
            where = modules.get(name := ast.unparse(node.value), name)
            if where.startswith(("glassy.", "sims.")) and Path(*where.split(".")).parent != path.parent:
                yield f"{path}: {where}.{node.attr}"


def test_no_files_import_each_other():
    assert circles(imports(ROOT)) == []


def test_nothing_private_is_imported_from_another_room():
    assert [name for path, tree in trees("glassy", "sims") for name in crossing(path, tree)] == []


def test_a_private_name_of_another_room_is_seen():
    path = Path("glassy/theory/file.py")
    ways = (
        "from glassy.core.checks import _seed",
        "from glassy.core import checks as c\nc._seed()",
        "glassy.core.checks._seed()",
    )
    for text in ways:
        assert [*crossing(path, ast.parse(text))] == ["glassy/theory/file.py: glassy.core.checks._seed"]
    for text in (
        "from glassy.theory.solve import _solve",
        "from glassy.core import checks\nchecks.seed()",
        "from os import _exit",
    ):
        assert not [*crossing(path, ast.parse(text))]


def test_inner_inits_hold_a_docstring_alone():
    for path, tree in trees("glassy"):
        if path.name == "__init__.py" and path.as_posix() not in FACES:
            assert len(tree.body) == 1, path
            assert ast.get_docstring(tree), path


def test_no_file_of_tests_is_long():
    lines = {path.relative_to(ROOT).as_posix(): len(path.read_text(encoding="utf-8").splitlines()) for path in TESTS}
    assert {name for name, n in lines.items() if n > 350} == set()


def test_no_claim_is_long():
    lines = {path.stem: len(path.read_text(encoding="utf-8").splitlines()) for path in (ROOT / "sims").glob("*.py")}
    assert {name for name, n in lines.items() if n > CLAIM and name not in ("_sim", "report")} == set()


def test_the_folders_of_tests_are_those_of_the_package():
    others = {"tests", "tests/docs", "tests/laws", "tests/claims", "tests/format", "tests/packaging"}
    for folder in {path.relative_to(ROOT).parent for path in TESTS} - {Path(f) for f in others}:
        assert (ROOT / "glassy" / folder.relative_to("tests")).is_dir(), folder


def test_files_of_tests_have_names_of_their_own_and_import_helpers_alone():
    names = Counter(path.name for path in TESTS if path.name != "conftest.py")
    assert max(names.values()) == 1, names.most_common(3)
    for path, tree in trees("tests"):
        modules = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        assert not [m for m in modules if m.split(".")[-1].startswith("test_")], path


def test_every_name_of_the_matrix_is_a_file():
    for name in (*PART, *PLAIN):
        assert list((ROOT / "tests").rglob(f"test_{name}.py")), name


def test_folders_with_a_conftest_of_their_own_go_together(request):
    assert len([*(ROOT / "tests").glob("*/conftest.py")]) > 1  # of one name: pytest must import files by their place
    assert request.config.getoption("importmode") == "importlib"
