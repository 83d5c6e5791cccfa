"""The public face: agreements in force, concerns, numbers and the transparency report."""
