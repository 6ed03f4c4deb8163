from contextlib import suppress

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db.models import Count
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.decorators import read_or_write
from accounts.models import Partnership
from indicators import permissions, recording
from indicators.forms.imports import LABELS, BringForm, ColumnsForm
from indicators.imports import origin, table
from indicators.imports.archives import FileRefused
from indicators.imports.looking import Waiting, look, remembered
from indicators.imports.proposals import Outcome
from indicators.imports.reading import LARGEST_REFUSED

# Of each sort of row, so many are shown before a file is applied.
MOST_SHOWN = 200


@require_safe
def import_list(request, partnership):
    """The files that came, newest first, and those that wait to be decided."""
    partnership = _partnership(request, partnership)
    page = Paginator(partnership.imports.select_related("by").defer("rows"), 25).get_page(request.GET.get("page"))
    return render(request, "indicators/import_list.html", {"partnership": partnership, "page": page})


@read_or_write
def import_add(request, partnership):
    """Paste rows, or upload a file; ``?mend=`` names an undecided one whose rows come back to be mended."""
    partnership = _partnership(request, partnership)
    sources = list(partnership.column_matchings.values_list("source", flat=True))
    form = BringForm(
        request.POST or None, request.FILES or None, sources=sources, initial=_to_mend(request, partnership)
    )
    if request.method == "POST" and form.is_valid():
        arrival = _brought(request, partnership, form)
        if arrival is not None:
            return redirect("import-detail", partnership.slug, arrival.pk)
    return render(request, "indicators/import_add.html", {"partnership": partnership, "form": form})


@read_or_write
def import_columns(request, partnership, pk):
    """Say what each column of an undecided file holds."""
    arrival = _import(request, partnership, pk, undecided=True)
    waiting = Waiting.of(arrival)
    form = ColumnsForm(
        request.POST or None,
        partnership=arrival.partnership,
        header=waiting.grid.header,
        initial=waiting.columns | {"one_indicator": waiting.indicator},
    )
    if request.method == "POST" and form.is_valid():
        matched = Waiting(waiting.grid, form.columns, form.indicator, waiting.is_pasted)
        with suppress(recording.Changed):  # decided meanwhile: its page says how
            recording.match(arrival, matched, by=request.user)
        return redirect("import-detail", partnership, pk)
    first_rows = [row for _, row in waiting.grid.rows[:3]]
    context = {"arrival": arrival, "partnership": arrival.partnership, "form": form}
    context |= {"header": waiting.grid.header, "first_rows": first_rows}
    return render(request, "indicators/import_columns.html", context)


@require_safe
def import_detail(request, partnership, pk):
    """What an undecided file would do; of an applied one, where it came from and what it brought."""
    arrival = _import(request, partnership, pk)
    if arrival.applied_at:
        return _applied_page(request, arrival)
    if not Waiting.of(arrival).is_matched:
        return redirect("import-columns", partnership, pk)
    return _preview(request, arrival)


@require_POST
def import_apply(request, partnership, pk):
    arrival = _import(request, partnership, pk)
    try:
        arrival = recording.apply(arrival, seen=request.POST.get("seen", ""), by=request.user, at=timezone.now())
    except (recording.Changed, ValidationError):
        arrival = _import(request, partnership, pk, undecided=True)
        if not Waiting.of(arrival).is_matched:
            return redirect("import-columns", partnership, pk)
        return _preview(request, arrival, status=409)
    messages.success(request, _kept(arrival.counts))
    return redirect("import-detail", partnership, pk)


@require_POST
def import_discard(request, partnership, pk):
    arrival = _import(request, partnership, pk, undecided=True)
    try:
        recording.discard(arrival, by=request.user)
    except recording.Changed:
        return redirect("import-detail", partnership, pk)
    messages.success(request, f"Discarded: {arrival.file_name}. Nothing of it was kept.")
    return redirect("import-list", partnership)


@read_or_write
def import_undo(request, partnership, pk):
    """What undoing takes away; then do it."""
    arrival = _import(request, partnership, pk)
    problem = recording.why_not_undone(arrival)
    if request.method == "POST":
        try:
            removed = recording.undo(arrival, by=request.user, at=timezone.now())
        except ValidationError as error:
            problem = error.messages[0]
        else:
            messages.success(request, f"Undone: {arrival.file_name}. {_figures(removed)} taken away.")
            return redirect("import-detail", partnership, pk)
    context = {"arrival": arrival, "partnership": arrival.partnership, "problem": problem}
    context["number"] = arrival.observations.count()
    status = 409 if request.method == "POST" else 200
    return render(request, "indicators/import_undo.html", context, status=status)


def _partnership(request, slug):
    partnership = get_object_or_404(Partnership.objects.visible_to(request.user), slug=slug)
    if not permissions.can_enter_figures(request.user, partnership):
        raise PermissionDenied
    return partnership


def _import(request, slug, pk, *, undecided=False):
    imports = _partnership(request, slug).imports.select_related("partnership", "by", "undone_by")
    return get_object_or_404(imports.filter(applied_at=None) if undecided else imports, pk=pk)


def _to_mend(request, partnership):
    """What the form starts with: source and rows of the undecided file that ``?mend=`` names, if there is one."""
    pk = request.GET.get("mend", "")
    undecided = partnership.imports.filter(applied_at=None)
    arrival = undecided.filter(pk=pk).first() if pk.isdecimal() else None
    if arrival is None:
        return {}
    is_known = partnership.column_matchings.filter(source=arrival.source).exists()
    initial = {"source": arrival.source} if is_known else {"new_source": arrival.source}
    return initial | {"text": table.as_text(Waiting.of(arrival).grid), "instead_of": arrival.pk}


def _brought(request, partnership, form):
    """The Import of what was pasted or uploaded, or None with the reason in ``form``."""
    said = form.cleaned_data
    file, text = said["file"], said["text"]
    try:
        grid = table.read_file(file) if file else table.read_pasted(text)
    except FileRefused as problem:
        where = f"Row {problem.row}: " if problem.row else ""
        form.add_error("file" if file else "text", f"{where}{problem.reason}")
        return None
    columns, indicator = _matching(partnership, form.source_name, grid.header)
    return recording.bring(
        partnership,
        Waiting(grid, columns, indicator, is_pasted=not file),
        source=form.source_name,
        origin=origin.of_file(file) if file else origin.of_text(text),
        by=request.user,
        at=timezone.now(),
        instead_of=said["instead_of"],
    )


def _matching(partnership, source, header):
    """How the columns are read: as remembered for the source, otherwise by the words of the headers."""
    kept = partnership.column_matchings.filter(source=source).first()
    return (kept and remembered(kept, header)) or (table.guess(header), "")


def _preview(request, arrival, *, status=200):
    found = look(arrival, on=timezone.localdate())
    named = Named(arrival.partnership, [one for one, _, _ in found.sorted.rows])
    groups = [
        (outcome.value, len(rows), [named.line(*row) for row in rows[:MOST_SHOWN]])
        for outcome in Outcome
        if (rows := found.sorted.only(outcome))
    ]
    context = {
        "arrival": arrival,
        "partnership": arrival.partnership,
        "waiting": found.waiting,
        "columns": [(LABELS[meaning], header) for meaning, header in found.waiting.columns.items()],
        "one_indicator": found.waiting.indicator,
        "refused": found.refused,
        "too_many": len(found.refused) == LARGEST_REFUSED,
        "groups": groups,
        "changes": found.sorted.changes,
        "adds": recording.adds(arrival, found.sorted),
        "seen": found.sorted.digest,
        "changed": status == 409,
        "most_shown": MOST_SHOWN,
    }
    return render(request, "indicators/import_preview.html", context, status=status)


class Named:
    """Proposals as people read them, with titles and names in place of numbers."""

    def __init__(self, partnership, proposals):
        self.indicators = partnership.indicators.in_bulk({one.indicator for one in proposals})
        self.areas = partnership.areas.in_bulk({one.area for one in proposals} - {None})

    def line(self, proposal, standing):
        indicator = self.indicators[proposal.indicator]
        return {
            "row": proposal.row,
            "indicator": indicator,
            "area": self.areas.get(proposal.area, indicator.geography_name),
            "period": proposal.period.label,
            "given": recording.in_words(indicator, proposal),
            "status": proposal.status,
            "note": proposal.note,
            "standing": standing and recording.in_words(indicator, standing),
            "standing_status": standing and standing.status,
        }


def _applied_page(request, arrival):
    brought = arrival.partnership.indicators.filter(observations__arrival=arrival)
    context = {
        "arrival": arrival,
        "partnership": arrival.partnership,
        "files": arrival.counts.get("files", ()),
        "brought": brought.annotate(number=Count("observations")).order_by("position", "title"),
        "problem": recording.why_not_undone(arrival),
    }
    return render(request, "indicators/import_detail.html", context)


def _kept(counts):
    """ "4 figures were kept: 3 new, 1 restated." """
    if not counts["new"] + counts["restated"]:
        return "The file was recorded. Its figures stood already."
    kept = f"{_figures(counts['new'] + counts['restated'])} kept"
    return f"{kept}: {counts['new']:,} new, {counts['restated']:,} restated."


def _figures(number):
    return "1 figure was" if number == 1 else f"{number:,} figures were"
