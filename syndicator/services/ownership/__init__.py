"""`check --ownership`: articles that versions without owners filed under the wrong one."""
