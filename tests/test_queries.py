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
    "/kent/concerns/": 6,
    "/kent/concerns.csv": 4,
    "/kent/concerns/1/": 7,
    "/kent/concerns/1/history.csv": 7,
    "/kent/concerns/add/?action=1": 5,
    "/kent/2026-27/review/": 11,
    "/kent/2026-27/review/updates/": 5,
    "/kent/2026-27/priorities/domestic-abuse/actions/2/updates/2/review/": 10,
    "/kent/2026-27/priorities/road-safety/actions/2/updates/2/reopen/": 5,
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
    "/kent/2026-27/priorities/road-safety/actions/1/end/": 6,
    "/kent/2026-27/priorities/road-safety/actions/1/open-again/": 5,
    "/kent/2026-27/priorities/road-safety/actions/1/history/": 4,
    "/kent/2026-27/priorities/road-safety/actions/1/history.csv": 4,
    "/kent/2026-27/history/": 6,
    "/kent/2026-27/history.csv": 6,
    "/kent/2026-27/roll-over/": 8,
    "/kent/2026-27/roll-over/undo/": 5,
    "/kent/indicators/": 7,
    "/kent/indicators/asb-incidents/": 7,
    "/kent/indicators/asb-incidents/figures.csv": 5,
    "/kent/2022-23/reports/": 5,
    "/kent/2022-23/reports/annual-summary/": 4,
    "/kent/2022-23/reports/annual-summary.pdf": 4,
    "/kent/2022-23/reports/annual-summary.json": 4,
    "/kent/2026-27/reports/annual-summary/": 12,
    "/kent/2026-27/reports/annual-summary.json": 12,
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
