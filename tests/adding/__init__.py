"""Tests of syndicator.adding."""
