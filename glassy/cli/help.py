"""What --help says beside the options: what a command computes, in which units, with examples that a test runs."""

TOP = """\
Replica theory and Monte Carlo of dense Hebbian networks, checked against each other. One network, given by --P (the order of
its interactions), at a load (how many patterns it stores) and a temperature T."""

STATE = """\
The load counts patterns: K = (2 load/P!) N^(P-1) of them (H.1). T is in units of the energy H.2 (distinct interactions, the
default) or H.3 (self-interacting), with k_B = 1: a stored pattern has the energy -1/2 per spin. In Python
glassy.DenseHebbian.to_convention translates into other conventions of the literature."""

SEVERAL = """\
Several loads or temperatures: --T 0.1 0.2, or --T 0.1,0.2, or --T 0.1:0.5:9 for nine from 0.1 to 0.5, both ends included.
--beta takes 1/T in place of --T."""

AFTER = """\
exit codes: 0 all numbers may be used; 1 some may not (a status that is not good: which, and the remedy, is printed), or the
computation failed; 2 the command is wrong, in its options or in a folder that it names; 130 Ctrl-C; 141 nobody reads on.

documentation: python -c "import glassy; help(glassy.solve)" for the functions; the pages of docs/ in the repository, as "The
command line", "Theory" with the equations of labels as (R.5), "Monte Carlo" with those as (M.2)."""

ONE_LINE = {
    "solve": "order parameters and free energies of theory at state points",
    "scan": "the same along a path, each point from its neighbour",
    "diagram": "all lines of the phase diagram, as a figure or a page",
    "capacity": "how many patterns at T = 0",
    "simulate": "Monte Carlo of a network of N spins",
    "compare": "theory beside simulations of several N",
    "messages": "the mean-field equations of one network, iterated",
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
    DenseHebbian(P=4) RS() retrieval, load=0.2 T=0.3
    m                     0.99590841    Mattis magnetization of the condensed pattern
    ...
    status                CONVERGED     the saddle point is found; ...

    $ glassy solve --spin-glass "2:1.0" --load 1 --T 0.5 0.8 --ansatz "RSB(1)"
    SpinGlass({{2: 1.0}}) RSB(1)
    load    T  phase       m           q  free_energy  ...  status     remarks
       1  0.5  spin_glass  0  0.50517586  -0.79120884  ...  CONVERGED  unstable (replicon -0.0631): try RSB(2)
    ...
""",
    "scan": f"""\
Solve along a path of state points, each started from its neighbour: a list of loads at one T, a list of T at one load, or two
lists of one length. With --wins every point says whether its phase is the equilibrium.

{STATE}

{SEVERAL}

examples:

    $ glassy scan --P 3 --load 0.1 0.2 9 --T 0.2
    DenseHebbian(P=3) RS()
    load    T  phase              m  ...
     0.1  0.2  retrieval  0.9994441  ...  CONVERGED
     0.2  0.2  retrieval  0.9897091  ...  CONVERGED
       9  0.2  retrieval          -  ...  LEFT_PHASE
    note: LEFT_PHASE: the asked phase has no saddle point at this load and T; ...

    $ glassy scan --P 4 --load 0.3:0.42:3 --T 0.3 --ansatz "RSB(1)" --wins --csv -
    ...
""",
    "diagram": f"""\
Trace the lines of the phase diagram in the (load, T) plane: spinodal and coexistence of retrieval, AT line, onset of the spin
glass, with their ends and crossings (theory, section 5). --plot draws it, --html makes a page that shows the solved points.

{STATE}

examples:

    $ glassy diagram --P 3 --tolerance 0.01
    DenseHebbian(P=3) RS(), loads up to 0.556683

    line         points  meaning
    spinodal         18  retrieval exists to the left
    ...
    point                          load           T  meaning
    capacity                 0.37828565           0  storage capacity load_c of the ansatz
    ...

    $ glassy diagram --P 3 --tolerance 0.01 --ansatz "RSB(1)" --plot p3.png --html p3.html
    ...
""",
    "capacity": f"""\
Storage capacity at T = 0: load_c, up to which retrieval exists, load_t, up to which it is the ground state, and their exact
upper bounds from the Nishimori line (B.1).

{STATE}

examples:

    $ glassy capacity --P 4
    DenseHebbian(P=4) RS()
    load_c         0.39572024  ...
    load_t         0.380620424133(11) ...
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
    DenseHebbian(P=3) N=60 K=120, ...: 4 samples of 2 replicas, 500 sweeps, load=0.1 T=0.3
    m               0.99900(30)  Mattis magnetization of pattern 0, signed
    ...
    status          STEADY       the numbers are those of one phase, ...

    $ glassy simulate --P 3 --load 0.3 --N 20 --ladder 0.5 0.7 1 2 inf --seed 2 --samples 4 --sweeps 2000 --out ladder
    DenseHebbian(P=3) N=20 K=40, ReplicaExchange(...
    load    T            m            q        energy  ...
     0.3  0.5    0.037(68)     0.46(17)    -0.556(25)  ...  EQUILIBRATED
    ...
    Exchange(5 temperatures 0.5 to inf: acceptance 0.55 0.34 0.35 0.56; 568 round trips)
""",
    "compare": f"""\
Solve the theory at one state point, simulate it at several N, and print both beside each other, with the extrapolation to
1/N = 0: by these rows theory is judged, as a finite N is off by about 1/N. z is the difference in standard errors. A phase
without m is met by --start random.

{STATE}

examples:

    $ glassy compare --P 3 --load 0.1 --T 0.3 --N 40 60 --samples 8 --sweeps 300 --seed 3
    observable              N      theory             simulation     error        z  status
    m                      40    0.997815            0.99659(93)   9.3e-04   (-1.1)  STEADY...
    m                      60    0.997778            0.99751(63)   6.3e-04   (-0.4)  STEADY...
    m                  1/N->0    0.997778             0.9994(27)   2.7e-03     0.59  STEADY from N=40,60 in N^-1; 0 dof...
    ...
    note: theory is that of N = infinity and is judged in the rows 1/N->0; ...

    $ glassy compare --P 2 --load 0.05 --T 0.3 --N 100 200 --samples 8 --sweeps 300 --seed 3 --json p2.json
    ...
""",
    "messages": f"""\
Iterate the mean-field (TAP) equations of single networks (T.1, T.3) or spin glasses (T.5), from spins near the pattern or fair
ones, or near one example of a network that learns: m, q, energy and free energy of the state they settle in, in tens of
iterations and without noise; beside the theory of infinitely many spins, where it has a saddle. --json and --csv have each
sample in a row. Where a sample does not settle the status is DIVERGED.

{STATE}

{SEVERAL}

examples:

    $ glassy messages --P 3 --load 0.2 --T 0.3 --N 200 --seed 1 --samples 4
    DenseHebbian(P=3) N=200: message passing from pattern, 4 samples, load=0.200025 T=0.3
    m            0.9866(43)  Magnetization x.xi^0/N of pattern 0
    ...
    status       CONVERGED   ...
    observable              N RS() retrieval        message passing     error        z  status
    m                     200    0.983724             0.9866(43)   4.3e-03     0.55  CONVERGED
    ...

    $ glassy messages --P 3 --load 0.2 --T 0.2 0.3 --N 200 --seed 1 --samples 4 --csv -
    ...

    $ glassy messages --spin-glass "1:0.3 2:1.0" --load 1 --T 1.2 --N 200 --seed 1 --samples 4
    SpinGlass({{1: 0.3, 2: 1.0}}) N=200: message passing from random, 4 samples, load=1 T=1.2
    ...
""",
    "status": """\
Say how far the ensemble in a folder is: finished samples of every state point, what is in work, what failed, and about how
long the rest takes. It may be asked while runs are at work; see "Ensembles on one machine and on a cluster" in docs/ of the
repository.

examples:

    $ glassy status ensemble
           2/3        N=20_...
    ...
    3 of 6 samples finished, 0 in work, 0 failed
    remaining: about ... with 2 workers; no run is at work

    $ glassy status ensemble --json -
    ...
""",
}
TEXTS = {word: f"{text}\n{AFTER}" for word, text in TEXTS.items()}
