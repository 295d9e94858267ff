"""Packed patterns (M.12): the vector passes against NumPy, and packed chains against the plain ones, bit for bit."""

import math
import tracemalloc

import numpy as np
import pytest
from packing import MOVES, assert_same

import glassy
from glassy import DenseHebbian, InputError, Metropolis, ReplicaExchange, simulate
from glassy.model.patterns import Patterns
from glassy.numerics import lanes, passes, vector
from glassy.numerics.bits import aligned, misaligned
from glassy.numerics.jit import kernel
from glassy.simulation.kernels import choose as engine
from glassy.simulation.kernels.chains import Chain
from glassy.simulation.kernels.choose import chain_maker, choose_kernel
from glassy.simulation.kernels.packed import PackedChain, fixed_part
from glassy.simulation.kernels.packed_kernel import LEFT, OUTLIERS
from glassy.simulation.kernels.tables import kernel_tables
from glassy.simulation.kernels.windows import find_squares, find_window

needs_vectors = pytest.mark.skipif(not vector.available(), reason="this processor lacks AVX-512 VNNI, VBMI or GFNI")
needs_passes = pytest.mark.skipif(not passes.available(), reason="this processor runs no pass")
KINDS = ("distinct", "self-interacting")
NOTHING = np.zeros((0, 0), np.uint8)  # kept beside the states


def slow_pass(rows, chosen, flipped, sign, state, table):
    """Return the sums of a pass, t = table[state], and update the state: the oracle."""
    blocks = rows.reshape(len(rows), -1, vector.BLOCK, 1)
    bits = np.unpackbits(blocks, axis=3, bitorder="little").transpose(0, 1, 3, 2).reshape(len(rows), -1).astype(bool)
    if flipped is not None:
        state += np.where(bits[flipped], sign, -sign).astype(state.dtype)
    t = table[state.astype(np.int64) % len(table)]
    sums = [int(t[bits[i]].sum()) for i in chosen]
    return sums if flipped is None else [*sums, int(t.sum()), int(t[bits[flipped]].sum())]


@kernel
def look_2(*args):
    passes.look_2(*args)


@kernel
def flip_1(*args):
    passes.flip_1(*args)


@kernel
def flip_4(*args):
    passes.flip_4(*args)


@needs_vectors
@pytest.mark.parametrize("size", [128, 256])
@pytest.mark.parametrize("n_p", [1, 3])
@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(("run", "rows", "flips"), [(look_2, 2, False), (flip_1, 1, True), (flip_4, 4, True)])
def test_passes_equal_their_oracle(size, n_p, sign, run, rows, flips):
    rng = np.random.default_rng(n_p)
    bits = aligned((20, 70 * 64), np.uint8)  # more blocks than are taken at a time
    bits[:] = rng.integers(0, 256, bits.shape)
    most = 127 * (256**n_p - 1) // 255
    table = rng.integers(-most, most + 1, size)
    table[:2] = most, -most
    digits, rest = aligned((n_p, size), np.int8), table
    for row in digits:
        row[:] = (rest + 128) % 256 - 128
        rest = (rest - row) // 256
    assert not rest.any()
    state = aligned((8 * bits.shape[1],), np.int8 if size == 128 else np.uint8)
    state[:] = rng.integers(0, 256, state.size).astype(state.dtype)
    slow, chosen, out = state.copy(), rng.integers(0, 20, 4), np.zeros(6 * n_p, np.int64)
    run(bits, chosen, 7, sign, state, NOTHING, (0,) * n_p, digits, bits.shape[1] // 64, out)
    wanted = slow_pass(bits, chosen[:rows].tolist(), 7 if flips else None, sign, slow, table)
    found = [sum(int(out[s * n_p + n]) << 8 * n for n in range(n_p)) for s in range(len(wanted))]
    assert found == wanted
    assert np.array_equal(state, slow)
    assert found != slow_pass(bits, chosen[:rows].tolist(), 7, 1, state.copy(), table)[: len(found)]  # the twin


@needs_vectors
@pytest.mark.parametrize("sign", [1, -1, 2, -2])
@pytest.mark.parametrize(("run", "rows", "flips"), [(look_2, 2, False), (flip_1, 1, True), (flip_4, 4, True)])
def test_passes_over_squares_equal_their_oracle(sign, run, rows, flips):
    rng = np.random.default_rng(rows)
    bits = aligned((20, 70 * 64), np.uint8)
    bits[:] = rng.integers(0, 256, bits.shape)
    state, table = aligned((8 * bits.shape[1],), np.int8), aligned((1, 256), np.uint8)
    state[:] = rng.integers(-125, 126, state.size)  # room for one flip
    state[:512] = -125  # the largest
    state[512:1024] = 125
    slow, chosen, out = state.copy(), rng.integers(0, 20, 4), np.zeros(6, np.int64)
    run(bits, chosen, 7, sign, state, NOTHING, (0,), table, bits.shape[1] // 64, out)
    squares = np.arange(256).astype(np.int8).astype(np.int64) ** 2
    wanted = slow_pass(bits, chosen[:rows].tolist(), 7 if flips else None, sign, slow, squares)
    wanted = wanted[: rows + flips]
    assert out[: len(wanted)].tolist() == wanted
    assert np.array_equal(state, slow)
    by_hand = 0
    for byte, j in np.argwhere(np.unpackbits(bits[chosen[0]][:, None], axis=1, bitorder="little")):
        by_hand += int(state[byte // 64 * 512 + j * 64 + byte % 64]) ** 2
    assert out[0] == by_hand
    assert wanted != slow_pass(bits, chosen[:rows].tolist(), 7, -sign, state.copy(), squares)[: len(wanted)]  # the twin


@pytest.mark.parametrize(("N", "K"), [(1, 1), (3, 9), (17, 511), (300, 700), (600, 40_000)])
def test_bits_hold_the_patterns(N, K):
    rng = np.random.default_rng(1)
    xi, sigma = (rng.choice([-1, 1], shape).astype(np.int8) for shape in ((N, K), N))
    patterns = Patterns.of(xi)
    assert np.array_equal(patterns.signs, xi)
    assert np.array_equal(patterns.pattern(K - 1), xi[:, K - 1])
    u = np.empty(K, np.uint32)
    misaligned(patterns.bits, sigma, u)
    assert np.array_equal(N - 2 * u.astype(int), sigma.astype(int) @ xi.astype(int))
    drawn = Patterns.drawn(np.random.default_rng(3), K, N)
    assert np.array_equal(Patterns.of(drawn.signs).bits, drawn.bits)  # nothing beyond the last pattern
    assert drawn.bits.ctypes.data % 64 == 0


def both(P, kind, N, K, half=None, start="random", xi=None, seed=0):
    """Return a plain and a packed chain of the same network, with a window of 2 half if given."""
    rng = np.random.default_rng(seed)
    patterns = Patterns.drawn(rng, K, N) if xi is None else Patterns.of(xi)
    sigma = patterns.pattern(0) if start == "pattern" else rng.choice([-1, 1], N).astype(np.int8)
    tables = kernel_tables(DenseHebbian(P, kind), N, K)
    A, B = tables.A.astype(np.int64), tables.B.astype(np.int64)
    window = find_squares(A, B, N, K) if half == "squares" else find_window(B, N, K, half)
    assert window is not None
    return Chain(tables, patterns, sigma), PackedChain(tables, patterns, sigma, fixed_part(tables, patterns, window))


@needs_vectors
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("P", "N", "K", "half"),
    [
        (2, 50, 700, None),
        (3, 61, 700, None),
        (3, 60, 700, 12),  # outliers come and go
        (4, 60, 600, None),
        (4, 140, 1100, 22),
        (5, 40, 513, None),
        (3, 180, 600, 100),  # a table of 256
        (3, 120, 700, "squares"),
        (3, 121, 513, "squares"),
        (3, 900, 600, "squares"),
        (3, 401, 600, "squares"),
        (6, 100, 512, None),
    ],
)
def test_packed_chains_equal_the_plain_ones_bit_for_bit(P, kind, N, K, half):
    plain, packed = both(P, kind, N, K, half)
    accepted = []
    for i, (T, method) in enumerate(MOVES):
        trace = assert_same(plain, packed, method, T, 6, i)
        accepted.append(trace[:, 2].mean() / N)
    assert accepted[0] > 0.9
    assert accepted[-1] < 0.5


@needs_vectors
@pytest.mark.parametrize("rows", [1, 2, 4])
def test_rows_of_a_pass_do_not_matter(rows):
    plain, packed = both(3, "distinct", 40, 900, start="pattern")
    for T in (2.0, 0.3):
        packed.rows = rows
        assert_same(plain, packed, Metropolis(), T, 5, 7)


@needs_vectors
@pytest.mark.parametrize(("N", "half"), [(200, None), (300, "squares"), (301, "squares")])
def test_the_condensed_pattern_leaves_and_enters_the_window(N, half):
    plain, packed = both(3, "distinct", N, 800, half, start="pattern")
    assert packed.moving.now[OUTLIERS] == 1
    assert_same(plain, packed, Metropolis(), 0.2, 4, 1)
    assert packed.moving.now[OUTLIERS] == 1
    assert_same(plain, packed, Metropolis(), math.inf, 4, 2)
    assert packed.moving.now[OUTLIERS] == 0
    assert 0 < packed.moving.now[LEFT] < 128


@needs_vectors
@pytest.mark.parametrize("half", [None, "squares"])
def test_patterns_that_are_all_alike_are_right_if_slow(half):
    """A list of outliers that grows while it runs: repeated and opposite rows."""
    one = np.random.default_rng(5).choice([-1, 1], 300).astype(np.int8)
    xi = np.outer(one, np.resize([1, 1, -1], 600)).astype(np.int8)
    start = np.where(np.arange(300) < 195, one, -one).astype(np.int8)  # m = 0.3 with all of them: no outlier yet
    plain, packed = both(3, "distinct", 300, 600, half, xi=xi)
    plain, packed = Chain(plain.tables, plain.patterns, start), PackedChain(plain.tables, plain.patterns, start, packed.fixed)
    assert packed.moving.now[OUTLIERS] == 0
    assert_same(plain, packed, Metropolis(), 0.1, 6, 1)
    assert packed.moving.now[OUTLIERS] == 600


@needs_vectors
def test_a_wrong_digit_does_not_pass():
    plain, packed = both(4, "distinct", 60, 600)
    packed.fixed.digits[0, (packed.fixed.low + packed.fixed.width // 2) % 128] += 1
    with pytest.raises(AssertionError):
        assert_same(plain, packed, Metropolis(), 1.5, 6, 1)


@pytest.mark.parametrize(
    ("P", "N", "K"), [(2, 1000, 200), (3, 400, 20_000), (4, 100, 30_000), (4, 300, 900_000), (5, 60, 10**5)]
)
def test_window_holds_B_exactly_and_nearly_all_patterns(P, N, K):
    B = kernel_tables(DenseHebbian(P), N, K).B.astype(np.int64)
    w = find_window(B, N, K)
    u = np.arange(w.low, w.low + w.width)
    assert np.array_equal(w.base + w.unit * w.t[u % w.t.size], B[u])
    assert np.array_equal(sum(d.astype(np.int64) << 8 * n for n, d in enumerate(w.digits)), w.t)
    reach = min(N // 2 - w.low, w.low + w.width - 1 - N // 2) - 8
    assert K * math.erfc(reach / math.sqrt(N / 2)) < max(2.0, K / 4000) or w.width >= N


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("N", "K"), [(61, 700), (100, 3000), (401, 20_000), (2000, 400_000)])
def test_squares_hold_B_exactly(N, K, kind):
    tables = kernel_tables(DenseHebbian(3, kind), N, K)
    A, B = tables.A.astype(np.int64), tables.B.astype(np.int64)
    w = find_squares(A, B, N, K)
    u = np.arange(w.low, w.low + w.width)
    state = w.step * u - w.zero
    assert np.array_equal(w.base + w.unit * w.t[state % 256], B[u] << w.shift)
    assert np.array_equal(state**2, w.t[state % 256])
    assert abs(state).max() <= 127
    assert 0 < u[0] <= N - u[-1] <= u[0] + 1  # as near to both ends, which it leaves out
    other = kernel_tables(DenseHebbian(4, kind), N, K)
    assert find_squares(other.A.astype(np.int64), other.B.astype(np.int64), N, K) is None
    for X in (A, B):
        X[N // 2 + 3] += 1
        assert find_squares(A, B, N, K) is None
        X[N // 2 + 3] -= 1
    assert find_squares(A, B, N, K) is not None
    assert find_squares(A, B, N, vector.MOST_SQUARES + 1) is None


def test_squares_too_large_for_their_shift_are_left_to_digits():
    """64-bit sums of B may fit where the eightfold ones do not; numbers that leave 64 bits on the way are no error."""
    N, K = 60, 200
    tables = kernel_tables(DenseHebbian(3), N, K)
    A, B = tables.A.astype(np.int64), tables.B.astype(np.int64)
    room = 2**62 // (8 * K * int(abs(B).max()))
    assert find_squares(A * (room - 1), B * (room - 1), N, K) is not None
    assert find_squares(A * (room + 1), B * (room + 1), N, K) is None
    wild = np.full(N + 1, 2**40)
    wild[2] = -(2**40)
    assert find_squares(A, wild, N, K) is None


def test_choice_of_the_kernel(monkeypatch):
    assert find_window(np.arange(20_001), 20_000, 1000) is None
    monkeypatch.setattr(lanes, "available", lambda: False)
    for available, wanted in ((True, "packed"), (False, "patterns")):
        monkeypatch.setattr(vector, "available", lambda available=available: available)
        assert choose_kernel(DenseHebbian(4), 60, 700) == wanted
        assert choose_kernel(DenseHebbian(3), 60, 100) == "patterns"
        assert choose_kernel(DenseHebbian(2), 1000, 200) == "fields"
        assert choose_kernel(DenseHebbian(2), 1000, 200, "patterns") == "patterns"
        assert choose_kernel(DenseHebbian(3), 20_000, 1000) == "patterns"
    with pytest.raises(InputError, match="needs a processor with avx512f"):
        choose_kernel(DenseHebbian(3), 60, 700, "packed")
    monkeypatch.setattr(vector, "available", lambda: True)
    with pytest.raises(InputError, match="nearly all"):
        choose_kernel(DenseHebbian(3), 20_000, 1000, "packed")
    with pytest.raises(InputError, match=r"must be a DenseHebbian\(P=2\) with kernel='fields'"):
        simulate(DenseHebbian(3), 0.2, 0.5, 20, seed=1, kernel="fields")
    with pytest.raises(InputError, match="kernel must be one of"):
        simulate(DenseHebbian(3), 0.2, 0.5, 20, seed=1, kernel="fast")


@needs_passes
def test_simulate_gives_the_same_numbers_with_every_kernel(tmp_path):
    run = {"load": 0.5, "T": 0.8, "N": 40, "samples": 2, "sweeps": 40, "seed": 3}
    runs = {k: simulate(DenseHebbian(3), **run, kernel=k) for k in ("patterns", "packed", "auto")}
    assert runs["auto"].kernel == "packed"
    assert "kernel=packed" in repr(runs["auto"])
    for r in runs.values():
        assert np.array_equal(r.series.energy, runs["patterns"].series.energy)
        assert np.array_equal(r.series.spins, runs["patterns"].series.spins)
    few = simulate(DenseHebbian(3), **{**run, "samples": 1}, kernel="patterns", out=tmp_path)
    more = simulate(DenseHebbian(3), **run, kernel="packed", out=tmp_path)  # the folder does not mind
    assert few.kernel == "patterns"
    assert np.array_equal(more.series.energy, runs["patterns"].series.energy)
    assert glassy.load(more.save(tmp_path / "x")).kernel == "packed"
    flat = {k: simulate(DenseHebbian(2), 0.5, 0.8, 60, seed=1, sweeps=40, kernel=k) for k in ("patterns", "fields")}
    assert np.array_equal(flat["patterns"].series.energy, flat["fields"].series.energy)


@needs_passes
def test_ladders_exchange_packed_chains():
    T = [0.4, 0.6, 0.9]
    run = {"start": "random", "method": ReplicaExchange(), "sweeps": 60, "seed": 2}
    a, b = (simulate(DenseHebbian(4), 0.3, T, 24, **run, kernel=k) for k in ("patterns", "packed"))
    assert b[0].K >= engine.FEWEST
    for x, y in zip(a, b, strict=True):
        assert np.array_equal(x.series.energy, y.series.energy)
        assert np.array_equal(x.series.q, y.series.q)
    assert np.array_equal(a.exchange.swaps, b.exchange.swaps)


def test_makers_share_what_chains_share():
    network, N, K = DenseHebbian(2), 40, 60
    patterns = Patterns.drawn(np.random.default_rng(1), K, N)
    make = chain_maker("fields", network, kernel_tables(network, N, K), patterns)
    one, two = make(patterns.pattern(0)), make(patterns.pattern(1))
    assert one.interactions is two.interactions
    assert one.energy != two.energy or one.m != two.m


@needs_passes
def test_a_run_fits_into_its_packed_patterns_and_a_fifth():
    """P = 4, N = 300, K = 300000: patterns of 11.3 MB; the states of a chain and all that is made on the way are the rest."""
    options = {"N": 300, "T": 0.5, "sweeps": 2, "burn_in": 0, "samples": 1, "replicas": 2, "seed": 1, "kernel": "packed"}
    simulate(DenseHebbian(4), K=75_000, **options)  # what is kept once: tables, machine code
    tracemalloc.start()
    simulate(DenseHebbian(4), K=300_000, **options)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < (1.2 if vector.available() else 2.8) * 300 * 300_000 / 8  # `lanes` has rows of its own
    assert peak < engine.bytes_of_chains("packed", DenseHebbian(4), 300, 300_000, 2) + 54 * 300 * 30  # the guard knows
