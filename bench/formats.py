"""The report of 2022/23 in each format but PDF, from the same tree: how long each takes and how large it is."""

import json
import statistics
import subprocess
import sys

from bench.databases import ROOT, environment, work
from bench.table import number, progress, progress_done, show

COLUMNS = ["format", "wall s", "CPU s", "kB", "target"]
FORMATS = ["html", "docx", "ods", "csv", "json"]
MOST_SECONDS = {"docx": 2.0}


def run(database, folder, runs):
    """Make each format ``runs`` times in turn, a fresh process each time; print the table and return the figures."""
    document = folder / "formats.json"
    work(database, folder, "document", document)
    took = {name: [] for name in FORMATS}
    for turn in range(runs):
        for name in FORMATS:
            progress(f"{name}: run {turn + 1} of {runs}")
            took[name].append(_once(folder, name, document, folder / f"report.{name}"))
    progress_done()
    measured = {name: summary(took[name], folder / f"report.{name}") for name in FORMATS}
    remark = f"Medians of {runs} runs of each in turn, the first rendering of a process that has Django loaded."
    show("The 2022/23 report in other formats", COLUMNS, [_row(name, one) for name, one in measured.items()], [remark])
    return {"runs": runs, **measured}


def _once(folder, name, document, output):
    made = subprocess.run(
        [sys.executable, "-m", "bench.once", name, str(document), str(output)],
        cwd=ROOT,
        env=environment(f"sqlite:///{folder / 'unused.sqlite3'}", folder),
        check=True,
        stdout=subprocess.PIPE,
    )
    return json.loads(made.stdout)


def summary(took, file):
    median = {name: statistics.median(one[name] for one in took) for name in ("wall", "cpu")}
    return {**median, "kb": file.stat().st_size / 1000}


def verdict(name, wall):
    """The most seconds that a format may take, and whether this run met it."""
    if name not in MOST_SECONDS:
        return ""
    return f"wall at most {MOST_SECONDS[name]:g} s: {'met' if wall <= MOST_SECONDS[name] else 'missed'}"


def _row(name, one):
    return [name, number(one["wall"], 2), number(one["cpu"], 2), number(one["kb"], 0), verdict(name, one["wall"])]
