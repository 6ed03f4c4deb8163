"""How the service holds when many people work at once: production's own server, and the people of bench/visitors.py.

Times stand beside those of a static file and of the smallest page, from the same server in the same run.
"""

import contextlib
import http.client
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
from collections import Counter

from bench.databases import ROOT, command
from bench.table import number, percentile, ratio, show, times

PROCESSES = str(2 * (os.cpu_count() or 1))  # as docs/operations.md advises
SEED = 1
START_SECONDS = 300  # the static files are collected first
SHOWN = 10
FLOOR, SMALLEST = "static file", "smallest page"
PAGES = ["your work", "write", "check", "submitted", "dashboard", "queue", "review"]
# What a row counts, and the milliseconds below which its p95 should stay.
ROWS = {
    FLOOR: ([FLOOR], None),
    SMALLEST: ([SMALLEST], None),
    "page": (PAGES, 150),
    **{f"  {page}": ([page], None) for page in PAGES},
    "save": (["save"], 150),
    "autosave": (["autosave"], 80),
    "submit": (["submit"], None),
    "accept or return": (["accept", "return"], None),
    "presence": (["presence"], None),
}
COLUMNS = ["what", "requests", "p50 ms", "p95 ms", "p99 ms", "p95 / static", "p95 / smallest", "target"]


def run(url, folder, *, users, think, seconds):
    """Let ``users`` people work on the database at ``url``, print the table and return what was measured."""
    busy = os.getloadavg()[0]
    environment = production(url, folder, f"127.0.0.1:{free_port()}")
    people = ask(environment, "crowd", users)
    with serving([sys.executable, ROOT / "run", "serve", "--no-migrate"], environment, folder) as server:
        happened = work(people, environment["CSA_BIND"], folder, think=think, seconds=seconds)
        memory = megabytes_of_children(server.pid)
    saved = folder / "saved.json"
    saved.write_text(json.dumps(happened["saved"]), encoding="utf-8")
    measured = {
        "database": people["database"],
        "users": users,
        "think": think,
        "seconds": seconds,
        "load_average_before": busy,
        "generator": happened["processor"],
        "megabytes": memory,
        "rows": summary(happened["requests"]),
        "rate": len(happened["requests"]) / seconds,
        "errors": Counter(happened["errors"]),
        "saved": len(happened["saved"]),
        "lost": ask(environment, "lost", saved),
    }
    _show(measured)
    return measured


def production(url, folder, address):
    """The settings of a service behind a proxy. The visitors send what the proxy would."""
    host = address.split(":")[0]
    return {
        **os.environ,
        "CSA_MODE": "production",
        "CSA_VAR_DIR": str(folder),
        "CSA_BIND": address,
        "DATABASE_URL": url,
        "SECRET_KEY": secrets.token_urlsafe(50),
        "ALLOWED_HOSTS": host,
        "SITE_URL": f"https://{host}",
        "BEHIND_PROXY": "true",
        "WEB_CONCURRENCY": PROCESSES,
    }


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def ask(environment, *order):
    """What a worker answers to one order."""
    done = subprocess.run(command(*order), cwd=ROOT, env=environment, stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout)


@contextlib.contextmanager
def serving(server, environment, folder):
    """The process of the command ``server``, once it answers at CSA_BIND of its environment. Stopped at the end."""
    log = folder / "server.log"
    with open(log, "w") as opened:
        process = subprocess.Popen(server, cwd=ROOT, env=environment, stdout=opened, stderr=subprocess.STDOUT)
    try:
        _wait_for(process, environment["CSA_BIND"], log)
        yield process
    finally:
        process.terminate()
        process.wait()


def _wait_for(process, address, log):
    until = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < until:
        with (
            contextlib.suppress(OSError, http.client.HTTPException),
            contextlib.closing(http.client.HTTPConnection(address, timeout=START_SECONDS)) as connection,
        ):
            connection.request("GET", "/")
            connection.getresponse().read()
            return
        time.sleep(0.1)
    raise SystemExit(f"The server did not start:\n{log.read_text()}")


def work(people, address, folder, *, think, seconds):
    """What happened to the ``people`` at the service of this address, in the words of bench/visitors.py."""
    plan = folder / "plan.json"
    options = {"address": address, "think": think, "seconds": seconds, "seed": SEED}
    plan.write_text(json.dumps(people | options), encoding="utf-8")
    visitors = [sys.executable, "-m", "bench.visitors", plan]
    return json.loads(subprocess.run(visitors, cwd=ROOT, stdout=subprocess.PIPE, check=True).stdout)


def megabytes_of_children(parent):
    """The resident memory of each process that ``parent`` has started; none where there is no ``ps``."""
    if not shutil.which("ps"):
        return []
    listed = subprocess.run(["ps", "-A", "-o", "ppid=,rss="], stdout=subprocess.PIPE, text=True, check=True).stdout
    pairs = (map(int, line.split()) for line in listed.splitlines())
    return [kilobytes / 1024 for ppid, kilobytes in pairs if ppid == parent]


def summary(requests):
    """A line for each of ROWS of which there were ``requests``, [name, milliseconds]."""
    took = {title: [ms for name, ms in requests if name in names] for title, (names, _) in ROWS.items()}
    floors = {name: percentile(took[name], 95) if took[name] else None for name in (FLOOR, SMALLEST)}
    return [_line(title, values, floors) for title, values in took.items() if values]


def _line(title, values, floors):
    percentiles = {f"p{percent}": percentile(values, percent) for percent in (50, 95, 99)}
    return {
        "title": title,
        "requests": len(values),
        **percentiles,
        "to_static": ratio(percentiles["p95"], floors[FLOOR]),
        "to_smallest": ratio(percentiles["p95"], floors[SMALLEST]),
        "target": ROWS[title][1],
    }


def verdict(line):
    if line["target"] is None:
        return ""
    return f"p95 at most {line['target']} ms: {'met' if line['p95'] <= line['target'] else 'missed'}"


def _show(measured):
    rows = [
        [
            line["title"],
            line["requests"],
            *(number(line[name]) for name in ("p50", "p95", "p99")),
            *(times(line[name]) for name in ("to_static", "to_smallest")),
            verdict(line),
        ]
        for line in measured["rows"]
    ]
    show(f"Load, {measured['database']}", COLUMNS, rows, remarks(measured))


def remarks(measured):
    memory = " + ".join(number(one, 0) for one in measured["megabytes"]) or "unknown"
    count = sum(measured["errors"].values())
    return [
        f"{measured['users']} people, {measured['think']:g} s to think on average, {measured['seconds']:g} s; "
        f"{number(measured['rate'])} requests/s. A POST is timed to its answer; the page it leads to is a page.",
        f"The {PROCESSES} server processes hold {memory} MB. The visitors took {measured['generator']:.0%} of one "
        f"processor. The machine's load average before: {number(measured['load_average_before'])}.",
        f"Acknowledged saves: {measured['saved']:,}. Lost: {len(measured['lost'])}. Errors: {count}.",
        *[f"    {times} x {line}" for line, times in Counter(measured["errors"]).most_common(SHOWN)],
        *[f"    lost: update {update}, {text[-80:]!r}" for update, text in measured["lost"][:SHOWN]],
    ]


def has_failed(measured):
    return bool(measured["errors"] or measured["lost"])
