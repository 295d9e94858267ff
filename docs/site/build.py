"""Build the documentation site: python docs/site/build.py [--out build/docs] [--builder html]. Warnings are errors.

Pages stay where they are and are read on a git host as well. Here they and what they link to are copied to OUT/source, in the
same places, and Sphinx makes the site in OUT/html of them, of the docstrings and of the tutorials, which it runs.
"""

import argparse
import os
import re
import shutil
import sys
from pathlib import Path

from sphinx.cmd.build import main as sphinx

SITE = Path(__file__).resolve().parent
ROOT = SITE.parents[1]
LINK = re.compile(r"(!?\[[^\]]*\]\()([^)\s#]+)")
START = ROOT / "docs" / "README.md"


def linked(page: Path) -> set[Path]:
    """Return the files of the repository that a page links to."""
    text = re.sub(r"```.*?```|`[^`\n]*`", "", page.read_text(encoding="utf-8"), flags=re.S)
    found = {(page.parent / link).resolve() for _, link in LINK.findall(text) if "://" not in link}
    return {path for path in found if path.is_file() and path.suffix != ".py"}


def pages() -> set[Path]:
    """Return the pages below docs/ and all that hangs on them by links, pictures and tables included."""
    found: set[Path] = set()
    new = {*(ROOT / "docs").rglob("*.md")} - {*SITE.rglob("*.md")}
    while new := new - found:
        found |= new
        new = {path for page in new if page.suffix == ".md" for path in linked(page)}
    return found


def written(page: Path) -> str:
    """Return the text of a page for Sphinx, with its links, and with what else stands in the contents."""
    text = LINK.sub(lambda m: m[1] + link(page, m[2]), page.read_text(encoding="utf-8"))
    if page == START:
        text += (SITE / "contents.md").read_text(encoding="utf-8")
    elif page.name == "README.md" and ROOT / "docs" in page.parents:
        text += "\n```{toctree}\n:hidden:\n:glob:\n\n*\n```\n"
    return text


def link(page: Path, to: str) -> str:
    """Return a link of a page as it is on the site: the start page lies at the top, a tutorial is what it printed."""
    if "://" in to or not (target := (page.parent / to).resolve()).exists():
        return to
    if target.parent == SITE.parent / "tutorial":
        target = target.with_suffix(".rst")
    return os.path.relpath(place(target), place(page).parent)


def place(path: Path) -> Path:
    """Return where a file of the repository lies below the source folder."""
    return Path("index.md") if path == START else path.relative_to(ROOT)


def stage(source: Path) -> None:
    """Copy all pages, and what they link to, to the source folder."""
    for path in sorted(pages()):
        copy = source / place(path)
        copy.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".md":
            copy.write_text(written(path), encoding="utf-8")
        else:
            shutil.copyfile(path, copy)


def build(out: Path, builder: str = "html") -> int:
    """Build the site anew and return the exit status of Sphinx."""
    source, site = out / "source", out / builder
    for folder in (source, site):
        shutil.rmtree(folder, ignore_errors=True)
    stage(source)
    options = ["-D", "plot_gallery=0"] if builder == "linkcheck" else []  # links need no tutorial to run
    return sphinx(["-b", builder, "-W", "--keep-going", "-q", "-E", *options, "-c", str(SITE), str(source), str(site)])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "docs")
    parser.add_argument("--builder", default="html", choices=("html", "linkcheck"))
    arguments = parser.parse_args()
    sys.exit(build(arguments.out.resolve(), arguments.builder))
