r"""
A glass by replica exchange
===========================

Beyond the capacity there is nothing to retrieve: a dense network at low temperature
is a spin glass. Below :math:`T_d` it falls into one of exponentially many states and
stays. This page shows a run that is stuck and says so, equilibrates the same network
by replica exchange, and measures three things that theory predicts for the glass: the
distribution of overlaps, the free energy, and that replica symmetry must break.
"""

import math

import matplotlib.pyplot as plt
import numpy as np

import glassy

# %%
# Where the glass is
# ------------------
# P = 3 at load 4, far beyond retrieval, is the Ising 3-spin glass.

network, LOAD = glassy.DenseHebbian(P=3), 4.0
print(glassy.spin_glass_temperatures(network, LOAD))

# %%
# Below :math:`T_d` there are many states, but the paramagnet still has the right free
# energy. Below :math:`T_c` a few of the states carry the equilibrium, in one step of
# replica symmetry breaking; below :math:`T_G` they break up further.
#
# A run that is stuck
# -------------------
# T = 0.8 is well below :math:`T_c`. Half of the replicas start at a pattern, half at
# random, 2000 sweeps:

T_COLD = 0.8
stuck = glassy.simulate(
    network, LOAD, T_COLD, N=32, start="both", samples=8, sweeps=2000, seed=3
)
print("energy", stuck.energy, " q", stuck.q)
print(stuck.status.name, "-", stuck.status.value)

# %%
# The numbers look like numbers, and are those of where each chain happens to sit. The
# verdict comes from replicas of the same sample that disagree by more than each of
# them fluctuates.
#
# A ladder
# --------
# Replica exchange runs one chain at each of many temperatures, and lets neighbours
# swap configurations with the probability that keeps every temperature in its own
# equilibrium (M.5). A cold configuration thus walks up to where it forgets, and a new
# one comes down. ``exchange_temperatures`` places the temperatures so that all
# neighbours swap equally often, by short pilot runs; with T = inf among them the free
# energy is known, too. ``samples=12`` are twelve independent draws of the patterns.

rungs = glassy.exchange_temperatures(
    network,
    LOAD,
    N=32,
    lowest=T_COLD,
    highest=math.inf,
    count=10,
    samples=2,
    rounds=4,
    seed=1,
)
exchange = {"method": glassy.ReplicaExchange(), "start": "random", "samples": 12}
ladder = glassy.simulate(network, LOAD, rungs, N=32, **exchange, sweeps=4000, seed=3)
print(ladder.exchange)
cold = ladder[0]
print(f"T = {cold.T}: energy {cold.energy}, q {cold.q}, {cold.status.name}")
print("usable:", sum(r.status.ok for r in ladder), "of", len(ladder), "temperatures")

# %%
# A round trip is the way of one configuration from the coldest to the hottest
# temperature and back. Where each made at least six ways up, and lost its overlap
# with what it was on the way, the cold end has seen new configurations, not only new
# labels: ``EQUILIBRATED``, of all states.
#
# The distribution of overlaps
# ----------------------------
# Two replicas of the same patterns are either in the same state, with overlap
# :math:`q_1`, or in different ones, with overlap 0. One step of replica symmetry
# breaking says so: two atoms, the weight of the one at zero is :math:`x_1`.

one = glassy.solve(network, LOAD, T_COLD, "spin_glass", glassy.RSB(1))
print(one)
fig, ax = plt.subplots(figsize=(5, 3.4), layout="constrained")
q, density, error = cold.overlap_distribution(bins=33)
blue, red = glassy.plots.COLORS[2:4]
ax.errorbar(
    q, density, error, fmt="o", ms=3, color=blue, label=f"N = {cold.N}, 12 samples"
)
atoms = one.overlap_distribution
for place, weight in zip(atoms.q, atoms.weight, strict=True):
    ax.axvline(place, color=red, label=f"RSB(1): weight {weight:.2f} at {place:.2f}")
ax.set(xlabel="overlap q of two replicas", ylabel="P(q)")
ax.legend(fontsize=8)

# %%
# A network of 32 spins smears the atoms, and 12 samples differ: in one of them a
# single state may take all the weight. The error bars are the scatter between the
# samples.
#
# The free energy
# ---------------
# A ladder that reaches T = inf knows :math:`-\beta f` everywhere: there it is ln 2,
# and the energies lead down (M.8). Far above :math:`T_c` the mean of Z over the
# patterns is known for every N (F.1), and the points must lie on it without any fit.


def beta_f(ladder):
    """Return -beta f with its error by temperature."""
    return {r.T: value for r, value in zip(ladder, ladder.minus_beta_f(), strict=True)}


measured = beta_f(ladder)
for r in ladder:
    if 2.0 < r.T < 4.0:
        known = glassy.annealed(network, r.K, r.N, r.T).minus_beta_f
        value = measured[r.T]
        print(
            f"T = {r.T:.3f}: {value}, mean of Z {known:.5f}, z = {value.z(known):.1f}"
        )

# %%
# Below :math:`T_c` three theories differ: the paramagnet, replica symmetry, and one
# step of breaking. Beside them the ladder above and two of smaller networks, at the
# same temperatures.

sizes = {}
for N, sweeps in ((16, 1500), (24, 2500)):
    smaller = glassy.simulate(
        network, LOAD, rungs, N=N, **exchange, sweeps=sweeps, seed=N
    )
    print(f"N = {N}: {sum(r.status.ok for r in smaller)} of {len(smaller)} usable")
    sizes[N] = beta_f(smaller)
sizes[32] = measured

theories = {
    "paramagnet": ("paramagnetic", glassy.RS(), "0.6"),
    "glass, RS": ("spin_glass", glassy.RS(), glassy.plots.COLORS[3]),
    "glass, RSB(1)": ("spin_glass", glassy.RSB(1), glassy.plots.COLORS[2]),
}
fig, ax = plt.subplots(figsize=(5.5, 3.6), layout="constrained")
grid = np.arange(0.7, 1.9, 0.02)
for name, (phase, ansatz, color) in theories.items():  # NaN where the phase is not
    path = glassy.scan(network, LOAD, grid, phase, ansatz)
    ax.plot(grid, -path.values("free_energy") / grid, color=color, label=name)
for marker, (N, values) in zip("os^", sizes.items(), strict=True):
    x = [T for T in values if T < 1.9]
    y, errors = [float(values[T]) for T in x], [values[T].error for T in x]
    ax.errorbar(x, y, errors, fmt=marker, ms=4, color="k", mfc="none", label=f"N = {N}")
ax.set(xlabel="temperature T", ylabel=r"$-\beta f$")
ax.legend(fontsize=8)

# %%
# The points lie below all three and rise with N. A straight line in 1/N through the
# three sizes, at the coldest temperature, says which theory they rise to:

coldest = [values[T_COLD] for values in sizes.values()]
limit = glassy.extrapolate(list(sizes), coldest, powers=(1.0,))
print(limit)
for name, (phase, ansatz, _) in theories.items():
    s = glassy.solve(network, LOAD, T_COLD, phase, ansatz)
    value, z = -s.free_energy / s.T, limit.value.z(-s.free_energy / s.T)
    print(f"{name:13s} -beta f = {value:.4f}, z = {z:+.1f}, entropy {s.entropy:+.4f}")

# %%
# z is the difference in standard errors, made smaller where an error comes from few
# samples. Twelve samples already speak against the paramagnet and replica symmetry, and
# their entropy rules them out: at this temperature it is negative, which no system of
# spins can have. One step of breaking has a positive entropy and agrees. The
# :doc:`gallery </docs/gallery>` shows the same for P = 2, 3 and 4 with more samples,
# and full replica symmetry breaking where one step is not enough.

plt.show()
