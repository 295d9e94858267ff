r"""
Theory meets simulation
=======================

The replica method is not rigorous, and a simulation is of finite N, finite length and
few samples. Each is the best check of the other, if one knows what the difference may
be. This page takes one network through it: three sizes, their limit for :math:`1/N
\to 0`, a table of z values, a run that may not be used, and a referee who knows all
states.
"""

import matplotlib.pyplot as plt

import glassy

# %%
# One state point
# ---------------
# P = 3 at load 0.1 and T = 0.4, in the retrieval phase. First theory:

network = glassy.DenseHebbian(P=3)
s = glassy.solve(network, load=0.1, T=0.4)
print(s)
print("stable:", s.stable)

# %%
# ``m`` is the overlap with the pattern, ``q`` that of two replicas with the same
# patterns, ``f`` the free energy per spin. The saddle is stable against replica
# symmetry breaking, so this theory should be right for :math:`N \to \infty`.
#
# Now networks of three sizes. Each run takes many samples of the patterns, with two
# replicas of each:

SIZES = (100, 200, 400)
point = {"load": 0.1, "T": 0.4}
runs = [
    glassy.simulate(network, **point, N=N, samples=24, sweeps=200, seed=7)
    for N in SIZES
]
for run in runs:
    print(f"N = {run.N}: K = {run.K}, m = {run.m}, {run.status.name} at {run.phase}")

# %%
# The table
# ---------
# ``compare`` puts both side by side. z is the difference in standard errors: below 2
# is agreement, above 4 is not.

comparison = glassy.compare(s, runs)
print(comparison.table())

# %%
# Read the rows ``1/N->0``. Theory is that of infinite N and is judged there alone;
# the z of a single size is in brackets, and says how far a small network is from the
# limit. A z of several errors there is no failure: m and q come close to their limits
# like 1/N, and with enough samples that shows.
#
# The energy shows it most: the energy of the pattern itself scatters from sample to
# sample, and hides everything else. ``energy_excess`` is the energy above that of the
# pattern in the same sample (M.4), and far sharper.
#
# A curve
# -------
# The same at several temperatures. Points are the sizes, black dots their limits, the
# dashed line is theory.

comparisons = []
for seed, T in enumerate((0.2, 0.3, 0.4), 10):
    options = {"load": 0.1, "T": T, "samples": 16, "sweeps": 200, "seed": seed}
    sizes = [glassy.simulate(network, N=N, **options) for N in SIZES]
    comparisons.append(glassy.compare(glassy.solve(network, 0.1, T), sizes))
fig, axes = plt.subplots(1, 2, figsize=(8, 3.2), layout="constrained")
glassy.plots.comparison(comparisons, ["m", "energy_excess"], ax=axes)

# %%
# A run that may not be used
# --------------------------
# A small network can leave its pattern although theory says that the pattern is
# stable. Such a run is neither dropped nor averaged in: it has a status, which goes
# through all tables, and it is drawn hollow.

options = {"load": 0.2, "T": 0.5, "N": 30, "samples": 16, "sweeps": 300, "seed": 5}
small = glassy.simulate(network, **options)
lost = (small.final_m < 0.5).mean()
print(f"{small.status.name}: {lost:.0%} of the chains are below m = 0.5 at the end")
print(glassy.compare(glassy.solve(network, load=0.2, T=0.5), small).table())

# %%
# The warning says it once more, wherever such numbers are put to use.
# ``run.evidence`` says what a verdict rests on: drift, agreement of replicas, memory.

print(small.evidence.table())

# %%
# The referee
# -----------
# Is the sampler itself right? For N up to 20 all :math:`2^N` states of one sample can
# be summed. The same seed draws the same patterns, so the run must agree within its
# thermal error, and no limit is needed. ``start="both"`` starts half of the replicas
# at the pattern and half at random: where both ends meet and forget, equilibrium over
# all states is shown, and the status says ``EQUILIBRATED``.

point = {"load": 0.3, "T": 1.2, "N": 12, "seed": 3}
exact = glassy.enumerate_states(network, **point)
run = glassy.simulate(network, **point, samples=1, start="both", sweeps=20_000)
print(run.status.name)
print(glassy.compare(exact, run).table())

# %%
# So: the same words for both sides, errors that hold what is known to be uncertain,
# limits that theory is judged by, and statuses for what must not count. What to do
# when a network no longer forgets is the subject of the next tutorial.

plt.show()
