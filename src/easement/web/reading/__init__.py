"""Where views are filled from: one module for each journey, and the only place where pages call the other rooms."""
