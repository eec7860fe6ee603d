"""What percent a stage stands for, beside what really became of the deals that came so far."""
