"""Version 1 of the API for programs: `/api/v1`."""
