"""Options come from signatures and docstrings: each exists there, says what it is, and takes what the function takes."""

import argparse
import inspect

import pytest

import glassy
from glassy.cli.commands import COMMANDS
from glassy.cli.help import ONE_LINE, TEXTS
from glassy.cli.main import parsers
from glassy.cli.options import option
from glassy.cli.parameters import parameters

NETWORK = (glassy.DenseHebbian, glassy.SpinGlass, glassy.DenseHebbian.trained)
CALLS = {
    "solve": (glassy.solve, *NETWORK),
    "scan": (glassy.scan, *NETWORK),
    "diagram": (glassy.phase_diagram, *NETWORK),
    "capacity": (glassy.storage_capacity, *NETWORK),
    "simulate": (glassy.simulate, *NETWORK),
    "compare": (glassy.solve, glassy.simulate, glassy.compare, *NETWORK),
    "messages": (glassy.message_passing, *NETWORK),
    "status": (glassy.ensemble_status,),
}
OWN = {"help", "csv", "json", "plot", "html", "observables", "ladder", "folder"}  # of the command line alone


def actions(command):
    return parsers(command)[1]._actions


def test_every_command_has_its_words():
    assert set(COMMANDS) == set(TEXTS) == set(CALLS) == set(ONE_LINE) - {"sims"}


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_is_a_parameter_and_has_help(command):
    known = set().union(*(inspect.signature(f).parameters for f in CALLS[command]))
    for action in actions(command):
        assert action.dest in known | OWN, action.dest
        assert action.help, action.dest


@pytest.mark.parametrize("command", COMMANDS)
def test_no_default_is_kept_here(command):
    for action in actions(command):
        assert action.default in (None, argparse.SUPPRESS), action.dest


def test_words_and_defaults_are_those_of_the_function():
    found = {action.dest: action for action in actions("solve")}
    assert found["phase"].choices == ["retrieval", "spin_glass", "paramagnetic", "equilibrium", "example"]
    assert found["phase"].help.startswith("The basin in which the saddle is sought. ")
    assert found["phase"].help.endswith("(default: retrieval; with --spin-glass spin_glass)")
    assert found["load"].required
    assert not found["phase"].required
    assert found["ansatz"].metavar == "RS|RSB(k)|FullRSB"


@pytest.mark.parametrize("phase", parameters(glassy.solve)["phase"].kind.split('"')[1::2])
def test_every_choice_is_one_of_the_function(phase):
    assert glassy.solve(glassy.DenseHebbian(P=3).trained(2, 0.9), 0.1, 0.2, phase, strict=False).network.P == 3


def example(network, load=1.0, *, depth: int = 3):
    """Do nothing.

    Parameters
    ----------
    network, load : float
        Both of them. More of `it`, e.g. this.
    depth : int
        How deep
        it is.

    Returns
    -------
    None
    """


def test_docstrings_are_read():
    found = parameters(example)
    assert {name: (p.kind, p.text, p.required) for name, p in found.items()} == {
        "network": ("float", "Both of them. More of it, e.g. this.", True),
        "load": ("float", "Both of them. More of it, e.g. this.", False),
        "depth": ("int", "How deep it is.", False),
    }


def test_an_option_that_no_function_has_is_refused():
    with pytest.raises(KeyError, match="width"):
        option(argparse.ArgumentParser(), example, "width")
