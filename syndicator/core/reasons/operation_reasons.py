"""Reasons of commands, of checks of the configuration, and of conditions that last."""

from syndicator.core.reasons.reason import Reason


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
        "correct the line that the detail names; `syndicator check` lists every fault",
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
