"""One event with two dates: a strategy "introduced in September 2021" and, in its note, "adopted July 2021"."""

import re
from collections import defaultdict
from dataclasses import dataclass, replace

from reports.claims.findings import WARNING, Finding
from reports.claims.periods import periods
from reports.claims.wording import loosely, vocabulary

_VERBS = {
    "adopt": r"adopt(?:ed|ion)|introduc(?:ed|tion)|approved|approval|came\s+into\s+(?:force|effect)|brought\s+in",
    "launch": r"launch(?:ed)?|started|began|went\s+live|opened|commenced|inception",
    "publish": r"publish(?:ed)?|publication|released|issued|came\s+out",
    "form": r"established|set\s+up|formed|founded|created|establishment|formation|appointed",
    "hold": r"held|took\s+place|hosted",
}
_VERB = re.compile("|".join(f"(?P<{name}>\\b(?:{words})\\b)" for name, words in _VERBS.items()), re.IGNORECASE)
_NAME = re.compile(
    r"[\u2018'\"\u201c](?P<quoted>[A-Z][\w\u2019' -]{4,60}?)[\u2019'\"\u201d](?=\W|$)"
    r"|(?P<name>(?<![\w'\u2019])[A-Z][A-Za-z0-9\u2019'-]*"
    r"(?:\s+(?:(?:of|for|and|the|against|on|in|to|with|&)\s+){0,2}[A-Z][A-Za-z0-9\u2019'-]*){1,9})"
)
# What happens again, or has not happened yet, may well have two dates.
_AGAIN = loosely(
    r"\b(?:annual(?:ly)?|each|every|first|second|third|latest|last|next|earlier|previous|updat\w+|refresh\w*|revis\w+|again|draft"
    r"|version|edition|new|relaunch\w*|re-\w+|series|sessions|events|meetings|quarterly|monthly|phase|stage|further|another"
    r"|consultation|review\w*|then|later|followed|renew\w*|extend\w*|due|will|plan(?:s|ned)?\s+to|expected|reports?|statistics"
    r"|survey|bulletin|provisional|before|after|until)\b"
)
_DROPPED = vocabulary("the a an in on at by for its this that since and of")
_IN_FRONT = re.compile(r"\s*(?:In|On)\s+")


@dataclass(frozen=True)
class _Mention:
    name: tuple
    verb: str
    rank: tuple
    start: int
    end: int
    sentence: int


def check(passage, lines):
    mentions = defaultdict(list)
    for place, (sentence, line) in enumerate(lines):
        if not any(period.rank for period in line.periods):
            continue
        for mention in _mentions(line.text, sentence.start, place):
            mentions[mention.verb, mention.name[:2]].append(mention)
    for told in mentions.values():
        yield from _contradicted(told, passage)


def _contradicted(told, passage):
    first = told[0]
    stated = passage.stated(first.start, first.end)
    for other in told[1:]:
        shorter = min(len(first.name), len(other.name))
        is_one = first.sentence != other.sentence and first.name[:shorter] == other.name[:shorter]
        if is_one and _differ(first.rank, other.rank):
            again = passage.stated(other.start, other.end)
            message = f"{stated} and {again} are given for what looks like one event."
            yield Finding(other.start, other.end, "event-date", again, stated, message, WARNING)
            return


def _differ(one, other):
    """The same month of another year may be another year's event."""
    common = min(len(one), len(other))
    return one[:common] != other[:common] and one[1] != other[1]


def _mentions(text, start, place):
    for match in _VERB.finditer(text):
        low, high = max(0, match.start() - 90), match.end() + 90
        window = text[low:high]
        date = _date(text, match)
        if date is None or _AGAIN.search(window):
            continue
        for name in _names(text, match, date):
            yield _Mention(name, match.lastgroup, date.rank, start + date.start, start + date.end, place)


def _date(text, verb):
    """The month or day that the verb is dated by: the next one behind it, with no other clause in between."""
    for period in periods(text[verb.end() : verb.end() + 110]):
        between = text[verb.end() : verb.end() + period.start]
        if (
            period.rank
            and len(period.rank) > 1
            and not re.search(r"[.;]|\b(?:and|but|while|when|which)\b(?!\s+(?:[A-Z]|the\b))", between)
        ):
            return replace(period, start=verb.end() + period.start, end=verb.end() + period.end)
        return None
    opening = _IN_FRONT.match(text)
    first = periods(text[: verb.start()])[:1] if opening and verb.start() < 110 else []
    return first[0] if first and first[0].start == opening.end() and len(first[0].rank or ()) > 1 else None


def _names(text, verb, date):
    """The names next to the verb: the last in front of it, and those between it and its date."""
    before = list(_NAME.finditer(text, max(0, verb.start() - 100), verb.start()))[-1:]
    edge = date.start if date.start > verb.start() else min(len(text), verb.end() + 90)
    between = list(_NAME.finditer(text, verb.end(), edge))[:2]
    for match in [*before, *between]:
        words = (match["quoted"] or match["name"]).split()
        yield from _parts(words)


def _parts(words):
    """The name, without what owns it: "Kent County Council's Vision Zero" is Vision Zero."""
    owned = [place for place, word in enumerate(words) if re.search(r"['\u2019]s?$", word)]
    words = words[owned[-1] + 1 :] if owned else words
    while words and words[0].lower() in _DROPPED:
        words = words[1:]
    main = tuple(word.lower() for word in words)
    if len([word for word in words if word[0].isupper()]) > 1:
        yield main
