"""The pages of one person, and a refused invitation, in Chromium. They are addressed by number, or answer a post."""

import pytest
from django.urls import reverse

from accounts.models import User
from tests.browser.conftest import all_faults

pytestmark = [pytest.mark.browser, pytest.mark.django_db]


@pytest.mark.parametrize("name", ["person-detail", "membership-end"])
@pytest.mark.parametrize("scripts", [True, False])
def test_page_of_a_person(name, scripts, visit):
    visitor = visit("officer@kent.example", scripts=scripts)
    visitor.open(reverse(name, args=["kent", User.objects.get(email="lead.rs@kent.example").pk]))
    if scripts:
        assert all_faults(visitor) == ""
    assert visitor.page.get_by_role(
        "button", name={"person-detail": "Add roles"}.get(name, "End the membership")
    ).count()


@pytest.mark.parametrize("scripts", [True, False])
def test_a_refused_invitation_says_why_and_keeps_what_was_typed(scripts, visit):
    visitor = visit("officer@kent.example", scripts=scripts)
    visitor.open("/kent/people/invite/")
    visitor.page.get_by_label("Name", exact=True).fill("Ada Example")
    visitor.page.get_by_label("Community safety officer").check()
    visitor.page.get_by_role("button", name="Invite").click()
    visitor.page.get_by_role("heading", name="There is a problem").wait_for()
    assert visitor.page.get_by_label("Name", exact=True).input_value() == "Ada Example"
    assert visitor.page.get_by_label("Community safety officer").is_checked()
    if scripts:
        visitor.settle()
        assert all_faults(visitor) == ""
    visitor.page.get_by_role("link", name="Enter the e-mail address.").click()
    assert visitor.page.evaluate("document.activeElement.id") == "id_email"
