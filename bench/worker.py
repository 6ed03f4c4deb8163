"""A process with one database: builds it, or opens pages of it when told to.

python -m bench.worker build            the demonstration, in an empty database
python -m bench.worker grow             the other partnerships
python -m bench.worker figures NUMBER    so many partnerships with series of many figures
python -m bench.worker document FILE    write the 2022/23 report's document tree as JSON
python -m bench.worker crowd USERS       the people of the load benchmark; prints who they are as JSON
python -m bench.worker lost FILE        print as JSON the saves of FILE that are not in the history
python -m bench.worker serve            read orders from standard input, a line of JSON each, and answer likewise
"""

import json
import os
import sys
import time
from importlib import import_module
from unittest.mock import patch

import django
from django.db import connection
from django.utils import timezone

from bench.table import progress, progress_done


def build():
    from django.core.management import call_command

    from bench import scale
    from reports import demonstration

    now = timezone.now()
    call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)
    # The time to make a PDF is measured on its own; here its bytes do not matter.
    with patch("reports.editions.render_pdf", lambda document: b"%PDF-1.7 stand-in" + b" " * 300_000):
        demonstration.load(now=now)
    scale.add_what_the_demonstration_lacks(now)
    scale.fill_front_page(now)


def grow():
    from bench import scale

    scale.grow(timezone.now(), say=progress)
    progress_done()
    _analyze()


def figures(partnerships):
    from bench import many_figures

    many_figures.fill(int(partnerships), timezone.now(), say=progress)
    progress_done()
    _analyze()


def _analyze():
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def document(file):
    from reports.models import Edition
    from reports.summary import build_summary, to_data

    edition = Edition.objects.get(agreement__partnership__slug="kent", agreement__year=2022, slug="annual-summary")
    with open(file, "w", encoding="utf-8") as opened:
        json.dump(to_data(build_summary(edition)), opened)


def crowd(users):
    from bench import crowd

    print(json.dumps(crowd.make(int(users), timezone.now()) | {"database": crowd.database()}))


def lost(file):
    from bench import crowd

    with open(file, encoding="utf-8") as opened:
        print(json.dumps(crowd.lost(json.load(opened))))


def serve():
    import_module("csa.wsgi")  # as production's server starts
    # Nothing that a page prints may get between the answers.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    server = Server()
    for line in sys.stdin:
        order = json.loads(line)
        print(json.dumps(getattr(server, order.pop("do"))(**order)), file=answers, flush=True)


class Server:
    """Each method answers one kind of order with plain data."""

    def __init__(self):
        self.clients = {}

    def pages(self):
        from bench.page_list import all_pages
        from priorities.years import FinancialYear

        year = FinancialYear.of(timezone.localdate())
        return [{"title": page.title, "path": page.path, "who": page.who} for page in all_pages(year)]

    def size(self):
        from accounts.models import Partnership
        from actions.models import Action

        return {"partnerships": Partnership.objects.count(), "actions": Action.objects.count()}

    def figures_pages(self):
        from bench.many_figures import pages

        return pages(timezone.now())

    def figures_size(self):
        from bench.many_figures import size

        return size()

    def time(self, path, who):
        """Milliseconds from the request to the last byte of the answer, and how many bytes there are."""
        client = self._client(who)
        started = time.perf_counter()
        length = _read(client.get(path), path)
        return {"ms": (time.perf_counter() - started) * 1000, "bytes": length}

    def queries(self, path, who):
        """How many queries the page makes, and the large tables that they read as a whole."""
        from bench.plans import whole_table_reads

        made = []

        def remember(execute, sql, params, many, context):
            made.append((sql, params))
            return execute(sql, params, many, context)

        client = self._client(who)
        with connection.execute_wrapper(remember):
            _read(client.get(path), path)
        return {"count": len(made), "whole": whole_table_reads(made)}

    def _client(self, who):
        if who not in self.clients:
            self.clients[who] = _signed_in(who)
        return self.clients[who]


def _signed_in(who):
    from django.test import Client

    from accounts.models import User

    client = Client(SERVER_NAME="localhost")
    if who:
        client.force_login(User.objects.get(email=who))
    return client


def _read(response, path):
    if response.status_code != 200:
        raise RuntimeError(f"{path} answered {response.status_code}")
    body = b"".join(response) if response.streaming else response.content
    response.close()
    return len(body)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "csa.settings")
    django.setup()
    commands = [build, grow, figures, document, crowd, lost, serve]
    {command.__name__: command for command in commands}[sys.argv[1]](*sys.argv[2:])
