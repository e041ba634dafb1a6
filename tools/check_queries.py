#!/usr/bin/env python3
"""Runs the sqlite3 one-liners of docs/sweeps.md on a small sweep's results.

    check_queries.py SIMRUN [PAGE]

Every `sh` block of the page that begins with `sqlite3` is run by the shell as a reader would paste
it, with the sweep's folder in place of DIR. Each must end well, say nothing on stderr, and give at
least one row: the sweep has late cells that fail, kept ticks and an episode that breaks.
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent

# Two seeds do where the belt leaves a policy that is 132 ms late behind; the drill crashes its worker.
SWEEP = """
name: queries
seeds: 0 to 3
grids:
  - tasks: [conveyor-pick]
    policies: [expert]
    latencies: [free, 132 ms]
  - tasks: [reach]
    latencies: [free]
    options: [default, "--drill crash:1"]
"""
BROKEN = 3


def queries(page):
    """The one-liners of a page, in order; a continued line is one with the next."""
    blocks = re.findall(r"^```sh\n(.*?)^```", page.read_text(), re.M | re.S)
    return [block.strip() for block in blocks if block.startswith("sqlite3")]


def rows(query, folder):
    """How many rows a one-liner gives, heads not counted; what is wrong with it, or None."""
    files = set(folder.iterdir())
    run = subprocess.run(
        ["bash", "-c", query.replace("DIR/", "sweep/")], cwd=folder, capture_output=True, text=True
    )
    if run.returncode != 0 or run.stderr:
        return 0, f"exit code {run.returncode}: {run.stderr.strip()}"
    # What it writes to a file is its answer too.
    text = run.stdout + "".join(file.read_text() for file in set(folder.iterdir()) - files)
    heads = 0 if "-header" not in query else 2 if "-column" in query else 1
    count = len(text.splitlines()) - heads
    return count, None if count > 0 else "no row"


def main():
    program = os.path.abspath(sys.argv[1])
    page = pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else ROOT / "docs/sweeps.md"
    found = queries(page)
    if not found:
        sys.exit(f"{page}: no one-liner")
    wrong = 0
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "sweep.yaml").write_text(SWEEP)
        sweep = [program, "sweep", folder / "sweep.yaml", "--out", folder / "sweep", "--jobs", "2"]
        run = subprocess.run(sweep, cwd=ROOT, capture_output=True, text=True)
        if run.returncode != BROKEN:
            sys.exit(f"the sweep ended with exit code {run.returncode}: {run.stderr}")
        for query in found:
            count, trouble = rows(query, folder)
            print(f"{count} rows: {query}" if trouble is None else f"{trouble}: {query}")
            wrong += trouble is not None
    print(f"{len(found) - wrong} of {len(found)} one-liners answer")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
