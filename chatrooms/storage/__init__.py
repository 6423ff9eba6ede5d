"""What is stored, and by whom."""
