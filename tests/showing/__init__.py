"""Tests of syndicator.showing."""
