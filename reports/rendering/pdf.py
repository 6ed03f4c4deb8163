"""The document tree as a PDF/UA-1 file. Each render has a process of its own, with a limit of time and of memory."""

import contextlib
import os
import signal
import subprocess
import sys

from django.conf import settings

from reports.rendering import pdf_process
from reports.rendering.html import FONTS, render_for_pdf

# Stored with every frozen report. It grows when the same tree would look different.
RENDERER = "weasyprint 70, layout 1"

COMMAND = [sys.executable, "-m", "reports.rendering.pdf_process"]

# What the child may know of its surroundings; settings and secrets stay here.
_PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "LD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH")
_LIBRARIES = (
    "The PDF cannot be made: a system library is missing. On Debian or Ubuntu install libpango-1.0-0, "
    "libpangoft2-1.0-0 and libharfbuzz-subset0; on macOS run: brew install pango."
)


class RenderingFailed(Exception):
    """The PDF could not be made. The text says why, in words for the person who asked for it."""


def render_pdf(document):
    """The document as the bytes of a PDF: the same bytes for the same document. RenderingFailed otherwise."""
    for path, *_ in FONTS:
        if not path.is_file():
            raise RenderingFailed(f"The PDF cannot be made: the font file {path} is missing.")
    return pdf_of(render_for_pdf(document))


def pdf_of(html):
    """The PDF of a whole HTML file, made within PDF_SECONDS and PDF_MEGABYTES. RenderingFailed otherwise."""
    limits = [str(settings.BASE_DIR / "static"), str(settings.PDF_SECONDS), str(settings.PDF_MEGABYTES)]
    child = subprocess.Popen(  # noqa: S603 - our own module
        [*COMMAND, *limits],
        cwd=settings.BASE_DIR,
        env={name: os.environ[name] for name in _PASSED_ON if name in os.environ},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        pdf, complaint = child.communicate(html.encode(), timeout=settings.PDF_SECONDS)
    except subprocess.TimeoutExpired:
        raise RenderingFailed(_too_slow()) from None
    finally:
        _end(child)
    if child.returncode:
        raise RenderingFailed(_reason(child.returncode, complaint.decode(errors="replace")))
    return pdf


def _end(child):
    """Stop the child with all that it started, and let go of its pipes."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()
    for pipe in (child.stdin, child.stdout, child.stderr):
        pipe.close()


def _too_slow():
    return f"The PDF was not finished within {settings.PDF_SECONDS} seconds (PDF_SECONDS)."


def _reason(code, complaint):
    if code == pdf_process.NO_LIBRARY:
        return _LIBRARIES
    if code == -signal.SIGXCPU:
        return _too_slow()
    if code == pdf_process.NO_MEMORY:
        return f"The PDF needs more than {settings.PDF_MEGABYTES} megabytes of memory (PDF_MEGABYTES)."
    if code < 0:
        # Pango and GLib do not report refused memory; they take the process down.
        return (
            f"The PDF could not be made; the renderer was stopped ({signal.Signals(-code).name}), most likely because "
            f"it needs more than {settings.PDF_MEGABYTES} megabytes of memory (PDF_MEGABYTES)."
        )
    last_line = complaint.strip().splitlines()[-1] if complaint.strip() else f"exit code {code}"
    return f"The PDF could not be made; the renderer stopped: {last_line}"
