"""The commit of this glassy; setup.py runs this file by itself, so that it imports nothing of glassy."""

from __future__ import annotations

import subprocess
from pathlib import Path

STAMP = Path(__file__).with_name("commit.txt")  # a build writes the commit into it, and so does `git archive`


def commit() -> str:
    """Return the commit, with "+" if files are not committed: that of the build, else that of the checkout, else "unknown"."""
    stamp = STAMP.read_text(encoding="utf-8").strip() if STAMP.exists() else ""
    if stamp and not stamp.startswith("$"):
        return stamp if stamp.endswith("+") else stamp[:12]
    package = STAMP.parents[1]
    if not (package.parent / ".git").exists():
        return "unknown"
    try:
        run = [
            subprocess.run(["git", *args], cwd=package, capture_output=True, text=True, timeout=5, check=True).stdout.strip()
            for args in (["rev-parse", "--short=12", "HEAD"], ["status", "--porcelain", "--", "."])
        ]
    except (OSError, subprocess.SubprocessError):
        return "unknown"
    return run[0] + ("+" if run[1] else "")
