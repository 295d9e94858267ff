"""The portable passes (M.12) against NumPy, their chains against the plain ones, bit for bit, and their code for Arm."""

import math
import os

import llvmlite.binding as llvm
import numpy as np
import pytest
from llvmlite import ir
from packing import MOVES, assert_same

from glassy import DenseHebbian, InputError, Metropolis, Perturbation, SeparableMemory, simulate
from glassy.model.patterns import Patterns
from glassy.numerics import lanes, passes, vector
from glassy.numerics.bits import aligned, pair_sums
from glassy.numerics.jit import kernel
from glassy.numerics.lanes import ABSOLUTE, DIGITS, EVEN, HALF, MOST_SUM, ODD, PRODUCTS, SQUARES, STATE
from glassy.simulation.kernels.chains import Chain
from glassy.simulation.kernels.choose import choose_kernel
from glassy.simulation.kernels.extras import make_extras
from glassy.simulation.kernels.packed import PackedChain, fixed_part
from glassy.simulation.kernels.packed_kernel import LEFT, OUTLIERS
from glassy.simulation.kernels.tables import kernel_tables
from glassy.simulation.kernels.windows import KINDS, find_kept

needs_lanes = pytest.mark.skipif(not lanes.available(), reason=f"this processor lacks {lanes.NEEDED}")
SETUPS = int(os.environ.get("GLASSY_SETUPS", "40"))  # random networks; 500 in the matrix of processors
FORMS = [
    (SQUARES, 1, 7, 1, STATE, EVEN), (SQUARES, 1, 1, 1, STATE, EVEN), (PRODUCTS, 2, 4, 2, ABSOLUTE, ODD),
    (PRODUCTS, 2, 2, 3, HALF, ODD), (PRODUCTS, 2, 1, 4, STATE, EVEN), (DIGITS, 1, 7, 2, ABSOLUTE, EVEN),
    (DIGITS, 2, 7, 3, HALF, ODD), (DIGITS, 3, 7, 16, STATE, EVEN),
]  # fmt: skip


def slow_pass(rows, chosen, flipped, sign, state, table):
    """Return the sums of a pass, t = table[state mod 256], and update the state: the oracle."""
    bits = np.unpackbits(rows.reshape(len(rows), -1, 1, lanes.WIDTH), axis=2)[:, :, : lanes.PER_BYTE].reshape(len(rows), -1)
    xi = 1 - 2 * bits.astype(np.int64)
    if flipped is not None:
        state += (sign * xi[flipped]).astype(state.dtype)
    t = table[state.astype(np.int64) % 256]
    return [int(xi[i] @ t) for i in (chosen if flipped is None else [*chosen, flipped])]


@kernel
def look_1(*args):
    passes.look_1(*args)


@kernel
def look_4(*args):
    passes.look_4(*args)


@kernel
def flip_2(*args):
    passes.flip_2(*args)


def table_of(form, rng):
    """Return random tables of a form, t over the states mod 256, the bytes kept of these, and states in its window."""
    kind, tables, terms, parts, index, parity = form
    size = 16 * parts
    state = np.arange(256) if index == STATE and kind != SQUARES else np.arange(256).astype(np.int8).astype(int)
    at, sign = abs(state) // (2 if index == HALF else 1), np.sign(state) if parity == ODD else np.ones(256, int)
    most = math.isqrt(MOST_SUM // (2 * terms))
    if kind == SQUARES:
        rows, t, size = [[0] * size], state**2, min(most, 127) + 1
        kept = [abs(state)]
    elif kind == PRODUCTS:
        a, b = rng.integers(0, min(most, 255) + 1, size), rng.integers(-min(most, 127), min(most, 127) + 1, size)
        a[1], b[1] = min(most, 255), min(most, 127)
        a[0] *= parity != ODD or index != ABSOLUTE
        inside = np.minimum(at, size - 1)
        rows, t, kept = [a, b], a[inside] * b[inside] * sign, [a[inside], b[inside] * sign]
    else:
        digits = rng.integers(0, 256, (tables, size))
        digits[:, 1] = 255
        digits[:, 0] *= parity != ODD or index != ABSOLUTE
        inside = np.minimum(at, size - 1)
        value = sum(d << 8 * n for n, d in enumerate(digits))
        rows, t = digits, value[inside] * sign
        kept = [*digits[:, inside], *([sign] if parity == ODD else [])]
    room = 2 if index == HALF else 1  # for one flip
    inner = [s % 256 for s in state.tolist() if room <= abs(s) // room < size - room and (index != HALF or s % 2)]
    return np.array(rows), t, np.array(kept), np.array(inner), room


@needs_lanes
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(("run", "rows", "flips"), [(look_1, 1, False), (look_4, 4, False), (flip_2, 2, True)])
def test_passes_equal_their_oracle(form, sign, run, rows, flips):
    rng = np.random.default_rng(sum(form))
    K = 9 * 7 * lanes.WIDTH - 5
    bits = lanes.to_rows(rng.integers(0, 256, (20, -(-K // 8))).astype(np.uint8), K)
    tables, t, bytes_, inner, step = table_of(form, rng)
    places = bits.shape[1] * 7
    state = aligned((places,), np.int8)
    state[:] = rng.choice(inner, places).astype(np.uint8).view(np.int8)
    state[: places // 3] = inner[np.argmax(abs(t[inner]))].astype(np.uint8).view(np.int8)  # the largest, side by side
    table, kept = aligned(tables.shape, np.uint8), aligned((len(bytes_), places), np.uint8)
    table[:], kept[:] = tables % 256, bytes_[:, state.view(np.uint8)] % 256
    chosen, sums = rng.integers(0, 20, 4), form[1] if form[0] == DIGITS else 1
    slow, out, twin = state.copy(), np.zeros(6 * sums, np.int64), state.copy()
    run(bits, chosen, 7, sign * step, state, kept, tuple((0,) * n for n in form), table, bits.shape[1] // lanes.WIDTH, out)
    wanted = slow_pass(bits, chosen[:rows].tolist(), 7 if flips else None, sign * step, slow, t)
    wanted = wanted[: rows + (flips and form[0] != SQUARES)]
    found = [sum(int(out[s * sums + n]) << 8 * n for n in range(sums)) for s in range(len(wanted))]
    assert found == wanted
    assert np.array_equal(state, slow)
    assert np.array_equal(kept, bytes_[:, state.view(np.uint8)] % 256)
    assert found != slow_pass(bits, chosen[:rows].tolist(), 7, -sign * step, twin, t)[: len(found)]  # the twin


def odd_one(N):
    M = np.arange(N, -N - 1, -2.0)
    return SeparableMemory(-0.5 * np.abs(M) ** 3.5 / N**2.5 * np.where(M > 0, 1.0, -0.3))


def floats(N):
    M = np.arange(N, -N - 1, -2.0)
    return SeparableMemory(-0.5 * np.abs(M) ** 3.5 / N**2.5)


def chains(network, patterns, sigma, perturbation=None):
    tables = kernel_tables(network, patterns.N, patterns.K)
    window = find_kept(tables.A.astype(np.int64), tables.B.astype(np.int64), patterns.N, patterns.K)
    assert window is not None
    extras = make_extras(network, tables, patterns, perturbation, 0)
    fixed = fixed_part(tables, patterns, window)
    return Chain(tables, patterns, sigma, extras), PackedChain(tables, patterns, sigma, fixed, extras)


@needs_lanes
@pytest.mark.parametrize(
    ("network", "N", "K", "form"),
    [
        (DenseHebbian(2), 50, 700, (DIGITS, 1, 7, 2, ABSOLUTE, ODD)),
        (DenseHebbian(3), 61, 700, (SQUARES, 1, 4, 1, STATE, EVEN)),
        (DenseHebbian(3, "self-interacting"), 200, 800, (SQUARES, 1, 7, 1, STATE, EVEN)),
        (DenseHebbian(3), 901, 600, None),
        (DenseHebbian(4), 60, 600, (PRODUCTS, 2, 7, 2, ABSOLUTE, ODD)),
        (DenseHebbian(4, "self-interacting"), 141, 1100, (PRODUCTS, 2, 1, 2, HALF, ODD)),
        (DenseHebbian(5), 40, 513, (DIGITS, 2, 7, 2, ABSOLUTE, EVEN)),
        (DenseHebbian(6, "self-interacting"), 100, 512, (DIGITS, 3, 7, 3, ABSOLUTE, ODD)),
        (floats(61), 61, 1000, (DIGITS, 5, 7, 2, HALF, ODD)),
        (odd_one(50), 50, 700, (DIGITS, 5, 7, 4, STATE, EVEN)),
    ],
    ids=str,
)
@pytest.mark.slow
@pytest.mark.parametrize("start", ["random", "pattern"])
def test_chains_equal_the_plain_ones_bit_for_bit(network, N, K, form, start):
    rng = np.random.default_rng(N)
    patterns = Patterns.drawn(rng, K, N)
    plain, packed = chains(
        network, patterns, patterns.pattern(0) if start == "pattern" else rng.choice([-1, 1], N).astype(np.int8)
    )
    found = tuple(len(part) for part in packed.fixed.form)
    assert form is None or (found[0], *found[2:3], *found[4:]) == (form[0], *form[2:3], *form[4:])
    accepted = [assert_same(plain, packed, method, T, 5, i)[:, 2].mean() / N for i, (T, method) in enumerate(MOVES)]
    assert accepted[0] > 0.9
    assert accepted[-1] < 0.5


@needs_lanes
@pytest.mark.slow
@pytest.mark.setups
@pytest.mark.parametrize("seed", range(SETUPS))
def test_random_networks_give_the_same_numbers(seed):
    rng = np.random.default_rng(1000 + seed)
    N, K = int(rng.integers(20, 260)), int(rng.integers(192, 1500))
    kind = ("distinct", "self-interacting")[rng.integers(2)]
    choice = rng.choice(3, p=[0.8, 0.1, 0.1])
    N = N if choice == 0 else 20 + N % 40  # beyond, tables of floats need the wide kernel
    network = [DenseHebbian(int(rng.integers(2, 7)), kind), floats(N), odd_one(N)][choice]
    patterns = Patterns.drawn(rng, K, N)
    sigma = patterns.pattern(0) if rng.random() < 0.5 else rng.choice([-1, 1], N).astype(np.int8)
    perturbation = Perturbation(rng.normal(size=N), {0: 1.5, int(rng.integers(1, K)): 0.0}) if rng.random() < 0.3 else None
    plain, packed = chains(network, patterns, sigma, perturbation)
    for i in rng.permutation(len(MOVES))[:3]:
        packed.rows = int(rng.choice([1, 2, 4]))
        T, method = MOVES[i]
        assert_same(plain, packed, method, T, 3, int(i))


@needs_lanes
@pytest.mark.parametrize("network", [DenseHebbian(3), DenseHebbian(4), DenseHebbian(5)], ids=str)
def test_the_condensed_pattern_leaves_and_enters_the_window(network):
    patterns = Patterns.drawn(np.random.default_rng(1), 800, 200)
    plain, packed = chains(network, patterns, patterns.pattern(0))
    assert packed.moving.now[OUTLIERS] == 1
    assert_same(plain, packed, Metropolis(), 0.2, 4, 1)
    assert packed.moving.now[OUTLIERS] == 1
    assert_same(plain, packed, Metropolis(), math.inf, 4, 2)
    assert packed.moving.now[OUTLIERS] <= 1
    assert 0 <= packed.moving.now[LEFT] < 128


@needs_lanes
def test_patterns_that_are_all_alike_are_right_if_slow():
    """A list of outliers that grows while it runs: repeated and opposite rows."""
    one = np.random.default_rng(5).choice([-1, 1], 300).astype(np.int8)
    patterns = Patterns.of(np.outer(one, np.resize([1, 1, -1], 600)).astype(np.int8))
    for network in (DenseHebbian(3), DenseHebbian(4)):
        half = chains(network, patterns, one)[1].fixed.width // 2
        start = np.where(np.arange(300) < 148 + half, one, -one).astype(np.int8)  # all near the end of the window
        plain, packed = chains(network, patterns, start)
        assert packed.moving.now[OUTLIERS] == 0
        assert_same(plain, packed, Metropolis(), 0.1, 6, 1)
        assert packed.moving.now[OUTLIERS] == 600


def test_couplings_of_pairs():
    patterns = Patterns.drawn(np.random.default_rng(3), 600, 21)
    J, xi = np.zeros((21, 21), np.int32), patterns.signs.astype(int)
    pair_sums(patterns.bits.view(np.uint64), 600, J)
    assert np.array_equal(J, xi @ xi.T)


@needs_lanes
def test_a_wrong_byte_does_not_pass():
    patterns = Patterns.drawn(np.random.default_rng(1), 700, 60)
    plain, packed = chains(DenseHebbian(4), patterns, patterns.pattern(0))
    packed.fixed.digits[1, 3] += 1
    with pytest.raises(AssertionError):
        assert_same(plain, packed, Metropolis(), 1.5, 6, 1)


@pytest.mark.parametrize(
    ("P", "N", "K"), [(2, 1000, 200), (3, 61, 900), (3, 400, 20_000), (4, 100, 30_000), (4, 151, 900_000), (5, 60, 10**5)]
)
def test_windows_hold_B_exactly_and_nearly_all_patterns(P, N, K):
    tables = kernel_tables(DenseHebbian(P), N, K)
    B = tables.B.astype(np.int64)
    w = find_kept(tables.A.astype(np.int64), B, N, K)
    u = np.arange(w.low, w.low + w.width)
    state = w.step * u - w.zero
    assert np.array_equal(w.base + w.unit * w.t[state % 256] + w.line * state, B[u] << w.shift)
    reach = min(N // 2 - w.low, w.low + w.width - 1 - N // 2) - 8
    assert K * math.erfc(reach / math.sqrt(N / 2)) < max(4.0, K / 2000) or w.width >= N - 1
    kind, tables_, terms = (len(part) for part in w.form[:3])
    kept = w.kept.astype(int)
    if kind == DIGITS:
        value = sum(kept[n] << 8 * n for n in range(tables_))
        sign = kept[tables_].astype(np.uint8).view(np.int8) if len(kept) > tables_ else 1
        assert np.array_equal((value * sign)[state % 256], w.t[state % 256])
    else:
        b = kept[-1].astype(np.uint8).view(np.int8).astype(int)
        assert np.array_equal((kept[0] * b)[state % 256], w.t[state % 256])
        assert 2 * terms * abs(w.t[state % 256]).max() <= MOST_SUM


def test_no_window_where_lanes_would_overflow_or_spins_are_too_many():
    for P, N, K in ((3, 100, 2**23), (3, 20_000, 1000), (4, 200, 2**31)):
        B = kernel_tables(DenseHebbian(P), N, 1000)
        w = find_kept(B.A.astype(np.int64), B.B.astype(np.int64), N, K)
        if w is not None:
            most = abs(w.t).max() if len(w.form[0]) != DIGITS else 255
            assert -(-K // (7 * lanes.WIDTH)) * 28 * most < 2**31
    assert KINDS[0][0] == DIGITS


@needs_lanes
def test_the_choice_falls_on_lanes_without_the_other(monkeypatch):
    monkeypatch.setattr(vector, "available", lambda: False)
    assert choose_kernel(DenseHebbian(4), 60, 700) == "packed"
    run = {"load": 0.5, "T": 0.8, "N": 40, "samples": 2, "sweeps": 40, "seed": 3}
    for network in (DenseHebbian(3), DenseHebbian(4)):
        runs = {k: simulate(network, **run, kernel=k) for k in ("patterns", "packed")}
        assert np.array_equal(runs["packed"].series.energy, runs["patterns"].series.energy)
        assert np.array_equal(runs["packed"].series.spins, runs["patterns"].series.spins)
    monkeypatch.setattr(lanes, "available", lambda: False)
    assert choose_kernel(DenseHebbian(4), 60, 700) == "patterns"
    with pytest.raises(InputError, match="needs a processor with avx512f.* or with SSSE3"):
        choose_kernel(DenseHebbian(3), 60, 700, "packed")


def code_for_arm(S, flips, form):
    """Return the instructions of a pass for an Arm processor of 64 bits."""
    llvm.initialize_all_targets()
    llvm.initialize_all_asmprinters()
    module = ir.Module()
    module.triple = "aarch64-unknown-linux-gnu"
    data, number = ir.IntType(8).as_pointer(), ir.IntType(64)
    names = ("rows", "chosen", "flipped", "sign", "state", "kept", "table", "blocks", "out", "stride", "places")
    kinds = [number if n in ("flipped", "sign", "blocks", "stride", "places") else data for n in names]
    function = ir.Function(module, ir.FunctionType(ir.VoidType(), kinds), "one_pass")
    builder = ir.IRBuilder(function.append_basic_block())
    lanes.Pass(builder, S, flips, form, dict(zip(names, function.args, strict=True)), width=16, arm=True).emit()
    builder.ret_void()
    parsed = llvm.parse_assembly(str(module))
    machine = llvm.Target.from_triple(module.triple).create_target_machine(cpu="cortex-a72", opt=3)
    options = llvm.create_pass_builder(machine, llvm.create_pipeline_tuning_options(3))
    options.getModulePassManager().run(parsed, options)
    return [line.split() for line in machine.emit_assembly(parsed).splitlines() if line[:1] == "\t" and line[:2] != "\t."]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("flips", [False, True])
def test_the_code_for_arm_is_vectors_alone(form, flips):
    """Emitted and looked at, not run: no machine was at hand. No byte is loaded or stored by itself, and one loop is all."""
    try:
        code = code_for_arm(2, flips, form)
    except RuntimeError as error:  # this llvmlite makes no code for Arm
        pytest.skip(str(error))
    names = [line[0] for line in code]
    assert not {"ldrb", "strb", "ldrsb", "ldrh", "strh", "ldurb", "sturb"} & set(names)
    assert sum(name.startswith("b.") or name in ("cbz", "cbnz", "tbz", "tbnz") for name in names) <= 2
    assert {"mla", "mul"} & set(names)
    assert "sadalp" in names
    assert ("tbl" in names) == (flips and form[0] != SQUARES)
