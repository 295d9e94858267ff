"""Options of a command: made from the parameters of the functions that it calls, so that they cannot drift."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Sequence
from typing import Any

import glassy
from glassy.cli import values
from glassy.cli.parameters import Parameter, parameters
from glassy.core.spelling import spelt


class Flat(argparse.Action):
    """Lists of words in one list, also of an option that is given twice."""

    def __call__(self, parser: Any, namespace: Any, words: Any, option: Any = None) -> None:
        """Join them."""
        setattr(namespace, self.dest, [*(getattr(namespace, self.dest, None) or ()), *(x for word in words for x in word)])


def many(kind: Callable[[str], Any], metavar: str = "X") -> dict[str, Any]:
    """Return what argparse must know of a list of values: side by side, between commas, or one option for each."""
    return {"type": values.several(kind), "nargs": "+", "action": Flat, "metavar": metavar}


AXIS = many(values.axis)


def option(parser: Any, owner: Callable[..., Any], name: str, flag: str = "", **changes: Any) -> None:
    """Add the option of one parameter of a function; absent from what is parsed where it is not given."""
    p = parameters(owner)[name]
    value = " ".join(f"{x:g}" for x in p.default) if isinstance(p.default, tuple) else p.default
    default = "" if p.required or value in (None, "") or "default" in p.text.lower() else f" (default: {value})"
    said: dict[str, Any] = {"help": (p.text + default).replace("%", "%%"), "default": argparse.SUPPRESS, "required": p.required}
    parser.add_argument(flag or "--" + name.replace("_", "-"), dest=name, **{**said, **_kind(p), **changes})


def options(parser: Any, owner: Callable[..., Any], *names: str) -> None:
    """Add the options of several parameters of one function."""
    for name in names:
        option(parser, owner, name)


def _kind(p: Parameter) -> dict[str, Any]:
    """Return what argparse must know of a kind of value."""
    choices = re.match(r"\{(.*?)\}", p.kind)
    classes = [c for word in re.findall(r"[A-Z]\w*", p.kind) if isinstance(c := getattr(glassy, word, None), type)]
    if p.name in ("load", "T", "beta"):
        return AXIS
    if choices:
        return {"choices": re.findall(r'"([^"]*)"', choices[1])}
    if classes:
        return {"type": values.made(classes), "metavar": "|".join(map(spelt, classes))}
    if p.kind.startswith("bool"):
        return {"action": argparse.BooleanOptionalAction}
    if p.kind.startswith("path"):
        return {"metavar": "FOLDER" if p.text.startswith("Folder") else "FILE"}
    kind, metavar = (values.whole, "N") if "int" in p.kind else (values.number, "X")
    return many(kind, metavar) if p.kind.startswith("sequence") else {"type": kind, "metavar": metavar}


def temperatures(group: Any, owner: Callable[..., Any], **changes: Any) -> Any:
    """Add --T and --beta, of which one must be given, and return their group."""
    either = group.add_mutually_exclusive_group(required=True)
    option(either, owner, "T", **changes)
    option(either, owner, "beta", **changes)
    return either


def thermal(given: dict[str, Any]) -> tuple[str, Any]:
    """Return which of T and beta was given, and its values."""
    word = "beta" if "beta" in given else "T"
    return word, given[word]


def network_options(parser: Any, *, spin_glass: bool = False, drawn: bool = False) -> None:
    """Add what says which network; of a spin glass that is `drawn`, also how."""
    group = parser.add_argument_group("the network")
    option(group, glassy.DenseHebbian, "P", required=not spin_glass)
    option(group, glassy.DenseHebbian, "interactions")
    learns, owner = parser.add_argument_group("what it learns from"), glassy.DenseHebbian.trained
    option(learns, owner, "examples", required=False)
    option(learns, owner, "quality", required=False)
    option(learns, owner, "supervised")
    if spin_glass:
        option(
            group, glassy.SpinGlass, "terms", "--spin-glass", type=values.terms, required=False, metavar="TERMS",
            help="instead of --P: a glassy.SpinGlass of these ORDER:COEFFICIENT, between quotes; \"2:1.0\" is the "
            "Sherrington-Kirkpatrick model at load 1",
        )  # fmt: skip
    if drawn:
        option(group, glassy.SpinGlass, "disorder")


def network(given: dict[str, Any], error: Callable[[str], Any]) -> Any:
    """Return the network that was asked for; an error where it was not one."""
    if "disorder" in given and "terms" not in given:
        error("--disorder is that of a spin glass: give --spin-glass TERMS as well")
    if ("P" in given) == ("terms" in given) or {"terms", "interactions"} <= set(given):
        error("give the network, either --P ORDER [--interactions ...] or --spin-glass TERMS")
    if len({"examples", "quality"} & set(given)) == 1 or ("supervised" in given and "examples" not in given):
        error("a network that learns needs both --examples M and --quality R")
    if {"terms", "examples"} <= set(given):
        error("a spin glass learns from no --examples: give --P ORDER")
    if "terms" in given:
        return glassy.SpinGlass(given["terms"], **taken(given, "disorder"))
    plain = glassy.DenseHebbian(**taken(given, "P", "interactions"))
    return plain.trained(**taken(given, "examples", "quality", "supervised")) if "examples" in given else plain


def output_options(parser: Any, *, plot: bool = True, observables: bool = True, html: bool = False) -> None:
    """Add what says where the results go."""
    group = parser.add_argument_group("where the results go", "as text on the terminal, and to files:")
    kinds = ("csv", "a table for other programs"), ("json", "all numbers, with errors, statuses and state points")
    for name, words in kinds:
        group.add_argument(f"--{name}", metavar="FILE|-", type=values.target, help=f"{words}; - is stdout, and nothing else is")
    if plot:
        group.add_argument("--plot", metavar="FILE", type=values.target, help="a figure, as FILE.png and FILE.pdf")
    if plot and observables:
        group.add_argument("--observables", **many(str, "NAME"), help="what --plot draws, as m or energy: a panel for each")
    if html:
        group.add_argument(
            "--html", metavar="FILE", type=values.target, help="a page that shows points under the pointer, in one file"
        )


def taken(given: dict[str, Any], *names: str) -> dict[str, Any]:
    """Return those of some names that were given."""
    return {name: given[name] for name in names if name in given}


def one(many: Sequence[float]) -> Any:
    """Return a number where there is one, else all."""
    return many[0] if len(many) == 1 else list(many)
