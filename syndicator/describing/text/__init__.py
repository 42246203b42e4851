"""Sentences, languages, word forms and vectors."""
