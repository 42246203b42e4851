"""Stories: articles of several outlets on one event. `follow` groups new articles; `decisions`
records decisions."""
