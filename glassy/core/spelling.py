"""Values that are also written as text: RS, RSB(2), FullRSB(steps=6), glauber; in Python as on the command line."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Sequence
from typing import Any

from glassy.core.errors import InputError

SHOWN = 80  # characters of what came instead


def spelt(kind: type) -> str:
    """Return how an object of a class is written: RSB(k), with the arguments that it needs.

    Examples
    --------
    >>> import glassy
    >>> spelt(glassy.RS), spelt(glassy.RSB)
    ('RS', 'RSB(k)')
    """
    needed = [p.name for p in inspect.signature(kind).parameters.values() if p.default is p.empty]
    return f"{kind.__name__}({', '.join(needed)})" if needed else kind.__name__


def said(value: Any) -> str:
    """Return how a value looks, of a long one the beginning.

    Examples
    --------
    >>> said("RSB"), len(said("x" * 1000))
    ("'RSB'", 80)
    """
    text = repr(value)
    return text if len(text) <= SHOWN else text[: SHOWN - 3] + "..."


def read(text: str, classes: Sequence[type]) -> Any:
    """Return the object of one of some classes that a text says, in any case of letters; its arguments are Python's.

    Raises
    ------
    InputError
        If it says none, or the class refuses its arguments; the message lacks the name of what was asked for.

    Examples
    --------
    >>> import glassy
    >>> read("RSB(2)", (glassy.RS, glassy.RSB)), read("glauber", (glassy.Metropolis, glassy.Glauber))
    (RSB(2), Glauber(order='random'))
    """
    known = {c.__name__.lower(): c for c in classes}
    try:
        node: Any = ast.parse(re.sub(r"\binf\b", "1e999", text.strip()), mode="eval").body
        call = node if isinstance(node, ast.Call) else ast.Call(func=node, args=[], keywords=[])
        kind = known[call.func.id.lower()]  # type: ignore[attr-defined]
        values = [ast.literal_eval(a) for a in call.args]
        named = {str(k.arg): ast.literal_eval(k.value) for k in call.keywords}
        if "#" in text or len(named) < len(call.keywords):  # a comment, or an argument that is there twice
            raise ValueError
    except (SyntaxError, KeyError, AttributeError, ValueError, TypeError, RecursionError, MemoryError):
        raise InputError(f"must be one of {', '.join(map(spelt, classes))}, got {said(text)}") from None
    try:
        return kind(*values, **named)
    except TypeError:
        raise InputError(f"must be written {spelt(kind)}, got {said(text)}") from None


def one_of(name: str, value: Any, classes: Sequence[type]) -> Any:
    """Return an argument that is an object of one of some classes, or the text of one, or raise InputError.

    Examples
    --------
    >>> import glassy
    >>> one_of("ansatz", glassy.RS(), (glassy.RS,)), one_of("ansatz", "RSB(1)", (glassy.RS, glassy.RSB))
    (RS(), RSB(1))
    """
    if isinstance(value, tuple(classes)):
        return value
    if isinstance(value, str):
        try:
            return read(value, classes)
        except InputError as error:
            why = str(error)
            raise InputError(f"{name} {why}." if why.startswith("must be") else why) from None
    words = ", ".join(map(spelt, classes))
    raise InputError(f"{name} must be one of {words}, an object of glassy or its text, got {said(value)}. Pick one of these.")
