"""Names and codes of areas that change: what data.police.uk calls a district, and which district an LSOA is in.

Codes do not drift as names do, so a name is only ever used to find a code.
"""

from indicators.imports import files
from indicators.imports.archives import FileRefused
from indicators.imports.reading import Areas, Reading

# Names that older files carry for a local authority whose code has not changed.
FORMER_NAMES = {
    "E06000010": ["Kingston upon Hull"],
    "E06000019": ["Herefordshire"],
    "E06000023": ["Bristol"],
    "E07000112": ["Shepway"],
}
_LSOA_HEADERS = [f"LSOA{year}CD" for year in (21, 11, "01")]
_DISTRICT_HEADERS = [f"LAD{year}CD" for year in range(30, 10, -1)]


def names_of_parts(areas: Areas, former_names=None) -> dict:
    """{name in the source: code} of the districts, under the names they have and have had.

    ``former_names`` is {old name: today's name}, besides those that are known here.
    """
    names = {}
    for code, name in areas.parts.items():
        names |= dict.fromkeys([name, *FORMER_NAMES.get(code, [])], code)
    return names | {old: names[new] for old, new in (former_names or {}).items() if new in names}


def lsoa_lookup(file) -> dict:
    """{LSOA code: district code} from an ONS lookup in CSV, with columns such as LSOA21CD and LAD25CD.

    Raises FileRefused.
    """
    reading = Reading()
    with files.open_table(file) as table:
        first = next(table.rows)
        wanted = {"lsoa": _LSOA_HEADERS, "district": _DISTRICT_HEADERS}
        places = files.columns(reading, first, wanted)
        if reading.refused:
            raise FileRefused(str(reading.refused[0]), first.line)
        lsoa, district = places["lsoa"], places["district"]
        return {row.cells[lsoa]: row.cells[district] for row in table.rows if len(row.cells) > max(lsoa, district)}
