"""The ledger is a cache of averages and never truth."""

import os

from ensembles import rows, small


def test_the_ledger_is_a_cache_and_never_truth(undisturbed, tmp_path):
    e, wanted = small(), rows(undisturbed[0])
    e.run(tmp_path, "threads")
    ledgers = list(tmp_path.rglob("ledger_*.bin"))
    assert len(ledgers) == 4
    for harm in (lambda b: b"", lambda b: b[:-1000], lambda b: b[:99] + bytes([b[99] ^ 1]) + b[100:], lambda b: b"x" + b):
        for path in ledgers:
            path.write_bytes(harm(path.read_bytes()))
        assert rows(e.read(tmp_path)) == wanted
        assert rows(e.run(tmp_path, "threads")) == wanted
        assert rows(e.read(tmp_path, verify=False)) == wanted
    entry = next(iter(tmp_path.rglob("sample_000002.npz")))  # a true entry does not save a changed file
    entry.write_bytes(entry.read_bytes()[:-1] + b"?")
    assert sum(row.samples == 5 for row in e.read(tmp_path).rows) == 7
    os.utime(next(iter(tmp_path.rglob("sample_000003.npz"))))  # the time of a file says nothing about it
    assert len(e.read(tmp_path, verify=False).damaged) == 1


def test_averages_of_other_code_are_not_believed(tmp_path, monkeypatch):
    from glassy.simulation.keep import ledger

    e = small(sizes=16, loads=0.1)
    with monkeypatch.context() as patch:
        patch.setattr(ledger, "_code", lambda: 17)
        kept = ledger.averages
        patch.setattr(ledger, "averages", lambda points: wrong(kept(points)))
        e.run(tmp_path, "threads")
    assert float(e.read(tmp_path).values("m").ravel()[0]) <= 1.0


def wrong(record):
    record["rungs"]["mean"] += 1.0
    return record
