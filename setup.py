"""What pyproject.toml cannot say: claims go into the wheel as glassy._claims, and the commit into wheel and source archive."""

import runpy
import shutil
from pathlib import Path
from typing import Any

from setuptools import find_packages, setup
from setuptools.command.build_py import build_py
from setuptools.command.sdist import sdist


def stamp(top: str) -> None:
    """Write the commit into a copy of the package; the copy may be a link to the file here, which must stay."""
    path = Path(top, "glassy", "core", "commit.txt")
    path.unlink(missing_ok=True)
    path.write_text(runpy.run_path("glassy/core/commit.py")["commit"]() + "\n", encoding="utf-8")


class Build(build_py):
    """The modules of a wheel; an editable install keeps asking git."""

    def run(self) -> None:  # noqa: D102
        if self.editable_mode:
            super().run()
            return
        shutil.rmtree(self.build_lib, ignore_errors=True)  # else modules of an earlier build would come along
        super().run()
        stamp(self.build_lib)


class Source(sdist):
    """The source archive, of which a wheel is built without git."""

    def make_release_tree(self, base_dir: str, files: Any) -> None:  # noqa: D102
        super().make_release_tree(base_dir, files)
        stamp(base_dir)


setup(
    packages=[*find_packages(include=["glassy", "glassy.*"]), "glassy._claims"],
    package_dir={"glassy._claims": "sims"},
    cmdclass={"build_py": Build, "sdist": Source},
)
