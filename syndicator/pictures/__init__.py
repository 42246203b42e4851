"""Thumbnails of foreign pictures, made in a process without network and files."""
