"""What nodes can carry: costs that are measured, predictions from them, and how far these are true."""
