"""Tests of syndicator.sending."""
