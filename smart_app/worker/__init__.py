"""What must happen while nobody looks: a loop that wakes up, does its round, and sleeps (decision-D68)."""
