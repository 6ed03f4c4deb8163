"""How many queries each page takes: pinned, whatever it shows."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

MOST = 12
PAGES = {
    "/": 7,
    "/accounts/session/": 2,
    "/kent/": 5,
    "/kent/people/": 5,
    "/kent/people/invite/": 4,
    "/kent/2026-27/": 7,
    "/kent/2022-23/agreement/": 6,
    "/kent/2026-27/priorities/road-safety/": 11,
    "/kent/2022-23/priorities/substance-misuse/": 11,
    "/kent/2026-27/priorities/road-safety/actions/1/": 12,
    "/kent/supplies/": 4,
    "/kent/supplies.csv": 4,
    "/kent/concerns/": 6,
    "/kent/concerns.csv": 4,
    "/kent/concerns/1/": 7,
    "/kent/concerns/1/history.csv": 7,
    "/kent/concerns/add/?action=1": 4,
    "/kent/2026-27/review/": 10,
    "/kent/2026-27/review/indicators/": 8,
    "/kent/2026-27/review/updates/": 4,
    "/kent/2026-27/priorities/domestic-abuse/actions/2/updates/2/review/": 9,
    "/kent/2026-27/priorities/road-safety/actions/2/updates/2/reopen/": 4,
    "/kent/2026-27/priorities/road-safety/actions/1/updates/2/": 6,
    "/kent/2026-27/priorities/road-safety/actions/1/updates/2/history.csv": 4,
    "/kent/2026-27/rounds/": 6,
    "/kent/2026-27/rounds.ics": 5,
    "/kent/2026-27/rounds/add/": 3,
    "/kent/2026-27/rounds/2/change/": 4,
    "/kent/2026-27/rounds/2/open/": 5,
    "/kent/2026-27/recommendations/": 5,
    "/kent/2026-27/recommendations.csv": 6,
    "/kent/2026-27/recommendations/add/": 4,
    "/kent/2026-27/recommendations/1/": 6,
    "/kent/2026-27/priorities/road-safety/leads/": 7,
    "/kent/2026-27/priorities/road-safety/leads/add/": 6,
    "/kent/2026-27/priorities/road-safety/leads/1/": 9,
    "/kent/2026-27/priorities/road-safety/actions/1/end/": 5,
    "/kent/2026-27/priorities/road-safety/actions/1/open-again/": 4,
    "/kent/2026-27/priorities/road-safety/actions/1/history/": 4,
    "/kent/2026-27/priorities/road-safety/actions/1/history.csv": 4,
    "/kent/2026-27/history/": 6,
    "/kent/2026-27/history.csv": 6,
    "/kent/2026-27/roll-over/": 7,
    "/kent/2026-27/roll-over/undo/": 4,
    "/kent/indicators/": 7,
    "/kent/indicators/asb-incidents/": 10,
    "/kent/indicators/asb-incidents/figures.csv": 6,
    "/kent/indicators/asb-incidents/figures.ods": 6,
    "/kent/indicators/asb-incidents/figures.json": 6,
    "/kent/indicators/asb-incidents/chart.json": 5,
    "/kent/indicators/asb-incidents/definition/": 3,
    "/kent/indicators/asb-incidents/figures/add/": 4,
    "/kent/imports/": 4,
    "/kent/imports/add/": 4,
    "/api/": 3,
    "/api/v1/partnerships": 10,
    "/api/v1/partnerships/kent/editions": 11,
    "/api/v1/partnerships/kent/editions/2022-23/annual-summary": 9,
    "/api/v1/partnerships/kent/editions/2022-23/annual-summary/figures?format=csv": 9,
    "/api/v1/partnerships/kent/indicators": 9,
    "/api/v1/partnerships/kent/indicators/asb-incidents": 9,
    "/kent/2022-23/reports/": 5,
    "/kent/2022-23/reports/annual-summary/": 4,
    "/kent/2022-23/reports/annual-summary.pdf": 4,
    "/kent/2022-23/reports/annual-summary.json": 4,
    "/kent/2022-23/reports/annual-summary.docx": 4,
    "/kent/2022-23/reports/annual-summary.ods": 4,
    "/kent/2022-23/reports/annual-summary.csv.zip": 4,
    "/kent/2026-27/reports/annual-summary/": 12,
    "/kent/2026-27/reports/annual-summary.json": 12,
    "/kent/2026-27/reports/annual-summary.docx": 12,
    "/kent/2026-27/reports/annual-summary.ods": 12,
    "/kent/2026-27/reports/annual-summary.csv.zip": 12,
}


@pytest.mark.django_db
@pytest.mark.parametrize("address", PAGES)
def test_queries_of_a_page(address, client, member):
    client.force_login(member("officer"))
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert client.get(address).status_code == 200
    assert len(queries) == PAGES[address], "\n".join(query["sql"][:150] for query in queries)
    assert PAGES[address] <= MOST
