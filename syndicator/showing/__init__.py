"""Read what an operator looks at: lists, single articles, and why they are as they are."""
