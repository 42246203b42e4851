"""Define every reason code (why a fetch, page, feed or entry failed) with meaning and cure.
Listed in docs/reasons.md. Codes never change. One code may differ between classes."""

from enum import StrEnum
from typing import Self

# prefixes of the codes of pages and feeds
NOT_AN_ARTICLE = "not-an-article-"
NOT_A_FEED = "not-a-feed-"


class Reason(StrEnum):
    """A code with `means`, a sentence that explains it, and `cure`, "" if there is nothing to
    do."""

    means: str
    cure: str

    def __new__(cls, code: str, means: str, cure: str = "") -> Self:
        member = str.__new__(cls, code)
        member._value_ = code
        member.means = means
        member.cure = cure
        return member


class HubReason(Reason):
    """Why no hub pushes a source, which is polled as usual. May also be a FetchReason."""

    UNVERIFIED = (
        "unverified",
        "the hub has not verified the subscription yet",
        "check that it can reach site.callback",
    )
    DENIED = "denied", "the hub denied the subscription", "nothing: it is asked again after a week"


class LlmReason(Reason):
    """Why an article is not sent to the language model, or its answer was refused. Our own
    description stays."""

    OPTED_OUT = "opted-out", "the source has llm = false"
    RESERVED = (
        "reserved",
        "its publisher says ai-input: no",
        "set `licence` if it permitted you more",
    )
    EXCERPT_BY_OPERATOR = "excerpt-by-operator", "a person wrote the excerpt"
    EXCERPT_BY_LLM = "excerpt-by-llm", "a language model already wrote the excerpt"
    SHORT = "short", "the article is too short to describe"
    RESTING = (
        "resting",
        "the endpoint failed or asked us to wait",
        "nothing: the detail says when it is asked again",
    )
    BUDGET_CALLS = "budget-calls", "today's calls are used up", "raise describe.llm.daily_calls"
    BUDGET_TOKENS = "budget-tokens", "today's tokens are used up", "raise describe.llm.daily_tokens"
    NOT_A_COMPLETION = (
        "not-a-completion",
        "the answer is not a chat completion",
        "check describe.llm.url",
    )
    HUGE = "huge", "the answer is far too long"
    EMPTY = "empty", "the answer has no excerpt"
    NOT_JSON = "not-json", "the answer is not JSON"
    SHAPE = "shape", "the answer has other JSON fields than requested"
    URL = "url", "the excerpt contains an address"
    LONG = "long", "the excerpt is longer than 55 words or 360 characters"
    CUT = "cut", "the excerpt ends in mid-sentence"
    ELLIPSIS = "ellipsis", "the excerpt contains an ellipsis"
    MARKUP = "markup", "the excerpt contains markup"
    DATELINE = "dateline", "the excerpt begins with a place and a date"
    BYLINE = "byline", "the excerpt begins with its author"
    BOILERPLATE = "boilerplate", "the excerpt is a phrase used on every page"
    QUOTES = "quotes", "the excerpt leaves a quotation or bracket open"
    TITLE = "title", "the excerpt repeats the title"
    SENTENCES = "sentences", "the answer names a sentence that does not exist"
    LOOSE = "loose", "no chosen sentence can be understood alone"
    LANGUAGE = "language", "the excerpt is not in the article's language"
    NUMBER = "number", "the excerpt has a number that is not in the article"
    NAME = "name", "the excerpt has a name that is not in the article"
    UNFOUNDED = "unfounded", "too few words of the excerpt are in the article"
    CATEGORY = "category", "nothing in the article supports the category"
    TAG = "tag", "nothing in the article supports a tag"


class CommandReason(Reason):
    """Why a command ended with an exit code other than 0."""

    BUG = "bug", "a fault in Syndicator itself", "report it with the detail"
    BAD_CONFIG = (
        "bad-config",
        "a configuration or data file is wrong",
        "the message names the file, key and cure",
    )
    MISSING = "missing", "something that the command needs is missing", "the message names it"
    LOCKED = "locked", "another run is in progress", "try again later, or use --wait"
    NO_NETWORK = (
        "no-network",
        "no source could be reached; no failure was counted",
        "check this machine's network",
    )
    USAGE = "usage", "the command has a wrong argument or option", "see its --help"
    EDITED = "edited-meanwhile", "it was edited after it was shown", "look at it and edit it again"
    STORE = "store", "the database cannot be used", "the message names the cure"
    DISK = (
        "disk",
        "the disk or the system refuses a file",
        "the message names the file and the cure",
    )


class FetchReason(Reason):
    """Why a request got no usable answer."""

    DNS = "dns", "the host name does not resolve", "check the address; it is retried"
    CONNECT = "connect", "no connection to the host", "nothing: it is retried"
    TLS = "tls", "the host's certificate is not valid", "tell the site's owner; it is retried"
    TIMEOUT = "timeout", "no complete answer in time", "for slow sites raise fetch.seconds"
    TRUNCATED = "truncated", "the answer ended early", "nothing: it is retried"
    DISCONNECTED = "disconnected", "the server closed the connection", "nothing: it is retried"
    PROTOCOL = "protocol", "the answer is not valid HTTP", "nothing: it is retried"
    BAD_URL = (
        "bad-url",
        "the address is not an http or https URL",
        "correct it in sources.toml, if it is yours",
    )
    BLOCKED_ADDRESS = (
        "blocked-address",
        "the host is on a private network, or a link contains a password",
        'for your own network set allow = ["10.0.0.0/8"] (its range) on the source',
    )
    TOO_LARGE = "too-large", "the answer is larger than the limit", "raise fetch.wire_bytes"
    BAD_ENCODING = "bad-encoding", "the answer cannot be decompressed", "tell the site's owner"
    REDIRECTS = (
        "redirects",
        "too many redirects, a loop, or one without a target",
        "look for the new address",
    )
    DOWNGRADE = (
        "downgrade",
        "a redirect from https to http",
        "tell the site's owner, or follow the http address",
    )
    ROBOTS = (
        "robots",
        "robots.txt disallows the address",
        'robots = "ignore" on the source overrides it',
    )
    RATE_LIMITED = "rate-limited", "the host asked us to wait", "nothing: it is asked again then"
    GONE = "gone", "the address is gone for good (HTTP 410)", "remove the source"
    UNAUTHORIZED = (
        "http-401",
        "the page needs a login",
        "give the source the cookies of a session, or credentials with headers_env",
    )
    FORBIDDEN = "http-403", "the server refuses us", "ask its owner; for pages use content = 'feed'"
    NOT_FOUND = "http-404", "the address does not exist", "look for the new address"
    LEGAL = "http-451", "the page is withheld for legal reasons", "nothing: the site decides"
    NOT_MODIFIED = (
        "http-304",
        "the server answered an unconditional request with 'not modified'",
        "nothing",
    )
    UNSET_VARIABLE = (
        "unset-variable",
        "a variable in headers_env or in the source's url is not set; no request was made",
        "set the variable that the detail names, or remove it from sources.toml",
    )
    NO_BROWSER = (
        "no-browser",
        "the source has browser = true, and no page can be drawn on this machine; no request was"
        " made",
        "see the detail; `syndicator check` tries it",
    )
    BROWSER_HUNG = (
        "browser-hung",
        "the page was not drawn in time: its scripts do not end",
        "nothing: it is retried; without browser = true the page is read as it is sent",
    )
    BROWSER_MEMORY = (
        "browser-memory",
        "the page needs more memory than one page may",
        "nothing: it is retried; without browser = true the page is read as it is sent",
    )
    BROWSER_CRASHED = (
        "browser-crashed",
        "the browser ended while it drew the page",
        "nothing: it is retried; without browser = true the page is read as it is sent",
    )
    BAD_COOKIES = (
        "bad-cookies",
        "the file of cookies cannot be used; no request was made",
        "correct the line that the detail names, or export the cookies again",
    )
    SESSION_ENDED = (
        "session-ended",
        "the site shows its wall or login form in spite of the cookies",
        "export its cookies again",
    )
    SYSTEM = (
        "system",
        "this machine is short of open files or memory; the source is not blamed",
        "raise ulimit -n",
    )


class MailReason(Reason):
    """Why a mailbox cannot be read. May also be a FetchReason."""

    NO_FOLDER = (
        "no-folder",
        "the mailbox has no such folder, or this account may not read it",
        "correct url in sources.toml, or let this account read the folder",
    )
    LOGIN = (
        "mail-login",
        "the mail server refuses the user name or the password",
        "correct url in sources.toml, or the variable with the password; it may want a password for"
        " programs (app password)",
    )
    OAUTH = (
        "mail-oauth",
        "the mail server refuses the password; it wants OAuth, which is not supported",
        "make a password for programs (app password) in the settings of the account; where there is"
        " none, let mbsync or getmail bring the mails into a Maildir",
    )


class PageReason(Reason):
    """Why a page is not an article. Errors of commands put "not-an-article-" before the code."""

    CONSENT = "consent", "a consent banner instead of the article", "use content = 'feed'"
    LOGIN = (
        "login",
        "a login form instead of the article",
        "give the source the cookies of a session, or credentials with headers_env",
    )
    PAYWALL = (
        "paywall",
        "the article is for subscribers",
        "give the source the cookies of a session, or credentials with headers_env",
    )
    BOT_CHECK = "bot-check", "a check for robots instead of the article", "use content = 'feed'"
    ERROR_PAGE = (
        "error-page",
        "the page is an error message",
        "if the page is fine, add a `select` rule",
    )
    LISTING = "listing", "a list of articles", "follow its feed instead"
    FRONT_PAGE = "front-page", "the front page of a site", "follow the site instead"
    EMPTY = (
        "empty",
        "a page without text, such as one that scripts fill",
        "use content = 'feed', or browser = true",
    )
    NOT_HTML = "not-html", "not an HTML page", "nothing: only web pages are read"


class FeedReason(Reason):
    """Why an answer is not a feed. Outcomes of visits put "not-a-feed-" before the code."""

    EMPTY = "empty", "an empty answer", "nothing: it is retried"
    HTML = "html", "a web page", "`syndicator add` finds the feed of a page"
    BOT_CHECK = (
        "bot-check",
        "a check for robots",
        "ask the owner to admit our User-Agent (it contains site.contact)",
    )
    LOGIN = (
        "login",
        "a login form",
        "give the source the cookies of a session, or credentials with headers_env",
    )
    CONSENT = "consent", "a consent banner", "ask the owner to exempt feeds"
    BROKEN_XML = "broken-xml", "XML without one readable entry", "tell the site's owner"
    BROKEN_JSON = "broken-json", "invalid JSON", "tell the site's owner"
    UNKNOWN_FORMAT = (
        "unknown-format",
        "neither RSS, Atom, RDF, JSON Feed nor a sitemap",
        "look for the feed",
    )
    TOO_LARGE = "too-large", "the feed exceeds a limit"
    SITEMAP_INDEX = "sitemap-index", "a list of sitemaps", "add the sitemap with the articles"
    NO_LINKS = (
        "no-links",
        "rules.links matches no link of the page",
        "correct it; the site may have a new layout",
    )
    NO_LIST = (
        "no-list",
        "a page without a list of articles",
        "set rules.links, or follow another page",
    )
    LIST_CHANGED = (
        "list-changed",
        "the page's list cannot be recognised with certainty, so none of it is published",
        "look at the page; `syndicator refresh --source KEY --relearn` learns the list again",
    )
    ONE_ARTICLE = (
        "one-article",
        "a page that is a single article",
        'follow a page of its site that lists articles; kind = "page" says that you mean this one',
    )
    NOTHING = (
        "nothing-to-follow",
        "a page that names no feed and lists no articles",
        "give the address of its feed or of a page that lists articles, or set rules.links",
    )
    SCRIPTS = (
        "scripts",
        "a page that only scripts fill",
        "browser = true on the source has a browser draw it: `syndicator add --browser URL`"
        " (docs/browser.md)",
    )
    DEAD_FEEDS = (
        "dead-feeds",
        "a page whose feeds cannot be read",
        "give the address of a page that lists articles, or tell the site's owner",
    )
    COMMENTS = (
        "comments",
        "a page whose only feed has comments",
        "if you want them, give the address of that feed",
    )
    SUBSCRIPTIONS = (
        "subscriptions",
        "a list of subscriptions (OPML)",
        "`syndicator add` with its address follows what it lists",
    )
    FOLLOWED = (
        "followed",
        "the page of a source that you follow already",
        "`syndicator remove` one of them",
    )
    SHUT = (
        "shut",
        "a page that robots.txt disallows",
        'robots = "ignore" in its table overrides that; ask the site\'s owner first',
    )


class WorkerReason(Reason):
    """Why reading a page or a feed was stopped."""

    HUNG = "hung", "it took more than 10 s of CPU", "for pages use content = 'feed'"
    MEMORY = "memory", "it took more than 600 MB of memory", "for pages use content = 'feed'"
    CRASHED = "crashed", "the reading process failed", "nothing: it is retried"


class EntryReason(Reason):
    """Why an entry of a feed has no article yet. May also be a FetchReason, PageReason,
    WorkerReason."""

    BACKFILL = (
        "backfill",
        "older than the entries that a first visit takes",
        "raise backfill on the source",
    )
    FLOOD = (
        "flood",
        "the source announced ten times its usual number",
        "nothing: it is read day by day",
    )
    WITHDRAWN = (
        "withdrawn",
        "the article was withdrawn",
        "`syndicator withdraw --undo URL` restores it",
    )
    PRUNED = (
        "pruned",
        "you pruned the article",
        "to fetch it again delete its lines in feeds/articles/pruned.tsv",
    )
    LATE = (
        "late",
        "most of the feed is new but dated earlier: the articles may have moved to new addresses",
        (
            "nothing: moved articles are recognised, the rest is taken at the next visit if still"
            " announced"
        ),
    )
    ANNOUNCED_ONCE = (
        "announced-once",
        "it appeared late with most of its feed and was gone at the next visit",
    )
    NO_LINK = "no-link", "the entry has no usable address and no text of its own"
    OWNERSHIP = "ownership", "the article's page is read again: its text may be from another site"
    BAD_RULES = (
        "bad-rules",
        "a selector is not valid CSS, or the rules remove the whole article",
        (
            "correct [source.rules] in sources.toml; the next visit reads the page again and counts"
            " no try"
        ),
    )
    MUTED = (
        "muted",
        "mute matches it, or keep does not",
        "edit them in sources.toml or syndicator.toml",
    )
    MAIL_FORGED = (
        "mail-forged",
        "the mail names several senders, or the mailbox's server found that its sender is forged",
        "nothing: if the newsletter is genuine, tell its sender",
    )
    MAIL_TOO_LARGE = "mail-too-large", "the mail is larger than 10 MB", "nothing"
    MAIL_NESTED = (
        "mail-nested",
        "the mail has only another mail in it, or parts in parts without end",
        "forward newsletters as they are (redirect), not as an attachment",
    )
    MAIL_CHARSET = "mail-charset", "the mail's text is in no known charset", "tell its sender"
    MAIL_EMPTY = (
        "mail-empty",
        "the mail has no text, such as one that is a picture",
        "nothing: pictures of mails are not fetched",
    )
    REFUSED = "refused", "an earlier version refused it without a reason"


class FileReason(Reason):
    """Why an article file or the database cannot be used. The file is not changed."""

    BAD_ARTICLE_FILE = (
        "bad-article-file",
        "the file is no longer a valid article",
        "correct the line in the detail",
    )
    UNREADABLE_FILE = "unreadable-file", "the system cannot read the file", "see the detail"
    DUPLICATE_ARTICLE = "duplicate-article", "another file has the same id", "delete one of the two"
    LOST_FILE = (
        "lost-file",
        "the folder was restored from a backup without this file; its article stays in its feeds",
        (
            "nothing: its page is fetched again; if that is gone, restore the file or `syndicator"
            " prune` it"
        ),
    )
    NO_FILE = (
        "no-file",
        "it has the name of an article file and is none; it is not read",
        "move it away, or give it another name",
    )
    VANISHED = (
        "vanished-file",
        "the file of an article is gone; without it the article leaves its feeds",
        "put the file back; if you deleted it: nothing, `status` names it for a week",
    )
    CLOCK_BEHIND = (
        "clock-behind",
        "a visit or article is later than the clock",
        "set the clock if it is still wrong",
    )
    DATABASE_CORRUPT = (
        "database-corrupt",
        "the database file is damaged",
        "`syndicator reindex` makes a new one",
    )


class HoldReason(Reason):
    """Why `[publish] hold` put an article on hold (`hold_reason` in its file)."""

    PARTIAL = (
        "partial",
        "its page shows only part of the article",
        "look at it, then `syndicator release ID`",
    )
    UNSURE_TEXT = (
        "unsure-text",
        "it is unclear which part of the page is the article",
        "if it is wrong set `select` or `remove` on the source, then `syndicator release ID`",
    )
    UNSURE_CATEGORY = (
        "unsure-category",
        "no category fits well",
        "correct it in the file, then `syndicator release ID`",
    )
    FLOOD = (
        "flood",
        "its source announced ten times its usual number",
        "`syndicator release --source KEY`",
    )
    FIRST = (
        "first-of-source",
        "it is the first article of its source",
        "look at it, then `syndicator release ID`",
    )
    ALL = (
        "all",
        "every new article waits for your approval",
        "look at it, then `syndicator release ID`",
    )
    PRIVATE = (
        "private",
        "it is a mail or a text for subscribers, and this instance is public",
        'set content = "link", "excerpt" or "full" on its source, or publish.secret_path',
    )


class PictureReason(Reason):
    """Why an article shows no picture, or a source no icon. May also be a FetchReason."""

    OFF_LIMITS = (
        "picture-off-limits",
        "page, server or source forbid a copy",
        "set `licence` to override pages",
    )
    FORMAT = "picture-format", "not JPEG, PNG, WebP or GIF, nor ICO for an icon"
    BROKEN = "picture-broken", "the picture is damaged or incomplete"
    PIXELS = "picture-pixels", "the picture has more pixels than a page needs"
    SMALL = "picture-small", "the picture is an icon"
    NO_ICON = "picture-no-icon", "the picture is too wide, too high or too plain for an icon"
    HUNG = "picture-hung", "decoding took too long"
    CRASHED = "picture-crashed", "the decoding process crashed"
    NOT_SHUT_OFF = (
        "picture-not-shut-off",
        "this system cannot isolate the decoding process",
        "see SECURITY.md",
    )


class FeedFileReason(Reason):
    """Why a published feed is incomplete or old."""

    HELD = "held", "the new feed failed validation; the last valid one stays", "see the detail"
    CANNOT_RENDER = (
        "cannot-render",
        "the article cannot be written in one of the formats; it is left out",
    )
    NOT_IN_STORE = "not-on-shelf", "the database lists an unknown article", "`syndicator reindex`"
    HTML_MISSING = "html-missing", "the article's text could not be rendered; its excerpt is shown"
    TEMPLATE = (
        "template",
        "a template of yours cannot be used; ours replaces it",
        "correct the file at the line",
    )


class LintReason(Reason):
    """Defects that `import` finds in articles. They are imported all the same."""

    TAG_CASING = (
        "tag-casing",
        "a tag is spelled unlike its name",
        "write the tag as the detail says",
    )
    BAD_EXCERPT = (
        "bad-excerpt",
        "the excerpt is cut, too long or not plain text",
        "write whole sentences, or none",
    )
    BOILERPLATE = (
        "boilerplate",
        "some lines belong to the site, not to the article",
        "delete the lines",
    )
    BLANK_RUNS = "blank-runs", "several blank lines in a row", "delete them"
    STOCK_IMAGE = (
        "stock-image",
        "the cover is a stock photo or a placeholder",
        "name a picture of the article, or none",
    )
    SITE_AS_AUTHOR = (
        "site-as-author",
        "the author is the name of the site",
        "write the person's name, or none",
    )
    CATEGORY_UNLIKE_TEXT = (
        "category-unlike-text",
        "the text fits another category",
        "correct the category",
    )
    NOT_TAKEN_OVER = "not-taken-over", "a field could not be imported", "see the detail"


class CheckReason(Reason):
    """Problems that `check` finds. Reasons of commands, files and feeds occur too."""

    NO_SITE_URL = (
        "no-site-url",
        "site.url is not set",
        "set it to the address that serves feeds/public",
    )
    SECRET_WITHOUT_TLS = (
        "secret-without-tls",
        "your feeds' secret path is served over http",
        "serve it with https",
    )
    NO_CONTACT = (
        "no-contact",
        "site.contact is not set",
        "set it, so that site owners can reach you",
    )
    NOT_WRITABLE = "not-writable", "a folder is not writable", "give this user write access"
    FOREIGN_SOURCE = (
        "foreign-source",
        "not filed by its own site's source",
        "`syndicator check --ownership --mend`",
    )
    FOREIGN_TEXT = (
        "foreign-text",
        "title and text may be another site's",
        "`syndicator check --ownership --mend`",
    )
    FOREIGN_ALIAS = (
        "foreign-alias",
        "its file lists another site's address",
        "`syndicator check --ownership --mend`",
    )
    FOREIGN_ENTRY = (
        "foreign-entry",
        "its entry leads to another site",
        "`syndicator check --ownership --mend`",
    )
    FRONT_PAGE_FILED = (
        "front-page-filed",
        "a site's front page was filed as an article",
        "withdraw the article, and follow the site: see the detail",
    )
    SECRET_IN_URL = (
        "secret-in-url",
        "a source's url may contain a secret",
        "write ${NAME} and set that variable",
    )
    SOURCE_RIGHTS = (
        "source-rights",
        "a source has rights or variables that only you give",
        "remove what you did not write yourself",
    )
    FORCED = (
        "forced",
        "a source is visited more often than its server asks",
        "remove force, unless the site agrees",
    )
    READABLE_SECRET = (
        "readable-secret",
        "others can read a file that contains a secret",
        "`chmod 600` the file",
    )
    UNKNOWN_VARIABLE = (
        "unknown-variable",
        "an environment variable is no setting",
        "correct its name, or unset it",
    )
    DROPPED_SETTING = (
        "dropped-setting",
        "a setting was removed or is part of another now",
        "see the detail",
    )
    UNKNOWN_NAME = (
        "unknown-name",
        "a category, tag or source is not defined",
        "correct its spelling, or define it",
    )
    BAD_HUB = "bad-hub", "a hub is not an http or https address", "correct publish.hubs"
    HUB_REFUSES = (
        "hub-refuses",
        "a hub takes no notice of changed feeds",
        "name another hub in publish.hubs",
    )
    BAD_ALERT = "bad-alert", "[alert] reaches nobody", "see the detail"
    BAD_COVER = (
        "bad-cover",
        "a cover in a file of yours is not a complete address",
        "write it with https://",
    )
    PASSED_OVER = (
        "passed-over",
        "an article file is ignored",
        "name it *.md, in the folder or in YYYY/MM/ in it",
    )
    NO_LLM_KEY = (
        "no-llm-key",
        "the key of the language model is not set",
        "set the variable that the detail names",
    )
    SPEAKS_FOR = (
        "speaks-for",
        "a source wrote for other sites",
        "add the line of the detail, or speaks_for = []",
    )
    RIGHT_ENDS = (
        "right-ends",
        "a source soon loses the right to write for a host",
        "to keep it add the detail's line",
    )
    RIGHT_LOST = (
        "right-lost",
        "a source lost the right to write for a host",
        "to restore it add the line of the detail",
    )
    CANNOT_OPEN = (
        "cannot-open",
        "the configuration or the database cannot be used",
        "see the detail",
    )


class ConditionReason(Reason):
    """Conditions of sources, feeds and this machine in `status`, the health feed and alerts
    (`kind`)."""

    DATABASE = "database", "the database cannot be used", "see the detail"
    CONFIGURATION = (
        "configuration",
        "the configuration is wrong; the last valid one is used",
        "see the detail",
    )
    CLOCK = "clock", "this machine's clock is wrong", "set it"
    DISK = (
        "disk-full",
        "a disk is nearly full",
        "free some space: `syndicator prune` deletes stored pages",
    )
    NOT_RUNNING = (
        "not-running",
        "no visits for more than a day",
        "start `syndicator up`, or check that cron runs",
    )
    SOURCE_FAILING = "source-failing", "a source delivers no feed", "see the cure of its reason"
    SOURCE_GONE = (
        "source-gone",
        "the source is gone for good; visits ended",
        "remove it, or give it its new address",
    )
    SOURCE_MOVED = (
        "source-moved",
        "the source moved for good",
        "`syndicator sources --apply-moves` writes that",
    )
    SOURCE_SILENT = (
        "source-silent",
        "no entry for three times the usual interval",
        "look for a new feed on its site",
    )
    SOURCE_WARNING = "source-warning", "a source works but needs a look", "see the detail"
    EXTRACTION_COLLAPSED = (
        "extraction-collapsed",
        "the last texts are a third of their former length or less: the site may have a new layout",
        (
            "`syndicator show URL --why` for an article, add a rule under [source.rules], then"
            " `syndicator reread`"
        ),
    )
    SOURCE_WALLED = (
        "source-walled",
        "a wall hides most of its pages",
        "ask for access, or use content = 'feed'",
    )
    SESSION_ENDED = (
        "session-ended",
        "the session at a site ended; its entries wait",
        "export its cookies again",
    )
    FLOOD = (
        "flood",
        "the source announced far more than usual",
        "remove it, unless it imported an archive",
    )
    SELECTOR_UNMATCHED = (
        "selector-unmatched",
        "a selector matched nothing on the last pages",
        "correct or delete it",
    )
    ENTRIES_WAIT = (
        "entries-wait",
        "entries wait for a correction of a rule, variable or file",
        "see the reason's cure",
    )
    FEED_HELD = (
        "feed-held",
        "the new feed failed validation; the old one stays",
        "see the detail; `syndicator build`",
    )
    FEEDS_WOULD_END = (
        "feeds-would-end",
        "an edit would end more than ten feeds, whose readers unsubscribe for good; they stay",
        "take the edit back, or confirm it: `syndicator build --end-feeds`",
    )
    ARTICLE_FILE = "article-file", "an article file cannot be used", "see the cure of its reason"
    ARTICLES_ON_HOLD = (
        "articles-on-hold",
        "articles wait for your approval",
        "`syndicator release ID` publishes one",
    )
    ALERT = "alert-failing", "an alert could not be sent", "correct [alert]; it is retried"
    WEBHOOK = (
        "webhook-failing",
        "a webhook has failed for a day",
        "repair it; messages are sent again hourly",
    )
    HUB = (
        "hub-failing",
        "a hub takes no notice of changed feeds; its subscribers get nothing",
        "repair it, or name another in publish.hubs; it is told again after the next build",
    )
    MUTED = "muted", "keep and mute left out entries"
    OUTDATED = (
        "outdated",
        "read by an older version",
        "`syndicator reread --outdated --dry-run` shows what differs",
    )


# Reasons for which an entry waits for the operator and loses no try.
FOR_THE_OPERATOR: frozenset[str] = frozenset(
    (
        EntryReason.BAD_RULES,
        FetchReason.UNSET_VARIABLE,
        FetchReason.NO_BROWSER,
        FetchReason.BAD_COOKIES,
        FetchReason.SESSION_ENDED,
        FileReason.BAD_ARTICLE_FILE,
        CommandReason.BAD_CONFIG,
    )
)
GROUPS: tuple[type[Reason], ...] = (
    CommandReason,
    FetchReason,
    MailReason,
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
    """Return meaning and cure of a `code`; (`code`, "") if it is unknown."""
    for prefix, (group, noun) in _PREFIXED.items():
        if code.startswith(prefix):
            match = next((reason for reason in group if reason == code.removeprefix(prefix)), None)
            return (
                (f"the address gives no {noun}: {match.means}", match.cure) if match else (code, "")
            )
    if match := next((reason for group in _OF_VISITS for reason in group if reason == code), None):
        return match.means, match.cure
    status = code.removeprefix("http-")
    if status == code:
        return code, ""
    verb = "fails" if status.startswith("5") else "refuses the request"
    return f"the server {verb} (HTTP {status})", "nothing: it is retried"


_PREFIXED: dict[str, tuple[type[Reason], str]] = {
    NOT_AN_ARTICLE: (PageReason, "article"),
    NOT_A_FEED: (FeedReason, "feed"),
}
_OF_VISITS: tuple[type[Reason], ...] = (
    FetchReason,
    MailReason,
    WorkerReason,
    EntryReason,
    FileReason,
    PictureReason,
    FeedFileReason,
    CommandReason,
    ConditionReason,
    HubReason,
)
