"""Excerpts, categories and tags, changed afterwards: by an edited taxonomy, a tag's new name, a language model."""
