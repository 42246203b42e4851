"""The tables. Times are microseconds since 1970 in UTC, documents are JSON (see `codec`)."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
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

HEAD = "0011"  # the revision these tables are at; Alembic is imported only for a database at another one

metadata = MetaData()

revision = Table("alembic_version", metadata, Column("version_num", String(32), primary_key=True))

sources = Table(
    "sources",
    metadata,
    Column("key", Text, primary_key=True),
    Column("url", Text, nullable=False),
    Column("next_due", BigInteger),  # NULL: now
    Column("disabled", Boolean, nullable=False),
    Column("host", Text, nullable=False, server_default=""),  # that its feed is asked of
    Column("plan", Text, nullable=False, server_default=""),  # the fields of its state that each visit changes
)
Index("sources_due", sources.c.disabled, sources.c.next_due)
Index("sources_host", sources.c.host, sources.c.next_due)

# The other fields, which are long. Each visit writes its row of `sources`, and its row here only if that changed.
source_states = Table(
    "source_states", metadata, Column("key", Text, primary_key=True), Column("data", Text, nullable=False)
)

# What several machines know of a host together (`store.hosts`). Rows of hosts that nothing is known of may go.
hosts = Table(
    "hosts",
    metadata,
    Column("name", Text, primary_key=True),
    Column("due", BigInteger),  # when the first of its sources is due; NULL: it has none
    Column(
        "free_at", BigInteger, nullable=False, server_default="0"
    ),  # nobody may ask it before: a pause, or a request
    Column("delay", Integer, nullable=False, server_default="0"),  # milliseconds of its robots.txt
    Column("held_until", BigInteger, nullable=False, server_default="0"),  # as it asked for, or after lost starts
    Column("away_until", BigInteger, nullable=False, server_default="0"),  # it was not reached
    Column("why", Text, nullable=False, server_default=""),  # it is away
    Column("failures", Integer, nullable=False, server_default="0"),  # to reach it, in a row
    Column("starts", Integer, nullable=False, server_default="0"),  # of work on it since some of it ended
    Column("owner", Text, nullable=False, server_default=""),  # who works on it, "" for nobody
    Column("lease_until", BigInteger, nullable=False, server_default="0"),
)
Index("hosts_due", hosts.c.due)

# The sources as the machine that has sources.toml pushed them: what workers follow.
followed = Table(
    "followed",
    metadata,
    Column("key", Text, primary_key=True),
    Column("place", Integer, nullable=False),  # in sources.toml
    Column("enabled", Boolean, nullable=False),
    Column("data", Text, nullable=False),
)

outcomes = Table(
    "outcomes",
    metadata,
    Column("n", Integer, primary_key=True),
    Column("source", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("data", Text, nullable=False),
)
Index("outcomes_source", outcomes.c.source, outcomes.c.n)
Index("outcomes_at", outcomes.c.at)

entries = Table(
    "entries",
    metadata,
    Column("source", Text, primary_key=True),
    Column("entry", Text, primary_key=True),
    Column("status", String(10), nullable=False),
    Column("next_try", BigInteger),
    Column("first_seen", BigInteger, nullable=False),
    Column("article", String(26)),
    Column("data", Text, nullable=False),
)
# A partial index, as most entries are done and those are asked for by their key alone. Written out, because the options
# of an index for PostgreSQL would load all of SQLAlchemy's dialect for it.
ENTRIES_OPEN = "CREATE INDEX entries_open ON entries (status, source, first_seen) WHERE status <> 'done'"
event.listen(entries, "after_create", lambda _table, connection, **_more: connection.exec_driver_sql(ENTRIES_OPEN))


def entry_is(status: str) -> ColumnElement[bool]:
    """The condition on `entries` for a status other than "done", in the words that let SQLite use `entries_open`."""
    return and_(literal_column("entries.status <> 'done'"), entries.c.status == status)


articles = Table(
    "articles",
    metadata,
    Column("id", String(26), primary_key=True),
    Column("path", Text, nullable=False),
    Column("mtime_ns", BigInteger, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("added", BigInteger, nullable=False),
    Column("published", BigInteger, nullable=False),
    Column("title", Text, nullable=False),
    Column("merged_into", String(26)),
    Column("data", Text, nullable=False),
    Column("score", SmallInteger),  # thousandths: how likely its category was when it was read; unknown after `reindex`
    Column("told", BigInteger, nullable=False, server_default="0"),  # digest of its story's reports, 0: none
    Column("behind", String(26)),  # the article that stands for it in feeds with one entry a story
)

_behind = articles.c.behind.is_not(None)
Index("articles_behind", articles.c.id, sqlite_where=_behind, postgresql_where=_behind)
Index("articles_merged", articles.c.merged_into)
# What of a source may be an article that moved, by the beginning of its title: short rows leave room on their pages.
TITLE = func.substr(articles.c.title, *map(literal_column, ("1", "12")))
Index("articles_title", TITLE)
# What was added while the clock was ahead. Read whole at every start: it has all that is asked for, so that the long
# rows stay on the disk; and new rows are next to each other.
Index("articles_files", articles.c.added, articles.c.id, articles.c.path, articles.c.mtime_ns, articles.c.size)

# Paths of files in an object store that are being written, or that a crash left: no row of `articles` says so yet.
reservations = Table(
    "reservations",
    metadata,
    Column("id", String(26), primary_key=True),
    Column("path", Text, nullable=False),
    Column("at", BigInteger, nullable=False),  # negative: nobody was to write it
)

# Which article is in which feed, in the order of a feed; copies and withdrawn articles have no row here.
members = Table(
    "members",
    metadata,
    Column("id", String(26), primary_key=True),
    Column("axis", String(10), primary_key=True),
    Column("slug", Text, primary_key=True),
    Column("added", BigInteger, nullable=False),
    Column("published", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
Index("members_order", members.c.axis, members.c.slug, members.c.added.desc(), members.c.published.desc(), members.c.id)

aliases = Table("aliases", metadata, Column("alias", Text, primary_key=True), Column("id", String(26), nullable=False))
Index("aliases_id", aliases.c.id)

feeds = Table(
    "feeds",
    metadata,
    Column("axis", String(10), primary_key=True),
    Column("slug", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("first_slug", Text, nullable=False),
    Column("count", Integer, nullable=False),
    Column("held", Text),
    Column("dropped", Boolean, nullable=False),
    Column("moved_axis", String(10)),
    Column("moved_slug", Text),
    Column("wanted", Boolean, nullable=False, server_default="0"),  # an article whose file a hand wrote has this tag
    Column("made_with", Text),  # digest of its settings; "" where nothing of it is published, NULL if nothing ever was
    Column("owed", Boolean, nullable=False, server_default="0"),  # pages of older stories were left to a later build
)

# What is published of a feed, a row a file: a head with the digest of its bytes, an archive document or calendar page
# with that of its inputs. Names with a # are of no file, but of inputs of several; what is of no feed has "" as axis.
products = Table(
    "products",
    metadata,
    Column("axis", String(10), primary_key=True),
    Column("slug", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("made_of", Text, nullable=False),
    sqlite_with_rowid=False,
)

# What is to be built: a feed has marks or is fresh. Marks are only added, and a build deletes those that it saw when it
# began: one that came meanwhile stays, perhaps with a lower number where several write, and the feed is built again. So
# no two writers ever wait for each other on the row of the feed of all articles. `more` counts the articles that joined
# the feed since its row was written; `added` and `published` are the article's, none where a mark is of no article.
stale_marks = Table(
    "stale_marks",
    metadata,
    Column("n", Integer, primary_key=True, autoincrement=True),
    Column("axis", String(10), nullable=False),
    Column("slug", Text, nullable=False),
    Column("more", Integer, nullable=False, server_default="0"),
    *(Column(name, BigInteger) for name in ("added", "published")),
    sqlite_autoincrement=True,
)
Index("stale_marks_feed", stale_marks.c.axis, stale_marks.c.slug, stale_marks.c.n)

# The articles of large feeds by day of `kind` (`store.tables.sums`).
sums = Table(
    "sums",
    metadata,
    Column("axis", String(10), primary_key=True),
    *(Column(name, Text, primary_key=True) for name in ("slug", "kind")),
    *(Column(name, Integer, primary_key=name == "day", nullable=False) for name in ("day", "count")),
    Column("made_of", Text, nullable=False),
    sqlite_with_rowid=False,
)

# The sources, besides the one in the article's file, that announced an article: their feeds show it too.
carriers = Table(
    "carriers",
    metadata,
    Column("id", String(26), primary_key=True),
    Column("source", Text, primary_key=True),
    sqlite_with_rowid=False,
)

withdrawn = Table(
    "withdrawn",
    metadata,
    Column("id", String(26), primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("url", Text, nullable=False),
    Column("feeds", Text, nullable=False),
)

withdrawn_aliases = Table(
    "withdrawn_aliases",
    metadata,
    Column("alias", Text, primary_key=True),
    Column("id", String(26), nullable=False),
)

# What the articles that were pruned are known by: under these aliases they are not fetched again. Those of an article
# that is there do not count: its file was put back.
pruned = Table(
    "pruned",
    metadata,
    Column("alias", Text, primary_key=True),
    Column("id", String(26), nullable=False),
    sqlite_with_rowid=False,
)

html = Table("html", metadata, Column("id", String(26), primary_key=True), Column("html", Text, nullable=False))

# What publishing noted of an article, by kind; forgotten when the article changes: "queries", which version of the
# saved queries the article's memberships are of; "words", those of its text that it is found by.
fragments = Table(
    "fragments",
    metadata,
    Column("id", String(26), primary_key=True),
    Column("kind", String(40), primary_key=True),
    Column("data", LargeBinary, nullable=False),
)

blocks = Table(
    "blocks",
    metadata,
    Column("n", Integer, primary_key=True),
    Column("host", Text, nullable=False),
    Column("article", String(26), nullable=False),
    Column("digests", Text, nullable=False),
)
Index("blocks_host", blocks.c.host, blocks.c.n)

# What texts are compared by while copies may come (in the encoding of pipeline/dedupe), and the few values by which
# similar ones are found, for ever. `since`: how early the article is believed to be; `named`: the alias
# of the article on another site that its page says it copies.
sketches = Table(
    "sketches",
    metadata,
    Column("id", String(26), primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("data", LargeBinary, nullable=False),
    Column("since", BigInteger),
    Column("named", Text),
)
Index("sketches_at", sketches.c.at)

# By value alone: those of an earlier text of an article, or of one that is gone, find nothing that compares.
sketch_keys = Table(
    "sketch_keys",
    metadata,
    Column("value", BigInteger, nullable=False),
    Column("id", String(26), nullable=False),
)
Index("sketch_keys_value", sketch_keys.c.value)

# What recent articles are grouped into stories by: a row for each that was added within the window, whose data is empty
# if it is compared with none. `place` is one of the few places that an outlet has at a key, so that none can crowd out
# others: its next article there takes it over.
story_sketches = Table(
    "story_sketches",
    metadata,
    Column("article", String(26), primary_key=True),
    *(Column(name, BigInteger, nullable=False) for name in ("mtime_ns", "size", "added", "at")),
    *(Column(name, Text, nullable=False) for name in ("language", "outlet")),
    Column("data", LargeBinary, nullable=False),
)
Index("story_sketches_added", story_sketches.c.added)

story_keys = Table(
    "story_keys",
    metadata,
    *(Column(name, BigInteger, primary_key=True, autoincrement=False) for name in ("key", "place")),
    Column("at", BigInteger, nullable=False),
    Column("article", String(26), nullable=False),
    sqlite_with_rowid=False,
)
Index("story_keys_at", story_keys.c.key, story_keys.c.at, story_keys.c.article)

# The articles of stories, as stories.tsv has them. `final`: an operator said so.
story_members = Table(
    "story_members",
    metadata,
    *(Column(name, Text, primary_key=name == "article", nullable=False) for name in ("article", "story", "outlet")),
    Column("final", Boolean, nullable=False),
)
Index("story_members_story", story_members.c.story)

# The picture of each article that has one: its thumbnail by name, or when and why it has none. `next_try`: when it is
# to be fetched, 0 for at once, NULL for not (any more). `added`: of the article; the newest come first.
pictures = Table(
    "pictures",
    metadata,
    Column("id", String(26), primary_key=True),
    Column("url", Text, nullable=False),
    Column("added", BigInteger, nullable=False),
    Column("next_try", BigInteger),
    Column("name", Text, nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("detail", Text, nullable=False),
)
Index("pictures_due", pictures.c.next_try)

# Our subscriptions at hubs (WebSub), by the unguessable part of their callback, and how reliable each hub was.
subscriptions = Table(
    "subscriptions",
    metadata,
    Column("token", String(64), primary_key=True),
    Column("source", Text, nullable=False),
    Column("data", Text, nullable=False),
)
Index("subscriptions_source", subscriptions.c.source)

hub_tallies = Table(
    "hub_tallies", metadata, Column("hub", Text, primary_key=True), Column("data", Text, nullable=False)
)

notes = Table(
    "notes",
    metadata,
    Column("key", Text, primary_key=True),
    Column("value", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
)

# What came of asking a language model about an article, and its answers by model, version of the prompt and text.
llm_asked = Table(
    "llm_asked",
    metadata,
    Column("id", String(26), primary_key=True),
    Column("plan", Text, nullable=False),
    Column("mtime_ns", BigInteger, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("next_try", BigInteger),
    Column("status", String(10), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("data", Text, nullable=False),
)
Index("llm_asked_status", llm_asked.c.status, llm_asked.c.at)

llm_answers = Table(
    "llm_answers",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("id", String(26), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("answer", Text, nullable=False),
)
Index("llm_answers_id", llm_answers.c.id)

# The articles that receivers of webhooks know: the file's stamp, and a digest of the last message about each.
announced = Table(
    "announced",
    metadata,
    Column("id", String(26), primary_key=True),
    Column("mtime_ns", BigInteger, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("digest", Text, nullable=False),
)

# Messages that wait to be sent to receivers of webhooks; those of one subject in the order of `n`.
messages = Table(
    "messages",
    metadata,
    Column("n", Integer, primary_key=True),
    *(Column(name, Text, nullable=False) for name in ("receiver", "subject", "id", "body", "fault")),
    *(Column(name, BigInteger, nullable=False) for name in ("at", "next_try", "tries")),
)
Index("messages_subject", messages.c.receiver, messages.c.subject, messages.c.n)
