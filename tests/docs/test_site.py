"""The site: it builds without a warning, loads nothing from elsewhere, no link is broken, and a browser shows its pages."""

import re
from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit

import pytest

import glassy
import glassy.plots

pytestmark = pytest.mark.slow
MADE = ("search.html", "genindex.html", "py-modindex.html")  # without a heading of their own
ELSEWHERE = re.compile(r"(?:https?:)?//")


class Page(HTMLParser):
    """What a page loads, where it leads, and the places in it."""

    def __init__(self, text):
        super().__init__()
        self.loads, self.leads, self.ids = [], [], set()
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.ids.update(filter(None, (attrs.get("id"), attrs.get("name") if tag == "a" else None)))
        if tag == "a" and attrs.get("href"):
            self.leads.append(attrs["href"])
        elif tag == "link" and attrs.get("href"):
            self.loads.append(attrs["href"])
        self.loads += filter(None, (attrs.get(key) for key in ("src", "srcset", "poster")))


def pages(site):
    return {path: Page(path.read_text(encoding="utf-8")) for path in sorted(site.rglob("*.html"))}


def broken(site, found):
    """Return the links to files that are not there and to places that no page has."""
    wrong = set()
    for path, page in found.items():
        for link in (*page.leads, *page.loads):
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            known = found.get(target)
            if not target.is_file() or (parts.fragment and known and unquote(parts.fragment) not in known.ids):
                wrong.add((path.relative_to(site).as_posix(), link))
    return wrong


def foreign(site, found):
    """Return what pages and style sheets load from elsewhere."""
    styles = {path: re.findall(r"url\(['\"]?([^)'\"]+)|@import ['\"]([^'\"]+)", path.read_text(encoding="utf-8"))
              for path in site.rglob("*.css")}  # fmt: skip
    loaded = {path: [a or b for a, b in pairs] for path, pairs in styles.items()}
    loaded |= {path: page.loads for path, page in found.items()}
    return {(path.name, url) for path, urls in loaded.items() for url in urls if ELSEWHERE.match(url)}


def test_no_link_is_broken_and_nothing_comes_from_elsewhere(site):
    found = pages(site)
    assert len(found) > 150
    assert broken(site, found) == set()
    assert foreign(site, found) == set()


def test_what_is_broken_or_foreign_is_seen(tmp_path):
    (tmp_path / "a.html").write_text(
        '<p id="here"><a href="b.html"></a><a href="#there"></a><a href="#here"></a><a href="https://x.org"></a>'
        '<script src="https://x.org/a.js"></script><img src="//x.org/a.png"><link rel="stylesheet" href="a.css">'
    )
    (tmp_path / "a.css").write_text("@import 'https://x.org/b.css'; p {background: url(https://x.org/c.png)} q {b: url(d.png)}")
    found = pages(tmp_path)
    assert broken(tmp_path, found) == {("a.html", "b.html"), ("a.html", "#there")}
    assert {url for _, url in foreign(tmp_path, found)} == {
        "https://x.org/a.js", "//x.org/a.png", "https://x.org/b.css", "https://x.org/c.png",
    }  # fmt: skip


def test_every_public_name_and_every_equation_has_its_place(site):
    names = {f"{room.__name__}.{n}" for room in (glassy, glassy.plots) for n in room.__all__ if callable(getattr(room, n))}
    folder = site / "docs" / "reference" / "names"
    assert {path.stem for path in folder.glob("*.html")} == names
    assert all(name in Page((folder / f"{name}.html").read_text(encoding="utf-8")).ids for name in names)
    theory = Page((site / "docs" / "explanation" / "theory.html").read_text(encoding="utf-8"))
    assert {"eq-H-1", "eq-R-5c", "eq-G-1-prime", "eq-I-1"} <= theory.ids
    solve = (folder / "glassy.solve.html").read_text(encoding="utf-8")
    assert "theory.html#eq-R-5" in solve  # a label in a docstring leads to its equation


def test_pages_render_on_a_phone_with_formulas_and_pictures(site, look):
    every = [path.relative_to(site).as_posix() for path in sorted(site.rglob("*.html")) if path.name not in MADE]
    seen, faults = look(every)
    assert faults == []
    assert len(seen) == len(every)
    assert {url for url, page in seen.items() if not page["title"]} == set()
    assert {url: page["width"] for url, page in seen.items() if page["width"] > page["room"]} == {}
    assert {url: page["broken"] for url, page in seen.items() if page["broken"]} == {}
    assert {url for url, page in seen.items() if page["typeset"] != page["formulas"] or page["faults"]} == set()
    assert seen["docs/explanation/theory.html"]["typeset"] > 30


def test_what_a_browser_does_not_show_is_seen(tmp_path, look):
    (tmp_path / "bad.html").write_text(
        '<div style="width: 900px">wide</div><img src="none.png"><div class="math">x</div><script>throw Error("no")</script>'
    )
    seen, faults = look(["bad.html"], tmp_path)
    bad = seen["bad.html"]
    assert bad["width"] > bad["room"] == 390
    assert (bad["title"], bad["formulas"], bad["typeset"], len(bad["broken"]), len(faults)) == ("", 1, 0, 1, 1)


def test_the_search_finds(look):
    words = {"spinodal": "spinodal", "interrupted": "Interrupted", "nonsensical": None}
    seen, _ = look([f"search.html?q={word}" for word in words])
    for page, title in zip(seen.values(), words.values(), strict=True):
        assert any(title in found for found in page["found"]) if title else page["found"] == []
