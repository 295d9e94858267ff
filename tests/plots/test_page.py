"""The interactive diagram: one file that loads nothing, and shows what was solved, as one who points and clicks sees it."""

import json
import re
from dataclasses import replace

import numpy as np
import pytest
from browser import said

import glassy
from glassy import DenseHebbian, InputError, Status
from glassy.phases.diagram import NamedPoint

DIAGRAM = glassy.phase_diagram(DenseHebbian(P=3), tolerance=0.05)


@pytest.fixture(scope="module")
def page():
    return DIAGRAM.to_html(mesh=4)


def data_of(page):
    return json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.S)[1])


def test_the_page_is_one_file_that_loads_nothing(page, tmp_path):
    rest = page.replace("http://www.w3.org/2000/svg", "")
    assert not re.search(r"https?:|//[a-z]+\.|\bsrc=|\bhref=|url\((?!#)|@import|fetch\(|XMLHttpRequest|<link", rest)
    assert "default-src 'none'" in page  # the browser would refuse
    path = DIAGRAM.to_html(tmp_path / "new" / "diagram.html", mesh=4)
    assert path == tmp_path / "new" / "diagram.html"
    assert path.read_text(encoding="utf-8") == page
    assert len(page) < 200_000


def test_the_page_says_what_it_is_of(page):
    head = page[: page.index('<script type="application/json"')]
    for words in (
        "Phase diagram of DenseHebbian(P=3) in RS", "K = (2 load/P!) N^(P-1) stored patterns (H.1)",
        f"glassy {DIAGRAM.provenance.glassy}, commit {DIAGRAM.provenance.commit}",
    ):  # fmt: skip
        assert words in head


def test_every_point_is_solved_where_it_says(page):
    """Points of lines, named points and the mesh; each state is what `solve` gives there, to the last bit."""
    data = data_of(page)
    places = {(p["load"], p["T"]) for p in data["points"]}
    assert len(places) == len(data["points"])
    for line in DIAGRAM.lines:
        assert set(zip(line.load.tolist(), line.T.tolist(), strict=True)) <= places
    assert {(p.load, p.T) for p in DIAGRAM.points} <= places
    assert len([p for p in data["points"] if not p["on"] and "name" not in p]) >= 15
    for p in data["points"][::9]:
        point = glassy.phases_at(DIAGRAM.network, p["load"], p["T"])
        states = [point.equilibrium, *point.metastable]
        assert [(s["phase"], s["m"], s["q"], s["f"], s["residual"]) for s in p["states"]] == [
            (s.phase, s.m, list(s.q_levels), s.free_energy, s.residual) for s in states
        ]
        assert p["states"][0]["role"].startswith("wins")
        assert [s["role"].startswith("wins") for s in p["states"]] == [s.wins for s in states]
        kinds = {"retrieval" if s.phase == "retrieval" else "m = 0" for s in states}
        assert {word.partition(":")[0] for word in p["absent"].split("; ") if word} == {"retrieval", "m = 0"} - kinds


def test_points_that_were_not_found_are_counted_and_break_the_line():
    line = DIAGRAM.lines[0]
    status = (Status.NOT_CONVERGED, *line.status[1:])
    bad = replace(line, load=np.array([np.nan, *line.load[1:]]), status=status)
    data = data_of(replace(DIAGRAM, lines=(bad, *DIAGRAM.lines[1:])).to_html(mesh=0))
    assert data["lines"][0]["at"][0] is None
    assert data["lines"][0]["at"][1] == [line.load[1], line.T[1]]
    assert "1 points of lines were not found: a line breaks there" in data["count"]
    assert "not found" not in data_of(DIAGRAM.to_html(mesh=0))["count"]


NASTY = '</script><script>say(1)</script> & "quoted" <b>bold</b> {{data}} \u2028'


def nasty():
    point = NamedPoint(NASTY, NASTY, 0.1, 0.2)
    code = replace(DIAGRAM.provenance, commit=NASTY)
    return replace(DIAGRAM, points=(point,), lines=DIAGRAM.lines[:2], provenance=code)


def test_text_is_escaped():
    page = replace(nasty(), lines=DIAGRAM.lines).to_html(mesh=0)
    assert "<script>say" not in page
    assert "&lt;script&gt;say" in page  # the commit, as text
    assert data_of(page)["named"][0]["name"] == NASTY
    assert page.count("</script>") == 2


def test_bad_input_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"path must end in \.html, got .*For a picture call plot\(path=...\)"):
        DIAGRAM.to_html(tmp_path / "x.png")
    for mesh in (-1, 2.5, "many"):
        with pytest.raises(InputError, match="mesh must be"):
            DIAGRAM.to_html(mesh=mesh)
    with pytest.raises(InputError, match="diagram must be a PhaseDiagram"):
        glassy.plots.page(3)
    assert not list(tmp_path.iterdir())


# ---- in a browser ----

SEE = """
const text = (s) => [...document.querySelectorAll(s)].map(e => e.textContent);
const at = (i) => { const b = svg.getBoundingClientRect(), p = data.points[i];
  return { clientX: b.left + frame.x(p.load) * b.width / frame.W + 1, clientY: b.top + frame.y(p.T) * b.height / frame.H - 1,
           bubbles: true }; };
const move = (i) => svg.dispatchEvent(new PointerEvent("pointermove", at(i)));
const click = (i) => svg.dispatchEvent(new MouseEvent("click", at(i)));
const key = (k) => svg.dispatchEvent(new KeyboardEvent("keydown", { key: k, bubbles: true }));
const seen = () => ({ where: text("#where")[0], cells: text("#point td"), heads: text("#point h2"), code: text("#point pre"),
  ring: [...svg.querySelectorAll("circle.mark")].map(c => [Number(c.getAttribute("cx")), Number(c.getAttribute("cy"))])[0] });
"""


@pytest.mark.slow
def test_pointing_shows_the_nearest_solved_point_and_its_line_solves_there(page, tmp_path):
    data = data_of(page)
    chosen = list(range(0, len(data["points"]), max(len(data["points"]) // 12, 1)))
    script = SEE + f"""
    const found = {{ none: seen(), points: {chosen}.map(i => {{ move(i); return {{ ...seen(), at: [frame.x(data.points[i].load),
      frame.y(data.points[i].T)] }}; }}) }};
    say(found);"""  # fmt: skip
    found = said(page, script, tmp_path)
    assert found["none"]["cells"] == found["none"]["code"] == []
    for i, seen in zip(chosen, found["points"], strict=True):
        p = data["points"][i]
        assert seen["where"] == "Nearest solved point"
        assert seen["ring"] == pytest.approx(seen["at"], abs=1e-6)
        assert [float(x) for x in seen["cells"][:2]] == pytest.approx([p["load"], p["T"]], rel=1e-3, abs=1e-12)
        assert len(seen["code"]) == len(seen["heads"]) == len(p["states"])
        for code, head, state in zip(seen["code"], seen["heads"], p["states"], strict=True):
            s = eval(code, {"glassy": glassy})  # what the reader copies
            assert (s.load, s.T, s.phase, s.m, s.free_energy) == (p["load"], p["T"], state["phase"], state["m"], state["f"])
            assert head.startswith(s.phase.replace("_", " "))


@pytest.mark.slow
def test_a_click_keeps_and_copies_and_lines_can_be_switched_off(page, tmp_path):
    script = (
        SEE
        + """
    const copied = [];
    const board = { writeText: (t) => { copied.push(t); return Promise.resolve(); } };
    Object.defineProperty(navigator, "clipboard", { value: board });
    const found = {};
    click(3); found.kept = seen(); found.hash = location.hash;
    move(20); found.still = seen();
    key("Escape"); move(20); found.follows = seen();
    const only = data.points.findIndex(p => p.on.length === 1 && p.on[0][0] === "Nishimori" && p.load > 0);
    move(only); found.line = seen();
    found.before = svg.querySelectorAll("path.line").length;
    const box = document.querySelector('input[data-line="Nishimori"]');
    box.focus(); found.focus = document.activeElement === box; box.click();
    found.after = svg.querySelectorAll("path.line").length;
    move(only); found.hidden = seen();
    box.click(); found.again = svg.querySelectorAll("path.line").length;
    click(3); key("ArrowRight"); found.right = data.points[current].load > data.points[3].load;
    key("Enter");
    setTimeout(() => { found.copied = copied; found.button = text("#point button")[0]; say(found); }, 200);
    """
    )
    found = said(page, script, tmp_path)
    assert found["kept"]["where"] == "Nearest solved point, kept"
    assert found["hash"] == "#point=3"
    assert found["still"] == found["kept"]  # the pointer goes to a button without losing the point
    assert found["follows"]["cells"] != found["kept"]["cells"]
    assert found["copied"][0] == found["kept"]["code"][0]
    assert len(found["copied"]) == 3
    assert found["button"] == "Copied"
    assert any("Nishimori" in cell for cell in found["line"]["cells"])
    assert not any("Nishimori" in cell for cell in found["hidden"]["cells"])
    assert found["focus"]
    assert found["right"]
    assert found["before"] == found["again"] == found["after"] + 1 == len(DIAGRAM.lines)


@pytest.mark.slow
def test_it_fits_a_phone_and_nasty_text_stays_text(page, tmp_path):
    script = (
        SEE
        + """
    click(5);
    const e = document.documentElement, r = document.getElementById("readout").getBoundingClientRect();
    say({ width: e.clientWidth, needs: e.scrollWidth, font: getComputedStyle(svg.querySelector("text")).fontSize,
          below: r.top >= svg.getBoundingClientRect().bottom, boxes: [...document.querySelectorAll("#legend label")].map(
          l => l.getBoundingClientRect().height) });"""
    )
    found = said(page, script, tmp_path, frame=360)
    assert found["width"] <= 360
    assert found["needs"] <= found["width"]  # no sideways scrolling
    assert found["font"] == "13px"
    assert found["below"]
    assert min(found["boxes"]) >= 30  # room for a finger
    text = replace(nasty(), lines=DIAGRAM.lines).to_html(mesh=0)
    script = (
        SEE
        + """
    const i = data.points.findIndex(p => p.name); click(i);
    say({ name: data.points[i].name, cells: text("#point td"), bold: document.querySelectorAll("b").length,
          foot: text("footer")[0] });"""
    )
    found = said(text, script, tmp_path)
    assert found["cells"][2] == found["name"] == f"{NASTY}: {NASTY}"
    assert found["bold"] == 0
    assert NASTY in found["foot"]


@pytest.mark.slow
def test_the_address_opens_a_point(page, tmp_path):
    opened = page.replace('"use strict";', '"use strict"; location.hash = "#point=7";', 1)
    found = said(opened, SEE + "say({ ...seen(), current });", tmp_path)
    assert found["current"] == 7
    assert found["where"] == "Nearest solved point, kept"
    found = said(page, SEE + "say({ ...seen(), current });", tmp_path)
    assert found["current"] == -1
