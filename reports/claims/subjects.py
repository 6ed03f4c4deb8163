"""One subject across a paragraph: its number, its change and its percentage, told in different sentences.

"... 4,532 casualties. ... Casualties rose by 345. ... Total casualties rose by 6.8%." Only where the paragraph gives
one of each for just the same words is there anything to check.
"""

import re
from bisect import bisect_left
from collections import defaultdict
from dataclasses import replace

from reports.claims import arithmetic
from reports.claims.findings import Finding
from reports.claims.roles import DIFFERENCE, LEVEL, PERCENT, SHARE, VALUES
from reports.claims.wording import DOWN_NOUNS, UP_NOUNS, change_word, loosely, singular, vocabulary

_WORD = re.compile(r"[A-Za-z][\w'\u2019-]*")
_EMPTY = vocabulary(
    "total overall all recorded reported number numbers of the a an in these those our both there was were there's"
    " that and by with on is are for has have but while whilst although also"
)
_SUBJECT = loosely(
    r"(?:^|[,;:(]|\b(?:and|but|while|whilst|that|although|there|year|this)\b)\s*([A-Za-z][^,;:()]{0,80}?)\s*$"
)
_NOUNS = rf"(?:{UP_NOUNS}|{DOWN_NOUNS})"
_AFTER_NOUN = loosely(rf"^[\s-]+(?:(?!and\b|or\b)[a-z-]+\s+){{0,2}}?{_NOUNS}\s+in\s+((?:[a-z][\w'\u2019-]*\s*){{1,6}})")
_NOUN_BEFORE = loosely(rf"\b{_NOUNS}\s+in\s+((?:[a-z][\w'\u2019-]*\s*){{1,8}}?)\s*(?:of|by)\s*$")
_ENDS = loosely(r"\b(?:in|across|during|over|compared|since|from|for|on|at|when|between|resulting|to)\b")


def check(passage, lines):
    paragraphs = defaultdict(list)
    for sentence, line in lines:
        if line.amounts:
            paragraphs[sentence.block].append((sentence.start, line))
    for told in paragraphs.values():
        if len(told) > 1:
            yield from _paragraph(told, passage)


def _paragraph(told, passage):
    held = {LEVEL: defaultdict(list), DIFFERENCE: defaultdict(list), PERCENT: defaultdict(list)}
    for start, line in told:
        for statement in line.statements:
            for item in statement.items:
                if key := _key(item, line):
                    role = LEVEL if item.role in VALUES else item.role
                    held[role][key].append((start, item, statement))
    for key, percents in held[PERCENT].items():
        levels, differences = held[LEVEL].get(key, []), held[DIFFERENCE].get(key, [])
        if len(percents) == len(levels) == len(differences) == 1:
            yield from _one(percents[0], differences[0], levels[0], passage)


def _one(percent, difference, level, passage):
    start, claim, statement = percent
    if statement is difference[2] or statement.values or claim.direction * difference[1].direction < 0:
        return
    if wrong := arithmetic.of_difference(claim, difference[1], replace(level[1], role=LEVEL)):
        low, high = start + claim.start, start + claim.end
        yield Finding(low, high, wrong.rule, passage.stated(low, high), wrong.expected, wrong.message)


def _key(item, line):
    """The words of what a figure counts or of what changes; () where they cannot be told."""
    if item.amount is None or item.role not in {DIFFERENCE, PERCENT, *VALUES} or item.role == SHARE:
        return ()
    text = line.line
    if item.role not in {DIFFERENCE, PERCENT}:
        return _words(" ".join(item.amount.noun))
    after = _AFTER_NOUN.match(text[item.end : item.end + 90])
    if after:
        return _words(_ENDS.split(after[1])[0])
    place = bisect_left(line.amounts, item.start, key=lambda amount: amount.start)
    edge = line.amounts[place - 1].end if place else 0
    left = text[max(edge, item.amount.qualified_from - 130) : item.amount.qualified_from]
    if before := _NOUN_BEFORE.search(left):
        return _words(_ENDS.split(before[1])[0])
    word = change_word(left)
    subject = _SUBJECT.search(left[: word[1]] if word else re.sub(r"\bby\s*$", "", left))
    return _words(_ENDS.split(subject[1])[0]) if subject else ()


def _words(text):
    words = [word.lower() for word in _WORD.findall(text)]
    return tuple(sorted({singular(word) for word in words if word not in _EMPTY}))
