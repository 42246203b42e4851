"""Tests of syndicator.sketches."""
