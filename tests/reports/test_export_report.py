"""Reports to files from the command line: whole or not at all, and plain words when it cannot be."""

import json
import os
import subprocess
import sys
import zipfile
from unittest.mock import patch

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from priorities.models import Section
from reports.management.commands.export_report import write_whole
from reports.models import Edition, FrozenEdition
from reports.rendering.pdf import RenderingFailed

pytestmark = pytest.mark.django_db


def export(output, *arguments, partnership="kent", year="2016/17", form="json"):
    call_command("export_report", partnership, year, "--format", form, "--output", str(output), *arguments)


@pytest.mark.parametrize("year", ["2016/17", "2016-17"])
def test_json_and_html_are_written(tmp_path, capsys, year):
    export(tmp_path / "report.json", year=year)
    assert json.loads((tmp_path / "report.json").read_text())["year"] == "2016/17"
    export(tmp_path / "report.html", year=year, form="html")
    html = (tmp_path / "report.html").read_bytes()
    assert html.startswith(b"<!DOCTYPE html>")
    assert f"report.html: {len(html):,} bytes" in capsys.readouterr().out


def test_a_pdf_is_written_and_replaces_the_older_one(tmp_path):
    output = tmp_path / "report.pdf"
    output.write_bytes(b"older")
    export(output, form="pdf")
    assert output.read_bytes().startswith(b"%PDF-")
    assert os.listdir(tmp_path) == ["report.pdf"]


def test_it_is_a_draft_until_a_copy_is_published(tmp_path):
    export(tmp_path / "published.json")
    assert json.loads((tmp_path / "published.json").read_text())["is_draft"] is False
    edition = Edition.objects.get(agreement__partnership__slug="kent", agreement__year=2016, slug="annual-summary")
    edition.frozen.update(published_at=None, published_by=None, withdrawn_at=None, withdrawn_by=None)
    export(tmp_path / "draft.json")
    assert json.loads((tmp_path / "draft.json").read_text())["is_draft"] is True


def test_text_changed_after_publication_is_a_draft(tmp_path):
    export(tmp_path / "issued.html", form="html")
    assert "Draft: not issued" not in (tmp_path / "issued.html").read_text()
    Section.objects.filter(priority__agreement__year=2016).update(body="<p>Changed.</p>")
    export(tmp_path / "changed.html", form="html")
    assert "Draft: not issued" in (tmp_path / "changed.html").read_text()


def test_what_an_earlier_version_said_is_a_draft(tmp_path):
    edition = Edition.objects.get(agreement__partnership__slug="kent", agreement__year=2016, slug="annual-summary")
    first = edition.frozen.get()
    FrozenEdition.objects.filter(pk=first.pk).update(number=2, digest="0" * 64)
    first.pk = None
    first.save()
    export(tmp_path / "report.json")
    assert json.loads((tmp_path / "report.json").read_text())["is_draft"] is True


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"partnership": "kemt"}, ["no partnership 'kemt'", "kent"]),
        ({"year": "2016"}, ["'2016' is not a year", "2016/17, 2017/18, 2018/19, 2022/23"]),
        ({"year": "2016/18"}, ["after 2016 comes 17", "2016/17"]),
        ({"year": "2011/12"}, ["no agreement for 2011/12", "2016/17, 2017/18, 2018/19, 2022/23"]),
    ],
)
def test_what_does_not_exist_is_named_with_what_does(tmp_path, changes, words):
    with pytest.raises(CommandError) as error:
        export(tmp_path / "report.json", **changes)
    assert all(word in str(error.value) for word in words)
    assert os.listdir(tmp_path) == []


def test_an_unknown_edition_is_named_with_the_known_ones(tmp_path):
    with pytest.raises(CommandError, match=r"no report 'other' for 2016/17. There is: .*annual-summary"):
        export(tmp_path / "report.json", "--edition", "other")


def test_places_that_cannot_be_written_are_told_before_any_work(tmp_path):
    with patch("reports.management.commands.export_report.build_summary") as build:
        with pytest.raises(CommandError, match="no folder"):
            export(tmp_path / "missing" / "report.json")
        with pytest.raises(CommandError, match="is a folder"):
            export(tmp_path)
    build.assert_not_called()


def test_a_folder_that_refuses_is_told_in_plain_words(tmp_path):
    with (
        patch("pathlib.Path.open", side_effect=PermissionError(13, "Permission denied")),
        pytest.raises(CommandError, match=r"report.json cannot be written: Permission denied\."),
    ):
        export(tmp_path / "report.json")


def test_a_failed_rendering_leaves_what_was_there(tmp_path):
    output = tmp_path / "report.pdf"
    output.write_bytes(b"older")

    def fail(document):
        raise RenderingFailed("No font.")

    with (
        patch.dict("reports.management.commands.export_report.FORMATS", {"pdf": fail}),
        pytest.raises(CommandError, match=r"^No font\.$"),
    ):
        export(output, form="pdf")
    assert output.read_bytes() == b"older"
    assert os.listdir(tmp_path) == ["report.pdf"]


def test_a_full_disk_leaves_nothing_half_written(tmp_path):
    output = tmp_path / "report.json"
    output.write_bytes(b"older")
    with patch("os.fsync", side_effect=OSError(28, "No space left on device")), pytest.raises(OSError, match="space"):
        write_whole(output, b"newer")
    assert output.read_bytes() == b"older"
    assert os.listdir(tmp_path) == ["report.json"]
    write_whole(output, b"newer")
    assert output.read_bytes() == b"newer"


def test_the_shell_sees_no_traceback(tmp_path):
    command = [sys.executable, "manage.py", "export_report", "kent", "twenty", "--output", str(tmp_path / "x.pdf")]
    environment = {**os.environ, "CSA_MODE": "test", "DATABASE_URL": f"sqlite:///{tmp_path / 'db.sqlite3'}"}
    subprocess.run([*command[:2], "migrate"], cwd=settings.BASE_DIR, env=environment, check=True, capture_output=True)
    done = subprocess.run(command, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True)
    assert done.returncode == 1
    assert "There is no partnership 'kent'. There is: none." in done.stderr
    assert "Traceback" not in done.stderr


# --- Word, spreadsheets, and versions by number -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("form", "member"), [("docx", "word/document.xml"), ("ods", "content.xml"), ("csv", "figures.csv")]
)
def test_word_and_tables_are_written(tmp_path, form, member):
    export(tmp_path / "report", form=form)
    with zipfile.ZipFile(tmp_path / "report") as archive:
        assert member in archive.namelist()


@pytest.fixture
def versions(kent):
    """The report of 2016/17 with three versions that differ, the third of them not published."""
    edition = Edition.objects.get(agreement__partnership=kent, agreement__year=2016, slug="annual-summary")
    second = edition.frozen.get()
    FrozenEdition.objects.filter(pk=second.pk).update(number=2)
    for number, published in ((1, second.published_at), (3, None)):
        other = edition.frozen.get(number=2)
        other.pk, other.number = None, number
        other.published_at, other.published_by = published, published and second.published_by
        other.content["title"] = f"As version {number} said"
        other.save()
    return edition


def title_of(path):
    data = json.loads(path.read_text())
    return data["title"], data["is_draft"]


@pytest.mark.parametrize("named", ["1", "annual-summary/1"])
def test_a_version_is_written_from_what_was_frozen(tmp_path, versions, named):
    Section.objects.filter(priority__agreement__year=2016).update(body="<p>Changed since.</p>")
    export(tmp_path / "first.json", "--edition", named)
    assert title_of(tmp_path / "first.json") == ("As version 1 said", False)
    assert "Changed since." not in (tmp_path / "first.json").read_text()
    export(tmp_path / "first.docx", "--edition", named, form="docx")
    with zipfile.ZipFile(tmp_path / "first.docx") as archive:
        assert b"As version 1 said" in archive.read("word/document.xml")


def test_a_frozen_version_that_is_not_published_is_a_draft(tmp_path, versions):
    export(tmp_path / "third.json", "--edition", "3")
    assert title_of(tmp_path / "third.json") == ("As version 3 said", True)


def test_a_withdrawn_version_is_not_written_again(tmp_path, versions):
    first = versions.frozen.get(number=1)
    versions.frozen.filter(number=1).update(
        withdrawn_at=first.published_at, withdrawn_by=first.published_by, withdrawn_reason="A wrong figure."
    )
    with pytest.raises(CommandError, match=r"version 1 was withdrawn on \d+ \w+ \d{4}: A wrong figure\."):
        export(tmp_path / "first.json", "--edition", "1")
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("named", ["4", "0", "annual-summary/99999999999999999999"])
def test_an_unknown_version_is_named_with_the_known_ones(tmp_path, versions, named):
    with pytest.raises(CommandError, match=r"has no version \d+\. There is: 1, 2, 3\."):
        export(tmp_path / "report.json", "--edition", named)
