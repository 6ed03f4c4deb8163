"""What a sentence says of a change, put together: "fell from 32,564 to 27,528, an 18% decrease".

A statement holds a value before, a value after, and what is claimed of the two: percentages, differences, points and
words such as "doubled". Figures are joined in one statement only by words that cannot well be read otherwise.
"""

from dataclasses import dataclass, field
from functools import cached_property

from reports.claims.amounts import Masked
from reports.claims.passage import PERIOD
from reports.claims.periods import is_earlier
from reports.claims.roles import AFTER, BEFORE, CLAIMS, DIFFERENCE, LEVEL, PERCENT, SHARE, VALUES, Item, items
from reports.claims.wording import DOWN_VERBS, UP_VERBS, change_word, loosely, singular, vocabulary


@dataclass
class Statement:
    """``verb`` is the word of direction that both values hang on, as (direction, start, end)."""

    items: list = field(default_factory=list)
    before: Item | None = None
    after: Item | None = None
    verb: tuple | None = None

    @property
    def claims(self):
        return [item for item in self.items if item.role in CLAIMS]

    @property
    def values(self):
        return [item for item in self.items if item.role in VALUES]

    @property
    def is_pair(self):
        return bool(self.before and self.after)


class Line(Masked):
    """One sentence of a passage."""

    @cached_property
    def statements(self):
        """In order."""
        found = []
        told = items(self)
        for item, following in zip(told, [*told[1:], None], strict=False):
            if not found or not _joins(found[-1], item, self.line, following.role if following else ""):
                found.append(Statement())
            found[-1].items.append(item)
        for statement in found:
            _settle(statement, self.line)
        return found


# Which words leave a claim with the figures in front of it -----------------------------------------------------------

_LIGHT = vocabulary(
    "a an the of or which is was were are has have had been be being this that it these there representing represents"
    " represent represented equating equates equate equated equal equals equivalent to i.e ie making giving showing"
    " marking meaning reflecting constituting amounting amounts amounted down up by rise increase increased growth"
    " fall decrease reduction drop decline dip jump climb gain uplift surge rose fell risen fallen grew dropped"
    " declined reduced overall net further slight significant total year-on-year annual sharp steady in on over year"
    " years month months period some around about approximately approx nearly almost just under more than less roughly"
    " and also still only so therefore thus change difference figure number percentage provisional small large marked"
    " modest welcome notable whole full latest same time previous last well very both now again even recorded reported"
    " per cent s then here hence actual real recent saving they estimated between corresponds corresponding translates"
    " translating works out at means shows see saw seen seeing marks"
)
_CONNECTORS = vocabulary(
    "which representing represents equating equates equal equivalent i.e ie making giving showing marking meaning"
    " reflecting amounting or a an constituting corresponding translating seeing"
)
_OPENINGS = vocabulary("this that these it which the a an representing equating")
_BRACKETS = loosely(r"\([^()]*\)")
_WORDS = loosely(r"[a-z][\w'\u2019-]*|[,(\u2013\u2014:;)]|(?<=\s)-(?=\s)")
_BREAK = loosely(r";|\b(?:while|whilst|whereas|but|although|though|however|meanwhile|respectively)\b")
_CHANGES_AGAIN = loosely(rf"\b(?:and|then|before|but)\s+(?:\w+\s+)?(?:{UP_VERBS}|{DOWN_VERBS})\b")
_NEW_CLAUSE = loosely(rf"\band\b[^,]*\b(?:{UP_VERBS}|{DOWN_VERBS}|was|were)\b")
_NEW_SUBJECT = loosely(r"\band\b.*\b(?:was|were|had|rose|fell|increased|decreased|dropped)\b")


def continues(text):
    """Whether a sentence's words before its first figure only point back: "This is a ...", "The increase was ..."."""
    words = [word.lower() for word in _WORDS.findall(text)]
    return bool(words) and words[0] in _OPENINGS and all(word in _LIGHT or word in ",(" for word in words)


def is_light(between):
    """Whether the words between a figure and a claim leave the claim with the figure."""
    if _BREAK.search(between) or _CHANGES_AGAIN.search(between):
        return False
    words = [word.lower() for word in _WORDS.findall(_BRACKETS.sub(" ", between))]
    first_light = len(words)
    while first_light and (words[first_light - 1] in _LIGHT or PERIOD in words[first_light - 1]):
        first_light -= 1
    heavy, light = words[:first_light], words[first_light:]
    if not heavy:
        return True
    if heavy[-1] not in ",(:)-\u2013\u2014" and not (light and light[0] in _CONNECTORS):
        return False
    text = " ".join(heavy)
    return not (_NEW_SUBJECT.search(text) or change_word(text))


# Which figures belong together ---------------------------------------------------------------------------------------

_OPENS = loosely(r"(?:\(|,\s+with|\sat|:|\s[\u2013\u2014-]|,)\s*$")
_ELSEWHERE = loosely(
    rf"\b(?:national\w*|England|UK|region\w*|elsewhere|others?|{UP_VERBS}|{DOWN_VERBS}|and|while|but)\b|;"
)
_TURNED = loosely(rf"^\s+(?:[\w'\u2019-]+\s+){{0,3}}?(?:{UP_VERBS}|{DOWN_VERBS})\s+to\s+$")
_HAS_RISEN = loosely(
    rf"^[^;:,()]{{0,60}},\s+(?:[\w'\u2019-]+\s+){{1,3}}(?:has\s+|have\s+)?(?:{UP_VERBS}|{DOWN_VERBS})\s+by\s+$"
)
_BESIDE = loosely(r"\b(?:and|while|whilst|whereas|then)\b|[,;]")
_CONTRAST = loosely(r"\b(?:while|whilst|whereas)\b|;")
_GENERAL = vocabulary("incident offence report crime case record call referral total people person victim one")


def _joins(statement, item, line, follows):
    """``follows`` is the role of the item behind."""
    between = line[statement.items[-1].end : item.opening]
    if item.role in {LEVEL, SHARE}:
        return _completes(statement, item, between, follows)
    if ";" in between:
        return item.role in CLAIMS and continues(between.rpartition(";")[2]) and not statement.claims
    if item.role in {BEFORE, AFTER}:
        opens_pair = item.role == BEFORE and follows == AFTER
        return not (opens_pair and statement.values) and _fits(statement, item, between)
    if item.role in {DIFFERENCE, PERCENT} and any(one.role == item.role for one in statement.claims):
        return False
    if is_light(between):
        return True
    return (
        line.startswith("With ")
        and len(statement.items) == len(statement.values) == 2
        and bool(_HAS_RISEN.match(between))
    )


def _completes(statement, item, between, follows):
    """Whether an untagged figure is one of two: "compared with 500, there were 440", "658 in 2014 and 632 in 2015"."""
    values = statement.values
    if not values:
        is_opened = between.strip() == "(" or (
            follows == BEFORE and _OPENS.search(between) and not _ELSEWHERE.search(between)
        )
        return item.role == LEVEL and bool(is_opened)
    other = values[0]
    if len(values) > 1 or not same_noun(other.amount, item.amount):
        return False
    if item.amount.kind == "percent" and (item.role != other.role or not item.rank):
        return False
    if other.role == BEFORE:
        return not statement.claims and "," in between and not loosely(r"\band\b|[()]").search(between)
    if other.role == AFTER or statement.items[-1] is not other:
        return False
    if _BREAK.search(between) and not _CONTRAST.search(between):
        return False
    return is_earlier(other.rank, item.rank) is not None and bool(_BESIDE.search(between))


def _fits(statement, item, between):
    """Whether a value before or after belongs with what the statement holds."""
    values, last = statement.values, statement.items[-1]
    if (_BREAK.search(between) and last.role != LEVEL) or (statement.claims and _NEW_CLAUSE.search(between)):
        return False
    if any(one.amount.kind != item.amount.kind for one in values):
        return False
    if item.role == BEFORE:
        return not values or (
            len(values) == 1 and values[0].role != BEFORE and same_noun(values[0].amount, item.amount)
        )
    if any(one.role == AFTER for one in values):
        return False
    if values and values[-1].role == LEVEL and last is values[-1]:
        return len(values) == 1 and bool(_TURNED.match(between))
    if any(one.role in {LEVEL, SHARE} for one in values):
        return False
    return bool(statement.claims or values or change_word(between))


def same_noun(one, other):
    """Whether two figures may count the same; where either has no noun they may."""
    if one.kind != other.kind:
        return False
    if not one.noun or not other.noun:
        return True
    words, others = [singular(word) for word in one.noun], [singular(word) for word in other.noun]
    return words[-1] in others or others[-1] in words or {words[-1], others[-1]} <= _GENERAL


# Which value is which ------------------------------------------------------------------------------------------------

_DENIED = loosely(r"\b(?:not|no|never|without|than)\b")


def _settle(statement, line):
    """Say which value is the one before and which the one after: as the words tell, or else as their periods do."""
    befores = [item for item in statement.values if item.role == BEFORE]
    others = [item for item in statement.values if item.role != BEFORE]
    statement.before = befores[0] if befores else None
    statement.after = others[-1] if others else None
    if len(others) > 1 and not befores:
        statement.before, statement.after = others[:2]
    if not statement.is_pair:
        return
    if is_earlier(statement.after.rank, statement.before.rank) and not any(item.role == AFTER for item in others):
        statement.before, statement.after = statement.after, statement.before
    statement.verb = _verb(statement, line)


def _verb(statement, line):
    before, first = statement.before, min(statement.before, statement.after, key=lambda item: item.start)
    if before.role != BEFORE or statement.after.role != AFTER:
        return (before.direction, before.start, before.end) if before.direction and before.role == BEFORE else None
    left = line[max(0, first.start - 90) : first.start]
    cut = 1 + max(left.rfind(mark) for mark in ";:.(")
    word = change_word(left[cut:])
    if not word or _DENIED.search(left[cut:]):
        return None
    offset = first.start - len(left) + cut
    return word[0], offset + word[1], offset + word[2]
