"""The benchmarks: ``./run bench``. Ratios within one run, as tables; no time is ever asserted.

pdf: making PDFs; formats: the same report as HTML, Word and tables; pages: opening pages, in a small and a large
database; load: many people at work at once;
indicators: the pages of indicators, among many figures;
spc: the process behaviour rules over 1,000 series; charts: drawing charts; street: street-level crime rows counted;
claims: what the checks of claims find of labelled sentences. The last four need no database.

The databases are made in a temporary folder and deleted afterwards. With a PostgreSQL address in DATABASE_URL or
--database-url, they are made beside that database, which is itself left alone.
"""

import argparse
import contextlib
import json
import os
import platform
import sys
import tempfile
import time
from pathlib import Path

from bench import charts, claims, formats, indicators, load, pages, pdf, spc, street
from bench.databases import two_databases, work

PARTS = ["pdf", "formats", "pages", "load", "indicators", "spc", "charts", "street", "claims"]
WITHOUT_DATABASE = {"spc", "charts", "street", "claims"}


def main():
    options = read_options()
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-", ignore_cleanup_errors=True)))
        (folder / "static").mkdir()
        pair = stack.enter_context(two_databases(options.database_url, folder))
        measured = measure(options, pair, folder)
    if options.json:
        options.json.write_text(json.dumps(measured, indent=1) + "\n", encoding="utf-8")
        print(f"\nWritten: {options.json}")
    if "load" in measured and load.has_failed(measured["load"]):
        sys.exit("There were errors or lost saves under load.")


def read_options():
    parser = argparse.ArgumentParser(
        prog="./run bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("parts", nargs="*", metavar="|".join(PARTS), help="what to measure; all if not given")
    parser.add_argument("--quick", action="store_true", help="fewer runs, for a first look")
    parser.add_argument("--only", default="", metavar="WORDS", help="only the pages whose name holds these words")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the figures to this file")
    parser.add_argument(
        "--database-url", default=os.environ.get("DATABASE_URL", ""), help="a PostgreSQL database to measure beside"
    )
    parser.add_argument("--users", type=int, default=200, metavar="N", help="load: how many people, at least 2 (200)")
    parser.add_argument("--think", type=float, default=10, metavar="SECONDS", help="load: mean time to think (10)")
    parser.add_argument("--seconds", type=float, help="load: how long (120; with --quick 20)")
    parser.add_argument("--rows", type=int, default=street.DEFAULT_ROWS, metavar="N", help="street: how many (600,000)")
    parser.add_argument(
        "--partnerships", type=int, default=30, metavar="N", help="indicators: how many, of 6,000 figures each (30)"
    )
    options = parser.parse_args()
    if unknown := set(options.parts) - set(PARTS):
        parser.error(f"There is no benchmark {', '.join(sorted(unknown))}. There are: {', '.join(PARTS)}.")
    if options.users < 2:
        parser.error("One person writes and one reviews: there must be 2 users or more.")
    if options.rows < 1:
        parser.error("There must be at least one row.")
    if options.partnerships < 1:
        parser.error("There must be at least one partnership.")
    options.parts = options.parts or PARTS
    options.seconds = options.seconds or (20 if options.quick else 120)
    return options


def measure(options, pair, folder):
    """The figures of the wanted parts, with the machine they were measured on."""
    measured = {"machine": machine()}
    if "spc" in options.parts:
        measured["spc"] = spc.run(runs=3 if options.quick else 9)
    if "charts" in options.parts:
        measured["charts"] = charts.run(runs=20 if options.quick else 200)
    if "street" in options.parts:
        print("Counting street-level rows", flush=True)
        measured["street"] = street.run(folder, rows=options.rows, runs=2 if options.quick else 3)
    if "claims" in options.parts:
        measured["claims"] = claims.run(runs=2 if options.quick else 5)
    if set(options.parts) <= WITHOUT_DATABASE:
        return measured
    step("Loading the demonstration", work, pair.small, folder, "build")
    if "pdf" in options.parts:
        print("Making PDFs", flush=True)
        measured["pdf"] = pdf.run(pair.small, folder, runs=2 if options.quick else 5)
    if "formats" in options.parts:
        print("Making the other formats", flush=True)
        measured["formats"] = formats.run(pair.small, folder, runs=2 if options.quick else 5)
    if "pages" in options.parts:
        pair.copy()
        step("Adding the other partnerships", work, pair.large, folder, "grow")
        print("Opening pages", flush=True)
        measured["pages"] = pages.run(pair, folder, runs=10 if options.quick else 40, only=options.only)
    if "load" in options.parts:
        print("Letting people work", flush=True)
        crowd = {"users": options.users, "think": options.think, "seconds": options.seconds}
        measured["load"] = load.run(pair.small, folder, **crowd)
    if "indicators" in options.parts:
        print("Opening the pages of indicators", flush=True)
        runs = 10 if options.quick else 40
        measured["indicators"] = indicators.run(pair.small, folder, options.partnerships, runs)
    return measured


def step(title, deed, *arguments):
    print(f"{title} ...", flush=True)
    started = time.monotonic()
    deed(*arguments)
    print(f"    {time.monotonic() - started:.1f} s", flush=True)


def machine():
    return {"python": platform.python_version(), "system": platform.platform(), "processors": os.cpu_count()}


if __name__ == "__main__":
    main()
