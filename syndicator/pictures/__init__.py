"""Make thumbnails of foreign pictures, in a process without network and files."""
