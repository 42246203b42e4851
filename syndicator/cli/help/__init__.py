"""What helps at the prompt: completion, and examples for the help of each command."""
