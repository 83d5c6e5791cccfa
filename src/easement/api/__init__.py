"""The program's face: the application, its errors and its routes under `/api/v1`."""
