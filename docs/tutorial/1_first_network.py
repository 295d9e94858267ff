r"""
A first network
===============

N Ising spins :math:`\sigma_i = \pm 1` store K random patterns :math:`\xi^\mu`. Each
pattern is a well of energy, and the field that pulls a spin towards pattern 0 grows
with the magnetization :math:`m = \frac1N \sum_i \xi^0_i \sigma_i` like :math:`\frac
P2 m^{P-1}`. P = 2 is Hopfield's network. With P = 4 the wells are narrower, and far
more of them fit in.

This page stores patterns, loses a part of one, gets it back, and asks theory how far
that goes. It takes some seconds; the first time ever, half a minute more, since
machine code is compiled and kept.
"""

import matplotlib.pyplot as plt

import glassy

# %%
# The network
# -----------
# The network itself has no size: it is P, and the kind of interactions. The load says
# how many patterns are stored for a given N, :math:`K = \frac{2\,\mathrm{load}}{P!}
# N^{P-1}` (H.1). At the same load and N = 100:

network = glassy.DenseHebbian(P=4)
hopfield = glassy.DenseHebbian(P=2)
print(hopfield.patterns(load=0.05, N=100), "patterns at P = 2")
print(network.patterns(load=0.05, N=100), "patterns at P = 4")

# %%
# A run
# -----
# ``simulate`` draws the patterns, starts the spins at pattern 0 and moves them by
# Metropolis' rule at temperature T. The seed is yours: the same seed gives the same
# spins on every machine.

run = glassy.simulate(network, load=0.05, T=0.5, N=100, seed=1)
print("m =", run.m)
print("95 % of such intervals hold the truth:", run.m.interval())
print(run.status.name, "at", run.phase)

# %%
# Every number knows its error: 0.99740(24) would be 0.99740 :math:`\pm` 0.00024, one
# standard error, made of what a longer run would change (``run.m.thermal``) and what
# other patterns would change (``run.m.disorder``). And every run has a status, which
# claims no more than the run could show. ``STEADY`` at ``pattern 0`` means: these are
# the numbers of the phase in which the spins remember pattern 0, no chain left it at
# any sweep. Whether another phase has the lower free energy is a question that a run
# from one start cannot answer.
#
# Retrieval
# ---------
# Memory is that a part brings back the whole. So start at overlap 0.7 with the
# pattern, 15 of 100 spins wrong, and keep every sweep: a sweep is one attempted flip
# for each spin. The series of a run are arrays [sample, replica, sweep].

fig, axes = plt.subplots(1, 3, figsize=(9, 3), sharey=True, layout="constrained")
options = {
    "T": 0.2,
    "N": 100,
    "start_overlap": 0.7,
    "burn_in": 0,
    "sweeps": 40,
    "seed": 2,
}
for ax, load in zip(axes, (0.05, 0.2, 0.6), strict=True):
    back = glassy.simulate(network, load, **options)
    chains = back.series.m.reshape(-1, back.sweeps)
    sweeps = range(1, back.sweeps + 1)
    ax.plot(sweeps, chains.T, color="0.6", linewidth=0.8)
    ax.plot(sweeps, chains.mean(axis=0), color=glassy.plots.COLORS[2])
    ax.set(title=f"load {load:g}, K = {back.K}", xlabel="sweep", ylim=(-0.2, 1.05))
    home = (back.final_m > 0.9).mean()
    print(f"load {load:g}: {home:.0%} of the chains are back, {back.status.name}")
axes[0].set_ylabel("magnetization m")

# %%
# Grey is one chain, blue their mean. At small load all chains are back within a few
# sweeps. At the middle one some go astray, and at the largest the pattern is lost.
# The status says that none of these is a measurement of equilibrium: the series
# drift, because we threw no sweep away (``burn_in=0``), or chains are in two phases
# (``LEFT_PHASE``). That is what we wanted to look at here.
#
# What theory says
# ----------------
# For :math:`N \to \infty` the replica method gives the same quantities from a few
# equations. ``solve`` returns the saddle point of one phase, here retrieval in
# replica symmetry (R.5).

s = glassy.solve(network, load=0.05, T=0.5)
print(s)
print(f"theory m = {s.m:.6f}, simulation m = {run.m}, z = {run.m.z(s.m):.1f}")

# %%
# z is the difference in standard errors. Theory is that of infinite N; a network of 100
# spins may well be off by some errors. How to tell a small network from a wrong theory
# is the subject of the next tutorial.
# ``replicon`` is positive where replica symmetry is stable, and ``residual`` says how
# well the equations are solved.
#
# Retrieval ends at a load, the spinodal. At T = 0, which is an exact limit here and
# not a small number, it is the storage capacity of replica symmetry:

for T in (0.0, 0.2, 0.5):
    print(
        f"T = {T}: retrieval exists up to load",
        round(glassy.spinodal(network, T).load, 6),
    )

# %%
# Beyond it ``solve`` raises an error that says where the end was. It never returns
# the numbers of another phase:

try:
    glassy.solve(network, load=0.6, T=0.2)
except glassy.PhaseError as error:
    print(error)

# %%
# The whole map
# -------------
# ``phase_diagram`` draws all boundaries: left of the spinodal retrieval exists, left
# of coexistence it wins over the glass. Dashed is replica symmetry, solid one step of
# replica symmetry breaking, which RS needs at low temperature.

diagrams = [
    glassy.phase_diagram(network, ansatz) for ansatz in (glassy.RS(), glassy.RSB(1))
]
fig, ax = plt.subplots(figsize=(6, 4.5), layout="constrained")
glassy.plots.draw_phase_diagram(ax, diagrams)
ax.legend(handles=glassy.plots.diagram_legend(diagrams), fontsize=7)

# %%
# Which phase wins at one point, and what else exists there, with all numbers:

print(diagrams[1].at(load=0.42, T=0.2))

# %%
# The words after ``unstable`` say what to try next, and how far to trust what is
# there: the glass has the lower free energy, retrieval is metastable, and for
# retrieval one more step would be right.
#
# Next: theory against simulation, with errors, in one call.

plt.show()
