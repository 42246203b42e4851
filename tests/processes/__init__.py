"""Tests of syndicator.processes."""
