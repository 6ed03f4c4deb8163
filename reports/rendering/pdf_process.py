"""The process that makes one PDF: HTML on standard input, the PDF on standard output. It needs no Django.

Arguments: the folder of files that the HTML may name, the limit in seconds, the limit in megabytes. On failure the
exit code says why and standard error ends with a line in plain words.
"""

import contextlib
import gc
import os
import resource
import sys
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

NO_LIBRARY = 11
NO_MEMORY = 12


def main():
    folder, seconds, megabytes = sys.argv[1:]
    limit(int(seconds), int(megabytes))
    # One short-lived process: collecting cycles costs a tenth of the time and gives back nothing that is needed.
    gc.disable()
    # Nothing that a library prints may get into the PDF.
    output = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    try:
        pdf = make(sys.stdin.buffer.read().decode(), Path(folder))
    except (MemoryError, SystemError):
        # Some libraries in C pass a refused allocation on as a SystemError.
        leave(NO_MEMORY)
    except (ImportError, OSError) as error:
        print(error, file=sys.stderr)
        leave(reason_of(str(error)))
    output.write(pdf)
    output.flush()
    leave(0)


def reason_of(complaint):
    """The exit code for what the system said of a library or a file."""
    if "failed to map" in complaint or "allocate memory" in complaint:
        return NO_MEMORY
    # WeasyPrint's way to say that Pango is not there.
    return NO_LIBRARY if "cannot load library" in complaint else 1


def leave(code):
    """End at once: there is nothing to tidy up."""
    sys.stderr.flush()
    os._exit(code)


def limit(seconds, megabytes):
    """Let the system stop this process when it takes more. macOS refuses the limit of memory."""
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (megabytes * 2**20,) * 2)


def make(html, folder):
    """The bytes of a tagged PDF/UA-1 of ``html``, which may use files in ``folder`` and data: addresses only."""
    from weasyprint import HTML

    from reports.rendering.accessible_pdf import mend
    from reports.rendering.pdf_sources import remember_sources

    tree = HTML(string=html, url_fetcher=fetcher_for(folder))
    with remember_sources() as sources:
        pdf = tree.write_pdf(pdf_variant="pdf/ua-1")
    return mend(pdf, sources)


def fetcher_for(folder):
    """A fetcher that reads files below ``folder`` and data: addresses, and refuses everything else."""
    from weasyprint.urls import URLFetcher

    folder = folder.resolve()

    class OurFilesOnly(URLFetcher):
        def fetch(self, url, headers=None):
            parts = urlsplit(url)
            if parts.scheme == "file":
                path = Path(url2pathname(parts.path)).resolve()
                if parts.netloc or not path.is_relative_to(folder):
                    raise ValueError(f"The report may not read {url}")
            return super().fetch(url, headers)

    return OurFilesOnly(allowed_protocols={"data", "file"}, allow_redirects=False)


if __name__ == "__main__":
    main()
