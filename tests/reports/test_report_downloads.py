"""A report as a Word file, a spreadsheet and tables: the frozen copy for everybody, a draft for those who make it."""

import io
import zipfile
from unittest.mock import patch

import pytest
from django.urls import reverse

from actions.models import ProgressUpdate
from priorities.models import Priority, Section
from priorities.years import FinancialYear
from reports.models import Edition, FrozenEdition

pytestmark = pytest.mark.django_db

PRINTED, LIVE = FinancialYear(2022), FinancialYear(2026)
KINDS = {
    "edition-docx": ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "edition-ods": ("ods", "application/vnd.oasis.opendocument.spreadsheet"),
    "edition-csv": ("csv.zip", "application/zip"),
}
each_kind = pytest.mark.parametrize("kind", KINDS)


def address(kind, year=PRINTED):
    return reverse(kind, args=["kent", year, "annual-summary"])


def unpacked(response):
    """All that is in the file, as one text."""
    with zipfile.ZipFile(io.BytesIO(response.content)) as archive:
        return b"\n".join(archive.read(name) for name in archive.namelist()).decode(errors="replace")


@each_kind
def test_a_published_report_is_a_download_for_everybody(client, kind):
    suffix, content_type = KINDS[kind]
    response = client.get(address(kind))
    assert response.status_code == 200
    assert response["Content-Type"] == content_type
    name = f"kent-2022-23-annual-summary-version-1.{suffix}"
    assert response["Content-Disposition"] == f'attachment; filename="{name}"'
    text = unpacked(response)
    assert "Action Plan &amp; Performance Summary 2022/23" in text or "Action Plan & Performance Summary" in text
    assert "Draft: not issued" not in text


@each_kind
def test_what_changes_after_publication_is_not_in_it(client, kind):
    before = client.get(address(kind)).content
    agreement = Edition.objects.get(agreement__partnership__slug="kent", agreement__year=2022).agreement
    Section.objects.filter(priority__agreement=agreement).update(body="<p>Changed since.</p>")
    Priority.objects.filter(agreement=agreement).update(title="Changed since")
    ProgressUpdate.objects.filter(action__priority__agreement=agreement).update(text="<p>Changed since.</p>")
    assert client.get(address(kind)).content == before
    FrozenEdition.objects.filter(edition__agreement=agreement).update(published_at=None, published_by=None)
    assert client.get(address(kind)).status_code == 302


@each_kind
def test_a_draft_says_so_and_is_for_those_who_make_it(client, member, kind):
    client.force_login(member("officer"))
    response = client.get(address(kind, LIVE))
    assert response["Content-Disposition"].endswith(f'annual-summary-draft.{KINDS[kind][0]}"')
    assert "Draft: not issued" in unpacked(response)
    client.force_login(member("viewer"))
    assert client.get(address(kind, LIVE)).status_code == 404


def test_the_page_links_to_every_format(client):
    page = client.get(reverse("edition-detail", args=["kent", PRINTED, "annual-summary"])).content.decode()
    for kind in [*KINDS, "edition-pdf", "edition-json"]:
        assert f'href="{address(kind)}"' in page


def test_a_word_file_that_cannot_be_made_is_told_in_plain_words(client):
    frozen = FrozenEdition.objects.get(edition__agreement__year=2022, edition__agreement__partnership__slug="kent")
    indicators = [one for priority in frozen.content["priorities"] for one in priority["indicators"] if one["chart"]]
    indicators[0]["chart"] = "<svg"
    frozen.save()
    response = client.get(address("edition-docx"))
    assert response.status_code == 503
    page = response.content.decode()
    assert '<h1 class="govuk-heading-l">The Word file could not be made</h1>' in page
    assert "A chart cannot be read" in page
    assert "Read the report as a web page" in page


@each_kind
def test_nothing_but_the_frozen_copy_is_read(client, kind):
    with patch("reports.views.build_summary") as build:
        assert client.get(address(kind)).status_code == 200
    build.assert_not_called()
