"""The document tree as JSON: the open-data copy of a report. docs/report-tree.md describes every field."""

import hashlib
import json

from reports.summary import to_data


def render_json(document):
    """The tree as UTF-8 JSON in the order of the tree, the same bytes for the same document."""
    return (json.dumps(to_data(document), ensure_ascii=False, indent=1) + "\n").encode()


def digest(document):
    """The SHA-256 of ``render_json``: what a frozen copy is known by."""
    return hashlib.sha256(render_json(document)).hexdigest()
