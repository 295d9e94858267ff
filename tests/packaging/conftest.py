"""One build and one installation for all tests here, shared by the workers of pytest-xdist."""

import os
import re
import shutil
import sys
import tarfile

import pytest
from filelock import FileLock
from newcomers import PYTHON, ROOT, Built, Newcomer, command

PAGES = (ROOT / "README.md", ROOT / "docs" / "how-to" / "install.md")


@pytest.fixture(scope="session")
def shared(tmp_path_factory):
    """Return a function that fills a folder once, by whichever worker comes first."""
    base = tmp_path_factory.getbasetemp()
    base = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base

    def once(name, fill):
        folder, done = base / name, base / f"{name}.done"
        with FileLock(base / f"{name}.lock"):
            if not done.exists():
                shutil.rmtree(folder, ignore_errors=True)
                folder.mkdir()
                fill(folder)
                done.touch()
        return folder

    return once


@pytest.fixture(scope="session")
def built(shared):
    pytest.importorskip("build", reason="the package build is not installed: pip install 'glassy-networks[dev]'")

    def fill(folder):
        command(sys.executable, "-m", "build", "--outdir", folder, ROOT, cwd=folder)
        with tarfile.open(Built(folder).archive) as archive:
            archive.extractall(folder, filter="data")

    return Built(shared("built", fill))


@pytest.fixture(scope="session")
def newcomer(shared, built):
    """Install glassy from the unpacked source with the line that the README has for a checkout, with nothing else there."""
    lines = [line for page in PAGES for line in re.findall(r"^\s+(pip install \.)$", page.read_text(encoding="utf-8"), re.M)]

    def fill(folder):
        command(PYTHON, "-m", "venv", folder, cwd=folder)
        Newcomer(folder)(*lines[0].split(), cwd=built.source)

    return Newcomer(shared("newcomer", fill))
