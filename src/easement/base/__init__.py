"""What every room stands on: errors with a next step, files with true lines, durable writes, canonical bytes."""
