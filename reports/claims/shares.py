"""Shares and what they are of: "480 of 1,486 (32%)", "three quarters (76%)", and shares of one whole over 100%."""

from decimal import ROUND_HALF_UP, Decimal

from reports.claims.amounts import INFINITY, WORDS
from reports.claims.findings import Finding
from reports.claims.roles import DIFFERENCE, PERCENT
from reports.claims.sums import SEVERAL
from reports.claims.wording import FRACTION, fraction, grouped, loosely

_HUNDRED = Decimal(100)
# How many figures back the whole may stand.
_FARTHEST = 12


def check(passage, lines):
    for sentence, line in lines:
        if line.amounts:
            yield from _shares(sentence, line, passage)
            yield from _over_hundred(sentence, line)
        if "(" in line.text:
            yield from _fractions(sentence, line, passage)


# A share, a part and a whole -----------------------------------------------------------------------------------------

_THE = r"(?:the|these|all|those|our|its|a\s+total\s+of)?\s*"
_OUT_OF = loosely(
    rf"^\s*(?:(?!against|compared|than|from|to|by|with)[\w-]+\s+){{0,3}}?(?:out\s+)?of\s+{_THE}(?:[\w'\u2019-]+\s+){{0,2}}$"
)
_BEHIND = loosely(
    r"^[^;:.()]{0,70}?[(,;\u2013-]\s*(?:or\s+|which\s+is\s+|that\s+is\s+|representing\s+|equating\s+to\s+|i\.e\.\s+|just\s+)*$"
    r"|^[^;:.()0-9]{0,60}?\b(?:representing|equating\s+to|or)\s+$"
)
_IN_FRONT = loosely(r"^\s*[^;:.()0-9]{0,40}[(,;]\s*$")
_BRACKET = loosely(r"^[^;:.()]{0,40}\(\s*$")
_PART_BEHIND = loosely(r"^[^;:.()]{0,50}\(\s*$|^\s*;\s*$|^\s*[^;:.()]{0,40},\s+or\s+$")
_OF_THEM = loosely(r"\s*\)?\s*of\s+(?:them|these|those|whom|which)\b")
_OFF = loosely(r"\s+(?:under|over|short|off|likely|certain)\b")
_OF = loosely(r"\s*of\b")
_LABEL_IN_BRACKET = loosely(r"\s*[^;:.()0-9]{0,30}\)")
_OPENS = loosely(rf"(?:^|[.;(]\s*|\bthat\s+)(?:out\s+)?of\s+{_THE}(?:[\w-]+\s+){{0,2}}$")
_OF_WHICH = loosely(r"^[^;.0-9]{0,90}\bof\s+(?:which|whom|these|them)\b")


def _shares(sentence, line, passage):
    roles = {item.start: item.role for statement in line.statements for item in statement.items}
    for place, percent in enumerate(line.amounts):
        is_share = percent.kind == "percent" and not percent.sign and roles.get(percent.start) != PERCENT
        if not is_share or _OFF.match(line.line, percent.end):
            continue
        part, whole = _bound(line, place) or (None, None)
        if part is None or whole.low <= 0 or part.low < 0 or roles.get(part.start) == DIFFERENCE:
            continue
        low = Decimal(0) if whole.high == INFINITY else part.low / whole.high * _HUNDRED
        high = INFINITY if part.high == INFINITY else part.high / whole.low * _HUNDRED
        if low <= percent.high and high >= percent.low:
            continue
        truth = (part.value / whole.value * _HUNDRED).quantize(
            Decimal(1).scaleb(-max(1, percent.decimals)), ROUND_HALF_UP
        )
        start, end = sentence.start + percent.start, sentence.start + percent.end
        message = f"{grouped(part.value)} of {grouped(whole.value)} is {truth:f}%."
        yield Finding(start, end, "share", passage.stated(start, end), f"{truth:f}%", message)


def _bound(line, place):
    """The part and the whole of the share at ``place``, where the words bind all three; None where they do not."""
    amounts, text = line.amounts, line.line

    def gap(first, second):
        return text[amounts[first].end : amounts[second].qualified_from]

    def are_counts(first, second):
        kinds = {amounts[one].kind if 0 <= one < len(amounts) else "" for one in (first, second)}
        return kinds in ({"count"}, {"money"})

    behind = text[amounts[place].end :][:60]
    if are_counts(place - 2, place - 1):
        if _OUT_OF.match(gap(place - 2, place - 1)) and _BEHIND.match(gap(place - 1, place)):
            return amounts[place - 2], amounts[place - 1]  # "480 of 1,486 cases (32%)"
        if _BRACKET.match(gap(place - 1, place)) and _OF_THEM.match(behind):
            return amounts[place - 1], amounts[place - 2]  # "360 people replied, and 90 (25%) of them ..."
    if (
        are_counts(place + 1, place + 2)
        and _OUT_OF.match(gap(place + 1, place + 2))
        and _IN_FRONT.match(gap(place, place + 1))
    ):
        return amounts[place + 1], amounts[place + 2]  # "32% (480 of 1,486)"
    whole = _opening_whole(line, place)
    if whole is None:
        return None
    if (
        whole != place - 1
        and are_counts(place - 1, whole)
        and _PART_BEHIND.match(gap(place - 1, place))
        and not _OF.match(behind)
    ):
        return amounts[place - 1], amounts[whole]  # "Of 804 cases, 339 (42%) were ..."
    is_bracketed = are_counts(place + 1, whole) and gap(place, place + 1).strip() == "("
    if is_bracketed and _LABEL_IN_BRACKET.match(text, amounts[place + 1].end):
        return amounts[place + 1], amounts[whole]  # "427,134 offences, of which 75% (321,041) were ..."
    return None


def _opening_whole(line, place):
    """The place of the total that a sentence opens with: "Of the 804 cases", "There were 427,134, of which"."""
    for whole in range(place - 1, max(-1, place - 1 - _FARTHEST), -1):
        amount = line.amounts[whole]
        if amount.kind not in {"count", "money"}:
            continue
        if _OPENS.search(line.line[max(0, amount.qualified_from - 40) : amount.qualified_from]):
            return whole
        if _OF_WHICH.match(line.line[amount.end : amount.end + 120]):
            return whole
    return None


# Fractions -----------------------------------------------------------------------------------------------------------

_HOW = (
    r"(?:just|slightly|well)\s+(?:over|under|above|below|more\s+than|less\s+than)|over|under|nearly|almost|around|about|approximately"
    r"|approx\.|roughly|some|more\s+than|less\s+than|fewer\s+than|above|below|at\s+least|up\s+to"
)
_SMALL = "[0-9]{1,2}|two|three|four|five|six|seven|eight|nine|ten"
_IN_WORDS = loosely(
    rf"(?:\b(?P<how>{_HOW})\s+)?\b(?:(?P<few>one|two|three|1|2|3)\s+in\s+(?P<every>{_SMALL})|(?:an?\s+|one\s+|one-)?(?P<part>{FRACTION})s?)\b"
    r"(?:\s+of\s+(?:[\w'\u2019-]+\s+){0,5}?[\w'\u2019-]+|\s+(?:[\w'\u2019-]+\s+){0,3}?[\w'\u2019-]+)?"
    r"\s*\(\s*(?P<percent>[0-9]{1,3}(?:\.[0-9]{1,2})?)\s?(?:%|per\s?cent)\s*\)"
)
_ORDINAL = loosely(r"\b(?:every|second|the|first|last|this|that)\s+$")


def _fractions(sentence, line, passage):
    """ "Around three quarters (76%)", "one in six participants (16.8%)"."""
    for match in _IN_WORDS.finditer(line.text):
        if match["part"] and _ORDINAL.search(line.text[max(0, match.start() - 10) : match.start()]):
            continue
        share, percent = _share_in_words(match), Decimal(match["percent"])
        if share is None:
            continue
        low, high = _span(share * _HUNDRED, (match["how"] or "").lower().split())
        if not low <= percent + Decimal("0.5") or not percent - Decimal("0.5") <= high:
            start, end = sentence.start + match.start(), sentence.start + match.end()
            words = passage.stated(start, end).split(" (")[0]
            yield Finding(start, end, "share", words, f"{percent}%", f"{percent}% is not what the words say.")


def _share_in_words(match):
    if match["part"]:
        return fraction(match["part"])
    few, every = (_small(match[name].lower()) for name in ("few", "every"))
    return Decimal(few) / Decimal(every) if every else None


def _small(word):
    return 1 if word == "one" else WORDS[word] if word in WORDS else int(word)


def _span(share, how):
    if {"over", "more", "above", "least"} & {*how}:
        return share, share * Decimal("1.35")
    if {"nearly", "almost"} & {*how}:
        return share * Decimal("0.85"), share
    if {"under", "less", "fewer", "below", "up"} & {*how}:
        return share * Decimal("0.7"), share
    slack = share * Decimal("0.17" if how else "0.1")
    return share - slack, share + slack


# More than 100% ------------------------------------------------------------------------------------------------------

_ONE_WHOLE = loosely(
    r"\b(?:remain(?:der|ing)|the\s+rest|breakdown|broken\s+down|split|made\s+up|comprised|consisted|divided|classified|accounted\s+for"
    r"|balance)\b"
)
_COMPARING = loosely(r"\b(?:respectively|compared|whil?st|while|whereas|against|than|previous|last\s+year)\b")
_OPPOSITES = loosely(
    r"^\s*(?:\w+\s+){0,2}?(?:male|female|men|women|boys|girls|yes|no|agreed|disagreed|satisfied|dissatisfied)\b"
)


def _over_hundred(sentence, line):
    shares = [one for one in line.amounts if one.kind == "percent" and one.qualifier not in {"most", "least", "range"}]
    if len(shares) < 2 or sum(one.low for one in shares) <= _HUNDRED:
        return
    if _COMPARING.search(line.text) or SEVERAL.search(line.text) or not _are_of_one(shares, line):
        return
    if any(item.role in {PERCENT, DIFFERENCE} for statement in line.statements for item in statement.items):
        return
    added = grouped(sum(one.value for one in shares))
    start, end = sentence.start + shares[0].start, sentence.start + shares[-1].end
    yield Finding(start, end, "over-100", f"{added}%", "100%", f"These shares add up to {added}%.")


def _are_of_one(shares, line):
    """Whether they share one whole out: "the remaining 25%", "58% female and 52% male"."""
    if len(shares) > 2:
        return bool(_ONE_WHOLE.search(line.line))
    behind = [line.line[one.end : one.end + 40] for one in shares]
    return all(_OPPOSITES.match(words) and not _OF.match(words) for words in behind)
