"""The two databases, small and large, made in a folder or on the given PostgreSQL server, and gone afterwards."""

import contextlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent


class SQLite:
    """Two files in ``folder``."""

    name = "SQLite"

    def __init__(self, folder):
        self.folder = folder
        self.small, self.large = (f"sqlite:///{folder / name}" for name in ("small.sqlite3", "large.sqlite3"))

    def copy(self):
        shutil.copyfile(self.folder / "small.sqlite3", self.folder / "large.sqlite3")

    def close(self):
        """The folder's owner deletes it."""


class PostgreSQL:
    """Two new databases beside the one of the address ``url``, whose user must be allowed to make them."""

    name = "PostgreSQL"

    def __init__(self, url):
        self.url = url
        base = f"{urlsplit(url).path.strip('/')}_bench_{os.getpid()}"
        self.names = [f"{base}_small", f"{base}_large"]
        self.small, self.large = (urlsplit(url)._replace(path=f"/{name}").geturl() for name in self.names)
        self._run(f'CREATE DATABASE "{self.names[0]}"')

    def copy(self):
        self._run(f'CREATE DATABASE "{self.names[1]}" TEMPLATE "{self.names[0]}"')

    def close(self):
        for name in self.names:
            self._run(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def _run(self, sql):
        import psycopg2

        with contextlib.closing(psycopg2.connect(self.url)) as connection:
            connection.autocommit = True
            connection.cursor().execute(sql)


@contextlib.contextmanager
def two_databases(url, folder):
    """The pair on PostgreSQL where ``url`` is the address of one, else in files of ``folder``."""
    pair = PostgreSQL(url) if url.startswith("postgres") else SQLite(folder)
    try:
        yield pair
    finally:
        pair.close()


def command(*arguments):
    return [sys.executable, "-m", "bench.worker", *map(str, arguments)]


def environment(database, folder):
    """The environment of a worker: the ``database`` of this address, and ``folder`` for its files."""
    return {**os.environ, "CSA_MODE": "test", "DATABASE_URL": database, "CSA_VAR_DIR": str(folder)}


def work(database, folder, *arguments):
    """Run a worker to its end."""
    subprocess.run(command(*arguments), cwd=ROOT, env=environment(database, folder), check=True)
