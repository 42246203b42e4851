"""Define the tables, columns and indexes of the database.
Times are microseconds since 1970 in UTC, documents are JSON (see `codec`)."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    and_,
    event,
    func,
    literal_column,
)
from sqlalchemy.schema import SchemaItem

HEAD = "0017"  # revision of these tables; Alembic is imported only to upgrade another one

metadata = MetaData()

# The text index: for the number `n` of each row of `texts`, the tokens by which the article is
# found. FTS5 stores no content, so that 'delete' needs the old tokens. Its ASCII tokenizer cuts our
# text of tokens at the spaces, and changes no token.
TOKENS = "text_tokens"
TEXT_INDEX = {
    "sqlite": (
        f"CREATE VIRTUAL TABLE {TOKENS} USING fts5"
        "(tokens, content='', detail=none, columnsize=0, tokenize=\"ascii tokenchars '-'\")",
        f"INSERT INTO {TOKENS} ({TOKENS}, rank) VALUES ('usermerge', 2)",
    ),
    "postgresql": (
        f"CREATE TABLE {TOKENS} (n integer PRIMARY KEY, tokens tsvector NOT NULL)",
        f"CREATE INDEX {TOKENS}_tokens ON {TOKENS} USING gin (tokens)",
    ),
}
# Partial, since most entries are done and only read by key, and few articles are behind another. As
# text, because the index options for PostgreSQL would load SQLAlchemy's whole dialect.
PARTIAL_INDEXES = (
    "CREATE INDEX entries_open ON entries (status, source, first_seen) WHERE status <> 'done'",
    "CREATE INDEX articles_behind ON articles (id) WHERE behind IS NOT NULL",
)


def _table(name: str, *items: SchemaItem, **options: Any) -> Table:
    """Define a table of the database: add it to `metadata` and return it. `items`: its columns and
    constraints."""
    return Table(name, metadata, *items, **options)


def _required(kind: Any, *names: str) -> Iterator[Column[Any]]:
    """Yield a column with the type `kind` for each name; its values may not be NULL."""
    return (Column(name, kind, nullable=False) for name in names)


revision = _table("alembic_version", Column("version_num", String(32), primary_key=True))

sources = _table(
    "sources",
    Column("key", Text, primary_key=True),
    Column("url", Text, nullable=False),
    Column("next_due", BigInteger),  # NULL: now
    Column("disabled", Boolean, nullable=False),
    Column("host", Text, nullable=False, server_default=""),  # of its feed
    # the fields of its state that each visit changes
    Column("plan", Text, nullable=False, server_default=""),
)
Index("sources_due", sources.c.disabled, sources.c.next_due)
Index("sources_host", sources.c.host, sources.c.next_due)

# Long fields of a state, which a visit writes only if they changed.
source_states = _table(
    "source_states", Column("key", Text, primary_key=True), Column("data", Text, nullable=False)
)

# Hosts shared by machines (`store.fleet.hosts`). Rows with defaults may be deleted.
hosts = _table(
    "hosts",
    Column("name", Text, primary_key=True),
    Column("free_at", BigInteger, nullable=False, server_default="0"),  # end of a pause or request
    # crawl-delay of its robots.txt, milliseconds
    Column("delay", Integer, nullable=False, server_default="0"),
    # by Retry-After, or after crashes
    Column("held_until", BigInteger, nullable=False, server_default="0"),
    Column("away_until", BigInteger, nullable=False, server_default="0"),  # unreachable until then
    Column("why", Text, nullable=False, server_default=""),  # reason why it is unreachable
    Column("failures", Integer, nullable=False, server_default="0"),  # consecutive
    # of workers since the last result
    Column("starts", Integer, nullable=False, server_default="0"),
    Column("owner", Text, nullable=False, server_default=""),  # worker that leases it, "" for none
)

# Workers by their number in the queue, whose tables have their heartbeats.
workers = _table(
    "workers",
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("machine", Text, nullable=False),
    Column("process", BigInteger, nullable=False),
    Column("version", Text, nullable=False),
)

# Sources that workers follow, as pushed by the machine with sources.toml.
followed = _table(
    "followed",
    Column("key", Text, primary_key=True),
    Column("place", Integer, nullable=False),  # in sources.toml
    Column("enabled", Boolean, nullable=False),
    Column("data", Text, nullable=False),
)

outcomes = _table(
    "outcomes",
    Column("n", Integer, primary_key=True),
    Column("source", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("data", Text, nullable=False),
)
Index("outcomes_source", outcomes.c.source, outcomes.c.n)
Index("outcomes_at", outcomes.c.at)

entries = _table(
    "entries",
    Column("source", Text, primary_key=True),
    Column("entry", Text, primary_key=True),
    Column("status", String(10), nullable=False),
    Column("next_try", BigInteger),
    Column("first_seen", BigInteger, nullable=False),
    Column("article", String(26)),
    Column("data", Text, nullable=False),
)


def entry_is(status: str) -> ColumnElement[bool]:
    """Return the SQL condition that an entry has the status `status`, which must not be "done". It
    is written so that SQLite uses the index `entries_open`, which lacks done entries."""
    return and_(literal_column("entries.status <> 'done'"), entries.c.status == status)


articles = _table(
    "articles",
    Column("id", String(26), primary_key=True),
    Column("path", Text, nullable=False),
    *_required(BigInteger, "mtime_ns", "size", "added", "published"),
    Column("title", Text, nullable=False),
    Column("merged_into", String(26)),
    Column("data", Text, nullable=False),
    Column("score", SmallInteger),  # thousandths: probability of its category; NULL after `reindex`
    # digest of its story's reports, 0: no story
    Column("told", BigInteger, nullable=False, server_default="0"),
    Column("behind", String(26)),  # article whose entry stands for it, see `folded`
)

Index("articles_merged", articles.c.merged_into)
# Finds articles that moved by the start of their title; short values keep the index small.
TITLE = func.substr(articles.c.title, *map(literal_column, ("1", "12")))
Index("articles_title", TITLE)
# Read whole at every start, to compare files. It covers the query, so that long rows are not read.
Index(
    "articles_files",
    articles.c.added,
    articles.c.id,
    articles.c.path,
    articles.c.mtime_ns,
    articles.c.size,
)

# Paths of files in an object store without a row of `articles` yet: being written, or left by a
# crash.
reservations = _table(
    "reservations",
    Column("id", String(26), primary_key=True),
    Column("path", Text, nullable=False),
    Column("at", BigInteger, nullable=False),  # negative: reserved without writing
)

# Articles of each feed; copies and withdrawn articles have no row.
members = _table(
    "members",
    Column("id", String(26), primary_key=True),
    Column("axis", String(10), primary_key=True),
    Column("slug", Text, primary_key=True),
    *_required(BigInteger, "added", "published"),
    sqlite_with_rowid=False,
)
Index(
    "members_order",
    members.c.axis,
    members.c.slug,
    members.c.added.desc(),
    members.c.published.desc(),
    members.c.id,
)

aliases = _table(
    "aliases", Column("alias", Text, primary_key=True), Column("id", String(26), nullable=False)
)
Index("aliases_id", aliases.c.id)

feeds = _table(
    "feeds",
    Column("axis", String(10), primary_key=True),
    Column("slug", Text, primary_key=True),
    *_required(Text, "name", "first_slug"),
    Column("count", Integer, nullable=False),
    Column("held", Text),
    Column("dropped", Boolean, nullable=False),
    Column("moved_axis", String(10)),
    Column("moved_slug", Text),
    # tag of an article file written by hand
    Column("wanted", Boolean, nullable=False, server_default="0"),
    Column("published", Boolean),  # false while it is not; NULL: never, or ended for good
    # its last build by a worker of several: when, and the numbers of entries shown and of articles
    Column("built_at", BigInteger),
    Column("shown", Integer),
    Column("built_count", Integer),
)

# Published files, and those that are out of date (`made_of` is empty). `target`: files that belong
# together; `made_of`: digest of their input; `sha256`: of the bytes, empty if they are unknown or
# not published yet. The axis is empty for files of no feed.
files = _table(
    "files",
    Column("name", Text, primary_key=True),
    *_required(Text, "axis", "slug", "target", "made_of", "sha256"),
)
Index("files_owner", files.c.axis, files.c.slug)
Index("files_target", files.c.target)

# Changes since the last build, by feed and day. Writers only add marks, so that none waits for
# another; a build deletes those that it read. `more`: articles that joined; `added`, `published`:
# of the article, NULL for none.
stale_marks = _table(
    "stale_marks",
    Column("n", Integer, primary_key=True, autoincrement=True),
    Column("axis", String(10), nullable=False),
    Column("slug", Text, nullable=False),
    Column("more", Integer, nullable=False, server_default="0"),
    *(Column(name, BigInteger) for name in ("added", "published")),
    sqlite_autoincrement=True,
)
Index("stale_marks_feed", stale_marks.c.axis, stale_marks.c.slug, stale_marks.c.n)

# Articles of large feeds by day of `kind` (`store.tables.sums`).
sums = _table(
    "sums",
    Column("axis", String(10), primary_key=True),
    *(Column(name, Text, primary_key=True) for name in ("slug", "kind")),
    *(
        Column(name, Integer, primary_key=name == "day", nullable=False)
        for name in ("day", "count")
    ),
    Column("made_of", Text, nullable=False),
    sqlite_with_rowid=False,
)

# Other sources that announced an article, whose feeds show it, too.
carriers = _table(
    "carriers",
    Column("id", String(26), primary_key=True),
    Column("source", Text, primary_key=True),
    sqlite_with_rowid=False,
)

withdrawn = _table(
    "withdrawn",
    Column("id", String(26), primary_key=True),
    Column("at", BigInteger, nullable=False),
    *_required(Text, "url", "feeds"),
)

withdrawn_aliases = _table(
    "withdrawn_aliases",
    Column("alias", Text, primary_key=True),
    Column("id", String(26), nullable=False),
)

# Aliases of pruned articles, which are not fetched again. Ignored if the article's file was
# restored.
pruned = _table(
    "pruned",
    Column("alias", Text, primary_key=True),
    Column("id", String(26), nullable=False),
    sqlite_with_rowid=False,
)

html = _table(
    "html", Column("id", String(26), primary_key=True), Column("html", Text, nullable=False)
)

# Notes of publishing, deleted when the article changes: "queries", version of the matched queries;
# "related", ids of related articles, kept while its text is the same.
fragments = _table(
    "fragments",
    Column("id", String(26), primary_key=True),
    Column("kind", String(40), primary_key=True),
    Column("data", LargeBinary, nullable=False),
)

blocks = _table(
    "blocks",
    Column("n", Integer, primary_key=True),
    Column("host", Text, nullable=False),
    Column("article", String(26), nullable=False),
    Column("digests", Text, nullable=False),
)
Index("blocks_host", blocks.c.host, blocks.c.n)

# Sketches of texts, kept while copies may come (encoding: sketches/copies). `since`: the earliest
# time of the article; `named`: alias of the article on another site that its page names as the
# original.
sketches = _table(
    "sketches",
    Column("id", String(26), primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("data", LargeBinary, nullable=False),
    Column("since", BigInteger),
    Column("named", Text),
)
Index("sketches_at", sketches.c.at)

# Values that find similar sketches. Stale ones may stay: they find no sketch that matches.
sketch_keys = _table(
    "sketch_keys",
    Column("value", BigInteger, nullable=False),
    Column("id", String(26), nullable=False),
)
Index("sketch_keys_value", sketch_keys.c.value)

# Sketches of recent articles for stories; `data` is empty if an article is not compared. `place`:
# one of the few places of an outlet at a key, which its next article takes over, so that no outlet
# crowds out others.
story_sketches = _table(
    "story_sketches",
    Column("article", String(26), primary_key=True),
    *_required(BigInteger, "mtime_ns", "size", "added", "at"),
    *_required(Text, "language", "outlet"),
    Column("data", LargeBinary, nullable=False),
)
Index("story_sketches_added", story_sketches.c.added)

story_keys = _table(
    "story_keys",
    *(Column(name, BigInteger, primary_key=True, autoincrement=False) for name in ("key", "place")),
    Column("at", BigInteger, nullable=False),
    Column("article", String(26), nullable=False),
    sqlite_with_rowid=False,
)
Index("story_keys_at", story_keys.c.key, story_keys.c.at, story_keys.c.article)

# Articles of stories, as in stories.tsv. `final`: set by an operator.
story_members = _table(
    "story_members",
    *(
        Column(name, Text, primary_key=name == "article", nullable=False)
        for name in ("article", "story", "outlet")
    ),
    Column("final", Boolean, nullable=False),
)
Index("story_members_story", story_members.c.story)

# The article that leads each story, as in leads.tsv. `due`: its lead must be chosen, since
# `article` is not published.
story_leads = _table(
    "story_leads",
    *(
        Column(name, Text, primary_key=name == "story", nullable=False)
        for name in ("story", "article")
    ),
    Column("due", Boolean, nullable=False),
)
Index("story_leads_due", story_leads.c.due, story_leads.c.story)

# Articles that an earlier version published as one entry for each story, as in folded.tsv, in its
# order. `latest`: when the last report of the story was added then, in seconds.
folded = _table(
    "folded",
    Column("article", String(26), primary_key=True),
    Column("story", Text, nullable=False),
    *_required(BigInteger, "place", "latest"),
)
Index("folded_story", folded.c.story)

# Pictures of articles: the name of the thumbnail, or why there is none. `next_try`: 0 for now, NULL
# for never.
pictures = _table(
    "pictures",
    Column("id", String(26), primary_key=True),
    Column("url", Text, nullable=False),
    Column("added", BigInteger, nullable=False),
    Column("next_try", BigInteger),
    Column("name", Text, nullable=False),
    *_required(Integer, "width", "height", "tries"),
    *_required(Text, "reason", "detail"),
)
Index("pictures_due", pictures.c.next_try)

# Icons of sources: the name of the file, or why there is none. `next_try`: when the icon is looked
# for again. A source without a row has not been asked.
icons = _table(
    "icons",
    Column("source", Text, primary_key=True),
    Column("next_try", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("tries", Integer, nullable=False),
    *_required(Text, "reason", "detail"),
)

# Subscriptions at hubs (WebSub) by the secret part of their callback, and the reliability of hubs.
subscriptions = _table(
    "subscriptions",
    Column("token", String(64), primary_key=True),
    *_required(Text, "source", "data"),
)
Index("subscriptions_source", subscriptions.c.source)

hub_tallies = _table(
    "hub_tallies", Column("hub", Text, primary_key=True), Column("data", Text, nullable=False)
)

notes = _table(
    "notes",
    Column("key", Text, primary_key=True),
    Column("value", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
)

# Results of asking a language model about an article, and its answers by model, prompt version and
# text.
llm_asked = _table(
    "llm_asked",
    Column("id", String(26), primary_key=True),
    Column("plan", Text, nullable=False),
    *_required(BigInteger, "mtime_ns", "size"),
    Column("next_try", BigInteger),
    Column("status", String(10), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("data", Text, nullable=False),
)
Index("llm_asked_status", llm_asked.c.status, llm_asked.c.at)

llm_answers = _table(
    "llm_answers",
    Column("key", String(64), primary_key=True),
    Column("id", String(26), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("answer", Text, nullable=False),
)
Index("llm_answers_id", llm_answers.c.id)

# Articles sent to receivers of webhooks: the file's stamp, and a digest of the last message.
announced = _table(
    "announced",
    Column("id", String(26), primary_key=True),
    *_required(BigInteger, "mtime_ns", "size"),
    Column("digest", Text, nullable=False),
)

# Unsent messages for receivers of webhooks; those of one subject are sent in the order of `n`.
messages = _table(
    "messages",
    Column("n", Integer, primary_key=True),
    *_required(Text, "receiver", "subject", "id", "body", "fault"),
    *_required(BigInteger, "at", "next_try", "tries"),
)
Index("messages_subject", messages.c.receiver, messages.c.subject, messages.c.n)

# Terms of articles for searches (`searching.documents`), numbered in the order of reading.
texts = _table(
    "texts",
    Column("n", Integer, primary_key=True, autoincrement=True),
    Column("id", String(26), nullable=False),
    Column("data", LargeBinary, nullable=False),
)
Index("texts_id", texts.c.id, unique=True)

# Articles whose terms must be read again. Writers only add rows.
texts_due = _table(
    "texts_due",
    Column("n", Integer, primary_key=True, autoincrement=True),
    Column("id", String(26), nullable=False),
    sqlite_autoincrement=True,
)


def written_statements(dialect: str) -> tuple[str, ...]:
    """Return the SQL statements that create what `metadata` cannot express: partial indexes and the
    text index. `dialect`: "sqlite" or "postgresql"."""
    return (*PARTIAL_INDEXES, *TEXT_INDEX[dialect])


def _execute_written(_: object, connection: Connection, **_options: object) -> None:
    for statement in written_statements(connection.dialect.name):
        connection.exec_driver_sql(statement)


event.listen(metadata, "after_create", _execute_written)
