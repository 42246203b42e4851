"""Tests of syndicator.publishing.stories."""
