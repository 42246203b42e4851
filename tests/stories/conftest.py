"""The instances that these tests work on."""

from tests.instances import instance, keep_workers

__all__ = ["instance", "keep_workers"]
