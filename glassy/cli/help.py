"""What --help says beside the options: what a command computes, in which units, with examples that a test runs."""

TOP = """\
Replica theory and Monte Carlo of dense Hebbian networks, checked against each other. One network, given by --P (the order of
its interactions), at a load (how many patterns it stores) and a temperature T."""

STATE = """\
The load counts patterns: K = (2 load/P!) N^(P-1) of them (H.1). T is in units of the energy H.2 (distinct interactions, the
default) or H.3 (self-interacting), with k_B = 1: a stored pattern has the energy -1/2 per spin. Other conventions of the
literature are in docs/reference/conventions.md."""

SEVERAL = "Several loads or temperatures: --T 0.1 0.2, or --T 0.1:0.5:9 for nine from 0.1 to 0.5, both ends included."

AFTER = """\
exit codes: 0 all numbers may be used; 1 some may not (a status that is not good: which, and the remedy, is printed), or the
computation failed; 2 the command is wrong, in its options or in a folder that it names; 130 Ctrl-C.

documentation: docs/how-to/command-line.md; labels as (R.5) are equations of
docs/explanation/theory.md, (M.2) of monte-carlo.md."""

ONE_LINE = {
    "solve": "order parameters and free energies of theory at state points",
    "scan": "the same along a path, each point from its neighbour",
    "diagram": "all lines of the phase diagram, as a figure or a page",
    "capacity": "how many patterns at T = 0",
    "simulate": "Monte Carlo of a network of N spins",
    "compare": "theory beside simulations of several N",
    "status": "how far the ensemble in a folder is",
    "sims": "the claims of the repository: list, run, plot, status",
}

TEXTS = {
    "solve": f"""\
Solve the saddle-point equations for infinitely many spins at every given load and T: replica symmetry (R.5) or beyond
(R.1-R.4, R.6, R.7). One point is shown with the meaning of its numbers, several as a table.

{STATE}

{SEVERAL}

examples:

    $ glassy solve --P 4 --load 0.2 --T 0.3
    ...

    $ glassy solve --spin-glass "2:1.0" --load 1 --T 0.5 0.8 --phase spin_glass --ansatz "RSB(1)"
    ...
""",
    "scan": f"""\
Solve along a path of state points, each started from its neighbour: a list of loads at one T, a list of T at one load, or two
lists of one length. With --wins every point says whether its phase is the equilibrium.

{STATE}

{SEVERAL}

examples:

    $ glassy scan --P 3 --load 0.1 0.2 9 --T 0.2
    ...

    $ glassy scan --P 4 --load 0.3:0.42:3 --T 0.3 --ansatz "RSB(1)" --wins --csv -
    ...
""",
    "diagram": f"""\
Trace the lines of the phase diagram in the (load, T) plane: spinodal and coexistence of retrieval, AT line, onset of the spin
glass, with their ends and crossings (theory, section 5). --plot draws it, --html makes a page that shows the solved points.

{STATE}

examples:

    $ glassy diagram --P 3 --tolerance 0.01
    ...

    $ glassy diagram --P 3 --tolerance 0.01 --ansatz "RSB(1)" --plot p3.png --csv p3.csv
    ...
""",
    "capacity": f"""\
Storage capacity at T = 0: load_c, up to which retrieval exists, load_t, up to which it is the ground state, and their exact
upper bounds from the Nishimori line (B.1).

{STATE}

examples:

    $ glassy capacity --P 4
    ...

    $ glassy capacity --P 4 --ansatz "RSB(1)" --json -
    ...
""",
    "simulate": f"""\
Sample a network of N spins by single-spin-flip Monte Carlo (M.2), or with --ladder by replica exchange (M.5). Averages have
standard errors, one in brackets as 0.971(12); the status says whether equilibrium is shown. With --out every finished sample is
kept, and the same command goes on where Ctrl-C or a crash has stopped it.

{STATE}

{SEVERAL}

examples:

    $ glassy simulate --P 3 --load 0.1 --T 0.3 --N 60 --seed 1 --samples 4 --sweeps 500
    ...

    $ glassy simulate --P 3 --load 0.3 --N 20 --ladder 0.5 0.7 1 2 inf --seed 2 --samples 4 --sweeps 2000 --out ladder
    ...
""",
    "compare": f"""\
Solve the theory at one state point, simulate it at several N, and print both beside each other, with the extrapolation to
1/N = 0: by these rows theory is judged, as a finite N is off by about 1/N. z is the difference in standard errors. A phase
without m is met by --start random.

{STATE}

examples:

    $ glassy compare --P 3 --load 0.1 --T 0.3 --N 40 60 --samples 8 --sweeps 300 --seed 3
    ...

    $ glassy compare --P 2 --load 0.05 --T 0.3 --N 100 200 --samples 8 --sweeps 300 --seed 3 --json p2.json
    ...
""",
    "status": """\
Say how far the ensemble in a folder is: finished samples of every state point, what is in work, what failed, and about how
long the rest takes. It may be asked while runs are at work; see docs/how-to/cluster.md.

examples:

    $ glassy status ensemble
    ...

    $ glassy status nowhere
    ...
""",
}
TEXTS = {word: f"{text}\n{AFTER}" for word, text in TEXTS.items()}
