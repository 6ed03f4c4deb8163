"""The cast and the data that all tests share: the whole demonstration, loaded once, as of NOW."""

import datetime as dt
from unittest.mock import patch

import pytest
from django.conf import settings as django_settings
from django.test.utils import setup_databases, teardown_databases
from django.utils import timezone

from accounts.demonstration import PASSWORD
from accounts.models import Membership, Partnership, Role, User
from reports import demonstration
from tests.post_office import post_office  # noqa: F401 - a fixture
from tests.scratch import scratch  # noqa: F401 - a fixture

# The clock of the tests: a Saturday in the middle of a financial year.
TODAY = dt.date(2026, 11, 21)
NOW = timezone.make_aware(dt.datetime.combine(TODAY, dt.time(12)))
STAND_IN_PDF = b"%PDF-1.7 stand-in"


def load_demonstration():
    """The real loader. Only the PDFs are stand-ins: real ones take seconds and have tests of their own."""
    with patch("reports.editions.render_pdf", lambda document: STAND_IN_PDF):
        demonstration.load(now=NOW)


@pytest.fixture(scope="session")
def media(tmp_path_factory):
    django_settings.MEDIA_ROOT = tmp_path_factory.mktemp("media")


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment, django_db_modify_db_settings, django_db_blocker, media):
    """The test database with the demonstration. pytest-django makes none for tests with a scratch database alone."""
    with django_db_blocker.unblock():
        made = setup_databases(verbosity=0, interactive=False)
        load_demonstration()
    yield
    with django_db_blocker.unblock():
        teardown_databases(made, verbosity=0)


@pytest.fixture
def kent(db):
    return Partnership.objects.get(slug="kent")


@pytest.fixture
def dover(db):
    return Partnership.objects.get(slug="dover")


@pytest.fixture
def member(db):
    """Finds a demonstration person: member("officer"), member("lead.rs"), member("officer", "dover")."""

    def find(who, partnership="kent"):
        return User.objects.get(email=f"{who}@{partnership}.example")

    return find


@pytest.fixture
def person(db):
    """Makes a person: person("lead", partnership). The password is the demonstration's."""

    def make(role, partnership, email=None):
        user = User.objects.create_user(
            email or f"{role}@{partnership.slug}.test", PASSWORD, name=f"{role} of {partnership.slug}"
        )
        Membership.objects.create(user=user, partnership=partnership, role=Role(role))
        return user

    return make
