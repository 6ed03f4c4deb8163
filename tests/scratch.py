"""A database of one test's own, for what only several connections show: processes, threads, commits, workers.

The ordinary tests share one database inside a transaction that is rolled back. A test of races or of a killed process
needs real commits, so it gets a copy of the whole demonstration, and the copy is thrown away::

    def test_two_at_once(scratch):
        letter = Letter.objects.create(...)                   # the ORM of this process works on the copy
        assert race(deliver, 2) == [True, False]              # so do threads
        scratch.manage("run_due")                             # and a process of its own, waited for
        with scratch.start("db_worker", "--batch") as worker: # or left to run, and stopped at the end
            ...
        assert Letter.objects.get(pk=letter.pk).sent_at

The test must not be marked ``django_db``. For a copy that the tests of a module share, make a fixture of
``scratch_database(django_db_blocker, tmp_path_factory.mktemp("scratch"))`` with ``scope="module"`` that asks for
``django_db_setup``. Name ``scratch`` before fixtures that read the database: a row that they fetch comes from the copy.
"""

import os
import sqlite3
import subprocess
import sys
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connection, connections

ROOT = Path(__file__).parent.parent


class Scratch:
    """One scratch database. ``url`` is its DATABASE_URL; ``environment`` is what a process needs to work on it."""

    def __init__(self, url, folder):
        self.url = url
        self.environment = {
            **os.environ,
            "CSA_MODE": "test",
            "CSA_VAR_DIR": str(folder),
            "DATABASE_URL": url,
            "MEDIA_ROOT": str(settings.MEDIA_ROOT),
            "PYTHONUNBUFFERED": "1",
        }

    def manage(self, *arguments, check=True, **environment):
        """Run a command of manage.py to its end. Returns the CompletedProcess with its output as text."""
        done = subprocess.run(self._command(arguments), **self._options(environment), timeout=120, check=False)
        assert not check or done.returncode == 0, done.stdout
        return done

    @contextmanager
    def start(self, *arguments, **environment):
        """Start a command of manage.py, and kill what is left of it at the end. Gives the Popen."""
        process = subprocess.Popen(self._command(arguments), **self._options(environment))
        try:
            yield process
        finally:
            process.kill()
            process.communicate()

    def _command(self, arguments):
        return [sys.executable, "manage.py", *map(str, arguments)]

    def _options(self, environment):
        streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
        return {"cwd": ROOT, "env": {**self.environment, **environment}, **streams}


@contextmanager
def scratch_database(blocker, folder):
    """Gives a Scratch, a copy of what the tests' database has committed; ``folder`` is an empty one of its own.

    Inside, this process and its threads use the copy. ``blocker`` is pytest-django's ``django_db_blocker``.
    """
    copied = _copied_sqlite if connection.vendor == "sqlite" else _copied_postgresql
    with blocker.unblock(), copied(folder) as (name, url), _connected_to(name):
        yield Scratch(url, folder)


@pytest.fixture
def scratch(django_db_setup, django_db_blocker, tmp_path):
    with scratch_database(django_db_blocker, tmp_path) as made:
        yield made


def race(work, times):
    """Call ``work`` in so many threads at once; their results in no particular order. The first error is raised."""
    barrier = threading.Barrier(times)

    def one(_number):
        try:
            connection.ensure_connection()
            barrier.wait(timeout=30)
            return work()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(times) as threads:
        return list(threads.map(one, range(times)))


@contextmanager
def _copied_sqlite(folder):
    path = folder / "scratch.sqlite3"
    connection.ensure_connection()
    with closing(sqlite3.connect(path)) as copy:
        connection.connection.backup(copy)
    yield str(path), f"sqlite:///{path}"


@contextmanager
def _copied_postgresql(_folder):
    source, name = connection.settings_dict["NAME"], f"scratch_{uuid.uuid4().hex}"
    connections.close_all()
    with connection._nodb_cursor() as cursor:
        # PostgreSQL copies a database only while nobody is connected to it.
        cursor.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [source])
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{source}"')
    try:
        yield name, urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()
    finally:
        with connection._nodb_cursor() as cursor:
            cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@contextmanager
def _connected_to(name):
    """Every connection that is made inside goes to the database ``name``; the one from before is kept as it is."""
    before, its_settings = connections["default"], connections.settings["default"]
    connections.settings["default"] = {**its_settings, "NAME": name}
    del connections["default"]
    try:
        yield
    finally:
        connections["default"].close()
        connections.settings["default"] = its_settings
        connections["default"] = before
