"""Run code on untrusted bytes in child processes, with limits or without network and files.
One runner has two grades of children."""
