"""Limits of a glass around T_c in several forms in N, and how finite networks round the jump of the specific heat there."""

from __future__ import annotations

import math

from glassy import Estimate, GlassTheory, Lines, Table

AROUND = 0.75, 1.45  # of T_c
BAD = 1e-3  # p below which a form does not fit
PLAIN = "N^-1,-2"  # the form of the limits in data.csv
ROUNDING = "one curve in (T/T_c - 1) N^w"
FORMS: dict[str, tuple[float | str, ...]] = {
    "N^-1": (1.0,), "N^-1,-2": (1.0, 2.0), "ln(N)/N": ("ln(N)/N",), "ln(N)/N,N^-1": ("ln(N)/N", 1.0), "N^-2/3": (2 / 3,),
    "N^-2/3,-4/3": (2 / 3, 4 / 3), "N^-1/2": (0.5,), "N^-1/2,-1": (0.5, 1.0), "N^-1/3": (1 / 3,), "N^-1/3,-2/3": (1 / 3, 2 / 3),
}  # fmt: skip


def forms(theory: GlassTheory, data: Table) -> Lines:
    """Return the limits of energy and specific heat around T_c in every form, and the exponent w as the last row."""
    low, high = (x * theory.T_c for x in AROUND)
    finite = data.finite.where(T=lambda T: low < T < high, quantity=("energy", "specific heat").__contains__)
    found = [(name, r) for name, form in FORMS.items() for r in finite.limits(form) if len(r.powers) == len(form)]
    curve = [(ROUNDING, r)] if (r := theory.rounding(data)) else []
    names = ("T", "quantity", "theory", "error", "z", "chi2", "dof", "p")
    return Lines(
        {**Lines.row(r, *names, form=name), "limit": r.simulation, "sizes": " ".join(map(str, r.sizes))}
        for name, r in (*found, *curve)
    )


def fitting(limits: Lines) -> int:
    """Return how many limits meet theory within 4 errors in a form that fits."""
    return len(limits.where(z=lambda z: abs(z) <= 4.0, p=lambda p: p >= BAD))


def sentence(found: Lines) -> str:
    """Say which forms meet theory most often, of those that chi2 tests, beside 1/N and 1/N^2; and how the jump is rounded."""
    limits = found.where(dof=lambda n: n > 0, z=math.isfinite)
    good = {name: (fitting(of), len(of)) for name in FORMS if (of := limits.where(form=name))}
    most = max((n for n, _ in good.values()), default=0)
    best = [name for name in good if good[name][0] == most]
    said = [f"{PLAIN} fits {good[PLAIN][0]} of {good[PLAIN][1]}"] if PLAIN in good and PLAIN not in best else []
    named = best[0] if len(best) == 1 else f"each of {len(best)} others"
    said += [f"{named} {most} of {good[best[0]][1]}"] if best else []
    fits = ", ".join(said) or "no form is tested"
    curve = [Estimate(r["limit"], r["error"]) for r in found.where(form=ROUNDING)]
    return f"around T_c {fits}" + "".join(f"; jump rounded in (T-T_c)N^{w}" for w in curve)
