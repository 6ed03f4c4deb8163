"""The checks of claims: what they find of labelled sentences, how often they are wrong, and how long they take.

``claims_labelled.json`` holds sentences in our own words, faulty ones with their rule and, where there is one, the
value that is expected, and sound ones that look as if they were not. The rules were made without those held out. A
finding counts as right if its rule and the expected value are the labelled ones.
"""

import json
import statistics
import time
from collections import Counter, defaultdict

from bench.databases import ROOT
from bench.table import MISSING, number, progress, progress_done, ratio, show, times

COLUMNS = ["rule", "labelled", "found", "missed", "wrong", "precision %", "recall %", "target"]
TIME_COLUMNS = ["what", "characters", "s", "us a character", "target"]
LABELLED = ROOT / "bench" / "claims_labelled.json"
YEARS = ("02-plan-2016-17", "03-plan-2017-18", "04-plan-2018-19", "05-plan-2022-23")
# Seconds for all four years, and the share of findings that must be right.
LONGEST, LEAST_PRECISION = 1.0, 0.9


def run(runs):
    """Check every labelled sentence and the four years, print the tables and return what was measured."""
    labelled = json.loads(LABELLED.read_text(encoding="utf-8"))
    told = {"developed on": counts(one for one in labelled if not one["held_out"])}
    told["held out"] = counts(one for one in labelled if one["held_out"])
    took = _times([one["text"] for one in labelled], passages(), runs)
    measured = {"sentences": len(labelled), **told, "seconds": took}
    _show(measured, runs)
    return measured


def counts(labelled):
    """By rule: how many faults were labelled and found, and how many findings were wrong."""
    from reports.claims import find

    by_rule = defaultdict(Counter)
    for one in labelled:
        rules = {fault["rule"] for fault in one["finds"]}
        found = [finding for finding in find(one["text"]) if finding.severity != "advice" or finding.rule in rules]
        for fault in one["finds"]:
            by_rule[fault["rule"]]["labelled"] += 1
            by_rule[fault["rule"]]["found"] += any(_is_right(finding, fault) for finding in found)
        for finding in found:
            by_rule[finding.rule]["wrong"] += not any(_is_right(finding, fault) for fault in one["finds"])
    return {rule: dict(by_rule[rule]) for rule in sorted(by_rule)}


def _is_right(finding, fault):
    return finding.rule == fault["rule"] and fault["expected"] in (None, finding.expected)


def passages():
    """The demonstration's four years as Markdown: a priority's sections with its notes, an update, an introduction."""
    from priorities.markdown import to_markdown

    for year in YEARS:
        rows = json.loads((ROOT / "fixtures" / f"{year}.json").read_text(encoding="utf-8"))
        sections = defaultdict(list)
        for row in rows:
            fields = row["fields"]
            if row["model"] == "priorities.section":
                sections[tuple(fields["priority"])].append(to_markdown(fields["body"]))
            elif row["model"] == "priorities.note" and fields["is_numbered"]:
                words = f"[^{fields['key']}]: {fields['publisher']}, {fields['title']} ({fields['published']})"
                sections[tuple(fields["priority"])].append(f"{words}. {to_markdown(fields['text'])}".rstrip())
            elif row["model"] == "actions.progressupdate":
                yield to_markdown(fields["text"])
            elif row["model"] == "reports.edition":
                yield to_markdown(fields["introduction"])
        yield from map("\n\n".join, sections.values())


def _times(sentences, texts, runs):
    texts = list(texts)
    thousand = (sentences * (1000 // len(sentences) + 1))[:1000]
    longest = max(texts, key=len)
    measured = {"four years": texts, "1,000 sentences": thousand, "one text": [longest], "it twice over": [longest * 2]}
    took = {what: [] for what in measured}
    for turn in range(runs):
        progress(f"run {turn + 1} of {runs}")
        for what, passages_ in measured.items():
            took[what].append(_seconds(passages_))
    progress_done()
    return {
        what: {"characters": sum(map(len, measured[what])), "seconds": statistics.median(seconds)}
        for what, seconds in took.items()
    }


def _seconds(texts):
    from reports.claims import find

    started = time.perf_counter()
    for text in texts:
        find(text)
    return time.perf_counter() - started


def total(by_rule):
    return sum((Counter(one) for one in by_rule.values()), Counter())


def precision(one):
    """The share of what was raised that was right; None where nothing was."""
    return ratio(one.get("found", 0), one.get("found", 0) + one.get("wrong", 0))


def recall(one):
    return ratio(one.get("found", 0), one.get("labelled", 0))


def verdict(one):
    share = precision(one)
    met = share is not None and share >= LEAST_PRECISION
    return f"precision at least {LEAST_PRECISION:.0%}: {'met' if met else 'missed'}"


def _show(measured, runs):
    for part in ("developed on", "held out"):
        rows = [_row(rule, one) for rule, one in measured[part].items()]
        rows.append([*_row("all", total(measured[part]))[:-1], verdict(total(measured[part]))])
        show(f"Claims, of the sentences {part}", COLUMNS, rows)
    seconds = measured["seconds"]
    doubled = ratio(seconds["it twice over"]["seconds"], seconds["one text"]["seconds"])
    rows = [
        [what, one["characters"], number(one["seconds"], 3), number(one["seconds"] / one["characters"] * 1e6, 2), ""]
        for what, one in seconds.items()
    ]
    rows[0][-1] = f"at most {LONGEST:g} s: {'met' if seconds['four years']['seconds'] <= LONGEST else 'missed'}"
    rows[-1][-1] = f"{times(doubled)} the time of one"
    show(f"Claims, time, median of {runs}", TIME_COLUMNS, rows)


def _row(rule, one):
    found, labelled = one.get("found", 0), one.get("labelled", 0)
    shares = [MISSING if share is None else number(share * 100, 0) for share in (precision(one), recall(one))]
    return [rule, labelled, found, labelled - found, one.get("wrong", 0), *shares, ""]
