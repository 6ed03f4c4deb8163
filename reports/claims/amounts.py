"""The figures of a sentence, each with all values that its printing and its words allow.

A figure printed exactly is that number, with two reliefs: whole thousands from 10,000 on may be rounded, but not to
fewer than three digits, and a decimal or a number of millions is rounded in its last digit. "Around",
"over", "nearly" and the rest widen it, always to the reader's benefit of doubt: what they allow is never raised.
"""

import re
from bisect import bisect_left
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property

from reports.claims.passage import OPAQUE, PERIOD, RATE, blank
from reports.claims.periods import days, periods
from reports.claims.wording import vocabulary

INFINITY = Decimal("Infinity")

_SCALES = {"k": 3, "thousand": 3, "m": 6, "mn": 6, "million": 6, "bn": 9, "billion": 9}
_UNITS = ["two", "three", "four", "five", "six", "seven", "eight", "nine"]
_TEENS = ["ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
WORDS = {word: number for number, word in enumerate([*_UNITS, *_TEENS], 2)}
for _place, _ten in enumerate(_TENS, 2):
    WORDS[_ten] = _place * 10
    WORDS |= {f"{_ten}-{unit}": _place * 10 + number for number, unit in enumerate(["one", *_UNITS], 1)}
_WORD = "(?:" + "|".join(_TENS) + ")(?:-(?:one|" + "|".join(_UNITS) + "))?|" + "|".join([*_TEENS, *_UNITS])

_DIGIT = re.compile(r"[0-9]")
_NUMBER_WORDS = frozenset([*_UNITS, *_TEENS, *_TENS])
_ONE = re.compile(r"\bone(?=\s+in\s)", re.IGNORECASE)
_LETTERS = re.compile(r"[a-z]+")
_FIGURE = re.compile(
    r"(?<![\w.,/\x01\x02\x03])(?<![A-Za-z0-9][-\u2013])"
    r"(?:(?P<sign>[+\-\u2212\u2013])(?=[\u00a3\u20ac$]?[0-9]))?(?P<money>[\u00a3\u20ac$])?"
    r"(?P<number>[0-9]{1,3}(?:,[0-9]{3}){1,4}(?:\.[0-9]{1,9})?|[0-9]{1,12}(?:\.[0-9]{1,9})?)"
    r"(?:\s?(?P<scale>million|billion|thousand|bn|mn|m|k)\b)?"
    r"(?P<percent>\s?%|\s?per\s?cent\b|\spc\b)?"
    r"(?:\s?-?(?P<points>(?:percentage[\s-])?points?\b|pp\b|ppts?\b))?"
    r"(?P<plus>\+)?(?![\w]|[.,/:][0-9]|\u00bd)",
    re.IGNORECASE,
)
_IN_WORDS = re.compile(
    rf"\b(?P<word>{_WORD})\b(?P<word_percent>\s?per\s?cent\b|\s?%)?"
    r"(?:\s?-?(?P<word_points>percentage[\s-]points?\b))?(?!\s+(?:hundred|thousand|million|or\b|-)|[\s-](?:thirds|quarters|fifths)\b)",
    re.IGNORECASE,
)

_ABOUT = (
    r"approx(?:\.|imately)?|around|about|roughly|circa|c\.|~|some|an?\s+(?:estimated|approximate)|estimated(?:\s+at)?"
    r"|in\s+the\s+region\s+of|close\s+to|near|near\s+to|broadly|typically|on\s+average|averag(?:e|ing)"
)
_JUST = r"(?:just|slightly|a\s+little|a\s+fraction|marginally|fractionally)"
_QUALIFIER = re.compile(
    r"(?:^|[\s(\u2018'\"])(?:(?P<just_over>" + _JUST + r"\s+(?:over|above|more\s+than))"
    r"|(?P<just_under>" + _JUST + r"\s+(?:under|below|less\s+than|fewer\s+than|short\s+of))"
    r"|(?P<least>at\s+least|no\s+fewer\s+than|no\s+less\s+than|a\s+minimum\s+of|well\s+over|much\s+more\s+than|far\s+more\s+than)"
    r"|(?P<most>at\s+most|no\s+more\s+than|up\s+to|as\s+many\s+as|a\s+maximum\s+of|fewer\s+than|less\s+than|under|below|not\s+quite|well\s+under)"
    r"|(?P<over>over|more\s+than|in\s+excess\s+of|upwards\s+of|above|exceeding|greater\s+than|beyond|higher\s+than|passed|topped)"
    r"|(?P<nearly>nearly|almost|approaching|close\s+on|virtually)"
    rf"|(?P<about>{_ABOUT}))\s*$",
    re.IGNORECASE,
)
_AFTERWARDS = re.compile(
    r"^\s*(?:or\s+(?P<least>more|over|above)\b|(?P<about>or\s+so\b)|(?P<most>or\s+(?:fewer|less|under)\b))",
    re.IGNORECASE,
)

# Numbers that are no figures: by the words in front of them, with what is then left out, ...
_AGE_BEFORE = re.compile(
    r"\b(?:aged?|ages|aged\s+between|between\s+the\s+ages\s+of)\s+(?:(?:between|from|under|over)\s+)?$|\b(?:under|over)[-\s]?$",
    re.IGNORECASE,
)
_AGE = re.compile(
    r"[0-9]{1,3}(?:\s*(?:-|\u2013|to|and)\s*[0-9]{1,3})?(?:\s?\+)?(?:\s+(?:and|or)\s+(?:over|under|above|older|younger))?(?!,?[0-9%])",
    re.IGNORECASE,
)
_AGED = re.compile(r"\bage\w*\b", re.IGNORECASE)
_YOUNGER = re.compile(r"[0-9]{1,2}s\b|[0-9]{1,2}(?=\s+years?\s+old)", re.IGNORECASE)
_REFERRED_BEFORE = re.compile(
    r"\b(?:sections?|s\.|chapter|appendix|annex|pages?|p\.|pp\.|notes?|footnote|table|fig(?:ure|\.)|schedule|article|clause|paragraph|para"
    r"|version|ref\.?|no\.|formula|covid|junctions?|tiers?|phase|step|key\s+stage|round|grade"
    r"|(?-i:Years?|Week|Day|Key\s+Stage|Team|Group|Unit|Level|Step|Phase|Stage|Part|Item|Priority|Action|Objective|Recommendation|Theme|Strand"
    r"|Question|Tier|Grade|Band|Category|Zone|Ward|Room|Lot|Route|Round|Wave|Module|Option))\s+$",
    re.IGNORECASE,
)
_REFERRED = re.compile(
    r"[0-9]{1,3}(?:\.[0-9]{1,3})*(?:\s?(?:-|\u2013|,|and|to|&)\s?[0-9]{1,2})?(?!,?[0-9]|%|\s?%|\s?per\s?cent|\.[0-9])",
    re.IGNORECASE,
)
# ... and by themselves: ages, ranges of two small numbers, times of day, odds, durations.
_NO_FIGURE = re.compile(
    r"[0-9]{1,3}(?:\s*(?:-|\u2013|to)\s*[0-9]{1,3})?[\s-]*(?:years?|yrs?)[\s-]*olds?\b|[0-9]{1,2}s\b"
    r"|[0-9]{1,3}\s+(?:years?|months?)\s+of\s+age\b|[0-9]{1,3}\s+(?:and|or)\s+(?:over|under|above|older|younger)\b"
    r"|[0-9]{1,2}\s?(?:-|\u2013)\s?[0-9]{1,2}(?![\w%,.][0-9]|\s?%|\s?million)"
    r"|[0-9]{1,2}[.:][0-9]{2}\s?(?:am|pm|hrs|hours)\b|[0-9]{1,2}:[0-9]{2}\b"
    r"|[0-9]{1,2}\s?(?:am|pm|a\.m\.|p\.m\.|noon|o'clock)(?!\w)|24/7\b|[0-9]{1,3}-to-[0-9]{1,3}\b|[0-9]{1,2}\s?x\s?[0-9]{1,2}\b"
    rf"|(?:[0-9]{{1,3}}|one|{_WORD})\s+in\s+(?:every\s+)?(?:[0-9]{{1,2}}|{_WORD})\b(?!\s?%|[,.][0-9])"
    rf"|(?:[0-9]{{1,4}}|{_WORD})[\s-]+(?:hours?|hrs?|minutes?|mins?|seconds?|days?|weeks?|months?|years?|decades?|miles?|mph|km|metres?|times|stars?|pages?)\b",
    re.IGNORECASE,
)
_NEXT_CLAUSE = re.compile(r"(?:;|\b(?:and|but|while|whereas))\s+(?:in|by|for|during)?\s*$")
_LABELS = re.compile(r"\s*[:\u2013\u2014=-]\s*")
_BUILT_AROUND = re.compile(
    r"\b(?:built|based|structured|organised|organized|cent(?:re|er)d|framed|arranged|grouped)\s+around\s+$",
    re.IGNORECASE,
)
_CANDIDATE = re.compile(r"(?<![\w.,/])[0-9]+")
_PER = re.compile(
    r"\b(?:per|for\s+every|in\s+every)\s+(?:head\s+of\s+)?(?:[0-9]{1,3}(?:,[0-9]{3})*|(?:a\s+)?(?:hundred|thousand|million))\b",
    re.IGNORECASE,
)
_DAYS_BEFORE = re.compile(r"(?:\b[0-9]{1,2}(?:st|nd|rd|th)?\s*(?:-|\u2013|/|to|and|&|,)\s*){1,4}$")
_GLUED = re.compile(r"(?<=[a-z)\]])[0-9]{1,2}(?=[\s.,;:)]|$)|(?<=[a-z)\]][.,;])[0-9]{1,2}(?=\s|$)")
_RANGE = re.compile(r"^\s?(?:-|\u2013|to|and)\s?$")
_RANGE_OPENING = re.compile(
    r"\b(?:between|from)\s+(?:(?:around|about|approximately|approx\.|just\s+over)\s+)?$", re.IGNORECASE
)

_CHANGED = re.compile(r"\b(?:rose|fell|grew|up|down|increas\w+|decreas\w+|drop\w*|reduc\w+)\s*$", re.IGNORECASE)

_HEAD = re.compile(r"^\s+((?:[A-Za-z][\w'\u2019&/-]*\s*){1,6})")
_NOUN_ENDS = vocabulary(
    "it they we he she you those these there in of were was are is had has have for from to at by on and or as"
    " with than who which that while whereas during between over per across this last but when where after before"
    " more fewer less higher lower being against compared involving since under into led made came reported"
    " recorded took went attended up down because so if not only including such each every a an the equating"
    " representing heard held seen taken given found sent spent known dealt met paid expected"
)


@dataclass(frozen=True)
class Amount:
    """``kind`` is "count", "money", "percent", "points" or "rate". Places are those in the passage."""

    start: int
    end: int
    value: Decimal
    low: Decimal
    high: Decimal
    kind: str
    sign: int = 0
    decimals: int = 0
    qualifier: str = ""
    qualified_from: int = 0
    noun: tuple = ()

    @property
    def is_exact(self):
        return self.low == self.high


class Masked:
    """One line of a passage with its periods and the numbers that are no figures overwritten."""

    def __init__(self, text):
        self.text = text

    @cached_property
    def days(self):
        return days(self.text) if _DIGIT.search(self.text) else []

    @cached_property
    def periods(self):
        return periods(self.text, self.days)

    @cached_property
    def has_words(self):
        """Whether numbers in words stand in it: "twelve"."""
        return not _NUMBER_WORDS.isdisjoint(_LETTERS.findall(self.text.lower()))

    @cached_property
    def has_number(self):
        return bool(_DIGIT.search(self.text)) or self.has_words

    @cached_property
    def line(self):
        spans = [(one.start, one.end) for one in self.periods]
        if not self.has_number:
            return blank(self.text, _merged(spans), PERIOD)
        for day in self.days:
            if before := _DAYS_BEFORE.search(self.text[max(0, day.start - 40) : day.start]):
                spans.append((max(0, day.start - 40) + before.start(), day.start))
        line = blank(self.text, _merged(spans), PERIOD)
        line = _GLUED.sub(lambda match: " " * len(match[0]), line)
        line = _PER.sub(lambda match: RATE * len(match[0]), line)
        return blank(line, _merged(_no_figures(line, self.has_words)), OPAQUE)

    @cached_property
    def amounts(self):
        if not self.has_number:
            return ()
        return tuple(_joined(list(_amounts(self.line, self.has_words)), self.line))

    def period_of(self, amount, low, high):
        """Its period's rank: one just in front of it, else the first before ``high``, else the last after ``low``."""
        last = bisect_left(self._begins, amount.start) - 1
        if last >= 0 and _LABELS.fullmatch(self.text, self._dated[last].end, amount.qualified_from):
            return self._dated[last].rank
        before = self._dated[last] if last >= 0 and self._dated[last].start >= low else None
        place = bisect_left(self._begins, amount.end)
        behind = self._dated[place] if place < len(self._dated) and self._dated[place].start < high else None
        if behind and not (before and _NEXT_CLAUSE.search(self.text[amount.end : behind.start][-40:])):
            return behind.rank
        return before and before.rank

    @cached_property
    def _dated(self):
        return [period for period in self.periods if period.rank]

    @cached_property
    def _begins(self):
        return [period.start for period in self._dated]


def span(value, unit, qualifier, *, is_exact):
    """All values that ``value`` may stand for; ``unit`` is what a one is worth in its last printed digit."""
    last = _last_meant(value, unit)
    share = abs(value) / 10
    if qualifier == "about":
        half = max(last / 2, share if last > unit else share / 2)
        return value - half, value + half
    if qualifier == "just_over":
        return value, value + max(last / 2, share / 2)
    if qualifier == "just_under":
        return value - max(last / 2, share / 2), value
    if qualifier == "over":
        return value, value + max(last, share)
    if qualifier == "nearly":
        return value - max(last, share), value
    if qualifier == "least":
        return value, INFINITY
    if qualifier == "most":
        return Decimal(0), value
    if is_exact:
        return _perhaps_rounded(value)
    return value - unit / 2, value + unit / 2


def _perhaps_rounded(value):
    """Whole thousands from 10,000 on are rounded as often as not."""
    if value < 10_000 or value % 1000:
        return value, value
    last = min(_last_meant(value, Decimal(1)), Decimal(10) ** max(3, len(str(int(value))) - 3))
    return value - last / 2, value + last / 2


def _last_meant(value, unit):
    """What a one is worth in the last digit that says something: noughts before the decimal point may be rounding."""
    if not value:
        return unit
    exponent = value.normalize().as_tuple().exponent
    return max(unit, Decimal(1).scaleb(exponent))


def _merged(spans):
    merged = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _no_figures(line, has_words):
    at = 0
    candidates = [match.start() for match in _CANDIDATE.finditer(line)]
    if has_words:
        candidates += [match.start() for pattern in (_IN_WORDS, _ONE) for match in pattern.finditer(line)]
    for start in sorted(candidates):
        if start < at:
            continue
        left = line[max(0, start - 40) : start]
        found = _NO_FIGURE.match(line, start)
        if found is None and _AGE_BEFORE.search(left):
            found = (_AGE if _AGED.search(left) else _YOUNGER).match(line, start)
        if found is None and _REFERRED_BEFORE.search(left):
            found = _REFERRED.match(line, start)
        if found:
            at = found.end()
            yield start, at


def _amounts(line, has_words):
    before = 0
    matches = list(_FIGURE.finditer(line))
    if has_words:
        matches = sorted([*matches, *_IN_WORDS.finditer(line)], key=lambda match: match.start())
    for match in matches:
        is_word = match.re is _IN_WORDS
        if is_word:
            kind = "points" if match["word_points"] else "percent" if match["word_percent"] else "count"
            value, unit = Decimal(WORDS[match["word"].lower()]), Decimal(1)
            decimals, sign = 0, 0
        else:
            number = Decimal(match["number"].replace(",", ""))
            decimals = -number.as_tuple().exponent
            scale = _SCALES[match["scale"].lower()] if match["scale"] else 0
            value, unit = number.scaleb(scale), Decimal(1).scaleb(scale - decimals)
            kind = _kind(match, line)
            sign = 0 if not match["sign"] else 1 if match["sign"] == "+" else -1
        qualifier, since = _qualifier(match, line, before)
        exact = kind in {"count", "money"} and unit == 1
        low, high = span(value, unit, qualifier, is_exact=exact)
        yield Amount(
            *match.span(), value, low, high, kind, sign, decimals, qualifier, since,
            _noun(line, match.end()),
        )  # fmt: skip
        before = match.end()


def _kind(match, line):
    if match["points"]:
        return "points"
    if match["percent"]:
        return "percent"
    if line[match.end() : match.end() + 40].lstrip(" ").startswith(RATE):
        return "rate"
    return "money" if match["money"] else "count"


def _qualifier(match, line, before):
    """The name of the qualifier and where it begins."""
    if match.re is _FIGURE and match["plus"]:
        return "least", match.start()
    left = line[max(before, match.start() - 40) : match.start()]
    if (found := _QUALIFIER.search(left)) and not _BUILT_AROUND.search(left):
        begun = match.start() - len(left) + found.start()
        return found.lastgroup, begun
    if found := _AFTERWARDS.match(line[match.end() : match.end() + 12]):
        return found.lastgroup, match.start()
    return "", match.start()


def _noun(line, end):
    """The words of the noun that is counted: ("hate", "crimes"); lower case, up to four."""
    found = _HEAD.match(line[end : end + 80])
    words = []
    for word in found[1].split() if found else ():
        if word.lower() in _NOUN_ENDS:
            break
        words.append(word.lower())
    while words and words[-1].endswith("ed"):
        words.pop()
    return tuple(words[:4])


def _joined(amounts, line):
    """Ranges made one ("15 to 25%", "between 300 and 400"), and the % of "from 23 to 27%" given to both."""
    kept = []
    for amount in amounts:
        last = kept[-1] if kept else None
        if last and not amount.sign and _RANGE.match(line[last.end : amount.start]):
            if last.kind == "count" and amount.kind in {"percent", "money"}:
                last = kept[-1] = _of_kind(last, amount.kind)
            if _is_range(last, amount, line):
                kept[-1] = replace(
                    amount, start=last.start, low=last.low, qualifier="range", qualified_from=last.qualified_from
                )
                continue
        kept.append(amount)
    return kept


def _is_range(first, last, line):
    if first.kind != last.kind or first.value >= last.value:
        return False
    left = line[max(0, first.start - 30) : first.start]
    opening = _RANGE_OPENING.search(left)
    if opening:
        return opening[0].lower().startswith("between")
    joint = line[first.end : last.start].strip()
    return joint != "and" and not (joint == "to" and _CHANGED.search(left))


def _of_kind(amount, kind):
    low, high = span(amount.value, Decimal(1).scaleb(-amount.decimals), amount.qualifier, is_exact=kind == "money")
    return replace(amount, kind=kind, low=low, high=high)
