"""What comes back: bounces, complaints, auto-replies and answers to letters of campaigns."""
