"""What a public function or class says of its parameters: defaults from the signature, kinds and words from the docstring."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

WORDS = 200  # characters of a description: whole sentences up to here, and one at least


@dataclass(frozen=True)
class Parameter:
    """One parameter: its kind, as "int" or '{"a", "b"}, optional', the first sentences on it, and its default."""

    name: str
    kind: str
    text: str
    default: Any = inspect.Parameter.empty

    @property
    def required(self) -> bool:
        """Whether it has no default."""
        return self.default is inspect.Parameter.empty


def parameters(owner: Callable[..., Any]) -> dict[str, Parameter]:
    """Return the parameters of the section of that name of a docstring, those of the signature alone.

    Examples
    --------
    >>> import glassy
    >>> parameters(glassy.scan)["wins"].kind, parameters(glassy.solve)["phase"].default
    ('bool', 'retrieval')
    """
    signature = inspect.signature(owner).parameters
    return {
        name: Parameter(name, kind, text, signature[name].default)
        for name, (kind, text) in described(owner).items()
        if name in signature
    }


def described(owner: Any) -> dict[str, tuple[str, str]]:
    """Return kind and first sentences of every name in the section Parameters of a docstring."""
    section = re.search(r"^Parameters\n-+\n(.*?)(?=\n\n\S[^\n]*\n-+\n|\Z)", inspect.getdoc(owner) or "", re.S | re.M)
    found = {}
    for head, body in re.findall(r"^(\S[^\n]*)\n((?:[ ]+[^\n]*\n?)*)", section[1] if section else "", re.M):
        names, _, kind = head.partition(" : ")
        for name in names.split(", "):
            found[name] = kind, sentences(body)
    return found


def sentences(text: str, most: int = WORDS) -> str:
    """Return the first sentences of a text on one line, without the marks of code.

    Examples
    --------
    >>> sentences("Load of `K` patterns,  1.2 at most. It is small.", 10), sentences("Once. Twice.")
    ('Load of K patterns, 1.2 at most.', 'Once. Twice.')
    """
    whole = " ".join(text.replace("`", "").split())
    ends = [m.end() for m in re.finditer(r"\.(?=\s+[A-Z\"]|$)", whole)] or [len(whole)]
    return whole[: max([end for end in ends if end <= most], default=ends[0])]
