from functools import wraps

from django.contrib.auth.views import redirect_to_login
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.middleware import public
from accounts.models import Partnership
from accounts.ods_export import ODS_TYPE
from actions import your_work
from actions.models import ProgressUpdate
from actions.permissions import reviews_seen_in
from priorities.models import Agreement
from priorities.years import FinancialYear
from reports.forms import PublishedReportSearchForm
from reports.models import Edition, FrozenEdition
from reports.rendering.csv_tables import ZIP_TYPE, render_csv
from reports.rendering.data import render_json
from reports.rendering.docx import WORD_TYPE, render_docx
from reports.rendering.html import render_body
from reports.rendering.ods import render_ods
from reports.rendering.pdf import RenderingFailed, render_pdf
from reports.summary import build_summary, from_data


@public
@require_safe
def home(request):
    """Published reports for everyone; for signed-in people their own work above them."""
    form = PublishedReportSearchForm(request.GET)
    page = Paginator(form.filter(Edition.objects.listed()), 25).get_page(request.GET.get("page"))
    context = {"form": form, "page": page}
    if request.user.is_authenticated:
        context |= _your_work(request.user, timezone.localdate())
    return render(request, "reports/home.html", context)


def _your_work(user, today):
    year = FinancialYear.of(today)
    return {
        "today": today,
        "partnerships": Partnership.objects.visible_to(user).order_by("kind", "name"),
        "agreements": Agreement.objects.visible_to(user)
        .newest_first()
        .filter(year=year.start_year)
        .annotate(can_see_review=Q(partnership__in=reviews_seen_in(user))),
        "work": your_work.work(user, on=today),
        "to_review": ProgressUpdate.objects.to_review(user)
        .select_related("round", "action__priority__agreement__partnership")
        .order_by("action__priority__position", "action__position"),
    }


@require_safe
def edition_list(request, partnership, year):
    """The reports of one year: drafts in the making and published versions."""
    agreement = get_object_or_404(Agreement.objects.visible_to(request.user).in_year(partnership, year))
    editions = Edition.objects.visible_to(request.user).filter(agreement=agreement)
    editions = editions.prefetch_related(FrozenEdition.objects.published_versions())
    return render(request, "reports/edition_list.html", {"agreement": agreement, "editions": editions})


def reads_edition(view):
    """Hand ``view`` an edition that the visitor may read, and its newest published copy or None for a draft."""

    @public
    @wraps(view)
    def guarded(request, partnership, year, slug):
        edition = (
            Edition.objects.visible_to(request.user)
            .filter(agreement__partnership__slug=partnership, agreement__year=year.start_year, slug=slug)
            .first()
        )
        if edition is None and not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if edition is None:
            raise Http404
        if edition.newest_published is None:
            return view(request, edition, None)
        frozen = get_object_or_404(edition.frozen.published(), number=edition.newest_published)
        return view(request, edition, frozen)

    return guarded


def _document(edition, frozen):
    return from_data(frozen.content) if frozen else build_summary(edition, is_draft=True)


@reads_edition
@require_safe
def edition_detail(request, edition, frozen):
    document = _document(edition, frozen)
    return render(
        request,
        "reports/edition_detail.html",
        {"edition": edition, "frozen": frozen, "document": document, "body": render_body(document)},
    )


@reads_edition
@require_safe
def edition_pdf(request, edition, frozen):
    name = _file_name(edition, frozen, "pdf")
    if frozen:
        try:
            return FileResponse(frozen.pdf.open(), content_type="application/pdf", filename=name)
        except FileNotFoundError:
            return _failed(request, edition, "PDF", "The file of this published report is missing from the store.")
    try:
        return _download(render_pdf(build_summary(edition, is_draft=True)), "application/pdf", name)
    except RenderingFailed as error:
        return _failed(request, edition, "PDF", error)


def _failed(request, edition, what, reason):
    context = {"edition": edition, "what": what, "reason": reason}
    return render(request, "reports/rendering_failed.html", context, status=503)


@reads_edition
@require_safe
def edition_docx(request, edition, frozen):
    try:
        content = render_docx(_document(edition, frozen))
    except RenderingFailed as error:
        return _failed(request, edition, "Word file", error)
    return _download(content, WORD_TYPE, _file_name(edition, frozen, "docx"), disposition="attachment")


@reads_edition
@require_safe
def edition_ods(request, edition, frozen):
    content = render_ods(_document(edition, frozen))
    return _download(content, ODS_TYPE, _file_name(edition, frozen, "ods"), disposition="attachment")


@reads_edition
@require_safe
def edition_csv(request, edition, frozen):
    content = render_csv(_document(edition, frozen))
    return _download(content, ZIP_TYPE, _file_name(edition, frozen, "csv.zip"), disposition="attachment")


@reads_edition
@require_safe
def edition_json(request, edition, frozen):
    return _download(render_json(_document(edition, frozen)), "application/json", _file_name(edition, frozen, "json"))


def _file_name(edition, frozen, suffix):
    agreement = edition.agreement
    version = f"version-{frozen.number}" if frozen else "draft"
    return f"{agreement.partnership.slug}-{agreement.financial_year.slug}-{edition.slug}-{version}.{suffix}"


def _download(content, content_type, name, *, disposition="inline"):
    return HttpResponse(
        content, content_type=content_type, headers={"Content-Disposition": f'{disposition}; filename="{name}"'}
    )
