"""What a questionnaire does: take answers, score them, read those of others, and check a response against its form."""
