"""Commit changes of published files together; discard what a failed block did not commit."""

from collections.abc import Iterator
from contextlib import contextmanager

from syndicator.core.ports import Outlet


@contextmanager
def batch(outlet: Outlet) -> Iterator[None]:
    """Publish what the block puts and deletes; of a block that fails, only what it committed."""
    try:
        yield
        outlet.commit()
    finally:
        outlet.discard()
