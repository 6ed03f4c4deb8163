"""Parts and their total: "3,394 collisions (41 fatal, 586 serious, 2,767 slight)"."""

import re
from itertools import islice

from reports.claims.findings import ERROR, WARNING, Finding
from reports.claims.passage import OPAQUE, PERIOD
from reports.claims.roles import DIFFERENCE, PERCENT
from reports.claims.wording import grouped, loosely

_LONGEST_RUN = 60
_MORE_THAN = "The parts add up to {}, more than {}. If one may count in several, say so."

# Why parts may come to more than their whole, and to less.
_OVERLAP = loosely(
    r"\b(?:more\s+than\s+one|(?:multiple|several|both|two\s+or\s+more)\s+(?:\w+\s+)?(?:motiv\w+|strands?|categor\w+|factors?|types?|grounds"
    r"|characteristics)|overlap\w*|double[\s-]count\w*|(?:may|can|could)\s+(?:be|have|count|appear|fall)\s+(?:\w+\s+){0,3}(?:more|several|both"
    r"|twice|multiple)|not\s+(?:sum|add)|adds?\s+up\s+to\s+more|counted\s+(?:twice|under\s+each|in\s+each))\b"
)
SEVERAL = loosely(
    r"\b(?:more\s+than\s+(?:one|once)|multiple|several|overlap\w*|both|double[\s-]count\w*|(?:may|can)\s+(?:be|have|count|fall|appear)"
    r"|could\s+(?:choose|select|give|be|tick|pick)|tick\s+all|not\s+exclusive|mutually|not\s+sum|do(?:es)?\s+not\s+add|each\s+of\s+which"
    r"|adds?\s+up\s+to\s+more|most\s+of\s+(?:them|whom)|also)\b"
)
_OTHERS = loosely(r"\b(?:other|others|rest|remain\w+|unknown|not\s+(?:known|stated|recorded))\b")
_SOME = loosely(
    r"\b(?:includ\w+|such\s+as|e\.g|for\s+example|for\s+instance|mainly|mostly|among|notably|at\s+least|especially|particularly|some"
    r"|namely\s+in|largest|most\s+common|further|plus|top|compared|against|than|previous|last\s+year|(?<!made\s)up|down|per|average"
    r"|respectively)\b"
)


def check(passage, lines):
    for sentence, line in lines:
        if len(line.amounts) > 2:
            yield from _announced(sentence, line, passage)
            yield from _summed_up(sentence, line, passage)
    yield from _strands(passage, lines)
    yield from _lists(passage, lines)


# A total and its parts in one sentence -------------------------------------------------------------------------------

_CONSIST = r"made\s+up\s+of|comprising|consisting\s+of|split\s+(?:between|into)"
_MORE = r"(?:(?:a\s+further|an?\s+additional|another)\s+)?"
_OPENING = loosely(
    rf"^[^;:()]{{0,60}}?(?:[(:\u2013\u2014]|,\s*(?:{_CONSIST}|of\s+(?:which|whom))|\s(?:{_CONSIST}))"
    rf"\s*(?:of\s+(?:which|whom|these|them)\s+)?{_MORE}$"
)
_BETWEEN_PARTS = loosely(rf"^\s+(?!and\b|,)[^;:()]{{1,60}}?(?:,\s+and|,|;|\s+and|\s+plus|\s+with)\s+{_MORE}$")
_OF_A_TIME = loosely(rf"^\s*(?:(?:in|for|during|to|by)\s+(?:the\s+)?(?:year\s+(?:ending|to)\s+)?)?{PERIOD}")
_VERB = loosely(
    r"^\s+(?:[\w-]+\s+){0,3}?(?:were|was|had|have|has|took|went|came|attended|received|completed|led|said|felt|resulted)\b"
)
_MAKING = loosely(
    r"^\s*[^;:()0-9]{0,60}?(?:,?\s*(?:making|giving|bringing)\b[^;:()]{0,40}?\b(?:total|altogether|overall|in\s+all|to)\b[^;:()0-9]{0,20}"
    r"|[,\u2013\u2014(:]?\s*(?:a|in)\s+(?:combined\s+|grand\s+)?total\s+of\s+|,?\s*(?:totalling|which\s+makes|making)\s+)$"
)
_IN_ALL = loosely(r"^\s+(?:[\w-]+\s+){0,3}?(?:in\s+(?:total|all)|altogether|overall)\b")
_CLOSING = re.compile(r"[).;:]|$")


def _announced(sentence, line, passage):
    """ "777 visits: 620 face to face and 157 virtual"."""
    amounts, text, place = line.amounts, line.line, 0
    while place < len(amounts) - 2:
        total, run = amounts[place], _run(amounts, place + 1, line)
        if len(run) > 1 and total.kind == run[0].kind and _OPENING.match(text[total.end : run[0].qualified_from]):
            end = _CLOSING.search(text, run[-1].end).start()
            inside = re.split(r"[(:\u2013\u2014]", line.text[total.end : end], maxsplit=1)[-1]
            told_of_all = not _SOME.search(inside) and not any(
                _OF_A_TIME.match(text[one.end : one.end + 40]) for one in run
            )
            if told_of_all and not any(_VERB.match(text[one.end : one.end + 60]) for one in run):
                yield from _mismatch(total, run, line, inside, passage, sentence.start)
        place += max(1, len(run))


def _summed_up(sentence, line, passage):
    """ "150 attended in person and 100 online, making 250 in all"."""
    amounts, text = line.amounts, line.line
    for place in range(2, len(amounts)):
        total, between = amounts[place], text[amounts[place - 1].end : amounts[place].qualified_from]
        is_in_all = between.rstrip().endswith((",", "\u2013", "(")) and _IN_ALL.match(text[total.end : total.end + 40])
        if not (is_in_all or _MAKING.match(between)) or total.kind not in {"count", "money"}:
            continue
        first = place - 1
        while first > max(0, place - _LONGEST_RUN) and _BETWEEN_PARTS.match(
            text[amounts[first - 1].end : amounts[first].qualified_from]
        ):
            first -= 1
        parts = amounts[first:place]
        inside = text[parts[0].start : parts[-1].end] + between
        if (
            len(parts) > 1
            and all(one.kind == total.kind for one in parts)
            and not (_SOME.search(inside) or _OTHERS.search(inside))
        ):
            yield from _mismatch(total, parts, line, "", passage, sentence.start)


def _run(amounts, place, line):
    """The amounts from ``place`` on that stand in one list: "41 fatal, 586 serious, 2,767 slight"."""
    run = []
    for amount in islice(amounts, place, place + _LONGEST_RUN):
        if amount.kind not in {"count", "money"} or amount.sign or (run and amount.kind != run[0].kind):
            break
        if run and not _BETWEEN_PARTS.match(line.line[run[-1].end : amount.qualified_from]):
            break
        run.append(amount)
    return run


def _mismatch(total, parts, line, inside, passage, start):
    changes = {
        item.start for statement in line.statements for item in statement.items if item.role in {DIFFERENCE, PERCENT}
    }
    if any(one.start in changes for one in [total, *parts]):
        return
    low, high = sum(one.low for one in parts), sum(one.high for one in parts)
    is_over, is_under = low > total.high, high < total.low
    if (is_over and not SEVERAL.search(inside)) or (
        is_under and not (_OTHERS.search(inside) or SEVERAL.search(inside))
    ):
        added = sum(one.value for one in parts)
        message = f"The parts add up to {grouped(added)}, not to the total of {grouped(total.value)}."
        yield _finding(total, added, passage, start, message, ERROR)


# A total in one sentence or item, its parts in the next --------------------------------------------------------------

_NEAR = 8
_OF_TOTAL = loosely(r"(?:^|[.;(,]\s*)(?:out\s+)?of\s+(?:the|these|all|a\s+total\s+of|those|our|its)?\s*$")
_LABEL_BEFORE = loosely(r"(?:^|[,;:(]|\band\b)\s*(?:[a-z][\w'\u2019-]*\s+){0,2}[a-z][\w'\u2019-]*\s*[:\u2013-]?\s*$")
_LABEL_BEHIND = loosely(
    r"^\s+(?:(?:were|was|are|by|on|for|under|concerned|involved|related\s+to|about|in)\s+)?(?:the\s+grounds\s+of\s+)?"
    r"(?:[a-z][\w'\u2019-]*\s*){1,4}(?:[,;.)]|\band\b|$)"
)
_DONE = loosely(
    r"^\s+(?:(?:were|was|had|have|has|been|not|also)\s+)*(?:\w+ed|known|given|seen|taken|found|had|went|came|gave|said|felt)\b(?!\s+to|\s+by)"
)


def _strands(passage, lines):
    """ "155,841 hate crimes ... 109,843 race, 8,730 religious ... and 4,355 transgender hate crimes"."""
    totals = {}
    for place, (sentence, line) in enumerate(lines):
        if not line.amounts:
            continue
        for run in _long_runs(line):
            known = next((totals[key] for key in _shared_nouns(run, line) if key in totals), None)
            if known and known[0] >= place - _NEAR:
                yield from _over(known[2], run, lines, place, passage, known[1])
        yield from _labelled(sentence, line, lines, place, passage)
        for amount in line.amounts:
            key = tuple(word.removesuffix("s") for word in amount.noun[-2:])
            if key and amount.kind == "count" and (key not in totals or totals[key][0] < place - _NEAR):
                totals[key] = (place, sentence.start, amount)


def _long_runs(line):
    place = 0
    while place < len(line.amounts):
        run = _run(line.amounts, place, line)
        if len(run) > 2:
            yield run
        place += max(1, len(run))


def _shared_nouns(run, line):
    """What a list may be of: "hate crimes", if it ends "and 4,355 transgender hate crimes"."""
    if len(run[-1].noun) < 2 or any(one.qualifier == "most" for one in run):
        return []
    words = re.match(r"^[^.;:(),]{0,80}", line.line[run[-1].end :])[0].lower().split()
    words = [word.removesuffix("s") for word in words if word.isalpha()]
    return [tuple(words[place : place + 2]) for place in range(1, min(len(words) - 1, 4))]


def _labelled(sentence, line, lines, place, passage):
    """ "Of 100 hate crimes, race 80, disability 30": bare labels before or behind each number."""
    counts = [one for one in line.amounts if one.kind == "count"]
    if len(counts) < 3 or not _OF_TOTAL.search(
        line.line[max(0, counts[0].qualified_from - 30) : counts[0].qualified_from]
    ):
        return
    total, parts = counts[0], counts[1:]
    is_mixed = re.search(rf"[{OPAQUE}%;]", line.line[total.end :]) or any(one.qualifier for one in parts)
    if not is_mixed and all(_is_labelled(one, line) for one in parts) and not SEVERAL.search(line.text):
        yield from _over(total, parts, lines, place, passage, sentence.start)


def _is_labelled(amount, line):
    left, right = line.line[max(0, amount.start - 45) : amount.start], line.line[amount.end : amount.end + 60]
    if re.match(r"^\s*(?:[,;.)]|and\b|$)", right):
        return bool(_LABEL_BEFORE.search(left)) and not re.search(r"\b\w+ed\s*$", left)
    return bool(_LABEL_BEHIND.match(right)) and not _DONE.match(right)


def _over(total, parts, lines, place, passage, start):
    if sum(one.low for one in parts) <= total.high:
        return
    if any(_OVERLAP.search(line.text) for _, line in lines[max(0, place - 2) : place + 7]):
        return
    added = sum(one.value for one in parts)
    message = (
        f"The parts add up to {grouped(added)}, more than {grouped(total.value)}. If one may count in several, say so."
    )
    yield _finding(total, added, passage, start, message, WARNING)


# A list of parts below a sentence with their total -------------------------------------------------------------------

_STEM = loosely(
    r"\b(?:of\s+(?:these|those|the|them|which)|strands?|categor\w+|by\s+\w+|breakdown|broken\s+down|split|made\s+up|were|was|recorded"
    r"|comprised|consisted|types?)\b[^.]*:?\s*$"
)
_MADE_UP = loosely(
    r"\b(?:made\s+up\s+of|compris(?:ing|ed)|consist(?:ing|s|ed)\s+of|split\s+(?:between|into)|broken\s+down|breakdown"
    r"|divided\s+(?:between|into)|of\s+(?:these|which|whom|them)|namely|being)\b"
)
_LABEL = loosely(r"^\s*(?:[a-z][^0-9:;,()]{0,50}?\s*[:\u2013=-]?\s*)?$")
_REST_OF_ITEM = loosely(r"^\s*(?:\([^()]{0,40}\))?\s*[.;,]?\s*$|^\s+[a-z][\w\s'-]{0,40}[.;,]?\s*(?:\([^()]*\))?\s*$")
_CHANGE = loosely(r"\b(?:more|fewer|by|up|down|than)\b")


def _lists(passage, lines):
    """ "... 94,098 offences by strand:" above "race: 71,251" and so on."""
    told = {}
    for sentence, line in lines:
        told.setdefault(sentence.block, []).append((sentence, line))
    blocks, place = passage.blocks, 1
    while place < len(blocks):
        end = place
        while end < len(blocks) and blocks[end].kind == "item":
            end += 1
        if end > place + 1 and blocks[place - 1].kind == "paragraph" and place - 1 in told:
            yield from _below(told, place, end, passage)
        place = end + 1


def _below(told, first, end, passage):
    parts = [_only_number(told.get(block, ())) for block in range(first, end)]
    if any(one is None or one.kind != parts[0].kind for one in parts):
        return
    sentence, line = told[first - 1][-1]
    totals = [one for one in line.amounts if one.kind == parts[0].kind and one.value > len(parts)]
    near = [line, *(one for block in range(first, end + 1) for _, one in told.get(block, ()))]
    if (
        len(totals) != 1
        or _SOME.search(line.line)
        or _OTHERS.search(line.line)
        or any(SEVERAL.search(one.text) for one in near)
    ):
        return
    total, added = totals[0], sum(one.value for one in parts)
    if sum(one.low for one in parts) > total.high and _STEM.search(line.line):
        message = _MORE_THAN.format(grouped(added), grouped(total.value))
        yield _finding(total, added, passage, sentence.start, message, WARNING)
    elif sum(one.high for one in parts) < total.low and _MADE_UP.search(line.line):
        message = f"The parts add up to {grouped(added)}, not to the total of {grouped(total.value)}."
        yield _finding(total, added, passage, sentence.start, message, ERROR)


def _only_number(told):
    """The one number of an item that is nothing but a label and a number."""
    counts = [one for one in told[0][1].amounts if one.kind in {"count", "money"}] if len(told) == 1 else []
    if len(counts) != 1:
        return None
    left, right = told[0][1].line[: counts[0].qualified_from], told[0][1].line[counts[0].end :]
    is_label = _LABEL.match(left) and _REST_OF_ITEM.match(right) and not _CHANGE.search(left + right)
    return counts[0] if is_label else None


def _finding(total, added, passage, start, message, severity):
    low, high = start + total.start, start + total.end
    expected = ("£" if total.kind == "money" else "") + grouped(added)
    return Finding(low, high, "sum", passage.stated(low, high), expected, message, severity)
