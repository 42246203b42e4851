"""Fetch the mails of newsletters from a mailbox: a Maildir, or a folder of a server (IMAP)."""
