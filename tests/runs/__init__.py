"""Tests of syndicator.runs."""
