"""What may stand with a progress text besides its words: numbers, money and events. Plain data in, HTML out.

Stored with the update as {"numbers": [{"what", "value"}], "funding": [{"source", "amount"}],
"events": [{"title", "date", "attendance", "satisfaction"}]}; all are texts, a date is a partial date, and a
missing list is an empty one. They are saved, accepted and frozen together with the text.
"""

from html import escape

from priorities.dates import british

PARTS = {
    "numbers": ["what", "value"],
    "funding": ["source", "amount"],
    "events": ["title", "date", "attendance", "satisfaction"],
}


def sentences(particulars, part):
    """A plain sentence for each row of one part."""
    return [_SENTENCES[part](row) for row in particulars.get(part, ())]


# Without these a row says nothing. A draft may lack them for a while.
NEEDED = {
    "numbers": {"what": "Say what was counted.", "value": "Enter the number."},
    "funding": {"source": "Say where the money comes from."},
    "events": {"title": "Enter the name of the event."},
}


def missing(particulars):
    """What the rows still lack, in sentences."""
    lacking = (
        sentence
        for part, needed in NEEDED.items()
        for row in particulars.get(part, ())
        for name, sentence in needed.items()
        if not row.get(name)
    )
    return list(dict.fromkeys(lacking))


def to_html(particulars):
    """One list of plain sentences, in the vocabulary of priorities/text.py; "" where there is nothing to say."""
    lines = [line for part in PARTS for line in sentences(particulars, part)]
    return f"<ul>{''.join(f'<li>{escape(line, quote=False)}</li>' for line in lines)}</ul>" if lines else ""


def _number(row):
    return f"{row['what']}: {row['value']}."


def _money(row):
    return f"Funding: {row['source']}, {row['amount']}." if row.get("amount") else f"Funding: {row['source']}."


def _event(row):
    parts = [row["title"], british(row.get("date"))]
    parts += [f"attendance: {row['attendance']}"] if row.get("attendance") else []
    parts += [f"satisfaction: {row['satisfaction']}"] if row.get("satisfaction") else []
    return f"Event: {', '.join(filter(None, parts))}."


_SENTENCES = {"numbers": _number, "funding": _money, "events": _event}
