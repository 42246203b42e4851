"""Change and repair filed articles: files edited by hand, lost databases, new rules."""
