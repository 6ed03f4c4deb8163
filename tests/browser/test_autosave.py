"""What a lead types is kept on the server, whatever happens to the connection, the session, the browser or the text.

The browser's timers stand still and are moved by hand; what the server has is read from the database.
"""

import datetime as dt
import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.conf import settings
from django.db import connection, connections
from django.urls import reverse
from playwright.sync_api import expect

from accounts.demonstration import PASSWORD
from accounts.models import User
from actions import workflow
from actions.models import Presence, ProgressUpdate
from actions.workflow import Content
from priorities.models import Lead
from tests.browser.conftest import DESKTOP, Visitor, all_faults
from tests.conftest import NOW

pytestmark = [pytest.mark.browser, pytest.mark.django_db]

LEAD, DEPUTY = "lead.asb@kent.example", "lead.svp@kent.example"
AUTOSAVE, SESSION = "**/autosave/", "**" + reverse("session-status")
PAUSE, A_MINUTE = 2, 60
LONGEST = 15  # seconds that a test waits for what must come
SAVED = "Saved at 12:00"
NO_CONNECTION = (
    "Not saved: there is no connection. Your text is kept on this page and will be saved when the connection is back."
)
WRITTEN = ["text", "rating", "rating_reason", "no_progress", "as_at", "particulars", "state"]
STORAGE = "async () => [localStorage.length, sessionStorage.length, (await indexedDB.databases()).length]"


@pytest.fixture(scope="module")
def deputy(live, django_db_blocker):
    """A second lead of the same priority, there before the server's requests begin."""
    with django_db_blocker.unblock():
        lead = Lead.objects.get(users__email=LEAD, priority__agreement__year=2026)
        user = User.objects.get(email=DEPUTY)
        lead.users.add(user)
        yield user
        lead.users.remove(user)


@pytest.fixture
def update(deputy, db):
    """An update that nobody has begun; put back afterwards, where the server has committed."""
    update = ProgressUpdate.objects.with_places().get(
        action__priority__agreement__year=2026, round__position=2, action__priority__code="ASB", action__number=3
    )
    yield update
    put_back(update)


def put_back(update):
    written = {name: getattr(update, name) for name in WRITTEN}
    committed(lambda: ProgressUpdate.objects.filter(pk=update.pk).update(**written))
    committed(lambda: Presence.objects.all().delete())


def committed(deed):
    """Where the server has connections of its own, outside the transaction of the test."""
    if connection.vendor == "sqlite":
        return deed()
    with ThreadPoolExecutor(1) as thread:
        try:
            return thread.submit(deed).result()
        finally:
            thread.submit(connections.close_all).result()


class Desk:
    """The page of an update with its editor, and the clock of its browser, which stands."""

    def __init__(self, visitor, update):
        self.visitor, self.update, self.allowed = visitor, update, []
        self.earlier = update.events.filter(kind="saved").count()
        self.page, self.context = visitor.page, visitor.page.context
        self.box = self.page.get_by_role("textbox", name="What has happened")
        self.text = self.box.and_(self.page.locator("[contenteditable=true]"))
        self.status = self.page.locator("[data-save-status]")
        self.said = self.page.locator("[data-save-status] + [role=status]")
        self.presence = self.page.locator("[data-presence]")
        self.page.clock.install(time=NOW - dt.timedelta(hours=1))
        self.page.clock.pause_at(NOW)

    def open(self):
        self.visitor.open(self.update.write_url)
        expect(self.page.get_by_role("toolbar")).to_be_visible()

    def type(self, words):
        self.text.press("Control+End")
        self.page.keyboard.type(words)

    def wait(self, seconds):
        self.page.clock.run_for(seconds * 1000)

    def type_and_wait(self, words):
        self.said.wait_for(state="attached")
        before = self.saves()
        self.type(words)
        self.wait(PAUSE)
        self.until(lambda: self.saves() > before)
        expect(self.status).to_have_text(SAVED)

    def press(self, name):
        self.page.get_by_role("button", name=name, exact=True).first.click()

    def stored(self):
        return ProgressUpdate.objects.get(pk=self.update.pk).text

    def saves(self):
        """How many revisions the server has got since the desk was taken. History is never taken away."""
        return self.update.events.filter(kind="saved").count() - self.earlier

    def hold(self, address=AUTOSAVE):
        """A list that fills with the requests to ``address``. The first gets no answer until the test gives one."""
        held = []

        def handle(route):
            held.append(route)
            if len(held) > 1:
                route.continue_()

        self.page.route(address, handle)
        return held

    def faults(self):
        """The tools that look for them need a clock that goes."""
        self.page.clock.resume()
        self.visitor.troubles = self.troubles()
        found = all_faults(self.visitor)
        self.page.clock.pause_at(self.page.evaluate("Date.now() / 1000") + 1)
        return found

    def until(self, holds):
        """Let the browser go on until ``holds()``: the test's own thread reads its messages only while it waits."""
        deadline = time.monotonic() + LONGEST
        while not holds():
            assert time.monotonic() < deadline
            self.page.evaluate("0")

    def had_trouble(self, status):
        """The browser saw answers with ``status``; more of them may follow."""
        assert self.troubles(f"file: {status} ")
        self.allowed.append(f"file: {status} ")

    def troubles(self, start=""):
        return [
            one for one in self.visitor.troubles if one.startswith(start) and not one.startswith(tuple(self.allowed))
        ]

    def saved_by_button(self):
        expect(self.page.locator(".govuk-notification-banner")).to_contain_text(SAVED)


@pytest.fixture
def desk(visit, update):
    """desk() for the lead, desk(DEPUTY); nothing may be wrong there in the end, nor be left in the browser."""
    desks = []

    def sit_down(email=LEAD, visitor=None):
        desk = Desk(visitor or visit(email), update)
        desk.open()
        desks.append(desk)
        return desk

    yield sit_down
    for one in desks:
        assert one.troubles() == []
        assert one.page.evaluate(STORAGE) == [0, 0, 0]


def save_as(user, update, text):
    """Somebody saves on another machine."""
    current = ProgressUpdate.objects.get(pk=update.pk)
    content = Content(text=text, as_at="2026-11-20")
    committed(lambda: workflow.save(current, content, version=current.version, by=user, at=NOW))


# Saving while one types


def test_what_is_typed_is_saved_after_a_pause(desk):
    one = desk()
    one.type("Two schools were visited.")
    one.wait(PAUSE - 0.1)
    assert one.saves() == 0
    one.wait(0.1)
    expect(one.status).to_have_text(SAVED)
    expect(one.said).to_have_text(SAVED)
    assert one.stored() == "<p>Two schools were visited.</p>"
    assert one.faults() == ""


def test_without_the_script_it_is_not_saved_until_a_button_is_pressed(visit, update):
    """The control of this whole file."""
    visitor = visit(LEAD)
    visitor.page.route("**/js/autosave.js", lambda route: route.fulfill(content_type="text/javascript", body=""))
    one = Desk(visitor, update)
    one.open()
    one.type("Two schools were visited.")
    one.wait(A_MINUTE)
    assert one.stored() == ""
    one.press("Save draft")
    one.saved_by_button()
    assert one.stored() == "<p>Two schools were visited.</p>"


def test_who_types_on_and_on_is_saved_every_five_seconds(desk):
    one = desk()
    for word in ("One", " two", " three", " four"):
        one.type(word)
        one.wait(1)
    assert one.saves() == 0
    one.type(" five")
    one.wait(1)
    expect(one.status).to_have_text(SAVED)
    assert one.stored() == "<p>One two three four five</p>"


def test_where_the_editor_does_not_start_markdown_is_saved(visit, update):
    visitor = visit(LEAD)
    visitor.page.route("**/js/editor.js", lambda route: route.fulfill(content_type="text/javascript", body=""))
    one = Desk(visitor, update)
    one.text = one.box
    visitor.open(update.write_url)
    one.type_and_wait("Two **schools**")
    assert one.stored() == "<p>Two <strong>schools</strong></p>"


def test_words_typed_before_the_scripts_came_are_kept_and_saved(visit, update):
    """A slow connection: the page is there, its scripts come later."""
    visitor = visit(LEAD)
    held = []
    visitor.page.route("**/js/*.js", lambda route: held.append(route))
    one = Desk(visitor, update)
    one.page.goto(update.write_url, wait_until="commit")
    one.box.press_sequentially("Typed early")
    one.until(lambda: len(held) >= 3)
    for route in held:
        route.continue_()
    one.said.wait_for(state="attached")
    one.wait(PAUSE)
    expect(one.status).to_have_text(SAVED)
    assert one.stored() == "<p>Typed early</p>"
    expect(one.box).to_have_value("Typed early")


def test_amber_without_a_reason_is_said_and_the_text_is_saved(desk):
    one = desk()
    one.page.get_by_label("Amber: some concern").check()
    one.type("Late.")
    one.wait(PAUSE)
    expect(one.status).to_contain_text("Saved at 12:00, but not all of it.")
    expect(one.status).to_contain_text("Say why it is amber.")
    assert one.stored() == "<p>Late.</p>"
    one.page.get_by_label("Why is it amber?").fill("The school closed.")
    one.wait(PAUSE)
    expect(one.status).to_have_text(SAVED)
    assert ProgressUpdate.objects.get(pk=one.update.pk).rating == "amber"


def test_a_screen_reader_hears_of_the_first_save_only(desk):
    one = desk()
    one.type_and_wait("One.")
    expect(one.said).to_have_text(SAVED)
    one.said.evaluate("(element) => { element.textContent = 'heard'; }")
    one.type_and_wait(" Two.")
    assert one.saves() == 2
    expect(one.said).to_have_text("heard")
    one.context.set_offline(True)
    one.type(" Three.")
    one.wait(PAUSE)
    expect(one.said).to_have_text(NO_CONNECTION)
    one.context.set_offline(False)
    expect(one.said).to_have_text(SAVED)


def test_text_that_is_too_long_is_said(desk):
    one = desk()
    one.text.click()
    one.page.keyboard.insert_text("word " * 4001)
    one.wait(PAUSE)
    expect(one.status).to_contain_text("Not saved: Write 20,000 characters or fewer.")
    one.had_trouble(400)
    one.text.press("Control+a")
    one.page.keyboard.type("Short")
    one.wait(PAUSE)
    expect(one.status).to_have_text(SAVED)


def test_only_unsaved_words_ask_before_the_page_is_left(desk):
    one = desk()
    asked = []
    one.page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    one.type_and_wait("Saved.")
    one.page.reload()
    assert asked == []
    expect(one.page.get_by_role("toolbar")).to_be_visible()
    one.context.set_offline(True)
    one.type(" Unsaved.")
    one.page.evaluate("location.reload()")
    one.until(lambda: asked)
    assert asked == ["beforeunload"]
    one.context.set_offline(False)
    one.wait(PAUSE)
    expect(one.status).to_have_text(SAVED)


# The connection and the browser


def test_offline_for_a_minute_and_back(desk):
    one = desk()
    one.type_and_wait("Before.")
    one.context.set_offline(True)
    one.type(" During.")
    one.wait(PAUSE)
    expect(one.status).to_have_text(NO_CONNECTION)
    one.type(" Later.")
    one.wait(A_MINUTE)
    assert one.stored() == "<p>Before.</p>"
    one.context.set_offline(False)
    expect(one.status).to_have_text(SAVED)
    one.until(lambda: "Later" in one.stored())
    assert (one.stored(), one.saves()) == ("<p>Before. During. Later.</p>", 3)


def test_it_tries_again_by_itself(desk):
    """The network is there, the service is not: no event tells when it is back."""
    one = desk()
    failures = []
    one.page.route(AUTOSAVE, lambda route: (failures.append(1), route.abort())[0])
    one.type("Words.")
    one.wait(PAUSE)
    expect(one.status).to_have_text(NO_CONNECTION)
    assert len(failures) == 1
    for count, pause in ((2, 2), (3, 4), (4, 8), (5, 16), (6, 30), (7, 30)):
        one.wait(pause - 0.1)
        assert len(failures) == count - 1
        one.wait(0.1)
        one.until(lambda count=count: len(failures) == count)
        expect(one.status).to_have_text(NO_CONNECTION)
    one.page.unroute(AUTOSAVE)
    one.wait(30)
    expect(one.status).to_have_text(SAVED)
    assert one.stored() == "<p>Words.</p>"


def test_a_button_pressed_offline_leaves_everything_on_the_page(desk):
    one = desk()
    one.context.set_offline(True)
    one.type("Words.")
    one.press("Save and check")
    expect(one.status).to_contain_text("Press the button again when the connection is back.")
    expect(one.text).to_have_text("Words.")
    one.context.set_offline(False)
    one.wait(PAUSE)
    expect(one.status).to_have_text(SAVED)
    one.press("Save and check")
    expect(one.page.locator("h1")).to_have_text("Check your update")


def test_a_lost_answer_makes_no_second_version_and_no_conflict(desk):
    one = desk()
    keys = []

    def lose(route):
        keys.append(route.request.post_data.split('name="key"')[1].split()[0])
        route.fetch()
        route.abort()

    one.page.route(AUTOSAVE, lose)
    one.type("First.")
    one.wait(PAUSE)
    expect(one.status).to_have_text(NO_CONNECTION)
    assert (one.stored(), one.saves()) == ("<p>First.</p>", 1)
    one.type(" Second.")
    one.wait(PAUSE)
    expect(one.status).to_have_text(NO_CONNECTION)
    one.until(lambda: len(keys) == 2)
    assert keys[0] == keys[1]
    assert one.saves() == 1
    one.page.unroute(AUTOSAVE)
    one.wait(4)
    expect(one.status).to_have_text(SAVED)
    one.until(lambda: "Second" in one.stored())
    assert (one.stored(), one.saves()) == ("<p>First. Second.</p>", 2)


def test_typing_goes_on_during_a_slow_answer(desk):
    one = desk()
    held = one.hold()
    one.type("First.")
    one.wait(PAUSE)
    one.until(lambda: held)
    expect(one.status).to_have_text("Saving…")
    one.type(" Second.")
    one.wait(PAUSE)
    assert len(held) == 1
    held[0].continue_()
    expect(one.status).to_have_text(SAVED)
    one.until(lambda: "Second" in one.stored())
    assert one.saves() == 2


@pytest.mark.parametrize("arrives", [True, False], ids=["arrived", "never arrived"])
def test_a_button_waits_five_seconds_for_a_slow_answer_and_the_page_is_no_conflict_with_itself(arrives, desk):
    one = desk()
    held = one.hold()
    one.type("First.")
    one.wait(PAUSE)
    one.until(lambda: held)
    if arrives:
        held[0].fetch()
    one.type(" Second.")
    one.press("Save and check")
    one.wait(4.9)
    expect(one.page.locator("h1")).not_to_have_text("Check your update")
    one.wait(0.1)
    expect(one.page.locator("h1")).to_have_text("Check your update")
    assert (one.stored(), one.saves()) == ("<p>First. Second.</p>", 1 + arrives)


def test_a_button_waits_for_the_answer_only(desk):
    one = desk()
    held = one.hold()
    one.type("First.")
    one.wait(PAUSE)
    one.until(lambda: held)
    one.type(" Second.")
    one.press("Save and check")
    held[0].continue_()
    expect(one.page.locator("h1")).to_have_text("Check your update")
    assert one.stored() == "<p>First. Second.</p>"


def test_a_killed_browser_loses_nothing_that_was_typed_five_seconds_before(
    live, update, visit, browser_type, browser_type_launch_args
):
    doomed = browser_type.launch(**browser_type_launch_args)
    context = doomed.new_context(base_url=live.url, viewport=DESKTOP)
    context.add_cookies([live.cookie(LEAD)])
    one = Desk(Visitor(live, context, scripts=True), update)
    one.open()
    one.type("Two schools were visited.")
    one.wait(5)
    expect(one.status).to_have_text(SAVED)
    processes = doomed.new_browser_cdp_session().send("SystemInfo.getProcessInfo")["processInfo"]
    [number] = [process["id"] for process in processes if process["type"] == "browser"]
    with doomed.expect_event("disconnected") if hasattr(doomed, "expect_event") else context.expect_event("close"):
        os.kill(number, signal.SIGKILL)
    again = Desk(visit(LEAD), update)
    again.open()
    expect(again.text).to_have_text("Two schools were visited.")


def test_words_go_with_the_page_that_is_left(desk):
    """Left at once, before any pause."""
    one = desk()
    one.page.on("dialog", lambda dialog: dialog.accept())
    one.type("In a hurry.")
    one.page.goto(reverse("home"))
    one.until(lambda: one.saves() == 1)
    assert one.stored() == "<p>In a hurry.</p>"


# Buttons and Back


def test_a_button_goes_on_from_the_last_save(desk):
    one = desk()
    one.type_and_wait("First.")
    one.type(" Second.")
    one.press("Save draft")
    one.saved_by_button()
    expect(one.text).to_have_text("First. Second.")
    assert one.stored() == "<p>First. Second.</p>"


@pytest.mark.parametrize("typed", [True, False], ids=["typed", "untouched"])
@pytest.mark.parametrize("button", ["Save draft", "Save and add another event"])
def test_a_double_click_saves_once(button, typed, desk):
    one = desk()
    one.page.locator("#events summary").click()
    if typed:
        one.type("Once.")
    one.page.get_by_role("button", name=button, exact=True).last.dblclick()
    one.saved_by_button()
    expect(one.page.locator("h1")).to_have_text(one.update.action.title)
    assert one.saves() == 1


def test_back_after_saving_goes_on_from_what_was_saved(desk):
    one = desk()
    one.type_and_wait("First.")
    one.type(" Second.")
    one.press("Save and check")
    expect(one.page.locator("h1")).to_have_text("Check your update")
    one.page.go_back()
    expect(one.text).to_have_text("First. Second.")
    one.type_and_wait(" Third.")
    assert one.stored() == "<p>First. Second. Third.</p>"


RESTORED = "dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))"


def test_a_page_kept_by_the_browser_asks_for_what_is_saved_now(desk, deputy):
    one = desk()
    one.type_and_wait("Mine.")
    save_as(deputy, one.update, "<p>Theirs.</p>")
    with one.page.expect_navigation():
        one.page.evaluate(RESTORED)
    expect(one.text).to_have_text("Theirs.")


def test_a_page_kept_by_the_browser_keeps_its_unsaved_words(desk):
    one = desk()
    one.context.set_offline(True)
    one.type("Mine.")
    one.wait(PAUSE)
    expect(one.status).to_have_text(NO_CONNECTION)
    one.page.evaluate(RESTORED)
    expect(one.text).to_have_text("Mine.")
    one.context.set_offline(False)
    expect(one.status).to_have_text(SAVED)
    assert one.stored() == "<p>Mine.</p>"


# Two people


def test_two_people_see_each_other_and_lose_nothing(desk, deputy):
    one, two = desk(), desk(DEPUTY)
    expect(two.presence).to_contain_text("is also writing here")
    sent = []
    two.page.on("request", lambda request: sent.append(request.url) if request.url.endswith("/autosave/") else None)
    one.wait(30)
    expect(one.presence).to_have_text(f"{deputy} is also writing here (seen at 12:00).")
    one.type_and_wait("Two schools were visited.")
    two.type("Three parks were cleaned.")
    two.wait(PAUSE)
    expect(two.page.get_by_role("alert")).to_contain_text("saved this at 12:00 while you were writing.")
    expect(two.said).to_have_text("")
    two.had_trouble(409)
    assert two.faults() == ""
    two.type(" And one street.")
    two.wait(A_MINUTE)
    assert one.stored() == "<p>Two schools were visited.</p>"

    two.press("See both texts")
    expect(two.page.locator("h1")).to_contain_text("saved this at 12:00 while you were writing")
    assert len(sent) == 1
    expect(two.page.locator("main")).to_contain_text("Two schools were visited.")
    expect(two.text).to_have_text("Three parks were cleaned. And one street.")
    assert two.faults() == ""
    two.type(" Two schools were visited.")
    two.wait(A_MINUTE)
    expect(two.status).to_contain_text("Not saved yet.")
    assert one.stored() == "<p>Two schools were visited.</p>"
    two.press("Save draft")
    two.saved_by_button()
    merged = "<p>Three parks were cleaned. And one street. Two schools were visited.</p>"
    assert one.stored() == merged
    two.type_and_wait(" More.")

    one.page.goto(reverse("home"))
    two.wait(30)
    expect(two.presence).to_be_hidden()


def test_after_a_lost_answer_another_person_is_still_a_conflict(desk, deputy):
    one = desk()

    def lose(route):
        route.fetch()
        route.abort()

    one.page.route(AUTOSAVE, lose)
    one.type("Mine.")
    one.wait(PAUSE)
    expect(one.status).to_have_text(NO_CONNECTION)
    save_as(deputy, one.update, "<p>Theirs.</p>")
    one.page.unroute(AUTOSAVE)
    one.wait(2)
    expect(one.page.get_by_role("alert")).to_contain_text(f"{deputy} saved this at 12:00")
    one.had_trouble(409)
    assert one.stored() == "<p>Theirs.</p>"
    one.press("See both texts")
    expect(one.text).to_have_text("Mine.")


# The session


def sign_in(page, email=LEAD):
    page.locator("[name=login]").fill(email)
    page.locator("[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("h1")).to_have_text("Your work")


@pytest.fixture
def signed_in(visit, desk):
    """At the desk with a session of its own, which can be ended."""
    visitor = visit()
    visitor.open(reverse("account_login"))
    sign_in(visitor.page)
    return desk(visitor=visitor)


def end_the_session(visit, one):
    """Somebody ends it on the server; this browser knows nothing of it."""
    [cookie] = [cookie for cookie in one.context.cookies() if cookie["name"] == settings.SESSION_COOKIE_NAME]
    elsewhere = visit()
    elsewhere.page.context.add_cookies([cookie])
    elsewhere.open(reverse("home"))
    elsewhere.page.get_by_role("button", name="Sign out").click()
    expect(elsewhere.page.get_by_role("link", name="Sign in")).to_be_visible()


def test_who_was_signed_out_signs_in_in_another_tab_and_is_saved(signed_in, visit):
    one = signed_in
    one.type_and_wait("Before.")
    end_the_session(visit, one)
    one.type(" After.")
    one.wait(PAUSE)
    expect(one.status).to_contain_text("Not saved: you have been signed out. Your text is kept on this page.")
    one.had_trouble(401)
    assert one.faults() == ""
    with one.context.expect_page() as opened:
        one.status.get_by_role("link", name="Sign in (opens in a new tab)").click()
    sign_in(opened.value)
    opened.value.close()
    one.type(" Meanwhile.")
    one.wait(5)
    expect(one.status).to_have_text(SAVED)
    one.until(lambda: "Meanwhile" in one.stored())
    assert one.stored() == "<p>Before. After. Meanwhile.</p>"
    one.press("Save and check")
    expect(one.page.locator("h1")).to_have_text("Check your update")


def test_who_is_not_the_same_person_saves_nothing(signed_in, visit):
    one = signed_in
    end_the_session(visit, one)
    other = one.context.new_page()
    other.goto(reverse("account_login"))
    sign_in(other, DEPUTY)
    one.type("Mine.")
    one.wait(PAUSE)
    expect(one.status).to_contain_text(f"Not saved: {DEPUTY} is signed in now.")
    one.had_trouble(403)
    one.wait(A_MINUTE)
    assert one.stored() == ""
    other.get_by_role("button", name="Sign out").click()
    other.goto(reverse("account_login"))
    sign_in(other)
    one.wait(5)
    expect(one.status).to_have_text(SAVED)
    assert one.stored() == "<p>Mine.</p>"


def test_a_stale_token_is_renewed(desk):
    one = desk()
    one.context.clear_cookies(name=settings.CSRF_COOKIE_NAME)
    one.type_and_wait("Words.")
    one.had_trouble(403)
    assert one.stored() == "<p>Words.</p>"
    one.press("Save and check")
    expect(one.page.locator("h1")).to_have_text("Check your update")
