"""Tests of syndicator.setup."""
