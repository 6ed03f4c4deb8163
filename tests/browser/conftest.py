"""Real Chromium against a live server that holds the demonstration.

The tests are marked ``django_db`` without ``transaction``: nothing is flushed between them, so the demonstration is
loaded once. What the server must see is written before a test's transaction begins, in fixtures of a whole module,
because with PostgreSQL the server has connections of its own.
"""

import os
import shutil
from contextlib import contextmanager
from threading import Lock
from unittest.mock import patch
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.contrib.auth.models import update_last_login
from django.contrib.auth.signals import user_logged_in
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection, connections
from django.test import Client
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from tests.conftest import NOW, load_demonstration

# Playwright keeps an event loop running in the thread of the tests; without this, Django refuses the database there.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

WCAG_2_2_AA = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
PHONE = {"width": 320, "height": 640}
ZOOMED = {"width": 320, "height": 256}  # a window of 1280 by 1024 pixels at 400%
DESKTOP = {"width": 1280, "height": 1024}

# Reports what the browser refuses, also before the first script of the page and after the page is left.
LISTEN = """
addEventListener("securitypolicyviolation", (event) =>
  window.reportViolation(`${event.effectiveDirective} ${event.blockedURI} ${event.sample}`));
"""
ENHANCED = ".govuk-frontend-supported [data-govuk-service-navigation-init]"


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    """The computer's own Chromium; nothing is downloaded."""
    found = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if found is None:
        pytest.fail(f"No Chromium was found. Install one of: {', '.join(CHROMIUM)}.")
    return browser_type_launch_args | {
        "executable_path": found,
        "args": ["--no-sandbox", "--disable-dev-shm-usage"],
    }


@pytest.fixture(scope="session")
def browser(browser, django_db_setup, django_db_blocker):
    """Closes the connection that Django opens for the tests beside Playwright's event loop, before the loop ends."""
    yield browser
    with django_db_blocker.unblock():
        connections.close_all()


class Site:
    """The live server, and sessions of people who are signed in already."""

    def __init__(self, url, door):
        self.url = url
        self.door = door
        self.host = urlsplit(url).netloc
        self._sessions = {}

    def sign_in_all(self):
        user_logged_in.disconnect(update_last_login, dispatch_uid="update_last_login")
        for user in User.objects.filter(is_demonstration=True):
            client = Client()
            client.force_login(user)
            self._sessions[user.email] = client.cookies[settings.SESSION_COOKIE_NAME].value
        user_logged_in.connect(update_last_login, dispatch_uid="update_last_login")

    def cookie(self, email):
        return {"name": settings.SESSION_COOKIE_NAME, "value": self._sessions[email], "url": self.url}


class Door:
    """Lets requests in one by one, and none between two tests.

    The threads of the live server share SQLite's one connection. Two at once would mix their savepoints up, and what a
    page sends when it is closed would come after the test's transaction.
    """

    def __init__(self):
        self._lock = Lock()
        self._is_open = False

    def guarded(self, answer):
        def answer_alone(handler, environ, start_response):
            with self._lock:
                if self._is_open:
                    return answer(handler, environ, start_response)
            start_response("503 Service Unavailable", [])
            return []

        return answer_alone

    @contextmanager
    def open(self):
        self._is_open = True
        yield
        with self._lock:
            self._is_open = False


@pytest.fixture(scope="module")
def live(django_db_setup, django_db_blocker):
    """The Site of one module: its data is committed, its clock stands at NOW, and it leaves no connection open."""
    with (
        django_db_blocker.unblock(),
        patch("django.utils.timezone.now", lambda: NOW),
        patch.object(WSGIHandler, "__call__", (door := Door()).guarded(WSGIHandler.__call__)),
        patch.dict(connection.settings_dict, CONN_MAX_AGE=0),
    ):
        load_demonstration()
        server = LiveServer("localhost")
        try:
            site = Site(server.url, door)
            site.sign_in_all()
            yield site
        finally:
            server.stop()
            Session.objects.all().delete()
            cache.clear()


class Visitor:
    """A person at a browser, and whatever went wrong there: the console, the policy, requests to other hosts."""

    def __init__(self, site, context, scripts):
        self.site = site
        self.scripts = scripts
        self.troubles = []
        context.expose_binding("reportViolation", lambda source, what: self.troubles.append(f"policy: {what}"))
        context.add_init_script(LISTEN)
        self.page = context.new_page()
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.troubles.append(f"script: {error}"))
        self.page.on("request", self._request)
        self.page.on("response", self._response)

    def _console(self, message):
        # Chromium says this of pages too, whose status open() looks at; of other files, see _response().
        if message.type in ("error", "warning") and not message.text.startswith("Failed to load resource"):
            self.troubles.append(f"console: {message.text}")

    def _request(self, request):
        address = urlsplit(request.url)
        if address.scheme != "data" and address.netloc != self.site.host:
            self.troubles.append(f"other host: {request.url}")

    def _response(self, response):
        if response.status >= 400 and not response.request.is_navigation_request():
            self.troubles.append(f"file: {response.status} {response.url}")

    def open(self, path, status=200):
        """Go to ``path``, which must answer with ``status``, and wait for the scripts of the page."""
        response = self.page.goto(path)
        assert response.status == status, f"{path}: {response.status}"
        self.settle()

    def settle(self):
        """Wait until the enhancements of a page of the service have started; the administration has none."""
        if self.scripts and self.page.locator("script[src*='js/app.js']").count():
            self.page.locator(ENHANCED).wait_for(state="attached")


@pytest.fixture
def visit(live, new_context):
    """Opens a browser: visit() for an anonymous person, visit("officer@kent.example"), visit(..., scripts=False)."""

    def start(email=None, scripts=True):
        context = new_context(base_url=live.url, viewport=DESKTOP, java_script_enabled=scripts, locale="en-GB")
        context.set_default_timeout(15_000)
        if email:
            context.add_cookies([live.cookie(email)])
        return Visitor(live, context, scripts)

    with live.door.open():
        yield start


def accessibility_faults(page):
    """What axe finds against WCAG 2.2 AA: a line per rule and element."""
    found = Axe().run(page, options={"runOnly": WCAG_2_2_AA, "resultTypes": ["violations"]}).response["violations"]
    return [
        f"{rule['id']}: {' '.join(map(str, node['target']))}: {node['html'][:200]}"
        for rule in found
        for node in rule["nodes"]
    ]


def frame_faults(page):
    """What every page has: a language, a title, one first-level heading and one main part."""
    faults = []
    if not (page.locator("html").get_attribute("lang") or "").startswith("en"):
        faults.append("no language")
    if not page.title().strip():
        faults.append("no title")
    for selector in ("h1", "main"):
        if (count := page.locator(selector).count()) != 1:
            faults.append(f"{count} elements {selector}")
    return faults


# Elements that reach beyond the right edge, without those in a region that scrolls by itself.
WIDER = """() => {
  const root = document.documentElement, edge = root.clientWidth;
  if (root.scrollWidth <= edge) return [];
  const scrolls = (element) => element && element !== document.body && element !== root &&
    (["auto", "scroll", "hidden"].includes(getComputedStyle(element).overflowX) || scrolls(element.parentElement));
  const wide = [...document.body.querySelectorAll("*")].filter(
    (element) => element.getBoundingClientRect().right > edge + 0.5 && !scrolls(element.parentElement));
  return [`${root.scrollWidth} pixels wide`, ...wide.slice(0, 5).map((element) => element.outerHTML.slice(0, 150))];
}"""


def sideways_faults(page):
    """Sideways scrolling of the page at 320 pixels, and at a zoom of 400%."""
    faults = []
    for size in (PHONE, ZOOMED):
        page.set_viewport_size(size)
        faults += [f"at {size['width']} by {size['height']}: {line}" for line in page.evaluate(WIDER)]
    page.set_viewport_size(DESKTOP)
    return faults


def all_faults(visitor, known=()):
    """Everything that is wrong with the page that the visitor sees, in lines; without axe's rules in ``known``."""
    # First what the page itself did: axe makes style sheets of its own, which the policy refuses.
    faults = visitor.troubles + frame_faults(visitor.page) + sideways_faults(visitor.page)
    faults += [line for line in accessibility_faults(visitor.page) if line.split(":")[0] not in known]
    return "\n".join(faults)
