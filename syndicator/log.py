"""The log of what happens on the way: structlog over the loggers of the standard library.

Importing this configures nothing, and nothing is printed until an application sets a level and a handler for the logger
"syndicator", as `syndicator --verbose` does. structlog is loaded with the first logger: short commands do without."""

from __future__ import annotations

from typing import Protocol, cast

ROOT = "syndicator"


class Logger(Protocol):
    """What the pipeline uses of a logger of structlog. An event is a few words; its values are named."""

    def debug(self, event: str, **values: object) -> object: ...

    def info(self, event: str, **values: object) -> object: ...


def logger(name: str, **bound: object) -> Logger:
    """A logger of that name below "syndicator" that adds the values `bound` to each event, as `extra` of its record."""
    import logging

    import structlog

    made = structlog.wrap_logger(
        logging.getLogger(f"{ROOT}.{name}"),
        processors=[structlog.stdlib.filter_by_level, structlog.stdlib.render_to_log_kwargs],
        wrapper_class=structlog.stdlib.BoundLogger,
        context_class=dict,
        cache_logger_on_first_use=False,
    )
    return cast(Logger, made.bind(**bound))
