"""Settings of the documentation site; build.py copies the pages to the source folder and calls Sphinx with this file."""

import sys
import warnings
from importlib.util import find_spec
from pathlib import Path

SITE = Path(__file__).resolve().parent
ROOT = SITE.parents[1]
sys.path[:0] = [str(SITE), str(ROOT)]

import glassy  # noqa: E402

project = "glassy"
author = copyright = "the glassy developers"
version = release = getattr(glassy, "__version__", "")
extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.mathjax",
    "numpydoc",
    "sphinx_gallery.gen_gallery",
    "labels",
]
root_doc = "index"
nitpicky = True
smartquotes = False  # G.1' is a label
default_role = "public"
templates_path = [str(SITE / "templates")]

# pages
myst_enable_extensions = ["attrs_block"]
myst_heading_anchors = 3
myst_fence_as_directive = ["math"]
html_theme = "furo"
html_title = f"glassy {version}".strip()
html_show_sourcelink = False
html_copy_source = False
mathjax = Path(str(find_spec("sphinx-mathjax-offline").origin)).parent / "static" / "mathjax" / "tex-svg.js"
html_static_path = [str(SITE / "style.css"), str(mathjax)]
html_css_files = ["style.css"]
mathjax_path = "tex-svg.js"
mathjax3_config = {"options": {"enableMenu": False}}  # the menu would fetch more from elsewhere

# reference: a page for each name, from its docstring
autosummary_generate = True
autodoc_typehints = "none"
autodoc_member_order = "bysource"
autodoc_inherit_docstrings = False
numpydoc_show_class_members = False
numpydoc_use_plots = False
numpydoc_validation_checks = {"EX01", "GL01", "GL03", "GL05", "GL06", "GL07", "GL10", "PR01", "PR02", "PR10", "SS01"}
numpydoc_validation_exclude = {r"\.[A-Z]\w*(\.\w+)?$"}  # fields of records, methods of one line

# tutorials: scripts that are run; a warning is printed without the path of this checkout
warnings.formatwarning = lambda message, category, *rest: f"{category.__name__}: {message}\n"
sphinx_gallery_conf = {
    "examples_dirs": str(ROOT / "docs" / "tutorial"),
    "gallery_dirs": "docs/tutorial",
    "filename_pattern": r"\.py$",
    "within_subsection_order": "FileNameSortKey",
    "download_all_examples": False,
    "show_signature": False,
    "show_memory": False,
    "capture_repr": ("_repr_html_",),
    "min_reported_time": 10_000,
    "write_computation_times": False,
}
