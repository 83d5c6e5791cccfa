"""What each page shows, as plain data: a template uses the fields of its view and nothing else."""
