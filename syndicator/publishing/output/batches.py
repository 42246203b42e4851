"""Commit changes of published files together; discard what a failed block did not commit."""

from collections.abc import Iterator
from contextlib import contextmanager

from syndicator.core.ports import Outlet


@contextmanager
def batch(outlet: Outlet) -> Iterator[None]:
    """After the block, commit the files that it put and deleted in `outlet`. If the block fails,
    discard the changes that it did not commit itself."""
    try:
        yield
        outlet.commit()
    finally:
        outlet.discard()
