"""The full report of 2022/23 as a PDF, finished and tagged, against bare WeasyPrint and Chromium on the same HTML."""

import json
import statistics
import subprocess
import sys

from bench.databases import ROOT, environment, work
from bench.once import chromium
from bench.table import MISSING, number, paired_ratio, progress, progress_done, ratio, show, times

COLUMNS = ["what", "wall s", "CPU s", "peak MB", "pages", "kB", "ours: wall", "CPU", "memory", "target"]
TITLES = {
    "ours": "this service, finished",
    "weasyprint": "bare WeasyPrint, cold",
    "chromium": "Chromium, new profile",
}
LARGEST_RATIO = {"weasyprint": 1.05, "chromium": 3.0}


def run(database, folder, runs):
    """Make the PDF ``runs`` times in each way in turn, print the table and return what was measured."""
    document, html = folder / "report.json", folder / "report.html"
    work(database, folder, "document", document)
    _once(folder, "source", document, html)
    ways = [way for way in TITLES if way != "chromium" or chromium()]
    took = {way: [] for way in ways}
    for turn in range(-1, runs):
        for way in ways:
            progress(f"{TITLES[way]}: {f'run {turn + 1} of {runs}' if turn >= 0 else 'warm-up'}")
            got = json.loads(_once(folder, way, document, html, folder / f"{way}.pdf"))
            if turn >= 0:
                took[way].append(got)
    progress_done()
    measured = {way: summary(took[way], took["ours"], folder / f"{way}.pdf") for way in ways}
    _show(measured, runs, html)
    return {"runs": runs, **measured}


def _once(folder, *arguments):
    """Run bench.once in a fresh process and return what it prints."""
    made = subprocess.run(
        [sys.executable, "-m", "bench.once", *map(str, arguments)],
        cwd=ROOT,
        env=environment(f"sqlite:///{folder / 'unused.sqlite3'}", folder),
        check=True,
        stdout=subprocess.PIPE,
    )
    return made.stdout


def summary(took, ours, file):
    """The medians of one way, and of our runs against its runs, pair by pair."""
    import pikepdf

    with pikepdf.open(file) as opened:
        pages = len(opened.pages)
    median = {name: statistics.median(one[name] for one in took) for name in ("wall", "cpu", "megabytes")}
    ratios = {name: paired_ratio([one[name] for one in ours], [one[name] for one in took]) for name in ("wall", "cpu")}
    memory = ratio(statistics.median(one["megabytes"] for one in ours), median["megabytes"])
    return {**median, "pages": pages, "kb": file.stat().st_size / 1000, "ours_to_this": {**ratios, "memory": memory}}


def verdict(way, ratios):
    """The target of our time against this way's, and whether this run met it."""
    if way not in LARGEST_RATIO:
        return ""
    met = "met" if ratios["wall"] <= LARGEST_RATIO[way] else "missed"
    return f"wall at most {LARGEST_RATIO[way]}x: {met}"


def _row(way, one):
    ratios = one["ours_to_this"]
    compared = [MISSING] * 3 if way == "ours" else [times(ratios[name]) for name in ("wall", "cpu", "memory")]
    if way == "chromium":
        compared[1:] = [MISSING] * 2
    return [
        TITLES[way],
        number(one["wall"], 2),
        number(one["cpu"], 2),
        number(one["megabytes"], 0),
        one["pages"],
        number(one["kb"], 0),
        *compared,
        verdict(way, ratios),
    ]


def _show(measured, runs, html):
    remarks = [
        f"Medians of {runs} runs of each in turn, after one that does not count; the same HTML of "
        f"{html.stat().st_size / 1000:.0f} kB. Ratios are taken pair by pair; 1.05x is five per cent slower.",
        "Chromium does its work in many processes: its CPU and memory are not comparable (memory is its largest "
        "process), and it neither numbers the contents nor tags the page margins.",
    ]
    if "chromium" not in measured:
        remarks[1] = "Chromium is not installed, so it was left out."
    show("The 2022/23 report as a PDF", COLUMNS, [_row(way, one) for way, one in measured.items()], remarks)
