"""Check an installation: its configuration, its article files, its machine."""

from syndicator.services.check.installation import check

__all__ = ["check"]
