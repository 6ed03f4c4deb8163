"""How long the pages of indicators take among many figures, and how many queries they make for few and for many.

One partnership has few figures and one has many; both stand among as many partnerships as are asked for. Times stand
beside those of the smallest page, opened in turn with them.
"""

import contextlib

from bench.databases import work
from bench.pages import MOST_QUERIES, WARM_UP, Worker
from bench.table import number, percentile, progress, progress_done, ratio, show, times

COLUMNS = ["what", "few: p50 ms", "p95 ms", "queries", "many: p50", "p95", "queries", "p95 / smallest", "target"]
SMALLEST = "/accessibility/"
# Milliseconds, p95, on PostgreSQL.
LONGEST = {"dashboard": 150}


def run(database, folder, partnerships, runs):
    """Fill the ``database``, open each page ``runs`` times, print the table and return what was measured."""
    work(database, folder, "figures", partnerships)
    with contextlib.closing(Worker(database, folder)) as worker:
        size = worker.ask("figures_size")
        pages = worker.ask("figures_pages")
        measured = []
        for place, page in enumerate(pages, start=1):
            progress(f"{place} of {len(pages)} pages")
            measured.append(measure(page, worker, runs))
        progress_done()
    _show(size, runs, measured)
    return {"size": size, "requests": runs, "pages": measured}


def measure(page, worker, runs):
    """The page of few figures, that of many and the smallest page, opened ``runs`` times in turn."""
    orders = {"few": page["few"], "many": page["many"], "smallest": SMALLEST}
    took = {which: [] for which in orders}
    for turn in range(-WARM_UP, runs):
        for which, path in orders.items():
            answer = worker.ask("time", path=path, who=page["who"])
            if turn >= 0:
                took[which].append(answer["ms"])
    queries = {which: worker.ask("queries", path=page[which], who=page["who"]) for which in ("few", "many")}
    return summary(page["title"], took, queries)


def summary(title, took, queries):
    """What the table and the JSON file say of one page. Times in milliseconds."""
    smallest = percentile(took["smallest"], 95)
    figures = {
        which: {
            "p50": percentile(took[which], 50),
            "p95": percentile(took[which], 95),
            "queries": queries[which]["count"],
        }
        for which in ("few", "many")
    }
    whole = queries["many"]["whole"]
    return {"title": title, **figures, "ratio": ratio(figures["many"]["p95"], smallest), "whole_tables": whole}


def verdict(measured):
    """ "met", or which parts of the target were missed in this run."""
    few, many = measured["few"]["queries"], measured["many"]["queries"]
    longest = LONGEST.get(measured["title"])
    missed = []
    if longest and measured["many"]["p95"] > longest:
        missed.append(f"p95 over {longest} ms")
    if few != many:
        missed.append("queries grow")
    if many > MOST_QUERIES:
        missed.append(f"over {MOST_QUERIES} queries")
    return f"missed: {', '.join(missed)}" if missed else "met"


def _row(one):
    cells = [one["title"]]
    for which in ("few", "many"):
        cells += [number(one[which]["p50"]), number(one[which]["p95"]), one[which]["queries"]]
    return [*cells, times(one["ratio"]), verdict(one)]


def _show(size, runs, measured):
    remarks = [
        f"{size['partnerships']} partnerships, {size['figures']:,} figures. Few: {size['few']}. Many: {size['many']}. "
        f"{runs} requests each, in turn with the smallest page.",
        f"Target: the same queries for few and many, at most {MOST_QUERIES}; "
        + "; ".join(f"{title} p95 at most {longest} ms on PostgreSQL" for title, longest in LONGEST.items())
        + ".",
    ]
    for table in sorted({table for one in measured for table in one["whole_tables"]}):
        readers = [one["title"] for one in measured if table in one["whole_tables"]]
        remarks.append(f"The whole table {table} is read by: {'; '.join(readers)}")
    show("Indicators", COLUMNS, [_row(one) for one in measured], remarks)
