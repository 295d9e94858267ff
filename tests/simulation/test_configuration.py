"""`show_config` tells the truth about this process: what it says of kernels, places and libraries is what happens."""

import json
import os
import platform
import subprocess
import sys
from pathlib import Path

import numba
import numpy as np
import pytest

import glassy
from glassy.numerics import jit
from glassy.numerics.elementary import _each_ln
from glassy.simulation import configuration
from glassy.simulation.kernels.choose import KERNELS

TRIES = """
import json, glassy
from glassy.simulation.kernels.choose import choose_kernel
config, refused = glassy.show_config(mode="dicts"), {}
for kernel, P in (("patterns", 3), ("packed", 3), ("fields", 2), ("tensor", 3), ("wide", 3)):
    try:
        choose_kernel(glassy.DenseHebbian(P), 30, 300, kernel)
    except glassy.InputError as error:
        refused[kernel] = str(error)
glassy.simulate(glassy.DenseHebbian(3), 0.1, 0.5, 8, sweeps=2, burn_in=0, seed=1, progress=False)
print(json.dumps([config, refused]))
"""
X86 = platform.machine().lower() in ("x86_64", "amd64")
HASWELL = {"NUMBA_CPU_NAME": "haswell", "NUMBA_CPU_FEATURES": "+avx2,+fma,+bmi,+bmi2,+popcnt,+sse4.2"}


def elsewhere(**environment):
    """Return the configuration of another process, and the kernels that it refuses with its words."""
    known = {**{k: v for k, v in os.environ.items() if k != "NUMBA_DISABLE_JIT"}, **environment}
    run = subprocess.run([sys.executable, "-W", "ignore", "-c", TRIES], env=known, capture_output=True, text=True, timeout=300)
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


def check(kernels, refused):
    assert set(kernels) == {*KERNELS} - {"auto"}
    for name, words in kernels.items():
        assert words.startswith(("available", "in Python")) == (name not in refused), (words, refused)


def test_it_prints_what_it_returns(capsys):
    assert glassy.show_config() is None
    text, config = capsys.readouterr().out, glassy.show_config(mode="dicts")
    assert capsys.readouterr().out == ""
    for section, entries in config.items():
        assert f"{section}\n" in text
        for name, value in entries.items():
            assert isinstance(value, str)
            assert any(line.split() == f"{name} {value}".split() for line in text.split("\n"))
    with pytest.raises(glassy.InputError, match="mode must be"):
        glassy.show_config(mode="json")


def test_versions_and_the_processor_are_those_of_this_process(tmp_path):
    config = glassy.show_config(mode="dicts")
    assert config["versions"]["numpy"] == np.__version__
    assert config["versions"]["numba"] == numba.__version__
    assert config["versions"]["python"].startswith(platform.python_version())
    assert config["compiler"]["processor"] == jit.processor()[0]
    assert config["machine"]["cores"].startswith(f"{glassy.core.machine.cores()} of ")
    info = tmp_path / "cpuinfo"  # private: show_config reads that of this machine
    info.write_text("processor : 0\nmodel name\t: Some CPU @ 3 GHz\nprocessor : 1\nmodel name\t: Other\n")
    assert configuration._processor(info) == "Some CPU @ 3 GHz"
    assert configuration._processor(tmp_path / "none")


@pytest.mark.slow
@pytest.mark.parametrize(
    "environment",
    [{"NUMBA_DISABLE_JIT": "1"}, pytest.param(HASWELL, marks=pytest.mark.skipif(not X86, reason="x86 only"))],
    ids=["not compiled", "haswell"],
)
def test_a_kernel_is_available_where_it_is_not_refused(environment, tmp_path):
    config, refused = elsewhere(NUMBA_CACHE_DIR=str(tmp_path), **environment)
    check(config["kernels"], refused)
    assert environment.items() <= config["environment"].items()
    assert config["compiler"]["processor"] == environment.get("NUMBA_CPU_NAME", jit.processor()[0])
    if environment == HASWELL:
        assert "avx2" in config["compiler"]["vectors"]
        assert "avx512" not in config["compiler"]["vectors"]


@pytest.mark.slow
def test_the_folder_is_where_machine_code_is_kept(tmp_path, monkeypatch):
    config, refused = elsewhere(NUMBA_CACHE_DIR=str(tmp_path))
    check(config["kernels"], refused)
    folder = Path(config["machine code"]["folder"])
    assert config["machine code"]["kept"] == "yes"
    assert tmp_path in folder.parents
    assert folder.name.endswith(config["machine code"]["fingerprint"])
    assert list(folder.glob("*.nbc"))  # the simulation's
    if jit.COMPILED:  # private: only numba's own cache knows where it writes
        assert glassy.show_config(mode="dicts")["machine code"]["folder"] == _each_ln._cache._cache_path

        def fails(function):
            raise RuntimeError("no locator available")

        monkeypatch.setattr(jit, "_Cache", fails)
        found = glassy.show_config(mode="dicts")["machine code"]
        assert (found["folder"], found["kept"]) == ("none", "no locator available")


@pytest.mark.slow
@pytest.mark.skipif(not X86, reason="the core types are those of x86")
def test_the_core_type_is_the_one_in_use():
    config, _ = elsewhere(NUMBA_DISABLE_JIT="1", OPENBLAS_CORETYPE="Nehalem", OPENBLAS_NUM_THREADS="1")
    if "openblas" not in config["BLAS"]["numpy"] or config["BLAS"]["core type of numpy"] == "unknown":
        pytest.skip("NumPy is not a wheel with OpenBLAS")
    assert config["BLAS"]["core type of numpy"] == config["BLAS"]["core type of scipy"] == "Nehalem"
    assert config["threads"]["BLAS of numpy"] == "1"
