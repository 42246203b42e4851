"""Read pages that list articles and have no feed: find the list by its repeated form, and again after a change.
Pure."""
