"""The search of the pages: files that a script of ours reads in the visitor's browser. No server takes part."""
