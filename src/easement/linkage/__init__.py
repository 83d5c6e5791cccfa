"""Who is the same person in two registers: models, scores, assignment, review, measured error."""
