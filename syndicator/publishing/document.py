"""One feed's documents: the same entries in each of its formats."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from syndicator.core.model import ContentMode
from syndicator.publishing.entries import Entries
from syndicator.publishing.render.head import Head
from syndicator.publishing.render.view import View


def documents(
    head: Head, formats: Sequence[str], views: Sequence[View], mode: ContentMode | None, entries: Entries
) -> dict[str, bytes]:
    """The feed of `views` in each of `formats`. An entry that one of them cannot hold is left out of all of them and
    named in `entries.problems`. `updated` of the head becomes that of the newest entry shown. `mode`: the feed's own
    content mode, None for what each source says."""
    made = [(view, entries.made(formats, view, mode)) for view in views]
    shown = [(view, parts) for view, parts in made if parts is not None]
    head = replace(head, updated=max((view.updated for view, _ in shown), default=head.updated))
    return {format: entries.renderers[format].feed(head, [parts[format] for _, parts in shown]) for format in formats}
