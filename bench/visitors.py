"""People at work on a deadline day. Each is a thread that thinks, sends what a browser would, and times the answer.

python -m bench.visitors PLAN    PLAN is a file of JSON, as bench/load.py makes it; prints what happened as JSON

They know the service from outside only: its pages, its forms, and what its scripts send. A form's POST is timed up to
its answer; the page that it leads to is a page. Each request has a connection of its own, as behind a proxy.
"""

import html
import http.client
import json
import random
import re
import sys
import threading
import time
from collections import deque
from contextlib import closing
from typing import NamedTuple
from urllib.parse import urlencode

PRESENT_SECONDS = 30  # static/js/autosave.js
PASSERS_BY = 4
NO_ANSWER_SECONDS = 60
AUTOSAVES = (3, 6)
SAVES_A_DRAFT = 0.5
SUBMITS = 0.8
ACCEPTS = 0.7
BOUNDARY = "a-line-between-fields"
FIELD = re.compile(r"<(?:input|textarea)\b([^>]*)>(?:\n?([^<]*)</textarea>)?")
ATTRIBUTE = re.compile(r'([\w-]+)(?:="([^"]*)")?')
REVIEW_PAGE = r"[^\"]+/updates/\d+/review/"


class Answer(NamedTuple):
    status: int
    location: str
    text: str


class NotAsExpected(Exception):
    """An answer after which a visitor begins anew. It stands among the errors already."""


class Over(Exception):
    """The time is up."""


class Log:
    """What happened to all visitors, and when it is over."""

    def __init__(self, plan):
        self.over = threading.Event()
        self.counts_from = time.monotonic() + plan["think"]
        self.requests = []  # [name, milliseconds], without those that were sent before all had begun
        self.saved = []  # [key of the update, text], of each save that was acknowledged
        self.errors = []


class Visitor(threading.Thread):
    """A person with a browser. Subclasses say in ``journey`` what they do, again and again."""

    def __init__(self, plan, log, number, cookie=None):
        super().__init__(daemon=True)
        self.plan, self.log, self.number = plan, log, number
        self.cookies = dict([cookie] if cookie else [])
        self.chance = random.Random(f"{plan['seed']} {number}")
        self.mean = plan["think"]
        self.presence = None  # the address that the open page tells that it is open
        self.present_at = self.said_at = None

    def run(self):
        try:
            self._wait(self.chance.uniform(0, self.mean))
            while True:
                try:
                    self.journey()
                except NotAsExpected:
                    self.presence = None
                    self.think()
        except Over:
            pass
        except Exception as error:
            self.log.errors.append(f"visitor {self.number} stopped: {error!r}")

    def think(self):
        """Wait as long as a person does. Meanwhile an open page says that it is open."""
        until = time.monotonic() + self.chance.expovariate(1 / self.mean)
        while self.presence and self.present_at < until:
            self._wait(self.present_at - time.monotonic())
            self.say_present()
        self._wait(until - time.monotonic())

    def _wait(self, seconds):
        if self.log.over.wait(max(0, seconds)):
            raise Over

    def page(self, name, path):
        return self.ask(name, "GET", path).text

    def post(self, name, path, fields):
        """Send a form as its button does. Returns where the answer leads to."""
        body = urlencode(fields).encode()
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return self.ask(name, "POST", path, body, headers, expected=302).location

    def script(self, name, path, body, headers):
        """Send what the script of a page sends. Returns the answer's data."""
        token = {"Accept": "application/json", "X-CSRFToken": self.token}
        return json.loads(self.ask(name, "POST", path, body, headers | token).text)

    def say_present(self, **fields):
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        self.said_at = self.script("presence", self.presence, urlencode(fields).encode(), headers).get("said_at")
        self.present_at = time.monotonic() + PRESENT_SECONDS

    def leave(self):
        self.say_present(leaving=self.said_at)
        self.presence = None

    def ask(self, name, method, path, body=None, headers=None, expected=200):
        started = time.monotonic()
        try:
            answer = self._send(method, path, body, headers or {})
        except (OSError, http.client.HTTPException) as error:
            return self.fail(f"{name}: {method} {path}: {error!r}")
        if started >= self.log.counts_from:
            self.log.requests.append([name, (time.monotonic() - started) * 1000])
        if answer.status != expected:
            return self.fail(f"{name}: {method} {path} answered {answer.status}")
        return answer

    def form(self, page, mark):
        """The fields of the form of ``page`` in whose tag ``mark`` stands."""
        _, found, rest = page.partition(mark)
        return fields(rest.split("</form>")[0]) if found else self.fail(f"There is no form {mark}")

    def fail(self, line):
        self.log.errors.append(line)
        raise NotAsExpected

    def _send(self, method, path, body, headers):
        address = self.plan["address"]
        sent = {"X-Forwarded-Proto": "https", "Origin": f"https://{address}", "Accept": "text/html"} | headers
        sent |= {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        with closing(http.client.HTTPConnection(address, timeout=NO_ANSWER_SECONDS)) as connection:
            connection.request(method, path, body, sent)
            response = connection.getresponse()
            text = response.read().decode()
        for cookie in response.headers.get_all("Set-Cookie", []):
            name, value = cookie.split(";")[0].split("=", 1)
            self.cookies[name] = value
            if value == '""':
                del self.cookies[name]
        return Answer(response.status, response.headers.get("Location", ""), text)


class Lead(Visitor):
    """Writes one update after another."""

    def __init__(self, plan, log, number, person):
        super().__init__(plan, log, number, person["cookie"])
        self.updates = deque(person["updates"])
        self.sentences = 0

    def journey(self):
        self.page("your work", "/")
        self.think()
        if self.updates:
            update = self.updates.popleft()
            self.write(update)
            if not self.submit(update):
                self.updates.append(update)

    def write(self, update):
        form, text = self.open(update), ""
        for _ in range(self.chance.randint(*AUTOSAVES)):
            self.think()
            text += self.sentence()
            self.autosave(update, form, text)
        self.think()
        if self.chance.random() < SAVES_A_DRAFT:
            text += self.sentence()
            self.save(update, form, text, then="save")
            form = self.open(update)
            self.think()
        self.save(update, form, text, then="check")

    def open(self, update):
        page = self.page("write", update["path"])
        form = self.form(page, "data-autosave-url")
        del form["text"]  # the editor disables it
        self.token = form["csrfmiddlewaretoken"]
        self.presence = update["path"].removesuffix("write/") + "presence/"
        self.said_at = re.search(r'data-presence="([^"]*)"', page)[1]
        self.present_at = time.monotonic() + PRESENT_SECONDS
        return form

    def sentence(self):
        self.sentences += 1
        return (
            f"<p>Sentence {self.sentences} of visitor {self.number}: the partners met in the district, agreed who does "
            "what by when, and will report on it to the Working Group at its next meeting.</p>"
        )

    def autosave(self, update, form, text):
        sent = {name: value for name, value in form.items() if name != "csrfmiddlewaretoken"}
        body, headers = multipart(sent | {"text_html": text, "rating": "green"})
        answer = self.script("autosave", update["path"].removesuffix("write/") + "autosave/", body, headers)
        if answer["warnings"]:
            self.fail(f"autosave: {update['path']} kept not all: {answer['warnings']}")
        self.log.saved.append([update["key"], text])
        form |= {"version": str(answer["version"]), "key": answer["key"], "follows": ""}

    def save(self, update, form, text, then):
        sent = form | {"text_html": text, "rating": "green", "then": then}
        leads_to = self.post("save", update["path"], sent)
        self.leave()
        wanted = update["path"].removesuffix("write/") + ("check/" if then == "check" else "write/")
        if leads_to != wanted:
            self.fail(f"save: {update['path']} leads to {leads_to}")
        self.log.saved.append([update["key"], text])

    def submit(self, update):
        """Look at it once more, and mostly send it. Returns whether it was sent."""
        path = update["path"].removesuffix("write/") + "check/"
        page = self.page("check", path)
        self.think()
        if self.chance.random() >= SUBMITS:
            return False
        self.page("submitted", self.post("submit", path, self.form(page, '<form method="post">')))
        self.think()
        return True


class Reviewer(Visitor):
    """Looks at the dashboard and the queue, then reads and decides until nothing waits."""

    def __init__(self, plan, log, number, person):
        super().__init__(plan, log, number, person["cookie"])
        self.path = person["path"]

    def journey(self):
        self.page("dashboard", self.path)
        self.think()
        queue = self.page("queue", self.path + "updates/")
        self.think()
        waiting = re.findall(rf'href="({REVIEW_PAGE})"', queue)
        if waiting:
            path = self.chance.choice(waiting)
            while re.fullmatch(REVIEW_PAGE, path):
                path = self.decide(path)
            self.page("queue", path)
            self.think()

    def decide(self, path):
        """Returns the address to which the decision leads: the next update, or the queue."""
        page = self.page("review", path)
        self.think()
        deed = "accept" if self.chance.random() < ACCEPTS else "return"
        form = self.form(page, f'/{deed}/"')
        if deed == "return":
            form["note"] = "Please say how many people came, and what they thought of it."
        return self.post(deed, path.removesuffix("review/") + f"{deed}/", form)


class PasserBy(Visitor):
    """The floor: fetches a file, and a page that asks the database nothing."""

    def __init__(self, plan, log, number, path):
        super().__init__(plan, log, number)
        self.path = path
        self.mean = plan["think"] / 5

    def journey(self):
        self.page("static file", self.path)
        self.think()
        self.page("smallest page", "/accessibility/")
        self.think()


def fields(form):
    """{name: value} of what a browser would send of the ``form``, without its buttons."""
    found = {}
    for attributes, words in FIELD.findall(form):
        field = dict(ATTRIBUTE.findall(attributes))
        is_choice = field.get("type") in ("radio", "checkbox")
        if field.get("type") != "submit" and "disabled" not in field and ("checked" in field or not is_choice):
            found[field["name"]] = html.unescape(field.get("value", words))
    return found


def multipart(sent):
    """The body and the headers of a form as FormData sends it."""
    head = "Content-Disposition: form-data; name="
    parts = [f'--{BOUNDARY}\r\n{head}"{name}"\r\n\r\n{value}\r\n' for name, value in sent.items()]
    body = "".join([*parts, f"--{BOUNDARY}--\r\n"]).encode()
    return body, {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}


def run(plan):
    """Let everybody work for the time of the ``plan``. Returns what happened."""
    log = Log(plan)
    visitors = [
        *(Lead(plan, log, f"lead {number}", person) for number, person in enumerate(plan["leads"])),
        *(Reviewer(plan, log, f"reviewer {number}", person) for number, person in enumerate(plan["reviewers"])),
    ]
    smallest = PasserBy(plan, log, "first", "").page("smallest page", "/accessibility/")
    static = re.search(r'href="(/static/css/app[^"]*)"', smallest)[1]
    visitors += [PasserBy(plan, log, f"passer-by {number}", static) for number in range(PASSERS_BY)]
    processor = time.process_time()
    for visitor in visitors:
        visitor.start()
    time.sleep(plan["think"] + plan["seconds"])
    log.over.set()
    for visitor in visitors:
        visitor.join()
    share = (time.process_time() - processor) / (plan["think"] + plan["seconds"])
    return {"requests": log.requests, "saved": log.saved, "errors": log.errors, "processor": share}


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as opened:
        print(json.dumps(run(json.load(opened))))
