"""Searches, saved queries, questions, `keep` and `mute`: one language, one matcher, one ranking.
Pure: values in, values out. The database only proposes candidates (`store.tables.texts`)."""
