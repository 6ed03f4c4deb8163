"""The administration in Chromium. The pages are Django's own; the colours and a few templates are the service's."""

import pytest
from django.urls import reverse

from accounts.models import Partnership, User
from actions.models import Action, Round
from indicators.models import Indicator
from priorities.models import Agreement
from tests.browser.conftest import all_faults

pytestmark = [pytest.mark.browser, pytest.mark.django_db]

OFFICER = "officer@kent.example"

# Rules of axe that Django's own pages break. The search icon of its two-box chooser is a span with a label, which a
# span may not have; the box that it stands for has a proper name.
KNOWN = {"aria-prohibited-attr"}


def open_model(visitor, model, kind, *args):
    visitor.open(reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{kind}", args=args))


@pytest.mark.parametrize(("name", "args"), [("index", []), ("app_list", ["actions"])])
def test_front_pages(name, args, visit):
    visitor = visit(OFFICER)
    visitor.open(reverse(f"admin:{name}", args=args))
    assert all_faults(visitor) == ""


@pytest.mark.parametrize("model", [Action, Agreement, Indicator], ids=lambda model: model.__name__)
def test_lists_with_filters(model, visit):
    visitor = visit(OFFICER)
    open_model(visitor, model, "changelist")
    assert visitor.page.locator("#changelist-filter").is_visible()
    assert all_faults(visitor) == ""


@pytest.mark.parametrize("model", [Partnership, User, Action, Agreement, Indicator], ids=lambda model: model.__name__)
def test_forms(model, visit):
    visitor = visit(OFFICER)
    row = model.objects.managed_by(User.objects.get(email=OFFICER)).order_by("pk").first()
    open_model(visitor, model, "change", row.pk)
    assert all_faults(visitor, KNOWN) == ""


def test_a_form_with_dates(visit):
    visitor = visit(OFFICER)
    open_model(visitor, Round, "add")
    assert all_faults(visitor, KNOWN) == ""
