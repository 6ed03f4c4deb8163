"""Advice on reading: sentences that are hard to take in at once."""

import re

from reports.claims.findings import ADVICE, Finding

LONGEST_SENTENCE = 40
_WORD = re.compile(r"[A-Za-z0-9\u00a3][\w'\u2019,./%-]*")
_STOP = re.compile(r"[;:]|\([^()]*\)")


def check(passage, lines):
    """Lists behind colons and semicolons, and what stands in brackets, are not counted in."""
    for sentence, line in lines:
        words = max(len(_WORD.findall(part)) for part in _STOP.split(line.text))
        if words > LONGEST_SENTENCE:
            text = line.text.rstrip()
            yield Finding(
                sentence.start, sentence.start + len(text), "long-sentence", f"{words} words",
                f"at most {LONGEST_SENTENCE}", "This sentence is long. Could it be two?", ADVICE,
            )  # fmt: skip
