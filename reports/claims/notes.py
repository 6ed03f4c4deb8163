"""Notes of a passage, ``[^1]`` and ``[^1]: ...``: cited but missing, listed but never cited, numbered twice."""

import re
from collections import Counter

from reports.claims.findings import WARNING, Finding

_CITED = re.compile(r"\[\^([^\]\s]{1,40})\]")
_LISTED = re.compile(r"^[ \t]*\[\^([^\]\s]{1,40})\]:", re.MULTILINE)


def check(passage, lines):
    """A passage that lists no notes says nothing of them: they are kept elsewhere."""
    listed = [(match[1], *match.span()) for match in _LISTED.finditer(passage.text)]
    if not listed:
        return
    ends = {end for _, _, end in listed}
    cited = [(match[1], *match.span()) for match in _CITED.finditer(passage.text) if match.end() + 1 not in ends]
    keys, used = Counter(key for key, _, _ in listed), {key for key, _, _ in cited}
    seen = set()
    for key, start, end in cited:
        if key not in keys and key not in seen:
            seen.add(key)
            yield Finding(start, end, "note", f"note {key}", "a note", f"Note {key} is cited but not listed.")
    for key, start, end in listed:
        if key in seen:
            yield Finding(start, end, "note", f"note {key}", "one note", f"Two notes are numbered {key}.")
        elif keys[key] and key not in used:
            yield Finding(
                start, end, "note", f"note {key}", "a reference", f"Note {key} is listed but never cited.", WARNING
            )
        seen.add(key)
