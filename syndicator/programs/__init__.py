"""Let programs and language models read the archive over the Model Context Protocol.

What they may read, how it is quoted, and the server."""
