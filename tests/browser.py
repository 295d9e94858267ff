"""A browser without a screen, for pages: the document as its scripts leave it."""

import json
import re
import shutil
import subprocess

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--hide-scrollbars",
)  # fmt: skip


def browser():
    """Return the path of a browser, or skip the test with the names of those that would do."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        pytest.skip(f"needs a browser on the PATH, one of {', '.join(NAMES)}")
    return found


def said(page, script, folder, *, width=1200, height=900, frame=None):
    """Return what a script, appended to a page, passes to `say(...)`; in a frame of some pixels where one is asked for."""
    hook = "window.say = (x) => { document.body.innerHTML = ''; const e = document.createElement('pre'); e.id = 'said'; "
    hook += "e.textContent = JSON.stringify(x); document.body.appendChild(e); };"
    if frame:
        hook = "window.say = (x) => parent.postMessage(x, '*');"
        (folder / "outer.html").write_text(
            f"<iframe src='inner.html' width={frame} height=800></iframe><pre id='said'></pre><script>"
            "onmessage = (e) => { document.querySelector('pre').textContent = JSON.stringify(e.data); };</script>",
            encoding="utf-8",
        )
    inner = folder / "inner.html"
    inner.write_text(page.replace("</body>", f"<script>{hook}\n{script}</script></body>"), encoding="utf-8")
    url = (folder / ("outer.html" if frame else "inner.html")).as_uri()
    run = subprocess.run(
        [browser(), *FLAGS, f"--user-data-dir={folder / 'profile'}", f"--window-size={width},{height}",
         "--virtual-time-budget=4000", "--dump-dom", url],
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    found = re.search(r'<pre id="said">(.*?)</pre>', run.stdout, re.S)
    assert found is not None, run.stdout[-2000:] + run.stderr[-2000:]
    return json.loads(found[1].replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))
