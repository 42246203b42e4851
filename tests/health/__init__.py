"""Tests of syndicator.health."""
