"""The numbers of a command are those of its function; where they go, and the exit code that goes with them."""

import csv
import io
import json

import pytest

import glassy
from glassy.cli.main import MISUSE, UNUSABLE, main

NETWORK = glassy.DenseHebbian(P=3)
RUN = ("--P", "3", "--load", "0.1", "--T", "0.3", "--seed", "3", "--samples", "4", "--sweeps", "200")


def machine(capsys, *words, kind="--json", code=0):
    """What a command writes on stdout for a program, read."""
    assert main([*words, kind, "-"]) == code
    text = capsys.readouterr().out
    return json.loads(text) if kind == "--json" else [*csv.DictReader(io.StringIO(text))]


def test_solve_takes_every_load_at_every_temperature(capsys):
    rows = machine(capsys, "solve", "--P", "3", "--load", "0.1", "0.2", "--T", "0.1:0.3:3", kind="--csv")
    assert [(float(r["load"]), float(r["T"])) for r in rows] == [(x, T) for x in (0.1, 0.2) for T in (0.1, 0.2, 0.3)]
    assert [float(r["m"]) for r in rows] == [glassy.solve(NETWORK, x, T).m for x in (0.1, 0.2) for T in (0.1, 0.2, 0.3)]


def test_the_network_ansatz_and_phase_are_those_asked_for(capsys):
    words = ("--P", "4", "--interactions", "self-interacting", "--load", "0.3", "--T", "0.1", "--ansatz", "RSB(1)")
    (point,) = machine(capsys, "solve", *words, "--phase", "spin_glass")["points"]
    s = glassy.solve(glassy.DenseHebbian(4, "self-interacting"), 0.3, 0.1, "spin_glass", glassy.RSB(1))
    assert (point["free_energy"], point["ansatz"]) == (s.free_energy, {"type": "RSB", "k": 1})
    words = ("--spin-glass", "2:1.0 3:.5", "--load", "1", "--T", "0.9", "--phase", "spin_glass")
    (point,) = machine(capsys, "solve", *words)["points"]
    assert point["free_energy"] == glassy.solve(glassy.SpinGlass({2: 1.0, 3: 0.5}), 1.0, 0.9, "spin_glass").free_energy


def test_a_network_that_learns_says_n(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")  # a table, on any terminal
    words = ["--P", "3", "--examples", "3", "--quality", ".6", "--T", ".5"]
    assert main(["solve", *words, "--load", ".02", "--phase", "example"]) == 0
    out = capsys.readouterr().out
    assert "DenseHebbian(P=3).trained(examples=3, quality=0.6) RS() example" in out
    s = glassy.solve(glassy.DenseHebbian(3).trained(3, 0.6), 0.02, 0.5, "example")
    assert f"{s.n_first:.8g}"[:8] in out
    assert main(["solve", *words, "--load", ".02", ".05", "--supervised"]) == 0
    out = capsys.readouterr().out
    assert "supervised=True" in out
    assert " n " in out.splitlines()[1]


def test_several_values_stand_side_by_side_between_commas_or_behind_one_option_each(capsys):
    ways = (("0.1", "0.2"), ("0.1,0.2",), ("0.1", "--T", "0.2"), ("0.1:0.2:2",))
    found = [machine(capsys, "scan", "--P", "3", "--load", "0.1", "--T", *way, kind="--csv") for way in ways]
    assert [r["T"] for r in found[0]] == ["0.1", "0.2"]
    assert found[1:] == found[:1] * 3


def test_beta_is_that_of_the_functions(capsys):
    (point,) = machine(capsys, "solve", "--P", "3", "--load", "0.1", "--beta", "4")["points"]
    assert (point["T"], point["m"]) == (0.25, glassy.solve(NETWORK, 0.1, beta=4).m)
    rows = machine(capsys, "scan", "--P", "3", "--load", "0.1", "--beta", "2,inf", kind="--csv")
    assert [float(r["T"]) for r in rows] == [0.5, 0.0]
    run = glassy.simulate(NETWORK, 0.1, beta=4, N=20, seed=3, samples=4, sweeps=200)
    words = ("--P", "3", "--load", "0.1", "--beta", "4", *RUN[6:])
    found = machine(capsys, "simulate", *words, "--N", "20", code=0 if run.status.ok else 1)
    assert (found["T"], found["m"]["value"]) == (0.25, run.m)
    main(["compare", *words, "--N", "20", "--json", "-"])
    assert json.loads(capsys.readouterr().out)["solution"]["T"] == 0.25


def test_a_spin_glass_is_simulated_and_compared(capsys):
    words = ("--spin-glass", "2:1", "--disorder", "signs", "--load", "1", "--T", "1.4", "--seed", "3", "--sweeps", "200")
    point = machine(capsys, "simulate", *words, "--N", "16", "--samples", "3")
    run = glassy.simulate(glassy.SpinGlass({2: 1.0}, "signs"), load=1.0, T=1.4, N=16, seed=3, samples=3, sweeps=200)
    assert point["energy"]["value"] == float(run.energy)
    assert main(["simulate", *words, "--N", "16", "--samples", "3"]) in (0, UNUSABLE)
    text = capsys.readouterr().out
    assert "energy " in text
    assert "pattern" not in text
    assert main(["compare", *words, "--N", "16", "24", "--samples", "3", "--phase", "equilibrium"]) in (0, UNUSABLE)
    assert "1/N->0" in capsys.readouterr().out
    assert main(["simulate", "--P", "3", *words[2:], "--N", "16"]) == MISUSE
    assert "--disorder is that of a spin glass" in capsys.readouterr().err


def test_a_spin_glass_has_its_phase_without_being_asked(capsys):
    for command in ("solve", "scan"):
        (point,) = machine(capsys, command, "--spin-glass", "2:1", "--load", "1", "--T", "0.5")["points"]
        assert point["phase"] == "spin_glass"
        assert point["q"] == glassy.solve(glassy.SpinGlass({2: 1.0}), 1.0, 0.5, "spin_glass").q
    machine(capsys, "solve", "--spin-glass", "2:1", "--load", "1", "--T", "1.5", "--phase", "paramagnetic")


def test_scan_is_a_path(capsys):
    rows = machine(
        capsys, "scan", "--P", "3", "--load", "0.1", "0.2", "9", "--T", "0.1", "0.2", "0.2", "--wins", kind="--csv", code=1
    )
    grid = glassy.scan(NETWORK, [0.1, 0.2, 9.0], [0.1, 0.2, 0.2], wins=True)
    assert [r["status"] for r in rows] == [s.status.name for s in grid]
    assert [r["wins"] for r in rows] == ["TRUE", "TRUE", ""]
    assert rows[2]["m"] == "NaN"  # kept, and shown as what it is


def test_capacity(capsys):
    found = machine(capsys, "capacity", "--P", "3", "--ansatz", "RSB(1)")
    there = glassy.storage_capacity(NETWORK, glassy.RSB(1))
    assert (found["load_c"], found["load_t"]["value"], found["status"]) == (there.load_c, there.load_t, "CONVERGED")


def test_diagram(capsys):
    found = machine(capsys, "diagram", "--P", "3", "--tolerance", "0.05", "--load-max", "0.6")
    diagram = glassy.phase_diagram(NETWORK, tolerance=0.05, load_max=0.6)
    assert [line["name"] for line in found["lines"]] == [line.name for line in diagram.lines]
    assert found["lines"][0]["load"] == diagram.lines[0].load.tolist()


def test_simulate_at_one_point_and_on_a_grid(capsys):
    run = glassy.simulate(NETWORK, 0.1, 0.3, 20, seed=3, samples=4, sweeps=200)
    found = machine(capsys, "simulate", *RUN, "--N", "20", code=0 if run.status.ok else 1)
    assert (found["m"]["value"], found["m"]["error"], found["status"]) == (run.m, run.m.error, run.status.name)
    words = ["simulate", *RUN[:4], "--T", "0.3", "inf", *RUN[6:], "--N", "20", "--start", "random", "--burn-in", "50"]
    grid = glassy.simulate(NETWORK, 0.1, [0.3, float("inf")], 20, seed=3, samples=4, sweeps=200, start="random", burn_in=50)
    main([*words, "--json", "-"])
    points = json.loads(capsys.readouterr().out)["points"]
    assert [p["energy"]["value"] for p in points] == [r.energy for r in grid]


def test_simulate_by_replica_exchange(capsys):
    words = [
        "simulate",
        "--P",
        "3",
        "--load",
        "0.3",
        "--N",
        "14",
        "--ladder",
        "0.5",
        "1",
        "inf",
        "--seed",
        "1",
        "--samples",
        "2",
    ]
    code = main([*words, "--sweeps", "3e2"])
    text = capsys.readouterr().out
    T = [0.5, 1.0, float("inf")]
    ladder = glassy.simulate(NETWORK, 0.3, T, 14, seed=1, samples=2, sweeps=300, method=glassy.ReplicaExchange())
    assert code == (0 if all(r.status.ok for r in ladder) else 1)
    assert repr(ladder.exchange) in text
    for r in ladder:
        assert f"{r.energy!r}" in text


def test_compare_keeps_each_size_in_a_folder_of_its_own(tmp_path, capsys):
    words = ["compare", *RUN, "--N", "20", "30", "--out", str(tmp_path)]
    runs = [glassy.simulate(NETWORK, 0.1, 0.3, N, seed=3, samples=4, sweeps=200) for N in (20, 30)]
    there = glassy.compare(glassy.solve(NETWORK, 0.1, 0.3), runs)
    main(words)
    text = capsys.readouterr().out
    assert text.startswith(there.table())
    assert sorted(p.name for p in tmp_path.iterdir()) == ["N=20", "N=30"]
    stamps = {p: p.stat().st_mtime_ns for p in tmp_path.rglob("sample_*.npz")}
    assert len(stamps) == 8
    main(words)
    assert capsys.readouterr().out == text
    assert {p: p.stat().st_mtime_ns for p in tmp_path.rglob("sample_*.npz")} == stamps


def test_compare_takes_a_logarithm_among_the_powers(capsys):
    words = ["compare", *RUN, "--N", "20", "30"]
    runs = [glassy.simulate(NETWORK, 0.1, 0.3, N, seed=3, samples=4, sweeps=200) for N in (20, 30)]
    there = glassy.compare(glassy.solve(NETWORK, 0.1, 0.3), runs, powers=("ln(N)/N", 1.0))
    main([*words, "--powers", "ln(N)/N", "1"])
    assert capsys.readouterr().out.startswith(there.table())
    assert " in ln(N)/N; 0 dof" in there.table()
    assert main([*words, "--powers", "log"]) == 2
    assert "must be a number, got 'log'" in capsys.readouterr().err


def test_compare_is_judged_by_the_rows_that_judge(capsys):
    words = [
        "compare",
        "--P",
        "2",
        "--load",
        "0.05",
        "--T",
        "0.5",
        "--N",
        "100",
        "--samples",
        "8",
        "--sweeps",
        "300",
        "--seed",
        "3",
    ]
    assert main(words) == UNUSABLE
    found = capsys.readouterr()
    assert "LEFT_PHASE" in found.out
    assert "note: LEFT_PHASE: the asked phase does not exist here" in found.out
    assert found.err == ""


COLD = ("--P", "3", "--load", "0.1", "--T", "0", "--N", "20", "30", "--seed", "3", "--samples", "4", "--sweeps", "100")


@pytest.mark.parametrize(
    ("words", "code", "notes"),
    [
        ((*RUN, "--N", "40", "60"), 0, ()),
        ((*RUN, "--N", "20", "30", "40", "--sweeps", "100", "--samples", "8"), UNUSABLE,
         ("note: LEFT_PHASE: the asked phase does not exist here",)),
        ((*RUN, "--N", "40", "--samples", "1"), UNUSABLE,
         ("not judged in m, q, energy, energy_excess: no row", "raise samples")),
        (COLD, UNUSABLE, ("not judged in m, q, energy_excess: no row", "N=20: nothing moved: the error is a bound; raise T")),
    ],
)  # fmt: skip
def test_compare_ends_well_where_every_number_may_be_used(words, code, notes, capsys):
    assert main(["compare", *words]) == code
    text = capsys.readouterr().out
    assert [text.count(note) for note in notes] == [1] * len(notes)
    assert notes or "not judged" not in text


def test_numbers_alone_are_on_stdout_and_notes_on_stderr(capsys):
    assert main(["solve", "--P", "3", "--load", "0.1", "9", "--T", "0.2", "--csv", "-"]) == UNUSABLE
    found = capsys.readouterr()
    assert [r["status"] for r in csv.DictReader(io.StringIO(found.out))] == ["CONVERGED", "LEFT_PHASE"]
    assert found.err.startswith("note: LEFT_PHASE: the asked phase has no saddle point")
    assert "chain" not in found.err


@pytest.mark.slow
def test_files_are_written_beside_the_text(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    files = [str(tmp_path / name) for name in ("a.csv", "a.json", "a.png")]
    words = ["scan", "--P", "3", "--load", "0.1", "--T", "0.1:0.3:3"]
    assert main([*words, "--csv", files[0], "--json", files[1], "--plot", files[2]]) == 0
    text = capsys.readouterr().out
    assert text.splitlines()[1].split()[:2] == ["load", "T"]
    main([*words, "--csv", "-"])
    assert (tmp_path / "a.csv").read_text() == capsys.readouterr().out
    assert len(json.loads((tmp_path / "a.json").read_text())["points"]) == 3
    assert (tmp_path / "a.png").stat().st_size > 1000
    assert (tmp_path / "a.pdf").exists()


@pytest.mark.slow
def test_a_figure_that_fails_loses_no_number(tmp_path, capsys):
    words = ["scan", "--P", "3", "--load", "0.1", "--T", "0.1:0.3:3", "--plot", str(tmp_path / "a"), "--observables"]
    assert main([*words, "energy", "free_energy"]) == 0
    text = capsys.readouterr().out
    assert (tmp_path / "a.png").exists()
    assert main([*words, "wins"]) == MISUSE  # there, but not asked for: no number
    found = capsys.readouterr()
    assert found.out == text
    assert "observables must be numbers of a Solution" in found.err
    assert found.err.count("\n") == 1


def test_a_diagram_becomes_a_page(tmp_path, capsys):
    page = tmp_path / "new folder" / "p3.html"
    assert main(["diagram", "--P", "3", "--tolerance", "0.05", "--html", str(page)]) == 0
    assert "spinodal nose" in capsys.readouterr().out
    assert "spinodal" in page.read_text(encoding="utf-8")
    assert "</html>" in page.read_text(encoding="utf-8")


def test_status_of_an_ensemble_that_failed(monkeypatch, capsys):
    failed = glassy.EnsembleStatus(
        places=(("a", 1, 2),), in_work=(), failed=(("a/1", "no"),), runs=(), workers=1, work_left=None
    )
    monkeypatch.setattr("glassy.ensemble_status", lambda out: failed)
    assert main(["status", "folder"]) == UNUSABLE
    assert "failed: a/1: no" in capsys.readouterr().out


def test_version(capsys):
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith(f"glassy {glassy.provenance().glassy}, commit ")


@pytest.mark.parametrize("width", [50, 200])
def test_narrow_and_wide_terminals_show_the_same_numbers(width, monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", str(width))
    assert main(["solve", "--P", "3", "--load", "0.1", "0.2", "--T", "0.2"]) == 0
    text = capsys.readouterr().out
    assert max(map(len, text.splitlines())) <= width
    for s in (glassy.solve(NETWORK, load, 0.2) for load in (0.1, 0.2)):
        assert f"{s.free_energy:.8g}" in text


def test_messages_are_those_of_message_passing(capsys, tmp_path):
    words = ("messages", "--P", "3", "--N", "40", "--seed", "1", "--samples", "2")
    r = glassy.message_passing(NETWORK, 0.1, 0.3, 40, seed=1, samples=2, start_overlap=0.9)
    rows = machine(capsys, *words, "--load", "0.1", "--T", "0.3", "--start-overlap", "0.9", kind="--csv")
    assert [float(row["m"]) for row in rows] == r.each("m").tolist()
    assert main([*words, "--load", "0.1", "--T", "0.3", "--plot", str(tmp_path / "x.png")]) == 0
    assert (tmp_path / "x.png").exists()
    assert "RS() retrieval" in capsys.readouterr().out  # theory beside it
    assert main([*words, "--load", "0.1", "--T", "0.2", "0.3"]) == 0
    assert main([*words, "--load", "0.1", "--T", "0.2", "0.3", "--plot", "y.png"]) == MISUSE
    assert "--plot draws the iterations at one load and T" in capsys.readouterr().err
    assert main([*words, "--load", "0.6", "--T", "0.05", "--max-iterations", "30"]) == UNUSABLE


def test_messages_of_a_spin_glass_and_of_one_sample(capsys):
    words = ("messages", "--spin-glass", "1:0.3 2:1.0", "--load", "1", "--T", "1.5", "--N", "40", "--seed", "1")
    rows = machine(capsys, *words, "--samples", "2", kind="--csv")
    r = glassy.message_passing(glassy.SpinGlass({1: 0.3, 2: 1.0}), 1.0, 1.5, 40, seed=1, samples=2)
    assert [float(row["q"]) for row in rows] == r.each("q").tolist()
    assert main([*words, "--samples", "1"]) == 0
    text = capsys.readouterr().out
    assert "RS() paramagnetic" in text
    assert "(unknown)" in text
    assert "Magnetization, the mean of x" in text
    assert "T.7, of the couplings" in text
    assert "pattern 0" not in text
    assert "note: one sample shows no scatter" in text
    assert "0.0e+00" not in text
    assert "nan" not in text


def test_messages_of_a_network_that_learns_say_n_and_begin_at_an_example(capsys):
    words = ("messages", "--P", "3", "--load", "0.02", "--T", "0.5", "--N", "60", "--seed", "3", "--samples", "2")
    learns = ("--examples", "3", "--quality", "0.6", "--start", "example")
    assert main([*words, *learns]) == 0
    text = capsys.readouterr().out
    assert "RS() example" in text  # theory beside it
    r = glassy.message_passing(NETWORK.trained(3, 0.6), 0.02, 0.5, 60, seed=3, samples=2, start="example")
    assert next(line.split()[1] for line in text.splitlines() if line.startswith("n_first ")) == repr(r.n_first)
    assert main([*words, "--start", "example"]) == MISUSE
    assert "network must have examples" in capsys.readouterr().err
