"""Later changes of excerpts, categories and tags, by an edited taxonomy, a renamed tag or a
language model."""
