"""The part that each figure of a sentence plays in a change: the value before or after, its size, or none.

A part is told from the words right in front of the figure and right behind it: "from 500", "to 440", "a fall of 12%",
"60 fewer", "compared with the 500 of the year before".
"""

import re
from dataclasses import dataclass
from decimal import Decimal

from reports.claims.amounts import INFINITY, WORDS, Amount
from reports.claims.passage import OPAQUE, PERIOD
from reports.claims.wording import (
    DOWN_NOUNS,
    DOWN_VERBS,
    FRACTION,
    UP_NOUNS,
    UP_VERBS,
    change_word,
    fraction,
    loosely,
)

BEFORE, AFTER, LEVEL, SHARE = "before", "after", "level", "share"
PERCENT, POINTS, DIFFERENCE, MULTIPLE = "percent", "points", "difference", "multiple"
VALUES = frozenset([BEFORE, AFTER, LEVEL, SHARE])
CLAIMS = frozenset([PERCENT, POINTS, DIFFERENCE, MULTIPLE])


@dataclass(frozen=True)
class Item:
    """A figure, or a word such as "doubled", which has the ratios ``low`` and ``high``; ``rank`` is its period's.

    ``direction`` is 1 for a rise, -1 for a fall, 0 where it is not said.
    """

    start: int
    end: int
    role: str
    amount: Amount | None = None
    direction: int = 0
    low: Decimal = Decimal(0)
    high: Decimal = INFINITY
    rank: tuple | None = None

    @property
    def opening(self):
        """Where the figure begins with its "around" or "over"."""
        return self.amount.qualified_from if self.amount else self.start


def items(line):
    """The figures of a Masked line and its words of multiplying, in order."""
    amounts, found = line.amounts, []
    if not amounts:
        return found
    edges = [0, *(amount.end for amount in amounts)]
    followers = [*(amount.start for amount in amounts[1:]), len(line.line)]
    for amount, left_edge, right_edge in zip(amounts, edges, followers, strict=False):
        left = line.line[max(left_edge, amount.qualified_from - 130) : amount.qualified_from]
        left = left + " " if left and not left.endswith((" ", "(")) else left
        right = line.line[amount.end : min(right_edge, amount.end + 90)]
        role, direction = _role(amount, left, right, found[-1] if found else None)
        rank = line.period_of(amount, left_edge, right_edge)
        found.append(Item(amount.start, amount.end, role, amount, direction, rank=rank))
    return sorted([*found, *_multiples(line.line), *_fraction_changes(line.line)], key=lambda item: item.start)


# The size of a change ------------------------------------------------------------------------------------------------

_UP = rf"(?P<up>{UP_VERBS}|{UP_NOUNS})"
_DOWN = rf"(?P<down>{DOWN_VERBS}|{DOWN_NOUNS})"
_MORE_OF = r"(?:a\s+(?:further|total\s+of)\s+|an?\s+)?"
_MANNER = (
    r"overall|net|further|slight|significant|total|year[\s-]on[\s-]year|annual|national|local|reported|recorded|sharp|steady|real"
    r"|provisional|small|large|big|marked|modest|actual|similar|welcome|notable|steep|relative|approximate|corresponding|combined|cumulative"
)
_BY = loosely(rf"(?<![\w-])(?:{_UP}|{_DOWN})(?![\w-])[^;:()]{{0,90}}\bby\s+{_MORE_OF}$")
_OF = loosely(
    rf"(?<![\w-])(?:(?P<up>{UP_NOUNS})|(?P<down>{DOWN_NOUNS})|difference|change|gap)s?(?![\w-])[^;:()]{{0,90}}\bof\s+{_MORE_OF}$"
)
_DIRECT = loosely(
    rf"(?<![\w-])(?:(?P<up>{UP_VERBS}|up)|(?P<down>{DOWN_VERBS}|down))(?:\s+by)?"
    rf"(?:\s+(?:sharply|slightly|steadily|overall|again|further|significantly))?\s+{_MORE_OF}$"
)
_NOUN_BEHIND = loosely(
    rf"^[\s-]+(?:(?:{_MANNER})[\s,]+(?:and\s+)?){{0,3}}(?:(?P<up>{UP_NOUNS})|(?P<down>{DOWN_NOUNS}))(?![\w-])"
)
_SHARE_MORE = loosely(
    r"^\s+(?:(?P<up>more|higher|greater|up|above)|(?P<down>fewer|less|lower|down|below))\b"
    r"(?!\s+than\s+(?:half|a\s)|\s+likely|\s+to\b)"
)
_COUNT_MORE = loosely(
    r"^\s+(?:[a-z-]+\s+){1,3}?(?:(?P<up2>more|higher)|(?P<down2>fewer|less|lower))\s+than\b"
    r"|^\s+(?:(?P<up>more|higher|up)|(?P<down>fewer|less|lower|down))\b(?!\s+likely|\s+to\b)"
)
_COORDINATED = loosely(r"^[^;:()]{0,60}\b(?:and|,)\s[^;:()]{0,60}\bby\s+$")
_A_YEAR = loosely(
    r"^\s+(?:(?:more|fewer|less)\s+)?(?:(?:a|per|each|every)\s+(?:year|month|week|quarter)|annually|on\s+average)\b"
)


def _size(amount, left, right, last):
    """The direction of the change that the figure is the size of; None where it is the size of none."""
    if amount.sign and amount.kind in {"percent", "points"}:
        return amount.sign
    if found := _NOUN_BEHIND.match(right) or _DIRECT.search(left) or _BY.search(left) or _OF.search(left):
        return _direction(found["up"], found["down"])
    if more := _more(amount, right):
        return more
    if last and last.role in CLAIMS and last.direction and _COORDINATED.match(left):
        return last.direction
    return None


def _more(amount, right):
    if amount.kind in {"percent", "points"}:
        found = _SHARE_MORE.match(right)
        return found and _direction(found["up"], found["down"])
    found = _COUNT_MORE.match(right)
    return found and _direction(found["up"] or found["up2"], found["down"] or found["down2"])


def _direction(up, down):
    return 1 if up else -1 if down else 0


# The values before and after -----------------------------------------------------------------------------------------

_WORD = rf"\s+[\w'\u2019&{PERIOD}{OPAQUE}-]+"
_HAD = (
    r"(?:,?\s*(?:which|when|where)\s+(?:had|has|was|were|saw|stood\s+at|totalled|recorded|there\s+(?:was|were)|it\s+(?:was|stood\s+at))"
    r"|,?\s*when)?"
)
_FROM = loosely(rf"\bfrom(?:{_WORD}){{0,9}}?(?:\s*\([^()]{{0,30}}\))?\s+$")
_TO = loosely(
    r"\bto(?:\s+(?:a|an|the|reach|stand|at|total|record|high|low|peak|new|of|just|its|current|now|figure|level|only|become|be)){0,5}\s+$"
)
_AGAINST = loosely(
    r"\b(?:(?:when\s+)?compar(?:ed|ing)\s+(?:with|to|against)|in\s+comparison\s+(?:with|to)|(?P<against>against)|versus|vs\.?"
    r"|(?P<than>than)|as\s+opposed\s+to|set\s+beside|(?P<from>(?:up|down)\s+(?:on|from)))"
    rf"(?:{_WORD}){{0,11}}?{_HAD}(?:\s*[(,])?\s+$"
)
_BASE = loosely(
    r"^[^;:]{0,60}?\b(?P<cue>on|than|from|against|over|compared\s+(?:with|to)|versus|below|above|since)"
    rf"(?:{_WORD}){{0,9}}?{_HAD}\s*(?:\([^()\d]{{0,30}}\)\s*)?[(,]?{_HAD}\s*$"
)
_COMPARING = loosely(r"\b(?:compar(?:ed|ing)|in\s+comparison)\s+(?:with|to|against)\b")
_OTHER_MATTER = loosely(
    r"\b(?:and|with|while|whilst|whereas|but|as|so|because|making|bringing|leaving|include[sd]?|including|of\s+which|of\s+whom)\b"
)
_RELATIVE_CLAUSE = loosely(rf"{_HAD}\s*[(,]?\s*$")
_CLAUSE = loosely(rf"\b(?:had|has|have|was|were|is|are|will|said|showed?|by|{UP_VERBS}|{DOWN_VERBS})\b")
# "violence against the person" compares nothing.
_ACTS = loosely(
    r"\b(?:violence|crimes?|offences?|abuse|hate|fraud|protect\w*|actions?|campaigns?|attacks?|assaults?|work)\s+$"
)

_SIZE_IN_BRACKET = loosely(rf"^[\s\w{PERIOD}]{{0,40}}\(\s*$")
_SIZE_BEHIND_OR = loosely(rf"^[\s\w{PERIOD}]{{0,40}},\s+or\s+$")
_OF_DIFFERENCE = loosely(r"^[^;.]{0,40}(?:\(|,? or)\s*$")
_OF_SOMETHING = loosely(r"\s*of\b")


def _role(amount, left, right, last):
    """The role and the direction."""
    if amount.kind == "percent" and _A_YEAR.match(right):
        return SHARE, 0
    size = _size(amount, left, right, last)
    is_value = _plainly(_FROM, left) or _TO.search(left)
    if size is not None and (not is_value or _NOUN_BEHIND.match(right) or _more(amount, right)):
        return {"percent": PERCENT, "points": POINTS}.get(amount.kind, DIFFERENCE), size
    if amount.kind == "points":
        return POINTS, 0
    if last and last.role in CLAIMS and _is_base(left) and not _TO.search(left):
        return BEFORE, 0
    if (found := _plainly(_AGAINST, left)) and not (found["against"] and _ACTS.search(left[: found.start()])):
        return BEFORE, _against_direction(found, left)
    if _plainly(_FROM, left):
        return BEFORE, 0
    if _TO.search(left):
        return AFTER, 0
    return _share(left, right, last) if amount.kind == "percent" else (LEVEL, 0)


def _share(left, right, last):
    """A percentage without a word of change: the size of one if it stands behind one, "345 (8.2%)", else a share."""
    if last and not _OF_SOMETHING.match(right):
        if last.role == DIFFERENCE and _OF_DIFFERENCE.match(left):
            return PERCENT, last.direction
        if last.role in {AFTER, BEFORE} and _SIZE_IN_BRACKET.match(left) and re.match(r"\s*\)", right):
            return PERCENT, 0
        if last.role == AFTER and _SIZE_BEHIND_OR.match(left):
            return PERCENT, 0
    return SHARE, 0


def _plainly(pattern, left):
    """The match, unless a clause with a verb of its own stands between the word of comparison and the figure."""
    found = pattern.search(left)
    return found if found and _is_plain(found[0], found[0]) else None


def _is_base(left):
    """Whether the figure is what a change in front of it is a change on: "12% on the 500 of the year before"."""
    found = _BASE.match(left)
    return bool(found) and _is_plain(left, left[found.start("cue") :])


def _is_plain(words, behind_cue):
    return not (_OTHER_MATTER.search(_COMPARING.sub("", words)) or _CLAUSE.search(_RELATIVE_CLAUSE.sub("", behind_cue)))


def _against_direction(found, left):
    if found["from"]:
        return 1 if found["from"].lower().startswith("up") else -1
    before = left[max(0, found.start() - 12) : found.start()].lower().split()[-1:] if found["than"] else []
    return _direction(before in (["more"], ["higher"], ["greater"]), before in (["fewer"], ["less"], ["lower"]))


# Multiples -----------------------------------------------------------------------------------------------------------

_HOW = (
    r"(?:(?:just|slightly)\s+)?(?:over|under|more\s+than|less\s+than)|nearly|almost|roughly|about|around|approximately"
    r"|virtually"
)
_TIMES = {"doubl": 2, "halv": Decimal("0.5"), "trebl": 3, "tripl": 3, "quadrupl": 4}
_MULTIPLE = loosely(
    rf"\b(?:(?P<how>{_HOW})\s+)?(?:a\s+)?(?:(?P<verb>doubl|halv|trebl|tripl|quadrupl)(?:ed|ing)"
    r"|(?P<times>twice|(?:three|four|five|ten)\s+times)\s+(?=as\s+many|as\s+high|the\s+(?:number|figure|total|level|[0-9])|that|higher|more)"
    r"|(?P<fold>two|three|four|five|six|ten)-?fold)\b"
)
_FRACTION_CHANGE = loosely(
    rf"\b(?:by|of)\s+(?:(?P<how>{_HOW})\s+)?(?:an?\s+|one\s+)?(?P<part>{FRACTION})s?\b(?!\s+of\b)"
)
# How far a multiple may be from its word.
_PLAIN, _OVER, _UNDER, _NEARLY, _ABOUT = (
    tuple(map(Decimal, bounds.split("-"))) for bounds in ("0.9-1.12", "1-1.5", "0.5-1", "0.75-1", "0.85-1.15")
)


def _multiples(line):
    for match in _MULTIPLE.finditer(line):
        if match["verb"]:
            times = Decimal(_TIMES[match["verb"].lower()])
        else:
            word = (match["times"] or match["fold"]).split()[0].lower()
            times = Decimal(2 if word == "twice" else WORDS[word])
        low, high = _bounds(match["how"])
        if times < 1 and (low == 1 or high == 1):  # "more than halved" is less than half
            low, high = 2 - high, 2 - low
        yield Item(*match.span(), MULTIPLE, direction=1 if times > 1 else -1, low=low * times, high=high * times)


def _fraction_changes(line):
    """ "Rose by a third": the ratio that it makes."""
    for match in _FRACTION_CHANGE.finditer(line):
        if word := change_word(line[max(0, match.start() - 80) : match.start()]):
            low, high = (bound * fraction(match["part"]) for bound in _bounds(match["how"]))
            low, high = (1 + low, 1 + high) if word[0] > 0 else (1 - high, 1 - low)
            yield Item(*match.span(), MULTIPLE, direction=word[0], low=low, high=high)


def _bounds(how):
    words = (how or "").lower().split()
    if not words:
        return _PLAIN
    if words[-1] == "over" or "more" in words:
        return _OVER
    if words[-1] == "under" or "less" in words:
        return _UNDER
    return _NEARLY if words[-1] in {"nearly", "almost", "virtually"} else _ABOUT
