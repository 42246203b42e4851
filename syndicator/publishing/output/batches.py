"""Commit changes of published files together; discard what a failed block did not commit."""

from collections.abc import Iterator
from contextlib import contextmanager

from syndicator.core.ports import Outlet


@contextmanager
def batch(outlet: Outlet) -> Iterator[None]:
    """Context manager: commit the files that the block put and deleted in `outlet` when it ends. If
    it fails, discard the changes that are not committed yet. `outlet`: the published files."""
    try:
        yield
        outlet.commit()
    finally:
        outlet.discard()
