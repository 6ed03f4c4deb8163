"""Street-level crime rows read and counted by month, district and type, against bare pandas on the same file.

    python -m bench.street ours|pandas|categories FILE

Each way runs in a fresh process, which loads what it needs within the time. The rows are made up, the same each time:
the columns, the lengths of the cells and the share of rows without a location are those of a real file.
"""

import json
import random
import resource
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

from bench.databases import ROOT
from bench.table import MISSING, number, paired_ratio, progress, progress_done, ratio, show, times

SEED = 2018
DEFAULT_ROWS, LARGEST_ROWS_A_MONTH, MOST_MONTHS = 600_000, 20_000, 120
LARGEST_RATIO, LARGEST_MEMORY = 1.5, 1_000
COLUMNS = ["what", "wall s", "CPU s", "rows a second", "peak MB", "ours: wall", "CPU", "memory", "target"]
TITLES = {"ours": "this service, checked", "pandas": "bare pandas", "categories": "bare pandas, as categories"}
DISTRICTS = {
    "E07000105": "Ashford",
    "E07000106": "Canterbury",
    "E07000108": "Dover",
    "E07000112": "Folkestone and Hythe",
    "E07000110": "Maidstone",
    "E06000035": "Medway",
    "E07000113": "Swale",
    "E07000114": "Thanet",
}
HEADER = (
    "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,Crime type,"
    "Last outcome category,Context\n"
)


def run(folder, rows, runs):
    """Make the file, read it ``runs`` times in each way in turn, print the table and return what was measured."""
    file = folder / "street.csv"
    progress(f"making {rows:,} rows")
    make(file, rows)
    took = {way: [] for way in TITLES}
    for turn in range(runs):
        for way in TITLES:
            progress(f"{TITLES[way]}: run {turn + 1} of {runs}")
            took[way].append(_once(way, file))
    progress_done()
    measured = {way: summary(took[way], took["ours"]) for way in TITLES}
    _show(measured, rows, runs, file)
    return {"rows": rows, "runs": runs, **measured}


def make(file, rows):
    """Write ``rows`` made-up rows, spread evenly over up to ten years of months."""
    chosen = random.Random(SEED)
    pool = [_line(chosen) for _ in range(LARGEST_ROWS_A_MONTH)]
    in_month = max(1, min(rows, max(LARGEST_ROWS_A_MONTH, -(-rows // MOST_MONTHS))))
    with file.open("w", encoding="utf-8") as out:
        out.write(HEADER)
        for place, done in enumerate(range(0, rows, in_month)):
            month = f"{2011 + place // 12}-{place % 12 + 1:02d}"
            lines = chosen.choices(pool, k=min(in_month, rows - done))
            out.writelines(line.replace("MONTH", month) for line in lines)


def _line(chosen):
    from indicators.imports.street_rows import CRIME_TYPES

    kind = chosen.choice(sorted(CRIME_TYPES))
    code, name = chosen.choice(list(DISTRICTS.items()))
    lsoa = f"E010{code[-5:]},{name} {chosen.randrange(1, 20):03d}{chosen.choice('ABCDE')}"
    where = f"0.{chosen.randrange(10**6):06d},51.{chosen.randrange(10**6):06d},On or near Example Street,{lsoa}"
    place = where if chosen.random() > 0.03 else ",,No Location,,"
    number_of = "" if kind == "Anti-social behaviour" else f"{chosen.getrandbits(256):064x}"
    outcome = "" if kind == "Anti-social behaviour" else "Investigation complete; no suspect identified"
    return f"{number_of},MONTH,Kent Police,Kent Police,{place},{kind},{outcome},\n"


def ours(file):
    from indicators.imports import police_uk
    from indicators.imports.reading import Areas

    reading = police_uk.read([file], areas=Areas("E10000016", "Kent", DISTRICTS), today=date(2026, 1, 1))
    assert not reading.refused, reading.refused[:3]
    return sum(int(read.value) for read in reading.figures if read.area_code in DISTRICTS)


def pandas(file, **options):
    """Read and group the three columns, as one would at a prompt."""
    import pandas

    rows = pandas.read_csv(file, usecols=["Month", "LSOA name", "Crime type"], **options)
    rows["District"] = rows["LSOA name"].str[:-5]
    return int(rows.groupby(["Month", "District", "Crime type"], observed=True).size().sum())


def categories(file):
    return pandas(file, dtype="category")


def _once(way, file):
    """Run one way in a fresh process and return what it prints."""
    command = [sys.executable, "-m", "bench.street", way, str(file)]
    return json.loads(subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout)


def _took(deed, file):
    """The seconds of the clock and of the processor, this process's largest memory, and how many rows were counted."""
    started, worked = time.perf_counter(), time.process_time()
    counted = deed(file)
    wall, cpu = time.perf_counter() - started, time.process_time() - worked
    unit = 2**20 if sys.platform == "darwin" else 2**10
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
    return {"wall": wall, "cpu": cpu, "megabytes": peak, "counted": counted}


def summary(took, ours):
    """The middle run of one way, and of our runs against its runs, pair by pair."""
    assert {one["counted"] for one in took} == {one["counted"] for one in ours}, "The ways count differently."
    middle = sorted(took, key=lambda one: one["wall"])[len(took) // 2]
    peak, our_peak = (max(one["megabytes"] for one in runs) for runs in (took, ours))
    ratios = {name: paired_ratio([one[name] for one in ours], [one[name] for one in took]) for name in ("wall", "cpu")}
    ratios["memory"] = ratio(our_peak, peak)
    return {"wall": middle["wall"], "cpu": middle["cpu"], "megabytes": peak, "ours_to_this": ratios}


def verdict(way, one):
    """The target that a row of the table is held to, and whether this run met it."""
    if way == "ours":
        met = one["megabytes"] <= LARGEST_MEMORY
        return f"peak at most {LARGEST_MEMORY:,} MB: {'met' if met else 'missed'}"
    if way == "pandas":
        met = one["ours_to_this"]["wall"] <= LARGEST_RATIO
        return f"wall at most {LARGEST_RATIO}x: {'met' if met else 'missed'}"
    return ""


def _show(measured, rows, runs, file):
    table = [
        [
            TITLES[way],
            number(one["wall"], 2),
            number(one["cpu"], 2),
            number(rows / one["wall"], 0),
            number(one["megabytes"], 0),
            *(MISSING if way == "ours" else times(one["ours_to_this"][name]) for name in ("wall", "cpu", "memory")),
            verdict(way, one),
        ]
        for way, one in measured.items()
    ]
    remarks = [
        f"The middle of {runs} runs of each in turn; {rows:,} made-up rows, {file.stat().st_size / 10**6:,.0f} MB, "
        f"seed {SEED}. Ours also checks every month, force, place and type, and the number of lines.",
    ]
    show("Street-level crime, counted by month, district and type", COLUMNS, table, remarks)


WAYS = {"ours": ours, "pandas": pandas, "categories": categories}

if __name__ == "__main__":
    print(json.dumps(_took(WAYS[sys.argv[1]], Path(sys.argv[2]))))
