"""Each app imports only from those on its left, and the project package names apps in settings and include() only."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LAYERS = ["accounts", "priorities", "indicators", "actions", "reports"]


def imported_packages(source):
    """The first parts of all modules that ``source`` imports, at any depth of the file."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            found.add(node.module.split(".")[0])
    return found


def forbidden(layer, source):
    return imported_packages(source) & {*LAYERS[LAYERS.index(layer) + 1 :], "tests", "bench"}


@pytest.mark.parametrize("layer", LAYERS)
def test_apps_import_leftwards_only(layer):
    wrong = {
        str(path.relative_to(ROOT)): names
        for path in (ROOT / layer).rglob("*.py")
        if (names := forbidden(layer, path.read_text()))
    }
    assert not wrong


def test_the_project_package_imports_no_app():
    for path in (ROOT / "csa").glob("*.py"):
        assert not imported_packages(path.read_text()) & set(LAYERS), path.name


@pytest.mark.parametrize(
    "source", ["import reports", "from reports.models import Edition", "def f():\n    from reports import editions"]
)
def test_an_import_rightwards_is_found(source):
    assert forbidden("accounts", source) == {"reports"}
    assert forbidden("reports", source) == set()
