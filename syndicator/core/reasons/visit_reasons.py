"""Reasons of visits: requests, mailboxes, hubs, pages, feeds, the reading process and entries."""

from syndicator.core.reasons.reason import Reason


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


class HubReason(Reason):
    """Why no hub pushes a source, which is polled as usual. May also be a FetchReason."""

    UNVERIFIED = (
        "unverified",
        "the hub has not verified the subscription yet",
        "check that it can reach site.callback",
    )
    DENIED = "denied", "the hub denied the subscription", "nothing: it is asked again after a week"


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
