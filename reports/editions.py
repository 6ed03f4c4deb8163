"""Freeze an edition by value, and publish the frozen copy."""

import hashlib

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import Max

from reports.models import Edition, FrozenEdition
from reports.rendering.data import digest
from reports.rendering.pdf import RENDERER, render_pdf
from reports.summary import build_summary, to_data


class AlreadyPublished(Exception):
    """Somebody published or withdrew this frozen copy first."""


def freeze(edition, *, by, at):
    """Store the document of ``edition`` as it stands at ``at``, with its PDF, as the next FrozenEdition.

    RenderingFailed, with nothing stored, where the PDF cannot be made.
    """
    document = build_summary(edition)
    pdf = render_pdf(document)
    with transaction.atomic():
        Edition.objects.hold(edition)
        newest = edition.frozen.aggregate(newest=Max("number"))["newest"] or 0
        frozen = FrozenEdition(
            edition=edition,
            number=newest + 1,
            schema=document.schema,
            renderer=RENDERER,
            content=to_data(document),
            digest=digest(document),
            pdf_digest=hashlib.sha256(pdf).hexdigest(),
            pdf_size=len(pdf),
            frozen_at=at,
            frozen_by=by,
        )
        name = f"{document.partnership}-{edition.agreement.financial_year.slug}-{edition.slug}-{frozen.number}.pdf"
        frozen.pdf.save(name, ContentFile(pdf), save=False)
        frozen.save(force_insert=True)
    return frozen


def publish(frozen, *, by, at):
    """Open ``frozen`` to everyone. AlreadyPublished where it was published before."""
    published = FrozenEdition.objects.filter(pk=frozen.pk, published_at=None).update(published_at=at, published_by=by)
    if not published:
        raise AlreadyPublished(f"{frozen} was published before.")
    frozen.refresh_from_db(fields=["published_at", "published_by"])
