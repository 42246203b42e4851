"""Stories: articles of several outlets on one event. `follow` groups what is new; `decisions` keeps what is decided."""
