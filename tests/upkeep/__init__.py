"""Tests of syndicator.upkeep."""
