"""Tests of syndicator.fleet."""
