"""Words of a command line that belong nowhere: an option that is not there or there twice, and a value too many."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from glassy.core.renamed import nearest

Takers = Callable[[str], list[str]]  # of a parameter: the commands that take several values of it


def options_of(parser: argparse.ArgumentParser) -> dict[str, argparse.Action]:
    """Return the options of a parser by their words."""
    return {flag: action for action in parser._actions for flag in action.option_strings}


def before(words: list[str], parser: argparse.ArgumentParser, takers: Takers) -> str:
    """Return what is wrong with the words of options, before they are read; empty where nothing is."""
    flags, said = options_of(parser), [word.partition("=")[0] for word in words]
    if unknown := [word for word in said if word.startswith("--") and word not in flags]:
        meant = nearest(unknown[0][2:].replace("-", "_"), [flag[2:].replace("-", "_") for flag in flags])
        return f"unrecognized arguments: {unknown[0]}." + (f" Did you mean --{meant.replace('_', '-')}?" if meant else "")
    for flag, word in zip(said, [*words[1:], ""], strict=True):
        if said.count(flag) > 1 and flag in flags and flags[flag].nargs is None and takers(flags[flag].dest):
            return f"{flag} takes one value, and is given twice. {_several(flags[flag], takers)}"  # of others the last counts
        if flag in flags and flags[flag].metavar in ("N", "X") and flags[flag].nargs is None and "," in word:
            return f"{flag} takes one value, got {word}. {_several(flags[flag], takers)}"
    return ""


def after(words: list[str], left: list[str], parser: argparse.ArgumentParser, takers: Takers) -> str:
    """Return what is wrong where words are left that no option has taken."""
    flags = options_of(parser)
    flag = next((word for word in reversed(words[: words.index(left[0])]) if word in flags), "")
    if not flag:
        return f"unrecognized arguments: {' '.join(left)}. A value stands behind its option."
    if flags[flag].nargs == 0:
        return f"{flag} takes no value, got {left[0]}."
    return f"{flag} takes one value, got {left[0]} as well. {_several(flags[flag], takers)}"


def _several(action: argparse.Action, takers: Takers) -> str:
    """Return how several values are given where an option takes one."""
    flag, others = action.option_strings[0], ", ".join(f"glassy {word}" for word in takers(action.dest))
    if action.metavar == "TERMS" or "(" in str(action.metavar):
        return f'Put it between quotes, as {flag} "A B".'
    return f"Several go with {others}, as {flag} A B or {flag} A,B." if others else "Give one, in a command for each."
