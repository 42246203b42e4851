"""Tests of syndicator.pictures."""
