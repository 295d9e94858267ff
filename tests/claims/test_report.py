"""The report and the gallery are those of the committed data."""

import json
import re

import pytest

from sims import _sim, report

RESULTS = _sim.ROOT / "results"


def test_report_and_gallery_are_generated_from_this_data():
    text = (RESULTS / "README.md").read_text()
    for found in RESULTS.glob("*/*/meta.json"):
        meta = json.loads(found.read_text())
        for key in ("verdict", "claim", "command"):
            assert meta[key] in text
    assert text == report.results(RESULTS)
    gallery = RESULTS.parent / "docs" / "gallery.md"
    assert gallery.read_text() == report.gallery(RESULTS)
    for figure in re.findall(r"\((\S+\.png)\)", gallery.read_text()):
        assert (gallery.parent / figure).exists()


CODE = {"glassy": "a", "sims": "b", "date": "2026-12-02"}


def meta(version="0.2.0", **trees):
    return {"provenance": {"glassy": version}, "trees": CODE | trees}


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({}, ""),
        ({"y/2": {"provenance": {"glassy": "0.1.0"}}}, "when a number changed last: y/2."),
        ({"y/2": meta(date="2026-11-30")}, "Of code from before 2026-12-01, when a number changed last: y/2."),
        ({"y/2": meta("0.2.0.dev0")}, "Not of version 0.2.0: y/2."),
        (
            {"y/2": meta(sims="c"), "z/3": meta()},
            "Of other code than most, or of files that were not committed: y/2.",
        ),
        ({"y/2": meta(sims="b+"), "x/1": meta(sims="b+")}, "files that were not committed: x/1, y/2."),
    ],
)
def test_results_of_several_versions_are_told(more, said):
    short = report.shortcomings({"x/1": meta()} | more, "2026-12-01", "0.2.0")
    assert len(short) == bool(said)
    assert said in "".join(short)


def test_the_last_change_of_a_number_is_found_in_the_changelog():
    text = "### Changed\n- 2026-12-09\n### Changed (numbers)\n- 2026-11-02: a\n- **2026-11-12, b.**\n### Fixed\n- 2026-12-08\n"
    assert report.last_change(text) == "2026-11-12"
    assert report.last_change((_sim.ROOT / "CHANGELOG.md").read_text()) >= "2026-11-28"


def test_time_of_a_claim_without_samples_of_its_own():
    assert report.took({"sizes": [[24], [32]], "seconds": 0.2}) == "no sampling of its own"
    assert report.took({"sizes": [24], "core_seconds": 7.0, "seconds": 9.0}) == "sampling took at most 7 s of one core"
