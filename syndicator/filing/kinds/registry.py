"""Choose the module that follows a source: by the kind that it states, else the one found."""

from syndicator.core import urls
from syndicator.core.model import Source, SourceState
from syndicator.filing.kinds import feed, links, mailbox, unstated_kind
from syndicator.filing.kinds.kind import Visitable


def choose_kind(source: Source, state: SourceState) -> Visitable:
    """Return the module that visits the source, according to its kind: a feed, a list of articles,
    a single article or a mailbox. The kind is the one that sources.toml states, or else the one
    that the first visit found. The first visit itself uses the module that finds out the kind."""
    if urls.is_mailbox(source.url):
        return mailbox
    if source.rules.links:
        return links
    if source.kind != "auto":
        return unstated_kind.KINDS[source.kind]
    if state.is_undiscovered:
        return unstated_kind
    found = state.discovery.found
    if not found:  # an earlier version visited it, which followed only feeds
        return feed
    return unstated_kind.KINDS[found]
