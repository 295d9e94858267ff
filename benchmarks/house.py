"""The house as a graph: rooms, imports between them, the longest chain of imports, circles.

python -m benchmarks.house [FOLDER ...]

prints a table with a row for each tree, this one where none is named. A room is a folder of modules or a module of the top. An
arrow is an import of one room by another, of names for types alone included; a circle is a set of files each of which imports
the others in the end; hops are the longest chain of files, circles counted as one.
"""

from __future__ import annotations

import ast
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
Graph = dict[str, set[str]]


def imports(root: Path, package: str = "glassy") -> Graph:
    """Return for every module of a package the modules of it that the file names in an import, wherever it stands."""
    modules = {}
    for path in sorted((root / package).rglob("*.py")):
        name = ".".join(path.relative_to(root).with_suffix("").parts)
        modules[name.removesuffix(".__init__")] = path
    graph: Graph = {}
    for name, path in modules.items():
        found = set()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module:
                found |= {inner if (inner := f"{node.module}.{a.name}") in modules else node.module for a in node.names}
            elif isinstance(node, ast.Import):
                found |= {a.name for a in node.names}
        graph[name] = (found & set(modules)) - {name}
    return graph


def circles(graph: Graph) -> list[set[str]]:
    """Return the sets of modules that import each other in the end."""
    beyond = {name: set(below) for name, below in graph.items()}
    for middle in graph:  # Warshall
        for name in graph:
            if middle in beyond[name]:
                beyond[name] |= beyond[middle]
    found: list[set[str]] = []
    for name in graph:
        if name in beyond[name] and not any(name in c for c in found):
            found.append({other for other in beyond[name] if name in beyond[other]})
    return found


def longest(graph: Graph) -> int:
    """Return how many modules the longest chain of imports has, a circle counted as one."""
    owner = {name: min(c) for c in circles(graph) for name in c}
    merged: Graph = {}
    for name, below in graph.items():
        own = owner.get(name, name)
        merged.setdefault(own, set()).update(owner.get(b, b) for b in below if owner.get(b, b) != own)
    depth: dict[str, int] = {}

    def floors(name: str) -> int:
        if name not in depth:
            depth[name] = 1 + max((floors(below) for below in merged[name]), default=0)
        return depth[name]

    return max(floors(name) for name in merged)


def rooms(graph: Graph) -> Graph:
    """Return the graph of the rooms: folders of modules, and single modules of the top."""
    folders = {name.rpartition(".")[0] for name in graph}
    package = min(graph)

    def room(name: str) -> str:
        if name in folders or name.count(".") <= 1:
            return name
        return name.rpartition(".")[0]

    found: Graph = {}
    for name, below in graph.items():
        if name != package:  # the public face imports all
            found.setdefault(room(name), set()).update(room(b) for b in below if b != package)
    return {name: below - {name} for name, below in found.items()}


def lines(root: Path, *folders: str) -> int:
    """Return the lines of Python below some folders."""
    return sum(len(p.read_text(encoding="utf-8").splitlines()) for f in folders for p in (root / f).rglob("*.py"))


def row(root: Path) -> tuple[int, ...]:
    """Return the numbers of one tree, as `main` names them."""
    graph = imports(root)
    between = rooms(graph)
    return (
        len(graph), len(between), sum(map(len, between.values())), longest(between), len(circles(between)), longest(graph),
        len(circles(graph)), lines(root, "glassy"), lines(root, "sims"), lines(root, "tests"),
    )  # fmt: skip


def main() -> None:
    names = ["files", "rooms", "arrows", "floors", "room-circles", "hops", "circles", "glassy", "sims", "tests"]
    print(f"{'tree':<24}", *(f"{n:>{max(6, len(n))}}" for n in names))
    for folder in map(Path, sys.argv[1:] or [str(ROOT)]):
        print(f"{folder.resolve().name:<24}", *(f"{v:>{max(6, len(n))}}" for v, n in zip(row(folder), names, strict=True)))
        for circle in circles(imports(folder)):
            print("    circle:", ", ".join(sorted(circle)))


if __name__ == "__main__":
    main()
