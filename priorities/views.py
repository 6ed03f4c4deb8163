from itertools import groupby

from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from priorities.models import Agreement


@require_safe
def agreement_document(request, partnership, year):
    """The Agreement's own text: foreword, chapters, appendices and version control."""
    agreement = get_object_or_404(Agreement.objects.visible_to(request.user).in_year(partnership, year))
    changes = groupby(agreement.version_changes.all(), key=lambda change: (change.version, change.date))
    return render(
        request,
        "priorities/agreement_document.html",
        {
            "agreement": agreement,
            "chapters": agreement.chapters.all(),
            "themes": agreement.themes.all(),
            "versions": [(version, date, list(lines)) for (version, date), lines in changes],
        },
    )
