"""Acronyms: one with two meanings, a meaning with two of them, and one a letter away from one that is explained."""

import re
from collections import defaultdict

from reports.claims.findings import WARNING, Finding
from reports.claims.wording import vocabulary

_SHORT = r"[A-Z][A-Za-z&]{0,3}[A-Z][A-Za-z&]{0,6}"
_EXPLAINED = re.compile(rf"\((?:the\s+|or\s+)?['\"\u2018\u201c]?({_SHORT})['\"\u2019\u201d]?(?:\s+for\s+short)?\)")
_EXPLAINING = re.compile(rf"(?<![\w-])({_SHORT})\s+\(([A-Z][^()]{{5,90}})\)")
_ACRONYM = re.compile(r"(?<![\w&/.-])([A-Z]{4,8})(?:'?s|\u2019s)?(?![\w&]|\.[A-Z])")
_WORD = re.compile(r"[A-Za-z][A-Za-z'\u2019]*")
_SMALL = vocabulary("and of the for in to on at with a an by against or from as")
_MOST_OF_A_KIND = 40


def check(passage, lines):
    text = passage.clean.replace("\n", " ")
    explained = list(_explained(text))
    yield from _two_meanings(explained, passage)
    yield from _two_acronyms(explained, passage)
    yield from _letter_away(text, explained, passage)


def _explained(text):
    """(acronym, meaning as words, start, end of the acronym), in order."""
    found = []
    for match in _EXPLAINED.finditer(text):
        acronym = _plain(match[1])
        if words := _meaning(acronym, text[max(0, match.start() - 140) : match.start()]):
            found.append((acronym, words, *match.span(1)))
    for match in _EXPLAINING.finditer(text):
        acronym = _plain(match[1])
        words = _WORD.findall(match[2])
        if _fits(acronym, words):
            found.append((acronym, _normal(words), *match.span(1)))
    return sorted(found, key=lambda one: one[2])


def _plain(acronym):
    return acronym[:-1] if acronym.endswith("s") and acronym[:-1].isupper() else acronym


def _meaning(acronym, left):
    """The words in front of a bracketed acronym that it is made of; for one that nearly fits, the capitalised ones."""
    cut = max(left.rfind(mark) for mark in ".;:()")
    words = _WORD.findall(left[cut + 1 :].replace("-", " "))
    for length in range(1, min(len(words), len(acronym) + 5) + 1):
        tail = words[-length:]
        if tail[0].lower() not in _SMALL and (_fits(acronym, tail) or _fits(acronym, tail[:-1])):
            return _normal(tail)
    titled = []
    for word in reversed(_WORD.findall(left[max(cut, left.rfind(",")) + 1 :])):
        if word[0].isupper() or (word.lower() in _SMALL and titled):
            titled.insert(0, word)
        else:
            break
    while titled and titled[0].lower() in _SMALL:
        titled.pop(0)
    main = [word for word in titled if word.lower() not in _SMALL]
    letters = "".join(word[0] for word in main).upper()
    return _normal(titled) if len(main) > 2 and is_letter_away(letters, acronym.upper(), strict=False) else None


def _fits(acronym, words):
    """Whether the letters begin the words, in order; small words may be skipped, capitals inside count."""
    letters = [letter.lower() for letter in acronym if letter != "&"]
    place = 0
    for word in words:
        if place < len(letters) and word[0].lower() == letters[place]:
            inner = [letter.lower() for letter in word if letter.isupper()]
            place += 1
            if len(inner) > 1 and letters[place - 1 : place - 1 + len(inner)] == inner:
                place += len(inner) - 1
        elif word.lower() not in _SMALL:
            return False
    return place == len(letters) and len(words) > 1 and words[0][0].lower() == letters[0]


def _normal(words):
    return tuple(_stem(word.lower()) for word in words if word.lower() not in _SMALL)


def _stem(word):
    word = (
        word.replace("'s", "")
        .replace("\u2019s", "")
        .rstrip("'\u2019")
        .replace("isation", "ization")
        .replace("ise", "ize")
    )
    return word[:-3] + "y" if word.endswith("ies") else word[:-1] if word.endswith("s") and len(word) > 3 else word


def _two_meanings(explained, passage):
    first = {}
    for acronym, words, start, end in explained:
        known = first.setdefault(acronym, words)
        if known != words and "".join(known) != "".join(words):
            yield Finding(
                start, end, "acronym", f"{acronym}: {' '.join(words)}", f"{acronym}: {' '.join(known)}",
                f"{acronym} is explained in two ways.", WARNING,
            )  # fmt: skip


def _two_acronyms(explained, passage):
    first = {}
    for acronym, words, start, end in explained:
        known = first.setdefault(words, acronym)
        if known != acronym and len(words) > 1 and known.upper() != acronym.upper():
            yield Finding(
                start,
                end,
                "acronym",
                acronym,
                known,
                f"The same name is shortened to {known} and to {acronym}.",
                WARNING,
            )


def _letter_away(text, explained, passage):
    known = {acronym for acronym, *_ in explained}
    buckets = defaultdict(list)
    for acronym in known:
        if len(acronym) > 3 and len(buckets[frozenset(acronym)]) < _MOST_OF_A_KIND:
            buckets[frozenset(acronym)].append(acronym)
    seen = set()
    for match in _ACRONYM.finditer(text):
        acronym = match[1]
        if acronym in known or acronym in seen or _is_shouted(text, match):
            continue
        for other in buckets.get(frozenset(acronym), ()):
            if is_letter_away(acronym, other):
                seen.add(acronym)
                yield Finding(
                    *match.span(1), "acronym", acronym, other, f"{acronym} may be meant for {other}.", WARNING
                )
                break


def _is_shouted(text, match):
    """Whether the word stands among others in capitals."""
    near = (
        text[max(0, match.start() - 12) : match.start()].split()[-1:] + text[match.end() : match.end() + 14].split()[:1]
    )
    return any(word.isupper() and len(word) > 5 for word in near)


def is_letter_away(one, other, *, strict=True):
    """One letter more, fewer or changed, or two neighbours swapped; if ``strict``, no letter added at the end."""
    if one == other or abs(len(one) - len(other)) > 1:
        return False
    if len(one) == len(other):
        differ = [place for place in range(len(one)) if one[place] != other[place]]
        if len(differ) == 1:
            return True
        return (
            len(differ) == 2
            and differ[1] == differ[0] + 1
            and one[differ[0]] == other[differ[1]]
            and one[differ[1]] == other[differ[0]]
        )
    short, long = sorted((one, other), key=len)
    return any(long[:place] + long[place + 1 :] == short for place in range(len(long) - (1 if strict else 0)))
