"""Changes to filed articles, and repairs: files edited by hand, lost databases, new rules."""
