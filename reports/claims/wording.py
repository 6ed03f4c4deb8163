"""The words that the rules share: rises and falls, fractions, singular forms."""

import re
from decimal import Decimal

_NO_DROP_IN = r"(?!-|\s+in\s+(?:session|cent|service|clinic|event|surger|caf))"
UP_VERBS = (
    r"r(?:ise|ises|ose|isen|ising)|increas(?:e|es|ed|ing)|gr(?:ow|ew|own|owing|ows)|climb(?:ed|ing)?|jump(?:ed|ing)?|surged|soared"
    r"|(?:gone|went|go|going)\s+up"
)
DOWN_VERBS = (
    rf"fell|fall|fallen|falling|decreas(?:e|es|ed|ing)|declin(?:e|es|ed|ing)|drop(?:ped|ping)?{_NO_DROP_IN}|reduc(?:e|es|ed|ing)"
    r"|(?:gone|went|go|going|came|come)\s+down|dipped|slumped|plummeted|shr[au]nk|cut"
)
UP_NOUNS = r"rise|increase|growth|jump|climb|uplift|upturn|surge|gain"
DOWN_NOUNS = rf"fall|decrease|decline|drop{_NO_DROP_IN}|reduction|saving|dip|downturn|cut"


def loosely(pattern):
    return re.compile(pattern, re.IGNORECASE)


def vocabulary(words):
    """The words of a text as a set."""
    return frozenset(words.split())


def singular(word):
    return word[:-3] + "y" if word.endswith("ies") else word[:-1] if word.endswith("s") and len(word) > 3 else word


_CHANGE = loosely(rf"(?<![\w-])(?:(?P<up>{UP_VERBS}|{UP_NOUNS})|(?P<down>{DOWN_VERBS}|{DOWN_NOUNS}))(?![\w-])")


def change_word(text):
    """The last word of direction in ``text``, as (direction, start, end); None where there is none."""
    last = None
    for match in _CHANGE.finditer(text):
        last = match
    return last and (1 if last["up"] else -1, last.start(), last.end())


FRACTION = (
    r"half|two[\s-]thirds|third|three[\s-]quarters|quarter|two[\s-]fifths|three[\s-]fifths|four[\s-]fifths|fifth|sixth"
    r"|eighth|tenth"
)
_FRACTIONS = {
    "half": Decimal("0.5"),
    "third": Decimal(1) / 3,
    "two thirds": Decimal(2) / 3,
    "quarter": Decimal("0.25"),
    "three quarters": Decimal("0.75"),
    "fifth": Decimal("0.2"),
    "two fifths": Decimal("0.4"),
    "three fifths": Decimal("0.6"),
    "four fifths": Decimal("0.8"),
    "sixth": Decimal(1) / 6,
    "eighth": Decimal("0.125"),
    "tenth": Decimal("0.1"),
}


def fraction(words):
    """The value of one of FRACTION."""
    return _FRACTIONS[" ".join(words.lower().replace("-", " ").split())]


def grouped(value):
    """A number for a message: "32,564", "0.75"."""
    value = value.normalize()
    return f"{value.quantize(Decimal(1)) if value.as_tuple().exponent > 0 else value:,f}"
