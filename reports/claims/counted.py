"""A number of things announced, against the list that follows: "13 priorities:" above twelve."""

import re
from decimal import Decimal

from reports.claims.amounts import WORDS
from reports.claims.findings import Finding
from reports.claims.wording import vocabulary

_MOST = 40
_LONGEST_LIST = 600

# From the number on: its noun, what may stand between the noun and the list, and how each kind of list begins.
_NOUN = (
    r"[0-9A-Za-z-]+\s+(?P<noun>(?:[A-Za-z][\w'\u2019/&-]*\s+){0,4}?[A-Za-z][\w'\u2019/-]*s|[A-Za-z]*\s?people|children)"
)
_REST = (
    r"(?P<rest>(?:\s*\([^()]{0,60}\))?"
    r"(?:\s+(?:of|for|in|on|from|under|within|across|at|which|that|identified|agreed|set|named|listed|below|against|to\s+be|covered"
    r"|this|over|during|by)\b[^:;.]{0,90}?)?"
    r"(?:,?\s+(?:are|were|have\s+been|has\s+been|is|was|set\s+up|agreed|identified|named|chosen|formed|funded|created|will\s+be|being"
    r"|namely|as\s+follows|follow|below|these\s+are|they\s+are|shown|set\s+out|listed)){0,3}(?:\s+(?:as|for|to)\s+[^:;.]{1,60}?)?)"
)
_ABOVE_LIST = re.compile(rf"{_NOUN}{_REST}\s*(?P<mark>[:.\u2013-]?)\s*$", re.IGNORECASE)
_IN_SENTENCE = re.compile(rf"{_NOUN}{_REST}\s*:\s+", re.IGNORECASE)
_IN_BRACKETS = re.compile(rf"{_NOUN}\s*\((?P<items>[^()0-9%]{{8,300}})\)", re.IGNORECASE)
_NAMELY = re.compile(rf"{_NOUN},\s+(?:namely|i\.e\.)\s+", re.IGNORECASE)

# Words that make the list one of something else, or of some of the things only.
_SOME = re.compile(
    r"\b(?:including|include[sd]?|such\s+as|e\.g|for\s+example|for\s+instance|among|amongst|some|several|each|every|one|any|most|many"
    r"|other|further|key\s+ones|highlights?|notably|particularly|especially|either|between)\b",
    re.IGNORECASE,
)
_QUALIFIED = re.compile(
    r"\b(?:than|by|additional|another|last|past|next|first|previous|other|top|every"
    r"|(?:including|include[sd]?|such\s+as|each\s+of|one\s+of|for\s+each)\s+(?:the|these|its|our|their|all)?)\s+$",
    re.IGNORECASE,
)
_ALL = r"\s+(?:(?:all|the|these|its|our|their|those|both|any)\s+)*$"
_PLACE = re.compile(
    r"\b(?:in|across|at|from|to|for|between|over|during|after|among|amongst|within|against|per|throughout|through|into|before|since"
    rf"|under|towards|alongside|until){_ALL}",
    re.IGNORECASE,
)
_OF = re.compile(rf"(?P<lead>\w+)\s+of{_ALL}", re.IGNORECASE)
_LED = vocabulary("consist consists consisted consisting up composed comprised total set list series range package")
_WITH = re.compile(rf"(?P<lead>\w+)\s+(?:\w+\s+)?(?:on|with){_ALL}", re.IGNORECASE)
_CARRIED = re.compile(
    rf"\b(?:built|based|focus\w*|cent(?:re|er)d|rests?|concentrat\w+|plan|strategy|agreement|model|programme|document|framework|approach"
    rf"|scheme|structure)\s+(?:\w+\s+)?(?:on|with){_ALL}",
    re.IGNORECASE,
)
_DIVISIONS = vocabulary("parts sections stages phases steps")
_NOT_LISTED = vocabulary(
    "times pounds percent points cases incidents offences crimes calls referrals residents pupils victims visits"
    " visitors attendees delegates respondents arrests reports deaths casualties households us this its is was has as"
    " status basis focus bonus"
)
_NOT_IN_NOUN = vocabulary("in at to and were are was who for of the from with on by or that which us we have has had")
_DANGLING = vocabulary("by in on at to with for from of that which under within across against during over")
_CLAUSE = re.compile(
    r"\b(?:was|were|is|are|has|have|had|which|who|see|excluding|not|mainly|mostly|from|to|for|with|by|as|in)\b",
    re.IGNORECASE,
)

_OPEN_END = re.compile(
    r"\b(?:including|such\s+as|e\.g|for\s+example|etc|and\s+(?:others|so\s+on|more))\b", re.IGNORECASE
)
_BRACKETED = re.compile(r"\([^()]*\)")
_QUOTED = re.compile(r"(?<!\w)['\u2018\"\u201c][^'\u2018\u2019\"\u201c\u201d]{1,80}['\u2019\"\u201d](?!\w)")
_NUMBERED = re.compile(r"(?:and\s+)?(?:[0-9\u00a3]|(?:one|" + "|".join(WORDS) + r")\b)", re.IGNORECASE)
_AND = re.compile(r"\s(?:and|&)\s", re.IGNORECASE)


def check(passage, lines):
    by_block = {}
    for sentence, line in lines:
        by_block[sentence.block] = (sentence, line)
        if any(mark in line.line for mark in (":", "(", "namely", "i.e.")):
            yield from _in_sentence(sentence, line, passage)
    yield from _above_lists(passage, by_block)


def _numbers(line):
    """The whole small numbers of a line that may announce a list."""
    return [
        amount
        for amount in line.amounts
        if amount.kind == "count"
        and amount.is_exact
        and not amount.qualifier
        and not amount.decimals
        and 1 < amount.value <= _MOST
    ]


def _above_lists(passage, by_block):
    blocks = passage.blocks
    for place, block in enumerate(blocks[:-1]):
        below = blocks[place + 1]
        if block.kind not in {"paragraph", "heading", "item"} or below.kind != "item" or place not in by_block:
            continue
        if block.kind == "item" and below.level <= block.level:
            continue
        sentence, line = by_block[place]
        count = _count(blocks, place)
        numbers = _numbers(line)
        items = [passage.clean[one.start : one.start + 20].lstrip() for one in blocks[place + 1 : place + 1 + count]]
        if (
            count < 2
            or sum(bool(_NUMBERED.match(item)) for item in items) > 1
            or any(amount.value == count for amount in numbers)
        ):
            continue
        for amount in reversed(numbers):
            if announced := _announced(_ABOVE_LIST, amount, line.line):
                if announced["mark"] == ":" or not announced["rest"]:
                    yield _finding(passage, sentence, amount, count)
                break


def _count(blocks, place):
    """How many items the list below has, its sub-items left out."""
    level, count = blocks[place + 1].level, 0
    for block in blocks[place + 1 :]:
        if block.kind != "item" or block.level < level:
            break
        count += block.level < level + 2
    return count


def _announced(pattern, amount, text):
    match = pattern.match(text, amount.start)
    return match if match and not _is_of_others(text, match) else None


def _is_of_others(text, match):
    """Whether the list that follows may be of something else than the things that are counted."""
    left = text[max(0, match.start() - 60) : match.start()]
    noun, rest = match["noun"].lower().split(), (match.groupdict().get("rest") or "").lower()
    if _QUALIFIED.search(left) or _SOME.search(match["noun"]) or _SOME.search(rest) or not _is_of_things(noun):
        return True
    if rest.split()[-1:] and rest.split()[-1] in _DANGLING:
        return True
    if _PLACE.search(left) and match.re not in {_NAMELY, _IN_BRACKETS}:
        return noun[-1] not in _DIVISIONS
    if found := _OF.search(left):
        return found["lead"].lower() not in _LED
    return bool(_WITH.search(left)) and not _CARRIED.search(left)


def _is_of_things(noun):
    """Whether the words are a plural that can be listed, and no clause: "13 priorities", not "12 pilots taught us"."""
    *before, last = noun
    is_clause = any(word in _NOT_IN_NOUN or word.endswith(("s", "ed")) for word in before)
    return not (is_clause or last in _NOT_LISTED or last.endswith("ss"))


def _in_sentence(sentence, line, passage):
    text = line.line
    for amount in _numbers(line):
        if match := _announced(_IN_SENTENCE, amount, text) or _announced(_NAMELY, amount, text):
            possible = _possible(text[match.end() : match.end() + _LONGEST_LIST])
        elif (match := _announced(_IN_BRACKETS, amount, text)) and not (
            _CLAUSE.search(match["items"]) or _SOME.search(match["items"])
        ):
            possible = _possible(match["items"], is_bracket=True)
        else:
            continue
        if possible and not possible[0] <= amount.value <= possible[1]:
            yield _finding(passage, sentence, amount, possible[0] if amount.value < possible[0] else possible[1])


def _possible(tail, *, is_bracket=False):
    """The fewest and the most items of a list, for "and" may join two or belong to one; () where there is no list."""
    tail = _QUOTED.sub("x", _BRACKETED.sub(" ", tail)).strip().rstrip(".:!? ")
    if _OPEN_END.search(tail):
        return ()
    if ";" in tail:
        items = [item.strip() for item in tail.split(";") if item.strip()]
        return (len(items), len(items)) if len(items) > 2 and not any(_NUMBERED.match(item) for item in items) else ()
    *first, last = [item.strip() for item in tail.split(",")]
    if not first or any(len(item.split()) > 9 or _NUMBERED.match(item) for item in [*first, last]):
        return ()
    inner, final = len(_AND.findall(" ".join(first) + " ")), len(_AND.findall(last))
    if last.lower().startswith(("and ", "or ", "& ")):
        return 2 if inner else len(first) + 1, len(first) + 1 + inner + final
    if not final and not is_bracket:
        return ()
    return 2 if inner else len(first) + 1 + min(1, final), len(first) + 1 + inner + final


def _finding(passage, sentence, amount, count):
    start, end = sentence.start + amount.start, sentence.start + amount.end
    message = f"The text says {Decimal(amount.value)}, but the list has {count}."
    return Finding(start, end, "list-count", passage.stated(start, end), str(count), message)
