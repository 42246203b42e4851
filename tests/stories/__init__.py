"""Tests of syndicator.stories."""
