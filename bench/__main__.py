"""The benchmarks: ``./run bench``. Ratios within one run, as tables; no time is ever asserted.

The databases are made in a temporary folder and deleted afterwards. With a PostgreSQL address in DATABASE_URL or
--database-url, they are made beside that database, which is itself left alone.
"""

import argparse
import contextlib
import json
import os
import platform
import tempfile
import time
from pathlib import Path

from bench import pages, pdf
from bench.databases import two_databases, work

PARTS = ["pdf", "pages"]


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


def read_options():
    parser = argparse.ArgumentParser(
        prog="./run bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("parts", nargs="*", metavar="pdf|pages", help="what to measure; both if not given")
    parser.add_argument("--quick", action="store_true", help="fewer runs, for a first look")
    parser.add_argument("--only", default="", metavar="WORDS", help="only the pages whose name holds these words")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the figures to this file")
    parser.add_argument(
        "--database-url", default=os.environ.get("DATABASE_URL", ""), help="a PostgreSQL database to measure beside"
    )
    options = parser.parse_args()
    if unknown := set(options.parts) - set(PARTS):
        parser.error(f"There is no benchmark {', '.join(sorted(unknown))}. There are: {', '.join(PARTS)}.")
    options.parts = options.parts or PARTS
    return options


def measure(options, pair, folder):
    """The figures of the wanted parts, with the machine they were measured on."""
    step("Loading the demonstration", work, pair.small, folder, "build")
    measured = {"machine": machine()}
    if "pdf" in options.parts:
        print("Making PDFs", flush=True)
        measured["pdf"] = pdf.run(pair.small, folder, runs=2 if options.quick else 5)
    if "pages" in options.parts:
        pair.copy()
        step("Adding the other partnerships", work, pair.large, folder, "grow")
        print("Opening pages", flush=True)
        measured["pages"] = pages.run(pair, folder, runs=10 if options.quick else 40, only=options.only)
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
