"""The commands: each takes its options from the functions that it calls, calls them, and says what is shown of the result."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import glassy
from glassy.cli.options import (
    AXIS,
    many,
    network,
    network_options,
    one,
    option,
    options,
    output_options,
    taken,
    temperatures,
    thermal,
)  # fmt: skip
from glassy.cli.output import Answer, statuses
from glassy.cli.parameters import parameters
from glassy.cli.tables import cell, columns, listed, meanings, of_rows, table
from glassy.cli.values import correction, number, whole

Given = dict[str, Any]
Wrong = Callable[[str], Any]  # ends the command with what is wrong with its options
THEORY = (
    "m", "n", "n_first", "q", "q_levels", "x_levels", "local_susceptibility", "free_energy", "energy", "entropy", "complexity",
    "replicon", "stable", "wins", "residual", "remarks", "status",
)  # fmt: skip
POINT = ("load", "T", "phase", "m", "n", "q", "free_energy", "energy", "entropy", "replicon", "wins", "status", "remarks")
LEARNED = ("n", "n_first")
MEANS = ("m", "m_abs", "n", "n_first", "q", "q_abs", "energy", "energy_excess", "specific_heat", "susceptibility", "acceptance")
MEAN = ("m", "n", "n_first", "q", "energy", "energy_excess", "acceptance")
CAPACITY = ("load_c", "m_c", "load_t", "load_t_ansatz", "bound_c", "bound_t", "status", "reason")
SIMULATION = ("seed", "samples", "replicas", "sweeps", "burn_in", "start", "start_overlap", "method", "kernel", "threads",
              "max_bytes", "progress")  # fmt: skip
ITERATION = ("seed", "samples", "start", "start_overlap", "max_iterations", "tolerance", "damping", "max_bytes", "progress")
STATES = ("load", "T", "m", "n", "n_first", "q", "energy", "free_energy", "entropy", "replicon", "converged", "status")
COUPLED = {  # what is said of a state where there are no patterns
    "m": "Magnetization, the mean of x",
    "replicon": "T.7, of the couplings of each sample",
    "converged": "Share of the samples that settled at a stable state",
}


@dataclass(frozen=True)
class Command:
    """What adds the options of a command, and what runs it."""

    add: Callable[[Any], None]
    run: Callable[[Given, Wrong], Answer]


# ---- theory ----


def _solve_options(parser: Any) -> None:
    network_options(parser, spin_glass=True)
    group = parser.add_argument_group("the state")
    option(group, glassy.solve, "load")
    temperatures(group, glassy.solve)
    _phase_option(group)
    options(group, glassy.solve, "ansatz", "progress")
    output_options(parser)


def _solve(given: Given, wrong: Wrong) -> Answer:
    which, say = network(given, wrong), _phase(given) | taken(given, "ansatz", "progress")
    loads, (word, values) = given["load"], thermal(given)
    points = tuple(glassy.solve(which, x, strict=False, **{word: y}, **say) for x, y in product(loads, values))
    return _theory(glassy.Grid(points, (len(loads), len(values))))


def _phase_option(group: Any) -> None:
    p = parameters(glassy.solve)["phase"]
    option(group, glassy.solve, "phase", help=f"{p.text} (default: {p.default}; with --spin-glass spin_glass)")


def _phase(given: Given) -> Given:
    """Return the phase that is asked for: a spin glass has no patterns to retrieve."""
    return taken({"phase": "spin_glass", **given} if "terms" in given else given, "phase")


def _scan_options(parser: Any) -> None:
    network_options(parser, spin_glass=True)
    group = parser.add_argument_group("the path")
    option(group, glassy.scan, "load")
    temperatures(group, glassy.scan)
    _phase_option(group)
    option(group, glassy.solve, "ansatz")
    options(group, glassy.scan, "wins", "threads", "progress")
    output_options(parser)


def _scan(given: Given, wrong: Wrong) -> Answer:
    say, (word, values) = _phase(given) | taken(given, "ansatz", "wins", "threads", "progress"), thermal(given)
    return _theory(glassy.scan(network(given, wrong), one(given["load"]), **{word: one(values)}, **say))


def _theory(grid: Any) -> Answer:
    """Return the answer of one Solution, or of several."""
    points, width = list(grid), columns()
    good, s = all(s.status.ok for s in points), points[0]
    head = f"{s.network!r} {s.ansatz!r}"
    if len(points) > 1:
        names = [name for name in POINT if name not in LEARNED or s.network.has_examples]
        return Answer(grid, f"{head}\n{table(points, names, width=width)}", good, statuses(points))
    head += f" {s.phase}, load={cell(s.load)} T={cell(s.T)}"
    return Answer(grid, f"{head}\n{listed(meanings(s, *_known(s)), width=width)}", good, () if good else (_why(s),))


def _known(s: Any) -> list[str]:
    """Return what is said of one Solution: of a network that learns, n; of a state at one example, n_first."""
    return [name for name in THEORY if name not in LEARNED or getattr(s, name) is not None]


def _why(s: Any) -> str:
    """Return why there is no saddle, with the nearest one: what `solve` raises."""
    try:
        glassy.solve(s.network, s.load, s.T, s.phase, s.ansatz)
    except glassy.GlassyError as error:
        return str(error)
    return str(s.status.words(theory=True))


def _diagram_options(parser: Any) -> None:
    network_options(parser)
    options(
        parser.add_argument_group("the diagram"), glassy.phase_diagram, "ansatz", "load_max", "tolerance", "out", "progress"
    )
    output_options(parser, observables=False, html=True)


def _diagram(given: Given, wrong: Wrong) -> Answer:
    diagram = glassy.phase_diagram(network(given, wrong), **taken(given, "ansatz", "load_max", "tolerance", "out", "progress"))
    width = columns()
    failed = [sum(not s.ok for s in line.status) for line in diagram.lines]
    lines = [
        {"line": line.name, "points": len(line.load), "failed": bad or None, "meaning": line.meaning}
        for line, bad in zip(diagram.lines, failed, strict=True)
    ]
    points = [{"point": p.name, "load": p.load, "T": p.T, "meaning": p.meaning} for p in diagram.points]
    parts = (f"{diagram.network!r} {diagram.ansatz!r}, loads up to {diagram.load_max:.6g}", of_rows(lines, width=width))
    text = "\n\n".join((*parts, of_rows(points, width=width)))
    notes = [f"not there: {words}" for words in diagram.absent]
    notes += [f"{sum(failed)} points of lines were not found; the lines break there"] if any(failed) else []
    return Answer(diagram, text, not any(failed), tuple(notes))


def _capacity_options(parser: Any) -> None:
    network_options(parser)
    options(parser.add_argument_group("the theory"), glassy.storage_capacity, "ansatz", "progress")
    output_options(parser, observables=False)


def _capacity(given: Given, wrong: Wrong) -> Answer:
    found = glassy.storage_capacity(network(given, wrong), **taken(given, "ansatz", "progress"))
    return Answer(
        found, f"{found.network!r} {found.ansatz!r}\n{listed(meanings(found, *CAPACITY), width=columns())}", found.status.ok
    )


# ---- simulation ----


def _simulate_options(parser: Any) -> None:
    network_options(parser, spin_glass=True, drawn=True)
    group = parser.add_argument_group("the state")
    option(group, glassy.simulate, "load", help=parameters(glassy.solve)["load"].text)
    options(group, glassy.simulate, "K", "N")
    temperatures(group, glassy.simulate).add_argument(
        "--ladder", **{**AXIS, "metavar": "T"}, help="instead of --T: temperatures that exchange configurations, method "
        "ReplicaExchange (M.5)",
    )  # fmt: skip
    group = parser.add_argument_group("the run")
    options(group, glassy.simulate, *SIMULATION, "out")
    output_options(parser)


def _simulate(given: Given, wrong: Wrong) -> Answer:
    if {"method", "ladder"} <= set(given):
        wrong("--ladder says --method ReplicaExchange. Give one of them; --method goes with --T.")
    say = taken(given, *SIMULATION, "N", "K", "out")
    load = {"load": one(given["load"])} if "load" in given else {}
    if "ladder" in given:
        say |= {"T": given["ladder"], "method": glassy.ReplicaExchange()}
    else:
        word, values = thermal(given)
        say |= {word: one(values)}
    return _runs(glassy.simulate(network(given, wrong), **load, **say))


def _runs(found: Any) -> Answer:
    """Return the answer of one run, or of several."""
    runs, width = [found] if isinstance(found, glassy.Samples) else list(found), columns()
    r, good = runs[0], all(r.status.ok for r in runs)
    patterns = f" K={r.K}" if len({run.K for run in runs}) == 1 and r.network.has_patterns else ""
    head = f"{r.network!r} N={r.N}{patterns}, {r.method!r}: {r.samples} samples of {r.replicas} replicas, {r.sweeps} sweeps"
    lacks = [] if r.replicas > 1 else ["q", "q_abs"]
    lacks += [] if 0.0 < r.T < math.inf else ["specific_heat", "susceptibility"]
    lacks += [] if r.network.has_examples else LEARNED
    lacks += [] if r.network.has_patterns else ["m", "m_abs", "energy_excess", "susceptibility"]
    slow = "m" if r.network.has_patterns else "energy"
    if len(runs) == 1:
        tau = ("tau_int", f"{r.mean(slow).tau_int:.3g}", f"Integrated autocorrelation time of {slow}, in sweeps")
        rows = [*meanings(r, *(name for name in MEANS if name not in lacks)), tau, *meanings(r, "phase", "status")]
        return Answer(found, f"{head}, load={cell(r.load)} T={cell(r.T)}\n{listed(rows, width=width)}", good)
    table = [
        {name: getattr(r, name) for name in ("load", "T", *(name for name in MEAN if name not in lacks))}
        | {"tau_int": float(f"{r.mean(slow).tau_int:.3g}"), "phase": r.phase, "status": r.status}
        for r in runs
    ]
    text = f"{head}\n{of_rows(table, width=width)}"
    if isinstance(found, glassy.Ladder):
        text += f"\n{found.exchange!r}"
    return Answer(found, text, good, statuses(runs))


def _compare_options(parser: Any) -> None:
    network_options(parser, spin_glass=True, drawn=True)
    group = parser.add_argument_group("the state")
    single: Any = {"type": number, "nargs": None, "action": "store"}
    option(group, glassy.solve, "load", **single)
    temperatures(group, glassy.solve, **single)
    options(group, glassy.solve, "phase", "ansatz")
    group = parser.add_argument_group("the runs")
    option(group, glassy.simulate, "N", **many(whole, "N"), required=True)
    option(group, glassy.compare, "powers", **many(correction, "POWER"))
    options(group, glassy.simulate, *SIMULATION)
    option(group, glassy.simulate, "out", help=f"{parameters(glassy.simulate)['out'].text} Each N has a folder in it.")
    output_options(parser)


def _compare(given: Given, wrong: Wrong) -> Answer:
    which, say, (word, value) = network(given, wrong), taken(given, *SIMULATION), thermal(given)
    where: Given = {"load": given["load"], word: value}
    if len(set(given["N"])) < len(given["N"]):
        wrong(f"--N must name each size once, got {' '.join(map(str, given['N']))}: runs of one N and seed are one run.")
    asked = taken(given, "phase", "ansatz")
    if not which.has_signal:
        asked = {"phase": "equilibrium"} | asked
    solution = glassy.solve(which, **where, **asked)
    runs = []
    for N in given["N"]:
        say |= {"out": Path(given["out"]) / f"N={N}"} if "out" in given else {}
        runs.append(glassy.simulate(which, **where, N=N, **say))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", glassy.EquilibrationWarning)  # every row shows its status
        found = glassy.compare(solution, runs, **taken(given, "powers"))
    limits = {row.observable for row in found.extrapolated}
    judging = [row for row in found.rows if math.isinf(row.N) or row.observable not in limits]
    lacks = dict.fromkeys(row.observable for row in judging if not row.used)
    silent = (f"theory is not judged in {', '.join(lacks)}: no row has a z that counts",) if lacks else ()
    good = not lacks and all(row.status.ok for row in found.rows)
    return Answer(found, found.table(), good, (*statuses(found.rows), *silent))


def _messages_options(parser: Any) -> None:
    network_options(parser, spin_glass=True, drawn=True)
    group = parser.add_argument_group("the state")
    option(group, glassy.message_passing, "load", help=parameters(glassy.solve)["load"].text)
    options(group, glassy.message_passing, "K")
    option(group, glassy.message_passing, "N", required=True)
    temperatures(group, glassy.message_passing)
    options(parser.add_argument_group("the iteration"), glassy.message_passing, *ITERATION)
    output_options(parser, observables=False)


def _messages(given: Given, wrong: Wrong) -> Answer:
    which, (word, values) = network(given, wrong), thermal(given)
    loads = given.get("load", ())
    if "plot" in given and len(loads) * len(values) > 1:
        wrong("--plot draws the iterations at one load and T. Give one of each.")
    load = {"load": one(loads)} if loads else {}
    found = glassy.message_passing(which, **load, **{word: one(values)}, **taken(given, "N", "K", *ITERATION))
    points, width = [found] if isinstance(found, glassy.MessagePassing) else list(found), columns()
    r, good = points[0], all(point.status.ok for point in points)
    head = f"{which!r} N={r.N}: message passing from {r.start}, {r.samples} sample{'s' * (r.samples > 1)}"
    known = [name for name in STATES if name not in LEARNED or which.has_examples]
    if len(points) > 1:
        rows = [{name: getattr(point, name) for name in known} | {"iterations": max(point.iterations)} for point in points]
        return Answer(found, f"{head}\n{of_rows(rows, width=width)}", good, statuses(points))
    settled = ("iterations", f"{max(r.iterations)}", "The most that a sample made")
    said = {} if which.has_patterns else COUPLED
    numbers = meanings(r, *(x for x in known if x not in ("load", "T", "status")))
    lines = [*((name, value, said.get(name, words)) for name, value, words in numbers), settled, *meanings(r, "status")]
    text = f"{head}, load={cell(r.load)} T={cell(r.T)}\n{listed(lines, width=width)}"
    if r.samples == 1:
        text += "\nnote: one sample shows no scatter, so that the errors of means over samples are unknown; raise --samples"
    phase = {"pattern": "retrieval", "example": "example"}.get(r.start) if which.has_patterns else "equilibrium"
    saddle = glassy.solve(which, r.load, r.T, phase, strict=False) if phase and r.status.ok else None
    if saddle and saddle.status.ok:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", glassy.EquilibrationWarning)  # every row shows its status
            text += f"\n\n{glassy.compare(saddle, r).table()}"
    return Answer(found, text, good)


# ---- folders ----


def _status_options(parser: Any) -> None:
    parser.add_argument("folder", metavar="FOLDER", help="the folder that was given to Ensemble.run")
    output_options(parser, plot=False)


def _status(given: Given, _: Wrong) -> Answer:
    found = glassy.ensemble_status(given["folder"])
    return Answer(found, found.table(), not found.failed)


COMMANDS = {
    "solve": Command(_solve_options, _solve),
    "scan": Command(_scan_options, _scan),
    "diagram": Command(_diagram_options, _diagram),
    "capacity": Command(_capacity_options, _capacity),
    "simulate": Command(_simulate_options, _simulate),
    "compare": Command(_compare_options, _compare),
    "messages": Command(_messages_options, _messages),
    "status": Command(_status_options, _status),
}
