"""Dates that do not exist, weekdays that do not fit, years that make no year, periods that end before they begin."""

import re
from collections import defaultdict
from dataclasses import replace
from itertools import pairwise

from reports.claims.findings import Finding
from reports.claims.periods import MONTH, MONTHS, WEEKDAYS, YEAR, british, month_number, pairs
from reports.claims.wording import loosely

_DOUBLED = re.compile(
    rf"(?:\b[0-9]{{1,2}}(?:st|nd|rd|th)?\s+{MONTH}\s+{MONTH}(?:\s+{YEAR})?|\b{MONTH}\s+{MONTH}\s+{YEAR}"
    rf"|\b{MONTH}\s+({YEAR})\s+({YEAR})\b(?!/|-|\u2013)"
    rf"|\b[0-9]{{1,2}}(?:st|nd|rd|th)\s+[0-9]{{1,2}}(?:st|nd|rd|th)\s+{MONTH})"
)
_SPAN_WORDS = loosely(
    r"\b(?:periods?|strateg\w+|plans?|agreement|programme|framework|over|between|three|two|four|five|spending|settlement|grant"
    r"|contract|cycle|across|multi-?year|vision|document|biennial|triennial|years|pooled|combined|reporting)\b"
)
_ONE_YEAR = re.compile(
    r"\b(?:financial|fiscal|municipal|academic|school|reporting|performance)\s+year\s*$|\bin\s+the\s+year\s*$",
    re.IGNORECASE,
)
_NUMBERED = re.compile(
    r"\b(?:regulations?|directive|SI|S\.I\.|no\.?|ref\.?|reference|case|order|report|application|EU|EC|paper|minute|item|act)\s*$",
    re.IGNORECASE,
)

_DAY = r"(?:[0-9]{1,2})(?:st|nd|rd|th)?"
_MONTHS_RANGE = re.compile(
    rf"\b(?:from|between)\s+(?:{_DAY}\s+)?({MONTH})\s+({YEAR})\s*(?:to|and|until|till|up\s+to|through\s+to|-|\u2013)\s*(?:(?:the\s+end\s+of\s+)?)(?:{_DAY}\s+)?({MONTH})\s+({YEAR})\b"
    rf"|(?<![\w])({MONTH})\s+({YEAR})\s*(?:to|until|-|\u2013)\s*({MONTH})\s+({YEAR})\b"
)
_YEARS_RANGE = re.compile(
    rf"\b(?:from|between|period|years)\s+({YEAR})\s*(?:to|and|until|-|\u2013)\s*({YEAR})(?![\w/]|,[0-9]|\s+levels?\b)",
    re.IGNORECASE,
)
_PAIRS_RANGE = re.compile(rf"\b({YEAR})/[0-9]{{2}}\s*(?:to|until|-|\u2013)\s*({YEAR})/[0-9]{{2}}\b")
_DAYS_RANGE = re.compile(
    rf"(?:(?<![\w/.,])([0-9]{{1,2}})(?:st|nd|rd|th)?\s*(?:-|\u2013|to|until)|\bbetween\s+([0-9]{{1,2}})(?:st|nd|rd|th)?\s+and)"
    rf"\s*([0-9]{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?{MONTH}(?!\w)"
)
_TO = loosely(r"\s*(?:to|until|till|up\s+to|-|\u2013)\s*(?:the\s+)?")
_NUMERIC = re.compile(r"[0-9]{1,4}[/-]")
_COMPARED = re.compile(r"\b(?:compar\w+|back|down|against|versus|reduc\w+|fell|rose|from\s+the)\b", re.IGNORECASE)


def check(passage, lines):
    for sentence, line in lines:
        if not line.periods:
            continue
        text, start = line.text, sentence.start
        doubled = [match.span() for match in _DOUBLED.finditer(text)]
        yield from _doubled(text, start, passage)
        yield from _impossible(line.days, text, start, passage, doubled)
        yield from _year_pairs(text, start, passage)
        yield from _backwards(line.days, text, start, passage)
    yield from _weekdays(passage, lines)


def _doubled(text, start, passage):
    for match in _DOUBLED.finditer(text):
        words = match[0]
        if re.search(r"\bmay\s+\w", words) or (match[1] and match[1] > match[2]):
            continue
        months = list(dict.fromkeys(month.rstrip(".") for month in re.findall(MONTH, words)))
        readings = months if len(months) > 1 else list(dict.fromkeys(re.findall(YEAR, words)))
        expected = " or ".join(readings) or "one date"
        yield _finding("date", match.start(), match.end(), start, passage, expected, "The date is given twice over.")


def _impossible(found, text, start, passage, doubled):
    for day in found:
        if day.exists or any(low <= day.start < high for low, high in doubled):
            continue
        is_numeric = bool(_NUMERIC.match(text, day.start))
        is_day_first = day.weekday is not None or text[day.start].isdigit()
        if day.day == 0 or (day.day > 31 and not is_numeric and not (day.year and is_day_first)):
            continue
        if is_numeric and 1 <= day.day <= 12 and day.month <= 31:
            continue  # month first, as elsewhere
        is_month = 1 <= day.month <= 12
        expected = f"{MONTHS[day.month - 1].capitalize()} has no day {day.day}" if is_month else "no such date"
        yield _finding("date", day.start, day.end, start, passage, expected, "There is no such date.")


def _weekdays(passage, lines):
    """A day of the week against its date; a date without a year takes that of the same day elsewhere in the passage."""
    found = [(sentence.start, day) for sentence, line in lines for day in line.days]
    years = defaultdict(set)
    for _, day in found:
        if day.year:
            years[day.day, day.month].add(day.year)
    for start, day in found:
        known = {day.year} if day.year else years.get((day.day, day.month), set())
        if day.weekday is None or len(known) != 1:
            continue
        full = replace(day, year=next(iter(known))).date
        if full and full.weekday() != day.weekday:
            message = f"{british(full)} was a {WEEKDAYS[full.weekday()]}."
            yield _finding("weekday", day.start, day.end, start, passage, WEEKDAYS[full.weekday()], message)


def _year_pairs(text, start, passage):
    for pair in pairs(text):
        left, right = text[max(0, pair.start - 45) : pair.start], text[pair.end : pair.end + 40]
        gap = pair.last - pair.first
        if gap == 1 or _may_be_other(pair, gap, text) or _NUMBERED.search(left):
            continue
        if gap > 1 and not _is_one_year(left, right, pair.mark, gap):
            continue
        expected = f"{pair.first}/{(pair.first + 1) % 100:02d}"
        message = "These two years do not follow each other." if gap else "The same year stands twice."
        rule = "range" if gap < 0 and pair.mark != "/" else "year-pair"
        yield _finding(rule, pair.start, pair.end, start, passage, expected, message)


def _may_be_other(pair, gap, text):
    """ "2014/5" is 2014/15, "2023-02" may be February, and "2020-2023" is no one year."""
    last = re.search(r"[0-9]+$", text[pair.start : pair.end])[0]
    if len(last) == 1:
        return pair.mark != "/" or (pair.first + 1) % 10 == pair.last % 10
    if pair.mark == "/":
        return False
    return (pair.is_short and last <= "12" and gap < 0) or (not pair.is_short and gap > 1)


def _is_one_year(left, right, mark, gap):
    if _ONE_YEAR.search(left):
        return True
    near = " ".join([*left.split()[-3:], "|", *right.split()[:3]])
    return mark == "/" and gap <= 60 and not _SPAN_WORDS.search(near)


def _backwards(found, text, start, passage):
    spans = [(one.start, two.end) for one, two in pairwise(found) if _is_backward(one, two, text)]
    spans += [
        match.span() for match in _DAYS_RANGE.finditer(text) if 31 >= int(match[1] or match[2]) > int(match[3]) > 0
    ]
    for pattern, ends in ((_MONTHS_RANGE, _months), (_YEARS_RANGE, _years), (_PAIRS_RANGE, _years)):
        for match in pattern.finditer(text):
            first, last = ends(match)
            if last < first and not _COMPARED.search(text[max(0, match.start() - 25) : match.start()]):
                spans.append(match.span())
    for low, high in spans:
        message = "The period ends before it begins."
        yield _finding("range", low, high, start, passage, "an end after the beginning", message)


def _is_backward(one, two, text):
    return bool(one.date and two.date and two.date < one.date and _TO.fullmatch(text, one.end, two.start))


def _months(match):
    names = [part for part in match.groups() if part]
    return (int(names[1]), month_number(names[0])), (int(names[3]), month_number(names[2]))


def _years(match):
    return int(match[1]), int(match[2])


def _finding(rule, low, high, start, passage, expected, message):
    low, high = start + low, start + high
    return Finding(low, high, rule, passage.stated(low, high), expected, message)
