"""Machine code: never that of another glassy, never a reason not to run, and not needed at all."""

import ast
import os
import shutil
import sys

import pytest
from copies import PACKAGE, copied, python

from glassy.numerics import jit

CALLED = """
from glassy.numerics.jit import inlined, kernel
UNIT = 1.0
@kernel
def called(x): return x + 1.0
@inlined
def part(x): return x + 1.0
"""
CALLER = """
from glassy.numerics.called import UNIT, called, part
from glassy.numerics.jit import kernel
@kernel
def caller(x): return 100.0 * called(x) + 10.0 * part(x) + UNIT
"""
CALL = """
import sys, pickle; sys.path.insert(0, sys.argv[1])
from glassy.theory.caller import caller
x = caller(0.0)
assert x == caller.py_func(0.0) and pickle.loads(pickle.dumps(caller)) is caller
print(x, sum(caller.stats.cache_hits.values()), sum(caller.stats.cache_misses.values()))
"""


@pytest.mark.slow
@pytest.mark.parametrize("chosen", [False, True])
def test_kernels_are_those_of_the_files_that_they_call(tmp_path, chosen):
    root, package = tmp_path / "site", tmp_path / "site" / "glassy"
    shutil.copytree(PACKAGE / "numerics", package / "numerics", ignore=shutil.ignore_patterns("__pycache__"))
    (package / "theory").mkdir()
    for name, text in (("__init__", ""), ("numerics/called", CALLED), ("theory/caller", CALLER)):
        (package / f"{name}.py").write_text(text)
    places = {"NUMBA_CACHE_DIR": tmp_path / "cache"} if chosen else {}
    before = (package / "theory/caller.py").stat()
    assert python(CALL, root, **places)[0] == "111.0 0 1"
    assert python(CALL, root, **places)[0] == "111.0 1 0"  # not compiled again
    edits = (("called(x): return x + 1", "called(x): return x + 2", 211.0), ("UNIT = 1", "UNIT = 5", 215.0),
             ("part(x): return x + 1", "part(x): return x + 3", 235.0))  # fmt: skip
    for k, (old, new, wanted) in enumerate(edits):
        path = package / "numerics/called.py"
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))
        os.utime(path, (k, k))  # for Python's own cache
        assert python(CALL, root, **places)[0] == f"{wanted} 0 1"
    after = (package / "theory/caller.py").stat()
    assert (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns)
    kept = list(tmp_path.rglob("caller.caller-*.nbc"))
    assert len(kept) == 1  # of the last glassy alone
    assert (tmp_path / "cache" in kept[0].parents) == chosen
    kept[0].write_bytes(kept[0].read_bytes()[:100])
    assert python(CALL, root, **places)[0] == "235.0 0 1"
    assert python(CALL, root, **places)[0] == "235.0 1 0"


def test_a_cache_that_fails_later_ends_no_run(tmp_path):
    package = tmp_path / "site" / "glassy"
    shutil.copytree(PACKAGE / "numerics", package / "numerics", ignore=shutil.ignore_patterns("__pycache__"))
    (package / "__init__.py").write_text("")
    code = """
import shutil, sys, pathlib; sys.path.insert(0, sys.argv[1])
from glassy.numerics.bits import histogram, odd_bits
import numpy as np
cache = pathlib.Path(histogram.stats.cache_path).parent
shutil.rmtree(cache); cache.write_text("")
print(histogram(np.array([1, 1]), 3), odd_bits(np.array([3], np.uint64), np.array([5], np.uint64)))
"""
    out, err = python(code, package.parent, NUMBA_CACHE_DIR=tmp_path / "cache")
    assert out == "[0 2 0] 2"
    assert len(err.splitlines()) == 1
    assert "glassy keeps no machine code" in err


def test_the_fingerprint_is_of_every_kernel_file_and_of_the_versions(monkeypatch):
    files = {path.relative_to(PACKAGE).as_posix(): path for path in jit.kernel_files()}
    assert {
        "numerics/vector.py",
        "theory/rsb/sweep.py",
        "simulation/kernels/portable.py",
        "simulation/kernels/packed_kernel.py",
    } <= set(files)
    for path in PACKAGE.rglob("*.py"):
        imports = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.ImportFrom)]
        taken = {a.name for node in imports if node.module in ("glassy.numerics.jit", "glassy.numerics") for a in node.names}
        if taken & {"kernel", "inlined", "shared", "jit"}:
            assert path in files.values()
    for name, path in files.items():  # what a kernel file takes from others, constants too, is in the digest
        for node in ast.walk(ast.parse(path.read_text())):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                assert node.level == 0, name
                names = [node.module, *(f"{node.module}.{a.name}" for a in node.names)]
            for module in names:
                if module.startswith("glassy.") and (PACKAGE.parent / f"{module.replace('.', '/')}.py").exists():
                    assert f"{module[7:].replace('.', '/')}.py" in files, (name, module)
    found = {jit.fingerprint()}
    for owner in ("numba", "llvmlite", "np"):
        monkeypatch.setattr(getattr(jit, owner), "__version__", "0.0")
        found.add(jit.fingerprint.__wrapped__())
    monkeypatch.setattr(sys, "version", "4.0")
    found.add(jit.fingerprint.__wrapped__())
    monkeypatch.setattr(jit, "kernel_files", lambda: list(files.values())[1:])
    found.add(jit.fingerprint.__wrapped__())
    assert len(found) == 6


SMALL = """
import sys; sys.path.insert(0, sys.argv[1])
import glassy, glassy.core.storage
from glassy import DenseHebbian, Glauber, ReplicaExchange
assert glassy.__file__.startswith(sys.argv[1]), glassy.__file__
"""
NUMBERS = """
def show(result):
    arrays = []
    print(glassy.core.storage.encode(result, arrays), *(array.tobytes().hex() for array in arrays))
for P, T, kernel in ((2, 0.3, "patterns"), (2, 0.3, "fields"), (3, 0.0, "patterns"), (3, 0.3, "tensor"), (4, 1e9, "patterns")):
    show(glassy.simulate(DenseHebbian(P), load=0.2, T=T, N=10, sweeps=5, seed=7, kernel=kernel).series)
words = {"N": 10, "sweeps": 5, "seed": 7, "kernel": "patterns"}
ladder = glassy.simulate(DenseHebbian(3), load=0.2, T=[0.3, 0.5], method=ReplicaExchange(), **words)
show(ladder.points[0].series)
for ansatz in (glassy.RS(), glassy.RSB(1)):
    for T in (0.0, 0.1):
        found = glassy.solve(DenseHebbian(3), 0.5, T, "spin_glass", ansatz)
        print(found.free_energy.hex(), found.energy.hex(), found.entropy.hex())
print(glassy.solve(DenseHebbian(3), 0.05, 0.3).m.hex())
show(glassy.enumerate_states(DenseHebbian(3), load=0.2, T=0.4, N=8, seed=3))
"""


@pytest.mark.slow
def test_everything_runs_without_the_compiler():
    plain = """
from glassy.numerics import passes
from glassy.simulation.kernels.choose import choose_kernel
assert not passes.available()
for P, N, K, T in ((2, 1000, 100, 1.0), (3, 60, 1200, 0.3), (4, 100, 10000, 1.0)):
    assert choose_kernel(DenseHebbian(P), N, K, T=[T], attempts=1e6) == "patterns"
try:
    glassy.simulate(DenseHebbian(4), K=300, T=0.3, N=20, seed=1, kernel="packed")
except glassy.InputError as error:
    assert "but NUMBA_DISABLE_JIT is set. Unset it" in str(error)
else:
    raise AssertionError("packed ran")
"""
    root = PACKAGE.parent
    assert python(SMALL + plain + NUMBERS, root, NUMBA_DISABLE_JIT=1) == python(SMALL + NUMBERS, root)


@pytest.mark.slow
def test_nothing_that_can_be_written_is_needed(tmp_path):
    """Everywhere numba looks there is a file where a folder should be: true for root, too."""
    root = copied(tmp_path / "site")
    for folder in {path.parent for path in (root / "glassy").rglob("*.py")}:
        (folder / "__pycache__").write_text("")
    (tmp_path / "home").write_text("")
    code = """
r = glassy.simulate(DenseHebbian(3), load=0.2, T=0.3, N=10, sweeps=5, seed=7, executor="processes")
print(r.energy.value.hex())
"""
    places = {"HOME": tmp_path / "home", "NUMBA_OPT": 0}
    out, err = python(SMALL + code, root, **places)
    assert len(err.splitlines()) == 1
    assert err.startswith("glassy:0: RuntimeWarning: glassy keeps no machine code, so every process compiles its kernels anew")
    assert err.endswith("Set NUMBA_CACHE_DIR to a folder that can be written.")
    assert not list(tmp_path.rglob("*.nb?"))
    places = {"HOME": tmp_path / "home", "NUMBA_CACHE_DIR": tmp_path / "cache"}
    assert python(SMALL + code, root, **places) == (out, "")
    assert list((tmp_path / "cache").rglob("*.nb?"))
