"""The demonstration data: as the dataset has it, loaded as it was written, loadable again and again.

The whole module works in one transaction: the tables are emptied, the files loaded, and all is taken back at the end.
"""

import importlib.util
import json
import re
from decimal import Decimal
from html import unescape
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, connection, transaction

from accounts.append_only import append_only
from accounts.models import Agency, Partnership, User
from actions.models import Action, Event, Funding, ProgressUpdate, Round
from indicators.models import Break, Indicator, Observation
from priorities.models import Agreement, Chapter, Lead, Note, Priority, Section, Theme, VersionChange
from priorities.text import RichTextField, note_keys
from reports.models import Edition

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "fixtures"
DATASET = ROOT.parent / "shared" / "dataset"
NAMES = sorted(path.stem for path in FOLDER.glob("*.json"))
YEARS = {"2016/17": 2016, "2017/18": 2017, "2018/19": 2018, "2022/23": 2022}
OWN_APPS = ("accounts", "priorities", "indicators", "actions", "reports")

pytestmark = pytest.mark.django_db
needs_dataset = pytest.mark.skipif(not DATASET.exists(), reason="the dataset is not beside the project")


@pytest.fixture(scope="module", autouse=True)
def loaded(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        open_what_is_only_added_to()
        empty_the_tables()
        call_command("loaddata", *NAMES, verbosity=0)
        yield
        transaction.set_rollback(True)


def open_what_is_only_added_to():
    """Takes back the guards of the histories. The end of the transaction puts them in their place again."""
    cursor = connection.cursor()
    editor = SimpleNamespace(connection=connection, execute=lambda sql, params: cursor.execute(sql))
    for table in ("accounts_historyentry", "actions_updateevent"):
        append_only(table).reverse_code(None, editor)


def empty_the_tables():
    """In any order: both databases look at foreign keys only when a transaction ends."""
    for model in apps.get_models(include_auto_created=True):
        if model._meta.app_label not in ("contenttypes", "auth") and model._meta.managed:
            model._base_manager.all()._raw_delete(DEFAULT_DB_ALIAS)


@pytest.fixture(scope="module")
def plans():
    return [read(f"plan-{label.replace('/', '-')}") for label in YEARS]


@pytest.fixture(scope="module")
def document():
    return read("agreement-2022")


@pytest.fixture(scope="module")
def measures():
    return read("indicators")["indicators"]


def read(name):
    return json.loads((DATASET / f"{name}.json").read_text(), parse_float=Decimal)


def rows_of_all_models():
    """{model: its rows as they stand}, the rows that join two models included."""
    models = [model for label in OWN_APPS for model in apps.get_app_config(label).get_models(include_auto_created=True)]
    return {model._meta.label: list(model.objects.order_by("pk").values()) for model in models}


def words(text):
    """The words of the dataset's Markdown, without its marks."""
    text = re.sub(r"\[\^\d+\]", "", text)
    text = re.sub(r"\[([^\]]+)\]\([^)]+\)", r"\1", text)
    text = re.sub(r"^(- |\d+\. |### )", "", text, flags=re.MULTILINE)
    return " ".join(text.replace("*", "").split())


def shown(html):
    """The words of a stored text."""
    return " ".join(unescape(re.sub(r"<[^>]+>", "", html)).split())


def marks(text):
    """How often each mark that must survive stands in the dataset's Markdown, and where its links go."""
    return {
        "notes": re.findall(r"\[\^(\d+)\]", text),
        "links": re.findall(r"\]\(([^)]+)\)", text),
        "strong": len(re.findall(r"\*\*[^*]+\*\*", text)),
        "em": len(re.findall(r"(?<!\*)\*[^*]+\*(?!\*)", text)),
        "items": len(re.findall(r"^- |^\d+\. ", text, re.MULTILINE)),
        "headings": len(re.findall(r"^### ", text, re.MULTILINE)),
    }


def marks_shown(html):
    return {
        "notes": [key.removeprefix("n") for key in note_keys(html)],
        "links": [unescape(link) for link in re.findall(r'href="([^"]+)"', html)],
        "strong": html.count("<strong>"),
        "em": html.count("<em>"),
        "items": html.count("<li>"),
        "headings": html.count("<h3>"),
    }


def assert_says(html, text):
    assert shown(html) == words(text)
    assert marks_shown(html) == marks(text)


# Built from the dataset


@needs_dataset
def test_the_committed_files_are_what_the_builder_makes():
    spec = importlib.util.spec_from_file_location("build_fixtures", FOLDER / "build.py")
    build = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(build)
    made = build.files(DATASET)
    assert set(made) == {path.name for path in FOLDER.glob("*.json")}
    for name, text in made.items():
        assert text == (FOLDER / name).read_text(), f"{name} differs: run fixtures/build.py"


@needs_dataset
def test_agreements(plans, document):
    stored = [(one.year, one.title, one.version) for one in Agreement.objects.order_by("year")]
    assert stored == [(YEARS[one["year"]], document["title"], one["agreement_version"] or "") for one in plans]
    newest = Agreement.objects.get(year=2022)
    assert newest.version == document["version"]
    assert newest.effective_from.isoformat() == document["effective_from"]
    assert shown(newest.foreword) == words(document["foreword"])
    assert not Agreement.objects.exclude(year=2022).exclude(effective_from=None).exists()


@needs_dataset
def test_themes(document):
    stored = Theme.objects.order_by("position").values_list("agreement__year", "title")
    assert list(stored) == [(2022, title) for title in document["cross_cutting_themes"]]


@needs_dataset
def test_editions_and_rounds(plans):
    assert Edition.objects.count() == Round.objects.count() == len(plans)
    for plan in plans:
        edition = Edition.objects.get(agreement__year=YEARS[plan["year"]], slug="annual-summary")
        assert (edition.kind, edition.title, edition.running_header) == (
            "summary",
            plan["title"],
            plan["running_header"],
        )
        assert_says(edition.introduction, plan["introduction"])
        assert Round.objects.get(agreement=edition.agreement).title == f"Annual summary {plan['year']}"


def priorities_of(plans):
    """(year, priority) for each priority of the dataset."""
    return [(YEARS[plan["year"]], priority) for plan in plans for priority in plan["priorities"]]


def actions_of(plans):
    """(identifier, action) for each action of the dataset: its year, its priority's code, its number."""
    return [
        ((year, priority["code"], int(re.search(r"\d+$", action["id"])[0])), action)
        for year, priority in priorities_of(plans)
        for action in priority["actions"]
    ]


ACTION = ("priority__agreement__year", "priority__code", "number")
OF_ACTION = tuple(f"action__{name}" for name in ACTION)


@needs_dataset
def test_priorities(plans):
    names = ("code", "slug", "title", "position")
    stored = Priority.objects.order_by("agreement__year", "position").values_list("agreement__year", *names)
    assert list(stored) == [(year, *(one[name] for name in names)) for year, one in priorities_of(plans)]


@needs_dataset
def test_lineage_of_priorities(plans):
    stored = Priority.continues.through.objects.values_list(
        "from_priority__agreement__year",
        "from_priority__code",
        "to_priority__agreement__year",
        "to_priority__code",
    )
    expected = [
        (year, one["code"], YEARS[earlier.split(":")[0]], earlier.split(":")[1])
        for year, one in priorities_of(plans)
        for earlier in one["continues"]
    ]
    assert sorted(stored) == sorted(expected)


@needs_dataset
def test_leads(plans):
    stored = Lead.objects.values_list("priority__agreement__year", "priority__code", "role_title", "agency__name")
    expected = [
        (year, one["code"], one["lead"]["role"], one["lead"]["agency"])
        for year, one in priorities_of(plans)
        if one["lead"]["role"]
    ]
    assert set(stored) == set(expected)
    assert len(stored) == len(expected)


@needs_dataset
def test_sections(plans):
    assert Section.objects.count() == sum(len(one["sections"]) for _, one in priorities_of(plans))
    for year, one in priorities_of(plans):
        stored = Section.objects.filter(priority__agreement__year=year, priority__code=one["code"]).order_by("position")
        for section, printed in zip(stored, one["sections"], strict=True):
            assert section.heading == printed["heading"]
            assert_says(section.body, printed["body"])


@needs_dataset
def test_notes(plans):
    assert Note.objects.count() == sum(len(one["notes"]) for _, one in priorities_of(plans))
    for year, one in priorities_of(plans):
        stored = Note.objects.filter(priority__agreement__year=year, priority__code=one["code"]).order_by("position")
        for note, printed in zip(stored, one["notes"], strict=True):
            number = printed["number"]
            assert (note.key, note.is_numbered) == ((f"n{number}", True) if number else ("u1", False))
            for name in ("publisher", "title", "published"):
                assert getattr(note, name) == (printed[name] or "")
            assert_says(note.text, printed.get("text") or "")


@needs_dataset
def test_actions(plans):
    names = ("position", "title", "status", "outcome", "outcome_reason")
    stored = Action.objects.values_list(*ACTION, *names)
    assert sorted(stored) == sorted(
        (*key, one["position"], one["title"], *_ending(key[0], one["status"])) for key, one in actions_of(plans)
    )


def _ending(year, status):
    label = next(label for label, start in YEARS.items() if start == year)
    if status == "completed":
        return "closed", "completed", f"The {label} report tells it as completed."
    return status, "", ""


@needs_dataset
def test_lineage_of_actions(plans):
    key_of = {action["id"]: key for key, action in actions_of(plans)}
    through = Action.continues.through.objects
    ends = [f"{end}__{name}" for end in ("from_action", "to_action") for name in ACTION]
    expected = [(*key, *key_of[earlier]) for key, one in actions_of(plans) for earlier in one["continues"]]
    assert sorted(through.values_list(*ends)) == sorted(expected)


@needs_dataset
@pytest.mark.parametrize(("relation", "name"), [("agencies", "agency__name"), ("themes", "theme__title")])
def test_agencies_and_themes_of_actions(plans, relation, name):
    through = getattr(Action, relation).through.objects
    expected = [(*key, title) for key, one in actions_of(plans) for title in one[relation]]
    assert sorted(through.values_list(*OF_ACTION, name)) == sorted(expected)


@needs_dataset
def test_agencies(plans):
    named = {name for _, one in actions_of(plans) for name in one["agencies"]}
    named |= {one["lead"]["agency"] for _, one in priorities_of(plans)} - {None}
    assert set(Agency.objects.values_list("name", flat=True)) == named
    assert list(Partnership.objects.values_list("slug", "name", "kind", "ons_code")) == [
        ("kent", "Kent Community Safety Partnership", "county", "E10000016")
    ]


@needs_dataset
def test_progress_is_accepted_and_says_every_bullet_in_order(plans):
    assert ProgressUpdate.objects.count() == len(actions_of(plans))
    for key, printed in actions_of(plans):
        update = ProgressUpdate.objects.get(**dict(zip(OF_ACTION, key, strict=True)))
        assert (update.state, update.from_published_report, update.version) == ("accepted", True, 1)
        assert (update.rating, update.as_at) == ("", printed["as_at"] or "")
        inner = r"<li>(.*?)</li>" if len(printed["progress"]) > 1 else r"<p>(.*?)</p>"
        for html, bullet in zip(re.findall(inner, update.text), printed["progress"], strict=True):
            assert_says(html, bullet)


@needs_dataset
def test_funding(plans):
    pounds = {None: None, "£1.3m": Decimal(1_300_000), "£399k": Decimal(399_000), "£352k": Decimal(352_000)}
    names = ("position", "source", "amount_text", "amount", "note")
    stored = Funding.objects.values_list(*OF_ACTION, *names)
    expected = [
        (*key, position, line["source"], line["amount"] or "", pounds[line["amount"]], line["note"])
        for key, one in actions_of(plans)
        for position, line in enumerate(one["funding"], start=1)
    ]
    assert set(stored) == set(expected)
    assert len(stored) == len(expected)


@needs_dataset
def test_events(plans):
    names = ("title", "attendance", "date", "place", "attendance_text", "satisfaction_text")
    stored = Event.objects.values_list(*OF_ACTION, "position", *names)
    expected = [
        (*key, position, event["title"], event["attendance"], *(event[name] or "" for name in names[2:]))
        for key, one in actions_of(plans)
        for position, event in enumerate(one["events"], start=1)
    ]
    assert set(stored) == set(expected)
    assert len(stored) == len(expected)


@needs_dataset
def test_version_changes(document):
    names = ("version", "date", "position", "chapter", "change")
    expected = [
        (version["version"], version["date"], position, change["chapter"], change["change"])
        for version in document["version_history"]
        for position, change in enumerate(version["changes"], start=1)
    ]
    assert sorted(VersionChange.objects.values_list(*names)) == sorted(expected)


@needs_dataset
def test_chapters_hold_their_text_first(document):
    parts = [(f"Chapter {one['number']}", one) for one in document["chapters"]]
    parts += [(f"Appendix {one['letter']}", one) for one in document["appendices"]]
    stored = list(Chapter.objects.filter(agreement__year=2022).order_by("position"))
    assert [(one.label, one.title) for one in stored] == [(label, part["title"]) for label, part in parts]
    for chapter, (_, part) in zip(stored, parts, strict=True):
        assert shown(chapter.body).startswith(words(part["body"]))


def cells(html, tag):
    return [unescape(cell) for cell in re.findall(f"<{tag}>(.*?)</{tag}>", html)]


@needs_dataset
def test_chapters_hold_every_list_in_its_place(document):
    body = dict(Chapter.objects.values_list("label", "body"))
    plan = document["pcc_plan"]
    assert cells(body["Chapter 8"], "li") == document["linked_plans"]
    assert cells(body["Chapter 9"], "li") == document["responsible_authorities"]
    assert cells(body["Appendix D"], "li") == plan["priorities"] + plan["principles"] + plan["commissioner_will"]
    assert cells(body["Appendix C"], "h3") == [one["heading"] for one in document["horizon_scan"]]
    assert cells(body["Appendix C"], "li") == [item for one in document["horizon_scan"] for item in one["items"]]
    assert cells(body["Chapter 5"], "h3") == [one["title"] for one in document["key_achievements"]]
    for one in document["key_achievements"]:
        assert words(one["body"]) in shown(body["Chapter 5"])
    listed = cells(body["Chapter 6"], "li")
    assert listed[-15:] == document["cross_cutting_themes"] + document["partnership_groups"]
    for one in document["priorities"]:
        includes = ", ".join(one["includes"])
        assert (f"{one['title']}: {includes}" if includes else one["title"]) in listed


@needs_dataset
def test_tables_of_the_agreement(document):
    body = dict(Chapter.objects.values_list("label", "body"))
    plan = document["pcc_plan"]
    leads = [
        (one["title"], lead["role"], lead["agency"]) for one in document["priorities"] for lead in one["lead_roles"]
    ]
    assert cells(body["Chapter 7"], "td") == [cell for lead in leads for cell in lead]
    issues = [(one["issue"], str(one["csp_count"]), one["note"] or "") for one in document["strategic_assessment"]]
    assert cells(body["Appendix A"], "td") == [cell for issue in issues for cell in issue]
    ranks = [(str(one["rank"]), one["issue"]) for one in document["morile_ranking"]]
    assert cells(body["Appendix B"], "td") == [cell for rank in ranks for cell in rank]
    included = [(one["title"], ", ".join(one["includes"])) for one in document["priorities"]]
    assert cells(body["Appendix E"], "td") == [
        *(cell for one in included for cell in one),
        *document["cross_cutting_themes"],
        *plan["priorities"],
    ]


@needs_dataset
def test_indicators(measures):
    same = ("slug", "title", "definition", "unit", "decimals", "kind", "supplier", "source")
    same += ("basis", "desired", "direction_note")
    stored = Indicator.objects.order_by("position").values_list(*same, "geography_name", "geography_code")
    assert list(stored) == [
        (*(one[name] for name in same), one["geography"]["name"], one["geography"]["code"] or "") for one in measures
    ]


@needs_dataset
def test_indicators_stand_under_their_priorities(measures):
    stored = Indicator.priorities.through.objects.values_list(
        "indicator__slug", "priority__agreement__year", "priority__code"
    )
    expected = [
        (one["slug"], YEARS[label], code)
        for one in measures
        for label, codes in one["priorities"].items()
        for code in codes
    ]
    assert sorted(stored) == sorted(expected)


@needs_dataset
def test_observations(measures):
    expected = {
        (one["slug"], printed["start"], printed["end"], printed["edition"]): printed
        for one in measures
        for printed in one["observations"]
    }
    stored = {
        (one.indicator.slug, str(one.start), str(one.end), one.printed_in): one
        for one in Observation.objects.select_related("indicator")
    }
    assert len(stored) == Observation.objects.count() == sum(len(one["observations"]) for one in measures)
    assert set(stored) == set(expected)
    for key, printed in expected.items():
        assert _as_printed(stored[key]) == printed
        assert stored[key].printed_year == {**YEARS, "Agreement 2022": 2022}[printed["edition"]]


def _as_printed(one):
    """A stored observation in the dataset's form. Decimals equal the dataset's numbers by value."""
    against = {"start": _iso(one.against_start), "end": _iso(one.against_end), "value": one.against_value}
    change = {"percent": one.stated_percent, "absolute": one.stated_absolute, "against": against}
    return {
        "start": str(one.start),
        "end": str(one.end),
        "value": one.value,
        "qualifier": one.qualifier,
        "status": one.status,
        "edition": one.printed_in,
        "as_at": one.as_at,
        "note": one.note or None,
        "stated_change": change if one.against_start else None,
    }


def _iso(day):
    return day and day.isoformat()


@needs_dataset
def test_breaks(measures):
    stored = Break.objects.values_list("indicator__slug", "date", "title", "note")
    expected = [
        (one["slug"], printed["date"], printed["title"], printed["note"])
        for one in measures
        for printed in one["breaks"]
    ]
    assert sorted((slug, str(date), *texts) for slug, date, *texts in stored) == sorted(expected)


# Loading


def test_loading_twice_changes_nothing():
    before = rows_of_all_models()
    call_command("loaddata", *NAMES, verbosity=0)
    assert rows_of_all_models() == before


def test_every_row_would_pass_its_form():
    """Loading checks the constraints of the database, but neither choices nor the shape of dates."""
    for name in NAMES:
        for model in {row["model"] for row in json.loads((FOLDER / f"{name}.json").read_text())}:
            for one in apps.get_model(model).objects.all():
                one.clean_fields()


def test_loading_again_leaves_the_people_in_place():
    person = User.objects.create_user("lead@example.org", name="A lead")
    lead = Lead.objects.first()
    action = Action.objects.first()
    lead.users.add(person)
    action.owners.add(person)
    call_command("loaddata", *NAMES, verbosity=0)
    assert list(lead.users.all()) == list(action.owners.all()) == [person]


def test_no_text_changes_on_its_way_into_the_database():
    for name in NAMES:
        for row in json.loads((FOLDER / f"{name}.json").read_text()):
            model = apps.get_model(row["model"])
            texts = {
                field.name: row["fields"][field.name]
                for field in model._meta.get_fields()
                if isinstance(field, RichTextField) and field.name in row["fields"]
            }
            if texts:
                key = model.objects.get_by_natural_key(*natural_key(model, row["fields"])).pk
                assert model.objects.values(*texts).get(pk=key) == texts


def natural_key(model, fields):
    """The natural key of a fixture's row, from its fields."""
    label = model._meta.model_name
    if label == "progressupdate":
        return (*fields["round"], *fields["action"][2:])
    owner, *rest = {
        "agreement": ("partnership", "year"),
        "section": ("priority", "position"),
        "note": ("priority", "key"),
        "chapter": ("agreement", "position"),
        "edition": ("agreement", "slug"),
    }[label]
    return (*fields[owner], *(fields[name] for name in rest))


def test_every_note_reference_names_a_note_of_the_same_priority():
    keys = {priority.pk: {note.key for note in priority.notes.all()} for priority in Priority.objects.all()}
    texts = list(Section.objects.values_list("priority", "body"))
    texts += ProgressUpdate.objects.values_list("action__priority", "text")
    texts += Note.objects.values_list("priority", "text")
    named = [(priority, key) for priority, html in texts for key in note_keys(html)]
    assert named
    assert [(priority, key) for priority, key in named if key not in keys[priority]] == []


def test_texts_that_belong_to_no_priority_name_no_notes():
    texts = [*Edition.objects.values_list("introduction", flat=True), *Chapter.objects.values_list("body", flat=True)]
    assert [html for html in texts if note_keys(html)] == []


def _cut_off(text):
    return text[: len(text) // 2]


def _name_an_unknown_action(text):
    rows = json.loads(text)
    last = [row for row in rows if row["model"] == "actions.progressupdate"][-1]
    last["fields"]["action"][-1] = 99
    return json.dumps(rows)


def _close_without_a_reason(text):
    rows = json.loads(text)
    last = [row for row in rows if row["model"] == "actions.action"][-1]
    last["fields"] |= {"status": "closed", "outcome": "completed", "outcome_reason": ""}
    return json.dumps(rows)


def _name_an_unknown_field(text):
    rows = json.loads(text)
    rows[-1]["fields"]["rating_of_the_year"] = "good"
    return json.dumps(rows)


@pytest.mark.parametrize("spoil", [_cut_off, _name_an_unknown_action, _close_without_a_reason, _name_an_unknown_field])
def test_a_broken_file_is_refused_and_leaves_nothing_behind(spoil, tmp_path):
    for name in NAMES[:2]:
        text = (FOLDER / f"{name}.json").read_text().replace('"kent"', '"elsewhere"')
        (tmp_path / f"elsewhere-{name}.json").write_text(text if name == NAMES[0] else spoil(text))
    files = [str(tmp_path / f"elsewhere-{name}.json") for name in NAMES[:2]]
    before = rows_of_all_models()
    with pytest.raises(Exception, match="elsewhere"), transaction.atomic():
        call_command("loaddata", *files, verbosity=0)
    assert rows_of_all_models() == before
    with transaction.atomic():
        call_command("loaddata", files[0], verbosity=0)
        assert Partnership.objects.filter(slug="elsewhere").exists()
        transaction.set_rollback(True)
