"""The instances that these tests work on."""

from tests.places import keep_workers, place

__all__ = ["keep_workers", "place"]
