"""Read mails: their headers, their text, and what of it is nobody else's business. Pure."""
