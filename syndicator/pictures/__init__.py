"""Thumbnails of strangers' pictures, made in a process without network and files."""
