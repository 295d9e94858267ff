"""The quantities of results: unit, long name, and the equation in the docs that says what each is.

Units: "1" for a pure number, "units of H" for energies and temperatures (k_B = 1), "sweeps", and "" for words and what has the
unit of another column. Of a tuple `dim` names its axis.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

ENERGY, BETA = "units of H", "1/(units of H)"


@dataclass(frozen=True)
class Quantity:
    """What is said of a quantity wherever it leaves: unit, long name, label of its equation, axis of a tuple."""

    unit: str = ""
    long_name: str = ""
    label: str = ""
    dim: str = ""


UNKNOWN = Quantity()
SAID: dict[str, tuple[str, ...]] = {
    # the state point, and what it is of
    "network": ("", "network", "H.2"),
    "ansatz": ("", "how replica symmetry is treated", "R.1"),
    "phase": ("", "phase of the numbers"),
    "N": ("1", "number of spins"),
    "K": ("1", "number of patterns", "H.1"),
    "load": ("1", "storage load", "H.1"),
    "T": (ENERGY, "temperature"),
    "t": ("1", "parameter of the interpolation", "I.1"),
    "perturbation": ("", "what was added to the energy", "M.13"),
    "status": ("", "what became of the request"),
    "remarks": ("", "what must be known before the numbers are used"),
    "reason": ("", "why, in words"),
    # averages of theory and simulation
    "m": ("1", "Mattis magnetization of the condensed pattern", "R.4"),
    "alike": ("", "whether the overlaps with all examples stay equal", "L.6"),
    "others": ("H", "larger loads to which other branches of stable saddles reach", "L.3"),
    "n_first": ("1", "overlap with the first example", "L.6"),
    "quality": ("1", "mean overlap of an example with its ground truth", "L.1"),
    "supervised": ("", "whether the means of the examples are stored", "L.1"),
    "examples": ("1", "number of examples of each ground truth", "L.1"),
    "crossover": ("1", "number of examples from which on m >= n", "L.3"),
    "n": ("1", "overlap with an example of the ground truth", "L.3"),
    "m_abs": ("1", "mean of |m|"),
    "q": ("1", "overlap of two replicas", "R.4"),
    "q_abs": ("1", "mean of |q|"),
    "q2": ("1", "mean of q^2"),
    "m_values": ("1", "value of m"),
    "m_weights": ("1", "probability of a value of m"),
    "q_values": ("1", "value of the overlap of two replicas"),
    "q_weights": ("1", "probability of a value of the overlap"),
    "q_EA": ("1", "Edwards-Anderson overlap, the largest level", "R.4"),
    "q_levels": ("1", "overlap q_i of a level", "R.4", "level"),
    "x_levels": ("1", "Parisi breakpoint x_i", "R.4", "step"),
    "y_levels": (BETA, "beta times the breakpoint x_i", "R.4a", "step"),
    "energy": (ENERGY, "energy per spin", "H.2"),
    "energy2": ("(units of H)^2", "mean square of the energy per spin"),
    "energy_excess": (ENERGY, "energy per spin above that of the condensed pattern", "M.4"),
    "pattern_energy": (ENERGY, "energy per spin of the condensed pattern", "M.4"),
    "share": ("1", "share of the chains that end near the pattern"),
    "above": ("1", "overlap from which on a chain is near the pattern"),
    "last": ("sweeps", "sweeps at the end over which it is the mean"),
    "free_energy": (ENERGY, "free energy per spin", "R.2"),
    "minus_beta_f": ("1", "-beta f = ln Z/N", "M.8"),
    "entropy": ("1", "entropy per spin", "R.5a"),
    "specific_heat": ("1", "specific heat per spin", "M.9"),
    "susceptibility": (BETA, "susceptibility of m to a field along the pattern"),
    "local_susceptibility": (BETA, "mean response of a spin to a field on it alone, beta (1 - q_EA)", "R.5a"),
    "binder_m": ("1", "Binder cumulant of m"),
    "binder_q": ("1", "Binder cumulant of q"),
    "acceptance": ("1", "accepted fraction of the flips", "M.2"),
    "exchange_acceptance": ("1", "accepted fraction of the exchanges with the next rung", "M.5"),
    # theory
    "complexity": ("1", "logarithm of the number of states per spin", "B.2"),
    "replicon": ("1", "smallest replicon, stable where positive", "S.1"),
    "replicons": ("1", "replicon of a level, stable where positive", "S.1", "level"),
    "residual": ("", "largest violation of the defining equations", "R.4"),
    "winner": ("", "the phase that wins, where it was asked"),
    "stable": ("", "whether no replicon asks for a further step", "S.1"),
    "wins": ("", "whether the phase is the equilibrium"),
    "role": ("", "equilibrium or metastable"),
    "weight": ("1", "weight of an atom of P(q); of f(m): what the energy of the pattern itself is multiplied by"),
    "mean": ("1", "mean"),
    # phases
    "roots": (ENERGY, "temperature at which the replicon vanishes", "S.1", "root"),
    "T_d": (ENERGY, "dynamical transition temperature", "R.5e"),
    "T_c": (ENERGY, "static transition temperature", "B.2"),
    "T_G": (ENERGY, "Gardner temperature", "S.1"),
    "continuous": ("", "whether the overlap grows from zero at T_c"),
    "load_c": ("1", "load of the spinodal at T = 0", "R.5c"),
    "m_c": ("1", "magnetization at load_c", "R.5c"),
    "load_t": ("1", "load up to which retrieval is the ground state", "R.8"),
    "load_t_ansatz": ("1", "the same with the spin glass in the ansatz, too"),
    "bound_c": ("1", "exact upper bound of load_c", "B.1"),
    "bound_t": ("1", "exact upper bound of load_t", "B.1"),
    "hard": ("1", "share of the hard glass in -beta f", "G.1"),
    "soft": ("1", "share of the soft glass in -beta f", "G.1"),
    "remainder": ("1", "what the two glasses do not account for", "G.1"),
    "total": ("1", "-beta f of the network", "G.1"),
    "x": ("1", "breakpoint x_1"),
    "beta_1": ("1", "inverse temperature of the hard glass", "G.1"),
    "beta_2": ("1", "inverse temperature of the soft glass", "G.1"),
    "field": ("1", "lambda of the Gaussian glass", "G.1"),
    "y": (BETA, "slope of the complexity, beta x", "B.2"),
    "f_dominant": (ENERGY, "free energy of the states that dominate", "B.2"),
    "complexity_dominant": ("1", "complexity of the states that dominate", "B.2"),
    "action": ("1", "A, -beta f in fields and at a fictitious time", "J.1"),
    "source": ("1", "S, gain of A in a unit of fictitious time", "J.1"),
    "velocity": ("1", "of a characteristic in x and y", "J.1", "of"),
    "theta": ("1", "breakpoint of one step", "J.1b"),
    "inner": ("1", "variance of the random field inside the average of the power theta", "J.1b"),
    "slope": (ENERGY, "df/dm, the field along the pattern that holds a network at m", "J.2"),
    "m_minimum": ("1", "m of the minimum of f at the pattern", "J.2"),
    "f_minimum": (ENERGY, "f of the minimum at the pattern", "J.2"),
    "m_top": ("1", "m of the maximum of f beside the minimum", "J.2"),
    "f_top": (ENERGY, "f of the maximum beside the minimum", "J.2"),
    "f_pattern": (ENERGY, "f at m = 1", "J.2"),
    "f_beyond": (ENERGY, "f of the state beyond the maximum, at m = 0", "J.2"),
    "m_pattern": ("1", "mean overlap of all states on the side of the pattern", "J.3"),
    "m_barrier": ("1", "mean overlap of the maximum of f beside them", "J.3"),
    "barrier": (ENERGY, "height of the maximum of f above the minimum at the pattern", "J.2"),
    "depth": (ENERGY, "free energy beyond the barrier less that of the pattern", "J.3"),
    "line": ("", "boundary, or named point"),
    "load_max": ("1", "load where lines without an end stop"),
    "condensed": ("", "whether pattern 0 is condensed"),
    # message passing
    "iterations": ("1", "iterations of message passing", "T.1"),
    "change": ("1", "largest change of a magnetization in the last iteration", "T.1"),
    "converged": ("1", "share of the samples that converged", "T.1"),
    "damping": ("1", "share of the old magnetizations in the new ones"),
    "tolerance": ("1", "change below which message passing has converged"),
    "max_iterations": ("1", "iterations after which message passing gives up"),
    "magnetizations": ("1", "mean of a spin", "T.1"),
    "m_history": ("1", "m after each iteration, the start first"),
    "q_history": ("1", "q after each iteration, the start first"),
    "change_history": ("1", "largest change of a magnetization in each iteration"),
    "spin": ("", "spin"),
    "step": ("1", "step of state evolution", "T.4"),
    "steps": ("1", "steps of state evolution", "T.4"),
    # runs
    "method": ("", "dynamics", "M.2"),
    "kernel": ("", "kernel that ran the chains"),
    "start": ("", "where the chains began"),
    "starts": ("", "where the two runs began"),
    "start_overlap": ("1", "initial overlap with pattern 0"),
    "start_m": ("1", "overlap of the initial spins with pattern 0"),
    "settled": ("", "whether the chain ended in a local minimum"),
    "burn_in": ("sweeps", "sweeps before the first measured one"),
    "seed": ("", "seed of the random numbers"),
    "patterns_drawn": ("", "whether the patterns were drawn from the seed"),
    "watch": ("", "patterns that were watched"),
    "watched": ("1", "Mattis magnetization of a watched pattern"),
    "sample": ("", "sample of the patterns"),
    "replica": ("", "replica, a copy with the same patterns"),
    "pair": ("", "pair of replicas"),
    "first_replica": ("", "first replica of a pair"),
    "second_replica": ("", "second replica of a pair"),
    "pattern": ("", "pattern"),
    "sweep": ("sweeps", "measured sweep, from 1"),
    "samples": ("1", "number of independent samples of the patterns"),
    "asked": ("1", "number of samples that were asked for"),
    "done": ("1", "number of finished samples"),
    "in_work": ("1", "number of samples in work"),
    "failed": ("1", "number of samples that failed in the last run"),
    "replicas": ("1", "number of replicas of a sample"),
    "sweeps": ("sweeps", "measured sweeps of a chain"),
    "least_overlap": ("1", "overlap from which a chain counts as being at a pattern", "M.16"),
    "fewest_rejected": ("1", "attempts that the chain with the fewest of them rejected", "M.16"),
    "attempted": ("1", "attempted exchanges", "M.5"),
    "accepted": ("1", "accepted exchanges", "M.5"),
    "T_next": (ENERGY, "the next hotter temperature of the ladder"),
    "perturbation_next": ("", "what is added at the next rung of the ladder", "M.18"),
    "frozen": ("1", "chains whose energy stood still over the second half"),
    "escaped": ("1", "chains that began at pattern 0 and were not at it throughout"),
    "chains": ("1", "all chains"),
    "length": ("1", "measured sweeps in units of the largest tau_int", "M.16"),
    "relaxed": ("", "verdict of the trends alone", "M.16"),
    "p_drift": ("1", "p-value of no drift", "M.16"),
    "p_apart": ("1", "p-value of the agreement of the replicas", "M.16"),
    "length_over_tau": ("1", "measured sweeps in units of tau_int", "M.16"),
    "taus": ("sweeps", "integrated autocorrelation time", "M.10", "part"),
    "lengths": ("sweeps", "lengths of the parts of the run"),
    "place": ("", "state point of an ensemble"),
    "folder": ("", "folder of an ensemble"),
    "workers": ("1", "workers"),
    "work_left": ("s", "work that remains, of one worker"),
    "seconds_left": ("s", "time that remains with the workers of now"),
    # memory of a chain
    "observable": ("", "observable"),
    "quantity": ("", "what was measured"),
    "lags": ("sweeps", "lag", "M.10"),
    "rho": ("1", "normalised autocorrelation function", "M.10"),
    "tau_int": ("sweeps", "integrated autocorrelation time, 1/2 + sum rho", "M.10"),
    "moved": ("1", "samples that moved"),
    "window": ("sweeps", "lag at which the sum over rho was cut", "M.10"),
    "widths": ("sweeps", "width of the bins", "M.10"),
    "errors": ("", "thermal error of the mean from bins of this width", "M.10"),
    "uncertainties": ("", "standard deviation of that error", "M.10"),
    # theory beside simulation; units are those of the observable
    "theory": ("", "what theory says"),
    "simulation": ("", "what was measured"),
    "value": ("", "value"),
    "error": ("", "one standard error", "M.15"),
    "thermal": ("", "part of the error that longer runs reduce", "M.15"),
    "disorder": ("", "part of the error that more samples reduce", "M.15"),
    "first": ("", "value of the first run", "M.11"),
    "second": ("", "value of the second run", "M.11"),
    "difference": ("", "first minus second", "M.11"),
    "z": ("1", "difference in standard errors, as a normal deviate", "M.15"),
    "p": ("1", "probability of a larger deviation"),
    "chi2": ("1", "chi^2 of the fit in 1/N"),
    "dof": ("1", "degrees of freedom of the fit"),
    "error_dof": ("1", "degrees of freedom of the error, in Student's law", "M.15"),
    "bound": ("", "whether nothing moved, so that the error is a bound"),
    "sizes": ("1", "numbers of spins that the limit was drawn through"),
    "powers": ("1", "powers of 1/N that were fitted", "", "power"),
    "amplitudes": ("", "amplitudes of the powers of 1/N", "", "power"),
    "used": ("", "whether theory may be judged by the row"),
    "usable": ("", "whether a claim may rest on the row"),
    "hollow": ("", "whether a figure shows that the row does not count"),
    "agrees": ("", "whether it lies within 4 errors of theory"),
    "counted": ("1", "rows that judge"),
    "inside": ("1", "rows that judge and agree"),
    "kept": ("1", "limits that are kept and not counted"),
    "rms": ("1", "root mean square of z"),
    "curve": ("", "line of the figure"),
}
QUANTITIES = {name: Quantity(*said) for name, said in SAID.items()}


@lru_cache(maxsize=1024)
def quantity(name: str) -> Quantity:
    """Return what is known of a column: of NAME_error, of NAME_0 of a tuple, and of PREFIX_NAME of a result inside.

    Examples
    --------
    >>> quantity("free_energy_error").long_name, quantity("q_levels_1").unit, quantity("other_entropy").long_name
    ('standard error of the free energy per spin', '1', 'entropy per spin (other)')
    """
    if name in QUANTITIES:
        return QUANTITIES[name]
    stem, _, last = name.rpartition("_")
    if stem and last == "error":
        q = quantity(stem)
        return Quantity(q.unit, f"standard error of the {q.long_name}" if q.long_name else "standard error", "M.15", q.dim)
    if stem and last.isdigit():
        return quantity(stem)
    prefix, _, rest = name.partition("_")
    if not rest:
        return UNKNOWN
    q = quantity(rest)
    return q if q is UNKNOWN else Quantity(q.unit, f"{q.long_name} ({prefix})", q.label, q.dim)
