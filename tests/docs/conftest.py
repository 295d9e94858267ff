"""The site, built once for all tests and workers, and a browser that measures its pages."""

import functools
import json
import os
import re
import shutil
import subprocess
import sys
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path

import pytest
from filelock import FileLock

ROOT = Path(__file__).resolve().parents[2]
NEEDED = ("sphinx", "myst_parser", "numpydoc", "sphinx_gallery", "furo", "sphinx-mathjax-offline")
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None)
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--enable-logging=stderr", "--virtual-time-budget=3000000", "--dump-dom",
)  # fmt: skip
PROBE = """<!DOCTYPE html><iframe id="f" width="390" height="844" style="border:0"></iframe><script>
const sleep = t => new Promise(done => setTimeout(done, t));
async function look(url) {
  const frame = document.getElementById("f");
  await new Promise(done => { frame.onload = done; frame.src = url; });
  const page = frame.contentWindow, doc = frame.contentDocument;
  if (page.MathJax?.startup) await page.MathJax.startup.promise;
  for (let i = 0; url.includes("?q=") && i < 100 && !doc.querySelector("#search-results li"); i++) await sleep(100);
  return {
    url, title: doc.querySelector("h1")?.textContent ?? "",
    width: doc.documentElement.scrollWidth, room: page.innerWidth,
    formulas: doc.querySelectorAll("div.math, span.math").length, typeset: doc.querySelectorAll("mjx-container").length,
    faults: doc.querySelectorAll("[data-mml-node=merror], mjx-merror").length,
    found: [...doc.querySelectorAll("#search-results li a")].map(a => a.textContent),
    broken: [...doc.images].filter(i => i.complete && !i.naturalWidth).map(i => i.src),
  };
}
(async () => {
  const seen = [];
  for (const url of PAGES) seen.push(await look(url));
  const out = document.createElement("pre");
  out.textContent = JSON.stringify(seen);
  out.id = "seen";
  document.body.append(out);
})();
</script>"""


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """Return the folder of the built site; whoever asks first builds it."""
    if lacking := [name for name in NEEDED if find_spec(name) is None]:
        pytest.skip(f"not installed: {', '.join(lacking)} (extra docs)")
    base = tmp_path_factory.getbasetemp()
    root = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    out = root / "site"
    with FileLock(root / "site.lock"):
        if not (out / "done").exists():
            call = [sys.executable, str(ROOT / "docs" / "site" / "build.py"), "--out", str(out)]
            done = subprocess.run(call, cwd=root, capture_output=True, text=True, timeout=1500, check=False)
            assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-8000:]
            (out / "done").touch()
    return out / "html"


class Handler(SimpleHTTPRequestHandler):
    """The site, and at /probe.html a page that opens its pages in a frame as wide as a phone."""

    probe = ""

    def do_GET(self):
        if self.path != "/probe.html":
            return super().do_GET()
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        return self.wfile.write(self.probe.encode())

    def log_message(self, *args):
        pass


@pytest.fixture
def look(site, tmp_path):
    """Return a function: what a browser sees of pages, by their paths in the site or in another folder."""
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine")

    def measure(pages, folder=site):
        handler = type("Probe", (Handler,), {"probe": PROBE.replace("PAGES", json.dumps(pages))})
        server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(handler, directory=str(folder)))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            url = f"http://127.0.0.1:{server.server_port}/probe.html"
            call = [CHROMIUM, *FLAGS, f"--user-data-dir={tmp_path / 'browser'}", url]
            done = subprocess.run(
                call, capture_output=True, text=True, timeout=600, check=False, env={**os.environ, "LANG": "C"}
            )
        finally:
            server.shutdown()
            server.server_close()
        found = re.search(r'<pre id="seen">(.*?)</pre>', done.stdout, re.S)
        assert found, done.stdout[-2000:] + done.stderr[-2000:]
        seen = json.loads(found[1].replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))
        return {page["url"]: page for page in seen}, re.findall(r"CONSOLE.*(?:Uncaught|Error).*", done.stderr)

    return measure
