"""Chains over packed patterns: what they share, and the chain."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from glassy.model.patterns import Int8Array, Patterns
from glassy.numerics import lanes
from glassy.numerics.bits import BLOCK, aligned, pair_sums
from glassy.simulation.kernels import packed_kernel
from glassy.simulation.kernels.chains import Chain
from glassy.simulation.kernels.extras import Extras
from glassy.simulation.kernels.packed_kernel import Fixed, Moving, run_packed
from glassy.simulation.kernels.tables import KernelTables
from glassy.simulation.kernels.windows import Window

IntArray = npt.NDArray[np.int64]
SOME = 2**16  # patterns at a time


def fixed_part(tables: KernelTables, patterns: Patterns, window: Window) -> Fixed:
    """Return what all chains of a sample share."""
    K, w = patterns.K, window
    bits = patterns.bits if w.masked else lanes.to_rows(patterns.bits, K)
    R = np.array([2 * int(np.unpackbits(row).sum()) - K for row in patterns.bits], np.int64)
    A = tables.A.astype(np.int64)
    slope = int(A[2] - A[1]) if w.squares else 0
    bend = A - A[1] - slope * (np.arange(A.size) - 1) if w.squares else np.zeros_like(A)
    J = np.zeros((0, 0), np.int32)
    if w.line != 0:
        J = np.zeros((patterns.N, patterns.N), np.int32)
        pair_sums(patterns.bits.view(np.uint64), K, J)
    places = bits.shape[1] * (8 if w.masked else lanes.PER_BYTE)
    return Fixed(
        bits=bits, R=R, first=patterns.pattern(0), pads=_places(np.arange(K, places), w.masked), B=tables.B.astype(np.int64),
        t=w.t, digits=w.digits, kept=w.kept, form=w.form, masked=int(w.masked), sums=w.sums, squares=w.squares, slope=slope,
        bend=bend, base=w.base, unit=w.unit, shift=w.shift, step=w.step, zero=w.zero, low=w.low, width=w.width, N=patterns.N,
        line=w.line, J=J,
    )  # fmt: skip


def _places(k: Any, masked: bool) -> IntArray:
    """Return the places of patterns: bit j of byte l of block b is at 512 b + 64 j + l; for `lanes`, they are in order."""
    return np.asarray(k // 512 * 512 + (7 - k % 8) * 64 + k % 512 // 8 if masked else k, np.int64)


class PackedChain(Chain):
    """The same chain over packed patterns: spins, traces and energies are equal bit for bit.

    Parameters
    ----------
    fixed : Fixed
        `fixed_part`, shared by the chains of one sample.
    """

    counts = np.uint16  # N < 2^16

    def __init__(
        self, tables: KernelTables, patterns: Patterns, sigma: Int8Array, fixed: Fixed, extras: Extras | None = None
    ) -> None:
        self.fixed = fixed
        self.rows = 2
        super().__init__(tables, patterns, sigma, extras)

    def _keep(self, u: npt.NDArray[Any], a: int, b_sum: int) -> None:
        f, size = self.fixed, self.fixed.t.size
        centre = f.low + f.width // 2
        here = (f.step * centre - f.zero) % size
        state = aligned((f.bits.shape[1] * (8 if f.masked else lanes.PER_BYTE),), np.uint8)
        total, found = (self._masked if f.masked else self._signed)(u, state, centre, here)
        kept = aligned((len(f.kept), state.size if len(f.kept) else 0), np.uint8)
        for row, table in zip(kept, f.kept, strict=True):
            np.take(table, state, out=row, mode="wrap")
        lists = np.zeros((3, max(64, 2 * len(found))), np.int64)
        for n, (k, true_u) in enumerate(found):
            extra = f.B[true_u] - ((f.base + f.unit * f.t[here]) >> f.shift) - f.line * (f.step * true_u - f.zero)
            lists[:, n] = _places(np.int64(k), bool(f.masked)), true_u, extra
        now = np.zeros(8, np.int64)
        now[packed_kernel.A], now[packed_kernel.ENERGY] = a, self.energy
        now[packed_kernel.TOTAL] = total
        now[packed_kernel.M] = f.N - 2 * int(u[0])
        now[packed_kernel.SITE], now[packed_kernel.OUTLIERS] = -1, len(found)
        L = -(f.step * (f.J.astype(np.int64) @ self.sigma.astype(np.int64))) // 2 if f.line else np.zeros(0, np.int64)
        wide = f.masked and size == 256 and not f.squares
        self.moving = Moving(self.sigma, state if wide else state.view(np.int8), kept, lists[0], lists[1], lists[2], now, L)

    def _masked(
        self, u: npt.NDArray[Any], state: npt.NDArray[np.uint8], centre: int, here: int
    ) -> tuple[int, list[tuple[int, int]]]:
        """Set the states; return the sum of t over all patterns, and those outside the window with their u."""
        f, blocks, total, found = self.fixed, state.reshape(-1, 8, BLOCK), 0, []
        for j in range(8):  # a bit of all bytes: little memory beside what stays
            eighth = u[7 - j :: 8]
            residues = np.full(f.bits.shape[1], here, self.counts)
            inside = self._residues(eighth, centre, residues[: eighth.size])
            total += int(f.t[residues[: eighth.size]].sum())
            blocks[:, j] = residues.reshape(-1, BLOCK)
            found += [(8 * byte + 7 - j, int(eighth[byte])) for byte in np.flatnonzero(~inside).tolist()]
        return total, found

    def _signed(
        self, u: npt.NDArray[Any], state: npt.NDArray[np.uint8], centre: int, here: int
    ) -> tuple[int, list[tuple[int, int]]]:
        """Set the states; return the sum of t over the places without a pattern, and the patterns outside the window."""
        found: list[tuple[int, int]] = []
        state[:] = here
        for start in range(0, u.size, SOME):
            part = u[start : start + SOME]
            residues = np.empty(part.size, self.counts)
            inside = self._residues(part, centre, residues)
            state[start : start + part.size] = residues
            found += [(start + int(k), int(part[k])) for k in np.flatnonzero(~inside).tolist()]
        return self.fixed.pads.size * int(self.fixed.t[here]), found

    def _residues(self, u: npt.NDArray[Any], centre: int, out: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
        """Write the states mod `t.size`, of the centre where u lies outside the window; return where it lies inside."""
        f = self.fixed
        inside = (u >= f.low) & (u < f.low + f.width)
        out[:] = (f.step * np.where(inside, u, self.counts(centre)).astype(np.int64) - f.zero) % f.t.size
        return np.asarray(inside)

    def run(self, sites: IntArray, thresholds: npt.NDArray[np.float64], spins: Int8Array, trace: IntArray) -> None:
        """Attempt the flips; write the spins and the trace of every sweep."""
        done, x = 0, self.extras
        while True:
            done = run_packed(
                tuple(self.fixed), tuple(self.moving), x.scale, x.turn, x.own, self.own_u, x.energies,
                self.rows, done, sites, thresholds, spins, trace,
            )  # fmt: skip
            if done == sites.size and self.moving.now[packed_kernel.SITE] < 0:
                break
            m = self.moving
            place, true_u, extra = (np.concatenate([x, np.zeros_like(x)]) for x in (m.place, m.u, m.extra))
            self.moving = m._replace(place=place, u=true_u, extra=extra)
        self.energy = int(self.moving.now[packed_kernel.ENERGY])

    def wear(self, extras: Extras, change: int) -> None:
        """Go on from the same spins with something else added to the same patterns, by which their energy changes."""
        super().wear(extras, change)
        self.moving.now[packed_kernel.ENERGY] = self.energy

    def adapt(self, trace: IntArray) -> None:
        """Choose how many spins a pass looks ahead, by the accepted share."""
        rate = trace[:, 2].mean() / self.sigma.size
        if not self.fixed.masked:
            alone, two = 0.1, 0.0  # a row costs nearly the same alone
        else:
            alone, two = (0.4, 0.08) if self.fixed.squares else (0.9, 0.2)  # a flip of squares costs little beside rows in vain
        self.rows = 1 if rate > alone else 2 if rate > two else 4
