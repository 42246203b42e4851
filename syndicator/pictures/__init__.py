"""Thumbnails: strangers' pictures made small and plain, in a process that is shut off from network and files."""
