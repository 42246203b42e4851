"""Hubs that push, over real loopback connections."""
