"""Sphinx extension: docstrings are plain text, `name` leads to the page of a public name, a label as R.5c to its equation."""

import importlib
import inspect
import re
from functools import cached_property
from typing import Any

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.docutils import SphinxRole
from sphinx.util.nodes import make_refnode

LABEL = r"[BCFGHIJLMNRST]\.\d+[a-e]?'?"
TAG = re.compile(rf"\\tag\{{({LABEL})\}}")
EQUATIONS: dict[str, str] = {}  # label to page
ARGUMENTS = {"load", "estimate", "density"}  # are arguments or fields where they stand alone
BUILT_IN = {"builtins", "enum", "typing", "collections.abc"}
CITED = re.compile(rf"(?<![\w.]){LABEL}(?![\w'])")


class Public(SphinxRole):
    """What single backticks mean: a link where the name is public, else code."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return a reference that is resolved later, or a literal."""
        literal = nodes.literal(self.rawtext, self.text)
        where = self.env.ref_context
        name = full_name(self.text, where.get("py:module") or "glassy", where.get("py:class"))
        if name is None:
            return [literal], []
        return [pending_xref("", literal, refdomain="py", reftype="obj", reftarget=name, refexplicit=True, refwarn=True)], []


def full_name(text: str, room: str, owner: str | None) -> str | None:
    """Return the documented name that a text means: a member of the class it stands in, of that room, or of glassy."""
    name = text.removesuffix("()")
    if not re.fullmatch(r"[A-Za-z]\w*(\.\w+)*", name) or text in ARGUMENTS:
        return None
    if owner and documented(getattr(importlib.import_module(room), owner, None), name):
        return f"{room}.{owner}.{name}"
    for place in dict.fromkeys((room, "glassy", "glassy.plots" if name.startswith("glassy.plots.") else "glassy")):
        public = importlib.import_module(place)
        head, _, member = name.removeprefix(place + ".").partition(".")
        what = getattr(public, head) if head in getattr(public, "__all__", ()) else None
        if callable(what) and (not member or documented(what, member)):
            return f"{place}.{head}" + (f".{member}" if member else "")
    return None


def documented(owner: Any, member: str) -> bool:
    """Whether a member has an entry on the page of its class."""
    if not isinstance(owner, type) or member.startswith("_"):
        return False
    home = next((c for c in owner.__mro__ if member in vars(c)), object)
    what = vars(home).get(member)
    kinds = property | cached_property | classmethod | staticmethod
    return home.__module__ not in BUILT_IN and (inspect.isfunction(what) or isinstance(what, kinds)) and bool(what.__doc__)


def plain(app: Sphinx, what: str, name: str, obj: Any, options: Any, lines: list[str]) -> None:
    """Escape what means something to Sphinx, and to nobody else, in the text of a docstring: |m| and q_ are physics."""
    code = False
    for i, line in enumerate(lines):
        code = bool(line.strip()) and (code or line.lstrip().startswith(">>>"))
        if not code:
            parts = re.split(r"(`+[^`]*`+_?|^\s*\.\. .*)", line)
            lines[i] = "".join(p if k % 2 else re.sub(r"(?<=\w)_(?!\w)|\|", r"\\\g<0>", p) for k, p in enumerate(parts))


class Equations(SphinxPostTransform):
    """Labels in running text become links to their equations."""

    default_priority = 20

    def run(self, **kwargs: Any) -> None:
        """Replace the labels in every text of a page that is not code, a formula, a link or a heading."""
        skip = (nodes.literal, nodes.literal_block, nodes.doctest_block, nodes.math, nodes.math_block, nodes.raw)
        skip += (nodes.reference, nodes.title)
        for text in [t for t in self.document.findall(nodes.Text) if not any(isinstance(p, skip) for p in above(t))]:
            parts: list[nodes.Node] = []
            end = 0
            for found in CITED.finditer(text):
                if page := EQUATIONS.get(found[0]):
                    here = nodes.Text(found[0])
                    parts += [nodes.Text(text[end : found.start()])]
                    parts += [make_refnode(self.app.builder, self.env.docname, page, anchor(found[0]), here)]
                    end = found.end()
            if parts:
                text.parent.replace(text, [*parts, nodes.Text(text[end:])])


def above(node: nodes.Node) -> Any:
    """Yield the parents of a node."""
    while (node := node.parent) is not None:
        yield node


def anchor(label: str) -> str:
    """Return the id of an equation in its page."""
    return "eq-" + label.replace(".", "-").replace("'", "-prime")


def equations(app: Sphinx, doctree: nodes.document) -> None:
    """Give every equation with a label its id, remember its page, and leave its lines as they are."""
    for block in doctree.findall(nodes.math_block):
        text = block.astext()
        for label in TAG.findall(text):
            block["ids"].append(anchor(label))
            EQUATIONS[label] = app.env.docname
        block["no-wrap"] = True
        block[:] = [nodes.Text(rf"\[{text}\]")]


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the role, the transform and the two readers."""
    app.add_role("public", Public())
    app.add_post_transform(Equations)
    app.connect("doctree-read", equations)
    app.connect("autodoc-process-docstring", plain, priority=900)  # after numpydoc
    return {"parallel_read_safe": False, "parallel_write_safe": True}
