"""Publishing from the command line: by an officer of the partnership, or not at all."""

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from priorities.models import Section
from reports.models import Edition, FrozenEdition
from reports.rendering.data import digest
from reports.rendering.pdf import RenderingFailed
from reports.summary import build_summary
from tests.conftest import STAND_IN_PDF

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def stand_in(monkeypatch):
    monkeypatch.setattr("reports.editions.render_pdf", lambda document: STAND_IN_PDF)


@pytest.fixture
def edition(kent):
    return Edition.objects.get(agreement__partnership=kent, agreement__year=2022)


def publish(*arguments, partnership="kent", year="2022/23", by="officer@kent.example"):
    call_command("publish_report", partnership, year, "--by", by, *arguments)


def test_the_report_as_it_stands_becomes_the_next_version(edition, client, capsys):
    Section.objects.filter(priority__agreement=edition.agreement).update(body="<p>Corrected words.</p>")
    publish(by="Officer@Kent.example")
    frozen = edition.frozen.get(number=2)
    assert frozen.published_at == frozen.frozen_at
    assert frozen.published_by == frozen.frozen_by == User.objects.get(email="officer@kent.example")
    assert b"Corrected words." in client.get(edition.get_absolute_url()).content
    assert frozen.digest == digest(build_summary(edition))
    size = len(client.get("/kent/2022-23/reports/annual-summary.json").content)
    assert capsys.readouterr().out.splitlines() == [
        f"Published: {edition.title}, version 2, by Community Safety Team officer",
        f"  address  {edition.get_absolute_url()}",
        f"  PDF      {len(STAND_IN_PDF):,} bytes, SHA-256 {frozen.pdf_digest}",
        f"  data     {size:,} bytes, SHA-256 {frozen.digest}",
    ]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"partnership": "kemt"}, "no partnership 'kemt'"),
        ({"year": "2022"}, "'2022' is not a year"),
        ({"year": "2011/12"}, "no agreement for 2011/12"),
        ({"by": "nobody@kent.example"}, "There is no person with the address nobody@kent.example."),
        ({"by": "reviewer@kent.example"}, "Working Group member is not an active officer of Kent"),
        ({"by": "officer@dover.example"}, "District community safety officer is not an active officer of Kent"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_stored(changes, words):
    before = FrozenEdition.objects.count()
    with pytest.raises(CommandError) as error:
        publish(**changes)
    assert words in str(error.value)
    assert FrozenEdition.objects.count() == before


def test_an_unknown_edition_is_named(edition):
    with pytest.raises(CommandError, match="no report 'other' for 2022/23"):
        publish("--edition", "other")


def test_a_former_officer_publishes_nothing(edition):
    User.objects.filter(email="officer@kent.example").update(is_active=False)
    with pytest.raises(CommandError, match="not an active officer"):
        publish()
    assert edition.frozen.count() == 1


def test_a_report_that_cannot_be_made_is_not_stored(edition, monkeypatch):
    def fail(document):
        raise RenderingFailed("No font.")

    monkeypatch.setattr("reports.editions.render_pdf", fail)
    with pytest.raises(CommandError, match=r"^Nothing was published\. No font\.$"):
        publish()
    assert edition.frozen.count() == 1
