"""Frozen by value: what is published never changes, and only what is published is public."""

import hashlib

import pytest
from django.core.files.storage import default_storage

from priorities.models import Agreement, Priority, Section
from reports import editions
from reports.models import Edition, FrozenEdition
from reports.rendering.data import render_json
from reports.rendering.pdf import RenderingFailed
from reports.summary import from_data
from tests.conftest import NOW, STAND_IN_PDF

PAGE = "/kent/2022-23/reports/annual-summary"
LIVE_PAGE = "/kent/2026-27/reports/annual-summary"


@pytest.fixture
def live(kent):
    return Edition.objects.get(agreement__partnership=kent, agreement__year=2026)


@pytest.fixture
def stand_in(monkeypatch):
    monkeypatch.setattr("reports.editions.render_pdf", lambda document: STAND_IN_PDF)


@pytest.mark.django_db
def test_a_published_page_reads_the_frozen_copy_alone(client, kent):
    before = {kind: client.get(PAGE + kind).content for kind in ("/", ".json")}
    Section.objects.filter(priority__agreement__year=2022).update(body="<p>CANARY</p>")
    Priority.objects.filter(agreement__year=2022).update(title="CANARY")
    Edition.objects.filter(agreement__year=2022).update(title="CANARY", introduction="<p>CANARY</p>")
    for kind in (".json",):
        assert client.get(PAGE + kind).content == before[kind]
    assert b"CANARY" not in client.get(PAGE + "/").content


@pytest.mark.django_db
def test_what_is_stored_agrees_with_its_digests(kent):
    for frozen in FrozenEdition.objects.filter(edition__agreement__partnership=kent):
        assert hashlib.sha256(render_json(from_data(frozen.content))).hexdigest() == frozen.digest
        with frozen.pdf.open() as pdf:
            assert hashlib.sha256(pdf.read()).hexdigest() == frozen.pdf_digest
        assert frozen.pdf.size == frozen.pdf_size


@pytest.mark.django_db
def test_a_frozen_copy_is_not_public_before_it_is_published(client, live, member, stand_in):
    frozen = editions.freeze(live, by=member("officer"), at=NOW)
    for kind in ("/", ".pdf", ".json"):
        assert client.get(LIVE_PAGE + kind).status_code == 302
    assert live not in Edition.objects.listed()
    editions.publish(frozen, by=member("officer"), at=NOW)
    for kind in ("/", ".pdf", ".json"):
        assert client.get(LIVE_PAGE + kind).status_code == 200


@pytest.mark.django_db
def test_publishing_twice_is_refused(live, member, stand_in):
    frozen = editions.freeze(live, by=member("officer"), at=NOW)
    editions.publish(frozen, by=member("officer"), at=NOW)
    with pytest.raises(editions.AlreadyPublished):
        editions.publish(frozen, by=member("reviewer"), at=NOW)
    frozen.refresh_from_db()
    assert frozen.published_by == member("officer")


@pytest.mark.django_db
def test_a_correction_is_the_next_version_and_both_stay(client, kent, member, stand_in):
    printed = Edition.objects.get(agreement__partnership=kent, agreement__year=2022)
    Edition.objects.filter(pk=printed.pk).update(title="Corrected")
    printed.refresh_from_db()
    editions.publish(editions.freeze(printed, by=member("officer"), at=NOW), by=member("officer"), at=NOW)
    assert b"Corrected" in client.get(PAGE + "/").content
    assert list(printed.frozen.values_list("number", flat=True)) == [1, 2]
    assert [one.number for one in Edition.objects.listed().get(pk=printed.pk).published_versions] == [2, 1]


@pytest.mark.django_db
def test_what_is_withdrawn_is_gone(client, kent, member):
    FrozenEdition.objects.filter(edition__agreement__year=2022).update(
        withdrawn_at=NOW, withdrawn_by=member("officer"), withdrawn_reason="A wrong figure"
    )
    for kind in ("/", ".pdf", ".json"):
        assert client.get(PAGE + kind).status_code == 302
    assert "2022/23" not in client.get("/").content.decode()


@pytest.mark.django_db
def test_nothing_is_stored_where_the_pdf_fails(live, member, monkeypatch):
    def fail(document):
        raise RenderingFailed("out of memory")

    monkeypatch.setattr("reports.editions.render_pdf", fail)
    files = set(default_storage.listdir("editions")[0])
    with pytest.raises(RenderingFailed):
        editions.freeze(live, by=member("officer"), at=NOW)
    assert not live.frozen.exists()
    assert set(default_storage.listdir("editions")[0]) == files


@pytest.mark.django_db
def test_a_draft_is_marked(client, live, member):
    client.force_login(member("officer"))
    assert "Draft, not published" in client.get(LIVE_PAGE + "/").content.decode()
    assert client.get(LIVE_PAGE + ".json").json()["is_draft"] is True
    assert client.get(PAGE + ".json").json()["is_draft"] is False


@pytest.mark.django_db
def test_agreements_of_the_live_year_are_marked_as_demonstration(client, member, kent):
    client.force_login(member("viewer"))
    marked = "not from a published report"
    assert Agreement.objects.filter(partnership=kent, is_demonstration=True).count() == 1
    assert marked in client.get("/kent/2026-27/").content.decode()
    assert marked not in client.get("/kent/2022-23/").content.decode()


@pytest.mark.django_db
def test_a_draft_whose_pdf_fails_says_why(client, member, monkeypatch):
    def fail(document):
        raise RenderingFailed("The PDF needs more than 64 megabytes of memory (PDF_MEGABYTES).")

    monkeypatch.setattr("reports.views.render_pdf", fail)
    client.force_login(member("officer"))
    response = client.get(LIVE_PAGE + ".pdf")
    assert response.status_code == 503
    assert "needs more than 64 megabytes" in response.content.decode()


@pytest.mark.django_db
def test_a_published_file_that_is_missing_is_said_and_not_made_anew(client, kent):
    frozen = FrozenEdition.objects.get(edition__agreement__partnership=kent, edition__agreement__year=2022)
    FrozenEdition.objects.filter(pk=frozen.pk).update(pdf="editions/gone.pdf")
    response = client.get(PAGE + ".pdf")
    assert response.status_code == 503
    assert "missing from the store" in response.content.decode()


@pytest.mark.django_db
def test_outsiders_are_offered_no_page_that_they_cannot_open(client, member):
    assert b'href="/kent/2022-23/"' not in client.get(PAGE + "/").content
    client.force_login(member("officer", "dover"))
    assert b'href="/kent/2022-23/"' not in client.get(PAGE + "/").content
    client.force_login(member("viewer"))
    assert b'href="/kent/2022-23/"' in client.get(PAGE + "/").content
