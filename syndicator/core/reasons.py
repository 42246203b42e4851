"""Every reason code of `status`, `show` and `--json`: its meaning and cure. tools/reasons.py makes docs/reasons.md of
it. A code never changes, as scripts compare it. The same code may mean other things elsewhere: an enumeration a place.
"""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    """A code with the sentence that explains it and its cure; `cure` is empty where there is nothing to do."""

    means: str
    cure: str

    def __new__(cls, code: str, means: str, cure: str = "") -> Reason:
        member = str.__new__(cls, code)
        member._value_ = code
        member.means, member.cure = means, cure
        return member


class HubReason(Reason):
    """Why no hub pushes a source, beside the reasons of fetching; it is polled as any other."""

    UNVERIFIED = (
        "unverified",
        "the hub took the subscription and has not verified it (yet)",
        "see that the hub reaches site.callback from where it is; it is asked again",
    )
    DENIED = "denied", "the hub denied the subscription", "nothing, it is asked again after a week"


class LlmReason(Reason):
    """What the language model is not asked about, and why an answer was refused: our own description stays then."""

    OPTED_OUT = "opted-out", "the source says llm = false"
    RESERVED = "reserved", "its publisher says ai-input: no", "`licence`, where it gave you another word"
    EXCERPT_BY_OPERATOR = "excerpt-by-operator", "a hand wrote the excerpt"
    EXCERPT_BY_LLM = "excerpt-by-llm", "a language model has written the excerpt"
    SHORT = "short", "the article is too short to be described"
    RESTING = "resting", "the endpoint failed or asked to wait", "nothing, it is asked again; the detail says when"
    BUDGET_CALLS = "budget-calls", "today's calls are used up", "raise describe.llm.daily_calls"
    BUDGET_TOKENS = "budget-tokens", "today's tokens are used up", "raise describe.llm.daily_tokens"
    NOT_A_COMPLETION = "not-a-completion", "the endpoint's answer is no chat completion", "check describe.llm.url"
    HUGE = "huge", "the answer is far too long"
    EMPTY = "empty", "no excerpt in the answer"
    NOT_JSON = "not-json", "the answer is no JSON"
    SHAPE = "shape", "the answer's JSON has other fields than asked for"
    URL = "url", "the excerpt has an address in it"
    LONG = "long", "the excerpt is longer than 55 words or 360 characters"
    CUT = "cut", "the excerpt ends in mid-sentence"
    ELLIPSIS = "ellipsis", "the excerpt has an ellipsis in it"
    MARKUP = "markup", "the excerpt has markup in it"
    DATELINE = "dateline", "the excerpt begins with a place and a date"
    BYLINE = "byline", "the excerpt begins with its author"
    BOILERPLATE = "boilerplate", "the excerpt is a phrase that stands on every page"
    QUOTES = "quotes", "the excerpt opens a quotation or bracket that it does not close"
    TITLE = "title", "the excerpt repeats the title"
    SENTENCES = "sentences", "the answer names a sentence that there is not"
    LOOSE = "loose", "none of the chosen sentences can be understood alone"
    LANGUAGE = "language", "the excerpt is in another language than the article"
    NUMBER = "number", "the excerpt has a number that is not in the article"
    NAME = "name", "the excerpt has a name that is not in the article"
    UNFOUNDED = "unfounded", "too few of the excerpt's words are in the article"
    CATEGORY = "category", "nothing in the article speaks for the category"
    TAG = "tag", "nothing in the article speaks for a tag"


class CommandReason(Reason):
    """Why a command ended with an exit code other than 0 (`reason` of an error)."""

    BUG = "bug", "a fault in Syndicator's own code", "report it with the detail"
    BAD_CONFIG = "bad-config", "a configuration or data file is wrong", "the message names the file, key and cure"
    MISSING = "missing", "something that the command needs is not there", "the message names it"
    LOCKED = "locked", "another run is under way", "try again later, or use --wait"
    NO_NETWORK = "no-network", "not one source could be reached", "check this machine's network; nothing was counted"
    USAGE = "usage", "the command was called in a way it does not know", "see its --help"
    EDITED = "edited-meanwhile", "it was edited since it was shown", "look at it, and edit it again"
    STORE = "store", "the database cannot be used as it is", "the message names the cure"
    DISK = "disk", "the disk or the system refuses a file", "the message names the file and the cure"


class FetchReason(Reason):
    """Why an address gave no answer that could be used."""

    DNS = "dns", "the host's name does not resolve", "check the address; it is tried again"
    CONNECT = "connect", "no connection to the host", "nothing, it is tried again"
    TLS = "tls", "the host's certificate is not valid", "tell the site's owner; it is tried again"
    TIMEOUT = "timeout", "no whole answer in time", "raise fetch.feed_seconds or fetch.page_seconds for slow sites"
    TRUNCATED = "truncated", "the answer broke off", "nothing, it is tried again"
    DISCONNECTED = "disconnected", "the server closed the connection", "nothing, it is tried again"
    PROTOCOL = "protocol", "the answer is no valid HTTP", "nothing, it is tried again"
    BAD_URL = "bad-url", "the address is no http or https URL", "correct it in sources.toml, if it is yours"
    BLOCKED_ADDRESS = (
        "blocked-address",
        "the host is on a private network, or the address has a password in it: a stranger's link may have neither",
        'set allow = ["10.0.0.0/8"] (the network in question) on a source of your own network',
    )
    TOO_LARGE = "too-large", "the answer is larger than the limit", "raise fetch.wire_bytes"
    BAD_ENCODING = "bad-encoding", "the answer's compression cannot be undone", "tell the site's owner"
    REDIRECTS = "redirects", "too many redirects, a circle of them, or one to nowhere", "look for the new address"
    DOWNGRADE = "downgrade", "a redirect from https to http", "tell its owner, or follow the http address"
    ROBOTS = "robots", "the site's robots.txt disallows the address", 'robots = "ignore" on the source overrides it'
    RATE_LIMITED = "rate-limited", "the host asked to be left alone for a while", "nothing, it is asked again then"
    GONE = "gone", "the address is gone for good (HTTP 410)", "remove the source"
    UNAUTHORIZED = "http-401", "the page wants a login", "give the source credentials with headers_env"
    FORBIDDEN = "http-403", "the server refuses us", "ask its owner; for pages, content = 'feed' does without them"
    NOT_FOUND = "http-404", "the address does not exist (any more)", "look for the new address"
    LEGAL = "http-451", "the page is withheld for legal reasons", "nothing, the site decides"
    NOT_MODIFIED = "http-304", "the server says that nothing has changed, which was not asked", "nothing"
    UNSET_VARIABLE = (
        "unset-variable",
        "a variable of headers_env or of the source's url has no value here; nobody was asked",
        "set the environment variable that the detail names, or take it out of sources.toml",
    )
    SYSTEM = "system", "this machine is short of files or memory; the source is not blamed", "raise ulimit -n"


class PageReason(Reason):
    """Why a page is no article. As an error of a command, with "not-an-article-" before it."""

    CONSENT = "consent", "a consent banner instead of the article", "content = 'feed' needs no pages"
    LOGIN = "login", "a login form instead of the article", "give the source credentials with headers_env"
    PAYWALL = "paywall", "the article is for subscribers", "give the source credentials with headers_env"
    BOT_CHECK = "bot-check", "a check for robots instead of the article", "content = 'feed' needs no pages"
    ERROR_PAGE = "error-page", "an error message that was sent as a page", "where it is none, a rule: select"
    LISTING = "listing", "a list of articles", "follow its feed instead"
    EMPTY = "empty", "a page without text, such as one that scripts fill", 'content = "feed" takes the feed\'s own text'
    NOT_HTML = "not-html", "no HTML page", "nothing, only web pages are read"


class FeedReason(Reason):
    """Why an answer is no feed. In a visit's outcome, with "not-a-feed-" before it."""

    EMPTY = "empty", "an empty answer", "nothing, it is tried again"
    HTML = "html", "a page", "`syndicator add` finds the feed of a page"
    BOT_CHECK = "bot-check", "a check for robots", "ask its owner to let our User-Agent in: site.contact is in it"
    LOGIN = "login", "a login form", "give the source credentials with headers_env"
    CONSENT = "consent", "a consent banner", "ask its owner to leave feeds out of it"
    BROKEN_XML = "broken-xml", "XML of which not one entry could be read", "tell the site's owner"
    BROKEN_JSON = "broken-json", "JSON that cannot be read", "tell the site's owner"
    UNKNOWN_FORMAT = "unknown-format", "neither RSS, Atom, RDF, JSON Feed nor a sitemap", "look for the feed"
    TOO_LARGE = "too-large", "more than a feed may have"
    SITEMAP_INDEX = "sitemap-index", "a list of sitemaps", "add the one with the articles"
    NO_LINKS = (
        "no-links",
        "the selectors of rules.links match no link of the page",
        "correct links under [source.rules]; the site may have a new layout",
    )
    NO_LIST = "no-list", "a page without a list of articles", "name its links with rules.links, or follow another page"
    LIST_CHANGED = (
        "list-changed",
        "the list of the page is not found again for sure, so nothing of it is published",
        "look at the page; `syndicator refresh --source KEY --relearn` learns its list anew",
    )


class WorkerReason(Reason):
    """Why reading a page or a feed was given up."""

    HUNG = "hung", "it took more than 10 s of CPU", "for pages, content = 'feed' does without them"
    MEMORY = "memory", "it took more than 600 MB of memory", "for pages, content = 'feed' does without them"
    CRASHED = "crashed", "the process that read it died or failed", "nothing, it is tried again"


class EntryReason(Reason):
    """Why an entry of a feed has no article (yet), beside the reasons of fetching, pages and workers."""

    BACKFILL = "backfill", "older than the newest entries that a first visit takes", "raise backfill on the source"
    FLOOD = (
        "flood",
        "the source announced over ten times as much as on its usual days; the surplus waits and is read day by day",
        "nothing, if it is an archive that was imported; else remove the source",
    )
    WITHDRAWN = (
        "withdrawn",
        "the article was withdrawn",
        "nothing: it stays away; `syndicator withdraw --undo URL` brings it back",
    )
    PRUNED = (
        "pruned",
        "the article was here until you pruned it",
        "nothing: it stays away; delete its lines in feeds/articles/pruned.tsv to have it fetched again",
    )
    LATE = (
        "late",
        "most of the feed is new and says that it was there before: the site may have given its articles new addresses",
        "nothing: what moved is known again, the rest is taken at the next visit if it is still announced",
    )
    ANNOUNCED_ONCE = "announced-once", "it came late with most of its feed, and was gone at the next visit"
    NO_LINK = "no-link", "the entry has no usable address and no text of its own"
    OWNERSHIP = "ownership", "the article's own page is read again, as its text may be another site's"
    BAD_RULES = (
        "bad-rules",
        "the operator's selectors are no CSS, or leave no article of a page that is one without them",
        "correct [source.rules] in sources.toml; the page is read again at the next visit; no try is counted",
    )
    MUTED = (
        "muted",
        "a mute asks for it, or a keep does not",
        "edit them in sources.toml or syndicator.toml: what they leave out no more is read then",
    )
    REFUSED = "refused", "refused by an earlier version that kept no reason"


class FileReason(Reason):
    """What is wrong with an article file or the database. The file stays as it is."""

    BAD_ARTICLE_FILE = "bad-article-file", "the file is no article any more", "correct the line that the detail names"
    UNREADABLE_FILE = "unreadable-file", "the system does not hand the file out", "see the detail"
    DUPLICATE_ARTICLE = "duplicate-article", "another file has the same id", "delete one of the two"
    LOST_FILE = (
        "lost-file",
        "the folder of an earlier day was put back, which lacks this file; its article stays in its feeds meanwhile",
        "nothing: its page is fetched again; if that is gone, put today's file back, or `syndicator prune` it",
    )
    CLOCK_BEHIND = (
        "clock-behind",
        "the last visit or the newest article is later than this machine's clock says; what was published stays",
        "set the clock; if it is right, nothing: it was ahead then",
    )
    DATABASE_CORRUPT = "database-corrupt", "the database file is damaged", "`syndicator reindex` makes a new one"


class HoldReason(Reason):
    """Why an article is on hold, with `[publish] hold`; `hold_reason` in its file."""

    PARTIAL = "partial", "its page shows a part of the article alone", "look at it, then `syndicator release ID`"
    UNSURE_TEXT = (
        "unsure-text",
        "it is not clear what of its page is the article",
        "look at it, set `select` or `remove` on the source if it is wrong, then `syndicator release ID`",
    )
    UNSURE_CATEGORY = (
        "unsure-category",
        "no category of taxonomy.toml fits it well",
        "correct `category` in its file if it is wrong, then `syndicator release ID`",
    )
    FLOOD = (
        "flood",
        "its source announced over ten times as much as on its usual days",
        "`syndicator release --source KEY` if it is an archive that was imported; else remove the source",
    )
    FIRST = "first-of-source", "it is the first article of its source", "look at it, then `syndicator release ID`"
    ALL = "all", "every new article waits for you", "look at it, then `syndicator release ID`"


class PictureReason(Reason):
    """Why an article shows no picture (a failed fetch of one has the code of that)"""

    OFF_LIMITS = (
        "picture-off-limits",
        "page, server or source let no copy of it be shown",
        "`licence` lifts what pages say",
    )
    FORMAT = "picture-format", "neither JPEG, PNG, WebP nor GIF"
    BROKEN = "picture-broken", "the picture is damaged or cut off"
    PIXELS = "picture-pixels", "the picture has more pixels than a page needs"
    SMALL = "picture-small", "the picture is an icon"
    HUNG = "picture-hung", "decoding it took too long"
    CRASHED = "picture-crashed", "the process that decodes pictures died of it"
    NOT_SHUT_OFF = "picture-not-shut-off", "this system cannot shut off what decodes pictures", "see SECURITY.md"


class FeedFileReason(Reason):
    """Why a published feed is not what it could be."""

    HELD = "held", "the new feed did not pass validation; the last good one stays", "see the detail"
    CANNOT_RENDER = "cannot-render", "the article cannot be written in one of the formats; it is left out"
    NOT_IN_STORE = "not-on-shelf", "the database lists an article that it does not know", "`syndicator reindex`"
    HTML_MISSING = "html-missing", "the article's text could not be rendered; its excerpt is shown"
    TEMPLATE = "template", "a template of yours cannot be used; ours stands in its place", "mend the file and the line"


class LintReason(Reason):
    """What `import` finds odd in articles of a folder. They are imported all the same."""

    TAG_CASING = "tag-casing", "a tag is not written as its name is", "write the tag as the detail says"
    BAD_EXCERPT = "bad-excerpt", "the excerpt is cut, too long or not plain text", "write whole sentences, or none"
    BOILERPLATE = "boilerplate", "lines of the text belong to the site it comes from", "take the lines out"
    BLANK_RUNS = "blank-runs", "the text has several blank lines in a row", "take them out"
    STOCK_IMAGE = "stock-image", "the cover is a stock photo or a placeholder", "name a picture of the article, or none"
    SITE_AS_AUTHOR = "site-as-author", "the author is the name of the site", "write who wrote it, or nothing"
    CATEGORY_UNLIKE_TEXT = "category-unlike-text", "title and text are about another category", "write the other one"
    NOT_TAKEN_OVER = "not-taken-over", "a field could not be taken over", "see the detail"


class CheckReason(Reason):
    """What `check` finds, beside the reasons of commands, files and feeds."""

    NO_SITE_URL = "no-site-url", "site.url is not set", "set it to the address that feeds/public is served at"
    SECRET_WITHOUT_TLS = "secret-without-tls", "the secret path of your feeds goes over http", "serve it with https"
    NO_CONTACT = "no-contact", "site.contact is not set", "set it, so that site owners can reach you"
    NOT_WRITABLE = "not-writable", "a folder cannot be written", "give this user write access"
    FOREIGN_SOURCE = (
        "foreign-source",
        "the article was filed through another source than the one of its own site, which you follow",
        "`syndicator check --ownership --mend`",
    )
    FOREIGN_TEXT = (
        "foreign-text",
        "title and text of the article may come from another site",
        "`syndicator check --ownership --mend` has its own page read again",
    )
    FOREIGN_ALIAS = (
        "foreign-alias",
        "the article's file names an address on another site as one of its own",
        "`syndicator check --ownership --mend`",
    )
    FOREIGN_ENTRY = (
        "foreign-entry",
        "an entry that leads to another site counts as the article",
        "`syndicator check --ownership --mend`",
    )
    SECRET_IN_URL = (
        "secret-in-url",
        "a source's url seems to have a secret in it, which is published with its articles",
        "write ${NAME} for it, as the detail says, and set that environment variable: it is scrubbed then",
    )
    FORCED = "forced", "a source is visited more often than its server wishes", "remove force, unless the site agrees"
    UNKNOWN_VARIABLE = (
        "unknown-variable",
        "an environment variable looks like a setting and is none",
        "correct its name, or unset it",
    )
    DROPPED_SETTING = (
        "dropped-setting",
        "a setting of an earlier version is still set and does not count",
        "delete its line, or unset the variable",
    )
    UNKNOWN_NAME = (
        "unknown-name",
        "a category, tag or source that is named is nowhere defined",
        "correct its spelling, or write it into taxonomy.toml or sources.toml",
    )
    BAD_HUB = "bad-hub", "a hub is no http or https address", "correct publish.hubs"
    HUB_REFUSES = (
        "hub-refuses",
        "a hub takes no subscriptions to your feeds, so it passes nothing on",
        "name another one in publish.hubs, or none",
    )
    BAD_ALERT = "bad-alert", "nobody can be told by what [alert] says", "see the detail"
    BAD_COVER = "bad-cover", "the cover of a file of yours is no whole address", "write it with https://"
    PASSED_OVER = (
        "passed-over",
        "a file in the folder of articles looks like one and is ignored, for its name or its place",
        "let its name end in .md, and put it into the folder itself or into YYYY/MM/ in it",
    )
    NO_LLM_KEY = "no-llm-key", "the key of the language model is not set", "set the variable that the detail names"
    SPEAKS_FOR = (
        "speaks-for",
        "a source has written articles of other sites, and you have not said whether it may",
        "write the line of the detail in sources.toml, or speaks_for = []",
    )
    RIGHT_ENDS = (
        "right-ends",
        "a site that linked the feed of a source was not seen to do so lately: soon it will not speak for it",
        "look at the site; if it may go on, write the line of the detail in sources.toml",
    )
    RIGHT_LOST = (
        "right-lost",
        "a source wrote for a host that is not its own, and does so no longer; what was filed stays as it is",
        "write the line of the detail in sources.toml, if it may go on",
    )
    CANNOT_OPEN = "cannot-open", "the configuration or the database cannot be used", "see the detail"


class ConditionReason(Reason):
    """What `status`, the health feed and alerts tell of sources, feeds and this machine (`kind` of a condition)."""

    DATABASE = "database", "the database cannot be used", "see the detail"
    CONFIGURATION = (
        "configuration",
        "the configuration is wrong; what was read before still counts, if anything was",
        "the detail names the file, the key and the cure",
    )
    CLOCK = "clock", "this machine's clock is wrong", "set it"
    DISK = "disk-full", "a disk is nearly full", "free some space: `syndicator prune` deletes kept pages"
    NOT_RUNNING = (
        "not-running",
        "sources have been due for more than a day and nobody visited them",
        "start `syndicator up`, or see why cron does not call `syndicator refresh`",
    )
    SOURCE_FAILING = "source-failing", "a source gives no feed", "the reason's own cure"
    SOURCE_GONE = (
        "source-gone",
        "the source says that it is gone for good, and is visited no more",
        "remove it, or give it its new address",
    )
    SOURCE_MOVED = (
        "source-moved",
        "the source moved for good and is asked at its new address",
        "`syndicator sources --apply-moves` writes that into sources.toml",
    )
    SOURCE_SILENT = (
        "source-silent",
        "nothing has come for three times the source's usual pause",
        "see whether its site has a new feed; else nothing",
    )
    SOURCE_WARNING = "source-warning", "a source is well, but there is something to know of it", "see the detail"
    EXTRACTION_COLLAPSED = (
        "extraction-collapsed",
        "the last texts read have a third of their former length or less: the site may have a new layout",
        "`syndicator show URL --why` for one of its articles, a rule under [source.rules], then `syndicator reread`",
    )
    SOURCE_WALLED = (
        "source-walled",
        "the feed of a source comes, and most of its pages stand behind a wall",
        "ask for access, or take the feed's own text: the detail says which wall, the cure what helps",
    )
    FLOOD = (
        "flood",
        "the source announced far more than on its usual days; the surplus is read day by day",
        "nothing, if it is an archive that was imported; else remove the source",
    )
    SELECTOR_UNMATCHED = (
        "selector-unmatched",
        "a selector of the source's rules matched nothing on the last pages",
        "correct it under [source.rules], or take it out",
    )
    ENTRIES_WAIT = "entries-wait", "entries wait until a rule, a variable or a file is mended", "the reason's own cure"
    FEED_HELD = (
        "feed-held",
        "the new feed did not pass validation; the last good one stays",
        "mend or withdraw what the detail names, then `syndicator build`",
    )
    ARTICLE_FILE = "article-file", "an article file cannot be taken as it is", "the reason's own cure"
    ARTICLES_ON_HOLD = "articles-on-hold", "articles wait for your word", "`syndicator release ID` publishes one"
    ALERT = "alert-failing", "nobody could be told what broke or recovered", "correct [alert]; it is tried again"
    WEBHOOK = "webhook-failing", "a webhook has taken nothing for a day", "mend it; what waits is sent again each hour"
    MUTED = "muted", "entries were left out by keep and mute"
    OUTDATED = (
        "outdated",
        "articles were read by an older version of Syndicator",
        "`syndicator reread --outdated --dry-run` shows what this version changes of them",
    )


# With these an entry waits for the operator, and loses no try.
FOR_THE_OPERATOR: frozenset[str] = frozenset(
    (EntryReason.BAD_RULES, FetchReason.UNSET_VARIABLE, FileReason.BAD_ARTICLE_FILE, CommandReason.BAD_CONFIG)
)
NOT_AN_ARTICLE, NOT_A_FEED = "not-an-article-", "not-a-feed-"  # before the codes of pages and feeds
GROUPS: tuple[type[Reason], ...] = (
    CommandReason,
    FetchReason,
    PageReason,
    FeedReason,
    WorkerReason,
    EntryReason,
    FileReason,
    HoldReason,
    PictureReason,
    FeedFileReason,
    LintReason,
    CheckReason,
    ConditionReason,
    HubReason,
    LlmReason,
)


def explained(code: str) -> tuple[str, str]:
    """Meaning and cure of a code of a visit, entry, file or feed; of an unknown one the code itself and ""."""
    for prefix, (group, what) in _PREFIXED.items():
        if code.startswith(prefix):
            found = next((one for one in group if one.value == code.removeprefix(prefix)), None)
            return (f"the address gives no {what}: {found.means}", found.cure) if found else (code, "")
    if found := next((one for group in _OF_VISITS for one in group if one.value == code), None):
        return found.means, found.cure
    status = code.removeprefix("http-")
    if status == code:
        return code, ""
    whose = "the server fails" if status.startswith("5") else "the server refuses the request"
    return f"{whose} (HTTP {status})", "nothing, it is tried again"


_PREFIXED: dict[str, tuple[type[Reason], str]] = {
    NOT_AN_ARTICLE: (PageReason, "article"),
    NOT_A_FEED: (FeedReason, "feed"),
}
_OF_VISITS: tuple[type[Reason], ...] = (
    FetchReason,
    WorkerReason,
    EntryReason,
    FileReason,
    PictureReason,
    FeedFileReason,
    CommandReason,
    ConditionReason,
    HubReason,
)
