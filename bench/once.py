"""Makes one report in one of several ways and prints what it took, as JSON. A fresh process for each measurement.

    python -m bench.once ours|weasyprint|chromium DOCUMENT HTML OUTPUT
    python -m bench.once html|docx|ods|csv|json DOCUMENT OUTPUT

The second form makes the report in another format. DOCUMENT is the document tree as JSON, HTML the file made from it.
Loading Django is not in the figures of "ours" and of the other formats: the service has it loaded when a report is
asked for.
"""

import importlib
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

CHROMIUM_NAMES = ["chromium", "chromium-browser", "google-chrome"]
CHROMIUM_OPTIONS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-pdf-header-footer",
]
BARE = "import sys, weasyprint;weasyprint.HTML(string=sys.stdin.read()).write_pdf(sys.argv[1], pdf_variant='pdf/ua-1')"


def chromium():
    """The path of Chromium, or None."""
    return next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)


def make_html(document):
    """The HTML that the PDF is made from, for the parent of these processes."""
    return _rendering("html").render_for_pdf(_tree(document))


def ours(document, html, output):
    render_pdf = _rendering("pdf").render_pdf
    tree = _tree(document)
    return _took(lambda: Path(output).write_bytes(render_pdf(tree)))


def weasyprint(document, html, output):
    with open(html, "rb") as source:
        return _took(lambda: subprocess.run([sys.executable, "-c", BARE, output], stdin=source, check=True))


def chromium_print(document, html, output):
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        options = [*CHROMIUM_OPTIONS, f"--user-data-dir={profile}", f"--print-to-pdf={output}"]
        call = [chromium(), *options, Path(html).as_uri()]
        return _took(lambda: subprocess.run(call, check=True, stderr=subprocess.DEVNULL))


def other_format(name, document, output):
    """The report as HTML, Word, spreadsheet, tables or data."""
    render = _module("reports.management.commands.export_report").FORMATS[name]
    tree = _tree(document)
    return _took(lambda: Path(output).write_bytes(render(tree)))


def _took(deed):
    """Seconds of the clock, seconds of the processor here and in the children, and the largest child's megabytes."""
    before = _processor_seconds()
    started = time.perf_counter()
    deed()
    wall = time.perf_counter() - started
    unit = 2**20 if sys.platform == "darwin" else 2**10
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / unit
    return {"wall": wall, "cpu": _processor_seconds() - before, "megabytes": peak}


def _processor_seconds():
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def _rendering(module):
    return _module(f"reports.rendering.{module}")


def _module(name):
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "csa.settings")
    django.setup()
    return importlib.import_module(name)


def _tree(document):
    from reports.summary import from_data

    return from_data(json.loads(Path(document).read_text(encoding="utf-8")))


WAYS = {"ours": ours, "weasyprint": weasyprint, "chromium": chromium_print}

if __name__ == "__main__":
    if sys.argv[1] == "source":
        Path(sys.argv[3]).write_text(make_html(sys.argv[2]), encoding="utf-8")
    elif sys.argv[1] not in WAYS:
        print(json.dumps(other_format(*sys.argv[1:])))
    else:
        print(json.dumps(WAYS[sys.argv[1]](*sys.argv[2:])))
