"""The report and the gallery are those of the committed data."""

import json
import re

from sims import _sim, report

RESULTS = _sim.ROOT / "results"


def test_report_and_gallery_are_generated_from_this_data():
    text = (RESULTS / "README.md").read_text()
    for found in RESULTS.glob("*/*/meta.json"):
        meta = json.loads(found.read_text())
        for key in ("verdict", "claim", "command"):
            assert meta[key] in text
    gallery = RESULTS.parent / "docs" / "gallery.md"
    assert gallery.read_text() == report.gallery(RESULTS)
    for figure in re.findall(r"\((\S+\.png)\)", gallery.read_text()):
        assert (gallery.parent / figure).exists()


def test_time_of_a_claim_without_samples_of_its_own():
    assert report.took({"sizes": [[24], [32]], "seconds": 0.2}) == "no sampling of its own"
    assert report.took({"sizes": [24], "core_seconds": 7.0, "seconds": 9.0}) == "sampling took 7 s of one core"
