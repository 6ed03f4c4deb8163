"""How long each page takes, and how many queries it makes, with one partnership and with 300 of ten years."""

import contextlib
import json
import subprocess

from bench.databases import ROOT, command, environment
from bench.table import number, percentile, progress, progress_done, ratio, show, times

MOST_QUERIES = 12
LARGEST_RATIO = 1.5
WARM_UP = 3
COLUMNS = ["what", "p50 ms", "p95 ms", "queries", "large: p50", "p95", "queries", "ratio p50", "ratio p95", "target"]


class Worker:
    """A process that opens pages of one database."""

    def __init__(self, database, folder):
        self.process = subprocess.Popen(
            command("serve"),
            cwd=ROOT,
            env=environment(database, folder),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, do, **order):
        print(json.dumps({"do": do, **order}), file=self.process.stdin, flush=True)
        answer = self.process.stdout.readline()
        if not answer:
            raise SystemExit(f"The benchmark's worker stopped at: {do} {order.get('path', '')}")
        return json.loads(answer)

    def close(self):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()


def run(pair, folder, runs, only=""):
    """Measure every page whose title holds ``only``, print the table and return what was measured."""
    with contextlib.ExitStack() as stack:
        small, large = (
            stack.enter_context(contextlib.closing(Worker(address, folder))) for address in (pair.small, pair.large)
        )
        sizes = small.ask("size"), large.ask("size")
        pages = [page for page in small.ask("pages") if only in page["title"]]
        measured = []
        for place, page in enumerate(pages, start=1):
            progress(f"{place} of {len(pages)} pages")
            measured.append(measure(page, small, large, runs))
        progress_done()
    _show(pair.name, sizes, runs, measured)
    return {"database": pair.name, "small": sizes[0], "large": sizes[1], "requests": runs, "pages": measured}


def measure(page, small, large, runs):
    """The page opened ``runs`` times in each database in turn, the first of each pair alternating."""
    order = {"path": page["path"], "who": page["who"]}
    workers = [small, large]
    took = {small: [], large: []}
    for turn in range(-WARM_UP, runs):
        for worker in workers if turn % 2 else reversed(workers):
            got = worker.ask("time", **order)
            if turn >= 0:
                took[worker].append(got["ms"])
    return summary(page, took[small], took[large], *[worker.ask("queries", **order) for worker in workers])


def summary(page, small, large, small_queries, large_queries):
    """What the table and the JSON file say of one page. Times in milliseconds."""
    p50, p95 = ([percentile(took, percent) for took in (small, large)] for percent in (50, 95))
    return {
        **page,
        "small": {"p50": p50[0], "p95": p95[0], "queries": small_queries["count"]},
        "large": {"p50": p50[1], "p95": p95[1], "queries": large_queries["count"]},
        "ratio_p50": ratio(p50[1], p50[0]),
        "ratio_p95": ratio(p95[1], p95[0]),
        "whole_tables": large_queries["whole"],
    }


def verdict(measured):
    """ "met", or which parts of the target were missed in this run."""
    small, large = measured["small"]["queries"], measured["large"]["queries"]
    missed = []
    if measured["ratio_p95"] > LARGEST_RATIO:
        missed.append(f"p95 over {LARGEST_RATIO}x")
    if max(small, large) > MOST_QUERIES:
        missed.append(f"over {MOST_QUERIES} queries")
    if small != large:
        missed.append("queries grow" if large > small else "queries differ")
    return "missed: " + ", ".join(missed) if missed else "met"


def _row(one):
    small, large = one["small"], one["large"]
    return [
        one["title"],
        number(small["p50"]),
        number(small["p95"]),
        small["queries"],
        number(large["p50"]),
        number(large["p95"]),
        large["queries"],
        times(one["ratio_p50"]),
        times(one["ratio_p95"]),
        verdict(one),
    ]


def _show(database, sizes, runs, measured):
    small, large = sizes
    remarks = [
        f"Small: the demonstration, {small['actions']:,} actions. Large: the same rows among those of "
        f"{large['partnerships']} partnerships, {large['actions']:,} actions. {runs} requests each, in turn.",
        f"Target: p95 within {LARGEST_RATIO}x of the small database, the same queries in both, at most {MOST_QUERIES}.",
    ]
    for table in sorted({table for one in measured for table in one["whole_tables"]}):
        readers = [one["title"] for one in measured if table in one["whole_tables"]]
        remarks.append(f"The whole table {table} is read by: {'; '.join(readers)}")
    show(f"Pages, {database}", COLUMNS, [_row(one) for one in measured], remarks)
