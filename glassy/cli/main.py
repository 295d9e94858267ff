"""The command line: one command is read, run and shown; what goes wrong is one line on stderr and an exit code."""

from __future__ import annotations

import argparse
import os
import shlex
import shutil
import sys
import textwrap
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn, TextIO

import glassy
from glassy.cli import slips
from glassy.cli.help import AFTER, ONE_LINE, TEXTS, TOP

GOOD, UNUSABLE, MISUSE, CTRL_C, CLOSED = 0, 1, 2, 130, 141  # the last two as a shell names SIGINT and SIGPIPE
WIDTH = 110  # of help, at most


class Text(argparse.HelpFormatter):
    """Paragraphs wrapped at the width of the terminal; what is indented stays as it is."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=min(shutil.get_terminal_size((WIDTH, 24)).columns, WIDTH))

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        blocks = (b if b.startswith(" ") else textwrap.fill(" ".join(b.split()), width) for b in text.strip("\n").split("\n\n"))
        return "\n\n".join(blocks)


class Parser(argparse.ArgumentParser):
    """A parser whose errors are one line."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong, and leave."""
        self.exit(MISUSE, f"{self.prog}: {message} (see {self.prog} --help)\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the arguments say, those of the process by default, and return the exit code."""
    words = [*(sys.argv[1:] if arguments is None else arguments)]
    for stream in ("stdout", "stderr"):
        if getattr(sys, stream) is None:  # closed from the start: nobody reads, and files are written all the same
            setattr(sys, stream, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115
    try:
        try:
            code = _main(words)
        except SystemExit as end:  # of a parser
            code = int(end.code or GOOD)
        sys.stdout.flush()
    except BrokenPipeError:  # who reads, as `head`, has seen enough
        for file in (sys.stdout, sys.stderr):
            _let_go(file)
        return CLOSED
    return code


def _let_go(file: TextIO) -> None:
    """See that what is left in a file that nobody reads is no error when Python ends."""
    try:
        file.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), file.fileno())


def _main(words: list[str]) -> int:
    if words[:1] == ["sims"]:
        from glassy.cli import claims

        claims.main(words[1:])
        return GOOD
    parser, one = parsers(words[0] if words else "")
    if one is not parser and (wrong := slips.before(words[1:], one, takers)):
        one.error(wrong)
    found, left = parser.parse_known_args(words)
    if left:
        one.error(slips.after(words, left, one, takers))
    given = {key: value for key, value in vars(found).items() if value is not None}
    if "version" in given:
        code = glassy.provenance()
        sys.stdout.write(f"glassy {code.glassy}, commit {code.commit}, Python {code.python}\n")
        return GOOD
    if "command" not in given:
        parser.print_help(sys.stderr)
        return MISUSE
    return _run(words, given, one)


def name() -> str:
    """Return what a reader types: glassy, or python -m glassy."""
    return "glassy" if Path(sys.argv[0]).stem == "glassy" else "python -m glassy"


def parsers(wanted: str) -> tuple[Parser, Parser]:
    """Return the parser, and that of the wanted command: its options alone are made, as they ask the functions for theirs."""
    parser = Parser(prog="glassy", description=TOP, epilog=AFTER, formatter_class=Text, allow_abbrev=False)
    parser.add_argument("--version", action="store_true", default=argparse.SUPPRESS, help="print version and commit")
    commands = parser.add_subparsers(metavar="COMMAND", dest="command")
    found = parser
    for word, line in ONE_LINE.items():
        text, _, after = TEXTS.get(word, "").partition("\n\nexamples:")
        one = commands.add_parser(
            word, help=line, description=text, epilog=f"examples:{after}", formatter_class=Text, allow_abbrev=False
        )
        if word == wanted and word in TEXTS:
            from glassy.cli.commands import COMMANDS

            COMMANDS[word].add(one)
            found = one
    return parser, found


def takers(parameter: str) -> list[str]:
    """Return the commands that take several values of a parameter."""
    return [
        word
        for word in TEXTS
        if any(a.dest == parameter and a.nargs == "+" for a in slips.options_of(parsers(word)[1]).values())
    ]


def _run(words: list[str], given: dict[str, Any], parser: Parser) -> int:
    """Run one command; an error of glassy is a line on stderr."""
    from glassy.cli import output
    from glassy.cli.commands import COMMANDS

    def show(message: Warning | str, *_: Any, **__: Any) -> None:
        output.say(f"warning: {message}")

    line = shlex.join([*name().split(), *words])
    with warnings.catch_warnings():
        warnings.simplefilter("default")
        warnings.showwarning = show
        try:
            output.check(given, parser.error)
            answer = COMMANDS[given["command"]].run(given, parser.error)
            output.write(answer, given)
        except KeyboardInterrupt as stopped:
            output.say(f"\n{stopped or 'interrupted.'}")
            if given.get("out"):
                output.say(f"To go on: {line}")
            elif "--out" in parser.format_usage():
                output.say(f"To keep what is finished, and go on from there: {line} --out PLACE")
            return CTRL_C
        except glassy.InputError as error:
            output.say(f"{parser.prog}: {error}")
            return MISUSE
        except BrokenPipeError:
            raise
        except (glassy.GlassyError, OSError) as error:
            output.say(f"{parser.prog}: {error}")
            return UNUSABLE
    return GOOD if answer.good else UNUSABLE
