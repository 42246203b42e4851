"""Tests of syndicator.app."""
