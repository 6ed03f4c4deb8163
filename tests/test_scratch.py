"""The scratch database: a whole copy, seen by threads and processes, of which nothing comes back."""

import pytest
from django.db import connection

from accounts.models import Agency, Partnership
from tests.scratch import race


def rename(name):
    Partnership.objects.filter(slug="kent").update(short_name=name)


def test_threads_and_processes_see_what_is_written(scratch):
    assert Partnership.objects.get(slug="kent").short_name == "Kent"
    rename("Here")
    assert race(lambda: Partnership.objects.get(slug="kent").short_name, 3) == ["Here"] * 3
    code = "from accounts.models import Partnership; print(Partnership.objects.get(slug='kent').short_name)"
    assert scratch.manage("shell", "-v", "0", "-c", code).stdout == "Here\n"
    scratch.manage(
        "shell", "-v", "0", "-c", "from accounts.models import Agency; Agency.objects.update(former_names=['There'])"
    )
    assert all(agency.former_names == ["There"] for agency in Agency.objects.all())


@pytest.mark.django_db
def test_nothing_comes_back(kent):
    assert kent.short_name == "Kent"
    assert not any(agency.former_names == ["There"] for agency in Agency.objects.all())
    assert "scratch" not in connection.settings_dict["NAME"]


def test_an_error_in_a_race_is_raised(scratch):
    with pytest.raises(Partnership.DoesNotExist):
        race(lambda: Partnership.objects.get(slug="nowhere"), 2)


def test_a_failing_command_is_an_error(scratch):
    with pytest.raises(AssertionError, match="Unknown command"):
        scratch.manage("no_such_command")
