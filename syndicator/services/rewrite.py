"""An article of the store described anew, as it stands in its file, and what that changes. `refile` alone writes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from syndicator.articles import edits
from syndicator.articles.membership import feeds_of
from syndicator.axes import AXES
from syndicator.describing.taxonomy.files import TaxonomyFiles
from syndicator.model import Article, FeedKey, Source
from syndicator.publishing.paths import stem

if TYPE_CHECKING:
    from syndicator.describing.taxonomy.suggest import Proposal
    from syndicator.describing.taxonomy.taxonomy import Taxonomy
    from syndicator.services.container import App


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What an article says differently now: attribute -> value, and a line a field that says what changed and why."""

    values: Mapping[str, Any]
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Touched:
    """A feed and how many articles join it, leave it, or stay in it with other words."""

    feed: str  # tags/ai
    joins: int = 0
    leaves: int = 0
    changes: int = 0


@dataclass(slots=True)
class Tally:
    """Counts what changes of articles mean for feeds. `copies`: ids that only their source's feed shows."""

    copies: Collection[str] = ()
    counts: dict[FeedKey, list[int]] = field(default_factory=dict)

    def add(self, before: Article, after: Article) -> None:
        old, new = (
            {key for key in feeds_of(one) if one.id not in self.copies or AXES[key.axis].copies}
            for one in (before, after)
        )
        for place, keys in enumerate((new - old, old - new, old & new)):
            for key in keys:
                self.counts.setdefault(key, [0, 0, 0])[place] += 1

    def feeds(self) -> tuple[Touched, ...]:
        return tuple(
            Touched(feed=stem(key), joins=joins, leaves=leaves, changes=changes)
            for key, (joins, leaves, changes) in sorted(self.counts.items())
        )


def retell_many(
    files: TaxonomyFiles, articles: Sequence[tuple[Article, Source | None]], uncategorised: str
) -> list[Told | None]:
    """`retell` for the worker, which loads the taxonomy once."""
    from syndicator.pipeline.read_article import load_taxonomy

    taxonomy = load_taxonomy(files)
    return [retell(article, source, taxonomy, uncategorised) for article, source in articles]


def retell(article: Article, source: Source | None, taxonomy: Taxonomy, uncategorised: str = "") -> Told | None:
    """What `taxonomy` makes of an article as loaded from its file, None when it says that already. Fields that a hand
    edited or an LLM wrote stay. Pure."""
    from syndicator.describing.describe import describe
    from syndicator.pipeline.read_article import own_names, spelled

    said = describe(
        article.title,
        article.text,
        description=article.excerpt if article.excerpt_by == "publisher" else "",
        keywords=article.keywords,
        section=article.section,
        own=own_names(article.author, article.url),
        language=article.language,
        taxonomy=taxonomy,
    )
    own = spelled(source.tags, taxonomy) if source else ()
    kept = edits.hand_edited(article)
    values: dict[str, Any] = {}
    why: list[str] = []
    tags = tuple(dict.fromkeys((*own, *said.tags)))
    if tags != article.tags and "tags" not in kept and article.tags_by not in ("operator", "llm"):
        values |= {"tags": tags, "tags_by": said.tags_by}
        why.append(_tags_line(article, tags, own, taxonomy))
    category = said.category or (source.category if source else article.category) or uncategorised
    if category != article.category and "category" not in kept and "llm" not in (article.tags_by, article.excerpt_by):
        values["category"] = category
        reason = said.trace.get("category", "") if said.category else "no category of the taxonomy fits"
        why.append(f"category: {article.category or 'none'} -> {category or 'none'} ({reason})")
    if said.excerpt != article.excerpt and "excerpt" not in kept and article.excerpt_by not in ("operator", "llm"):
        values |= {"excerpt": said.excerpt, "excerpt_by": said.excerpt_by}
        why.append(f"excerpt: {said.excerpt_by or 'no sentence fits'}")
    return Told(values=values, why=tuple(why)) if values else None


def _tags_line(article: Article, tags: Sequence[str], own: Collection[str], taxonomy: Taxonomy) -> str:
    published = set(taxonomy.mapped(article.keywords, article.text))
    new = [tag for tag in tags if tag not in article.tags]
    named = replace(taxonomy, past=None).tags(article.title, article.text) if new and taxonomy.past else tags
    listed = {tag.name for tag in taxonomy.vocabulary.tag}
    parts = []
    for tag in new:
        found = "its text says so" if tag in named else "learnt from the past"
        reason = "its publisher's" if tag in published else "its source's" if tag in own else found
        parts.append(f"+{tag} ({reason})")
    for tag in article.tags:
        if tag not in tags:
            name = taxonomy.spelling(tag, article.text)
            reason = (
                f"is {name} now" if name in tags else "not telling enough" if tag in listed else "not in the taxonomy"
            )
            parts.append(f"-{tag} ({reason})")
    return "tags: " + (" ".join(parts) if parts else "in another order: " + ", ".join(tags))


def learn_files(files: TaxonomyFiles, root: str, paths: Sequence[str], least: int) -> tuple[int, int]:
    """Learns from the article files at `paths` below `root`, oldest first, and saves it where `files` says; for the
    worker. Returns how many articles teach a tag, and how many tags. From fewer than `least` of them only how words
    are written is learnt; what was learnt before goes."""
    from syndicator.articles.article_store import ArticleStore
    from syndicator.describing.taxonomy.taxonomy import Taxonomy

    toml, learnt = Path(files[0]), Path(files[1])
    taxonomy = Taxonomy.from_toml(toml) if toml.exists() else Taxonomy()
    article_store = ArticleStore(Path(root))
    past = list(history((article_store.get(path) for path in paths), taxonomy))
    known = taxonomy.learn(past, least=least)
    teaching = sum(bool(tags) for _, _, tags in past)
    if known.past is None and not known.forms:
        learnt.unlink(missing_ok=True)
        return teaching, 0
    fresh = learnt.with_name(f".{learnt.name}.new")
    known.save(fresh)
    fresh.replace(learnt)
    return teaching, len({tag for _, _, tags in past for tag in tags}) if known.past else 0


def history(articles: Iterable[Article], taxonomy: Taxonomy) -> Iterable[tuple[str, str, tuple[str, ...]]]:
    """(title, text, tags) of articles, with those tags that a person stood behind: an operator's; of a publisher's
    those that map, also where an LLM added its own to them. Never our own guesses, nor an LLM's. Pure."""
    for article in articles:
        tags: tuple[str, ...] = ()
        if article.tags_by == "operator":
            tags = article.tags
        elif article.tags_by in ("publisher", "llm"):
            mapped = set(taxonomy.mapped(article.keywords, article.text))
            tags = tuple(tag for tag in article.tags if tag in mapped)
        yield article.title, article.text, tags


def refile(app: App, before: Article, after: Article, path: str, *, ordered: Collection[str] = ()) -> Article:
    """Writes `after` over the file at `path` that says `before`, then its row and the marks of the feeds it touches.
    Returns it as it stands."""
    stored, stamp, changed = app.article_store.put(replace(after, blocks=()), path, ordered=ordered)
    if changed:
        html = app.store.index.html([stored.id]).get(stored.id) if stored.body == before.body else None
        stale = {*feeds_of(before), *feeds_of(stored)}
        app.store.visits.record(stored, stamp, aliases=(), stale=stale, html=html)
    return stored


def suggest_files(files: TaxonomyFiles, root: str, paths: Sequence[str]) -> list[Proposal]:
    """Tags that the taxonomy lacks, from the article files at `paths` below `root`; for the worker."""
    from syndicator.articles.article_store import ArticleStore
    from syndicator.describing.taxonomy.suggest import suggest
    from syndicator.describing.taxonomy.vocabulary import load

    toml = Path(files[0])
    article_store = ArticleStore(Path(root))
    articles = map(article_store.get, paths)
    told = ((article.title, article.text, article.keywords) for article in articles)
    return suggest(told, load(toml) if toml.exists() else None)
